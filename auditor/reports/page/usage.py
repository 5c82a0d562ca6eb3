"""Where the resource of a finding is in use, and since when it has the problem, in words."""

from auditor.domain.aws_resource import Introduction
from auditor.domain.fact import usage_types
from auditor.domain.finding import Finding
from auditor.domain.usage import UsageText
from auditor.reports.labels import format_utc
from auditor.reports.sanitize import sanitize

_LONGEST_SENTENCE = 600
_LONGEST_NAME = 120
_NOT_EXAMINED = UsageText("Usage was not examined", "usage unknown")


def usage_text(finding: Finding) -> UsageText | None:
    """Return the usage of the resource, sanitized; None if a resource of this type has no usage."""
    if finding.usage is None:
        return _NOT_EXAMINED if finding.resource.type in usage_types() else None
    text = finding.usage.describe()
    warnings = tuple(sanitize(warning) for warning in text.warnings)
    return UsageText(sanitize(text.sentence, _LONGEST_SENTENCE), sanitize(text.short, _LONGEST_SENTENCE), warnings)


def usage_label(finding: Finding) -> str:
    """Return the usage in a few words; empty if a resource of this type has no usage."""
    text = usage_text(finding)
    return text.short if text else ""


def introduction_text(introduction: Introduction | None) -> str:
    """Return which revision first had the problem, who registered it and when; empty if that is not known."""
    if introduction is None:
        return ""
    when = format_utc(introduction.registered_at) if introduction.registered_at else ""
    who = f"by {sanitize(introduction.registered_by, _LONGEST_NAME)}" if introduction.registered_by else ""
    registered = ", registered" if when or who else ""
    return " ".join(filter(None, [f"Since revision {introduction.revision}{registered}", when, who]))
