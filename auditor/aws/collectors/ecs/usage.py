"""Usage of task definitions in a region, from the collectors of services and tasks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.aws.collectors.collector import CollectContext, CollectorResult
from auditor.domain.coverage import Gap
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.ecs.usage_by_revision import usage_by_arn
from auditor.domain.ecs.workloads import Service, Task


@dataclass(frozen=True, slots=True)
class UsageIndex:
    """The usage of each revision in use, by ARN.

    `gap` tells that some usage could not be read. `examined` is False if usage is not needed, so it was not read.
    """

    by_arn: Mapping[str, EcsUsage] = field(default_factory=dict)
    gap: Gap | None = None
    examined: bool = True

    def of(self, arn: str) -> EcsUsage | None:
        """Return the usage of a revision, or None if usage was not read."""
        if not self.examined:
            return None
        return self.by_arn.get(arn) or EcsUsage(complete=self.gap is None)


def usage_in_region(context: CollectContext) -> UsageIndex:
    """Return the usage of all revisions in the region, without reading anything if usage is not needed."""
    if not context.options.running:
        return UsageIndex(examined=False)
    services, tasks = context.collect_sibling("ecs-services"), context.collect_sibling("ecs-tasks")
    gap = _gap(context, "services", services) or _gap(context, "tasks", tasks)
    by_arn = usage_by_arn(
        (service for service in services.items if isinstance(service, Service)),
        (task for task in tasks.items if isinstance(task, Task)),
        complete=gap is None,
    )
    return UsageIndex(by_arn, gap)


def _gap(context: CollectContext, kind: str, result: CollectorResult) -> Gap | None:
    """Return the gap that unread services or tasks leave here: revisions that only they use."""
    first = next((item for item in result.items if isinstance(item, Gap)), None)
    if result.error is not None:
        reason, detail = result.error.info.reason, result.error.info.detail
    elif first is not None:
        reason, detail = first.reason, first.detail
    else:
        return None
    message = f"Some {kind} could not be read, so revisions that only they use are unknown: {detail}"
    return Gap(context.scope, "list", reason, message)
