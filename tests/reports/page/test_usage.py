"""Where what fails runs, and since when it has failed."""

from __future__ import annotations

import pytest

from auditor.domain.aws_resource import Introduction, Resource
from auditor.domain.ecs.usage import Usage
from auditor.reports.page.usage import Running, running, since, tag
from tests.builders import NOW, finding

SERVICES = tuple(f"arn:aws:ecs:eu-west-1:000000000001:service/prod/{name}" for name in ("api", "cron", "pay", "web"))


@pytest.mark.parametrize(
    ("usage", "said", "short"),
    [
        pytest.param(None, "Not known whether it runs", "use unknown", id="nobody looked"),
        pytest.param(Usage(), "Runs nowhere", "runs nowhere", id="known to run nowhere"),
        pytest.param(
            Usage(complete=False),
            "Not known whether it runs: not all could be read",
            "use unknown",
            id="nothing seen of what could be read in part is not nowhere",
        ),
        pytest.param(
            Usage(SERVICES[3:], running_tasks=2, clusters=("prod",), launch_types=("FARGATE",)),
            "Runs: service web, 2 running tasks, cluster prod, FARGATE",
            "1 service",
            id="a service",
        ),
        pytest.param(
            Usage(SERVICES, clusters=("blue", "prod"), complete=False),
            "Runs: services api, cron, pay and 1 more, clusters blue and prod; perhaps more, as not all could be read",
            "4 services",
            id="many services, and perhaps more",
        ),
        pytest.param(Usage(running_tasks=1), "Runs: 1 running task", "1 task", id="a task that no service owns"),
        pytest.param(
            Usage(daemons=("arn:aws:ecs:eu-west-1:1:daemon/prod/agent",), running_tasks=3),
            "Runs: daemon agent, 3 running tasks",
            "1 daemon",
            id="a daemon",
        ),
    ],
)
def test_where_it_runs(usage: Usage | None, said: str, short: str) -> None:
    assert running(finding(usage=usage)) == Running(said)
    assert tag(finding(usage=usage)) == short


def test_what_makes_it_worse_is_apart() -> None:
    exposed = finding(usage=Usage(SERVICES[:1], public_ip=True, exec_enabled=True))
    assert running(exposed) == Running("Runs: service api", ("public IP address", "ECS Exec"))
    assert tag(exposed) == "1 service, public IP"


def test_of_what_cannot_be_run_nothing_is_said() -> None:
    cluster = finding(resource=Resource("arn:aws:ecs:eu-west-1:1:cluster/prod", "AWS::ECS::Cluster", "prod"))
    assert (running(cluster), tag(cluster)) == (None, "")


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
