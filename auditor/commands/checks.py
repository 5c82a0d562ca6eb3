"""`auditor checks`: the list of checks, the manual page of one, or the facts that YAML checks can read."""

from fnmatch import fnmatchcase
from typing import Any

from auditor import checks
from auditor.aws.collectors import collectors_for
from auditor.commands.options import ChecksOptions
from auditor.domain.check import Check
from auditor.domain.errors import ConfigError, Problem
from auditor.reports.catalogue import catalogue, manual
from auditor.run.exit_codes import Outcome
from auditor.yaml_files import suggestion

_LISTS = {"text": catalogue.listing, "md": catalogue.listing_markdown, "json": catalogue.listing_json}
_PAGES = {"text": manual.page, "md": manual.page_markdown, "json": manual.page_json}


def run(options: ChecksOptions) -> Outcome:
    """List all checks, including those of the settings' folders, or print the manual page of one."""
    if options.facts:
        from auditor.reports.catalogue import fact_reference

        return Outcome(fact_reference.reference())
    checks_by_id = {check.id: check for check in _all_checks(options)}
    if options.check_id is None:
        return Outcome(_list(options, tuple(checks_by_id.values())))
    if options.check_id not in checks_by_id:
        advice = suggestion(options.check_id, checks_by_id) or "`auditor checks` lists them."
        raise ConfigError([Problem("checks", 0, "", f"{options.check_id!r} is not a check", advice)])
    return Outcome(_PAGES[options.format](_described(checks_by_id[options.check_id])))


def _all_checks(options: ChecksOptions) -> tuple[Check[Any], ...]:
    if not options.settings and not options.checks_folder:
        return checks.load()
    from auditor.commands import config
    from auditor.run.aws_context import AwsContext

    return config.load_all_checks(options, AwsContext())


def _list(options: ChecksOptions, all_checks: tuple[Check[Any], ...]) -> str:
    frameworks = sorted({name for check in all_checks for name in check.frameworks})
    _reject_unknown(options.framework, frameworks, options.source_of("framework"))
    selected = [name for name in frameworks if any(fnmatchcase(name, pattern) for pattern in options.framework)]
    listed = [
        check for check in all_checks if not options.framework or not check.frameworks.keys().isdisjoint(selected)
    ]
    return _LISTS[options.format]([_described(check) for check in listed], selected)


def _described(check: Check[Any]) -> manual.DescribedCheck:
    try:
        collectors = collectors_for([check.fact_type], running=False, needs=check.needs)
    except LookupError:  # `validate` reports a check whose facts no collector reads
        collectors = ()
    return manual.DescribedCheck(check, {collector.name: collector.cost for collector in collectors})


def _reject_unknown(patterns: tuple[str, ...], frameworks: list[str], source: str) -> None:
    all_names = f"There are {', '.join(frameworks)}."
    problems = [
        Problem(
            source, 0, "", f"{pattern!r} is not a framework of any check", suggestion(pattern, frameworks) or all_names
        )
        for pattern in patterns
        if not any(fnmatchcase(name, pattern) for name in frameworks)
    ]
    if problems:
        raise ConfigError(problems)
