"""Faults as rules: a kind, the affected calls and a frequency.

Whether a rule with a rate applies is derived from the call and from the number of identical calls before it. So the
same calls meet the same faults in any order, and a retry has its own chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fleet.calls import Call

#: Kind -> what the client observes.
KINDS = {
    "http-500": "an internal error of the service",
    "http-503": "the service is unavailable; SlowDown from S3",
    "throttle": "Rate exceeded, regardless of the token bucket",
    "reset": "the connection is reset instead of an answer",
    "lost": "the call takes effect, then the connection is reset instead of an answer",
    "hang": "no response",
    "slow": "a response after `seconds`",
    "truncated": "half of the body, then the connection closes",
    "garbled": "200 with half of the body and the matching length",
    "empty": "200 without a body",
    "proxy-page": "200 with a page of HTML",
    "bad-gateway": "502 with a page of HTML",
    "role-refused": "AssumeRole says AccessDenied",
    "scp-denied": "an explicit deny in a service control policy (not for STS, Organizations and S3)",
    "access-denied": "no identity-based policy allows it",
    "region-disabled": "the account has not enabled the region: not listed, and tokens are not recognized there",
    "bad-token": "tokens are not recognized although the region is enabled",
    "expired-token": "sessions older than `seconds`, or with more than `times` calls behind them, have expired",
    "missing": "the resource does not exist: `failures` in a 200 if the operation has them",
    "tags-refused": "a call of ECS that requests tags has an invalid parameter: an ARN in the old format",
    "page-expired": "the page token of the tag index has expired",
    "rewritten": "200 with every match of `find`, a regular expression, replaced by `replacement`",
    "endless": "every page has a new token, and the page that follows is the first one again",
    "precondition-failed": "S3 says 412",
    "conflict": "S3 says 409",
    "not-implemented": "S3 says 501 to a conditional write",
    "trickle": "the answer arrives byte by byte, five bytes per second",
}
#: The services that a kind of fault affects, and those that it does not affect, if a rule names none.
_SERVICES = {
    "role-refused": ("sts",),
    "tags-refused": ("ecs",),
    "page-expired": ("tag",),
    "precondition-failed": ("s3",),
    "conflict": ("s3",),
    "not-implemented": ("s3",),
}
_SPARED = {"scp-denied": ("sts", "organizations", "s3"), "region-disabled": ("organizations", "s3")}


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule. Names are globs; empty `accounts` and `services` mean all.

    `skip` ignores the first matching calls, `times` ends the rule after as many calls (0: never). With `every` and
    `lasts` (seconds) it applies periodically.
    """

    kind: str
    rate: float = 1.0
    accounts: tuple[str, ...] = ()
    region: str = "*"
    services: tuple[str, ...] = ()
    operation: str = "*"
    resource: str = "*"
    skip: int = 0
    times: int = 0
    seconds: float = 0.0
    every: float = 0.0
    lasts: float = 0.0
    find: str = ""
    replacement: str = ""

    def __post_init__(self) -> None:
        """Reject unknown kinds: a fault that never applies would make a test pass without testing anything."""
        if self.kind not in KINDS:
            message = f"There is no fault {self.kind!r}; there are {', '.join(KINDS)}."
            raise ValueError(message)

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Fault:
        """Return the rule of a document."""
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()
        }
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """Return the document of the rule."""
        return asdict(self)


class Faults:
    """All rules, indexed by account."""

    def __init__(self, rules: Sequence[Fault], seed: int = 0) -> None:
        """Index the rules by account."""
        self._seed = seed
        self._used: Counter[object] = Counter()
        numbered = list(enumerate(rules))
        self._everywhere = [(number, rule) for number, rule in numbered if not rule.accounts]
        named = {account for rule in rules for account in rule.accounts}
        self._by_account = {
            account: [pair for pair in numbered if not pair[1].accounts or account in pair[1].accounts]
            for account in named
        }

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._everywhere or self._by_account)

    def choose(self, call: Call, key: int, before: int, now: float) -> Fault | None:
        """Return the first rule that applies to a call that was made `before` times already, or None."""
        for number, rule in self._by_account.get(call.account, self._everywhere):
            if _matches(rule, call) and self._applies(number, rule, call, key, before, now):
                return rule
        return None

    def disabled(self, account: str, region: str) -> bool:
        """Whether a rule disables the region in the account."""
        rules: Iterable[tuple[int, Fault]] = self._by_account.get(account, self._everywhere)
        return any(rule.kind == "region-disabled" and fnmatchcase(region, rule.region) for _, rule in rules)

    def _applies(self, number: int, rule: Fault, call: Call, key: int, before: int, now: float) -> bool:  # noqa: PLR0913, PLR0917 - internal; a class would not be clearer
        if rule.kind == "expired-token":
            return self._expired(number, rule, call, now)
        if rule.every and now % rule.every >= rule.lasts:
            return False
        if rule.rate < 1.0 and _random_fraction(self._seed, number, key, before) >= rule.rate:
            return False
        if rule.skip or rule.times:
            self._used[number] += 1
            used = self._used[number]
            return used > rule.skip and (not rule.times or used <= rule.skip + rule.times)
        return True

    def _expired(self, number: int, rule: Fault, call: Call, now: float) -> bool:
        session = call.session
        if session.issued is None:
            return False
        if rule.times:
            self._used[number, session.key] += 1
            return self._used[number, session.key] > rule.times
        return now - session.issued > rule.seconds


def _matches(rule: Fault, call: Call) -> bool:
    services = rule.services or _SERVICES.get(rule.kind, ())
    if services and call.service.prefix not in services:
        return False
    if not rule.services and call.service.prefix in _SPARED.get(rule.kind, ()):
        return False
    if rule.kind == "role-refused" and call.operation != "AssumeRole":
        return False
    if rule.kind == "tags-refused" and "TAGS" not in call.payload.get("include", ()):
        return False
    if (rule.kind == "page-expired" and not call.payload.get("PaginationToken")) or (
        rule.kind == "not-implemented" and not _is_conditional(call)
    ):
        return False
    return (
        (rule.region == "*" or fnmatchcase(call.region, rule.region))
        and (rule.operation == "*" or fnmatchcase(call.operation, rule.operation))
        and (rule.resource == "*" or fnmatchcase(call.resource, rule.resource))
    )


def _is_conditional(call: Call) -> bool:
    return any(map(call.request.header, (b"if-match", b"if-none-match")))


def _random_fraction(seed: int, number: int, key: int, before: int) -> float:
    text = b"%d/%d/%d/%d" % (seed, number, key, before)
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little") / 2**64
