"""What a command comes to: text for standard output, and what the shell sees."""

from __future__ import annotations

from dataclasses import dataclass

OK = 0
FAILED = 1
USAGE_ERROR = 2
FINDINGS = 3
INCOMPLETE = 4
BOTH = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """`exit_code` is one of the documented codes; `text` ends without a newline."""

    text: str = ""
    exit_code: int = OK
