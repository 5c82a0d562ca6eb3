"""The answers about managed daemons that tell which definition they run. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.parsers import json_values


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
    answer = json_values.as_object(raw, "daemonRevision")
    return DaemonRevision(
        arn=json_values.text(answer.get("daemonRevisionArn"), "daemonRevisionArn"),
        daemon=json_values.text(answer.get("daemonArn"), "daemonArn"),
        cluster=json_values.text(answer.get("clusterArn"), "clusterArn"),
        definition=json_values.text(answer.get("daemonTaskDefinitionArn"), "daemonTaskDefinitionArn"),
        exec_enabled=json_values.boolean(answer.get("enableExecuteCommand"), "enableExecuteCommand"),
    )


def active_revisions(raw: object) -> dict[str, int]:
    """Read which revisions a daemon runs from the `daemon` of DescribeDaemon: ARN to tasks. Raises Malformed."""
    answer = json_values.as_object(raw, "daemon")
    return {
        json_values.text(each.get("arn"), f"{path}.arn"): json_values.non_negative_int(
            each.get("totalRunningCount"), f"{path}.totalRunningCount"
        )
        or 0
        for each, path in json_values.objects(answer.get("currentRevisions"), "currentRevisions")
    }
