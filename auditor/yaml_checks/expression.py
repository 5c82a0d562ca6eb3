"""JMESPath with stricter rules: unread members and incomparable values raise instead of evaluating to null.

The only module that imports jmespath. An expression is compiled once per process, and one evaluation takes a bounded
number of steps.
"""

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

#: A node of jmespath's syntax tree: a mapping with `type`, `value` and `children`.
Node = dict[str, Any]

MAX_LENGTH = 2_000
MAX_DEPTH = 40
#: Nodes visited and values created in one evaluation. The largest task definition needs a tenth of it.
MAX_STEPS = 200_000

_EQUALITY = frozenset({"eq", "ne"})
_ADVICE = "`auditor checks --facts` lists the members; jmespath.org documents the language."


class Undecidable(Exception):
    """An expression that cannot be decided for one fact.

    `reason` goes into the finding, `detail` names the member, function or type that prevented an answer.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@cache
def parse_expression(text: str) -> Node:
    """Return the syntax tree of an expression.

    Raises FieldError if the text is not JMESPath, is longer than MAX_LENGTH or nested deeper than MAX_DEPTH.
    """
    if len(text) > MAX_LENGTH:
        raise FieldError(f"has {len(text):,} characters, the limit is {MAX_LENGTH:,}", "Split the check into several.")
    try:
        tree = cast("Node", jmespath.compile(text).parsed)
    except IncompleteExpressionError:
        raise FieldError("is an incomplete JMESPath expression", _ADVICE) from None
    except ParseError as error:
        message = f"is not JMESPath: unexpected {quote(error.token_value)} at character {error.lex_position + 1}"
        raise FieldError(message, _ADVICE) from None
    except JMESPathError:
        raise FieldError("is empty", "Write a JMESPath expression, or remove the key.") from None
    except RecursionError:
        tree = {}
    if not tree or _depth(tree) > MAX_DEPTH:
        raise FieldError(f"is nested deeper than {MAX_DEPTH} levels", "Split the check into several.")
    return tree


def evaluate(text: str, document: dict[str, Any]) -> tuple[Any, bool]:
    """Return the value of an expression, and whether everything it read was complete.

    Raises Undecidable if the expression fails, reads an unread member or orders values that are not numbers.
    """
    interpreter = _Interpreter()
    try:
        return interpreter.visit(parse_expression(text), document), not interpreter.read_partial_data
    except JMESPathTypeError as error:
        detail = f"{error.function_name}() does not accept {error.actual_type}"
        raise Undecidable("expression-failed", detail) from None
    except ArityError as error:
        raise Undecidable("expression-failed", f"{error.function_name}()") from None
    except (JMESPathError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise Undecidable("expression-failed", type(error).__name__) from None


def signatures() -> dict[str, tuple[Any, ...]]:
    """Return the JMESPath functions by name, each with the accepted types of its arguments."""
    return {name: function["signature"] for name, function in Functions.FUNCTION_TABLE.items()}


class _Interpreter(TreeInterpreter):
    """One evaluation. `read_partial_data` is set when it reads usage from a region that was not read completely."""

    def __init__(self) -> None:
        super().__init__()
        self.read_partial_data = False
        self._steps_left = MAX_STEPS

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self._count_steps(1)
        value = super().visit(node, *args, **kwargs)
        if isinstance(value, list):
            self._count_steps(len(value))
        return value

    def visit_field(self, node: Any, value: Any) -> Any:
        name = node["value"]
        member = super().visit_field(node, value)
        if isinstance(value, dict) and "complete" in value and member is None and name in value:
            raise Undecidable("not-read", f"usage.{name}")
        if name in MAYBE_UNREAD and isinstance(value, dict):
            if member is None and name in value:
                raise Undecidable("not-read", name)
            self.read_partial_data |= isinstance(member, dict) and member.get("complete") is False
        return member

    def visit_comparator(self, node: Any, value: Any) -> Any:
        if node["value"] in _EQUALITY:
            return super().visit_comparator(node, value)
        operands = [self.visit(child, value) for child in node["children"]]
        if not all(isinstance(operand, int | float) and not isinstance(operand, bool) for operand in operands):
            raise Undecidable("not-comparable", "only numbers can be ordered")
        return self.COMPARATOR_FUNC[node["value"]](*operands)

    def visit_multi_select_list(self, node: Any, value: Any) -> Any:
        return self._count_size(super().visit_multi_select_list(node, value))

    def visit_multi_select_dict(self, node: Any, value: Any) -> Any:
        return self._count_size(super().visit_multi_select_dict(node, value))

    def _count_size(self, created: Any) -> Any:
        """Count the size of a created value: `[@, @] | [@, @]` doubles it without visiting more nodes."""
        pending = [created]
        while pending:
            value = pending.pop()
            self._count_steps(1 + (len(value) // 64 if isinstance(value, str) else 0))
            pending += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return created

    def _count_steps(self, steps: int) -> None:
        self._steps_left -= steps
        if self._steps_left < 0:
            raise Undecidable("expression-too-costly", f"more than {MAX_STEPS:,} steps")


def _depth(tree: Node) -> int:
    depth, level = 0, [tree]
    while level:
        depth, level = depth + 1, [child for node in level for child in node["children"] if isinstance(child, dict)]
    return depth
