"""Instructions for findings that no corrected document fixes: decisions, and commands with blanks to fill in."""

from dataclasses import replace
from typing import Any

from auditor.domain.check import Check
from auditor.domain.finding import Finding
from auditor.domain.repair import BLANK
from auditor.remediation.script import printable, render_commands


def manual_steps(finding: Finding, check: Check[Any], why: str) -> str:
    """Return the instructions as text: `why` there is no corrected document, decisions, and commands."""
    repairs = [check.repairs[reason] for reason in finding.reasons if reason in check.repairs]
    decisions = dict.fromkeys(repair.manual for repair in repairs if repair.manual)
    lines = [
        f"{printable(finding.resource.name)}: {why}",
        f"  {printable(finding.remediation)}",
        *(f"  * {printable(decision)}" for decision in decisions),
    ]
    steps = [
        replace(step, parameters={**step.parameters, "region": finding.region})
        for step in (check.manual_steps(finding) if check.manual_steps else ())
    ]
    if steps:
        blanks = f" (fill in each {BLANK})" if any(BLANK in str(step.parameters) for step in steps) else ""
        lines += ["", f"Commands{blanks}, in account {printable(str(finding.account))}:", render_commands(steps)]
    return "\n".join(lines)
