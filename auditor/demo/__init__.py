"""A demo organization: AWS simulated inside the process with moto. Needs no Docker, no AWS account and no network.

`running` starts it. `organization` defines its accounts, `expected_results` what an audit must report.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from auditor.demo.environment import isolated
from auditor.demo.expected_results import ExpectedResults, expected_results
from auditor.demo.inventory import render
from auditor.demo.model import REGISTRY
from auditor.demo.organization import ACCOUNTS
from auditor.domain.errors import AuditorError

#: The settings that the organization's security team would use. The simulation answers calls in the same process, so
#: more threads would only wait for each other.
_SETTINGS = f"""\
checks:
  parameters:
    # The organization's own registry, and the public images that it allows.
    ecs-untrusted-image:
      registries:
        - {REGISTRY}
        - public.ecr.aws/aws-observability/*
        - public.ecr.aws/datadog/*
    # Every resource names the team that owns it.
    ecs-cluster-untagged: {{required_keys: [team]}}
    ecs-service-untagged: {{required_keys: [team]}}
    ecs-task-definition-untagged: {{required_keys: [team]}}
limits: {{workers: 16}}
"""


@dataclass(frozen=True, slots=True)
class DemoOrganization:
    """The inputs of a run against the demo (`inventory` and `settings`, both YAML) and its expected results."""

    inventory: str
    settings: str
    truth: ExpectedResults


@contextmanager
def running() -> Iterator[DemoOrganization]:
    """Simulate AWS in this process until the block ends.

    Within the block the environment holds the credentials of the demo's auditor and none of the user's AWS
    configuration. AWS clients must be created within the block. The environment is restored afterwards. Raises
    AuditorError if moto is not installed or is already active.
    """
    with isolated():
        try:
            # moto reads AWS_PROFILE and its own switches when it is imported.
            from auditor.demo.cloud import serve  # noqa: PLC0415 - must follow `isolated`
        except ModuleNotFoundError as error:
            if error.name != "moto":
                raise
            raise AuditorError(
                "The demo needs moto, which is not installed.",
                "Install it with `pip install 'auditor[demo]'`.",
            ) from error
        with serve(ACCOUNTS):
            yield DemoOrganization(render(ACCOUNTS), _SETTINGS, expected_results(ACCOUNTS))
