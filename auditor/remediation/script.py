"""Shell scripts of a plan. Names from AWS accounts are data: the shell sees each name as one word."""

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping

from auditor.domain.repair import BLANK, ManualStep
from auditor.remediation.plan import DECISIONS, NEW, NEW_ARN, NEW_DOCUMENT, Existing, Saved, Step

#: Matches the blank without containing it: the script searches itself for it.
_BLANK_PATTERN = f"{BLANK[:-1]}[{BLANK[-1]}]"
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def render_apply(steps: Iterable[Step], account_id: str, region: str, decisions: int = 0) -> str:
    """Return the script that carries out the plan. A second start registers nothing again.

    It does not start before all of that many `decisions` are ticked.
    """
    lines = [*_head(account_id, region, f'{NEW_DOCUMENT} "$script"', decisions)]
    for step in steps:
        lines += ["", f"# {printable(step.why)}"]
        lines += _register_once(step) if step.saves == NEW else [_command(step)]
    return "\n".join(lines) + "\n"


def render_rollback(steps: Iterable[Step], account_id: str, region: str) -> str:
    """Return the script that undoes the apply script."""
    lines = [
        *_head(account_id, region, '"$script"'),
        "",
        f'[ -s {NEW_ARN} ] || {{ echo "Nothing was registered from here: there is nothing to undo." >&2; exit 1; }}',
        f"{NEW}=$(cat {NEW_ARN})",
    ]
    for step in steps:
        lines += ["", f"# {printable(step.why)}"]
        lines += _register_again(step) if step.saves else [_command(step)]
    return "\n".join(lines) + "\n"


def render_decisions(decisions: Iterable[str]) -> str:
    """Return the page on which a person ticks each decision."""
    return "\n".join(
        [
            "# Decisions",
            "",
            f"Edit {NEW_DOCUMENT} where a decision needs it, and then tick the decision: replace `[ ]` with `[x]`.",
            "apply.sh does not start before every line is ticked.",
            "",
            *(f"- [ ] {number}. {printable(text)}" for number, text in enumerate(decisions, 1)),
            "",
        ]
    )


def render_commands(manual_steps: Iterable[ManualStep]) -> str:
    """Return AWS CLI commands for a person to copy, one per line."""
    return "\n".join(" ".join(_words(step.service, step.operation, step.parameters)) for step in manual_steps)


def printable(text: str) -> str:
    """Return text as one line of printable ASCII, safe in a comment, on a terminal and on a Markdown page."""
    return json.dumps(text)[1:-1].replace('\\"', '"').replace("`", "'")


def _head(account_id: str, region: str, searched_files: str, decisions: int = 0) -> Iterator[str]:
    yield "#!/usr/bin/env bash"
    yield "# Stops at the first command that fails. It changes the account: read it before you run it."
    yield "set -euo pipefail"
    yield 'script="$(cd "$(dirname "$0")" && pwd)/$(basename "$0")"'
    yield 'cd "$(dirname "$script")"'
    yield f"export AWS_REGION={shlex.quote(region)} AWS_DEFAULT_REGION={shlex.quote(region)} AWS_PAGER="
    yield f"if grep -n {shlex.quote(_BLANK_PATTERN)} {searched_files}; then"
    yield '  echo "Fill in these lines first." >&2; exit 1'
    yield "fi"
    if decisions:
        yield "undecided="
        yield f"for number in {' '.join(map(str, range(1, decisions + 1)))}; do"
        yield f'  grep -q "^- \\[[xX]\\] $number\\. " {DECISIONS} || undecided="$undecided $number"'
        yield "done"
        yield f'[ -z "$undecided" ] || {{ echo "Decide and tick in {DECISIONS} first:$undecided" >&2; exit 1; }}'
    yield f'if [ "$(aws sts get-caller-identity --query=Account --output=text)" != {shlex.quote(account_id)} ]; then'
    message = f"These credentials do not belong to account {printable(account_id)}."
    yield f"  echo {shlex.quote(message)} >&2; exit 1"
    yield "fi"


def _register_once(step: Step) -> list[str]:
    return [
        f"if [ -s {NEW_ARN} ]; then",
        f"  {NEW}=$(cat {NEW_ARN})",
        "else",
        f"  {NEW}=$({_command(step)})",
        f'  case "${NEW}" in arn:*) ;; *) echo "The answer contains no ARN." >&2; exit 1 ;; esac',
        f"  printf '%s\\n' \"${NEW}\" > {NEW_ARN}",
        "fi",
    ]


def _register_again(step: Step) -> list[str]:
    registration = f"{step.saves}=$({_command(step)})"
    if step.unless is None:
        return [registration]
    return [
        f'if [ "$({_query(step.service, step.unless)})" = {shlex.quote(step.unless.value)} ]; then',
        f"  {step.saves}={shlex.quote(step.unless.arn)}",
        "else",
        f"  {registration}",
        "fi",
    ]


def _query(service: str, existing: Existing) -> str:
    words = _words(service, existing.operation, existing.parameters)
    return " ".join([*words, f"--query={existing.query} --output=text"])


def _command(step: Step) -> str:
    """Return a step as one AWS CLI command. The only variables in it are ARNs that the script has saved."""
    words = _words(step.service, f"wait {step.operation}" if step.waits else step.operation, step.parameters)
    if step.document:
        # Two words: with `=`, the AWS CLI does not recognize that the document holds the required arguments.
        words.append(f"--cli-input-json {shlex.quote(f'file://{step.document}')}")
    if step.saves:
        words.append(f"--query={step.query} --output=text")
    elif not step.waits:
        words.append("> /dev/null")  # the answer may hold the values of environment variables
    return " \\\n  ".join(words)


def _words(service: str, operation: str, parameters: Mapping[str, object]) -> list[str]:
    return [f"aws {service} {_kebab(operation)}", *(_flag(name, value) for name, value in parameters.items())]


def _flag(name: str, value: object) -> str:
    if value is True:
        return f"--{_kebab(name)}"
    if isinstance(value, Saved):
        return f'--{_kebab(name)}="${value.name}"'
    text = value if isinstance(value, str) else json.dumps(value)
    return shlex.quote(f"--{_kebab(name)}={text}")


def _kebab(name: str) -> str:
    return _WORD_START.sub("-", name).lower()
