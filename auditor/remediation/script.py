"""A plan as a shell script. Names of AWS are data: whatever they hold, the shell sees one word."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator

from auditor.domain.ecs.repair import BLANK
from auditor.domain.repair import ManualStep
from auditor.remediation.plan import NEW, NEW_ARN, NEW_DOCUMENT, Saved, Step

#: Finds the blank without being one itself.
_BLANK_PATTERN = f"{BLANK[:-1]}[{BLANK[-1]}]"
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OUTPUT = {
    "RegisterTaskDefinition": "taskDefinition.taskDefinitionArn",
    "RegisterDaemonTaskDefinition": "daemonTaskDefinitionArn",
}


def render_apply(steps: Iterable[Step], account: str, region: str) -> str:
    """Return the script that carries out the plan. Started a second time, it does not register a second revision."""
    lines = [*_head(account, region, f"{NEW_DOCUMENT} " + '"$script"')]
    for step in steps:
        lines += ["", f"# {printable(step.why)}"]
        lines += _registered_once(step) if step.saves == NEW else [command(step)]
    return "\n".join(lines) + "\n"


def render_rollback(steps: Iterable[Step], account: str, region: str) -> str:
    """Return the script that undoes the other one."""
    lines = [*_head(account, region, '"$script"')]
    lines += [
        "",
        f'[ -s {NEW_ARN} ] || {{ echo "Nothing was registered from here: there is nothing to undo." >&2; exit 1; }}',
        f"{NEW}=$(cat {NEW_ARN})",
    ]
    for step in steps:
        lines += ["", f"# {printable(step.why)}"]
        lines += _registered_again(step) if step.saves else [command(step)]
    return "\n".join(lines) + "\n"


def printable(text: str) -> str:
    """Return text as one line of printable ASCII: fit for a comment, a terminal and a page."""
    return json.dumps(text)[1:-1].replace('\\"', '"').replace("`", "'")


def command(step: Step) -> str:
    """Return a step as one command of the AWS CLI. Its only expansions are ARNs that the script has saved."""
    name = f"wait {step.api}" if step.waits else _kebab(step.api)
    words = [f"aws ecs {name}", *(_flag(key, value) for key, value in step.parameters.items())]
    if step.document:
        # Two words: written as one, the AWS CLI does not see that it stands for the arguments that are required.
        words.append(f"--cli-input-json {shlex.quote(f'file://{step.document}')}")
    if step.saves:
        words.append(f"--query={_OUTPUT[step.api]} --output=text")
    elif not step.waits:
        words.append("> /dev/null")  # the answer may hold what containers are given
    return " \\\n  ".join(words)


def commands(manual_steps: Iterable[ManualStep], region: str) -> str:
    """Return commands of the AWS CLI for a person to copy, one per line."""
    return "\n".join(_manual_command(step, region) for step in manual_steps)


def _manual_command(step: ManualStep, region: str) -> str:
    parameters = {**step.parameters, "region": region}
    flags = [_flag(key, value) for key, value in parameters.items()]
    return " ".join([f"aws {step.service} {_kebab(step.operation)}", *flags])


def _head(account: str, region: str, looked_at: str) -> Iterator[str]:
    yield "#!/usr/bin/env bash"
    yield "# Stops at the first command that fails. It changes the account: read it before it is started."
    yield "set -euo pipefail"
    yield 'script="$(cd "$(dirname "$0")" && pwd)/$(basename "$0")"'
    yield 'cd "$(dirname "$script")"'
    yield f"export AWS_REGION={shlex.quote(region)} AWS_DEFAULT_REGION={shlex.quote(region)} AWS_PAGER="
    yield f"if grep -n {shlex.quote(_BLANK_PATTERN)} {looked_at}; then"
    yield '  echo "Fill in these lines first." >&2; exit 1'
    yield "fi"
    yield f'if [ "$(aws sts get-caller-identity --query=Account --output=text)" != {shlex.quote(account)} ]; then'
    yield f"  echo {shlex.quote('These credentials are not of account ' + printable(account) + '.')} >&2; exit 1"
    yield "fi"


def _registered_once(step: Step) -> list[str]:
    return [
        f"if [ -s {NEW_ARN} ]; then",
        f"  {NEW}=$(cat {NEW_ARN})",
        "else",
        f"  {NEW}=$({command(step)})",
        f'  case "${NEW}" in arn:*) ;; *) echo "No ARN came back." >&2; exit 1 ;; esac',
        f"  printf '%s\\n' \"${NEW}\" > {NEW_ARN}",
        "fi",
    ]


def _registered_again(step: Step) -> list[str]:
    saves = [f"{step.saves}=$({command(step)})"]
    if not step.unless_active:
        return saves
    arn = shlex.quote(step.unless_active)
    status = f"aws ecs describe-task-definition --task-definition={arn} --query=taskDefinition.status --output=text"
    return [f'if [ "$({status})" = ACTIVE ]; then', f"  {step.saves}={arn}", "else", f"  {saves[0]}", "fi"]


def _flag(key: str, value: object) -> str:
    if value is True:
        return f"--{_kebab(key)}"
    if isinstance(value, Saved):
        return f'--{_kebab(key)}="${value.name}"'
    text = value if isinstance(value, str) else json.dumps(value)
    return shlex.quote(f"--{_kebab(key)}={text}")


def _kebab(name: str) -> str:
    return _WORDS.sub("-", name).lower()
