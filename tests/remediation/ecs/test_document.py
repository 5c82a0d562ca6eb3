"""What is registered of what was described, and what the difference of two documents does not show."""

from __future__ import annotations

import json
from typing import Any

from auditor.remediation.ecs.document import difference, registrable, written
from tests.remediation.failing import CANARY

MEMBERS = {"family", "containerDefinitions", "tags", "cpu"}


def document(*names: str, **members: Any) -> dict[str, Any]:  # noqa: ANN401 - members of a container
    environment = [{"name": name, "value": f"{CANARY}{name}"} for name in names]
    return {"family": "web", "containerDefinitions": [{"name": "app", "environment": environment, **members}]}


def test_only_what_a_registration_takes_is_left_and_nothing_of_that_is_lost() -> None:
    raw = {**document("A"), "revision": 3, "status": "ACTIVE", "cpu": None, "tags": [{"key": "x", "value": "not ours"}]}

    assert registrable(raw, [], MEMBERS) == document("A")
    assert registrable(raw, [{"key": "a", "value": "b"}], MEMBERS) == {
        **document("A"),
        "tags": [{"key": "a", "value": "b"}],
    }


def test_tags_that_only_aws_may_set_are_left_out() -> None:
    tags = [{"key": "aws:cloudformation:stack-name", "value": "s"}, {"key": "AWS:x"}, {"key": "awsome", "value": ""}]

    assert registrable(document(), tags, MEMBERS)["tags"] == [{"key": "awsome", "value": ""}]


def test_a_variable_that_comes_or_goes_is_shown_by_its_name_alone() -> None:
    shown = difference(document("GONE", "KEPT"), document("KEPT", "NEW"), ("a", "b"))

    assert CANARY not in shown
    for name in ("GONE", "KEPT", "NEW"):
        assert f'"name": "{name}"' in shown


def test_a_variable_whose_value_alone_changes_shows_nothing() -> None:
    changed = document("A")
    changed["containerDefinitions"][0]["environment"][0]["value"] = "other"

    assert difference(document("A"), changed, ("a", "b")) == ""


def test_words_of_commands_and_tokens_of_log_drivers_are_not_shown() -> None:
    logs = {"logDriver": "splunk", "options": {"splunk-token": CANARY, "splunk-url": "https://s", "mode": "blocking"}}
    secret = {"command": ["run", CANARY], "entryPoint": [CANARY], "logConfiguration": logs}

    shown = difference(document(), document(**secret), ("a", "b"))

    assert CANARY not in shown
    assert "https://s" in shown
    assert '"(2 words)"' in shown


def test_a_document_is_plain_text_that_says_the_same_when_it_is_read() -> None:
    odd = document("A", image="\x1b[2J\u2028é")

    text = written(odd)

    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    assert json.loads(text) == odd
