"""`auditor policy`: what the member role must allow, and no more."""

from __future__ import annotations

import json

from auditor.app import configuration
from auditor.app.options import Options
from auditor.app.outcome import Outcome
from auditor.app.part import collectors_of
from auditor.app.wiring import Aws
from auditor.aws import regions


def act(options: Options) -> Outcome:
    """Print the policy of the enabled checks. Every action in it reads; none of them can be limited to a resource."""
    loaded = configuration.settings_of(options, Aws())
    actions = {*regions.ACTIONS, *(a for each in collectors_of(loaded) for a in each.actions)}
    statement = {"Sid": "AuditorReads", "Effect": "Allow", "Action": sorted(actions), "Resource": "*"}
    return Outcome(json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2))
