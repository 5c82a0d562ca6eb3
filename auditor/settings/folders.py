"""Where the checks of one's own are: known before the settings as a whole are, since those speak of the checks."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.domain.errors import Problem
from auditor.settings.values import Override
from auditor.yaml_files import Document, parse_with_duplicates

_PATH = ("checks", "folders")


def folders(text: str | None, source: str, overrides: Mapping[str, Override]) -> dict[str, Problem]:
    """Return the folders that the settings name, each with its place, for what there may be to say about it.

    Raises ConfigError where the text is no document at all; what else is wrong with it is for `load` to tell.
    """
    document = Document.empty(source) if text is None else parse_with_duplicates(text, source)[0]
    if (override := overrides.get(".".join(_PATH))) is not None:
        document = document.overridden(_PATH, override.value, override.source)
    section = document.data.get(_PATH[0]) if isinstance(document.data, dict) else None
    given = section.get(_PATH[1]) if isinstance(section, dict) else None
    alone = {(): given} if isinstance(given, str) else {}
    named = {(index,): each for index, each in enumerate(given if isinstance(given, list) else ())} or alone
    return {each: document.problem((*_PATH, *path), "") for path, each in named.items() if _is_folder(each)}


def _is_folder(given: object) -> bool:
    return isinstance(given, str) and given.strip() != "" and "://" not in given
