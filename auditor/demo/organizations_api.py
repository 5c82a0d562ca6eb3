"""Answer the AWS Organizations calls of the demo's delegated administrator.

moto's own implementation has random account and unit IDs and no delegated administrator.
"""

from collections.abc import Iterable

from auditor.demo import http_adapter
from auditor.demo.http_adapter import ApiCall, Response
from auditor.demo.model import AUDITOR_ACCOUNT, MANAGEMENT_ACCOUNT, ORGANIZATION, DemoAccount

Row = dict[str, object]

_ROOT = "r-demo"
_ARN = f"arn:aws:organizations::{MANAGEMENT_ACCOUNT}"


class Directory:
    """Answers the four calls that list an organization, each in one page. Immutable."""

    def __init__(self, accounts: Iterable[DemoAccount]) -> None:
        """Number the units in the order of their paths, so that their IDs are the same in every run."""
        self._accounts = tuple(accounts)
        paths = sorted({path for account in self._accounts for path in _path_and_parents(account.ou)})
        self._ids = {"": _ROOT} | {path: f"ou-demo-{number:08d}" for number, path in enumerate(paths, 1)}

    def answer(self, call: ApiCall, caller: str) -> Response | None:
        """Return the response for the calling account, or None for a call that lists nothing."""
        if caller != AUDITOR_ACCOUNT:
            message = "You don't have permissions to access this resource."
            return http_adapter.json_error(400, "AccessDeniedException", message)
        parent = call.parameters.get("ParentId", _ROOT)
        answers = {
            "ListRoots": ("Roots", [_entry("root", _ROOT, "Root")]),
            "ListOrganizationalUnitsForParent": ("OrganizationalUnits", self._units(parent)),
            "ListAccountsForParent": (
                "Accounts",
                [_account_entry(account) for account in self._accounts if self._ids[account.ou] == parent],
            ),
            "ListAccounts": ("Accounts", [_account_entry(account) for account in self._accounts]),
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
