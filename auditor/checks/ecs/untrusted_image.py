r"""Every container's image comes from a registry on the list of trusted ones.

Profile level
-------------
Level 1, automated: recommendation 3.13 of the CIS AWS Compute Services Benchmark 1.1.0.

Description
-----------
Fails when the image of any container, of a task definition or of a managed daemon's definition, comes from a place that
is not on the list of trusted ones (reason `untrusted-registry`), or when a container names no image (reason
`no-image`). The evidence shows the image as it is written, and the registry and repository that Docker reads from it.

An image's name is read as Docker reads it:

    image                                registry     repository
    -----------------------------------  -----------  ---------------
    nginx, nginx:1.27                    docker.io    library/nginx
    grafana/grafana@sha256:...           docker.io    grafana/grafana
    index.docker.io/nginx                docker.io    library/nginx
    quay.io/team/app:2                   quay.io      team/app
    localhost/app, host:5000/app         as written   app

The first part is a registry only when it has a dot, a colon or a capital letter in it or is `localhost`; otherwise it
is a user of Docker Hub. The tag and the digest do not matter: a digest pins what an image holds, not who may be
believed.

The list is the parameter `registries`. Each entry is REGISTRY or REGISTRY/REPOSITORY, and both parts may be globs. In
the registry's part a `*` stands for one label, as in a certificate: `*.example.com` is met by a.example.com, and
neither by a.b.example.com nor by whatever a repository is called. In the repository's part it stands for anything.
Without that part all repositories of the registry are trusted. Registries are compared without regard to case.

The default
-----------
The benchmark says "trusted" and leaves the list to the reader. The default is what most accounts can stand behind:

  * private Amazon ECR of any account, with its FIPS and dual-stack names, in China and the European sovereign cloud
    too. A pull from there needs an IAM permission and, across accounts, a grant by the owner: somebody has decided it.
    Images of a pull-through cache count as ECR, since the account has taken them in and can scan them;
  * the namespaces of AWS itself in the public gallery, for the agents and sidecars that its guides tell people to run:
    amazonlinux, appmesh, aws-observability, cloudwatch-agent, ecs, neuron and xray.

The rest of public.ecr.aws is not trusted: anybody with an account can publish there, as on Docker Hub. The same goes
for docker/library, Docker's own copies of its official images, which are on Docker Hub's terms. An organization should
replace the list by its own registries, such as `111122223333.dkr.ecr.*.amazonaws.com`. An empty list would mean that
nothing or that everything is trusted; it is refused when the settings are read.

Rationale
---------
An image is code that runs with the task's role, secrets and network. A name on a public registry says nothing of who
built it: accounts there are taken over, names are squatted, and tags are moved to other content at any time. ECS
resolves the tag when it deploys, so a new deployment can bring in code that nobody has looked at. Public registries
also limit pulls and remove images, which stops deployments.

Impact for
----------
Code gets in through one door, where it can be scanned, signed, kept and audited.

Impact against
--------------
Images have to be copied into the organization's registry, or fetched through a pull-through cache, and be kept up to
date there. Vendors' agents are often documented with public names only.

Default value
-------------
Any registry may be named, and an image without a registry is one of Docker Hub's.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, and for managed daemons
ecs:ListDaemonTaskDefinitions and ecs:DescribeDaemonTaskDefinition, on all resources. To remediate, by hand:
ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:DeregisterTaskDefinition (for daemons
ecs:RegisterDaemonTaskDefinition and ecs:UpdateDaemon), and iam:PassRole on the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab read "image" in each entry of containerDefinitions, and compare with the list of trusted registries.
3. Where services still run on older revisions, do the same for those.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query \
      "taskDefinition.containerDefinitions[].[name, image]"

Remediation, console
--------------------
1. Open Amazon ECR, and create a repository for the image, or a pull-through cache rule for its registry.
2. Push the image there after a scan, and let the execution role pull it.
3. Open the task definition's revision, choose Create new revision, and name the new image, best with its digest.
4. Create the revision, update every service that uses the family, and wait until the deployment is stable.
5. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; name images of trusted registries, and save it as
new.json.

    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs deregister-task-definition --task-definition FAMILY:OLD --region REGION

For a managed daemon: describe-daemon-task-definition, correct it alike, register-daemon-task-definition, and then
update-daemon with the new ARN and the daemon's capacity providers.

Back-out
--------
Until the old revision is deregistered, point the service back at it: update-service with FAMILY:OLD. A deregistered
revision cannot be used by a deployment; register its content again (old.json has it) and deploy the new number.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html
https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-concepts.html
https://pkg.go.dev/github.com/distribution/reference#ParseNormalizedNamed

Related controls
----------------
No managed rule of AWS Config, no control of Security Hub and no check of Prowler, Checkov, Trivy or KICS reads the
registry of a task definition's images, as far as we know.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from auditor.checks._verdicts import from_evidence, of_container
from auditor.checks.ecs._images import repository_of
from auditor.domain.check import Evidence, Severity, Verdict, check
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import Definition
from auditor.domain.repair import Repair

_UNTRUSTED = "untrusted-registry"
_NONE = "no-image"
_MIRROR = Repair(manual="Copy the image into a trusted registry and name it there, best with its digest.")


@dataclass(frozen=True, slots=True)
class Parameters:
    """`registries` are the trusted places: REGISTRY or REGISTRY/REPOSITORY, both parts globs."""

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
        """Refuse a list that does not say what is trusted."""
        if not self.registries or not all(each.partition("/")[0] for each in self.registries):
            raise ValueError(
                "`registries` must name at least one registry, each as REGISTRY or REGISTRY/REPOSITORY; to judge no "
                "images, exclude the check."
            )


@check(
    id="ecs-untrusted-image",
    title="Every container's image comes from a registry on the list of trusted ones",
    severity=Severity.MEDIUM,
    fact_type=Definition,
    frameworks={"cis-compute-1.1": ("3.13",)},
    remediation=(
        "Copy the image into a registry that the organization trusts, such as its Amazon ECR, or add its registry to "
        "the parameter `registries`; register a revision that names it there; update what uses the family; then "
        "deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={_UNTRUSTED: "has an image from a registry that is not trusted", _NONE: "names no image"},
    repairs={_UNTRUSTED: _MIRROR, _NONE: _MIRROR},
)
def untrusted_image(definition: Definition, params: Parameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    return from_evidence(_evidence(each, params) for each in definition.containers)


def _evidence(container: Container, params: Parameters) -> Evidence:
    if not container.image:
        return of_container(container, (_NONE,), {"image": ""})
    registry, repository = repository_of(container.image)
    trusted = any(_matches(registry, repository, each) for each in params.registries)
    details = {"image": container.image, "registry": registry, "repository": repository}
    return of_container(container, () if trusted else (_UNTRUSTED,), details)


def _matches(registry: str, repository: str, pattern: str) -> bool:
    host, slash, path = pattern.partition("/")
    labels, globs = registry.split("."), host.lower().split(".")
    met = len(labels) == len(globs) and all(map(fnmatchcase, labels, globs))
    return met and (not slash or fnmatchcase(repository, path))
