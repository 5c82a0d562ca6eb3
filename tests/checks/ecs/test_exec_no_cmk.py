"""How ECS Exec sessions are encrypted, as tables: one row a sentence."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.exec_no_cmk import exec_no_cmk as rule
from auditor.domain.check import Evidence, NoParameters, Severity, Status, Verdict
from auditor.domain.ecs.workloads import Cluster, ExecLogging
from tests.checks.ecs.running import cluster, reading, table

PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE
NO_KEY, UNENCRYPTED = "exec-no-kms-key", "exec-log-unencrypted"


def judged(fact: Cluster) -> Verdict:
    verdict: Verdict = rule.judge(fact, NoParameters())
    return verdict


def setting(word: str | None, **fields: object) -> ExecLogging:
    return ExecLogging(word, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "parts", "checkov"),
    [
        pytest.param(setting(None), [("", NO_KEY)], NOT_APPLICABLE, id="never told anything has no key"),
        pytest.param(setting("DEFAULT"), [("", NO_KEY)], FAIL, id="no key fails"),
        pytest.param(setting("DEFAULT", kms_key=True), [], FAIL, id="a key is enough where the log is the container's"),
        pytest.param(setting(None, kms_key=True), [], FAIL, id="absent is DEFAULT"),
        pytest.param(setting("NONE", kms_key=True), [], NOT_APPLICABLE, id="a key is enough where there is no log"),
        pytest.param(setting("NONE"), [("", NO_KEY)], NOT_APPLICABLE, id="no key fails without a log too"),
        pytest.param(
            setting("OVERRIDE", kms_key=True, log_group="g", log_group_encrypted=True),
            [],
            PASS,
            id="a key and an encrypted log group pass",
        ),
        pytest.param(
            setting("OVERRIDE", kms_key=True, bucket="b", bucket_encrypted=True),
            [],
            PASS,
            id="a key and an encrypted bucket pass",
        ),
        pytest.param(
            setting("OVERRIDE", kms_key=True, log_group="g"),
            [("g", UNENCRYPTED)],
            FAIL,
            id="a log group that need not be encrypted fails by its name",
        ),
        pytest.param(
            setting("OVERRIDE", kms_key=True, bucket="b"),
            [("b", UNENCRYPTED)],
            FAIL,
            id="so does a bucket",
        ),
        pytest.param(
            setting("OVERRIDE", kms_key=True, log_group="g", log_group_encrypted=True, bucket="b"),
            [("b", UNENCRYPTED)],
            PASS,
            id="both must be encrypted, and Checkov is content with one",
        ),
        pytest.param(
            setting("OVERRIDE", log_group="g", bucket="b"),
            [("", NO_KEY), ("g", UNENCRYPTED), ("b", UNENCRYPTED)],
            FAIL,
            id="all that is wrong is named",
        ),
        pytest.param(
            setting("DEFAULT", kms_key=True, log_group="g", bucket="b"),
            [],
            FAIL,
            id="what is not used is not judged",
        ),
        pytest.param(setting("OVERRIDE", kms_key=True), [], FAIL, id="a log to nowhere is another check's"),
    ],
)
def test_a_setting(said: ExecLogging, parts: list[tuple[str, str]], checkov: Status) -> None:
    verdict = judged(cluster(exec_logging=said))

    assert verdict.status is (FAIL if parts else PASS)
    assert [(each.part, *each.reasons) for each in verdict.evidence] == parts
    assert verdict.reasons == tuple(sorted({reason for _, reason in parts}))
    assert verdict.standards == {"checkov": checkov}


def test_evidence_shows_what_was_looked_at() -> None:
    verdict = judged(cluster(exec_logging=ExecLogging("OVERRIDE", log_group="g", bucket="b")))

    assert verdict.evidence == (
        Evidence(reasons=(NO_KEY,), details={"logging": "OVERRIDE"}),
        Evidence(
            "g",
            "log-group",
            reasons=(UNENCRYPTED,),
            details={"cloudWatchLogGroupName": "g", "cloudWatchEncryptionEnabled": False},
        ),
        Evidence("b", "bucket", reasons=(UNENCRYPTED,), details={"s3BucketName": "b", "s3EncryptionEnabled": False}),
    )


def test_a_deleted_cluster_is_not_applicable() -> None:
    verdict = judged(cluster(status="INACTIVE", exec_logging=ExecLogging("DEFAULT")))

    assert verdict == Verdict(NOT_APPLICABLE, standards={"checkov": FAIL})


def meant(key: str, word: str, destinations: str) -> list[ExecLogging]:
    """Every configuration that a row of the page's table about Checkov speaks of."""
    places: dict[str, list[dict[str, object]]] = {
        "none": [{}],
        "one, encrypted": [
            {"log_group": "g", "log_group_encrypted": True},
            {"bucket": "b", "bucket_encrypted": True},
        ],
        "one, not encrypted": [{"log_group": "g"}, {"bucket": "b"}],
        "two, one of them encrypted": [
            {"log_group": "g", "log_group_encrypted": True, "bucket": "b"},
            {"log_group": "g", "bucket": "b", "bucket_encrypted": True},
        ],
    }
    return [
        setting(None if word == "absent" else word, kms_key=key == "set", **place) for place in places[destinations]
    ]


@pytest.mark.parametrize("row", table(rule.manual, "kmsKeyId"), ids=" ".join)
def test_the_table_of_the_manual_page_is_true(row: list[str]) -> None:
    *configuration, status, checkov = row
    verdicts = [judged(cluster(exec_logging=each)) for each in meant(*configuration)]

    assert {each.status.value for each in verdicts} == {status}
    assert reading(verdicts, "checkov") == {checkov}


def test_the_table_of_reasons_on_the_manual_page_is_true() -> None:
    found = {
        what: judged(cluster(exec_logging=each)).reasons
        for what, each in {
            "no `kmsKeyId`": setting("DEFAULT"),
            "`logging` OVERRIDE to a log group without required encryption": setting(
                "OVERRIDE", kms_key=True, log_group="g"
            ),
            "`logging` OVERRIDE to a bucket without required encryption": setting("OVERRIDE", kms_key=True, bucket="b"),
        }.items()
    }

    assert {what: (reason,) for what, reason in table(rule.manual, "configuration")} == found


def test_what_the_output_says_of_it() -> None:
    assert rule.severity is Severity.LOW
    assert rule.frameworks == {}
