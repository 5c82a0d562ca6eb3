"""The way from the failing revisions to the corrected one, and back: steps as data. Nothing is called here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.domain.ecs.repair import BLANK

NEW = "NEW"
NEW_DOCUMENT = "new.json"
#: Where the script keeps the ARN of what it has registered, for the way back and for a second start.
NEW_ARN = "new.arn"
_ROLLS_OUT_ITSELF = (None, "ECS")


@dataclass(frozen=True, slots=True)
class Saved:
    """An ARN that an earlier step has saved, as the value of a parameter."""

    name: str


@dataclass(frozen=True, slots=True)
class Step:
    """One call of ECS, by the API's name, or with `waits` one of its waiters.

    `document` is the file that holds the input. `saves` names the ARN that comes out. With `unless_active`, nothing is
    called where that revision is still ACTIVE: then its ARN is what is saved.
    """

    api: str
    why: str
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)
    document: str = ""
    saves: str = ""
    unless_active: str = ""
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Revision:
    """A failing revision. `status` is the API's word, empty where nobody asked; `document` its file, if it was read."""

    arn: str
    number: int
    status: str = "ACTIVE"
    document: str = ""

    @property
    def may_start(self) -> bool:
        """Whether tasks may start from it: it was not deregistered."""
        return self.status in {"ACTIVE", ""}


@dataclass(frozen=True, slots=True)
class Use:
    """A service or a daemon that uses a failing revision.

    `before` is that revision's ARN. `controller` is the deployment controller's type, None where it is not known.
    """

    arn: str
    cluster: str
    before: str
    controller: str | None = None
    has_network: bool = False
    task_sets: int = 0

    @property
    def rolls_out(self) -> bool:
        """Whether an update of the service alone rolls a revision out."""
        return self.controller in _ROLLS_OUT_ITSELF and not self.task_sets


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be put right: revisions of one family, the one that was corrected first, and what uses them.

    `complete` says whether all that uses them is known. With `needs_network`, the corrected one is in awsvpc and the
    old one was not.
    """

    revisions: tuple[Revision, ...]
    uses: tuple[Use, ...] = ()
    complete: bool = True
    daemon: bool = False
    needs_network: bool = False
    running_tasks: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """There (`steps`) and back; what a person has to do first, and what is left to do in the end."""

    steps: tuple[Step, ...]
    back: tuple[Step, ...]
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()


def plan(case: Case, by_hand: tuple[str, ...] = ()) -> Plan:
    """Register, move what uses a failing revision, wait, and take the failing revisions out of use.

    They stay where something may still use them that the script does not move.
    """
    if case.daemon:
        return Plan(tuple(_daemon_steps(case)), tuple(_daemon_back(case)), by_hand, tuple(_daemon_last()))
    stay = [each for each in case.uses if not each.rolls_out]
    out = [] if stay or not case.complete else [each for each in case.revisions if each.document and each.may_start]
    steps = (_register(), *_moves(case), *map(_deregister, out))
    last = (*map(_moved_otherwise, stay), *_left(case, clear=bool(out)))
    return Plan(steps, tuple(_back(case)), by_hand, last)


def _register() -> Step:
    why = "Register the corrected definition: everything in it, as a registration replaces everything."
    return Step("RegisterTaskDefinition", why, document=NEW_DOCUMENT, saves=NEW)


def _moves(case: Case) -> Iterator[Step]:
    moved = [each for each in case.uses if each.rolls_out]
    for use in moved:
        network = _network() if case.needs_network and not use.has_network else {}
        yield _update(use, Saved(NEW), "Roll the corrected revision out.", network)
    yield from map(_wait, moved)


def _update(use: Use, definition: object, why: str, more: Mapping[str, Any] | None = None) -> Step:
    where = {"cluster": use.cluster, "service": use.arn, "taskDefinition": definition}
    return Step("UpdateService", why, {**where, **(more or {})})


def _network() -> dict[str, Any]:
    inside = {"subnets": [BLANK], "securityGroups": [BLANK], "assignPublicIp": "DISABLED"}
    return {"networkConfiguration": {"awsvpcConfiguration": inside}}


def _wait(use: Use) -> Step:
    why = "Wait until it is stable, for ten minutes at most: where it is not by then, nothing after this is done."
    return Step("services-stable", why, {"cluster": use.cluster, "services": [use.arn]}, waits=True)


def _deregister(revision: Revision) -> Step:
    why = f"Take revision {revision.number} out of use: what still runs of it goes on, and nothing new starts from it."
    return Step("DeregisterTaskDefinition", why, {"taskDefinition": revision.arn})


def _back(case: Case) -> Iterator[Step]:
    """Register again what was deregistered, point the services at it, and take the corrected one out of use."""
    known = {each.arn: f"OLD_{each.number}" for each in case.revisions if each.document}
    for revision in case.revisions:
        if revision.document:
            why = f"Register the content of revision {revision.number} again, if it was deregistered."
            yield Step(
                "RegisterTaskDefinition",
                why,
                document=revision.document,
                saves=known[revision.arn],
                unless_active=revision.arn,
            )
    moved = [each for each in case.uses if each.rolls_out]
    for use in moved:
        target = Saved(known[use.before]) if use.before in known else use.before
        yield _update(use, target, "Point the service back at what it ran.")
    yield from map(_wait, moved)
    yield Step("DeregisterTaskDefinition", "Take the corrected revision out of use.", {"taskDefinition": Saved(NEW)})


def _moved_otherwise(use: Use) -> str:
    if use.task_sets or use.controller == "EXTERNAL":
        return (
            f"{use.arn} runs task sets: create one with the new revision (aws ecs create-task-set), make it the "
            "primary one (update-service-primary-task-set), delete the old one, and then deregister the old revisions."
        )
    return (
        f"{use.arn} is rolled out by {use.controller}: deploy the new revision through that, and then deregister the "
        "old revisions."
    )


def _left(case: Case, *, clear: bool) -> Iterator[str]:
    if not case.complete:
        yield (
            "Not all that runs is known: find what else uses the old revisions (aws ecs list-services, list-tasks) and "
            "move it; the script does not deregister them."
        )
    if case.running_tasks:
        yield (
            f"{case.running_tasks} tasks were running of the old revisions. Those that no service owns go on until "
            "they end: stop them and start them anew from the new revision."
        )
    for revision in case.revisions:
        if not revision.document:
            yield f"{revision.arn} fails too, and its content was not read: keep it, and then deregister it."
    if clear:
        yield (
            "Schedules, pipelines and templates that name an old revision fail from now on, and those that register "
            "the old content bring the finding back: correct it at its source."
        )


def _daemon_steps(case: Case) -> Iterator[Step]:
    yield Step(
        "RegisterDaemonTaskDefinition",
        "Register the corrected definition: everything in it, as a registration replaces everything.",
        document=NEW_DOCUMENT,
        saves=NEW,
    )
    for use in case.uses:
        yield _update_daemon(use, Saved(NEW), "Roll the corrected revision out.")
    for revision in case.revisions if case.complete and not case.uses else ():
        yield Step(
            "DeleteDaemonTaskDefinition",
            f"Delete revision {revision.number}, which nothing uses.",
            {"daemonTaskDefinition": revision.arn},
        )


def _update_daemon(use: Use, definition: object, why: str) -> Step:
    parameters = {"daemonArn": use.arn, "daemonTaskDefinitionArn": definition, "capacityProviderArns": [BLANK]}
    return Step("UpdateDaemon", why, parameters)


def _daemon_back(case: Case) -> Iterator[Step]:
    # ECS does not say what status a deleted one has to whoever only reads: registering it once more is always right.
    known = {each.arn: f"OLD_{each.number}" for each in case.revisions if each.document}
    for revision in case.revisions:
        if revision.document:
            yield Step(
                "RegisterDaemonTaskDefinition",
                f"Register the content of revision {revision.number} again.",
                document=revision.document,
                saves=known[revision.arn],
            )
    for use in case.uses:
        target = Saved(known[use.before]) if use.before in known else use.before
        yield _update_daemon(use, target, "Point the daemon back at what it ran.")


def _daemon_last() -> Iterator[str]:
    yield (
        "These commands need an AWS CLI that knows managed daemons. Nobody has tried this part against AWS: it follows "
        "the API's documentation."
    )
    yield (
        "An update of a daemon must name its capacity providers (aws ecs describe-daemon shows them). It replaces "
        "instances as it goes: wait until its deployment is SUCCESSFUL (aws ecs describe-daemon-deployments), and then "
        "delete the old revisions (aws ecs delete-daemon-task-definition)."
    )
