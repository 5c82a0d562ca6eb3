"""`auditor run`: the nightly audit."""

from __future__ import annotations

from auditor.app import configuration, runid
from auditor.app.audit import Request, audit
from auditor.app.options import Options
from auditor.app.outcome import Outcome
from auditor.app.watching import watcher
from auditor.app.wiring import Aws
from auditor.domain.errors import ConfigError, Problem


def act(options: Options) -> Outcome:
    """Load, scan, write, report."""
    aws = Aws()
    loaded = configuration.load(options, aws)
    settings = loaded.settings
    output, run_id = _output(settings.output, options), _run_id(options, aws)
    aws.configure(settings)
    targets = configuration.targets(loaded, options, aws)
    hashes = {
        "inventory": loaded.inventory.sha256 if loaded.inventory else None,
        "settings": settings.sha256 if options.text("settings") else None,
    }
    observer, colour = watcher(options, run_id)
    with observer:
        return audit(Request(run_id, output, targets, settings, hashes, colour), aws, observer)


def _output(output: str | None, options: Options) -> str:
    if output:
        return output
    source = options.text("settings") or "--output"
    advice = "Give --output (or AUDITOR_OUTPUT, or `output:` in the settings): a folder, or s3://bucket/prefix."
    raise ConfigError([Problem(source, 0, "output", "nothing says where the results go", advice)])


def _run_id(options: Options, aws: Aws) -> str:
    text = options.text("run_id")
    return runid.given(text, options.label("run_id")) if text else runid.new(aws.clock.now())
