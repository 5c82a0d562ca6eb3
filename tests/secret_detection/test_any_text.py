"""Properties for every text: a deterministic result without the value, in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.domain.secret_match import SecretMatch
from auditor.secret_detection import detect_secret
from tests.secret_detection.cases_harmless import HARMLESS_CASES
from tests.secret_detection.cases_secret import SECRETS

#: Parts that the rules search for, to test their combinations.
PIECES = sorted(
    {"DB_PASSWORD", "API_KEY", "://", ":", "@", "=", '"', "'", "\\", "{", "}", "${", "eyJ", "AKIA", "-----BEGIN ", "\n"}
    | {"PRIVATE KEY-----", "LS0tLS1CRUdJTi", "sk-", "Basic ", "x" * 5, "a" * 40, "A1b2" * 10, "\ud800", "\0", "é", " "}
)
TEXT = st.text() | st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join)
NAMES = st.sampled_from(["DB_PASSWORD", "API_KEY", "X", "SIGNING_SALT", "AWS_ACCESS_KEY_ID", "PUBLIC_KEY"]) | TEXT


@settings(max_examples=500, deadline=None)
@given(name=NAMES, value=TEXT)
def test_the_result_is_deterministic_and_has_the_length_of_the_value(name: str, value: str) -> None:
    answer = detect_secret(name, value)

    assert answer == detect_secret(name, value)
    assert answer is None or answer.length == len(value)


@settings(max_examples=300)
@given(value=st.text(alphabet="GHJKQVWXYZ", min_size=9, max_size=60))
def test_the_result_contains_no_part_of_the_value(value: str) -> None:
    result = repr(detect_secret("DB_PASSWORD", value))

    assert not any(value[start : start + 2] in result for start in range(len(value) - 1))


@pytest.mark.parametrize(("name", "value"), [pytest.param(n, v, id=description) for description, n, v, _ in SECRETS])
def test_the_result_has_a_known_detector_and_the_length(name: str, value: str) -> None:
    answer = detect_secret(name, value)

    assert answer is not None
    assert repr(answer) == f"SecretMatch(detector={answer.detector!r}, length={len(value)})"
    assert answer.detector in {detector for *_, detector in SECRETS}
    assert answer.detector.replace("-", "").isalpha()


@pytest.mark.parametrize(
    ("name", "value"), [pytest.param(n, v, id=description) for description, n, v in HARMLESS_CASES]
)
def test_white_space_around_a_harmless_value_is_ignored(name: str, value: str) -> None:
    assert detect_secret(name, f"  {value}\n") is None


#: Texts whose repetition takes quadratic time with a careless pattern.
REPEATED = [
    "a", "A1b2", '="', "://a:", "eyJ", "eyJaaaaaaaaa.", '"\\', "password=",
    "password: x ", 'a="x",', "(", "a.", "a/", "a-", "your-here", "-----BEGIN ",
    "-----BEGIN PRIVATE KEY", "AKIA", "SK", "key-", "Basic ", "LS0tLS1CRUdJTi", "ey", " ",
    "1.", "1_", "ms1", "Aa1", "token=${", "secret", "sk-", ":@",
    '"a" ', "a: '", "hooks.slack.com/", "AaBb", "aA", "${", "{{", "x",
    "…", "é", "5m", "-us",
]  # fmt: skip # a table, in columns
LONGEST = 64 * 1024


def seconds(name: str, value: str) -> float:
    """Return the shortest of three times, which other processes disturb least."""
    times = []
    for _ in range(3):
        start = time.process_time()
        detect_secret(name, value)
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("name", ["X", "DB_PASSWORD", "JWT_AUTH"])
@pytest.mark.parametrize("opening", ["", "=:@ ", "AKIA sk- SK eyJ Basic "])
@pytest.mark.parametrize("piece", REPEATED)
def test_the_time_grows_linearly_with_the_length(piece: str, opening: str, name: str) -> None:
    """The opening makes the text pass the quick search before the patterns."""
    value = (opening + piece * LONGEST)[:LONGEST]

    # 64 KiB take at most 45 ms in linear time, and minutes in quadratic time.
    assert seconds(name, value) < 0.5


@pytest.mark.parametrize("piece", ["A", "a_", "aB", "PASSWORD_", "_KEY", "é"])
def test_a_long_name_takes_no_more_time(piece: str) -> None:
    assert seconds((piece * LONGEST)[:LONGEST], "hunter2") < 0.5


def test_the_result_has_no_other_fields() -> None:
    assert set(SecretMatch.__slots__) == {"detector", "length"}
