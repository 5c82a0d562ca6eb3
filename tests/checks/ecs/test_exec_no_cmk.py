"""Encryption of ECS Exec sessions and their logs."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.ecs.exec_no_cmk import exec_no_cmk as check
from auditor.domain.check import Evidence, Status, Verdict
from auditor.domain.ecs.workloads import ExecLogging, ExecUsage
from tests.checks.ecs.helpers import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, cluster, judge, standards, table

NO_KEY, UNENCRYPTED = "exec-no-kms-key", "exec-log-unencrypted"
GROUP = {"log_group": "g", "log_group_encrypted": True}
BUCKET = {"bucket": "b", "bucket_encrypted": True}


def setting(logging: str | None, **fields: Any) -> ExecLogging:  # noqa: ANN401 - fields of the setting
    return ExecLogging(logging, **fields)


@pytest.mark.parametrize(
    ("configuration", "parts", "checkov"),
    [
        pytest.param(setting(None), [("", NO_KEY)], NOT_APPLICABLE, id="a cluster without a configuration has no key"),
        pytest.param(setting("DEFAULT"), [("", NO_KEY)], FAIL, id="no key fails"),
        pytest.param(setting("DEFAULT", kms_key=True), [], FAIL, id="a key is enough for DEFAULT"),
        pytest.param(setting(None, kms_key=True), [], FAIL, id="absent is DEFAULT"),
        pytest.param(setting("NONE", kms_key=True), [], NOT_APPLICABLE, id="a key is enough for NONE"),
        pytest.param(setting("NONE"), [("", NO_KEY)], NOT_APPLICABLE, id="no key fails for NONE too"),
        pytest.param(setting("OVERRIDE", kms_key=True, **GROUP), [], PASS, id="a key and an encrypted log group pass"),
        pytest.param(setting("OVERRIDE", kms_key=True, **BUCKET), [], PASS, id="a key and an encrypted bucket pass"),
        pytest.param(
            setting("OVERRIDE", kms_key=True, log_group="g"),
            [("g", UNENCRYPTED)],
            FAIL,
            id="a log group without required encryption fails",
        ),
        pytest.param(
            setting("OVERRIDE", kms_key=True, bucket="b"),
            [("b", UNENCRYPTED)],
            FAIL,
            id="a bucket without required encryption fails",
        ),
        pytest.param(
            setting("OVERRIDE", kms_key=True, bucket="b", **GROUP),
            [("b", UNENCRYPTED)],
            PASS,
            id="both must be encrypted, but one is enough for Checkov",
        ),
        pytest.param(
            setting("OVERRIDE", log_group="g", bucket="b"),
            [("", NO_KEY), ("g", UNENCRYPTED), ("b", UNENCRYPTED)],
            FAIL,
            id="every problem is named",
        ),
        pytest.param(
            setting("DEFAULT", kms_key=True, log_group="g", bucket="b"), [], FAIL, id="unused settings are not judged"
        ),
        pytest.param(
            setting("OVERRIDE", kms_key=True), [], FAIL, id="a missing destination is left to the logging check"
        ),
    ],
)
def test_configurations(configuration: ExecLogging, parts: list[tuple[str, str]], checkov: Status) -> None:
    verdict = judge(check, cluster(exec_logging=configuration))

    assert verdict.status is (FAIL if parts else PASS)
    assert [(part.part, *part.reasons) for part in verdict.evidence] == parts
    assert verdict.reasons == tuple(sorted({reason for _, reason in parts}))
    assert verdict.standards == {"checkov": checkov}


def test_the_evidence_shows_the_examined_values() -> None:
    verdict = judge(check, cluster(exec_logging=setting("OVERRIDE", log_group="g", bucket="b")))

    assert verdict.evidence == (
        Evidence(reasons=(NO_KEY,), details={"logging": "OVERRIDE"}),
        Evidence(
            "g", "log-group", (UNENCRYPTED,), {"cloudWatchLogGroupName": "g", "cloudWatchEncryptionEnabled": False}
        ),
        Evidence("b", "bucket", (UNENCRYPTED,), {"s3BucketName": "b", "s3EncryptionEnabled": False}),
    )


def test_a_deleted_cluster_is_not_applicable() -> None:
    verdict = judge(check, cluster(status="INACTIVE", exec_logging=setting("DEFAULT")))

    assert verdict == Verdict(NOT_APPLICABLE, standards={"checkov": FAIL})


DESTINATIONS: dict[str, list[dict[str, Any]]] = {
    "none": [{}],
    "one, encrypted": [GROUP, BUCKET],
    "one, not encrypted": [{"log_group": "g"}, {"bucket": "b"}],
    "two, one of them encrypted": [{**GROUP, "bucket": "b"}, {**BUCKET, "log_group": "g"}],
}


def test_the_table_of_verdicts_on_the_manual_page_is_true() -> None:
    for key, logging, destinations, status, checkov in table(check.manual, "kmsKeyId"):
        configurations = [
            setting(None if logging == "absent" else logging, kms_key=key == "set", **destination)
            for destination in DESTINATIONS[destinations]
        ]
        verdicts = [judge(check, cluster(exec_logging=configuration)) for configuration in configurations]
        assert {verdict.status for verdict in verdicts} == {status}, (key, logging, destinations)
        assert standards(verdicts, "checkov") == {checkov}, (key, logging, destinations)


def test_the_table_of_reasons_on_the_manual_page_is_true() -> None:
    configurations = {
        "no `kmsKeyId`": setting("DEFAULT"),
        "`kmsKeyId` is an alias of AWS, such as alias/aws/ssm": setting("DEFAULT", kms_key=True, aws_managed_key=True),
        "`logging` OVERRIDE to a log group without required encryption": setting(
            "OVERRIDE", kms_key=True, log_group="g"
        ),
        "`logging` OVERRIDE to a bucket without required encryption": setting("OVERRIDE", kms_key=True, bucket="b"),
    }
    reasons = {
        text: judge(check, cluster(exec_logging=configuration)).reasons
        for text, configuration in configurations.items()
    }

    assert {text: (reason,) for text, reason in table(check.manual, "configuration")} == reasons


def test_a_key_that_aws_manages_fails() -> None:
    verdict = judge(check, cluster(exec_logging=ExecLogging("DEFAULT", kms_key=True, aws_managed_key=True)))

    assert (verdict.status, verdict.reasons) == (FAIL, ("exec-aws-managed-key",))


@pytest.mark.parametrize(
    ("usage", "configuration", "status"),
    [
        pytest.param(ExecUsage(("web",)), setting(None), FAIL, id="Exec is on for a service"),
        pytest.param(ExecUsage(("web",), complete=False), setting(None), FAIL, id="on, and others are unread"),
        pytest.param(ExecUsage(), setting(None), NOT_APPLICABLE, id="on for nothing"),
        pytest.param(ExecUsage(), setting("OVERRIDE", log_group="g"), NOT_APPLICABLE, id="on for nothing, configured"),
        pytest.param(ExecUsage(complete=False), setting(None), UNKNOWN, id="services are unread"),
        pytest.param(ExecUsage(complete=False), setting("DEFAULT", kms_key=True), PASS, id="unread, and a key is set"),
        pytest.param(ExecUsage(), setting("DEFAULT", kms_key=True), PASS, id="on for nothing, and a key is set"),
        pytest.param(None, setting(None), FAIL, id="a file does not tell"),
    ],
)
def test_a_cluster_fails_only_if_exec_is_on_for_something_in_it(
    usage: ExecUsage | None, configuration: ExecLogging, status: Status
) -> None:
    verdict = judge(check, cluster(exec_logging=configuration, exec_usage=usage))

    assert verdict.status is status
    if status is UNKNOWN:
        assert verdict.reasons == ("exec-usage-unread",)
    if usage and usage.names:
        assert [part.details["enableExecuteCommand"] for part in verdict.evidence] == [("web",)]
