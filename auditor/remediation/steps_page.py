"""The page next to the scripts: what to decide first, which steps are taken, and what is left to do."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from auditor.domain.finding import Finding
from auditor.remediation.plan import DECISIONS, NEW, NEW_DOCUMENT, Plan, Saved, Step
from auditor.remediation.script import printable


def render_page(findings: Sequence[Finding], plan: Plan, documents: Iterable[str]) -> str:
    """Return the page as Markdown. `documents` are the names of the JSON files next to it.

    The findings are about one resource, and there is at least one.
    """
    return "\n".join(_lines(findings, plan, documents)) + "\n"


def _lines(findings: Sequence[Finding], plan: Plan, documents: Iterable[str]) -> Iterator[str]:
    finding = findings[0]
    subject = finding.problem or finding.title if len(findings) == 1 else f"{len(findings)} findings"
    yield f"# {printable(finding.resource.name)}: {printable(subject)}"
    yield ""
    yield f"Account {printable(str(finding.account))}, region {printable(finding.region)}."
    yield ""
    for resolved in findings:
        reasons = ", ".join(map(printable, resolved.reasons))
        about = f"finding {resolved.finding_id}, severity {resolved.severity.value}"
        yield f"* {resolved.check_id} ({about}): {reasons}."
    if plan.before:
        yield from ("", "## Before you start", "")
        yield f"Decide on these points, edit {NEW_DOCUMENT} if it needs other values, and tick each one in {DECISIONS}:"
        yield from ("", *_bullets(plan.before))
    yield from ("", "## Steps of apply.sh", "", *_numbered(plan.steps))
    if plan.open:
        yield from ("", "## Remains open", "", *_bullets(plan.open))
    if plan.after:
        yield from ("", "## Left to do afterwards", "", *_bullets(plan.after))
    yield from ("", "## Steps of rollback.sh", "", *_numbered(plan.rollback))
    if plan.rollback_notes:
        yield from ("", *_bullets(plan.rollback_notes))
    yield from ("", "## Files", "")
    yield f"{', '.join(documents)}: the documents contain the values of environment variables, because a registration"
    yield "replaces everything. Only their owner can read them (mode 0600). Delete the folder when you are done."
    yield ""
    yield "Run the audit again afterwards: a finding is resolved once its check no longer fails for the resource."


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
