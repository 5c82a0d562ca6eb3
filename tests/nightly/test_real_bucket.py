"""The night into a real S3 server: what the stand-in's S3 was believed to do is asked of one that others wrote.

STS, EC2 and ECS stay with the stand-in, and so does whose bucket it is. `.ci/s3-server` starts the server.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.output import BucketOutput, Row, comparable_rows, gap_reasons, published_run, s3_client
from tests.nightly.run_process import (
    RUN,
    SHUTDOWN_SECONDS,
    ExpectedSize,
    Moment,
    RunProcess,
    RunSetup,
    after_calls,
    after_object,
    after_objects,
    bucket_run,
    folder_run,
    resume_and_compare,
)

URL, KEY, SECRET = (os.environ.get(f"TEST_S3_{name}", "") for name in ("URL", "KEY", "SECRET"))

pytestmark = [
    pytest.mark.s3server,
    pytest.mark.skipif(not (URL and KEY and SECRET), reason="no S3 server: `. FOLDER/env` of .ci/s3-server names one"),
]

SHAPE = Shape(accounts=16, regions=2, families=4)
EARLIER = "20261122T020000Z-test"
OF_THE_RUN = f"dt=2026-11-23/run={RUN}/"
Rows = dict[str, list[Row]]
Whole = tuple[Rows, ExpectedSize]
FIRST_ROWS, REPORT, MANIFEST = (
    after_object("coverage/"),
    after_object(f"runs/{RUN}/report"),
    after_object(f"runs/{RUN}/manifest"),
)


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(SHAPE, latency=0.02) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    client = s3_client(URL, KEY, SECRET)
    yield client
    client.close()


@pytest.fixture(scope="module")
def whole(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Findings and coverage of a run into a folder."""
    fleet.reset()
    night = folder_run(fleet, tmp_path_factory.mktemp("undisturbed"), "--workers", "8", "--processes", "2")
    attempt = night.run_to_end("--run-id", RUN)
    assert attempt.code == 0, attempt.stderr
    return comparable_rows(night.output, RUN), ExpectedSize(attempt.calls(), len(night.output.keys()))


@pytest.fixture
def undisturbed(whole: Whole) -> Rows:
    return whole[0]


@pytest.fixture
def place(s3: Any) -> Iterator[BucketOutput]:  # noqa: ANN401 - boto3's
    place = BucketOutput(s3, f"night-{random.SystemRandom().randbytes(6).hex()}")
    s3.create_bucket(Bucket=place.bucket)
    yield place
    remove(place)


@pytest.fixture
def night(fleet: Fleet, place: BucketOutput, tmp_path: Path, whole: Whole) -> RunSetup:
    fleet.reset()
    return replace(into(fleet, tmp_path, place), size=whole[1])


@pytest.fixture
def late_account(fleet: Fleet) -> Iterator[None]:
    """One account takes three seconds longer than the others: so long there is a middle of the run."""
    last = fleet.organization.members[-1].id
    fleet.set_faults(Fault("slow", accounts=(last,), services=("ecs",), times=1, seconds=3.0))
    yield
    fleet.set_faults()


def into(fleet: Fleet, folder: Path, place: BucketOutput, secret: str = SECRET) -> RunSetup:
    keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": secret}
    return bucket_run(fleet, folder, place, "--workers", "8", "--processes", "2", AWS_ENDPOINT_URL_S3=URL, **keys)


def remove(place: BucketOutput) -> None:
    """Remove a bucket with all that is in it, while somebody writes to it if need be."""
    s3 = place.s3
    while True:
        try:
            s3.delete_bucket_policy(Bucket=place.bucket)
            for listed in s3.list_objects_v2(Bucket=place.bucket).get("Contents", ()):
                s3.delete_object(Bucket=place.bucket, Key=listed["Key"])
            s3.delete_bucket(Bucket=place.bucket)
        except s3.exceptions.NoSuchBucket:
            return
        except s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "BucketNotEmpty":
                raise


def deny(place: BucketOutput, keys: str) -> None:
    """Let the bucket refuse to take some objects, whoever brings them."""
    resource = f"arn:aws:s3:::{place.bucket}/{place.prefix}{keys}"
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": resource}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    place.s3.put_bucket_policy(Bucket=place.bucket, Policy=json.dumps(policy))


def forget(place: BucketOutput) -> None:
    """Remove the notes of earlier nights: the next one reads everything again."""
    for key in place.keys("state/facts/"):
        place.s3.delete_object(Bucket=place.bucket, Key=place.prefix + key)


def spooled(attempt: RunProcess) -> set[str]:
    """Return the keys that wait in the spool that the run has named."""
    named = re.search(r"are in (\S+), under the same keys", attempt.stderr)
    assert named, attempt.stderr
    return {str(path.relative_to(named[1])) for path in Path(named[1]).rglob("*") if path.is_file()}


def moments(count: int, seed: int) -> list[Moment]:
    chance = random.Random(seed)
    kinds = [lambda: after_calls(chance.random()), lambda: after_objects(chance.random())]
    return [kinds[number % 2]() for number in range(count)]


def test_a_run_lands_whole_and_is_pointed_at(night: RunSetup, place: BucketOutput, undisturbed: Rows) -> None:
    attempt = night.run_to_end("--run-id", RUN)

    assert attempt.code == 0, attempt.stderr
    assert published_run(place) == RUN
    assert len(place.keys()) == night.size.objects
    assert comparable_rows(place, RUN) == undisturbed
    assert "PutObject" not in night.fleet.report()["operations"], "that was the stand-in"
    latest = json.loads(place.get("latest.json") or b"")
    report = place.s3.head_object(Bucket=place.bucket, Key=place.prefix + latest["report"])
    found = place.s3.head_object(Bucket=place.bucket, Key=place.prefix + place.keys("findings/")[0])
    assert report["ContentType"] == "text/html; charset=utf-8"
    assert (found["ContentType"], found["ContentEncoding"]) == ("application/x-ndjson", "gzip")


def test_latest_goes_from_night_to_night_and_never_back(night: RunSetup, place: BucketOutput) -> None:
    # Where tags are read, every definition is described anew.
    without_tags = ("--exclude-check", "*-untagged")
    first = night.run_to_end("--run-id", EARLIER, *without_tags)
    assert first.code == 0, first.stderr
    asked = first.calls()
    night.fleet.reset()

    attempt = night.run_to_end("--run-id", RUN, *without_tags)
    assert attempt.code == 0, attempt.stderr
    assert published_run(place) == RUN
    assert json.loads(place.get(f"runs/{RUN}/manifest.json") or b"")["provenance"]["previous_run"] == EARLIER
    assert attempt.calls() < asked, "the notes of the night before were not found"

    late = night.run_to_end("--run-id", EARLIER.replace("test", "late"))
    assert late.code == 0, late.stderr
    assert published_run(place) == RUN


@pytest.mark.parametrize("moment", [FIRST_ROWS, *moments(seed=1, count=3)], ids=str)
def test_a_run_that_is_told_to_end_can_be_taken_up(night: RunSetup, undisturbed: Rows, moment: Moment) -> None:
    attempt = night.start("--run-id", RUN)
    attempt.wait_until(moment)
    took = attempt.stop(signal.SIGTERM)

    assert took < SHUTDOWN_SECONDS
    assert "Traceback" not in attempt.stderr
    if attempt.code != 0:
        assert attempt.code in {143, -signal.SIGTERM}
        assert gap_reasons(night.output, RUN) <= {"interrupted"}
        assert published_run(night.output) in {None, RUN}
    resume_and_compare(night, undisturbed)


@pytest.mark.parametrize("moment", [REPORT, MANIFEST, *moments(seed=2, count=4)], ids=str)
def test_a_run_that_is_killed_can_be_taken_up(night: RunSetup, undisturbed: Rows, moment: Moment) -> None:
    attempt = night.start("--run-id", RUN)
    attempt.wait_until(moment)
    attempt.kill()

    resume_and_compare(night, undisturbed)


def test_of_those_that_start_one_run_at_once_one_does_it_and_the_others_say_so(
    night: RunSetup, place: BucketOutput, undisturbed: Rows
) -> None:
    attempts = [night.start("--run-id", RUN) for _ in range(4)]
    for attempt in attempts:
        attempt.wait()

    assert [attempt.code for attempt in attempts] == [0, 0, 0, 0], [attempt.stderr for attempt in attempts]
    did_nothing = [a for a in attempts if a.stdout.startswith("Nothing done: another run has the id")]
    assert len(did_nothing) == 3
    assert published_run(place) == RUN
    assert len(place.keys()) == night.size.objects
    assert comparable_rows(place, RUN) == undisturbed


def test_of_those_that_take_a_run_up_at_once_one_does_it(
    night: RunSetup, place: BucketOutput, undisturbed: Rows
) -> None:
    killed = night.start("--run-id", RUN)
    killed.wait_until(FIRST_ROWS)
    killed.kill()

    attempts = [night.start("--resume", RUN) for _ in range(3)]
    for attempt in attempts:
        attempt.wait()

    assert [attempt.code for attempt in attempts] == [0, 0, 0], [attempt.stderr for attempt in attempts]
    assert sum(attempt.stdout.startswith("Nothing") for attempt in attempts) == 2
    assert published_run(place) == RUN
    assert comparable_rows(place, RUN) == undisturbed


@pytest.mark.usefixtures("late_account")
def test_a_run_that_is_taken_up_while_it_lives_lets_go(night: RunSetup, place: BucketOutput, undisturbed: Rows) -> None:
    first = night.start("--run-id", RUN)
    first.wait_until(FIRST_ROWS)
    with first.paused():
        second = night.start("--resume", RUN)
        second.wait_until(after_object(f"state/claims/{RUN}.resume-1"))
    first.wait()
    second.wait()

    assert (first.code, second.code) == (0, 0), first.stderr + second.stderr
    assert second.stdout.startswith("Complete: all 16 accounts"), second.stdout
    assert first.stdout.startswith("Nothing more done: the run"), first.stdout
    assert published_run(place) == RUN
    assert comparable_rows(place, RUN) == undisturbed


def test_a_schedule_that_fires_twice_changes_nothing_the_second_time(night: RunSetup, place: BucketOutput) -> None:
    assert night.run_to_end("--run-id", "2026-11-23T02:00:00Z").code == 0
    before = _versions(place)

    again = night.run_to_end("--run-id", "2026-11-23T03:00:00+01:00")

    assert again.code == 0, again.stderr
    assert again.stdout.startswith("Nothing done: another run has the id 20261123T020000Z-scheduled")
    assert _versions(place) == before


def test_a_bucket_that_refuses_in_mid_run_leaves_the_rest_in_a_spool(
    night: RunSetup, place: BucketOutput, undisturbed: Rows, request: pytest.FixtureRequest
) -> None:
    assert night.run_to_end("--run-id", EARLIER).code == 0
    latest = place.get("latest.json")
    forget(place)
    request.getfixturevalue("late_account")

    attempt = night.start("--run-id", RUN)
    attempt.wait_until(after_object(f"coverage/{OF_THE_RUN}"))
    with attempt.paused():
        deny(place, "findings/*")
    attempt.wait()

    assert attempt.code == 1
    assert "Traceback" not in attempt.stderr
    assert "AccessDenied: no message" in attempt.stderr, "this server gives no message, and need not"
    assert place.get("latest.json") == latest
    assert place.get(f"runs/{RUN}/manifest.json") is None
    waiting, arrived = spooled(attempt), place.keys(f"findings/{OF_THE_RUN}")
    assert waiting
    assert arrived
    accounts = {key.rpartition("/")[2] for key in [*waiting, *arrived] if key.startswith("findings/")}
    assert len(accounts) == SHAPE.accounts

    place.s3.delete_bucket_policy(Bucket=place.bucket)
    again = night.run_to_end("--resume", RUN)
    assert again.code == 0, again.stderr
    assert published_run(place) == RUN
    assert _untagged(comparable_rows(place, RUN)) == _untagged(undisturbed)


@pytest.mark.usefixtures("late_account")
def test_a_bucket_that_goes_away_in_mid_run_leaves_the_rest_in_a_spool(night: RunSetup, place: BucketOutput) -> None:
    attempt = night.start("--run-id", RUN)
    attempt.wait_until(FIRST_ROWS)
    with attempt.paused():
        remove(place)
    attempt.process.wait(timeout=120)

    assert attempt.code == 1
    assert "Traceback" not in attempt.stderr
    assert "Create the bucket" in attempt.stderr
    waiting = spooled(attempt)
    assert {"latest.json", f"runs/{RUN}/manifest.json"}.isdisjoint(waiting)
    assert f"runs/{RUN}/report.html" in waiting


def test_keys_that_are_wrong_end_the_run_at_once(fleet: Fleet, place: BucketOutput, tmp_path: Path) -> None:
    refused_at_once(into(fleet, tmp_path, place, secret="wrong"), "SignatureDoesNotMatch: no message")


def test_a_claim_that_is_denied_ends_the_run_at_once(night: RunSetup, place: BucketOutput) -> None:
    deny(place, "state/*")

    refused_at_once(night, "AccessDenied: no message")


def refused_at_once(night: RunSetup, says: str) -> None:
    attempt = night.run_to_end("--run-id", RUN)

    assert attempt.code == 1
    assert "Traceback" not in attempt.stderr
    assert says in attempt.stderr
    assert night.output.keys() == []


def _untagged(found: Rows) -> Rows:
    """Leave out what a night does not ask for again when the night before has noted the rest."""
    findings = [row | {"resource": row["resource"] | {"tags": None}} for row in found["findings"]]
    return {**found, "findings": sorted(findings, key=str)}


def _versions(place: BucketOutput) -> list[tuple[str, object]]:
    listed = place.s3.list_objects_v2(Bucket=place.bucket)["Contents"]
    return [(each["Key"], each["LastModified"]) for each in listed]
