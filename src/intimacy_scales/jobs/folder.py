"""Many files of answers → one file of scores for each; a run that was stopped goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, Unpack

from intimacy_scales.engines.answer_check import AnswerCheck, check_of, range_use_of
from intimacy_scales.engines.data_summary import DataSummary
from intimacy_scales.errors import IntimacyScalesError, ResponseError
from intimacy_scales.files.base import FilePath, as_path
from intimacy_scales.files.formats import endings, open_answers
from intimacy_scales.files.reading import Account
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.jobs.duckdb_parquet import open_by_duckdb
from intimacy_scales.jobs.executors import EngineName, executor_of
from intimacy_scales.jobs.parts import Part, parts_of
from intimacy_scales.jobs.parts_folder import PartsFolder
from intimacy_scales.jobs.paths import JobPaths
from intimacy_scales.jobs.scores import ScoreColumns, only_ticked, score_pass
from intimacy_scales.reading.options import ReadingOptions, reading_of, reads_answers
from intimacy_scales.reading.problems import Problems
from intimacy_scales.reading.range_use import RangeUse
from intimacy_scales.scoring.drafts import warn_if_draft
from intimacy_scales.scoring.summary import ScoreSummary

Gone = Literal["refuse", "keep"]
_ANY_NAME = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderReport:
    """What came of scoring many files.

    Attributes
    ----------
    summary
        Descriptive statistics of the scores that were written; None where none were.
    check
        How many persons there are, in all files, and how many of their answers were not accepted; with
        examples of those parts that this run has read.
    n_parts, n_done_before
        Files of answers, and how many of them an earlier run had done.
    n_blank_rows
        Rows in which nothing stands.
    not_written
        Parts that were not written, as they hold answers that are not accepted. After these are mended the
        same call goes on with them.
    only_ticked
        As in `FileReport`.
    """

    summary: ScoreSummary | None
    check: AnswerCheck
    n_parts: int
    n_done_before: int
    n_blank_rows: int
    not_written: tuple[str, ...]
    only_ticked: tuple[str, ...]


class Outcome(NamedTuple):
    """What came of one part, as it travels from a worker.

    Attributes
    ----------
    name
        The part's.
    error
        Why it could not be read or written; None where it could.
    summary
        Its sums, as bytes; with values that were not accepted, so never to be stored.
    n_blank_rows
        Rows in which nothing stands.
    written
        Whether its scores were written.
    """

    name: str
    error: str | None
    summary: bytes = b""
    n_blank_rows: int = 0
    written: bool = False


class _CheckedAccount(Account):
    """An account that counts what is wrong by item and kind too."""

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
    """What is done to each part, in this process or on a worker."""

    form: Instrument
    wanted: ScoreColumns
    folder: PartsFolder
    problems: Path | None
    encoding: str | None
    sheet: str | None
    by_duckdb: bool

    def __call__(self, part: Part) -> Outcome:
        """Score a part, write its scores, and then an account of it."""
        try:
            return self._done(part)
        except (IntimacyScalesError, OSError) as error:
            text = str(error)
            return Outcome(part.name, text if str(part.source) in text else f"{part.source}: {text}")

    def _done(self, part: Part) -> Outcome:
        seen = part.seen()
        self.folder.forget(part)  # of answers that have changed
        paths = JobPaths.of(part.source, self.folder.output_of(part), self._problems_of(part))
        account, used = _CheckedAccount(self.form), _QuietRangeUse(self.form)
        report = score_pass(
            self.form,
            paths,
            self.wanted,
            account,
            used,
            encoding=self.encoding,
            sheet=self.sheet,
            problems_if_any=True,
            open_file=open_by_duckdb if self.by_duckdb else open_answers,
        )
        if paths.problems is not None and not report.n_problems:
            paths.problems.unlink(missing_ok=True)  # of a run before the part was mended
        check = replace(account.check, ends=used.ends())
        summary = DataSummary(instrument=self.form.ref, check=check, moments=None, scores=report.summary)
        if report.written:
            # what is stored holds no answer and no person's id
            kept = replace(summary, check=replace(check, examples=(), values=()))
            account_of = {"n_blank_rows": report.n_blank_rows, "summary": kept.to_dict()}
            self.folder.done(part, seen, account_of)
        return Outcome(part.name, None, summary.to_bytes(), report.n_blank_rows, report.written)

    def account_of(self, part: Part) -> Any | None:
        """Return the account of a part that is done, with its bad cells if these are asked for."""
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
    """Watches the ends of ranges in one part; who has all parts warns."""

    def warn(self) -> None:
        """Say nothing."""


@reads_answers
def score_folder(
    form: Instrument | str | Path,
    source: FilePath | Sequence[FilePath],
    *,
    output: FilePath,
    problems: FilePath | None = None,
    answered: bool = False,
    pomp: bool = False,
    encoding: str | None = None,
    sheet: str | None = None,
    engine: EngineName | None = None,
    gone: Gone = "refuse",
    progress: Callable[[int, int], Any] = lambda _done, _all: None,
    **reading: Unpack[ReadingOptions],
) -> FolderReport:
    """Score many files of answers, each to a file of its own.

    A run that was stopped, however, goes on when the same call is made again: parts that are done are not
    read again, unless their file has changed. Each part is written whole or not at all.

    Parameters
    ----------
    form
        The instrument, its id, or the path of its file.
    source
        A folder (with those below it, but for names that begin with ``_`` or ``.``), a pattern such as
        ``answers/*.parquet``, or a list of files.
    output
        A folder, made where it is not there: the scores of ``answers/a.csv`` are written to ``a.csv`` in it.
        With a pattern as its last name, such as ``scores/*.parquet``, all in that format.
    problems
        A folder that gets a CSV file of bad cells for each part that has any.
    answered, pomp, encoding, sheet
        As in `score_file`.
    engine
        ``"dask"`` or ``"spark"``: who works on the parts, several at a time. Dask takes the scheduler that is
        set, Spark the session that there is, and their workers must see the same folders. ``"duckdb"``: who
        reads them, one after another; Parquet only. None: this process, one after another.
    gone
        What to do where scores of an earlier run are of files that are no longer there: ``"refuse"``, or
        ``"keep"`` them, and count them in the summary.
    progress
        Called with how many parts are done, and how many there are.
    **reading
        As in `score_file`. With ``on_invalid="raise"`` a part with bad cells is not written, and the others
        are.

    Returns
    -------
    FolderReport

    Raises
    ------
    ResponseError
        A file cannot be read or written (those before it stay done); the folder holds the scores of another
        run, or of files that are gone.
    """
    how = reading_of(reading)
    form = how.form(as_instrument(form))
    warn_if_draft(form.ref)
    wanted = ScoreColumns.of(form, how, answered=answered, pomp=pomp)
    target, ending = _target_of(as_path(output, "output"))
    parts = parts_of(source, target, ending)
    asked = _asked(form, wanted, parts.folder, ending, {"encoding": encoding, "sheet": sheet})
    bad = None if problems is None else as_path(problems, "problems")
    _check_problems(bad, parts.folder, target)
    folder = PartsFolder(target, asked)
    if bad is not None:
        PartsFolder(bad, asked)  # so that nobody else's files stand there
    job = PartJob(
        form=form,
        wanted=wanted,
        folder=folder,
        problems=bad,
        encoding=encoding,
        sheet=sheet,
        by_duckdb=engine == "duckdb",
    )
    with folder.alone(job.problems):
        left = folder.gone(parts)
        if gone != "keep":
            folder.refuse_gone(left)
        return _report(form, job, parts.parts, left, executor_of(engine), progress)


def _target_of(output: Path) -> tuple[Path, str | None]:
    """Return the folder of the scores, and their ending where it is asked for."""
    if output.stem == _ANY_NAME and output.suffix:
        if output.suffix.lower() not in endings(output=True).split(", "):
            raise ResponseError(f"{output}: files of scores end in {endings(output=True)}")
        return output.parent, output.suffix.lower()
    if output.is_file() or output.suffix:
        raise ResponseError(
            f"{output}: the scores of several files are written to a folder; name one, or a pattern such as "
            f"'{output.with_suffix('')}/*{output.suffix or '.csv'}'"
        )
    return output, None


def _check_problems(problems: Path | None, answers: Path, scores: Path) -> None:
    """Raise if bad cells would be written among answers or scores."""
    if problems is None:
        return
    for other, what in ((answers, "answers"), (scores, "scores")):
        if other.resolve() in (problems.resolve(), *problems.resolve().parents):
            raise ResponseError(f"{problems}: bad cells would stand among the {what}; choose another folder")


def _asked(
    form: Instrument, wanted: ScoreColumns, answers: Path, ending: str | None, others: Mapping[str, Any]
) -> dict[str, Any]:
    """Return all that scores depend on, by name."""
    from intimacy_scales import __version__

    how = {name: repr(value) for name, value in asdict(wanted.how).items()}
    return {
        "written_by": __version__,
        "instrument": f"{form.ref.told_apart}, digest {form.digest}",
        "answers": str(answers.resolve()),
        "ending": ending,
        "answered": wanted.answered,
        "pomp": wanted.pomp,
        **others,
        **how,
    }


def _report(
    form: Instrument,
    job: PartJob,
    parts: Sequence[Part],
    gone: Mapping[str, Any],
    execute: Callable[..., Any],
    progress: Callable[[int, int], Any],
) -> FolderReport:
    """Do what is left to do, and add everything up in the order of the parts."""
    before = {part.name: job.account_of(part) for part in parts}
    left = [part for part in parts if before[part.name] is None]
    progress(len(parts) - len(left), len(parts))
    done: dict[str, Outcome] = {}
    for outcome in execute(job, left):
        if outcome.error is not None:
            raise ResponseError(outcome.error)
        done[outcome.name] = outcome
        progress(len(parts) - len(left) + len(done), len(parts))
    summaries, n_blank_rows, written = [], 0, []
    accounts = [*gone.values(), *(account for account in before.values() if account is not None)]
    for account in accounts:
        summaries.append(DataSummary.from_dict(account["summary"], instrument=form))
        n_blank_rows += account["n_blank_rows"]
    written += summaries
    for outcome in done.values():
        summaries.append(DataSummary.from_bytes(outcome.summary, instrument=form))
        written += summaries[-1:] if outcome.written else []
        n_blank_rows += outcome.n_blank_rows
    check = sum((summary.check for summary in summaries[1:]), summaries[0].check)
    used = range_use_of(check)
    used.warn()
    scores = [summary.scores for summary in written if summary.scores is not None]
    whole = sum(scores[1:], scores[0]) if scores else None
    return FolderReport(
        summary=whole,
        check=check,
        n_parts=len(parts) + len(gone),
        n_done_before=len(accounts),
        n_blank_rows=n_blank_rows,
        not_written=tuple(outcome.name for outcome in done.values() if not outcome.written),
        only_ticked=only_ticked(form, whole) if used.only_ticked and whole is not None else (),
    )
