"""Parallel analysis: eigenvalues of items compared with those of unrelated items."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, Unpack, get_args

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.exploratory.adequacy import read_correlations
from intimacy_scales.factor.exploratory.retention import RetentionFigures, eigenvalues, sample_fields
from intimacy_scales.factor.reading import data_given, of_rows
from intimacy_scales.factor.sample import Floats, MissingAnswers, SampleMoments
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.numerics.arguments import is_real
from intimacy_scales.numerics.normal_draws import standard_normal
from intimacy_scales.numerics.progress import steps as told_steps
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.results.documents import instrument_for
from intimacy_scales.results.result import result_class
from intimacy_scales.results.wording import counted, percent

Null = Literal["normal", "permuted"]


@result_class
class ParallelAnalysis(RetentionFigures):
    """Parallel analysis: eigenvalues of the items compared with those of unrelated items.

    Attributes
    ----------
    n_components, n_factors
        How many eigenvalues, from the first on, exceed the quantile of those of unrelated items: of the
        correlations, and of the correlations with communalities on the diagonal.
    n_components_by_mean, n_factors_by_mean
        The same with the mean instead of the quantile (Horn, 1965).
    component_values, component_means, component_quantiles
        (p,): observed eigenvalues of the correlations; mean and quantile for unrelated items.
    factor_values, factor_means, factor_quantiles
        (p,): the same for the reduced correlations.
    null, n_iterations, quantile, seed
        The kind of unrelated items, the number of matrices drawn, the quantile, and the seed, if any.
    n, n_items, missing, instrument
        Persons, items, the missing rule, and what was answered.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> parallel_analysis("scii-24", simulate("scii-24", 500, rng=1).answers, n_iterations=20)
    <Parallel analysis of 24 items: 6 factors, 5 components; above 95% of 20 draws, normal; n = 500, pairwise>
    """

    _axes: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (
            "component_values", "component_means", "component_quantiles",
            "factor_values", "factor_means", "factor_quantiles",
        ), "p",
    )  # fmt: skip

    n_components: int
    n_factors: int
    n_components_by_mean: int
    n_factors_by_mean: int
    component_values: Floats
    component_means: Floats
    component_quantiles: Floats
    factor_values: Floats
    factor_means: Floats
    factor_quantiles: Floats
    null: Null
    n_iterations: int
    quantile: float
    seed: int | None

    def to_r(
        self,
        path: str = "answers.csv",
        *,
        items: Sequence[str] | None = None,
        instrument: Instrument | str | Path | None = None,
    ) -> str:
        """Return an R script that computes the observed eigenvalues, from a CSV file of answers.

        Parameters
        ----------
        path, instrument
            As in `CFAResult.to_r`.
        items
            The items that were analysed, in their order; None: all of the instrument.

        Raises
        ------
        EstimationError
            The number of items is another one.

        Examples
        --------
        >>> from intimacy_scales import simulate
        >>> result = parallel_analysis("ras", simulate("ras", 200, rng=1).answers, n_iterations=20)
        >>> "eigen(r)$values" in result.to_r()
        True
        """
        from intimacy_scales.factor.exploratory.r_script import parallel_script

        form = None if self.instrument is None else instrument_for(self.instrument, instrument)
        names = tuple(items) if items is not None else () if form is None else form.item_ids
        if len(names) != self.n_items:
            raise EstimationError(
                f"to_r(): {self.n_items} items were analysed, and {len(names)} are named; pass items=[…] "
                "with all of them, in their order"
            )
        return parallel_script(self, form, names, path)

    def _columns(self) -> dict[str, Any]:
        kinds = ("component", "factor")
        parts = ("values", "means", "quantiles")
        figures = {f"{kind}_{part}": getattr(self, f"{kind}_{part}") for kind in kinds for part in parts}
        return {"number": np.arange(1, self.n_items + 1), **figures}

    def __repr__(self) -> str:
        return (
            f"<Parallel analysis of {counted(self.n_items, 'item')}: {counted(self.n_factors, 'factor')}, "
            f"{counted(self.n_components, 'component')}; above {percent(self.quantile)} of "
            f"{counted(self.n_iterations, 'draw')}, {self.null}; n = {self.n}, {self.missing}>"
        )


def check_iterations(n_iterations: int) -> None:
    """Raise where the number of data sets to draw is not valid."""
    if isinstance(n_iterations, bool) or not isinstance(n_iterations, int | np.integer) or n_iterations < 1:
        raise EstimationError(
            f"n_iterations={n_iterations!r} is not valid; allowed: a whole number, at least 1"
        )


@reads_answers
def parallel_analysis(
    data: Any,
    responses: Any = None,
    *,
    items: Sequence[str] | None = None,
    n_iterations: int = 100,
    quantile: float = 0.95,
    rng: int | np.random.Generator | None = 0,
    null: Null = "normal",
    missing: MissingAnswers = "pairwise",
    n: int | None = None,
    **reading: Unpack[ReadingOptions],
) -> ParallelAnalysis:
    """Compare the items' eigenvalues with those of unrelated items.

    Parameters
    ----------
    data, responses, items, missing
        As in `efa`.
    n_iterations
        Number of matrices of unrelated items to draw.
    quantile
        The quantile of their eigenvalues that an observed one must exceed.
    rng
        A seed or Generator. By default seed 0, so that each call draws the same.
    null
        ``normal``: independent normal variables. ``permuted``: the answers to each item, shuffled among those
        who answered it; needs each person's answers.
    n
        Number of persons in normal samples; by default that of the moments.
    **reading
        How the table is read, as in `encode`; of a table of numbers without an instrument only
        ``on_invalid="accept"``, to take every number as it is.

    Returns
    -------
    ParallelAnalysis

    Raises
    ------
    EstimationError
        An unknown null; sums where each person's answers are needed; as in `efa`.

    Notes
    -----
    Horn (1965), with a quantile instead of the mean (Glorfeld, 1995). For factors, eigenvalues are those of
    correlations with communalities on the diagonal (Humphreys & Ilgen, 1969), here of one minres factor,
    in drawn as in observed matrices. Correlations of normal samples are drawn directly from their
    distribution (Wishart, by Bartlett's decomposition, 1933), without drawing persons.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> answers = simulate("scii-24", 500, rng=1).answers
    >>> result = parallel_analysis("scii-24", answers, n_iterations=20)
    >>> result.n_factors, result.n_components
    (6, 5)
    """
    if null not in get_args(Null):
        raise EstimationError(not_one_of("null", null, get_args(Null)))
    check_iterations(n_iterations)
    if not (is_real(quantile) and 0 < quantile < 1):
        raise EstimationError(
            f"quantile={quantile!r} is not valid; allowed: a share between 0 and 1, such as 0.95"
        )
    sample = read_correlations(data_given(data, responses, reading), items, missing)
    origin, chance = sample_fields(sample, n), generator(rng)
    draw = _normal(origin["n"], origin["n_items"], chance) if null == "normal" else _permuted(sample, chance)
    with one_blas_thread():
        observed = np.stack(eigenvalues(sample.correlations))
        draws = told_steps(range(n_iterations), "parallel analysis", n_iterations)
        drawn = np.stack([np.stack(eigenvalues(draw())) for _ in draws])
    means, quantiles = drawn.mean(axis=0), np.quantile(drawn, quantile, axis=0)
    numbers: dict[str, Any] = {}
    for k, kind in enumerate(("component", "factor")):
        numbers |= {
            f"n_{kind}s": int(np.cumprod(observed[k] > quantiles[k]).sum()),
            f"n_{kind}s_by_mean": int(np.cumprod(observed[k] > means[k]).sum()),
            f"{kind}_values": observed[k],
            f"{kind}_means": means[k],
            f"{kind}_quantiles": quantiles[k],
        }
    return ParallelAnalysis(
        **numbers,
        **origin,
        null=null,
        n_iterations=int(n_iterations),
        quantile=float(quantile),
        seed=int(rng) if isinstance(rng, int | np.integer) else None,
    )


def _normal(n: int, p: int, chance: np.random.Generator) -> Callable[[], Floats]:
    """Return a function that draws correlations of n persons on p independent normal variables.

    With A lower triangular, ``a_ij`` standard normal for i > j and ``a_ii**2`` chi-square with n - i degrees
    of freedom, ``A A'`` has a Wishart distribution with n - 1 degrees of freedom (Bartlett, 1933).
    """
    from scipy.special import gammaincinv

    df = n - 1.0 - np.arange(p)

    def draw() -> Floats:
        if df[-1] > 0:
            triangle = np.tril(standard_normal(chance, (p, p)), -1)
            # by the inverse of the chi-square distribution: rejection sampling could reject a draw on one
            # machine only, after which all draws would differ
            np.fill_diagonal(triangle, np.sqrt(2 * gammaincinv(df / 2, chance.random(p))))
        else:
            triangle = standard_normal(chance, (p, n - 1))
        triangle /= np.sqrt((triangle**2).sum(axis=1, keepdims=True))
        correlations: Floats = triangle @ triangle.T
        return correlations

    return draw


def _permuted(sample: SampleMoments, chance: np.random.Generator) -> Callable[[], Floats]:
    """Return a function that draws correlations of answers that were shuffled within items."""
    if sample.rows is None:
        raise EstimationError(
            "null='permuted' needs each person's answers, and moments are only sums of them; use "
            "null='normal', or pass the answers"
        )
    rows = sample.rows
    answered = [np.flatnonzero(~np.isnan(column)) for column in rows.T]

    def draw() -> Floats:
        shuffled = np.full(rows.shape, np.nan)
        for j, persons in enumerate(answered):
            shuffled[persons, j] = chance.permutation(rows[persons, j])
        correlations = of_rows(shuffled, sample.names, sample.missing).correlations
        if not np.isfinite(correlations).all():
            raise EstimationError(
                "null='permuted': too few persons answered the same items to correlate shuffled answers; use "
                "null='normal'"
            )
        return correlations

    return draw
