"""Display texts for values of the domain, and helpers for counts, lists, times and durations."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from auditor.domain.check import Severity
from auditor.domain.coverage import CoverageStatus
from auditor.domain.fact import fact_kinds
from auditor.domain.reason import Reason
from auditor.reports.sanitize import sanitize

WORST_FIRST = tuple(reversed(Severity))

COVERAGE_LABELS = {
    CoverageStatus.EXAMINED: "fully examined",
    CoverageStatus.PARTIAL: "partly examined",
    CoverageStatus.NOT_EXAMINED: "not examined",
    CoverageStatus.EXCLUDED: "excluded",
}

COVERAGE_MEANINGS = {
    CoverageStatus.EXAMINED: "everything expected was read and evaluated",
    CoverageStatus.PARTIAL: "some resources were read; the gaps are listed below",
    CoverageStatus.NOT_EXAMINED: "no resources were read, so nothing is known",
    CoverageStatus.EXCLUDED: "left out by configuration, with a reason",
}

NO_REASON = "No reason was recorded"
NO_ADVICE = "This is a bug in auditor: every gap must have a reason. Please report it."

_SECONDS_PER_MINUTE = 60
_MINUTES_PER_HOUR = 60


def reason_headline(reason: Reason | None) -> str:
    """Return what happened, as a heading."""
    return reason.headline if reason else NO_REASON


def reason_advice(reason: Reason | None) -> str:
    """Return what to do about a gap with this reason."""
    return reason.advice if reason else NO_ADVICE


def resource_kind(type_: str) -> str:
    """Return the noun for a CloudFormation resource type: `task definition` for `AWS::ECS::TaskDefinition`.

    It is the name of the kind of fact that describes such resources. For other types it is the last part of the type
    in lower case.
    """
    names = (name for name, fact_type in fact_kinds().items() if type_ == fact_type.TYPE)
    return next(names, type_.rpartition("::")[2].lower()).replace("-", " ")


def pluralize(count: int, singular: str, plural: str = "") -> str:
    """Return `1 account` or `1,200 accounts`. Without `plural`, an s makes the plural."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def format_number(count: int) -> str:
    """Return `1,764`."""
    return f"{count:,}"


def join_words(words: Sequence[str]) -> str:
    """Return `a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def join_at_most(words: Sequence[str], limit: int) -> str:
    """Return `a, b and 3 more`: at most `limit` words, and the number of the others."""
    omitted = len(words) - limit
    return join_words([*words[:limit], f"{omitted:,} more"] if omitted > 0 else words)


def format_duration(seconds: float) -> str:
    """Return `41 s`, `3 min 20 s` or `2 h 5 min`."""
    total = max(0, round(seconds))
    if total < _SECONDS_PER_MINUTE:
        return f"{total} s"
    minutes, rest = divmod(total, _SECONDS_PER_MINUTE)
    if minutes < _MINUTES_PER_HOUR:
        return f"{minutes} min {rest} s"
    return f"{minutes // _MINUTES_PER_HOUR} h {minutes % _MINUTES_PER_HOUR} min"


def format_utc(moment: datetime) -> str:
    """Return a moment to the minute: `2026-11-23 02:00 UTC`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def describe_reason(reason: str, texts: Mapping[str, str]) -> str:
    """Return a predicate for a reason of a check, such as `is privileged`; `texts` are the check's reason texts."""
    return sanitize(texts.get(reason) or reason.replace("-", " "))


def describe_reasons(reasons: Iterable[str], texts: Mapping[str, str]) -> str:
    """Return a predicate for several reasons: `is privileged and runs as root`."""
    return join_words([describe_reason(reason, texts) for reason in reasons])
