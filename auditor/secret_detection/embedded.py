"""Secrets inside a longer value: a password in a URL or a connection string, a member of JSON, an option."""

from __future__ import annotations

import re

from auditor.secret_detection.allowlist import is_placeholder, is_plain
from auditor.secret_detection.entropy import looks_random
from auditor.secret_detection.names import Says, read

#: `scheme://user:password@`. Neither part holds a slash, so that `http://host:80/x@y` is none.
_URL = re.compile(r"://[^\s/?#:@]{0,256}:([^\s@/]{1,1024})@")
#: A port, and a query or fragment that holds an `@`, look like a password.
_PORT = re.compile(r"\d{1,5}[?#]", re.ASCII)
#: `user:password@tcp(host:3306)/db`, and `jdbc:oracle:thin:user/password@host`.
_GO = re.compile(r"[^\s:/@]{1,64}:([^\s@]{1,256})@(?:tcp|unix)\(")
_ORACLE = re.compile(r"jdbc:oracle:\w{2,8}:[^\s/@]{1,64}/([^\s@/]{1,256})@")

#: `name=value` and `"name": "value"`, also within a string of JSON. A name starts where a word does and every part has
#: a largest length, so the time grows with the text only.
_PAIR = re.compile(
    r"""(?<![\w.-]) ([\w.-]{1,128})
        (?: \\{0,3}["']\s{0,64}[:=]\s{0,64} | [ ]{1,2}=[ ]{0,2} | = )
        (?: \\{0,3}["'] ([^"'\\\n]{1,1024}) | ([^\s"'\\,;&]{1,1024}) )
    """,
    re.VERBOSE | re.ASCII,
)
#: `name: value` with nothing behind it: more words would make it a sentence.
_LINE = re.compile(
    r"""(?<![\w.-]) ([\w.-]{1,128}) :[ \t]{1,8}
        (?: ["'] ([^"'\\\n]{1,1024}) ["'] | ([^\s"'\\,;&]{1,1024}+) [ \t]{0,8} (?=[\r\n,}\]]|\Z) )
    """,
    re.VERBOSE | re.ASCII,
)
#: Of a text that a program fills in, a pair may hold the beginning only.
_OPENINGS = ("${", "$(", "{{", "%{", "<%", "#{")


def url_password(value: str) -> bool:
    """Whether a URL in the value holds a password that is not to be filled in."""
    if any(not is_placeholder(each[1]) and not _PORT.match(each[1]) for each in _URL.finditer(value)):
        return True
    other = _GO.match(value) or _ORACLE.match(value)
    return other is not None and not is_placeholder(other[1])


def named_inside(value: str) -> bool:
    """Whether a pair of a name and a value inside is what the variable itself would be suspected for."""
    return any(
        is_secret(read(name), name, text)
        for pairs in (_PAIR, _LINE)
        for name, quoted, bare in pairs.findall(value)
        if not (text := quoted or _without_brackets(bare)).startswith(_OPENINGS)
    )


def _without_brackets(text: str) -> str:
    """The text without brackets that were opened before it."""
    without = text.rstrip(")]}")
    return text if any(each in without for each in "([{") else without


def is_secret(says: Says, name: str, value: str) -> bool:
    """Whether a value is a secret, given what its name says."""
    if says is Says.PASSWORD:
        return not is_plain(name, value, password=True)
    if says is Says.KEY:
        return not is_plain(name, value)
    return says is Says.HINT and looks_random(value) and not is_plain(name, value)
