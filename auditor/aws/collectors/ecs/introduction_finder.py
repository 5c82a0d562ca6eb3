"""Findings with the revision that brought each fault in, as far as that can be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from auditor.aws.collectors.ecs.introductions import bisect_introduction, introduction_from_cache
from auditor.domain.aws_resource import Introduction
from auditor.domain.check import Status
from auditor.domain.clock import ReadError, Stopped
from auditor.domain.coverage import CallStats
from auditor.domain.ecs.task_definitions import Definition
from auditor.domain.finding import Finding
from auditor.domain.scope import Scope
from auditor.engine.evaluate import verdict_of
from auditor.engine.ports import Assignment, CloudReader, ConfiguredCheck


@dataclass(slots=True)
class IntroductionFinder:
    """Goes back over what is remembered of a scope, and asks for more of it where it is to `search`."""

    scope: Scope
    work: Assignment
    cloud: CloudReader
    meter: CallStats
    search: bool
    _known: dict[str, Definition | None] = field(default_factory=dict)

    def traced(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Yield the findings as they are, but for failures whose beginning is known."""
        rules = {rule.check.id: rule for rule in self.work.checks}
        for finding in findings:
            if finding.status is Status.FAIL and finding.resource.revision is not None:
                yield replace(finding, introduced_in=self._introduction(finding, rules[finding.check_id]))
            else:
                yield finding

    def _introduction(self, finding: Finding, rule: ConfiguredCheck) -> Introduction | None:
        lasting, revision = finding.resource.unversioned_arn, finding.resource.revision or 0

        def remembered(number: int) -> Definition | None:
            arn = f"{lasting}:{number}"
            if arn not in self._known:  # every check that fails asks for the same revisions
                fact = self.cloud.remembered(self.scope, self.work.collector, arn)
                self._known[arn] = fact if isinstance(fact, Definition) else None
            return self._known[arn]

        def asked(number: int) -> Definition | None:
            fact = remembered(number) or self.cloud.revisit(
                self.scope, self.work.collector, f"{lasting}:{number}", self.meter
            )
            return fact if isinstance(fact, Definition) else None

        def judge(definition: Definition) -> Status:
            return verdict_of(definition, rule)

        known = introduction_from_cache(revision, remembered, judge)
        if known is not None or not self.search:
            return known
        try:
            return bisect_introduction(revision, asked, judge)
        except (Stopped, ReadError):
            return None  # the finding stands without it
