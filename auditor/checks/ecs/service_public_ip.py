r"""Services assign no public IP addresses.

## Profile level
Level 1, automated: recommendation 3.2 of the CIS AWS Compute Services Benchmark 1.1.0.

## Description
Judges `networkConfiguration.awsvpcConfiguration.assignPublicIp` of a service and of those of its deployments that still
have running tasks.

    service            older deployment, running  verdict         reason
    -----------------  -------------------------  --------------  -----------------
    ENABLED            any                        FAIL            public-ip
    DISABLED           ENABLED                    FAIL            public-ip-lingers
    DISABLED           DISABLED or none           PASS            -
    absent             ENABLED                    FAIL            public-ip-lingers
    absent             none                       NOT_APPLICABLE  -
    any, but deleted   any                        NOT_APPLICABLE  -

An older deployment is one that is neither PRIMARY nor INACTIVE and has running tasks. A rollout that never succeeds can
stay in that state for weeks: the service shows DISABLED while every task in service has a public address.

A service without `awsvpcConfiguration` gives its tasks no network interface of their own (network modes bridge, host
and none), or leaves the choice to its task sets, which ecs-task-set-public-ip judges: not applicable. If the
configuration is present without `assignPublicIp`, it is off.

A service that is DRAINING or INACTIVE is deleted, or will be when its last task has stopped. ECS accepts no changes to
it, and its addresses are released with its tasks: not applicable.

In files, rules and schedules of EventBridge and pipes are judged, too: they start tasks without a service. The setting
is that of each target with parameters of ECS. The controls of the frameworks below cover services only.

Not examined: whether the subnet has a route to an internet gateway, which traffic the security groups allow, deployed
tasks that run without a service, and the public addresses of instances and load balancers.

## Rationale
A public address exposes a task to the whole internet; a security group is the only protection, and it is the VPC's
default one if none was named. Public addresses are often turned on because the image could not be pulled otherwise, and
then stay on.

## Benefits
A task can be reached only through its load balancer, or not at all; a single wrong security group rule exposes nothing
by itself. Public IPv4 addresses also cost money per hour, one for each task.

## Drawbacks
{{no-nat-gateway}}
A service that connects to the internet needs the NAT gateway, which costs money. The update starts a deployment: all
tasks are replaced.

## Default value
DISABLED if the API call, the CLI command or the template does not set it. The console's form for a new service turns
the public IP on.

## Permissions needed
To audit: ecs:ListClusters, ecs:ListServices and ecs:DescribeServices, on all resources.
To remediate by hand: ecs:UpdateService.

## Audit, console
1. {{open-service}}
2. On the Configuration and networking tab look at Auto-assign public IP.
3. On the Deployments tab check whether an older deployment still has running tasks.

## Audit, CLI
    aws ecs describe-services --cluster CLUSTER --services SERVICE --region REGION --query \
      "services[].[networkConfiguration, deployments[].[status, runningCount, networkConfiguration]]"

## Remediation, console
1. Make sure that the subnets have a NAT gateway or the VPC endpoints that the tasks need, or choose other subnets.
2. Open the service, choose Update service, and under Networking turn Public IP off.
3. Choose Update, and wait until the deployment is complete.

## Remediation, CLI
Repeat the subnets and security groups: the command replaces the whole configuration.

    aws ecs update-service --cluster CLUSTER --service SERVICE --region REGION --network-configuration \
      "awsvpcConfiguration={subnets=[SUBNET1,SUBNET2],securityGroups=[GROUP],assignPublicIp=DISABLED}"
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION

For public-ip-lingers find out from the events and stopped tasks why the newer deployment does not become steady, and
turn on the deployment circuit breaker.

A service of Express Mode is changed in another way: use update-express-gateway-service with private subnets in its
network configuration, which has no assignPublicIp.

## Roll back
Run the same command with assignPublicIp=ENABLED. Tasks get new addresses.

## References
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html

## Related controls
CIS AWS Compute Services 1.1.0: 3.14 (task sets). Security Hub: ECS.2 (FSBP), by its own Config rule
ecs-service-assign-public-ip-disabled. Prowler: ecs_service_no_assign_public_ip. Checkov: CKV_AWS_333. All of them read
only the service, not its deployments. Powerpipe's ecs_service_not_publicly_accessible requires the value DISABLED and
so fails if it is absent; it matches services with definitions by the service's name alone, ignoring the cluster.
"""

from collections.abc import Iterator

from auditor.checks._verdicts import not_applicable, verdict_from
from auditor.checks.ecs._commands import PRIVATE_NETWORK, ecs_call, service_parameters
from auditor.checks.ecs._common import deployment_name, is_terminating, older_running_deployments
from auditor.domain.check import Detail, Evidence, NoParameters, Severity, Verdict, check
from auditor.domain.ecs.triggers import TaskTrigger
from auditor.domain.ecs.workloads import Service, TaskStarter
from auditor.domain.finding import Finding
from auditor.domain.repair import ManualStep

_ON = {"assignPublicIp": "ENABLED"}


def _turn_off(finding: Finding) -> Iterator[ManualStep]:
    service = service_parameters(finding.resource.arn)
    yield ecs_call(
        "DescribeServices",
        cluster=service["cluster"],
        services=[service["service"]],
        query="services[0].networkConfiguration",
    )
    yield ecs_call("UpdateService", **service, networkConfiguration=PRIVATE_NETWORK)


@check(
    id="ecs-service-public-ip",
    aliases=("ecs_service_no_assign_public_ip",),
    title="Services assign no public IP addresses",
    problem="Service assigns public IP addresses",
    severity=Severity.HIGH,
    fact_type=TaskStarter,
    frameworks={
        "cis-compute-1.1": ("3.2",),
        "aws-fsbp": ("ECS.2",),
        "nist-800-53-r5": ("ECS.2",),
        "pci-dss-4.0.1": ("ECS.2",),
        "control-tower-proactive": ("CT.ECS.PR.9",),
    },
    remediation=(
        "Give the subnets a NAT gateway or VPC endpoints, and update the service's network configuration with "
        "`assignPublicIp` DISABLED; if only an older deployment fails, find out why the newer one does not succeed."
    ),
    reason_texts={
        "public-ip": "gives its tasks public IP addresses",
        "public-ip-lingers": "still runs tasks with public IP addresses",
    },
    manual_steps=_turn_off,
)
def service_public_ip(starter: TaskStarter, _params: NoParameters) -> Verdict:
    if isinstance(starter, TaskTrigger):
        return _judge_trigger(starter)
    return _judge_service(starter) if isinstance(starter, Service) else not_applicable()


def _judge_trigger(trigger: TaskTrigger) -> Verdict:
    settings = [(target.id, target.placement.public_ip) for target in trigger.targets]
    if all(public_ip is None for _, public_ip in settings):
        return not_applicable()
    return verdict_from(
        Evidence(target, "target", ("public-ip",) if public_ip else (), _ON) for target, public_ip in settings
    )


def _judge_service(service: Service) -> Verdict:
    if is_terminating(service):
        return not_applicable()
    evidence = tuple(_evidence(service))
    if not evidence and service.placement.public_ip is None:
        return not_applicable()
    return verdict_from(evidence)


def _evidence(service: Service) -> Iterator[Evidence]:
    if service.placement.public_ip:
        yield Evidence(reasons=("public-ip",), details={**_ON, "launchType": service.placement.launch_type})
    for deployment in older_running_deployments(service):
        if deployment.placement.public_ip:
            details: dict[str, Detail] = {
                **_ON,
                "taskDefinition": deployment.task_definition,
                "runningCount": deployment.running,
            }
            yield Evidence(deployment_name(deployment), "deployment", ("public-ip-lingers",), details)
