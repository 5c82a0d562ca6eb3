"""Names of container images, parsed as Docker does."""

import re

_DOCKER_HUB = "docker.io"
#: A registry of private Amazon ECR in any partition, with its FIPS and dual-stack names.
_PRIVATE_ECR = re.compile(
    r"([0-9]{12})\.dkr[.-]ecr(?:-fips)?\.[a-z]{2,4}(?:-[a-z]+){1,2}-[0-9]{1,2}\."
    r"(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|on\.aws|on\.amazonwebservices\.com\.cn|on\.amazonwebservices\.eu"
    r"|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)",
    re.ASCII,
)
#: Accounts from which AWS publishes images through private ECR: one for most regions, others for newer regions, China
#: and GovCloud. A region that its source does not list is missing here.
AWS_ACCOUNTS = frozenset(
    {
        # AWS for Fluent Bit. https://github.com/aws/aws-for-fluent-bit/blob/mainline/scripts/publish.sh
        *("906394416424", "128054284489", "161423150738", "449074385750", "741863432321", "928143927712"),
        *("960320637246", "921575906885", "358001906437", "146576467002", "269912160255", "378905956269"),
        # Envoy for App Mesh. https://docs.aws.amazon.com/app-mesh/latest/userguide/envoy.html
        *("840364872350", "772975370895", "856666278305", "909464085924", "422531588944", "564877687649"),
        "924023996002",
        # Add-ons of EKS. https://docs.aws.amazon.com/eks/latest/userguide/add-ons-images.html
        *("602401143452", "918309763551", "961992271922", "877085696533", "800184023465", "533267051163"),
        *("296578399912", "900889452093", "491585149902", "151610086707", "333609536671", "121268973566"),
        *("900612956339", "590381155156", "455263428931", "558608220178", "759879836304", "761377655185"),
        *("151742754352", "013241004608"),
        # Deep Learning Containers. https://aws.github.io/deep-learning-containers/reference/region_availability/
        *("763104351884", "727897471807", "626614931356", "871362719292", "772153158452", "907027046896"),
        *("550225433462", "457447274322", "364406365360", "975050140332", "590183813437", "204538143572"),
        *("692866216735", "503227376785", "380420809688", "780543022126", "637423239942", "217643126080"),
        "914824155844",
    }
)


def parse_image(image: str) -> tuple[str, str]:
    """Return the registry, in lower case, and the repository of an image, without its tag and digest.

    The first part is a registry only if it cannot be a user of Docker Hub: it contains a dot, a colon or a capital
    letter, or is localhost. Source: `splitDockerDomain` of github.com/distribution/reference.
    """
    name = image.partition("@")[0]
    first, slash, rest = name.partition("/")
    if not slash or not _is_registry(first):
        return _on_docker_hub(_without_tag(name))
    registry = first.lower()
    if registry in {_DOCKER_HUB, "index.docker.io"}:
        return _on_docker_hub(_without_tag(rest))
    return registry, _without_tag(rest)


def _is_registry(part: str) -> bool:
    return "." in part or ":" in part or part == "localhost" or part != part.lower()


def _on_docker_hub(repository: str) -> tuple[str, str]:
    return _DOCKER_HUB, repository if "/" in repository else f"library/{repository}"


def _without_tag(name: str) -> str:
    folder, slash, last = name.rpartition("/")
    return folder + slash + last.partition(":")[0]


def private_ecr_account(registry: str) -> str | None:
    """Return the account of a registry of private Amazon ECR, None for any other registry."""
    match = _PRIVATE_ECR.fullmatch(registry)
    return match[1] if match else None
