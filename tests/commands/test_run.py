"""`auditor run`: which options narrow a run, and where its accounts come from."""

from typing import Any

import pytest

from auditor import inventory
from auditor.commands import config, run
from auditor.commands.options import RunOptions
from auditor.domain.result import AccountSource


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({}, (), id="no flags"),
        pytest.param({"account": ("prod-*",)}, ("--account",), id="accounts"),
        pytest.param({"region": ("eu-*",), "check": ("ecs-*",)}, ("--region", "--check"), id="regions and checks"),
        pytest.param({"exclude_check": ("ecs-*",)}, ("--exclude-check",), id="excluded checks"),
        pytest.param({"framework": ("cis-*",)}, ("--framework",), id="frameworks"),
        pytest.param({"revisions": "latest"}, ("--revisions",), id="the latest revisions only"),
        pytest.param({"revisions": "latest+running"}, (), id="all revisions"),
        pytest.param(
            {"check": ("x",), "sources": {"check": "AUDITOR_CHECK"}},
            ("AUDITOR_CHECK",),
            id="a variable of the environment",
        ),
        pytest.param({"workers": "8", "fail_on": "high", "emit": ("FAIL",)}, (), id="flags that leave out nothing"),
    ],
)
def test_flags_that_leave_out_accounts_regions_or_checks_narrow_a_run(
    options: dict[str, Any], expected: tuple[str, ...]
) -> None:
    assert run._narrowed_by(RunOptions(**options)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(None, AccountSource.CREDENTIALS, id="no inventory"),
        pytest.param("accounts: [{id: '000000000001'}]", AccountSource.INVENTORY, id="an inventory"),
        pytest.param("discover: {}", AccountSource.ORGANIZATION, id="an inventory with discover"),
    ],
)
def test_the_source_of_the_accounts(text: str | None, expected: AccountSource) -> None:
    parsed = None if text is None else inventory.parse(text, "inventory", known_regions={"eu-west-1"})

    assert config.account_source(parsed) is expected
