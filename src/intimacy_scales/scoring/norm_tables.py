"""The scores of a table compared with a norm sample."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import UnknownNameError
from intimacy_scales.instrument import Instrument, InstrumentRef, Norm
from intimacy_scales.late import late_module
from intimacy_scales.reading.frames import DocumentTable, Table
from intimacy_scales.reading.kept import frame_with_kept
from intimacy_scales.results.document_checks import check_axes
from intimacy_scales.results.document_types import Object, by_name, types_of
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import counted, shown
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

    Examples
    --------
    >>> from intimacy_scales import Norm, score
    >>> norm = Norm(scale="total", sample="200 simulated persons", n=200, mean=3.5, sd=0.5)
    >>> answers = [{f"ras_{n}": value for n in range(1, 8)} for value in (3, 5)]
    >>> of_scale = score("ras", answers).standardize(norm)["total"]
    >>> of_scale.t.round(1).tolist(), of_scale.norm.n
    ([40.0, 57.1], 200)
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
            f"<StandardScores {self.instrument}: {counted(len(self), 'person')}, "
            f"scales {', '.join(self.scales)}; "
            f"compared with {describe_samples(self.norms)}{without_norm}>"
        )

    def page(self) -> Page:
        """Return what is displayed as data: the average of each scale, and the sample of its norm."""
        rows = self.scales.items()
        columns = {
            "scale": [name for name, _ in rows],
            "mean z": [_shown(np.nanmean, s.z, 2) for _, s in rows],
            "mean T": [_shown(np.nanmean, s.t, 1) for _, s in rows],
            "median percentile": [_shown(np.nanmedian, s.percentile, 0) for _, s in rows],
            "sample": [s.norm.sample for _, s in rows],
        }
        compared = f"{counted(len(self), 'person')}, compared with {describe_samples(self.norms)}"
        title = f"{self.instrument}: {compared}"
        return Page(title=title, tables=(TextTable(title="Standard scores", columns=columns),))


def _shown(statistic: Any, values: Floats, digits: int) -> str:
    return "-" if np.isnan(values).all() else shown(float(statistic(values)), digits)


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
