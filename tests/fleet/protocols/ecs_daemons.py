"""ECS managed daemons and daemon task definitions, which the other list operations do not include."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.fleet.calls import Call, ServerView, ServiceError
from tests.fleet.definitions import CANARY
from tests.fleet.protocols.json11 import dumps, ok
from tests.fleet.protocols.paging import batch, described, page
from tests.fleet.workloads import Workloads

_CREATED = 1_700_000_000.75
_ARN = re.compile(r"(?:arn:aws:ecs:[^:]+:\d{12}:daemon-task-definition/)?daemon-(\d{4})(?::(\d+))?")
_RUNNING = re.compile(r"arn:aws:ecs:[^:]+:\d{12}:daemon(?:-revision)?/default/daemon-(\d{4})(?:/\d+)?")
#: (privileged, user, pidMode): `shared` is the host's namespace.
KINDS = ((True, "root", "shared"), (False, "1000", "none"), (None, None, None), (True, None, "none"))


def operations(world: ServerView) -> dict[str, Callable[[Call], bytes]]:
    """Operation name -> handler."""
    daemons = Daemons(world)
    return {
        "ListDaemonTaskDefinitions": daemons.list_definitions,
        "DescribeDaemonTaskDefinition": daemons.describe_definition,
        "ListDaemons": daemons.list_daemons,
        "DescribeDaemon": daemons.describe_daemon,
        "DescribeDaemonRevisions": daemons.describe_revisions,
    }


class Daemons:
    """The handlers."""

    def __init__(self, world: ServerView) -> None:
        """Serve the organization of the server."""
        self._world = world

    def list_definitions(self, call: Call) -> bytes:
        """ListDaemonTaskDefinitions; `revision=LAST_REGISTERED` returns one per family."""
        last_only = call.payload.get("revision") == "LAST_REGISTERED"
        rows: list[dict[str, Any]] = []
        for index in range(self._total(call)):
            last = self._last(call, index)
            rows.extend(self._summary(call, index, number) for number in range(last if last_only else 1, last + 1))
        return page(call, "daemonTaskDefinitions", rows)

    def describe_definition(self, call: Call) -> bytes:
        """DescribeDaemonTaskDefinition, which has no tags."""
        match = _ARN.fullmatch(str(call.payload.get("daemonTaskDefinition")))
        index = int(match[1]) if match else -1
        if match is None or not 0 <= index < self._total(call):
            raise ServiceError("ClientException", "Unable to describe daemon task definition.")
        last = self._last(call, index)
        revision = int(match[2] or last)
        if not 1 <= revision <= last:
            raise ServiceError("ClientException", "Unable to describe daemon task definition.")
        return ok(dumps({"daemonTaskDefinition": self._definition(call, index, revision)}))

    def list_daemons(self, call: Call) -> bytes:
        """ListDaemons: one per definition, all in the default cluster."""
        rows = [
            {"daemonArn": _daemon(call, index), "status": "ACTIVE", "createdAt": _CREATED, "updatedAt": _CREATED}
            for index in range(self._total(call))
        ]
        return page(call, "daemonSummariesList", rows)

    def describe_daemon(self, call: Call) -> bytes:
        """DescribeDaemon."""
        index = self._index(call, str(call.payload.get("daemonArn")))
        if index is None:
            raise ServiceError("DaemonNotFoundException", "Daemon not found.")
        document = {
            "daemonArn": _daemon(call, index),
            "clusterArn": f"{_prefix(call)}:cluster/default",
            "status": "ACTIVE",
            "currentRevisions": [{"arn": _revision(call, index), "capacityProviders": [], "totalRunningCount": 1}],
            "createdAt": _CREATED,
            "updatedAt": _CREATED,
        }
        return ok(dumps({"daemon": document}))

    def describe_revisions(self, call: Call) -> bytes:
        """DescribeDaemonRevisions, 20 at most."""
        arns = batch(call, "daemonRevisionArns", 20)
        found: list[dict[str, Any] | None] = []
        for arn in arns:
            index = self._index(call, arn)
            found.append(None if index is None else self._revision_document(call, index))
        return described("daemonRevisions", found, arns)

    def _revision_document(self, call: Call, index: int) -> dict[str, Any]:
        return {
            "daemonRevisionArn": _revision(call, index),
            "clusterArn": f"{_prefix(call)}:cluster/default",
            "daemonArn": _daemon(call, index),
            "daemonTaskDefinitionArn": _definition_arn(call, index, self._last(call, index)),
            "createdAt": _CREATED,
            "enableExecuteCommand": False,
        }

    def _definition(self, call: Call, index: int, revision: int) -> dict[str, Any]:
        privileged, user, pid_mode = KINDS[(index + revision) % len(KINDS)]
        container: dict[str, Any] = {
            "name": "agent",
            "image": f"public.ecr.aws/agent/agent:{revision}",
            "essential": True,
            "environment": [{"name": "TOKEN", "value": f"{CANARY}-daemon-{call.account}"}],
        }
        container |= {} if privileged is None else {"privileged": privileged}
        container |= {} if user is None else {"user": user}
        return {
            "daemonTaskDefinitionArn": _definition_arn(call, index, revision),
            "family": f"daemon-{index:04d}",
            "revision": revision,
            "containerDefinitions": [container],
            "volumes": [],
            "status": "ACTIVE",
            "registeredAt": _CREATED + revision,
            "registeredBy": f"arn:aws:iam::{call.account}:user/ci",
            **({} if pid_mode is None else {"pidMode": pid_mode, "ipcMode": "none"}),
        }

    def _summary(self, call: Call, index: int, revision: int) -> dict[str, Any]:
        arn = _definition_arn(call, index, revision)
        return {"arn": arn, "registeredAt": _CREATED + revision, "status": "ACTIVE"}

    def _total(self, call: Call) -> int:
        return Workloads(self._world.organization).daemon_count(call.account, call.region)

    def _last(self, call: Call, index: int) -> int:
        return 1 + self._world.organization.random_bits("daemon", call.account, call.region, index) % 3

    def _index(self, call: Call, arn: str) -> int | None:
        match = _RUNNING.fullmatch(arn)
        index = int(match[1]) if match else -1
        return index if 0 <= index < self._total(call) else None


def _prefix(call: Call) -> str:
    return f"arn:aws:ecs:{call.region}:{call.account}"


def _definition_arn(call: Call, index: int, revision: int) -> str:
    return f"{_prefix(call)}:daemon-task-definition/daemon-{index:04d}:{revision}"


def _daemon(call: Call, index: int) -> str:
    return f"{_prefix(call)}:daemon/default/daemon-{index:04d}"


def _revision(call: Call, index: int) -> str:
    return f"{_prefix(call)}:daemon-revision/default/daemon-{index:04d}/1"
