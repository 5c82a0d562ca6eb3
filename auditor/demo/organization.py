"""The demo organization: the accounts in organization.yaml with their task definitions and running workloads."""

from importlib.resources import files
from typing import Any

from pydantic import ConfigDict, TypeAdapter

from auditor.demo.model import DemoAccount
from auditor.yaml_files import parse


def read_table(name: str) -> Any:  # noqa: ANN401 - the content of a YAML file
    """Return the content of a YAML file in this folder."""
    return parse(files("auditor.demo").joinpath(name).read_text(encoding="utf-8"), name).data


_ADAPTER: TypeAdapter[tuple[DemoAccount, ...]] = TypeAdapter(tuple[DemoAccount, ...], config=ConfigDict(extra="forbid"))
ACCOUNTS = _ADAPTER.validate_python(read_table("organization.yaml"))
