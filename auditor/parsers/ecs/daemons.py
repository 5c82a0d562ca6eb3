"""Parse answers about managed daemons: the definitions that they use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.parsers import json_values


@dataclass(frozen=True, slots=True)
class DaemonRevision:
    """One revision of a daemon, with its definition and its cluster."""

    arn: str
    daemon: str
    cluster: str
    definition: str
    exec_enabled: bool


def parse_revision(raw: Mapping[str, Any]) -> DaemonRevision:
    """Return one of the `daemonRevisions` of DescribeDaemonRevisions. Raises MalformedValue."""
    answer = json_values.as_object(raw, "daemonRevision")
    return DaemonRevision(
        arn=json_values.text(answer.get("daemonRevisionArn"), "daemonRevisionArn"),
        daemon=json_values.text(answer.get("daemonArn"), "daemonArn"),
        cluster=json_values.text(answer.get("clusterArn"), "clusterArn"),
        definition=json_values.text(answer.get("daemonTaskDefinitionArn"), "daemonTaskDefinitionArn"),
        exec_enabled=json_values.boolean(answer.get("enableExecuteCommand"), "enableExecuteCommand"),
    )


def active_revisions(raw: object) -> dict[str, int]:
    """Return the running tasks of each current revision by ARN, from the `daemon` of DescribeDaemon."""
    answer = json_values.as_object(raw, "daemon")
    tasks: dict[str, int] = {}
    for revision, path in json_values.objects(answer.get("currentRevisions"), "currentRevisions"):
        arn = json_values.text(revision.get("arn"), f"{path}.arn")
        count = json_values.non_negative_int(revision.get("totalRunningCount"), f"{path}.totalRunningCount")
        tasks[arn] = count or 0
    return tasks
