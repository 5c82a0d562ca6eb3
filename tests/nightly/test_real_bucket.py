"""Runs that write to a real S3 server, to verify what the stand-in's S3 assumes.

STS, EC2 and ECS calls still go to the stand-in. `.ci/s3-server` starts the server.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from tests.fleet.declared_checks import declare_checks
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
    pytest.mark.skipif(
        not (URL and KEY and SECRET), reason="no S3 server: start one with .ci/s3-server and source its env file"
    ),
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
    """Return findings, coverage and size of an undisturbed run that writes to a folder."""
    fleet.reset()
    night = folder_run(fleet, tmp_path_factory.mktemp("undisturbed"), "--workers", "8", "--processes", "2")
    attempt = night.run_to_end("--run-id", RUN)
    assert attempt.code == 0, attempt.stderr
    return comparable_rows(night.output, RUN), ExpectedSize(attempt.calls(), len(night.output.keys()))


@pytest.fixture
def undisturbed(whole: Whole) -> Rows:
    return whole[0]


@pytest.fixture
def output(s3: Any) -> Iterator[BucketOutput]:  # noqa: ANN401 - boto3's
    output = BucketOutput(s3, f"night-{random.SystemRandom().randbytes(6).hex()}")
    s3.create_bucket(Bucket=output.bucket)
    yield output
    remove(output)


@pytest.fixture
def night(fleet: Fleet, output: BucketOutput, tmp_path: Path, whole: Whole) -> RunSetup:
    fleet.reset()
    return replace(into(fleet, tmp_path, output), size=whole[1])


@pytest.fixture
def late_account(fleet: Fleet) -> Iterator[None]:
    """Make one account three seconds slower than the others, so that the run can be interrupted meanwhile."""
    last = fleet.organization.members[-1].id
    fleet.set_faults(Fault("slow", accounts=(last,), services=("ecs",), times=1, seconds=3.0))
    yield
    fleet.set_faults()


def into(fleet: Fleet, folder: Path, output: BucketOutput, secret: str = SECRET) -> RunSetup:
    keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": secret}
    return bucket_run(fleet, folder, output, "--workers", "8", "--processes", "2", AWS_ENDPOINT_URL_S3=URL, **keys)


def remove(output: BucketOutput) -> None:
    """Remove a bucket with its objects, even while a run writes to it."""
    s3 = output.s3
    while True:
        try:
            s3.delete_bucket_policy(Bucket=output.bucket)
            for listed in s3.list_objects_v2(Bucket=output.bucket).get("Contents", ()):
                s3.delete_object(Bucket=output.bucket, Key=listed["Key"])
            s3.delete_bucket(Bucket=output.bucket)
        except s3.exceptions.NoSuchBucket:
            return
        except s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "BucketNotEmpty":
                raise


def deny(output: BucketOutput, keys: str) -> None:
    """Deny everyone to write objects with some keys."""
    resource = f"arn:aws:s3:::{output.bucket}/{output.prefix}{keys}"
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": resource}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    output.s3.put_bucket_policy(Bucket=output.bucket, Policy=json.dumps(policy))


def forget(output: BucketOutput) -> None:
    """Remove the fact cache, so that the next night reads everything again."""
    for key in output.keys("state/facts/"):
        output.s3.delete_object(Bucket=output.bucket, Key=output.prefix + key)


def spooled(attempt: RunProcess) -> set[str]:
    """Return the keys of the undelivered results in the spool that the run names."""
    named = re.search(r"are in (\S+), under the same keys", attempt.stderr)
    assert named, attempt.stderr
    return {str(path.relative_to(named[1])) for path in Path(named[1]).rglob("*") if path.is_file()}


def moments(count: int, seed: int) -> list[Moment]:
    chance = random.Random(seed)
    kinds = [lambda: after_calls(chance.random()), lambda: after_objects(chance.random())]
    return [kinds[number % 2]() for number in range(count)]


def test_a_run_is_delivered_completely_and_published(night: RunSetup, output: BucketOutput, undisturbed: Rows) -> None:
    attempt = night.run_to_end("--run-id", RUN)

    assert attempt.code == 0, attempt.stderr
    assert published_run(output) == RUN
    assert len(output.keys()) == night.size.objects
    assert comparable_rows(output, RUN) == undisturbed
    assert "PutObject" not in night.fleet.report()["operations"], "the objects went to the stand-in"
    latest = json.loads(output.get("latest.json") or b"")
    report = output.s3.head_object(Bucket=output.bucket, Key=output.prefix + latest["report"])
    findings = output.s3.head_object(Bucket=output.bucket, Key=output.prefix + output.keys("findings/")[0])
    assert report["ContentType"] == "text/html; charset=utf-8"
    assert (findings["ContentType"], findings["ContentEncoding"]) == ("application/x-ndjson", "gzip")


def test_verify_names_what_was_changed_dropped_added_and_lost(night: RunSetup, output: BucketOutput) -> None:
    attempt = night.run_to_end("--run-id", RUN)
    assert attempt.code == 0, attempt.stderr
    assert verify(night) == (0, set())
    findings, coverage = output.keys("findings/"), output.keys("coverage/")
    lines = gzip.decompress(output.get(findings[0]) or b"").splitlines(keepends=True)
    flipped = bytearray(output.get(coverage[0]) or b"")
    flipped[-1] ^= 1
    manifest = json.loads(output.get(f"runs/{RUN}/manifest.json") or b"") | {"narrowed_by": ["--account"]}
    changes = {
        findings[0]: gzip.compress(b"".join(lines[1:])),
        coverage[0]: bytes(flipped),
        f"runs/{RUN}/added.json": b"{}",
        f"runs/{RUN}/manifest.json": json.dumps(manifest).encode(),
    }
    for key, body in changes.items():
        output.s3.put_object(Bucket=output.bucket, Key=output.prefix + key, Body=body)
    output.s3.delete_object(Bucket=output.bucket, Key=output.prefix + findings[1])

    code, named = verify(night)

    assert code == 6
    assert named >= {
        (findings[0], "changed"),
        (findings[0], "rows"),
        (findings[1], "lost"),
        (coverage[0], "changed"),
        (f"runs/{RUN}/added.json", "added"),
        (f"runs/{RUN}/manifest.json", "swapped"),
    }


def verify(night: RunSetup) -> tuple[int, set[tuple[str, str]]]:
    """Return the exit code of `auditor verify`, and the objects that it names with what is wrong."""
    program = [
        sys.executable,
        "-m",
        "auditor",
        "verify",
        RUN,
        "--from",
        cast("BucketOutput", night.output).url,
        "--format",
        "json",
    ]
    done = subprocess.run(program, env=night.fleet.env(**night.variables), capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    discrepancies = json.loads(done.stdout)["discrepancies"]
    return done.returncode, {(entry["key"], entry["mismatch"]) for entry in discrepancies}


def test_latest_json_never_names_an_older_run(night: RunSetup, output: BucketOutput) -> None:
    # If a check reads tags, every definition is described again.
    without_tags = declare_checks(night.folder, "--exclude-check", "*-untagged")
    first = night.run_to_end("--run-id", EARLIER, *without_tags)
    assert first.code == 0, first.stderr
    calls = first.calls()
    night.fleet.reset()

    attempt = night.run_to_end("--run-id", RUN, *without_tags)
    assert attempt.code == 0, attempt.stderr
    assert published_run(output) == RUN
    assert json.loads(output.get(f"runs/{RUN}/manifest.json") or b"")["provenance"]["previous_run"] == EARLIER
    assert attempt.calls() < calls, "the fact cache was not read"

    late = night.run_to_end("--run-id", EARLIER.replace("test", "late"))
    assert late.code == 1, late.stderr
    assert "NOT PUBLISHED" in late.stderr
    assert published_run(output) == RUN


@pytest.mark.parametrize("moment", [FIRST_ROWS, *moments(seed=1, count=3)], ids=str)
def test_a_stopped_run_can_be_resumed(night: RunSetup, undisturbed: Rows, moment: Moment) -> None:
    attempt = night.start("--run-id", RUN)
    attempt.wait_until(moment)
    seconds = attempt.stop(signal.SIGTERM)

    assert seconds < SHUTDOWN_SECONDS
    assert "Traceback" not in attempt.stderr
    if attempt.code != 0:
        assert attempt.code in {143, -signal.SIGTERM}
        assert gap_reasons(night.output, RUN) <= {"interrupted"}
        assert published_run(night.output) in {None, RUN}
    resume_and_compare(night, undisturbed)


@pytest.mark.parametrize("moment", [REPORT, MANIFEST, *moments(seed=2, count=4)], ids=str)
def test_a_killed_run_can_be_resumed(night: RunSetup, undisturbed: Rows, moment: Moment) -> None:
    attempt = night.start("--run-id", RUN)
    attempt.wait_until(moment)
    attempt.kill()

    resume_and_compare(night, undisturbed)


def test_only_one_of_several_simultaneous_runs_with_the_same_id_does_the_work(
    night: RunSetup, output: BucketOutput, undisturbed: Rows
) -> None:
    attempts = [night.start("--run-id", RUN) for _ in range(4)]
    for attempt in attempts:
        attempt.wait()

    assert [attempt.code for attempt in attempts] == [0, 0, 0, 0], [attempt.stderr for attempt in attempts]
    did_nothing = [
        attempt for attempt in attempts if attempt.stdout.startswith(f"Run ID {RUN} is already claimed by another run")
    ]
    assert len(did_nothing) == 3
    assert published_run(output) == RUN
    assert len(output.keys()) == night.size.objects
    assert comparable_rows(output, RUN) == undisturbed


def test_only_one_of_several_simultaneous_resumes_does_the_work(
    night: RunSetup, output: BucketOutput, undisturbed: Rows
) -> None:
    killed = night.start("--run-id", RUN)
    killed.wait_until(FIRST_ROWS)
    killed.kill()

    attempts = [night.start("--resume", RUN) for _ in range(3)]
    for attempt in attempts:
        attempt.wait()

    assert [attempt.code for attempt in attempts] == [0, 0, 0], [attempt.stderr for attempt in attempts]
    # An attempt that starts last resumes the run once more, and the one before it stops writing.
    assert sum(attempt.stdout.startswith("Complete") for attempt in attempts) == 1
    assert published_run(output) == RUN
    assert comparable_rows(output, RUN) == undisturbed


@pytest.mark.usefixtures("late_account")
def test_a_run_that_is_resumed_elsewhere_while_it_is_alive_stops(
    night: RunSetup, output: BucketOutput, undisturbed: Rows
) -> None:
    first = night.start("--run-id", RUN)
    first.wait_until(FIRST_ROWS)
    with first.paused():
        second = night.start("--resume", RUN)
        second.wait_until(after_object(f"state/claims/{RUN}.resume-1"))
    first.wait()
    second.wait()

    assert (first.code, second.code) == (0, 0), first.stderr + second.stderr
    assert second.stdout.startswith("Complete: all 16 accounts"), second.stdout
    assert first.stdout.startswith(f"Another process has resumed run {RUN}"), first.stdout
    assert published_run(output) == RUN
    assert comparable_rows(output, RUN) == undisturbed


def test_a_schedule_that_fires_twice_changes_nothing_the_second_time(night: RunSetup, output: BucketOutput) -> None:
    assert night.run_to_end("--run-id", "2026-11-23T02:00:00Z").code == 0
    before = _versions(output)

    again = night.run_to_end("--run-id", "2026-11-23T03:00:00+01:00")

    assert again.code == 0, again.stderr
    assert again.stdout.startswith("Run ID 20261123T020000Z-scheduled is already claimed by another run")
    assert _versions(output) == before


def test_results_are_spooled_if_the_bucket_denies_access_during_the_run(
    night: RunSetup, output: BucketOutput, undisturbed: Rows, request: pytest.FixtureRequest
) -> None:
    assert night.run_to_end("--run-id", EARLIER).code == 0
    latest = output.get("latest.json")
    forget(output)
    request.getfixturevalue("late_account")

    attempt = night.start("--run-id", RUN)
    attempt.wait_until(after_object(f"coverage/{OF_THE_RUN}"))
    with attempt.paused():
        deny(output, "findings/*")
    attempt.wait()

    assert attempt.code == 1
    assert "Traceback" not in attempt.stderr
    assert "AccessDenied: no message" in attempt.stderr, "this server sends no message"
    assert output.get("latest.json") == latest
    assert output.get(f"runs/{RUN}/manifest.json") is None
    undelivered, delivered = spooled(attempt), output.keys(f"findings/{OF_THE_RUN}")
    assert undelivered
    assert delivered
    accounts = {key.rpartition("/")[2] for key in [*undelivered, *delivered] if key.startswith("findings/")}
    assert len(accounts) == SHAPE.accounts

    output.s3.delete_bucket_policy(Bucket=output.bucket)
    again = night.run_to_end("--resume", RUN)
    assert again.code == 0, again.stderr
    assert published_run(output) == RUN
    assert _untagged(comparable_rows(output, RUN)) == _untagged(undisturbed)


@pytest.mark.usefixtures("late_account")
def test_results_are_spooled_if_the_bucket_is_removed_during_the_run(night: RunSetup, output: BucketOutput) -> None:
    attempt = night.start("--run-id", RUN)
    attempt.wait_until(FIRST_ROWS)
    with attempt.paused():
        remove(output)
    attempt.process.wait(timeout=120)

    assert attempt.code == 1
    assert "Traceback" not in attempt.stderr
    assert "Create the bucket" in attempt.stderr
    undelivered = spooled(attempt)
    assert {"latest.json", f"runs/{RUN}/manifest.json"}.isdisjoint(undelivered)
    assert f"runs/{RUN}/report.html" in undelivered


def test_wrong_keys_end_the_run_immediately(fleet: Fleet, output: BucketOutput, tmp_path: Path) -> None:
    assert_rejected(into(fleet, tmp_path, output, secret="wrong"), "SignatureDoesNotMatch: no message")


def test_a_denied_claim_ends_the_run_immediately(night: RunSetup, output: BucketOutput) -> None:
    deny(output, "state/*")

    assert_rejected(night, "AccessDenied: no message")


def assert_rejected(night: RunSetup, message: str) -> None:
    attempt = night.run_to_end("--run-id", RUN)

    assert attempt.code == 1
    assert "Traceback" not in attempt.stderr
    assert message in attempt.stderr
    assert night.output.keys() == []


def _untagged(rows: Rows) -> Rows:
    """Remove what depends on an earlier night: its comparison, and tags, which are null if they were not read."""
    other_nights = {"lifecycle": None, "first_seen": None, "owner": "", "environment": ""}
    findings = [
        row | other_nights | {"resource": row["resource"] | {"tags": None}}
        for row in rows["findings"]
        if not row["check_id"].endswith("-untagged")  # their evidence says whether the tag index was read
    ]
    return {**rows, "findings": sorted(findings, key=str)}


def _versions(output: BucketOutput) -> list[tuple[str, object]]:
    listed = output.s3.list_objects_v2(Bucket=output.bucket)["Contents"]
    return [(entry["Key"], entry["LastModified"]) for entry in listed]
