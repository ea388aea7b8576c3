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
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.cluster_sums import ClusterSums
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.moments.keyed import (
    Floats,
    Missing,
    Source,
    StandardDeviations,
    check_sds,
    check_source,
    keyed_moments,
)
from intimacy_scales.numerics.seeds import generator
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
from intimacy_scales.results.wording import shown

_EXACT_ITEMS = 24
_SINGULAR = 1e-12
_SECOND = 2
Bound = Literal["lambda1", "lambda2", "lambda3", "lambda5", "lambda6"]
BOUNDS: tuple[str, ...] = get_args(Bound)
_CLOSED_FORMS = ("lambda-1", "lambda-2", "lambda-3", "lambda-5", "lambda-6")


def squared_multiple_correlations(correlations: Floats) -> Floats:
    """Return each item's squared multiple correlation with the others (k,); nan where singular.

    ``1 - 1 / diag(inverse)``.
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
    """Whether the smallest eigenvalue is above next to nothing of the largest."""
    try:  # which is at most the trace, and takes much longer to find
        np.linalg.cholesky(matrix - _SINGULAR * np.trace(matrix) * np.eye(len(matrix)))
    except np.linalg.LinAlgError:
        values = np.linalg.eigvalsh(matrix)
        return bool(values[0] > _SINGULAR * values[-1])
    return True


def lambda_2(matrix: Floats) -> float:
    """Return Guttman's lambda-2 of a covariance or correlation matrix."""
    k, total, off = len(matrix), float(matrix.sum()), matrix.copy()
    np.fill_diagonal(off, 0.0)
    return 1 - float(np.trace(matrix)) / total + math.sqrt(k / (k - 1) * float(np.sum(off**2))) / total


def guttman_bounds(matrix: Floats) -> tuple[float, float, float, float, float]:
    """Return lambda 1, 2, 3, 5 and 6 of a covariance or correlation matrix; 6 is nan where singular."""
    total, off = float(matrix.sum()), matrix - np.diag(np.diag(matrix))
    first = 1 - float(np.trace(matrix)) / total
    fifth = first + 2 * math.sqrt(float(np.max(np.sum(off**2, axis=0)))) / total
    sds = np.sqrt(np.diag(matrix))
    with np.errstate(invalid="ignore", divide="ignore"):
        smc = squared_multiple_correlations(matrix / np.outer(sds, sds))
    sixth = 1 - float(np.sum(np.diag(matrix) * (1 - smc))) / total
    return first, lambda_2(matrix), alpha_of(matrix), fifth, sixth


@result_class
class GuttmanLambdas(IntervalCoefficient):
    """Guttman's (1945) six lower bounds; the estimate is lambda-2.

    Attributes
    ----------
    matrix
        ``covariances`` or ``correlations``: what they are of.
    lambda1, lambda2, lambda3, lambda4, lambda5, lambda6
        The bounds. Lambda-3 is coefficient alpha.
    lambda4_is_exact
        Whether every split was tried; otherwise lambda-4 is the best of a search, and the true
        maximum may be higher.
    half
        Items of one half of the best split.
    lambda6_reason
        Why lambda-6 is not defined; None where it is.
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
            ``lambda1``, ``lambda2`` (the estimate), ``lambda3``, ``lambda5`` or ``lambda6``. Lambda-4 has
            none: it is the largest over splits, and picks what chance favours in each sample; choose a
            split beforehand and take `split_half`. Where two items compete for the largest covariances,
            lambda-5 does not move smoothly, and its interval is rough.

        Raises
        ------
        EstimationError
            No such bound or method; clusters with a method that cannot use them; one that needs each
            person's answers without them.

        Examples
        --------
        >>> from intimacy_scales import simulate
        >>> bounds = guttman_lambdas("scii-24", simulate("scii-24", 300, rng=1).answers, scale="trust")
        >>> bounds.confidence_interval(method="adf", of="lambda6")
        <95% interval [0.693, 0.780], adf, n = 300>
        """
        if of not in BOUNDS:
            raise EstimationError(
                f"of={of!r}: there are {', '.join(BOUNDS)}. Lambda-4 is a maximum over splits and "
                "has none: take split_half() of a split chosen beforehand"
            )
        choice = IntervalChoice(
            confidence_level=confidence_level,
            method=method,
            n_resamples=n_resamples,
            rng=rng,
            clusters=clusters,
        )
        return self._interval(choice, "estimate" if of == "lambda2" else of)

    def _estimand(self, of: str) -> Estimand | str:
        moments = self._moments()
        figure: Figure = Lambda(_SECOND if of == "estimate" else int(of[-1]))
        if self.matrix == "correlations":
            if self.sds == "pairs" and np.ptp(moments.counts):
                return (
                    "with standard deviations of pairs it is no function of the covariances; use sds='items'"
                )
            figure = OfCorrelations(figure)
        name = "lambda-2" if of == "estimate" else of.replace("lambda", "lambda-")
        return Estimand(
            name, figure, [Part(answers=self.answers, moments=moments)], getattr(self, of), self.n
        )

    def _undefined(self, of: str) -> str:
        why = self.lambda6_reason if of == "lambda6" else None
        return self.reason or why or f"{of} is not defined"

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
        bounds = ", ".join(f"{i}: {shown(getattr(self, f'lambda{i}'))}" for i in range(1, 7))
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
        For lambda-4 of more than 24 items, where splits are searched: a seed or Generator. By default
        seed 0: the same search at each call.
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
    With C the covariances, V the sum of C, and O its off-diagonal part (Guttman, 1945):
    ``l1 = 1 - tr C / V``; ``l2 = l1 + sqrt(k/(k-1) sum O**2) / V``; ``l3 = k/(k-1) l1`` (alpha);
    ``l4 = max over splits of 4 cov(A, B) / V``, of halves of any size; ``l5 = l1 + 2 sqrt(max_j
    sum_i O_ij**2) / V``; ``l6 = 1 - sum_j C_jj (1 - smc_j) / V``. Guttman's fourth bound is for any one
    split; its maximum was proposed by Jackson and Agunwamba (1977). In small samples lambda-4 and
    lambda-6 run too high, because they pick what chance favours.

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
        bounds = guttman_bounds(matrix)
        exact = moments.n_items <= _EXACT_ITEMS
        found = best_split(matrix) if exact else searched_split(matrix, generator(rng))
        fourth = 4 * float(matrix[np.ix_(found, ~found)].sum()) / float(matrix.sum())
        half = tuple(item for item, there in zip(moments.items, found, strict=True) if there)
        if math.isnan(bounds[4]):
            sixth_reason = (
                f"{moments.constant_items[0]} is constant"
                if moments.constant_items
                else "some items are linear combinations of others, or there are more items than persons"
            )
    told, undefined = list(cautions(moments)), [above_one_because(bound) for bound in (*bounds, fourth)]
    names = (*_CLOSED_FORMS, "lambda-4")
    told += [f"{name} is not defined: {why}" for name, why in zip(names, undefined, strict=True) if why]
    if sixth_reason and not reason:
        told.append(f"lambda-6 is not defined: {sixth_reason}")
    reason, sixth_reason = reason or undefined[1], sixth_reason or undefined[4]
    bounds = tuple(math.nan if why else b for b, why in zip(bounds, undefined[:5], strict=True))
    fourth = math.nan if undefined[5] else fourth
    return GuttmanLambdas(
        **moments.origin(),
        warnings=tuple(told),
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
