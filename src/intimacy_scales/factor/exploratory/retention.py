"""The number of factors: parallel analysis, Velicer's MAP test, and the scree."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Unpack, get_args

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.exploratory.adequacy import counted_persons, read_correlations
from intimacy_scales.factor.exploratory.extraction import minres
from intimacy_scales.factor.reading import data_given, of_rows
from intimacy_scales.factor.sample import Floats, MissingAnswers, SampleMoments
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.numerics.arguments import is_real
from intimacy_scales.numerics.normal_draws import standard_normal
from intimacy_scales.numerics.progress import steps as told_steps
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.numerics.ties import eigenvectors, first_lowest
from intimacy_scales.numerics.tolerances import NO_COMPONENT
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import counted, percent, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Null = Literal["normal", "permuted"]
_LOOSE = 1e-6  # tolerance of one-factor extractions, whose communalities need few digits


def eigenvalues(correlations: Floats) -> tuple[Floats, Floats]:
    """Return eigenvalues (p,) of correlations, the largest first, and those of reduced correlations.

    Reduced correlations have the communalities of one minres factor on the diagonal.
    """
    shared = minres(correlations, 1, tolerance=_LOOSE).loadings[:, 0] ** 2
    values = np.linalg.eigvalsh(np.stack([correlations, correlations + np.diag(shared - 1)]))[:, ::-1]
    return values[0], values[1]


@result_class
class _Figures(Result):
    """A result with a numbered table of figures."""

    n: int
    n_items: int
    missing: MissingAnswers
    instrument: InstrumentRef | None

    @abstractmethod
    def _columns(self) -> dict[str, Any]:
        """Return the columns of the table, by name."""

    def to_frame(self) -> pd.DataFrame:
        """Return the figures as a pandas table."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame(self._columns()).set_index("number")

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values."""
        return {field.name: plain(getattr(self, field.name)) for field in fields(self)}

    def _repr_html_(self) -> str:
        table = self.to_frame().to_html(float_format="{:.3f}".format, border=0, na_rep="-")
        return f"{Result._repr_html_(self)}{table}"


def _sample_fields(sample: SampleMoments, n: int | None = None) -> dict[str, Any]:
    return {
        "n": counted_persons(sample, n),
        "n_items": len(sample.names),
        "missing": sample.missing,
        "instrument": sample.instrument,
    }


@result_class
class ParallelAnalysis(_Figures):
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
    origin, chance = _sample_fields(sample, n), generator(rng)
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


@result_class
class MinimumAveragePartial(_Figures):
    """Velicer's minimum average partial test.

    Attributes
    ----------
    n_factors
        The number of components with the smallest mean squared partial correlation given them (Velicer,
        1976).
    n_factors_fourth
        The same with fourth powers (Velicer, Eaton & Fava, 2000).
    squared, fourth
        (max_factors + 1,): mean squared and fourth-power partial correlation after 0, 1, … components;
        nan where an item has no variance left.
    n, n_items, missing, instrument
        Persons, items, the missing rule, and what was answered.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> map_test("scii-24", simulate("scii-24", 500, rng=1).answers)
    <MAP of 24 items: 6 factors; by fourth powers 5; n = 500, pairwise>
    """

    _axes: ClassVar[Mapping[str, str]] = {"squared": "p", "fourth": "p"}

    n_factors: int
    n_factors_fourth: int
    squared: Floats
    fourth: Floats

    def _columns(self) -> dict[str, Any]:
        return {"number": np.arange(len(self.squared)), "squared": self.squared, "fourth": self.fourth}

    def __repr__(self) -> str:
        return (
            f"<MAP of {counted(self.n_items, 'item')}: {counted(self.n_factors, 'factor')}; by fourth powers "
            f"{self.n_factors_fourth}; n = {self.n}, {self.missing}>"
        )


@reads_answers
def map_test(
    data: Any,
    responses: Any = None,
    max_factors: int | None = None,
    *,
    items: Sequence[str] | None = None,
    missing: MissingAnswers = "pairwise",
    **reading: Unpack[ReadingOptions],
) -> MinimumAveragePartial:
    """Find the number of components given which partial correlations are smallest.

    Parameters
    ----------
    data, responses, items, missing
        As in `efa`.
    max_factors
        The largest number to try; by default the number of items minus 1.
    **reading
        How the table is read, as in `encode`; of a table of numbers without an instrument only
        ``on_invalid="accept"``, to take every number as it is.

    Returns
    -------
    MinimumAveragePartial

    Notes
    -----
    With A the loadings on the first m components, ``C = R - A A'`` scaled to a diagonal of 1 holds partial
    correlations; the criterion is the mean of their squares (Velicer, 1976) or fourth powers (Velicer, Eaton
    & Fava, 2000).

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> answers = simulate("scii-24", 500, rng=1).answers
    >>> map_test("scii-24", answers, items=["tru01", "tru04", "tru09", "tru11"]).n_factors
    1
    """
    if isinstance(responses, int | float | np.number) and max_factors is None:  # map_test(data, 5)
        responses, max_factors = None, responses
    sample = read_correlations(data_given(data, responses, reading), items, missing)
    p = len(sample.names)
    highest = p - 1 if max_factors is None else max_factors
    if isinstance(highest, bool) or not isinstance(highest, int | np.integer) or not 1 <= highest < p:
        raise EstimationError(
            f"max_factors={max_factors!r} is not valid for {p} items; allowed: a whole number from 1 to "
            f"{p - 1}"
        )
    values, vectors = eigenvectors(sample.correlations)
    series = np.full((2, highest + 1), np.nan)
    for m in range(1 + min(highest, int((values > NO_COMPONENT).sum()))):
        # the residual is summed over the other components: subtraction from R would cancel digits
        residual_vectors = vectors[:, : p - m]
        partial = (residual_vectors * values[: p - m]) @ residual_vectors.T
        variances = partial.diagonal()
        if variances.min() <= NO_COMPONENT:
            break
        squares = partial**2 / np.outer(variances, variances)
        series[:, m] = [(part.sum() - p) / (p * (p - 1)) for part in (squares, squares**2)]
    return MinimumAveragePartial(
        n_factors=first_lowest(series[0]),
        n_factors_fourth=first_lowest(series[1]),
        squared=series[0],
        fourth=series[1],
        **_sample_fields(sample),
    )


@result_class
class Scree(_Figures):
    """Eigenvalues for a scree plot (Cattell, 1966).

    Attributes
    ----------
    eigenvalues
        (p,): of the correlations, the largest first.
    reduced
        (p,): with the communalities of one minres factor on the diagonal.
    proportion, cumulative
        (p,): share of the total variance that each component has, and that it has with those before it.
    n, n_items, missing, instrument
        Persons, items, the missing rule, and what was answered.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> scree("scii-24", simulate("scii-24", 500, rng=1).answers).to_frame().columns.tolist()
    ['eigenvalues', 'reduced', 'proportion', 'cumulative']
    """

    _axes: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("eigenvalues", "reduced", "proportion", "cumulative"), "p"
    )

    eigenvalues: Floats
    reduced: Floats
    proportion: Floats
    cumulative: Floats

    def _columns(self) -> dict[str, Any]:
        names = ("eigenvalues", "reduced", "proportion", "cumulative")
        figures = {name: getattr(self, name) for name in names}
        return {"number": np.arange(1, self.n_items + 1), **figures}

    def __repr__(self) -> str:
        first = ", ".join(shown(float(value), 2) for value in self.eigenvalues[:5])
        return f"<Scree of {counted(self.n_items, 'item')}: {first} …; n = {self.n}, {self.missing}>"


@reads_answers
def scree(
    data: Any,
    responses: Any = None,
    *,
    items: Sequence[str] | None = None,
    missing: MissingAnswers = "pairwise",
    **reading: Unpack[ReadingOptions],
) -> Scree:
    """Return the eigenvalues of the correlations of items.

    Parameters
    ----------
    data, responses, items, missing
        As in `efa`.
    **reading
        How the table is read, as in `encode`; of a table of numbers without an instrument only
        ``on_invalid="accept"``, to take every number as it is.

    Returns
    -------
    Scree

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> answers = simulate("scii-24", 500, rng=1).answers
    >>> figures = scree("scii-24", answers)
    >>> round(float(figures.eigenvalues.sum()), 6), round(float(figures.cumulative[-1]), 6)
    (24.0, 1.0)
    """
    sample = read_correlations(data_given(data, responses, reading), items, missing)
    values, reduced = eigenvalues(sample.correlations)
    p = len(values)
    return Scree(
        eigenvalues=values,
        reduced=reduced,
        proportion=values / p,
        cumulative=np.cumsum(values) / p,
        **_sample_fields(sample),
    )
