"""The stores of a run: a folder needs no AWS, and a bucket is used with a clock that does not stop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditor import checks, settings
from auditor.aws import storage
from auditor.domain.errors import ConfigError
from auditor.run.aws_context import AwsContext
from auditor.run.stores import make_store, with_spool
from auditor.settings import Override, Settings
from auditor.store.folder import Folder
from tests.run.stubs import IDENTITY

RUN = "20261123T020000Z-1a2b3c"


@pytest.fixture
def loaded(tmp_path: Path) -> Settings:
    return settings.load(None, "settings", {"spool": Override(str(tmp_path), "--spool")}, checks.load())


def test_a_folder_needs_no_aws(loaded: Settings, tmp_path: Path) -> None:
    aws = AwsContext()

    store = make_store(aws, str(tmp_path), loaded)

    assert isinstance(store, Folder)
    assert "call_context" not in vars(aws)


def test_a_bucket_can_be_written_after_the_run_was_stopped(loaded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(storage, "S3Store", lambda *arguments: calls.append(arguments))
    aws = AwsContext(known_identity=IDENTITY)
    aws.clock.interrupt()

    make_store(aws, "s3://bucket/prefix", loaded)

    ((call_context, account_id, url, _protection),) = calls
    call_context.clock.raise_if_stopped()
    assert call_context.clients is aws.call_context.clients
    assert call_context.retry_quota is not aws.call_context.retry_quota
    assert (account_id, url) == (IDENTITY.account_id, "s3://bucket/prefix")


@pytest.mark.parametrize(
    "output", ["s3:/bucket", "s3:bucket", "S3://", "s3:///x", "gs://bucket/x", "file:///tmp/x", "http://b/k"]
)
def test_an_output_with_another_scheme_is_refused_and_creates_no_folder(
    loaded: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigError, match="is neither a folder nor an S3 URL"):
        make_store(AwsContext(known_identity=IDENTITY), output, loaded)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("output", ["results", "./a:b/c", "/srv/x", "2026-11-23T02:00/x"])
def test_a_path_with_a_colon_is_a_folder(loaded: Settings, output: str) -> None:
    assert isinstance(make_store(AwsContext(known_identity=IDENTITY), output, loaded), Folder)


def test_all_processes_of_a_run_have_the_same_spool_folder(loaded: Settings, tmp_path: Path) -> None:
    first, second = (with_spool(Folder("out"), RUN, loaded) for _ in range(2))

    assert first.spool.url() == second.spool.url() == str(tmp_path / f"auditor-spool-{RUN}")
