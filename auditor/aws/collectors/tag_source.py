"""Where the tags of one kind of resource are read: its type in the tag index, and the call that reads them singly."""

from dataclasses import dataclass

#: botocore's name of the Resource Groups Tagging API.
INDEX_SERVICE = "resourcegroupstaggingapi"
#: Cannot be limited to resources.
INDEX_ACTION = "tag:GetResources"


@dataclass(frozen=True, slots=True)
class TagSource:
    """The tags of one kind of resource.

    `resource_type` is its type in the tag index, such as `ecs:task-definition`. `operation` of `service` takes an ARN
    as `parameter`, needs `action`, and answers with a list of tags under `member`; `names` are those of key and value.
    """

    resource_type: str
    service: str
    operation: str
    parameter: str
    action: str
    member: str = "tags"
    names: tuple[str, str] = ("key", "value")

    @property
    def actions(self) -> tuple[str, str]:
        """The IAM actions that reading tags needs."""
        return self.action, INDEX_ACTION
