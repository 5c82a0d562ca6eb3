"""`auditor verify`: compare the objects of a run with its manifest, and that with what others say about it."""

from __future__ import annotations

import re
from functools import partial

from auditor.archive.verify import Reference, verify
from auditor.commands import config, results
from auditor.commands.result_options import VerifyOptions
from auditor.contracts.document import to_json
from auditor.domain.errors import ConfigError, Problem
from auditor.engine.parallel import parallel_map
from auditor.reports.terminal.verification import verification_text
from auditor.run.aws_context import AwsContext
from auditor.run.exit_codes import INCOMPLETE, OK, TAMPERED, Outcome
from auditor.run.stores import make_mac_key

_SHA256 = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


def run(options: VerifyOptions) -> Outcome:
    """Verify one run."""
    aws = AwsContext()
    settings = config.load_settings(options, aws)
    expected = options.manifest_sha256 or ""
    if expected and not _SHA256.fullmatch(expected):
        advice = "Copy `manifest_sha256` from the run-ended record: 64 hexadecimal digits."
        raise ConfigError([Problem(options.source_of("manifest_sha256"), 0, "", "is not a SHA-256", advice)])
    aws = aws.with_limits(settings.limits)
    store = results.open_store(options, settings, aws)
    run_id = results.find_run(store, options.run_id, aws)
    verification = verify(
        store,
        run_id,
        aws.clock.now(),
        Reference(expected, make_mac_key(aws, settings)),
        parallel_map=partial(parallel_map, workers=results.READERS),
    )
    text = to_json(verification) if options.format == "json" else verification_text(verification)
    if verification.discrepancies:
        return Outcome(text, TAMPERED)
    return Outcome(text, OK if verification.witnesses else INCOMPLETE)
