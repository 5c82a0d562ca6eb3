"""Which items cover which findings. Pure.

A run has up to millions of findings and thousands of items, so items are looked up: by account, then by check, then by
the exact names of the resource. Items with a glob are tried one after the other, once any of the globs matches.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.patterns import is_glob, matches, matches_unit, one_of
from auditor.domain.result import AccountResult
from auditor.domain.scope import EVERY_REGION, Account
from auditor.exceptions.model import ExceptionItem, ReopenOn
from auditor.exceptions.tally import Tally

_CONTAINER = "container"
#: Sets of items that apply to the same accounts, each with its index. Most accounts share the items without an account.
_KEPT_INDEXES = 64


@dataclass(frozen=True, slots=True)
class Cover:
    """What the items say about one failing finding.

    `item` is the exception of the finding, None if it has none. `matched` are all valid items that match it or a part
    of it; of these, `reopened` no longer hold for it. `expired` are items that would match it.
    """

    item: ExceptionItem | None = None
    matched: tuple[ExceptionItem, ...] = ()
    reopened: tuple[ExceptionItem, ...] = ()
    expired: tuple[ExceptionItem, ...] = ()


class _Candidates:
    """Items of one check: by the exact text for the resource, with a glob for it, and without a resource."""

    def __init__(self, items: Iterable[ExceptionItem]) -> None:
        self._exact: dict[str, list[ExceptionItem]] = {}
        self._globs: list[ExceptionItem] = []
        self._any: list[ExceptionItem] = []
        for item in items:
            if item.resource is None:
                self._any.append(item)
            elif is_glob(item.resource):
                self._globs.append(item)
            else:
                self._exact.setdefault(item.resource, []).append(item)
        self._matches_any_glob = one_of(item.resource or "" for item in self._globs)

    def matching(self, finding: Finding) -> list[ExceptionItem]:
        """Return the items that match the region and the resource of a finding."""
        names = _names(finding)
        items = [item for name in names for item in self._exact.get(name, ())] + self._any
        if self._globs and any(map(self._matches_any_glob, names)):
            items += (item for item in self._globs if any(matches(item.resource, name) for name in names))
        return [item for item in items if matches(item.region, finding.region)]


class Register:
    """The items of a run and the checks that it enables. May be used by several threads."""

    def __init__(
        self, items: Sequence[ExceptionItem], collectors_by_check: Mapping[str, Iterable[str]], today: date
    ) -> None:
        """Take the items in force on `today`; `collectors_by_check` has the collectors of each enabled check."""
        self._today = today
        self._items = tuple(items)
        self._checks = {
            item.id: tuple(check_id for check_id in collectors_by_check if matches(item.check, check_id))
            for item in items
        }
        self._collectors = {
            item_id: frozenset(name for check_id in check_ids for name in collectors_by_check[check_id])
            for item_id, check_ids in self._checks.items()
        }
        self._exceptions = {item.id: item.risk_exception() for item in items}
        self._by_account_id: dict[str, list[int]] = {}
        self._by_other_means: list[int] = []
        for position, item in enumerate(items):
            if item.account is not None and not is_glob(item.account) and item.account.isdecimal():
                self._by_account_id.setdefault(item.account, []).append(position)
            else:
                self._by_other_means.append(position)
        self._index = lru_cache(maxsize=_KEPT_INDEXES)(self._build_index)

    def apply(self, result: AccountResult) -> tuple[AccountResult, Tally]:
        """Return the result with the exceptions of its failing findings, and what that tells about the items."""
        if not self._items:
            return result, Tally()
        positions = self._applying(result.account)
        if not positions:
            return result, Tally()
        index, tally = self._index(positions), Tally()
        findings = tuple(self._judged(finding, index, tally) for finding in result.findings)
        self._note_coverage(result, [self._items[position] for position in positions], tally)
        return replace(result, findings=findings), tally

    def _judged(self, finding: Finding, index: Mapping[str, _Candidates], tally: Tally) -> Finding:
        """Return a finding with its exception, if it has one, and note what it tells about the items."""
        candidates = index.get(finding.check_id)
        if candidates is None or finding.status not in (Status.FAIL, Status.UNKNOWN):
            return finding
        items = candidates.matching(finding)
        if not items:
            return finding
        if finding.status is Status.UNKNOWN:
            tally.unchecked.update(item.id for item in items)
            return finding
        result = cover(finding, items, self._today)
        for item in (*result.matched, *result.expired):
            tally.findings[item.id] += 1
        for item in result.reopened:
            tally.reopened[item.id] += 1
        return replace(finding, exception=self._exceptions[result.item.id]) if result.item else finding

    def _applying(self, account: Account) -> tuple[int, ...]:
        """Return the positions of the items that apply to an account, in the order of the file."""
        candidates = sorted([*self._by_account_id.get(account.id, ()), *self._by_other_means])
        return tuple(position for position in candidates if _applies(self._items[position], account))

    def _build_index(self, positions: tuple[int, ...]) -> dict[str, _Candidates]:
        by_check: dict[str, list[ExceptionItem]] = {}
        for item in (self._items[position] for position in positions):
            for check_id in self._checks[item.id]:
                by_check.setdefault(check_id, []).append(item)
        return {check_id: _Candidates(items) for check_id, items in by_check.items()}

    def _note_coverage(self, result: AccountResult, items: Sequence[ExceptionItem], tally: Tally) -> None:
        """Note which items met an account at all, and which could match something that was not examined."""
        regions = {record.region for record in result.coverage}
        missing: dict[str, set[str]] = {}
        for record in result.coverage:
            if record.status is not CoverageStatus.EXAMINED:
                missing.setdefault(record.collector, set()).add(record.region)
        for item in items:
            if item.region is None or is_glob(item.region) or item.region in regions:
                tally.met.add(item.id)
            if missing and any(
                region == EVERY_REGION or matches(item.region, region)
                for collector in self._collectors[item.id]
                for region in missing.get(collector, ())
            ):
                tally.unchecked.add(item.id)


def cover(finding: Finding, items: Sequence[ExceptionItem], today: date) -> Cover:
    """Return what items that match the account, region and resource of a failing finding say about it."""
    parts = _failing_parts(finding)
    matched: list[ExceptionItem] = []
    reopened: list[ExceptionItem] = []
    expired: list[ExceptionItem] = []
    holders: dict[tuple[str, str], list[ExceptionItem]] = {}
    for item in items:
        own = {part: reasons for part, reasons in parts.items() if _is_about(item, part)}
        if not own:
            continue
        if item.expires < today:
            expired.append(item)
            continue
        matched.append(item)
        if _is_reopened(item, finding, frozenset().union(*own.values())):
            reopened.append(item)
            continue
        for part in own:
            holders.setdefault(part, []).append(item)
    covered = len(holders) == len(parts)
    # The finding is covered until the first of its parts is not, and a part until the last of its items expires.
    last = [max(own, key=lambda item: (item.expires, item.container is None)) for own in holders.values()]
    holder = min(last, key=lambda item: item.expires) if covered else None
    return Cover(holder, tuple(matched), tuple(reopened), tuple(expired))


def _applies(item: ExceptionItem, account: Account) -> bool:
    return (
        (item.account is None or matches(item.account, account.id) or matches(item.account, account.name))
        and matches_unit(item.ou, account.ou)
        and all(key in account.tags and matches(pattern, account.tags[key]) for key, pattern in item.tag.items())
    )


def _names(finding: Finding) -> tuple[str, ...]:
    resource = finding.resource
    names = (resource.arn, resource.unversioned_arn, resource.name, resource.family or "")
    return tuple(dict.fromkeys(name for name in names if name))


def _failing_parts(finding: Finding) -> dict[tuple[str, str], frozenset[str]]:
    """Return the reasons of each failing part by kind and name; ("", "") is the resource as a whole."""
    parts: dict[tuple[str, str], frozenset[str]] = {}
    for evidence in finding.evidence:
        if evidence.reasons:
            key = (evidence.kind, evidence.part)
            parts[key] = parts.get(key, frozenset()).union(evidence.reasons)
    unattributed = frozenset(finding.reasons).difference(*parts.values())
    if unattributed or not parts:
        parts["", ""] = parts.get(("", ""), frozenset()) | unattributed
    return parts


def _is_about(item: ExceptionItem, part: tuple[str, str]) -> bool:
    kind, name = part
    return item.container is None or (kind == _CONTAINER and name != "" and matches(item.container, name))


def _is_reopened(item: ExceptionItem, finding: Finding, reasons: frozenset[str]) -> bool:
    """Whether the item no longer holds for a finding: it also ends if the run could not tell."""
    return (
        (ReopenOn.PUBLIC in item.reopen_on and finding.is_public is not False)
        or (ReopenOn.RUNNING in item.reopen_on and finding.is_running is not False)
        or (ReopenOn.REASONS in item.reopen_on and not reasons <= item.reasons)
    )
