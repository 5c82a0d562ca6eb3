"""Devices of the host in containers."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.host_devices import Parameters
from auditor.checks.ecs.host_devices import host_devices as check
from auditor.domain.aws_resource import Resource
from auditor.domain.check import Evidence, Status, Verdict
from auditor.domain.ecs.containers import Container
from tests.builders import task_definition
from tests.checks.ecs.helpers import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    definition_repair,
    failing_parts,
    judge,
    parse_agent,
    parse_task,
)

REASON = ("host-device",)


def judge_devices(*devices: str, launch_types: tuple[str, ...] = (), params: Parameters | None = None) -> Verdict:
    containers = (Container("app", devices=devices), Container("other"))
    return judge(check, task_definition(containers=containers, launch_types=launch_types), params)


@pytest.mark.parametrize(
    "device",
    [
        pytest.param("/dev/nvme0n1", id="a disk"),
        pytest.param("/dev/xvda1", id="a partition"),
        pytest.param("/dev/mapper/docker-pool", id="a logical volume"),
        pytest.param("/dev/disk/by-uuid/1", id="a link to a disk"),
        pytest.param("/dev/mem", id="the memory"),
        pytest.param("/dev/kmsg", id="the log of the kernel"),
        pytest.param("/dev/kvm", id="the hypervisor"),
        pytest.param("/dev", id="all devices"),
        pytest.param("/dev/net", id="a folder that contains an allowed device"),
        pytest.param("/dev/net/../sda", id="a step out of an allowed folder"),
        pytest.param("/dev/dri/../sda", id="a step out of a folder whose content is allowed"),
        pytest.param("/dev/nvidia/../sda", id="a step out of a name that begins like an allowed one"),
        pytest.param("/dev/FUSE", id="another case"),
        pytest.param("/", id="the root"),
        pytest.param("", id="an empty path"),
    ],
)
def test_a_device_that_is_not_known_to_be_harmless_fails(device: str) -> None:
    evidence = Evidence("app", "container", REASON, {"hostPath": device})

    assert judge_devices(device) == Verdict(FAIL, REASON, (evidence,))


@pytest.mark.parametrize(
    "device",
    [
        *(
            "/dev/fuse",
            "/dev/net/tun",
            "/dev/nvidia0",
            "/dev/nvidiactl",
            "/dev/nvidia-uvm",
            "/dev/nvidia-caps/nvidia-cap1",
        ),
        *("/dev/dri", "/dev/dri/card0", "/dev/dri/renderD128", "/dev/snd", "/dev/snd/timer", "/dev/neuron3"),
        *("/dev/infiniband/uverbs0", "/dev/video0", "/dev/null", "/dev//fuse", "/dev/fuse/", "/dev/./net/tun"),
    ],
)
def test_a_harmless_device_passes(device: str) -> None:
    assert judge_devices(device) == Verdict(PASS)


def test_each_device_is_one_piece_of_evidence() -> None:
    verdict = judge_devices("/dev/sda", "/dev/fuse", "/dev/mem")

    assert [part.details["hostPath"] for part in verdict.evidence] == ["/dev/sda", "/dev/mem"]


@pytest.mark.parametrize(
    ("devices", "launch_types", "status"),
    [
        pytest.param((), ("FARGATE",), NOT_APPLICABLE, id="Fargate supports no devices"),
        pytest.param(("/dev/sda",), ("FARGATE",), FAIL, id="a disk fails on Fargate too"),
        pytest.param((), ("EC2", "FARGATE"), PASS, id="a task that can also run on instances is judged"),
        pytest.param((), (), PASS, id="a task without launch types is judged"),
    ],
)
def test_launch_types(devices: tuple[str, ...], launch_types: tuple[str, ...], status: Status) -> None:
    assert judge_devices(*devices, launch_types=launch_types).status is status


def test_the_list_is_a_parameter() -> None:
    params = Parameters(allowed=("/dev/ttyUSB*",))

    assert judge_devices("/dev/ttyUSB0", params=params).status is PASS
    assert judge_devices("/dev/fuse", params=params).status is FAIL


def test_a_relative_path_is_refused() -> None:
    with pytest.raises(ValueError, match="absolute paths of devices"):
        Parameters(allowed=("fuse",))


@pytest.mark.parametrize("parse", [parse_task, parse_agent])
def test_task_definitions_and_managed_daemons_are_parsed_and_judged(parse: type) -> None:
    device = {"hostPath": "/dev/nvme0n1", "containerPath": "/dev/xvdz", "permissions": ["read"]}

    assert failing_parts(judge(check, parse({"name": "a", "linuxParameters": {"devices": [device]}}))) == ["a"]


def test_the_repair_removes_the_device_and_no_other() -> None:
    fuse = {"hostPath": "/dev/fuse"}
    container = {
        "name": "app",
        "linuxParameters": {"initProcessEnabled": True, "devices": [{"hostPath": "/dev/sda"}, fuse]},
    }
    document = {"containerDefinitions": [container]}
    (evidence,) = judge(check, parse_task(container)).evidence

    definition_repair(check, "host-device").apply(document, evidence, Resource("", "", ""))

    assert container["linuxParameters"] == {"initProcessEnabled": True, "devices": [fuse]}


def test_the_manual_page_lists_the_devices() -> None:
    text = check.manual.partition("default\n\n")[2].partition("\n\nPaths are normalized")[0]

    assert tuple(word for word in text.split() if word.startswith("/")) == Parameters().allowed
