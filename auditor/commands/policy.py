"""`auditor policy`: the IAM policy that the member role needs."""

import json

from auditor.aws import regions
from auditor.commands import config
from auditor.commands.options import PolicyOptions
from auditor.run.aws_context import AwsContext
from auditor.run.context import enabled_collectors
from auditor.run.exit_codes import Outcome


def run(options: PolicyOptions) -> Outcome:
    """Print the policy of the enabled checks. All actions only read; none supports resource-level permissions."""
    collectors = enabled_collectors(config.load_settings(options, AwsContext()))
    actions = {*regions.ACTIONS, *(action for collector in collectors for action in collector.all_actions)}
    statement = {"Sid": "AuditorReads", "Effect": "Allow", "Action": sorted(actions), "Resource": "*"}
    return Outcome(json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2))
