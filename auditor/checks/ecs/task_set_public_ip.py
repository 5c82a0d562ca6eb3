r"""Task sets assign no public IP addresses.

## Profile level
Level 1, automated: recommendation 3.14 of the CIS AWS Compute Services Benchmark 1.1.0.

## Description
Judges `networkConfiguration.awsvpcConfiguration.assignPublicIp` of a task set. A service with another deployment
controller than ECS has one task set for each version that CodeDeploy or an external controller keeps running.

    task set                verdict         reason
    ----------------------  --------------  ---------
    ENABLED                 FAIL            public-ip
    DISABLED                PASS            -
    no awsvpcConfiguration  NOT_APPLICABLE  -
    any, but DRAINING       NOT_APPLICABLE  -

If `awsvpcConfiguration` is present without `assignPublicIp`, it is off. Without `awsvpcConfiguration` the tasks have no
network interface of their own. A PRIMARY set serves traffic, and an ACTIVE one runs and can receive traffic at any
moment: both are judged. A DRAINING set is being stopped, which is the remedy, and its addresses are released with it:
not applicable.

## Rationale
A public address exposes a task to the whole internet, with a security group as the only protection. A new (green) set
can be reached by that address before it is in service, and so before its exposure was decided.

## Benefits
A task can be reached only through its load balancer, or not at all, whichever set is in service.

## Drawbacks
{{no-nat-gateway}}
A task set cannot be changed: the fix needs a new one, and so a deployment.

## Default value
DISABLED if not set.

## Permissions needed
To audit: ecs:ListClusters, ecs:ListServices and ecs:DescribeServices, which also returns the sets, on all resources.
To remediate by hand: ecs:CreateTaskSet, ecs:UpdateServicePrimaryTaskSet, ecs:DeleteTaskSet and iam:PassRole; with
CodeDeploy, codedeploy:CreateDeployment and the permissions that it requires.

## Audit, console
1. Open Amazon ECS in the region, choose Clusters, a cluster, and a service whose deployment controller is not ECS.
2. On the Deployments tab open each task set, and look at its network configuration.

## Audit, CLI
    aws ecs describe-task-sets --cluster CLUSTER --service SERVICE --region REGION --query \
      "taskSets[].[id, status, networkConfiguration.awsvpcConfiguration.assignPublicIp]"

## Remediation, console
1. Make sure that the subnets have a NAT gateway or the VPC endpoints that the tasks need.
2. Set assignPublicIp to DISABLED in the AppSpec file of CodeDeploy, or in the configuration of your own controller.
3. Deploy, shift the traffic, and let the old set be removed.

## Remediation, CLI
    aws ecs create-task-set --cluster CLUSTER --service SERVICE --task-definition FAMILY:REVISION --region REGION \
      --launch-type FARGATE --scale value=100,unit=PERCENT --network-configuration \
      "awsvpcConfiguration={subnets=[SUBNET1,SUBNET2],securityGroups=[GROUP],assignPublicIp=DISABLED}"
    aws ecs update-service-primary-task-set --cluster CLUSTER --service SERVICE --primary-task-set NEW --region REGION
    aws ecs delete-task-set --cluster CLUSTER --service SERVICE --task-set OLD --region REGION

Also name the load balancers of the old set. With CodeDeploy, create a deployment with the changed AppSpec instead: it
creates the sets itself.

## Roll back
Until the old set is deleted, make it the primary one again. Afterwards create a new set like it.

## References
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-external.html
https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html

## Related controls
CIS AWS Compute Services 1.1.0: 3.2 (services). Security Hub: ECS.16 (FSBP), by its own Config rule
ecs-taskset-assign-public-ip-disabled. Prowler: ecs_task_set_no_assign_public_ip, which passes sets without a network of
their own. Checkov, Trivy and Powerpipe look only at services.
"""

from collections.abc import Iterator

from auditor.checks._verdicts import not_applicable, resource_verdict
from auditor.checks.ecs._commands import PRIVATE_NETWORK, ecs_call, service_parameters
from auditor.checks.ecs._common import is_terminating
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.workloads import TaskSet
from auditor.domain.finding import Finding
from auditor.domain.repair import BLANK, ManualStep


def _replace_task_set(finding: Finding) -> Iterator[ManualStep]:
    head, _, name = finding.resource.arn.partition(":task-set/")
    cluster, service_name = [*name.split("/"), ""][:2]  # the id of a task set has slashes of its own
    service = service_parameters(f"{head}:service/{cluster}/{service_name}")
    definitions = [evidence.details.get("taskDefinition") for evidence in finding.evidence]
    definition = next(filter(None, definitions), BLANK)
    yield ecs_call("CreateTaskSet", **service, taskDefinition=definition, networkConfiguration=PRIVATE_NETWORK)
    yield ecs_call("UpdateServicePrimaryTaskSet", **service, primaryTaskSet=BLANK)
    yield ecs_call("DeleteTaskSet", **service, taskSet=finding.resource.arn)


@check(
    id="ecs-task-set-public-ip",
    aliases=("ecs_task_set_no_assign_public_ip",),
    title="Task sets assign no public IP addresses",
    problem="Task set assigns public IP addresses",
    severity=Severity.HIGH,
    fact_type=TaskSet,
    frameworks={"cis-compute-1.1": ("3.14",), "aws-fsbp": ("ECS.16",), "pci-dss-4.0.1": ("ECS.16",)},
    remediation=(
        "Deploy a task set whose network configuration has `assignPublicIp` DISABLED, in subnets with a NAT gateway or "
        "VPC endpoints; make it the primary one, and delete this one."
    ),
    reason_texts={"public-ip": "gives its tasks public IP addresses"},
    manual_steps=_replace_task_set,
)
def task_set_public_ip(task_set: TaskSet, _params: NoParameters) -> Verdict:
    if is_terminating(task_set) or task_set.placement.public_ip is None:
        return not_applicable()
    return resource_verdict(
        "public-ip" if task_set.placement.public_ip else None,
        assignPublicIp="ENABLED",
        status=task_set.status,
        taskDefinition=task_set.task_definition,
    )
