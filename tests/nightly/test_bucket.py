"""The night into a bucket, over real HTTP: what is written, in which order, and what happens when S3 refuses."""

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
from tests.nightly.night import Night, audit

PREFIX = "security/audit"


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with running(Shape(accounts=3, regions=2)) as fleet:
        yield fleet


class Objects:
    """The bucket, as another program reads it."""

    def __init__(self, fleet: Fleet) -> None:
        env = fleet.env()
        self._bucket = fleet.bucket
        self._s3: Any = boto3.client(
            "s3",
            region_name="us-east-1",
            endpoint_url=fleet.url,
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        )

    def listed(self) -> list[str]:
        """List everything, prefix included."""
        return [each["Key"] for each in self._s3.list_objects_v2(Bucket=self._bucket).get("Contents", [])]

    def get(self, key: str) -> dict[str, Any]:
        """Fetch an object with its labels; `Body` is bytes."""
        answer: dict[str, Any] = self._s3.get_object(Bucket=self._bucket, Key=f"{PREFIX}/{key}")
        return answer | {"Body": answer["Body"].read()}

    def json(self, key: str) -> dict[str, Any]:
        """Fetch a JSON document."""
        document: dict[str, Any] = json.loads(self.get(key)["Body"])
        return document


def _night(fleet: Fleet, tmp_path: Path, *flags: str) -> Night:
    return audit(fleet, tmp_path, "--output", f"s3://{fleet.bucket}/{PREFIX}/", "--spool", str(tmp_path), *flags)


def test_a_run_lies_below_the_prefix_with_its_labels(fleet: Fleet, tmp_path: Path) -> None:
    night = _night(fleet, tmp_path)
    objects = Objects(fleet)

    assert night.code == 0, night.stderr
    latest = objects.json("latest.json")
    manifest = objects.json(latest["manifest"])
    report = objects.get(latest["report"])
    assert report["ContentType"] == "text/html; charset=utf-8"
    rows = [listed for listed in manifest["objects"] if listed["rows"] is not None]
    assert len(rows) == 6
    for listed in rows:
        stored = objects.get(listed["key"])
        assert (stored["ContentType"], stored["ContentEncoding"]) == ("application/x-ndjson", "gzip")
        assert hashlib.sha256(stored["Body"]).hexdigest() == listed["sha256"]
        assert len(gzip.decompress(stored["Body"]).splitlines()) == listed["rows"]
    assert all(key.startswith(f"{PREFIX}/") for key in objects.listed())


def test_an_outage_of_s3_that_passes_costs_time_only(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set_faults(Fault("http-503", services=("s3",), rate=0.3), Fault("lost", services=("s3",), rate=0.2))

    night = _night(fleet, tmp_path)

    fleet.set_faults()
    assert night.code == 0, night.stderr
    assert Objects(fleet).json("latest.json")["complete"] is True


@pytest.mark.parametrize(
    "skip",
    [
        pytest.param(1, id="after the claim"),
        pytest.param(4, id="among the accounts"),
        pytest.param(7, id="at the summary"),
        pytest.param(9, id="at the manifest"),
        pytest.param(10, id="at latest.json"),
    ],
)
def test_a_bucket_that_refuses_in_mid_run_leaves_the_data_in_a_spool(fleet: Fleet, tmp_path: Path, skip: int) -> None:
    fleet.set_faults(Fault("access-denied", services=("s3",), operation="PutObject", skip=skip))

    night = _night(fleet, tmp_path)

    fleet.set_faults()
    objects = Objects(fleet)
    assert night.code == 1
    assert "Traceback" not in night.stderr
    assert not any(key.endswith("latest.json") for key in objects.listed())
    spool = re.search(r"are in (\S+), under the same keys", night.stderr + night.stdout)
    assert spool, night.stderr
    waiting = {str(path.relative_to(spool[1])) for path in Path(spool[1]).rglob("*") if path.is_file()}
    there = {key.removeprefix(f"{PREFIX}/") for key in objects.listed()}
    assert len({key for key in waiting | there if key.startswith(("findings/", "coverage/"))}) == 6
    assert any(key.endswith("report.html") for key in waiting | there)


def test_a_refusal_in_mid_run_that_passes_is_made_good_at_the_end(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set_faults(Fault("access-denied", services=("s3",), operation="PutObject", skip=2, times=1))

    night = _night(fleet, tmp_path)

    fleet.set_faults()
    assert night.code == 0, night.stderr
    latest = Objects(fleet).json("latest.json")
    assert len(Objects(fleet).json(latest["manifest"])["objects"]) == 8


def test_a_bucket_of_somebody_else_is_refused(fleet: Fleet, tmp_path: Path) -> None:
    night = _night(fleet, tmp_path, "--bucket-owner", "111122223333")

    assert night.code == 1
    assert "bucket owner" in night.stderr
    assert Objects(fleet).listed() == []


def test_inventory_and_settings_can_come_from_the_bucket(fleet: Fleet, tmp_path: Path) -> None:
    bucket = Objects(fleet)
    settings = f"output: {tmp_path / 'out'}\nfail_on: high\n"
    for key, text in (("config/inventory.yaml", fleet.inventory_text()), ("config/auditor.yaml", settings)):
        bucket._s3.put_object(Bucket=fleet.bucket, Key=key, Body=text.encode())
    base = f"s3://{fleet.bucket}/config"

    night = audit(fleet, tmp_path, "--inventory", f"{base}/inventory.yaml", "--settings", f"{base}/auditor.yaml")

    assert night.code == 3, night.stderr
    assert len(night.coverage()) == 6
