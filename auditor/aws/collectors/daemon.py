"""The answers about managed daemons that tell which definition they run. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.aws.collectors import shapes


@dataclass(frozen=True, slots=True)
class DaemonRevision:
    """One revision of a daemon: which definition it is made from, and where."""

    arn: str
    daemon: str
    cluster: str
    definition: str
    exec_enabled: bool


def parse_revision(raw: Mapping[str, Any]) -> DaemonRevision:
    """Read one of the `daemonRevisions` of DescribeDaemonRevisions. Raises Malformed."""
    answer = shapes.as_object(raw, "daemonRevision")
    return DaemonRevision(
        arn=shapes.text(answer.get("daemonRevisionArn"), "daemonRevisionArn"),
        daemon=shapes.text(answer.get("daemonArn"), "daemonArn"),
        cluster=shapes.text(answer.get("clusterArn"), "clusterArn"),
        definition=shapes.text(answer.get("daemonTaskDefinitionArn"), "daemonTaskDefinitionArn"),
        exec_enabled=shapes.flag(answer.get("enableExecuteCommand"), "enableExecuteCommand"),
    )


def running_revisions(raw: object) -> dict[str, int]:
    """Read which revisions a daemon runs from the `daemon` of DescribeDaemon: ARN to tasks. Raises Malformed."""
    answer = shapes.as_object(raw, "daemon")
    return {
        shapes.text(each.get("arn"), f"{path}.arn"): shapes.amount(
            each.get("totalRunningCount"), f"{path}.totalRunningCount"
        )
        or 0
        for each, path in shapes.objects(answer.get("currentRevisions"), "currentRevisions")
    }
