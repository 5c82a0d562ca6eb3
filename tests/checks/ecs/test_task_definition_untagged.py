"""Tags of task definitions."""

from __future__ import annotations

from auditor.checks.ecs.task_definition_untagged import task_definition_untagged as check
from tests.builders import task_definition
from tests.checks.ecs.tagging import assert_follows_the_rule, assert_judges_by_status, assert_the_table_is_true

DELETED = ("INACTIVE", "DELETE_IN_PROGRESS")


def test_tags_are_judged_by_the_shared_rule() -> None:
    assert_follows_the_rule(check, task_definition)


def test_deleted_revisions_are_not_applicable() -> None:
    assert_judges_by_status(check, task_definition, DELETED, other=())


def test_the_table_of_the_manual_page_is_true() -> None:
    assert_the_table_is_true(check, task_definition, DELETED)
