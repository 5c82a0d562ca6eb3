"""Plain environment variables hold no secrets.

## Profile level
None: our own rule, in the spirit of recommendation 3.6 of the CIS AWS Compute Services Benchmark 1.1.0,
which checks three names of variables and no values.

## Description
Fails if a text of a container looks like a secret, in task definitions and in managed daemons' definitions:

  * `secret-value`: the value of a variable under `environment`;
  * `secret-text`: `command`, `entryPoint`, the command of `healthCheck`, an option of the log driver or of FireLens, a
    docker label, or an option of a Docker volume.

Values are examined in memory when they are read, and then discarded. For a suspicious value, only its name, the
detector that recognized it and the number of characters are kept; this check never sees more. The evidence lists
exactly that: `DB_PASSWORD (DETECTOR, 12 characters)` for a variable, and the path for other texts, such as
`logConfiguration.options.splunk-token (DETECTOR, 36 characters)`. No value, and no part or hash of one, is in any
finding, log, cache or error.

Files named under `environmentFiles` are in S3 and are not read. If nothing else fails, a definition with such a file is
UNKNOWN (reason `environment-file-not-read`).

Detectors guess, so two parameters suppress false alarms:

  * `ignore`: names of variables and paths of other texts to ignore, as globs (`*_EXAMPLE`, `dockerLabels.*`),
    case-sensitive;
  * `ignore_detectors`: detectors whose matches do not count, as globs.

A variable under `secrets` and an option under `secretOptions` pass: the definition holds only a reference to the
secret.

## Other scanners
Prowler (ecs_task_definitions_no_environment_secrets) runs other detectors over the values of variables only, so the two
do not agree in every case. It cannot ignore a single variable, and users report false alarms for constants such as
ALLOW_EMPTY_PASSWORD=yes. Its outputs have contained the secrets themselves.

## Rationale
{{environment-is-readable}}
Reading such a secret takes no attack, only a colleague's read-only role. The severity is therefore critical, above that
of problems that help an attacker who has already broken in.

## Benefits
Only the task that needs a password or token reads it. Secrets are encrypted at rest and can be rotated without
searching old deployments, and every read is in CloudTrail.

## Drawbacks
The execution role needs secretsmanager:GetSecretValue or ssm:GetParameters, and possibly kms:Decrypt; a task in a
private subnet needs a network path to these services. A container gets a rotated secret only after a restart. A false
alarm needs an entry under `ignore`.

## Default value
A container has only the environment variables of its image and those that ECS sets itself.

{{permissions-all-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. Under environment, command, entryPoint, healthCheck, dockerLabels and the options of logConfiguration in each entry
   of containerDefinitions look for passwords, tokens, keys and URLs with a password; also under driverOpts of volumes.
3. {{repeat-for-older-revisions-and-daemons}}

## Audit, CLI
{{describe-task-definition}}
      "taskDefinition.containerDefinitions[].[name, environment[].name]"

This lists only names. Print the values only on a terminal that is not recorded.

## Remediation, console
1. Store a new secret in Secrets Manager or as a SecureString in Parameter Store, and revoke the old one: it has been
   disclosed, and old revisions still show it.
2. Allow the execution role to read it.
3. Open the revision, choose Create new revision, and for the variable choose ValueFrom, with the ARN of the secret. In
   JSON, move the variable from `environment` to `secrets` with a `valueFrom`.
4. {{deploy-new-revision}}

{{remediate-by-cli-with-daemons}}
The old revision still has the old secret, so rolling back works only until that is revoked.

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html
https://hub.prowler.com/check/ecs_task_definitions_no_environment_secrets

## Related controls
Security Hub: ECS.8, for three names only. Prowler: ecs_task_definitions_no_environment_secrets. Trivy: AVD-AWS-0036.
Here: ecs-env-secret-names.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from auditor.checks._verdicts import verdict_from
from auditor.checks.ecs._common import container_evidence, unknown_if_files_set_variables
from auditor.domain.check import Evidence, Severity, Verdict, check
from auditor.domain.ecs.containers import Container, SecretText
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition
from auditor.domain.repair import Repair

_SECRET = "secret-value"
_TEXT, _NOT_READ = "secret-text", "environment-file-not-read"


@dataclass(frozen=True, slots=True)
class Parameters:
    """`ignore` are globs of names and paths, `ignore_detectors` globs of detectors whose matches do not count."""

    ignore: tuple[str, ...] = ()
    ignore_detectors: tuple[str, ...] = ()


@check(
    id="ecs-env-secret-values",
    aliases=("ecs_task_definitions_no_environment_secrets",),
    title="Plain environment variables hold no secrets",
    problem="Secret in a plain environment variable",
    severity=Severity.CRITICAL,
    fact_type=Definition,
    frameworks={},
    remediation=(
        "Rotate the secret: anyone who can describe the task definition can read it. Store the new one in Secrets "
        "Manager or Parameter Store and register a revision that names it under `secrets`; update every service or "
        "daemon that runs it; then deregister the old revision. If it is not a secret, add the variable's name to the "
        "parameter `ignore`."
    ),
    parameters=Parameters,
    reason_texts={
        _SECRET: "has a value that looks like a secret in an environment variable",
        _TEXT: "has a text that looks like a secret in a command, an option or a label",
        _NOT_READ: "gets variables from a file that was not read",
    },
    repairs={
        _SECRET: DefinitionRepair(
            removes="variables",
            manual="Store a new secret in Secrets Manager or Parameter Store, and revoke the old one. The variable is "
            "moved to `secrets`: name the new secret there, and allow the execution role to read it.",
        ),
        _TEXT: Repair(
            "Store a new secret in Secrets Manager or Parameter Store, and revoke the old one. Name the new one under "
            "`secretOptions` for an option of the log driver, and under `secrets` for a command, which then reads the "
            "variable."
        ),
        _NOT_READ: Repair("Look for secrets in the files in S3, and name them under `secrets` instead."),
    },
)
def env_secret_values(definition: Definition, params: Parameters) -> Verdict:
    evidence = [part for container in definition.containers for part in _container_evidence(container, params)]
    evidence += [
        Evidence(volume.name, "volume", (_TEXT,), {"texts": texts})
        for volume in definition.volumes
        if (texts := _listed(volume.docker.secret_texts if volume.docker else (), params))
    ]
    verdict = verdict_from(evidence)
    return unknown_if_files_set_variables(verdict, definition, _NOT_READ)


def _container_evidence(container: Container, params: Parameters) -> Iterator[Evidence]:
    variables = tuple(
        SecretText(variable.name, variable.secret_match) for variable in container.environment if variable.secret_match
    )
    if listed := _listed(variables, params):
        yield container_evidence(container, (_SECRET,), {"environment": listed})
    if listed := _listed(container.secret_texts, params):
        yield container_evidence(container, (_TEXT,), {"texts": listed})


def _listed(texts: Iterable[SecretText], params: Parameters) -> tuple[str, ...]:
    """Return the names of texts that are not ignored, each with its detector and its length."""
    return tuple(
        f"{text.member} ({text.secret_match.detector}, {text.secret_match.length} characters)"
        for text in texts
        if not _matches(text.member, params.ignore)
        and not _matches(text.secret_match.detector, params.ignore_detectors)
    )


def _matches(text: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(text, glob) for glob in globs)
