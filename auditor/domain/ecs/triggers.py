"""Rules and schedules of EventBridge, and pipes, that start tasks. Only files contain them."""

from dataclasses import dataclass
from typing import ClassVar

from auditor.domain.aws_resource import Resource
from auditor.domain.ecs.workloads import Placement, TaskStarter


@dataclass(frozen=True, slots=True)
class TaskTarget:
    """Tasks that a rule, a schedule or a pipe starts."""

    id: str
    placement: Placement


@dataclass(frozen=True, slots=True)
class TaskTrigger(TaskStarter):
    """A rule or schedule of EventBridge, or a pipe, with the targets that start tasks."""

    arn: str
    name: str
    targets: tuple[TaskTarget, ...] = ()

    @property
    def resource(self) -> Resource:
        """The trigger as a resource."""
        return Resource(self.arn, self.TYPE, self.name)


@dataclass(frozen=True, slots=True)
class EventRule(TaskTrigger):
    """A rule of EventBridge."""

    TYPE: ClassVar[str] = "AWS::Events::Rule"


@dataclass(frozen=True, slots=True)
class TaskSchedule(TaskTrigger):
    """A schedule of EventBridge Scheduler."""

    TYPE: ClassVar[str] = "AWS::Scheduler::Schedule"


@dataclass(frozen=True, slots=True)
class Pipe(TaskTrigger):
    """A pipe of EventBridge."""

    TYPE: ClassVar[str] = "AWS::Pipes::Pipe"
