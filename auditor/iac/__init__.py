"""Floor 5: files that describe what is not deployed yet, judged by the checks of the nightly run.

`read` makes of a text what it holds, `judge` says what the checks say of it. The room is pure: it opens no file.
"""

from auditor.iac.declared import Contents
from auditor.iac.ecs.to_facts import KINDS
from auditor.iac.judging import judge
from auditor.iac.reading import read

__all__ = ["KINDS", "Contents", "judge", "read"]
