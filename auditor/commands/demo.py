"""`auditor demo`: a complete run on an organization that is simulated inside this process."""

from auditor import checks, inventory, settings
from auditor.commands import config
from auditor.commands.options import DemoOptions
from auditor.commands.progress import make_observer
from auditor.demo import running
from auditor.engine.signals import handle_signals
from auditor.run.aws_context import AwsContext, known_regions
from auditor.run.exit_codes import FAILED, OK, Outcome
from auditor.run.orchestrator import RunRequest, audit
from auditor.run.run_id import new_run_id


def run(options: DemoOptions) -> Outcome:
    """Audit the demo organization. Its gaps are intended: they do not fail the demo."""
    with running() as organization:
        loaded_settings = settings.load(organization.settings, "demo settings", {}, checks.load())
        loaded_inventory = inventory.parse(organization.inventory, "demo inventory", known_regions=known_regions())
        aws = AwsContext(limits=loaded_settings.limits)
        targets = config.find_targets(loaded_inventory, aws)
        run_id = new_run_id(aws.clock.now())
        observer, colour = make_observer(options.environ, run_id)
        hashes = {"inventory": loaded_inventory.sha256, "settings": loaded_settings.sha256}
        request = RunRequest(run_id, options.output, targets, loaded_settings, hashes, colour, single_process=True)
        with observer, handle_signals(aws.clock) as shutdown:
            outcome = audit(request, aws, observer, shutdown)
    summary, _, reason = outcome.text.rpartition("\n")
    if outcome.exit_code == FAILED:
        return outcome
    return Outcome(f"{summary}\nThe demo ends with 0. A nightly run: {reason}", OK)
