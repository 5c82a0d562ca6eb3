"""The image, built from the Dockerfile as it stands and run as hardened as a task can be.

Needs podman and a base image: `.ci/base-image` makes a local one where none can be pulled.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import botocore.session
import pytest

import auditor
from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.fleet.sessions import AMBIENT_KEY, AMBIENT_SECRET

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
)
ALONE = (*HARDENED, "--network=none")


def podman(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["podman", *arguments], capture_output=True, text=True, check=False, cwd=ROOT)


def obstacle() -> str | None:
    """Why no image can be built and run here, if so."""
    if shutil.which("podman") is None:
        return "podman is not installed"
    if podman("image", "exists", BASE).returncode != 0:
        return f"{BASE} is not here: pull it, or make a stand-in with .ci/base-image"
    probe = podman("run", *ALONE, BASE, "true")
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
    ran = podman("run", *ALONE, "--entrypoint=python", image, "-c", code)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_the_command_runs_with_nothing_writable_but_tmp(image: str) -> None:
    ran = podman("run", *ALONE, image, "--version")

    assert ran.returncode == 0, ran.stderr
    assert auditor.__version__ in ran.stdout


def test_without_arguments_it_says_how_to_use_it(image: str) -> None:
    ran = podman("run", *ALONE, image)

    assert ran.returncode == 0, ran.stderr
    assert "run" in ran.stdout


def test_a_mistake_on_the_command_line_leaves_the_container_with_its_exit_code(image: str) -> None:
    assert podman("run", *ALONE, image, "run", "--no-such-flag").returncode == 2


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


def bucket(fleet: Fleet) -> Any:  # noqa: ANN401 - botocore makes its methods when it runs
    """A client for the buckets of the stand-in."""
    return botocore.session.get_session().create_client(
        "s3",
        region_name="us-east-1",
        endpoint_url=fleet.url,
        aws_access_key_id=AMBIENT_KEY,
        aws_secret_access_key=AMBIENT_SECRET,
    )


def night(fleet: Fleet, image: str, **more: str) -> list[str]:
    """The command that runs the image as the nightly task does: told everything by its environment."""
    environment = {
        "AWS_ENDPOINT_URL": fleet.url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": AMBIENT_KEY,
        "AWS_SECRET_ACCESS_KEY": AMBIENT_SECRET,
        "AUDITOR_INVENTORY": f"s3://{fleet.bucket}/config/inventory.yaml",
        "AUDITOR_OUTPUT": f"s3://{fleet.bucket}/audit",
        "AUDITOR_RUN_ID": "2026-11-23T02:00:00Z",
        **more,
    }
    variables = [f"--env={key}={value}" for key, value in environment.items()]
    return ["run", *HARDENED, "--network=host", *variables, image, "run"]


def upload_inventory(fleet: Fleet) -> None:
    body = fleet.inventory_text().encode()
    bucket(fleet).put_object(Bucket=fleet.bucket, Key="config/inventory.yaml", Body=body)


def test_a_night_runs_from_the_inventory_in_the_bucket_to_the_report_in_the_bucket(image: str) -> None:
    with running(Shape(accounts=3, regions=2)) as fleet:
        upload_inventory(fleet)
        ran = podman(*night(fleet, image))
        latest = json.load(bucket(fleet).get_object(Bucket=fleet.bucket, Key="audit/latest.json")["Body"])
        report = bucket(fleet).get_object(Bucket=fleet.bucket, Key=f"audit/{latest['report']}")["Body"].read()

    assert ran.returncode == 0, ran.stderr
    assert latest["run_id"] == "20261123T020000Z-scheduled"
    assert latest["coverage"]["percent"] == 100
    assert b"<!doctype html>" in report[:100].lower()
    assert [json.loads(line)["event"] for line in ran.stderr.splitlines()][-1] == "run-ended"


def test_told_to_stop_in_the_middle_of_a_run_it_ends_in_order(image: str) -> None:
    name = f"auditor-{uuid4().hex[:12]}"
    with running(Shape(accounts=3, regions=2), [Fault("hang", services=("ecs",))]) as fleet:
        upload_inventory(fleet)
        command = ["podman", *night(fleet, image, AUDITOR_READ_TIMEOUT="2s")]
        command.insert(2, f"--name={name}")
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as ran:
            try:
                began = within_a_minute(lambda: "DescribeCapacityProviders" in fleet.report()["operations"])
                # To the process itself, which has the number 1 here: a signal that it does not handle does nothing.
                podman("kill", "--signal=TERM", name)
                said, logged = ran.communicate(timeout=30)
            finally:
                podman("rm", "--force", "--ignore", name)
        kept = bucket(fleet).list_objects_v2(Bucket=fleet.bucket, Prefix="audit/")

    keys = {each["Key"].removeprefix("audit/").partition("/")[0] for each in kept["Contents"]}
    assert began, logged
    assert ran.returncode == 143, logged
    assert "INCOMPLETE" in said
    assert "Traceback" not in logged
    assert "coverage" in keys
    assert "latest.json" not in keys


def within_a_minute(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not (done := happened()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return done
