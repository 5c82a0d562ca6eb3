"""AWS Organizations as the demo's delegated administrator sees it: a root, units named by path, accounts.

moto has Organizations too, with random account ids, random unit ids and no delegated administrator.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.demo import http_adapter
from auditor.demo.http_adapter import ApiCall, Response
from auditor.demo.model import AUDITOR_ACCOUNT, MANAGEMENT_ACCOUNT, ORGANIZATION, DemoAccount

Row = dict[str, object]

_ROOT = "r-demo"
_ARN = f"arn:aws:organizations::{MANAGEMENT_ACCOUNT}"


class Directory:
    """Answers the four calls that list an organization, each in one page. Holds nothing that changes."""

    def __init__(self, accounts: Iterable[DemoAccount]) -> None:
        """Number the units, so that they are called the same every time."""
        self._accounts = tuple(accounts)
        paths = sorted({path for account in self._accounts for path in _path_and_parents(account.ou)})
        self._ids = {"": _ROOT} | {path: f"ou-demo-{number:08d}" for number, path in enumerate(paths, 1)}

    def answer(self, call: ApiCall, account: str) -> Response | None:
        """Return the answer to `account`, or None for a call that is not about listing."""
        if account != AUDITOR_ACCOUNT:
            message = "You don't have permissions to access this resource."
            return http_adapter.json_error(400, "AccessDeniedException", message)
        parent = call.parameters.get("ParentId", _ROOT)
        everyone = self._accounts
        answers = {
            "ListRoots": ("Roots", [_entry("root", _ROOT, "Root")]),
            "ListOrganizationalUnitsForParent": ("OrganizationalUnits", self._units(parent)),
            "ListAccountsForParent": (
                "Accounts",
                [_account_entry(each) for each in everyone if self._ids[each.ou] == parent],
            ),
            "ListAccounts": ("Accounts", [_account_entry(each) for each in everyone]),
        }
        if call.operation not in answers:
            return None
        key, rows = answers[call.operation]
        return http_adapter.json_response({key: rows})

    def _units(self, parent: str) -> list[Row]:
        return [
            _entry("ou", unit, path.rpartition("/")[2])
            for path, unit in self._ids.items()
            if path and self._ids[path.rpartition("/")[0]] == parent
        ]


def _path_and_parents(path: str) -> Iterable[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def _entry(kind: str, number: str, name: str) -> Row:
    return {"Id": number, "Arn": f"{_ARN}:{kind}/{ORGANIZATION}/{number}", "Name": name}


def _account_entry(account: DemoAccount) -> Row:
    state = "SUSPENDED" if account.suspended else "ACTIVE"
    extra = {"Email": f"aws+{account.name}@example.com", "State": state, "Status": state, "JoinedMethod": "CREATED"}
    return _entry("account", account.id, account.name) | extra
