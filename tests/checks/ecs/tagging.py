"""Requirements for every check of tags. The rule is shared, so its cases are tested once, in test_tags.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from auditor.checks.ecs._tags import Parameters
from auditor.domain.check import Check, Verdict
from tests.checks.ecs.helpers import FAIL, NOT_APPLICABLE, judge, outcomes, table

_REQUIRED: dict[str, list[tuple[str, ...]]] = {"none": [()], "some": [("owner",)], "any": [(), ("owner",)]}
_TAGS: dict[str, list[dict[str, str] | None]] = {
    "at least one user tag": [{"owner": "x"}, {"env": "", "aws:x": ""}],
    "none, or only `aws:` tags": [{}, {"aws:x": ""}],
    "all of the required keys": [{"owner": "x"}, {"owner": "", "env": ""}],
    "not all of the required keys": [{}, {"env": "x"}, {"aws:x": ""}],
    "not read": [None],
    "any, and the resource is deleted": [None, {}, {"owner": "x"}],
}

Build = Callable[..., Any]


def assert_follows_the_rule(check: Check[Any], build: Build) -> None:
    """Test that a check judges by the shared rule and shows no values of tags."""
    missing = judge(check, build(tags={"env": "hunter2"}), Parameters(("owner",)))

    assert judge(check, build(tags={"owner": "x"})).reasons == ()
    assert judge(check, build(tags=None)).reasons == ("tags-not-read",)
    assert (missing.status, missing.reasons) == (FAIL, ("required-tags-missing",))
    assert "hunter2" not in repr(missing)
    assert check.parameters == Parameters(())


def assert_judges_by_status(check: Check[Any], build: Build, deleted: tuple[str, ...], other: tuple[str, ...]) -> None:
    """Test that resources with a `deleted` status are not applicable, and that all others are judged."""
    for status in deleted:
        assert judge(check, build(status=status, tags={})) == Verdict(NOT_APPLICABLE), status
    for status in (*other, "ACTIVE", "", "A STATUS OF NEXT YEAR"):
        assert judge(check, build(status=status, tags={})).reasons == ("untagged",), status


def assert_the_table_is_true(check: Check[Any], build: Build, deleted: tuple[str, ...]) -> None:
    """Test the table of the manual page. `deleted` are the statuses of a deleted resource."""
    for required, tags, *outcome in table(check.manual, "required_keys"):
        verdicts = [
            judge(check, build(tags=tagged, status=status), Parameters(keys))
            for keys in _REQUIRED[required]
            for tagged in _TAGS[tags]
            for status in (deleted if "deleted" in tags else ("ACTIVE",))
        ]
        assert outcomes(verdicts) == {tuple(outcome)}, (required, tags)
