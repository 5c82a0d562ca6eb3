"""The image, built from the unchanged Dockerfile and run with all hardening options.

Needs podman and a base image. `.ci/base-image` builds a local one if none can be pulled.
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
    """Return the reason why no image can be built and run on this machine, or None."""
    if shutil.which("podman") is None:
        return "podman is not installed"
    if podman("image", "exists", BASE).returncode != 0:
        return f"{BASE} is missing: pull it, or build it with .ci/base-image"
    probe = podman("run", *ALONE, BASE, "true")
    return f"podman cannot run a container here: {probe.stderr.strip()}" if probe.returncode != 0 else None


@pytest.fixture(scope="module")
def image() -> str:
    """Build the image once for all tests of this module."""
    if reason := obstacle():
        pytest.skip(reason)
    tag = "localhost/auditor:test"
    built = podman("build", "--pull=never", "--build-arg=REVISION=0123abc", f"--tag={tag}", ".")
    assert built.returncode == 0, built.stdout + built.stderr
    return tag


def within(image: str, code: str) -> Any:  # noqa: ANN401 - any JSON
    """Run a Python program in the hardened container and return the JSON that it prints."""
    ran = podman("run", *ALONE, "--entrypoint=python", image, "-c", code)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_the_command_runs_if_only_tmp_is_writable(image: str) -> None:
    ran = podman("run", *ALONE, image, "--version")

    assert ran.returncode == 0, ran.stderr
    assert auditor.__version__ in ran.stdout


def test_without_arguments_it_prints_its_help(image: str) -> None:
    ran = podman("run", *ALONE, image)

    assert ran.returncode == 0, ran.stderr
    assert "run" in ran.stdout


def test_the_container_exits_with_the_code_of_the_command(image: str) -> None:
    assert podman("run", *ALONE, image, "run", "--no-such-flag").returncode == 2


def test_it_runs_as_an_unprivileged_user_without_capabilities(image: str) -> None:
    code = """
import json, os
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
print(json.dumps([os.getuid(), os.getgid(), status["CapEff"].strip(), status["CapBnd"].strip()]))
"""
    assert within(image, code) == [10001, 10001, "0" * 16, "0" * 16]


def test_every_module_is_compiled_because_the_file_system_is_read_only(image: str) -> None:
    code = """
import importlib.util, json, pathlib, sysconfig
stdlib = pathlib.Path(sysconfig.get_path("stdlib"))
installed = list(pathlib.Path("/opt/auditor/lib").rglob("*.py"))
standard = [stdlib / name for name in ("argparse.py", "json/decoder.py", "asyncio/tasks.py")]
sources = installed + standard
missing = [str(path) for path in sources if not pathlib.Path(importlib.util.cache_from_source(path)).exists()]
print(json.dumps([len(installed) > 500, missing]))
"""
    assert within(image, code) == [True, []]


def test_the_image_has_labels_and_starts_the_command_without_a_shell(image: str) -> None:
    (inspected,) = json.loads(podman("image", "inspect", image).stdout)
    config = inspected["Config"]

    assert config["Entrypoint"] == ["auditor"]
    assert config["User"] == "10001:10001"
    assert config["StopSignal"] in {"SIGTERM", "15"}
    assert config["Labels"]["org.opencontainers.image.title"] == "auditor"
    assert config["Labels"]["org.opencontainers.image.revision"] == "0123abc"
    assert "AWS_STS_REGIONAL_ENDPOINTS=regional" in config["Env"]


def test_the_image_contains_no_tests_no_moto_and_no_installer(image: str) -> None:
    code = """
import json, pathlib
names = {path.name for path in next(pathlib.Path("/opt/auditor/lib").glob("python*/site-packages")).iterdir()}
print(json.dumps(sorted(names & {"auditor", "boto3", "moto", "pip", "pytest", "tests", "hatchling"})))
"""
    assert within(image, code) == ["auditor", "boto3"]


def bucket(fleet: Fleet) -> Any:  # noqa: ANN401 - botocore creates its methods at run time
    """Return an S3 client for the stand-in."""
    return botocore.session.get_session().create_client(
        "s3",
        region_name="us-east-1",
        endpoint_url=fleet.url,
        aws_access_key_id=AMBIENT_KEY,
        aws_secret_access_key=AMBIENT_SECRET,
    )


def night(fleet: Fleet, image: str, **more: str) -> list[str]:
    """Return the podman arguments that run the image like the nightly task, configured by environment variables."""
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


def test_a_run_reads_the_inventory_from_the_bucket_and_writes_the_report_to_it(image: str) -> None:
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


def test_sigterm_during_a_run_shuts_down_in_order(image: str) -> None:
    name = f"auditor-{uuid4().hex[:12]}"
    with running(Shape(accounts=3, regions=2), [Fault("hang", services=("ecs",))]) as fleet:
        upload_inventory(fleet)
        command = ["podman", *night(fleet, image, AUDITOR_READ_TIMEOUT="2s")]
        command.insert(2, f"--name={name}")
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as ran:
            try:
                started = within_a_minute(lambda: "DescribeCapacityProviders" in fleet.report()["operations"])
                # The process has the ID 1 here, so that a signal without a handler would have no effect.
                podman("kill", "--signal=TERM", name)
                output, log = ran.communicate(timeout=30)
            finally:
                podman("rm", "--force", "--ignore", name)
        listing = bucket(fleet).list_objects_v2(Bucket=fleet.bucket, Prefix="audit/")

    keys = {entry["Key"].removeprefix("audit/").partition("/")[0] for entry in listing["Contents"]}
    assert started, log
    assert ran.returncode == 143, log
    assert "INCOMPLETE" in output
    assert "Traceback" not in log
    assert "coverage" in keys
    assert "latest.json" not in keys


def within_a_minute(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return met
