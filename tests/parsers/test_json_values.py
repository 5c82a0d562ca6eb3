"""Values of answers that every service has."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.parsers.json_values import MalformedValue, tag_map


def test_tags_are_read_under_the_names_of_the_service() -> None:
    assert tag_map([{"key": "owner", "value": "platform"}, {"key": "bare"}]) == {"owner": "platform", "bare": ""}
    assert tag_map([{"Key": "owner", "Value": "platform"}], keys=("Key", "Value")) == {"owner": "platform"}


@pytest.mark.parametrize("tags", [[{"Key": "owner"}], [{"key": ""}], [{"key": "a", "value": 3}], ["owner"], "owner"])
def test_tags_of_another_form_are_malformed(tags: Any) -> None:  # noqa: ANN401 - a parser meets any JSON
    with pytest.raises(MalformedValue, match=r"^tags"):
        tag_map(tags)
