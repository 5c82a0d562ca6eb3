"""Checks without Python: one YAML file each, with JMESPath over plain data. The only home of jmespath.

`load` turns folders into checks and problems; `model` says what the expressions may read.
"""

from auditor.yaml_checks.load import Found, load

__all__ = ["Found", "load"]
