"""What a collector reads is something that the installed botocore knows: it drops everything else without a word."""

from __future__ import annotations

import pytest

from auditor.aws.clients import Clients, Connection
from auditor.aws.collectors import all_collectors
from auditor.aws.collectors.collector import Collector
from auditor.domain.errors import AuditorError
from auditor.run.aws_context import AwsContext


@pytest.mark.parametrize("collector", all_collectors(), ids=lambda each: each.name)
def test_everything_that_is_read_is_modelled(collector: Collector) -> None:
    clients = Clients(Connection())

    assert collector.required_members
    assert collector.unknown_members(lambda shape: clients.members("ecs", shape)) == ()


@pytest.mark.parametrize("collector", all_collectors(), ids=lambda each: each.name)
def test_a_member_that_is_not_modelled_is_told(collector: Collector) -> None:
    shape, (name, *_) = next(iter(collector.required_members.items()))

    assert f"{shape}.{name}" in collector.unknown_members(lambda _: ())


def test_a_run_does_not_start_with_a_botocore_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    def members(_self: Clients, _service: str, shape: str) -> frozenset[str]:
        return frozenset({"name"}) if shape == "ContainerDefinition" else frozenset({"family"})

    monkeypatch.setattr(Clients, "members", members)

    with pytest.raises(AuditorError, match=r"does not know .*ContainerDefinition\.user, ") as raised:
        AwsContext().reader("run", all_collectors())
    assert "newer botocore" in raised.value.advice
