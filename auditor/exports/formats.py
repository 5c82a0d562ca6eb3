"""The formats by name."""

from collections.abc import Callable, Iterator

from auditor.domain.export_format import ExportFormat
from auditor.exports import asff, csv_files, ocsf, oscal, security_lake
from auditor.exports.model import AccountExport, ExportFile

#: What turns the rows of an account into the files of a format, below a folder of the format's name.
FILES: dict[ExportFormat, Callable[[AccountExport], Iterator[ExportFile]]] = {
    ExportFormat.CSV: csv_files.files,
    ExportFormat.OCSF: ocsf.files,
    ExportFormat.ASFF: asff.files,
    ExportFormat.PARQUET: security_lake.files,
    ExportFormat.OSCAL: oscal.files,
}
