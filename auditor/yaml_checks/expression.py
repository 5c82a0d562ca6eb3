"""JMESPath over plain data, stricter than the language: what was not read, or cannot be compared, is never an answer.

The only home of jmespath. An expression is compiled once in a process, and an evaluation takes a bounded number of
steps over a bounded amount of data.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import jmespath
from jmespath.exceptions import (
    ArityError,
    IncompleteExpressionError,
    JMESPathError,
    JMESPathTypeError,
    ParseError,
)
from jmespath.functions import Functions
from jmespath.visitor import TreeInterpreter

from auditor.yaml_checks.model import MAYBE_UNREAD
from auditor.yaml_files import FieldError, quote

#: What jmespath makes of an expression: mappings with `type`, `value` and `children`.
Node = dict[str, Any]

LONGEST = 2_000
DEEPEST = 40
#: Nodes visited and values made in one evaluation. A whole definition of the largest size takes a tenth of it.
MOST_STEPS = 200_000

_EQUALITY = frozenset({"eq", "ne"})
_ADVICE = "`auditor checks --facts` names what there is; jmespath.org describes the language."


class Undecidable(Exception):  # noqa: N818 - no fault of ours: the fact does not answer the question
    """An expression has no answer for one fact. `reason` is a word for rows, `detail` names what stood in the way."""

    def __init__(self, reason: str, detail: str) -> None:
        """Keep the two apart for the evidence."""
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@cache
def parsed(text: str) -> Node:
    """Return the tree of an expression. Raises Complaint where it is none, or larger than anybody can read."""
    if len(text) > LONGEST:
        message = f"has {len(text):,} characters, {LONGEST:,} at most"
        raise FieldError(message, "Split the check into several.")
    try:
        tree = cast("Node", jmespath.compile(text).parsed)
    except IncompleteExpressionError:
        raise FieldError("ends too early for JMESPath", _ADVICE) from None
    except ParseError as error:
        message = f"is not JMESPath: {quote(error.token_value)} does not fit at character {error.lex_position + 1}"
        raise FieldError(message, _ADVICE) from None
    except JMESPathError:
        raise FieldError("is empty", "Write a JMESPath expression, or remove the key.") from None
    except RecursionError:
        tree = {}
    if not tree or _depth(tree) > DEEPEST:
        message = f"is nested deeper than {DEEPEST} levels"
        raise FieldError(message, "Split the check into several.")
    return tree


def evaluate(text: str, document: dict[str, Any]) -> tuple[Any, bool]:
    """Return what an expression gives, and whether all that it read had been read to the end. Raises Unanswered."""
    interpreter = _Interpreter()
    try:
        return interpreter.visit(parsed(text), document), not interpreter.in_part
    except JMESPathTypeError as error:
        detail = f"{error.function_name}() was given {error.actual_type}"
        raise Undecidable("expression-failed", detail) from None
    except ArityError as error:
        raise Undecidable("expression-failed", f"{error.function_name}()") from None
    except (JMESPathError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise Undecidable("expression-failed", type(error).__name__) from None


def signatures() -> dict[str, tuple[Any, ...]]:
    """Return the functions of the language, each with what its arguments may be."""
    return {name: each["signature"] for name, each in Functions.FUNCTION_TABLE.items()}


class _Interpreter(TreeInterpreter):
    """One evaluation. `in_part` is set once it has read what runs where some of the region could not be read."""

    def __init__(self) -> None:
        super().__init__()
        self.in_part = False
        self._left = MOST_STEPS

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the visitor's own signature
        self._spend(1)
        found = super().visit(node, *args, **kwargs)
        if isinstance(found, list):
            self._spend(len(found))
        return found

    def visit_field(self, node: Any, value: Any) -> Any:  # noqa: ANN401
        name = node["value"]
        found = super().visit_field(node, value)
        if name in MAYBE_UNREAD and isinstance(value, dict):
            if found is None and name in value:
                raise Undecidable("not-read", name)
            self.in_part |= isinstance(found, dict) and found.get("complete") is False
        return found

    def visit_comparator(self, node: Any, value: Any) -> Any:  # noqa: ANN401
        if node["value"] in _EQUALITY:
            return super().visit_comparator(node, value)
        sides = [self.visit(each, value) for each in node["children"]]
        if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in sides):
            raise Undecidable("not-comparable", "what is larger or smaller must be numbers")
        return self.COMPARATOR_FUNC[node["value"]](*sides)

    def visit_multi_select_list(self, node: Any, value: Any) -> Any:  # noqa: ANN401
        return self._weighed(super().visit_multi_select_list(node, value))

    def visit_multi_select_dict(self, node: Any, value: Any) -> Any:  # noqa: ANN401
        return self._weighed(super().visit_multi_select_dict(node, value))

    def _weighed(self, made: Any) -> Any:  # noqa: ANN401
        """Count what has been put together: repeated a few times, it would double and double without a step more."""
        waiting = [made]
        while waiting:
            each = waiting.pop()
            self._spend(1 + (len(each) // 64 if isinstance(each, str) else 0))
            waiting += each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        return made

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise Undecidable("expression-too-costly", f"more than {MOST_STEPS:,} steps")


def _depth(tree: Node) -> int:
    depth, level = 0, [tree]
    while level:
        depth, level = depth + 1, [child for node in level for child in node["children"] if isinstance(child, dict)]
    return depth
