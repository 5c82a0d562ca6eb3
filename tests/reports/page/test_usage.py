"""Where what fails runs, and since when it has failed."""

from __future__ import annotations

import pytest

from auditor.domain.aws_resource import Introduction, Resource
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.usage import UsageText
from auditor.reports.page.usage import since, usage_label, usage_text
from tests.builders import NOW, finding

SERVICES = tuple(f"arn:aws:ecs:eu-west-1:000000000001:service/prod/{name}" for name in ("api", "cron", "pay", "web"))


@pytest.mark.parametrize(
    ("usage", "said", "short"),
    [
        pytest.param(None, "Usage was not examined", "usage unknown", id="not examined"),
        pytest.param(EcsUsage(), "Not in use", "not in use", id="known not to be in use"),
        pytest.param(
            EcsUsage(complete=False),
            "Usage unknown: part of the region could not be read",
            "usage unknown",
            id="nothing found in a partly read region is not unused",
        ),
        pytest.param(
            EcsUsage(SERVICES[3:], running_tasks=2, clusters=("prod",), launch_types=("FARGATE",)),
            "In use: service web, 2 running tasks, cluster prod, FARGATE",
            "1 service",
            id="a service",
        ),
        pytest.param(
            EcsUsage(SERVICES, clusters=("blue", "prod"), complete=False),
            "In use: services api, cron, pay and 1 more, clusters blue and prod; possibly more, because part of the region could not be read",
            "4 services",
            id="many services, and perhaps more",
        ),
        pytest.param(EcsUsage(running_tasks=1), "In use: 1 running task", "1 task", id="a task that no service owns"),
        pytest.param(
            EcsUsage(daemons=("arn:aws:ecs:eu-west-1:1:daemon/prod/agent",), running_tasks=3),
            "In use: daemon agent, 3 running tasks",
            "1 daemon",
            id="a daemon",
        ),
    ],
)
def test_where_it_runs(usage: EcsUsage | None, said: str, short: str) -> None:
    assert usage_text(finding(usage=usage)) == UsageText(said, short)
    assert usage_label(finding(usage=usage)) == short


def test_what_makes_it_worse_is_apart() -> None:
    exposed = finding(usage=EcsUsage(SERVICES[:1], public_ip=True, exec_enabled=True))
    assert usage_text(exposed) == UsageText(
        "In use: service api", "1 service, public IP", ("public IP address", "ECS Exec")
    )


def test_of_what_cannot_be_run_nothing_is_said() -> None:
    cluster = finding(resource=Resource("arn:aws:ecs:eu-west-1:1:cluster/prod", "AWS::ECS::Cluster", "prod"))
    assert (usage_text(cluster), usage_label(cluster)) == (None, "")


@pytest.mark.parametrize(
    ("introduction", "said"),
    [
        (None, ""),
        (Introduction(7), "Since revision 7"),
        (Introduction(7, NOW), "Since revision 7, registered 2026-11-23 02:00 UTC"),
        (Introduction(7, None, "anna"), "Since revision 7, registered by anna"),
        (Introduction(7, NOW, "anna"), "Since revision 7, registered 2026-11-23 02:00 UTC by anna"),
    ],
    ids=["not known", "no more than the number", "by nobody known", "at no time known", "all of it"],
)
def test_since_when(introduction: Introduction | None, said: str) -> None:
    assert since(introduction) == said
