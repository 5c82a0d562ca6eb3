r"""A container that shares the host's network must not be privileged and must not be told to run as root.

Profile level
-------------
Level 1, automated: recommendation 3.1 of the CIS AWS Compute Services Benchmark 1.1.0.

Description
-----------
Looks at task definitions whose `networkMode` is `host` and fails when any one of their containers

  * has `privileged` set to true (reason `privileged`), or
  * has a `user` that is root (reason `root-user`).

Only the part of `user` before the first colon decides who the process is. It is root when it is the name `root` or a
spelling of the number 0 (`0`, `00`, `+0`, `-0`): the container runtime reads numbers as Go's `strconv.Atoi` does. The
group behind the colon does not matter. Names are case-sensitive, so `Root` is another user. Any other name is taken at
its word: an image may map it to uid 0, which no ECS call can tell.

A container without a user (absent, empty, or naming only a group, such as `:100`) passes with the note `user-unset`:
the definition does not ask for root. Most images run as root when nobody says otherwise, so the note is worth following
up. The parameter `unset_user: fail` makes it a failure, which is stricter than the benchmark.

Anything but `host`, an absent network mode included, is not applicable. A host-mode definition that lists no
containers passes: there is nothing in it to be root.

Truth table
-----------
One container in host mode, `-` meaning absent, with the default `unset_user: pass`. The last three columns are what
the other rule sets say of the same container.

    privileged  user               verdict         reasons               aws-config  prowler  powerpipe
    ----------  -----------------  --------------  --------------------  ----------  -------  --------------
    -           -                  PASS            user-unset            FAIL        FAIL     FAIL
    false       -                  PASS            user-unset            FAIL        FAIL     FAIL
    -, false    ""                 PASS            user-unset            FAIL        FAIL     FAIL
    -, false    :100, :0           PASS            user-unset            PASS        PASS     FAIL
    -, false    1000, app          PASS            -                     PASS        PASS     FAIL
    -, false    1000:0, app:root   PASS            -                     PASS        PASS     FAIL
    -, false    root               FAIL            root-user             FAIL        FAIL     FAIL
    -, false    0, 00, +0, -0      FAIL            root-user             PASS        PASS     FAIL
    -, false    0:0, 0:app         FAIL            root-user             PASS        PASS     FAIL
    -, false    root:root, root:x  FAIL            root-user             PASS        PASS     FAIL
    true        -                  FAIL            privileged            PASS        PASS     FAIL
    true        1000, app          FAIL            privileged            PASS        PASS     PASS
    true        root               FAIL            privileged root-user  PASS        PASS     FAIL
    true        0, 0:0, root:root  FAIL            privileged root-user  PASS        PASS     PASS
    not host    any                NOT_APPLICABLE  -                     PASS        PASS     NOT_APPLICABLE
    host        no containers      PASS            -                     PASS        PASS     FAIL

With several containers, one that fails is enough to fail the definition; the evidence names each of them.

Other standards
---------------
Expect other tools to say nearly the opposite; every finding carries their verdicts under `standards`.

  * `aws-config` is the managed rule ecs-task-definition-user-for-host-mode-check, which was also Security Hub's ECS.1
    until that control was retired in March 2026. It hunts for privilege that nobody chose: privileged=true counts as
    chosen and complies, while a container that is not privileged and has no user, or the user root, does not. Its page
    speaks of root and null only, so other spellings of root comply by the letter.
  * `prowler` (ecs_task_definitions_host_networking_mode_users) applies that rule to each container, with the literal
    word root.
  * `powerpipe` (ecs_task_definition_user_for_host_mode_check, on Steampipe) wants the reverse of the benchmark: it is
    content when at least one container is privileged and also has a user other than the word root. One such container
    clears all others.

Rationale
---------
Host mode takes the network namespace away from between a container and its instance. The container can listen on any
free port of the instance, talk to whatever listens on its loopback interface (agents and debug ports often trust that),
and reach the instance metadata service as a process of the instance would. Root in the container adds raw sockets on
the instance's interfaces and its abstract Unix sockets, which is how CVE-2020-15257 turned such a container into the
host. A privileged container has every capability and every device, and needs no flaw to become the host.

Impact for
----------
Whoever breaks into such a container holds one unprivileged process, and not the traffic of its neighbours, the
instance, and with it the credentials of every task that runs there.

Impact against
--------------
A process that is not root cannot bind ports below 1024 without a file capability, and may not be allowed to read files
and volumes that belong to root; images may have to be rebuilt. Network agents, security sensors and some monitoring
need privilege by design. They should be the known few, each with a recorded exception and its owner.

Default value
-------------
`networkMode` is not host unless it says so: absent means bridge on EC2 instances, and Fargate knows only awsvpc.
`privileged` is false when absent. `user` is the image's own when absent, which for most public images is root.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, on all resources.
To remediate, by hand: ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:DeregisterTaskDefinition, and iam:PassRole on
the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look for "networkMode": "host". Without it the definition is not concerned.
3. In each entry of containerDefinitions look at "privileged" and "user", and compare with the truth table.
4. Where services still run on older revisions, do the same for those.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query \
      "taskDefinition.{network: networkMode, containers: containerDefinitions[].[name, user, privileged]}"

Remediation, console
--------------------
1. Open the revision, choose Create new revision, and then with JSON.
2. If the task does not need the instance's network, set networkMode to awsvpc (or bridge), and you are done.
3. Otherwise set privileged to false in every container, and user to a uid other than 0 that the image is ready for,
   such as "10001:10001". Add single capabilities under linuxParameters where the process needs one.
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

Back-out
--------
Until the old revision is deregistered, point the service back at it: update-service with FAMILY:OLD. A deregistered
revision cannot be used by a deployment; register its content again (old.json has it) and deploy the new number.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-networkmode-host.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-user-for-host-mode-check.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
https://hub.powerpipe.io/mods/turbot/steampipe-mod-aws-compliance
https://pkg.go.dev/strconv#Atoi
https://nvd.nist.gov/vuln/detail/CVE-2020-15257

Related controls
----------------
CIS AWS Compute Services 1.1.0: 3.3 (process namespace of the host), 3.4 (privileged containers in any network mode).
Security Hub: ECS.4 (privileged), ECS.17 (host network mode at all), ECS.20 (root or unset user, Linux), which together
took the place of ECS.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from auditor.checks._verdicts import of_container, user_details
from auditor.checks.ecs._host_mode_standards import readings
from auditor.domain.check import Evidence, Severity, Status, Verdict, check
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import TaskDefinition

_UNSET = "user-unset"
_A_USER = DefinitionRepair(container={"user": "1000:1000"}, manual="Name a user that the image is ready for.")


@dataclass(frozen=True, slots=True)
class Parameters:
    """`unset_user` says what a container without a user is; `pass` is the benchmark's reading."""

    unset_user: Literal["pass", "fail"] = "pass"


@check(
    id="ecs-host-network-privileged-or-root",
    title="Containers on the host's network are neither privileged nor root",
    severity=Severity.HIGH,
    fact_type=TaskDefinition,
    frameworks={"cis-compute-1.1": ("3.1",)},
    remediation=(
        "Register a revision whose containers have `privileged` false and a `user` with a uid other than 0, or whose "
        "network mode is not host; update the services that use the family; then deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={
        "privileged": "is privileged",
        "root-user": "runs as root",
        _UNSET: "sets no user, so the image decides",
    },
    repairs={"privileged": DefinitionRepair(container={"privileged": False}), "root-user": _A_USER, _UNSET: _A_USER},
)
def host_network_privileged_or_root(task: TaskDefinition, params: Parameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    standards = readings(task)
    if not task.uses_host_network:
        return Verdict(Status.NOT_APPLICABLE, standards=standards)
    evidence = tuple(_evidence(each, tuple(_faults(each, params))) for each in task.containers)
    failing = tuple(each for each in evidence if each.reasons)
    if failing:
        return Verdict(Status.FAIL, _union(failing), failing, standards)
    notes = tuple(_evidence(each, (_UNSET,)) for each in task.containers if each.user_unset)
    return Verdict(Status.PASS, _union(notes), notes, standards)


def _faults(container: Container, params: Parameters) -> Iterator[str]:
    if container.privileged:
        yield "privileged"
    if container.runs_as_root:
        yield "root-user"
    if container.user_unset and params.unset_user == "fail":
        yield _UNSET


def _evidence(container: Container, reasons: tuple[str, ...]) -> Evidence:
    return of_container(container, reasons, user_details(container))


def _union(evidence: tuple[Evidence, ...]) -> tuple[str, ...]:
    return tuple(sorted({reason for each in evidence for reason in each.reasons}))
