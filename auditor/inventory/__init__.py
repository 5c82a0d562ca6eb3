"""Who is audited: inventory text into targets.

`parse` reads our own format, the accounts file of c7n-org and an export of AWS Organizations, told apart by shape.
`Inventory.merge` lays the file over what the organization lists, and `narrow` restricts one run to a part of it.
"""

from auditor.inventory.filter import filter_targets
from auditor.inventory.model import DEFAULT_ROLE_NAME, Defaults, Discover, Entry, Inventory
from auditor.inventory.parse import parse

__all__ = ["DEFAULT_ROLE_NAME", "Defaults", "Discover", "Entry", "Inventory", "filter_targets", "parse"]
