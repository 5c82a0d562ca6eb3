"""Sensitive paths of the host, written to or read."""

from __future__ import annotations

import re

import pytest

from auditor.checks.ecs.host_path_mount import Parameters
from auditor.checks.ecs.host_path_mount import host_path_mount as rule
from auditor.domain.check import Detail, Evidence, Severity, Status, Verdict
from auditor.domain.ecs.containers import Container, Mount
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition, Volume
from tests.builders import task_definition

PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE
WRITABLE, READABLE = ("writable-host-path",), ("readable-host-path",)
LENIENT = Parameters(read_only="pass")


def judged(
    source: str | None,
    *,
    read_only: bool = False,
    on: tuple[str, ...] = (),
    params: Parameters = Parameters(),  # noqa: B008 - frozen
) -> Verdict:
    container = Container("app", user="0", privileged=True, mounts=(Mount("v", "/x", read_only),))
    task = task_definition(containers=(container,), volumes=(Volume("v", source),), launch_types=on)
    verdict: Verdict = rule.judge(task, params)
    return verdict


@pytest.mark.parametrize("source", Parameters().paths)
def test_each_path_of_the_list(source: str) -> None:
    assert (judged(source).status, judged(source).reasons) == (FAIL, WRITABLE)
    assert (judged(source, read_only=True).status, judged(source, read_only=True).reasons) == (FAIL, READABLE)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("/", id="the root contains all of them"),
        pytest.param("//", id="the root with a doubled slash"),
        pytest.param("/var", id="a folder that contains some of them"),
        pytest.param("/var/lib", id="a folder that contains some of them, deeper"),
        pytest.param("/run", id="a folder that contains the host's services"),
        pytest.param("/var/run", id="the same by the link"),
        pytest.param("/etc/", id="with a trailing slash"),
        pytest.param("/etc/cron.d", id="a folder in one"),
        pytest.param("/home/ec2-user/.dockercfg", id="a file in one"),
        pytest.param("/srv/../etc", id="with a step up"),
        pytest.param("/var/run/dbus/system_bus_socket", id="a service by the link"),
        pytest.param("C:\\", id="the drive of Windows"),
        pytest.param("c:/windows/system32", id="a folder of Windows in another spelling"),
        pytest.param(r"C:\Users\..\ProgramData\docker", id="a step up on Windows"),
    ],
)
def test_what_is_in_one_or_contains_one_is_sensitive(source: str) -> None:
    assert (judged(source).status, judged(source).reasons) == (FAIL, WRITABLE)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("/ecs/data", id="a folder made for the purpose"),
        pytest.param("/opt/agent", id="a folder of an agent"),
        pytest.param("/etcetera", id="a name that begins like one"),
        pytest.param("/dev_disk", id="a name that begins like another"),
        pytest.param("/srv/etc", id="a path that ends like one"),
        pytest.param("/etc/../srv", id="a step out of one"),
        pytest.param("/ETC", id="Linux minds case"),
        pytest.param("/run/docker.sock", id="the runtime's socket has a check of its own"),
        pytest.param("etc", id="a relative path, which the runtime refuses"),
        pytest.param("", id="an empty path"),
        pytest.param(None, id="a folder that the runtime makes"),
        pytest.param("D:\\data", id="another drive"),
    ],
)
def test_other_paths_pass(source: str | None) -> None:
    assert judged(source) == Verdict(PASS)


@pytest.mark.parametrize("source", [*Parameters().public, "/etc/ssl/certs/ca.pem", "/etc//localtime"])
def test_what_tells_nobody_anything_may_be_read_and_not_written(source: str) -> None:
    assert judged(source, read_only=True) == Verdict(PASS)
    assert judged(source).reasons == WRITABLE


def test_a_folder_with_public_files_is_not_public() -> None:
    assert judged("/etc", read_only=True).reasons == READABLE
    assert judged("/etc/ssl", read_only=True).reasons == READABLE


def test_the_evidence_shows_the_mount_as_ecs_holds_it() -> None:
    details: dict[str, Detail] = {"sourceVolume": "v", "sourcePath": "/proc/", "containerPath": "/x", "readOnly": True}
    evidence = Evidence("app", "container", READABLE, details)

    assert judged("/proc/", read_only=True) == Verdict(FAIL, READABLE, (evidence,))


def mounting(*mounts: Mount, params: Parameters = Parameters()) -> Verdict:  # noqa: B008 - frozen
    volumes = (Volume("etc", "/etc"), Volume("proc", "/proc"), Volume("data", "/ecs/data"), Volume("unused", "/root"))
    task = task_definition(containers=(Container("a", mounts=mounts), Container("b")), volumes=volumes)
    verdict: Verdict = rule.judge(task, params)
    return verdict


def test_there_is_one_evidence_for_each_mount_and_none_for_what_nobody_mounts() -> None:
    verdict = mounting(Mount("proc", "/p", read_only=True), Mount("data", "/d"), Mount("etc", "/e"))

    assert (verdict.status, verdict.reasons) == (FAIL, (*READABLE, *WRITABLE))
    assert [each.details["containerPath"] for each in verdict.evidence] == ["/p", "/e"]


def test_where_reading_is_accepted_it_is_a_note() -> None:
    verdict = mounting(Mount("proc", "/p", read_only=True), params=LENIENT)

    assert (verdict.status, verdict.reasons) == (PASS, READABLE)
    assert [each.details["containerPath"] for each in verdict.evidence] == ["/p"]


def test_where_reading_is_accepted_writing_fails_and_alone() -> None:
    verdict = mounting(Mount("proc", "/p", read_only=True), Mount("etc", "/e"), params=LENIENT)

    assert (verdict.status, verdict.reasons) == (FAIL, WRITABLE)
    assert [each.details["containerPath"] for each in verdict.evidence] == ["/e"]


def test_where_reading_is_accepted_nothing_mounted_passes_without_a_note() -> None:
    assert mounting(params=LENIENT) == Verdict(PASS)


@pytest.mark.parametrize(
    ("source", "on", "status"),
    [
        pytest.param(None, ("FARGATE",), NOT_APPLICABLE, id="Fargate has no host to mount from"),
        pytest.param("/etc", ("FARGATE",), FAIL, id="whatever is found is told"),
        pytest.param(None, ("EC2", "FARGATE"), PASS, id="what may also run on instances is judged"),
        pytest.param(None, (), PASS, id="anywhere"),
    ],
)
def test_where_it_may_run(source: str | None, on: tuple[str, ...], status: Status) -> None:
    assert judged(source, on=on).status is status


def test_the_lists_can_be_replaced() -> None:
    params = Parameters(paths=("/srv/secrets",), public=("/srv/secrets/ca.pem",))

    assert judged("/srv", params=params).reasons == WRITABLE
    assert judged("/srv/secrets/ca.pem", read_only=True, params=params).status is PASS
    assert judged("/etc", params=params).status is PASS


@pytest.mark.parametrize("paths", [(), ("",), ("etc",), ("/",), ("/etc", "//")], ids=repr)
def test_a_list_that_finds_nothing_or_everything_is_refused(paths: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="at least one path"):
        Parameters(paths=paths)


@pytest.mark.parametrize("public", [("etc/localtime",), ("/",)], ids=repr)
def test_a_public_path_must_be_one(public: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="must be absolute and none may be /"):
        Parameters(public=public)


def test_managed_daemons_are_judged_too() -> None:
    arn = "arn:aws:ecs:eu-west-1:111122223333:daemon-task-definition/agent:1"
    container = Container("agent", mounts=(Mount("v", "/x"),))
    definition = DaemonTaskDefinition(arn, "a", 1, "", None, (container,), volumes=(Volume("v", "/"),))

    assert rule.judge(definition, Parameters()).reasons == WRITABLE


def test_the_manual_page_lists_the_paths() -> None:
    text = rule.manual.partition("The parameter `paths` lists the sensitive ones, by default\n")[2].partition(
        "\nSome files"
    )[0]
    rows = [re.split(r" {2,}", line.strip())[1] for line in text.split("\n") if line.strip()]

    assert sorted(" ".join(rows).split(" ")) == sorted(Parameters().paths)


def test_the_check_is_medium_and_in_no_framework() -> None:
    assert (rule.severity, rule.frameworks) == (Severity.MEDIUM, {})
