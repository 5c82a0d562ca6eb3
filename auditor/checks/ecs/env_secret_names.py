"""AWS keys and registry credentials are not in plain environment variables.

## Profile level
Level 1, automated: recommendation 3.6 of the CIS AWS Compute Services Benchmark 1.1.0.

## Description
Judges the names under `environment` of every container, in task definitions and in managed daemons' definitions. It
fails if a name is exactly one of these (reason `secret-name`):

  * AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY, the two halves of an access key;
  * ECS_ENGINE_AUTH_DATA, with which the ECS agent logs in to private registries.

The parameter `names` replaces that list. Names are compared exactly and case-sensitively, as the process sees them. The
evidence lists the matching names in the order of the definition.

Only `environment` counts. A variable with such a name under `secrets` is read from Secrets Manager or Parameter Store
when the container starts: the definition holds only a reference, so it passes. The name alone is enough to fail: this
rule reads no values, so it cannot distinguish an empty value or a placeholder from a real key. ecs-env-secret-values
judges values.

Files named under `environmentFiles` are in S3 and are not read. If no name fails, a definition with such a file is
UNKNOWN (reason `environment-file-not-read`).

## Other scanners
AWS Config checks these three names unless its parameter `secretKeys` lists others; Security Hub fixes the list.
Powerpipe's query for the same rule also fails if such a name is, correctly, under `secrets`; this check does not.

## Rationale
{{environment-is-readable}}
A key that was in a definition once must be considered disclosed. Access keys of a user do not expire on their own.

## Benefits
A read-only permission discloses no working credentials, and the application uses a role whose keys are valid for hours.

## Drawbacks
The application has to use the SDK's credential chain, which finds the task role automatically. Software that accepts
keys only as variables can read them from `secrets`; they are then still in its environment, but no longer in the
definition.

## Default value
A container has only the environment variables of its image and those that ECS sets itself. ECS sets none of the three
names: a task role is provided through AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, which holds no secret.

{{permissions-all-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look at the names under environment in each entry of containerDefinitions.
3. {{repeat-for-older-revisions-and-daemons}}

## Audit, CLI
{{describe-task-definition}}
      "taskDefinition.containerDefinitions[].[name, environment[].name]"

## Remediation, console
1. Give the task a task role with the permissions of the application, and delete the access key in IAM: it has been
   disclosed.
2. Open the revision, choose Create new revision, and remove the variables.
3. For a secret that must stay a variable, choose ValueFrom instead of Value, with the ARN of the secret or the
   parameter. In JSON, move it from `environment` to `secrets` with a `valueFrom`. Allow the execution role to read it.
4. {{deploy-new-revision}}

{{remediate-by-cli-with-daemons}}
Do not activate the old access key again; give the task role the missing permissions.

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-no-environment-secrets.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-8

## Related controls
Security Hub: ECS.8. AWS Config: ecs-no-environment-secrets. Here: ecs-env-secret-values, which judges the values of
variables of any name.
"""

from dataclasses import dataclass

from auditor.checks.ecs._common import judge_containers, unknown_if_files_set_variables
from auditor.domain.check import Severity, Verdict, check
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition
from auditor.domain.repair import Repair

_SECRET = "secret-name"
_NOT_READ = "environment-file-not-read"


@dataclass(frozen=True, slots=True)
class Parameters:
    """`names` are the variables that must not be under `environment`, compared exactly and case-sensitively."""

    names: tuple[str, ...] = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "ECS_ENGINE_AUTH_DATA")

    def __post_init__(self) -> None:
        """Refuse a list that would pass everything."""
        if not self.names or "" in self.names:
            raise ValueError("`names` must hold at least one name, and no empty one; to skip the check, exclude it.")


@check(
    id="ecs-env-secret-names",
    title="AWS keys and registry credentials are not in plain environment variables",
    problem="AWS keys or registry credentials in plain environment variables",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={
        "cis-compute-1.1": ("3.6",),
        "aws-fsbp": ("ECS.8",),
        "aws-config": ("ecs-no-environment-secrets",),
        "nist-800-53-r5": ("ECS.8",),
        "pci-dss-4.0.1": ("ECS.8",),
        "control-tower-proactive": ("CT.ECS.PR.12",),
    },
    remediation=(
        "Delete the access key and use the task role instead; register a revision that reads each secret that must "
        "stay a variable from Secrets Manager or Parameter Store under `secrets`; update every service or daemon that "
        "runs it; then deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={
        _SECRET: "has credentials in plain environment variables",
        _NOT_READ: "gets variables from a file that was not read",
    },
    repairs={
        _SECRET: DefinitionRepair(
            removes="variables",
            manual="The variables are moved to `secrets`. Remove them there too and use the task role, or name the "
            "secret of each and allow the execution role to read it. Revoke the old credentials.",
        ),
        _NOT_READ: Repair("Look for secrets in the files in S3, and name them under `secrets` instead."),
    },
)
def env_secret_names(definition: Definition, params: Parameters) -> Verdict:
    def matching_names(container: Container) -> tuple[str, ...]:
        return tuple(variable.name for variable in container.environment if variable.name in params.names)

    verdict = judge_containers(
        definition,
        lambda container: (_SECRET,) if matching_names(container) else (),
        lambda container: {"environment": matching_names(container)},
    )
    return unknown_if_files_set_variables(verdict, definition, _NOT_READ)
