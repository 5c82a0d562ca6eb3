"""The headline of a run: coverage first, then failures, then what could not be evaluated."""

from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason
from auditor.domain.result import AccountSource, RunResult
from auditor.reports.labels import WORST_FIRST, join_words, pluralize
from auditor.reports.totals import RunTotals

INCOMPLETE = "INCOMPLETE"

#: Accounts outside the inventory that the headline names; the report and `summary.json` name more.
_MOST_UNLISTED = 5

#: Reasons for UNKNOWN findings that say that the resource was not read.
_NOT_READ = frozenset(Reason) - {Reason.INTERNAL_ERROR}


def css_class(totals: RunTotals) -> str:
    """Return the style of the headline: `incomplete`, `failing`, `unknown` or `clean`."""
    if not totals.result.complete:
        return "incomplete"
    if totals.result.integrity or totals.result.count(Status.FAIL):
        return "failing"
    return "unknown" if totals.result.count(Status.UNKNOWN) else "clean"


def sentences(totals: RunTotals) -> tuple[str, ...]:
    """Return the headline. Its first word is INCOMPLETE if anything expected was not examined."""
    first_word = "Complete" if totals.result.complete else INCOMPLETE
    if totals.result.narrowed_by:
        first_word += f", narrowed by {join_words(totals.result.narrowed_by)}"
    interrupted = "the run was interrupted; " if totals.result.interrupted else ""
    parts = (
        f"{first_word}: {interrupted}{_coverage(totals)}.",
        _integrity(totals),
        _other_accounts(totals.result),
        _failures(totals),
        _unknowns(totals),
    )
    return tuple(part for part in parts if part)


def sentence(totals: RunTotals) -> str:
    """Return the headline as one line."""
    return " ".join(sentences(totals))


def _other_accounts(result: RunResult) -> str:
    """Say what is not known about accounts that were not audited."""
    if result.account_source is AccountSource.CREDENTIALS:
        return "Only the account of the credentials was audited."
    if result.account_source is AccountSource.ORGANIZATION:
        return ""
    unlisted = result.unlisted
    if unlisted is None or not unlisted.consulted:
        why = f" ({unlisted.problem})" if unlisted else ""
        return f"AWS Organizations was not consulted for other accounts{why}."
    if not unlisted.total:
        return "The inventory names every active account of the organization."
    at_least = "At least " if unlisted.problem else ""
    ids = [account.id for account in unlisted.named[:_MOST_UNLISTED]]
    more = unlisted.total - len(ids)
    listed = join_words([*ids, *([f"{more:,} more"] if more else [])])
    accounts = pluralize(unlisted.total, "active account of the organization", "active accounts of the organization")
    verbs = ("is", "was") if unlisted.total == 1 else ("are", "were")
    return f"{at_least}{accounts} {verbs[0]} not in the inventory and {verbs[1]} not audited: {listed}."


def _integrity(totals: RunTotals) -> str:
    problems = totals.result.integrity
    if not problems:
        return ""
    kinds = join_words(sorted({problem.kind.value for problem in problems}))
    return f"STORED STATE WAS CHANGED by another writer ({kinds}); this run did not use it."


def _coverage(totals: RunTotals) -> str:
    counts, expected = totals.accounts_by_status, len(totals.result.expected_accounts)
    full, part, none = (
        counts[status] for status in (CoverageStatus.EXAMINED, CoverageStatus.PARTIAL, CoverageStatus.NOT_EXAMINED)
    )
    if not expected:
        accounts = "every account is excluded" if totals.result.accounts else "the inventory has no accounts"
        return f"nothing was expected to be examined because {accounts}"
    if expected == 1:
        partly = "was only partly examined" if part else "could not be examined"
        return f"the account {'was fully examined' if full else partly}"
    if full == expected:
        of_inventory = " of the inventory" if (unlisted := totals.result.unlisted) and unlisted.total else ""
        return f"all {expected:,} accounts{of_inventory} were fully examined"
    if none == expected:
        return f"none of {expected:,} accounts could be examined"
    examined = f"{full:,} of {expected:,} accounts were" if full else f"none of {expected:,} accounts was"
    return f"{examined} fully examined; {_not_full(part, none)}"


def _not_full(part: int, none: int) -> str:
    if not none:
        return f"{part:,} only partly"
    return f"{part:,} only partly and {none:,} not at all" if part else f"{none:,} not at all"


def _failures(totals: RunTotals) -> str:
    by_severity = {severity: totals.result.failing(severity) for severity in WORST_FIRST}
    total = sum(by_severity.values())
    if not total:
        return _no_failures(totals)
    accounts = sum(any(summary.failing.values()) for summary in totals.result.accounts)
    severities = ", ".join(f"{count:,} {severity}" for severity, count in by_severity.items() if count)
    return f"{pluralize(total, 'failure')} in {pluralize(accounts, 'account')}: {severities}."


def _no_failures(totals: RunTotals) -> str:
    if totals.coverage_status is CoverageStatus.NOT_EXAMINED:
        return "Nothing was examined, so nothing is known to be clean."
    if passed := totals.result.count(Status.PASS):
        return f"No failures: {pluralize(passed, 'finding is', 'findings are')} PASS."
    if totals.result.count(Status.NOT_APPLICABLE):
        return "No failures: the checks do not apply to any examined resource."
    return "" if totals.result.count(Status.UNKNOWN) else "No resources were found in what was examined."


def _unknowns(totals: RunTotals) -> str:
    count, listed = totals.result.count(Status.UNKNOWN), totals.result.unknowns
    if not count:
        return ""
    if not listed:
        return f"{pluralize(count, 'finding is', 'findings are')} UNKNOWN."
    resources = len({(finding.account.id, finding.region, finding.resource.arn) for finding in listed})
    checks = len({finding.check_id for finding in listed})
    verb = "read" if all(_NOT_READ.intersection(finding.reasons) for finding in listed) else "evaluated"
    at_least = "At least " if len(listed) < count else ""
    return f"{at_least}{pluralize(resources, 'resource')} could not be {verb} ({pluralize(checks, 'check')})."
