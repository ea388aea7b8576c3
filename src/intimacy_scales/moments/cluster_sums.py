"""Sums over clusters, such as couples, from which clustered intervals are made without the answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import DocumentError, EstimationError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.messages import shortened
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.cluster_products import ScaleClusterSums, n_entries, sums_of_scale, variance_of
from intimacy_scales.moments.clusters import Clusters, cluster_positions
from intimacy_scales.moments.item_moments import ItemMoments, moments_of_codes, no_moments
from intimacy_scales.moments.keyed import KeyedMoments, Missing, check_missing
from intimacy_scales.moments.scale_items import scale_items
from intimacy_scales.reading.encoding import Codes
from intimacy_scales.reading.options import ReadingOptions, reading_of, reads_answers
from intimacy_scales.reading.table import checked
from intimacy_scales.results.document_types import Object, by_name
from intimacy_scales.results.documents import read
from intimacy_scales.results.frozen import Frozen
from intimacy_scales.results.result import plain
from intimacy_scales.results.sums import Sums

Floats = NDArray[np.float64]

MOST_ITEMS = 12  # of a scale that is not named: the number of sums grows with the fourth power of it
_MOST_NAMED = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSums(Frozen, Sums):
    """Sums over clusters of persons; sums of parts that share no cluster add up.

    Attributes
    ----------
    moments
        Sums over persons, as `item_moments` returns them.
    missing
        ``pairwise``: of the answers to both items of each pair. ``listwise``: of persons who answered the
        whole scale.
    n_clusters
        Number of clusters, with or without an answer.
    scales
        The sums of each scale.

    Examples
    --------
    >>> from intimacy_scales import cronbach_alpha, simulate
    >>> answers = simulate("scii-24", 300, couples=0.4, rng=1).answers
    >>> sums = cluster_sums("scii-24", answers, clusters="couple")
    >>> alpha = cronbach_alpha(sums.moments, scale="trust")
    >>> interval = alpha.confidence_interval(method="adf", clusters=sums)
    >>> interval.n, round(interval.low, 2), round(interval.high, 2)
    (150, 0.71, 0.81)
    """

    moments: ItemMoments
    missing: Missing
    n_clusters: int
    scales: Mapping[str, ScaleClusterSums]

    def __add__(self, other: ClusterSums) -> ClusterSums:
        """Return the sums over both parts; no cluster may have members in both.

        Raises
        ------
        EstimationError
            The instruments, scales or rules for missing answers are different.
        """
        if not isinstance(other, ClusterSums):
            return NotImplemented
        if self.missing != other.missing or self.scales.keys() != other.scales.keys():
            raise EstimationError(
                f"these sums do not add up: missing={self.missing!r} and {other.missing!r}, scales "
                f"{', '.join(self.scales)} and {', '.join(other.scales)}; make both with the same options"
            )
        return ClusterSums(
            moments=self.moments + other.moments,
            missing=self.missing,
            n_clusters=self.n_clusters + other.n_clusters,
            scales={name: part + other.scales[name] for name, part in self.scales.items()},
        )

    def variance(self, moments: KeyedMoments, gradient: Floats) -> tuple[float, int]:
        """Return the variance of a coefficient, and the number of clusters that it is based on.

        Parameters
        ----------
        moments
            Moments from which the coefficient was computed.
        gradient
            (k, k): its derivative with respect to each covariance.

        Raises
        ------
        EstimationError
            There are no sums of this scale, or they are of another rule for missing answers.
        """
        sums = self.scales.get(moments.scale)
        if sums is None:
            raise EstimationError(
                f"clusters: there are no sums of scale {moments.scale!r}; name it when they are made, as in "
                f"cluster_sums(…, scales=[{moments.scale!r}])"
            )
        if moments.missing != self.missing:
            raise EstimationError(
                f"clusters: these sums are of missing={self.missing!r}, and the coefficient is of "
                f"missing={moments.missing!r}; make both with the same rule"
            )
        return variance_of(sums, moments, gradient)

    def to_dict(self) -> dict[str, Any]:
        """Return all sums, ready for JSON."""
        return {
            "instrument": self.moments.instrument.ref.to_dict(),
            "moments": self.moments.to_dict(),
            "missing": self.missing,
            "n_clusters": self.n_clusters,
            "scales": {
                name: {"n": part.n, "totals": plain(part.totals), "squares": part.squares.tolist()}
                for name, part in self.scales.items()
            },
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], *, instrument: Instrument | None = None) -> ClusterSums:
        """Return the sums that `to_dict` wrote; arguments and errors as of `ItemMoments.from_dict`."""
        values = read(_DOCUMENT, document, "ClusterSums")
        moments = ItemMoments.from_dict(values["moments"], instrument=instrument)
        if values["instrument"] != moments.instrument.ref:
            raise DocumentError(
                f"ClusterSums.instrument: it is {values['instrument']}, and its moments are of "
                f"{moments.instrument.ref}"
            )
        if not 0 <= values["n_clusters"] <= moments.n_persons:
            raise DocumentError(
                f"ClusterSums.n_clusters: {values['n_clusters']} is not a number from 0 to that of persons, "
                f"{moments.n_persons}"
            )
        items_by_scale = scale_items(moments.instrument)
        for name, part in values["scales"].items():
            if name not in items_by_scale:
                raise DocumentError(f"ClusterSums.scales: there is no scale {shortened(name)}")
            m = n_entries(len(items_by_scale[name].ids))
            if part.totals.shape != (m,) or part.squares.shape != (m, m) or part.n < 0:
                raise DocumentError(
                    f"ClusterSums.scales.{name}: totals must have {m} entries, squares {m} by {m}, and n "
                    f"must be at least 0; there are {len(part.totals)} and {part.squares.shape}, n={part.n}"
                )
        return cls(moments=moments, **{name: values[name] for name in ("missing", "n_clusters", "scales")})

    def __repr__(self) -> str:
        persons = f"{self.moments.n_persons:,} persons in {self.n_clusters:,} clusters"
        return f"<ClusterSums of {self.moments.instrument.ref}: {persons}, scales {', '.join(self.scales)}>"


_DOCUMENT = Object(
    instrument=InstrumentRef, moments=Any, missing=Missing, n_clusters=int, scales=by_name(ScaleClusterSums)
)


def chosen_scales(instrument: Instrument, scales: Collection[str] | None) -> tuple[str, ...]:
    """Return the scales whose sums are made: those named, or by default those with few items.

    Raises
    ------
    EstimationError
        A scale does not exist, or has too many items.
    """
    items_by_scale = scale_items(instrument)
    if scales is None:
        return tuple(
            name
            for name, items in items_by_scale.items()
            if len(items.ids) <= MOST_ITEMS and not items.keyed_both_ways
        )
    names = (scales,) if isinstance(scales, str) else tuple(dict.fromkeys(scales))
    for name in names:
        if name not in items_by_scale:
            raise EstimationError(
                f"scales: {instrument.id} has no scale {name!r}; it has {', '.join(items_by_scale)}"
            )
        if len(items_by_scale[name].ids) > _MOST_NAMED:
            raise EstimationError(
                f"scales: {name} has {len(items_by_scale[name].ids)} items; allowed: up to {_MOST_NAMED}, "
                "since the number of sums over clusters grows with the fourth power of the number of items"
            )
    return names


def no_cluster_sums(instrument: Instrument, missing: Missing, scales: Collection[str]) -> ClusterSums:
    """Return the sums over no persons."""
    items_by_scale = scale_items(instrument)
    lengths = {name: n_entries(len(items_by_scale[name].ids)) for name in scales}
    return ClusterSums(
        moments=no_moments(instrument),
        missing=missing,
        n_clusters=0,
        scales={
            name: ScaleClusterSums(
                n=0, totals=np.zeros(m, dtype=np.int64), squares=np.zeros((m, m), dtype=np.int64)
            )
            for name, m in lengths.items()
        },
    )


def sums_of_clusters(
    instrument: Instrument,
    codes: Codes,
    positions: NDArray[np.intp],
    missing: Missing,
    scales: Collection[str],
) -> ClusterSums:
    """Return the sums over whole clusters.

    Parameters
    ----------
    instrument, codes
        Checked answers.
    positions
        Each person's cluster as a number from 0, without gaps in the numbers.
    missing, scales
        As in `ClusterSums`; of scales, the ids.
    """
    items_by_scale = scale_items(instrument)
    order = np.argsort(positions, kind="stable")
    ordered, ordered_positions = codes[order], positions[order]
    with one_blas_thread():
        sums = {
            name: sums_of_scale(items_by_scale[name], ordered, ordered_positions, missing) for name in scales
        }
    return ClusterSums(
        moments=moments_of_codes(instrument, codes),
        missing=missing,
        n_clusters=int(positions.max(initial=-1)) + 1,
        scales=sums,
    )


def check_cluster_sums(clusters: Any, method: str, answers: Any) -> bool:
    """Return whether `clusters` are sums over clusters, and check that the interval can use them.

    Raises
    ------
    EstimationError
        The method is not ``adf``, or the coefficient was computed from other answers.
    """
    if not isinstance(clusters, ClusterSums):
        return False
    if method != "adf":
        raise EstimationError(
            f"method={method!r} is not valid with sums over clusters; allowed: 'adf'. For other methods, "
            "compute the coefficient from encode(instrument, table)"
        )
    if answers != clusters.moments:
        raise EstimationError(
            "clusters: these sums are of other answers; compute the coefficient from their .moments"
        )
    return True


def units_of(answers: Any, clusters: Clusters | ClusterSums) -> NDArray[np.intp] | ClusterSums | None:
    """Return the units of an interval: each person's cluster, sums over clusters, or None for persons."""
    return clusters if isinstance(clusters, ClusterSums) else cluster_positions(answers, clusters)


@reads_answers
def cluster_sums(
    instrument: Instrument | str | Path,
    responses: Any,
    *,
    clusters: Clusters,
    missing: Missing = "pairwise",
    scales: Collection[str] | None = None,
    **reading: Unpack[ReadingOptions],
) -> ClusterSums:
    """Return sums over clusters, for clustered intervals of alpha and omega without the answers.

    Parameters
    ----------
    instrument, responses
        As in `item_moments`.
    clusters
        Who belongs together: a column of the table, or one label for each person.
    missing
        As in `cronbach_alpha`.
    scales
        Scales whose sums are made; None: those of up to 12 items. The number of sums grows with the fourth
        power of the number of items.
    **reading
        As in `encode`.

    Returns
    -------
    ClusterSums
        To be passed as ``clusters=`` to intervals and reports that are computed from its
        `ClusterSums.moments`.

    Raises
    ------
    EstimationError
        A person has no label, or a scale does not exist or has too many items.
    InvalidResponsesError, MissingColumnsError, ResponseError
        As `encode` does.

    Notes
    -----
    The interval is that of ``method="adf"``, with a sandwich variance: influences are added up within
    clusters before they are squared (Liang & Zeger, 1986).

    Examples
    --------
    >>> row = dict.fromkeys((f"ras_{n}" for n in range(1, 8)), 4)
    >>> sums = cluster_sums("ras", [row | {"couple": n // 2} for n in range(9)], clusters="couple")
    >>> sums.n_clusters, sums.scales["total"].n
    (5, 5)
    """
    options = reading_of(reading)
    form = options.form(instrument)
    names = chosen_scales(form, scales)
    check_missing(missing)
    answers = checked(form, responses, options, clusters=clusters)
    positions = cluster_positions(answers, clusters)
    if positions is None:
        raise EstimationError("clusters=None: name the column that says who belongs together")
    return sums_of_clusters(form, answers.codes, positions, missing, names)
