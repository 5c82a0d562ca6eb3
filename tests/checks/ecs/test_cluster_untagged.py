"""Tags of clusters."""

from __future__ import annotations

from auditor.checks.ecs.cluster_untagged import cluster_untagged as check
from tests.checks.ecs.helpers import cluster
from tests.checks.ecs.tagging import assert_follows_the_rule, assert_judges_by_status, assert_the_table_is_true

DELETED = ("INACTIVE",)


def test_tags_are_judged_by_the_shared_rule() -> None:
    assert_follows_the_rule(check, cluster)


def test_deleted_clusters_are_not_applicable() -> None:
    assert_judges_by_status(check, cluster, DELETED, other=("PROVISIONING", "DEPROVISIONING", "FAILED"))


def test_the_table_of_the_manual_page_is_true() -> None:
    assert_the_table_is_true(check, cluster, DELETED)
