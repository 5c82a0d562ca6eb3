"""Which accounts are audited: inventory text into targets.

`parse` reads three formats, told apart by shape: auditor's own, the accounts file of c7n-org, and an export of AWS
Organizations. `Inventory.merge` combines the file with the accounts that the organization lists, and `filter_targets`
restricts one run to a part of them.
"""

from auditor.inventory.filter import filter_targets
from auditor.inventory.model import DEFAULT_ROLE_NAME, Defaults, Discover, Entry, Inventory, exclude_inactive
from auditor.inventory.parse import parse

__all__ = [
    "DEFAULT_ROLE_NAME",
    "Defaults",
    "Discover",
    "Entry",
    "Inventory",
    "exclude_inactive",
    "filter_targets",
    "parse",
]
