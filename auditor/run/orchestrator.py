"""Run an audit: claim the run ID, audit the accounts, write the documents, and return the outcome."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from auditor import __version__
from auditor.archive.archive import Archive, make_manifest
from auditor.archive.claims import ClaimRequest
from auditor.archive.history import read_baseline
from auditor.archive.latest import latest_run
from auditor.archive.layout import LATEST, Layout
from auditor.contracts.result import encode_result
from auditor.contracts.run import ObjectRecord
from auditor.domain.events import Event, Level, Notice, Observer, RunEnded, RunStarted
from auditor.domain.exception_review import ExceptionReview
from auditor.domain.result import AccountSource, RunResult
from auditor.domain.scope import Target
from auditor.engine.signals import ShutdownRequest
from auditor.exceptions import ExceptionsFileContent
from auditor.reports import summary_json
from auditor.reports.page.render import render
from auditor.reports.terminal import summary
from auditor.run import exporting
from auditor.run.absent import absent_accounts
from auditor.run.aggregate import RunAggregator, RunMetadata
from auditor.run.aws_context import AwsContext, redirected_endpoints
from auditor.run.check_info import check_info
from auditor.run.claimed import claimed_accounts
from auditor.run.context import ClaimedRun, RunContext, build_context, with_organization_accounts
from auditor.run.delivery import Delivery, deliver
from auditor.run.exit_codes import FAILED, Outcome
from auditor.run.exit_reason import exit_code, exit_reason
from auditor.run.jobs import run_jobs
from auditor.run.notices import comparison_notice, mac_notices, notices_at_the_end
from auditor.run.provenance import provenance
from auditor.run.rules import exception_notices, ownership_rules, review_exceptions
from auditor.run.stores import make_mac_key, make_store, report_paths, with_spool
from auditor.run.trend import write_trend
from auditor.run.trust import Trust, trusted_cache, trusted_rows
from auditor.run.unlisted import find_unlisted, unlisted_notices
from auditor.settings import Settings


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to audit and how.

    `hashes` are the SHA-256 of the inventory and the settings file. With `resume`, the run exists already, and only
    what it lacks is examined. `single_process` keeps the run in this process. `narrowed_by` are the flags that left out
    accounts, regions or checks.
    """

    run_id: str
    output: str
    targets: tuple[Target, ...]
    settings: Settings
    hashes: Mapping[str, str | None]
    colour: bool = False
    brief: bool = False
    resume: bool = False
    single_process: bool = False
    narrowed_by: tuple[str, ...] = ()
    account_source: AccountSource = AccountSource.ORGANIZATION
    exceptions: ExceptionsFileContent = field(default_factory=ExceptionsFileContent)


def audit(request: RunRequest, aws: AwsContext, observe: Observer, shutdown: ShutdownRequest) -> Outcome:
    """Run an audit. Raises RunExists if the ID is taken, and StorageError if nothing could be written at all."""
    request = replace(request, targets=tuple(map(ownership_rules(request.settings).complete_target, request.targets)))
    context, trust = _claim(request, aws)
    for event in (*_startup_events(request, context, aws), *trust.notices):
        observe(event)
    unlisted = find_unlisted(aws, request.targets) if request.account_source is AccountSource.INVENTORY else None
    for notice in unlisted_notices(unlisted):
        observe(notice)
    aggregator = run_jobs(
        context, request.targets, observe, resume=request.resume, single_process=request.single_process
    )
    aggregator.add_cache_check(0, trust.problems)
    interrupted = shutdown.exit_code is not None
    if not interrupted:
        accounts = {target.account.id for target in request.targets}
        listed = request.account_source is AccountSource.ORGANIZATION
        for account in absent_accounts(context, accounts, listed=listed):
            aggregator.add_absent(account)
    result = aggregator.result(_metadata(request, context, trust, interrupted=interrupted))
    result = replace(result, exceptions=_review(request, context, aggregator), unlisted=unlisted)
    objects = [*aggregator.objects, *_write_documents(context, result)]
    missing = context.exporter.deliver()
    objects = [entry for entry in objects if entry.key not in missing]
    delivery = deliver(context, result, make_manifest(result, objects, provenance(request, context)))
    if delivery.publication.problem:
        observe(
            Notice(
                Level.WARNING, f"{LATEST} was replaced", f"Its content was unusable: {delivery.publication.problem}."
            )
        )
    notices = (
        *notices_at_the_end(result),
        *mac_notices(delivery.unauthenticated, trust.notices),
        *exception_notices(result.exceptions),
    )
    for notice in notices:
        observe(notice)
    export_problems = context.exporter.problems()
    for notice in exporting.notices(export_problems):
        observe(notice)
    failed = delivery.failed or (export_problems and not result.integrity)
    code = FAILED if failed else exit_code(result, request.settings, shutdown)
    reason = exit_reason(code, result, request.settings, delivery, len(export_problems))
    text = _summary(request, context, result, delivery, export_problems)
    observe(_run_ended(context, result, delivery, code, reason))
    return Outcome(f"{text}\n{reason}", code)


def _review(request: RunRequest, context: RunContext, aggregator: RunAggregator) -> ExceptionReview | None:
    source, today = request.account_source, context.rules.today
    return review_exceptions(request.exceptions, aggregator.exceptions, request.settings, source, today)


def _run_ended(context: RunContext, result: RunResult, delivery: Delivery, code: int, reason: str) -> RunEnded:
    store, delivered = context.store, not delivery.undelivered
    return RunEnded(
        result=result,
        exit_code=code,
        exit_reason=reason,
        delivered=delivered,
        published=delivered and delivery.publication.published,
        results=(store.first if delivered else store.spool).url(),
        report=store.url(context.layout.report),
        manifest_sha256=delivery.manifest_sha256,
    )


def fingerprint(request: RunRequest) -> str:
    """Return a hash of what must not change between a run and its resumption: the accounts, the checks, and how."""
    settings = request.settings
    identical = [
        request.hashes.get("inventory"),
        request.hashes.get("narrowed"),
        request.exceptions.sha256,
        repr([settings.ownership, sorted(settings.due_days.items())]),
        [f"{check.id} {check.origin.version}".strip() for check in settings.checks],
        repr(sorted(settings.parameters.items())),
        sorted(settings.emit),
        [settings.revisions, settings.introduced],
    ]
    return hashlib.sha256(json.dumps(identical).encode()).hexdigest()


def _claim(request: RunRequest, aws: AwsContext) -> tuple[RunContext, Trust]:
    settings, identity = request.settings, aws.identity  # without credentials, the run must end before its claim
    output = make_store(aws, request.output, settings)
    # The claim goes to the output itself: if that refuses, the run ends here, before the first account is read.
    archive = Archive(output, Layout(request.run_id))
    latest = latest_run(output, aws.clock.now())
    why_not = latest.unread or (f"{LATEST} is not usable: {latest.problem}" if latest.problem else "")
    accounts = claimed_accounts(request.targets)
    claim = archive.claim(
        aws.clock.now(), ClaimRequest(fingerprint(request), accounts, request.resume, latest.run_id, why_not)
    )
    mac_key = make_mac_key(aws, settings)
    # The fact cache has only one object per account, which the latest run has written.
    cache = trusted_cache(output, latest.run_id, mac_key)
    rows = trusted_rows(output, request.run_id, mac_key) if mac_key and request.resume else Trust()
    run = ClaimedRun(
        run_id=request.run_id,
        output=request.output,
        settings=_with_known_accounts(request),
        identity=identity,
        started_at=claim.started_at,
        attempt=claim.attempt,
        previous_run=claim.base_run,
        trusted_digests=cache.digests,
        trusted_rows=rows.digests if mac_key else None,
        authenticated=cache.authenticated,
        narrowed=bool(request.narrowed_by),
        accounts=tuple(accounts),
        exceptions=request.exceptions,
        baseline=read_baseline(output, claim.base_run, claim.base_problem),
    )
    context = build_context(run, aws, with_spool(output, request.run_id, settings), mac_key)
    # The failure of the key concerns both, and is said once.
    notices = tuple({notice.detail: notice for notice in (*rows.notices, *cache.notices)}.values())
    return context, Trust(notices=notices, problems=(*cache.problems, *rows.problems))


def _with_known_accounts(request: RunRequest) -> Settings:
    """Return the settings with the accounts of the organization, which are not known without an inventory."""
    if request.account_source is AccountSource.CREDENTIALS:
        return request.settings
    return with_organization_accounts(request.settings, request.targets)


def _startup_events(request: RunRequest, context: RunContext, aws: AwsContext) -> Iterator[Event]:
    yield RunStarted(request.run_id, len(request.targets), tuple(check.id for check in request.settings.checks))
    yield Notice(Level.INFO, "Auditing as", aws.identity.arn)
    yield comparison_notice(context.run.baseline)
    if redirected := redirected_endpoints():
        # A variable of the environment can send signed requests to any host, so the log must show it.
        yield Notice(Level.WARNING, "AWS endpoints are redirected by the environment", redirected)


def _metadata(request: RunRequest, context: RunContext, trust: Trust, *, interrupted: bool) -> RunMetadata:
    run = context.run
    return RunMetadata(
        run_id=run.run_id,
        started_at=run.started_at,
        finished_at=max(run.started_at, context.aws.clock.now()),  # the system time may have been set back
        version=__version__,
        checks=tuple(map(check_info, run.settings.checks)),
        interrupted=interrupted,
        narrowed_by=request.narrowed_by,
        account_source=request.account_source,
        baseline=run.baseline,
        state_notes=tuple(f"{notice.message}: {notice.detail}" for notice in trust.notices),
    )


def _write_documents(context: RunContext, result: RunResult) -> list[ObjectRecord]:
    return [
        *write_trend(context, result),
        context.archive.write_summary(summary_json.summary_json(result)),
        context.archive.write_result(encode_result(result)),
        context.archive.write_report(render(result, report_paths(context.store.first, context.layout))),
    ]


def _summary(
    request: RunRequest, context: RunContext, result: RunResult, delivery: Delivery, export_problems: Sequence[str]
) -> str:
    store = context.store
    report = store.url(context.layout.report)
    if request.brief:
        text = summary.brief_summary(result, report=report)
    else:
        output = store.spool if delivery.undelivered else store.first
        text = summary.summary(result, output=output.url(), report=report, colour=request.colour)
    exports = (f"EXPORT FAILED: {problem}" for problem in export_problems)
    return "\n".join((text, *exports, delivery.message(context))).rstrip()
