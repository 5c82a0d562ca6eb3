"""The definition of a managed daemon, from a saved answer. Moto has no daemons, so the scripts are not run."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from auditor.archive.archive import Archive, make_manifest
from auditor.archive.latest import publish
from auditor.archive.layout import Layout
from auditor.commands import dispatch
from auditor.commands.result_options import RemediateOptions
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.result import AccountResult
from auditor.parsers.ecs.task_definitions import parse_daemon
from auditor.run.exit_codes import OK
from auditor.store.folder import Folder
from tests.builders import NOW, account, check_by_id, finding, provenance, run_result
from tests.remediation.failing import CANARY

ARN = "arn:aws:ecs:eu-west-1:000000000001:daemon-task-definition/agent:3"
DAEMON = "arn:aws:ecs:eu-west-1:000000000001:daemon/prod/agent"
RAW = {
    "daemonTaskDefinitionArn": ARN,
    "family": "agent",
    "revision": 3,
    "status": "ACTIVE",
    "registeredBy": "someone",
    "containerDefinitions": [
        {"name": "agent", "image": "a:1", "privileged": True, "environment": [{"name": "E", "value": CANARY}]}
    ],
}


def test_the_plan_for_a_daemon_registers_without_tags_and_updates_the_daemon(tmp_path: Path) -> None:
    check = check_by_id("ecs-privileged-container")
    fact = parse_daemon(RAW)
    verdict = check.judge(fact, check.parameters)
    failing = finding(
        check_id=check.id,
        resource=fact.resource,
        evidence=verdict.evidence,
        reasons=verdict.reasons,
        usage=EcsUsage(daemons=(DAEMON,), clusters=("prod",)),
    )
    archive = Archive(Folder(tmp_path / "out"), Layout("20261123T020000Z-1a2b3c"))
    result = run_result(run_id="20261123T020000Z-1a2b3c")
    rows = archive.write_account(AccountResult(account(), (failing,), ()))
    manifest = make_manifest(result, rows, provenance())
    archive.write_manifest(manifest)
    publish(Folder(tmp_path / "out"), manifest, NOW)
    (tmp_path / "described.json").write_text(json.dumps({"daemonTaskDefinition": RAW}), encoding="utf-8")
    options = RemediateOptions(
        finding_id=failing.finding_id,
        source=str(tmp_path / "out"),
        output=str(tmp_path / "fix"),
        definition=str(tmp_path / "described.json"),
    )

    outcome = dispatch.perform("remediate", options)

    assert outcome.exit_code == OK, outcome.text
    new = json.loads((tmp_path / "fix" / "new.json").read_text(encoding="utf-8"))
    assert set(new) == {"family", "containerDefinitions"}
    assert new["containerDefinitions"][0]["privileged"] is False
    text = (tmp_path / "fix" / "apply.sh").read_text(encoding="utf-8")
    assert "aws ecs register-daemon-task-definition" in text
    assert f"--daemon-arn={DAEMON}" in text
    assert '--daemon-task-definition-arn="$NEW"' in text
    for script in ("apply.sh", "rollback.sh"):
        assert subprocess.run(["bash", "-n", str(tmp_path / "fix" / script)], check=False).returncode == 0
    assert "not tested against AWS" in (tmp_path / "fix" / "steps.md").read_text(encoding="utf-8")
    assert CANARY not in outcome.text + text
