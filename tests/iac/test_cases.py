"""Small files, each with one detail that is easily judged wrongly, and the statuses that are right."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from auditor import checks
from auditor.domain.errors import ConfigError
from auditor.engine.ports import ConfiguredCheck
from auditor.iac import judge, read
from tests.builders import NOW

CASES = Path(__file__).parent / "cases"
#: The account of the organization that the cases belong to.
_ACCOUNT = "111122223333"
ALL_CHECKS = tuple(
    ConfiguredCheck(
        check,
        replace(check.parameters, accounts=(_ACCOUNT,)) if hasattr(check.parameters, "accounts") else check.parameters,
    )
    for check in checks.load()
)

#: Cases whose check or parser has to change, not the reading of files: their statuses are still wrong.
NOT_YET: set[str] = set()


@dataclass(frozen=True, slots=True)
class Case:
    """The statuses, separated by `|`, that are right for the checks (globs) on a resource, or on any if it is empty.

    Besides the statuses of findings: `error` if the file is refused, `not-examined` if the report says so, and
    `nothing` if the file has no resource to check.
    """

    file: str
    resource: str
    check: str
    status: str
    reason: str

    @property
    def key(self) -> str:
        """The file, the resource and the checks."""
        return " ".join(filter(None, (self.file, self.resource, self.check)))


def load_cases() -> list[Case]:
    with (CASES / "expected.tsv").open(encoding="utf-8", newline="") as file:
        return [Case(**row) for row in csv.DictReader(file, delimiter="\t")]


def statuses_of(case: Case) -> set[str]:
    """Return the statuses of a case as the product determines them."""
    try:
        report = judge([read((CASES / case.file).read_text(encoding="utf-8"), case.file)], ALL_CHECKS, NOW)
    except ConfigError:
        return {"error"}
    patterns = case.check.split("|")
    statuses = {
        finding.finding.status.value
        for finding in report.findings
        if any(fnmatchcase(finding.finding.check_id, pattern) for pattern in patterns)
        and case.resource in ("", finding.name)
    }
    if report.unchecked:
        statuses.add("not-examined")
    return statuses if statuses or report.findings else {"nothing"}


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.key)
def test_a_case_has_a_right_status(case: Case) -> None:
    is_right = bool(statuses_of(case) & set(case.status.split("|")))

    assert is_right is (case.key not in NOT_YET), case.reason


def test_every_case_is_expected_and_exists() -> None:
    files = {path.name for path in CASES.iterdir()} - {"expected.tsv"}

    assert {case.file for case in load_cases()} <= files
    assert {case.key for case in load_cases()} >= NOT_YET
