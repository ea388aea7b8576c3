"""The scores of a table interpreted by published cut-offs."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import DocumentError
from intimacy_scales.instrument import Cutoff, Instrument, InstrumentRef
from intimacy_scales.instrument.cutoff import following_band
from intimacy_scales.late import late_module
from intimacy_scales.reading.frames import DocumentTable, Table
from intimacy_scales.reading.kept import frame_with_kept
from intimacy_scales.results.default_page import frame_table
from intimacy_scales.results.document_types import Object, by_name, document_types, many
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page
from intimacy_scales.results.wording import percent
from intimacy_scales.scoring.interpretation import applies as applies_to
from intimacy_scales.scoring.interpretation import cutoffs_of, describe_source
from intimacy_scales.scoring.measurement_ranges import Sems, check_sems, half_widths, range_around, straddles

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Floats = NDArray[np.float64]


@result_class
class Interpretation(Result):
    """The scores of a table interpreted by the published cut-offs of the instrument.

    Attributes
    ----------
    instrument
        Reference to the instrument.
    cutoffs
        The cut-offs, in order.
    applies
        (n_persons, n_cutoffs), read-only: whether the cut-off applies to the score; False without a score.
    values
        Scale id → scores (n_persons,), read-only; nan if missing.
    sems, confidence_level
        Scale → standard error of measurement, and the level of the ranges that they make around scores; empty
        and None where none was given.
    straddles
        (n_persons, n_cutoffs), read-only: whether the range around the score lies on both sides of the
        cut-off; False without a score or a SEM, for which tables and documents have a missing value. None
        where no SEM was given.

    Examples
    --------
    >>> from intimacy_scales import score
    >>> answers = [{f"csi16_{n}": x for n in range(1, 17)} for x in (2, 4)]
    >>> interpretation = score("csi-16", answers).interpret()
    >>> interpretation.applies.tolist(), interpretation.counts, interpretation.scored
    ([[True], [False]], (1,), (2,))
    """

    _gained: ClassVar[Mapping[str, Any]] = {"sems": {}, "confidence_level": None, "straddles": None}

    instrument: InstrumentRef
    cutoffs: tuple[Cutoff, ...]
    applies: NDArray[np.bool_]
    values: Mapping[str, Floats]
    kept: Table = field(repr=False)
    sems: Mapping[str, float] = field(default_factory=dict)
    confidence_level: float | None = None
    straddles: NDArray[np.bool_] | None = None

    @property
    def straddling(self) -> tuple[int, ...] | None:
        """Number of persons whose range lies on both sides of each cut-off; None without any range."""
        return None if self.straddles is None else tuple(self.straddles.sum(axis=0).tolist())

    @property
    def counts(self) -> tuple[int, ...]:
        """Number of persons to whose score each cut-off applies."""
        return tuple(self.applies.sum(axis=0).tolist())

    @property
    def scored(self) -> tuple[int, ...]:
        """Number of persons who have a score on the scale of each cut-off."""
        return tuple(int((~np.isnan(self.values[cutoff.scale])).sum()) for cutoff in self.cutoffs)

    def _in_no_band(self) -> dict[str, int]:
        """Return by scale how many scores lie in no band, for scales whose cut-offs are all bands."""
        counts = {}
        for scale, scores in self.values.items():
            columns = self._columns_of(scale)
            if all(self.cutoffs[column].band is not None for column in columns):
                in_no_band = ~np.isnan(scores) & ~self.applies[:, columns].any(axis=1)
                counts[scale] = int(np.count_nonzero(in_no_band))
        return {scale: n for scale, n in counts.items() if n}

    def _columns_of(self, scale: str) -> list[int]:
        return [column for column, cutoff in enumerate(self.cutoffs) if cutoff.scale == scale]

    def _between(self) -> list[str]:
        """Return a text for each cut-off: how many of its scores lie between its band and the next."""
        texts = []
        for column, cutoff in enumerate(self.cutoffs):
            beyond = np.inf if cutoff.band is None else cutoff.band[1]
            n = int(np.count_nonzero(self.applies[:, column] & (self.values[cutoff.scale] > beyond)))
            begin = following_band(cutoff, self.cutoffs)
            texts.append(f", {n} of them between {beyond} and {begin}" if n else "")
        return texts

    def __len__(self) -> int:
        return len(self.applies)

    def to_frame(self, *, keep: Sequence[Hashable] | None = None) -> Any:
        """Return each score and its meaning, ``<scale>_reading``, in the caller's kind of frame.

        The meaning is empty if no cut-off applies, such as between two bands, and missing without a score.
        With a SEM, ``<scale>_straddles`` says whether the range around the score reaches across a cut-off; it
        is missing without a score.

        Parameters
        ----------
        keep
            Which of the columns that `score` kept (its ``keep=``) to put first; None: all of them.
        """
        columns: dict[str, Any] = {}
        for scale in dict.fromkeys(cutoff.scale for cutoff in self.cutoffs):
            of_scale = self._columns_of(scale)
            texts = np.empty(len(self), dtype=object)
            for row, applies in enumerate(self.applies[:, of_scale].tolist()):
                texts[row] = ", ".join(
                    self.cutoffs[column].meaning for column, yes in zip(of_scale, applies, strict=True) if yes
                )
            texts[np.isnan(self.values[scale])] = None
            columns |= {scale: self.values[scale], f"{scale}_reading": texts}
            if self.straddles is not None and scale in self.sems:
                near = self.straddles[:, of_scale].any(axis=1)
                columns[f"{scale}_straddles"] = self._unless_unscored(scale, near)
        return frame_with_kept(self.kept, columns, keep)

    def _unless_unscored(self, scale: str, near: Any) -> NDArray[Any]:
        """Return what is known of each person, None for those without a score of a scale."""
        unscored = np.isnan(self.values[scale])
        known: NDArray[Any] = near.astype(object) if unscored.any() else near
        if unscored.any():
            known[unscored] = None
        return known

    def summary(self) -> pd.DataFrame:
        """Return a pandas table with a row for each cut-off: its range, number of scores, source."""
        from intimacy_scales.results.frames import pandas_frame

        shares = [
            100 * n / scored if scored else math.nan
            for n, scored in zip(self.counts, self.scored, strict=True)
        ]
        near: dict[str, list[Any]] = {}
        if self.straddling is not None:
            near["straddling"] = [
                n if cutoff.scale in self.sems else None
                for n, cutoff in zip(self.straddling, self.cutoffs, strict=True)
            ]
        return pandas_frame(
            {
                "scale": [cutoff.scale for cutoff in self.cutoffs],
                "where": [cutoff.describe() for cutoff in self.cutoffs],
                "meaning": [cutoff.meaning for cutoff in self.cutoffs],
                "n": list(self.counts),
                "scored": list(self.scored),
                "percent": shares,
                **near,
                "source": [describe_source(cutoff) for cutoff in self.cutoffs],
            }
        ).set_index("scale")

    def _by_person(self, verdicts: NDArray[np.bool_]) -> list[list[bool | None]]:
        """Return a row for each person with an entry for each cut-off, None without a score."""
        columns = [
            self._unless_unscored(cutoff.scale, column).tolist()
            for cutoff, column in zip(self.cutoffs, verdicts.T, strict=True)
        ]
        return [list(row) for row in zip(*columns, strict=True)]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        rows = [
            {**cutoff.to_dict(), "n": n, "scored": scored}
            for cutoff, n, scored in zip(self.cutoffs, self.counts, self.scored, strict=True)
        ]
        return {
            "instrument": self.instrument.to_dict(),
            "cutoffs": rows,
            "applies": self._by_person(self.applies),
            "scores": plain(self.values),
            "sems": plain(self.sems),
            "confidence_level": self.confidence_level,
            "straddles": None if self.straddles is None else self._by_person(self.straddles),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return {
            "instrument": InstrumentRef,
            "cutoffs": many(Object(**document_types(Cutoff), n=int, scored=int)),
            "applies": many(many(bool | None)),
            "scores": by_name(Floats),
            "sems": by_name(float),
            "confidence_level": float | None,
            "straddles": many(many(bool | None)) | None,
        }

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> Interpretation:
        rows = [[bool(yes) for yes in row] for row in values["applies"]]
        sides = document_types(Cutoff)
        cutoffs = tuple(Cutoff.from_dict({n: row[n] for n in sides}) for row in values["cutoffs"])
        scored = {len(scores) for scores in values["scores"].values()} | {len(rows)}
        if len(scored) > 1 or any(len(row) != len(cutoffs) for row in rows):
            raise DocumentError(
                f"{cls.__name__}.applies: must have a row for each person, with one entry for each cut-off"
            )
        near = values["straddles"]
        if near is not None and (len(near) != len(rows) or any(len(row) != len(cutoffs) for row in near)):
            raise DocumentError(
                f"{cls.__name__}.straddles: must have a row for each person, with one entry for each cut-off"
            )
        return cls(
            instrument=values["instrument"],
            cutoffs=cutoffs,
            applies=np.array(rows, dtype=np.bool_).reshape(len(rows), len(cutoffs)),
            values=values["scores"],
            kept=DocumentTable(len(rows)),
            sems=values["sems"],
            confidence_level=values["confidence_level"],
            straddles=None
            if near is None
            else np.array([[bool(yes) for yes in row] for row in near], dtype=np.bool_).reshape(
                len(near), len(cutoffs)
            ),
        )

    def __repr__(self) -> str:
        counts = ", ".join(
            f"{n} of {scored} {cutoff.scale} {cutoff.describe()}{between} ({cutoff.meaning})"
            for cutoff, n, scored, between in zip(
                self.cutoffs, self.counts, self.scored, self._between(), strict=True
            )
        )
        outside = "".join(f", {n} in no band of {scale}" for scale, n in self._in_no_band().items())
        unscored = {scale: int(np.isnan(scores).sum()) for scale, scores in self.values.items()}
        without = "".join(f"; {n} without a score of {scale}" for scale, n in unscored.items() if n)
        return f"<Interpretation {self.instrument}: {counts}{outside}{without}{self._near()}>"

    def _near(self) -> str:
        """Return how many scores are too near to a cut-off for their SEM; empty without any SEM."""
        if self.straddling is None or self.confidence_level is None:
            return ""
        parts = ", ".join(
            f"{n} with a {percent(self.confidence_level)} range of {cutoff.scale} that straddles the "
            f"cut-off ({cutoff.describe()})"
            for n, cutoff in zip(self.straddling, self.cutoffs, strict=True)
            if cutoff.scale in self.sems
        )
        return f"; measurement error: {parts}" if parts else ""

    def page(self) -> Page:
        """Return what is displayed as data: a row for each cut-off."""
        return Page(title=str(self.instrument), tables=(frame_table(self.summary()),))


def interpret_table(
    form: Instrument,
    scores: Mapping[str, Floats],
    kept: Table,
    sems: Sems | None = None,
    confidence_level: float = 0.95,
) -> Interpretation:
    """Return the scores of a table compared with each cut-off.

    Parameters
    ----------
    form
        The instrument.
    scores
        Scale id → scores of each person.
    kept
        Columns that go with them.
    sems, confidence_level
        As of `Scores.interpret`.
    """
    cutoffs = cutoffs_of(form)
    widths = half_widths(sems, tuple(scores), confidence_level, form.ref)
    applies = np.zeros((len(kept), len(cutoffs)), dtype=np.bool_)
    near = np.zeros_like(applies)
    for column, cutoff in enumerate(cutoffs):
        distinct, positions = np.unique(scores[cutoff.scale], return_inverse=True)
        if len(distinct):
            verdicts = _verdicts(form, cutoff, distinct.tolist(), widths.get(cutoff.scale))
            of_persons = np.array(verdicts, dtype=np.bool_)[positions]
            applies[:, column], near[:, column] = of_persons[:, 0], of_persons[:, 1]
    return Interpretation(
        instrument=form.ref,
        cutoffs=cutoffs,
        applies=applies,
        values={cutoff.scale: scores[cutoff.scale] for cutoff in cutoffs},
        kept=kept,
        sems={} if sems is None else check_sems(sems, tuple(scores), form.ref),
        confidence_level=confidence_level if widths else None,
        straddles=near if widths else None,
    )


def _verdicts(
    form: Instrument, cutoff: Cutoff, scores: Sequence[float], width: float | None
) -> list[tuple[bool, bool]]:
    """Return for each score whether a cut-off applies to it, and whether its range straddles the cut-off."""
    step, ends = form.score_steps[cutoff.scale], form.score_ranges[cutoff.scale]
    verdicts = []
    for score in scores:
        near = (
            width is not None
            and not math.isnan(score)
            and straddles(cutoff, form.cutoffs, range_around(score, width, ends), step)
        )
        verdicts.append((applies_to(cutoff, form.cutoffs, score, step), near))
    return verdicts
