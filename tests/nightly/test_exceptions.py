"""Nights with accepted risks: the rows keep their failures, the gate does not count them, and stale items are named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import Night, audit

pytestmark = pytest.mark.slow

CHECK = "ecs-host-network-privileged-or-root"
TODAY = datetime.now(UTC).date()
LATER = str(TODAY + timedelta(days=100))
SOON = str(TODAY + timedelta(days=5))
PAST = str(TODAY - timedelta(days=3))


def item(name: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of any type
    usual = {"check": CHECK, "reason": "accepted-risk", "justification": "Known.", "owner": "sec", "expires": LATER}
    return {"id": name} | usual | fields


def exceptions(folder: Path, *items: dict[str, Any]) -> tuple[str, ...]:
    """Write an exceptions file (JSON is YAML) and return the flags for it."""
    path = folder / "exceptions.yaml"
    path.write_text(json.dumps({"exceptions": items}), encoding="utf-8")
    return "--exceptions", str(path)


def failing(fleet: Fleet) -> list[Any]:
    return [expected for expected in fleet.truth() if expected.verdict == "FAIL"]


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(Shape(accounts=3, regions=2, families=6)) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def accepted(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A night in which all accounts are accepted: two by items of their own, one family by family."""
    one, two, three = fleet.organization.members
    families = sorted({expected.family for expected in failing(fleet) if expected.account == three.id})
    folder = tmp_path_factory.mktemp("night")
    flags = exceptions(
        folder,
        item("one", account=one.id),
        item("two", account=two.name, expires=SOON, ticket="SEC-1"),
        *(item(f"family-{family}", account=three.id, resource=family) for family in families),
        item("expired", account=one.id, expires=PAST),
        item("nothing", account=one.id, resource="no-such-family"),
        item("elsewhere", account="999999999999"),
        item("disabled", check="ecs-privileged-container"),
        item("broad", check="*"),
    )
    fleet.set_faults()
    return audit(fleet, folder, "--fail-on", "low", *flags)


def test_the_gate_does_not_count_accepted_failures(accepted: Night) -> None:
    assert accepted.code == 0, accepted.stderr


def test_an_accepted_failure_keeps_its_row_and_its_status(fleet: Fleet, accepted: Night) -> None:
    assert accepted.arns("FAIL") == {expected.arn for expected in failing(fleet)}
    assert {row["status"] for row in accepted.findings() if row["exception"]} == {"FAIL"}


def test_the_row_names_the_exception(fleet: Fleet, accepted: Night) -> None:
    two = fleet.organization.members[1]
    rows = [row for row in accepted.findings("FAIL") if row["account_id"] == two.id]

    assert rows
    assert {json.dumps(row["exception"], sort_keys=True) for row in rows} <= {
        json.dumps(
            {
                "id": name,
                "reason": "accepted-risk",
                "justification": "Known.",
                "owner": "sec",
                "ticket": ticket,
                "expires": expires,
            },
            sort_keys=True,
        )
        for name, ticket, expires in (("broad", "", LATER), ("two", "SEC-1", SOON))
    }


def test_the_summary_counts_them_and_names_the_items_that_need_attention(accepted: Night) -> None:
    summary = accepted.document(accepted.latest["summary"])
    total = len(accepted.findings("FAIL"))

    assert sum(summary["counts"]["severity"].values()) == total
    assert summary["counts"]["excepted"] == summary["counts"]["severity"]
    problems = {entry["id"]: entry["problems"] for entry in summary["exceptions"]["attention"]}
    assert problems["two"] == ["expiring"]
    assert problems["expired"] == ["expired"]
    assert problems["nothing"] == ["matches-nothing"]
    assert problems["elsewhere"] == ["not-checked"]
    assert problems["disabled"] == ["not-checked"]
    assert problems["broad"] == ["too-broad"]
    assert "one" not in problems
    findings = {entry["id"]: entry["findings"] for entry in summary["exceptions"]["attention"]}
    assert (findings["broad"], findings["nothing"]) == (total, 0)
    assert findings["expired"] > 0


def test_the_terminal_and_the_log_name_them(accepted: Night) -> None:
    total = len(accepted.findings("FAIL"))
    notices = {row["message"]: row["detail"] for row in accepted.log("notice")}

    assert f"{total} covered by" in accepted.stdout
    assert "1 expired" in accepted.stdout
    assert "Worst failures" not in accepted.stdout
    assert notices["Exceptions expired"].startswith("expired (line 1, sec, ")
    assert "nothing" in notices["Exceptions match nothing"]
    assert "elsewhere" in notices["Exceptions could not be checked"]
    (ended,) = accepted.log("run-ended")
    assert sum(ended["excepted"].values()) == total


def test_the_manifest_has_the_digest_of_the_file(accepted: Night) -> None:
    assert len(accepted.manifest()["provenance"]["exceptions_sha256"]) == 64


def test_failures_that_no_item_covers_still_fail_the_gate(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set_faults()
    one = fleet.organization.members[0]
    night = audit(fleet, tmp_path, "--fail-on", "low", *exceptions(tmp_path, item("one", account=one.id)))

    assert night.code == 3
    assert {row["account_id"] for row in night.findings("FAIL") if row["exception"]} == {one.id}


def test_exceptions_add_no_call(fleet: Fleet, accepted: Night, tmp_path: Path) -> None:
    fleet.set_faults()
    without = audit(fleet, tmp_path)

    assert accepted.log("run-ended")[0]["calls"] == without.log("run-ended")[0]["calls"]


def test_an_item_for_something_that_was_not_examined_could_not_be_checked(fleet: Fleet, tmp_path: Path) -> None:
    one, two, _ = fleet.organization.members
    fleet.set_faults(Fault("role-refused", accounts=(one.id,)))
    items = [item("denied", account=one.id), item("examined", account=two.id, resource="no-such-family")]
    night = audit(fleet, tmp_path, *exceptions(tmp_path, *items))

    summary = night.document(night.latest["summary"])
    assert {entry["id"]: entry["problems"] for entry in summary["exceptions"]["attention"]} == {
        "denied": ["not-checked"],
        "examined": ["matches-nothing"],
    }


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("missing.yaml", None, "No such file or directory"),
        ("wrong.yaml", "exceptions:\n  - id: a\n", "wrong.yaml:2: exceptions[0]: check is missing"),
    ],
)
def test_a_file_that_is_missing_or_wrong_ends_the_run_before_it_begins(
    fleet: Fleet, tmp_path: Path, name: str, text: str | None, problem: str
) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text, encoding="utf-8")
    night = audit(fleet, tmp_path, "--exceptions", str(path), in_process=True)

    failed = json.loads(night.stderr.splitlines()[0])
    assert (night.code, failed["event"], failed["exit_code"]) == (2, "run-failed", 2)
    assert problem in failed["message"]
    assert not night.output.exists()


def test_a_file_that_s3_does_not_have_ends_the_run_before_it_begins(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set_faults()
    night = audit(fleet, tmp_path, "--exceptions", "s3://no-such-bucket/exceptions.yaml")

    assert night.code == 1
    failed = json.loads(night.stderr.splitlines()[0])
    assert failed["event"] == "run-failed"
    assert "s3://no-such-bucket/exceptions.yaml" in failed["message"]
    assert not night.output.exists()
