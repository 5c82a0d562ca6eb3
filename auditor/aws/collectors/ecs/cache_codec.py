"""What is written down of a revision for the nights to come, in ECS's own words: reading it back takes the one parser.

Only what is immutable and judged is written. Of environment variables that is the name, and what made the value look
like a secret. Status, tags and what ECS computes are not: they are asked for anew, or taken as unread.
"""

from __future__ import annotations

from typing import Any

from auditor.domain.cache import ScopeCache
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import Definition, Volume
from auditor.domain.secret_match import SecretMatch

#: How many older revisions of a family are remembered.
_OLDER = 8


def encode(definition: Definition) -> dict[str, Any]:
    """Write down one revision. Members that say nothing are left out."""
    return _filled(
        family=definition.family,
        revision=definition.revision,
        networkMode=definition.network_mode,
        pidMode=definition.pid_mode,
        ipcMode=definition.ipc_mode,
        taskRoleArn=definition.task_role_arn,
        executionRoleArn=definition.execution_role_arn,
        requiresCompatibilities=list(definition.launch_types),
        runtimePlatform=_filled(operatingSystemFamily=definition.os_family),
        volumes=[_volume(each) for each in definition.volumes],
        containerDefinitions=[_container(each) for each in definition.containers],
        registeredAt=definition.registered_at.isoformat() if definition.registered_at else None,
        registeredBy=definition.registered_by,
    )


def prune_history(cache: ScopeCache) -> None:
    """Keep some of what is known of older revisions of the families of tonight: they tell when a fault came in."""
    families = {arn.rpartition(":")[0] for arn in cache.fresh}
    older: dict[str, list[tuple[int, str]]] = {}
    for arn in cache.cached:
        family, _, revision = arn.rpartition(":")
        if family in families and arn not in cache.fresh and revision.isdecimal():
            older.setdefault(family, []).append((int(revision), arn))
    for revisions in older.values():
        for _, arn in sorted(revisions, reverse=True)[:_OLDER]:
            cache.store(arn, cache.cached[arn])


def _container(container: Container) -> dict[str, Any]:
    return _filled(
        name=container.name,
        image=container.image,
        user=container.user,
        privileged=container.privileged,
        readonlyRootFilesystem=container.readonly_root,
        environment=[
            _filled(name=each.name, suspicion=_suspicion(each.secret_match)) for each in container.environment
        ],
        secrets=[{"name": name} for name in container.secrets],
        logConfiguration=_filled(logDriver=container.log_driver, options=_filled(mode=container.log_mode)),
        memory=container.memory,
        memoryReservation=container.memory_reservation,
        linuxParameters=_filled(
            capabilities=_filled(add=list(container.capabilities_added), drop=list(container.capabilities_dropped)),
            devices=[{"hostPath": path} for path in container.devices],
        ),
        mountPoints=[
            _filled(sourceVolume=each.volume, containerPath=each.path, readOnly=each.read_only)
            for each in container.mounts
        ],
    )


def _volume(volume: Volume) -> dict[str, Any]:
    efs = {"efsVolumeConfiguration": _filled(transitEncryption=volume.transit_encryption)} if volume.efs else {}
    return _filled(name=volume.name, host=_filled(sourcePath=volume.host_path)) | efs


def _suspicion(suspicion: SecretMatch | None) -> list[Any] | None:
    return [suspicion.detector, suspicion.length] if suspicion else None


def _filled(**members: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    # An empty text is kept: `user: ""` is what ECS holds, and the parser tells it from an absent one.
    return {name: value for name, value in members.items() if value or (value in ("", 0) and value is not False)}
