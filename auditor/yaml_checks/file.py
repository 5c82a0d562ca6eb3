"""The file of a check, key by key."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from auditor.domain.reason import Reason
from auditor.yaml_checks.judge import UNANSWERED
from auditor.yaml_files import FieldError, one_or_more, quote

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
_WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FRAMEWORK = re.compile(r"[a-z0-9]+([-.][a-z0-9]+)*")

_Kind = Literal[
    "task-definition", "daemon-task-definition", "definition", "service", "task-set", "cluster", "capacity-provider"
]


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        message = f"{quote(value)} is not an id"
        raise FieldError(message, "Write small letters and digits with hyphens between, such as ecs-image-tag-latest.")
    return value


def _reason(value: str) -> str:
    if not _WORD.fullmatch(value):
        message = f"{quote(value)} is not a reason"
        raise FieldError(message, "Write small letters and digits with hyphens between, such as tag-latest.")
    if value in UNANSWERED or value in set(Reason):
        message = f"{quote(value)} is a word of auditor's own"
        raise FieldError(message, "Choose another: this one says that something could not be examined.")
    return value


def _said(value: str) -> str:
    if not value.strip():
        raise FieldError("is empty", "Write something.")
    return value.strip()


def _phrase(value: str) -> str:
    if value.endswith("."):
        raise FieldError("ends with a full stop", "Remove it: it stands within other sentences.")
    return value


def _sentence(value: str) -> str:
    if not value.endswith("."):
        raise FieldError("is not a sentence", "End it with a full stop.")
    return value


def _frameworks(value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    for name, controls in value.items():
        if not _FRAMEWORK.fullmatch(name) or not controls:
            message = f"{quote(name)} is not a framework with its controls"
            raise FieldError(message, 'Write a name such as cis-compute-1.1, and a list such as ["3.1"].')
    return value


_Controls = Annotated[tuple[str, ...], BeforeValidator(one_or_more, json_schema_input_type=str | list[str])]
_Text = Annotated[str, AfterValidator(_said), Field(min_length=1)]
_Phrase = Annotated[_Text, AfterValidator(_phrase)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ManualSection(_Section):
    """The manual page. What is left out is told from the rest of the file, as far as that says it."""

    profile_level: _Text | None = Field(None, description="The profile level that it belongs to.")
    description: _Text | None = Field(None, description="What it looks at, and when exactly it fails.")
    rationale: _Text | None = Field(None, description="Why it matters.")
    impact_for: _Text | None = Field(None, description="What is gained.")
    impact_against: _Text | None = Field(None, description="What it costs.")
    default_value: _Text | None = Field(None, description="What AWS does where nobody says anything.")
    permissions_needed: _Text | None = Field(None, description="IAM actions, to audit and to remediate.")
    audit_console: _Text | None = Field(None, description="How to look by hand, in the console.")
    audit_cli: _Text | None = Field(None, description="How to look by hand, with the AWS CLI.")
    remediation_console: _Text | None = Field(None, description="How to mend it in the console.")
    remediation_cli: _Text | None = Field(None, description="How to mend it with the AWS CLI.")
    back_out: _Text | None = Field(None, description="How to undo that.")
    references: _Text | None = Field(None, description="Where to read more.")
    related_controls: _Text | None = Field(None, description="Rules elsewhere that say the like.")


class CheckFile(_Section):
    """One check of your own. `auditor checks --facts` names what its expressions may read."""

    id: Annotated[str, AfterValidator(_id)] = Field(
        description="Its id, such as ecs-image-tag-latest.", json_schema_extra={"pattern": f"^{_ID.pattern}$"}
    )
    title: _Phrase = Field(description="What holds where it passes, without a full stop.")
    severity: Literal["low", "medium", "high", "critical"] = Field(description="How bad it is where it fails.")
    over: _Kind = Field(description="The kind of fact that it judges.")
    fail_when: _Text = Field(
        description="JMESPath that is true where the fact fails and false where it passes; anything else is UNKNOWN."
    )
    applies_when: _Text | None = Field(
        None, description="JMESPath that is false where the check does not apply to the fact."
    )
    evidence: _Text | None = Field(
        None, description="JMESPath for a list of the parts that fail: texts, or objects with a `name`."
    )
    remediation: Annotated[_Text, AfterValidator(_sentence)] = Field(description="What to do, in whole sentences.")
    reason: Annotated[str, AfterValidator(_reason)] = Field(
        "rule-broken",
        description="The word for why it fails, such as tag-latest.",
        json_schema_extra={"pattern": f"^{_WORD.pattern}$"},
    )
    words: _Phrase = Field("breaks the rule", description="That reason as it follows the name of a part.")
    frameworks: Annotated[dict[str, _Controls], AfterValidator(_frameworks)] = Field(
        default_factory=dict, description="By framework: the controls that it stands for."
    )
    manual: ManualSection = Field(
        default_factory=ManualSection, description="Sections of the manual page that `auditor checks ID` prints."
    )
