"""The numbers of a run for programs: `summary.json`."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict

from auditor.contracts import summary as contract
from auditor.contracts.accountability import ExceptionItemSummary, ExceptionSummary, OwnerNumbers, OwnerSummary
from auditor.contracts.document import SCHEMA_VERSION, copy_fields, timestamp, to_json
from auditor.contracts.unlisted_accounts import unlisted_record
from auditor.domain.check import Severity, Status
from auditor.domain.exception_review import ExceptionProblem, ExceptionReview
from auditor.domain.integrity import IntegrityProblem
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.owner_totals import OwnerCounts, OwnerTotals
from auditor.domain.result import AccountSummary, CheckInfo, RunResult
from auditor.reports.page import headline
from auditor.reports.page.frameworks import Framework, Tally, frameworks
from auditor.reports.page.gaps import ReasonGroup, Statement, exclusions_by_reason, gaps_by_reason
from auditor.reports.percentages import round_percent
from auditor.reports.run_details import api_calls
from auditor.reports.totals import RunTotals


def summary_json(result: RunResult) -> bytes:
    """Return `summary.json`: sorted keys, ASCII, a final newline, and the same bytes for the same result."""
    return f"{to_json(_document(RunTotals(result)))}\n".encode("ascii")


def _document(totals: RunTotals) -> contract.SummaryDocument:
    result = totals.result
    return contract.SummaryDocument(
        schema_version=SCHEMA_VERSION,
        run=_run(result),
        verdict=contract.OverallVerdict(complete=result.complete, sentence=headline.sentence(totals)),
        coverage=contract.CoverageNumbers(
            percent=result.coverage_percent,
            accounts=dict(totals.accounts_by_status),
            scopes=dict(totals.scopes_by_status),
        ),
        unlisted=unlisted_record(result.unlisted),
        counts=contract.FindingCounts(
            status={status: result.count(status) for status in Status},
            severity={severity: result.failing(severity) for severity in Severity},
            excepted={severity: result.excepted(severity) for severity in Severity},
            overdue=result.overdue,
            check={check_id: dict(counts) for check_id, counts in totals.findings_by_check.items()},
        ),
        accounts=[_account(summary) for summary in sorted(result.accounts, key=lambda summary: summary.account.id)],
        checks=[_check(check) for check in sorted(result.checks, key=lambda check: check.id)],
        failures=contract.RowCounts(total=result.failures_total, listed=len(result.failures)),
        unknowns=contract.RowCounts(total=result.unknowns_total, listed=len(result.unknowns)),
        owners=_owners(result.owners),
        exceptions=_exceptions(result.exceptions) if result.exceptions else None,
        frameworks={framework.name: _framework(framework) for framework in frameworks(totals)},
        gaps=_gaps(gaps_by_reason(totals)),
        excluded=_gaps(exclusions_by_reason(totals)),
        history=_history(result),
        integrity=list(map(_integrity, result.integrity)),
    )


def _history(result: RunResult) -> contract.HistoryNumbers:
    comparison = result.comparison
    return contract.HistoryNumbers(
        compared_with=comparison.run_id,
        problem=comparison.problem,
        unread=[copy_fields(contract.UnreadHistoryRecord, unread) for unread in comparison.unread],
        absent_accounts=result.absent_accounts,
        changes={state: result.changed(state) for state in LifecycleState},
        new={severity: result.new(severity) for severity in Severity},
    )


def _integrity(problem: IntegrityProblem) -> contract.IntegrityRecord:
    kind = problem.kind
    return copy_fields(contract.IntegrityRecord, problem, headline=kind.headline, advice=kind.advice)


def _run(result: RunResult) -> contract.RunNumbers:
    return copy_fields(
        contract.RunNumbers,
        result,
        started_at=timestamp(result.started_at),
        finished_at=timestamp(result.finished_at),
        duration_s=round((result.finished_at - result.started_at).total_seconds(), 3),
        **asdict(api_calls(result)),
    )


def _account(summary: AccountSummary) -> contract.AccountNumbers:
    counts: Counter[Status] = Counter()
    for (_, status), count in summary.statuses.items():
        counts[status] += count
    return copy_fields(
        contract.AccountNumbers,
        summary,
        id=summary.account.id,
        name=summary.account.name,
        ou=summary.account.ou,
        coverage_status=summary.coverage_status,
        share_examined=round(summary.share_examined, 4),
        scopes=dict(summary.coverage),
        status={status: counts[status] for status in Status},
        severity={severity: summary.failing.get(severity, 0) for severity in Severity},
    )


def _owners(totals: OwnerTotals) -> OwnerSummary:
    return OwnerSummary(
        listed=[_owner(name, counts) for name, counts in sorted(totals.by_owner.items())],
        others=_owner("", totals.others) if totals.others else None,
    )


def _owner(name: str, counts: OwnerCounts) -> OwnerNumbers:
    severities = {severity: counts.failing[severity] for severity in Severity}
    return copy_fields(OwnerNumbers, counts, owner=name, severity=severities)


def _exceptions(review: ExceptionReview) -> ExceptionSummary:
    return ExceptionSummary(
        source=review.source,
        items=len(review.items),
        problems={problem: len(review.with_problem(problem)) for problem in ExceptionProblem},
        attention=[
            copy_fields(ExceptionItemSummary, item, expires=item.expires.isoformat(), problems=list(item.problems))
            for item in review.needing_attention
        ],
    )


def _check(check: CheckInfo) -> contract.CheckSummary:
    controls = {framework: list(ids) for framework, ids in check.frameworks.items()}
    return copy_fields(contract.CheckSummary, check, frameworks=controls)


def _framework(framework: Framework) -> contract.FrameworkSummary:
    return contract.FrameworkSummary(
        tally=_tally(framework.tally),
        controls_without_failure=framework.without_failure,
        controls_not_examined=framework.not_examined,
        controls=[
            contract.ControlSummary(
                control=control.name, checks=[check.id for check in control.checks], tally=_tally(control.tally)
            )
            for control in framework.controls
        ],
    )


def _tally(tally: Tally) -> contract.Tally:
    score = None if tally.score is None else round_percent(tally.score)
    return copy_fields(contract.Tally, tally, score=score, unexamined=round_percent(tally.unexamined))


def _gaps(groups: Iterable[ReasonGroup]) -> dict[str, contract.GapSummary]:
    return {
        group.name: contract.GapSummary(
            accounts=[account.id for account in group.accounts],
            scopes=group.scopes,
            resources=len(group.resources),
            causes=list(map(_cause, group.statements)),
            advice=group.advice,
        )
        for group in groups
    }


def _cause(statement: Statement) -> contract.GapCause:
    return copy_fields(
        contract.GapCause,
        statement,
        accounts=[affected.account.id for affected in statement.accounts],
        regions=sorted({region for affected in statement.accounts for region in affected.regions}),
    )
