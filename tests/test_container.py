"""The image, built from the Dockerfile as it stands and run as hardened as a task can be.

Needs podman and a base image: `.ci/base-image` makes a local one where none can be pulled.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import auditor

pytestmark = pytest.mark.container

ROOT = Path(__file__).parents[1]
BASE = "python:3.13-slim"
HARDENED = (
    "--rm",
    "--pull=never",
    "--read-only",
    "--read-only-tmpfs=false",
    "--tmpfs=/tmp:rw,noexec,nosuid,size=64m",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--memory=512m",
    "--network=none",
)


def podman(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["podman", *arguments], capture_output=True, text=True, check=False, cwd=ROOT)


def obstacle() -> str | None:
    """Why no image can be built and run here, if so."""
    if shutil.which("podman") is None:
        return "podman is not installed"
    if podman("image", "exists", BASE).returncode != 0:
        return f"{BASE} is not here: pull it, or make a stand-in with .ci/base-image"
    probe = podman("run", *HARDENED, BASE, "true")
    return f"podman cannot run a container here: {probe.stderr.strip()}" if probe.returncode != 0 else None


@pytest.fixture(scope="module")
def image() -> str:
    """The image, built once for all tests of this file."""
    if reason := obstacle():
        pytest.skip(reason)
    tag = "localhost/auditor:test"
    built = podman("build", "--pull=never", "--build-arg=REVISION=0123abc", f"--tag={tag}", ".")
    assert built.returncode == 0, built.stdout + built.stderr
    return tag


def within(image: str, code: str) -> Any:  # noqa: ANN401 - any JSON
    """What a Python program prints as JSON inside the hardened container."""
    ran = podman("run", *HARDENED, "--entrypoint=python", image, "-c", code)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_the_command_runs_with_nothing_writable_but_tmp(image: str) -> None:
    ran = podman("run", *HARDENED, image, "--version")

    assert ran.returncode == 0, ran.stderr
    assert auditor.__version__ in ran.stdout


def test_without_arguments_it_says_how_to_use_it(image: str) -> None:
    ran = podman("run", *HARDENED, image)

    assert ran.returncode == 0, ran.stderr
    assert "run" in ran.stdout


def test_a_mistake_on_the_command_line_leaves_the_container_with_its_exit_code(image: str) -> None:
    assert podman("run", *HARDENED, image, "run", "--no-such-flag").returncode == 2


def test_it_is_nobody_in_particular_and_holds_no_capability(image: str) -> None:
    code = """
import json, os
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
print(json.dumps([os.getuid(), os.getgid(), status["CapEff"].strip(), status["CapBnd"].strip()]))
"""
    assert within(image, code) == [10001, 10001, "0" * 16, "0" * 16]


def test_every_module_has_its_bytecode_because_none_can_be_written(image: str) -> None:
    code = """
import importlib.util, json, pathlib, sysconfig
stdlib = pathlib.Path(sysconfig.get_path("stdlib"))
ours = [each for each in pathlib.Path("/opt/auditor/lib").rglob("*.py")]
theirs = [stdlib / name for name in ("argparse.py", "json/decoder.py", "asyncio/tasks.py")]
missing = [str(each) for each in ours + theirs if not pathlib.Path(importlib.util.cache_from_source(each)).exists()]
print(json.dumps([len(ours) > 500, missing]))
"""
    assert within(image, code) == [True, []]


def test_the_image_says_what_it_is_and_starts_the_command_without_a_shell(image: str) -> None:
    (inspected,) = json.loads(podman("image", "inspect", image).stdout)
    config = inspected["Config"]

    assert config["Entrypoint"] == ["auditor"]
    assert config["User"] == "10001:10001"
    assert config["StopSignal"] in {"SIGTERM", "15"}
    assert config["Labels"]["org.opencontainers.image.title"] == "auditor"
    assert config["Labels"]["org.opencontainers.image.revision"] == "0123abc"
    assert "AWS_STS_REGIONAL_ENDPOINTS=regional" in config["Env"]


def test_the_image_holds_the_product_and_no_test_demo_or_installer(image: str) -> None:
    code = """
import json, pathlib
found = {each.name for each in next(pathlib.Path("/opt/auditor/lib").glob("python*/site-packages")).iterdir()}
print(json.dumps(sorted(found & {"auditor", "boto3", "moto", "pip", "pytest", "tests", "hatchling"})))
"""
    assert within(image, code) == ["auditor", "boto3"]
