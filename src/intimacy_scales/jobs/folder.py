"""Scoring of many files, each to a file of its own; an interrupted run is resumed by the same call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, Unpack

from intimacy_scales.engines.answer_check import AnswerCheck, check_of, range_use_of
from intimacy_scales.engines.data_summary import DataSummary
from intimacy_scales.errors import IntimacyScalesError, ResponseError
from intimacy_scales.files.base import AnswerFile, FilePath, as_path
from intimacy_scales.files.formats import endings
from intimacy_scales.files.reading import Account
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.interop.answers.source_file import FileOptions, SourceFile, reads_files, split_options
from intimacy_scales.jobs.duckdb_parquet import open_by_duckdb
from intimacy_scales.jobs.executors import EngineName, executor_of
from intimacy_scales.jobs.parts import Part, parts_of
from intimacy_scales.jobs.parts_folder import PartsFolder
from intimacy_scales.jobs.paths import JobPaths
from intimacy_scales.jobs.scores import ScoreColumns, only_ticked, score_pass
from intimacy_scales.reading.options import reading_of
from intimacy_scales.reading.problems import Problems
from intimacy_scales.reading.range_use import RangeUse
from intimacy_scales.scoring.drafts import warn_if_draft
from intimacy_scales.scoring.summary import ScoreSummary

Gone = Literal["refuse", "keep"]
_ANY_NAME = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderReport:
    r"""The result of scoring many files.

    Attributes
    ----------
    summary
        Descriptive statistics of the scores that were written; None if no scores were.
    check
        Number of persons in all files, and of answers that are not valid, with examples from the parts that
        this run read.
    n_parts, n_done_before
        Number of files of answers, and how many of them an earlier run had finished.
    n_blank_rows
        Number of rows without any value.
    not_written
        Parts that were not written because some answers are not valid. After these are corrected, the same
        call continues with these parts.
    only_ticked
        As in `FileReport`.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from intimacy_scales.jobs import score_folder
    >>> with TemporaryDirectory() as folder:
    ...     for name in ("a", "b"):
    ...         _ = Path(folder, f"{name}.csv").write_text("kmss_1,kmss_2,kmss_3\n6,5,6\n")
    ...     report = score_folder("kmss", Path(folder, "*.csv"), output=Path(folder, "scores"))
    >>> report.n_parts, report.summary.scales[0].mean, report.check.n_problems
    (2, 17.0, 0)
    """

    summary: ScoreSummary | None
    check: AnswerCheck
    n_parts: int
    n_done_before: int
    n_blank_rows: int
    not_written: tuple[str, ...]
    only_ticked: tuple[str, ...]


class Outcome(NamedTuple):
    """The result of one part, as a worker returns it.

    Attributes
    ----------
    name
        Name of the part.
    error
        Why the part could not be read or written; None if it could.
    summary
        Its sums as bytes. They include values that are not valid, and so must never be stored.
    n_blank_rows
        Number of rows without any value.
    written
        Whether its scores were written.
    """

    name: str
    error: str | None
    summary: bytes = b""
    n_blank_rows: int = 0
    written: bool = False


class _CheckedAccount(Account):
    """An account that also counts answers that are not valid by item and kind."""

    def __init__(self, form: Instrument) -> None:
        super().__init__()
        self._form = form
        self.check = check_of(form, 0, Problems(), RangeUse(form))

    def add(self, n_persons: int, problems: Problems) -> None:
        """Count a batch."""
        super().add(n_persons, problems)
        self.check += check_of(self._form, n_persons, problems, RangeUse(self._form))


@dataclass(frozen=True, slots=True, kw_only=True)
class PartJob:
    """The function that scores a part, in this process or on a worker."""

    form: Instrument
    wanted: ScoreColumns
    folder: PartsFolder
    problems: Path | None
    source_file: SourceFile
    by_duckdb: bool

    def __call__(self, part: Part) -> Outcome:
        """Score a part, and write first its scores, then its account."""
        try:
            return self._score(part)
        except (IntimacyScalesError, OSError) as error:
            text = str(error)
            return Outcome(part.name, text if str(part.source) in text else f"{part.source}: {text}")

    def _score(self, part: Part) -> Outcome:
        """Score a part, and write its account if its scores were written."""
        stamp = part.stamp()
        self.folder.forget(part)  # results of answers that have changed since
        paths = JobPaths.of(part.source, self.folder.output_of(part), self._problems_of(part))
        account, used = _CheckedAccount(self.form), _QuietRangeUse(self.form)
        report = score_pass(
            self.form,
            paths,
            self.wanted,
            account,
            used,
            self.source_file,
            problems_if_any=True,
            open_by=self._open_by_duckdb if self.by_duckdb else None,
        )
        if paths.problems is not None and not report.n_problems:
            paths.problems.unlink(missing_ok=True)  # from a run before the answers were corrected
        check = replace(account.check, ends=used.ends())
        summary = DataSummary(instrument=self.form.ref, check=check, moments=None, scores=report.summary)
        if report.written:
            # the stored account must hold no answer and no person's id
            kept = replace(summary, check=replace(check, examples=(), values=()))
            entries = {"n_blank_rows": report.n_blank_rows, "summary": kept.to_dict()}
            self.folder.write_account(part, stamp, entries)
        return Outcome(part.name, None, summary.to_bytes(), report.n_blank_rows, report.written)

    def _open_by_duckdb(self, path: Path) -> AnswerFile:
        with self.source_file.open(path) as usual:  # raises where an option means nothing for the file
            facts = usual.facts
        file = open_by_duckdb(path)
        file.facts = facts
        return file

    def account_of(self, part: Part) -> Any | None:
        """Return the account of a finished part; None if it or a requested file of bad cells is missing."""
        account = self.folder.account_of(part)
        path = self._problems_of(part)
        if account is None or path is None or not account["summary"]["check"]["counts"]:
            return account
        return account if path.is_file() else None

    def _problems_of(self, part: Part) -> Path | None:
        if self.problems is None:
            return None
        path = self.problems / part.problems
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


class _QuietRangeUse(RangeUse):
    """The used ends of ranges in one part, without a warning, which needs all parts."""

    def warn(self) -> None:
        """Do nothing."""


@reads_files
def score_folder(
    form: Instrument | str | Path,
    source: FilePath | Sequence[FilePath],
    *,
    output: FilePath,
    problems: FilePath | None = None,
    answered: bool = False,
    pomp: bool = False,
    engine: EngineName | None = None,
    gone: Gone = "refuse",
    progress: Callable[[int, int], Any] = lambda _done, _all: None,
    **reading: Unpack[FileOptions],
) -> FolderReport:
    r"""Score many files of answers, each to a file of its own.

    An interrupted run is resumed by the same call: finished parts are not read again, unless their file has
    changed. Each part is written completely or not at all.

    Parameters
    ----------
    form
        The instrument, its id, or the path of its file.
    source
        A folder (with its subfolders, except names that begin with ``_`` or ``.``), a pattern such as
        ``answers/*.parquet``, or a list of files.
    output
        A folder, which is created if missing: the scores of ``answers/a.csv`` are written to ``a.csv`` in it.
        A pattern as the last name, such as ``scores/*.parquet``, sets the format of all.
    problems
        Folder for a CSV file of bad cells for each part that has any.
    answered, pomp
        As in `score_file`.
    engine
        ``"dask"`` or ``"spark"`` scores several parts at a time, with Dask's current scheduler or the active
        Spark session; their workers must see the same folders. ``"duckdb"`` reads Parquet files, one after
        another. None: this process, one after another.
    gone
        What to do if files behind scores of an earlier run no longer exist: ``"refuse"`` (raise an error), or
        ``"keep"`` these scores and count them in the summary.
    progress
        Called with the number of finished parts, and of all parts.
    **reading
        As in `score_file`; every file is opened with the same options, and one that means nothing
        for a file is an error. With ``on_invalid="raise"``, parts with bad cells are not written; the others
        are.

    Returns
    -------
    FolderReport

    Raises
    ------
    ResponseError
        A file cannot be read or written (parts before it remain finished); or the folder holds the scores of
        a different run, or of files that no longer exist.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     for name in ("a", "b"):
    ...         _ = Path(folder, f"{name}.csv").write_text("kmss_1,kmss_2,kmss_3\n6,5,6\n")
    ...     runs = [score_folder("kmss", Path(folder, "*.csv"), output=Path(folder, "scores")) for _ in "12"]
    ...     written = sorted(path.name for path in Path(folder, "scores").glob("*.csv"))
    >>> written, [run.n_done_before for run in runs]
    (['a.csv', 'b.csv'], [0, 2])
    """
    source_file, answers = split_options(reading)
    options = reading_of(answers)
    form = options.form(as_instrument(form))
    warn_if_draft(form.ref)
    wanted = ScoreColumns.of(form, options, answered=answered, pomp=pomp)
    target, ending = _target_of(as_path(output, "output"))
    parts = parts_of(source, target, ending)
    request = _request(form, wanted, parts.folder, ending, source_file.to_dict())
    problems_folder = None if problems is None else as_path(problems, "problems")
    _check_problems(problems_folder, parts.folder, target)
    folder = PartsFolder(target, request)
    if problems_folder is not None:
        replaceable = () if folder.is_begun else [part.problems for part in parts.parts]
        PartsFolder(problems_folder, request, replaceable=replaceable)  # refuses a folder with other files
    job = PartJob(
        form=form,
        wanted=wanted,
        folder=folder,
        problems=problems_folder,
        source_file=source_file,
        by_duckdb=engine == "duckdb",
    )
    with folder.alone(job.problems):
        gone_accounts = folder.gone(parts)
        if gone != "keep":
            folder.refuse_gone(gone_accounts)
        return _report(form, job, parts.parts, gone_accounts, executor_of(engine), progress)


def _target_of(output: Path) -> tuple[Path, str | None]:
    """Return the folder of the scores, and the ending of their files if one was given."""
    if output.stem == _ANY_NAME and output.suffix:
        if output.suffix.lower() not in endings(output=True).split(", "):
            raise ResponseError(f"{output}: files of scores end in {endings(output=True)}")
        return output.parent, output.suffix.lower()
    if output.is_file() or output.suffix:
        raise ResponseError(
            f"{output}: scores of several files are written to a folder; pass a folder, or a pattern such as "
            f"'{output.with_suffix('')}/*{output.suffix or '.csv'}'"
        )
    return output, None


def _check_problems(problems: Path | None, answers: Path, scores: Path) -> None:
    """Raise if files of bad cells would be written among answers or scores."""
    if problems is None:
        return
    for other, what in ((answers, "answers"), (scores, "scores")):
        if other.resolve() in (problems.resolve(), *problems.resolve().parents):
            raise ResponseError(
                f"{problems}: files of bad cells would be among the {what}; choose another folder"
            )


def _request(
    form: Instrument, wanted: ScoreColumns, answers: Path, ending: str | None, others: Mapping[str, Any]
) -> dict[str, Any]:
    """Return everything that scores depend on, by name."""
    from intimacy_scales import __version__

    reading = {name: repr(value) for name, value in asdict(wanted.reading).items()}
    return {
        "written_by": __version__,
        "instrument": f"{form.ref.told_apart}, digest {form.digest}",
        "answers": str(answers.resolve()),
        "ending": ending,
        "answered": wanted.answered,
        "pomp": wanted.pomp,
        **others,
        **reading,
    }


def _outcomes(
    job: PartJob,
    left: Sequence[Part],
    n_parts: int,
    execute: Callable[..., Any],
    progress: Callable[[int, int], Any],
) -> list[Outcome]:
    """Score the parts that are left, and return their outcomes.

    Raises
    ------
    ResponseError
        A part could not be read or written.
    """
    progress(n_parts - len(left), n_parts)
    outcomes: list[Outcome] = []
    for outcome in execute(job, left):
        if outcome.error is not None:
            raise ResponseError(outcome.error)
        outcomes.append(outcome)
        progress(n_parts - len(left) + len(outcomes), n_parts)
    return outcomes


def _report(
    form: Instrument,
    job: PartJob,
    parts: Sequence[Part],
    gone_accounts: Mapping[str, Any],
    execute: Callable[..., Any],
    progress: Callable[[int, int], Any],
) -> FolderReport:
    """Score the parts that are left, and add up all parts in their order."""
    finished = {part.name: job.account_of(part) for part in parts}
    left = [part for part in parts if finished[part.name] is None]
    outcomes = _outcomes(job, left, len(parts), execute, progress)
    accounts = [*gone_accounts.values(), *(account for account in finished.values() if account is not None)]
    summaries = [DataSummary.from_dict(account["summary"], instrument=form) for account in accounts]
    written = list(summaries)
    n_blank_rows = sum(account["n_blank_rows"] for account in accounts)
    for outcome in outcomes:
        summaries.append(DataSummary.from_bytes(outcome.summary, instrument=form))
        written += summaries[-1:] if outcome.written else []
        n_blank_rows += outcome.n_blank_rows
    check = sum((summary.check for summary in summaries[1:]), summaries[0].check)
    used = range_use_of(check)
    used.warn()
    scores = [summary.scores for summary in written if summary.scores is not None]
    score_summary = sum(scores[1:], scores[0]) if scores else None
    return FolderReport(
        summary=score_summary,
        check=check,
        n_parts=len(parts) + len(gone_accounts),
        n_done_before=len(accounts),
        n_blank_rows=n_blank_rows,
        not_written=tuple(outcome.name for outcome in outcomes if not outcome.written),
        only_ticked=only_ticked(form, score_summary)
        if used.only_ticked and score_summary is not None
        else (),
    )
