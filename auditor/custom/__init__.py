"""Checks without Python: one YAML file each, with JMESPath over plain data. The only home of jmespath.

`load` turns folders into checks and problems; `model` says what the expressions may read.
"""

from auditor.custom.load import Found, load

__all__ = ["Found", "load"]
