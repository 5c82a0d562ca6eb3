"""What the outputs of a run say about its checks."""

from typing import Any

from auditor.aws.collectors import collectors_for
from auditor.domain.check import Check
from auditor.domain.result import CheckInfo


def check_info(check: Check[Any]) -> CheckInfo:
    """Return what the outputs say about a check, with the collectors that read what it judges."""
    collectors = collectors_for([check.fact_type], running=False, needs=check.needs)
    return CheckInfo.of(check, tuple(collector.name for collector in collectors))
