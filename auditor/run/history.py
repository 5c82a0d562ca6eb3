"""The history of a run's accounts: what the earlier run left of each, and the comparison with it."""

from auditor.archive.history import PastAccount, read_past_account
from auditor.domain.comparison import Baseline, UnreadHistory
from auditor.domain.past_finding import KeysByRegion
from auditor.domain.result import AccountResult
from auditor.domain.scope import Account
from auditor.history.compare import ComparedAccount, Examination, compare, watched
from auditor.store.store import Store


class AccountHistory:
    """Reads what the earlier run left, and compares. Every method may be called from any thread."""

    def __init__(self, store: Store, baseline: Baseline, examination: Examination) -> None:
        """Read nothing. `examination` is what this run looks at."""
        self.baseline = baseline
        self.examination = examination
        self._store = store
        #: The accounts that are being examined, by ID.
        self._past: dict[str, PastAccount] = {}

    def watch(self, account: Account) -> KeysByRegion:
        """Read the history of an account that is about to be examined, and return its open findings."""
        past = self._past[account.id] = self.read(account.id)
        return watched(past.findings or ())

    def compare(self, result: AccountResult) -> tuple[ComparedAccount, PastAccount]:
        """Compare an account that ended, and drop its history."""
        past = self._past.pop(result.account.id, None) or self.read(result.account.id)
        return compare(past.findings, result, self.examination), past

    def read(self, account_id: str) -> PastAccount:
        """Return what the earlier run left of an account."""
        return read_past_account(self._store, self.baseline, account_id)


def unread_history(account_id: str, past: PastAccount) -> UnreadHistory | None:
    """Return why an account was not compared; None if it was, or if there is no earlier run."""
    return UnreadHistory(account_id, past.problem) if past.problem else None
