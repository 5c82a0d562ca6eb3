"""Which liberties a document may take. Configuration takes none; templates of CloudFormation have ways of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SHORT_FORM = re.compile(r"!([A-Z][A-Za-z0-9]*)")
#: Intrinsic functions whose long form has no `Fn::` before it.
_BARE = frozenset({"Ref", "Condition"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """How much a document may ask for.

    `deepest` is how many levels it may nest. With `intrinsics`, a tag such as `!Sub` is the short form of a function:
    its value reads as the long form does. With `numbers_as_keys`, what stands before a colon is text whatever it is.
    """

    deepest: int = 32
    intrinsics: bool = False
    numbers_as_keys: bool = False

    @property
    def too_deep(self) -> tuple[str, str]:
        """What is said of a document that nests deeper, and what to do."""
        return f"is nested deeper than {self.deepest} levels", "Check the brackets."

    def function(self, tag: str | None) -> str | None:
        """Return the long name of the function that a tag stands for, None where it stands for none."""
        match = _SHORT_FORM.fullmatch(tag or "") if self.intrinsics else None
        if match is None:
            return None
        return match[1] if match[1] in _BARE else f"Fn::{match[1]}"


CONFIGURATION = Dialect()
#: Templates nest a function within a function within a property, and map ports and account ids.
TEMPLATE = Dialect(deepest=64, intrinsics=True, numbers_as_keys=True)


def long_form(function: str, argument: object) -> object:
    """Return what a function is given, as its long form has it: `!GetAtt A.B` names two things in one text."""
    if function == "Fn::GetAtt" and isinstance(argument, str) and "." in argument:
        return argument.split(".", 1)
    return argument
