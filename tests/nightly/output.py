"""Read and verify the output of runs, in a folder or a bucket, as another program would."""

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

#: Fields that differ between identical runs: IDs, times and costs.
_VOLATILE = frozenset(
    {"run_id", "observed_at", "first_seen", "last_seen", "changed_at", "closed_at"}
    | {"calls", "throttled", "retried", "duration_s"}
)


class Output(Protocol):
    """The output of runs."""

    def get(self, key: str) -> bytes | None:
        """Return an object, or None if it does not exist."""

    def keys(self, prefix: str = "") -> list[str]:
        """List the keys with a prefix."""


@dataclass(frozen=True, slots=True)
class FolderOutput:
    """An output folder."""

    path: Path

    def get(self, key: str) -> bytes | None:
        try:
            return (self.path / key).read_bytes()
        except FileNotFoundError:
            return None

    def keys(self, prefix: str = "") -> list[str]:
        keys = (str(path.relative_to(self.path)) for path in self.path.rglob("*") if not path.name.endswith(".part"))
        return sorted(key for key in keys if key.startswith(prefix) and (self.path / key).is_file())


@dataclass(frozen=True, slots=True)
class BucketOutput:
    """An output bucket. The prefix ends with a slash."""

    s3: Any
    bucket: str
    prefix: str = "security/audit/"

    @property
    def url(self) -> str:
        """The value of --output."""
        return f"s3://{self.bucket}/{self.prefix}"

    def get(self, key: str) -> bytes | None:
        try:
            body: bytes = self.s3.get_object(Bucket=self.bucket, Key=f"{self.prefix}{key}")["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            return None
        return body

    def keys(self, prefix: str = "") -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=f"{self.prefix}{prefix}")
        return sorted(entry["Key"].removeprefix(self.prefix) for page in pages for entry in page.get("Contents", ()))


def s3_client(url: str, key: str, secret: str) -> Any:  # noqa: ANN401 - boto3 makes its classes at run time
    """Return a client that reads a bucket as any other program would."""
    config = Config(s3={"addressing_style": "path"})
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=config,
    )


def rows(output: Output, kind: str, run_id: str) -> list[Row]:
    """Return the rows of one run; `kind` is findings or coverage."""
    return list(_rows(output, f"{kind}/dt={run_id[:4]}-{run_id[4:6]}-{run_id[6:8]}/run={run_id}/"))


def comparable_rows(output: Output, run_id: str) -> dict[str, list[Row]]:
    """Return findings and coverage of a run without IDs, times and costs."""
    return {
        kind: sorted(map(_without_volatile, rows(output, kind, run_id)), key=str) for kind in ("findings", "coverage")
    }


def gap_reasons(output: Output, run_id: str) -> set[str]:
    """Return the reasons of all scopes that were not examined."""
    return {row["reason"] for row in rows(output, "coverage", run_id) if row["status"] != "EXAMINED"}


def published_run(output: Output) -> str | None:
    """Return the run ID in `latest.json` after verifying all objects of that run, or None if there is no such file."""
    body = output.get("latest.json")
    if body is None:
        return None
    latest = json.loads(body)
    manifest = json.loads(_read(output, latest["manifest"]))
    assert manifest["run_id"] == latest["run_id"]
    for listed in manifest["objects"]:
        digest = hashlib.sha256(_read(output, listed["key"])).hexdigest()
        assert digest == listed["sha256"], f"{listed['key']} does not match the manifest"
    _read(output, latest["report"])
    _read(output, latest["summary"])
    run_id: str = latest["run_id"]
    return run_id


def assert_all_complete(output: Output) -> int:
    """Parse every object with a final name, which fails if one is incomplete, and return their number."""
    keys = output.keys()
    for key in keys:
        body = _read(output, key)
        if key.endswith(".html"):
            assert body.rstrip().endswith(b"</html>"), key
        else:
            for line in _lines(key, body):
                json.loads(line)
    return len(keys)


def _without_volatile(row: Row) -> Row:
    stable = {key: value for key, value in row.items() if key not in _VOLATILE}
    if "lifecycle" in row:
        stable["lifecycle"] = row["lifecycle"]["state"]
    return stable


def _rows(output: Output, prefix: str) -> Iterator[Row]:
    for key in output.keys(prefix):
        for line in _lines(key, _read(output, key)):
            yield json.loads(line)


def _lines(key: str, body: bytes) -> list[bytes]:
    text = gzip.decompress(body) if key.endswith(".gz") else body
    return text.splitlines() if key.endswith("l.gz") else [text]


def _read(output: Output, key: str) -> bytes:
    body = output.get(key)
    assert body is not None, f"{key} is missing"
    return body
