"""From a night's finding to its end and back: the scripts are run as they are written, against moto."""
# ruff: noqa: ANN401 - botocore's clients, whose methods are made at run time

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
from auditor.commands.options import RemediateOptions, RunOptions
from auditor.demo import ecs_workloads
from auditor.demo.cloud import serve
from auditor.demo.environment import isolated
from auditor.demo.model import AUDITOR_ACCOUNT, EXTERNAL_ID, HOME_REGION, ROLE_NAME, DemoAccount
from auditor.domain.repair import BLANK
from auditor.run.exit_codes import FAILED, OK, USAGE_ERROR, Outcome
from tests.remediation.failing import CANARY, FAILING, KEY, registered
from tests.remediation.shim import Shim, installed, roll_out

pytestmark = pytest.mark.slow

ACCOUNT = "111122223333"
OPTIONS = {"run": RunOptions, "remediate": RemediateOptions}
INVENTORY = f"""
defaults: {{role_name: {ROLE_NAME}, external_id: {EXTERNAL_ID}, regions: [{HOME_REGION}]}}
accounts: [{{id: "{ACCOUNT}", name: payments}}]
"""


@dataclass
class World:
    """One account on moto, with the auditor's inventory and settings and an operator's client."""

    folder: Path
    ecs: Any
    shim: Shim
    nights: int = 0

    def perform(self, command: str, **flags: Any) -> Outcome:
        usual = {"inventory": str(self.folder / "inventory.yaml"), "settings": str(self.folder / "settings.yaml")}
        return dispatch.perform(command, OPTIONS[command](**{**usual, **flags}))

    def audit(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Run a night. Returns the rows by check and family."""
        self.nights += 1
        run_id = f"2026112{self.nights}T020000Z-night"
        without = ("ecs-capacity-termination-protection",)  # moto cannot list capacity providers where there are none
        outcome = self.perform("run", output=str(self.folder / "out"), run_id=run_id, exclude_check=without)
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
        """Create a service in the cluster `prod`, which runs nothing. Returns its ARN."""
        service = self.ecs.create_service(cluster="prod", serviceName=name, taskDefinition=definition, desiredCount=0)
        return str(service["service"]["serviceArn"])

    def runs(self, name: str) -> str:
        """The definition of a service."""
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
    """Say of what moto does not have what an endpoint of ECS without it says: moto ends with an error of its own."""

    def answering(self: Clients, service: str, region: str, operation: str, parameters: Any) -> dict[str, Any]:
        if "Daemon" in operation:
            raise ClientError({"Error": {"Code": "UnknownOperationException", "Message": ""}}, operation)
        answer: dict[str, Any] = invoke(self, service, region, operation, parameters)
        return answer

    return answering


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(Clients, "invoke", _without_daemons(Clients.invoke))
    # What runs in the demo never changes; here moto answers for it, where an update of a service is seen.
    monkeypatch.setattr(ecs_workloads, "answer", lambda *_: None)
    accounts = (DemoAccount(AUDITOR_ACCOUNT, "audit", "", {}), DemoAccount(ACCOUNT, "payments", "", {}))
    (tmp_path / "inventory.yaml").write_text(INVENTORY, encoding="utf-8")
    (tmp_path / "settings.yaml").write_text("limits: {workers: 4}\n", encoding="utf-8")
    with isolated(), serve(accounts):
        ecs = _operator()
        ecs.create_cluster(clusterName="prod")
        with installed(tmp_path / "bin", ecs, ACCOUNT) as shim:
            yield World(tmp_path, ecs, shim)


def fill_in(folder: Path) -> None:
    """Decide what a person has to decide."""
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(BLANK, "arn:aws:ssm:eu-west-1:111122223333:parameter/it"), encoding="utf-8")


#: What moto does not show as it was registered: it fills in network modes.
_NOT_ON_MOTO = {"anywhere", "vpc-unset"}
ON_MOTO = [each for each in FAILING if each.name not in _NOT_ON_MOTO]


def test_apply_closes_every_finding_that_repairs_mend_and_back_out_brings_it_back(world: World) -> None:
    parameters: dict[str, dict[str, Any]] = {}
    for each in ON_MOTO:
        parameters.setdefault(each.check, {}).update(each.settings)
        world.ecs.register_task_definition(**registered(each.definition))
        world.serve(f"of-{each.name}", f"{each.name}:1")
    settings = {"limits": {"workers": 4}, "checks": {"parameters": parameters}}
    (world.folder / "settings.yaml").write_text(json.dumps(settings), encoding="utf-8")
    rows = world.audit()
    found = {each.name: rows[each.check, each.name] for each in ON_MOTO}
    assert [each.name for each in ON_MOTO if each.reason not in found[each.name]["reasons"]] == []

    said = []
    for name, row in found.items():
        outcome = world.remediate(row["finding_id"][:12], name)
        assert outcome.exit_code == OK, outcome.text
        fill_in(world.folder / name)
        said += [outcome.text, *_run(world, name, "apply.sh")]

    assert {name: _revision(world, name) for name in found} == dict.fromkeys(found, "2")
    assert {world.status(f"{name}:1") for name in found} == {"INACTIVE"}
    rows = world.audit()
    # What the rule is not about any more has no row.
    after = {each.name: rows[each.check, each.name]["status"] for each in ON_MOTO if (each.check, each.name) in rows}
    assert {name: status for name, status in after.items() if status != "PASS"} == {}
    assert set(found) - set(after) <= {"socket", "socket-folder", "path-written", "path-read"}

    for name in found:
        said += _run(world, name, "rollback.sh")

    assert {name: _revision(world, name) for name in found} == dict.fromkeys(found, "3")
    assert {world.status(f"{name}:2") for name in found} == {"INACTIVE"}
    rows = world.audit()
    assert {each.name: rows[each.check, each.name]["reasons"] for each in ON_MOTO} == {
        name: row["reasons"] for name, row in found.items()
    }
    assert [text for text in said if CANARY in text or KEY in text] == []


def _run(world: World, folder: str, script: str) -> tuple[str, str]:
    done = world.shim.run(world.folder / folder / script)
    assert (done.returncode, done.stderr) == (0, ""), folder
    return done.stdout, done.stderr


def _revision(world: World, name: str) -> str:
    family, _, revision = world.runs(f"of-{name}").rpartition("/")[2].partition(":")
    assert family == name
    return revision


PRIVILEGED = next(each for each in FAILING if each.name == "privileged")


def privileged(world: World, revisions: int = 1) -> list[str]:
    """Register a family whose containers are privileged. Returns the ARNs."""
    asked = registered(PRIVILEGED.definition)
    return [
        world.ecs.register_task_definition(**asked)["taskDefinition"]["taskDefinitionArn"] for _ in range(revisions)
    ]


def finding_of(world: World, check: str = "ecs-privileged-container", family: str = "privileged") -> str:
    return str(world.audit()[check, family]["finding_id"])


def test_every_service_on_any_failing_revision_moves_and_all_failing_revisions_go(world: World) -> None:
    first, second, third = privileged(world, 3)
    world.serve("old", first)
    world.serve("new", third)

    assert world.remediate(finding_of(world), "fix").exit_code == OK
    applied = world.shim.run(world.folder / "fix" / "apply.sh")

    assert applied.returncode == 0, applied.stderr
    assert {world.runs("old").rpartition(":")[2], world.runs("new").rpartition(":")[2]} == {"4"}
    assert [world.status(each) for each in (first, second, third)] == ["INACTIVE", "ACTIVE", "INACTIVE"]
    assert world.audit()["ecs-privileged-container", "privileged"]["status"] == "PASS"

    undone = world.shim.run(world.folder / "fix" / "rollback.sh")

    assert undone.returncode == 0, undone.stderr
    back = {name: world.runs(name) for name in ("old", "new")}
    assert back["old"] != back["new"], "each goes back to the content that it ran"
    assert {world.status(each) for each in back.values()} == {"ACTIVE"}, "ECS deploys nothing else"
    assert world.audit()["ecs-privileged-container", "privileged"]["status"] == "FAIL"


def test_back_out_before_the_old_revision_is_deregistered_registers_nothing(world: World) -> None:
    (old,) = privileged(world)
    world.serve("shop", old)
    world.remediate(finding_of(world), "fix")
    script = world.folder / "fix" / "apply.sh"
    text = script.read_text(encoding="utf-8")
    script.write_text(text[: text.index("aws ecs deregister-task-definition")], encoding="utf-8")
    assert world.shim.run(script).returncode == 0
    world.shim.asked.clear()

    undone = world.shim.run(world.folder / "fix" / "rollback.sh")

    assert undone.returncode == 0, undone.stderr
    assert "register-task-definition" not in world.shim.operations()
    assert world.runs("shop") == old


def test_remediate_describes_and_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (old,) = privileged(world)
    world.serve("shop", old)
    finding_id = finding_of(world)
    called: list[str] = []
    invoke = Clients.invoke

    def listening(self: Clients, service: str, region: str, operation: str, parameters: Any) -> dict[str, Any]:
        called.append(f"{service}:{operation}")
        return invoke(self, service, region, operation, parameters)

    monkeypatch.setattr(Clients, "invoke", listening)

    assert world.remediate(finding_id, "fix").exit_code == OK

    described = {"ecs:DescribeTaskDefinition", "ecs:DescribeServices"}
    assert set(called) == {"sts:GetCallerIdentity", "sts:AssumeRole", *described}
    assert world.runs("shop") == old
    assert world.ecs.list_task_definitions()["taskDefinitionArns"] == [old]


def test_the_session_is_narrowed_to_what_describes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    privileged(world)
    finding_id = finding_of(world)
    policies: list[str] = []
    invoke = Clients.invoke

    def listening(self: Clients, service: str, region: str, operation: str, parameters: Any) -> dict[str, Any]:
        policies.extend([parameters["Policy"]] if operation == "AssumeRole" else [])
        return invoke(self, service, region, operation, parameters)

    monkeypatch.setattr(Clients, "invoke", listening)
    world.remediate(finding_id, "fix")

    (policy,) = policies
    assert json.loads(policy)["Statement"][0]["Action"] == ["ecs:DescribeServices", "ecs:DescribeTaskDefinition"]


@pytest.mark.parametrize("name", ["privileged", "names"])
def test_values_of_variables_are_in_the_documents_and_nowhere_else(world: World, name: str) -> None:
    failing = next(each for each in FAILING if each.name == name)
    world.ecs.register_task_definition(**registered(failing.definition))

    outcome = world.remediate(finding_of(world, failing.check, name), "fix")

    holding = {file.name for file in (world.folder / "fix").iterdir() if CANARY in file.read_text(encoding="utf-8")}
    assert holding == {"new.json", "old-1.json"}
    assert CANARY not in outcome.text
    assert "MODE" not in (world.folder / "fix" / "apply.sh").read_text(encoding="utf-8")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (world.folder / "fix").iterdir()}
    assert {name: oct(mode) for name, mode in modes.items()} == {
        **dict.fromkeys(("new.json", "old-1.json", "change.diff", "steps.md"), "0o600"),
        **dict.fromkeys(("apply.sh", "rollback.sh"), "0o700"),
    }
    assert "0600" in outcome.text


def test_the_document_registers_all_there_was_with_its_tags(world: World) -> None:
    (old,) = privileged(world)
    world.remediate(finding_of(world), "fix")
    new = json.loads((world.folder / "fix" / "new.json").read_text(encoding="utf-8"))
    answer = world.ecs.describe_task_definition(taskDefinition=old, include=["TAGS"])

    assert new["tags"] == answer["tags"]
    answer["taskDefinition"]["containerDefinitions"][0]["privileged"] = False
    left_out = {"taskDefinitionArn", "revision", "status", "compatibilities", "registeredAt", "requiresAttributes"}
    expected = {key: value for key, value in answer["taskDefinition"].items() if key not in left_out}
    assert {key: value for key, value in new.items() if key != "tags"} == expected


def test_the_difference_names_variables_and_shows_what_changes(world: World) -> None:
    privileged(world)
    world.remediate(finding_of(world), "fix")

    lines = (world.folder / "fix" / "change.diff").read_text(encoding="utf-8").splitlines()

    assert [each.strip(" ,") for each in lines if each.startswith(("-", "+"))] == [
        "--- old-1.json",
        "+++ new.json",
        '-      "privileged": true',
        '+      "privileged": false',
    ]


def test_a_script_with_blanks_does_not_start(world: World) -> None:
    names = next(each for each in FAILING if each.name == "names")
    world.ecs.register_task_definition(**registered(names.definition))
    outcome = world.remediate(finding_of(world, names.check, "names"), "fix")
    assert BLANK in outcome.text

    applied = world.shim.run(world.folder / "fix" / "apply.sh")

    assert applied.returncode == 1
    assert "Fill in" in applied.stderr
    assert world.shim.asked == []


def test_a_script_refuses_the_credentials_of_another_account(world: World) -> None:
    privileged(world)
    world.remediate(finding_of(world), "fix")
    world.shim.account = "999999999999"

    applied = world.shim.run(world.folder / "fix" / "apply.sh")

    assert applied.returncode == 1
    assert ACCOUNT in applied.stderr
    assert world.shim.operations() == []


def test_a_script_that_is_started_again_registers_no_second_revision(world: World) -> None:
    privileged(world)
    world.remediate(finding_of(world), "fix")

    for _ in range(2):
        assert world.shim.run(world.folder / "fix" / "apply.sh").returncode == 0

    assert world.shim.operations().count("register-task-definition") == 1


def test_a_service_that_has_moved_since_the_run_is_left_alone_and_told(world: World) -> None:
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


def test_where_no_document_closes_the_finding_it_says_so_and_what_to_do(world: World) -> None:
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


def test_with_a_file_in_place_of_aws_nothing_is_called(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (old,) = privileged(world)
    world.serve("shop", old)
    finding_id = finding_of(world)
    answer = world.ecs.describe_task_definition(taskDefinition=old, include=["TAGS"])
    file = world.folder / "described.json"
    file.write_text(json.dumps(answer, default=str), encoding="utf-8")
    known = Clients.invoke
    monkeypatch.setattr(Clients, "invoke", lambda *_: pytest.fail("a call"))

    outcome = world.remediate(finding_id, "fix", definition=str(file), inventory=None)
    monkeypatch.setattr(Clients, "invoke", known)

    assert outcome.exit_code == OK, outcome.text
    assert world.shim.run(world.folder / "fix" / "apply.sh").returncode == 0
    assert world.runs("shop").endswith(":2")
    assert world.audit()["ecs-privileged-container", "privileged"]["status"] == "PASS"


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"taskDefinition": {"taskDefinitionArn": "arn:x"}}'])
def test_a_file_of_something_else_is_refused_without_quoting_it(world: World, text: str) -> None:
    privileged(world)
    file = world.folder / "described.json"
    file.write_text(text, encoding="utf-8")

    outcome = world.remediate(finding_of(world), "fix", definition=str(file))

    assert outcome.exit_code == USAGE_ERROR
    assert not (world.folder / "fix").exists()


def test_a_folder_with_something_in_it_is_left_alone(world: World) -> None:
    privileged(world)
    (world.folder / "fix").mkdir()
    (world.folder / "fix" / "new.arn").write_text("arn:x", encoding="utf-8")

    outcome = world.remediate(finding_of(world), "fix")

    assert outcome.exit_code == USAGE_ERROR
    assert [each.name for each in (world.folder / "fix").iterdir()] == ["new.arn"]


def test_where_it_would_still_fail_nothing_is_written_and_the_reasons_are_named(world: World) -> None:
    asked = registered(next(each for each in FAILING if each.name == "socket").definition)
    asked["containerDefinitions"][0]["mountPoints"][0]["containerPath"] = "/run/docker.sock"
    (world.folder / "settings.yaml").write_text("limits: {workers: 4}\n", encoding="utf-8")
    world.ecs.register_task_definition(**asked)
    finding_id = finding_of(world, "ecs-docker-socket-mount", "socket")
    # With these parameters the other mount is a socket as well, and the run has not seen it.
    more = 'checks: {parameters: {ecs-docker-socket-mount: {sockets: ["/run/docker.sock", "/srv/x.sock"]}}}\n'
    (world.folder / "settings.yaml").write_text(more, encoding="utf-8")
    again = json.loads(json.dumps(asked))
    again["volumes"].append({"name": "x", "host": {"sourcePath": "/srv/x.sock"}})
    again["containerDefinitions"][0]["mountPoints"].append({"sourceVolume": "x", "containerPath": "/x"})
    answer = world.ecs.describe_task_definition(taskDefinition="socket:1")
    answer["taskDefinition"] |= {key: again[key] for key in ("volumes", "containerDefinitions")}
    file = world.folder / "described.json"
    file.write_text(json.dumps(answer, default=str), encoding="utf-8")

    outcome = world.remediate(finding_id, "fix", definition=str(file))

    assert outcome.exit_code == FAILED
    assert "app can command the container runtime of its host." in outcome.text
    assert "mount the one other file" in outcome.text
    assert not (world.folder / "fix").exists()
