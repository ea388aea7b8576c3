"""Guttman's lower bounds of reliability."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar, Literal, Unpack, get_args

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.cluster_sums import ClusterSums
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.moments.keyed import (
    Floats,
    KeyedMoments,
    Missing,
    Source,
    StandardDeviations,
    check_sds,
    check_source,
    keyed_moments,
)
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.numerics.tolerances import SINGULAR_CORRELATIONS
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reliability.consistency.alpha import alpha_of
from intimacy_scales.reliability.consistency.conditions import (
    above_one_because,
    cautions,
    check_unweighted,
    undefined_because,
)
from intimacy_scales.reliability.consistency.estimand import (
    CoefficientInterval,
    Estimand,
    IntervalChoice,
    Part,
)
from intimacy_scales.reliability.consistency.figures import Figure, Lambda, OfCorrelations
from intimacy_scales.reliability.consistency.interval_coefficient import IntervalCoefficient
from intimacy_scales.reliability.consistency.splits import best_split, searched_split
from intimacy_scales.results.coefficient import Coefficient
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.result import result_class
from intimacy_scales.results.wording import apa

_EXACT_ITEMS = 24  # up to which every split is tried for lambda-4
Bound = Literal["lambda1", "lambda2", "lambda3", "lambda5", "lambda6"]
BOUNDS: tuple[str, ...] = get_args(Bound)
_CLOSED_FORMS = ("lambda-1", "lambda-2", "lambda-3", "lambda-5", "lambda-6")


def squared_multiple_correlations(correlations: Floats) -> Floats:
    """Return each item's squared multiple correlation with the others (k,), ``1 - 1 / diag(R^-1)``.

    nan where the correlations R are singular or not defined.
    """
    k = len(correlations)
    undefined = np.full(k, np.nan)
    if not np.all(np.isfinite(correlations)):
        return undefined
    if not _is_regular(correlations):
        return undefined
    smc: Floats = 1 - 1 / np.diag(np.linalg.inv(correlations))
    return smc


def _is_regular(matrix: Floats) -> bool:
    """Return whether the smallest eigenvalue is large enough, relative to the largest, for an inverse."""
    try:  # the trace is at least the largest eigenvalue, and is found in much less time
        np.linalg.cholesky(matrix - SINGULAR_CORRELATIONS * np.trace(matrix) * np.eye(len(matrix)))
    except np.linalg.LinAlgError:
        values = np.linalg.eigvalsh(matrix)
        return bool(values[0] > SINGULAR_CORRELATIONS * values[-1])
    return True


def lambda_2(matrix: Floats) -> float:
    """Return Guttman's lambda-2 of a covariance or correlation matrix."""
    k, total, off = len(matrix), float(matrix.sum()), matrix.copy()
    np.fill_diagonal(off, 0.0)
    return 1 - float(np.trace(matrix)) / total + math.sqrt(k / (k - 1) * float(np.sum(off**2))) / total


def guttman_bounds(matrix: Floats) -> tuple[float, float, float, float, float]:
    """Return lambda-1, 2, 3, 5 and 6 of a covariance or correlation matrix; 6 is nan where it is singular."""
    total, off = float(matrix.sum()), matrix - np.diag(np.diag(matrix))
    lambda_1 = 1 - float(np.trace(matrix)) / total
    lambda_5 = lambda_1 + 2 * math.sqrt(float(np.max(np.sum(off**2, axis=0)))) / total
    sds = np.sqrt(np.diag(matrix))
    with np.errstate(invalid="ignore", divide="ignore"):
        smc = squared_multiple_correlations(matrix / np.outer(sds, sds))
    lambda_6 = 1 - float(np.sum(np.diag(matrix) * (1 - smc))) / total
    return lambda_1, lambda_2(matrix), alpha_of(matrix), lambda_5, lambda_6


def _singular_because(moments: KeyedMoments) -> str:
    """Return why the correlations of the items have no inverse."""
    if moments.constant_items:
        return f"{moments.constant_items[0]} is constant"
    return "some items are linear combinations of others, or there are more items than persons"


@result_class
class GuttmanLambdas(IntervalCoefficient):
    """Guttman's (1945) six lower bounds; the estimate is lambda-2.

    Attributes
    ----------
    matrix
        ``covariances`` or ``correlations``, from which they were computed.
    lambda1, lambda2, lambda3, lambda4, lambda5, lambda6
        The bounds. Lambda-3 is coefficient alpha.
    lambda4_is_exact
        Whether every split was tried; otherwise lambda-4 is the highest found by a search, and the maximum
        may be higher.
    half
        Items of one half of the best split.
    lambda6_reason
        Why lambda-6 is not defined; None where it is.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> bounds = guttman_lambdas(answers, scale="trust")
    >>> bounds.half, bounds.lambda1 < bounds.lambda3 <= bounds.lambda2
    (('tru01', 'tru04'), True)
    """

    title: ClassVar[str] = "Guttman's lambda-2"
    _function: ClassVar[str] = "guttman_lambdas"
    _hidden: ClassVar[Mapping[str, Any]] = {"sds": "items"}

    matrix: str = "covariances"
    lambda1: float
    lambda2: float
    lambda3: float
    lambda4: float
    lambda5: float
    lambda6: float
    lambda4_is_exact: bool
    half: tuple[str, ...] = field(default=())
    lambda6_reason: str | None = None
    sds: StandardDeviations = field(default="items", repr=False, compare=False)

    def confidence_interval(
        self,
        confidence_level: float = 0.95,
        method: CoefficientInterval = "delta",
        *,
        n_resamples: int = 2000,
        rng: int | np.random.Generator | None = None,
        clusters: Clusters | ClusterSums = None,
        of: Bound = "lambda2",
    ) -> Interval:
        """Return a confidence interval of one of the bounds.

        Parameters
        ----------
        confidence_level, method, n_resamples, rng, clusters
            As in `SplitHalf.confidence_interval`.
        of
            ``lambda1``, ``lambda2`` (the estimate), ``lambda3``, ``lambda5`` or ``lambda6``. Lambda-4 has no
            interval: it is the maximum over splits, which capitalizes on chance; choose a split beforehand
            and use `split_half`. Where two items have almost equal sums of squared covariances, lambda-5 is
            not smooth, and its interval is rough.

        Raises
        ------
        EstimationError
            The bound or method is not valid; the method cannot use clusters, or needs each person's answers.

        Examples
        --------
        >>> from intimacy_scales import simulate
        >>> bounds = guttman_lambdas("scii-24", simulate("scii-24", 300, rng=1).answers, scale="trust")
        >>> bounds.confidence_interval(method="adf", of="lambda6")
        <95% interval [.693, .780], adf, n = 300>
        """
        if of not in BOUNDS:
            note = (
                "lambda-4 is a maximum over splits and has no interval: use split_half() with a split chosen "
                "beforehand"
            )
            raise EstimationError(not_one_of("of", of, BOUNDS, note=note, alike=1.0))
        choice = IntervalChoice(
            confidence_level=confidence_level,
            method=method,
            n_resamples=n_resamples,
            rng=rng,
            clusters=clusters,
        )
        return self._interval(choice, "estimate" if of == "lambda2" else of)

    def _estimand(self, figure: str) -> Estimand | str:
        moments = self._moments()
        function: Figure = Lambda(2 if figure == "estimate" else int(figure[-1]))
        if self.matrix == "correlations":
            if self.sds == "pairs" and np.ptp(moments.counts):
                return "with sds='pairs' it is not a function of the covariances; use sds='items'"
            function = OfCorrelations(function)
        name = "lambda-2" if figure == "estimate" else figure.replace("lambda", "lambda-")
        return Estimand(
            name, function, [Part(answers=self.answers, moments=moments)], getattr(self, figure), self.n
        )

    def _undefined(self, figure: str) -> str:
        why = self.lambda6_reason if figure == "lambda6" else None
        return self.reason or why or f"{figure} is not defined"

    def _figures(self) -> dict[str, Any]:
        bounds = {f"lambda{i}": getattr(self, f"lambda{i}") for i in range(1, 7)}
        return {
            **bounds,
            "lambda4_is_exact": self.lambda4_is_exact,
            "half": list(self.half),
            "lambda6_reason": self.lambda6_reason,
            "matrix": self.matrix,
        }

    def _lines(self) -> list[str]:
        first, second = Coefficient._lines(self)
        if self.reason:
            return [first, second]
        bounds = ", ".join(f"{i}: {apa(getattr(self, f'lambda{i}'), 3)}" for i in range(1, 7))
        return [first, f"lambda {bounds}", second]


@reads_answers
def guttman_lambdas(
    answers: Answers | Instrument | str | Path,
    responses: Any = None,
    *,
    scale: str | None = None,
    missing: Missing = "pairwise",
    of: Source = "covariances",
    sds: StandardDeviations = "items",
    rng: int | np.random.Generator | None = 0,
    **reading: Unpack[ReadingOptions],
) -> GuttmanLambdas:
    """Compute Guttman's lower bounds of reliability.

    Parameters
    ----------
    answers, responses, scale, missing, sds
        As in `cronbach_alpha`.
    of
        ``covariances``, or ``correlations``: as if all items had the same variance.
    rng
        For lambda-4 with more than 24 items, where splits are searched: a seed or Generator. By default
        seed 0, so that each call makes the same search.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    GuttmanLambdas

    Raises
    ------
    EstimationError
        As `cronbach_alpha` does.

    Notes
    -----
    With C the covariances, V their sum, and O their off-diagonal part (Guttman, 1945):
    ``l1 = 1 - tr C / V``; ``l2 = l1 + sqrt(k/(k-1) sum O**2) / V``; ``l3 = k/(k-1) l1`` (alpha);
    ``l4 = max over splits of 4 cov(A, B) / V``, with halves of any size;
    ``l5 = l1 + 2 sqrt(max_j sum_i O_ij**2) / V``; ``l6 = 1 - sum_j C_jj (1 - smc_j) / V`` with the squared
    multiple correlations smc. Guttman's fourth bound is that of any one split; Jackson and Agunwamba (1977)
    proposed its maximum. In small samples lambda-4 and lambda-6 are too high on average, because they
    capitalize on chance.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> bounds = guttman_lambdas(answers, scale="trust")
    >>> bounds.lambda2 >= bounds.lambda3, bounds.lambda4_is_exact
    (True, True)
    """
    answers = answers_given(answers, responses, reading)
    by_correlation = check_source(of) == "correlations"
    moments = keyed_moments(answers, scale, missing, pair_sds=by_correlation and check_sds(sds) == "pairs")
    check_unweighted(moments)
    reason = undefined_because(moments, of, sds)
    bounds: tuple[float, ...] = (math.nan,) * 5
    fourth, exact, sixth_reason = math.nan, True, reason
    half: tuple[str, ...] = ()
    if reason is None:
        matrix = moments.matrix(of, sds)
        bounds, exact = guttman_bounds(matrix), moments.n_items <= _EXACT_ITEMS
        in_half = best_split(matrix) if exact else searched_split(matrix, generator(rng))
        fourth = 4 * float(matrix[np.ix_(in_half, ~in_half)].sum()) / float(matrix.sum())
        half = tuple(item for item, inside in zip(moments.items, in_half, strict=True) if inside)
        sixth_reason = _singular_because(moments) if math.isnan(bounds[4]) else None
    warnings, improper = list(cautions(moments)), [above_one_because(bound) for bound in (*bounds, fourth)]
    names = (*_CLOSED_FORMS, "lambda-4")
    warnings += [f"{name} is not defined: {why}" for name, why in zip(names, improper, strict=True) if why]
    if sixth_reason and not reason:
        warnings.append(f"lambda-6 is not defined: {sixth_reason}")
    reason, sixth_reason = reason or improper[1], sixth_reason or improper[4]
    bounds = tuple(math.nan if why else b for b, why in zip(bounds, improper[:5], strict=True))
    fourth = math.nan if improper[5] else fourth
    return GuttmanLambdas(
        **moments.origin(),
        warnings=tuple(warnings),
        estimate=bounds[1],
        definition=f"Guttman (1945) of {missing} {of}",
        reason=reason,
        lambda1=bounds[0],
        lambda2=bounds[1],
        lambda3=bounds[2],
        lambda4=fourth,
        lambda5=bounds[3],
        lambda6=bounds[4],
        lambda4_is_exact=exact,
        half=half,
        lambda6_reason=sixth_reason,
        matrix=of,
        sds=sds,
        answers=answers,
    )
