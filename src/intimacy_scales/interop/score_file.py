"""A file of answers → a file of scores, in constant memory."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self

from intimacy_scales.answers import MissingCode
from intimacy_scales.columns import ColumnMap, check_columns, column_names
from intimacy_scales.errors import ResponseError, ResponseProblem
from intimacy_scales.frames import ListTable, Table, check_unique
from intimacy_scales.instrument import Instrument
from intimacy_scales.interop.base import AnswerFile
from intimacy_scales.interop.delimited import DelimitedScores
from intimacy_scales.interop.formats import open_answers, open_output
from intimacy_scales.interop.jsonlines import JsonLinesFile
from intimacy_scales.problems import (
    PROBLEM_FIELDS,
    LikelyMissingCode,
    Problems,
    likely_missing_code,
    problem_dict,
)
from intimacy_scales.scoring import Scores, score_stream
from intimacy_scales.scoring.scores import check_keep
from intimacy_scales.scoring.summary import ScoreSummary
from intimacy_scales.sheet import OnInvalid

_KEPT_PROBLEMS = 20
_KEPT_VALUES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What came of scoring a file.

    Attributes
    ----------
    summary
        Descriptive statistics of all scores.
    n_persons, n_problems
        Rows read, and cells that are no answers.
    first_problems
        The first 20 of them.
    likely_missing_code
        The value that is probably a missing code, if there is one.
    written
        Whether the output file was written.
    """

    summary: ScoreSummary
    n_persons: int
    n_problems: int
    first_problems: tuple[ResponseProblem, ...]
    likely_missing_code: LikelyMissingCode | None
    written: bool


class _Tally:
    """What is remembered of all batches: sums, counts and the first problems."""

    def __init__(self) -> None:
        self.summary: ScoreSummary | None = None
        self.n_persons = self.n_problems = 0
        self.first: list[ResponseProblem] = []
        self.values: Counter[Any] = Counter()

    def add(self, scores: Scores) -> None:
        part, problems = scores.summary(), scores.problems
        self.summary = part if self.summary is None else self.summary + part
        self.n_persons += len(scores)
        self.n_problems += len(problems)
        self.first += islice(problems, max(0, _KEPT_PROBLEMS - len(self.first)))
        if len(self.values) < _KEPT_VALUES:
            self.values += problems.value_counts()

    def report(self, *, written: bool) -> FileReport:
        assert self.summary is not None
        return FileReport(
            summary=self.summary,
            n_persons=self.n_persons,
            n_problems=self.n_problems,
            first_problems=tuple(self.first),
            likely_missing_code=likely_missing_code(self.values),
            written=written,
        )


class ProblemFile:
    """A CSV file of problems, written as they are found; row 1 is the first after the header.

    Parameters
    ----------
    path
        Where to write it, or None: nowhere.
    """

    def __init__(self, path: Path | None) -> None:
        self._output = None if path is None else DelimitedScores(path)

    def write(self, problems: Problems) -> None:
        """Append problems."""
        if self._output is None:
            return
        fields = [problem_dict(problem) for problem in problems]
        columns: dict[Hashable, list[Any]] = {
            name: [row[name] + 1 if name == "row" else row[name] for row in fields] for name in PROBLEM_FIELDS
        }
        self._output.write(ListTable(columns, len(fields)), PROBLEM_FIELDS, {})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if self._output is not None and kind is None:
            self._output.commit()
        elif self._output is not None:
            self._output.discard()


def _checked_columns(
    form: Instrument, file: AnswerFile, columns: ColumnMap, others: Sequence[str], *, allow_missing: bool
) -> list[Hashable]:
    """Return the columns of items that there are; raise where one is missing or any stands twice."""
    names = column_names(form, columns)
    mappings = isinstance(file, JsonLinesFile)
    check_columns(form, names, file.names, allow_missing=allow_missing, from_mappings=mappings)
    there = ListTable({name: [] for name in file.names}, 0)
    for name in others:
        there.values(name, "--keep or --person")
    items: list[Hashable] = [name for name in names if name in there.columns]
    check_unique(file.names, [*items, *others])
    return items


def _batches(file: AnswerFile, items: Sequence[Hashable], others: Sequence[str]) -> Iterator[Table]:
    """Yield the batches of a file; one of nobody where it has no rows."""
    n = 0
    for batch in file.batches(items, others):
        n += len(batch)
        yield batch
    if not n:
        yield ListTable({name: [] for name in [*items, *others]}, 0)


def score_file(
    form: Instrument,
    source: Path,
    *,
    output: Path | None = None,
    problems: Path | None = None,
    columns: ColumnMap = None,
    keep: Sequence[str] = (),
    person: str | None = None,
    missing_codes: Sequence[MissingCode] = (),
    on_invalid: OnInvalid = "raise",
    allow_missing_items: bool = False,
    answered: bool = False,
    pomp: bool = False,
    encoding: str | None = None,
    progress: Callable[[int, int], Any] = lambda _done, _all: None,
) -> FileReport:
    """Score a file of answers batch by batch.

    Parameters
    ----------
    form
        The instrument.
    source, output
        Files with known endings. Without ``output`` only the summary is made.
    problems
        A CSV file that gets every bad cell, whatever becomes of the scores.
    columns, person, missing_codes, allow_missing_items
        As in `intimacy_scales.score`.
    keep
        Columns of the source to write before the scores.
    on_invalid
        ``"raise"``: with any bad cell in the file, no scores are written. ``"missing"``: bad cells
        count as missing. Either way the report counts all of them and has the first.
    answered, pomp
        Write these columns too.
    encoding
        Of text files; detected where None.
    progress
        Called with how much is done and how much there is.

    Returns
    -------
    FileReport

    Raises
    ------
    ResponseError
        The file cannot be read, or columns are missing.
    """
    for path in (output, problems):
        if path is not None and path.resolve() == source.resolve():
            raise ResponseError(f"{path}: would overwrite the answers; choose another name")
    check_keep(keep, form.scale_ids)
    file = open_answers(source, encoding=encoding)
    others = [*keep, *([person] if person else [])]
    items = _checked_columns(form, file, columns, others, allow_missing=allow_missing_items)
    stream = score_stream(
        form,
        _batches(file, items, others),
        columns=columns,
        missing_codes=missing_codes,
        on_invalid="missing",
        person=person,
        allow_missing_items=True,  # checked above, for the whole file
    )
    tally = _Tally()
    with contextlib.ExitStack() as stack:
        writer = None if output is None else stack.enter_context(open_output(output))
        told = stack.enter_context(ProblemFile(problems))
        for scores in stream:
            tally.add(scores)
            told.write(scores.problems)
            if writer is not None and not (tally.n_problems and on_invalid == "raise"):
                writer.write(scores.table, keep, scores.columns(answered=answered, pomp=pomp))
            progress(file.position, file.size)
        written = writer is not None and not (tally.n_problems and on_invalid == "raise")
        if writer is not None and written:
            writer.commit()
    return tally.report(written=written)
