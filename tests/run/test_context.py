"""The shared objects of a run: its collectors, and the checks that judge their facts."""

from __future__ import annotations

import pickle

import pytest

from auditor import checks, settings
from auditor.domain.reason import Reason
from auditor.domain.scope import ExcludedBy, Target
from auditor.run.context import ClaimedRun, enabled_collectors, make_assignments, with_organization_accounts
from auditor.settings import Override, Settings
from tests.builders import NOW, account
from tests.run.stubs import IDENTITY


def load(**overrides: str) -> Settings:
    values = {name.replace("__", "."): Override(value, name) for name, value in overrides.items()}
    return settings.load(None, "settings", values, checks.load())


def test_every_check_is_assigned_to_the_collectors_of_its_facts() -> None:
    loaded = load()

    assignments = make_assignments(loaded, enabled_collectors(loaded))

    assigned = {configured.check.id for assignment in assignments for configured in assignment.checks}
    assert assigned == {check.id for check in loaded.checks}


def test_the_accounts_of_the_run_are_added_to_those_of_a_parameter() -> None:
    loaded = load()
    targets = [Target(account(2)), Target(account(1), excluded=ExcludedBy(Reason.EXCLUDED_BY_CONFIG, ""))]

    extended = with_organization_accounts(with_organization_accounts(loaded, targets), targets)

    assert extended.parameters["ecs-untrusted-image"].accounts == ("000000000001", "000000000002")
    assert loaded.parameters["ecs-untrusted-image"].accounts == ()
    others = {check_id: values for check_id, values in loaded.parameters.items() if check_id != "ecs-untrusted-image"}
    assert {check_id: extended.parameters[check_id] for check_id in others} == others


def test_collectors_without_checks_are_assigned_if_others_depend_on_them() -> None:
    loaded = load(checks__include="ecs-host-network-mode")

    assignments = make_assignments(loaded, enabled_collectors(loaded))

    assert [assignment.collector for assignment in assignments if assignment.checks] == ["ecs-task-definitions"]
    assert any(not assignment.checks for assignment in assignments)


@pytest.mark.parametrize(
    ("revisions", "expected"),
    [
        pytest.param("latest", False, id="latest revisions only"),
        pytest.param("latest+running", True, id="running revisions too"),
    ],
)
def test_services_are_read_only_if_running_revisions_are_judged(revisions: str, *, expected: bool) -> None:
    loaded = load(checks__include="ecs-host-network-mode", revisions=revisions)

    names = {collector.name for collector in enabled_collectors(loaded)}

    assert ("ecs-services" in names) is expected


def test_a_claimed_run_can_be_pickled() -> None:
    run = ClaimedRun("20261123T020000Z-1a2b3c", "out", load(), IDENTITY, NOW, trusted_digests={"key": "digest"})

    copy = pickle.loads(pickle.dumps(run))  # noqa: S301 - pickled in the same line

    assert copy.run_id == run.run_id
