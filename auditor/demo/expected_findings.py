"""The expected findings of each check on some resources of the demo, as in expected_findings.yaml."""

from dataclasses import dataclass

from auditor.demo.organization import read_table
from auditor.domain.check import Status


@dataclass(frozen=True, slots=True)
class ExpectedFinding:
    """A check's status for one resource; `location` is (account name, region, resource name)."""

    check: str
    status: Status
    location: tuple[str, ...]


EXPECTED_FINDINGS = tuple(
    ExpectedFinding(check, Status(status), tuple(resource.split("/", 2)))
    for check, resources_by_status in read_table("expected_findings.yaml").items()
    for status, resources in resources_by_status.items()
    for resource in resources
)
