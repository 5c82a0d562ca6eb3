"""The exit code of a run that ended in order, and why it is what it is."""

from collections.abc import Iterator

from auditor.domain.check import Severity
from auditor.domain.result import RunResult
from auditor.engine.signals import ShutdownRequest
from auditor.reports.labels import join_words, pluralize
from auditor.reports.percentages import format_coverage
from auditor.run.delivery import Delivery
from auditor.run.exit_codes import TAMPERED, ExitCode, result_code
from auditor.settings import Settings


def exit_code(result: RunResult, settings: Settings, shutdown: ShutdownRequest) -> int:
    """Return the documented exit code of a run that has delivered everything."""
    if shutdown.exit_code is not None:
        return shutdown.exit_code
    if result.integrity:
        # Before findings and gaps, which have rows: only the exit code tells a scheduler that its bucket was changed.
        return TAMPERED
    # As in `auditor check`: what could not be judged may be as severe as what was.
    incomplete = bool(_unknown(result, settings)) or _is_incomplete(result, settings)
    return result_code(failing=bool(_failing(result, settings)), incomplete=incomplete)


def exit_reason(code: int, result: RunResult, settings: Settings, delivery: Delivery, exports: int) -> str:
    """Return why a run ends with an exit code, in one line. `exports` counts those that failed."""
    match code:
        case ExitCode.FAILED:
            reason = _failure(delivery, exports)
        case ExitCode.TAMPERED:
            reason = "another writer changed the stored state of an earlier run"
        case ExitCode.INTERRUPTED | ExitCode.TERMINATED:
            reason = f"the run was interrupted; `auditor run --resume {result.run_id}` does the rest"
        case _:
            reason = join_words(list(_shortcomings(result, settings))) or _success(result, settings)
    return f"Exit code {int(code)}: {reason}."


def _failure(delivery: Delivery, exports: int) -> str:
    if delivery.undelivered:
        return "results could not be delivered"
    return f"{pluralize(exports, 'export')} failed" if exports else "the results could not be published"


def _shortcomings(result: RunResult, settings: Settings) -> Iterator[str]:
    limit = f"at or above --fail-on {settings.fail_on}"
    if failing := _failing(result, settings):
        yield f"{pluralize(failing, 'failure')} {limit}"
    if unknown := _unknown(result, settings):
        yield f"{pluralize(unknown, 'UNKNOWN verdict')} {limit}"
    if _is_incomplete(result, settings):
        yield f"coverage {format_coverage(result)} is below --min-coverage {settings.min_coverage:g}%"


def _success(result: RunResult, settings: Settings) -> str:
    if settings.fail_on is not None:
        return f"no failures at or above --fail-on {settings.fail_on}, and enough was examined"
    hint = "; without --fail-on, failures do not change the exit code" if result.failures_total else ""
    return f"enough was examined{hint}"


def _failing(result: RunResult, settings: Settings) -> int:
    """Return the failures without an exception that count for `--fail-on`."""
    return sum(result.failing(severity) - result.excepted(severity) for severity in _counted(settings))


def _unknown(result: RunResult, settings: Settings) -> int:
    return sum(result.unknown(severity) for severity in _counted(settings))


def _counted(settings: Settings) -> list[Severity]:
    threshold = settings.fail_on
    return [severity for severity in Severity if threshold is not None and severity.rank >= threshold.rank]


def _is_incomplete(result: RunResult, settings: Settings) -> bool:
    return result.coverage_percent < settings.min_coverage
