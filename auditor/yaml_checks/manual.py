"""The manual page of a YAML check, with the sections that every check has."""

from collections.abc import Mapping

from auditor.yaml_checks.file import CheckFile
from auditor.yaml_checks.judge import UNDECIDABLE_TEXTS

#: Section headings by key in the file, in the order of the page.
HEADINGS: Mapping[str, str] = {
    "profile_level": "Profile level",
    "description": "Description",
    "rationale": "Rationale",
    "benefits": "Benefits",
    "drawbacks": "Drawbacks",
    "default_value": "Default value",
    "permissions_needed": "Permissions needed",
    "audit_console": "Audit, console",
    "audit_cli": "Audit, CLI",
    "remediation_console": "Remediation, console",
    "remediation_cli": "Remediation, CLI",
    "roll_back": "Roll back",
    "references": "References",
    "related_controls": "Related controls",
}


def manual_page(file: CheckFile) -> str:
    """Return the page: the author's sections, and defaults from the other keys for the rest."""
    defaults = dict.fromkeys(HEADINGS, "The author of this check has not written this section.")
    texts = {**defaults, **_derived_sections(file), **file.manual.model_dump(exclude_none=True)}
    sections = [f"## {title}\n{texts[key]}" for key, title in HEADINGS.items()]
    return "\n\n".join([f"{file.title}.", *sections])


def _derived_sections(file: CheckFile) -> dict[str, str]:
    controls = "\n".join(f"{name} {', '.join(ids)}" for name, ids in sorted(file.frameworks.items()))
    return {
        "description": _description(file),
        "permissions_needed": "To audit: the actions that `auditor policy` prints when the check is enabled.",
        "remediation_console": file.remediation,
        "remediation_cli": file.remediation,
        "related_controls": controls or "None.",
    }


def _description(file: CheckFile) -> str:
    applies = f"It applies if this is true, and is NOT_APPLICABLE otherwise:\n\n{_indented(file.applies_when)}\n\n"
    return (
        f"Examines each {file.resource.replace('-', ' ')} with JMESPath expressions.\n\n"
        f"{applies if file.applies_when else ''}"
        f"It fails if this is true (reason `{file.reason}`), and passes if it is false:\n\n"
        f"{_indented(file.fail_when)}\n\n"
        f"If an expression cannot be decided, the status is UNKNOWN, for one of these reasons:\n\n"
        + "\n".join(f"  * `{reason}`: the resource {text}" for reason, text in sorted(UNDECIDABLE_TEXTS.items()))
    )


def _indented(text: str | None) -> str:
    return "\n".join(f"    {line}" for line in (text or "").splitlines())
