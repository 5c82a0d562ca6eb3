"""S3's ListObjectsV2."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from tests.fleet.http_protocol import Request
from tests.fleet.protocols.json11 import make_token, read_token
from tests.fleet.protocols.s3_body import Stored
from tests.fleet.protocols.xml import ok, tag

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def answer(request: Request, bucket: str, objects: dict[str, Stored]) -> bytes:
    """Return a page of keys and common prefixes."""
    query = request.query
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    entries = _entries(sorted(objects), prefix, delimiter, query.get("start-after", ""))
    (start,) = read_token(query.get("continuation-token"), 1, "InvalidArgument") or [0]
    most = min(int(query.get("max-keys", "1000")), 1000)
    page = entries[start : start + most]
    encode = quote if query.get("encoding-type") == "url" else str
    parts = [tag("Name", bucket), tag("Prefix", encode(prefix)), tag("KeyCount", len(page)), tag("MaxKeys", most)]
    if "encoding-type" in query:
        parts.append(tag("EncodingType", "url"))
    more = start + most < len(entries)
    parts.append(tag("IsTruncated", str(more).lower()))
    if more:
        parts.append(tag("NextContinuationToken", make_token(start + most)))
    for name, folded in page:
        if folded:
            parts.append(f"<CommonPrefixes>{tag('Prefix', encode(name))}</CommonPrefixes>")
        else:
            parts.append(f"<Contents>{tag('Key', encode(name))}{_facts(objects[name])}</Contents>")
    return ok(f'<ListBucketResult xmlns="{_NAMESPACE}">{"".join(parts)}</ListBucketResult>')


def _entries(keys: list[str], prefix: str, delimiter: str, after: str) -> list[tuple[str, bool]]:
    """Yield (key, False) or (common prefix, True) in order, without duplicates."""
    entries: dict[tuple[str, bool], None] = {}
    for key in keys:
        if not key.startswith(prefix) or key <= after:
            continue
        head, found, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
        entries[(prefix + head + delimiter, True) if found else (key, False)] = None
    return list(entries)


def _facts(stored: Stored) -> str:
    modified = datetime.fromtimestamp(stored.modified, UTC)
    return (
        tag("LastModified", f"{modified:%Y-%m-%dT%H:%M:%S.000Z}")
        + tag("ETag", stored.etag)
        + tag("Size", len(stored.body))
        + tag("StorageClass", "STANDARD")
    )
