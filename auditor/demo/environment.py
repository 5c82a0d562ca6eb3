"""The environment of the demo: nothing of the user's own AWS set-up gets in, and all of it comes back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from auditor.demo.model import HOME_REGION

#: What botocore and moto read. The last ones would make moto look for a server of its own.
_PREFIXES = ("AWS_", "MOTO_", "BOTO_CONFIG", "TEST_SERVER_MODE", "TEST_PROXY_MODE")


@contextmanager
def isolated() -> Iterator[None]:
    """Hide every variable and file that configures AWS until the block ends; what the block sets itself is dropped.

    The files in ~/.aws count too: a profile there could name endpoints, or a command that yields real credentials.
    """
    theirs = _remove_variables()
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
        os.environ.update(theirs)


def _remove_variables() -> dict[str, str]:
    return {name: os.environ.pop(name) for name in tuple(os.environ) if name.startswith(_PREFIXES)}
