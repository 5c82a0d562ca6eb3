"""The enabled checks in a settings file, for runs that must become the latest: flags would only narrow one run."""

from __future__ import annotations

import json
from pathlib import Path

_KEYS = {"--check": "include", "--exclude-check": "exclude"}
_SELECTING = {*_KEYS, "--revisions"}


def declare_checks(folder: Path, *flags: str) -> list[str]:
    """Write the checks and revisions that flags select into a settings file, and return flags that name the file.

    If the flags name a settings file already, it is extended. With settings on S3, flags stay as they are.
    """
    settings = flags[flags.index("--settings") + 1] if "--settings" in flags else ""
    if not _SELECTING.intersection(flags) or settings.startswith("s3://"):
        return list(flags)
    rest: list[str] = []
    checks: dict[str, list[str]] = {}
    path, lines = folder / "declared-checks.yaml", list[str]()
    values = iter(flags)
    for flag in values:
        if flag in _KEYS:
            checks.setdefault(_KEYS[flag], []).extend(next(values).split(","))
        elif flag == "--revisions":
            lines.append(f"revisions: {next(values)}")
        elif flag == "--settings":
            lines.insert(0, Path(next(values)).read_text(encoding="utf-8"))
        else:
            rest.append(flag)
    if checks:
        lines.append(f"checks: {json.dumps(checks)}")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    return [*rest, "--settings", str(path)]
