"""The text blocks that manual pages of ECS checks share."""

from __future__ import annotations

import re
import sys

from auditor import checks
from auditor.checks.ecs._manual import MANUAL_BLOCKS

ECS_CHECKS = [check for check in checks.built_in() if check.id.startswith("ecs-")]
PAGES = {check.id: sys.modules[check.judge.__module__].__doc__ or "" for check in ECS_CHECKS}


def included(page: str) -> set[str]:
    return set(re.findall(r"\{\{([^.{}]+)\}\}", page))


def test_pages_include_only_blocks_that_exist() -> None:
    assert {name: included(page) - set(MANUAL_BLOCKS) for name, page in PAGES.items()} == {
        name: set() for name in PAGES
    }


def test_every_block_is_included_by_a_page() -> None:
    assert set(MANUAL_BLOCKS) == set().union(*map(included, PAGES.values()))


def test_every_inclusion_is_replaced_by_its_block() -> None:
    assert [check.id for check in ECS_CHECKS if included(check.manual)] == []
