"""The manual page of a check that is a file, with the sections that every check has."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.yaml_checks.file import CheckFile
from auditor.yaml_checks.judge import UNANSWERED

#: By the key in the file: the section's heading, in the order of the page.
HEADINGS: Mapping[str, str] = {
    "profile_level": "Profile level",
    "description": "Description",
    "rationale": "Rationale",
    "impact_for": "Impact for",
    "impact_against": "Impact against",
    "default_value": "Default value",
    "permissions_needed": "Permissions needed",
    "audit_console": "Audit, console",
    "audit_cli": "Audit, CLI",
    "remediation_console": "Remediation, console",
    "remediation_cli": "Remediation, CLI",
    "back_out": "Back-out",
    "references": "References",
    "related_controls": "Related controls",
}


def page(file: CheckFile) -> str:
    """Return the page: what the author wrote; for the rest what the file says elsewhere, or that it does not."""
    written = file.manual.model_dump(exclude_none=True)
    told = {**dict.fromkeys(HEADINGS, "The author of this check has not written this section."), **_told(file)}
    sections = [f"{title}\n{'-' * len(title)}\n{written.get(key, told[key])}" for key, title in HEADINGS.items()]
    return "\n\n".join([f"{file.title}.", *sections])


def _told(file: CheckFile) -> dict[str, str]:
    controls = "\n".join(f"{name} {', '.join(ids)}" for name, ids in sorted(file.frameworks.items()))
    return {
        "description": _description(file),
        "permissions_needed": "To audit: what `auditor policy` prints when the check is enabled.",
        "remediation_console": file.remediation,
        "remediation_cli": file.remediation,
        "related_controls": controls or "None is named.",
    }


def _description(file: CheckFile) -> str:
    applies = f"It applies where this is true, and is not applicable elsewhere:\n\n{_indented(file.applies_when)}\n\n"
    return (
        f"Looks at each {file.over.replace('-', ' ')}, with expressions in JMESPath over what was read of it.\n\n"
        f"{applies if file.applies_when else ''}"
        f"It fails where this is true (reason `{file.reason}`), and passes where it is false:\n\n"
        f"{_indented(file.fail_when)}\n\n"
        f"Where an expression has no answer it is UNKNOWN, for one of these reasons:\n\n"
        + "\n".join(f"  * `{reason}`: the resource {words}" for reason, words in sorted(UNANSWERED.items()))
    )


def _indented(text: str | None) -> str:
    return "\n".join(f"    {line}" for line in (text or "").splitlines())
