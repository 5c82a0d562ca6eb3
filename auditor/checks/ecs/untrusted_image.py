"""Container images come from trusted registries.

## Profile level
Level 1, automated: recommendation 3.13 of the CIS AWS Compute Services Benchmark 1.1.0.

## Description
Fails if the image of any container, in a task definition or in a managed daemon's definition, comes from a registry
that is not on the list of trusted ones (reason `untrusted-registry`), or if a container names no image (reason
`no-image`). The evidence shows the image as written, and the registry and repository that Docker derives from it.

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

## The default
The benchmark requires "trusted" registries and leaves the list to the reader. The default suits most accounts:

  * private Amazon ECR of any account, including its FIPS and dual-stack names, and those in China and the European
    sovereign cloud. A pull from there needs an IAM permission and, across accounts, a grant by the owner, so it was a
    deliberate decision. Images of a pull-through cache count as ECR, because the account has imported them and can scan
    them;
  * the namespaces of AWS itself in the public gallery, for the agents and sidecars that its guides recommend:
    amazonlinux, appmesh, aws-observability, cloudwatch-agent, ecs, neuron and xray.

The rest of public.ecr.aws is not trusted: anyone with an account can publish there, as on Docker Hub. The same applies
to docker/library, Docker's own copies of its official images, which have the same terms as Docker Hub. An organization
should replace the list with its own registries, such as `111122223333.dkr.ecr.*.amazonaws.com`. An empty list would be
ambiguous (nothing or everything is trusted), so the settings refuse it.

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

from dataclasses import dataclass
from fnmatch import fnmatchcase

from auditor.checks._verdicts import verdict_from
from auditor.checks.ecs._common import container_evidence
from auditor.checks.ecs._images import parse_image
from auditor.domain.check import Evidence, Severity, Verdict, check
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import Definition
from auditor.domain.repair import Repair

_UNTRUSTED = "untrusted-registry"
_NO_IMAGE = "no-image"
_COPY_IMAGE = Repair("Copy the image into a trusted registry and name it there, preferably with its digest.")


@dataclass(frozen=True, slots=True)
class Parameters:
    """`registries` are the trusted ones: REGISTRY or REGISTRY/REPOSITORY, both globs."""

    registries: tuple[str, ...] = (
        "*.dkr.ecr.*.amazonaws.com",
        "*.dkr.ecr.*.amazonaws.com.cn",
        "*.dkr.ecr.*.amazonaws.eu",
        "*.dkr.ecr-fips.*.amazonaws.com",
        "*.dkr-ecr.*.on.aws",
        "*.dkr-ecr.*.on.amazonwebservices.com.cn",
        "*.dkr-ecr-fips.*.on.aws",
        "public.ecr.aws/amazonlinux/*",
        "public.ecr.aws/appmesh/*",
        "public.ecr.aws/aws-observability/*",
        "public.ecr.aws/cloudwatch-agent/*",
        "public.ecr.aws/ecs/*",
        "public.ecr.aws/neuron/*",
        "public.ecr.aws/xray/*",
    )

    def __post_init__(self) -> None:
        """Refuse a list that names no registry."""
        if not self.registries or not all(pattern.partition("/")[0] for pattern in self.registries):
            raise ValueError(
                "`registries` must name at least one registry, each as REGISTRY or REGISTRY/REPOSITORY; to skip the "
                "check, exclude it."
            )


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
        "the parameter `registries`; register a revision with that image; update every service or daemon that runs "
        "it; then deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={_UNTRUSTED: "has an image from an untrusted registry", _NO_IMAGE: "names no image"},
    repairs={_UNTRUSTED: _COPY_IMAGE, _NO_IMAGE: _COPY_IMAGE},
)
def untrusted_image(definition: Definition, params: Parameters) -> Verdict:
    return verdict_from(_evidence(container, params) for container in definition.containers)


def _evidence(container: Container, params: Parameters) -> Evidence:
    if not container.image:
        return container_evidence(container, (_NO_IMAGE,), {"image": ""})
    registry, repository = parse_image(container.image)
    trusted = any(_matches(registry, repository, pattern) for pattern in params.registries)
    details = {"image": container.image, "registry": registry, "repository": repository}
    return container_evidence(container, () if trusted else (_UNTRUSTED,), details)


def _matches(registry: str, repository: str, pattern: str) -> bool:
    host, slash, path = pattern.partition("/")
    labels, globs = registry.split("."), host.lower().split(".")
    same_host = len(labels) == len(globs) and all(map(fnmatchcase, labels, globs))
    return same_host and (not slash or fnmatchcase(repository, path))
