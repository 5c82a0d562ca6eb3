"""`auditor checks`: the list, one manual page, or what a check of one's own may read."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from auditor import checks
from auditor.aws.collectors import collectors_for
from auditor.commands.options import Options
from auditor.domain.check import Check
from auditor.domain.errors import ConfigError, Problem
from auditor.reports.catalogue import catalogue, manual
from auditor.run.exit_codes import Outcome
from auditor.yaml_files import suggestion

_LISTS = {"text": catalogue.listing, "md": catalogue.listing_markdown, "json": catalogue.listing_json}
_PAGES = {"text": manual.page, "md": manual.page_markdown, "json": manual.page_json}


def run(options: Options) -> Outcome:
    """List the checks, those of the settings' folders included, or print the page of one."""
    if options.flags.get("facts"):
        from auditor.reports.catalogue import fact_reference  # noqa: PLC0415 - only here

        return Outcome(fact_reference.reference())
    known = {each.id: each for each in _known(options)}
    wanted, form = options.get("check_id"), options.get("format") or "text"
    if wanted is None:
        return Outcome(_list(options, tuple(known.values()), form))
    if wanted not in known:
        advice = suggestion(wanted, known) or "`auditor checks` lists them."
        raise ConfigError([Problem("checks", 0, "", f"there is no check {wanted!r}", advice)])
    return Outcome(_PAGES[form](_described(known[wanted])))


def _known(options: Options) -> tuple[Check[Any], ...]:
    if not options.get("settings") and not options.get_list("checks_folder"):
        return checks.load()
    from auditor.commands import config  # noqa: PLC0415 - takes longer to load than all checks
    from auditor.run.aws_context import AwsContext  # noqa: PLC0415

    return config.checks_of(options, AwsContext())


def _list(options: Options, every: tuple[Check[Any], ...], form: str) -> str:
    patterns = options.get_list("framework")
    known = sorted({name for check in every for name in check.frameworks})
    _refuse_unknown(patterns, known, options.display_name("framework"))
    named = [name for name in known if any(fnmatchcase(name, pattern) for pattern in patterns)]
    chosen = [check for check in every if not patterns or not check.frameworks.keys().isdisjoint(named)]
    return _LISTS[form]([_described(check) for check in chosen], named)


def _described(check: Check[Any]) -> manual.Described:
    try:
        readers = collectors_for([check.fact_type], running=False)
    except LookupError:  # a check from elsewhere may judge what nothing reads yet; `validate` says so
        readers = ()
    return manual.Described(check, {each.name: each.cost for each in readers})


def _refuse_unknown(patterns: tuple[str, ...], known: list[str], label: str) -> None:
    strange = [each for each in patterns if not any(fnmatchcase(name, each) for name in known)]
    if strange:
        everything = f"There are {', '.join(known)}."
        raise ConfigError(
            [
                Problem(label, 0, "", f"{each!r} is no framework of a check", suggestion(each, known) or everything)
                for each in strange
            ]
        )
