"""Heterotrait-monotrait ratios of correlations: whether two scales measure two things."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Unpack, get_args

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.model.model import Model, as_measurement_model
from intimacy_scales.factor.reading import data_of_model, model_first, read_sample
from intimacy_scales.factor.sample import Floats, MissingAnswers, SampleMoments
from intimacy_scales.instrument import Instrument
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of, suggest
from intimacy_scales.moments.answers import needs_answers
from intimacy_scales.numerics.progress import steps as told_steps
from intimacy_scales.numerics.resampling import check_resamples
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.numerics.ties import descending
from intimacy_scales.numerics.tolerances import NO_RESAMPLED_VARIANCE
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, check_level
from intimacy_scales.results.not_kept import AGAIN_ANSWERS, NotKept
from intimacy_scales.results.resampled_interval import interval_of_resamples
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Bounded
from intimacy_scales.results.wording import apa, counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Kind = Literal["htmt", "htmt2"]

_FEW_PERSONS = 100  # below them, the bootstrap covers too little (docs/explanation/intervals.md)


@result_class
class HeterotraitMonotrait(Result):
    """Heterotrait-monotrait ratios of each pair of scales.

    Attributes
    ----------
    names
        The scales.
    htmt
        (m, m): mean absolute correlation between the items of two scales, over the geometric mean of
        those within each (Henseler, Ringle & Sarstedt, 2015); 1 on the diagonal, nan for a scale of one item.
    htmt2
        The same with geometric means throughout (Roemer, Schuberth & Henseler, 2021), for scales whose
        items have different loadings.
    n, missing
        Persons, and how missing answers were treated.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> ratios = htmt("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> ratios.to_frame().shape, ratios.names[:2]
    ((6, 6), ('trust', 'knowledge'))
    """

    _axes: ClassVar[Mapping[str, str]] = {"names": "m", "htmt": "mm", "htmt2": "mm"}

    names: tuple[str, ...]
    htmt: Floats
    htmt2: Floats
    n: int
    missing: str
    members: tuple[tuple[int, ...], ...] = field(repr=False, compare=False)
    sample: SampleMoments = field(repr=False, compare=False)

    def confidence_interval(
        self,
        one: str,
        other: str,
        confidence_level: float = 0.95,
        *,
        kind: Kind = "htmt",
        n_resamples: int = 1000,
        rng: int | np.random.Generator | None = None,
    ) -> Interval:
        """Return a percentile bootstrap interval of one ratio.

        Resamples in which an item does not vary, so that the ratio is not defined, are left out and counted
        (``n_failed``); where they are more than 5 %, the interval is undefined.

        Parameters
        ----------
        one, other
            Two scales.
        confidence_level
            For example 0.95.
        kind
            ``htmt`` or ``htmt2``.
        n_resamples, rng
            How many resamples, and a seed or Generator. By default each call draws other resamples; pass a
            seed for results that can be reproduced.

        Raises
        ------
        EstimationError
            An unknown scale or kind; moments without each person's answers.
        """
        level = check_level(confidence_level)
        for name in (one, other):
            if name not in self.names:
                raise EstimationError(
                    f"{name!r} is not a scale of these ratios; allowed: {', '.join(self.names)}"
                    f"{suggest(name, self.names)}"
                )
        if one == other:
            raise EstimationError(f"{one!r} is named twice; name two scales")
        check_kind(kind)
        if self.sample.rows is None:
            raise needs_answers("the bootstrap")
        check_resamples(n_resamples)
        drawn = self._resampled(
            self.names.index(one), self.names.index(other), kind, n_resamples, generator(rng)
        )
        drawn, n = np.where(np.isfinite(drawn), drawn, np.nan), len(self.sample.rows)
        cautions = []
        if (persons := min(n, self.n)) < _FEW_PERSONS:
            cautions.append(
                f"with fewer than {_FEW_PERSONS} persons the interval is too narrow (n = {persons}); nominal "
                "95 % intervals covered 62 to 73 % of simulated samples of 30"
            )
        return interval_of_resamples(
            drawn, level, n=n, failing="the ratio is not defined in", cautions=cautions, bounded=True
        )

    def _resampled(
        self, one: int, other: int, kind: Kind, n_resamples: int, rng: np.random.Generator
    ) -> Floats:
        """Return the ratio in each resample of persons (n_resamples,); nan where it is undefined."""
        assert self.sample.rows is not None
        first, second = self.members[one], self.members[other]
        rows = self.sample.rows[:, [*first, *second]]
        parts = [tuple(range(len(first))), tuple(range(len(first), rows.shape[1]))]
        drawn = np.empty(n_resamples)
        for i in told_steps(range(n_resamples), "resampling the ratio", n_resamples):
            picked = rows[rng.integers(0, len(rows), len(rows))]
            with np.errstate(invalid="ignore", divide="ignore"):
                r = _pairwise(picked)
            drawn[i] = ratio(r, *parts, geometric=kind == "htmt2")
        return drawn

    def to_frame(self, kind: Kind = "htmt") -> pd.DataFrame:
        """Return the ratios as a pandas table with a row and a column for each scale."""
        from intimacy_scales.results.frames import pandas_frame

        check_kind(kind)
        matrix = self.htmt if kind == "htmt" else self.htmt2
        columns = {name: matrix[:, j].copy() for j, name in enumerate(self.names)}
        return pandas_frame({"": list(self.names), **columns}).set_index("").rename_axis(None)

    def _bounded_columns(self) -> Bounded:
        return self.names

    def to_dict(self) -> dict[str, Any]:
        """Return both matrices as plain values."""
        return {name: plain(getattr(self, name)) for name in ("names", "htmt", "htmt2", "n", "missing")}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("members", "sample"))

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> HeterotraitMonotrait:
        behind = NotKept(cls.__name__, "the answers behind them", AGAIN_ANSWERS, {})
        return made_of(cls, values, members=behind, sample=behind)

    def __repr__(self) -> str:
        pairs = [(i, j) for i in range(len(self.names)) for j in range(i)]
        pairs = [pairs[n] for n in descending([float(np.nan_to_num(self.htmt[pair])) for pair in pairs])]
        largest = [
            f"{self.names[j]} and {self.names[i]} {apa(float(self.htmt[i, j]), 3)} (HTMT2 "
            f"{apa(float(self.htmt2[i, j]), 3)})"
            for i, j in pairs[:5]
        ]
        listed = "; ".join(largest)
        return f"<HTMT of {len(self.names)} scales, largest first: {listed}; n = {self.n}, {self.missing}>"


def check_kind(kind: str) -> None:
    """Raise where a kind of ratio is not valid."""
    if kind not in get_args(Kind):
        raise EstimationError(not_one_of("kind", kind, get_args(Kind)))


def _pairwise(rows: Floats) -> Floats:
    """Return correlations, each of the rows that have both values, from sums of all pairs at once."""
    answered = (~np.isnan(rows)).astype(np.float64)
    x = np.where(answered > 0, rows, 0.0)
    n, s, p, q = answered.T @ answered, x.T @ answered, x.T @ x, (x**2).T @ answered
    spread = n * q - s**2
    spread = np.where(spread > NO_RESAMPLED_VARIANCE * n * q, spread, np.nan)
    correlations: Floats = (n * p - s * s.T) / np.sqrt(spread * spread.T)
    return correlations


def ratio(r: Floats, first: Sequence[int], second: Sequence[int], *, geometric: bool) -> float:
    """Return the ratio of two scales from the correlations of all items; nan where it is undefined.

    ``mean |r_ij| / sqrt(mean |r_ii'| mean |r_jj'|)`` over items i of the first and j of the second scale
    (Henseler, Ringle & Sarstedt, 2015); with ``geometric`` of geometric means (Roemer et al., 2021).
    """
    if min(len(first), len(second)) < 2:
        return math.nan
    size = np.abs(r)
    between = size[np.ix_(first, second)].ravel()
    within = [size[np.ix_(scale, scale)][np.tril_indices(len(scale), -1)] for scale in (first, second)]
    with np.errstate(divide="ignore"):
        means = [float(np.exp(np.mean(np.log(v))) if geometric else np.mean(v)) for v in (between, *within)]
    below = means[1] * means[2]
    return means[0] / math.sqrt(below) if below > 0 else math.nan


@reads_answers
def htmt(
    model: Model | str | Instrument,
    data: Any = None,
    *,
    missing: MissingAnswers = "listwise",
    instrument: Instrument | str | Path | None = None,
    **reading: Unpack[ReadingOptions],
) -> HeterotraitMonotrait:
    """Compute heterotrait-monotrait ratios, which show whether scales measure different things.

    Parameters
    ----------
    model
        Which items measure what: a text such as ``trust =~ a + b; caring =~ c + d``, a `Model`, or an
        `Instrument`.
    data, missing
        As in `cfa`; ``listwise`` or ``pairwise``. Reverse-keyed items may stay as they are, as absolute
        correlations are used.
    instrument
        Whose answers a table holds, where the model is not the instrument itself: they are checked
        against it, and reverse-keyed items are keyed.
    **reading
        How the table is read, as in `encode`; of a table of numbers without an instrument only
        ``on_invalid="accept"``, to take every number as it is.

    Returns
    -------
    HeterotraitMonotrait
        With `to_frame` and `confidence_interval`.

    Raises
    ------
    EstimationError
        Fewer than two scales, an item that does not vary, FIML.

    Notes
    -----
    Near 1, two scales measure the same; .85 and .90 are used as guides (Henseler et al., 2015).

    Examples
    --------
    >>> from intimacy_scales import encode, load, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> round(float(htmt(load("scii-24"), answers).htmt[0, 1]), 2)
    0.47
    """
    if missing not in ("listwise", "pairwise"):
        raise EstimationError(not_one_of("missing", missing, ("listwise", "pairwise")))
    model_first("htmt", model, data)
    written = as_measurement_model(model)
    factors = [f for f in written.latent if all(i not in written.latent for i in written.indicators(f))]
    if len(factors) < 2:
        raise EstimationError(
            f"HTMT compares two or more scales; the model has {counted(len(factors), 'factor')} with items"
        )
    items = [item for factor in factors for item in written.indicators(factor)]
    twice = sorted({item for item in items if items.count(item) > 1})
    if twice:
        raise EstimationError(
            f"{twice[0]} belongs to two scales and would be compared with itself; leave it out of one"
        )
    given = data_of_model(model, data, instrument, reading)
    sample = read_sample(given.data, written.observed, missing=missing, accept=given.accept)
    sample.check_usable()
    members = [tuple(written.observed.index(i) for i in written.indicators(f)) for f in factors]
    m = len(factors)
    ratios = {False: np.eye(m), True: np.eye(m)}
    for geometric, matrix in ratios.items():
        for i in range(m):
            for j in range(i):
                value = ratio(sample.correlations, members[i], members[j], geometric=geometric)
                matrix[i, j] = matrix[j, i] = value
    return HeterotraitMonotrait(
        names=tuple(factors),
        htmt=ratios[False],
        htmt2=ratios[True],
        n=sample.n,
        missing=missing,
        members=tuple(members),
        sample=sample,
    )
