"""Reliability of the scores of couples."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from intimacy_scales.dyads.scores_of_couples.couple_intervals import (
    FIGURES,
    CoupleFigure,
    CoupleInterval,
    Resampling,
    closed_form,
)
from intimacy_scales.dyads.scores_of_couples.score_reliability import ScoreReliability
from intimacy_scales.dyads.scores_of_couples.variances import CoupleScore
from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.factor.confirmatory.estimation.fit import FitIndices, ScaledFit
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of, shortened, suggest
from intimacy_scales.numerics.resampling import check_resamples
from intimacy_scales.results.document_types import by_name, documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.not_kept import NotKept, needed
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import TextTable
from intimacy_scales.results.wording import apa, counted, digits_for, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_FIGURES = (
    "omega", "omega_observed", "omega_ignoring_covariances", "sem", "true_variance", "error_variance",
    "observed_variance",
)  # fmt: skip
_WITH_INTERVALS: tuple[CoupleFigure, ...] = ("omega", "sem")  # in tables
_MODELS = {
    "one_factor": "one factor for each partner",
    "tau_equivalent": "one factor for each partner, equal loadings",
    "correlated": "one factor for each partner and part",
}


@result_class
class CoupleReliability(Result):
    """Reliability of both partners' scores on a scale, of their mean and of their difference.

    Attributes
    ----------
    instrument
        Id, version, digest and evidence status of the instrument.
    scale
        The scale's id.
    partners
        Names of the two partners.
    distinguishable
        Whether each partner has parameters of their own; if not, they are equal across partners.
    factors
        ``one_factor``: for each partner. ``tau_equivalent``: with equal loadings. ``correlated``: one for
        each part of a total and each partner.
    estimator, missing
        As passed to `couple_reliability`.
    n_couples
        Couples on which it is based: with ``listwise``, those with answers to every item of both partners;
        with ``fiml``, with any answer.
    left_out
        Why couples are left out → how many.
    n_items
        Number of items.
    scores
        A `ScoreReliability` for each score; also ``result["difference"]``.
    true_correlation, true_correlation_se
        Correlation of the partners' true scores (of their factors).
    error_correlation
        Correlation of the errors of both partners' scores.
    loadings, residual_variances
        Item → estimate for each partner (two equal ones if partners are exchangeable).
    residual_covariances
        Item → covariance of the residuals of both partners' answers.
    fit
        Test and indices of fit; of exchangeable partners against the saturated model for these. None if
        the model was not estimated.
    scaled_fit
        The same, corrected for answers that are not normal; None unless ``estimator="MLR"``.
    improper
        Inadmissible estimates, such as negative residual variances.
    reason
        Why nothing is defined; None if the model could be fitted.
    warnings
        Cautions about using the figures.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, couple_reliability
    >>> answers = simulate("scii-24", 600, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> result = couple_reliability(dyads, "trust")
    >>> result["difference"]
    <difference: omega = .635, SEM = 0.706>
    >>> CoupleReliability.from_json(result.to_json()) == result
    True
    """

    instrument: InstrumentRef
    scale: str
    partners: tuple[str, str]
    distinguishable: bool
    factors: str
    estimator: str
    missing: str
    n_couples: int
    left_out: Mapping[str, int]
    n_items: int
    scores: tuple[ScoreReliability, ...] = ()
    true_correlation: float = math.nan
    true_correlation_se: float = math.nan
    error_correlation: float = math.nan
    loadings: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    residual_variances: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    residual_covariances: Mapping[str, float] = field(default_factory=dict)
    fit: FitIndices | None = None
    scaled_fit: ScaledFit | None = None
    improper: tuple[str, ...] = ()
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    resampling: Resampling | None = field(default=None, repr=False, compare=False)

    @property
    def n_left_out(self) -> int:
        """Number of couples that were left out."""
        return sum(self.left_out.values())

    def __getitem__(self, score: str) -> ScoreReliability:
        """Return the figures of one score: ``mean``, ``difference``, a partner's name, ``first`` …."""
        rows: dict[str, ScoreReliability] = {row.score: row for row in self.scores}
        if "partner" in rows:
            rows |= dict.fromkeys(("first", "second", *self.partners), rows["partner"])
        rows |= {row.name: row for row in self.scores if row.name not in rows}
        if score in rows:
            return rows[score]
        if self.reason is not None:
            raise EstimationError(f"the reliability of {self.scale} is undefined: {self.reason}")
        known = [row.score for row in self.scores]
        raise UnknownNameError(
            f"there is no score {shortened(score)}; allowed: {', '.join(map(repr, known))}"
            f"{suggest(score, known)}"
        )

    def confidence_interval(
        self,
        confidence_level: float = 0.95,
        method: CoupleInterval = "transformed",
        *,
        of: CoupleFigure = "omega",
        score: str = "difference",
        n_resamples: int = 1000,
        rng: int | np.random.Generator | None = None,
    ) -> Interval:
        """Return a confidence interval of one figure.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        method
            ``delta``: symmetric, by the delta method from the estimates' covariances. ``transformed``: the
            same for the logit of omega, the logarithm of a standard error, and Fisher's z of a correlation,
            transformed back. ``bootstrap``: percentiles of couples drawn with replacement.
        of
            ``omega``, ``omega_observed`` (bootstrap only), ``sem``, or ``true_correlation``.
        score
            ``difference``, ``mean``, ``first``, ``second`` or the name of a partner; of no effect with
            ``of="true_correlation"``.
        n_resamples, rng
            Number of resamples of the bootstrap, and a seed or Generator. By default each call draws other
            resamples; pass a seed for a result that can be reproduced.

        Returns
        -------
        Interval
            With a reason, and without ends, where it is undefined.

        Raises
        ------
        EstimationError
            An option is not valid.
        DocumentError
            The bootstrap of a result that was read from a document, which holds no answers.

        Examples
        --------
        >>> from intimacy_scales import simulate
        >>> from intimacy_scales.dyads import Dyads, couple_reliability
        >>> answers = simulate("scii-24", 600, couples=0.5, rng=1).answers
        >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
        >>> couple_reliability(dyads, "trust").confidence_interval(of="sem")
        <95% interval [0.674, 0.740], log, n = 300>
        """
        check_level(confidence_level)
        if of not in FIGURES:
            raise EstimationError(not_one_of("of", of, FIGURES))
        _check_method(method, n_resamples)
        if self.reason is not None:
            return undefined_interval(confidence_level, method, self.n_couples, self.reason)
        row = self[score]
        if method != "bootstrap":
            return self._closed_form(of, row, confidence_level, method)
        return self._bootstrap(confidence_level, n_resamples, rng)[of, _score_of(row)]

    def _bootstrap(
        self, level: float, n_resamples: int, rng: int | np.random.Generator | None
    ) -> dict[tuple[CoupleFigure, CoupleScore], Interval]:
        resampling = needed(self.resampling)
        assert resampling is not None  # it is None only with a reason
        return resampling.intervals(level, n_resamples, rng)

    def _closed_form(self, figure: str, row: ScoreReliability, level: float, method: str) -> Interval:
        if figure in ("omega", "omega_observed") and row.reason is not None:
            return undefined_interval(level, method, self.n_couples, row.reason)
        estimate, error = self._with_error(figure, row)
        return closed_form(figure, estimate, error, self.n_couples, level, method)

    def _with_error(self, figure: str, row: ScoreReliability) -> tuple[float, float]:
        """Return a figure and its standard error; nan where there is none."""
        return {
            "omega": (row.omega, row.omega_se),
            "omega_observed": (row.omega_observed, math.nan),
            "sem": (row.sem, row.sem_se),
            "true_correlation": (self.true_correlation, self.true_correlation_se),
        }[figure]

    @property
    def definition(self) -> str:
        """The definition of the figures, in one sentence."""
        rule = "full information" if self.missing == "fiml" else "complete couples"
        tied = "" if self.distinguishable else ", all parameters equal across partners"
        return (
            f"omega = true variance over model-implied variance; {_MODELS[self.factors]}{tied}, residuals of "
            f"the same item correlated across partners; {self.estimator}, {rule}"
        )

    @property
    def sentence(self) -> str:
        """A sentence for a paper that reports the figures."""
        if self.reason is not None:
            return f"The reliability of couples' {self.scale} scores is undefined: {self.reason}."
        texts = []
        for row in self.scores:
            who = {"mean": "the couple mean", "difference": "the difference between partners"}
            name = who.get(row.score, "a partner's score" if row.score == "partner" else row.name)
            interval = self.confidence_interval(score=row.score)
            ends = "" if interval.reason else f", 95% CI [{apa(interval.low)}, {apa(interval.high)}]"
            texts.append(
                f"{apa(row.omega)}{ends}, for {name}" if row.reason is None else f"undefined for {name}"
            )
        return (
            f"In {counted(self.n_couples, 'couple')}, omega of {self.scale} was {'; '.join(texts)}. The true "
            f"scores of partners correlated {apa(self.true_correlation)}."
        )

    def table(self) -> TextTable:
        """Return the table that is displayed."""
        omegas, sems = ([self._shown(figure, row) for row in self.scores] for figure in _WITH_INTERVALS)
        columns = {
            "score": [row.name for row in self.scores],
            "omega": [apa(row.omega, 3) for row in self.scores],
            "95% CI of omega": omegas,
            "omega, observed": [apa(row.omega_observed, 3) for row in self.scores],
            "SEM": [shown(row.sem, digits_for(row.sem, least=3)) for row in self.scores],
            "95% CI of SEM": sems,
        }
        return TextTable(title=f"Reliability of couples' {self.scale} scores", columns=columns)

    def _shown(self, figure: CoupleFigure, row: ScoreReliability) -> str:
        digits = digits_for(row.sem, least=3) if figure == "sem" else 3
        return self.confidence_interval(of=figure, score=row.score).ends(digits)

    def to_frame(
        self,
        confidence_level: float = 0.95,
        method: CoupleInterval = "transformed",
        *,
        n_resamples: int = 1000,
        rng: int | np.random.Generator | None = None,
    ) -> pd.DataFrame:
        """Return a pandas table with one row for each score, with intervals of omega and SEM.

        Parameters
        ----------
        confidence_level, method, n_resamples, rng
            As in `confidence_interval`; with the bootstrap, all intervals rest on the same resamples.
        """
        from intimacy_scales.results.frames import pandas_frame

        check_level(confidence_level)
        _check_method(method, n_resamples)
        columns: dict[str, list[Any]] = {"score": [row.score for row in self.scores]}
        columns |= {name: [getattr(row, name) for row in self.scores] for name in _FIGURES}
        drawn = {}
        if method == "bootstrap" and self.scores:
            drawn = self._bootstrap(confidence_level, n_resamples, rng)
        for figure in _WITH_INTERVALS:
            intervals = [
                drawn[figure, _score_of(row)]
                if drawn
                else self._closed_form(figure, row, confidence_level, method)
                for row in self.scores
            ]
            columns[f"{figure}_low"] = [interval.low for interval in intervals]
            columns[f"{figure}_high"] = [interval.high for interval in intervals]
        return pandas_frame(columns)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields with 95 % intervals, as plain values."""
        fields: dict[str, Any] = {n: plain(getattr(self, n)) for n in self.__slots__ if n != "resampling"}
        of_omega = {row.score: self.confidence_interval(score=row.score).to_dict() for row in self.scores}
        of_sem = {
            row.score: self.confidence_interval(of="sem", score=row.score).to_dict() for row in self.scores
        }
        correlation = {}
        if self.scores:
            correlation = {"true_correlation": self.confidence_interval(of="true_correlation").to_dict()}
        return fields | {
            "definition": self.definition,
            "omega_intervals": of_omega,
            "sem_intervals": of_sem,
            "correlation_intervals": correlation,
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        intervals = by_name(Interval)
        return documented(
            cls, without=("resampling",), definition=str, omega_intervals=intervals, sem_intervals=intervals,
            correlation_intervals=intervals,
        )  # fmt: skip

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> CoupleReliability:
        behind = NotKept(
            cls.__name__, "the answers behind them", "compute it again: couple_reliability(dyads, scale)", {}
        )
        result: CoupleReliability = made_of(cls, values, resampling=behind)
        return result

    def _lines(self) -> Sequence[str]:
        missing = f", {self.n_left_out} left out" if self.n_left_out else ""
        lines = [
            f"Reliability of couples' {self.scale}: {counted(self.n_items, 'item')}, "
            f"{counted(self.n_couples, 'couple')}{missing}, {self.missing}"
        ]
        if self.reason is not None:
            return [*lines, f"undefined: {self.reason}"]
        for row in self.scores:
            interval = self.confidence_interval(score=row.score)
            figures = (
                repr(row)[1:-1].replace(", SEM", f" {interval}, SEM") if row.reason is None else repr(row)
            )
            lines.append(f"{figures}{' (improper)' if self.improper else ''}")
        lines.append(
            f"true scores correlate {apa(self.true_correlation, 3)} "
            f"{self.confidence_interval(of='true_correlation')}, errors {apa(self.error_correlation, 3)}"
        )
        lines += [repr(tested)[1:-1] for tested in (self.scaled_fit or self.fit,) if tested is not None]
        return [*lines, *(f"improper: {text}" for text in self.improper)]

    def __repr__(self) -> str:
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        return f"<{'; '.join(self._lines())}; {self.instrument}{cautions}>"


def _check_method(method: str, n_resamples: int) -> None:
    """Raise where the method of an interval, or the number of resamples, is not valid."""
    if method not in get_args(CoupleInterval):
        raise EstimationError(not_one_of("method", method, get_args(CoupleInterval)))
    if method == "bootstrap":
        check_resamples(n_resamples)


def _score_of(row: ScoreReliability) -> CoupleScore:
    """Return the score of the model that a row is about: of exchangeable partners, the first one's."""
    return "first" if row.score == "partner" else row.score
