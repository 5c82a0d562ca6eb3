"""What a query is compared with: the searchable part of a finding or of a change."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """One finding. `is_running` and `is_public` are None if that was not examined.

    `state` is that of its lifecycle, empty if it was not compared. `resource` holds the names of the resource: name,
    family and ARN. `parts` are the names of the parts that the evidence is about.
    """

    finding_id: str
    check_id: str
    title: str
    problem: str
    severity: str
    status: str
    state: str
    reasons: tuple[str, ...]
    controls: tuple[str, ...]
    account_id: str
    account_name: str
    ou: str
    owner: str
    environment: str
    region: str
    resource_type: str
    resource: tuple[str, ...]
    parts: tuple[str, ...] = ()
    is_running: bool | None = None
    is_public: bool | None = None
    overdue: bool = False
    excepted: bool = False
