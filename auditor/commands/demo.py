"""`auditor demo`: the same run, on an organization that lives inside this process."""

from __future__ import annotations

from auditor import checks, inventory, settings
from auditor.commands.options import Options
from auditor.commands.progress import watcher
from auditor.demo import running
from auditor.engine.signals import obeying
from auditor.run import run_id
from auditor.run.aws_context import Aws
from auditor.run.exit_codes import FAILED, OK, Outcome
from auditor.run.orchestrator import Request, audit


def act(options: Options) -> Outcome:
    """Audit the demo organization. Its gaps are part of the show: they do not fail the demo."""
    with running() as organization:
        aws = Aws()
        how = settings.load(organization.settings, "demo settings", {}, checks.load())
        who = inventory.parse(organization.inventory, "demo inventory", known_regions=aws.known_regions)
        aws.configure(how)
        targets = who.merge(aws.discover(who.discover) if who.discover else ())
        run_id = run_id.new(aws.clock.now())
        observer, colour = watcher(options, run_id)
        hashes = {"inventory": who.sha256, "settings": how.sha256}
        output = options.text("output") or "demo-output"
        request = Request(run_id, output, targets, how, hashes, colour, together=True)
        with observer, obeying(aws.clock) as orders:
            outcome = audit(request, aws, observer, orders)
    return Outcome(outcome.text, FAILED if outcome.exit_code == FAILED else OK)
