r"""No container may add Linux capabilities that reach beyond the container.

Profile level
-------------
None: neither the CIS benchmark nor Security Hub has a control of it. It closes the gap beside CIS 3.4: a container that
adds ALL or SYS_ADMIN is privileged in all but name, and no check of `privileged` sees it.

Description
-----------
Fails a definition in which any container adds a dangerous capability under `linuxParameters.capabilities.add`: all of
them at once (reason `all-capabilities`) or one by one (reason `dangerous-capabilities`). The evidence names the
containers, what they add as it is written, and what of that is dangerous. The parameter `dangerous` is the list, by
default:

    ALL              all of the following
    AUDIT_CONTROL    switches the kernel's audit off and changes its rules (in the host's process namespace)
    BPF              loads programs into the kernel; the verifier has had many holes
    DAC_READ_SEARCH  opens any file of the host's file system by its handle, whatever is mounted
    MAC_ADMIN        changes the policy of the security module (Smack, AppArmor)
    MAC_OVERRIDE     ignores it
    NET_ADMIN        changes addresses, routes and firewall, the instance's in host network mode; opens the kernel's
                     packet filter, where most recent kernel exploits begin
    PERFMON          traces the kernel and reads its memory
    SYS_ADMIN        mounts, enters namespaces, and a hundred things more: the known way out by release_agent
    SYS_BOOT         restarts into a kernel of its choice (kexec)
    SYS_MODULE       loads kernel modules: code in the kernel
    SYS_PTRACE       reads and writes the memory of every process it sees, which in the host's process namespace is all
    SYS_RAWIO        reads and writes devices and ports below the file system
    SYS_TIME         sets the clock of the host, on which certificates, signatures and logs rely
    SYSLOG           reads the kernel's log and addresses, which other exploits need first

Upper and lower case are the same, and so are names with and without `CAP_`, as they are to Docker. A misspelt name in
the parameter is refused: it would match nothing for ever.

What is not on the list, and why:

  * CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, MKNOD, NET_BIND_SERVICE, NET_RAW, SETFCAP, SETGID, SETPCAP, SETUID,
    SYS_CHROOT and AUDIT_WRITE are what Docker gives every container: to add them changes nothing, or takes back part
    of `drop: [ALL]`, which is how it should be done.
  * IPC_LOCK, SYS_NICE, SYS_RESOURCE, LINUX_IMMUTABLE, LEASE, WAKE_ALARM, BLOCK_SUSPEND, SYS_PACCT, SYS_TTY_CONFIG,
    IPC_OWNER, NET_BROADCAST, AUDIT_READ and CHECKPOINT_RESTORE can starve or disturb neighbours, which is bad, but hand
    over neither the host nor another task. Put them on the list where that matters.

`drop` takes nothing from what is added, with one exception. Docker drops first and adds then, so a capability in both
lists is there. Only with `add: [ALL]` does `drop` take single ones out; `drop: [ALL]` beside it takes nothing. Such a
container fails as long as ALL is on the list, or anything else on it is left.

A privileged container has all capabilities whatever it adds. ecs-privileged-container fails it; this check still judges
what it adds, because that is what remains when the privilege is taken away. `linuxParameters.devices` are not judged.

The definitions of managed daemons are judged by the same rule. Windows has no capabilities: a Windows definition is not
applicable.

Fargate
-------
Fargate lets a container add SYS_PTRACE and nothing else; a definition that asks for Fargate and adds more is not
registered. There the task has a kernel of its own, so SYS_PTRACE reaches the processes of the container, or with
`pidMode: task` those of the task's containers, and neither a host nor another task. Debuggers and security sensors in
sidecars need it. A definition that requires Fargate and nothing else, and of the dangerous capabilities adds SYS_PTRACE
alone, therefore passes with the note `ptrace-on-fargate`; the parameter `fargate_ptrace: fail` makes that a failure,
for tasks whose containers must not trust one another. A definition that may also run on instances, or does not say
where it runs, fails.

Truth table
-----------
One container with the default parameters, `-` meaning absent.

    requires      add                          drop       verdict         reasons
    ------------  ---------------------------  ---------  --------------  ----------------------
    -             -                            -          PASS            -
    -             NET_BIND_SERVICE KILL        ALL        PASS            -
    -             IPC_LOCK                     -          PASS            -
    -             SYS_ADMIN                    -          FAIL            dangerous-capabilities
    -             cap_sys_admin                -          FAIL            dangerous-capabilities
    -             NET_ADMIN IPC_LOCK           -          FAIL            dangerous-capabilities
    -             SYS_ADMIN                    SYS_ADMIN  FAIL            dangerous-capabilities
    -             SYS_ADMIN                    ALL        FAIL            dangerous-capabilities
    -             ALL                          -          FAIL            all-capabilities
    -             ALL                          ALL        FAIL            all-capabilities
    -             ALL                          SYS_ADMIN  FAIL            all-capabilities
    -             SYS_PTRACE                   -          FAIL            dangerous-capabilities
    EC2 FARGATE   SYS_PTRACE                   -          FAIL            dangerous-capabilities
    FARGATE       SYS_PTRACE                   -          PASS            ptrace-on-fargate
    FARGATE       SYS_PTRACE NET_ADMIN         -          FAIL            dangerous-capabilities
    on Windows    SYS_ADMIN                    -          NOT_APPLICABLE  -

Rationale
---------
Capabilities cut the power of root into pieces. Most pieces stay within the namespaces of the container; those on the
list do not, or are known steps on the way out. They are seldom noticed, because the definition looks unprivileged to
every scanner that asks for `privileged`.

Impact for
----------
Whoever breaks into a container must first find a flaw of the kernel or the runtime before the instance, and all tasks
that run on it, are theirs.

Impact against
--------------
Network agents and service meshes need NET_ADMIN, sensors SYS_PTRACE, BPF or SYS_ADMIN, drivers of accelerators and FUSE
file systems SYS_ADMIN. They should be the known few, each with a recorded exception and its owner. Often a sidecar or
an init container can do the one thing that needs the power, and the rest go without.

Default value
-------------
Nothing is added: the container has Docker's default set.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, and for managed daemons
ecs:ListDaemonTaskDefinitions and ecs:DescribeDaemonTaskDefinition, on all resources.
To remediate, by hand: ecs:RegisterTaskDefinition, ecs:UpdateService and ecs:DeregisterTaskDefinition, or
ecs:RegisterDaemonTaskDefinition and ecs:UpdateDaemon; and iam:PassRole on the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look for "capabilities" under linuxParameters in each entry of containerDefinitions.
3. Where services still run on older revisions, do the same for those, and then for the daemon task definitions.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query \
      "taskDefinition.containerDefinitions[].[name, linuxParameters.capabilities]"
    aws ecs list-daemon-task-definitions --region REGION
    aws ecs describe-daemon-task-definition --daemon-task-definition ARN --region REGION --query \
      "daemonTaskDefinition.containerDefinitions[].[name, linuxParameters.capabilities]"

Remediation, console
--------------------
1. Find out which capability the process uses, for instance with `capable` of the BCC tools on a test instance.
2. Open the revision, choose Create new revision, and then with JSON.
3. Take the dangerous ones out of linuxParameters.capabilities.add. Better, drop ALL and add the harmless few.
4. Create the revision, update every service that uses the family, and wait until the deployment is stable.
5. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; correct the containers, and save it as new.json.

    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs deregister-task-definition --task-definition FAMILY:OLD --region REGION

A daemon's goes the same way with register-daemon-task-definition and update-daemon.

Back-out
--------
Until the old revision is deregistered, point the service back at it: update-service with FAMILY:OLD. A deregistered
revision cannot be used by a deployment; register its content again (old.json has it) and deploy the new number.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html
https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
https://man7.org/linux/man-pages/man7/capabilities.7.html

Related controls
----------------
None of Security Hub, AWS Config, Prowler, Powerpipe, Checkov, Trivy or KICS has this check for ECS. For Kubernetes the
Pod Security Standards do: their baseline forbids everything beyond Docker's default set, which is stricter than this
list. CIS AWS Compute Services 1.1.0 3.4 (privileged containers) is its neighbour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from auditor.checks._verdicts import from_evidence, not_applicable, of_container
from auditor.checks.ecs._capabilities import ALL, KNOWN, plain
from auditor.checks.ecs._notes import noting
from auditor.domain.check import Evidence, Severity, Verdict, check
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_ALL, _SOME, _TRACES = "all-capabilities", "dangerous-capabilities", "ptrace-on-fargate"
_NOTHING_ADDED = DefinitionRepair(
    container={"linuxParameters": {"capabilities": {"add": None}}},
    manual="Add again what the process needs and what is not dangerous.",
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`dangerous` are the capabilities that no container may add.

    `fargate_ptrace` says whether SYS_PTRACE passes where the definition requires Fargate and nothing else.
    """

    dangerous: tuple[str, ...] = (
        "ALL",
        "AUDIT_CONTROL",
        "BPF",
        "DAC_READ_SEARCH",
        "MAC_ADMIN",
        "MAC_OVERRIDE",
        "NET_ADMIN",
        "PERFMON",
        "SYSLOG",
        "SYS_ADMIN",
        "SYS_BOOT",
        "SYS_MODULE",
        "SYS_PTRACE",
        "SYS_RAWIO",
        "SYS_TIME",
    )
    fargate_ptrace: Literal["pass", "fail"] = "pass"

    def __post_init__(self) -> None:
        """Refuse what could never match: the check would pass what it is there to find."""
        strange = sorted(set(map(plain, self.dangerous)) - KNOWN)
        if strange or not self.dangerous:
            names = ", ".join(map(repr, strange))
            message = f"`dangerous` names what is no Linux capability: {names}." if strange else "`dangerous` is empty."
            raise ValueError(message)


@check(
    id="ecs-added-capabilities",
    title="Containers add no Linux capabilities that reach beyond them",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={},
    remediation=(
        "Register a revision whose containers add no dangerous capability under `linuxParameters`; update the services "
        "or daemons that use the family; then deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={
        _ALL: "adds all Linux capabilities",
        _SOME: "adds Linux capabilities that reach beyond the container",
        _TRACES: "may trace the processes of its own task on Fargate",
    },
    repairs={_ALL: _NOTHING_ADDED, _SOME: _NOTHING_ADDED, _TRACES: _NOTHING_ADDED},
)
def added_capabilities(definition: Definition, params: Parameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    if definition.on_windows:
        return not_applicable()
    listed = frozenset(map(plain, params.dangerous))
    evidence = tuple(_evidence(each, listed, on_fargate=definition.only_fargate) for each in definition.containers)
    if params.fargate_ptrace == "fail":
        return from_evidence(evidence)
    return noting(from_evidence(each for each in evidence if each.reasons != (_TRACES,)), evidence)


def _evidence(container: Container, listed: frozenset[str], *, on_fargate: bool) -> Evidence:
    added = frozenset(map(plain, container.capabilities_added))
    dropped = frozenset(map(plain, container.capabilities_dropped))
    dangerous = listed - (dropped - {ALL}) if ALL in added else listed & added
    details = {
        "linuxParameters.capabilities.add": container.capabilities_added,
        "linuxParameters.capabilities.drop": container.capabilities_dropped,
        "dangerous": tuple(sorted(dangerous)),
    }
    return of_container(container, _reasons(added, dangerous, on_fargate=on_fargate), details)


def _reasons(added: frozenset[str], dangerous: frozenset[str], *, on_fargate: bool) -> tuple[str, ...]:
    if not dangerous:
        return ()
    if ALL in added:
        return (_ALL,)
    return (_TRACES,) if on_fargate and dangerous == {"SYS_PTRACE"} else (_SOME,)
