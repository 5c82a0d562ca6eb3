"""Runs worth looking at: what a real organization's night looks like, and its extremes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from auditor.domain.aws_resource import Introduction, Resource
from auditor.domain.check import Detail, Evidence, Severity, Status
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.finding import Finding
from auditor.domain.reason import Reason
from auditor.domain.result import CheckInfo, RunResult
from auditor.domain.scope import EVERY_REGION, Account
from tests.builders import (
    CHECK,
    COLLECTOR,
    NOW,
    Fields,
    account,
    check_info,
    coverage,
    finding,
    run_result,
    unknown,
    unknown_regions,
)

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1")
PASSES = {Status.PASS: 14, Status.NOT_APPLICABLE: 96}
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'><b onmouseover=alert(1)>",
    "\x1b]0;owned\x07\x1b[31mred",
    "safe\u202egnp.exe\u2066\u200b",
    "{{7*7}}{% for x in y %}${7*7}",
    "line one\nline two\r\tend",
    "lone \ud800 surrogate",
    "שלום עולם",
    "x" * 65_536,
)

_EXCLUDED = CoverageStatus.EXCLUDED
_PRIVILEGED = Evidence("datadog-agent", "container", ("privileged",), {"user": None, "privileged": True})
_ROOT = Evidence("node-exporter", "container", ("root-user",), {"user": "0:0", "privileged": False})
_BOTH = Evidence("cadvisor", "container", ("privileged", "root-user"), {"user": "root", "privileged": True})
_UNSET = Evidence("envoy", "container", ("user-unset",), {"user": None, "privileged": False})
_STANDARDS = {"aws-config": Status.PASS, "powerpipe": Status.FAIL, "prowler": Status.PASS}
_EXPOSED = EcsUsage(
    services=("arn:aws:ecs:eu-west-1:111122223333:service/prod/node-agents",),
    running_tasks=3,
    clusters=("prod",),
    launch_types=("EC2",),
    public_ip=True,
    exec_enabled=True,
)
_SINCE = Introduction(38, NOW - timedelta(days=500), "arn:aws:iam::111122223333:user/anna")
_STRICT = {"aws-config": Status.FAIL, "powerpipe": Status.FAIL, "prowler": Status.PASS}


def everyday() -> RunResult:
    """Twelve accounts, every kind of gap, nine failures."""
    names = (
        ("payments-prod", "prod/payments"),
        ("payments-staging", "staging/payments"),
        ("platform-shared", "infrastructure"),
        ("data-lake", "prod/data"),
        ("web-prod", "prod/web"),
        ("web-staging", "staging/web"),
        ("ml-research", "research"),
        ("identity", "security"),
        ("log-archive", "security"),
        ("sandbox-anna", "sandbox"),
        ("acquired-gmbh", ""),
        ("legacy-billing", "suspended"),
    )
    owners = [account(111122223333 + place, name=name, ou=ou) for place, (name, ou) in enumerate(names)]
    rows = [coverage(account=owner, region=region, calls=41) for owner in owners[:6] for region in REGIONS]
    rows += [*_research(owners[6]), *_refused(owners[7]), *_partly(owners[8]), *_left_out(owners[9], owners[11])]
    rows += _refused(owners[10])
    rows[4] = replace(rows[4], throttled=2, retried=2)
    extra = {owner.id: PASSES for owner in owners[:7]} | {owners[8].id: {Status.PASS: 3}}
    return run_result(rows, _failures(owners) + _unknowns(owners), extra)


def nothing_wrong() -> RunResult:
    """Thirty accounts, everything examined, no failure."""
    owners = [account(number, ou="prod") for number in range(1, 31)]
    rows = [coverage(account=owner, region=region) for owner in owners for region in REGIONS]
    return run_result(rows, extra={owner.id: PASSES for owner in owners})


def rule_book(accounts: int = 12, failures_each: int = 7) -> RunResult:
    """Thirty checks in two frameworks; one collector was refused everywhere, another once."""
    infos = _thirty_checks()
    owners = [account(111122220000 + number, name=f"team-{number:03d}-prod", ou="prod") for number in range(accounts)]
    rows = [
        coverage(account=owner, region=region, collector=name)
        for owner in owners
        for region in REGIONS
        for name in (COLLECTOR, "ecs-clusters")
    ]
    blind, refused = CoverageStatus.NOT_EXAMINED, "ecs-capacity-providers"
    rows += [coverage(blind, account=each, collector=refused, reason=Reason.PERMISSION_DENIED) for each in owners]
    rows[1] = replace(rows[1], status=blind, reason=Reason.THROTTLED)
    findings = [each for owner in owners for place in range(failures_each) for each in _of_all(infos, owner, place)]
    result = run_result(rows, findings, checks=infos)
    passes = {(check.id, Status.PASS): 40 for check in infos if refused not in check.collectors}
    more = [replace(each, statuses=passes | dict(each.statuses)) for each in result.accounts]
    return replace(result, accounts=tuple(more))


def empty() -> RunResult:
    """Two accounts, everything examined, no task definition anywhere."""
    return run_result([coverage(account=account(number), region=region) for number in (1, 2) for region in REGIONS])


def all_refused(accounts: int = 200) -> RunResult:
    """Nobody lets us in."""
    return run_result([row for number in range(1, accounts + 1) for row in _refused(account(number, ou="prod"))])


def no_accounts() -> RunResult:
    """An inventory without accounts."""
    return run_result()


def many_failures(failures: int = 2000, total: int = 6509) -> RunResult:
    """More failures than the report lists, in a hundred accounts."""
    owners = [account(111122220000 + number, name=f"team-{number:03d}-prod", ou="prod/teams") for number in range(100)]
    rows = [coverage(account=owner, region=region) for owner in owners for region in REGIONS]
    kinds = ((_PRIVILEGED,), (_ROOT, _UNSET), (_BOTH, _UNSET, _ROOT))
    findings = [
        finding(
            f"service-{number:04d}-worker",
            number % 50 + 1,
            account=owners[number % 100],
            region=REGIONS[number % 3],
            evidence=kinds[number % 3],
            standards=_STRICT,
        )
        for number in range(failures)
    ]
    result = run_result(rows, findings, {owner.id: PASSES for owner in owners})
    more = replace(
        result.accounts[0],
        statuses={**result.accounts[0].statuses, (CHECK, Status.FAIL): 20 + total - failures},
        failing={Severity.HIGH: 20 + total - failures},
    )
    return replace(result, accounts=(more, *result.accounts[1:]), failures_total=total)


def hostile(texts: tuple[str, ...] = HOSTILE) -> RunResult:
    """Every string that an account can choose is out to break something."""
    rows: list[Coverage] = []
    findings: list[Finding] = []
    for number, text in enumerate(texts, start=1):
        owner = account(number, name=text, ou=text, tags={text: text})
        rows.append(coverage(CoverageStatus.PARTIAL, account=owner, reason=Reason.SERVICE_ERROR, detail=text))
        rows.append(coverage(_EXCLUDED, account=owner, region=text, reason=Reason.EXCLUDED_BY_CONFIG, detail=text))
        details: dict[str, Detail] = {text: text, "list": (text,) * 9}
        evidence = Evidence(text, "container", ("privileged", "root-user", text), {"user": text, **details})
        usage = EcsUsage(services=(text,), daemons=(text,) * 5, running_tasks=1, clusters=(text,), launch_types=(text,))
        failure = finding(
            text,
            account=owner,
            region=text,
            evidence=(evidence, replace(evidence, part="", kind="", revision=7)),
            standards={text: Status.PASS},
            usage=usage,
            introduced_in=Introduction(5, NOW, text),
        )
        named = replace(failure.resource, registered_by=text, tags={text: text})
        findings.append(replace(failure, resource=named))
        findings.append(replace(failure, resource=named, check_id=f"own-{number}"))
        findings.append(replace(unknown(text, account=owner), check_id=f"own-{number}", reasons=(text,)))
        findings.append(replace(failure, resource=named, remediation=text, title=text, check_id=text))
        findings.append(replace(unknown(text, account=owner, region=text), reasons=("service-error", text)))
    own = tuple(_strange(f"own-{number}", text) for number, text in enumerate(texts, start=1))
    return run_result(rows, findings, run_id=texts[0], checks=(check_info(), *own))


def _strange(id_: str, text: str) -> CheckInfo:
    """A check from elsewhere: everything that its author chose is out to break something."""
    repair = DefinitionRepair(container={text: {text: text}, "user": None}, definition={text: None}, manual=text)
    words = {"privileged": text, text: text}
    return check_info(
        id=id_,
        title=text,
        remediation=text,
        frameworks={text: (text,)},
        reason_texts=words,
        repairs=dict.fromkeys(words, repair),
    )


def _thirty_checks() -> tuple[CheckInfo, ...]:
    """Every third is over clusters, the last over capacity providers; the check that the builders know comes first."""
    severities = (Severity.HIGH, Severity.MEDIUM, Severity.LOW)
    cluster = {"insights-off": "does not have insights on", "setting-unclear": "has a setting that is not known"}
    others = [
        check_info(
            id=f"ecs-rule-{number:02d}",
            title=f"Rule {number} holds for what it is over",
            severity=severities[number % 3],
            frameworks={"cis-compute-1.1": (f"3.{number}",)} | ({"aws-fsbp": (f"ECS.{number}",)} if number % 2 else {}),
            **({"reason_texts": cluster, "repairs": {}, "collectors": ("ecs-clusters",)} if number % 3 == 0 else {}),
        )
        for number in range(2, 30)
    ]
    last = check_info(
        id="ecs-rule-30",
        title="Capacity providers hold",
        frameworks={"cis-compute-1.1": ("3.30",)},
        collectors=("ecs-capacity-providers",),
    )
    return (check_info(), *others, last)


def _of_all(infos: tuple[CheckInfo, ...], owner: Account, place: int) -> list[Finding]:
    """One finding of a check over definitions, one of a check over clusters, and one that could not be decided."""
    region = REGIONS[place % 3]
    over, about = infos[place], infos[2 + 3 * (place % 8)]
    cluster = Resource(f"arn:aws:ecs:{region}:{owner.id}:cluster/c{place}", "AWS::ECS::Cluster", f"c{place}", tags=None)
    usages = (EcsUsage(), _EXPOSED, None, EcsUsage(complete=False))
    common: Fields = {"account": owner, "region": region}
    setting = Evidence(reasons=("insights-off",), details={"containerInsights": "disabled"})
    of_cluster: Fields = {"check_id": about.id, "title": about.title, "severity": about.severity, "resource": cluster}
    return [
        finding(
            f"worker-{place}",
            place + 3,
            check_id=over.id,
            title=over.title,
            severity=over.severity,
            evidence=(replace(_BOTH, revision=place + 3), replace(_ROOT, revision=place + 1)),
            usage=usages[place % 4],
            introduced_in=_SINCE if place % 2 else None,
            **common,
        ),
        finding(**common, **of_cluster, evidence=(setting,), reasons=("insights-off",)),
        replace(unknown(**common, **of_cluster), reasons=("setting-unclear",), evidence=()),
    ]


def _research(owner: Account) -> list[Coverage]:
    denied = (
        f"AccessDeniedException: User: arn:aws:sts::{owner.id}:assumed-role/AuditorReadOnly/auditor is not authorized "
        "to perform: ecs:ListTaskDefinitionFamilies with an explicit deny in a service control policy"
    )
    blind, by_config = CoverageStatus.NOT_EXAMINED, Reason.EXCLUDED_BY_CONFIG
    return [
        coverage(account=owner, region="eu-central-1", calls=12),
        coverage(blind, account=owner, region="eu-west-1", reason=Reason.SCP_DENIED, detail=denied),
        coverage(blind, account=owner, region="us-east-1", reason=Reason.SCP_DENIED, detail=denied),
        coverage(_EXCLUDED, account=owner, region="ap-east-1", reason=by_config, detail="exclude_regions"),
    ]


def _refused(owner: Account) -> list[Coverage]:
    said = (
        f"AccessDenied: User: arn:aws:sts::999999999999:assumed-role/auditor/run is not authorized to perform: "
        f"sts:AssumeRole on resource: arn:aws:iam::{owner.id}:role/AuditorReadOnly"
    )
    return [
        coverage(
            CoverageStatus.NOT_EXAMINED,
            account=owner,
            region=EVERY_REGION,
            reason=Reason.ROLE_DENIED,
            detail=said,
            calls=1,
        )
    ]


def _partly(owner: Account) -> list[Coverage]:
    partial = CoverageStatus.PARTIAL
    return [
        coverage(account=owner, region="eu-central-1"),
        coverage(
            partial,
            account=owner,
            region="eu-west-1",
            reason=Reason.SERVICE_ERROR,
            detail="1 of 4 could not be described",
        ),
        coverage(
            partial,
            account=owner,
            region="us-east-1",
            reason=Reason.TIMEOUT,
            detail="ReadTimeout after 20 s",
            retried=4,
        ),
    ]


def _left_out(sandbox: Account, suspended: Account) -> list[Coverage]:
    return [
        replace(
            unknown_regions(sandbox, COLLECTOR, Reason.EXCLUDED_BY_CONFIG, "sandbox, ticket SEC-12"), status=_EXCLUDED
        ),
        replace(unknown_regions(suspended, COLLECTOR, Reason.ACCOUNT_SUSPENDED, "SUSPENDED"), status=_EXCLUDED),
    ]


def _failures(owners: list[Account]) -> list[Finding]:
    old = NOW - timedelta(days=400)
    first = finding("node-agents", 41, account=owners[0], evidence=(_BOTH, _ROOT, _UNSET), standards=_STRICT)
    aged = replace(first, resource=replace(first.resource, registered_at=old), usage=_EXPOSED, introduced_in=_SINCE)
    return [
        aged,
        finding("datadog", 7, account=owners[0], evidence=(_PRIVILEGED,), standards=_STANDARDS, usage=EcsUsage()),
        finding("datadog", 7, account=owners[0], region="us-east-1", evidence=(_PRIVILEGED,), standards=_STANDARDS),
        finding("datadog", 5, account=owners[1], evidence=(_PRIVILEGED,), standards=_STANDARDS),
        finding("metrics", 112, account=owners[2], evidence=(_ROOT, _UNSET), standards=_STRICT),
        finding("metrics", 112, account=owners[2], region="us-east-1", evidence=(_ROOT, _UNSET), standards=_STRICT),
        finding(
            "falco",
            9,
            account=owners[2],
            region="eu-central-1",
            evidence=(replace(_BOTH, revision=9), replace(_PRIVILEGED, revision=7), replace(_PRIVILEGED, revision=3)),
            standards=_STANDARDS,
            usage=EcsUsage(running_tasks=2, clusters=("tools",), launch_types=("EC2",), complete=False),
        ),
        finding("edge-proxy", 19, account=owners[4], evidence=(_ROOT,), standards=_STRICT),
        finding(
            "gpu-monitor", 2, account=owners[6], region="eu-central-1", evidence=(_PRIVILEGED,), standards=_STANDARDS
        ),
    ]


def _unknowns(owners: list[Account]) -> list[Finding]:
    archive = owners[8]
    return [
        unknown("shipper", account=archive, region="eu-west-1"),
        unknown("indexer", Reason.TIMEOUT, account=archive, region="us-east-1"),
        unknown("rotator", Reason.TIMEOUT, account=archive, region="us-east-1"),
    ]
