"""What runs in a region, for the collectors of definitions: read once, by the collectors of services and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.aws.collectors.collector import CollectContext, CollectorResult
from auditor.domain.coverage import Gap
from auditor.domain.ecs.usage import EcsUsage, usage_by_arn
from auditor.domain.ecs.workloads import Service, Task


@dataclass(frozen=True, slots=True)
class UsageIndex:
    """What uses which revision, by ARN. `gap` is None where all of it could be read; `asked` is False if nobody did."""

    by_arn: Mapping[str, EcsUsage] = field(default_factory=dict)
    gap: Gap | None = None
    asked: bool = True

    def of(self, arn: str) -> EcsUsage | None:
        """Return what uses a revision; None where that was not asked."""
        if not self.asked:
            return None
        return self.by_arn.get(arn) or EcsUsage(complete=self.gap is None)


def usage_in_region(context: CollectContext) -> UsageIndex:
    """Return what runs of task definitions, where that is wanted."""
    if not context.options.running:
        return UsageIndex(asked=False)
    services, tasks = context.collect_sibling("ecs-services"), context.collect_sibling("ecs-tasks")
    gap = _gap(context, "services", services) or _gap(context, "tasks", tasks)
    by_arn = usage_by_arn(
        (each for each in services.items if isinstance(each, Service)),
        (each for each in tasks.items if isinstance(each, Task)),
        complete=gap is None,
    )
    return UsageIndex(by_arn, gap)


def _gap(context: CollectContext, what: str, outcome: CollectorResult) -> Gap | None:
    """Return the gap that what is unread of services or tasks leaves here: revisions that only it runs."""
    first = next((each for each in outcome.items if isinstance(each, Gap)), None)
    if outcome.error is not None:
        reason, detail = outcome.error.info.reason, outcome.error.info.detail
    elif first is not None:
        reason, detail = first.reason, first.detail
    else:
        return None
    said = f"Some {what} could not be read, so revisions that only they run are not known: {detail}"
    return Gap(context.scope, "list", reason, said)
