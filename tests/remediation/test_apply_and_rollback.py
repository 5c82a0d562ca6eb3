"""From a finding of a run to its resolution and back: the scripts run unchanged, against moto."""
# ruff: noqa: ANN401 - botocore clients, whose methods are created at run time

from __future__ import annotations

import gzip
import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from auditor.aws.clients import Clients
from auditor.commands import dispatch
from auditor.commands.options import RunOptions
from auditor.commands.result_options import RemediateOptions
from auditor.demo import ecs_workloads
from auditor.demo.cloud import serve
from auditor.demo.environment import isolated
from auditor.demo.model import AUDITOR_ACCOUNT, EXTERNAL_ID, HOME_REGION, ROLE_NAME, DemoAccount
from auditor.domain.repair import BLANK
from auditor.run.exit_codes import FAILED, OK, USAGE_ERROR, Outcome
from tests.builders import check_by_id
from tests.remediation.failing import CANARY, FAILING, KEY, Failing, registered
from tests.remediation.shim import Shim, installed, roll_out

pytestmark = pytest.mark.slow

ACCOUNT = "111122223333"
OPTIONS = {"run": RunOptions, "remediate": RemediateOptions}
INVENTORY = f"""
defaults: {{role_name: {ROLE_NAME}, external_id: {EXTERNAL_ID}, regions: [{HOME_REGION}]}}
accounts: [{{id: "{ACCOUNT}", name: payments}}]
"""


#: moto cannot list capacity providers if none exist.
SETTINGS: dict[str, Any] = {
    "limits": {"workers": 4},
    "checks": {"exclude": ["ecs-capacity-termination-protection"]},
}


@dataclass
class World:
    """One account on moto, with an inventory, settings and the client of an operator."""

    folder: Path
    ecs: Any
    shim: Shim
    runs_made: int = 0

    def perform(self, command: str, **flags: Any) -> Outcome:
        usual = {"inventory": str(self.folder / "inventory.yaml"), "settings": str(self.folder / "settings.yaml")}
        return dispatch.perform(command, OPTIONS[command](**{**usual, **flags}))

    def audit(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Run an audit. Returns the rows by check and family."""
        self.runs_made += 1
        run_id = f"2026112{self.runs_made}T020000Z-audit"
        outcome = self.perform("run", output=str(self.folder / "out"), run_id=run_id)
        assert outcome.exit_code == OK, outcome.text
        rows = [
            json.loads(line)
            for file in self.folder.glob(f"out/findings/*/run={run_id}/*.gz")
            for line in gzip.decompress(file.read_bytes()).splitlines()
        ]
        return {(row["check_id"], row["resource"]["family"] or row["resource"]["name"]): row for row in rows}

    def remediate(self, finding_id: str, folder: str, **flags: Any) -> Outcome:
        usual = {"source": str(self.folder / "out"), "output": str(self.folder / folder), "finding_id": finding_id}
        return self.perform("remediate", **(usual | flags))

    def serve(self, name: str, definition: str) -> str:
        """Create a service without tasks in the cluster `prod`. Returns its ARN."""
        service = self.ecs.create_service(cluster="prod", serviceName=name, taskDefinition=definition, desiredCount=0)
        return str(service["service"]["serviceArn"])

    def runs(self, name: str) -> str:
        """Return the ARN of the definition of a service."""
        (service,) = self.ecs.describe_services(cluster="prod", services=[name])["services"]
        return str(service["taskDefinition"])

    def status(self, definition: str) -> str:
        return str(self.ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]["status"])


def _operator() -> Any:
    session = botocore.session.get_session()
    sts: Any = session.create_client("sts", HOME_REGION)
    role = f"arn:aws:iam::{ACCOUNT}:role/{ROLE_NAME}"
    keys = sts.assume_role(RoleArn=role, RoleSessionName="operator", ExternalId=EXTERNAL_ID)["Credentials"]
    session.set_credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    return session.create_client("ecs", HOME_REGION)


def _without_daemons(invoke: Any) -> Any:
    """Answer operations that moto does not have as ECS does: moto fails with an error of its own."""

    def answering(self: Clients, service: str, region: str, operation: str, parameters: Any) -> dict[str, Any]:
        if "Daemon" in operation:
            raise ClientError({"Error": {"Code": "UnknownOperationException", "Message": ""}}, operation)
        answer: dict[str, Any] = invoke(self, service, region, operation, parameters)
        return answer

    return answering


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(Clients, "invoke", _without_daemons(Clients.invoke))
    # The demo's workloads never change. Here moto answers for them, so that updates of services have an effect.
    monkeypatch.setattr(ecs_workloads, "answer", lambda *_: None)
    accounts = (DemoAccount(AUDITOR_ACCOUNT, "audit", "", {}), DemoAccount(ACCOUNT, "payments", "", {}))
    (tmp_path / "inventory.yaml").write_text(INVENTORY, encoding="utf-8")
    (tmp_path / "settings.yaml").write_text(json.dumps(SETTINGS), encoding="utf-8")
    with isolated(), serve(accounts):
        ecs = _operator()
        ecs.create_cluster(clusterName="prod")
        with installed(tmp_path / "bin", ecs, ACCOUNT) as shim:
            yield World(tmp_path, ecs, shim)


def fill_in(folder: Path) -> None:
    """Fill in the blanks and tick the decisions as a person would."""
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8").replace("- [ ]", "- [x]")
        file.write_text(text.replace(BLANK, "arn:aws:ssm:eu-west-1:111122223333:parameter/it"), encoding="utf-8")


#: Definitions that moto changes on registration: it fills in network modes.
_NOT_ON_MOTO = {"anywhere", "vpc-required", "vpc-unset"}
ON_MOTO = [failing for failing in FAILING if failing.name not in _NOT_ON_MOTO]


def test_apply_resolves_every_finding_with_a_repair_and_rollback_brings_it_back(world: World) -> None:
    parameters: dict[str, dict[str, Any]] = {}
    for failing in ON_MOTO:
        parameters.setdefault(failing.check, {}).update(failing.settings)
        world.ecs.register_task_definition(**registered(failing.definition))
        world.serve(f"of-{failing.name}", f"{failing.name}:1")
    settings = {**SETTINGS, "checks": {**SETTINGS["checks"], "parameters": parameters}}
    (world.folder / "settings.yaml").write_text(json.dumps(settings), encoding="utf-8")
    rows = world.audit()
    found = {failing.name: rows[failing.check, failing.name] for failing in ON_MOTO}
    assert [failing.name for failing in ON_MOTO if failing.reason not in found[failing.name]["reasons"]] == []
    failed = {name: row for name, row in found.items() if row["status"] == "FAIL"}

    output: list[str] = []
    for name, row in failed.items():
        outcome = world.remediate(row["finding_id"][:12], name)
        assert outcome.exit_code == OK, outcome.text
        fill_in(world.folder / name)
        output += [outcome.text, *_run(world, name, "apply.sh")]

    assert {name: _revision(world, name) for name in failed} == dict.fromkeys(failed, "2")
    assert {world.status(f"{name}:1") for name in failed} == {"INACTIVE"}
    rows = world.audit()
    # The check no longer applies to some of them: those have no row.
    after = {
        failing.name: rows[failing.check, failing.name]["status"]
        for failing in ON_MOTO
        if failing.name in failed and (failing.check, failing.name) in rows
    }
    assert {name: status for name, status in after.items() if status != "PASS"} == {}
    assert set(failed) - set(after) <= {"socket", "socket-folder", "path-written", "path-read"}

    for name in failed:
        output += _run(world, name, "rollback.sh")

    assert {name: _revision(world, name) for name in failed} == dict.fromkeys(failed, "3")
    assert {world.status(f"{name}:2") for name in failed} == {"INACTIVE"}
    rows = world.audit()
    assert {failing.name: rows[failing.check, failing.name]["reasons"] for failing in ON_MOTO} == {
        name: row["reasons"] for name, row in found.items()
    }
    assert [text for text in output if CANARY in text or KEY in text] == []


def _run(world: World, folder: str, script: str) -> tuple[str, str]:
    done = world.shim.run(world.folder / folder / script)
    assert (done.returncode, done.stderr) == (0, ""), folder
    return done.stdout, done.stderr


def _revision(world: World, name: str) -> str:
    family, _, revision = world.runs(f"of-{name}").rpartition("/")[2].partition(":")
    assert family == name
    return revision


def by_name(name: str) -> Failing:
    return next(failing for failing in FAILING if failing.name == name)


PRIVILEGED = by_name("privileged")


def privileged(world: World, revisions: int = 1) -> list[str]:
    """Register a family whose containers are privileged. Returns the ARNs."""
    definition = registered(PRIVILEGED.definition)
    return [
        world.ecs.register_task_definition(**definition)["taskDefinition"]["taskDefinitionArn"]
        for _ in range(revisions)
    ]


def finding_of(world: World, check: str = "ecs-privileged-container", family: str = "privileged") -> str:
    return str(world.audit()[check, family]["finding_id"])


def test_apply_updates_every_service_on_a_failing_revision_and_deregisters_all_of_them(world: World) -> None:
    first, second, third = privileged(world, 3)
    world.serve("old", first)
    world.serve("new", third)

    assert world.remediate(finding_of(world), "fix").exit_code == OK
    fill_in(world.folder / "fix")
    applied = world.shim.run(world.folder / "fix" / "apply.sh")

    assert applied.returncode == 0, applied.stderr
    assert {world.runs("old").rpartition(":")[2], world.runs("new").rpartition(":")[2]} == {"4"}
    assert [world.status(arn) for arn in (first, second, third)] == ["INACTIVE", "ACTIVE", "INACTIVE"]
    assert world.audit()["ecs-privileged-container", "privileged"]["status"] == "PASS"

    undone = world.shim.run(world.folder / "fix" / "rollback.sh")

    assert undone.returncode == 0, undone.stderr
    back = {name: world.runs(name) for name in ("old", "new")}
    assert back["old"] != back["new"], "each returns to the content that it had"
    assert {world.status(arn) for arn in back.values()} == {"ACTIVE"}, "ECS does not deploy inactive revisions"
    assert world.audit()["ecs-privileged-container", "privileged"]["status"] == "FAIL"


def test_rollback_registers_nothing_while_the_old_revision_is_active(world: World) -> None:
    (old,) = privileged(world)
    world.serve("shop", old)
    world.remediate(finding_of(world), "fix")
    fill_in(world.folder / "fix")
    script = world.folder / "fix" / "apply.sh"
    text = script.read_text(encoding="utf-8")
    script.write_text(text[: text.index("aws ecs deregister-task-definition")], encoding="utf-8")
    assert world.shim.run(script).returncode == 0
    world.shim.calls.clear()

    undone = world.shim.run(world.folder / "fix" / "rollback.sh")

    assert undone.returncode == 0, undone.stderr
    assert "register-task-definition" not in world.shim.operations()
    assert world.runs("shop") == old


def test_remediate_only_describes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (old,) = privileged(world)
    world.serve("shop", old)
    finding_id = finding_of(world)
    called: list[str] = []
    invoke = Clients.invoke

    def recording_invoke(self: Clients, service: str, region: str, operation: str, parameters: Any) -> dict[str, Any]:
        called.append(f"{service}:{operation}")
        return invoke(self, service, region, operation, parameters)

    monkeypatch.setattr(Clients, "invoke", recording_invoke)

    assert world.remediate(finding_id, "fix").exit_code == OK

    described = {"ecs:DescribeTaskDefinition", "ecs:DescribeServices"}
    assert set(called) == {"sts:GetCallerIdentity", "sts:AssumeRole", *described}
    assert world.runs("shop") == old
    assert world.ecs.list_task_definitions()["taskDefinitionArns"] == [old]


def test_the_role_session_may_only_describe(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    privileged(world)
    finding_id = finding_of(world)
    policies: list[str] = []
    invoke = Clients.invoke

    def recording_invoke(self: Clients, service: str, region: str, operation: str, parameters: Any) -> dict[str, Any]:
        policies.extend([parameters["Policy"]] if operation == "AssumeRole" else [])
        return invoke(self, service, region, operation, parameters)

    monkeypatch.setattr(Clients, "invoke", recording_invoke)
    world.remediate(finding_id, "fix")

    (policy,) = policies
    assert json.loads(policy)["Statement"][0]["Action"] == ["ecs:DescribeServices", "ecs:DescribeTaskDefinition"]


@pytest.mark.parametrize("name", ["privileged", "names"])
def test_values_of_variables_are_only_in_the_documents(world: World, name: str) -> None:
    failing = by_name(name)
    world.ecs.register_task_definition(**registered(failing.definition))

    outcome = world.remediate(finding_of(world, failing.check, name), "fix")

    holding = {file.name for file in (world.folder / "fix").iterdir() if CANARY in file.read_text(encoding="utf-8")}
    assert holding == {"new.json", "old-1.json"}
    assert CANARY not in outcome.text
    assert "MODE" not in (world.folder / "fix" / "apply.sh").read_text(encoding="utf-8")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (world.folder / "fix").iterdir()}
    assert {name: oct(mode) for name, mode in modes.items()} == {
        **dict.fromkeys(("new.json", "old-1.json", "change.diff", "steps.md", "decisions.md"), "0o600"),
        **dict.fromkeys(("apply.sh", "rollback.sh"), "0o700"),
    }
    assert "0600" in outcome.text


def test_the_new_document_keeps_everything_else_and_the_tags(world: World) -> None:
    (old,) = privileged(world)
    world.remediate(finding_of(world), "fix")
    new = json.loads((world.folder / "fix" / "new.json").read_text(encoding="utf-8"))
    answer = world.ecs.describe_task_definition(taskDefinition=old, include=["TAGS"])

    assert new["tags"] == answer["tags"]
    answer["taskDefinition"]["containerDefinitions"][0]["privileged"] = False
    left_out = {"taskDefinitionArn", "revision", "status", "compatibilities", "registeredAt", "requiresAttributes"}
    expected = {key: value for key, value in answer["taskDefinition"].items() if key not in left_out}
    assert {key: value for key, value in new.items() if key != "tags"} == expected


def test_the_difference_shows_only_the_changes(world: World) -> None:
    privileged(world)
    world.remediate(finding_of(world), "fix")

    lines = (world.folder / "fix" / "change.diff").read_text(encoding="utf-8").splitlines()

    assert [line.strip(" ,") for line in lines if line.startswith(("-", "+"))] == [
        "--- old-1.json",
        "+++ new.json",
        '-      "privileged": true',
        '+      "privileged": false',
    ]


def test_a_script_does_not_start_before_its_blanks_are_filled_in(world: World) -> None:
    names = by_name("names")
    world.ecs.register_task_definition(**registered(names.definition))
    outcome = world.remediate(finding_of(world, names.check, "names"), "fix")
    assert BLANK in outcome.text

    applied = world.shim.run(world.folder / "fix" / "apply.sh")

    assert applied.returncode == 1
    assert "Fill in" in applied.stderr
    assert world.shim.calls == []


def test_a_script_refuses_the_credentials_of_another_account(world: World) -> None:
    privileged(world)
    world.remediate(finding_of(world), "fix")
    fill_in(world.folder / "fix")
    world.shim.account = "999999999999"

    applied = world.shim.run(world.folder / "fix" / "apply.sh")

    assert applied.returncode == 1
    assert ACCOUNT in applied.stderr
    assert world.shim.operations() == []


def test_a_second_start_of_the_script_registers_no_second_revision(world: World) -> None:
    privileged(world)
    world.remediate(finding_of(world), "fix")
    fill_in(world.folder / "fix")

    for _ in range(2):
        assert world.shim.run(world.folder / "fix" / "apply.sh").returncode == 0

    assert world.shim.operations().count("register-task-definition") == 1


def test_a_service_that_moved_to_another_revision_since_the_run_is_not_updated(world: World) -> None:
    (old,) = privileged(world)
    world.serve("shop", old)
    finding_id = finding_of(world)
    other = {**registered(PRIVILEGED.definition), "family": "other"}
    world.ecs.register_task_definition(**other)
    world.ecs.update_service(cluster="prod", service="shop", taskDefinition="other:1")
    roll_out(ACCOUNT)

    world.remediate(finding_id, "fix")

    assert "update-service" not in (world.folder / "fix" / "apply.sh").read_text(encoding="utf-8")
    assert "has moved to" in (world.folder / "fix" / "steps.md").read_text(encoding="utf-8")


def test_a_finding_without_a_repair_gets_manual_steps(world: World) -> None:
    world.ecs.register_task_definition(**{**registered(PRIVILEGED.definition), "tags": []})
    rows = world.audit()
    untagged = rows["ecs-task-definition-untagged", "privileged"]
    insights = rows["ecs-container-insights", "prod"]

    for row, command in ((untagged, "aws ecs tag-resource"), (insights, "aws ecs update-cluster-settings")):
        outcome = world.remediate(row["finding_id"], "fix")
        assert outcome.exit_code == FAILED
        assert "cannot be fixed automatically" in outcome.text
        assert command in outcome.text
        assert row["resource"]["arn"] in outcome.text
    assert not (world.folder / "fix").exists()


def test_with_a_saved_answer_aws_is_not_called(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (old,) = privileged(world)
    world.serve("shop", old)
    finding_id = finding_of(world)
    answer = world.ecs.describe_task_definition(taskDefinition=old, include=["TAGS"])
    file = world.folder / "described.json"
    file.write_text(json.dumps(answer, default=str), encoding="utf-8")
    original_invoke = Clients.invoke
    monkeypatch.setattr(Clients, "invoke", lambda *_: pytest.fail("a call"))

    outcome = world.remediate(finding_id, "fix", definition=str(file), inventory=None)
    monkeypatch.setattr(Clients, "invoke", original_invoke)

    assert outcome.exit_code == OK, outcome.text
    fill_in(world.folder / "fix")
    assert world.shim.run(world.folder / "fix" / "apply.sh").returncode == 0
    assert world.runs("shop").endswith(":2")
    assert world.audit()["ecs-privileged-container", "privileged"]["status"] == "PASS"


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"taskDefinition": {"taskDefinitionArn": "arn:x"}}'])
def test_a_file_without_the_definition_is_a_usage_error(world: World, text: str) -> None:
    privileged(world)
    file = world.folder / "described.json"
    file.write_text(text, encoding="utf-8")

    outcome = world.remediate(finding_of(world), "fix", definition=str(file))

    assert outcome.exit_code == USAGE_ERROR
    assert not (world.folder / "fix").exists()


def test_a_folder_that_is_not_empty_is_a_usage_error(world: World) -> None:
    privileged(world)
    (world.folder / "fix").mkdir()
    (world.folder / "fix" / "new.arn").write_text("arn:x", encoding="utf-8")

    outcome = world.remediate(finding_of(world), "fix")

    assert outcome.exit_code == USAGE_ERROR
    assert [file.name for file in (world.folder / "fix").iterdir()] == ["new.arn"]


def test_nothing_is_written_if_the_corrected_definition_still_fails(world: World) -> None:
    definition = registered(by_name("socket").definition)
    definition["containerDefinitions"][0]["mountPoints"][0]["containerPath"] = "/run/docker.sock"
    world.ecs.register_task_definition(**definition)
    finding_id = finding_of(world, "ecs-docker-socket-mount", "socket")
    # With these parameters another mount is a socket, too, which the run did not examine.
    more = 'checks: {parameters: {ecs-docker-socket-mount: {sockets: ["/run/docker.sock", "/srv/x.sock"]}}}\n'
    (world.folder / "settings.yaml").write_text(more, encoding="utf-8")
    described = json.loads(json.dumps(definition))
    described["volumes"].append({"name": "x", "host": {"sourcePath": "/srv/x.sock"}})
    described["containerDefinitions"][0]["mountPoints"].append({"sourceVolume": "x", "containerPath": "/x"})
    answer = world.ecs.describe_task_definition(taskDefinition="socket:1")
    answer["taskDefinition"] |= {key: described[key] for key in ("volumes", "containerDefinitions")}
    file = world.folder / "described.json"
    file.write_text(json.dumps(answer, default=str), encoding="utf-8")

    outcome = world.remediate(finding_id, "fix", definition=str(file))

    assert outcome.exit_code == FAILED
    check = check_by_id("ecs-docker-socket-mount")
    assert f"app {check.reason_texts['runtime-socket']}." in outcome.text
    assert check.repairs["runtime-socket"].manual in outcome.text
    assert not (world.folder / "fix").exists()


#: Fails five checks or more; a read-only root file system needs a decision of a person.
_MANY: dict[str, Any] = {
    "family": "airflow",
    "networkMode": "bridge",
    "pidMode": "host",
    "ipcMode": "host",
    "containerDefinitions": [
        {"name": "app", "image": "app:1", "memory": 256, "privileged": True},
        {"name": "side", "image": "side:1", "memory": 64, "user": "65532", "readonlyRootFilesystem": True},
    ],
    "tags": [{"key": "team", "value": "data"}],
}


def failing_checks(world: World, family: str) -> dict[str, dict[str, Any]]:
    rows = world.audit()
    return {check: row for (check, name), row in rows.items() if name == family and row["status"] == "FAIL"}


@pytest.mark.parametrize("of_family", [False, True], ids=["a revision", "a family"])
def test_one_revision_resolves_all_findings_of_a_resource(world: World, *, of_family: bool) -> None:
    arn = world.ecs.register_task_definition(**_MANY)["taskDefinition"]["taskDefinitionArn"]
    world.serve("scheduler", arn)
    before = failing_checks(world, "airflow")
    assert {"ecs-privileged-container", "ecs-host-pid-mode", "ecs-host-ipc-mode"} < before.keys()

    named = arn.removesuffix(":1") if of_family else arn
    outcome = world.remediate("", "fix", resource=named)

    assert outcome.exit_code == OK, outcome.text
    steps = (world.folder / "fix" / "steps.md").read_text(encoding="utf-8")
    left = {check for check in before if f"{check} (" in steps.partition("## Remains open")[2].partition("\n## ")[0]}
    assert left == {"ecs-untrusted-image"}
    assert all(row["finding_id"] in steps for check, row in before.items() if check not in left)
    assert "ecs-untrusted-image" in outcome.text
    stopped = world.shim.run(world.folder / "fix" / "apply.sh")
    assert stopped.returncode == 1
    assert world.shim.calls == []
    fill_in(world.folder / "fix")
    applied = world.shim.run(world.folder / "fix" / "apply.sh")
    assert applied.returncode == 0, applied.stderr
    assert world.shim.operations().count("register-task-definition") == 1
    assert world.runs("scheduler").endswith("airflow:2")
    assert failing_checks(world, "airflow").keys() == left

    undone = world.shim.run(world.folder / "fix" / "rollback.sh")

    assert undone.returncode == 0, undone.stderr
    assert failing_checks(world, "airflow").keys() == before.keys()


def test_a_decision_without_a_blank_stops_the_script_of_a_single_finding_too(world: World) -> None:
    world.ecs.register_task_definition(**_MANY)
    outcome = world.remediate(finding_of(world, "ecs-writable-root-filesystem", "airflow"), "fix")
    assert outcome.exit_code == OK, outcome.text
    assert BLANK not in (world.folder / "fix" / "new.json").read_text(encoding="utf-8")
    page = world.folder / "fix" / "decisions.md"
    assert "- [ ] 1. app: " in page.read_text(encoding="utf-8")

    stopped = world.shim.run(world.folder / "fix" / "apply.sh")
    assert (stopped.returncode, world.shim.calls) == (1, [])
    assert stopped.stderr == "Decide and tick in decisions.md first: 1\n"

    page.write_text(page.read_text(encoding="utf-8").replace("[ ]", "[x]"), encoding="utf-8")
    assert world.shim.run(world.folder / "fix" / "apply.sh").returncode == 0


def test_findings_about_different_revisions_are_resolved_from_the_newest(world: World) -> None:
    old = registered(PRIVILEGED.definition)
    new = {**old, "pidMode": "host"}
    new["containerDefinitions"] = [{**container, "privileged": False} for container in new["containerDefinitions"]]
    first, second = (
        world.ecs.register_task_definition(**definition)["taskDefinition"]["taskDefinitionArn"]
        for definition in (old, new)
    )
    world.serve("old", first)
    world.serve("new", second)
    before = failing_checks(world, "privileged")
    assert {before["ecs-privileged-container"]["resource"]["arn"], before["ecs-host-pid-mode"]["resource"]["arn"]} == {
        first,
        second,
    }

    outcome = world.remediate("", "fix", resource=first.removesuffix(":1"))

    assert outcome.exit_code == OK, outcome.text
    assert "services on revision 1 get its content" in (world.folder / "fix" / "decisions.md").read_text("utf-8")
    fill_in(world.folder / "fix")
    applied = world.shim.run(world.folder / "fix" / "apply.sh")
    assert applied.returncode == 0, applied.stderr
    assert world.runs("old") == world.runs("new")
    assert {"ecs-privileged-container", "ecs-host-pid-mode"}.isdisjoint(failing_checks(world, "privileged"))


def test_a_resource_without_an_automatic_correction_gets_manual_steps(world: World) -> None:
    world.audit()
    cluster = world.ecs.describe_clusters(clusters=["prod"])["clusters"][0]["clusterArn"]

    outcome = world.remediate("", "fix", resource=cluster)

    assert outcome.exit_code == FAILED
    assert "aws ecs update-cluster-settings" in outcome.text
    assert not (world.folder / "fix").exists()
