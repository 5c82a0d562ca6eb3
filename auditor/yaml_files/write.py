"""Plain data into YAML that `parse` reads back unchanged."""

from typing import Any

import yaml

from auditor.yaml_files.scalars import resolve


class _Dumper(yaml.SafeDumper):
    """Quotes every text that a reader could take for something else."""


def _text(dumper: _Dumper, text: str) -> Any:
    style = '"' if resolve(text) != text or not text.isprintable() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def dump(data: object) -> str:
    """Return mappings, lists and texts as YAML, ASCII only, in the order of the data."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, width=110)
    return text
