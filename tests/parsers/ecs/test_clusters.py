"""The parser of clusters accepts documented answers and raises MalformedValue for all others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from auditor.domain.ecs.workloads import Cluster, ExecLogging
from auditor.parsers.ecs.clusters import MalformedValue, parse
from tests.parsers.ecs.answers import ANY_VALUE, ARN_PREFIX, MISSING, case_id, damaged, unmodelled_members, with_value

WHOLE: dict[str, Any] = {
    "clusterArn": f"{ARN_PREFIX}:cluster/prod",
    "clusterName": "prod",
    "status": "ACTIVE",
    "settings": [{"name": "containerInsights", "value": "enhanced"}],
    "configuration": {
        "executeCommandConfiguration": {
            "kmsKeyId": "alias/exec",
            "logging": "OVERRIDE",
            "logConfiguration": {
                "cloudWatchLogGroupName": "sessions",
                "cloudWatchEncryptionEnabled": True,
                "s3BucketName": "archive",
                "s3EncryptionEnabled": True,
            },
        },
        "managedStorageConfiguration": {"kmsKeyId": "alias/storage"},
    },
    "tags": [{"key": "owner", "value": "platform"}, {"key": "bare"}],
    "runningTasksCount": 3,
}
EXEC = "configuration.executeCommandConfiguration"

#: The parser, typed to accept any argument.
parse_anything: Callable[..., Cluster] = parse


def test_a_complete_answer_is_parsed_completely() -> None:
    assert parse(WHOLE) == Cluster(
        arn=f"{ARN_PREFIX}:cluster/prod",
        name="prod",
        status="ACTIVE",
        container_insights="enhanced",
        exec_logging=ExecLogging(
            "OVERRIDE",
            kms_key=True,
            log_group="sessions",
            log_group_encrypted=True,
            bucket="archive",
            bucket_encrypted=True,
        ),
        tags={"owner": "platform", "bare": ""},
        running_tasks=3,
    )


def test_botocore_models_every_member_of_the_example() -> None:
    assert unmodelled_members("Cluster", WHOLE) == []


def test_a_minimal_answer_has_an_arn_and_a_name() -> None:
    least = parse({"clusterArn": f"{ARN_PREFIX}:cluster/prod", "clusterName": "prod"})

    assert least == Cluster(f"{ARN_PREFIX}:cluster/prod", "prod", status="")


@pytest.mark.parametrize("settings", [None, [], [{"name": "a setting of next year", "value": "on"}]], ids=repr)
def test_container_insights_is_none_without_the_setting(settings: object) -> None:
    assert parse({**WHOLE, "settings": settings}).container_insights is None


@pytest.mark.parametrize("value", ["enabled", "disabled", "", "a word of next year", None], ids=repr)
def test_a_setting_is_kept_unchanged(value: str | None) -> None:
    assert parse(with_value(WHOLE, "settings[0].value", value)).container_insights == value


def test_a_repeated_setting_with_the_same_value_is_accepted() -> None:
    assert parse({**WHOLE, "settings": WHOLE["settings"] * 2}).container_insights == "enhanced"


@pytest.mark.parametrize(
    "configuration",
    [None, {}, {"executeCommandConfiguration": None}, {"managedStorageConfiguration": {"kmsKeyId": "k"}}],
    ids=repr,
)
def test_an_unconfigured_cluster_has_no_exec_logging(configuration: object) -> None:
    assert parse({**WHOLE, "configuration": configuration}).exec_logging == ExecLogging()


@pytest.mark.parametrize("word", ["NONE", "DEFAULT", "OVERRIDE", "a word of next year", None], ids=repr)
def test_the_logging_setting_is_kept_unchanged(word: str | None) -> None:
    assert parse(with_value(WHOLE, f"{EXEC}.logging", word)).exec_logging.logging == word


@pytest.mark.parametrize("key", [MISSING, None, ""], ids=["missing", "null", "empty"])
def test_an_empty_kms_key_is_no_key(key: object) -> None:
    assert parse(with_value(WHOLE, f"{EXEC}.kmsKeyId", key)).exec_logging.kms_key is False


@pytest.mark.parametrize("member", ["cloudWatchEncryptionEnabled", "s3EncryptionEnabled"])
@pytest.mark.parametrize("value", [False, None, MISSING, "false"], ids=["false", "null", "missing", "text"])
def test_encryption_is_off_by_default(member: str, value: object) -> None:
    exec_logging = parse(with_value(WHOLE, f"{EXEC}.logConfiguration.{member}", value)).exec_logging

    assert (exec_logging.log_group_encrypted, exec_logging.bucket_encrypted) == (
        member != "cloudWatchEncryptionEnabled",
        member != "s3EncryptionEnabled",
    )


def test_only_the_existence_of_a_kms_key_is_kept() -> None:
    assert "alias/exec" not in repr(parse(WHOLE))


@pytest.mark.parametrize("tags", [None, [], MISSING], ids=["null", "empty", "missing"])
def test_missing_tags_are_an_empty_mapping(tags: object) -> None:
    assert parse(with_value(WHOLE, "tags", tags)).tags == {}


REFUSED: list[tuple[str, object]] = [
    ("clusterArn", MISSING),
    ("clusterArn", None),
    ("clusterArn", ""),
    ("clusterArn", 7),
    ("clusterArn", f"{ARN_PREFIX}:cluster/staging"),
    ("clusterArn", f"{ARN_PREFIX}:cluster/prod/prod"),
    ("clusterArn", f"{ARN_PREFIX}:service/prod"),
    ("clusterArn", f"{ARN_PREFIX}:cluster"),
    ("clusterArn", f"{ARN_PREFIX}:cluster/"),
    ("clusterArn", f" {ARN_PREFIX}:cluster/prod"),
    ("clusterArn", "arn:aws:eks:eu-west-1:111122223333:cluster/prod"),
    ("clusterArn", "arn:aws:ecs::111122223333:cluster/prod"),
    ("clusterArn", "cluster/prod"),
    ("clusterName", MISSING),
    ("clusterName", None),
    ("clusterName", ""),
    ("clusterName", ["prod"]),
    ("status", 1),
    ("settings", {"containerInsights": "enabled"}),
    ("settings", "containerInsights"),
    ("settings", [{"name": "containerInsights", "value": word} for word in ("enabled", "disabled")]),
    ("settings[0]", "containerInsights"),
    ("settings[0].name", MISSING),
    ("settings[0].name", 1),
    ("settings[0].value", True),
    ("configuration", []),
    ("configuration", "x"),
    (EXEC, "OVERRIDE"),
    (f"{EXEC}.logging", False),
    (f"{EXEC}.kmsKeyId", True),
    (f"{EXEC}.logConfiguration", ["sessions"]),
    (f"{EXEC}.logConfiguration.cloudWatchLogGroupName", 1),
    (f"{EXEC}.logConfiguration.cloudWatchEncryptionEnabled", "yes"),
    (f"{EXEC}.logConfiguration.cloudWatchEncryptionEnabled", 1),
    (f"{EXEC}.logConfiguration.s3BucketName", {}),
    (f"{EXEC}.logConfiguration.s3EncryptionEnabled", ""),
    ("tags", {"owner": "platform"}),
    ("tags[0].key", ""),
    ("tags[1].value", 1),
]


@pytest.mark.parametrize(("path", "value"), REFUSED, ids=map(case_id, REFUSED))
def test_an_undocumented_value_is_malformed_and_named_by_its_path(path: str, value: object) -> None:
    with pytest.raises(MalformedValue) as refusal:
        parse(with_value(WHOLE, path, value))

    assert refusal.value.path == path


@pytest.mark.parametrize("raw", [None, [], "{}", 1], ids=repr)
def test_an_answer_that_is_not_an_object_is_malformed(raw: object) -> None:
    with pytest.raises(MalformedValue, match="cluster: expected an object, got"):
        parse_anything(raw)


@given(raw=damaged(WHOLE) | ANY_VALUE)
def test_the_parser_raises_only_malformed_value(raw: object) -> None:
    try:
        cluster = parse_anything(raw)
    except MalformedValue:
        return

    assert isinstance(cluster, Cluster)
    assert cluster.arn.endswith(f":cluster/{cluster.name}")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("alias/aws/ssm", True),
        ("arn:aws:kms:eu-west-1:111122223333:alias/aws/ssm", True),
        ("alias/exec", False),
        ("alias/awsome", False),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", False),
    ],
)
def test_an_alias_of_aws_names_a_key_that_aws_manages(key: str, expected: bool) -> None:  # noqa: FBT001 - a column
    assert parse(with_value(WHOLE, f"{EXEC}.kmsKeyId", key)).exec_logging.aws_managed_key is expected
