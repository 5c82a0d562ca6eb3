"""A mutelist of Prowler as drafts.

Prowler searches regular expressions anywhere in a text; an exception names a whole text or a glob for all of it. A
mutelist entry can have exceptions of its own and tags of resources, which exceptions have not.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import product

from auditor.domain.errors import Problem
from auditor.exceptions.imports.draft import Import
from auditor.yaml_files import Document, quote

#: The form of its check IDs, which no other alias has.
_PEER_ID = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")
_SPECIAL = re.compile(r"[\[\](){}|+\\^$?]")
_ACCOUNT_ID = re.compile(r"[0-9]{12}", re.ASCII)
_NAMES = ("Mutelist", "Mute List", "Allowlist")


def is_mutelist(data: object) -> bool:
    """Whether parsed data is a mutelist."""
    return isinstance(data, dict) and any(name in data for name in _NAMES)


def read_mutelist(document: Document, peers: Mapping[str, tuple[str, ...]]) -> Import | list[Problem]:
    """Return the drafts of a mutelist, or the problem of one that is malformed."""
    name = next(name for name in _NAMES if name in document.data)
    section = document.data[name]
    accounts = section.get("Accounts") if isinstance(section, dict) else None
    if not isinstance(accounts, dict):
        return [document.problem((name,), "has no mapping `Accounts`", "Give a mutelist as Prowler reads it.")]
    found = Import()
    for account, block in accounts.items():
        checks = block.get("Checks") if isinstance(block, dict) else None
        path = (name, "Accounts", account)
        if not isinstance(checks, dict):
            return [document.problem(path, "has no mapping `Checks`", "Give a mutelist as Prowler reads it.")]
        if account != "*" and not _ACCOUNT_ID.fullmatch(account):
            found.lose(f"line {document.line_of(path)}: {quote(account)} is not an AWS account")
            continue
        for pattern, entry in checks.items():
            where = f"line {document.line_of((*path, 'Checks', pattern))}: {quote(pattern)}"
            _read_entry(found, where, None if account == "*" else account, pattern, entry or {}, peers)
    return found


def _read_entry(  # noqa: PLR0913, PLR0917 - the levels of a mutelist
    found: Import,
    where: str,
    account: str | None,
    pattern: str,
    entry: object,
    peers: Mapping[str, tuple[str, ...]],
) -> None:
    names = [peer for peer in peers if _PEER_ID.fullmatch(peer) and _is_muted(pattern, peer)]
    if not names:
        found.lose(f"{where}: auditor has no such check")
        return
    if not isinstance(entry, dict):
        found.lose(f"{where}: is not a mapping")
        return
    if (entry.get("Tags") or "*") not in ("*", ["*"]):
        found.lose(f"{where}: not carried over: it has `Tags` of resources, which exceptions do not read")
        return
    exceptions = entry.get("Exceptions")
    if any(exceptions.values()) if isinstance(exceptions, dict) else exceptions:
        found.lose(f"{where}: not carried over: it has `Exceptions`, and without them it would cover more")
        return
    regions, resources = (list(_globs(found, where, key, entry.get(key))) for key in ("Regions", "Resources"))
    for peer, region, resource in product(names, regions, resources):
        for check_id in peers[peer]:
            found.add(
                f"prowler-{check_id}",
                check=check_id,
                account=account,
                region=region,
                resource=resource,
                justification=str(entry.get("Description") or ""),
            )


def _is_muted(pattern: str, check: str) -> bool:
    """Whether Prowler applies the key of a mutelist to a check: it is a regular expression, or begins with a star."""
    try:
        return pattern == check or re.search(f".{pattern}" if pattern.startswith("*") else pattern, check) is not None
    except (re.error, RecursionError, OverflowError):
        return False


def _globs(found: Import, where: str, key: str, values: object) -> Iterator[str | None]:
    """Yield what exceptions say instead of regular expressions; None stands for all."""
    texts = [values] if isinstance(values, str) else values if isinstance(values, list) else []
    if not texts:
        found.lose(f"{where}: not carried over: it has no `{key}`")
    for text in map(str, texts):
        anchored = text.startswith("^") and text.endswith("$")
        glob = text.removeprefix("^").removesuffix("$").replace(".*", "*")
        if _SPECIAL.search(glob):
            found.lose(f"{where}: {key}: {quote(text)} is a regular expression that no glob can replace")
            continue
        if glob == "*":
            yield None
            continue
        if not anchored and key == "Resources":
            found.lose(
                f"{where}: {key}: {quote(text)} now has to be the whole name, family or ARN; Prowler finds it anywhere"
            )
        yield glob
