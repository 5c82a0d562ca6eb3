"""`auditor run`: the nightly audit."""

from __future__ import annotations

from auditor.commands import config
from auditor.commands.options import Options
from auditor.commands.progress import watcher
from auditor.domain.clock import Stopped
from auditor.domain.errors import ConfigError, Problem
from auditor.engine.signals import Orders, obeying
from auditor.run import run_id
from auditor.run.aws_context import Aws
from auditor.run.exit_codes import FAILED, Outcome
from auditor.run.orchestrator import Request, audit


def act(options: Options) -> Outcome:
    """Load, scan, write, report."""
    aws = Aws()
    with obeying(aws.clock) as orders:
        try:
            return _run(options, aws, orders)
        except Stopped as stopped:
            return Outcome(f"Stopped before anything was looked at ({stopped.reason}).", orders.exit_code or FAILED)


def _run(options: Options, aws: Aws, orders: Orders) -> Outcome:
    loaded = config.load(options, aws)
    settings = loaded.settings
    output, run_id = _output(settings.output, options), _run_id(options, aws)
    aws.configure(settings)
    aws.clock.limit(settings.limits.deadline)
    targets = config.targets(loaded, options, aws)
    hashes = {
        "inventory": loaded.inventory.sha256 if loaded.inventory else None,
        "settings": settings.sha256 if options.text("settings") else None,
        "narrowed": _narrowed(options, loaded, aws),
    }
    observer, colour = watcher(options, run_id)
    with observer:
        resume = options.text("resume") is not None
        request = Request(run_id, output, targets, settings, hashes, colour, resume=resume)
        return audit(request, aws, observer, orders)


def _output(output: str | None, options: Options) -> str:
    if output:
        return output
    source = options.text("settings") or "--output"
    advice = "Give --output (or AUDITOR_OUTPUT, or `output:` in the settings): a folder, or s3://bucket/prefix."
    raise ConfigError([Problem(source, 0, "output", "nothing says where the results go", advice)])


def _narrowed(options: Options, loaded: config.Configuration, aws: Aws) -> str:
    """Return what decides beside the inventory who is audited: a run that is resumed must not end smaller."""
    who = [*options.texts("account"), "/", *options.texts("region")]
    return " ".join(who if loaded.inventory else [aws.identity.account_id, *who])


def _run_id(options: Options, aws: Aws) -> str:
    if (resumed := options.text("resume")) is not None:
        if options.text("run_id") is not None:
            advice = "Give one of the two: --resume names the run already."
            raise ConfigError([Problem(options.label("run_id"), 0, "", "does not go with --resume", advice)])
        return run_id.given(resumed, options.label("resume"))
    text = options.text("run_id")
    return run_id.given(text, options.label("run_id")) if text else run_id.new(aws.clock.now())
