"""Including shared blocks of text in manual pages."""

from __future__ import annotations

from types import ModuleType

import pytest

from auditor.domain.manual import include_blocks, manual_page

BLOCKS = {"two-lines": "\nOpen it.\nClose it.\n", "code": "    aws ecs list-clusters\n"}


@pytest.mark.parametrize(
    ("page", "rendered"),
    [
        pytest.param("{{two-lines}}", "Open it.\nClose it.", id="a block is included without its outer blank lines"),
        pytest.param("3. {{two-lines}}", "3. Open it.\n   Close it.", id="further lines are indented like the first"),
        pytest.param("{{code}}\nEnd.", "    aws ecs list-clusters\nEnd.", id="indented code stays indented"),
        pytest.param("{{unknown}}", "{{unknown}}", id="an unknown name stays as it is"),
        pytest.param("{{code}} now", "{{code}} now", id="text after the name prevents the inclusion"),
        pytest.param("'{{.Config.User}}'", "'{{.Config.User}}'", id="other braces stay as they are"),
    ],
)
def test_blocks_are_included_by_name(page: str, rendered: str) -> None:
    assert include_blocks(page, BLOCKS) == rendered


def test_a_module_without_blocks_keeps_its_docstring() -> None:
    module = ModuleType("acme_rules", "\nA page.\n\n{{name}}\n")

    assert manual_page(module) == "A page.\n\n{{name}}"
