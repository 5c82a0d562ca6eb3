"""Task definitions and their parts in ECS's own words, as they are registered and described."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from auditor.demo.model import Container, Revision, Volume

_FIRST_REGISTERED = datetime(2026, 2, 3, 9, 30, tzinfo=UTC)
_BETWEEN_REVISIONS = timedelta(days=61)


def registered_at(number: int) -> datetime:
    """Return when a revision was registered, by its number."""
    return _FIRST_REGISTERED + (number - 1) * _BETWEEN_REVISIONS


def registered_by(account: str) -> str:
    """Return who registers everything in an account."""
    return f"arn:aws:sts::{account}:assumed-role/deploy/pipeline"


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Write tags as ECS lists them."""
    return [{"key": key, "value": value} for key, value in tags.items()]


def role_arns(revision: Revision, account: str, family: str) -> dict[str, str]:
    """Return the ARNs of the roles of a revision, by ECS's names for them."""
    prefix = f"arn:aws:iam::{account}:role"
    execution = f"{prefix}/ecsTaskExecutionRole"
    return {"taskRoleArn": execution if revision.shared_role else f"{prefix}/{family}", "executionRoleArn": execution}


def volume_document(volume: Volume) -> dict[str, Any]:
    """Write one volume."""
    if volume.tls is None:
        return {"name": volume.name, "host": {"sourcePath": volume.host_path}}
    efs = {"fileSystemId": "fs-0d3m0000000000001", "transitEncryption": "ENABLED" if volume.tls else "DISABLED"}
    return {"name": volume.name, "efsVolumeConfiguration": efs}


def container_document(box: Container, account: str, region: str) -> dict[str, Any]:
    """Write one container."""
    optional = {
        "user": box.user,
        "privileged": box.privileged,
        "readonlyRootFilesystem": box.read_only or None,
        "memory": box.memory,
        "memoryReservation": None if box.memory else 128,
        "logConfiguration": _logs(box, region) if box.log_driver else None,
        "linuxParameters": {"capabilities": {"add": list(box.added_capabilities)}} if box.added_capabilities else None,
    }
    return {
        "name": box.name,
        "image": box.full_image,
        "essential": True,
        "environment": [{"name": name, "value": value} for name, value in box.environment.items()],
        "secrets": [_secret(name, account, region) for name in box.secrets],
        "mountPoints": [
            {"sourceVolume": each.volume, "containerPath": each.path, "readOnly": each.read_only} for each in box.mounts
        ],
        **{key: value for key, value in optional.items() if value is not None},
    }


def _logs(box: Container, region: str) -> dict[str, Any]:
    mode = {"mode": box.log_mode, "max-buffer-size": "25m"} if box.log_mode == "non-blocking" else {}
    options = {"awslogs-group": f"/ecs/{box.name}", "awslogs-region": region, "awslogs-stream-prefix": "ecs", **mode}
    return {"logDriver": box.log_driver, "options": options}


def _secret(name: str, account: str, region: str) -> dict[str, str]:
    return {"name": name, "valueFrom": f"arn:aws:ssm:{region}:{account}:parameter/ecs/{name.lower()}"}
