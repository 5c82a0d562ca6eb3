"""Where runs lie, as another program reads them: a folder or a bucket. What it must never see is looked for here."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.config import Config

Row = dict[str, Any]

#: What differs from night to night though nothing has changed, and what a run costs.
_VOLATILE = frozenset({"run_id", "observed_at", "calls", "throttled", "retried", "duration_s"})


class Output(Protocol):
    """Reads one output."""

    def get(self, key: str) -> bytes | None:
        """Return an object, or None."""

    def keys(self, prefix: str = "") -> list[str]:
        """List the keys that start so."""


@dataclass(frozen=True, slots=True)
class FolderOutput:
    """A folder."""

    path: Path

    def get(self, key: str) -> bytes | None:
        try:
            return (self.path / key).read_bytes()
        except FileNotFoundError:
            return None

    def keys(self, prefix: str = "") -> list[str]:
        found = (str(path.relative_to(self.path)) for path in self.path.rglob("*") if not path.name.endswith(".part"))
        return sorted(key for key in found if key.startswith(prefix) and (self.path / key).is_file())


@dataclass(frozen=True, slots=True)
class BucketOutput:
    """A bucket with a prefix, which ends with a slash."""

    s3: Any
    bucket: str
    prefix: str = "security/audit/"

    @property
    def url(self) -> str:
        """What the auditor is told."""
        return f"s3://{self.bucket}/{self.prefix}"

    def get(self, key: str) -> bytes | None:
        try:
            body: bytes = self.s3.get_object(Bucket=self.bucket, Key=f"{self.prefix}{key}")["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            return None
        return body

    def keys(self, prefix: str = "") -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=f"{self.prefix}{prefix}")
        return sorted(each["Key"].removeprefix(self.prefix) for page in pages for each in page.get("Contents", ()))


def s3_client(url: str, key: str, secret: str) -> Any:  # noqa: ANN401 - boto3 makes its classes at run time
    """Return a client that reads a bucket as another program would."""
    config = Config(s3={"addressing_style": "path"})
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=config,
    )


def rows(place: Output, kind: str, run_id: str) -> list[Row]:
    """Return the rows of one run; `kind` is findings or coverage."""
    return list(_rows(place, f"{kind}/dt={run_id[:4]}-{run_id[4:6]}-{run_id[6:8]}/run={run_id}/"))


def comparable_rows(place: Output, run_id: str) -> dict[str, list[Row]]:
    """Return findings and coverage of a run but for times and costs."""
    return {
        kind: sorted(map(_without_volatile, rows(place, kind, run_id)), key=str) for kind in ("findings", "coverage")
    }


def gap_reasons(place: Output, run_id: str) -> set[str]:
    """Return the reasons of everything that was not examined."""
    return {row["reason"] for row in rows(place, "coverage", run_id) if row["status"] != "EXAMINED"}


def published_run(place: Output) -> str | None:
    """Return the run that `latest.json` names, once everything that the run stands for is found whole; None without."""
    body = place.get("latest.json")
    if body is None:
        return None
    latest = json.loads(body)
    manifest = json.loads(_read(place, latest["manifest"]))
    assert manifest["run_id"] == latest["run_id"]
    for listed in manifest["objects"]:
        digest = hashlib.sha256(_read(place, listed["key"])).hexdigest()
        assert digest == listed["sha256"], f"{listed['key']} is not what the manifest says"
    _read(place, latest["report"])
    _read(place, latest["summary"])
    named: str = latest["run_id"]
    return named


def assert_all_complete(place: Output) -> int:
    """Read every object that has a final name, and return how many there are: half a one would not parse."""
    keys = place.keys()
    for key in keys:
        body = _read(place, key)
        if key.endswith(".html"):
            assert body.rstrip().endswith(b"</html>"), key
        else:
            for line in _lines(key, body):
                json.loads(line)
    return len(keys)


def _without_volatile(row: Row) -> Row:
    return {key: value for key, value in row.items() if key not in _VOLATILE}


def _rows(place: Output, prefix: str) -> Iterator[Row]:
    for key in place.keys(prefix):
        for line in _lines(key, _read(place, key)):
            yield json.loads(line)


def _lines(key: str, body: bytes) -> list[bytes]:
    text = gzip.decompress(body) if key.endswith(".gz") else body
    return text.splitlines() if key.endswith("l.gz") else [text]


def _read(place: Output, key: str) -> bytes:
    body = place.get(key)
    assert body is not None, f"{key} is missing"
    return body
