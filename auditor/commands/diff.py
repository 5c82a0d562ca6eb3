"""`auditor diff`: show what changed between two stored runs."""

from __future__ import annotations

from functools import partial

from auditor.archive import encode
from auditor.commands import config, results
from auditor.commands.result_options import DiffOptions
from auditor.commands.streams import terminal_width
from auditor.contracts.diff import DiffDocument
from auditor.contracts.document import SCHEMA_VERSION, to_json
from auditor.domain.errors import ConfigError, Problem, StorageError
from auditor.domain.lifecycle import LifecycleState
from auditor.engine.parallel import parallel_map
from auditor.reports.diff import diff_text
from auditor.run.aws_context import AwsContext
from auditor.run.differences import differences
from auditor.run.exit_codes import Outcome
from auditor.run.restore import StoredRun

_MOST_RUNS = 2


def run(options: DiffOptions) -> Outcome:
    """Compare the latest run with the one before, a run with the one before it, or two runs."""
    if len(options.run_ids) > _MOST_RUNS:
        problem = f"{len(options.run_ids)} runs were given"
        raise ConfigError([Problem("RUN_ID", 0, "", problem, "Name two: the older one first.")])
    aws = AwsContext()
    settings = config.load_settings(options, aws)
    aws = aws.with_limits(settings.limits)
    store = results.open_store(options, settings, aws)
    newer = StoredRun(store, results.find_run(store, next(reversed(options.run_ids), None), aws))
    older_id = options.run_ids[0] if len(options.run_ids) == _MOST_RUNS else newer.manifest.provenance.previous_run
    if older_id is None:
        raise StorageError(
            f"Run {newer.manifest.run_id} was compared with nothing.", "Name two runs: the older one first."
        )
    older = StoredRun(store, results.find_run(store, older_id, aws))
    changes = list(differences(store, older, newer, partial(parallel_map, workers=results.READERS)))
    counts = {state: sum(change.state is state for change in changes) for state in LifecycleState}
    document = DiffDocument(
        schema_version=SCHEMA_VERSION,
        older=older.manifest.run_id,
        newer=newer.manifest.run_id,
        counts=counts,
        scopes=newer.manifest.counts.scopes,
        changes=[encode.change_row(change, newer.manifest.run_id) for change in changes],
    )
    return Outcome(to_json(document) if options.format == "json" else diff_text(document, terminal_width()))
