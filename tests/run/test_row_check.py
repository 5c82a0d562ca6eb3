"""Rows of an interrupted run are compared with AWS before they are taken over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.integrity import IntegrityKind
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.run.row_check import EarlierRows, RowCheck, draw_row_check
from tests.builders import COLLECTOR, account, coverage, finding, resource, target
from tests.run.test_resume import CHECK, new_context, write

STARTED_AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
BEFORE, AFTER = STARTED_AT - timedelta(days=1), STARTED_AT + timedelta(hours=1)
OWNER = account(1)
WEB = replace(resource(), revision=3, registered_at=BEFORE)


def failure(**changes: Any) -> Any:  # noqa: ANN401 - a Finding
    return finding(**{"account": OWNER, "check_id": CHECK, "resource": WEB, "status": Status.FAIL, **changes})


def rows(*findings: Any, **record: Any) -> AccountResult:  # noqa: ANN401 - Findings
    return AccountResult(OWNER, findings, (coverage(account=OWNER, collector=COLLECTOR, **record),))


def compare(earlier: AccountResult, fresh: AccountResult) -> list[Any]:
    comparison = RowCheck((target(1),), {OWNER.id: EarlierRows.of(earlier)}, {(CHECK, WEB.type): COLLECTOR}, STARTED_AT)
    comparison.add(fresh)
    return list(comparison.problems())


@pytest.mark.parametrize(
    "earlier",
    [
        pytest.param(rows(failure(status=Status.PASS)), id="was PASS"),
        pytest.param(rows(), id="had no row"),
        pytest.param(rows(failure(check_id="another")), id="had a row of another check only"),
    ],
)
def test_a_failure_is_a_difference_if_it(earlier: AccountResult) -> None:
    (problem,) = compare(earlier, rows(failure()))

    assert (problem.kind, problem.account, problem.arn) == (IntegrityKind.RESUME_MISMATCH, OWNER.id, WEB.arn)


@pytest.mark.parametrize(
    ("earlier", "fresh"),
    [
        pytest.param(rows(failure()), rows(failure()), id="the rows say so"),
        pytest.param(rows(failure(status=Status.UNKNOWN)), rows(failure()), id="the rows say UNKNOWN"),
        pytest.param(rows(failure()), rows(failure(status=Status.PASS)), id="it was repaired"),
        pytest.param(
            rows(), rows(failure(resource=replace(WEB, revision=4, registered_at=AFTER))), id="the revision is newer"
        ),
        pytest.param(rows(), rows(failure(check_id="reads-tags")), id="the check reads what can change"),
        pytest.param(
            rows(status=CoverageStatus.NOT_EXAMINED, reason=Reason.THROTTLED), rows(failure()), id="it was not examined"
        ),
        pytest.param(
            AccountResult(
                OWNER,
                (),
                (
                    coverage(account=OWNER, collector="another"),
                    coverage(
                        CoverageStatus.NOT_EXAMINED,
                        account=OWNER,
                        region="*",
                        collector=COLLECTOR,
                        reason=Reason.INTERRUPTED,
                    ),
                ),
            ),
            rows(failure()),
            id="only other collectors had read that region",
        ),
        pytest.param(
            rows(), rows(failure(resource=replace(WEB, revision=None, registered_at=None))), id="it is no revision"
        ),
    ],
)
def test_there_is_no_difference_if(earlier: AccountResult, fresh: AccountResult) -> None:
    assert compare(earlier, fresh) == []


def test_at_least_one_account_with_rows_is_drawn_and_none_without() -> None:
    context = new_context()
    write(context, 3)

    for _ in range(20):
        drawn = draw_row_check([target(number) for number in range(1, 20)], context)
        assert [chosen.account.id for chosen in drawn.targets] == [account(3).id]


def test_every_account_with_rows_is_drawn_sooner_or_later() -> None:
    context = new_context()
    for number in range(1, 6):
        write(context, number)

    targets = [target(number) for number in range(1, 6)]
    drawn = {draw_row_check(targets, context).targets for _ in range(200)}

    assert drawn == {(chosen,) for chosen in targets}


def test_nothing_is_drawn_if_no_account_has_rows() -> None:
    assert draw_row_check([target(1)], new_context()).targets == ()
