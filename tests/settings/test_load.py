"""Settings text and overrides: values, defaults, and problems with place and advice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import settings as example
from hypothesis import strategies as st

from auditor.checks.ecs import host_network_privileged_or_root as flagship
from auditor.domain.check import Check, NoParameters, Severity, Status, Verdict, check
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.errors import ConfigError
from auditor.domain.export_format import ExportFormat
from auditor.settings import Encryption, Limits, Override, Settings, load

NO_FLAGS: Mapping[str, Override] = {}


@dataclass(frozen=True, slots=True)
class Parameters:
    mode: Literal["strict", "loose"] = "strict"
    tags: tuple[str, ...] = ("owner",)
    worst: Severity = Severity.LOW
    most: int = 3

    def __post_init__(self) -> None:
        if self.most > 9:
            raise ValueError("`most` is 9 at most")


def make_check(check_id: str, parameters: type[Any] = NoParameters) -> Check[TaskDefinition]:
    def judge(_task: TaskDefinition, _params: object) -> Verdict:
        return Verdict(Status.PASS)

    build = check(
        id=check_id,
        title="",
        problem="",
        severity=Severity.LOW,
        fact_type=TaskDefinition,
        frameworks={},
        remediation="",
        parameters=parameters,
    )
    return build(judge)


CHECKS = (make_check("ecs-two"), make_check("ecs-one", Parameters), make_check("s3-one"))


def read(text: str | None, overrides: Mapping[str, Override] = NO_FLAGS) -> Settings:
    return load(None if text is None else dedent(text), "auditor.yaml", overrides, CHECKS)


def enabled(settings: Settings) -> list[str]:
    return [check.id for check in settings.checks]


def problems(text: str | None, overrides: Mapping[str, Override] = NO_FLAGS) -> list[str]:
    """Return every problem as `line: path: message -> advice`, or with the name of the flag first."""
    with pytest.raises(ConfigError) as caught:
        read(text, overrides)
    return [str(problem).replace("\n ", "").removeprefix("auditor.yaml:") for problem in caught.value.problems]


def test_without_a_file_all_settings_have_their_defaults() -> None:
    assert read(None) == Settings(
        checks=(CHECKS[1], CHECKS[0], CHECKS[2]),
        parameters={"ecs-one": Parameters(), "ecs-two": NoParameters(), "s3-one": NoParameters()},
        output=None,
        limits=Limits(workers=64, headroom=0.5, deadline=7200.0, connect_timeout=5.0, read_timeout=20.0),
        fail_on=None,
        min_coverage=100.0,
        emit=(Status.FAIL, Status.UNKNOWN, Status.PASS),
        export=(),
        security_lake_region="us-east-1",
        bucket_owner=None,
        sse=None,
        spool=None,
        sha256=hashlib.sha256(b"").hexdigest(),
    )


def test_a_file_can_set_everything() -> None:
    text = dedent("""
        checks:
          include: ["ecs-*"]
          exclude: [ecs-two]
          parameters: {ecs-one: {mode: loose, tags: [a, b], worst: high, most: 9}}
        output: s3://bucket/prefix
        limits: {workers: 512, headroom: 1, deadline: 1h30m, connect_timeout: 0.5, read_timeout: 90s}
        fail_on: high
        min_coverage: 99.5
        emit: [FAIL, NOT_APPLICABLE, FAIL]
        export: [ocsf, csv, ocsf]
        security_lake_region: us-gov-west-1
        bucket_owner: "000000000001"
        sse: {kms_key_id: alias/audit}
        spool: /var/spool/auditor
    """)

    assert read(text) == Settings(
        checks=(CHECKS[1],),
        parameters={"ecs-one": Parameters("loose", ("a", "b"), Severity.HIGH, 9)},
        output="s3://bucket/prefix",
        limits=Limits(workers=512, headroom=1.0, deadline=5400.0, connect_timeout=0.5, read_timeout=90.0),
        fail_on=Severity.HIGH,
        min_coverage=99.5,
        emit=(Status.FAIL, Status.NOT_APPLICABLE),
        export=(ExportFormat.OCSF, ExportFormat.CSV),
        security_lake_region="us-gov-west-1",
        bucket_owner="000000000001",
        sse=Encryption(algorithm="aws:kms", kms_key_id="alias/audit"),
        spool="/var/spool/auditor",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("90s", 90),
        ("15m", 900),
        ("2h", 7200),
        ("1h30m", 5400),
        ("1h0m5s", 3605),
        ("45", 45),
        ("0.5", 0.5),
        ('"45"', 45),
    ],
)
def test_durations_are_read_as_seconds(written: str, seconds: float) -> None:
    assert read(f"limits: {{read_timeout: {written}}}").limits.read_timeout == seconds


@pytest.mark.parametrize(
    ("written", "sse"),
    [
        ("{algorithm: AES256}", Encryption(algorithm="AES256")),
        ("{algorithm: 'aws:kms:dsse', kms_key_id: k}", Encryption(algorithm="aws:kms:dsse", kms_key_id="k")),
        (
            "{kms_key_id: arn:aws:kms:eu-west-1:000000000001:key/k}",
            Encryption(algorithm="aws:kms", kms_key_id="arn:aws:kms:eu-west-1:000000000001:key/k"),
        ),
    ],
)
def test_encryption_by_key_or_algorithm(written: str, sse: Encryption) -> None:
    assert read(f"sse: {written}").sse == sse


@pytest.mark.parametrize(
    ("section", "ids"),
    [
        ("include: ecs-one", ["ecs-one"]),
        ('include: ["*-one"]', ["ecs-one", "s3-one"]),
        ('include: ["ecs-*", s3-one], exclude: "*-one"', ["ecs-two"]),
        ("exclude: [s3-one]", ["ecs-one", "ecs-two"]),
    ],
)
def test_checks_are_selected_by_id_and_glob_and_exclusion_wins(section: str, ids: list[str]) -> None:
    assert enabled(read(f"checks: {{{section}}}")) == ids


# Flags and environment variables


def test_overrides_win_over_the_file_and_have_the_type_of_the_setting() -> None:
    settings = read(
        "limits: {workers: 8, headroom: 0.25}\noutput: here\nemit: [PASS]",
        {
            "limits.workers": Override("16", "--workers"),
            "limits.deadline": Override("90m", "AUDITOR_DEADLINE"),
            "limits.connect_timeout": Override(3, "--connect-timeout"),
            "min_coverage": Override("99.5", "--min-coverage"),
            "output": Override("s3://there", "--output"),
            "emit": Override("FAIL, PASS", "AUDITOR_EMIT"),
            "checks.include": Override(["ecs-one", "s3-*"], "--check"),
            "fail_on": Override("low", "--fail-on"),
            "bucket_owner": Override("000000000001", "AUDITOR_BUCKET_OWNER"),
        },
    )

    assert settings.limits == Limits(workers=16, headroom=0.25, deadline=5400.0, connect_timeout=3.0)
    assert (settings.min_coverage, settings.output, settings.fail_on) == (99.5, "s3://there", Severity.LOW)
    assert settings.emit == (Status.FAIL, Status.PASS)
    assert enabled(settings) == ["ecs-one", "s3-one"]
    assert settings.bucket_owner == "000000000001"


def test_an_override_replaces_an_invalid_value_of_the_file() -> None:
    assert read("limits: {workers: lots}", {"limits.workers": Override("1", "--workers")}).limits.workers == 1


def test_parameters_of_checks_can_be_overridden() -> None:
    settings = read(None, {"checks.parameters.ecs-one.mode": Override("loose", "--set")})

    assert settings.parameters["ecs-one"] == Parameters("loose")


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("limits.workers", "513", "--flag: 513 is more than 512 -> Write 512 or less."),
        ("limits.workers", "lots", "--flag: lots is not a whole number -> Write digits only."),
        ("limits.headroom", "0", "--flag: 0 is not above 0 -> Write more than 0."),
        (
            "limits.deadline",
            "1d",
            (
                "--flag: 1d is not a duration "
                "-> Write hours, minutes and seconds such as 2h, 1h30m or 90s, or a number of seconds."
            ),
        ),
        ("limits.headroom", float("nan"), "--flag: nan is not a number -> Write digits."),
        ("fail_on", "hihg", "--flag: hihg is not one of none, low, medium, high, critical -> Did you mean high?"),
        ("emit", "FAIL,PAS", "--flag: PAS is not one of PASS, FAIL, NOT_APPLICABLE, UNKNOWN -> Did you mean PASS?"),
        ("checks.include", ["ecs-tow"], "--flag: ecs-tow is not a check -> Did you mean ecs-two?"),
        ("output", "", "--flag: is empty -> Write a folder or s3://bucket/prefix."),
        ("output", "\udcff", "--flag: holds bytes that are not UTF-8 -> Set the locale to one with UTF-8."),
        ("limits.wrokers", "1", "--flag: is not a known key -> Did you mean workers?"),
    ],
)
def test_an_invalid_override_is_reported_with_its_source(path: str, value: object, problem: str) -> None:
    assert problems("output: here\nlimits: {workers: 2}\n", {path: Override(value, "--flag")}) == [problem]


def test_problems_of_file_and_flags_are_reported_together() -> None:
    reported = problems(
        "min_coverage: 101\nlimits: 5",
        {"limits.workers": Override("1", "--workers"), "fail_on": Override("x", "--fail-on")},
    )

    assert reported == [
        "--fail-on: x is not one of none, low, medium, high, critical -> Choose one of these.",
        "1: min_coverage: 101 is more than 100 -> Write 100 or less.",
        "2: limits: is a number, not a mapping -> Write `key: value` lines below it.",
    ]


# Invalid files


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("- a", "1: is not a settings file -> Write keys such as `output:` and `limits:`.", id="a list"),
        pytest.param("ouptut: x", "1: ouptut: is not a known key -> Did you mean output?", id="a misspelt key"),
        pytest.param("output:", "1: output: has no value -> Give it one, or remove it.", id="a key without value"),
        pytest.param("output: 5", '1: output: 5 is a number, not text -> Quote it: "5"', id="a number as folder"),
        pytest.param(
            "output: https://bucket",
            "1: output: https://bucket is neither a folder nor an s3:// URL -> Write a folder or s3://bucket/prefix.",
            id="a web address as output",
        ),
        pytest.param(
            "output: s3://My_Bucket/x",
            "1: output: My_Bucket is not a bucket name "
            "-> Bucket names have 3 to 63 lowercase letters, digits, dots and hyphens.",
            id="an impossible bucket name",
        ),
        pytest.param(
            "limits: {workers: 0}", "1: limits.workers: 0 is less than 1 -> Write 1 or more.", id="zero workers"
        ),
        pytest.param(
            'limits: {workers: "64"}',
            "1: limits.workers: 64 is text, not a whole number -> Remove the quotes: 64",
            id="a number in quotes",
        ),
        pytest.param(
            "limits: {workers: 6.5}",
            "1: limits.workers: 6.5 is not a whole number -> Write digits only.",
            id="a fraction of workers",
        ),
        pytest.param(
            "limits: {workers: [1]}",
            "1: limits.workers: is a list, not a whole number -> Write one number.",
            id="a list of workers",
        ),
        pytest.param(
            "limits: {headroom: 1.5}",
            "1: limits.headroom: 1.5 is more than 1 -> Write 1 or less.",
            id="too much headroom",
        ),
        pytest.param(
            "limits: {deadline: true}",
            "1: limits.deadline: true is not a duration "
            "-> Write hours, minutes and seconds such as 2h, 1h30m or 90s, or a number of seconds.",
            id="true as deadline",
        ),
        pytest.param(
            "limits: {deadline: 0h}",
            "1: limits.deadline: 0h is not greater than zero -> Write more than 0 seconds.",
            id="a deadline of zero",
        ),
        pytest.param(
            "fail_on: mars",
            "1: fail_on: mars is not one of none, low, medium, high, critical -> Choose one of these.",
            id="an unknown severity",
        ),
        pytest.param(
            "emit: [fail]",
            "1: emit[0]: fail is not one of PASS, FAIL, NOT_APPLICABLE, UNKNOWN -> Did you mean FAIL?",
            id="a status in lowercase",
        ),
        pytest.param(
            "emit: []",
            "1: emit: is empty -> Give it at least one value, or remove the key.",
            id="an empty list of statuses",
        ),
        pytest.param(
            "export: [csv, ocfs]",
            "1: export[1]: ocfs is not one of csv, ocsf, asff, parquet, oscal -> Did you mean ocsf?",
            id="an unknown format",
        ),
        pytest.param(
            "security_lake_region: eu-central-1/../x",
            "1: security_lake_region: eu-central-1/../x is not a region -> Write a name such as eu-central-1.",
            id="a region that would change a key",
        ),
        pytest.param(
            "min_coverage: -1", "1: min_coverage: -1 is less than 0 -> Write 0 or more.", id="a negative coverage"
        ),
        pytest.param(
            "bucket_owner: 000000000001",
            '1: bucket_owner: 000000000001 is a number, not an account ID -> Quote it: "000000000001"',
            id="an unquoted owner",
        ),
        pytest.param(
            'bucket_owner: "1"',
            "1: bucket_owner: 1 is not an account ID -> Account IDs have 12 digits.",
            id="an owner of one digit",
        ),
        pytest.param(
            "sse: {}",
            "1: sse: names neither a key nor an algorithm -> Add `kms_key_id:` or `algorithm:`, or remove it.",
            id="encryption without key and algorithm",
        ),
        pytest.param(
            "sse: {algorithm: AES256, kms_key_id: k}",
            "1: sse.kms_key_id: is given, but AES256 takes no key -> Remove it, or write `algorithm: aws:kms`.",
            id="a key for an algorithm without keys",
        ),
        pytest.param(
            'sse: {kms_key_id: "a b"}',
            '1: sse.kms_key_id: "a b" is not a KMS key -> Write its ID, its ARN, or alias/<name>.',
            id="an impossible key",
        ),
        pytest.param(
            "spool: s3://bucket/x",
            "1: spool: s3://bucket/x is not a folder -> Write a local path.",
            id="a spool in S3",
        ),
        pytest.param(
            "checks: {include: [ecs-tow]}",
            "1: checks.include[0]: ecs-tow is not a check -> Did you mean ecs-two?",
            id="a misspelt check",
        ),
        pytest.param(
            "checks: {exclude: mars}",
            "1: checks.exclude: mars is not a check -> `auditor checks` lists them.",
            id="an unknown check without a similar one",
        ),
        pytest.param(
            'checks: {include: ["rds-*"]}',
            "1: checks.include[0]: rds-* matches no check -> `auditor checks` lists them.",
            id="a glob that matches no check",
        ),
        pytest.param(
            'checks: {exclude: ["*"]}',
            "1: checks.exclude: no check is left to run -> Exclude less, or include more.",
            id="every check excluded",
        ),
        pytest.param(
            "checks: {parameters: {ecs-tow: {a: 1}}}",
            "1: checks.parameters.ecs-tow: ecs-tow is not a check -> Did you mean ecs-two?",
            id="parameters of a misspelt check",
        ),
        pytest.param(
            "checks: {parameters: {ecs-one: {mode: strikt}}}",
            "1: checks.parameters.ecs-one.mode: strikt is not one of strict, loose -> Did you mean strict?",
            id="a misspelt value of a parameter",
        ),
        pytest.param(
            "checks: {parameters: {ecs-one: {mod: strict}}}",
            "1: checks.parameters.ecs-one.mod: is not a known key -> Did you mean mode?",
            id="a misspelt parameter",
        ),
        pytest.param(
            "checks: {parameters: {ecs-one: {tags: a}}}",
            "1: checks.parameters.ecs-one.tags: is text, not a list -> Write a list: [one, two]",
            id="a text as list parameter",
        ),
        pytest.param(
            'checks: {parameters: {ecs-one: {most: "3"}}}',
            "1: checks.parameters.ecs-one.most: 3 is text, not a whole number -> Remove the quotes: 3",
            id="a number parameter in quotes",
        ),
        pytest.param(
            "checks: {parameters: {ecs-one: {most: 10}}}",
            "1: checks.parameters.ecs-one: `most` is 9 at most -> `auditor checks ecs-one` describes them.",
            id="a value that the dataclass refuses",
        ),
        pytest.param(
            "checks: {parameters: {ecs-two: {a: 1}}}",
            "1: checks.parameters.ecs-two.a: is not a known key -> Nothing can be set here.",
            id="a parameter of a check without parameters",
        ),
        pytest.param(
            "checks: {parameters: {ecs-two: 1}}",
            "1: checks.parameters.ecs-two: is a number, not a mapping -> Write `key: value` lines below it.",
            id="a number as parameters",
        ),
    ],
)
def test_invalid_settings_are_refused_with_place_and_advice(text: str, problem: str) -> None:
    assert problems(text) == [problem]


def test_all_problems_are_reported_together_in_file_order() -> None:
    reported = problems("""\
        checks:
          include: [ecs-tow]
          parameters: {s3-noe: {}, ecs-one: {mode: x}}
        limits: {workers: 0, headroom: x}
        output:
        sse: {algorithm: rot13}
    """)

    assert [problem.split(":")[:2] for problem in reported] == [
        ["2", " checks.include[0]"],
        ["3", " checks.parameters.ecs-one.mode"],
        ["3", " checks.parameters.s3-noe"],
        ["4", " limits.headroom"],
        ["4", " limits.workers"],
        ["5", " output"],
        ["6", " sse.algorithm"],
    ]


def test_a_duplicate_key_hides_no_other_problem() -> None:
    reported = problems("fail_on: high\nlimits: {workers: 0}\nfail_on: low\n")

    assert [problem.split(" -> ")[0] for problem in reported] == [
        "2: limits.workers: 0 is less than 1",
        "3: fail_on: is a duplicate key, first in line 1",
    ]


KEYS = st.sampled_from(
    [
        *(
            "checks",
            "include",
            "exclude",
            "parameters",
            "ecs-one",
            "mode",
            "tags",
            "most",
            "output",
            "limits",
            "workers",
        ),
        *("headroom", "deadline", "fail_on", "emit", "min_coverage", "bucket_owner", "sse", "algorithm", "kms_key_id"),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
OVERRIDES = st.dictionaries(
    st.sampled_from(["limits.workers", "emit", "checks.include", "output", "limits", "checks.parameters.ecs-one.most"]),
    st.builds(Override, SCALARS | st.lists(st.text(max_size=5)), st.just("--flag")),
    max_size=2,
)


@example(max_examples=200, deadline=None)
@given(st.text(max_size=40) | st.dictionaries(KEYS, VALUES, max_size=4).map(repr), OVERRIDES)
def test_every_text_is_accepted_or_refused_in_plain_words(text: str, overrides: dict[str, Override]) -> None:
    try:
        settings = load(text, "auditor.yaml", overrides, CHECKS)
    except ConfigError as error:
        message = str(error)
        assert "nput should" not in message
        assert "is not valid here" not in message
    else:
        assert settings.checks


def test_the_example_has_the_default_values() -> None:
    text = (Path(__file__).parents[2] / "config" / "auditor.yaml").read_text(encoding="utf-8")
    checks = [flagship.host_network_privileged_or_root]

    example_settings = load(text, "config/auditor.yaml", {}, checks)
    default = load(None, "", {"output": Override(example_settings.output, "")}, checks)

    assert {name: getattr(example_settings, name) for name in Settings.model_fields if name != "sha256"} == {
        name: getattr(default, name) for name in Settings.model_fields if name != "sha256"
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("exceptions: {file: 's3://'}", "1: exceptions.file: s3:// is neither a path nor an S3 URL"),
        ("exceptions: {max_days: 0}", "1: exceptions.max_days: 0 is less than 1 -> Write 1 or more."),
        ("ownership: {team: {}}", "1: ownership.team: is not a known key -> Known here: owner, environment."),
        ("ownership: {owner: {ous: {/A: ''}}}", "1: ownership.owner.ous./A: is empty -> Write a name"),
        ("ownership: {owner: {tags: [1]}}", "1: ownership.owner.tags[0]: 1 is a number, not text"),
        ("due_days: {critcal: 7}", "1: due_days.critcal: critcal is not one of low, medium, high, critical -> Did you"),
        ("due_days: {high: 0}", "1: due_days.high: 0 is less than 1 -> Write 1 or more."),
    ],
)
def test_exceptions_owners_and_due_dates_that_are_wrong_are_explained(text: str, problem: str) -> None:
    assert problem in problems(text)[0]


def test_owners_and_due_dates_keep_their_order_and_severity() -> None:
    settings = read(
        "ownership: {owner: {tags: [team, owner], ous: {/B: b, /A: a}}}\ndue_days: {critical: 7, high: 30}\n"
    )

    assert settings.ownership.owner.tags == ("team", "owner")
    assert list(settings.ownership.owner.ous.items()) == [("/B", "b"), ("/A", "a")]
    assert settings.due_days == {Severity.CRITICAL: 7, Severity.HIGH: 30}
