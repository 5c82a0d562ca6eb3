"""Answer calls about ECS managed daemons and their definitions, which moto does not support.

Each list fits in one page.
"""

from collections.abc import Mapping
from typing import Any

from auditor.demo import definitions, http_adapter
from auditor.demo.http_adapter import ApiCall, Response
from auditor.demo.model import Daemon, DemoAccount

_NO_DEFINITION = "Unable to describe daemon task definition."
#: Instances in a cluster with a daemon; the daemon runs once on each.
_INSTANCES = 3


def answer(call: ApiCall, account: DemoAccount) -> Response | None:
    """Return the response to a call about managed daemons, or None for any other call."""
    daemons = {daemon.name: daemon for daemon in account.workloads.daemons if call.region in daemon.regions}
    arn_prefix = f"arn:aws:ecs:{call.region}:{account.id}"
    match call.operation:
        case "ListDaemonTaskDefinitions":
            # The last revision of each family: what `revision=LAST_REGISTERED` means.
            response = http_adapter.json_response(
                {"daemonTaskDefinitions": [_definition_summary(daemon, arn_prefix) for daemon in daemons.values()]}
            )
        case "DescribeDaemonTaskDefinition":
            response = _definition(call, account, daemons, arn_prefix)
        case "ListDaemons":
            response = http_adapter.json_response(
                {"daemonSummariesList": [_summary(daemon, arn_prefix) for daemon in daemons.values()]}
            )
        case "DescribeDaemon":
            response = _daemon(call, daemons, arn_prefix)
        case "DescribeDaemonRevisions":
            documents = {
                _revision_arn(daemon, arn_prefix): _revision(daemon, arn_prefix) for daemon in daemons.values()
            }
            response = http_adapter.batch_response(
                "daemonRevisions", documents, call.lists.get("daemonRevisionArns", ())
            )
        case _:
            return None
    return response


def _definition(call: ApiCall, account: DemoAccount, daemons: Mapping[str, Daemon], arn_prefix: str) -> Response:
    family, _, number = call.parameters.get("daemonTaskDefinition", "").rpartition("/")[2].partition(":")
    daemon = daemons.get(family)
    if daemon is None or (number and not 1 <= int(number) <= len(daemon.revisions)):
        return http_adapter.json_error(400, "ClientException", _NO_DEFINITION)
    index = int(number or len(daemon.revisions))
    revision = daemon.revisions[index - 1]
    document = {
        "daemonTaskDefinitionArn": _definition_arn(daemon, arn_prefix, index),
        "family": family,
        "revision": index,
        "status": "ACTIVE",
        "containerDefinitions": [
            definitions.container_document(box, account.id, call.region) for box in revision.containers
        ],
        "volumes": [definitions.volume_document(volume) for volume in revision.volumes],
        "pidMode": revision.pid_mode or "none",
        "ipcMode": revision.ipc_mode or "none",
        "registeredAt": definitions.registered_at(index).timestamp(),
        "registeredBy": definitions.registered_by(account.id),
        **definitions.role_arns(revision, account.id, family),
    }
    return http_adapter.json_response({"daemonTaskDefinition": document})


def _daemon(call: ApiCall, daemons: Mapping[str, Daemon], arn_prefix: str) -> Response:
    daemon = daemons.get(call.parameters.get("daemonArn", "").rpartition("/")[2])
    if daemon is None:
        return http_adapter.json_error(400, "DaemonNotFoundException", "Daemon not found.")
    on = {"arn": f"{arn_prefix}:capacity-provider/{daemon.provider}", "runningCount": _INSTANCES}
    current = {"arn": _revision_arn(daemon, arn_prefix), "capacityProviders": [on], "totalRunningCount": _INSTANCES}
    cluster = f"{arn_prefix}:cluster/{daemon.cluster}"
    document = {**_summary(daemon, arn_prefix), "clusterArn": cluster, "currentRevisions": [current]}
    return http_adapter.json_response({"daemon": document})


def _definition_summary(daemon: Daemon, arn_prefix: str) -> dict[str, Any]:
    last = len(daemon.revisions)
    moment = definitions.registered_at(last).timestamp()
    return {"arn": _definition_arn(daemon, arn_prefix, last), "registeredAt": moment, "status": "ACTIVE"}


def _summary(daemon: Daemon, arn_prefix: str) -> dict[str, Any]:
    first = definitions.registered_at(1).timestamp()
    last = definitions.registered_at(len(daemon.revisions)).timestamp()
    return {"daemonArn": _arn(daemon, arn_prefix), "status": "ACTIVE", "createdAt": first, "updatedAt": last}


def _revision(daemon: Daemon, arn_prefix: str) -> dict[str, Any]:
    last = len(daemon.revisions)
    return {
        "daemonRevisionArn": _revision_arn(daemon, arn_prefix),
        "clusterArn": f"{arn_prefix}:cluster/{daemon.cluster}",
        "daemonArn": _arn(daemon, arn_prefix),
        "daemonTaskDefinitionArn": _definition_arn(daemon, arn_prefix, last),
        "createdAt": definitions.registered_at(last).timestamp(),
        "enableExecuteCommand": False,
    }


def _definition_arn(daemon: Daemon, arn_prefix: str, number: int) -> str:
    return f"{arn_prefix}:daemon-task-definition/{daemon.name}:{number}"


def _arn(daemon: Daemon, arn_prefix: str) -> str:
    return f"{arn_prefix}:daemon/{daemon.cluster}/{daemon.name}"


def _revision_arn(daemon: Daemon, arn_prefix: str) -> str:
    return f"{arn_prefix}:daemon-revision/{daemon.cluster}/{daemon.name}/{len(daemon.revisions)}"
