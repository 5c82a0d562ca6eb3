"""Container images come from trusted registries.

## Profile level
Level 1, automated: recommendation 3.13 of the CIS AWS Compute Services Benchmark 1.1.0.

## Description
Fails if the image of any container, in a task definition or in a managed daemon's definition, comes from a registry
that is not trusted, or if a container names no image:

  * `untrusted-registry`: the registry is public, or another one that is not on the list;
  * `foreign-registry`: it is the private Amazon ECR of an account that the organization does not own;
  * `no-image`: the container names no image.

If no container fails, and an image comes from the private ECR of another account although the accounts of the
organization are not known, the verdict is UNKNOWN (reason `registry-account-unknown`). A nightly run knows them from
its inventory; for files name them in the parameter `accounts`. The evidence shows the image as written, and the
registry and repository that Docker derives from it.

An image's name is parsed as Docker does:

    image                                registry     repository
    -----------------------------------  -----------  ---------------
    nginx, nginx:1.27                    docker.io    library/nginx
    grafana/grafana@sha256:...           docker.io    grafana/grafana
    index.docker.io/nginx                docker.io    library/nginx
    quay.io/team/app:2                   quay.io      team/app
    localhost/app, host:5000/app         as written   app

The first part is a registry only if it contains a dot, a colon or a capital letter, or is `localhost`; otherwise it is
a user of Docker Hub. The tag and the digest do not matter: a digest pins the content of an image, but does not make its
publisher trustworthy.

The parameter `registries` is the list. Each entry is REGISTRY or REGISTRY/REPOSITORY, and both parts can be globs. In
the registry a `*` stands for one label, as in a certificate: `*.example.com` matches a.example.com, but not
a.b.example.com or the name of a repository. In the repository it stands for anything. Without a repository, all
repositories of the registry are trusted. Registries are compared without regard to case.

## Trusted registries
The benchmark requires "trusted" registries and leaves the list to the reader. These are trusted:

  * private Amazon ECR of the account of the definition, of all accounts of the run, and of those in the parameter
    `accounts`, in any region and partition, with FIPS and dual-stack names and with the port 443. Images of a
    pull-through cache count as ECR, because the account has imported them and can scan them;
  * private ECR of the accounts from which AWS publishes AWS for Fluent Bit, Envoy for App Mesh, add-ons of EKS and the
    Deep Learning Containers;
  * the parameter `registries`, by default the namespaces of AWS itself in the public gallery: amazonlinux, appmesh,
    aws-cli, aws-observability, bottlerocket, cloudwatch-agent, codebuild, deep-learning-containers, ecs, eks,
    eks-distro, lambda, neuron, sam and xray.

Private ECR of any other account is not trusted: its owner can allow everyone to pull, so that the name of the registry
proves nothing. The rest of public.ecr.aws is not trusted either: anyone with an account can publish there, as on Docker
Hub. The same applies to docker/library, Docker's own copies of its official images, which have the same terms as Docker
Hub. An empty list would be ambiguous (nothing or everything is trusted), so the settings refuse it.

## Rationale
An image is code that runs with the task's role, secrets and network. A name on a public registry does not prove who
built it: accounts there are taken over, names are squatted, and tags are moved to other content at any time. ECS
resolves the tag at deployment, so a new deployment can start code that was never reviewed. Public registries also limit
pulls and remove images, which stops deployments.

## Benefits
All code enters through one place, where it can be scanned, signed, kept and audited.

## Drawbacks
Images have to be copied into the organization's registry, or fetched through a pull-through cache, and kept up to date
there. Vendors often document only the public names of their agents.

## Default value
Any registry is allowed, and an image without a registry comes from Docker Hub.

{{permissions-all-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab read "image" in each entry of containerDefinitions, and compare it with the list of trusted
   registries.
3. {{repeat-for-older-revisions-and-daemons}}

## Audit, CLI
{{describe-task-definition}}
      "taskDefinition.containerDefinitions[].[name, image]"

## Remediation, console
1. Open Amazon ECR, and create a repository for the image, or a pull-through cache rule for its registry.
2. Scan the image, push it there, and allow the execution role to pull it.
3. Open the task definition's revision, choose Create new revision, and name the new image, preferably with its digest.
4. {{deploy-new-revision}}

{{remediate-by-cli-with-daemons}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html
https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-concepts.html
https://pkg.go.dev/github.com/distribution/reference#ParseNormalizedNamed

## Related controls
As far as we know, no managed rule of AWS Config, no control of Security Hub and no check of Prowler, Checkov, Trivy or
KICS reads the registry of a task definition's images.
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from auditor.checks._verdicts import verdict_from
from auditor.checks.ecs._common import container_evidence
from auditor.checks.ecs._images import AWS_ACCOUNTS, parse_image, private_ecr_account
from auditor.domain.check import Evidence, Severity, Status, Verdict, check
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import Definition
from auditor.domain.repair import Repair

_UNTRUSTED, _FOREIGN, _NO_IMAGE = "untrusted-registry", "foreign-registry", "no-image"
_UNKNOWN_ACCOUNT = "registry-account-unknown"
_COPY_IMAGE = Repair("Copy the image into a trusted registry and name it there, preferably with its digest.")
_NAME_ACCOUNT = Repair(
    "Name the account in the parameter `accounts` if the organization owns or trusts it; otherwise copy the image into "
    "a trusted registry."
)
_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`registries` are the trusted ones: REGISTRY or REGISTRY/REPOSITORY, both globs.

    `accounts` are the accounts whose private Amazon ECR is trusted. A run adds the accounts of its inventory.
    """

    registries: tuple[str, ...] = (
        "public.ecr.aws/amazonlinux/*",
        "public.ecr.aws/appmesh/*",
        "public.ecr.aws/aws-cli/*",
        "public.ecr.aws/aws-observability/*",
        "public.ecr.aws/bottlerocket/*",
        "public.ecr.aws/cloudwatch-agent/*",
        "public.ecr.aws/codebuild/*",
        "public.ecr.aws/deep-learning-containers/*",
        "public.ecr.aws/ecs/*",
        "public.ecr.aws/eks/*",
        "public.ecr.aws/eks-distro/*",
        "public.ecr.aws/lambda/*",
        "public.ecr.aws/neuron/*",
        "public.ecr.aws/sam/*",
        "public.ecr.aws/xray/*",
    )
    accounts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a list that names no registry, and accounts that are no account IDs."""
        if not self.registries or not all(pattern.partition("/")[0] for pattern in self.registries):
            raise ValueError(
                "`registries` must name at least one registry, each as REGISTRY or REGISTRY/REPOSITORY; to skip the "
                "check, exclude it."
            )
        if not all(map(_ACCOUNT.fullmatch, self.accounts)):
            raise ValueError("`accounts` must hold account IDs of 12 digits, in quotes.")


@check(
    id="ecs-untrusted-image",
    title="Container images come from trusted registries",
    problem="Image from an untrusted registry",
    severity=Severity.MEDIUM,
    fact_type=Definition,
    frameworks={
        "cis-compute-1.1": ("3.13",),
    },
    remediation=(
        "Copy the image into a registry that the organization trusts, such as its Amazon ECR, or add its registry to "
        "the parameter `registries` or its account to `accounts`; register a revision with that image; update every "
        "service or daemon that runs it; then deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={
        _UNTRUSTED: "has an image from an untrusted registry",
        _FOREIGN: "has an image from the registry of an account that the organization does not own",
        _NO_IMAGE: "names no image",
        _UNKNOWN_ACCOUNT: "has an image from the registry of an account that may or may not belong to the organization",
    },
    repairs={
        _UNTRUSTED: _COPY_IMAGE,
        _FOREIGN: _COPY_IMAGE,
        _NO_IMAGE: _COPY_IMAGE,
        _UNKNOWN_ACCOUNT: _NAME_ACCOUNT,
    },
)
def untrusted_image(definition: Definition, params: Parameters) -> Verdict:
    own = "".join(definition.arn.split(":")[4:5])
    evidence = [_evidence(container, params, own) for container in definition.containers]
    verdict = verdict_from(part for part in evidence if part.reasons != (_UNKNOWN_ACCOUNT,))
    unclear = tuple(part for part in evidence if part.reasons == (_UNKNOWN_ACCOUNT,))
    if verdict.status is Status.PASS and unclear:
        return Verdict(Status.UNKNOWN, (_UNKNOWN_ACCOUNT,), unclear)
    return verdict


def _evidence(container: Container, params: Parameters, own: str) -> Evidence:
    if not container.image:
        return container_evidence(container, (_NO_IMAGE,), {"image": ""})
    registry, repository = parse_image(container.image)
    reason = _reason(registry.removesuffix(":443"), repository, params, own)
    details = {"image": container.image, "registry": registry, "repository": repository}
    return container_evidence(container, (reason,) if reason else (), details)


def _reason(registry: str, repository: str, params: Parameters, own: str) -> str | None:
    if any(_matches(registry, repository, pattern) for pattern in params.registries):
        return None
    account = private_ecr_account(registry)
    if account is None:
        return _UNTRUSTED
    if account == own or account in AWS_ACCOUNTS or account in params.accounts:
        return None
    return _FOREIGN if params.accounts else _UNKNOWN_ACCOUNT


def _matches(registry: str, repository: str, pattern: str) -> bool:
    host, slash, path = pattern.partition("/")
    labels, globs = registry.split("."), host.lower().removesuffix(":443").split(".")
    same_host = len(labels) == len(globs) and all(map(fnmatchcase, labels, globs))
    return same_host and (not slash or fnmatchcase(repository, path))
