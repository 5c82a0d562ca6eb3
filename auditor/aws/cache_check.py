"""Compare a random share of the cached facts with AWS, before an account is read.

A writer of the output can change cached facts and the trusted digests together. Without a MAC key, the draw is what
finds that: it cannot be foreseen, and one difference discards the whole cache of the account.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from math import ceil
from random import Random, SystemRandom
from typing import NamedTuple

from auditor.domain.cache import AccountCache
from auditor.domain.integrity import IntegrityKind, IntegrityProblem
from auditor.domain.json_types import Json
from auditor.domain.scope import Account


class CachedFact(NamedTuple):
    """The place of a fact in the cache of an account."""

    region: str
    collector: str
    key: str


#: Describes the resource of a cached fact anew. Returns whether it is the same, None if that cannot be told.
ConfirmFact = Callable[[CachedFact, Json], bool | None]


@dataclass(slots=True)
class CacheCheck:
    """Draws and compares cached facts. Used from any thread.

    One in `one_in` facts is drawn, rounded up for each account; with 0, none is, because the cache is authenticated.
    `compared` lists the keys of compared facts and `problems` the differences, one for each account.
    """

    one_in: int = 0
    random: Random = field(default_factory=SystemRandom)
    compared: list[str] = field(default_factory=list)
    problems: list[IntegrityProblem] = field(default_factory=list)

    def verify(self, account: Account, cache: AccountCache, confirm: ConfirmFact) -> AccountCache:
        """Return the cache without the facts that could not be compared; nothing if one is not what AWS answers."""
        dropped: dict[tuple[str, str], set[str]] = {}
        for drawn in self.draw(cache):
            region, collector, key = drawn
            same = confirm(drawn, cache[region, collector].cached[key])
            if same is None:
                dropped.setdefault((region, collector), set()).add(key)
                continue
            self.compared.append(key)
            if not same:
                detail = "The cached description that auditor would have used is not the one that AWS returns."
                self.problems.append(IntegrityProblem(IntegrityKind.CACHE_MISMATCH, detail, account.id, region, key))
                return {}
        for scope, keys in dropped.items():
            facts = {key: fact for key, fact in cache[scope].cached.items() if key not in keys}
            cache[scope] = replace(cache[scope], cached=facts)
        return cache

    def take(self) -> tuple[int, list[IntegrityProblem]]:
        """Return the number of compared facts and the problems since the last call."""
        compared, self.compared = self.compared, []
        problems, self.problems = self.problems, []
        return len(compared), problems

    def draw(self, cache: AccountCache) -> list[CachedFact]:
        """Return the facts to compare: at least one if there are any."""
        if not self.one_in:
            return []
        candidates = sorted(_keys(cache))
        return self.random.sample(candidates, ceil(len(candidates) / self.one_in))


def usable(cache: AccountCache, regions: Collection[str], collectors: Collection[str]) -> AccountCache:
    """Return the caches of scopes that this run reads."""
    return {scope: content for scope, content in cache.items() if scope[0] in regions and scope[1] in collectors}


def _keys(cache: AccountCache) -> Iterator[CachedFact]:
    return (CachedFact(*scope, key) for scope, content in cache.items() for key in content.cached)
