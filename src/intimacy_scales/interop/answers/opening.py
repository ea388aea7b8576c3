"""Any file of answers, opened by the reader of the platform that wrote it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import AnswerFile, FilePath, as_path
from intimacy_scales.files.delimited import DelimitedFile
from intimacy_scales.files.formats import has_own_encoding, open_answers
from intimacy_scales.files.head import Head
from intimacy_scales.files.spreadsheet import SpreadsheetFile
from intimacy_scales.interop.answers.bids import BidsFile
from intimacy_scales.interop.answers.fhir import FhirFile
from intimacy_scales.interop.answers.form_headers import describe_header
from intimacy_scales.interop.answers.formr import FormrJson, FormrTable
from intimacy_scales.interop.answers.json_answers import JsonAnswersFile
from intimacy_scales.interop.answers.json_source import begins_json, read_json
from intimacy_scales.interop.answers.jspsych import JspsychFile
from intimacy_scales.interop.answers.limesurvey import LimesurveyFile
from intimacy_scales.interop.answers.platform import OpenOptions, Platform
from intimacy_scales.interop.answers.qualtrics import QualtricsFile
from intimacy_scales.interop.answers.redcap import RedcapFile
from intimacy_scales.interop.answers.redcap_odm import RedcapOdmFile
from intimacy_scales.interop.answers.reproschema import ReproSchemaFile
from intimacy_scales.interop.answers.sas_transport import TransportFile
from intimacy_scales.interop.answers.spss_portable import PortableFile
from intimacy_scales.interop.answers.statistics_files import SasFile, SpssFile, StataFile
from intimacy_scales.interop.answers.surveyjs import SurveyjsJson, SurveyjsTable
from intimacy_scales.interop.answers.table_heads import check_not_old
from intimacy_scales.interop.answers.xlsform import SubmissionJson, SubmissionTable, SubmissionWorkbook
from intimacy_scales.reading.columns import check_width
from intimacy_scales.reading.ids import id_column

PLATFORMS: tuple[type[Platform], ...] = (
    SpssFile,
    PortableFile,
    StataFile,
    SasFile,
    TransportFile,
    QualtricsFile,
    RedcapOdmFile,
    FhirFile,
    ReproSchemaFile,
    JspsychFile,
    FormrJson,
    SubmissionJson,
    SurveyjsJson,
    RedcapFile,
    LimesurveyFile,
    FormrTable,
    SubmissionTable,
    SubmissionWorkbook,
    BidsFile,
    SurveyjsTable,
)
ENDINGS = (".sav", ".zsav", ".por", ".dta", ".xpt", ".sas7bdat")
"""Endings of files of platforms that hold answers only, in addition to those of tables."""
ENDINGS_OF_ANY = (".json", ".jsonld", ".xml")
"""Endings of files of platforms that may also be surveys, or descriptions of tables."""


def open_file(
    path: FilePath,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    structure: FilePath | None = None,
    all_rows: bool = False,
    skip_rows: int = 0,
) -> AnswerFile:
    r"""Open a file of answers by its content: the export of a platform, or a plain table.

    Parameters
    ----------
    path
        The file.
    encoding, sheet, skip_rows
        As in `open_answers`.
    structure
        A file that describes the questions and options, such as a Qualtrics survey (.qsf).
    all_rows
        Keep rows that a platform marks as previews or tests.

    Raises
    ------
    ResponseError
        There is no such file, it is damaged, it is not a file of answers, or the structure does not belong to
        its platform.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "export.csv")
    ...     _ = path.write_text('Q1\nHow are you?\n"{""ImportId"":""QID1""}"\n4\n')
    ...     with open_file(path) as file:
    ...         print(file.facts.platform, file.facts.of("Q1").question)
    Qualtrics How are you?
    """
    source = as_path(path, "path")
    file = _opened(source, encoding, sheet, structure, all_rows=all_rows, skip_rows=skip_rows)
    given = {
        "encoding": encoding,
        "sheet": sheet,
        "structure": None if structure is None else str(structure),
        "all_rows": all_rows,
        "skip_rows": skip_rows,
    }
    file.facts.opening = {name: value for name, value in given.items() if value}
    return file


def _opened(
    source: Path,
    encoding: str | None,
    sheet: str | None,
    structure: FilePath | None,
    *,
    all_rows: bool,
    skip_rows: int,
) -> AnswerFile:
    """Open a file; arguments and errors as of `open_file`."""
    described_by = None if structure is None else _structure(structure)
    how = OpenOptions(encoding, described_by, all_rows, sheet)
    platform = _platform_of(source, described_by, sheet) if source.is_file() else None
    if platform is not None:
        _check_options(source, platform, how, skip_rows)
        return platform(source, how)
    if source.is_file() and all_rows:
        raise _reads_all_rows(source)
    if described_by is not None:
        if begins_json(Head.of(described_by)):
            read_json(described_by, f"structure={str(described_by)!r}")  # raises if it is damaged
        kinds = ", ".join(sorted({p.structure_is for p in PLATFORMS if p.structure_is is not None}))
        raise ResponseError(
            f"structure={str(described_by)!r}: {source} was not written by a platform whose structure is "
            f"read; allowed: {kinds}"
        )
    file = open_answers(source, encoding=encoding, sheet=sheet, skip_rows=skip_rows)
    check_width(len(file.names))  # before names are compared, which takes seconds for a million
    if isinstance(file, DelimitedFile | SpreadsheetFile):
        describe_header(file, file.names)
    if file.facts.row_id is None:
        name = id_column(file.names)
        if name is not None and (not isinstance(file, SpreadsheetFile) or file.has_values(name)):
            file.facts.row_id = name
    return file


def _check_options(path: Path, platform: type[Platform], how: OpenOptions, skip_rows: int) -> None:
    """Raise for an option that means nothing for files of a platform; it would be ignored."""
    if how.structure is not None and platform.structure_is is None:
        raise ResponseError(f"structure={str(how.structure)!r}: {path} needs none; leave it out")
    if how.all_rows and platform.leaves_out is None:
        raise _reads_all_rows(path)
    if how.sheet is not None and not issubclass(platform, SpreadsheetFile):
        raise ResponseError(f"{path}: is not a workbook, and has no sheet {how.sheet!r}; leave sheet= out")
    if how.encoding is not None and not platform.has_encoding:
        raise has_own_encoding(path)
    if skip_rows:
        raise ResponseError(
            f"{path}: the tool that wrote it is recognised, and with it where its names are; leave "
            "skip_rows= out"
        )


def _reads_all_rows(path: Path) -> ResponseError:
    kinds = ", ".join(sorted({p.leaves_out for p in PLATFORMS if p.leaves_out is not None}))
    return ResponseError(
        f"{path}: all its rows are read anyway, so that all_rows=True means nothing; it is for {kinds}. "
        "Leave it out"
    )


def _structure(structure: FilePath) -> Path:
    path = as_path(structure, "structure")
    if path.is_dir() and (schemas := list(islice(path.glob("*_schema"), 2))):
        if len(schemas) > 1:
            raise ResponseError(f"structure={str(path)!r}: has several schemas; pass the file of one of them")
        return schemas[0]
    if not path.is_file():
        raise ResponseError(f"structure={str(path)!r}: there is no such file")
    check_not_old(path)
    return path


def _platform_of(path: Path, structure: Path | None, sheet: str | None) -> type[Platform] | None:
    """Return the platform that wrote a file, by its content, or else by the structure passed with it."""
    head = Head.of(path, sheet)
    detected = next((platform for platform in PLATFORMS if platform.detect(head)), None)
    if detected is None and structure is not None:
        detected = next((p for p in PLATFORMS if p.is_described_by(head, structure)), None)
    if detected is None and structure is None and JsonAnswersFile.detect(head):
        return JsonAnswersFile
    return detected
