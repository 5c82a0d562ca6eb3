"""Plans with given names in them, for tests of the scripts and of the page."""

from __future__ import annotations

from auditor.remediation.ecs.plan import Case, Revision, Use, make_plan
from auditor.remediation.plan import Plan

#: Names that would run `touch {trap}` if the shell saw more than one word.
HOSTILE_NAMES = (
    "$(touch {trap})",
    "`touch {trap}`",
    "'; touch {trap}; '",
    '"; touch {trap}; "',
    "\n touch {trap}\n.",
    "# \r\ntouch {trap}",
    "${{IFS}}&& touch {trap} #",
    "--query=x;touch {trap}",
    "\\'; touch {trap}",
    "\u2028touch {trap}\x1b[2J",
)


def plan_with(name: str, *, daemon: bool = False, needs_network: bool = False) -> Plan:
    """Return a plan for two revisions and two services, with `name` in every ARN and decision."""
    arn = f"arn:aws:ecs:eu-west-1:1:task-definition/{name}"
    revisions = (Revision(f"{arn}:2", 2, "ACTIVE", "old-2.json"), Revision(f"{arn}:1", 1, "ACTIVE", "old-1.json"))
    uses = (
        Use(f"arn:aws:ecs:eu-west-1:1:service/{name}/{name}", f"arn:cluster/{name}", f"{arn}:1"),
        Use(f"arn:aws:ecs:eu-west-1:1:service/{name}/2", f"arn:cluster/{name}", "arn:of-another"),
    )
    case = Case(revisions, uses, daemon=daemon, needs_network=needs_network, running_tasks=3)
    return make_plan(case, (f"{name}: decide.",))
