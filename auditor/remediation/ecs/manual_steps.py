"""Instructions for findings that no corrected document can fix: decisions, and commands with blanks to fill in."""

from __future__ import annotations

from typing import Any

from auditor.domain.check import Check
from auditor.domain.ecs.repair import BLANK
from auditor.domain.finding import Finding
from auditor.remediation.script import commands, printable


def manual_steps(finding: Finding, check: Check[Any], why: str) -> str:
    """Return the instructions as text: `why` there is no corrected document, decisions, and commands."""
    repairs = [check.repairs[reason] for reason in finding.reasons if reason in check.repairs]
    decisions = dict.fromkeys(repair.manual for repair in repairs if repair.manual)
    parts = [
        f"{printable(finding.resource.name)}: {why}",
        f"  {printable(finding.remediation)}",
        *(f"  * {printable(decision)}" for decision in decisions),
    ]
    steps = tuple(check.manual_steps(finding)) if check.manual_steps else ()
    if steps:
        blanks = f" (fill in each {BLANK})" if any(BLANK in str(step) for step in steps) else ""
        heading = f"Commands{blanks}, in account {printable(str(finding.account))}:"
        parts += ["", heading, commands(steps, finding.region)]
    return "\n".join(parts)
