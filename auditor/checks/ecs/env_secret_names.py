r"""No container is handed AWS keys or registry credentials as plain environment variables.

Profile level
-------------
Level 1, automated: recommendation 3.6 of the CIS AWS Compute Services Benchmark 1.1.0.

Description
-----------
Looks at the names under `environment` of every container, of task definitions and of managed daemons' definitions, and
fails when one of them is exactly (reason `secret-name`)

  * AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY, the two halves of an access key, or
  * ECS_ENGINE_AUTH_DATA, with which the ECS agent logs in to private registries.

The parameter `names` replaces that list; names are compared whole and case-sensitively, as the process sees them. The
evidence lists the names that were found, in the order of the definition.

Only `environment` counts. A variable of such a name under `secrets` is filled from Secrets Manager or Parameter Store
when the container starts: the definition holds a reference, so it passes. A name alone is enough to fail, whatever its
value: an empty or a placeholder value cannot be told from a real one by this rule, which reads no values. What the
values look like is the business of ecs-env-secret-values.

Files that are named under `environmentFiles` lie in S3 and are not read: what they set is not judged here.

Other scanners
--------------
AWS Config and Security Hub know these three names and let nobody change them. Powerpipe's query for the same rule also
alarms when such a name stands, as it should, under `secrets`; this one does not.

Rationale
---------
Whoever may call ecs:DescribeTaskDefinition reads `environment` in clear, and so does everybody who sees the console,
the template in the repository, the deployment log, `docker inspect` on the instance or a crash dump of the process.
That permission is part of every read-only policy. Task definitions cannot be changed and their old revisions can be
read for years, so a key that was there once is there for good. Access keys of a user do not expire on their own.

Impact for
----------
Nobody learns working credentials from a read-only permission, and the application uses a role whose keys last for
hours.

Impact against
--------------
The application has to use the SDK's credential chain, which finds the task role by itself. Software that accepts keys
only as variables can have them from `secrets`; they are still in its environment then, but no longer in the definition.

Default value
-------------
A container has no environment variables but those of its image and those that ECS sets itself. None of the three names
is set by ECS: a task role arrives through AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, which holds no secret.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, and for managed daemons
ecs:ListDaemonTaskDefinitions and ecs:DescribeDaemonTaskDefinition, on all resources. To remediate, by hand:
ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:DeregisterTaskDefinition (for daemons
ecs:RegisterDaemonTaskDefinition and ecs:UpdateDaemon), and iam:PassRole on the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look at the names under environment in each entry of containerDefinitions.
3. Where services still run on older revisions, do the same for those.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query \
      "taskDefinition.containerDefinitions[].[name, environment[].name]"

Remediation, console
--------------------
1. Give the task a task role with what the application may do, and delete the access key in IAM: it has been published.
2. Open the revision, choose Create new revision, and take the variables out.
3. For what must stay a variable, choose ValueFrom instead of Value, with the ARN of the secret or the parameter, and
   let the execution role read it.
4. Create the revision, update every service that uses the family, and wait until the deployment is stable.
5. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; take the variables out of `environment`, or move
them to `secrets` with a `valueFrom` each, and save it as new.json.

    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs deregister-task-definition --task-definition FAMILY:OLD --region REGION

For a managed daemon: describe-daemon-task-definition, correct it alike, register-daemon-task-definition, and then
update-daemon with the new ARN and the daemon's capacity providers.

Back-out
--------
Until the old revision is deregistered, point the service back at it: update-service with FAMILY:OLD. A deregistered
revision cannot be used by a deployment; register its content again (old.json has it) and deploy the new number. Do not
activate the old access key again; give the task role what is missing.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-no-environment-secrets.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-8

Related controls
----------------
Security Hub: ECS.8. AWS Config: ecs-no-environment-secrets. Here: ecs-env-secret-values, which judges what variables of
any name hold.
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.checks._verdicts import over_containers
from auditor.domain.check import Severity, Verdict, check
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_FOUND = "secret-name"


@dataclass(frozen=True, slots=True)
class Parameters:
    """`names` are the variables that must not stand under `environment`, compared whole and case-sensitively."""

    names: tuple[str, ...] = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "ECS_ENGINE_AUTH_DATA")

    def __post_init__(self) -> None:
        """Refuse a list that would let everything pass."""
        if not self.names or "" in self.names:
            raise ValueError("`names` must hold at least one name, and no empty one; to do without, exclude the check.")


@check(
    id="ecs-env-secret-names",
    title="No container is handed AWS keys or registry credentials as plain environment variables",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={
        "cis-compute-1.1": ("3.6",),
        "aws-fsbp": ("ECS.8",),
        "aws-config": ("ecs-no-environment-secrets",),
    },
    remediation=(
        "Delete the access key and let the task role do its work; register a revision that takes what must stay a "
        "variable from Secrets Manager or Parameter Store under `secrets`; update what uses the family; then "
        "deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={_FOUND: "is handed credentials in plain environment variables"},
    repairs={
        _FOUND: DefinitionRepair(
            removes="variables",
            manual="The variables are moved to `secrets`: take them out there too and use the task role, or name the "
            "secret that each comes from, which the execution role must be allowed to read. Revoke the old ones.",
        )
    },
)
def env_secret_names(definition: Definition, params: Parameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""

    def found(container: Container) -> tuple[str, ...]:
        return tuple(each.name for each in container.environment if each.name in params.names)

    return over_containers(
        definition,
        lambda container: (_FOUND,) if found(container) else (),
        lambda container: {"environment": found(container)},
    )
