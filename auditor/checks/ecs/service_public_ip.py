r"""A service must not give its tasks public IP addresses.

Profile level
-------------
Level 1, automated: recommendation 3.2 of the CIS AWS Compute Services Benchmark 1.1.0.

Description
-----------
Looks at `networkConfiguration.awsvpcConfiguration.assignPublicIp` of a service and of those of its deployments that
still have running tasks.

    service          older deployment, running  verdict         reason
    ---------------  -------------------------  --------------  -----------------
    ENABLED          any                        FAIL            public-ip
    DISABLED         ENABLED                    FAIL            public-ip-lingers
    DISABLED         DISABLED or none           PASS            -
    absent           ENABLED                    FAIL            public-ip-lingers
    absent           none                       NOT_APPLICABLE  -
    any, but going   any                        NOT_APPLICABLE  -

An older deployment is one that is neither PRIMARY nor INACTIVE and has running tasks. A rollout that never succeeds can
stay so for weeks, and then the service says DISABLED while every task that serves anybody has a public address.

A service without `awsvpcConfiguration` gives its tasks no network interface of their own (network modes bridge, host
and none), or leaves the choice to its task sets, which ecs-task-set-public-ip judges: not applicable. Where the
configuration is there and `assignPublicIp` is not, it is off.

A service that is DRAINING or INACTIVE is deleted, or will be when its last task has stopped; ECS takes no change of it
and its addresses go with its tasks: not applicable.

What is not looked at: whether the subnet has a route to an internet gateway, what the security groups let in, tasks
that somebody runs without a service, and the public addresses of instances and load balancers.

Rationale
---------
A public address makes a task a neighbour of everybody on the internet, with a security group as the only door, and the
default one of the VPC where none was named. People choose it because the image could not be pulled otherwise, and it
then stays.

Impact for
----------
A task can be reached through its load balancer or not at all; one wrong rule in a security group exposes nothing by
itself. Public IPv4 addresses are also charged by the hour, one for each task.

Impact against
--------------
Tasks in a subnet without a NAT gateway, or without VPC endpoints for ECR (api and dkr), S3, CloudWatch Logs and Secrets
Manager, can then no longer pull images, log or read secrets, and do not start. A service that talks to the internet
needs the NAT gateway, which is charged for. The change starts a deployment: all tasks are replaced.

Default value
-------------
DISABLED where the API, the CLI or a template says nothing. The console's form for a new service has the public IP on.

Permissions needed
------------------
To audit: ecs:ListClusters, ecs:ListServices and ecs:DescribeServices, on all resources.
To remediate, by hand: ecs:UpdateService.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Clusters, a cluster, and the service.
2. On the Configuration and networking tab look at Auto-assign public IP.
3. On the Deployments tab see whether an older deployment still has running tasks.

Audit, CLI
----------
    aws ecs describe-services --cluster CLUSTER --services SERVICE --region REGION --query \
      "services[].[networkConfiguration, deployments[].[status, runningCount, networkConfiguration]]"

Remediation, console
--------------------
1. See that the subnets have a NAT gateway or the VPC endpoints that the tasks need, or choose other subnets.
2. Open the service, choose Update service, and under Networking turn Public IP off.
3. Choose Update, and wait until the deployment is complete.

Remediation, CLI
----------------
Name the subnets and security groups again: the configuration is replaced as a whole.

    aws ecs update-service --cluster CLUSTER --service SERVICE --region REGION --network-configuration \
      "awsvpcConfiguration={subnets=[SUBNET1,SUBNET2],securityGroups=[GROUP],assignPublicIp=DISABLED}"
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION

For public-ip-lingers find out why the newer deployment does not become steady (its events and stopped tasks say), and
turn the deployment circuit breaker on.

Back-out
--------
The same command with assignPublicIp=ENABLED. Tasks get new addresses.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html

Related controls
----------------
CIS AWS Compute Services 1.1.0: 3.14 (task sets). Security Hub: ECS.2 (FSBP), by its own Config rule
ecs-service-assign-public-ip-disabled. Prowler: ecs_service_no_assign_public_ip. Checkov: CKV_AWS_333. All of them read
the service alone, and not its deployments. Powerpipe's ecs_service_not_publicly_accessible wants the word DISABLED and
so alarms where it is absent; it pairs services with definitions by the service's name alone, whatever the cluster.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks._verdicts import from_evidence, not_applicable
from auditor.checks.ecs._going import is_going
from auditor.checks.ecs._lingering import lingering, name_of
from auditor.domain.check import Detail, Evidence, NoParameters, Severity, Verdict, check
from auditor.domain.ecs.workloads import Service

_ON = {"assignPublicIp": "ENABLED"}


@check(
    id="ecs-service-public-ip",
    title="Services give their tasks no public IP addresses",
    severity=Severity.HIGH,
    fact_type=Service,
    frameworks={
        "cis-compute-1.1": ("3.2",),
        "aws-fsbp": ("ECS.2",),
        "aws-config": ("ecs-service-assign-public-ip-disabled",),
    },
    remediation=(
        "Give the subnets a NAT gateway or VPC endpoints, and update the service's network configuration with "
        "`assignPublicIp` DISABLED; where only an older deployment is at fault, let the newer one succeed."
    ),
    reason_texts={
        "public-ip": "gives its tasks public IP addresses",
        "public-ip-lingers": "still runs tasks with public IP addresses",
    },
)
def service_public_ip(service: Service, _params: NoParameters) -> Verdict:
    """Judge one service; the module's docstring is the rule."""
    if is_going(service):
        return not_applicable()
    evidence = tuple(_evidence(service))
    if not evidence and service.placement.public_ip is None:
        return not_applicable()
    return from_evidence(evidence)


def _evidence(service: Service) -> Iterator[Evidence]:
    if service.placement.public_ip:
        yield Evidence(reasons=("public-ip",), details={**_ON, "launchType": service.placement.launch_type})
    for each in lingering(service):
        if each.placement.public_ip:
            details: dict[str, Detail] = {**_ON, "taskDefinition": each.task_definition, "runningCount": each.running}
            yield Evidence(name_of(each), "deployment", ("public-ip-lingers",), details)
