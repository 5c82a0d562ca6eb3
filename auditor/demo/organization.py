"""The demo organization as a table of accounts: who there is, what each has defined, and what runs in it."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.demo import families, platforms, running_workloads
from auditor.demo.model import AUDITOR_ACCOUNT, MANAGEMENT_ACCOUNT, DemoAccount, Estate, Family


@dataclass(frozen=True, slots=True)
class _Team:
    """What an account belongs to: its unit of the organization, who answers for it, and what for."""

    ou: str
    owner: str
    environment: str = "production"

    def account(self, number: str, name: str, defined: tuple[Family, ...], estate: Estate) -> DemoAccount:
        tags = {"owner": self.owner, "env": self.environment}
        return DemoAccount(number, name, self.ou, tags, defined, estate=estate)


ACCOUNTS = (
    DemoAccount(
        MANAGEMENT_ACCOUNT,
        "acme-root",
        "",
        {"owner": "platform"},
        exclude="Nothing runs in the management account, by policy ORG-1.",
    ),
    _Team("Workloads/Production", "payments").account(
        "111122223333", "payments-prod", families.PAYMENTS_PROD, running_workloads.PAYMENTS_PROD
    ),
    _Team("Workloads/Staging", "payments", "staging").account(
        "222233334444", "payments-staging", families.PAYMENTS_STAGING, running_workloads.PAYMENTS_STAGING
    ),
    _Team("Workloads/Production", "storefront").account(
        "333344445555", "storefront-prod", families.STOREFRONT_PROD, running_workloads.STOREFRONT_PROD
    ),
    _Team("Data", "data-platform").account(
        "444455556666", "data-lake", families.DATA_LAKE, running_workloads.DATA_LAKE
    ),
    _Team("Platform", "observability").account(
        "555566667777", "observability", platforms.OBSERVABILITY, running_workloads.OBSERVABILITY
    ),
    _Team("Workloads/Production", "identity").account(
        "666677778888", "identity-prod", families.IDENTITY_PROD, running_workloads.IDENTITY_PROD
    ),
    DemoAccount(
        "777788889999",
        "media-pipeline",
        "Workloads/Europe-Only",
        {"owner": "media", "env": "production"},
        families.MEDIA_PIPELINE,
        denied_regions=("us-east-1",),
        estate=running_workloads.MEDIA_PIPELINE,
    ),
    _Team("Workloads/Production", "iot").account(
        "888899990000", "iot-fleet", families.IOT_FLEET, running_workloads.IOT_FLEET
    ),
    _Team("Platform", "developer-experience").account(
        "112233445566", "ci-runners", platforms.CI_RUNNERS, running_workloads.CI_RUNNERS
    ),
    _Team("Security", "security").account(
        AUDITOR_ACCOUNT, "security-tooling", platforms.SECURITY_TOOLING, running_workloads.SECURITY_TOOLING
    ),
    DemoAccount(
        "223344556677",
        "acquired-logistics",
        "Acquisitions",
        {"owner": "logistics", "env": "production"},
        platforms.OUT_OF_SIGHT,
        role_deployed=False,
    ),
    DemoAccount(
        "334455667788",
        "sandbox",
        "Sandbox",
        {"owner": "everyone", "env": "sandbox"},
        platforms.OUT_OF_SIGHT,
        exclude="Emptied every night; accepted in ticket SEC-12.",
    ),
    DemoAccount(
        "445566778899", "legacy-billing", "Suspended", {"owner": "finance"}, platforms.OUT_OF_SIGHT, suspended=True
    ),
)
