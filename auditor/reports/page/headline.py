"""What the run amounts to, in a few numbers and one sentence: coverage first, then failures."""

from __future__ import annotations

from collections import Counter

from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.result import AccountSummary, RunResult
from auditor.reports.labels import WORST_FIRST, join_words, pluralize

INCOMPLETE = "INCOMPLETE"


def coverage_status(summary: AccountSummary) -> CoverageStatus:
    """Return how much of an account was looked at, in the ledger's own words."""
    if summary.excluded:
        return CoverageStatus.EXCLUDED
    if summary.complete:
        return CoverageStatus.EXAMINED
    seen = summary.coverage.get(CoverageStatus.EXAMINED, 0) + summary.coverage.get(CoverageStatus.PARTIAL, 0)
    return CoverageStatus.PARTIAL if seen else CoverageStatus.NOT_EXAMINED


def accounts_by_standing(result: RunResult) -> dict[CoverageStatus, int]:
    """Count the accounts, every status named."""
    counts = Counter(coverage_status(summary) for summary in result.accounts)
    return {status: counts[status] for status in CoverageStatus}


def scopes_by_status(result: RunResult) -> dict[CoverageStatus, int]:
    """Count the ledger rows, every status named."""
    return {status: sum(each.coverage.get(status, 0) for each in result.accounts) for status in CoverageStatus}


def overall(result: RunResult) -> CoverageStatus:
    """Return how much of the whole was looked at, and so what a count over all accounts is worth."""
    if result.complete:
        return CoverageStatus.EXAMINED
    seen = scopes_by_status(result)
    looked = seen[CoverageStatus.EXAMINED] or seen[CoverageStatus.PARTIAL]
    return CoverageStatus.PARTIAL if looked else CoverageStatus.NOT_EXAMINED


def css_class(result: RunResult) -> str:
    """Return `incomplete`, `failing`, `unknown` or `clean`: how the reader should feel about it."""
    if not result.complete:
        return "incomplete"
    if result.count(Status.FAIL):
        return "failing"
    return "unknown" if result.count(Status.UNKNOWN) else "clean"


def sentences(result: RunResult) -> tuple[str, ...]:
    """Return the verdict: coverage first. The first word is INCOMPLETE where anything expected was not examined."""
    opening = "Complete" if result.complete else INCOMPLETE
    stopped = "the run was interrupted; " if result.interrupted else ""
    parts = (f"{opening}: {stopped}{_coverage(result)}.", _failures(result), _unknown(result))
    return tuple(part for part in parts if part)


def sentence(result: RunResult) -> str:
    """Return the verdict in one line."""
    return " ".join(sentences(result))


def _coverage(result: RunResult) -> str:
    counts = accounts_by_standing(result)
    full, part = counts[CoverageStatus.EXAMINED], counts[CoverageStatus.PARTIAL]
    none, expected = counts[CoverageStatus.NOT_EXAMINED], len(result.expected_accounts)
    if not expected:
        return "no account was to be examined, " + (
            "every one is excluded" if result.accounts else "the inventory names none"
        )
    if full == expected:
        return f"all {expected:,} accounts were fully examined" if expected > 1 else "the account was fully examined"
    if none == expected:
        return f"none of {expected:,} accounts could be examined" if none > 1 else "the account could not be examined"
    if expected == 1:
        return "the account was examined only in part"
    if not full:
        return f"none of {expected:,} accounts was fully examined; {_rest(part, none)}"
    return f"{full:,} of {expected:,} accounts were fully examined; {_rest(part, none)}"


def _rest(part: int, none: int) -> str:
    if not none:
        return f"{part:,} only in part"
    return f"{part:,} only in part and {none:,} not at all" if part else f"{none:,} could not be"


def _failures(result: RunResult) -> str:
    by_severity = {severity: result.failing(severity) for severity in WORST_FIRST}
    if not any(by_severity.values()):
        return _no_failures(result)
    kinds = [f"{count:,} {severity}-severity" for severity, count in by_severity.items() if count]
    noun = "failure" if sum(by_severity.values()) == 1 else "failures"
    where = sum(1 for summary in result.accounts if any(summary.failing.values()))
    return f"{join_words(kinds)} {noun} in {pluralize(where, 'account')}."


def _no_failures(result: RunResult) -> str:
    if overall(result) is CoverageStatus.NOT_EXAMINED:
        return "Nothing was examined, so nothing is known to be clean."
    if passed := result.count(Status.PASS):
        return f"No failures: {pluralize(passed, 'verdict is', 'verdicts are')} PASS."
    if result.count(Status.NOT_APPLICABLE):
        return "No failures: the checks apply to nothing that was examined."
    return "" if result.count(Status.UNKNOWN) else "Nothing to judge was found in what was examined."


def _unknown(result: RunResult) -> str:
    count = result.count(Status.UNKNOWN)
    return f"{pluralize(count, 'verdict is', 'verdicts are')} UNKNOWN." if count else ""
