"""Evidence as people read it."""

from __future__ import annotations

from auditor.domain.check import Evidence
from auditor.domain.ecs.usage import EcsUsage
from auditor.reports.page.evidence import Group, Part, line, shown
from tests.builders import check_info, finding

PRIVILEGED = Part("app", "is privileged")


def app(*reasons: str, revision: int | None = None, **details: str | int | bool | tuple[str, ...] | None) -> Evidence:
    return Evidence("app", "container", reasons, details, revision=revision)


def test_the_words_are_those_of_the_check_and_a_reason_without_words_speaks_for_itself() -> None:
    (group,) = shown(finding(evidence=(app("privileged", "docker-socket"),)), check_info()).groups
    assert [part.said for part in group.parts] == ["is privileged and docker socket"]


def test_revisions_are_told_apart_in_their_order_and_those_that_say_the_same_together() -> None:
    evidence = (app("privileged", revision=9), app("root-user", revision=8), app("privileged", revision=7))
    seen = shown(finding(evidence=evidence), check_info())
    assert seen.several
    assert [(group.revisions, group.parts[0].said) for group in seen.groups] == [
        ((9, 7), "is privileged"),
        ((8,), "runs as root"),
    ]


def test_one_revision_needs_no_heading() -> None:
    seen = shown(finding(evidence=(app("privileged", revision=9),)), check_info())
    assert (seen.several, seen.groups) == (False, (Group((9,), (PRIVILEGED,)),))


def test_without_evidence_the_reasons_speak_for_the_whole() -> None:
    seen = shown(finding(evidence=(), reasons=("privileged",)), check_info())
    assert seen.groups == (Group((), (Part("", "is privileged"),)),)


def test_a_part_that_is_no_container_is_named_with_what_was_looked_at() -> None:
    evidence = Evidence("data", reasons=("clear",), details={"transitEncryption": "DISABLED", "rootDirectory": None})
    (group,) = shown(finding(evidence=(evidence,)), check_info(reason_texts={"clear": "is not encrypted"})).groups
    assert group.parts == (Part("data", "is not encrypted", (("transitEncryption", "DISABLED"),)),)


def test_details_that_only_repeat_the_reason_are_left_out() -> None:
    evidence = app("privileged", readOnly=False, mode="", names=(), services=("arn:svc",), logDriver="splunk")
    (group,) = shown(finding(evidence=(evidence,), usage=EcsUsage(services=("arn:svc",))), check_info()).groups
    assert group.parts[0].details == (("logDriver", "splunk"),)


def test_nothing_of_it_is_long() -> None:
    evidence = tuple(
        Evidence(f"c{place}" * 500, reasons=("x",), details={f"d{n}": ("v" * 999,) * 50 for n in range(50)}, revision=n)
        for n in range(40)
        for place in range(n + 1)
    )
    seen = shown(finding(evidence=evidence), check_info())
    assert (len(seen.groups), seen.omitted) == (6, 34)
    assert max(len(group.parts) for group in seen.groups) <= 12
    for group in seen.groups:
        for part in group.parts:
            assert len(part.name) < 110
            assert len(part.details) == 5
            assert all(len(value) < 400 and value.endswith(" and 47 more") is False for _, value in part.details)
            assert all(value.endswith("47 more") for _, value in part.details)


def test_parts_beyond_a_dozen_are_counted() -> None:
    evidence = tuple(Evidence(f"c{n}", reasons=("x",)) for n in range(15))
    (group,) = shown(finding(evidence=evidence), check_info()).groups
    assert (len(group.parts), group.omitted) == (12, 3)


def test_in_one_line_it_is_names_and_words() -> None:
    evidence = (app("privileged"), Evidence(reasons=("no-network",)))
    assert line(finding(evidence=evidence), check_info()) == "app is privileged; no network"
