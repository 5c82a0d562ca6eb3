"""Resources that an enabled check covers and no parser reads are reported as not examined."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import ClassVar

import pytest

from auditor import iac, yaml_checks
from auditor.commands.check import exit_code
from auditor.domain.check import Severity
from auditor.domain.ecs.workloads import Cluster
from auditor.domain.file_report import FileReport
from auditor.iac.service import services
from auditor.reports.files.text import render_text
from tests.iac.sample_files import HOST_NETWORK, check_file, fact_check, plan, template

TASK = "{NetworkMode: awsvpc, ContainerDefinitions: [{Name: a, User: '1000'}]}"


@dataclass(frozen=True, slots=True)
class Gadget:
    """A base class of made-up facts."""

    TYPE: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class Widget(Gadget):
    """A made-up kind of fact, whose service has no folder in auditor.iac."""

    TYPE: ClassVar[str] = "AWS::Made::Widget"


@dataclass(frozen=True, slots=True)
class LambdaFunction:
    """A kind of fact of a type that SAM creates."""

    TYPE: ClassVar[str] = "AWS::Lambda::Function"


@dataclass(frozen=True, slots=True)
class Instance:
    """A kind of fact whose Terraform type does not begin with the name of its service."""

    TYPE: ClassVar[str] = "AWS::EC2::Instance"


def with_task(type_: str) -> str:
    """Return a template with a task definition that passes, and a resource of the given type."""
    return f"{template(TASK)}  Other:\n    Type: {type_}\n    Properties: {{}}\n"


def plan_of(*types: str) -> str:
    """Return a Terraform plan with a cluster and one resource of each of the given types."""
    document = json.loads(plan("aws_ecs_cluster", {"name": "c"}))
    others = [{"address": f"{type_}.it", "type": type_, "values": {}} for type_ in types]
    document["planned_values"]["root_module"]["resources"] = others
    return json.dumps(document)


def assert_not_clean(report: FileReport) -> None:
    """Check that neither the summary nor the exit code says that the file is clean."""
    assert render_text(report).splitlines()[-1].startswith("UNKNOWN: ")
    assert exit_code(report, Severity.CRITICAL) == 4


@pytest.mark.parametrize("fact_type", [Widget, Gadget], ids=["the kind itself", "a base class of the kind"])
def test_a_covered_type_in_a_template_is_not_examined(fact_type: type[Gadget]) -> None:
    text = with_task("AWS::Made::Widget")
    report = check_file(text, HOST_NETWORK, fact_check(bool, fact_type))

    (item,) = report.unchecked
    assert (item.name, item.location.line) == ("Other", 7)
    assert item.reason == "AWS::Made::Widget cannot be examined in files"
    assert_not_clean(report)
    assert check_file(text, HOST_NETWORK).unchecked == ()


def test_a_template_without_the_covered_type_passes() -> None:
    report = check_file(with_task("AWS::SQS::Queue"), HOST_NETWORK, fact_check(bool, Widget))

    assert render_text(report).startswith("PASS: ")
    assert exit_code(report, Severity.LOW) == 0


def test_a_sam_type_that_creates_a_covered_type_is_not_examined() -> None:
    report = check_file(with_task("AWS::Serverless::Function"), HOST_NETWORK, fact_check(bool, LambdaFunction))

    assert [item.name for item in report.unchecked] == ["Other"]
    assert_not_clean(report)


@pytest.mark.parametrize("type_", ["aws_made_widget", "aws_made_widget_policy", "awscc_made_widget"])
def test_a_terraform_type_of_a_covered_service_is_not_examined(type_: str) -> None:
    cluster = fact_check(lambda _: False, Cluster, "ecs-cluster")
    report = check_file(plan_of(type_), cluster, fact_check(bool, Widget))

    assert [item.name for item in report.unchecked] == [f"{type_}.it"]
    assert_not_clean(report)
    assert check_file(plan_of(type_), cluster).unchecked == ()


def test_a_plan_is_not_clean_if_a_covered_type_has_no_known_terraform_type() -> None:
    cluster = fact_check(lambda _: False, Cluster, "ecs-cluster")
    report = check_file(plan_of("aws_instance"), cluster, fact_check(bool, Instance))

    (item,) = report.unchecked
    assert (item.name, item.reason) == ("plan", "auditor does not know the Terraform types of AWS::EC2::Instance")
    assert_not_clean(report)
    assert check_file(plan_of("aws_ecs_tag"), cluster, fact_check(bool, Instance)).unchecked == ()


_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)

SERVICE = """
from auditor.domain.ecs.workloads import Cluster
from auditor.iac.ecs import to_facts
from auditor.iac.service import IacService, ResourceType


def widget(document, name):
    return to_facts.cluster({"settings": document.get("flags")}, name)


SERVICE = IacService(
    name="Made",
    prefix="AWS::Made::",
    types={"AWS::Made::Group": ResourceType(Cluster, widget)},
    terraform_types={"aws_widget": "AWS::Made::Widget", "aws_group": "AWS::Made::Group"},
    without_settings=frozenset(("AWS::Made::Link",)),
)
"""


@pytest.fixture
def made_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Add the folder of a service to `auditor.iac`."""
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "__init__.py").write_text(SERVICE, encoding="utf-8")
    monkeypatch.setattr(iac, "__path__", [*iac.__path__, str(tmp_path)])
    services.cache_clear()
    yield
    services.cache_clear()


@pytest.mark.parametrize("package", [iac, yaml_checks], ids=lambda package: package.__name__)
def test_the_core_imports_no_service(package: ModuleType) -> None:
    for path in Path(package.__file__ or "").parent.glob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        imports = [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]

        assert [name for name in imports if ".ecs" in name] == [], path


def test_the_core_has_no_names_of_a_service() -> None:
    for path in Path(iac.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, _DOCUMENTED)}
        constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        texts = [text for text in constants if isinstance(text, str) and text not in docstrings]

        assert [text for text in texts if re.search(r"\becs\b|container|task", text, re.IGNORECASE)] == [], path


@pytest.mark.usefixtures("made_service")
def test_a_new_service_is_a_new_folder() -> None:
    check = fact_check(lambda cluster: cluster.container_insights == "enabled", Cluster)
    flags = "{Flags: [{Name: containerInsights, Value: enabled}]}"
    in_plan = plan("aws_group", {"flags": [{"name": "containerInsights", "value": "enabled"}]})

    assert [
        finding.finding.status for finding in check_file(template(flags, type_="AWS::Made::Group"), check).findings
    ] == ["FAIL"]
    assert [finding.finding.status for finding in check_file(in_plan, check).findings] == ["FAIL"]


@pytest.mark.usefixtures("made_service")
def test_a_service_can_name_terraform_types_without_a_parser() -> None:
    report = check_file(plan_of("aws_widget"), fact_check(bool, Widget), fact_check(lambda _: False, Cluster, "b"))

    assert [item.name for item in report.unchecked] == ["aws_widget.it"]
    assert_not_clean(report)


@pytest.mark.usefixtures("made_service")
def test_other_types_of_a_covered_service_are_not_examined_unless_they_have_no_settings() -> None:
    widget = fact_check(bool, Widget)

    assert len(check_file(with_task("AWS::Made::Part"), HOST_NETWORK, widget).unchecked) == 1
    assert check_file(with_task("AWS::Made::Link"), HOST_NETWORK, widget).unchecked == ()
    assert check_file(with_task("AWS::Made::Part"), HOST_NETWORK).unchecked == ()
