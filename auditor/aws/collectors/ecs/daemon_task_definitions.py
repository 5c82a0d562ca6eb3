"""Task definitions of managed daemons: the latest revision of every family, and every revision that a daemon uses.

`ListTaskDefinitions` does not list them. Their API groups have no published rate limit and get the default one. A
region whose endpoint does not have the operations has no managed daemons.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from auditor.aws.calls import Read
from auditor.aws.collectors.collector import CollectContext, Collector
from auditor.aws.collectors.ecs.account_settings import LOG_MODE_PART, with_default_log_mode
from auditor.aws.collectors.ecs.batches import batch_describe
from auditor.aws.collectors.ecs.lists import PAGE_SIZE, PAGE_TOKENS, check_scope
from auditor.aws.errors import ApiCallError, MalformedResponse
from auditor.aws.paging import paginate
from auditor.domain.aws_resource import Resource
from auditor.domain.coverage import Gap
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.fact import Fact
from auditor.domain.reason import Reason
from auditor.parsers import json_values
from auditor.parsers.ecs.daemons import active_revisions, parse_revision
from auditor.parsers.ecs.task_definitions import parse_daemon, require_containers
from auditor.parsers.json_values import MalformedValue

_NO_SUCH_DAEMON = "DaemonNotFoundException"
_KIND = ":daemon-task-definition/"
#: Error codes of an endpoint that does not have an operation.
_NOT_OFFERED = frozenset({"UnknownOperationException", "InvalidAction"})

_REVISIONS = batch_describe(
    "DescribeDaemonRevisions",
    "daemonRevisionArns",
    20,
    parse_revision,
    lambda arn: Resource(arn, "AWS::ECS::DaemonRevision", arn.rpartition("/")[2]),
    answer_key="daemonRevisions",
)


@dataclass(frozen=True, slots=True)
class _CurrentRevision:
    """The daemon that a current revision belongs to, and the number of its running tasks."""

    daemon: str
    running_tasks: int


def _collect(context: CollectContext) -> Iterator[Fact | Gap]:
    try:
        latest = dict(_list_latest(context))
    except ApiCallError as error:
        if error.info.code in _NOT_OFFERED:
            return
        raise
    usages, gaps = _usage_by_arn(context) if context.options.running and latest else ({}, [])
    for arn in sorted({*(latest.values() if context.options.latest else ()), *usages}):
        item = _describe(context, arn)
        if isinstance(item, DaemonTaskDefinition):
            usage = usages.get(arn, EcsUsage(complete=not gaps)) if context.options.running else None
            number = int(latest[item.family].rpartition(":")[2]) if item.family in latest else 0
            yield with_default_log_mode(context, replace(item, usage=usage, latest_active=number))
        else:
            yield item
    yield from gaps


def _list_latest(context: CollectContext) -> Iterator[tuple[str, str]]:
    """Yield the family and the ARN of the latest revision of every family. Raises ApiCallError."""
    for page in paginate(
        context.client,
        "ecs",
        "ListDaemonTaskDefinitions",
        _read_arns(context, "daemonTaskDefinitions", "arn"),
        PAGE_TOKENS,
        revision="LAST_REGISTERED",
        status="ACTIVE",
        maxResults=PAGE_SIZE,
    ):
        for arn in page:
            yield arn.partition(_KIND)[2].rpartition(":")[0], arn


def _usage_by_arn(context: CollectContext) -> tuple[dict[str, EcsUsage], list[Gap]]:
    """Return the usage of each definition by its ARN, and the gaps of daemons that could not be read."""
    gaps: list[Gap] = []
    revisions = _read_daemons(context, gaps)
    usages: dict[str, EcsUsage] = {}
    list_again = partial(_still_current, context, revisions)
    for item in _REVISIONS.describe_all(context, revisions, list_again):
        if isinstance(item, Gap):
            gaps.append(replace(item, resource=None))
            continue
        other = usages.get(item.definition, EcsUsage())
        usages[item.definition] = EcsUsage(
            daemons=tuple(sorted({*other.daemons, item.daemon})),
            running_tasks=other.running_tasks + revisions[item.arn].running_tasks,
            clusters=tuple(sorted({*other.clusters, item.cluster.rpartition("/")[2]})),
            launch_types=("MANAGED_INSTANCES",),
            public_ip=None,  # whether the instances have a public address is not known to ECS
            exec_enabled=other.exec_enabled or item.exec_enabled,
        )
    return {arn: replace(usage, complete=not gaps) for arn, usage in usages.items()}, gaps


def _read_daemons(context: CollectContext, gaps: list[Gap]) -> dict[str, _CurrentRevision]:
    """Return the current revisions of all daemons by ARN, and add a gap for each daemon that could not be read.

    A daemon that ECS does not find was deleted since it was listed, if a second list agrees.
    """
    revisions: dict[str, _CurrentRevision] = {}
    try:
        missing = [arn for arn in _list_daemons(context) if not _read_daemon(context, arn, revisions, gaps)]
        still_listed = set(_list_daemons(context)) if missing else set()
        for arn in missing:
            if arn in still_listed and not _read_daemon(context, arn, revisions, gaps):
                detail = f"DescribeDaemon does not find {arn}, although it is still listed"
                gaps.append(_daemon_gap(context, Reason.CONTRADICTORY_RESPONSE, detail))
    except ApiCallError as error:
        gaps.append(_daemon_gap(context, error.info.reason, error.info.detail))
    return revisions


def _list_daemons(context: CollectContext) -> Iterator[str]:
    read = _read_arns(context, "daemonSummariesList", "daemonArn")
    for page in paginate(context.client, "ecs", "ListDaemons", read, PAGE_TOKENS, maxResults=PAGE_SIZE):
        yield from page


def _read_daemon(context: CollectContext, arn: str, revisions: dict[str, _CurrentRevision], gaps: list[Gap]) -> bool:
    """Add the current revisions of a daemon, or a gap. Return False if ECS does not find the daemon."""
    try:
        running_tasks = context.client.call("ecs", "DescribeDaemon", _read_revisions, daemonArn=arn)
    except ApiCallError as error:
        if error.info.code == _NO_SUCH_DAEMON:
            return False
        gaps.append(_daemon_gap(context, error.info.reason, error.info.detail))
        return True
    revisions.update((revision, _CurrentRevision(arn, count)) for revision, count in running_tasks.items())
    return True


def _still_current(
    context: CollectContext, revisions: Mapping[str, _CurrentRevision], missing: Sequence[str]
) -> tuple[set[str], Gap | None]:
    """Return the current revisions of the daemons of some missing revisions, and a gap if one cannot be read."""
    current: dict[str, _CurrentRevision] = {}
    gaps: list[Gap] = []
    for daemon in sorted({revisions[arn].daemon for arn in missing}):
        _read_daemon(context, daemon, current, gaps)
    return set(current), gaps[0] if gaps else None


def _daemon_gap(context: CollectContext, reason: Reason, detail: str) -> Gap:
    message = f"Some daemons could not be read, so the revisions that they use are unknown: {detail}"
    return Gap(context.scope, "list", reason, message)


def _describe(context: CollectContext, arn: str) -> DaemonTaskDefinition | Gap:
    try:
        return context.client.call(
            "ecs", "DescribeDaemonTaskDefinition", _read_requested(arn), daemonTaskDefinition=arn
        )
    except ApiCallError as error:
        family, _, revision = arn.partition(_KIND)[2].rpartition(":")
        number = int(revision) if revision.isdecimal() else None
        resource = Resource(arn, DaemonTaskDefinition.TYPE, f"{family}:{revision}", family, number)
        return Gap(context.scope, "describe", error.info.reason, error.info.detail, resource)


def _read_arns(context: CollectContext, key: str, member: str) -> Read[list[str]]:
    def read(answer: Mapping[str, Any]) -> list[str]:
        try:
            summaries = json_values.objects(answer[key], key)
            arns = [json_values.text(summary.get(member), f"{path}.{member}") for summary, path in summaries]
        except (KeyError, MalformedValue) as error:
            raise MalformedResponse(f"no list of ARNs under `{key}`") from error
        for arn in arns:
            check_scope(context.scope, arn)
        return arns

    return read


def _read_revisions(answer: Mapping[str, Any]) -> dict[str, int]:
    try:
        return active_revisions(answer.get("daemon"))
    except MalformedValue as error:
        raise MalformedResponse(f"daemon: {error}") from error


def _read_requested(arn: str) -> Read[DaemonTaskDefinition]:
    def read(answer: Mapping[str, Any]) -> DaemonTaskDefinition:
        try:
            definition = require_containers(parse_daemon(answer.get("daemonTaskDefinition") or {}))
        except MalformedValue as error:
            raise MalformedResponse(f"daemonTaskDefinition: {error}") from error
        if definition.arn != arn:
            raise MalformedResponse(f"asked for {arn}, got {definition.arn}")
        return definition

    return read


def _list_only(context: CollectContext) -> Iterator[Fact | Gap]:
    try:
        for family, arn in _list_latest(context):
            yield DaemonTaskDefinition(arn, family, 0, "", None, ())
    except ApiCallError as error:
        if error.info.code not in _NOT_OFFERED:
            raise


collector = Collector(
    name="ecs-daemon-task-definitions",
    service="ecs",
    fact_type=DaemonTaskDefinition,
    actions=(
        "ecs:DescribeDaemon",
        "ecs:DescribeDaemonRevisions",
        "ecs:DescribeDaemonTaskDefinition",
        "ecs:ListDaemonTaskDefinitions",
        "ecs:ListDaemons",
    ),
    collect=_collect,
    list_only=_list_only,
    batch=1,
    cost="1 per 100 daemon families, 1 per daemon family, 2 per 100 daemons, 1 per daemon",
    optional_parts=LOG_MODE_PART,
    required_members={
        "DaemonTaskDefinition": (
            "daemonTaskDefinitionArn",
            "pidMode",
            "ipcMode",
            "containerDefinitions",
            "volumes",
            "memory",
        ),
        "DaemonContainerDefinition": (
            *("name", "user", "privileged", "readonlyRootFilesystem", "environment", "linuxParameters"),
            *("command", "entryPoint", "healthCheck", "logConfiguration", "firelensConfiguration", "environmentFiles"),
        ),
        "DaemonLinuxParameters": ("capabilities", "devices"),
        "DaemonVolume": ("name", "host"),
    },
)
