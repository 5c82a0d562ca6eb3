"""Secrets inside a longer value: in URLs, connection strings, JSON and command line options."""

import re

from auditor.secret_detection.allowlist import is_harmless, is_placeholder
from auditor.secret_detection.entropy import looks_random
from auditor.secret_detection.names import NameMeaning, classify_name

#: `scheme://user:password@`. Neither part contains a slash, so that `http://host:80/x@y` does not match.
_URL = re.compile(r"://[^\s/?#:@]{0,256}:([^\s@/]{1,1024})@")
#: A port with a query or fragment that contains `@` looks like a password, but is none.
_PORT = re.compile(r"\d{1,5}[?#]", re.ASCII)
#: `user:password@tcp(host:3306)/db`, and `jdbc:oracle:thin:user/password@host`.
_GO = re.compile(r"[^\s:/@]{1,64}:([^\s@]{1,256})@(?:tcp|unix)\(")
_ORACLE = re.compile(r"jdbc:oracle:\w{2,8}:[^\s/@]{1,64}/([^\s@/]{1,256})@")

#: `name=value` and `"name": "value"`, also inside a JSON string. A name starts at a word boundary and every part has a
#: maximum length, so that the time grows linearly with the length of the text.
_PAIR = re.compile(
    r"""(?<![\w.-]) ([\w.-]{1,128})
        (?: \\{0,3}["']\s{0,64}[:=]\s{0,64} | [ ]{1,2}=[ ]{0,2} | = )
        (?: \\{0,3}["'] ([^"'\\\n]{1,1024}) | ([^\s"'\\,;&]{1,1024}) )
    """,
    re.VERBOSE | re.ASCII,
)
#: `name: value` at the end of a line: with more words after it, it would be a sentence.
_LINE = re.compile(
    r"""(?<![\w.-]) ([\w.-]{1,128}) :[ \t]{1,8}
        (?: ["'] ([^"'\\\n]{1,1024}) ["'] | ([^\s"'\\,;&]{1,1024}+) [ \t]{0,8} (?=[\r\n,}\]]|\Z) )
    """,
    re.VERBOSE | re.ASCII,
)
#: The start of a template mark: a pair may contain only the first part of it.
_OPENINGS = ("${", "$(", "{{", "%{", "<%", "#{")


def has_url_password(value: str) -> bool:
    """Whether a URL in a value contains a password that is not a placeholder."""
    if any(not is_placeholder(match[1]) and not _PORT.match(match[1]) for match in _URL.finditer(value)):
        return True
    other = _GO.match(value) or _ORACLE.match(value)
    return other is not None and not is_placeholder(other[1])


def has_embedded_secret(value: str) -> bool:
    """Whether a value contains a pair of name and value that would be a secret as a variable."""
    return any(
        is_secret(classify_name(name), name, text)
        for pairs in (_PAIR, _LINE)
        for name, quoted, bare in pairs.findall(value)
        if not (text := quoted or _without_brackets(bare)).startswith(_OPENINGS)
    )


def _without_brackets(text: str) -> str:
    """Return a text without closing brackets whose opening brackets are not part of it."""
    without = text.rstrip(")]}")
    return text if any(bracket in without for bracket in "([{") else without


def is_secret(meaning: NameMeaning, name: str, value: str) -> bool:
    """Whether a value is a secret under a name with this meaning."""
    if meaning is NameMeaning.PASSWORD:
        return not is_harmless(name, value, password=True)
    if meaning is NameMeaning.KEY:
        return not is_harmless(name, value)
    return meaning is NameMeaning.HINT and looks_random(value) and not is_harmless(name, value)
