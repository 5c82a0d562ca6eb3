"""The page next to the scripts: what to decide first, which steps are taken, and what is left to do."""

from collections.abc import Iterable, Iterator, Mapping

from auditor.domain.finding import Finding
from auditor.remediation.plan import NEW, NEW_DOCUMENT, Plan, Saved, Step
from auditor.remediation.script import printable


def render_page(finding: Finding, plan: Plan, documents: Iterable[str]) -> str:
    """Return the page as Markdown. `documents` are the names of the JSON files next to it."""
    return "\n".join(_lines(finding, plan, documents)) + "\n"


def _lines(finding: Finding, plan: Plan, documents: Iterable[str]) -> Iterator[str]:
    yield f"# {printable(finding.resource.name)}: {printable(finding.problem or finding.title)}"
    yield ""
    yield f"Finding {finding.finding_id} of {finding.check_id}, severity {finding.severity.value}."
    yield f"Account {printable(str(finding.account))}, region {printable(finding.region)}."
    yield f"Reasons: {', '.join(map(printable, finding.reasons))}."
    if plan.before:
        yield from ("", "## Before you start", "")
        yield f"Decide on these points, and edit {NEW_DOCUMENT} if it needs other values:"
        yield from ("", *_bullets(plan.before))
    yield from ("", "## Steps of apply.sh", "", *_numbered(plan.steps))
    if plan.after:
        yield from ("", "## Left to do afterwards", "", *_bullets(plan.after))
    yield from ("", "## Steps of rollback.sh", "", *_numbered(plan.rollback))
    if plan.rollback_notes:
        yield from ("", *_bullets(plan.rollback_notes))
    yield from ("", "## Files", "")
    yield f"{', '.join(documents)}: the documents contain the values of environment variables, because a registration"
    yield "replaces everything. Only their owner can read them (mode 0600). Delete the folder when you are done."
    yield ""
    yield "Run the audit again afterwards: the finding is resolved once the check no longer fails for the resource."


def _bullets(texts: Iterable[str]) -> Iterator[str]:
    return (f"* {printable(text)}" for text in texts)


def _numbered(steps: Iterable[Step]) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        subject = step.document or ", ".join(_parameter(name, value) for name, value in step.parameters.items())
        yield f"{number}. {step.operation} ({printable(subject)}): {printable(step.why)}"


def _parameter(name: str, value: object) -> str:
    if isinstance(value, Saved):
        return "the new revision" if value.name == NEW else "the old content"
    if isinstance(value, Mapping):
        return f"with a new {name}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
