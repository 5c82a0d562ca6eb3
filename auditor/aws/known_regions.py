"""Which regions there are at all, for those who only want to know a name when they see one.

Apart from everything that calls: a client of AWS takes longer to load than checking a file may take.
"""

from __future__ import annotations

from typing import Any

from botocore.loaders import Loader


def known_regions() -> frozenset[str]:
    """Return every region that the installed botocore has heard of, in all partitions. Reads a file, calls nothing."""
    data: dict[str, Any] = Loader(include_default_search_paths=True).load_data("partitions")
    names = (name for partition in data["partitions"] for name in partition["regions"])
    # Each partition also lists a pseudo region for its global services, such as aws-global.
    return frozenset(name for name in names if not name.endswith("-global"))
