r"""No environment variable of a container holds what looks like a secret.

Profile level
-------------
Level 1, automated. Ours, in the spirit of recommendation 3.6 of the CIS AWS Compute Services Benchmark 1.1.0, which
knows three names of variables and looks at no value.

Description
-----------
Fails when the value of any variable under `environment` looks like a secret (reason `secret-value`), in task
definitions and in managed daemons' definitions.

Values are judged where they are read, in memory, and dropped there. What is kept of a suspicious one, and all that this
check ever sees, is the variable's name, the word for how it was recognised (the detector), and the number of its
characters. The evidence lists exactly that: `DB_PASSWORD (DETECTOR, 12 characters)`. No value, and no part or hash of
one, is in any finding, log, cache or error.

Detectors guess, so two parameters quieten them:

  * `ignore`: names of variables to leave alone, as globs (`*_EXAMPLE`, `PUBLIC_*`), case-sensitive;
  * `ignore_detectors`: detectors whose suspicion does not count, as globs.

A variable under `secrets` passes: the definition holds a reference to it and not the secret. Not looked at: files that
are named under `environmentFiles`, command lines, health checks and options of the log driver.

Other scanners
--------------
Prowler (ecs_task_definitions_no_environment_secrets) runs other detectors over the same values, so the two will not
agree in every case; it has no way to leave one variable alone, and users report constants such as
ALLOW_EMPTY_PASSWORD=yes as found. Its outputs have held the secrets themselves.

Rationale
---------
Whoever may call ecs:DescribeTaskDefinition reads `environment` in clear, and so does everybody who sees the console,
the template in the repository, the deployment log, `docker inspect` on the instance or a crash dump of the process.
That permission is part of every read-only policy, and old revisions can be read for years. It takes no attack to get at
such a secret, only a colleague's read-only role; therefore the severity is critical, above that of faults that help
somebody who has broken in already.

Impact for
----------
Passwords and tokens are read by the task that needs them and by nobody else, are encrypted at rest, can be rotated
without a deployment's archaeology, and every read is in CloudTrail.

Impact against
--------------
The execution role needs secretsmanager:GetSecretValue or ssm:GetParameters, and perhaps kms:Decrypt; a task in a
private subnet needs a path to these services. A rotated secret reaches a container only when it starts anew. A false
alarm costs an entry under `ignore`.

Default value
-------------
A container has no environment variables but those of its image and those that ECS sets itself.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, and for managed daemons
ecs:ListDaemonTaskDefinitions and ecs:DescribeDaemonTaskDefinition, on all resources. To remediate, by hand:
ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:DeregisterTaskDefinition (for daemons
ecs:RegisterDaemonTaskDefinition and ecs:UpdateDaemon), and iam:PassRole on the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. Under environment in each entry of containerDefinitions look for passwords, tokens, keys and URLs with a password.
3. Where services still run on older revisions, do the same for those.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query \
      "taskDefinition.containerDefinitions[].[name, environment[].name]"

This lists names. Have the values printed only where nobody records the terminal.

Remediation, console
--------------------
1. Store the secret in Secrets Manager or as a SecureString in Parameter Store. Make a new one and revoke the old one:
   it has been published, and old revisions will go on showing it.
2. Let the execution role read it.
3. Open the revision, choose Create new revision, and for the variable choose ValueFrom, with the ARN of the secret.
4. Create the revision, update every service that uses the family, and wait until the deployment is stable.
5. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; move the variable from `environment` to `secrets`
with a `valueFrom`, and save it as new.json.

    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs deregister-task-definition --task-definition FAMILY:OLD --region REGION

For a managed daemon: describe-daemon-task-definition, correct it alike, register-daemon-task-definition, and then
update-daemon with the new ARN and the daemon's capacity providers.

Back-out
--------
Until the old revision is deregistered, point the service back at it: update-service with FAMILY:OLD. A deregistered
revision cannot be used by a deployment; register its content again (old.json has it) and deploy the new number. The old
revision still has the old secret: backing out works only while that is not revoked.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html
https://hub.prowler.com/check/ecs_task_definitions_no_environment_secrets

Related controls
----------------
Security Hub: ECS.8, by three names only. Prowler: ecs_task_definitions_no_environment_secrets. Trivy: AVD-AWS-0036.
Here: ecs-env-secret-names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from auditor.checks._verdicts import over_containers
from auditor.domain.check import Severity, Verdict, check
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_FOUND = "secret-value"


@dataclass(frozen=True, slots=True)
class Parameters:
    """`ignore` are globs of variables' names to leave alone, `ignore_detectors` of detectors that do not count."""

    ignore: tuple[str, ...] = ()
    ignore_detectors: tuple[str, ...] = ()


@check(
    id="ecs-env-secret-values",
    title="No environment variable of a container holds what looks like a secret",
    severity=Severity.CRITICAL,
    fact_type=Definition,
    frameworks={},
    remediation=(
        "Replace the secret, for it has been published; store the new one in Secrets Manager or Parameter Store and "
        "register a revision that names it under `secrets`; update what uses the family; then deregister the old "
        "revision. Where it is no secret, name the variable under the parameter `ignore`."
    ),
    parameters=Parameters,
    reason_texts={_FOUND: "holds what looks like a secret in an environment variable"},
    repairs={
        _FOUND: DefinitionRepair(
            removes="variables",
            manual="Store a new secret in Secrets Manager or Parameter Store, and revoke the old one. The variable is "
            "moved to `secrets`: name the new secret there, which the execution role must be allowed to read.",
        )
    },
)
def env_secret_values(definition: Definition, params: Parameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    return over_containers(
        definition,
        lambda container: (_FOUND,) if _found(container, params) else (),
        lambda container: {"environment": _found(container, params)},
    )


def _found(container: Container, params: Parameters) -> tuple[str, ...]:
    return tuple(
        f"{each.name} ({each.secret_match.detector}, {each.secret_match.length} characters)"
        for each in container.environment
        if each.secret_match is not None
        and not _matches(each.name, params.ignore)
        and not _matches(each.secret_match.detector, params.ignore_detectors)
    )


def _matches(word: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(word, each) for each in globs)
