"""Compare the findings of a run with those of an earlier run. Pure.

Missing coverage never resolves a finding: it is resolved if it was judged again, and gone if the place where it was has
been examined in full. Everything else that failed before is stale.
"""
