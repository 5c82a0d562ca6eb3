"""The files of a remediation plan."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from auditor.domain.finding import Finding
from auditor.domain.repair import BLANK
from auditor.remediation.plan import DECISIONS, NEW_DOCUMENT
from auditor.remediation.script import printable, render_apply, render_decisions, render_rollback
from auditor.remediation.service import Remediation
from auditor.remediation.steps_page import render_page

SCRIPTS = ("apply.sh", "rollback.sh")

_WRITTEN = """\
  steps.md     what to decide, the steps in their order, and what is left to do; read it first
  change.diff  the changes, without the values of environment variables
  new.json     the corrected document, with those values (mode 0600), like the current ones in old-*.json
  apply.sh     registers it, updates what uses the current one, waits, and deregisters the current one
  rollback.sh  undoes that"""


def render_files(findings: Sequence[Finding], remediation: Remediation) -> dict[str, str]:
    """Return the text of each file of a plan for the findings of one resource, by name."""
    plan, finding = remediation.plan, findings[0]
    documents = {NEW_DOCUMENT: remediation.new, **remediation.old}
    return {
        **{name: render_document(document) for name, document in documents.items()},
        "change.diff": remediation.change,
        "apply.sh": render_apply(plan.steps, finding.account.id, finding.region, len(plan.before)),
        "rollback.sh": render_rollback(plan.rollback, finding.account.id, finding.region),
        "steps.md": render_page(findings, plan, documents),
        **({DECISIONS: render_decisions(plan.before)} if plan.before else {}),
    }


def render_document(document: Mapping[str, Any]) -> str:
    """Return a document as JSON, ASCII only and with sorted keys."""
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def render_summary(folder: str, remediation: Remediation, files: Mapping[str, str]) -> str:
    """Return what was written to a folder and what a person has to do before the scripts run, as text."""
    lines = [f"Written to {folder} (nothing was changed in AWS):", _WRITTEN]
    if remediation.plan.before:
        lines += [f"Decide first, and tick in {DECISIONS}: apply.sh does not start before."]
        lines += [f"  * {printable(text)}" for text in remediation.plan.before]
    if BLANK in files[NEW_DOCUMENT] + files["apply.sh"]:
        lines += [f"Replace each {BLANK}: apply.sh does not start before."]
    if remediation.plan.open:
        lines += ["Remains open:", *(f"  * {printable(text)}" for text in remediation.plan.open)]
    return "\n".join(lines)
