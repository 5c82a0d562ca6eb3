"""A run without AWS: one identity, one store and one reader, all in memory."""

from __future__ import annotations

import pytest

from auditor.aws.roles import Identity
from auditor.run import orchestrator, worker
from auditor.run.aws_context import AwsContext
from auditor.store.store import Store
from tests.engine.stubs import StubReader

IDENTITY = Identity("999999999999", "arn:aws:sts::999999999999:assumed-role/auditor/task")


def stub_aws(monkeypatch: pytest.MonkeyPatch, store: Store, reader: StubReader) -> AwsContext:
    """Let every run of this process write to `store` and read from `reader`."""
    monkeypatch.setattr(orchestrator, "make_store", lambda *_: store)
    monkeypatch.setattr(worker, "make_reader", lambda *_: reader)
    return AwsContext(known_identity=IDENTITY)
