"""What holds for every text: an answer without the value, the same each time, in a time that grows with the length."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.domain.secret_match import SecretMatch
from auditor.secret_detection import detect_secret
from tests.secret_detection.cases_plain import PLAIN
from tests.secret_detection.cases_secret import SECRETS

#: Pieces that the rules look for, so that their seams are tried too.
PIECES = sorted(
    {"DB_PASSWORD", "API_KEY", "://", ":", "@", "=", '"', "'", "\\", "{", "}", "${", "eyJ", "AKIA", "-----BEGIN ", "\n"}
    | {"PRIVATE KEY-----", "LS0tLS1CRUdJTi", "sk-", "Basic ", "x" * 5, "a" * 40, "A1b2" * 10, "\ud800", "\0", "é", " "}
)
TEXT = st.text() | st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join)
NAMES = st.sampled_from(["DB_PASSWORD", "API_KEY", "X", "SIGNING_SALT", "AWS_ACCESS_KEY_ID", "PUBLIC_KEY"]) | TEXT


@settings(max_examples=500, deadline=None)
@given(name=NAMES, value=TEXT)
def test_any_text_gets_the_same_answer_each_time_and_its_length(name: str, value: str) -> None:
    answer = detect_secret(name, value)

    assert answer == detect_secret(name, value)
    assert answer is None or answer.length == len(value)


@settings(max_examples=300)
@given(value=st.text(alphabet="GHJKQVWXYZ", min_size=9, max_size=60))
def test_nothing_of_the_value_is_told(value: str) -> None:
    answer = detect_secret("DB_PASSWORD", value)

    told = repr(answer)
    assert not any(value[at : at + 2] in told for at in range(len(value) - 1))


@pytest.mark.parametrize(("name", "value"), [pytest.param(n, v, id=sentence) for sentence, n, v, _ in SECRETS])
def test_a_suspicion_is_a_known_word_and_a_number(name: str, value: str) -> None:
    answer = detect_secret(name, value)

    assert answer is not None
    assert repr(answer) == f"SecretMatch(detector={answer.detector!r}, length={len(value)})"
    assert answer.detector in {detector for *_, detector in SECRETS}
    assert answer.detector.replace("-", "").isalpha()


@pytest.mark.parametrize(("name", "value"), [pytest.param(n, v, id=sentence) for sentence, n, v in PLAIN])
def test_white_space_around_a_harmless_value_makes_it_no_secret(name: str, value: str) -> None:
    assert detect_secret(name, f"  {value}\n") is None


#: Texts that would take a pattern apart which tries each place to the end.
WEARING = [
    "a", "A1b2", '="', "://a:", "eyJ", "eyJaaaaaaaaa.", '"\\', "password=",
    "password: x ", 'a="x",', "(", "a.", "a/", "a-", "your-here", "-----BEGIN ",
    "-----BEGIN PRIVATE KEY", "AKIA", "SK", "key-", "Basic ", "LS0tLS1CRUdJTi", "ey", " ",
    "1.", "1_", "ms1", "Aa1", "token=${", "secret", "sk-", ":@",
    '"a" ', "a: '", "hooks.slack.com/", "AaBb", "aA", "${", "{{", "x",
    "…", "é", "5m", "-us",
]  # fmt: skip
LONGEST = 64 * 1024


def seconds(name: str, value: str) -> float:
    """The least of three, which is what the machine's other work disturbs least."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        detect_secret(name, value)
        taken.append(time.process_time() - start)
    return min(taken)


@pytest.mark.parametrize("name", ["X", "DB_PASSWORD", "JWT_AUTH"])
@pytest.mark.parametrize("opening", ["", "=:@ ", "AKIA sk- SK eyJ Basic "])
@pytest.mark.parametrize("piece", WEARING)
def test_the_time_grows_with_the_length_only(piece: str, opening: str, name: str) -> None:
    """An opening lets the text past what is quickly looked for before a pattern is tried."""
    value = (opening + piece * LONGEST)[:LONGEST]

    # 64 KiB take at most 45 ms where the time is in the length, and minutes where it is in its square.
    assert seconds(name, value) < 0.5


@pytest.mark.parametrize("piece", ["A", "a_", "aB", "PASSWORD_", "_KEY", "é"])
def test_a_long_name_takes_no_longer(piece: str) -> None:
    assert seconds((piece * LONGEST)[:LONGEST], "hunter2") < 0.5


def test_what_is_told_has_room_for_nothing_else() -> None:
    assert set(SecretMatch.__slots__) == {"detector", "length"}
