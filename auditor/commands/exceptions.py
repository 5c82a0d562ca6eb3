"""`auditor exceptions import`: suppressions of other tools as drafts of an exceptions file."""

import json
from collections.abc import Mapping

from auditor.commands import config
from auditor.commands.options import ExceptionsOptions
from auditor.domain.errors import ConfigError, Problem
from auditor.domain.repair import BLANK
from auditor.exceptions.imports import prowler, security_hub
from auditor.exceptions.imports.draft import Import, checks_by_peer
from auditor.reports.labels import pluralize
from auditor.reports.sanitize import sanitize
from auditor.run.aws_context import AwsContext
from auditor.run.exit_codes import Outcome
from auditor.yaml_files import Dialect, decode, dump, parse, quote

#: Prowler reads YAML 1.1; account IDs are keys there.
_MUTELIST = Dialect(numbers_as_keys=True, yaml_1_1_booleans=True)
_LONGEST_SENTENCE = 300


def run(options: ExceptionsOptions) -> Outcome:
    """Print the drafts as YAML, and on standard error what could not be carried over."""
    aws = AwsContext()
    peers = checks_by_peer(config.load_all_checks(options, aws))
    imported = _read(decode(config.read_file(options.file, "FILE"), options.file), options.file, peers)
    header = f"# Imported from {sanitize(options.file)}. Replace every {BLANK}, then run `auditor validate`.\n"
    notes = [f"{pluralize(len(imported.drafts), 'exception')} drafted from {sanitize(options.file)}."]
    if imported.lost:
        notes.append("Not carried over, or not exactly:")
        notes += [f"  {sanitize(text, _LONGEST_SENTENCE)}" for text in imported.lost]
    return Outcome(f"{header}{dump({'exceptions': imported.drafts})}".rstrip(), notes="\n".join(notes))


def _read(text: str, source: str, peers: Mapping[str, tuple[str, ...]]) -> Import:
    """Read JSON as such: an export of findings is too large for the YAML reader."""
    if text.lstrip()[:1] in ("{", "["):
        data = _json(text, source)
        if security_hub.is_export(data):
            return security_hub.read_export(data, peers)
    document = parse(text, source, _MUTELIST)
    if not prowler.is_mutelist(document.data):
        message = "is neither a Prowler mutelist nor an export of Security Hub"
        advice = "Give a file with `Mutelist:`, or what `aws securityhub get-findings` prints."
        raise ConfigError([document.problem((), message, advice)])
    result = prowler.read_mutelist(document, peers)
    if isinstance(result, Import):
        return result
    raise ConfigError(result)


def _json(text: str, source: str) -> object:
    try:
        data: object = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        raise ConfigError(
            [Problem(source, line, "", f"this is not JSON: {quote(error)}", "Export it again.")]
        ) from error
    except RecursionError as error:
        raise ConfigError([Problem(source, 0, "", "is nested too deep", "Check the brackets.")]) from error
    return data
