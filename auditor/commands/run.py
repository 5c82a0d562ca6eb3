"""`auditor run`: the nightly audit."""

from auditor.aws.collectors.collector import BOTH as ALL_REVISIONS
from auditor.commands import config
from auditor.commands.options import RunOptions
from auditor.commands.progress import LogOptions, make_observer
from auditor.domain.clock import Stopped
from auditor.domain.errors import ConfigError, Problem, RunStopped
from auditor.engine.signals import ShutdownRequest, handle_signals
from auditor.inventory import Inventory
from auditor.run.aws_context import AwsContext
from auditor.run.claimed import claimed_targets, read_claimed_accounts, with_claimed_exclusions
from auditor.run.exit_codes import FAILED, Outcome
from auditor.run.exporting import check_exports
from auditor.run.orchestrator import RunRequest, audit
from auditor.run.run_id import new_run_id, parse_run_id
from auditor.run.stores import check_output

#: Options that leave out accounts, regions or checks of one run.
_NARROWING = ("account", "region", "check", "exclude_check", "framework")


def run(options: RunOptions) -> Outcome:
    """Load the configuration, scan, and write results and report."""
    aws = AwsContext()
    with handle_signals(aws.clock) as shutdown:
        try:
            return _run(options, aws, shutdown)
        except Stopped as stopped:
            error = RunStopped(f"Stopped before the scan started ({stopped.reason}).", stopped.reason.advice)
            error.exit_code = shutdown.exit_code or FAILED
            raise error from stopped


def _run(options: RunOptions, aws: AwsContext, shutdown: ShutdownRequest) -> Outcome:
    configuration = config.load(options, aws)
    settings, inventory = configuration.settings, configuration.inventory
    output, run_id = _output(settings.output, options), _run_id(options, aws)
    check_exports(settings, options.source_of("export"))
    aws = aws.with_limits(settings.limits)
    aws.clock.limit(settings.limits.deadline)
    if options.resume is None:
        targets = config.filter_targets(config.find_targets(inventory, aws), options)
    else:
        accounts = read_claimed_accounts(aws, output, settings, run_id)
        targets = with_claimed_exclusions(
            config.filter_targets(claimed_targets(accounts, inventory), options), accounts
        )
    hashes = {
        "inventory": inventory.sha256 if inventory else None,
        "settings": settings.sha256 if options.settings else None,
        "narrowed": _scope_filter(options, inventory, aws),
    }
    log_options = LogOptions(options.log_format, verbose=options.verbose, quiet=options.quiet)
    observer, colour = make_observer(options.environ, run_id, log_options)
    with observer:
        resume = options.resume is not None
        request = RunRequest(
            run_id,
            output,
            targets,
            settings,
            hashes,
            colour,
            resume=resume,
            brief=options.quiet,
            narrowed_by=_narrowed_by(options),
            account_source=config.account_source(inventory),
            exceptions=configuration.exceptions,
        )
        return audit(request, aws, observer, shutdown)


def _narrowed_by(options: RunOptions) -> tuple[str, ...]:
    """Return the flags and variables that leave out a part of what the inventory and the settings file name."""
    names = [name for name in _NARROWING if getattr(options, name)]
    if options.revisions not in (None, ALL_REVISIONS):
        names.append("revisions")
    return tuple(options.source_of(name) for name in names)


def _output(output: str | None, options: RunOptions) -> str:
    if output:
        check_output(output, options.source_of("output") if options.output else "output")
        return output
    source = options.settings or "--output"
    advice = "Give --output (or AUDITOR_OUTPUT, or `output:` in the settings): a folder or s3://bucket/prefix."
    raise ConfigError([Problem(source, 0, "output", "no output for the results", advice)])


def _scope_filter(options: RunOptions, inventory: Inventory | None, aws: AwsContext) -> str:
    """Return what selects the accounts in addition to the inventory: a resumed run must cover the same accounts."""
    patterns = [*options.account, "/", *options.region]
    return " ".join(patterns if inventory else [aws.identity.account_id, *patterns])


def _run_id(options: RunOptions, aws: AwsContext) -> str:
    if options.resume is not None:
        if options.run_id is not None:
            message, advice = "cannot be combined with --resume", "Remove it: --resume already names the run."
            raise ConfigError([Problem(options.source_of("run_id"), 0, "", message, advice)])
        return parse_run_id(options.resume, options.source_of("resume"), aws.clock.now())
    if options.run_id is not None:
        return parse_run_id(options.run_id, options.source_of("run_id"), aws.clock.now())
    return new_run_id(aws.clock.now())
