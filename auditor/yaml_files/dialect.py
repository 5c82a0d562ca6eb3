"""What a document may contain: plain YAML in configuration files, tags as functions in CloudFormation templates."""

import re
from dataclasses import dataclass

_SHORT_FORM = re.compile(r"!([A-Z][A-Za-z0-9]*)")
#: Intrinsic functions whose long form has no prefix `Fn::`.
_BARE = frozenset({"Ref", "Condition"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """The rules for one kind of document.

    `deepest` is the number of levels that it may nest. With `intrinsics`, a tag such as `!Sub` is the short form of a
    function and is converted to the long form. With `numbers_as_keys`, keys such as 80 and true are read as text. With
    `yaml_1_1_booleans`, unquoted yes, no, on and off are booleans.
    """

    deepest: int = 32
    intrinsics: bool = False
    numbers_as_keys: bool = False
    yaml_1_1_booleans: bool = False

    @property
    def too_deep(self) -> tuple[str, str]:
        """The message and the advice for a document that nests deeper."""
        return f"is nested deeper than {self.deepest} levels", "Check the brackets."

    def function(self, tag: str | None) -> str | None:
        """Return the long name of the function that a tag calls; None if it calls none."""
        match = _SHORT_FORM.fullmatch(tag or "") if self.intrinsics else None
        if match is None:
            return None
        return match[1] if match[1] in _BARE else f"Fn::{match[1]}"


CONFIGURATION = Dialect()
#: Templates nest functions within functions within properties, and have ports and account IDs as keys. CloudFormation
#: reads YAML 1.1.
TEMPLATE = Dialect(deepest=64, intrinsics=True, numbers_as_keys=True, yaml_1_1_booleans=True)


def long_form(function: str, argument: object) -> object:
    """Return the argument in the function's long form: that of `!GetAtt A.B` is the list [A, B]."""
    if function == "Fn::GetAtt" and isinstance(argument, str) and "." in argument:
        return argument.split(".", 1)
    return argument
