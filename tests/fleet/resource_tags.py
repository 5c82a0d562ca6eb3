"""The tags of task definition revisions: as they are, and as the tag index shows them, which learns of changes late."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fleet.definitions import template_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fleet.organization import Family, Organization

Tags = dict[str, str]


@dataclass(slots=True)
class ResourceTags:
    """Tags, with those that a test has changed."""

    _changed: dict[str, tuple[float, Tags]] = field(default_factory=dict)

    def change(self, tags: Mapping[str, Tags], shown_at: float) -> None:
        """Replace the tags of revisions by their ARNs. The index shows the change from `shown_at` on."""
        self._changed.update({arn: (shown_at, dict(pairs)) for arn, pairs in tags.items()})

    def current(self, organization: Organization, family: Family, revision: int) -> Tags:
        """Return the tags that a revision has now."""
        changed = self._changed.get(family.arn(revision))
        return registered_tags(organization, family, revision) if changed is None else changed[1]

    def indexed(self, organization: Organization, family: Family, revision: int, now: float) -> Tags | None:
        """Return what the index shows: empty for a revision that lost its tags, None for one that never had any."""
        first = registered_tags(organization, family, revision)
        changed = self._changed.get(family.arn(revision))
        if changed is None or now < changed[0]:
            return first or None
        return changed[1] if first or changed[1] else None


def registered_tags(organization: Organization, family: Family, revision: int) -> Tags:
    """Return the tags that a revision was registered with: those of its template, unless the shape leaves them out."""
    shape = organization.shape
    if shape.tagged >= 0:
        bits = organization.random_bits("tagged", family.account, family.region, family.index, revision)
        return {"owner": f"team-{family.name}"} if bits % 1000 < shape.tagged * 1000 else {}
    slots = {b"family": family.name.encode(), b"revision": b"%d" % revision}
    tags = json.loads(template_of(organization, family, revision)[2] % slots)
    return {tag["key"]: tag["value"] for tag in tags}


def as_list(tags: Mapping[str, str], key: str, value: str) -> list[dict[str, str]]:
    """Return tags as AWS lists them, under the names that a service has for key and value."""
    return [{key: name, value: text} for name, text in tags.items()]
