"""The report of scoring a file: descriptive statistics, what was left out, and how the file was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import FilePath, as_path
from intimacy_scales.files.replacement import Replacement, put_content, target_of
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.interop.answers.mapping_report import MappingReport
from intimacy_scales.jobs.report_file import Draw, check_report_path, report_content
from intimacy_scales.jobs.scores import FileReport
from intimacy_scales.late import late_module
from intimacy_scales.results.csv_text import csv_text
from intimacy_scales.results.default_page import frame_text
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.figure_texts import column_texts
from intimacy_scales.results.paged import ReportPage
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import counted
from intimacy_scales.scoring.summary import ScoreSummary

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_NOTE = (
    "Floor, ceiling: scores at the lowest and at the highest possible score, of those with a score. "
    "Prorated: made from fewer answers than the scale has items."
)
Row = tuple[Any, ...]


@result_class
class ScoringReport(ReportPage, Result):
    r"""A report of scoring a file; ``to_frame()`` has a row for each scale.

    It holds no answers and no scores of persons.

    Attributes
    ----------
    summary
        Descriptive statistics of all scores.
    titles
        The scales, with their titles.
    n_persons, n_problems, n_blank_rows
        Number of rows read, of answers that are not valid, and of rows without any value.
    only_ticked, coding_warning, mapping
        As in `FileReport`.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from intimacy_scales.jobs import score_file
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "answers.csv")
    ...     _ = path.write_text("kmss_1,kmss_2,kmss_3\n6,5,6\n7,7,\n")
    ...     report = scoring_report("kmss", score_file("kmss", path))
    >>> report.n_persons, int(report.to_frame().loc["total", "n prorated"]), "scored" in report.to_html()
    (2, 1, True)
    """

    summary: ScoreSummary
    titles: Mapping[str, str]
    n_persons: int
    n_problems: int
    n_blank_rows: int
    only_ticked: tuple[str, ...]
    coding_warning: str | None
    mapping: MappingReport | None

    @property
    def title(self) -> str:
        """Heading of the page."""
        return f"Scores of {counted(self.n_persons, 'person')}, {self.summary.instrument}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using the scores."""
        return tuple(self._warnings())

    def _warnings(self) -> Iterator[str]:
        instrument = self.summary.instrument
        if instrument.status == "draft":
            yield f"{instrument.named} is a draft: nobody has shown yet that its scores mean what they say"
        if self.n_problems:
            yield f"{counted(self.n_problems, 'answer')} not valid, counted as missing"
        if self.coding_warning is not None:
            yield self.coding_warning
        if self.only_ticked:
            yield (
                f"no 0 occurs in the file, and most persons skipped items of {', '.join(self.only_ticked)}, "
                "which are answered 0 or 1: a blank may mean that a box was not ticked"
            )
        if self.mapping is not None:
            yield from (*self.mapping.cautions, *self.mapping.notes)

    def page(self) -> Page:
        """Return the page that `to_markdown`, `to_html` and others write, as data."""
        mapping = () if self.mapping is None else _mapping_tables(self.mapping)
        return Page(
            title=self.title, tables=(self._scales(), *mapping), warnings=self.warnings, facts=self._facts()
        )

    def _facts(self) -> tuple[str, ...]:
        """Return what was left out, and how the file was read."""
        blanks = {item: n for item, n in self.summary.counted_blanks.items() if n}
        facts = [
            "" if self.mapping is None else self.mapping.sentence(),
            f"{counted(self.n_blank_rows, 'row')} blank: without a score." if self.n_blank_rows else "",
            f"{counted(self.summary.n_prorated, 'score')} prorated." if self.summary.n_prorated else "",
            f"{self.summary.in_words()}." if self.summary.not_applicable else "",
            f"Blanks that counted as 0, not chosen: {', '.join(f'{item} {n}' for item, n in blanks.items())}."
            if blanks
            else "",
        ]
        return tuple(filter(None, facts))

    def _scales(self) -> TextTable:
        """Return the table of scales."""
        rows = [scale.figures() for scale in self.summary.scales]
        texts = {name: column_texts(name, [row[name] for row in rows]) for name in rows[0] if name != "scale"}
        possible = [f"{scale.low:g} to {scale.high:g}" for scale in self.summary.scales]
        return TextTable(
            title="Scales",
            columns={
                "Scale": [self.titles.get(row["scale"], row["scale"]) for row in rows],
                "n": texts["n"],
                "Not scored, %": texts["% not scored"],
                "Prorated": texts["n prorated"],
                "M": texts["mean"],
                "SD": texts["sd"],
                "Lowest": texts["min"],
                "Highest": texts["max"],
                "Possible": possible,
                "Floor, %": texts["% floor"],
                "Ceiling, %": texts["% ceiling"],
            },
            note=_NOTE,
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the table of `ScoreSummary.to_frame`: a row for each scale."""
        return self.summary.to_frame()

    def to_csv(self) -> str:
        """Return `to_frame` as CSV text, each row with its origin; undefined values are empty."""
        origin: dict[str, Any] = {**self.summary.instrument.identity(), "n_persons": self.n_persons}
        return csv_text(self.to_frame().assign(**origin), index=True)

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values; None for undefined values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__} | {"warnings": [*self.warnings]}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, warnings=Sequence[str])

    def __repr__(self) -> str:
        cautions = "".join(f"\n! {text}" for text in self.warnings)
        return f"<{self.title}\n{frame_text(self.to_frame())}{cautions}>"


def _mapping_tables(mapping: MappingReport) -> Iterator[TextTable]:
    """Yield how a file was read: what was settled, rows and columns that are not scored, items."""
    yield from _table(
        "How the file was read",
        ("What", "Decision", "Why"),
        [(part.what, part.value, part.why) for part in mapping.decisions],
    )
    yield from _table(
        "Rows that were left out",
        ("Why", "Rows", "The first of them"),
        [(part.why, part.n, ", ".join(map(str, part.first))) for part in mapping.left_out],
    )
    yield from _table(
        "Columns of items",
        ("Item", "Column", "Why", "How values are read"),
        [(item.item, item.column or "none", item.why, item.how or "as they are") for item in mapping.items],
    )
    yield from _table(
        "Other columns",
        ("Column", "What it holds"),
        [(other.column, "left alone" if other.role == "unknown" else other.role) for other in mapping.others],
    )


def _table(title: str, headings: Sequence[str], rows: Sequence[Row]) -> Iterator[TextTable]:
    """Yield a table of texts, unless it has no rows."""
    if rows:
        columns = [[str(value) for value in column] for column in zip(*rows, strict=True)]
        yield TextTable(title=title, columns=dict(zip(headings, columns, strict=True)))


def scoring_report(instrument: Instrument | str | Path, scored: FileReport) -> ScoringReport:
    r"""Return the report of a file that was scored, as a page for people and as figures.

    Parameters
    ----------
    instrument
        The instrument, its id, or the path of its file.
    scored
        What `score_file` returned.

    Returns
    -------
    ScoringReport
        With `to_html`, `to_pdf`, `to_docx`, `to_markdown` and others.

    Raises
    ------
    InstrumentError
        The instrument is not valid.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from intimacy_scales.jobs import score_file
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "answers.csv")
    ...     _ = path.write_text("kmss_1,kmss_2,kmss_3\n6,5,6\n7,7,7\n")
    ...     scored = score_file("kmss", path)
    >>> scoring_report("kmss", scored).title
    'Scores of 2 persons, kmss 2'
    """
    form = as_instrument(instrument)
    return ScoringReport(
        summary=scored.summary,
        titles={scale.id: scale.title or scale.id for scale in form.scales},
        n_persons=scored.n_persons,
        n_problems=scored.n_problems,
        n_blank_rows=scored.n_blank_rows,
        only_ticked=scored.only_ticked,
        coding_warning=scored.coding_warning,
        mapping=scored.mapping,
    )


def report_writer(path: FilePath, *others: Path | None) -> Callable[[Result, Draw | None], None]:
    """Return a function that writes a report to a file, which is checked before anything is read.

    Parameters
    ----------
    path
        The file.
    *others
        Files that it must not replace.

    Raises
    ------
    ResponseError
        The ending is not one of those of reports, there is no such folder, or another file is there.
    MissingDependencyError
        What writes .docx or .pdf files is not installed.
    """
    output = as_path(path, "report")
    check_report_path(output)
    for other in others:
        if other is not None and target_of(other) == target_of(output):
            raise ResponseError(f"{output}: would replace {other}; choose another name for the report")

    def write(report: Result, draw: Draw | None) -> None:
        with Replacement(output) as new:
            put_content(new, report_content(report, output.suffix, draw))

    return write
