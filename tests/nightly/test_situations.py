"""What can go wrong in a night -> what the run says, and with which code it exits.

Each row is one run of the real command over HTTP against the stand-in. `says` is a part of everything that the run has
left for people and programs: its log, its summary and its coverage records. A row that ends with 0 names what the run
did nevertheless. Rows with more than one run, such as forged caches, are in `test_tampering.py`.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.fleet import Fault, Fleet, Shape, running
from tests.fleet.organization import MANAGEMENT
from tests.nightly.night import NO_WAITING, Night

LISTED, DISCOVERED = "the accounts by ID", "discover"
_FOREIGN = "444455556666"


def _rewritten(operation: str, find: str, replacement: str, *services: str) -> Fault:
    return Fault("rewritten", operation=operation, find=find, replacement=replacement, services=services)


@dataclass(frozen=True, slots=True)
class Situation:
    """One row. `start` is how the command is started, with RUN for the command itself; `prepare` gets the folder."""

    says: str
    code: int
    faults: tuple[Fault, ...] = ()
    flags: tuple[str, ...] = ()
    inventory: str = LISTED
    start: str = "RUN"
    prepare: Callable[[Path], object] = lambda _: None
    variables: dict[str, str] = field(default_factory=dict)
    quick: bool = False


def _faults(*faults: Fault, says: str, code: int = 4, **more: Any) -> Situation:  # noqa: ANN401 - fields of a situation
    return Situation(says, code, faults, **more)


def _s3(kind: str, operation: str = "*", **more: Any) -> Fault:  # noqa: ANN401 - fields of a fault
    return Fault(kind, services=("s3",), operation=operation, **more)


FROM_BUCKET = ("--inventory", "BUCKET/inventory.yaml", "--deadline", "3s")
TO_BUCKET = ("--output", "BUCKET", "--spool", "SPOOL", "--read-timeout", "2s")

AWS_CONTRADICTS_ITSELF = {
    "a listed cluster is missing": _faults(
        Fault("missing", operation="DescribeClusters"), says="contradictory-response"
    ),
    "a listed service is missing": _faults(
        Fault("missing", operation="DescribeServices"), says="contradictory-response"
    ),
    "all listed tasks are missing": _faults(Fault("missing", operation="DescribeTasks"), says="contradictory-response"),
    "an ACTIVE cluster is not found": _faults(
        Fault("missing", operation="ListServices"), says="contradictory-response"
    ),
    "a listed revision is not found": _faults(
        Fault("missing", operation="DescribeTaskDefinition"), says="service-error"
    ),
    "another revision is described than was asked for": _faults(
        _rewritten("DescribeTaskDefinition", r"(task-definition/[a-z0-9-]+):\d+", r"\1:1"), says="malformed-response"
    ),
    "a cluster of another account is listed": _faults(
        _rewritten("ListClusters", r":\d{12}:", f":{_FOREIGN}:"), says="malformed-response"
    ),
    "a cluster of another region is listed": _faults(
        _rewritten("ListClusters", "us-east-1", "eu-west-1"), says="malformed-response"
    ),
    "a service of another account is listed": _faults(
        _rewritten("ListServices", r":\d{12}:", f":{_FOREIGN}:"), says="malformed-response"
    ),
    "every page has a new token": _faults(
        Fault("endless", operation="ListTaskDefinitionFamilies"), says="malformed-response"
    ),
    "a list has a token that stays the same": _faults(
        _rewritten("ListTaskDefinitionFamilies", r"^\{", '{"nextToken": "always", '), says="Invalid token"
    ),
    "a list is null": _faults(_rewritten("ListTaskDefinitionFamilies", r"\[.*\]", "null"), says="malformed-response"),
    "a list is a text": _faults(_rewritten("ListClusters", r"\[.*\]", '"x"'), says="malformed-response"),
    "a list holds numbers": _faults(_rewritten("ListClusters", r"\[.*\]", "[1, 2]"), says="malformed-response"),
    "a list has no entries and no name": _faults(_rewritten("ListClusters", r".*", "{}"), says="malformed-response"),
    "an answer has NaN": _faults(
        _rewritten("DescribeTaskDefinition", r'"revision": ?\d+', '"revision": NaN'), says="malformed-response"
    ),
    "a revision has 400 digits": _faults(
        _rewritten("DescribeTaskDefinition", r'"revision": ?\d+', '"revision": 1' + "0" * 400),
        says="malformed-response",
    ),
    "an answer has 5,000 digits": _faults(
        _rewritten("DescribeTaskDefinition", r'"revision": ?\d+', '"revision": 1' + "0" * 5000),
        says="malformed-response",
    ),
    "an answer nests 100,000 lists": _faults(
        _rewritten("DescribeTaskDefinition", r".*", "[" * 100_000), says="malformed-response"
    ),
    "the containers are no list": _faults(
        _rewritten("DescribeTaskDefinition", '"containerDefinitions": ?', '"containerDefinitions": 7, "x": '),
        says="malformed-response",
    ),
    "a definition has no containers": _faults(
        _rewritten("DescribeTaskDefinition", '"containerDefinitions"', '"other"'), says="malformed-response"
    ),
    "an ARN has a Cyrillic letter": _faults(
        _rewritten("ListClusters", ":cluster/", ":\u0441luster/"), says="malformed-response"
    ),
    "a region is listed twice in other case": _faults(
        _rewritten("DescribeRegions", "<item><regionName>eu-north-1<", "<item><regionName>EU-NORTH-1<"),
        says="malformed-response",
        inventory="ALL_REGIONS",
    ),
    "a region that every account has is missing": _faults(
        _rewritten("DescribeRegions", "<item><regionName>us-west-1<.*?</item>", ""),
        says="us-west-1 is missing",
        inventory="ALL_REGIONS",
    ),
    "a region that every account has is called disabled": _faults(
        _rewritten("DescribeRegions", "(us-west-1<.*?)opt-in-not-required", r"\1not-opted-in"),
        says="no account can disable it",
        inventory="ALL_REGIONS",
    ),
    "the list of regions is empty": _faults(
        _rewritten("DescribeRegions", "<item>.*</item>", ""), says="malformed-response", inventory="ALL_REGIONS"
    ),
    "an account has an unknown state": _faults(
        _rewritten("ListAccounts", '"ACTIVE"', '"OF_NEXT_YEAR"', "organizations"),
        says="Complete",
        code=0,
        inventory=DISCOVERED,
    ),
    "an account ID is a path": _faults(
        _rewritten("ListAccounts", r'"Id": ?"(\d)', r'"Id": "../../\1', "organizations"),
        says="no list of objects with a valid `Id`",
        code=1,
        inventory=DISCOVERED,
    ),
    "the organization has no accounts": _faults(
        _rewritten("ListAccounts", r'"Accounts": ?\[.*\]', '"Accounts": []', "organizations"),
        says="listed no account of the organization",
        code=1,
        inventory=DISCOVERED,
    ),
    "two accounts have the same name": _faults(
        _rewritten("ListAccounts", r'"Name": ?"[^"]*"', '"Name": "same"', "organizations"),
        says="Complete",
        code=0,
        inventory=DISCOVERED,
    ),
    "the identity is of no account": _faults(
        _rewritten("GetCallerIdentity", r"\d{12}", "none", "sts"), says="AWS identity", code=1
    ),
    "a session expires in 1601": _faults(
        _rewritten("AssumeRole", r"<Expiration>[^<]*", "<Expiration>1601-01-01T00:00:00Z", "sts"),
        says="Complete",
        code=0,
    ),
    "a session expires in the year 9999": _faults(
        _rewritten("AssumeRole", r"<Expiration>[^<]*", "<Expiration>9999-12-31T23:59:59Z", "sts"),
        says="Complete",
        code=0,
    ),
    "a session expires in the year 99999": _faults(
        _rewritten("AssumeRole", r"<Expiration>[^<]*", "<Expiration>99999-12-31T23:59:59Z", "sts"),
        says="malformed-response",
    ),
    "a session has no expiration": _faults(
        _rewritten("AssumeRole", r"<Expiration>[^<]*</Expiration>", "", "sts"), says="malformed-response"
    ),
    "a timestamp is negative": _faults(
        _rewritten("DescribeTaskDefinition", r'"registeredAt": ?[\d.]+', '"registeredAt": -1e300'),
        says="malformed-response",
    ),
    "every answer trickles": _faults(
        Fault("trickle", services=("ecs",)), says="timeout", flags=("--read-timeout", "1s")
    ),
    "a service answers 200 with an error": _faults(
        _rewritten("ListClusters", r".*", '{"__type": "AccessDeniedException", "message": "no"}'),
        says="malformed-response",
    ),
    "an SCP denies the region": _faults(Fault("scp-denied"), says="scp-denied", quick=True),
    "the role is refused": _faults(Fault("role-refused"), says="role-denied"),
    "sessions expire after three calls": _faults(Fault("expired-token", times=3), says="Complete", code=0),
    "every token is bad": _faults(Fault("bad-token", services=("ecs",)), says="expired-credentials"),
    "AWS throttles to the end": _faults(Fault("throttle", services=("ecs",)), says="throttled"),
}

THE_BUCKET_FAILS = {
    name: Situation(says, code, faults, TO_BUCKET, quick=quick)
    for name, (faults, says, code, quick) in {
        "the bucket hangs from the claim on": ((_s3("hang"),), "Cannot write", 1, False),
        "the bucket hangs after the claim": ((_s3("hang", "PutObject", skip=1),), "NOT DELIVERED", 1, False),
        "the bucket trickles from the claim on": ((_s3("trickle"),), "ReadTimeoutError", 1, False),
        "the bucket trickles after the claim": ((_s3("trickle", "PutObject", skip=1),), "NOT DELIVERED", 1, False),
        "the bucket has no conditional writes": (
            (_s3("not-implemented"),),
            "does not support conditional writes",
            1,
            True,
        ),
        "the bucket has no conditional replacement": (
            (Fault("not-implemented", services=("s3",), resource="*/latest.json"),),
            "cannot make a write depend on",
            0,
            True,
        ),
        "the bucket says SlowDown to everything": ((_s3("http-503"),), "SlowDown", 1, False),
        "the bucket denies after the claim": ((_s3("access-denied", "PutObject", skip=1),), "NOT DELIVERED", 1, True),
        "the bucket answers with a proxy's page": ((_s3("proxy-page"),), "Cannot write", 1, False),
        "the bucket answers 200 without an ETag": ((_s3("empty", "PutObject"),), "Cannot write", 1, False),
        "the bucket loses every second answer": ((_s3("lost", "PutObject", rate=0.5),), "Complete", 0, False),
        "the bucket cannot be read": ((_s3("access-denied", "GetObject"),), "Complete", 0, False),
        "the bucket says 412 to latest.json": (
            (Fault("precondition-failed", services=("s3",), operation="PutObject", resource="*/latest.json"),),
            "NOT PUBLISHED",
            1,
            False,
        ),
        "the bucket says 409 to everything": ((_s3("conflict"),), "Cannot write", 1, False),
        "latest.json is no JSON": (
            (
                Fault(
                    "rewritten",
                    services=("s3",),
                    operation="GetObject",
                    resource="*/latest.json",
                    find=".*",
                    replacement="x",
                ),
            ),
            "Complete",
            0,
            False,
        ),
    }.items()
} | {
    "the bucket is of another owner": Situation(
        "expected bucket owner", 1, flags=(*TO_BUCKET, "--bucket-owner", _FOREIGN)
    ),
    "the bucket does not exist": Situation("NoSuchBucket", 1, flags=("--output", "s3://no-such-bucket-here/x")),
    "the inventory in the bucket hangs": Situation(
        "could not be read within 30 s",
        1,
        (_s3("hang", "GetObject"),),
        FROM_BUCKET,
    ),
}


def _blocked(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "findings").write_text("a file", encoding="utf-8")


def _linked(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    (folder / "out").symlink_to(folder / "elsewhere")


def _piped(folder: Path) -> None:
    (folder / "out").mkdir()
    os.mkfifo(folder / "out" / "latest.json")


def _future(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "latest.json").write_text(json.dumps({"run_id": "20991231T000000Z-x"}), encoding="utf-8")


def _planted(folder: Path) -> None:
    _blocked(folder)
    (folder / "auditor-spool-20261123T020000Z-x").symlink_to("/tmp")  # noqa: S108 - the target of a planted link


SURROUNDINGS_FAIL = {
    "standard error is closed": Situation("Complete", 0, start="RUN 2>&-"),
    "standard output is full": Situation("run-ended", 0, start="RUN > /dev/full"),
    "nothing reads the log": Situation("Complete", 0, start="RUN 2> >(true)"),
    "64 files may be open": Situation("Complete", 0, start="ulimit -n 64; RUN"),
    "20 files may be open": Situation("Complete", 0, start="ulimit -n 20; RUN"),
    "the address space is limited to 1 GB": Situation("Complete", 0, start="ulimit -v 1000000; RUN"),
    "HOME is not set": Situation("Complete", 0, start="unset HOME; RUN"),
    "HOME is a file": Situation("Complete", 0, variables={"HOME": "/etc/passwd"}),
    "the locale is C": Situation("Complete", 0, variables={"LC_ALL": "C", "PYTHONUTF8": "0"}),
    "the encoding of the streams is ASCII": Situation("Complete", 0, variables={"PYTHONIOENCODING": "ascii"}),
    "the time zone is odd": Situation("Complete", 0, variables={"TZ": "Antarctica/Troll"}),
    "the time zone is nonsense": Situation("Complete", 0, variables={"TZ": ":/../../nonsense"}),
    "the terminal is dumb and 0 columns wide": Situation("Complete", 0, variables={"TERM": "dumb", "COLUMNS": "0"}),
    "Python optimizes": Situation("Complete", 0, variables={"PYTHONOPTIMIZE": "2"}),
    "a debugger is asked for": Situation("Complete", 0, variables={"PYTHONDEVMODE": "1", "PYTHONWARNINGS": "default"}),
    "there is no folder for temporary files": Situation("Complete", 0, variables={"TMPDIR": "/nonexistent"}),
    "the AWS profile is missing": Situation("(none) could not be found", 1, variables={"AWS_PROFILE": "none"}),
    "the region is nonsense": Situation("run-failed", 1, variables={"AWS_REGION": "x/y", "AWS_DEFAULT_REGION": "x/y"}),
    "the endpoint is no URL": Situation("run-failed", 1, variables={"AWS_ENDPOINT_URL": "not a url"}),
    "the endpoint refuses connections": Situation(
        "run-failed", 1, variables={"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    ),
    "a proxy refuses connections": Situation(
        "run-failed",
        1,
        variables={"HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1", "NO_PROXY": ""},
    ),
    "the folder is blocked after the claim": Situation("NOT DELIVERED", 1, prepare=_blocked, quick=True),
    "the output folder is a link": Situation("Complete", 0, prepare=_linked),
    "latest.json is a pipe": Situation("Complete", 0, prepare=_piped),
    "latest.json names a run of 2099": Situation("was replaced", 0, prepare=_future),
    "the spool is a planted link": Situation(
        "not a folder that only this user", 1, prepare=_planted, flags=("--run-id", "20261123T020000Z-x")
    ),
    "the output folder lies below a device": Situation("Cannot write", 1, flags=("--output", "/dev/full/x")),
    "the run ID is of 2099": Situation("is in the future", 2, flags=("--run-id", "20991231T000000Z-x"), quick=True),
    "the run ID is a path": Situation("run-failed", 2, flags=("--run-id", "20261123T020000Z-/../../x")),
    "the output is a mistyped URL": Situation("is neither a folder nor an S3 URL", 2, flags=("--output", "s3:/bucket")),
    "a flag does not exist": Situation("run-failed", 2, flags=("--foo",), quick=True),
    "a variable is misspelt": Situation("Did you mean AUDITOR_INVENTORY?", 2, variables={"AUDITOR_INVENTROY": "x"}),
    "a flag leaves out accounts": Situation("Narrowed by --region", 0, flags=("--region", "us-east-1")),
    "UNKNOWN reaches --fail-on": Situation(
        "service-error",
        5,
        (Fault("http-500", operation="DescribeTaskDefinition", resource="app-00000"),),
        ("--fail-on", "low"),
    ),
}

SITUATIONS = AWS_CONTRADICTS_ITSELF | THE_BUCKET_FAILS | SURROUNDINGS_FAIL


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    shape = Shape(accounts=2, regions=("us-east-1",), families=3, skew=0, revisions=2, services=2, tasks=2, tagged=1.0)
    with running(shape) as started:
        yield started


def _inventory(fleet: Fleet, kind: str) -> str:
    if kind == DISCOVERED:
        own = f'accounts: [{{id: "{MANAGEMENT}", ambient: true}}]'
        return f"defaults: {{role_name: AuditorReadOnly}}\ndiscover: {{}}\n{own}\n"
    text = fleet.inventory_text()
    return text.replace(", name:", ", regions: [all], name:") if kind == "ALL_REGIONS" else text


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if row.quick else pytest.mark.slow) for name, row in SITUATIONS.items()],
)
def test_a_situation_has_its_words_and_its_exit_code(fleet: Fleet, tmp_path: Path, name: str) -> None:
    row = SITUATIONS[name]
    row.prepare(tmp_path)
    (tmp_path / "inventory.yaml").write_text(_inventory(fleet, row.inventory), encoding="utf-8")
    places = {"BUCKET": f"s3://{fleet.bucket}/{abs(hash(name))}", "SPOOL": str(tmp_path)}
    flags = [places.get(flag, flag).replace("BUCKET", places["BUCKET"]) for flag in row.flags]
    defaults = [
        "--inventory",
        str(tmp_path / "inventory.yaml"),
        "--output",
        str(tmp_path / "out"),
        "--spool",
        str(tmp_path),
    ]
    run = shlex.join([sys.executable, *NO_WAITING, "run", *defaults, *flags])
    fleet.set_faults(*row.faults)
    done = subprocess.run(
        ["bash", "-c", row.start.replace("RUN", run)],
        env=fleet.env(**row.variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    fleet.set_faults()
    night = Night(done.returncode, done.stdout, done.stderr, tmp_path / "out")
    rows = json.dumps([*night.coverage(), *night.findings("UNKNOWN")]) if (tmp_path / "out").is_dir() else ""

    assert row.says in night.stdout + night.stderr + rows, night.stdout + night.stderr
    assert night.code == row.code, night.stdout + night.stderr
    assert "Traceback" not in night.stderr
    assert night.code != 0 or not night.stdout.startswith("INCOMPLETE")
