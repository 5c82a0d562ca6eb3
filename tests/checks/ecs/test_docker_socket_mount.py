"""Who may talk to the container runtime: by its socket, or by a folder that it lies in."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.docker_socket_mount import Parameters
from auditor.checks.ecs.docker_socket_mount import docker_socket_mount as rule
from auditor.domain.check import Detail, Evidence, Severity, Status, Verdict
from auditor.domain.ecs.containers import Container, Mount
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition, Volume
from tests.builders import task_definition

PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE
SOCKET, FOLDER = ("runtime-socket",), ("runtime-socket-folder",)


def judged(
    source: str | None,
    *,
    read_only: bool = False,
    on: tuple[str, ...] = (),
    params: Parameters = Parameters(),  # noqa: B008 - frozen
) -> Verdict:
    container = Container("app", user="1000", mounts=(Mount("v", "/x", read_only),))
    task = task_definition(containers=(container,), volumes=(Volume("v", source),), launch_types=on)
    verdict: Verdict = rule.judge(task, params)
    return verdict


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("/var/run/docker.sock", id="Docker's socket as everybody writes it"),
        pytest.param("/run/docker.sock", id="Docker's socket where it really is"),
        pytest.param("/var/run/docker.sock/", id="with a trailing slash"),
        pytest.param("//var//run///docker.sock", id="with doubled slashes"),
        pytest.param("/var/run/./docker.sock", id="with a dot"),
        pytest.param("/var/lib/../run/docker.sock", id="with a step up"),
        pytest.param("/../../run/docker.sock", id="with steps above the root"),
        pytest.param("/run/containerd/containerd.sock", id="containerd's socket"),
        pytest.param("/var/run/containerd/containerd.sock", id="containerd's socket by the link"),
        pytest.param("/run/docker/containerd/containerd.sock", id="the socket of Docker's own containerd"),
        pytest.param(r"\\.\pipe\docker_engine", id="Docker's pipe on Windows"),
        pytest.param("//./pipe/docker_engine", id="Docker's pipe with other slashes"),
        pytest.param(r"\\.\PIPE\Docker_Engine", id="Docker's pipe in another case"),
        pytest.param(r"\\.\pipe\containerd-containerd", id="containerd's pipe on Windows"),
    ],
)
def test_the_socket_itself(source: str) -> None:
    assert (judged(source).status, judged(source).reasons) == (FAIL, SOCKET)


@pytest.mark.parametrize(
    "source", ["/", "//", "/.", "/var", "/var/", "/run", "/var/run", "/var/run/", "/run/containerd", "/var/run/docker"]
)
def test_a_folder_that_it_lies_in(source: str) -> None:
    assert (judged(source).status, judged(source).reasons) == (FAIL, FOLDER)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("/var/run/docker.sock.bak", id="a name that begins like the socket"),
        pytest.param("/var/run/docker.pid", id="a neighbour of the socket"),
        pytest.param("/var/lib/docker", id="the data of Docker is another matter"),
        pytest.param("/var/running", id="a folder that begins like the folder"),
        pytest.param("/VAR/RUN/docker.sock", id="Linux minds case"),
        pytest.param("/srv/var/run/docker.sock", id="a path that ends like the socket"),
        pytest.param("/run/../srv", id="a step out of the folder"),
        pytest.param("var/run/docker.sock", id="a relative path, which the runtime refuses"),
        pytest.param(".", id="a dot"),
        pytest.param("", id="an empty path"),
        pytest.param(None, id="a volume without a path of the host"),
        pytest.param(r"\\.\pipe\other", id="another pipe"),
        pytest.param("C:\\", id="a drive holds no pipe"),
        pytest.param("/ecs/data", id="a folder made for the purpose"),
    ],
)
def test_what_gives_no_socket(source: str | None) -> None:
    assert judged(source) == Verdict(PASS)


@pytest.mark.parametrize("source", ["/var/run/docker.sock", "/var/run", "/"])
def test_read_only_does_not_help_for_one_can_still_talk(source: str) -> None:
    assert judged(source, read_only=True).status is FAIL


def test_the_evidence_shows_the_mount_as_ecs_holds_it() -> None:
    details: dict[str, Detail] = {
        "sourceVolume": "v",
        "sourcePath": "/var/run/",
        "containerPath": "/x",
        "readOnly": True,
    }
    evidence = Evidence("app", "container", FOLDER, details)

    assert judged("/var/run/", read_only=True) == Verdict(FAIL, FOLDER, (evidence,))


def test_a_volume_that_nobody_mounts_reaches_nobody() -> None:
    other = Container("app", mounts=(Mount("scratch", "/tmp"),))  # noqa: S108 - a path of a container
    task = task_definition(
        containers=(other,), volumes=(Volume("docker", "/var/run/docker.sock"), Volume("scratch", None))
    )

    assert rule.judge(task, Parameters()) == Verdict(PASS)


def test_a_mount_of_a_volume_that_is_not_there_is_none() -> None:
    task = task_definition(containers=(Container("app", mounts=(Mount("docker", "/var/run/docker.sock"),)),))

    assert rule.judge(task, Parameters()) == Verdict(PASS)


def test_there_is_one_evidence_for_each_mount_of_each_container() -> None:
    both = Container("both", mounts=(Mount("root", "/host"), Mount("sock", "/s")))
    none = Container("none", mounts=(Mount("data", "/data"),))
    one = Container("one", mounts=(Mount("sock", "/t", read_only=True),))
    task = task_definition(
        containers=(both, none, one),
        volumes=(Volume("root", "/"), Volume("sock", "/run/docker.sock"), Volume("data", "/ecs/data")),
    )
    verdict = rule.judge(task, Parameters())

    assert verdict.reasons == (*SOCKET, *FOLDER)
    assert [(each.part, each.details["containerPath"], each.reasons) for each in verdict.evidence] == [
        ("both", "/host", FOLDER),
        ("both", "/s", SOCKET),
        ("one", "/t", SOCKET),
    ]


@pytest.mark.parametrize(
    ("source", "on", "status"),
    [
        pytest.param(None, ("FARGATE",), NOT_APPLICABLE, id="Fargate has no host to mount from"),
        pytest.param("/run/docker.sock", ("FARGATE",), FAIL, id="whatever is found is told"),
        pytest.param(None, ("EC2", "FARGATE"), PASS, id="what may also run on instances is judged"),
        pytest.param(None, (), PASS, id="anywhere"),
    ],
)
def test_where_it_may_run(source: str | None, on: tuple[str, ...], status: Status) -> None:
    assert judged(source, on=on).status is status


def test_the_list_can_be_replaced() -> None:
    params = Parameters(sockets=("/run/podman/podman.sock",))

    assert judged("/var/run/podman/podman.sock", params=params).reasons == SOCKET
    assert judged("/run/podman", params=params).reasons == FOLDER
    assert judged("/run/docker.sock", params=params).status is PASS


@pytest.mark.parametrize("sockets", [(), ("",), ("docker.sock",), ("/run/docker.sock", "x")], ids=repr)
def test_a_list_that_finds_nothing_is_refused(sockets: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="at least one path, each absolute"):
        Parameters(sockets=sockets)


def test_managed_daemons_are_judged_too() -> None:
    arn = "arn:aws:ecs:eu-west-1:111122223333:daemon-task-definition/agent:1"
    container = Container("agent", mounts=(Mount("v", "/x"),))
    definition = DaemonTaskDefinition(arn, "a", 1, "", None, (container,), volumes=(Volume("v", "/run"),))

    assert rule.judge(definition, Parameters()).reasons == FOLDER


def test_the_manual_page_lists_the_sockets() -> None:
    text = rule.manual.partition("by default\n")[2].partition("\nPaths are normalized")[0]
    listed = [each for line in text.split("\n") for each in line.replace(" (Windows)", "").strip().split(", ") if each]

    assert tuple(listed) == Parameters().sockets


def test_the_check_is_severe_and_in_no_framework() -> None:
    assert (rule.severity, rule.frameworks) == (Severity.HIGH, {})
