"""Everything that auditor writes fits its schema: documents of real writers, one or more for each schema."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from auditor import checks, schemas
from auditor.archive import encode
from auditor.archive.archive import Archive, make_manifest, run_counts
from auditor.archive.claims import ClaimRequest
from auditor.archive.latest import publish
from auditor.archive.layout import LATEST, Layout
from auditor.archive.trend import make_trend
from auditor.contracts.diff import DiffDocument
from auditor.contracts.document import to_json
from auditor.contracts.run import CheckOrigin
from auditor.domain.coverage import CoverageStatus
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.file_report import FileFinding, FileReport, SourceLocation, UncheckedItem
from auditor.domain.past_finding import PastFinding
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.history.compare import Examination, compare
from auditor.reports.catalogue.catalogue import listing_json
from auditor.reports.catalogue.manual import DescribedCheck, page_json
from auditor.reports.files.json_report import render_json
from auditor.reports.plan_json import plan_document
from auditor.reports.summary_json import summary_json
from auditor.run.claimed import claimed_accounts
from tests import builders
from tests.reports import scenarios
from tests.schemas.validation import errors
from tests.store.stubs import Memory

RUN = "20261123T020000Z-1a2b3c"
GAP = builders.coverage(CoverageStatus.NOT_EXAMINED, reason=Reason.ROLE_DENIED)


def stored_run() -> Memory:
    """A finished run with a check that is not built in."""
    store = Memory()
    archive = Archive(store, Layout(RUN))
    archive.claim(builders.NOW, ClaimRequest("fingerprint", claimed_accounts([builders.target()])))
    result = AccountResult(builders.account(), (builders.finding(),), (GAP,))
    entries = archive.write_account(result, [builders.change()], past_findings(result))
    origins = {builders.CHECK: CheckOrigin(source="checks/a.yaml", version="sha256:00")}
    manifest = make_manifest(builders.run_result(run_id=RUN), entries, builders.provenance(check_origins=origins))
    archive.write_manifest(manifest)
    archive.write_index(manifest)
    publish(store, manifest, builders.NOW)
    return store


def past_findings(result: AccountResult) -> tuple[PastFinding, ...]:
    run = Examination(builders.NOW, {builders.CHECK}, {}, "latest")
    return compare(None, result, run).past_findings


def stored_documents() -> list[tuple[str, str]]:
    store, layout = stored_run(), Layout(RUN)
    keys = {"claim": layout.claim(0), "manifest": layout.manifest, "latest": LATEST, "run": layout.index}
    owner = builders.account().id
    rows = {"finding": layout.findings(owner), "coverage": layout.coverage(owner), "change": layout.changes(owner)}
    rows["past-finding"] = layout.history(owner)
    counts = run_counts(builders.run_result([GAP], run_id=RUN))
    difference = DiffDocument(
        schema_version="1.0",
        older=RUN,
        newer=RUN,
        counts=counts.changes,
        scopes=counts.scopes,
        changes=[encode.change_row(builders.change(), RUN)],
    )
    trend = make_trend(store, builders.run_result([GAP], run_id=RUN), [])
    return [
        *((name, store.blobs[key].body.decode()) for name, key in keys.items()),
        ("trend", to_json(trend)),
        ("diff", to_json(difference)),
        *((name, gzip.decompress(store.blobs[key].body).decode()) for name, key in rows.items()),
    ]


def file_report() -> FileReport:
    location = SourceLocation("template.yaml", 3)
    return FileReport(
        checks=(builders.check_info(),),
        resources=(("template.yaml", 1),),
        findings=(FileFinding(builders.finding(), "Web", (location, SourceLocation("template.yaml"))),),
        unchecked=(UncheckedItem(location, "Fn::ForEach::X", "it needs a transform"),),
    )


def command_documents() -> list[tuple[str, str]]:
    described = [DescribedCheck(check, {builders.COLLECTOR: "1 per family"}) for check in checks.built_in()]
    plan = plan_document([builders.coverage(), GAP], {builders.COLLECTOR: lambda resources: resources})
    return [
        ("check-list", listing_json(described)),
        *(("check-page", page_json(check)) for check in described),
        ("file-report", render_json(file_report())),
        ("plan", to_json(plan)),
    ]


def run_documents() -> list[tuple[str, str]]:
    results = (scenarios.everyday(), scenarios.rule_book(), scenarios.many_failures(20, 29), builders.run_result())
    findings = (builders.unknown(), builders.finding(usage=EcsUsage(services=("arn:x",))), builders.finding(usage=None))
    return [
        *(("summary", summary_json(result).decode()) for result in results),
        *(("finding", encode.line(encode.finding_row(finding, RUN))) for finding in findings),
        ("coverage", encode.line(encode.coverage_row(builders.coverage(), RUN))),
    ]


DOCUMENTS = [*stored_documents(), *run_documents(), *command_documents()]


@pytest.mark.parametrize("name", schemas.OUTPUTS)
def test_documents_fit_their_schema(name: str) -> None:
    texts = [text for schema, text in DOCUMENTS if schema == name]

    assert texts, "write one above"
    assert [error for text in texts for error in errors(name, json.loads(text))] == []


@pytest.mark.parametrize("name", schemas.OUTPUTS)
def test_every_key_of_a_document_is_required_and_no_other_is_allowed(name: str) -> None:
    document: dict[str, Any] = json.loads(next(text for schema, text in DOCUMENTS if schema == name))

    for key in document:
        assert errors(name, {other: value for other, value in document.items() if other != key}) != [], key
    assert errors(name, document | {"unknown": 1}) != []
