"""Tags of services."""

from __future__ import annotations

from auditor.checks.ecs.service_untagged import service_untagged as check
from tests.checks.ecs.helpers import service
from tests.checks.ecs.tagging import assert_follows_the_rule, assert_judges_by_status, assert_the_table_is_true

DELETED = ("DRAINING", "INACTIVE")


def test_tags_are_judged_by_the_shared_rule() -> None:
    assert_follows_the_rule(check, service)


def test_deleted_services_are_not_applicable() -> None:
    assert_judges_by_status(check, service, DELETED, other=())


def test_the_table_of_the_manual_page_is_true() -> None:
    assert_the_table_is_true(check, service, DELETED)
