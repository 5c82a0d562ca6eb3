"""Unusual facts of every kind, to test that checks do not crash on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from auditor.domain.ecs.containers import Container, Mount, SecretText, Variable
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition, Definition, DockerVolume, TaskDefinition, Volume
from auditor.domain.ecs.triggers import EventRule, TaskSchedule, TaskTarget
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.ecs.workloads import (
    CapacityProvider,
    Cluster,
    Deployment,
    ExecLogging,
    ExecUsage,
    Placement,
    Service,
    Task,
    TaskSet,
    TaskStarter,
)
from auditor.domain.secret_match import SecretMatch

ARN = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7"
LONG = "x" * 65_536
HOSTILE = "</script>\x1b[31m\u202e\ud800\0"

_ODD_CONTAINER = Container(
    HOSTILE,
    HOSTILE,
    HOSTILE,
    privileged=True,
    environment=(Variable(""), Variable(HOSTILE, SecretMatch(HOSTILE, 0)), Variable(LONG, SecretMatch("x", 2**40))),
    secrets=("", HOSTILE),
    log_driver="",
    log_mode=HOSTILE,
    memory=0,
    capabilities_added=("", "all", "CAP_SYS_ADMIN", HOSTILE, LONG),
    capabilities_dropped=("ALL",),
    mounts=(Mount("", ""), Mount("nowhere", "/"), Mount(HOSTILE, HOSTILE, read_only=True)),
    devices=("", HOSTILE),
    secret_texts=(SecretText("", SecretMatch(HOSTILE, -1)), SecretText(HOSTILE, SecretMatch("x", 1))),
    environment_files=True,
)
_ODD_USAGE = EcsUsage((HOSTILE,), (LONG,), -1, (HOSTILE,), ("A TYPE OF NEXT YEAR",), public_ip=True, complete=False)
_ODD_PLACEMENT = Placement("", ("", HOSTILE), "a version of next year", "a family of next year", public_ip=True)
_ODD_DEPLOYMENT = Deployment(HOSTILE, "", -1, _ODD_PLACEMENT)
_ODD_TASK_SET = TaskSet(HOSTILE, "", "", "", "", None, -1, _ODD_PLACEMENT, {HOSTILE: LONG})
_PLAIN_SERVICE = Service("arn:aws:ecs:eu-west-1:111122223333:service/default/web", "web", "default", "ACTIVE", ARN)

_TASK_DEFINITIONS = (
    TaskDefinition("", "", 0, "", None, ()),
    TaskDefinition(ARN, "web", 7, "ACTIVE", "host", ()),
    TaskDefinition(ARN, "web", 7, "INACTIVE", "", (Container(""),)),
    TaskDefinition(ARN, "web", 7, "a status of next year", "a mode of next year", (Container("app", user="root"),)),
    TaskDefinition(ARN, "web", -1, "ACTIVE", "host", (Container("twin", user="0"), Container("twin", user="1"))),
    TaskDefinition(ARN, "web", 2**63, "ACTIVE", "host", tuple(Container(str(n), user=str(n)) for n in range(99))),
    TaskDefinition(HOSTILE, HOSTILE, 7, HOSTILE, "host", (_ODD_CONTAINER,), {HOSTILE: HOSTILE}),
    TaskDefinition(ARN, LONG, 7, "ACTIVE", "host", (Container(LONG, LONG, LONG, privileged=True),), {LONG: LONG}),
    TaskDefinition(ARN, "web", 7, "ACTIVE", "host", (Container("app", user="::::"),), registered_by=""),
    TaskDefinition(ARN, "web", 7, "ACTIVE", "host", (), registered_at=datetime(1, 1, 1, tzinfo=UTC)),
    TaskDefinition(ARN, "web", 7, "ACTIVE", None, (_ODD_CONTAINER, _ODD_CONTAINER), None, usage=_ODD_USAGE),
    TaskDefinition(
        ARN,
        "web",
        7,
        "",
        "awsvpc",
        (Container("app"), _ODD_CONTAINER),
        pid_mode=HOSTILE,
        ipc_mode="",
        os_family="windows_of_next_year",
        launch_types=("", "FARGATE", HOSTILE),
        task_role_arn="",
        execution_role_arn="",
        volumes=(
            *(Volume("", "", efs=True), Volume(HOSTILE, HOSTILE), Volume("twin", "/"), Volume("twin", None)),
            Volume(HOSTILE, docker=DockerVolume(HOSTILE, ("", HOSTILE, LONG), nfs_server=HOSTILE)),
        ),
        memory=HOSTILE,
        usage=EcsUsage(),
        latest_active=-1,
    ),
)
_DAEMON_DEFINITIONS = tuple(
    DaemonTaskDefinition(task.arn, task.family, task.revision, task.status, None, task.containers, None, pid_mode="x")
    for task in _TASK_DEFINITIONS
)

_ODD_FACTS: dict[type[Any], tuple[Any, ...]] = {
    TaskDefinition: _TASK_DEFINITIONS,
    DaemonTaskDefinition: _DAEMON_DEFINITIONS,
    Service: (
        Service("", "", "", "", None),
        Service(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, -1, 2**63, _ODD_PLACEMENT, tags={HOSTILE: HOSTILE}),
        replace(_PLAIN_SERVICE, tags=None, deployments=(_ODD_DEPLOYMENT,) * 3, task_sets=(_ODD_TASK_SET,)),
        replace(_PLAIN_SERVICE, placement=Placement("FARGATE", (), "", ""), tags={"": "", "aws:x": LONG}),
        replace(_PLAIN_SERVICE, placement=Placement(None, ("FARGATE_SPOT",), "1.4.0.0", None, public_ip=None)),
    ),
    EventRule: (
        EventRule("", ""),
        EventRule(HOSTILE, HOSTILE, (TaskTarget(HOSTILE, _ODD_PLACEMENT), TaskTarget("", Placement()))),
    ),
    TaskSchedule: (TaskSchedule("", "", (TaskTarget(LONG, _ODD_PLACEMENT),)),),
    TaskSet: (TaskSet("", "", "", "", "", None), _ODD_TASK_SET, replace(_ODD_TASK_SET, tags=None)),
    Task: (Task("", "", ""), Task(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, exec_enabled=True)),
    Cluster: (
        Cluster("", "", ""),
        Cluster(HOSTILE, HOSTILE, HOSTILE, HOSTILE, ExecLogging(HOSTILE, log_group="", bucket=HOSTILE), tags=None),
        Cluster("arn", "default", "INACTIVE", "", ExecLogging("", kms_key=True), tags={"aws:x": ""}),
        Cluster("arn", "default", "ACTIVE", "", ExecLogging(""), ExecUsage(("", HOSTILE, LONG, "x"), complete=False)),
    ),
    CapacityProvider: (
        CapacityProvider("", "", ""),
        CapacityProvider(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, None),
        CapacityProvider("arn", "FARGATE", "ACTIVE", "", "", "", {HOSTILE: ""}),
    ),
}


def odd_facts(kind: type[Any]) -> tuple[Any, ...]:
    """Return odd facts of a kind and of its derived kinds. Raises LookupError if there are none."""
    if kind is Definition:
        return (*_TASK_DEFINITIONS, *_DAEMON_DEFINITIONS)
    if kind is TaskStarter:
        return (*_ODD_FACTS[Service], *_ODD_FACTS[EventRule], *_ODD_FACTS[TaskSchedule])
    if kind not in _ODD_FACTS:
        raise LookupError(f"add odd facts of {kind.__name__} to _ODD_FACTS in {__file__}")
    return _ODD_FACTS[kind]
