"""Checks written in YAML: one file per check, with JMESPath expressions over facts as plain data.

`load` reads folders of such files; `model` defines what the expressions can read.
"""

from auditor.yaml_checks.load import LoadedChecks, load

__all__ = ["LoadedChecks", "load"]
