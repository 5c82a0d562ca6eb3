"""The real command without waits between retries and without rate limits, for tests of results and not of timing."""

from auditor.aws import rate_limit, retry
from auditor.cli import main

_UNLIMITED = rate_limit.RateLimit("plenty", 1e6, 1e6)

vars(retry).update(_FIRST_WAIT=0.01, _LONGEST_WAIT=0.01)
vars(rate_limit)["rate_limit"] = lambda _service, _operation: _UNLIMITED

if __name__ == "__main__":
    main()
