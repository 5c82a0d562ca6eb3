"""A run that writes to S3 over real HTTP: its objects, their order, and the consequences of S3 errors."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import NO_WAITING, Night, audit

pytestmark = pytest.mark.slow

PREFIX = "security/audit"


#: One bucket for every test.
BUCKETS = tuple(f"results-{number}" for number in range(12))


@pytest.fixture(scope="module")
def shared() -> Iterator[Fleet]:
    with running(Shape(accounts=3, regions=2), buckets=BUCKETS) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def unused() -> list[str]:
    return list(BUCKETS)


@pytest.fixture
def objects(shared: Fleet, unused: list[str]) -> Objects:
    shared.set_faults()
    return Objects(shared, unused.pop())


class Objects:
    """A bucket as another program reads it."""

    def __init__(self, fleet: Fleet, bucket: str) -> None:
        env = fleet.env()
        self.fleet = fleet
        self.bucket = bucket
        self._s3: Any = boto3.client(
            "s3",
            region_name="us-east-1",
            endpoint_url=fleet.url,
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        )

    def listed(self) -> list[str]:
        """List all keys, with the prefix."""
        return [entry["Key"] for entry in self._s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])]

    def get(self, key: str) -> dict[str, Any]:
        """Fetch an object with its headers; `Body` is bytes."""
        response: dict[str, Any] = self._s3.get_object(Bucket=self.bucket, Key=f"{PREFIX}/{key}")
        return response | {"Body": response["Body"].read()}

    def json(self, key: str) -> dict[str, Any]:
        """Fetch a JSON document."""
        document: dict[str, Any] = json.loads(self.get(key)["Body"])
        return document

    def put(self, key: str, text: str) -> None:
        """Write an object outside the prefix."""
        self._s3.put_object(Bucket=self.bucket, Key=key, Body=text.encode())


def _night(objects: Objects, tmp_path: Path, *flags: str) -> Night:
    output = ("--output", f"s3://{objects.bucket}/{PREFIX}/", "--spool", str(tmp_path))
    return audit(objects.fleet, tmp_path, *output, *flags, program=NO_WAITING)


def test_a_run_is_written_below_the_prefix_with_content_types(objects: Objects, tmp_path: Path) -> None:
    night = _night(objects, tmp_path)

    assert night.code == 0, night.stderr
    latest = objects.json("latest.json")
    manifest = objects.json(latest["manifest"])
    report = objects.get(latest["report"])
    assert report["ContentType"] == "text/html; charset=utf-8"
    rows = [listed for listed in manifest["objects"] if listed["rows"] is not None]
    assert len(rows) == 9
    for listed in rows:
        stored = objects.get(listed["key"])
        assert (stored["ContentType"], stored["ContentEncoding"]) == ("application/x-ndjson", "gzip")
        assert hashlib.sha256(stored["Body"]).hexdigest() == listed["sha256"]
        assert len(gzip.decompress(stored["Body"]).splitlines()) == listed["rows"]
    assert all(key.startswith(f"{PREFIX}/") for key in objects.listed())


def test_temporary_errors_of_s3_are_retried(objects: Objects, tmp_path: Path) -> None:
    objects.fleet.set_faults(Fault("http-503", services=("s3",), rate=0.3), Fault("lost", services=("s3",), rate=0.2))

    night = _night(objects, tmp_path)

    objects.fleet.set_faults()
    assert night.code == 0, night.stderr
    assert objects.json("latest.json")["complete"] is True


@pytest.mark.parametrize(
    "skip",
    [
        pytest.param(1, id="after the claim"),
        pytest.param(4, id="between two accounts"),
        pytest.param(7, id="at the summary"),
        pytest.param(9, id="at the manifest"),
        pytest.param(10, id="at the index"),
        pytest.param(11, id="at latest.json"),
    ],
)
def test_results_are_spooled_if_the_bucket_denies_access_during_the_run(
    objects: Objects, tmp_path: Path, skip: int
) -> None:
    objects.fleet.set_faults(Fault("access-denied", services=("s3",), operation="PutObject", skip=skip))

    night = _night(objects, tmp_path)

    objects.fleet.set_faults()
    assert night.code == 1
    assert "Traceback" not in night.stderr
    assert not any(key.endswith("latest.json") for key in objects.listed())
    spool = re.search(r"are in (\S+), under the same keys", night.stderr + night.stdout)
    assert spool, night.stderr
    spooled = {str(path.relative_to(spool[1])) for path in Path(spool[1]).rglob("*") if path.is_file()}
    delivered = {key.removeprefix(f"{PREFIX}/") for key in objects.listed()}
    assert len({key for key in spooled | delivered if key.startswith(("findings/", "coverage/"))}) == 6
    assert any(key.endswith("report.html") for key in spooled | delivered)


def test_spooled_results_are_delivered_at_the_end_if_the_bucket_accepts_them_again(
    objects: Objects, tmp_path: Path
) -> None:
    objects.fleet.set_faults(Fault("access-denied", services=("s3",), operation="PutObject", skip=2, times=1))

    night = _night(objects, tmp_path)

    assert night.code == 0, night.stderr
    latest = objects.json("latest.json")
    assert len(objects.json(latest["manifest"])["objects"]) == 13


def test_a_bucket_of_another_owner_is_rejected(objects: Objects, tmp_path: Path) -> None:
    night = _night(objects, tmp_path, "--bucket-owner", "111122223333")

    assert night.code == 1
    assert "bucket owner" in night.stderr
    assert objects.listed() == []


def test_inventory_and_settings_can_be_read_from_the_bucket(objects: Objects, tmp_path: Path) -> None:
    objects.put("config/inventory.yaml", objects.fleet.inventory_text())
    objects.put("config/auditor.yaml", f"output: {tmp_path / 'out'}\nfail_on: high\n")
    base = f"s3://{objects.bucket}/config"
    flags = ("--inventory", f"{base}/inventory.yaml", "--settings", f"{base}/auditor.yaml")

    night = audit(objects.fleet, tmp_path, *flags)

    assert night.code == 3, night.stderr
    assert len(night.coverage()) == 6
