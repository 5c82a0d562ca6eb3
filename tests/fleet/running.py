"""Start the stand-in in its own process and control it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.fleet.faults import Fault
from tests.fleet.organization import Organization, Shape
from tests.fleet.server import Options
from tests.fleet.sessions import AMBIENT_KEY, AMBIENT_SECRET
from tests.fleet.truth import Expected, Usage, in_use, latest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Fleet:
    """A running stand-in."""

    url: str
    shape: Shape
    options: Options
    pid: int

    @property
    def organization(self) -> Organization:
        """The same organization, computed in this process."""
        return Organization(self.shape)

    @property
    def bucket(self) -> str:
        """The first bucket."""
        return self.options.buckets[0]

    def truth(self) -> Iterator[Expected]:
        """Yield the expected verdict on the latest ACTIVE revision of every family."""
        return latest(self.organization)

    def in_use(self) -> Iterator[Usage]:
        """Yield every running revision."""
        return in_use(self.organization)

    def env(self, **more: str) -> dict[str, str]:
        """Return the environment of a process that uses this stand-in and no other AWS."""
        other = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AUDITOR_"))}
        return {
            **other,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": AMBIENT_KEY,
            "AWS_SECRET_ACCESS_KEY": AMBIENT_SECRET,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            **more,
        }

    def inventory_text(self, *, accounts: Sequence[str] = ()) -> str:
        """Return the YAML inventory of all or of some members."""
        chosen = [member for member in self.organization.members if not accounts or member.id in accounts]
        rows = [
            f'  - {{id: "{member.id}", name: {member.name}, tags: {{env: {member.environment}}}}}' for member in chosen
        ]
        external = f"  external_id: {self.options.external_id}\n" if self.options.external_id else ""
        defaults = f"defaults:\n  role_name: AuditorReadOnly\n  regions: {self.region_patterns}\n{external}"
        return f"{defaults}accounts:\n" + "\n".join(rows) + "\n"

    @property
    def region_patterns(self) -> str:
        """The patterns of an inventory that match only the regions with resources; every account has more regions.

        Patterns and not names: which regions are expected still depends on the account.
        """
        return json.dumps([f"{region}*" for region in self.organization.regions])

    @property
    def discovery_text(self) -> str:
        """The YAML inventory that lists AWS Organizations."""
        return f"defaults: {{regions: {self.region_patterns}}}\ndiscover: {{}}\n"

    def report(self, *, scopes: bool = False) -> dict[str, Any]:
        """Return the counts since the last reset; see `Report.to_json`."""
        document: dict[str, Any] = self._ask("report?scopes" if scopes else "report")
        return document

    def reset(self) -> None:
        """Reset the counts."""
        self._ask("reset", {})

    def set_faults(self, *faults: Fault) -> None:
        """Replace the rules for faults, also during a run."""
        self._ask("faults", [fault.to_json() for fault in faults])

    def set_tags(self, tags: Mapping[str, Mapping[str, str]], lag: float = 0.0) -> None:
        """Replace the tags of task definition revisions by their ARNs. The tag index shows it `lag` seconds later."""
        self._ask("tags", {"tags": tags, "lag": lag})

    def next_night(self, changed: float = 0.01) -> None:
        """Register a new revision of a share of the families."""
        self.shape = replace(self.shape, night=self.shape.night + 1, changed=changed)
        self._ask("shape", {"night": self.shape.night, "changed": changed})

    def reshape(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of Shape
        """Change the organization, for example its size: what a smaller one lacks was deleted."""
        self.shape = replace(self.shape, **changes)
        self._ask("shape", self.shape.to_json())

    def _ask(self, path: str, document: object = None) -> Any:  # noqa: ANN401 - any JSON document
        data = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(f"{self.url}/_fleet/{path}", data=data)  # noqa: S310 - our own loopback
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own loopback
            return json.load(answer)


@contextmanager
def running(shape: Shape | None = None, faults: Sequence[Fault] = (), **options: Any) -> Iterator[Fleet]:  # noqa: ANN401 - the fields of Options
    """Run a stand-in until the block ends. `options` are the fields of `Options`."""
    shape = shape or Shape()
    chosen = Options(**options)
    config = {"shape": shape.to_json(), "options": chosen.to_json(), "faults": [fault.to_json() for fault in faults]}
    command = [sys.executable, "-m", "tests.fleet", "--config", "-"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(config).encode())
            process.stdin.close()
            line = process.stdout.readline()
            if not line:
                message = "The stand-in did not start; see its output on stderr."
                raise RuntimeError(message)
            yield Fleet(json.loads(line)["url"], shape, chosen, process.pid)
        finally:
            process.terminate()
