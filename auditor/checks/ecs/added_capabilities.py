"""Containers add no dangerous Linux capabilities.

## Profile level
None: neither the CIS benchmark nor Security Hub has such a control. It closes a gap of CIS 3.4: a container that adds
ALL or SYS_ADMIN is as powerful as a privileged one, but no check of `privileged` detects it.

## Description
Fails a definition in which any container adds a dangerous capability under `linuxParameters.capabilities.add`: all of
them at once (reason `all-capabilities`) or individually (reason `dangerous-capabilities`). The evidence names the
containers, the capabilities that they add as written, and the dangerous ones among those. The parameter `dangerous` is
the list, by default:

    ALL              all of the following
    AUDIT_CONTROL    turns off the kernel's audit and changes its rules (in the host's process namespace)
    BPF              loads programs into the kernel; the verifier has had many vulnerabilities
    DAC_READ_SEARCH  opens any file of the host's file system by its handle, regardless of mounts
    MAC_ADMIN        changes the policy of the security module (Smack, AppArmor)
    MAC_OVERRIDE     ignores that policy
    NET_ADMIN        changes addresses, routes and firewall, in host network mode those of the instance; opens the
                     kernel's packet filter, where most recent kernel exploits start
    PERFMON          traces the kernel and reads its memory
    SYS_ADMIN        mounts, enters namespaces, and much more: the known escape by release_agent
    SYS_BOOT         restarts into another kernel (kexec)
    SYS_MODULE       loads kernel modules: code in the kernel
    SYS_PTRACE       reads and writes the memory of every visible process; in the host's process namespace all of them
    SYS_RAWIO        reads and writes devices and ports below the file system
    SYS_TIME         sets the clock of the host, on which certificates, signatures and logs rely
    SYSLOG           reads the kernel's log and addresses, which other exploits need first

Case does not matter, nor does the prefix `CAP_`, as in Docker. The parameter refuses a misspelled name, because it
would never match anything.

What is not on the list, and why:

  * CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, MKNOD, NET_BIND_SERVICE, NET_RAW, SETFCAP, SETGID, SETPCAP, SETUID,
    SYS_CHROOT and AUDIT_WRITE are the ones that Docker gives every container. Adding them changes nothing, or restores
    part of what `drop: [ALL]` removed, which is the recommended way.
  * IPC_LOCK, SYS_NICE, SYS_RESOURCE, LINUX_IMMUTABLE, LEASE, WAKE_ALARM, BLOCK_SUSPEND, SYS_PACCT, SYS_TTY_CONFIG,
    IPC_OWNER, NET_BROADCAST, AUDIT_READ and CHECKPOINT_RESTORE can starve or disturb other tasks, but give access to
    neither the host nor another task, except that IPC_OWNER opens the host's shared memory to a task with the host's
    IPC namespace, which ecs-host-ipc-mode fails. Add them to the list if that matters to you.

`drop` removes nothing that `add` names, with one exception. Docker first drops and then adds, so a capability in both
lists is present. Only with `add: [ALL]` does `drop` remove single capabilities; `drop: [ALL]` next to it removes none.
Such a container fails if ALL is on the list of dangerous capabilities, or if any other dangerous capability is left.

A privileged container has all capabilities, regardless of `add`. ecs-privileged-container fails it; this check still
judges the capabilities that it adds, because they remain when the privilege is removed. `linuxParameters.devices` are
not judged.

The definitions of managed daemons are judged by the same rule. Windows has no capabilities: a Windows definition is not
applicable.

## Fargate
Fargate lets a container add only SYS_PTRACE; ECS refuses to register a definition that requires Fargate and adds more.
On Fargate the task has its own kernel, so SYS_PTRACE reaches the processes of the container, or with `pidMode: task`
those of the task's containers, but neither a host nor another task. Debuggers and security sensors in sidecars need it.
A definition therefore passes with the note `ptrace-on-fargate` if it requires only Fargate and SYS_PTRACE is the only
dangerous capability that it adds. The parameter `fargate_ptrace: fail` makes that a failure, for tasks whose containers
must not trust one another. A definition that can also run on instances, or does not name a launch type, fails.

## Truth table
One container with the default parameters; `-` means absent.

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

## Rationale
Capabilities split the power of root into parts. Most parts stay within the namespaces of the container; those on the
list do not, or are known steps of an escape. They often remain unnoticed, because the definition looks unprivileged to
every scanner that checks for `privileged`.

## Benefits
An attacker who breaks into a container must first find a vulnerability of the kernel or the runtime before they control
the instance and all tasks on it.

## Drawbacks
Network agents and service meshes need NET_ADMIN; sensors need SYS_PTRACE, BPF or SYS_ADMIN; drivers of accelerators and
FUSE file systems need SYS_ADMIN. Keep them few and known, each with a recorded exception and an owner. Often a sidecar
or an init container can do the one thing that needs the capability, so that the other containers do not need it.

## Default value
Nothing is added: the container has Docker's default set.

{{permissions-all-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look for "capabilities" under linuxParameters in each entry of containerDefinitions.
3. {{repeat-for-older-revisions-and-daemons}}

## Audit, CLI
{{describe-task-definition}}
      "taskDefinition.containerDefinitions[].[name, linuxParameters.capabilities]"
{{describe-daemon-task-definition}}
      "daemonTaskDefinition.containerDefinitions[].[name, linuxParameters.capabilities]"

## Remediation, console
1. Find out which capabilities the process uses, for instance with `capable` of the BCC tools on a test instance.
2. {{edit-as-json}}
3. Remove the dangerous ones from linuxParameters.capabilities.add. Better, drop ALL and add only the harmless ones that
   the process needs.
4. {{deploy-new-revision}}

{{remediate-by-cli-with-daemons}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html
https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
https://man7.org/linux/man-pages/man7/capabilities.7.html

## Related controls
Security Hub, AWS Config, Prowler, Powerpipe, Checkov, Trivy and KICS have no such check for ECS. For Kubernetes, the
baseline of the Pod Security Standards forbids everything beyond Docker's default set, and NET_RAW of that set, which is
stricter than this list.
CIS AWS Compute Services 1.1.0 3.4 (privileged containers) is closely related.
"""

from dataclasses import dataclass
from typing import Literal

from auditor.checks._verdicts import not_applicable, pass_with_notes, verdict_from
from auditor.checks.ecs._capabilities import ALL, KNOWN, normalize
from auditor.checks.ecs._common import container_evidence
from auditor.domain.check import Evidence, Severity, Verdict, check
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_ALL, _SOME, _TRACES = "all-capabilities", "dangerous-capabilities", "ptrace-on-fargate"
_ADD_NOTHING = DefinitionRepair(
    container={"linuxParameters": {"capabilities": {"add": None}}},
    manual="Add the capabilities again that the process needs and that are not dangerous.",
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`dangerous` are the capabilities that no container may add.

    `fargate_ptrace` is the verdict on SYS_PTRACE in a definition that requires only Fargate.
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
        """Refuse names that could never match, because the check would then pass everything."""
        unknown = sorted(set(map(normalize, self.dangerous)) - KNOWN)
        if unknown:
            raise ValueError(f"`dangerous` has unknown Linux capabilities: {', '.join(map(repr, unknown))}.")
        if not self.dangerous:
            raise ValueError("`dangerous` is empty.")


@check(
    id="ecs-added-capabilities",
    title="Containers add no dangerous Linux capabilities",
    problem="Container adds dangerous Linux capabilities",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={},
    remediation=(
        "Register a revision whose containers add no dangerous capability under `linuxParameters`; update every "
        "service or daemon that runs it; then deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={
        _ALL: "adds all Linux capabilities",
        _SOME: "adds dangerous Linux capabilities",
        _TRACES: "can trace the processes of its own task on Fargate",
    },
    repairs={_ALL: _ADD_NOTHING, _SOME: _ADD_NOTHING, _TRACES: _ADD_NOTHING},
)
def added_capabilities(definition: Definition, params: Parameters) -> Verdict:
    if definition.on_windows:
        return not_applicable()
    listed = frozenset(map(normalize, params.dangerous))
    evidence = tuple(
        _evidence(container, listed, on_fargate=definition.only_fargate) for container in definition.containers
    )
    if params.fargate_ptrace == "fail":
        return verdict_from(evidence)
    return pass_with_notes(verdict_from(part for part in evidence if part.reasons != (_TRACES,)), evidence)


def _evidence(container: Container, listed: frozenset[str], *, on_fargate: bool) -> Evidence:
    added = frozenset(map(normalize, container.capabilities_added))
    dropped = frozenset(map(normalize, container.capabilities_dropped))
    dangerous = listed - (dropped - {ALL}) if ALL in added else listed & added
    details = {
        "linuxParameters.capabilities.add": container.capabilities_added,
        "linuxParameters.capabilities.drop": container.capabilities_dropped,
        "dangerous": tuple(sorted(dangerous)),
    }
    return container_evidence(container, _reasons(added, dangerous, on_fargate=on_fargate), details)


def _reasons(added: frozenset[str], dangerous: frozenset[str], *, on_fargate: bool) -> tuple[str, ...]:
    if not dangerous:
        return ()
    if ALL in added:
        return (_ALL,)
    return (_TRACES,) if on_fargate and dangerous == {"SYS_PTRACE"} else (_SOME,)
