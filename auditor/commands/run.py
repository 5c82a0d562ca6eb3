"""`auditor run`: the nightly audit."""

from __future__ import annotations

from auditor.commands import config
from auditor.commands.options import Options
from auditor.commands.progress import make_observer
from auditor.domain.clock import Stopped
from auditor.domain.errors import ConfigError, Problem
from auditor.engine.signals import ShutdownRequest, handle_signals
from auditor.run.aws_context import AwsContext
from auditor.run.exit_codes import FAILED, Outcome
from auditor.run.orchestrator import RunRequest, audit
from auditor.run.run_id import new_run_id, parse_run_id


def run(options: Options) -> Outcome:
    """Load, scan, write, report."""
    aws = AwsContext()
    with handle_signals(aws.clock) as orders:
        try:
            return _run(options, aws, orders)
        except Stopped as stopped:
            return Outcome(f"Stopped before anything was looked at ({stopped.reason}).", orders.exit_code or FAILED)


def _run(options: Options, aws: AwsContext, orders: ShutdownRequest) -> Outcome:
    loaded = config.load(options, aws)
    settings = loaded.settings
    output, run_id = _output(settings.output, options), _run_id(options, aws)
    aws = aws.with_limits(settings.limits)
    aws.clock.limit(settings.limits.deadline)
    targets = config.targets(loaded, options, aws)
    hashes = {
        "inventory": loaded.inventory.sha256 if loaded.inventory else None,
        "settings": settings.sha256 if options.get("settings") else None,
        "narrowed": _narrowed(options, loaded, aws),
    }
    observer, colour = make_observer(options, run_id)
    with observer:
        resume = options.get("resume") is not None
        request = RunRequest(run_id, output, targets, settings, hashes, colour, resume=resume)
        return audit(request, aws, observer, orders)


def _output(output: str | None, options: Options) -> str:
    if output:
        return output
    source = options.get("settings") or "--output"
    advice = "Give --output (or AUDITOR_OUTPUT, or `output:` in the settings): a folder, or s3://bucket/prefix."
    raise ConfigError([Problem(source, 0, "output", "nothing says where the results go", advice)])


def _narrowed(options: Options, loaded: config.Configuration, aws: AwsContext) -> str:
    """Return what decides beside the inventory who is audited: a run that is resumed must not end smaller."""
    who = [*options.get_list("account"), "/", *options.get_list("region")]
    return " ".join(who if loaded.inventory else [aws.identity.account_id, *who])


def _run_id(options: Options, aws: AwsContext) -> str:
    if (resumed := options.get("resume")) is not None:
        if options.get("run_id") is not None:
            advice = "Give one of the two: --resume names the run already."
            raise ConfigError([Problem(options.display_name("run_id"), 0, "", "does not go with --resume", advice)])
        return parse_run_id(resumed, options.display_name("resume"))
    text = options.get("run_id")
    return parse_run_id(text, options.display_name("run_id")) if text else new_run_id(aws.clock.now())
