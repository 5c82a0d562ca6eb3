"""`auditor report`: render a stored run again, or list the evidence for one control."""

from __future__ import annotations

import difflib
import hashlib
from functools import partial
from pathlib import Path

from auditor.archive.layout import Layout
from auditor.commands import config, results
from auditor.commands.result_options import ReportOptions
from auditor.contracts.document import to_json
from auditor.domain.errors import ConfigError, Problem, StorageError
from auditor.engine.parallel import parallel_map
from auditor.reports.control import control_evidence, control_names, control_text
from auditor.reports.page.render import render
from auditor.run.aws_context import AwsContext
from auditor.run.exit_codes import Outcome
from auditor.run.restore import ParallelMap, StoredRun
from auditor.run.stores import make_store, report_paths


def run(options: ReportOptions) -> Outcome:
    """Restore one run and write its report."""
    aws = AwsContext()
    settings = config.load_settings(options, aws)
    aws = aws.with_limits(settings.limits)
    store = results.open_store(options, settings, aws)
    run_id = results.find_run(store, options.run_id, aws)
    stored = StoredRun(store, run_id)
    read_all = partial(parallel_map, workers=results.READERS)
    if options.control is not None:
        return _control(options.control, stored, read_all, options)
    result = stored.full_result(config.load_all_checks(options, aws), read_all)
    # The report names the place where the run was written, which may have been copied since.
    layout, written_to = Layout(run_id), make_store(aws, stored.manifest.provenance.output, settings)
    html = render(result, report_paths(written_to, layout))
    if options.output == "-":
        return Outcome(html.rstrip("\n"))
    path = Path(options.output or f"report-{run_id}.html")
    body = html.encode("utf-8", "replace")
    _write(path, body, options)
    original = next((record.sha256 for record in stored.manifest.objects if record.key == layout.report), "")
    same = hashlib.sha256(body).hexdigest() == original
    verdict = "identical to" if same else "differs from"
    return Outcome(f"{path}: {verdict} {store.url(layout.report)} as it was written.")


def _control(control: str, stored: StoredRun, read_all: ParallelMap, options: ReportOptions) -> Outcome:
    names = control_names(stored.result)
    if control not in names:
        similar = difflib.get_close_matches(control, names, n=3, cutoff=0.4)
        advice = f"Did you mean {' or '.join(similar)}?" if similar else "`auditor checks` lists the controls."
        problem = f"{control!r} is not a control of an enabled check"
        raise ConfigError([Problem(options.source_of("control"), 0, "", problem, advice)])
    document = control_evidence(control, stored.result, stored.accounts(read_all))
    return Outcome(to_json(document) if options.format == "json" else control_text(document))


def _write(path: Path, body: bytes, options: ReportOptions) -> None:
    if path.exists() and not path.is_file():
        raise ConfigError([Problem(options.source_of("output"), 0, "", f"{path} is not a file", "Name a file.")])
    try:
        path.write_bytes(body)
    except (OSError, ValueError) as error:
        advice = "Name a file in a folder that exists and that this user can write to."
        raise StorageError(f"Cannot write {path}: {getattr(error, 'strerror', None) or error}.", advice) from error
