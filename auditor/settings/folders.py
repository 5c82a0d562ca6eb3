"""The folders of user-defined checks, which must be known before the rest of the settings can be read."""

from collections.abc import Mapping

from auditor.domain.errors import Problem
from auditor.settings.fields import is_folder
from auditor.settings.overrides import Override
from auditor.yaml_files import Document, one_or_more, parse_with_duplicates

_PATH = ("checks", "folders")


def folders(text: str | None, source: str, overrides: Mapping[str, Override]) -> dict[str, Problem]:
    """Return the folders that the settings name, each with an empty problem at its position for later messages.

    Raises ConfigError if the text is not a YAML document; all other problems of the text are left to `load`.
    """
    document = Document.empty(source) if text is None else parse_with_duplicates(text, source)[0]
    if (override := overrides.get(".".join(_PATH))) is not None:
        document = document.overridden(_PATH, override.value, override.source)
    section = document.data.get(_PATH[0]) if isinstance(document.data, dict) else None
    value = section.get(_PATH[1]) if isinstance(section, dict) else None
    if isinstance(value, str):
        return {value: document.problem(_PATH, "")} if is_folder(value) else {}
    paths = one_or_more(value)
    if not isinstance(paths, tuple):
        return {}
    return {path: document.problem((*_PATH, index), "") for index, path in enumerate(paths) if is_folder(path)}
