"""The report as a test reads it: its elements and its text."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

_VOID = {"meta", "link", "br", "input"}
_INLINE = {"a", "abbr", "b", "bdi", "code", "span"}
_SILENT = {"style", "script", "title"}


class Page(HTMLParser):
    """Collects every element with its attributes, and the text that a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.inline: dict[str, list[str]] = {"style": [], "script": [], "title": []}
        self._open: list[str] = []
        self._words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _INLINE:
            self._words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes nothing that is open"
        if tag not in _INLINE:
            self._words.append(" ")

    def handle_data(self, data: str) -> None:
        silent = [tag for tag in self._open if tag in _SILENT]
        if silent:
            self.inline[silent[0]].append(data)
        else:
            self._words.append(data)

    @property
    def text(self) -> str:
        """All text in reading order, blanks run together."""
        return " ".join("".join(self._words).split())

    @property
    def tags(self) -> Counter[str]:
        """How many of each element."""
        return Counter(tag for tag, _ in self.elements)

    def all(self, tag: str) -> list[dict[str, str]]:
        """Attributes of every such element."""
        return [attributes for name, attributes in self.elements if name == tag]
