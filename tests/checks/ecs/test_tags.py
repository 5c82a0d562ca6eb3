"""The rule for tags that the checks of clusters, services and task definitions share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from auditor.checks.ecs._tags import Parameters, judge_tags
from auditor.domain.check import Evidence, Status, Verdict
from tests.checks.ecs.helpers import FAIL, PASS, UNKNOWN, cluster


@pytest.mark.parametrize(
    ("required", "tags", "status", "reason", "missing"),
    [
        pytest.param((), {"owner": "x"}, PASS, None, (), id="one user tag passes"),
        pytest.param((), {"owner": ""}, PASS, None, (), id="a tag with an empty value counts"),
        pytest.param((), {"aws:x": "y", "owner": "x"}, PASS, None, (), id="one user tag next to tags of AWS passes"),
        pytest.param((), {"awsome": "x"}, PASS, None, (), id="a key that begins with aws without a colon counts"),
        pytest.param((), {"owner:aws:": "x"}, PASS, None, (), id="aws: elsewhere in a key does not matter"),
        pytest.param((), {}, FAIL, "untagged", (), id="no tags fail"),
        pytest.param((), {"aws:cloudformation:stack-name": "x"}, FAIL, "untagged", (), id="tags of AWS alone fail"),
        pytest.param((), {"AWS:x": "y", "Aws:z": "y"}, FAIL, "untagged", (), id="tags of AWS in any case fail"),
        pytest.param(("owner",), {"owner": "x", "env": "y"}, PASS, None, (), id="a required key passes"),
        pytest.param(("owner", "env"), {"env": "", "owner": ""}, PASS, None, (), id="required keys may have no value"),
        pytest.param(("owner",), {"Owner": "x"}, FAIL, "required-tags-missing", ("owner",), id="case matters"),
        pytest.param(("owner",), {"owner ": "x"}, FAIL, "required-tags-missing", ("owner",), id="blanks matter"),
        pytest.param(
            ("owner", "env", "cost"),
            {"env": "x"},
            FAIL,
            "required-tags-missing",
            ("owner", "cost"),
            id="missing keys are named in the order of the parameter",
        ),
        pytest.param(("owner",), {}, FAIL, "required-tags-missing", ("owner",), id="no tags lack the required key"),
        pytest.param(("owner",), None, UNKNOWN, "tags-not-read", (), id="unread tags are unknown with a required key"),
        pytest.param((), None, UNKNOWN, "tags-not-read", (), id="unread tags are unknown without a required key"),
    ],
)
def test_tags(
    required: tuple[str, ...],
    tags: Mapping[str, str] | None,
    status: Status,
    reason: str | None,
    missing: tuple[str, ...],
) -> None:
    details: dict[str, Any] = {} if tags is None else {"tags": tuple(sorted(tags))}
    if missing:
        details["missing"] = missing
    evidence = (Evidence(reasons=(reason,), details=details),) if reason else ()

    verdict = judge_tags(cluster(tags=tags), Parameters(required))

    assert verdict == Verdict(status, (reason,) if reason else (), evidence)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (("",), "the key of a tag cannot be empty"),
        (("owner", "  "), "the key of a tag cannot be empty"),
        (("aws:createdBy",), "'aws:createdBy' begins with `aws:`"),
        (("AWS:x",), "'AWS:x' begins with `aws:`"),
    ],
)
def test_a_required_key_that_no_user_can_set_is_refused(keys: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Parameters(keys)
