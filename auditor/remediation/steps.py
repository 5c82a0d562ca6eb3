"""The page beside the scripts: what a person has to know before, what is done in which order, and what is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from auditor.domain.finding import Finding
from auditor.remediation.plan import NEW, NEW_DOCUMENT, Plan, Saved, Step
from auditor.remediation.script import printable


def page(finding: Finding, plan: Plan, files: Iterable[str]) -> str:
    """Return the page, as Markdown."""
    return "\n".join(_lines(finding, plan, tuple(files))) + "\n"


def _lines(finding: Finding, plan: Plan, files: tuple[str, ...]) -> Iterator[str]:
    yield f"# {printable(finding.resource.name)}: {printable(finding.title)}"
    yield ""
    yield f"Finding {finding.finding_id} of {finding.check_id}, severity {finding.severity.value}."
    yield f"Account {printable(str(finding.account))}, region {printable(finding.region)}."
    yield f"Reasons: {', '.join(map(printable, finding.reasons))}."
    if plan.first:
        yield from ("", "## First, by hand", "")
        yield f"Decide, and correct {NEW_DOCUMENT} where it has to be another value:"
        yield from ("", *(f"* {printable(each)}" for each in plan.first))
    yield from ("", "## What the script apply.sh does", "", *_numbered(plan.steps))
    if plan.last:
        yield from ("", "## What is left to do", "", *(f"* {printable(each)}" for each in plan.last))
    yield from ("", "## Back-out: back-out.sh", "", *_numbered(plan.back))
    if _gives_network(plan.steps):
        yield ""
        yield (
            "A service that was given a network configuration may be refused the old revision: then create the service "
            "anew from it."
        )
    yield from ("", "## The files", "")
    yield f"{', '.join(files)}: the JSON documents hold the values of environment variables, as a registration"
    yield "replaces everything. They are readable for their owner only (mode 0600). Delete the folder when it is done."
    yield ""
    yield "Then audit again: the finding is closed when the check no longer fails for the family."


def _numbered(steps: Iterable[Step]) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        what = step.document or ", ".join(filter(None, map(_named, step.parameters.values())))
        yield f"{number}. {step.api} ({printable(what)}): {printable(step.why)}"


def _named(value: object) -> str:
    if isinstance(value, Saved):
        return "the new revision" if value.name == NEW else "the old content"
    if isinstance(value, Mapping):
        return "with a network configuration"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _gives_network(steps: Iterable[Step]) -> bool:
    return any("networkConfiguration" in step.parameters for step in steps)
