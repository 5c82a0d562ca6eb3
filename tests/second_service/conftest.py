"""The new files of the second service are not part of this tree: the test copies them into a tree of its own."""

from __future__ import annotations

collect_ignore = ["files"]
