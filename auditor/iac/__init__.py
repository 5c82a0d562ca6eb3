"""Judges files that describe resources before deployment, with the checks of the nightly run.

`read` parses the text of a file, `judge` applies checks to it. Nothing here opens a file. README.md in this folder
explains how unresolved values are judged; a folder per AWS service maps documents to facts.
"""

from auditor.iac.declared import FileContents
from auditor.iac.judging import judge
from auditor.iac.parameters import parse_parameters
from auditor.iac.reading import read

__all__ = ["FileContents", "judge", "parse_parameters", "read"]
