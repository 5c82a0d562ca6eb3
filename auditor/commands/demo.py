"""`auditor demo`: the same run, on an organization that lives inside this process."""

from __future__ import annotations

from auditor import checks, inventory, settings
from auditor.commands.options import Options
from auditor.commands.progress import make_observer
from auditor.demo import running
from auditor.engine.signals import handle_signals
from auditor.run.aws_context import AwsContext, discover_accounts, known_regions
from auditor.run.exit_codes import FAILED, OK, Outcome
from auditor.run.orchestrator import RunRequest, audit
from auditor.run.run_id import new_run_id


def run(options: Options) -> Outcome:
    """Audit the demo organization. Its gaps are part of the show: they do not fail the demo."""
    with running() as organization:
        how = settings.load(organization.settings, "demo settings", {}, checks.load())
        who = inventory.parse(organization.inventory, "demo inventory", known_regions=known_regions())
        aws = AwsContext(limits=how.limits)
        targets = who.merge(discover_accounts(aws, who.discover) if who.discover else ())
        run_id = new_run_id(aws.clock.now())
        observer, colour = make_observer(options, run_id)
        hashes = {"inventory": who.sha256, "settings": how.sha256}
        output = options.get("output") or "demo-output"
        request = RunRequest(run_id, output, targets, how, hashes, colour, together=True)
        with observer, handle_signals(aws.clock) as orders:
            outcome = audit(request, aws, observer, orders)
    return Outcome(outcome.text, FAILED if outcome.exit_code == FAILED else OK)
