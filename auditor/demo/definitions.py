"""Convert the demo's task definitions to the documents of the ECS API."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from auditor.demo.model import Container, Revision, Volume

_FIRST_REGISTERED = datetime(2026, 2, 3, 9, 30, tzinfo=UTC)
_BETWEEN_REVISIONS = timedelta(days=61)


def registered_at(number: int) -> datetime:
    """Return the registration time of revision `number`."""
    return _FIRST_REGISTERED + (number - 1) * _BETWEEN_REVISIONS


def registered_by(account: str) -> str:
    """Return the ARN of the pipeline that registers every definition of an account."""
    return f"arn:aws:sts::{account}:assumed-role/deploy/pipeline"


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags in the list format of ECS."""
    return [{"key": key, "value": value} for key, value in tags.items()]


def role_arns(revision: Revision, account: str, family: str) -> dict[str, str]:
    """Return the task and execution role ARNs of a revision, by their ECS keys."""
    prefix = f"arn:aws:iam::{account}:role"
    execution = f"{prefix}/ecsTaskExecutionRole"
    return {"taskRoleArn": execution if revision.shared_role else f"{prefix}/{family}", "executionRoleArn": execution}


def volume_document(volume: Volume) -> dict[str, Any]:
    """Return one volume as ECS describes it."""
    if volume.tls is None:
        return {"name": volume.name, "host": {"sourcePath": volume.host_path}}
    efs = {"fileSystemId": "fs-0d3m0000000000001", "transitEncryption": "ENABLED" if volume.tls else "DISABLED"}
    return {"name": volume.name, "efsVolumeConfiguration": efs}


def container_document(spec: Container, account: str, region: str) -> dict[str, Any]:
    """Return one container as ECS describes it."""
    optional = {
        "user": spec.user,
        "privileged": spec.privileged,
        "readonlyRootFilesystem": spec.read_only or None,
        "memory": spec.memory,
        "memoryReservation": None if spec.memory else 128,
        "logConfiguration": _logs(spec, region) if spec.log_driver else None,
        "linuxParameters": _linux_parameters(spec) or None,
    }
    return {
        "name": spec.name,
        "image": spec.full_image,
        "essential": True,
        "environment": [{"name": name, "value": value} for name, value in spec.environment.items()],
        "secrets": [_secret(name, account, region) for name in spec.secrets],
        "mountPoints": [
            {"sourceVolume": mount.volume, "containerPath": mount.path, "readOnly": mount.read_only}
            for mount in spec.mounts
        ],
        **{key: value for key, value in optional.items() if value is not None},
    }


def _linux_parameters(spec: Container) -> dict[str, Any]:
    capabilities = {"capabilities": {"add": list(spec.added_capabilities)}} if spec.added_capabilities else {}
    devices = [{"hostPath": device, "containerPath": device, "permissions": ["read"]} for device in spec.devices]
    return {**capabilities, **({"devices": devices} if devices else {})}


def _logs(spec: Container, region: str) -> dict[str, Any]:
    buffer = {"max-buffer-size": "25m"} if spec.log_mode == "non-blocking" else {}
    mode = {"mode": spec.log_mode, **buffer} if spec.log_mode else {}
    options = {"awslogs-group": f"/ecs/{spec.name}", "awslogs-region": region, "awslogs-stream-prefix": "ecs", **mode}
    return {"logDriver": spec.log_driver, "options": options}


def _secret(name: str, account: str, region: str) -> dict[str, str]:
    return {"name": name, "valueFrom": f"arn:aws:ssm:{region}:{account}:parameter/ecs/{name.lower()}"}
