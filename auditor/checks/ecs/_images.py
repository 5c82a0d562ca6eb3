"""Read the name of an image as Docker does."""

from __future__ import annotations

_HUB = "docker.io"


def repository_of(image: str) -> tuple[str, str]:
    """Return the registry, in lower case, and the repository of an image, without its tag and digest.

    The first part is a registry when it could not be a user of Docker Hub: it has a dot, a colon or a capital letter,
    or is localhost. Source: `splitDockerDomain` of github.com/distribution/reference.
    """
    name = image.partition("@")[0]
    first, slash, rest = name.partition("/")
    if not slash or not _is_registry(first):
        return _of_hub(_untagged(name))
    registry = first.lower()
    return _of_hub(_untagged(rest)) if registry in {_HUB, "index.docker.io"} else (registry, _untagged(rest))


def _is_registry(part: str) -> bool:
    return "." in part or ":" in part or part == "localhost" or part != part.lower()


def _of_hub(repository: str) -> tuple[str, str]:
    return _HUB, repository if "/" in repository else f"library/{repository}"


def _untagged(name: str) -> str:
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}{last.partition(':')[0]}"
