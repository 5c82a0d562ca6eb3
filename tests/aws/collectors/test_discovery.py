"""Collectors are discovered in the packages of their services."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from auditor.aws.collectors import all_collectors, discover_collectors, services

MODULE = """
from auditor.aws.collectors.collector import Collector

collector = Collector(
    name={name!r}, service={service!r}, fact_type=object, actions=(), collect=iter, list_only=iter, batch=0, cost=""
)
"""

MakePackage = Callable[[dict[str, str]], ModuleType]


@pytest.fixture
def make_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePackage:
    """Make a package out of modules by path, such as `ecr/images.py`."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(modules: dict[str, str]) -> ModuleType:
        for path, source in modules.items():
            file = tmp_path / "made_collectors" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(source)
            for folder in (file.parent, tmp_path / "made_collectors"):
                (folder / "__init__.py").touch()
        importlib.invalidate_caches()
        for name in [name for name in sys.modules if name.partition(".")[0] == "made_collectors"]:
            del sys.modules[name]
        return importlib.import_module("made_collectors")

    return make


def test_collectors_of_every_service_package_are_found(make_package: MakePackage) -> None:
    package = make_package(
        {
            "ecr/images.py": MODULE.format(name="ecr-images", service="ecr"),
            "iam/roles.py": MODULE.format(name="iam-roles", service="iam"),
            "iam/helpers.py": "collector = 'not one'",
        }
    )

    collectors = discover_collectors(package)

    assert {name: collector.service for name, collector in collectors.items()} == {
        "ecr-images": "ecr",
        "iam-roles": "iam",
    }


def test_two_collectors_of_one_name_are_an_error(make_package: MakePackage) -> None:
    package = make_package(
        {
            "ecr/images.py": MODULE.format(name="images", service="ecr"),
            "ecs/images.py": MODULE.format(name="images", service="ecs"),
        }
    )

    with pytest.raises(ValueError, match=r"two collectors have the name 'images'.*made_collectors\.ecs\.images"):
        discover_collectors(package)


def test_a_collector_stands_in_the_package_of_its_service() -> None:
    packages = {
        name: module.__name__.split(".")[3]
        for module in list(sys.modules.values())
        if module.__name__.startswith("auditor.aws.collectors.")
        for name in [getattr(getattr(module, "collector", None), "name", None)]
        if name
    }

    assert {collector.name: collector.service.replace("-", "_") for collector in all_collectors()} == packages


def test_collectors_come_after_those_that_they_depend_on() -> None:
    names = [collector.name for collector in all_collectors()]

    for collector in all_collectors():
        for dependency in (*collector.depends_on, *collector.usage_depends_on):
            assert names.index(dependency) < names.index(collector.name)


def test_the_services_are_those_of_the_collectors() -> None:
    assert services() == ("ecs",)
