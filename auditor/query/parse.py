"""Parse a query: words, "phrases in quotes", qualifier:value and qualifier:value1,value2, each negated by a hyphen."""

import difflib
import re
from collections.abc import Collection, Iterator

from auditor.domain.framework import framework_name
from auditor.query.terms import QUALIFIERS, SYNONYMS, WORDS, Query, Term

#: A term: an optional hyphen, an optional qualifier, then quoted and unquoted parts without a space between them.
_TERM = re.compile(r"""(?P<negated>-?)(?:(?P<qualifier>[A-Za-z][A-Za-z0-9_.-]*):)?(?P<value>(?:"[^"]*"|[^\s"])*)""")
_VALUE = re.compile(r'((?:"[^"]*"|[^,"])*)(?:,|$)')
_LONGEST = 2_000


class QueryError(Exception):
    """A query that cannot be understood. `advice` says what to write."""

    def __init__(self, problem: str, advice: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.advice = advice


def parse(text: str, frameworks: Collection[str] = ()) -> Query:
    """Return the query of a text.

    `frameworks` are the names that a qualifier may abbreviate: `cis:3.4` is control 3.4 of each framework whose name
    starts with `cis`. Raises QueryError.
    """
    if len(text) > _LONGEST:
        raise QueryError(f"the query has more than {_LONGEST:,} characters", "Search for less.")
    if text.count('"') % 2:
        raise QueryError("a quote is not closed", 'Write phrases as "two words".')
    return Query(tuple(_terms(text, frameworks)))


def _terms(text: str, frameworks: Collection[str]) -> Iterator[Term]:
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        match = _TERM.match(text, position)
        if match is None or match.end() == position:  # cannot happen: any character starts a term
            raise QueryError(f"unexpected {text[position]!r}", "Write words, or qualifier:value.")
        position = match.end()
        yield _term(match, frameworks)


def _term(match: re.Match[str], frameworks: Collection[str]) -> Term:
    negated, name, value = bool(match["negated"]), (match["qualifier"] or "").lower(), match["value"]
    qualifier = SYNONYMS.get(name, name)
    abbreviated = _is_framework(name, frameworks)
    if name and qualifier not in QUALIFIERS and not abbreviated:
        raise QueryError(f"{name!r} is not a qualifier", _advice(name, [*QUALIFIERS, *SYNONYMS]))
    if not name:
        if not (word := _unquoted(value)):
            raise QueryError(f"{match[0]!r} searches for nothing", "Write a word after the hyphen, or remove it.")
        return Term("", (word.casefold(),), negated)
    values = tuple(filter(None, (_unquoted(part).casefold() for part in _VALUE.findall(value))))
    if not values:
        raise QueryError(f"{name}: has no value", f"Write {name}:value; it is {_meaning(qualifier)}.")
    for word in values:
        if words := WORDS.get(qualifier):
            _check_word(name, word, words)
    return Term("control" if abbreviated else qualifier, values, negated, name if abbreviated else "")


def _is_framework(name: str, frameworks: Collection[str]) -> bool:
    return bool(name) and name not in QUALIFIERS and any(framework.startswith(name) for framework in frameworks)


def _check_word(name: str, word: str, words: Collection[str]) -> None:
    if word not in words:
        raise QueryError(
            f"{name}:{word}: {word!r} is not a {name}" if name != "is" else f"is:{word} does not exist",
            _advice(word, words),
        )


def _advice(word: str, words: Collection[str]) -> str:
    similar = difflib.get_close_matches(word, words, n=1)
    return f"Did you mean {similar[0]}?" if similar else f"There are: {', '.join(sorted(words))}."


def _meaning(qualifier: str) -> str:
    return QUALIFIERS.get(qualifier) or f"a control of {framework_name(qualifier)}"


def _unquoted(text: str) -> str:
    return text.replace('"', "")
