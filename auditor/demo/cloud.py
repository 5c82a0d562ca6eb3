"""Load the demo organization into moto and put access control in front of it. The only module that imports moto."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto import mock_aws
from moto.core.models import botocore_stubber
from moto.core.utils import get_service_model
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.iam.models import get_account_id_from
from moto.sts.models import AssumedRole, sts_backends

from auditor.demo import definitions, http_adapter
from auditor.demo.access_control import AccessControl, Principal
from auditor.demo.model import AUDITOR_ACCOUNT, HOME_REGION, REGIONS, DemoAccount, Family, Revision
from auditor.domain.errors import AuditorError

_PARTITION = "aws"


@contextmanager
def serve(accounts: tuple[DemoAccount, ...]) -> Iterator[None]:
    """Answer the AWS clients that are created within the block, and set default credentials for them.

    Raises AuditorError if moto is already active, because its state is global to the process.
    """
    if botocore_stubber.enabled:
        raise AuditorError(
            "A demo is already running in this process.", "Wait until it ends, then start the demo again."
        )
    with mock_aws(), patch.object(botocore_stubber, "process_request", _with_access_control(AccessControl(accounts))):
        for account in accounts:
            _load_account(account)
        _set_default_credentials()
        _preload_models()
        yield


def _with_access_control(guard: AccessControl) -> Any:  # noqa: ANN401 - moto's own type of a request and of an answer
    """Return a request handler that asks `guard` first, then moto.

    It replaces moto's handler below botocore, so clients send, parse and fail as they do with AWS.
    """
    moto = botocore_stubber.process_request

    def process(request: Any) -> Any:  # noqa: ANN401 - moto's own types
        call = http_adapter.parse_request(request.headers, request.body)
        answer = guard.answer(call, _principal(call)) if call else None
        return answer or moto(request)

    return process


def _principal(call: http_adapter.ApiCall) -> Principal:
    account = get_account_id_from(call.access_key)
    _, arn, _ = sts_backends[account][_PARTITION].get_caller_identity(call.access_key, call.region)
    return Principal(account, arn)


def _load_account(account: DemoAccount) -> None:
    for region in REGIONS:
        backend = ecs_backends[account.id][region]
        # ECS lists families by name; moto lists them in the order of registration.
        for family in sorted(account.families, key=lambda family: family.name):
            if region in family.regions:
                _register(backend, account, family)


def _register(backend: EC2ContainerServiceBackend, account: DemoAccount, family: Family) -> None:
    for number, revision in enumerate(family.revisions, 1):
        roles = definitions.role_arns(revision, account.id, family.name)
        definition = backend.register_task_definition(
            family=family.name,
            container_definitions=[
                definitions.container_document(container, account.id, backend.region_name)
                for container in revision.containers
            ],
            network_mode=revision.network_mode,
            tags=definitions.tag_list(family.tags),
            volumes=[definitions.volume_document(volume) for volume in revision.volumes],
            pid_mode=revision.pid_mode,
            ipc_mode=revision.ipc_mode,
            runtime_platform={"operatingSystemFamily": revision.os_family} if revision.os_family else None,
            task_role_arn=roles["taskRoleArn"],
            execution_role_arn=roles["executionRoleArn"],
            **_capacity(revision),
        )
        # moto stores no dates, sets a network mode that ECS omits, and rejects EC2 containers that only reserve
        # memory. It also resolves a family name to its latest revision of any status, so the latest revision of
        # every demo family is ACTIVE.
        vars(definition).update(
            network_mode=revision.network_mode,
            requires_compatibilities=["FARGATE" if revision.fargate else "EC2"],
            registered_at=definitions.registered_at(number),
            registered_by=definitions.registered_by(account.id),
            status="INACTIVE" if number in family.deregistered else "ACTIVE",
        )


def _capacity(revision: Revision) -> dict[str, Any]:
    if revision.fargate:
        return {"requires_compatibilities": ["FARGATE"], "cpu": "512", "memory": "1024"}
    return {}


def _preload_models() -> None:
    """Load the service models now; otherwise every thread of a run would load them with its first request."""
    for service, backend in (
        ("sts", sts_backends[AUDITOR_ACCOUNT][_PARTITION]),
        ("ecs", ecs_backends[AUDITOR_ACCOUNT][HOME_REGION]),
    ):
        get_service_model(service)
        _ = backend.urls


def _set_default_credentials() -> None:
    role: AssumedRole = sts_backends[AUDITOR_ACCOUNT][_PARTITION].assume_role(
        region_name=HOME_REGION,
        role_session_name="nightly",
        role_arn=f"arn:aws:iam::{AUDITOR_ACCOUNT}:role/auditor-task",
        policy="",
        duration=43_200,
        external_id="",
    )
    os.environ.update(
        AWS_ACCESS_KEY_ID=role.access_key_id,
        AWS_SECRET_ACCESS_KEY=role.secret_access_key,
        AWS_SESSION_TOKEN=role.session_token,
    )
