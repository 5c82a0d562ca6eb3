"""The real command, but for its patience: it waits neither between two attempts nor for the rate budget.

For tests about what comes out, and not about how long it takes.
"""

from auditor.aws import rate_limit, retry
from auditor.cli import main

_PLENTY = rate_limit.RateLimit("plenty", 1e6, 1e6)

vars(retry).update(_FIRST_WAIT=0.01, _LONGEST_WAIT=0.01)
rate_limit._BUCKETS.update(dict.fromkeys((*rate_limit._BUCKETS, ("ec2", "DescribeRegions")), _PLENTY))

if __name__ == "__main__":
    main()
