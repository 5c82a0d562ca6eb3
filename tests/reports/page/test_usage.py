"""Where a resource is in use, and which revision first had the problem."""

from __future__ import annotations

import pytest

from auditor.domain.aws_resource import Introduction, Resource
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.usage import UsageText
from auditor.reports.page.usage import introduction_text, usage_label, usage_text
from tests.builders import NOW, finding

SERVICES = tuple(f"arn:aws:ecs:eu-west-1:000000000001:service/prod/{name}" for name in ("api", "cron", "pay", "web"))


@pytest.mark.parametrize(
    ("usage", "sentence", "short"),
    [
        pytest.param(None, "Usage was not examined", "usage unknown", id="not examined"),
        pytest.param(EcsUsage(), "Not in use", "not in use", id="known not to be in use"),
        pytest.param(
            EcsUsage(complete=False),
            "Usage unknown: part of the region could not be read",
            "usage unknown",
            id="unused only as far as the region was read",
        ),
        pytest.param(
            EcsUsage(SERVICES[3:], running_tasks=2, clusters=("prod",), launch_types=("FARGATE",)),
            "In use: service web, 2 running tasks, cluster prod, FARGATE",
            "1 service",
            id="a service",
        ),
        pytest.param(
            EcsUsage(SERVICES, clusters=("blue", "prod"), complete=False),
            "In use: services api, cron, pay and 1 more, clusters blue and prod; "
            "possibly more, because part of the region could not be read",
            "4 services",
            id="many services in a partly read region",
        ),
        pytest.param(EcsUsage(running_tasks=1), "In use: 1 running task", "1 task", id="a standalone task"),
        pytest.param(
            EcsUsage(running_tasks=2, clusters=("prod",), launch_types=("FARGATE",), desired_tasks=2),
            "In use: 2 running tasks, cluster prod, FARGATE",
            "2 tasks",
            id="a service",
        ),
        pytest.param(
            EcsUsage(desired_tasks=3),
            "In use: 0 of 3 desired tasks running",
            "0 of 3 desired tasks running",
            id="a service whose tasks do not start",
        ),
        pytest.param(
            EcsUsage(daemons=("arn:aws:ecs:eu-west-1:1:daemon/prod/agent",), running_tasks=3),
            "In use: daemon agent, 3 running tasks",
            "1 daemon",
            id="a daemon",
        ),
    ],
)
def test_usage_in_words(usage: EcsUsage | None, sentence: str, short: str) -> None:
    assert usage_text(finding(usage=usage)) == UsageText(sentence, short)
    assert usage_label(finding(usage=usage)) == short


def test_circumstances_that_make_a_failure_worse_are_warnings() -> None:
    exposed = finding(usage=EcsUsage(SERVICES[:1], public_ip=True, exec_enabled=True))
    assert usage_text(exposed) == UsageText(
        "In use: service api", "1 service, public IP", ("public IP address", "ECS Exec")
    )


def test_a_resource_that_cannot_run_has_no_usage() -> None:
    provider = Resource("arn:aws:ecs:eu-west-1:1:capacity-provider/prod", "AWS::ECS::CapacityProvider", "prod")
    found = finding(resource=provider)
    assert (usage_text(found), usage_label(found)) == (None, "")


@pytest.mark.parametrize(
    ("introduction", "expected"),
    [
        (None, ""),
        (Introduction(7), "Since revision 7"),
        (Introduction(7, NOW), "Since revision 7, registered 2026-11-23 02:00 UTC"),
        (Introduction(7, None, "anna"), "Since revision 7, registered by anna"),
        (Introduction(7, NOW, "anna"), "Since revision 7, registered 2026-11-23 02:00 UTC by anna"),
    ],
    ids=["unknown revision", "revision only", "unknown author", "unknown time", "revision, time and author"],
)
def test_introduction_in_words(introduction: Introduction | None, expected: str) -> None:
    assert introduction_text(introduction) == expected
