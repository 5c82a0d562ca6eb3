"""Batch descriptions of ECS: its describe operations report failed ARNs in the same way."""

from functools import partial

from auditor.aws.collectors.batch_describe import BatchDescribe, FailureCodes
from auditor.domain.reason import Reason

#: The values of `reason` in a failure (ECS developer guide, "API failures and error messages").
FAILURE_CODES = FailureCodes(
    gone=frozenset({"MISSING"}),
    reasons={"ACCESS_DENIED": Reason.PERMISSION_DENIED, "THROTTLED": Reason.THROTTLED},
)

batch_describe = partial(BatchDescribe, "ecs", FAILURE_CODES)
