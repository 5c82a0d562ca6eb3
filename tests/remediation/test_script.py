"""The scripts as text: valid for bash, and harmless whatever the names in them hold."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from auditor import checks
from auditor.domain.aws_resource import Resource
from auditor.domain.check import Evidence, Severity, Status
from auditor.domain.ecs.repair import BLANK
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.finding import Finding
from auditor.domain.scope import Account
from auditor.remediation import script, steps
from auditor.remediation.ecs.manual_steps import manual_steps
from auditor.remediation.ecs.patch import patch
from auditor.remediation.plan import Case, Plan, Revision, Use, plan
from tests.builders import NOW, finding

CHECKS = {check.id: check for check in checks.built_in()}
HOSTILE = (
    "$(touch {trap})",
    "`touch {trap}`",
    "'; touch {trap}; '",
    '"; touch {trap}; "',
    "\n touch {trap}\n.",
    "# \r\ntouch {trap}",
    "${{IFS}}&& touch {trap} #",
    "--query=x;touch {trap}",
    "\\'; touch {trap}",
    "\u2028touch {trap}\x1b[2J",
)
#: Says nothing and agrees to everything, and writes its words down.
_AWS = """#!{python} -S
import os, sys
with open(os.environ["HEARD"], "a", encoding="utf-8", errors="surrogateescape") as file:
    file.write(repr(sys.argv[1:]) + "\\n")
if sys.argv[1] == "sts":
    print(os.environ["ACCOUNT"])
elif sys.argv[2].startswith("register"):
    print("arn:aws:ecs:eu-west-1:111122223333:task-definition/new:9")
elif sys.argv[2].startswith("describe"):
    print("INACTIVE")
"""


def hostile_plan(name: str, *, daemon: bool = False, network: bool = False) -> Plan:
    """A plan whose every name is hostile."""
    arn = f"arn:aws:ecs:eu-west-1:1:task-definition/{name}"
    revisions = (Revision(f"{arn}:2", 2, "ACTIVE", "old-2.json"), Revision(f"{arn}:1", 1, "ACTIVE", "old-1.json"))
    uses = (
        Use(f"arn:aws:ecs:eu-west-1:1:service/{name}/{name}", f"arn:cluster/{name}", f"{arn}:1"),
        Use(f"arn:aws:ecs:eu-west-1:1:service/{name}/2", f"arn:cluster/{name}", "arn:of-another"),
    )
    return plan(Case(revisions, uses, daemon=daemon, needs_network=network, running_tasks=3), (f"{name}: decide.",))


def start(folder: Path, text: str, account: str) -> tuple[subprocess.CompletedProcess[str], list[list[str]]]:
    """Run a script with an `aws` that only listens; returns what it was called with."""
    command = folder / "bin" / "aws"
    command.parent.mkdir()
    command.write_text(_AWS.format(python=sys.executable), encoding="utf-8")
    command.chmod(0o700)
    file = folder / "it.sh"
    file.write_text(text, encoding="utf-8")
    (folder / "new.json").write_text("{}", encoding="utf-8")
    heard = folder / "heard"
    environ = {**os.environ, "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", str(file)],
        env={**environ, "HEARD": str(heard), "ACCOUNT": account},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = heard.read_text(encoding="utf-8").splitlines() if heard.exists() else []
    return done, [eval(line) for line in lines]  # noqa: S307 - the repr of a list of texts, of our own


def valid(text: str) -> bool:
    """Whether bash can read it."""
    return subprocess.run(["bash", "-n"], input=text, text=True, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("pattern", HOSTILE)
@pytest.mark.parametrize("way", ["there", "back"])
def test_a_hostile_name_is_one_word_of_one_command(tmp_path: Path, pattern: str, way: str) -> None:
    trap = tmp_path / "trap"
    name = pattern.format(trap=trap)
    planned = hostile_plan(name)
    (tmp_path / "new.arn").write_text("arn:new\n", encoding="utf-8")
    text = (
        script.render_apply(planned.steps, name, name)
        if way == "there"
        else script.render_rollback(planned.back, name, name)
    )

    assert valid(text)
    done, heard = start(tmp_path, text, name)

    assert not trap.exists()
    assert done.returncode == 0, done.stderr
    assert heard[0][0] == "sts"
    services = [each for words in heard for each in words if each.startswith("--service=")]
    assert services == [f"--service=arn:aws:ecs:eu-west-1:1:service/{name}/{each}" for each in (name, "2")]


@pytest.mark.parametrize("pattern", HOSTILE)
def test_the_page_and_the_advice_hold_a_hostile_name_as_one_line_of_plain_text(pattern: str) -> None:
    name = pattern.format(trap="x")
    resource = Resource(f"arn:{name}", "AWS::ECS::TaskDefinition", name, name, 1)
    evidence = (Evidence(name, reasons=("r",), details={"missing": (name,)}),)
    failing = Finding(
        "ecs-task-definition-untagged",
        "Tagged",
        Severity.LOW,
        Status.FAIL,
        Account("1", name),
        "eu-west-1",
        resource,
        NOW,
        ("r",),
        evidence,
    )

    page = steps.page(failing, hostile_plan(name), ["new.json"])
    told = manual_steps(failing, CHECKS[failing.check_id], "no document.")

    for text in (page, told.partition("\n\n")[0]):
        assert text.replace("\n", "").isprintable()
        assert text.isascii()
        assert "`" not in text
    (command,) = shlex.split(told.partition("(1):\n")[2])[2:3]
    assert command == "tag-resource"


def test_the_page_says_what_each_step_is_about() -> None:
    page = steps.page(finding(), hostile_plan("web", network=True), ["new.json"])

    lines = [each for each in page.splitlines() if each[:1].isdigit()]
    assert lines[1].startswith(
        "2. UpdateService (arn:cluster/web, arn:aws:ecs:eu-west-1:1:service/web/web, the new revision, "
        "with a network configuration): "
    )
    back = next(each for each in lines[6:] if "UpdateService" in each)
    assert "service/web/web, the old content)" in back
    assert "* web: decide." in page


@pytest.mark.parametrize("daemon", [False, True])
@pytest.mark.parametrize("network", [False, True])
def test_the_scripts_are_valid(daemon: bool, network: bool) -> None:  # noqa: FBT001 - a table of two
    planned = hostile_plan("web", daemon=daemon, network=network)

    assert valid(script.render_apply(planned.steps, "111122223333", "eu-west-1"))
    assert valid(script.render_rollback(planned.back, "111122223333", "eu-west-1"))
    assert not valid("if [")


def test_a_script_with_a_blank_of_its_own_does_not_start_until_it_is_filled_in(tmp_path: Path) -> None:
    text = script.render_apply(hostile_plan("web", network=True).steps, "1", "eu-west-1")
    assert BLANK in text

    done, heard = start(tmp_path, text, "1")
    assert (done.returncode, heard) == (1, [])

    (tmp_path / "again").mkdir()
    done, heard = start(tmp_path / "again", text.replace(BLANK, "subnet-1"), "1")
    assert done.returncode == 0, done.stderr
    assert any('"subnet-1"' in word for words in heard for word in words)


def test_a_script_stops_at_the_first_command_that_fails(tmp_path: Path) -> None:
    text = script.render_apply(hostile_plan("web").steps, "1", "eu-west-1")
    failing = text.replace("aws ecs wait", "false aws ecs wait", 1)
    assert failing != text

    done, heard = start(tmp_path, failing, "1")

    assert done.returncode != 0
    assert not any("deregister-task-definition" in words for words in heard)


def test_back_out_refuses_where_nothing_was_registered(tmp_path: Path) -> None:
    done, heard = start(tmp_path, script.render_rollback(hostile_plan("web").back, "1", "eu-west-1"), "1")

    assert done.returncode == 1
    assert "nothing to undo" in done.stderr
    assert [words[0] for words in heard] == ["sts"]


def test_each_service_goes_back_to_what_it_ran() -> None:
    text = script.render_rollback(hostile_plan("web").back, "1", "eu-west-1")

    assert '--task-definition="$OLD_1"' in text
    assert "--task-definition=arn:of-another" in text


def test_a_service_that_something_else_rolls_out_is_not_touched_and_keeps_its_revision() -> None:
    revisions = (Revision("arn:d:1", 1, "ACTIVE", "old-1.json"),)
    for use in (
        Use("arn:s", "arn:c", "arn:d:1", "CODE_DEPLOY"),
        Use("arn:s", "arn:c", "arn:d:1", "EXTERNAL", task_sets=1),
    ):
        planned = plan(Case(revisions, (use,)))

        assert [each.api for each in planned.steps] == ["RegisterTaskDefinition"]
        assert "arn:s" in planned.last[0]


def test_where_not_all_that_runs_is_known_the_old_revision_stays() -> None:
    planned = plan(Case((Revision("arn:d:1", 1, "ACTIVE", "old-1.json"),), complete=False))

    assert [each.api for each in planned.steps] == ["RegisterTaskDefinition"]
    assert "does not deregister" in planned.last[0]


def test_a_revision_that_is_not_active_or_was_not_read_is_not_deregistered() -> None:
    revisions = (Revision("arn:d:3", 3, "ACTIVE", "old-3.json"), Revision("arn:d:2", 2, "INACTIVE", "old-2.json"))

    planned = plan(Case((*revisions, Revision("arn:d:1", 1, ""))))

    assert [each.parameters for each in planned.steps[1:]] == [{"taskDefinition": "arn:d:3"}]
    assert any("arn:d:1" in each for each in planned.last)


def test_a_daemon_is_registered_and_updated_and_the_page_says_that_nobody_tried_it() -> None:
    planned = hostile_plan("web", daemon=True)

    assert [each.api for each in planned.steps] == ["RegisterDaemonTaskDefinition", "UpdateDaemon", "UpdateDaemon"]
    assert planned.steps[1].parameters["capacityProviderArns"] == [BLANK]
    assert any("Nobody has tried" in each for each in planned.last)


def test_what_the_answers_hold_is_never_printed() -> None:
    text = script.render_apply(hostile_plan("web").steps, "1", "eu-west-1")

    for part in text.split("aws ecs ")[1:]:
        command = part.partition("\n\n")[0]
        assert command.startswith("wait ") or "--query=" in command or "> /dev/null" in command


def test_the_commands_of_services_name_their_cluster() -> None:
    arn = "arn:aws:ecs:eu-west-1:1:service/prod/shop"
    resource = Resource(arn, "AWS::ECS::Service", "prod/shop")
    failing = Finding(
        "ecs-service-public-ip",
        "t",
        Severity.HIGH,
        Status.FAIL,
        Account("1"),
        "eu-west-1",
        resource,
        NOW,
        ("public-ip",),
    )

    words = shlex.split(manual_steps(failing, CHECKS[failing.check_id], "no document."))

    assert "--cluster=arn:aws:ecs:eu-west-1:1:cluster/prod" in words
    assert f"--service={arn}" in words
    assert any('"assignPublicIp": "DISABLED"' in each for each in words)


def test_the_commands_of_a_task_set_name_its_service() -> None:
    arn = "arn:aws:ecs:eu-west-1:1:task-set/prod/shop/ecs-svc/123"
    resource = Resource(arn, "AWS::ECS::TaskSet", "shop/ecs-svc/123")
    there = Account("1"), "eu-west-1", resource, NOW
    failing = Finding("ecs-task-set-public-ip", "t", Severity.HIGH, Status.FAIL, *there, ("public-ip",))

    told = manual_steps(failing, CHECKS[failing.check_id], "no document.")

    assert told.count("--service=arn:aws:ecs:eu-west-1:1:service/prod/shop ") == 3
    assert "aws ecs delete-task-set --cluster=arn:aws:ecs:eu-west-1:1:cluster/prod" in told


def test_services_on_an_old_revision_are_deployed_anew_from_the_family() -> None:
    old = "arn:aws:ecs:eu-west-1:1:service/shop"
    usage = EcsUsage(services=(old,), clusters=("prod",))
    resource = Resource("arn:x:1", "AWS::ECS::TaskDefinition", "web:1", "web", 1)
    failing = Finding(
        "ecs-running-non-latest-revision",
        "t",
        Severity.LOW,
        Status.FAIL,
        Account("1"),
        "eu-west-1",
        resource,
        NOW,
        ("older-than-latest",),
        usage=usage,
    )

    told = manual_steps(failing, CHECKS[failing.check_id], "no document.")

    assert f"update-service --cluster=arn:aws:ecs:eu-west-1:1:cluster/prod --service={old}" in told
    assert told.endswith("--task-definition=web --region=eu-west-1")


def test_reasons_without_a_repair_change_nothing() -> None:
    raw = {"containerDefinitions": [{"name": "a"}]}

    assert patch(raw, [Evidence("a", reasons=("x",))], {}).definition == raw
