"""The input of a registration, and the difference of two inputs."""

from __future__ import annotations

import json
from typing import Any

from auditor.remediation.ecs.document import difference, registration_input
from auditor.remediation.folder import render_document
from tests.remediation.failing import CANARY

MEMBERS = {"family", "containerDefinitions", "tags", "cpu"}


def document(*names: str, **members: Any) -> dict[str, Any]:  # noqa: ANN401 - members of a container
    environment = [{"name": name, "value": f"{CANARY}{name}"} for name in names]
    return {"family": "web", "containerDefinitions": [{"name": "app", "environment": environment, **members}]}


def test_contains_every_member_that_the_registration_accepts_and_no_other() -> None:
    raw = {**document("A"), "revision": 3, "status": "ACTIVE", "cpu": None, "tags": [{"key": "x", "value": "not ours"}]}

    assert registration_input(raw, [], MEMBERS) == document("A")
    assert registration_input(raw, [{"key": "a", "value": "b"}], MEMBERS) == {
        **document("A"),
        "tags": [{"key": "a", "value": "b"}],
    }


def test_tags_that_only_aws_may_set_are_left_out() -> None:
    tags = [{"key": "aws:cloudformation:stack-name", "value": "s"}, {"key": "AWS:x"}, {"key": "awsome", "value": ""}]

    assert registration_input(document(), tags, MEMBERS)["tags"] == [{"key": "awsome", "value": ""}]


def test_the_difference_shows_only_the_names_of_added_and_removed_variables() -> None:
    shown = difference(document("GONE", "KEPT"), document("KEPT", "NEW"), ("a", "b"))

    assert CANARY not in shown
    for name in ("GONE", "KEPT", "NEW"):
        assert f'"name": "{name}"' in shown


def test_the_difference_does_not_show_a_changed_value_of_a_variable() -> None:
    changed = document("A")
    changed["containerDefinitions"][0]["environment"][0]["value"] = "other"

    assert difference(document("A"), changed, ("a", "b")) == ""


def test_the_difference_does_not_show_commands_and_log_driver_tokens() -> None:
    logs = {"logDriver": "splunk", "options": {"splunk-token": CANARY, "splunk-url": "https://s", "mode": "blocking"}}
    secret = {"command": ["run", CANARY], "entryPoint": [CANARY], "logConfiguration": logs}

    shown = difference(document(), document(**secret), ("a", "b"))

    assert CANARY not in shown
    assert "https://s" in shown
    assert '"(2 words)"' in shown


def test_a_rendered_document_is_printable_ascii_and_parses_to_the_same_value() -> None:
    odd = document("A", image="\x1b[2J\u2028é")

    text = render_document(odd)

    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    assert json.loads(text) == odd
