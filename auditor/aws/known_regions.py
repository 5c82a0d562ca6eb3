"""The regions that botocore knows, to validate names in configuration files.

This module does not load the AWS clients: that takes longer than `auditor validate` may take.
"""

from typing import Any

from botocore.loaders import Loader


def known_regions() -> frozenset[str]:
    """Return every region that the installed botocore knows, in all partitions. Reads a file and calls nothing."""
    data: dict[str, Any] = Loader(include_default_search_paths=True).load_data("partitions")
    names = (name for partition in data["partitions"] for name in partition["regions"])
    # Each partition also lists a pseudo region for its global services, such as aws-global.
    return frozenset(name for name in names if not name.endswith("-global"))
