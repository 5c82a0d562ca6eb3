"""The keys of a check file, with their validation and the descriptions of the JSON schema."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from auditor.domain.fact import fact_kinds
from auditor.domain.reason import Reason
from auditor.yaml_checks.judge import UNDECIDABLE_TEXTS
from auditor.yaml_files import FieldError, one_or_more, quote, suggestion

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
_REASON = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FRAMEWORK = re.compile(r"[a-z0-9]+([-.][a-z0-9]+)*")


def _check_id(value: str) -> str:
    if not _ID.fullmatch(value):
        message = f"{quote(value)} is not a check ID"
        advice = "Use lowercase letters and digits, separated by hyphens, such as ecs-image-tag-latest."
        raise FieldError(message, advice)
    return value


def _check_resource(value: str) -> str:
    kinds = fact_kinds()
    if value not in kinds:
        message = f"{quote(value)} is not one of {', '.join(kinds)}"
        raise FieldError(message, suggestion(value, kinds) or "Choose one of these.")
    return value


def _check_reason(value: str) -> str:
    if not _REASON.fullmatch(value):
        message = f"{quote(value)} is not a reason"
        raise FieldError(message, "Use lowercase letters and digits, separated by hyphens, such as tag-latest.")
    if value in UNDECIDABLE_TEXTS or value in set(Reason):
        message = f"{quote(value)} is a reserved reason"
        raise FieldError(message, "Choose another: auditor uses this one for what could not be examined.")
    return value


def _check_not_blank(value: str) -> str:
    if not value.strip():
        raise FieldError("is empty", "Write a value, or remove the key.")
    return value.strip()


def _check_phrase(value: str) -> str:
    if value.endswith("."):
        raise FieldError("ends with a full stop", "Remove it: the text is used inside other sentences.")
    return value


def _check_sentence(value: str) -> str:
    if not value.endswith("."):
        raise FieldError("is not a sentence", "End it with a full stop.")
    return value


def _check_frameworks(value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    for name, controls in value.items():
        if not _FRAMEWORK.fullmatch(name) or not controls:
            message = f"{quote(name)} is not a framework with its controls"
            raise FieldError(message, 'Write a name such as cis-compute-1.1, and a list such as ["3.1"].')
    return value


_Controls = Annotated[tuple[str, ...], BeforeValidator(one_or_more, json_schema_input_type=str | list[str])]
_Text = Annotated[str, AfterValidator(_check_not_blank), Field(min_length=1)]
_Phrase = Annotated[_Text, AfterValidator(_check_phrase)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ManualSection(_Section):
    """Sections of the manual page. If possible, missing sections are derived from the other keys."""

    profile_level: _Text | None = Field(None, description="Profile level of the control.")
    description: _Text | None = Field(None, description="What the check examines, and when it fails.")
    rationale: _Text | None = Field(None, description="Why it matters.")
    benefits: _Text | None = Field(None, description="Benefits of the remediation.")
    drawbacks: _Text | None = Field(None, description="Costs of the remediation.")
    default_value: _Text | None = Field(None, description="The AWS default.")
    permissions_needed: _Text | None = Field(None, description="IAM actions for the audit and for the remediation.")
    audit_console: _Text | None = Field(None, description="Manual audit in the console.")
    audit_cli: _Text | None = Field(None, description="Manual audit with the AWS CLI.")
    remediation_console: _Text | None = Field(None, description="Remediation in the console.")
    remediation_cli: _Text | None = Field(None, description="Remediation with the AWS CLI.")
    roll_back: _Text | None = Field(None, description="How to roll back the remediation.")
    references: _Text | None = Field(None, description="Further reading.")
    related_controls: _Text | None = Field(None, description="Similar controls of other rule sets.")


class CheckFile(_Section):
    """One check in YAML. `auditor checks --facts` lists what its expressions can read."""

    id: Annotated[str, AfterValidator(_check_id)] = Field(
        description="ID of the check, such as ecs-image-tag-latest.", json_schema_extra={"pattern": f"^{_ID.pattern}$"}
    )
    title: _Phrase = Field(description="The requirement: what is true when the check passes, without a full stop.")
    problem: _Phrase | None = Field(
        None, description="What is wrong when the check fails, without a full stop. By default the title."
    )
    severity: Literal["low", "medium", "high", "critical"] = Field(description="Severity of a failure.")
    resource: Annotated[str, AfterValidator(_check_resource)] = Field(
        description="Kind of resource that the check judges.", json_schema_extra={"enum": list(fact_kinds())}
    )
    fail_when: _Text = Field(
        description="JMESPath. True: the resource fails; false: it passes; any other value: UNKNOWN."
    )
    applies_when: _Text | None = Field(
        None, description="JMESPath. False: the check is NOT_APPLICABLE to the resource."
    )
    evidence: _Text | None = Field(
        None, description="JMESPath for the list of failing parts: strings, or objects with a `name`."
    )
    remediation: Annotated[_Text, AfterValidator(_check_sentence)] = Field(
        description="What to do about a failure, in complete sentences."
    )
    reason: Annotated[str, AfterValidator(_check_reason)] = Field(
        "rule-broken",
        description="Identifier for the reason of a failure, such as tag-latest.",
        json_schema_extra={"pattern": f"^{_REASON.pattern}$"},
    )
    reason_text: _Phrase = Field(
        "breaks the rule", description="The reason in words, to follow the name of a part: `is pulled by tag latest`."
    )
    frameworks: Annotated[dict[str, _Controls], AfterValidator(_check_frameworks)] = Field(
        default_factory=dict, description="Controls that the check implements, by framework."
    )
    manual: ManualSection = Field(
        default_factory=ManualSection, description="Sections of the manual page that `auditor checks ID` prints."
    )
