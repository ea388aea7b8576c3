"""The scores of a table compared with a norm sample, and interpreted by published cut-offs."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import field
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import DocumentError, UnknownNameError
from intimacy_scales.instrument import Cutoff, Instrument, InstrumentRef, Norm
from intimacy_scales.instrument.cutoff import following_band
from intimacy_scales.late import late_module
from intimacy_scales.reading.frames import DocumentTable, Table
from intimacy_scales.reading.kept import frame_with_kept
from intimacy_scales.results.document_checks import check_axes
from intimacy_scales.results.document_types import Object, by_name, document_types, many, types_of
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.scoring.interpretation import applies as applies_to
from intimacy_scales.scoring.interpretation import cutoffs_of, describe_source
from intimacy_scales.scoring.norms import NormChoice, choose_norms, describe_samples

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Floats = NDArray[np.float64]


def percentiles(norm: Norm, scores: Floats) -> Floats:
    """Return percentile ranks (n_persons,), as `Norm.percentile` does for one score; nan if missing.

    They are interpolated linearly in the norm table; without one, ``100 * Phi((score - mean) / sd)``.
    """
    if norm.percentiles:
        points, ranks = np.array(norm.percentiles, dtype=np.float64).T
        table: Floats = np.where(np.isnan(scores), math.nan, np.interp(scores, points, ranks))
        return table
    from scipy.special import ndtr

    normal: Floats = 100.0 * ndtr((scores - norm.mean) / norm.sd)
    return normal


def beyond(norm: Norm, scores: Floats) -> NDArray[np.int8]:
    """Return for each score whether it lies outside a norm table: -1 below, 1 above, otherwise 0."""
    sides = np.zeros(len(scores), dtype=np.int8)
    if norm.percentiles:
        (lowest, first), (highest, last) = norm.percentiles[0], norm.percentiles[-1]
        sides[(scores < lowest) & (first > 0)] = -1  # a first rank of 0 % leaves nobody below it
        sides[(scores > highest) & (last < 100)] = 1
    return sides


@result_class
class StandardScale(Result):
    """Standard scores on one scale.

    Attributes
    ----------
    z, t, percentile
        (n_persons,), read-only; nan if there is no score.
    beyond
        (n_persons,): 1 if a score lies above the norm table, so that its rank exceeds ``percentile`` by an
        unknown amount; -1 if it lies below; otherwise 0.
    norm
        The norm that scores were compared with.
    """

    _axes: ClassVar[Mapping[str, str]] = {"z": "n", "t": "n", "percentile": "n", "beyond": "n"}

    z: Floats
    t: Floats
    percentile: Floats
    beyond: NDArray[np.int8]
    norm: Norm

    def to_dict(self) -> dict[str, Any]:
        """Return the standard scores, None where a score is missing, and the norm."""
        return {**self.figures(), "norm": self.norm.to_dict()}

    def figures(self) -> dict[str, list[float | None]]:
        """Return z, T, percentile rank and `beyond` of each person, None where a score is missing."""
        return {kind: plain(getattr(self, kind)) for kind in ("z", "t", "percentile", "beyond")}

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of the figures; `beyond` is one of them if ranks come from a norm table."""
        return ("z", "t", "percentile", *(("beyond",) if self.norm.percentiles else ()))


@result_class
class StandardScores(Result):
    """The scores of a table compared with a norm sample.

    Attributes
    ----------
    instrument
        Reference to the instrument.
    scales
        Scale id → z, T and percentile rank of each person, with the norm.
    without_norm
        Scales that have no norm.

    Examples
    --------
    >>> from intimacy_scales import Norm, score
    >>> norm = Norm(scale="total", sample="200 simulated persons", n=200, mean=3.5, sd=0.5)
    >>> standard = score("ras", [{f"ras_{n}": x for n in range(1, 8)} for x in (3, 5)]).standardize(norm)
    >>> standard.samples, len(standard["total"].t)
    (('200 simulated persons',), 2)
    """

    instrument: InstrumentRef
    scales: dict[str, StandardScale]
    without_norm: tuple[str, ...]
    kept: Table = field(repr=False)

    @property
    def norms(self) -> dict[str, Norm]:
        """Scale id → its norm."""
        return {name: scale.norm for name, scale in self.scales.items()}

    @property
    def samples(self) -> tuple[str, ...]:
        """Names of the norm samples."""
        return tuple(dict.fromkeys(norm.sample for norm in self.norms.values()))

    def __len__(self) -> int:
        return len(self.kept)

    def __getitem__(self, scale: str) -> StandardScale:
        """Return the standard scores of one scale."""
        if scale not in self.scales:
            raise UnknownNameError(
                f"{scale!r} was not compared with a norm; compared: {', '.join(self.scales)}"
            )
        return self.scales[scale]

    def to_frame(self, *, keep: Sequence[Hashable] | None = None) -> Any:
        """Return ``<scale>_z``, ``<scale>_t`` and ``<scale>_percentile`` in the caller's kind of frame.

        With a norm table also ``<scale>_beyond``: 1 above its highest score, -1 below its lowest, else 0.

        Parameters
        ----------
        keep
            Which of the columns that `score` kept (its ``keep=``) to put first; None: all of them.
        """
        columns = {
            f"{name}_{kind}": getattr(scale, kind)
            for name, scale in self.scales.items()
            for kind in scale.kinds
        }
        return frame_with_kept(self.kept, columns, keep)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, None where a score is missing."""
        return {
            "instrument": self.instrument.to_dict(),
            "scores": {name: scale.figures() for name, scale in self.scales.items()},
            "norms": {name: norm.to_dict() for name, norm in self.norms.items()},
            "without_norm": list(self.without_norm),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        figures = {name: kind for name, kind in types_of(StandardScale).items() if name != "norm"}
        return {
            "instrument": InstrumentRef,
            "scores": by_name(Object(**figures)),
            "norms": by_name(Norm),
            "without_norm": Sequence[str],
        }

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> StandardScores:
        scales = {
            name: StandardScale(**figures, norm=values["norms"][name])
            for name, figures in values["scores"].items()
        }
        check_axes(list(scales.values()), f"{cls.__name__}.scores")
        n_persons = max((len(scale.z) for scale in scales.values()), default=0)
        return cls(
            instrument=values["instrument"],
            scales=scales,
            without_norm=values["without_norm"],
            kept=DocumentTable(n_persons),
        )

    def __repr__(self) -> str:
        without_norm = f"; no norm of {', '.join(self.without_norm)}" if self.without_norm else ""
        return (
            f"<StandardScores {self.instrument}: {len(self)} persons, scales {', '.join(self.scales)}; "
            f"compared with {describe_samples(self.norms)}{without_norm}>"
        )

    def _repr_html_(self) -> str:
        head = "".join(
            f"<th>{name}</th>" for name in ("scale", "mean z", "mean T", "median percentile", "sample")
        )
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{_shown(np.nanmean, s.z, 2)}</td>"
            f"<td>{_shown(np.nanmean, s.t, 1)}</td><td>{_shown(np.nanmedian, s.percentile, 0)}</td>"
            f"<td>{escape(s.norm.sample)}</td></tr>"
            for name, s in self.scales.items()
        )
        return (
            f"<table><caption>{escape(str(self.instrument))}: {len(self)} persons, compared with "
            f"{escape(describe_samples(self.norms))}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )


def _shown(statistic: Any, values: Floats, digits: int) -> str:
    return "-" if np.isnan(values).all() else f"{statistic(values):.{digits}f}"


def standardize_table(
    form: Instrument, scores: Mapping[str, Floats], norm: NormChoice, kept: Table
) -> StandardScores:
    """Return the scores of a table (scale id → scores of each person) compared with a norm sample."""
    norms = choose_norms(form, norm)
    scales = {}
    for name, scale_norm in norms.items():
        z = (scores[name] - scale_norm.mean) / scale_norm.sd
        scales[name] = StandardScale(
            z=z,
            t=50.0 + 10.0 * z,
            percentile=percentiles(scale_norm, scores[name]),
            beyond=beyond(scale_norm, scores[name]),
            norm=scale_norm,
        )
    return StandardScores(
        instrument=form.ref,
        scales=scales,
        without_norm=tuple(name for name in scores if name not in norms),
        kept=kept,
    )


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

    Examples
    --------
    >>> from intimacy_scales import score
    >>> answers = [{f"csi16_{n}": x for n in range(1, 17)} for x in (2, 4)]
    >>> interpretation = score("csi-16", answers).interpret()
    >>> interpretation.applies.tolist(), interpretation.counts, interpretation.scored
    ([[True], [False]], (1,), (2,))
    """

    instrument: InstrumentRef
    cutoffs: tuple[Cutoff, ...]
    applies: NDArray[np.bool_]
    values: Mapping[str, Floats]
    kept: Table = field(repr=False)

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

        Parameters
        ----------
        keep
            Which of the columns that `score` kept (its ``keep=``) to put first; None: all of them.
        """
        columns: dict[str, NDArray[Any]] = {}
        for scale in dict.fromkeys(cutoff.scale for cutoff in self.cutoffs):
            of_scale = self._columns_of(scale)
            texts = np.empty(len(self), dtype=object)
            for row, applies in enumerate(self.applies[:, of_scale].tolist()):
                texts[row] = ", ".join(
                    self.cutoffs[column].meaning for column, yes in zip(of_scale, applies, strict=True) if yes
                )
            texts[np.isnan(self.values[scale])] = None
            columns |= {scale: self.values[scale], f"{scale}_reading": texts}
        return frame_with_kept(self.kept, columns, keep)

    def summary(self) -> pd.DataFrame:
        """Return a pandas table with a row for each cut-off: its range, number of scores, source."""
        from intimacy_scales.results.frames import pandas_frame

        shares = [
            100 * n / scored if scored else math.nan
            for n, scored in zip(self.counts, self.scored, strict=True)
        ]
        return pandas_frame(
            {
                "scale": [cutoff.scale for cutoff in self.cutoffs],
                "where": [cutoff.describe() for cutoff in self.cutoffs],
                "meaning": [cutoff.meaning for cutoff in self.cutoffs],
                "n": list(self.counts),
                "scored": list(self.scored),
                "percent": shares,
                "source": [describe_source(cutoff) for cutoff in self.cutoffs],
            }
        ).set_index("scale")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        rows = [
            {**cutoff.to_dict(), "n": n, "scored": scored}
            for cutoff, n, scored in zip(self.cutoffs, self.counts, self.scored, strict=True)
        ]
        unscored = {scale: np.isnan(values).tolist() for scale, values in self.values.items()}
        applies = [
            [None if no_score else yes for yes, no_score in zip(column, unscored[cutoff.scale], strict=True)]
            for column, cutoff in zip(self.applies.T.tolist(), self.cutoffs, strict=True)
        ]
        by_person = [list(row) for row in zip(*applies, strict=True)]
        return {
            "instrument": self.instrument.to_dict(),
            "cutoffs": rows,
            "applies": by_person,
            "scores": plain(self.values),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return {
            "instrument": InstrumentRef,
            "cutoffs": many(Object(**document_types(Cutoff), n=int, scored=int)),
            "applies": many(many(bool | None)),
            "scores": by_name(Floats),
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
        return cls(
            instrument=values["instrument"],
            cutoffs=cutoffs,
            applies=np.array(rows, dtype=np.bool_).reshape(len(rows), len(cutoffs)),
            values=values["scores"],
            kept=DocumentTable(len(rows)),
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
        return f"<Interpretation {self.instrument}: {counts}{outside}{without}>"

    def _repr_html_(self) -> str:
        table = self.summary().reset_index().round(1).to_html(index=False, border=0, justify="left")
        return f"<p><b>{escape(str(self.instrument))}</b></p>{table}"


def interpret_table(form: Instrument, scores: Mapping[str, Floats], kept: Table) -> Interpretation:
    """Return the scores of a table (scale id → scores of each person) compared with each cut-off."""
    cutoffs, steps = cutoffs_of(form), form.score_steps
    applies = np.zeros((len(kept), len(cutoffs)), dtype=np.bool_)
    for column, cutoff in enumerate(cutoffs):
        distinct, positions = np.unique(scores[cutoff.scale], return_inverse=True)
        step = steps[cutoff.scale]
        verdicts = [applies_to(cutoff, cutoffs, value, step) for value in distinct.tolist()]
        if len(distinct):
            applies[:, column] = np.array(verdicts, dtype=np.bool_)[positions]
    values = {cutoff.scale: scores[cutoff.scale] for cutoff in cutoffs}
    return Interpretation(instrument=form.ref, cutoffs=cutoffs, applies=applies, values=values, kept=kept)
