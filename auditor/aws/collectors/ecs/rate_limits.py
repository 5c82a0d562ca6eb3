"""Rate limits of ECS per account and region (ECS API reference, "Request throttling").

Groups that are not listed there, such as the daemon operations, get the default of `auditor.aws.rate_limit`.
"""

from auditor.aws.rate_limit import RateLimit

_TASK_DEFINITION_READ = RateLimit("ecs:task-definition-read", 50, 20)
_CLUSTER_READ = RateLimit("ecs:cluster-read", 50, 20)
_SERVICE_READ = RateLimit("ecs:service-read", 100, 20)
_CLUSTER_RESOURCE_READ = RateLimit("ecs:cluster-resource-read", 100, 20)

RATE_LIMITS = {
    "DescribeTaskDefinition": _TASK_DEFINITION_READ,
    "ListTaskDefinitions": _TASK_DEFINITION_READ,
    "ListTaskDefinitionFamilies": _TASK_DEFINITION_READ,
    "DescribeClusters": _CLUSTER_READ,
    "ListClusters": _CLUSTER_READ,
    "DescribeServices": _SERVICE_READ,
    "ListServices": _SERVICE_READ,
    "DescribeTasks": _CLUSTER_RESOURCE_READ,
    "ListTasks": _CLUSTER_RESOURCE_READ,
    "ListTagsForResource": RateLimit("ecs:tag-read", 50, 20),
    "ListAccountSettings": RateLimit("ecs:setting-read", 50, 20),
    "DescribeCapacityProviders": RateLimit("ecs:capacity-provider-read", 50, 20),
}
