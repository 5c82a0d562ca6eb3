"""Parse the HTML report into its elements and its text."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

_VOID = {"meta", "link", "br", "input"}
_INLINE = {"a", "abbr", "b", "bdi", "code", "span"}
_NOT_SHOWN = {"style", "script", "title"}


class Page(HTMLParser):
    """The elements of a page with their attributes, and the text that a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.inline: dict[str, list[str]] = {"style": [], "script": [], "title": []}
        self._open: list[str] = []
        self._texts: list[str] = []
        self._heading_starts: list[int] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "h2":
            self._heading_starts.append(len(self._texts))
        self.handle_startendtag(tag, attrs)
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _INLINE:
            self._texts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> does not close an open element"
        if tag not in _INLINE:
            self._texts.append(" ")

    def handle_data(self, data: str) -> None:
        not_shown = [tag for tag in self._open if tag in _NOT_SHOWN]
        if not_shown:
            self.inline[not_shown[0]].append(data)
        else:
            self._texts.append(data)

    @property
    def text(self) -> str:
        """All text in reading order, with single spaces."""
        return _joined(self._texts)

    @property
    def sections(self) -> dict[str, str]:
        """The text of each section by its heading."""
        ends = [*self._heading_starts[1:], len(self._texts)]
        texts = (self._texts[start:end] for start, end in zip(self._heading_starts, ends, strict=True))
        return {text[1]: _joined(text) for text in texts}

    @property
    def tags(self) -> Counter[str]:
        """The number of elements by tag."""
        return Counter(tag for tag, _ in self.elements)

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element with this tag."""
        return [attributes for name, attributes in self.elements if name == tag]


def _joined(texts: list[str]) -> str:
    return " ".join("".join(texts).split())
