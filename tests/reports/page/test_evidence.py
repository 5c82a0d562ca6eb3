"""The evidence of a finding as the page shows it."""

from __future__ import annotations

from auditor.domain.check import Evidence
from auditor.domain.ecs.usage import EcsUsage
from auditor.reports.page.evidence import PartView, RevisionGroup, evidence_line, evidence_view
from tests.builders import check_info, finding

PRIVILEGED = PartView("app", "is privileged")


def app(*reasons: str, revision: int | None = None, **details: str | int | bool | tuple[str, ...] | None) -> Evidence:
    return Evidence("app", "container", reasons, details, revision=revision)


def test_reasons_are_described_by_the_check_or_else_by_their_names() -> None:
    (group,) = evidence_view(finding(evidence=(app("privileged", "docker-socket"),)), check_info()).groups
    assert [part.problem for part in group.parts] == ["is privileged and docker socket"]


def test_revisions_keep_their_order_and_those_with_the_same_evidence_form_one_group() -> None:
    evidence = (app("privileged", revision=9), app("root-user", revision=8), app("privileged", revision=7))
    view = evidence_view(finding(evidence=evidence), check_info())
    assert view.several
    assert [(group.revisions, group.parts[0].problem) for group in view.groups] == [
        ((9, 7), "is privileged"),
        ((8,), "runs as root"),
    ]


def test_one_revision_is_not_several() -> None:
    view = evidence_view(finding(evidence=(app("privileged", revision=9),)), check_info())
    assert (view.several, view.groups) == (False, (RevisionGroup((9,), (PRIVILEGED,)),))


def test_reasons_without_evidence_are_about_the_whole_resource() -> None:
    view = evidence_view(finding(evidence=(), reasons=("privileged",)), check_info())
    assert view.groups == (RevisionGroup((), (PartView("", "is privileged"),)),)


def test_a_part_that_is_not_a_container_is_shown_with_its_details() -> None:
    evidence = Evidence("data", reasons=("clear",), details={"transitEncryption": "DISABLED", "rootDirectory": None})
    (group,) = evidence_view(
        finding(evidence=(evidence,)), check_info(reason_texts={"clear": "is not encrypted"})
    ).groups
    assert group.parts == (PartView("data", "is not encrypted", (("transitEncryption", "DISABLED"),)),)


def test_details_that_add_nothing_to_the_reason_are_omitted() -> None:
    evidence = app("privileged", readOnly=False, mode="", names=(), services=("arn:svc",), logDriver="splunk")
    (group,) = evidence_view(finding(evidence=(evidence,), usage=EcsUsage(services=("arn:svc",))), check_info()).groups
    assert group.parts[0].details == (("logDriver", "splunk"),)


def test_long_evidence_is_shortened() -> None:
    evidence = tuple(
        Evidence(f"c{part}" * 500, reasons=("x",), details={f"d{n}": ("v" * 999,) * 50 for n in range(50)}, revision=n)
        for n in range(40)
        for part in range(n + 1)
    )
    view = evidence_view(finding(evidence=evidence), check_info())
    assert (len(view.groups), view.omitted) == (6, 34)
    assert max(len(group.parts) for group in view.groups) <= 12
    for group in view.groups:
        for part in group.parts:
            assert len(part.name) < 110
            assert len(part.details) == 5
            assert all(len(value) < 400 and value.endswith(" and 47 more") is False for _, value in part.details)
            assert all(value.endswith("47 more") for _, value in part.details)


def test_parts_beyond_the_limit_are_counted() -> None:
    evidence = tuple(Evidence(f"c{n}", reasons=("x",)) for n in range(15))
    (group,) = evidence_view(finding(evidence=evidence), check_info()).groups
    assert (len(group.parts), group.omitted) == (12, 3)


def test_line_joins_parts_and_their_problems() -> None:
    evidence = (app("privileged"), Evidence(reasons=("no-network",)))
    assert evidence_line(finding(evidence=evidence), check_info()) == "app is privileged; no network"
