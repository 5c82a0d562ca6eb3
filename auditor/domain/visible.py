"""Make every character of a text visible."""

_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    r"""Return a text on one line with visible characters only.

    Control characters, terminal escapes, direction marks, other invisible characters and lone surrogates are replaced
    with the escape that Python would print, such as `\x1b` or `\u202e`.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def _escape(char: str) -> str:
    return _SHORT_ESCAPES.get(char) or char.encode("unicode_escape").decode("ascii")
