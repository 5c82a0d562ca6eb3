"""The commands: their options, help and examples."""

from dataclasses import dataclass

from auditor.commands import options, result_options


@dataclass(frozen=True, slots=True)
class Command:
    """One command. Its module is `auditor.commands.<name>`; its flags are the fields of `options`."""

    name: str
    options: type[options.Options]
    help: str
    examples: tuple[str, ...]


COMMANDS = (
    Command(
        "run",
        options.RunOptions,
        "Audit all accounts and write findings, coverage and a report.",
        (
            "auditor run -c inventory.yaml -o s3://my-audit-bucket/nightly",
            "auditor run -c inventory.yaml -o results -a payments-prod -r 'eu-*' --deadline 90m",
        ),
    ),
    Command(
        "demo",
        options.DemoOptions,
        "Audit a simulated organization, without AWS or network.",
        ("auditor demo -o demo-output",),
    ),
    Command(
        "validate",
        options.RunOptions,
        "Check inventory, settings, exceptions and flags without auditing.",
        ("auditor validate -c inventory.yaml -s auditor.yaml",),
    ),
    Command(
        "exceptions",
        options.ExceptionsOptions,
        "Import suppressions of other tools as exceptions.\n\n"
        "FILE is a Prowler mutelist, or what `aws securityhub get-findings` or `aws securityhub "
        "batch-get-automation-rules` prints. Prints an exceptions file with placeholders for what FILE does not say; "
        "what could not be carried over is listed on standard error.",
        ("auditor exceptions import mutelist.yaml > exceptions.yaml",),
    ),
    Command(
        "plan",
        options.PlanOptions,
        "Dry run: assume all roles and estimate API calls.\n\n"
        "Lists the enabled regions of every account and their resources. No resource is judged.",
        ("auditor plan -c inventory.yaml",),
    ),
    Command(
        "checks",
        options.ChecksOptions,
        "List all checks, or print the manual page of one.",
        ("auditor checks --framework cis-compute-1.1", "auditor checks ecs-host-pid-mode --format md"),
    ),
    Command(
        "remediate",
        result_options.RemediateOptions,
        "Write a remediation plan for one finding.\n\n"
        "The plan has the corrected definition, a script to apply it and a script to roll it back. Nothing is changed "
        "in AWS. FINDING_ID is the ID of a failing finding, or at least its first 8 digits.",
        (
            "auditor remediate 1f0c9e2a --from s3://my-audit-bucket/nightly -c inventory.yaml -o fix",
            "auditor remediate --resource arn:aws:ecs:eu-west-1:111122223333:task-definition/web --from out -c a.yaml",
        ),
    ),
    Command(
        "show",
        result_options.ShowOptions,
        "List findings of the latest run, the most urgent first.\n\n"
        "QUERY is a list of words and qualifiers that all have to match: severity:high,critical owner:payments "
        'is:running is:public is:new -region:us-* cis:3.4 "two words". Only failures are listed, unless the query says '
        "otherwise: status:unknown, is:stale.",
        (
            "auditor show --from s3://my-audit-bucket/nightly severity:critical is:running",
            "auditor show --from results owner:payments is:overdue --format csv",
        ),
    ),
    Command(
        "report",
        result_options.ReportOptions,
        "Render the report of a finished run again, or list the evidence for one control.\n\n"
        "Reads nothing but the stored data, and compares each object with the manifest first. RUN_ID is the ID of a "
        "finished run [default: the latest one].",
        (
            "auditor report --from s3://my-audit-bucket/nightly -o report.html",
            "auditor report 20261123T020000Z-1a2b3c --from results --control cis-compute-1.1/3.4",
        ),
    ),
    Command(
        "diff",
        result_options.DiffOptions,
        "Show what changed between two runs.\n\n"
        "Computed from findings and coverage of both: what could not be examined is never called resolved. Two RUN_IDs "
        "are the older and the newer run; one is compared with the run before it [default: the latest one]. Exits with "
        "0, also if there are changes.",
        (
            "auditor diff --from s3://my-audit-bucket/nightly",
            "auditor diff 20261122T020000Z-1a2b3c 20261123T020000Z-4d5e6f --from results --format json",
        ),
    ),
    Command(
        "verify",
        result_options.VerifyOptions,
        "Verify that the results of a run are as they were written.\n\n"
        "Names every object that was changed, added or lost, every object with other rows, and a manifest that is not "
        "the one that was published. RUN_ID is the ID of a finished run [default: the latest one].",
        ("auditor verify --from s3://my-audit-bucket/nightly", "auditor verify 20261123T020000Z-1a2b3c --from results"),
    ),
    Command(
        "policy",
        options.PolicyOptions,
        "Print the IAM policy that the enabled checks need.",
        ("auditor policy", "auditor policy --framework cis-compute-1.1"),
    ),
    Command(
        "check",
        options.CheckOptions,
        "Check IaC files (infrastructure as code) before deployment.\n\n"
        "FILE is a task definition, a CloudFormation template, or the output of `terraform show -json` or of `aws "
        "cloudformation get-template`; - is standard input.",
        ("auditor check template.yaml", "terraform show -json plan.out | auditor check - --format sarif"),
    ),
)
