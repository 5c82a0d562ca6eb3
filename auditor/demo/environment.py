"""Isolate the demo from the user's AWS configuration and restore it afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from auditor.demo.model import HOME_REGION

#: Variables that botocore and moto read. The last two would make moto look for its own server.
_PREFIXES = ("AWS_", "MOTO_", "BOTO_CONFIG", "TEST_SERVER_MODE", "TEST_PROXY_MODE")


@contextmanager
def isolated() -> Iterator[None]:
    """Hide all variables and files that configure AWS until the block ends; drop what the block sets.

    This includes the files in ~/.aws: a profile can name endpoints, or a command that returns real credentials.
    """
    original = _remove_variables()
    os.environ.update(
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_DEFAULT_REGION=HOME_REGION,
        AWS_REGION=HOME_REGION,
    )
    try:
        yield
    finally:
        _remove_variables()
        os.environ.update(original)


def _remove_variables() -> dict[str, str]:
    return {name: os.environ.pop(name) for name in tuple(os.environ) if name.startswith(_PREFIXES)}
