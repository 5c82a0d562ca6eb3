"""Mounts of sensitive host paths, writable or read-only."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from auditor.checks.ecs.host_path_mount import Parameters
from auditor.checks.ecs.host_path_mount import host_path_mount as check
from auditor.domain.check import Detail, Evidence, Status, Verdict
from auditor.domain.ecs.containers import Container, Mount
from auditor.domain.ecs.task_definitions import Volume
from tests.builders import task_definition
from tests.checks.ecs.helpers import FAIL, NOT_APPLICABLE, PASS, daemon_definition, judge, parse_task

WRITABLE, READABLE = ("writable-host-path",), ("readable-host-path",)
LENIENT = Parameters(read_only="pass")


def judge_path(
    source: str | None,
    *,
    read_only: bool = False,
    launch_types: tuple[str, ...] = (),
    params: Parameters | None = None,
) -> Verdict:
    container = Container("app", user="0", privileged=True, mounts=(Mount("v", "/x", read_only),))
    task = task_definition(containers=(container,), volumes=(Volume("v", source),), launch_types=launch_types)
    return judge(check, task, params)


def judge_mounts(*mounts: Mount, params: Parameters | None = None) -> Verdict:
    volumes = (Volume("etc", "/etc"), Volume("proc", "/proc"), Volume("data", "/ecs/data"), Volume("unused", "/root"))
    task = task_definition(containers=(Container("a", mounts=mounts), Container("b")), volumes=volumes)
    return judge(check, task, params)


def mounted_paths(verdict: Verdict) -> list[Detail]:
    return [part.details["containerPath"] for part in verdict.evidence]


def test_each_sensitive_path_fails() -> None:
    for source in Parameters().paths:
        writable, readable = judge_path(source), judge_path(source, read_only=True)
        assert (writable.status, writable.reasons) == (FAIL, WRITABLE), source
        assert (readable.status, readable.reasons) == (FAIL, READABLE), source


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("/", id="the root contains all of them"),
        pytest.param("//", id="the root with a duplicate slash"),
        pytest.param("/var", id="a folder that contains some of them"),
        pytest.param("/var/lib", id="a deeper folder that contains some of them"),
        pytest.param("/run", id="a folder that contains the host's services"),
        pytest.param("/var/run", id="the same folder through the link"),
        pytest.param("/etc/", id="a trailing slash"),
        pytest.param("/etc/cron.d", id="a folder in one"),
        pytest.param("/home/ec2-user/.dockercfg", id="a file in one"),
        pytest.param("/srv/../etc", id="a step up"),
        pytest.param("/var/run/dbus/system_bus_socket", id="a service through the link"),
        pytest.param("C:\\", id="the drive of Windows"),
        pytest.param("c:/windows/system32", id="a folder of Windows in another spelling"),
        pytest.param(r"C:\Users\..\ProgramData\docker", id="a step up on Windows"),
        pytest.param("/opt", id="a folder that contains the agents of AWS"),
        pytest.param("/var/cache/ecs", id="the image of the ECS agent"),
        pytest.param("/run/containerd/io.containerd.runtime.v2.task", id="the root file systems of all containers"),
        pytest.param("/var/lib/amazon/ssm", id="the keys of Systems Manager"),
        pytest.param("/var/lib/kubelet", id="the volumes of other containers"),
        pytest.param("/var/log/ecs", id="the log of the ECS agent"),
    ],
)
def test_a_path_inside_or_around_a_sensitive_one_fails(source: str) -> None:
    verdict = judge_path(source)

    assert (verdict.status, verdict.reasons) == (FAIL, WRITABLE)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("/ecs/data", id="a folder for data"),
        pytest.param("/opt/agent", id="a folder of an agent"),
        pytest.param("/etcetera", id="a name that begins like a sensitive one"),
        pytest.param("/dev_disk", id="another name that begins like a sensitive one"),
        pytest.param("/srv/etc", id="a path that ends like a sensitive one"),
        pytest.param("/etc/../srv", id="a step out of a sensitive one"),
        pytest.param("/ETC", id="another case on Linux"),
        pytest.param("/run/docker.sock", id="the runtime's socket, which another check covers"),
        pytest.param("etc", id="a relative path, which the runtime refuses"),
        pytest.param("", id="an empty path"),
        pytest.param(None, id="a folder that the runtime creates"),
        pytest.param("D:\\data", id="another drive"),
    ],
)
def test_other_paths_pass(source: str | None) -> None:
    assert judge_path(source) == Verdict(PASS)


def test_public_paths_may_be_read_but_not_written() -> None:
    for source in (*Parameters().public, "/etc/ssl/certs/ca.pem", "/etc//localtime"):
        assert judge_path(source, read_only=True) == Verdict(PASS), source
        assert judge_path(source).reasons == WRITABLE, source


@pytest.mark.parametrize("source", ["/etc", "/etc/ssl"])
def test_a_folder_that_contains_public_files_is_not_public(source: str) -> None:
    assert judge_path(source, read_only=True).reasons == READABLE


def test_the_evidence_shows_the_mount_as_ecs_holds_it() -> None:
    details: dict[str, Detail] = {"sourceVolume": "v", "sourcePath": "/proc/", "containerPath": "/x", "readOnly": True}
    evidence = Evidence("app", "container", READABLE, details)

    assert judge_path("/proc/", read_only=True) == Verdict(FAIL, READABLE, (evidence,))


def test_each_mount_is_one_piece_of_evidence_and_unmounted_volumes_are_none() -> None:
    verdict = judge_mounts(Mount("proc", "/p", read_only=True), Mount("data", "/d"), Mount("etc", "/e"))

    assert (verdict.status, verdict.reasons) == (FAIL, (*READABLE, *WRITABLE))
    assert mounted_paths(verdict) == ["/p", "/e"]


def test_a_read_only_mount_passes_with_a_note_with_the_parameter() -> None:
    verdict = judge_mounts(Mount("proc", "/p", read_only=True), params=LENIENT)

    assert (verdict.status, verdict.reasons) == (PASS, READABLE)
    assert mounted_paths(verdict) == ["/p"]


def test_a_writable_mount_fails_with_the_parameter_and_without_notes() -> None:
    verdict = judge_mounts(Mount("proc", "/p", read_only=True), Mount("etc", "/e"), params=LENIENT)

    assert (verdict.status, verdict.reasons) == (FAIL, WRITABLE)
    assert mounted_paths(verdict) == ["/e"]


def test_a_definition_without_mounts_passes_with_the_parameter_and_without_notes() -> None:
    assert judge_mounts(params=LENIENT) == Verdict(PASS)


@pytest.mark.parametrize(
    ("source", "launch_types", "status"),
    [
        pytest.param(None, ("FARGATE",), NOT_APPLICABLE, id="Fargate has no host to mount from"),
        pytest.param("/etc", ("FARGATE",), FAIL, id="a sensitive path fails on Fargate too"),
        pytest.param(None, ("EC2", "FARGATE"), PASS, id="a task that can also run on instances is judged"),
        pytest.param(None, (), PASS, id="a task without launch types is judged"),
    ],
)
def test_launch_types(source: str | None, launch_types: tuple[str, ...], status: Status) -> None:
    assert judge_path(source, launch_types=launch_types).status is status


def judge_options(options: Mapping[str, str] | None, driver: str | None = None, *, read_only: bool = False) -> Verdict:
    """Judge a container that mounts a Docker volume with these options."""
    container = {
        "name": "app",
        "mountPoints": [{"sourceVolume": "v", "containerPath": "/x", "readOnly": read_only}],
    }
    volume = {"name": "v", "dockerVolumeConfiguration": {"driver": driver, "driverOpts": options}}
    return judge(check, parse_task(container, volumes=[volume]))


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"type": "none", "o": "bind", "device": "/"}, id="a bind mount of the root"),
        pytest.param({"type": "none", "o": "rbind,rw", "device": "/etc"}, id="a recursive bind mount"),
        pytest.param({"type": "none", "o": "rw,bind", "device": "etc"}, id="a folder relative to the root"),
        pytest.param({"o": "bind", "device": "/var/lib/docker"}, id="a bind mount without a type"),
        pytest.param({"device": "/etc"}, id="an absolute device without flags"),
        pytest.param({"type": "xfs", "device": "/dev/nvme0n1p1"}, id="a disk of the host"),
        pytest.param({"type": "ext4", "o": "ro,noatime", "device": "/dev/sda1"}, id="a disk, read-only"),
        pytest.param(
            {"type": "overlay", "device": "overlay", "o": "lowerdir=/etc:/srv,upperdir=/a,workdir=/b"}, id="lower"
        ),
        pytest.param(
            {"type": "overlay", "device": "overlay", "o": "lowerdir=/srv,upperdir=/root,workdir=/b"}, id="upper"
        ),
        pytest.param({"type": "proc", "device": "proc"}, id="the processes of the host"),
        pytest.param({"type": "sysfs", "device": "sysfs"}, id="the kernel of the host"),
        pytest.param({"type": "devtmpfs", "device": "none"}, id="the devices of the host"),
    ],
)
@pytest.mark.parametrize("driver", [None, "", "local"], ids=repr)
def test_a_docker_volume_that_mounts_a_part_of_the_host_fails(options: Mapping[str, str], driver: str | None) -> None:
    verdict = judge_options(options, driver)

    read_only = "ro" in options.get("o", "").split(",")
    assert (verdict.status, verdict.reasons) == (FAIL, READABLE if read_only else WRITABLE)


@pytest.mark.parametrize(
    ("options", "driver"),
    [
        pytest.param(None, None, id="no options"),
        pytest.param({"type": "tmpfs", "device": "tmpfs", "o": "size=100m"}, "local", id="a file system in memory"),
        pytest.param({"type": "none", "o": "bind", "device": "/ecs/data"}, "local", id="a folder for data"),
        pytest.param({"type": "nfs", "o": "addr=10.0.0.1", "device": ":/etc"}, "local", id="a folder of an NFS server"),
        pytest.param({"type": "cifs", "o": "username=a,password=b", "device": "//10.0.0.1/etc"}, None, id="a share"),
        pytest.param(
            {"device": "/etc", "o": "bind"}, "rexray/ebs", id="another driver, whose options mean other things"
        ),
    ],
)
def test_other_docker_volumes_pass(options: Mapping[str, str] | None, driver: str | None) -> None:
    assert judge_options(options, driver) == Verdict(PASS)


def test_the_evidence_shows_the_path_of_a_docker_volume_and_none_of_its_other_options() -> None:
    verdict = judge_options({"type": "none", "o": "bind,password=hunter2", "device": "/etc/"}, read_only=True)

    details: dict[str, Detail] = {"sourceVolume": "v", "driverOpts": "/etc/", "containerPath": "/x", "readOnly": True}
    assert verdict == Verdict(FAIL, READABLE, (Evidence("app", "container", READABLE, details),))


def test_the_lists_are_parameters() -> None:
    params = Parameters(paths=("/srv/secrets",), public=("/srv/secrets/ca.pem",))

    assert judge_path("/srv", params=params).reasons == WRITABLE
    assert judge_path("/srv/secrets/ca.pem", read_only=True, params=params).status is PASS
    assert judge_path("/etc", params=params).status is PASS


@pytest.mark.parametrize("paths", [(), ("",), ("etc",), ("/",), ("/etc", "//")], ids=repr)
def test_a_list_that_matches_nothing_or_everything_is_refused(paths: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="at least one path"):
        Parameters(paths=paths)


@pytest.mark.parametrize("public", [("etc/localtime",), ("/",)], ids=repr)
def test_a_public_path_must_be_absolute_and_not_the_root(public: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="must be absolute and none may be /"):
        Parameters(public=public)


def test_managed_daemons_are_judged_too() -> None:
    container = Container("agent", mounts=(Mount("v", "/x"),))
    agent = daemon_definition(containers=(container,), volumes=(Volume("v", "/"),))

    assert judge(check, agent).reasons == WRITABLE


def test_the_manual_page_lists_the_paths() -> None:
    text = check.manual.partition("The parameter `paths` lists the sensitive ones, by default\n")[2]
    lines = text.partition("\nSome files")[0].split("\n")
    listed = [re.split(r" {2,}", line.strip())[-1] for line in lines if line.strip()]

    assert sorted(" ".join(listed).split(" ")) == sorted(Parameters().paths)
