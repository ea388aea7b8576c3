"""One pass over a file of answers, for statistics of them, and a report written beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from intimacy_scales.errors import ResponseError, ResponseProblem
from intimacy_scales.files.base import write_text
from intimacy_scales.files.formats import open_answers
from intimacy_scales.files.reading import Account, ProblemFile, batches_of, checked_columns
from intimacy_scales.instrument import NOT_ANSWERED, Instrument, normalized
from intimacy_scales.moments.clusters import label_positions
from intimacy_scales.reading.answers import MissingCode
from intimacy_scales.reading.columns import ColumnMap
from intimacy_scales.reading.encoding import Codes
from intimacy_scales.reading.frames import Table
from intimacy_scales.reading.mapping import OnInvalid
from intimacy_scales.reading.problems import LikelyMissingCode, Problems
from intimacy_scales.reading.table import AnswerReader, CodedResponses
from intimacy_scales.results.result import counted

ReportT = TypeVar("ReportT")
Progress = Callable[[int, int], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsFileReport(Generic[ReportT]):
    """What came of a file of answers.

    Attributes
    ----------
    report
        What was computed; None where bad answers stopped it.
    n_persons, n_problems
        Rows read, and cells that are no answers.
    first_problems
        The first 20 of them.
    likely_missing_code
        The value that is probably a missing code, if there is one.
    """

    report: ReportT | None
    n_persons: int
    n_problems: int
    first_problems: tuple[ResponseProblem, ...]
    likely_missing_code: LikelyMissingCode | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePass:
    """How a file of answers is read.

    Attributes
    ----------
    form, source
        The instrument, and a file of answers with a known ending.
    problems
        A CSV file that gets every bad cell.
    columns, person, missing_codes, allow_missing_items
        As in `intimacy_scales.score`.
    on_invalid
        ``"raise"``: with any bad cell nothing is computed. ``"missing"``: bad cells count as missing.
    encoding
        Of text files; detected where None.
    progress
        Called with how much is done and how much there is.
    """

    form: Instrument
    source: Path
    problems: Path | None = None
    columns: ColumnMap = None
    person: str | None = None
    missing_codes: Sequence[MissingCode] = ()
    on_invalid: OnInvalid = "raise"
    allow_missing_items: bool = False
    encoding: str | None = None
    progress: Progress = lambda _done, _all: None

    def read(self, gather: Callable[[AnswerReader], None], named: Mapping[str, str | None]) -> Account:
        """Read the file batch by batch.

        Parameters
        ----------
        gather
            Gets the reader of each batch.
        named
            Option → another column that is needed, or None.

        Raises
        ------
        ResponseError
            The file cannot be read, or columns are missing.
        """
        wanted = {"--person": self.person, **named}
        others = list(dict.fromkeys(name for name in wanted.values() if name is not None))
        account = Account()
        with open_answers(self.source, encoding=self.encoding) as file:
            items = checked_columns(
                self.form,
                file,
                self.columns,
                {option: [name] for option, name in wanted.items()},
                allow_missing=self.allow_missing_items,
            )
            with ProblemFile(self.problems) as told:
                for batch in batches_of(file, items, others):
                    found = self._read_batch(batch, account.n_persons, gather)
                    account.add(len(batch), found)
                    told.write(found)
                    self.progress(file.position, file.size)
        return account

    def _read_batch(self, batch: Table, offset: int, gather: Callable[[AnswerReader], None]) -> Problems:
        reader = AnswerReader(
            self.form,
            batch,
            columns=self.columns,
            missing_codes=self.missing_codes,
            on_invalid="missing",
            person=self.person,
            allow_missing_items=True,  # checked above, for the whole file
            offset=offset,
        )
        gather(reader)
        return reader.finish()

    def finish(
        self,
        account: Account,
        compute: Callable[[], ReportT],
        output: Path | None,
        writers: Mapping[str, Callable[[ReportT], str]],
    ) -> StatisticsFileReport[ReportT]:
        """Compute a report of what was read, unless bad answers stop it, and write it."""
        report = None
        if not account.n_problems or self.on_invalid == "missing":
            report = compute()
            if output is not None:
                write_text(output, writers[output.suffix.lower()](report))
        return StatisticsFileReport(
            report=report,
            n_persons=account.n_persons,
            n_problems=account.n_problems,
            first_problems=tuple(account.first),
            likely_missing_code=account.likely_missing_code,
        )


def check_paths(source: Path, output: Path | None, problems: Path | None, writers: Mapping[str, Any]) -> None:
    """Raise where a report cannot be written to a path, or would overwrite something.

    Raises
    ------
    ResponseError
        Another ending than those of ``writers``, no such folder, or the same file twice.
    """
    if output is not None:
        if output.suffix.lower() not in writers:
            raise ResponseError(f"{output}: reports end in {', '.join(writers)}")
        if not output.parent.is_dir():
            raise ResponseError(f"{output}: there is no folder {output.parent}")
    if output is not None and problems is not None and output.resolve() == problems.resolve():
        raise ResponseError(f"{output}: the report would overwrite the problems; choose another name")
    for path in (output, problems):
        if path is not None and path.resolve() == source.resolve():
            raise ResponseError(f"{path}: would overwrite the answers; choose another name")


class GatheredAnswers:
    """Codes of all batches, and who answered together.

    Parameters
    ----------
    form
        The instrument.
    clusters
        Column that says who answered together, or None.
    """

    def __init__(self, form: Instrument, clusters: str | None) -> None:
        self._form, self._clusters = form, clusters
        self._codes: list[Codes] = []
        self._labels: list[Any] = []

    def add(self, reader: AnswerReader) -> None:
        """Take over a batch."""
        self._codes.append(reader.read_all())
        if self._clusters is not None:
            labels: Any = reader.table.values(self._clusters, "--clusters")
            listed = labels.tolist() if hasattr(labels, "tolist") else list(labels)
            self._labels += [
                None if isinstance(x, str) and normalized(x) in NOT_ANSWERED else x for x in listed
            ]

    def answers(self) -> CodedResponses:
        """Return the codes as checked answers."""
        whole = np.asfortranarray(np.concatenate(self._codes))
        whole.flags.writeable = False
        return CodedResponses(instrument=self._form, codes=whole)

    def labels(self) -> list[Any] | None:
        """Return each person's cluster, or None where none are wanted.

        Raises
        ------
        ResponseError
            A person belongs to none.
        """
        if self._clusters is None:
            return None
        missing = np.flatnonzero(label_positions(self._labels) < 0)
        if len(missing):
            raise ResponseError(
                f"--clusters: {counted(len(missing), 'person')} belong to none, the first in row "
                f"{missing[0] + 1} (row 1 is the first after the header); leave them out, or give each a "
                "label of its own"
            )
        return self._labels
