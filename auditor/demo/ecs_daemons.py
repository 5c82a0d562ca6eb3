"""ECS's managed daemons, which moto does not know: their definitions, and what runs of them.

Each list comes in one page: nobody in the demo has a hundred of anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.demo import definitions, http_adapter
from auditor.demo.http_adapter import ApiCall, Response
from auditor.demo.model import Daemon, DemoAccount

_NO_DEFINITION = "Unable to describe daemon task definition."
#: How many instances there are in a cluster with a daemon: it runs once on each.
_INSTANCES = 3


def answer(call: ApiCall, account: DemoAccount) -> Response | None:
    """Return the answer to a call about managed daemons, or None for any other."""
    daemons = {each.name: each for each in account.workloads.daemons if call.region in each.regions}
    place = f"arn:aws:ecs:{call.region}:{account.id}"
    match call.operation:
        case "ListDaemonTaskDefinitions":
            # The last revision of each family, which is what `revision=LAST_REGISTERED` asks for.
            found = http_adapter.json_response(
                {"daemonTaskDefinitions": [_definition_summary(each, place) for each in daemons.values()]}
            )
        case "DescribeDaemonTaskDefinition":
            found = _definition(call, account, daemons, place)
        case "ListDaemons":
            found = http_adapter.json_response(
                {"daemonSummariesList": [_summary(each, place) for each in daemons.values()]}
            )
        case "DescribeDaemon":
            found = _daemon(call, daemons, place)
        case "DescribeDaemonRevisions":
            known = {_revision_arn(each, place): _revision(each, place) for each in daemons.values()}
            found = http_adapter.batch_response("daemonRevisions", known, call.lists.get("daemonRevisionArns", ()))
        case _:
            return None
    return found


def _definition(call: ApiCall, account: DemoAccount, daemons: Mapping[str, Daemon], place: str) -> Response:
    family, _, number = call.parameters.get("daemonTaskDefinition", "").rpartition("/")[2].partition(":")
    daemon = daemons.get(family)
    if daemon is None or (number and not 1 <= int(number) <= len(daemon.revisions)):
        return http_adapter.json_error(400, "ClientException", _NO_DEFINITION)
    asked = int(number or len(daemon.revisions))
    revision = daemon.revisions[asked - 1]
    document = {
        "daemonTaskDefinitionArn": _definition_arn(daemon, place, asked),
        "family": family,
        "revision": asked,
        "status": "ACTIVE",
        "containerDefinitions": [
            definitions.container_document(box, account.id, call.region) for box in revision.containers
        ],
        "volumes": [definitions.volume_document(each) for each in revision.volumes],
        "pidMode": revision.pid_mode or "none",
        "ipcMode": revision.ipc_mode or "none",
        "registeredAt": definitions.registered_at(asked).timestamp(),
        "registeredBy": definitions.registered_by(account.id),
        **definitions.role_arns(revision, account.id, family),
    }
    return http_adapter.json_response({"daemonTaskDefinition": document})


def _daemon(call: ApiCall, daemons: Mapping[str, Daemon], place: str) -> Response:
    daemon = daemons.get(call.parameters.get("daemonArn", "").rpartition("/")[2])
    if daemon is None:
        return http_adapter.json_error(400, "DaemonNotFoundException", "Daemon not found.")
    on = {"arn": f"{place}:capacity-provider/{daemon.provider}", "runningCount": _INSTANCES}
    current = {"arn": _revision_arn(daemon, place), "capacityProviders": [on], "totalRunningCount": _INSTANCES}
    cluster = f"{place}:cluster/{daemon.cluster}"
    document = {**_summary(daemon, place), "clusterArn": cluster, "currentRevisions": [current]}
    return http_adapter.json_response({"daemon": document})


def _definition_summary(daemon: Daemon, place: str) -> dict[str, Any]:
    last = len(daemon.revisions)
    moment = definitions.registered_at(last).timestamp()
    return {"arn": _definition_arn(daemon, place, last), "registeredAt": moment, "status": "ACTIVE"}


def _summary(daemon: Daemon, place: str) -> dict[str, Any]:
    first = definitions.registered_at(1).timestamp()
    last = definitions.registered_at(len(daemon.revisions)).timestamp()
    return {"daemonArn": _arn(daemon, place), "status": "ACTIVE", "createdAt": first, "updatedAt": last}


def _revision(daemon: Daemon, place: str) -> dict[str, Any]:
    last = len(daemon.revisions)
    return {
        "daemonRevisionArn": _revision_arn(daemon, place),
        "clusterArn": f"{place}:cluster/{daemon.cluster}",
        "daemonArn": _arn(daemon, place),
        "daemonTaskDefinitionArn": _definition_arn(daemon, place, last),
        "createdAt": definitions.registered_at(last).timestamp(),
        "enableExecuteCommand": False,
    }


def _definition_arn(daemon: Daemon, place: str, number: int) -> str:
    return f"{place}:daemon-task-definition/{daemon.name}:{number}"


def _arn(daemon: Daemon, place: str) -> str:
    return f"{place}:daemon/{daemon.cluster}/{daemon.name}"


def _revision_arn(daemon: Daemon, place: str) -> str:
    return f"{place}:daemon-revision/{daemon.cluster}/{daemon.name}/{len(daemon.revisions)}"
