"""The plan from the failing revisions of a definition to the corrected one, and back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.domain.repair import BLANK
from auditor.remediation.plan import NEW, NEW_DOCUMENT, Existing, Plan, Saved, Step

_SERVICE = "ecs"
_ROLLING_UPDATE = (None, "ECS")
_REGISTER = (
    "Register the corrected definition. A registration replaces everything, so the document contains everything."
)
_NETWORK_NOTE = (
    "ECS may refuse the old revision for a service that got a network configuration: then create the service again "
    "from the old revision."
)


@dataclass(frozen=True, slots=True)
class Revision:
    """A failing revision. `status` is the API's, empty if it is unknown; `document` is its file, if it was read."""

    arn: str
    number: int
    status: str = "ACTIVE"
    document: str = ""

    @property
    def can_start_tasks(self) -> bool:
        """Whether tasks can still start from it: it was not deregistered."""
        return self.status in {"ACTIVE", ""}


@dataclass(frozen=True, slots=True)
class Use:
    """A service or a daemon that uses a failing revision.

    `current` is the ARN of that revision. `controller` is the type of the deployment controller, None if it is unknown.
    """

    arn: str
    cluster: str
    current: str
    controller: str | None = None
    has_network: bool = False
    task_sets: int = 0

    @property
    def rolls_out(self) -> bool:
        """Whether an update of the service deploys a revision by itself."""
        return self.controller in _ROLLING_UPDATE and not self.task_sets


@dataclass(frozen=True, slots=True)
class Case:
    """What a plan has to correct: revisions of one family, the corrected one first, and what uses them.

    `complete` is False if there may be more that uses them. `needs_network` is set if only the corrected definition
    uses the network mode awsvpc.
    """

    revisions: tuple[Revision, ...]
    uses: tuple[Use, ...] = ()
    complete: bool = True
    daemon: bool = False
    needs_network: bool = False
    running_tasks: int = 0


def make_plan(case: Case, decisions: tuple[str, ...] = ()) -> Plan:
    """Return the plan: register, update what uses a failing revision, wait, deregister the failing revisions.

    A failing revision is not deregistered while anything that the script does not update may still use it.
    """
    if case.daemon:
        return Plan(tuple(_daemon_steps(case)), tuple(_daemon_rollback(case)), decisions, tuple(_daemon_notes()))
    others = [use for use in case.uses if not use.rolls_out]
    all_updated = case.complete and not others
    unused = [revision for revision in case.revisions if all_updated and revision.document and revision.can_start_tasks]
    updates = tuple(_updates(case))
    changes_network = any("networkConfiguration" in step.parameters for step in updates)
    registration = _step("RegisterTaskDefinition", _REGISTER, **_registration(NEW_DOCUMENT, NEW))
    return Plan(
        steps=(registration, *updates, *map(_deregister, unused)),
        rollback=tuple(_rollback(case)),
        before=decisions,
        after=(*map(_manual_update, others), *_left_to_do(case, deregisters=bool(unused))),
        rollback_notes=(_NETWORK_NOTE,) if changes_network else (),
    )


def _step(operation: str, why: str, parameters: Mapping[str, Any] | None = None, **fields: Any) -> Step:  # noqa: ANN401 - fields of a step
    return Step(_SERVICE, operation, why, parameters or {}, **fields)


def _registration(document: str, saves: str) -> dict[str, Any]:
    return {"document": document, "saves": saves, "query": "taskDefinition.taskDefinitionArn"}


def _daemon_registration(document: str, saves: str) -> dict[str, Any]:
    return {"document": document, "saves": saves, "query": "daemonTaskDefinitionArn"}


def _updates(case: Case) -> Iterator[Step]:
    updated = [use for use in case.uses if use.rolls_out]
    for use in updated:
        network = _network() if case.needs_network and not use.has_network else {}
        yield _update(use, Saved(NEW), "Deploy the corrected revision.", network)
    yield from map(_wait, updated)


def _update(use: Use, definition: object, why: str, network: Mapping[str, Any] | None = None) -> Step:
    parameters = {"cluster": use.cluster, "service": use.arn, "taskDefinition": definition}
    return _step("UpdateService", why, parameters | dict(network or {}))


def _network() -> dict[str, Any]:
    blanks = {"subnets": [BLANK], "securityGroups": [BLANK], "assignPublicIp": "DISABLED"}
    return {"networkConfiguration": {"awsvpcConfiguration": blanks}}


def _wait(use: Use) -> Step:
    why = "Wait until the service is stable. After ten minutes the script stops, and the steps below are not taken."
    return _step("services-stable", why, {"cluster": use.cluster, "services": [use.arn]}, waits=True)


def _deregister(revision: Revision) -> Step:
    why = f"Deregister revision {revision.number}: its running tasks continue, and no new task starts from it."
    return _step("DeregisterTaskDefinition", why, {"taskDefinition": revision.arn})


def _rollback(case: Case) -> Iterator[Step]:
    """Register again what was deregistered, update the services back, and deregister the corrected revision."""
    saved = {revision.arn: f"OLD_{revision.number}" for revision in case.revisions if revision.document}
    for revision in case.revisions:
        if revision.document:
            query = {"taskDefinition": revision.arn}
            yield _step(
                "RegisterTaskDefinition",
                f"Register the content of revision {revision.number} again if it was deregistered.",
                unless=Existing(revision.arn, "DescribeTaskDefinition", query, "taskDefinition.status", "ACTIVE"),
                **_registration(revision.document, saved[revision.arn]),
            )
    updated = [use for use in case.uses if use.rolls_out]
    for use in updated:
        old = Saved(saved[use.current]) if use.current in saved else use.current
        yield _update(use, old, "Deploy the previous content again.")
    yield from map(_wait, updated)
    yield _step("DeregisterTaskDefinition", "Deregister the corrected revision.", {"taskDefinition": Saved(NEW)})


def _manual_update(use: Use) -> str:
    if use.task_sets or use.controller == "EXTERNAL":
        return (
            f"{use.arn} uses task sets: create one with the new revision (aws ecs create-task-set), make it primary "
            "(update-service-primary-task-set), delete the old one, and then deregister the old revisions."
        )
    return f"{use.arn} is deployed by {use.controller}: deploy the new revision with it, then deregister the old ones."


def _left_to_do(case: Case, *, deregisters: bool) -> Iterator[str]:
    if not case.complete:
        yield (
            "The usage of the old revisions is not completely known, so the script does not deregister them: find what "
            "else uses them (aws ecs list-services, list-tasks) and update it."
        )
    if case.running_tasks:
        yield (
            f"{case.running_tasks} tasks were running from the old revisions. Tasks without a service run until they "
            "end: stop them, and start them again from the new revision."
        )
    for revision in case.revisions:
        if not revision.document:
            yield f"{revision.arn} fails, too, and its content was not read: save it, and then deregister it."
    if deregisters:
        yield (
            "Schedules, pipelines and templates that name an old revision will fail, and those that register the old "
            "content bring the finding back: correct them at their source."
        )


def _daemon_steps(case: Case) -> Iterator[Step]:
    yield _step("RegisterDaemonTaskDefinition", _REGISTER, **_daemon_registration(NEW_DOCUMENT, NEW))
    for use in case.uses:
        yield _update_daemon(use, Saved(NEW), "Deploy the corrected revision.")
    if case.complete and not case.uses:
        for revision in case.revisions:
            yield _step(
                "DeleteDaemonTaskDefinition",
                f"Delete revision {revision.number}, which is not in use.",
                {"daemonTaskDefinition": revision.arn},
            )


def _update_daemon(use: Use, definition: object, why: str) -> Step:
    parameters = {"daemonArn": use.arn, "daemonTaskDefinitionArn": definition, "capacityProviderArns": [BLANK]}
    return _step("UpdateDaemon", why, parameters)


def _daemon_rollback(case: Case) -> Iterator[Step]:
    # The status of a deleted revision is not documented, so the content is always registered again.
    saved = {revision.arn: f"OLD_{revision.number}" for revision in case.revisions if revision.document}
    for revision in case.revisions:
        if revision.document:
            yield _step(
                "RegisterDaemonTaskDefinition",
                f"Register the content of revision {revision.number} again.",
                **_daemon_registration(revision.document, saved[revision.arn]),
            )
    for use in case.uses:
        old = Saved(saved[use.current]) if use.current in saved else use.current
        yield _update_daemon(use, old, "Deploy the previous content again.")


def _daemon_notes() -> Iterator[str]:
    yield (
        "These commands need an AWS CLI that supports managed daemons. They follow the API documentation and are not "
        "tested against AWS."
    )
    yield (
        "An update of a daemon must name its capacity providers (aws ecs describe-daemon shows them) and replaces "
        "instances. Wait until its deployment is SUCCESSFUL (aws ecs describe-daemon-deployments), and then delete the "
        "old revisions (aws ecs delete-daemon-task-definition)."
    )
