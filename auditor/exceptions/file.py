"""The exceptions file as operators write it."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from auditor.exceptions.fields import (
    AcceptanceField,
    AccountPattern,
    CheckPattern,
    Day,
    Id,
    RegionPattern,
    ReopenOns,
    Tags,
    Text,
    Texts,
)
from auditor.exceptions.model import ReopenOn
from auditor.yaml_files import FieldError


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ItemSection(_Section):
    """One accepted risk. It covers a finding if everything that it states applies."""

    id: Id = Field(description="Name of the exception in rows and reports; unique in the file.")
    check: CheckPattern = Field(description="ID or glob of the check.")
    account: AccountPattern | None = Field(
        None, description="ID or name of the account, or a glob; an ID has 12 digits, in quotes."
    )
    ou: Text | None = Field(
        None, description="Path of an organizational unit, such as /Sandbox, or a glob; includes the units below it."
    )
    tag: Tags | None = Field(
        None, description="Tags of the account in the inventory, each with its value or a glob; all must match."
    )
    region: RegionPattern | None = Field(None, description="Name or glob of the region.")
    resource: Text | None = Field(
        None, description="ARN, name or family of the resource, or a glob that matches all of it."
    )
    container: Text | None = Field(
        None,
        description="Name or glob of a container. A finding is covered once all its failing parts are.",
    )
    reason: AcceptanceField = Field(description="Why the risk is accepted.")
    justification: Text = Field(description="The argument, in a sentence, for the next reader.")
    owner: Text = Field(description="Person or team that answers for the exception.")
    ticket: Text | None = Field(None, description="Where the decision was made.")
    created: Day | None = Field(None, description="Day of the decision: 2026-11-23.")
    expires: Day = Field(description="Last day on which the exception holds (UTC): 2026-12-31.")
    reopen_on: ReopenOns | None = Field(
        None,
        description="What ends the exception for a finding earlier: `public` and `running` unless the resource is "
        "known not to be public or in use, `reasons` if a reason is not one of `reasons`.",
    )
    reasons: Texts | None = Field(
        None, description="Reasons of the finding that are accepted; required with `reopen_on: [reasons]`."
    )

    @field_validator("created")
    @classmethod
    def _not_in_the_future(cls, value: Day | None, info: ValidationInfo) -> Day | None:
        # A day of tolerance: a person east of Greenwich writes tomorrow's date in UTC.
        if value is not None and info.context and value > info.context["today"] + timedelta(days=1):
            raise FieldError(f"{value} is in the future", "Write the day of the decision.")
        return value

    @field_validator("expires")
    @classmethod
    def _not_too_late(cls, value: Day, info: ValidationInfo) -> Day:
        if not info.context:
            return value
        created, most = info.data.get("created"), info.context["max_days"]
        if created is not None and value < created:
            raise FieldError(f"{value} is before the exception was created ({created})", "Correct one of the two.")
        latest = (created or info.context["today"]) + timedelta(days=most)
        if value > latest:
            since = "after `created`" if created else "from today"
            advice = f"Write {latest} or earlier, or raise `exceptions.max_days` in the settings."
            raise FieldError(f"{value} is more than {most} days {since}", advice)
        return value

    @model_validator(mode="after")
    def _reasons_go_with_reopen_on(self) -> "ItemSection":
        asked = ReopenOn.REASONS in (self.reopen_on or ())
        if asked and self.reasons is None:
            raise FieldError("`reopen_on` names reasons, but `reasons` is missing", "List the accepted reasons.")
        if self.reasons is not None and not asked:
            raise FieldError("`reasons` has no effect", "Add `reopen_on: [reasons]`, or remove `reasons`.")
        return self


class ExceptionsFile(_Section):
    """Accepted risks. A finding that one of the items covers keeps its row and its status FAIL."""

    exceptions: tuple[ItemSection, ...] = Field(description="The accepted risks; empty if there are none.")
