"""Region names and globs, checked against the regions that exist."""

from collections.abc import Collection
from fnmatch import fnmatchcase

from auditor.yaml_files import FieldError, quote, suggestion


def check_region(pattern: str, known: Collection[str]) -> str:
    """Return `all`, the name of a known region, or a glob that matches one. Raises FieldError for anything else."""
    if pattern == "all" or pattern in known:
        return pattern
    if any(char in pattern for char in "*?["):
        if any(fnmatchcase(region, pattern) for region in known):
            return pattern
        message = f"{quote(pattern)} matches no region"
        raise FieldError(message, 'Regions look like eu-west-1, so a glob looks like "eu-*".')
    message = f"{quote(pattern)} is not a region"
    raise FieldError(message, suggestion(pattern, known) or "Update botocore if the region is new.")
