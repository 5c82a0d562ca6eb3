"""Three nights with every check on an unchanged fleet: equal to the truth, equal to each other, and free of secrets.

The first two nights run all checks. The second one reads the definitions from the fact cache, and their tags from the
tag index or one by one. The third night leaves out the checks of tags.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.definitions import CANARY, describe
from tests.fleet.organization import Shape
from tests.fleet.resource_tags import registered_tags
from tests.fleet.running import Fleet, running
from tests.fleet.truth import Expected
from tests.nightly.night import Night, Row, audit

pytestmark = pytest.mark.slow

SHAPE = Shape(accounts=4, regions=2, families=6, services=3, daemons=1)
ALL_CHECKS = ()
WITHOUT_TAGS = ("--exclude-check", "*-untagged")
DESCRIBE = "DescribeTaskDefinition"
TASK_DEFINITION = "AWS::ECS::TaskDefinition"

FamilyKey = tuple[str, str, str]
Document = dict[str, Any]


def _fails_flagship(document: Document) -> bool:
    containers = document["containerDefinitions"]
    return document.get("networkMode") == "host" and any(_is_powerful(container) for container in containers)


def _is_powerful(container: Document) -> bool:
    user = container.get("user", "").partition(":")[0]
    return container.get("privileged", False) or user == "root" or (user.isdecimal() and int(user) == 0)


#: Whether a revision fails a check, judged from what the stand-in serves.
FAILS: dict[str, Callable[[Document], bool]] = {
    "ecs-host-network-privileged-or-root": _fails_flagship,
    "ecs-host-network-mode": lambda document: document.get("networkMode") == "host",
    "ecs-host-pid-mode": lambda document: document.get("pidMode") == "host",
    "ecs-host-ipc-mode": lambda document: document.get("ipcMode") == "host",
    "ecs-privileged-container": lambda document: any(
        container.get("privileged") for container in document["containerDefinitions"]
    ),
    "ecs-writable-root-filesystem": lambda document: (
        not all(container.get("readonlyRootFilesystem") for container in document["containerDefinitions"])
    ),
    "ecs-efs-transit-encryption": lambda document: any(
        "efsVolumeConfiguration" in volume for volume in document["volumes"]
    ),
}


@dataclass(frozen=True, slots=True)
class Nights:
    """The nights in order, with the ID and the operation counts of each."""

    fleet: Fleet
    nights: list[Night]
    run_ids: list[str]
    operations: list[dict[str, int]]

    def findings(self, number: int) -> list[Row]:
        """Return the findings of one night as written, without run ID, times and the comparison with other nights."""
        night, run_id = self.nights[number], self.run_ids[number]
        rows = [row for row in night.findings() if row["run_id"] == run_id]
        volatile = {"run_id", "observed_at", "first_seen", "lifecycle"}
        return [{key: value for key, value in row.items() if key not in volatile} for row in rows]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    folder = tmp_path_factory.mktemp("nights")
    finished, run_ids, operations = [], [], []
    with running(SHAPE) as fleet:
        for flags in (ALL_CHECKS, ALL_CHECKS, WITHOUT_TAGS):
            fleet.reset()
            night = audit(fleet, folder, "--verbose", checks=flags)
            assert night.code == 0, night.stderr
            finished.append(night)
            run_ids.append(night.latest["run_id"])
            operations.append(fleet.report()["operations"])
        yield Nights(fleet, finished, run_ids, operations)


@pytest.fixture(scope="module")
def failing_families(nights: Nights) -> dict[str, set[FamilyKey]]:
    """Return the families of which an evaluated revision fails, by check."""
    fleet = nights.fleet
    failing = defaultdict(set)
    for revision in judged(fleet):
        index = fleet.organization.index_of(revision.account, revision.region, revision.family)
        assert index is not None
        family = fleet.organization.family(revision.account, revision.region, index)
        document = json.loads(describe(fleet.organization, family, revision.revision))["taskDefinition"]
        for check, fails in FAILS.items():
            if fails(document):
                failing[check].add((revision.account, revision.region, revision.family))
    return failing


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("check", FAILS)
def test_the_failures_of_every_night_equal_the_truth(
    nights: Nights, failing_families: dict[str, set[FamilyKey]], number: int, check: str
) -> None:
    failures = {
        (row["account_id"], row["region"], row["resource"]["family"])
        for row in nights.findings(number)
        if (row["check_id"], row["status"], row["resource"]["type"]) == (check, "FAIL", TASK_DEFINITION)
    }

    assert failing_families[check]
    assert failures == failing_families[check]


def test_the_second_night_writes_the_same_findings_with_a_note_where_tags_come_from_the_index(nights: Nights) -> None:
    first, second = (nights.findings(number) for number in (0, 1))
    noted = [row for row in second if row["reasons"] == ["tags-from-index"]]
    plain = [row | {"reasons": [], "evidence": []} if row in noted else row for row in second]

    assert len(first) > 500
    assert {(row["check_id"], row["status"]) for row in noted} == {("ecs-task-definition-untagged", "PASS")}
    assert list(map(without_untagged, plain)) == list(map(without_untagged, first))


def without_untagged(row: Row) -> Row:
    """Return a row without its tags if it has none: no check asks for those of a deregistered revision."""
    return row | {"resource": row["resource"] | {"tags": row["resource"]["tags"] or None}}


def test_the_night_that_reads_the_cache_writes_the_same_findings_but_for_tags(nights: Nights) -> None:
    def comparable(number: int) -> list[Row]:
        rows = [row for row in nights.findings(number) if not row["check_id"].endswith("-untagged")]
        # Owner and environment follow from the tags, which only checks of tags read.
        without_owner = {"owner": "", "environment": ""}
        return [row | without_owner | {"resource": row["resource"] | {"tags": None}} for row in rows]

    assert comparable(2) == comparable(1)


def test_definitions_are_described_once_and_their_tags_are_read_if_a_check_needs_them(nights: Nights) -> None:
    described, listed, indexed = (
        [operations.get(name, 0) for operations in nights.operations]
        for name in (DESCRIBE, "ListTagsForResource", "GetResources")
    )

    assert described == [len(judged(nights.fleet)), drawn(nights.fleet), drawn(nights.fleet)]
    assert indexed == [0, 8, 0]
    assert listed == [0, untagged(nights.fleet), 0]


def untagged(fleet: Fleet) -> int:
    """Return the number of revisions that are judged, ACTIVE and without tags."""
    return sum(not tags_of(fleet, revision) for revision in judged(fleet) if revision.status == "ACTIVE")


def judged(fleet: Fleet) -> set[Expected]:
    return {*fleet.truth(), *(usage.definition for usage in fleet.in_use())}


def drawn(fleet: Fleet) -> int:
    """Return the number of cached revisions that are read anew each night: one in 14 of each account, rounded up."""
    return sum(ceil(count / 14) for count in Counter(revision.account for revision in judged(fleet)).values())


def tags_of(fleet: Fleet, revision: Expected) -> dict[str, str]:
    index = fleet.organization.index_of(revision.account, revision.region, revision.family)
    assert index is not None
    family = fleet.organization.family(revision.account, revision.region, index)
    return registered_tags(fleet.organization, family, revision.revision)


def test_no_night_writes_the_value_of_an_environment_variable(nights: Nights) -> None:
    assert [row for row in nights.findings(0) if (row["check_id"], row["status"]) == ("ecs-env-secret-values", "FAIL")]
    assert list((nights.nights[0].output / "state" / "facts").iterdir())
    assert [leak for night in nights.nights for leak in leaks(night)] == []


def leaks(night: Night) -> list[str]:
    """Return the names of the streams and files of a run that contain the value of an environment variable."""
    texts = {"stdout": night.stdout, "stderr": night.stderr}
    for path in night.output.rglob("*"):
        if path.is_file():
            texts[str(path)] = _text(path)
    assert len(texts) > 20
    return [name for name, text in texts.items() if CANARY in text]


def _text(path: Path) -> str:
    body = path.read_bytes()
    return (gzip.decompress(body) if path.suffix == ".gz" else body).decode("utf-8", "replace")
