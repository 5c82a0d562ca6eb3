"""The check catalogue: list of checks, manual page of a check, and reference of the facts that checks read."""
