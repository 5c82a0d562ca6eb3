"""The registry of kinds of facts."""

from __future__ import annotations

from dataclasses import is_dataclass

import pytest

from auditor.domain import fact
from auditor.domain.fact import fact_kind, fact_kinds


def test_every_registered_kind_is_a_frozen_dataclass_with_a_type_and_a_resource() -> None:
    for name, kind in fact_kinds().items():
        assert is_dataclass(kind), name
        assert getattr(kind, "__dataclass_params__").frozen, name  # noqa: B009 - mypy does not know the attribute
        assert isinstance(getattr(kind, "TYPE"), str), name  # noqa: B009 - as above
        assert isinstance(getattr(kind, "resource"), property), name  # noqa: B009 - as above


def test_names_are_sorted_lower_case_words() -> None:
    assert list(fact_kinds()) == sorted(fact_kinds())
    assert all(name.replace("-", "").isalpha() and name.islower() for name in fact_kinds())


def test_a_name_can_be_registered_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fact, "_KINDS", dict(fact_kinds()))

    class Other:
        TYPE = "AWS::Other::Service"

    with pytest.raises(ValueError, match="'service'"):
        fact_kind("service")(Other)
