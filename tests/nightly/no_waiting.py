"""The real command, but for its patience: it waits neither between two attempts nor for the rate budget.

For tests about what comes out, and not about how long it takes.
"""

from auditor.aws import rate_limit, retry
from auditor.cli import main

_UNLIMITED = rate_limit.RateLimit("plenty", 1e6, 1e6)

vars(retry).update(_FIRST_WAIT=0.01, _LONGEST_WAIT=0.01)
vars(rate_limit)["rate_limit"] = lambda _service, _operation: _UNLIMITED

if __name__ == "__main__":
    main()
