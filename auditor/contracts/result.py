"""`result.json.gz`: the numbers behind a report, from which `auditor report` and the rows render it again.

It holds the result of a run without what the rows tell: failures, unknowns and gaps. Its form is that of the domain's
dataclasses and belongs to one version of auditor; other programs read `summary.json`.
"""

import json
import zlib
from dataclasses import fields, replace
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, get_type_hints

from auditor.contracts.document import SCHEMA_VERSION
from auditor.domain.result import RunResult

if TYPE_CHECKING:
    from pydantic import TypeAdapter

#: Members of a result that are derived from the rows.
IN_ROWS = frozenset({"failures", "unknowns", "gaps"})
#: Marks a mapping whose keys are tuples, which JSON does not have.
_PAIRS = "pairs"


def encode_result(result: RunResult) -> bytes:
    """Return the result without what the rows tell and without repairs as gzipped JSON; equal results, equal bytes."""
    stripped = replace(result, checks=tuple(replace(check, repairs={}) for check in result.checks))
    fields = {name: adapter.dump_python(getattr(stripped, name)) for name, adapter in _adapters().items()}
    content = {"schema_version": SCHEMA_VERSION, "version": result.version, "result": _to_json(fields)}
    text = json.dumps(content, default=_time, sort_keys=True, separators=(",", ":"))
    compressor = zlib.compressobj(6, wbits=16 + zlib.MAX_WBITS)
    return compressor.compress(text.encode("ascii")) + compressor.flush()


def decode_result(text: bytes, version: str) -> RunResult:
    """Return the result that `encode_result` wrote, decompressed: without failures, unknowns, gaps and repairs.

    Raises ValueError if another version of auditor wrote it, or if it is not one.
    """
    content = json.loads(text)
    written_by = content.get("version") if isinstance(content, dict) else None
    if written_by != version:
        raise ValueError(f"written by version {written_by}, this is version {version}")
    members, adapters = _from_json(content.get("result")), _adapters()
    if not isinstance(members, dict) or members.keys() != adapters.keys():
        raise ValueError("not the members of a result")
    values = {name: adapter.validate_python(members[name]) for name, adapter in adapters.items()}
    return RunResult(**values, failures=(), unknowns=(), gaps=())


@cache
def _adapters() -> "dict[str, TypeAdapter[Any]]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - only needed at the end of a run

    hints = get_type_hints(RunResult)
    return {field.name: TypeAdapter(hints[field.name]) for field in fields(RunResult) if field.name not in IN_ROWS}


def _to_json(value: Any) -> Any:
    if isinstance(value, dict):
        if any(isinstance(key, tuple) for key in value):
            return {_PAIRS: sorted([list(key), _to_json(member)] for key, member in value.items())}
        return {key: _to_json(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_to_json(member) for member in value]
    return value


def _from_json(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {_PAIRS}:
            return {tuple(key): _from_json(member) for key, member in value[_PAIRS]}
        return {key: _from_json(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_from_json(member) for member in value]
    return value


def _time(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
