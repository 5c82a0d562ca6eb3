"""The formats of other tools in which a run can write its results, in addition to its rows."""

from enum import StrEnum


class ExportFormat(StrEnum):
    """A format that `--export` names."""

    CSV = "csv"
    OCSF = "ocsf"
    ASFF = "asff"
    PARQUET = "parquet"
    OSCAL = "oscal"
