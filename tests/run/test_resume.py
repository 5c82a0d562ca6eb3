"""Earlier results of a resumed run: finished accounts are kept whole, others keep their final scopes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auditor import checks, settings
from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.run.aggregate import AccountDigest
from auditor.run.aws_context import AwsContext
from auditor.run.context import ClaimedRun, RunContext, build_context
from auditor.run.resume import load_earlier_results
from auditor.run.stores import with_spool
from auditor.settings import Override
from tests.builders import COLLECTOR, account, change, coverage, finding, target
from tests.run.stubs import IDENTITY
from tests.store.stubs import Memory

RUN = "20261123T020000Z-1a2b3c"
STARTED_AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
CHECK = "ecs-host-network-mode"


def new_context(emit: str = "PASS,FAIL,UNKNOWN") -> RunContext:
    overrides = {"emit": Override(emit, "--emit"), "checks.include": Override(CHECK, "--check")}
    loaded = settings.load(None, "settings", overrides, checks.load())
    run = ClaimedRun(RUN, "s3://bucket", loaded, IDENTITY, STARTED_AT)
    return build_context(run, AwsContext(), with_spool(Memory(), RUN, loaded))


def write(context: RunContext, number: int, *, interrupted: bool = False) -> None:
    """Write an account with two regions: eu-west-1 has a failure among 3 resources, us-east-1 may be interrupted."""
    owner = account(number)
    failure = finding(account=owner, region="eu-west-1", check_id=CHECK)
    first = coverage(account=owner, region="eu-west-1", collector=COLLECTOR, resources=3)
    second = coverage(account=owner, region="us-east-1", collector=COLLECTOR, resources=0)
    if interrupted:
        second = coverage(
            CoverageStatus.NOT_EXAMINED,
            account=owner,
            region="us-east-1",
            collector=COLLECTOR,
            resources=0,
            reason=Reason.INTERRUPTED,
        )
    context.archive.write_account(AccountResult(owner, (failure,), (first, second)))


def test_a_finished_account_is_kept_with_its_objects_and_not_applicable_counts() -> None:
    context = new_context()
    write(context, 1)

    ((_, earlier),) = load_earlier_results([target(1)], context, 2)

    assert isinstance(earlier, AccountDigest)
    assert earlier.summary.count(Status.FAIL) == 1
    assert earlier.summary.count(Status.NOT_APPLICABLE) == 2
    assert [item.key.partition("/")[0] for item in earlier.objects] == ["state", "findings", "coverage"]


def test_an_interrupted_account_keeps_only_its_final_scopes() -> None:
    context = new_context()
    write(context, 1, interrupted=True)

    ((_, earlier),) = load_earlier_results([target(1)], context, 2)

    assert not isinstance(earlier, AccountDigest)
    assert list(earlier) == [("eu-west-1", COLLECTOR)]
    assert [item.status for item in earlier["eu-west-1", COLLECTOR].findings] == [Status.FAIL]


def test_an_account_that_was_not_written_has_no_earlier_result() -> None:
    context = new_context()
    write(context, 1)

    earlier = {item.account.id: result for item, result in load_earlier_results([target(2)], context, 2)}

    assert earlier == {account(2).id: {}}


@pytest.mark.parametrize("emit", ["FAIL", "FAIL,UNKNOWN"])
def test_nothing_is_kept_if_not_all_statuses_were_written(emit: str) -> None:
    context = new_context(emit)
    write(context, 1)

    assert list(load_earlier_results([target(1)], context, 2)) == [(target(1), {})]


def test_a_kept_scope_recalls_which_resources_a_check_no_longer_applies_to() -> None:
    context, owner = new_context(), account(1)
    resolved = change(account=owner, check_id=CHECK, state=LifecycleState.RESOLVED)
    kept = coverage(account=owner, region=resolved.region, collector=COLLECTOR, resources=1)
    cut_off = coverage(
        CoverageStatus.NOT_EXAMINED, account=owner, region="us-east-1", collector=COLLECTOR, reason=Reason.INTERRUPTED
    )
    context.archive.write_account(AccountResult(owner, (), (kept, cut_off)), [resolved])

    ((_, earlier),) = load_earlier_results([target(1)], context, 2)

    assert not isinstance(earlier, AccountDigest)
    assert earlier[resolved.region, COLLECTOR].watched_not_applicable == {resolved.key}
