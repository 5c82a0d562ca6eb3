from __future__ import annotations

import pytest

from auditor.demo.model import Family, Revision
from auditor.demo.organization import ACCOUNTS
from auditor.domain.check import Status

READABLE = [account for account in ACCOUNTS if account.audited and account.role_deployed]


def _is_root(user: str | None) -> bool:
    return (user or "").split(":")[0] in {"root", "0"}


def _judge(revision: Revision) -> Status:
    if revision.network_mode != "host":
        return Status.NOT_APPLICABLE
    return Status.FAIL if any(box.privileged or _is_root(box.user) for box in revision.boxes) else Status.PASS


ALL_FAMILIES = [
    pytest.param(family, id=f"{account.name} {family.name}") for account in ACCOUNTS for family in account.families
]


@pytest.mark.parametrize("family", ALL_FAMILIES)
def test_the_label_written_by_hand_is_what_the_benchmark_says(family: Family) -> None:
    assert family.expect is _judge(family.revisions[-1])


LATEST = [family.revisions[-1] for account in READABLE for family in account.families]
HOST_BOXES = [box for revision in LATEST if revision.network_mode == "host" for box in revision.boxes]
HISTORIES = {
    tuple(_judge(revision) for revision in family.revisions) for account in READABLE for family in account.families
}


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param({box.user for box in HOST_BOXES} >= {"root", "0", "0:0"}, id="root by name, uid and uid:gid"),
        pytest.param(any(box.privileged and not _is_root(box.user) for box in HOST_BOXES), id="privileged alone"),
        pytest.param(any(box.privileged and _is_root(box.user) for box in HOST_BOXES), id="privileged and root"),
        pytest.param(
            any(_judge(r) is Status.FAIL and _judge(Revision("host", r.boxes[:1])) is not Status.FAIL for r in LATEST),
            id="a bad container behind a good one",
        ),
        pytest.param({r.network_mode for r in LATEST} == {"host", "awsvpc", "bridge", None}, id="every network mode"),
        pytest.param(any(h[0] is Status.FAIL and h[-1] is Status.PASS for h in HISTORIES), id="fixed later"),
        pytest.param(any(h[0] is Status.PASS and h[-1] is Status.FAIL for h in HISTORIES), id="went bad later"),
    ],
)
def test_the_demo_shows(*, shown: bool) -> None:
    assert shown
