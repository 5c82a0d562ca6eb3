"""The demo organization: a table of accounts with their task definitions and running workloads."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.demo import data_teams, platform_teams, product_teams, running_workloads
from auditor.demo.model import AUDITOR_ACCOUNT, MANAGEMENT_ACCOUNT, AccountWorkloads, DemoAccount, Family


@dataclass(frozen=True, slots=True)
class _Owner:
    """The unit, owner and environment of an account."""

    ou: str
    owner: str
    environment: str = "production"

    def account(self, number: str, name: str, defined: tuple[Family, ...], estate: AccountWorkloads) -> DemoAccount:
        tags = {"owner": self.owner, "env": self.environment}
        return DemoAccount(number, name, self.ou, tags, defined, workloads=estate)


ACCOUNTS = (
    DemoAccount(
        MANAGEMENT_ACCOUNT,
        "acme-root",
        "",
        {"owner": "platform"},
        exclude="Policy ORG-1: no workloads in the management account.",
    ),
    _Owner("Workloads/Production", "payments").account(
        "111122223333", "payments-prod", product_teams.PAYMENTS_PROD, running_workloads.PAYMENTS_PROD
    ),
    _Owner("Workloads/Staging", "payments", "staging").account(
        "222233334444", "payments-staging", product_teams.PAYMENTS_STAGING, running_workloads.PAYMENTS_STAGING
    ),
    _Owner("Workloads/Production", "storefront").account(
        "333344445555", "storefront-prod", product_teams.STOREFRONT_PROD, running_workloads.STOREFRONT_PROD
    ),
    _Owner("Data", "data-platform").account(
        "444455556666", "data-lake", data_teams.DATA_LAKE, running_workloads.DATA_LAKE
    ),
    _Owner("Platform", "observability").account(
        "555566667777", "observability", platform_teams.OBSERVABILITY, running_workloads.OBSERVABILITY
    ),
    _Owner("Workloads/Production", "identity").account(
        "666677778888", "identity-prod", product_teams.IDENTITY_PROD, running_workloads.IDENTITY_PROD
    ),
    DemoAccount(
        "777788889999",
        "media-pipeline",
        "Workloads/Europe-Only",
        {"owner": "media", "env": "production"},
        data_teams.MEDIA_PIPELINE,
        denied_regions=("us-east-1",),
        workloads=running_workloads.MEDIA_PIPELINE,
    ),
    _Owner("Workloads/Production", "iot").account(
        "888899990000", "iot-fleet", data_teams.IOT_FLEET, running_workloads.IOT_FLEET
    ),
    _Owner("Platform", "developer-experience").account(
        "112233445566", "ci-runners", platform_teams.CI_RUNNERS, running_workloads.CI_RUNNERS
    ),
    _Owner("Security", "security").account(
        AUDITOR_ACCOUNT, "security-tooling", platform_teams.SECURITY_TOOLING, running_workloads.SECURITY_TOOLING
    ),
    DemoAccount(
        "223344556677",
        "acquired-logistics",
        "Acquisitions",
        {"owner": "logistics", "env": "production"},
        platform_teams.UNAUDITED,
        role_deployed=False,
    ),
    DemoAccount(
        "334455667788",
        "sandbox",
        "Sandbox",
        {"owner": "everyone", "env": "sandbox"},
        platform_teams.UNAUDITED,
        exclude="Emptied every night; accepted in ticket SEC-12.",
    ),
    DemoAccount(
        "445566778899", "legacy-billing", "Suspended", {"owner": "finance"}, platform_teams.UNAUDITED, suspended=True
    ),
)
