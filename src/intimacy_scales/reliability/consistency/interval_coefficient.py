"""The common class of coefficients that have every interval of `estimand`."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar, Self, get_args

import numpy as np

from intimacy_scales.moments.answers import Answers
from intimacy_scales.moments.cluster_sums import ClusterSums
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.moments.keyed import KeyedMoments, keyed_moments
from intimacy_scales.reliability.consistency.estimand import (
    CoefficientInterval,
    Estimand,
    IntervalChoice,
    check_choice,
    interval_of,
)
from intimacy_scales.reliability.consistency.shape import shape_of
from intimacy_scales.results.coefficient import Coefficient
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, undefined_interval
from intimacy_scales.results.not_kept import AGAIN_COEFFICIENT, NotKept, needed, stored
from intimacy_scales.results.result import result_class

METHODS: tuple[str, ...] = get_args(CoefficientInterval)


@result_class
class IntervalCoefficient(Coefficient):
    """A coefficient of covariances, with intervals.

    Attributes
    ----------
    answers
        Answers or moments from which it was computed.
    """

    _function: ClassVar[str]
    _hidden: ClassVar[Mapping[str, Any]] = {}  # other fields that documents omit, with their values when read

    answers: Answers = field(repr=False, compare=False)

    @abstractmethod
    def _estimand(self, figure: str) -> Estimand | str:
        """Return the estimand of one of its figures, or why the figure has no interval."""

    def confidence_interval(
        self,
        confidence_level: float = 0.95,
        method: CoefficientInterval = "delta",
        *,
        n_resamples: int = 2000,
        rng: int | np.random.Generator | None = None,
        clusters: Clusters | ClusterSums = None,
    ) -> Interval:
        """Return a confidence interval.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        method
            ``delta``: symmetric, assumes normality. ``adf``: symmetric, for any distribution; with pairwise
            deletion answers must be missing completely at random. ``bootstrap``: percentiles; ``bca``:
            bias-corrected and accelerated (Efron, 1987).
        n_resamples, rng
            Number of resamples of the bootstrap, and a seed or Generator. By default each call draws other
            resamples; pass a seed for a result that can be reproduced.
        clusters
            Who answered together, such as couples, as in `CronbachAlpha.confidence_interval`; with
            ``adf`` and the bootstrap.

        Returns
        -------
        Interval
            With a reason, and without ends, where it is not defined; with a warning where answers are so
            skewed or peaked that ``delta`` is too narrow.

        Raises
        ------
        EstimationError
            The method is not valid, cannot use clusters, or needs each person's answers.

        Notes
        -----
        The variance of ``delta`` is ``2 tr(G S G S) / n`` with G the derivatives of the coefficient with
        respect to the covariances S. That of ``adf`` is the sum of the squared influences of persons, which
        follow from the same derivatives (after Maydeu-Olivares, Coffman & Hartmann, 2007). For their
        coverage, see docs/explanation/intervals.md.
        """
        choice = IntervalChoice(
            confidence_level=confidence_level,
            method=method,
            n_resamples=n_resamples,
            rng=rng,
            clusters=clusters,
        )
        return self._interval(choice, "estimate")

    def _interval(self, choice: IntervalChoice, figure: str) -> Interval:
        """Return an interval of the estimate, or of another of its figures."""
        check_choice(choice, METHODS, self.answers, self._function)
        level, method = choice.confidence_level, choice.method
        in_document: Interval | None = stored(self.answers, "interval")
        if in_document is not None and figure == "estimate" and (level, method) == (0.95, "delta"):
            return in_document
        value = getattr(self, figure)
        if math.isnan(value) or (self.reason is not None and figure == "estimate"):
            return undefined_interval(level, method, self.n, self._undefined(figure))
        estimand = self._estimand(figure)
        if isinstance(estimand, str):
            return undefined_interval(level, method, self.n, estimand)
        warnings: tuple[str, ...] = ()
        if method == "delta":
            warnings = tuple(shape_of(self.answers, self._moments()).narrows("delta", "method='adf'"))
        return interval_of(estimand, choice, warnings=warnings)

    def _undefined(self, figure: str) -> str:
        """Return why a figure is not defined."""
        return self.reason or f"{figure} is not defined"

    def _moments(self) -> KeyedMoments:
        """Return the moments of the scale from which the estimate was computed."""
        missing: Any = self.missing
        return keyed_moments(needed(self.answers), self.scale, missing, pair_sds=False)

    def _figures(self) -> dict[str, Any]:
        """Return the fields of its documents in addition to the common ones and the interval."""
        return {}

    def _extra(self) -> dict[str, Any]:
        return {**self._figures(), "interval": self.confidence_interval()}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("answers", *cls._hidden), coefficient=str, interval=Interval)

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> Self:
        figures = {"interval": values["interval"]}
        behind = NotKept(cls.__name__, "the answers behind them", AGAIN_COEFFICIENT, figures)
        coefficient: Self = made_of(cls, values, answers=behind, **cls._hidden)
        return coefficient
