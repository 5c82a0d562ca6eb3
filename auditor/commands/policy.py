"""`auditor policy`: what the member role must allow, and no more."""

from __future__ import annotations

import json

from auditor.aws import regions
from auditor.commands import config
from auditor.commands.options import Options
from auditor.run.aws_context import AwsContext
from auditor.run.context import enabled_collectors
from auditor.run.exit_codes import Outcome


def run(options: Options) -> Outcome:
    """Print the policy of the enabled checks. Every action in it reads; none of them can be limited to a resource."""
    loaded = config.settings_of(options, AwsContext())
    actions = {*regions.ACTIONS, *(a for each in enabled_collectors(loaded) for a in each.actions)}
    statement = {"Sid": "AuditorReads", "Effect": "Allow", "Action": sorted(actions), "Resource": "*"}
    return Outcome(json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2))
