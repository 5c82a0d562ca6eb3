"""Mounts of the container runtime's socket, or of a folder that contains it."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.docker_socket_mount import Parameters
from auditor.checks.ecs.docker_socket_mount import docker_socket_mount as check
from auditor.domain.check import Detail, Evidence, Status, Verdict
from auditor.domain.ecs.containers import Container, Mount
from auditor.domain.ecs.task_definitions import Volume
from tests.builders import task_definition
from tests.checks.ecs.helpers import FAIL, NOT_APPLICABLE, PASS, daemon_definition, judge, parse_task

SOCKET, FOLDER = ("runtime-socket",), ("runtime-socket-folder",)


def judge_path(
    source: str | None,
    *,
    read_only: bool = False,
    launch_types: tuple[str, ...] = (),
    params: Parameters | None = None,
) -> Verdict:
    container = Container("app", user="1000", mounts=(Mount("v", "/x", read_only),))
    task = task_definition(containers=(container,), volumes=(Volume("v", source),), launch_types=launch_types)
    return judge(check, task, params)


#: The root folder of a process, seen from another one.
PROC_ROOT, PROC_SELF_ROOT = "/proc/1/root", "/proc/self/root"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("/var/run/docker.sock", id="the usual path of Docker's socket"),
        pytest.param("/run/docker.sock", id="the real path of Docker's socket"),
        pytest.param("/var/run/docker.sock/", id="a trailing slash"),
        pytest.param("//var//run///docker.sock", id="duplicate slashes"),
        pytest.param("/var/run/./docker.sock", id="a dot"),
        pytest.param("/var/lib/../run/docker.sock", id="a step up"),
        pytest.param("/../../run/docker.sock", id="steps above the root"),
        pytest.param("/run/containerd/containerd.sock", id="containerd's socket"),
        pytest.param("/var/run/containerd/containerd.sock", id="containerd's socket through the link"),
        pytest.param("/run/docker/containerd/containerd.sock", id="the socket of Docker's own containerd"),
        pytest.param(r"\\.\pipe\docker_engine", id="Docker's pipe on Windows"),
        pytest.param("//./pipe/docker_engine", id="Docker's pipe with other slashes"),
        pytest.param(r"\\.\PIPE\Docker_Engine", id="Docker's pipe in another case"),
        pytest.param(r"\\.\pipe\containerd-containerd", id="containerd's pipe on Windows"),
        pytest.param("npipe:////./pipe/docker_engine", id="Docker's pipe as a URL"),
        pytest.param("/run/user/1000/docker.sock", id="the socket of rootless Docker"),
        pytest.param("/var/run/user/501/docker.sock", id="the socket of rootless Docker through the link"),
        pytest.param("/run/k3s/containerd/containerd.sock", id="the socket of k3s"),
        pytest.param("/run/podman/podman.sock", id="Podman's socket"),
        pytest.param("/var/run/crio/crio.sock", id="CRI-O's socket"),
        pytest.param("/run/api.sock", id="the API of Bottlerocket"),
        pytest.param(f"{PROC_ROOT}/var/run/docker.sock", id="through the root folder of a process"),
    ],
)
def test_a_mounted_socket_fails(source: str) -> None:
    verdict = judge_path(source)

    assert (verdict.status, verdict.reasons) == (FAIL, SOCKET)


@pytest.mark.parametrize(
    "source",
    [
        "/",
        "//",
        "/.",
        "/var",
        "/var/",
        "/run",
        "/var/run",
        "/var/run/",
        "/run/containerd",
        "/var/run/docker",
        "/run/user/1000",
        "/run/user",
        PROC_ROOT,
        f"{PROC_SELF_ROOT}/run",
    ],
)
def test_a_mounted_folder_that_contains_a_socket_fails(source: str) -> None:
    verdict = judge_path(source)

    assert (verdict.status, verdict.reasons) == (FAIL, FOLDER)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("/var/run/docker.sock.bak", id="a name that begins like the socket"),
        pytest.param("/var/run/docker.pid", id="a file next to the socket"),
        pytest.param("/var/lib/docker", id="the data of Docker"),
        pytest.param("/var/running", id="a folder that begins like the folder"),
        pytest.param("/VAR/RUN/docker.sock", id="another case on Linux"),
        pytest.param("/srv/var/run/docker.sock", id="a path that ends like the socket"),
        pytest.param("/run/../srv", id="a step out of the folder"),
        pytest.param("var/run/docker.sock", id="a relative path, which the runtime refuses"),
        pytest.param(".", id="a dot"),
        pytest.param("", id="an empty path"),
        pytest.param(None, id="a volume without a host path"),
        pytest.param(r"\\.\pipe\other", id="another pipe"),
        pytest.param("C:\\", id="a drive, which contains no pipe"),
        pytest.param("/ecs/data", id="a folder for data"),
    ],
)
def test_other_paths_pass(source: str | None) -> None:
    assert judge_path(source) == Verdict(PASS)


@pytest.mark.parametrize("source", ["/var/run/docker.sock", "/var/run", "/"])
def test_a_read_only_mount_fails_too(source: str) -> None:
    assert judge_path(source, read_only=True).status is FAIL


def test_the_evidence_shows_the_mount_as_ecs_holds_it() -> None:
    details: dict[str, Detail] = {
        "sourceVolume": "v",
        "sourcePath": "/var/run/",
        "containerPath": "/x",
        "readOnly": True,
    }
    evidence = Evidence("app", "container", FOLDER, details)

    assert judge_path("/var/run/", read_only=True) == Verdict(FAIL, FOLDER, (evidence,))


def test_an_unmounted_volume_passes() -> None:
    other = Container("app", mounts=(Mount("scratch", "/tmp"),))  # noqa: S108 - a path in a container
    volumes = (Volume("docker", "/var/run/docker.sock"), Volume("scratch", None))

    assert judge(check, task_definition(containers=(other,), volumes=volumes)) == Verdict(PASS)


def test_a_mount_of_an_undefined_volume_passes() -> None:
    container = Container("app", mounts=(Mount("docker", "/var/run/docker.sock"),))

    assert judge(check, task_definition(containers=(container,))) == Verdict(PASS)


def test_each_mount_of_each_container_is_one_piece_of_evidence() -> None:
    both = Container("both", mounts=(Mount("root", "/host"), Mount("sock", "/s")))
    none = Container("none", mounts=(Mount("data", "/data"),))
    one = Container("one", mounts=(Mount("sock", "/t", read_only=True),))
    volumes = (Volume("root", "/"), Volume("sock", "/run/docker.sock"), Volume("data", "/ecs/data"))
    verdict = judge(check, task_definition(containers=(both, none, one), volumes=volumes))

    assert verdict.reasons == (*SOCKET, *FOLDER)
    assert [(part.part, part.details["containerPath"], part.reasons) for part in verdict.evidence] == [
        ("both", "/host", FOLDER),
        ("both", "/s", SOCKET),
        ("one", "/t", SOCKET),
    ]


@pytest.mark.parametrize(
    ("source", "launch_types", "status"),
    [
        pytest.param(None, ("FARGATE",), NOT_APPLICABLE, id="Fargate has no host to mount from"),
        pytest.param("/run/docker.sock", ("FARGATE",), FAIL, id="a mounted socket fails on Fargate too"),
        pytest.param(None, ("EC2", "FARGATE"), PASS, id="a task that can also run on instances is judged"),
        pytest.param(None, (), PASS, id="a task without launch types is judged"),
    ],
)
def test_launch_types(source: str | None, launch_types: tuple[str, ...], status: Status) -> None:
    assert judge_path(source, launch_types=launch_types).status is status


def test_the_sockets_are_a_parameter() -> None:
    params = Parameters(sockets=("/run/podman/podman.sock",))

    assert judge_path("/var/run/podman/podman.sock", params=params).reasons == SOCKET
    assert judge_path("/run/podman", params=params).reasons == FOLDER
    assert judge_path("/run/docker.sock", params=params).status is PASS


@pytest.mark.parametrize("sockets", [(), ("",), ("docker.sock",), ("/run/docker.sock", "x")], ids=repr)
def test_a_list_that_could_never_match_is_refused(sockets: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="at least one path, each absolute"):
        Parameters(sockets=sockets)


def test_managed_daemons_are_judged_too() -> None:
    container = Container("agent", mounts=(Mount("v", "/x"),))
    agent = daemon_definition(containers=(container,), volumes=(Volume("v", "/run"),))

    assert judge(check, agent).reasons == FOLDER


def test_the_manual_page_lists_the_sockets() -> None:
    text = check.manual.partition("by default\n\n")[2].partition("\n\n")[0]

    assert tuple(line.split()[0] for line in text.splitlines()) == Parameters().sockets


@pytest.mark.parametrize(
    ("device", "reasons"),
    [("/var/run/docker.sock", SOCKET), ("/run", FOLDER), ("/", FOLDER), ("run", FOLDER), ("/ecs/data", ())],
)
def test_a_docker_volume_is_judged_by_the_folder_that_it_binds(device: str, reasons: tuple[str, ...]) -> None:
    options = {"type": "none", "o": "bind", "device": device}
    volume = {"name": "v", "dockerVolumeConfiguration": {"driver": "local", "driverOpts": options}}
    container = {"name": "app", "mountPoints": [{"sourceVolume": "v", "containerPath": "/x"}]}

    assert judge(check, parse_task(container, volumes=[volume])).reasons == reasons
