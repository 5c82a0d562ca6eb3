"""Ask AWS Organizations, once, which of its accounts an inventory without discovery leaves out.

The answer changes no coverage: these accounts were not expected. It only keeps the verdict from reading as if it
were about the whole organization, so that a refusal or a slow answer never ends the run.
"""

from collections.abc import Iterable, Iterator

from auditor.aws.calls import CallContext, RegionClient
from auditor.aws.clients import Clients, Connection
from auditor.aws.errors import ApiCallError
from auditor.aws.organizations import list_accounts
from auditor.aws.retry import RetryQuota
from auditor.aws.roles import DefaultCredentials
from auditor.domain.clock import Stopped
from auditor.domain.events import Level, Notice
from auditor.domain.reason import Reason
from auditor.domain.scope import Target
from auditor.domain.unlisted_accounts import MOST_NAMED, UnlistedAccount, UnlistedAccounts
from auditor.engine.clock import RunClock
from auditor.inventory import exclude_inactive
from auditor.run.aws_context import AwsContext

#: The longest that the list, and one answer, may take (seconds). 1,000 accounts are 50 pages, 10 of them a second. An
#: answer that is on its way at the end of the list's time has the usual grace of five seconds.
_MOST_SECONDS = 15.0
_ANSWER_SECONDS = 5.0
_CONNECT_SECONDS = 3.0
_RETRIES = 1


def find_unlisted(aws: AwsContext, targets: Iterable[Target], seconds: float = _MOST_SECONDS) -> UnlistedAccounts:
    """Return the active accounts of the organization that are not among `targets`. Raises IdentityError."""
    named = {target.account.id for target in targets}
    unlisted: dict[str, UnlistedAccount] = {}
    problem, detail = "", ""
    try:
        for account in list_accounts(_client(aws, seconds)):
            aws.clock.raise_if_stopped()
            if account.id not in named and exclude_inactive(account.state) is None:
                unlisted[account.id] = UnlistedAccount(account.id, account.name)
    except ApiCallError as error:
        code = error.info.code
        problem, detail = code if code.isalnum() else error.info.reason.value, error.info.detail
    except Stopped as stopped:
        # The run notices by itself if it was stopped; here it only means that the list has no end.
        ended = aws.clock.stopped is None
        problem = Reason.TIMEOUT.value if ended else stopped.reason.value
        detail = f"the list was not complete after {seconds:g} s" if ended else stopped.reason.headline
    return UnlistedAccounts(len(unlisted), tuple(sorted(unlisted.values())[:MOST_NAMED]), problem, detail)


def unlisted_notices(unlisted: UnlistedAccounts | None) -> Iterator[Notice]:
    """Say which accounts the inventory leaves out, and why AWS Organizations could not be asked."""
    if unlisted is None:
        return
    if unlisted.total:
        more = unlisted.total - len(unlisted.named)
        names = ", ".join(map(str, unlisted.named)) + (f" and {more:,} more" if more else "")
        yield Notice(Level.WARNING, "The inventory does not name every active account of the organization", names)
    if unlisted.problem:
        partly = " to the end" if unlisted.total else ""
        yield Notice(Level.INFO, f"AWS Organizations was not consulted{partly}", unlisted.detail)


def _client(aws: AwsContext, seconds: float) -> RegionClient:
    """Return a client with the credentials of this process whose calls end soon."""
    limits, clock = aws.limits, RunClock(seconds)
    connection = Connection(
        min(limits.connect_timeout, _CONNECT_SECONDS), min(limits.read_timeout, _ANSWER_SECONDS), pool=1
    )
    context = CallContext(
        Clients(connection),
        aws.call_context.rate_limiter,
        clock,
        lambda: max(clock.stopped_for, aws.clock.stopped_for),
        RetryQuota(_RETRIES),
    )
    credentials = DefaultCredentials(aws.call_context, aws.identity.account_id)
    return RegionClient(context, credentials, aws.call_context.clients.home_region)
