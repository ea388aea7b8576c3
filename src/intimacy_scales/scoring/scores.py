"""The scores of a table of persons."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import field, replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import DocumentError, UnknownNameError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.numerics.tolerances import DOCUMENT_ROUNDING as ROUNDING
from intimacy_scales.reading.blanks import counted_blanks_text
from intimacy_scales.reading.frames import DocumentTable, Table
from intimacy_scales.reading.kept import frame_with_kept
from intimacy_scales.reading.problems import Problems, not_accepted, problem_type
from intimacy_scales.reading.table import checked_counts
from intimacy_scales.results.document_checks import check_same_names
from intimacy_scales.results.document_types import Unless, by_name, many
from intimacy_scales.results.documents import instrument_for
from intimacy_scales.results.frozen import locked
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page
from intimacy_scales.results.wording import counted, shown
from intimacy_scales.scoring.kernel import prorated_scores
from intimacy_scales.scoring.plan import plan_of
from intimacy_scales.scoring.planned import PlannedComposite
from intimacy_scales.scoring.summary import ScoreSummary, summarize_scale

if TYPE_CHECKING:
    from intimacy_scales.scoring import interpretations, measurement_ranges, norm_tables, norms
else:
    interpretations = late_module("intimacy_scales.scoring.interpretations")
    norm_tables = late_module("intimacy_scales.scoring.norm_tables")
    measurement_ranges = late_module("intimacy_scales.scoring.measurement_ranges")
    norms = late_module("intimacy_scales.scoring.norms")

_SHOWN_ROWS = 10
_MOST_POINTS = 201
_TOO_MANY_POINTS = 10_000


@result_class
class Scores(Result):
    """Scale scores of a table of persons.

    Attributes
    ----------
    instrument
        Id, version, digest and evidence status of the instrument.
    scale_ids
        The scales, in order.
    ranges
        (n_scales, 2): lowest and highest possible score of each.
    values
        (n_persons, n_scales) float64, read-only; nan where too few items were answered.
    answered
        (n_persons, n_scales), read-only: number of answered items; for a composite, of scales with a score.
    problems
        Cells that are not valid and count as missing (with ``on_invalid="missing"``).
    not_applicable
        Item → number of persons who answered that it does not apply, for whom it counts as missing. Items
        that apply to everybody are left out.
    form
        The instrument itself, with its norms and cut-offs.
    counted_blanks
        Item → how many of its blanks counted as 0, for items where the instrument allows it
        (`Instrument.choose_all`).

    Examples
    --------
    >>> from intimacy_scales import score
    >>> answers = [{f"ras_{n}": 4 for n in range(1, 8)}, {"ras_1": 5, "ras_2": 4, "ras_3": 4, "ras_4": 2}]
    >>> scores = score("ras", answers)
    >>> scores
    <Scores ras 1: 2 persons, scales total; 1 score prorated>
    >>> scores["total"].tolist(), scores.range("total"), scores.answered.tolist()
    ([3.4285714285714284, 4.25], (1.0, 5.0), [[7], [4]])
    """

    instrument: InstrumentRef
    scale_ids: tuple[str, ...]
    ranges: NDArray[np.float64]
    values: NDArray[np.float64]
    answered: NDArray[np.unsignedinteger[Any]]
    problems: Problems
    not_applicable: Mapping[str, int] = field(default_factory=dict)
    kept: Table = field(repr=False)
    form: Instrument = field(repr=False, compare=False)
    counted_blanks: Mapping[str, int] = field(default_factory=dict)

    @property
    def n_persons(self) -> int:
        """Number of persons, with or without scores."""
        return len(self.values)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, scale: str) -> NDArray[np.float64]:
        """Return the scores of one scale (n_persons,)."""
        return self.values[:, self._position(scale)]

    def _position(self, scale: str) -> int:
        """Return the column of a scale, also where its id is spelled in decomposed Unicode."""
        if scale not in self.scale_ids:
            composed = unicodedata.normalize("NFC", scale) if isinstance(scale, str) else scale
            if composed in self.scale_ids:
                return self.scale_ids.index(composed)
            raise UnknownNameError(
                f"{self.instrument.id} has no scale {scale!r}; it has {', '.join(self.scale_ids)}"
            )
        return self.scale_ids.index(scale)

    def range(self, scale: str) -> tuple[float, float]:
        """Return the lowest and the highest possible score of a scale."""
        low, high = self.ranges[self._position(scale)].tolist()
        return low, high

    def n_possible(self, scale: str) -> int:
        """Return how many different scores complete answers can give.

        It is 201 for a composite whose parts differ in range or in number of scores, and for a scale whose
        weights give more than 10,000 scores: neighbours are then at most half a percent of the range apart.
        """
        scales = plan_of(self.form).scales
        planned = scales[self._position(scale)]
        if not isinstance(planned, PlannedComposite):
            n = planned.n_possible
            return n if planned.as_stored or n <= _TOO_MANY_POINTS else _MOST_POINTS
        parts = [scales[part] for part in planned.parts]
        sizes = {self.n_possible(part.id) for part in parts}
        one_grid = len(sizes) == 1 and len({(part.low, part.high) for part in parts}) == 1
        return (sizes.pop() - 1) * len(parts) + 1 if one_grid else _MOST_POINTS

    def standardize(self, norm: norms.NormChoice = None) -> norm_tables.StandardScores:
        """Compare the scores with a norm sample: z, T and percentile rank of each person.

        Parameters
        ----------
        norm
            A `Norm` or several (one per scale), or the name of one of the instrument's own samples.
            None: the instrument's only sample of the general population; samples of special people must be
            named.

        Returns
        -------
        StandardScores
            With the name of the sample, and the scales that have no norm.

        Raises
        ------
        NoNormsError
            There is no norm, or the sample must be named: there are several, or its members are special
            people.

        Examples
        --------
        >>> from intimacy_scales import load, score
        >>> ims = score("ims", [{f"ims_{n}": 6 for n in range(1, 23)}])
        >>> women = ims.standardize("women of 282 mixed-sex couples")
        >>> round(float(women["satisfaction"].z[0]), 2), women.without_norm
        (-0.14, ('commitment',))
        """
        from intimacy_scales.scoring.norm_tables import standardize_table

        values = {scale: self[scale] for scale in self.scale_ids}
        return standardize_table(self.form, values, norm, self.kept)

    def interpret(
        self, *, sems: measurement_ranges.Sems | None = None, confidence_level: float = 0.95
    ) -> interpretations.Interpretation:
        """Interpret the scores by the instrument's published cut-offs.

        Parameters
        ----------
        sems
            Scale → standard error of measurement, in the units of its score, or the result of
            `measurement_error`. The range ``score ± z SEM``, within the possible scores, then says how surely
            each score is on its side of a cut-off.
        confidence_level
            Of that range, for example 0.95.

        Raises
        ------
        NoNormsError
            The instrument has no cut-offs, or is a draft.
        EstimationError
            ``sems`` or ``confidence_level`` is not valid.

        Examples
        --------
        >>> from intimacy_scales import score
        >>> scores = score("csi-16", [{f"csi16_{n}": x for n in range(1, 17)} for x in (2, 3)])
        >>> scores.interpret().counts
        (2,)
        >>> scores.interpret(sems={"total": 3.6}).straddling  # 48 ± 7.1 reaches the other side of 51.5
        (1,)
        """
        from intimacy_scales.scoring.interpretations import interpret_table

        values = {scale: self[scale] for scale in self.scale_ids}
        return interpret_table(self.form, values, self.kept, sems, confidence_level)

    @property
    def prorated(self) -> NDArray[np.bool_]:
        """Whether each score was made from fewer answers than the scale has items: (n_persons, n_scales).

        The mean of the answered items then replaces the skipped ones, both in a mean score and in a sum,
        which is that mean times the number of items: both are called prorated (Mazza, Enders & Ruehlman,
        2015). A composite is prorated if one of its scales is, or has no score. A missing score is not
        prorated.

        Examples
        --------
        >>> from intimacy_scales import score
        >>> scores = score("kmss", [{"kmss_1": 6, "kmss_2": 5, "kmss_3": n} for n in (7, None)])
        >>> scores.prorated.tolist()
        [[False], [True]]
        """
        return locked(prorated_scores(plan_of(self.form), self.answered.T)).T

    def pomp(self, scale: str) -> NDArray[np.float64]:
        """Return one scale as percent of the maximum possible, ``100 * (score - low) / (high - low)``.

        It is nan for a difference of two scales, which is measured from 0 and not from its lowest score.
        """
        planned = plan_of(self.form).scales[self._position(scale)]
        if isinstance(planned, PlannedComposite) and planned.difference:
            return np.full(len(self), np.nan)
        low, high = self.ranges[self._position(scale)]
        scores: NDArray[np.float64] = (self[scale] - low) / (high - low) * 100
        return scores

    def to_frame(
        self, *, answered: bool = False, pomp: bool = False, keep: Sequence[Hashable] | None = None
    ) -> Any:
        """Return the scores in the caller's own kind of frame.

        Parameters
        ----------
        answered
            Add ``<scale>_answered`` columns, and ``<scale>_prorated`` columns that mark scores made from
            fewer answers than the scale has items.
        pomp
            Add ``<scale>_pomp`` columns: percent of maximum possible (Cohen et al., 1999).
        keep
            Which of the columns that `score` kept (its ``keep=``) to put first; None: all of them.

        Returns
        -------
        pandas.DataFrame, polars.DataFrame or pyarrow.Table
            pandas with the caller's index, also for lists and arrays. A missing score is null in polars and
            pyarrow, and nan in pandas.

        Raises
        ------
        ResponseError
            A column in ``keep`` was not kept, or has the name of a new column.
        """
        columns = self.columns(answered=answered, pomp=pomp)
        return frame_with_kept(self.kept, columns, keep)

    def columns(self, *, answered: bool = False, pomp: bool = False) -> dict[str, NDArray[Any]]:
        """Return the columns of `to_frame` by name, as arrays (n_persons,)."""
        columns: dict[str, NDArray[Any]] = {name: self[name] for name in self.scale_ids}
        if pomp:
            columns |= {f"{name}_pomp": self.pomp(name) for name in self.scale_ids}
        if answered:
            prorated = self.prorated
            columns |= {f"{name}_answered": self.answered[:, i] for i, name in enumerate(self.scale_ids)}
            columns |= {f"{name}_prorated": prorated[:, i] for i, name in enumerate(self.scale_ids)}
        return columns

    def summary(self) -> ScoreSummary:
        """Return n, mean, sd, min, max, % at floor and ceiling, % not scored, n prorated of each scale."""
        prorated = [np.count_nonzero(marks) for marks in self.prorated.T]  # faster than over axis=0
        scales = tuple(
            summarize_scale(name, self[name], float(low), float(high), n_prorated=int(n))
            for name, (low, high), n in zip(self.scale_ids, self.ranges, prorated, strict=True)
        )
        return ScoreSummary(
            instrument=self.instrument,
            scales=scales,
            not_applicable=dict(sorted(self.not_applicable.items())),
            counted_blanks={**self.counted_blanks},
        )

    def to_dict(self) -> dict[str, Any]:
        """Return instrument, scores by scale (None if missing), numbers of answers, and problems."""
        prorated = self.prorated
        scores = {name: plain(self[name]) for name in self.scale_ids}
        answered = {name: plain(self.answered[:, i]) for i, name in enumerate(self.scale_ids)}
        return {
            "instrument": self.instrument.to_dict(),
            "scores": scores,
            "answered": answered,
            "prorated": {name: plain(prorated[:, i]) for i, name in enumerate(self.scale_ids)},
            "problems": self.problems.to_dict(),
            **({"not_applicable": dict(self.not_applicable)} if self.not_applicable else {}),
            **({"counted_blanks": dict(self.counted_blanks)} if self.counted_blanks else {}),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return {
            "instrument": InstrumentRef,
            "scores": by_name(NDArray[np.float64]),
            "answered": by_name(NDArray[np.int64]),
            "prorated": by_name(NDArray[np.bool_]),
            "problems": many(problem_type(table=True)),
            "not_applicable": Unless(by_name(int), nothing={}),
            "counted_blanks": Unless(by_name(int), nothing={}),
        }

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> Scores:
        form = instrument_for(values["instrument"], instrument)
        scores, answered = values["scores"], values["answered"]
        check_same_names({"scores": scores, "answered": answered}, form.scale_ids)
        columns = np.array([scores[name] for name in form.scale_ids]).T
        ranges = np.array([(scale.low, scale.high) for scale in plan_of(form).scales])
        outside = (columns < ranges[:, 0] - ROUNDING) | (columns > ranges[:, 1] + ROUNDING)
        if any(counts.size and counts.min() < 0 for counts in answered.values()):
            raise DocumentError(f"{cls.__name__}.answered: a count is negative")
        for row, position in np.argwhere(outside)[:1].tolist():
            low, high = ranges[position].tolist()
            where = f"{cls.__name__}.scores.{form.scale_ids[position]}[{row}]"
            raise DocumentError(f"{where}: {columns[row, position]} is outside {low:g} to {high:g}")
        return cls(
            instrument=values["instrument"],
            scale_ids=form.scale_ids,
            ranges=ranges,
            values=columns,
            answered=np.array([answered[name] for name in form.scale_ids], dtype=np.uint16).T,
            problems=Problems.of_documents(values["problems"]),
            not_applicable=checked_counts(form, values["not_applicable"], len(columns)),
            kept=DocumentTable(len(columns)),
            form=form,
            counted_blanks=values["counted_blanks"],
        )

    def __repr__(self) -> str:
        scales, problems = ", ".join(self.scale_ids), not_accepted(self.problems)
        persons = counted(len(self), "person")
        return f"<Scores {self.instrument}: {persons}, scales {scales}{self._counted}{problems}>"

    @property
    def _counted(self) -> str:
        """How many scores are prorated, and how many blanks counted as 0, in words; empty if none."""
        n = int(np.count_nonzero(self.prorated))
        prorated = f"; {n} {'score' if n == 1 else 'scores'} prorated" if n else ""
        return prorated + counted_blanks_text(self.counted_blanks)

    def page(self) -> Page:
        """Return the page of the summary, since no paper prints each person's scores."""
        return replace(self.summary().page(), title=repr(self)[1:-1])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in ("", *self.scale_ids))
        rows = []
        marks = self.prorated[:_SHOWN_ROWS].tolist()
        for row, values in enumerate(self.values[:_SHOWN_ROWS].tolist()):
            cells = "".join(
                f"<td>{'not scored' if math.isnan(value) else shown(value, 2)}"
                f"{' (prorated)' if mark else ''}</td>"
                for value, mark in zip(values, marks[row], strict=True)
            )
            rows.append(f"<tr><th>{row}</th>{cells}</tr>")
        more = f"<p>{len(self) - _SHOWN_ROWS} more persons</p>" if len(self) > _SHOWN_ROWS else ""
        return (
            f"<table><caption>{escape(str(self.instrument))}{self._counted}{not_accepted(self.problems)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>{more}"
        )
