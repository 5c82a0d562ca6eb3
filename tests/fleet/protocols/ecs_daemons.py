"""ECS's second kind of definition: those of managed daemons."""

from __future__ import annotations

from collections.abc import Callable

from tests.fleet.calls import Call, World


def operations(world: World) -> dict[str, Callable[[Call], bytes]]:
    """Operation name -> handler."""
    return {}
