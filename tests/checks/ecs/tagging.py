"""What every check of tags is held to: the rule is one, and so are its cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from auditor.checks.ecs._tags import Parameters
from auditor.domain.check import Check, Evidence, Status, Verdict
from tests.checks.ecs.running import said, table

_REQUIRED: dict[str, list[tuple[str, ...]]] = {"none": [()], "some": [("owner",)], "any": [(), ("owner",)]}

PASS, FAIL, UNKNOWN = Status.PASS, Status.FAIL, Status.UNKNOWN

#: Required keys, tags, verdict, reason, and the required keys that are missing.
tag_cases = pytest.mark.parametrize(
    ("required", "tags", "status", "reason", "missing"),
    [
        pytest.param((), {"owner": "x"}, PASS, None, (), id="one tag of somebody's passes"),
        pytest.param((), {"owner": ""}, PASS, None, (), id="a tag with an empty value is a tag"),
        pytest.param((), {"aws:x": "y", "owner": "x"}, PASS, None, (), id="one is enough among those of AWS"),
        pytest.param((), {"awsome": "x"}, PASS, None, (), id="a key that only begins with aws is somebody's"),
        pytest.param((), {"owner:aws:": "x"}, PASS, None, (), id="aws: elsewhere in a key is somebody's"),
        pytest.param((), {}, FAIL, "untagged", (), id="no tags fail"),
        pytest.param((), {"aws:cloudformation:stack-name": "x"}, FAIL, "untagged", (), id="tags of AWS alone fail"),
        pytest.param((), {"AWS:x": "y", "Aws:z": "y"}, FAIL, "untagged", (), id="in any mixture of case"),
        pytest.param(("owner",), {"owner": "x", "env": "y"}, PASS, None, (), id="a required key that is there passes"),
        pytest.param(("owner", "env"), {"env": "", "owner": ""}, PASS, None, (), id="whatever its value"),
        pytest.param(("owner",), {"Owner": "x"}, FAIL, "required-tags-missing", ("owner",), id="case tells keys apart"),
        pytest.param(("owner",), {"owner ": "x"}, FAIL, "required-tags-missing", ("owner",), id="so do blanks"),
        pytest.param(
            ("owner", "env", "cost"),
            {"env": "x"},
            FAIL,
            "required-tags-missing",
            ("owner", "cost"),
            id="all of several are required, and those that are missing are named in the order asked for",
        ),
        pytest.param(("owner",), {}, FAIL, "required-tags-missing", ("owner",), id="no tags lack the required one"),
        pytest.param(("owner",), None, UNKNOWN, "tags-not-read", (), id="tags that were not read are no pass"),
        pytest.param((), None, UNKNOWN, "tags-not-read", (), id="nor where any tag would do"),
    ],
)


def expected(tags: Mapping[str, str] | None, status: Status, reason: str | None, missing: tuple[str, ...]) -> Verdict:
    """Return the whole verdict of a case, evidence included: keys, and never a value."""
    if reason is None:
        return Verdict(PASS)
    details: dict[str, Any] = {} if tags is None else {"tags": tuple(sorted(tags))}
    if missing:
        details["missing"] = missing
    return Verdict(status, (reason,), (Evidence(reasons=(reason,), details=details),))


def assert_the_page_is_true(check: Check[Any], build: Callable[..., Any], deleted: tuple[str, ...]) -> None:
    """Hold the page's table to what the check says. `deleted` are the statuses of a deleted resource."""
    for required, tags, *verdict in table(check.manual, "required_keys"):
        verdicts = [
            check.judge(build(tags=each, status=status), Parameters(keys))
            for keys in _REQUIRED[required]
            for each in _meant(tags)
            for status in (deleted if "deleted" in tags else ("ACTIVE",))
        ]
        assert said(verdicts) == {tuple(verdict)}, (required, tags)


def _meant(tags: str) -> list[dict[str, str] | None]:
    cases: dict[str, list[dict[str, str] | None]] = {
        "at least one user tag": [{"owner": "x"}, {"env": "", "aws:x": ""}],
        "none, or only `aws:` tags": [{}, {"aws:x": ""}],
        "all of the required keys": [{"owner": "x"}, {"owner": "", "env": ""}],
        "not all of the required keys": [{}, {"env": "x"}, {"aws:x": ""}],
        "not read": [None],
    }
    return [None, {}, {"owner": "x"}] if tags.startswith("any,") else cases[tags]


refused_keys = pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("",), "the key of a tag cannot be empty"),
        (("owner", "  "), "the key of a tag cannot be empty"),
        (("aws:createdBy",), "'aws:createdBy' begins with `aws:`"),
        (("AWS:x",), "'AWS:x' begins with `aws:`"),
    ],
)
