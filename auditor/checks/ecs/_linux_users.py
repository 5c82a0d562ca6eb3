"""Users of Linux containers: root, an unset user, and a number that runtimes treat differently."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from auditor.checks._verdicts import pass_with_notes, reasons_of
from auditor.checks.ecs._common import container_evidence, judge_containers, user_details
from auditor.domain.check import Status, Verdict
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_ROOT, _UNSET, _OUT_OF_RANGE = "root-user", "user-unset", "user-out-of-range"
_SET_USER = DefinitionRepair(
    container={"user": "1000:1000"}, manual="Set `user` to a non-root UID that the image supports."
)

USER_REASON_TEXTS: Mapping[str, str] = {
    _ROOT: "runs as root",
    _UNSET: "sets no user, so the image decides",
    _OUT_OF_RANGE: "has a uid above 2147483647, which some container runtimes turn into root",
}
USER_REPAIRS: Mapping[str, DefinitionRepair] = dict.fromkeys(USER_REASON_TEXTS, _SET_USER)


def judge_users(
    definition: Definition, unset_user: str, find_other_reasons: Callable[[Container], Iterable[str]] = lambda _: ()
) -> Verdict:
    """Judge the users of all containers, and any other reasons for a container to fail.

    FAIL if any container has a reason to fail, UNKNOWN if the uid of any is out of range, else PASS, with a note for
    each container without a user. With `unset_user` "fail", a container without a user fails.
    """

    def reasons(container: Container) -> Iterator[str]:
        yield from find_other_reasons(container)
        if container.runs_as_root:
            yield _ROOT
        if container.user_unset and unset_user == "fail":
            yield _UNSET

    verdict = judge_containers(definition, reasons, user_details)
    out_of_range = tuple(
        container_evidence(container, (_OUT_OF_RANGE,), user_details(container))
        for container in definition.containers
        if container.uid_out_of_range
    )
    if verdict.status is Status.PASS and out_of_range:
        return Verdict(Status.UNKNOWN, reasons_of(out_of_range), out_of_range)
    notes = (
        container_evidence(container, (_UNSET,), user_details(container))
        for container in definition.containers
        if container.user_unset
    )
    return pass_with_notes(verdict, notes)
