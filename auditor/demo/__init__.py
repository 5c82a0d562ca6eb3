"""An organization to try the auditor on: AWS inside the process, on moto. No Docker, no AWS, no network.

`running` starts it. What is in it stands in `organization`, what an audit must say of it in `truth`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from auditor.demo.environment import isolated
from auditor.demo.expected_results import ExpectedResults, expected_results
from auditor.demo.inventory import render
from auditor.demo.model import REGISTRY
from auditor.demo.organization import ACCOUNTS
from auditor.domain.errors import AuditorError

#: As the security team of the organization would have written them. The stand-in computes the answers in this same
#: process: more threads would only wait for one another.
_SETTINGS = f"""\
checks:
  parameters:
    # The organization's own registry, and what it takes from others as they publish it.
    ecs-untrusted-image:
      registries:
        - {REGISTRY}
        - public.ecr.aws/aws-observability/*
        - public.ecr.aws/datadog/*
    # Whom to call.
    ecs-cluster-untagged: {{required_keys: [team]}}
    ecs-service-untagged: {{required_keys: [team]}}
    ecs-task-definition-untagged: {{required_keys: [team]}}
limits: {{workers: 16}}
"""


@dataclass(frozen=True, slots=True)
class DemoOrganization:
    """What a run against the demo needs (`inventory` and `settings`, both YAML), and what it must find (`truth`)."""

    inventory: str
    settings: str
    truth: ExpectedResults


@contextmanager
def running() -> Iterator[DemoOrganization]:
    """Stand in for AWS in this process until the block ends; one at a time.

    Within the block the environment holds the credentials of the demo's own auditor and nothing of the user's; clients
    of AWS must be made within it. Everything is as it was afterwards. Raises AuditorError where moto is not installed,
    or where it already stands in for AWS.
    """
    with isolated():
        try:
            # moto reads AWS_PROFILE and its own switches while it is imported, so this has to wait for `isolated`.
            from auditor.demo.cloud import serve  # noqa: PLC0415
        except ModuleNotFoundError as error:
            if error.name != "moto":
                raise
            raise AuditorError(
                "The demo stands on moto, which is not installed.",
                "Install it with `pip install 'auditor[demo]'`.",
            ) from error
        with serve(ACCOUNTS):
            yield DemoOrganization(render(ACCOUNTS), _SETTINGS, expected_results(ACCOUNTS))
