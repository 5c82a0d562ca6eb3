"""Names of container images, parsed as Docker does."""

_DOCKER_HUB = "docker.io"


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
