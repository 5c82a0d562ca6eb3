"""Types of plain JSON data, for code that narrows it with `isinstance`."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

#: Any value that JSON can hold.
Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | float | bool | None"
