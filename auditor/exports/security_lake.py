"""Parquet as Amazon Security Lake wants it from a custom source: the events of `ocsf`, with a fixed schema.

The files have the keys of a custom source, so that they can be copied below `ext/` of the lake's bucket as they are.
Every column is always there: the crawler of the lake infers the table from the files.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from auditor.contracts.json_lines import to_line
from auditor.exports import ocsf
from auditor.exports.model import AccountExport, ExportFile

if TYPE_CHECKING:
    import pyarrow as pa

#: The newest schema that Security Lake accepts from custom sources.
VERSION = "1.3.0"
#: Security Lake allows 20 characters.
SOURCE = "auditor"

_CONTENT_TYPE = "application/vnd.apache.parquet"
_COMPRESSION = "zstd"
#: Security Lake wants data pages of at most 1 MB. The library looks at the size after each batch of values.
_PAGE_BYTES, _VALUES_PER_BATCH = 256 * 1024, 16
_ROWS_PER_GROUP = 5_000


def files(account: AccountExport) -> Iterator[ExportFile]:
    """Yield the events of an account, ordered by time. Security Lake wants no empty files."""
    # As text until they are written: text needs a tenth of the memory.
    rows = sorted((event["time"], event["metadata"]["uid"], to_line(event)) for event in ocsf.events(account, VERSION))
    if rows:
        run = account.run
        day = run.run_id[:8]
        folder = f"ext/{SOURCE}/region={run.security_lake_region}/accountId={account.account.id}/eventDay={day}"
        body = _parquet(line for _, _, line in rows)
        yield ExportFile(f"{folder}/{SOURCE}_{run.run_id}.parquet", body, _CONTENT_TYPE, len(rows))


def _parquet(lines: Iterator[str]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    file = io.BytesIO()
    schema = _schema()
    with parquet.ParquetWriter(
        file,
        schema,
        compression=_COMPRESSION,
        data_page_size=_PAGE_BYTES,
        dictionary_pagesize_limit=_PAGE_BYTES,
        write_batch_size=_VALUES_PER_BATCH,
    ) as writer:
        while batch := [_tabular(json.loads(line)) for line in islice(lines, _ROWS_PER_GROUP)]:
            writer.write_table(pa.Table.from_pylist(batch, schema))
    return file.getvalue()


def _tabular(event: dict[str, Any]) -> dict[str, Any]:
    return event | {"unmapped": sorted(event["unmapped"].items())}


@cache
def _schema() -> pa.Schema:
    """Return the schema of all files, without any metadata that could differ."""
    import pyarrow as pa

    text, number, time, texts = pa.string(), pa.int32(), pa.int64(), pa.list_(pa.string())
    finding_info = {"uid": text, "title": text, "desc": text, "types": texts}
    times = {"created_time": time, "first_seen_time": time, "last_seen_time": time}
    account = {"uid": text, "name": text, "type": text, "type_id": number}
    resource = {"uid": text, "type": text, "name": text, "region": text}
    return _fields(
        {
            **dict.fromkeys(
                ("activity_id", "category_uid", "class_uid", "type_uid", "severity_id", "status_id"), number
            ),
            **dict.fromkeys(("activity_name", "category_name", "class_name", "type_name", "severity", "status"), text),
            **dict.fromkeys(("status_code", "status_detail", "message"), text),
            "time": time,
            "metadata": {
                "version": text,
                "uid": text,
                "profiles": texts,
                "product": {"name": text, "vendor_name": text, "version": text},
            },
            "cloud": {"provider": text, "region": text, "account": account},
            "finding_info": finding_info | times,
            "compliance": {
                "control": text,
                "standards": texts,
                "requirements": texts,
                "status_id": number,
                "status": text,
                "status_code": text,
                "status_detail": text,
            },
            "remediation": {"desc": text},
            "resources": [resource | {"owner": {"name": text}, "labels": texts}],
            "unmapped": pa.map_(text, text),
        }
    )


def _fields(members: dict[str, Any]) -> pa.Schema:
    import pyarrow as pa

    return pa.schema([pa.field(name, _type(member)) for name, member in members.items()])


def _type(member: Any) -> Any:  # noqa: ANN401 - pyarrow is not typed
    import pyarrow as pa

    if isinstance(member, dict):
        return pa.struct([pa.field(name, _type(inner)) for name, inner in member.items()])
    return pa.list_(_type(member[0])) if isinstance(member, list) else member
