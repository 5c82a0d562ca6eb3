"""Results of runs: an everyday one, and extremes."""

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
    check_info,
    coverage,
    finding,
    run_result,
    unknown,
    unknown_regions,
)
from tests.builders import (
    account as make_account,
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
_INTRODUCTION = Introduction(38, NOW - timedelta(days=500), "arn:aws:iam::111122223333:user/anna")
_STRICT = {"aws-config": Status.FAIL, "powerpipe": Status.FAIL, "prowler": Status.PASS}


def everyday() -> RunResult:
    """Return a run of twelve accounts with every kind of gap and nine failures."""
    names_and_ous = (
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
    accounts = [
        make_account(111122223333 + number, name=name, ou=ou) for number, (name, ou) in enumerate(names_and_ous)
    ]
    records = [coverage(account=account, region=region, calls=41) for account in accounts[:6] for region in REGIONS]
    records += [
        *_research(accounts[6]),
        *_refused(accounts[7]),
        *_partly(accounts[8]),
        *_excluded(accounts[9], accounts[11]),
    ]
    records += _refused(accounts[10])
    records[4] = replace(records[4], throttled=2, retried=2)
    extra = {account.id: PASSES for account in accounts[:7]} | {accounts[8].id: {Status.PASS: 3}}
    return run_result(records, _failures(accounts) + _unknowns(accounts), extra)


def nothing_wrong() -> RunResult:
    """Return a run of thirty fully examined accounts without failures."""
    accounts = [make_account(number, ou="prod") for number in range(1, 31)]
    records = [coverage(account=account, region=region) for account in accounts for region in REGIONS]
    return run_result(records, extra={account.id: PASSES for account in accounts})


def rule_book(count: int = 12, failures_per_account: int = 7) -> RunResult:
    """Return a run of thirty checks in two frameworks.

    One collector was denied in every account, another was throttled once.
    """
    infos = _thirty_checks()
    accounts = [
        make_account(111122220000 + number, name=f"team-{number:03d}-prod", ou="prod") for number in range(count)
    ]
    records = [
        coverage(account=account, region=region, collector=name)
        for account in accounts
        for region in REGIONS
        for name in (COLLECTOR, "ecs-clusters")
    ]
    not_examined, denied = CoverageStatus.NOT_EXAMINED, "ecs-capacity-providers"
    records += [
        coverage(not_examined, account=account, collector=denied, reason=Reason.PERMISSION_DENIED)
        for account in accounts
    ]
    records[1] = replace(records[1], status=not_examined, reason=Reason.THROTTLED)
    findings = [
        finding
        for account in accounts
        for number in range(failures_per_account)
        for finding in _three_findings(infos, account, number)
    ]
    result = run_result(records, findings, checks=infos)
    passes = {(check.id, Status.PASS): 40 for check in infos if denied not in check.collectors}
    summaries = [replace(summary, statuses=passes | dict(summary.statuses)) for summary in result.accounts]
    return replace(result, accounts=tuple(summaries))


def empty() -> RunResult:
    """Return a run of two fully examined accounts without task definitions."""
    return run_result(
        [coverage(account=make_account(number), region=region) for number in (1, 2) for region in REGIONS]
    )


def all_refused(count: int = 200) -> RunResult:
    """Return a run in which the role could not be assumed in any account."""
    return run_result([row for number in range(1, count + 1) for row in _refused(make_account(number, ou="prod"))])


def no_accounts() -> RunResult:
    """Return a run of an inventory without accounts."""
    return run_result()


def many_failures(failures: int = 2000, total: int = 6509) -> RunResult:
    """Return a run of a hundred accounts with more failures than the result holds."""
    accounts = [
        make_account(111122220000 + number, name=f"team-{number:03d}-prod", ou="prod/teams") for number in range(100)
    ]
    records = [coverage(account=account, region=region) for account in accounts for region in REGIONS]
    evidence = ((_PRIVILEGED,), (_ROOT, _UNSET), (_BOTH, _UNSET, _ROOT))
    findings = [
        finding(
            f"service-{number:04d}-worker",
            number % 50 + 1,
            account=accounts[number % 100],
            region=REGIONS[number % 3],
            evidence=evidence[number % 3],
            standards=_STRICT,
        )
        for number in range(failures)
    ]
    result = run_result(records, findings, {account.id: PASSES for account in accounts})
    first = replace(
        result.accounts[0],
        statuses={**result.accounts[0].statuses, (CHECK, Status.FAIL): 20 + total - failures},
        failing={Severity.HIGH: 20 + total - failures},
    )
    return replace(result, accounts=(first, *result.accounts[1:]), failures_total=total)


def hostile(texts: tuple[str, ...] = HOSTILE) -> RunResult:
    """Return a run in which every string that an account can choose is hostile."""
    records: list[Coverage] = []
    findings: list[Finding] = []
    for number, text in enumerate(texts, start=1):
        account = make_account(number, name=text, ou=text, tags={text: text})
        records.append(coverage(CoverageStatus.PARTIAL, account=account, reason=Reason.SERVICE_ERROR, detail=text))
        records.append(coverage(_EXCLUDED, account=account, region=text, reason=Reason.EXCLUDED_BY_CONFIG, detail=text))
        details: dict[str, Detail] = {text: text, "list": (text,) * 9}
        evidence = Evidence(text, "container", ("privileged", "root-user", text), {"user": text, **details})
        usage = EcsUsage(services=(text,), daemons=(text,) * 5, running_tasks=1, clusters=(text,), launch_types=(text,))
        failure = finding(
            text,
            account=account,
            region=text,
            evidence=(evidence, replace(evidence, part="", kind="", revision=7)),
            standards={text: Status.PASS},
            usage=usage,
            introduced_in=Introduction(5, NOW, text),
        )
        named = replace(failure.resource, registered_by=text, tags={text: text})
        findings.append(replace(failure, resource=named))
        findings.append(replace(failure, resource=named, check_id=f"own-{number}"))
        findings.append(replace(unknown(text, account=account), check_id=f"own-{number}", reasons=(text,)))
        findings.append(replace(failure, resource=named, remediation=text, title=text, check_id=text))
        findings.append(replace(unknown(text, account=account, region=text), reasons=("service-error", text)))
    own = tuple(_hostile_check(f"own-{number}", text) for number, text in enumerate(texts, start=1))
    return run_result(records, findings, run_id=texts[0], checks=(check_info(), *own))


def _hostile_check(id_: str, text: str) -> CheckInfo:
    """Build a custom check in which every string is hostile."""
    repair = DefinitionRepair(container={text: {text: text}, "user": None}, definition={text: None}, manual=text)
    texts = {"privileged": text, text: text}
    return check_info(
        id=id_,
        title=text,
        remediation=text,
        frameworks={text: (text,)},
        reason_texts=texts,
        repairs=dict.fromkeys(texts, repair),
    )


def _thirty_checks() -> tuple[CheckInfo, ...]:
    """Build thirty checks: the default one, others of definitions, every third of clusters, the last of providers."""
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


def _three_findings(infos: tuple[CheckInfo, ...], account: Account, number: int) -> list[Finding]:
    """Build a failure of a definition, a failure of a cluster, and an UNKNOWN finding of a cluster."""
    region = REGIONS[number % 3]
    definition_check, cluster_check = infos[number], infos[2 + 3 * (number % 8)]
    cluster = Resource(
        f"arn:aws:ecs:{region}:{account.id}:cluster/c{number}", "AWS::ECS::Cluster", f"c{number}", tags=None
    )
    usages = (EcsUsage(), _EXPOSED, None, EcsUsage(complete=False))
    common: Fields = {"account": account, "region": region}
    setting = Evidence(reasons=("insights-off",), details={"containerInsights": "disabled"})
    of_cluster: Fields = {
        "check_id": cluster_check.id,
        "title": cluster_check.title,
        "severity": cluster_check.severity,
        "resource": cluster,
    }
    return [
        finding(
            f"worker-{number}",
            number + 3,
            check_id=definition_check.id,
            title=definition_check.title,
            severity=definition_check.severity,
            evidence=(replace(_BOTH, revision=number + 3), replace(_ROOT, revision=number + 1)),
            usage=usages[number % 4],
            introduced_in=_INTRODUCTION if number % 2 else None,
            **common,
        ),
        finding(**common, **of_cluster, evidence=(setting,), reasons=("insights-off",)),
        replace(unknown(**common, **of_cluster), reasons=("setting-unclear",), evidence=()),
    ]


def _research(account: Account) -> list[Coverage]:
    denied = (
        f"AccessDeniedException: User: arn:aws:sts::{account.id}:assumed-role/AuditorReadOnly/auditor is not "
        "authorized to perform: ecs:ListTaskDefinitionFamilies with an explicit deny in a service control policy"
    )
    not_examined, by_config = CoverageStatus.NOT_EXAMINED, Reason.EXCLUDED_BY_CONFIG
    return [
        coverage(account=account, region="eu-central-1", calls=12),
        coverage(not_examined, account=account, region="eu-west-1", reason=Reason.SCP_DENIED, detail=denied),
        coverage(not_examined, account=account, region="us-east-1", reason=Reason.SCP_DENIED, detail=denied),
        coverage(_EXCLUDED, account=account, region="ap-east-1", reason=by_config, detail="exclude_regions"),
    ]


def _refused(account: Account) -> list[Coverage]:
    detail = (
        f"AccessDenied: User: arn:aws:sts::999999999999:assumed-role/auditor/run is not authorized to perform: "
        f"sts:AssumeRole on resource: arn:aws:iam::{account.id}:role/AuditorReadOnly"
    )
    return [
        coverage(
            CoverageStatus.NOT_EXAMINED,
            account=account,
            region=EVERY_REGION,
            reason=Reason.ROLE_DENIED,
            detail=detail,
            calls=1,
        )
    ]


def _partly(account: Account) -> list[Coverage]:
    partial = CoverageStatus.PARTIAL
    return [
        coverage(account=account, region="eu-central-1"),
        coverage(
            partial,
            account=account,
            region="eu-west-1",
            reason=Reason.SERVICE_ERROR,
            detail="1 of 4 could not be described",
        ),
        coverage(
            partial,
            account=account,
            region="us-east-1",
            reason=Reason.TIMEOUT,
            detail="ReadTimeout after 20 s",
            retried=4,
        ),
    ]


def _excluded(sandbox: Account, suspended: Account) -> list[Coverage]:
    return [
        replace(
            unknown_regions(sandbox, COLLECTOR, Reason.EXCLUDED_BY_CONFIG, "sandbox, ticket SEC-12"), status=_EXCLUDED
        ),
        replace(unknown_regions(suspended, COLLECTOR, Reason.ACCOUNT_SUSPENDED, "SUSPENDED"), status=_EXCLUDED),
    ]


def _failures(accounts: list[Account]) -> list[Finding]:
    old = NOW - timedelta(days=400)
    first = finding("node-agents", 41, account=accounts[0], evidence=(_BOTH, _ROOT, _UNSET), standards=_STRICT)
    aged = replace(
        first, resource=replace(first.resource, registered_at=old), usage=_EXPOSED, introduced_in=_INTRODUCTION
    )
    return [
        aged,
        finding("datadog", 7, account=accounts[0], evidence=(_PRIVILEGED,), standards=_STANDARDS, usage=EcsUsage()),
        finding("datadog", 7, account=accounts[0], region="us-east-1", evidence=(_PRIVILEGED,), standards=_STANDARDS),
        finding("datadog", 5, account=accounts[1], evidence=(_PRIVILEGED,), standards=_STANDARDS),
        finding("metrics", 112, account=accounts[2], evidence=(_ROOT, _UNSET), standards=_STRICT),
        finding("metrics", 112, account=accounts[2], region="us-east-1", evidence=(_ROOT, _UNSET), standards=_STRICT),
        finding(
            "falco",
            9,
            account=accounts[2],
            region="eu-central-1",
            evidence=(replace(_BOTH, revision=9), replace(_PRIVILEGED, revision=7), replace(_PRIVILEGED, revision=3)),
            standards=_STANDARDS,
            usage=EcsUsage(running_tasks=2, clusters=("tools",), launch_types=("EC2",), complete=False),
        ),
        finding("edge-proxy", 19, account=accounts[4], evidence=(_ROOT,), standards=_STRICT),
        finding(
            "gpu-monitor", 2, account=accounts[6], region="eu-central-1", evidence=(_PRIVILEGED,), standards=_STANDARDS
        ),
    ]


def _unknowns(accounts: list[Account]) -> list[Finding]:
    archive = accounts[8]
    return [
        unknown("shipper", account=archive, region="eu-west-1"),
        unknown("indexer", Reason.TIMEOUT, account=archive, region="us-east-1"),
        unknown("rotator", Reason.TIMEOUT, account=archive, region="us-east-1"),
    ]
