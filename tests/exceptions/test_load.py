"""Text of an exceptions file: items, and problems with line, path and advice."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import date
from textwrap import dedent, indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import checks
from auditor.domain.errors import ConfigError
from auditor.exceptions import ExceptionItem, ExceptionsFileContent, Policy, parse
from auditor.exceptions.model import Acceptance, ReopenOn

TODAY = date(2026, 11, 23)
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")
MINIMUM = """
    id: agent
    check: ecs-privileged-container
    reason: accepted-risk
    justification: The agent needs it.
    owner: platform
    expires: 2026-12-31
"""


def read(text: str, **policy: int) -> ExceptionsFileContent:
    return parse(
        text, "exceptions.yaml", checks=checks.built_in(), known_regions=REGIONS, today=TODAY, policy=Policy(**policy)
    )


def file_with(*items: str) -> str:
    """Return a file with these items, each the text of a mapping."""
    lines = (f"  -\n{indent(dedent(item).strip(), '    ')}\n" for item in items)
    return f"exceptions:\n{''.join(lines)}"


def item(more: str = "", **changed: str) -> str:
    """Return the smallest item with changed values and with `more` keys; an empty value removes the key."""
    values = dict(line.split(": ", 1) for line in dedent(MINIMUM).strip().splitlines()) | changed
    return "\n".join([*(f"{key}: {value}" for key, value in values.items() if value), dedent(more).strip()])


def problems(text: str, **policy: int) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text, **policy)
    return [str(problem).replace("\n ", "").removeprefix("exceptions.yaml:") for problem in caught.value.problems]


def test_an_item_has_everything_that_it_states_and_its_line() -> None:
    text = file_with(
        item(
            """
            account: "111122223333"
            ou: /Prod
            tag: {env: prod}
            region: eu-*
            resource: web
            container: app
            ticket: SEC-1
            created: 2026-11-01
            reopen_on: [public, reasons]
            reasons: [privileged]
            """
        )
    )

    assert read(text).items == (
        ExceptionItem(
            id="agent",
            check="ecs-privileged-container",
            reason=Acceptance.ACCEPTED_RISK,
            justification="The agent needs it.",
            owner="platform",
            expires=date(2026, 12, 31),
            ticket="SEC-1",
            created=date(2026, 11, 1),
            account="111122223333",
            ou="/Prod",
            tag={"env": "prod"},
            region="eu-*",
            resource="web",
            container="app",
            reopen_on=frozenset({ReopenOn.PUBLIC, ReopenOn.REASONS}),
            reasons=frozenset({"privileged"}),
            line=3,
        ),
    )


def test_the_digest_is_that_of_the_text() -> None:
    text = file_with(item())

    assert read(text).sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_a_file_may_have_no_items() -> None:
    assert read("exceptions: []\n").items == ()


def test_an_item_that_has_expired_is_accepted() -> None:
    assert read(file_with(item(expires="2026-01-01"))).items[0].expires == date(2026, 1, 1)


@pytest.mark.parametrize("key", ["id", "check", "reason", "justification", "owner", "expires"])
def test_a_key_that_is_needed_must_be_there(key: str) -> None:
    (problem,) = problems(file_with(item(**{key: ""})))

    assert f"exceptions[0]: {key} is missing -> Add it." in problem


@pytest.mark.parametrize("key", ["id", "check", "reason", "justification", "owner", "expires"])
def test_a_placeholder_of_an_import_must_be_replaced(key: str) -> None:
    (problem,) = problems(file_with(item(**{key: "AUDITOR_REPLACE_ME"})))

    assert f"exceptions[0].{key}: is still AUDITOR_REPLACE_ME -> Replace it." in problem


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("check", "ecs-privilegd-container", "ecs-privilegd-container is not a check -> Did you mean"),
        ("check", "s3-*", "s3-* matches no check"),
        ("account", "111122223333", "111122223333 is a number, not an account ID -> Quote it"),
        ("account", "12345", 'Quote it, all 12 digits: "000000012345"'),
        ("account", '"1111-2222-3333"', 'is not an account ID -> Write the digits only: "111122223333"'),
        ("account", '"1234"', "Account IDs have 12 digits, this has 4."),
        ("region", "eu-wst-1", "eu-wst-1 is not a region -> Did you mean eu-west-1?"),
        ("region", "moon-*", "moon-* matches no region"),
        ("reason", "because", "because is not one of false-positive, accepted-risk"),
        ("expires", "2026-02-30", "2026-02-30 is not a date -> Write year, month and day: 2026-12-31."),
        ("expires", "soon", "soon is not a date"),
        ("expires", "20261231", "20261231 is not a date"),
        ("created", "2026-12-01", "2026-12-01 is in the future"),
        ("reopen_on", "[pubic]", "pubic is not one of public, running, reasons -> Did you mean public?"),
        ("reopen_on", "[]", "is empty"),
        ("reopen_on", "[reasons]", "`reopen_on` names reasons, but `reasons` is missing"),
        ("reasons", "[privileged]", "`reasons` has no effect -> Add `reopen_on: [reasons]`"),
        ("tag", "{}", "is empty -> Write a tag and its value"),
        ("tag", "{env: 1}", "1 is a number, not text"),
        ("owner", '" "', "is empty"),
        ("id", "a/../b", "a/../b is not an ID of an exception"),
        ("colour", "red", "is not a known key"),
    ],
)
def test_a_value_that_is_wrong_is_explained(key: str, value: str, problem: str) -> None:
    assert problem in problems(file_with(item(**{key: value})))[0]


def test_all_problems_of_all_items_are_reported_at_once_with_their_lines() -> None:
    text = file_with(item(owner="", region="x"), item(id="agent", expires="never"), item(id="other"))

    assert [": ".join(problem.split(": ")[:2]) for problem in problems(text)] == [
        "3: exceptions[0]",
        "8: exceptions[0].region",
        "10: exceptions[1].id",
        "15: exceptions[1].expires",
    ]


def test_an_id_may_be_used_once() -> None:
    (problem,) = problems(file_with(item(), item()))

    assert "agent is used twice, first in line 3 -> Give each exception its own ID." in problem


def test_a_reason_must_be_one_of_the_check() -> None:
    text = file_with(item("reopen_on: [reasons]\nreasons: [privilegd]"))

    assert "privilegd is not a reason of ecs-privileged-container -> Did you mean privileged?" in problems(text)[0]


@pytest.mark.parametrize("dates", [{"expires": "2026-12-23"}, {"created": "2026-11-01", "expires": "2026-12-01"}])
def test_an_expiry_within_the_cap_is_accepted(dates: dict[str, str]) -> None:
    assert len(read(file_with(item(**dates)), max_days=30).items) == 1


@pytest.mark.parametrize(
    ("dates", "problem"),
    [
        ({"expires": "2026-12-24"}, "2026-12-24 is more than 30 days from today -> Write 2026-12-23 or earlier"),
        ({"created": "2026-11-01", "expires": "2026-12-02"}, "is more than 30 days after `created`"),
        ({"created": "2026-11-01", "expires": "2026-10-01"}, "is before the exception was created (2026-11-01)"),
    ],
)
def test_the_settings_cap_the_expiry(dates: dict[str, str], problem: str) -> None:
    assert problem in problems(file_with(item(**dates)), max_days=30)[0]


@pytest.mark.parametrize("text", ["- id: a\n", "a text\n", "Mutelist:\n  Accounts: {}\n"])
def test_a_file_of_another_kind_is_refused(text: str) -> None:
    assert problems(text)


def test_an_empty_file_is_refused() -> None:
    assert "is empty" in problems("")[0]


@given(st.text(max_size=300))
def test_any_text_gives_items_or_problems(text: str) -> None:
    with suppress(ConfigError):
        assert isinstance(read(text), ExceptionsFileContent)
