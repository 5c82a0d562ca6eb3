"""The results of earlier runs, for the commands that read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.archive.finished_run import latest_run_id
from auditor.domain.errors import ConfigError, Problem
from auditor.run.run_id import parse_run_id
from auditor.run.stores import make_store

if TYPE_CHECKING:
    from auditor.commands.result_options import ResultOptions
    from auditor.run.aws_context import AwsContext
    from auditor.settings import Settings
    from auditor.store.store import Store

#: Threads that read the objects of a run.
READERS = 16


def open_store(options: ResultOptions, settings: Settings, aws: AwsContext) -> Store:
    """Return the store that --from names, else the output of the settings. Raises ConfigError if there is neither."""
    source = options.source or settings.output
    if source is None:
        advice = "Name the folder or s3://bucket/prefix that the run wrote to."
        raise ConfigError([Problem(options.source_of("source"), 0, "", "is required", advice)])
    return make_store(aws, source, settings)


def find_run(store: Store, run_id: str | None, aws: AwsContext, label: str = "RUN_ID") -> str:
    """Return a checked run ID, or the ID of the latest run. Raises ConfigError, and StorageError if there is none."""
    now = aws.clock.now()
    if run_id is not None:
        return parse_run_id(run_id, label, now)
    return latest_run_id(store, now)
