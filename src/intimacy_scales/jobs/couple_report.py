"""The report of couples from a file of answers, and its folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Unpack, cast

from intimacy_scales.dyads import CoupleReport, Dyads, couple_report
from intimacy_scales.dyads.dyads import BothPartners
from intimacy_scales.dyads.faults import PairingFaults
from intimacy_scales.dyads.pairing import OnFault
from intimacy_scales.dyads.report.couple_rows import couple_rows
from intimacy_scales.dyads.report.model_variables import names_of_option
from intimacy_scales.errors import InvalidResponsesError, PairingError, ResponseError, ResponseProblem
from intimacy_scales.files.base import FilePath, as_path
from intimacy_scales.files.reading import Account, ProblemFile
from intimacy_scales.files.replacement import write_text
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.interop.answers.mapping_report import MappingReport
from intimacy_scales.interop.answers.source_file import CoupleFileOptions, reads_files, split_options
from intimacy_scales.jobs.couples import read_couples
from intimacy_scales.jobs.job import Progress
from intimacy_scales.jobs.paths import JobPaths
from intimacy_scales.jobs.report_file import check_writer, content_with_pictures, json_text
from intimacy_scales.jobs.report_folder import ReportFolder
from intimacy_scales.messages import not_one_of, shortened, suggest
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.reading.advice import LikelyMissingCode, Remedy
from intimacy_scales.reading.columns import ColumnMap
from intimacy_scales.reading.frames.base import no_column
from intimacy_scales.reading.options import as_keep, reading_of
from intimacy_scales.reading.problems import Problems
from intimacy_scales.results.csv_text import csv_text
from intimacy_scales.results.frames import pandas_frame
from intimacy_scales.results.pictures import PictureFiles

Draw = Callable[[Dyads, CoupleReport], Sequence[PictureFiles]]
Also = Literal["docx", "pdf"]
ALSO = ("docx", "pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleFileReport:
    r"""The result of computing a report of couples from a file of answers.

    Attributes
    ----------
    report
        The report; None if bad cells prevented it.
    n_rows, n_problems, n_blank_rows
        Number of rows read, of bad cells, and of rows without any value.
    first_problems, likely_missing_code, remedy
        The first 20 bad cells, the value that is probably a missing code, and advice.
    faults
        Faults of pairing of the couples that were left out.
    files
        The files that were written.
    mapping
        How the file was read; None if bad cells prevented the report.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "couples.csv")
    ...     _ = path.write_text("w1,w2,w3,h1,h2,h3\n6,5,6,7,7,7\n5,5,-9,4,4,5\n")
    ...     result = couple_report_file("kmss", path, partners={"w": "w{n}", "h": "h{n}"})
    >>> result.report, result.n_problems, result.first_problems[0].column
    (None, 1, 'w3')
    """

    report: CoupleReport | None
    n_rows: int
    n_problems: int
    n_blank_rows: int
    first_problems: tuple[ResponseProblem, ...]
    likely_missing_code: LikelyMissingCode | None
    remedy: Remedy | None
    faults: PairingFaults
    files: tuple[Path, ...]
    mapping: MappingReport | None = None


@reads_files
def couple_report_file(
    instrument: Instrument | str | Path,
    source: FilePath,
    *,
    output: FilePath | None = None,
    problems: FilePath | None = None,
    faults: FilePath | None = None,
    partners: BothPartners | None = None,
    columns: ColumnMap = None,
    couple: str | None = None,
    person: str | BothPartners | None = None,
    role: str | BothPartners | bool | None = None,
    time: str | None = None,
    occasion: Any = None,
    keep: str | Sequence[str] | Mapping[str, Any] = (),
    roles: Sequence[Any] | None = None,
    mixed: bool = False,
    on_fault: OnFault = "raise",
    outcome: str | None = None,
    predictors: str | Sequence[str] = (),
    covariates: str | Sequence[str] = (),
    scales: Sequence[str] | None = None,
    confidence_level: float = 0.95,
    invariance: bool | None = None,
    rng: int | None = 0,
    draw: Draw | None = None,
    also: Sequence[Also] = (),
    progress: Progress = lambda _done, _all: None,
    **reading: Unpack[CoupleFileOptions],
) -> CoupleFileReport:
    """Compute the report of couples from a file of answers, and write it to a folder.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or `Path` of one, that both partners answered.
    source
        A file of answers with a known format, such as .csv.
    output
        A folder, which is missing, empty, or holds an earlier report: ``report.html``, ``report.md``,
        ``report.json``, ``tables/`` with a CSV file for each table, ``couple_scores.csv`` with the scores of
        each couple, and ``pictures/``.
    problems, faults
        Write every bad cell, and every fault of pairing, to these CSV files.
    partners, columns, couple, person, role, time, roles, mixed, on_fault
        As in `read_couples`.
    occasion
        The occasion to report, where couples answered on several.
    keep
        Further columns, for the actor-partner model. Covariates are kept anyway, and in a file with one row
        for each person the outcome and predictors that are not scales.
    outcome, predictors, covariates, scales, confidence_level, invariance, rng
        As in `couple_report`.
    draw
        Function that draws the pictures, such as `couple_pictures`; None: the folder has no pictures.
    also
        Further files of the report: ``docx`` for ``report.docx``, ``pdf`` for ``report.pdf``.
    progress
        Called with the amount done, and the total amount.
    **reading
        How the file is opened and answers are read, as in `read_couples`. With ``on_invalid="raise"``, any
        bad cell prevents the report.

    Returns
    -------
    CoupleFileReport

    Raises
    ------
    PairingError
        Rows that cannot be paired; holds every fault.
    ResponseError
        The file cannot be read, columns are missing, or the report cannot be written.
    MissingDependencyError
        What writes .docx or .pdf files is not installed.
    EstimationError
        Options are not valid.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from intimacy_scales import simulate
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "answers.csv")
    ...     simulate("kmss", 100, couples=0.5, rng=1).answers.to_csv(path, index=False)
    ...     result = couple_report_file("kmss", path, couple="couple", person="partner")
    >>> result.n_rows, result.report.n_couples
    (100, 50)
    """
    paths = JobPaths.of(source, faults, problems)
    also = _checked_also(also, output)
    folder = None
    if output is not None:
        folder = ReportFolder(as_path(output, "output"), [paths.source, paths.problems, paths.output])
    form = reading_of(split_options(reading)[1]).form(as_instrument(instrument))
    asked = names_of_option("predictors", predictors)
    shared = names_of_option("covariates", covariates)
    of_model = [*shared, *([outcome, *asked] if partners is None else [])]
    keep = _with_columns(keep, [name for name in of_model if name and name not in form.scale_ids])
    try:
        couples = read_couples(
            instrument, source, partners=partners, columns=columns, couple=couple, person=person, role=role,
            time=time, keep=keep, roles=roles, mixed=mixed, on_fault=on_fault, progress=progress, **reading,
        )  # fmt: skip
    except InvalidResponsesError as error:
        assert isinstance(error.problems, Problems)
        account = Account()
        account.add(0, error.problems)
        _write_problems(paths.problems, error.problems)
        return _result(account, form, report=None, faults=PairingFaults())
    except PairingError as error:
        _write_faults(paths.output, error.faults)
        raise
    except ResponseError as error:
        options = (("outcome", [outcome]), ("predictors", asked), ("covariates", shared))
        for option, names in options:
            for name in names:
                if name in of_model and str(error).startswith(f"keep: {no_column(name)}"):
                    raise ResponseError(_no_variable(option, name, str(error), form)) from None
        raise
    _write_problems(paths.problems, couples.dyads.problems)
    _write_faults(paths.output, couples.dyads.faults)
    dyads = _on_occasion(couples.dyads, occasion)
    report = couple_report(
        dyads, outcome=outcome, predictors=asked, covariates=shared, scales=scales,
        confidence_level=confidence_level, invariance=invariance, rng=rng,
    )  # fmt: skip
    files: tuple[Path, ...] = ()
    if folder is not None:
        pictures = () if draw is None else draw(dyads, report)
        files = folder.write(report_files(dyads, report, pictures, also))
    return _result(
        couples.account, form, report=report, faults=dyads.faults, files=files, mapping=couples.mapping
    )


def _no_variable(option: str, name: Any, text: str, form: Instrument) -> str:
    """Return the message that a variable of the model is neither a scale nor a column."""
    columns = text.partition("; ")[2].removeprefix("it has ")
    known = [*form.scale_ids, *(column.strip("'") for column in columns.split(", "))]
    return (
        f"{option}={name!r} is not a scale of {form.id} ({', '.join(form.scale_ids)}), and the table has no "
        f"such column ({columns}){suggest(name, known)}"
    )


def _checked_also(also: Sequence[Also], output: Any) -> tuple[Also, ...]:
    """Return the further files of the report, checked before anything is read."""
    names = as_names("also", also, ", ".join(ALSO))
    for name in names:
        if name not in ALSO:
            raise ResponseError(not_one_of("also", name, ALSO))
        if output is None:
            raise ResponseError(f"also={name!r} is written to the folder of the report; pass output=")
        check_writer(f".{name}")
    return cast("tuple[Also, ...]", names)


def _with_columns(keep: str | Sequence[str] | Mapping[str, Any], names: Sequence[str]) -> Any:
    """Return what is kept, with further columns that are not kept yet."""
    if isinstance(keep, Mapping):
        return {**keep, **{name: name for name in names if name not in keep}}
    return list(dict.fromkeys([*as_keep(keep), *names]))


def _result(
    account: Account,
    form: Instrument,
    *,
    report: CoupleReport | None,
    faults: PairingFaults,
    files: tuple[Path, ...] = (),
    mapping: MappingReport | None = None,
) -> CoupleFileReport:
    return CoupleFileReport(
        report=report,
        n_rows=account.n_persons,
        n_problems=account.n_problems,
        n_blank_rows=account.n_blank_rows,
        first_problems=tuple(account.first),
        likely_missing_code=account.likely_missing_code,
        remedy=account.remedy(form),
        faults=faults,
        files=files,
        mapping=mapping,
    )


def _write_problems(path: Path | None, problems: Problems) -> None:
    with ProblemFile(path) as file:
        file.write(problems)


def _write_faults(path: Path | None, faults: PairingFaults) -> None:
    """Write a row for each row of the answers with a fault; row 1 is the first after the header."""
    if path is not None:
        frame = faults.to_frame()
        columns = {name: frame[name].tolist() for name in frame.columns}
        columns["row"] = [row + 1 for row in columns["row"]]
        write_text(path, csv_text(pandas_frame(columns)))


def _on_occasion(dyads: Dyads, occasion: Any) -> Dyads:
    """Return the couples on one occasion; in a file, its label is a text or a number."""
    if occasion is None:
        return dyads
    labels = [] if dyads.time_labels is None else list(dyads.time_labels.values)
    by_text = {str(label): label for label in labels}
    if str(occasion) not in by_text:
        listed = ", ".join(map(shortened, labels))
        raise ResponseError(
            f"there is no occasion {shortened(occasion)}; allowed: {listed or 'none'}"
            f"{suggest(str(occasion), list(by_text))}"
        )
    return dyads.at(by_text[str(occasion)])


def report_files(
    dyads: Dyads,
    report: CoupleReport,
    pictures: Sequence[PictureFiles] = (),
    also: Sequence[Also] = (),
) -> dict[str, bytes]:
    """Return name → content of each file in the folder of a report."""
    texts = {
        "report.html": report.to_html(pictures),
        "report.md": report.to_markdown(),
        "report.json": json_text(report),
        "couple_scores.csv": csv_text(pandas_frame(couple_rows(dyads, report))),
    }
    texts |= {f"tables/{table.name}.csv": table.to_csv() for table in report.tables()}
    files = {name: text.encode("utf-8", "backslashreplace") for name, text in texts.items()}
    for name in also:
        files[f"report.{name}"] = content_with_pictures(report, f".{name}", pictures)
    for drawn in pictures:
        files |= {f"pictures/{name}": content for name, content in drawn.files().items()}
    return files
