"""The result of `regression_norm`, and the standing of one score."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import DocumentError, EstimationError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.instrument.evidence import Finding
from intimacy_scales.instrument.norm import ENOUGH_PERSONS, T_MEAN, T_SD
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of, shortened
from intimacy_scales.numerics.arguments import is_real
from intimacy_scales.reliability.consistency.intervals import normal_quantile
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.not_kept import NotKept, needed
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page
from intimacy_scales.results.wording import apa_p, joined, shown
from intimacy_scales.validity.location_scale import gradient, mid_rank, powers, rank_variance
from intimacy_scales.validity.regression_norm_parts import Behind, DegreeFit
from intimacy_scales.validity.regression_norm_score import RegressionNormScore

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Floats = NDArray[np.float64]
Ranks = Literal["empirical", "normal"]
Outside = Literal["raise", "mark"]


@result_class
class RegressionNorm(Result):
    """A norm whose mean and standard deviation depend on covariates.

    Attributes
    ----------
    scale, sample, source
        What it is a norm of.
    n, n_left_out, n_clusters
        Persons; persons without a score or a covariate; couples, None without clusters.
    covariates
        Their names.
    centres, spreads, lows, highs
        (k,): mean, standard deviation, lowest and highest value of each covariate.
    degrees
        Highest power of each covariate in the mean.
    in_spread
        Covariates that the log sd depends on.
    criterion
        ``bic`` or ``aic``, by which degrees were chosen; ``given``.
    compared
        The polynomials that were compared.
    ranks
        ``empirical``: percentile ranks from the sample's standardized residuals; ``normal``.
    beta, gamma
        Coefficients of the mean and of the log sd, by powers of covariates in standard deviations from their
        means; a constant first.
    covariance
        (p + q, p + q): robust covariance matrix of both, by couples.
    residuals
        (n,): standardized residuals, rising.
    log_likelihood, log_likelihood_equal
        Of the model, and of the same mean with one standard deviation.
    wald
        Robust Wald statistic of the same hypothesis, which does not assume normal residuals; nan where the
        log sd depends on no covariate.
    r_squared
        Share of variance that the mean explains.
    score_range
        Lowest and highest possible score, if known.
    instrument
        What was scored; None for plain numbers.

    Examples
    --------
    >>> from intimacy_scales import regression_norm
    >>> years = [n % 20 for n in range(240)]
    >>> scores = [4 + 0.05 * y + (0.3 + 0.02 * y) * ((7 * n) % 13 - 6) / 4 for n, y in enumerate(years)]
    >>> norm = regression_norm(scores, {"years": years}, sample="240 simulated persons", degree=1)
    >>> round(norm.z(5.5, years=10), 2), round(norm.percentile(5.5, years=10))
    (2.21, 100)
    """

    _axes: ClassVar[Mapping[str, str]] = {
        "covariates": "k", "centres": "k", "spreads": "k", "lows": "k", "highs": "k", "degrees": "k",
    }  # fmt: skip

    _gained: ClassVar[Mapping[str, Any]] = {"instrument": None}

    scale: str | None
    sample: str
    source: str | None
    n: int
    n_left_out: int
    n_clusters: int | None
    covariates: tuple[str, ...]
    centres: Floats
    spreads: Floats
    lows: Floats
    highs: Floats
    degrees: tuple[int, ...]
    in_spread: tuple[str, ...]
    criterion: Literal["bic", "aic", "given"]
    compared: tuple[DegreeFit, ...]
    ranks: Ranks
    beta: Floats
    gamma: Floats
    covariance: Floats
    residuals: Floats
    log_likelihood: float
    log_likelihood_equal: float
    wald: float
    r_squared: float
    score_range: tuple[float, float] | None
    instrument: InstrumentRef | None = None
    behind: Behind = field(repr=False, compare=False)

    # --- the sample ---

    @property
    def df(self) -> int:
        """Degrees of freedom of the tests of equal standard deviations."""
        return len(self.gamma) - 1

    @property
    def likelihood_ratio(self) -> float:
        """Twice the difference of log-likelihoods: chi-square of equal standard deviations."""
        return max(0.0, 2 * (self.log_likelihood - self.log_likelihood_equal))

    @property
    def likelihood_ratio_p(self) -> float:
        """Its p value, which assumes normal residuals and independent persons; nan without degrees."""
        return self._p(self.likelihood_ratio)

    @property
    def wald_p(self) -> float:
        """The p value of `wald`."""
        return self._p(self.wald)

    def _p(self, chi_square: float) -> float:
        from scipy.special import chdtrc

        return float(chdtrc(self.df, chi_square)) if self.df else math.nan

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using the norm."""
        few = f"n = {self.n}: percentile ranks of fewer than {ENOUGH_PERSONS} persons are uncertain"
        return (few,) if self.n < ENOUGH_PERSONS else ()

    # --- one score ---

    def mean(self, at: Mapping[str, float] | None = None, /, **covariates: float) -> float:
        """Return the expected score for given covariates, by name or as a mapping."""
        return self._place(at, covariates, "raise")[1]

    def sd(self, at: Mapping[str, float] | None = None, /, **covariates: float) -> float:
        """Return the standard deviation for given covariates, by name or as a mapping."""
        return self._place(at, covariates, "raise")[2]

    def z(self, score: float, at: Mapping[str, float] | None = None, /, **covariates: float) -> float:
        """Return ``(score - mean) / sd`` for given covariates, by name or as a mapping."""
        _, mean, sd, _, _ = self._place(at, covariates, "raise")
        return (self._checked(score) - mean) / sd

    def t(self, score: float, at: Mapping[str, float] | None = None, /, **covariates: float) -> float:
        """Return the T score, ``50 + 10 z``, for given covariates, by name or as a mapping."""
        return T_MEAN + T_SD * self.z(score, at, **covariates)

    def percentile(
        self, score: float, at: Mapping[str, float] | None = None, /, **covariates: float
    ) -> float:
        """Return the percentile rank for given covariates: the percentage of persons like that below."""
        return 100 * self._share(self.z(score, at, **covariates))

    def standing(
        self,
        score: float,
        at: Mapping[str, float] | None = None,
        /,
        *,
        confidence_level: float = 0.95,
        outside: Outside = "raise",
        **covariates: float,
    ) -> RegressionNormScore:
        """Return z, T and percentile rank of a score with their intervals.

        Parameters
        ----------
        score
            In the units of the norm.
        at, covariates
            The value of each covariate, as a mapping or by name.
        confidence_level
            For example 0.95.
        outside
            ``"raise"``: an error if a covariate is outside the range of the sample. ``"mark"``: the curve is
            continued, and the result names the covariate as extrapolated.

        Raises
        ------
        EstimationError
            A covariate is missing, unknown or outside the range; the score is not possible.
        """
        level = check_level(confidence_level)
        if outside not in get_args(Outside):
            raise EstimationError(not_one_of("outside", outside, get_args(Outside)))
        where, mean, sd, x_row, extrapolated = self._place(at, covariates, outside)
        z = (self._checked(score) - mean) / sd
        slopes = gradient(x_row, self._spread_row(x_row, where), np.array([sd]), np.array([z]))[0]
        se = math.sqrt(float(slopes @ self.covariance @ slopes))
        n = self.n if self.n_clusters is None else self.n_clusters
        half = normal_quantile(level) * se
        low, high = z - half, z + half

        def interval(ends: tuple[float, float]) -> Interval:
            return Interval(low=ends[0], high=ends[1], confidence_level=level, method="delta", n=n)

        return RegressionNormScore(
            score=float(score), at=where, mean=mean, sd=sd, z=z, t=T_MEAN + T_SD * z,
            percentile=100 * self._share(z),
            z_interval=interval((low, high)),
            t_interval=interval((T_MEAN + T_SD * low, T_MEAN + T_SD * high)),
            percentile_interval=interval((100 * self._share(low), 100 * self._share(high)))
            if self.ranks == "normal"
            else self._rank_interval(z, slopes, level, n),
            extrapolated=extrapolated,
            beyond=self._beyond(z),
        )  # fmt: skip

    def _rank_interval(self, z: float, slopes: Floats, level: float, n: int) -> Interval:
        """Return the interval of an empirical rank, on the scale of its logit."""
        share = self._share(z)
        if self._beyond(z) is not None:
            reason = "no person of the sample is as far from the mean as this score"
            return undefined_interval(level, "delta", n, reason)
        behind = needed(self.behind)
        # mean derivatives of a residual of z over the sample
        sds = np.exp(behind.z @ self.gamma)
        of_sample = gradient(behind.x, behind.z, sds, np.full(len(sds), z)).mean(axis=0)
        variance = rank_variance(z, slopes, behind.residuals, of_sample, behind.influence, behind.units)
        half = normal_quantile(level) * math.sqrt(variance) / (share * (1 - share))
        logit = math.log(share / (1 - share))
        low, high = (100 / (1 + math.exp(-(logit + sign * half))) for sign in (-1, 1))
        return Interval(low=low, high=high, confidence_level=level, method="delta", n=n)

    def _share(self, z: float) -> float:
        """Return the share of persons below a standardized residual."""
        if self.ranks == "normal":
            return 0.5 * math.erfc(-z / math.sqrt(2.0))
        return mid_rank(z, self.residuals)

    def _beyond(self, z: float) -> Literal["<", ">"] | None:
        """Return whether a residual is below or above all of the sample; None if normal."""
        if self.ranks == "normal" or self.residuals[0] <= z <= self.residuals[-1]:
            return None
        return "<" if z < self.residuals[0] else ">"

    def _checked(self, score: float) -> float:
        """Return a score that is possible."""
        low, high = self.score_range or (-math.inf, math.inf)
        if not is_real(score) or not math.isfinite(score):
            raise EstimationError(f"score={shortened(score)} is not valid; allowed: a number")
        if not low <= score <= high:
            raise EstimationError(f"score={score:g} is not possible; allowed: {low:g} to {high:g}")
        return float(score)

    def _place(
        self, at: Mapping[str, float] | None, by_name: Mapping[str, float], outside: Outside
    ) -> tuple[dict[str, float], float, float, Floats, tuple[str, ...]]:
        """Return covariates by name, mean and sd there, the row of predictors, and which are outside."""
        if at is not None and not isinstance(at, Mapping):
            raise EstimationError(
                f"at={shortened(at)} is not valid; pass the value of each covariate by name, as in "
                f"{self.covariates[0]}=…, or a mapping of them"
            )
        given = {**(at or {}), **by_name}
        needs = f"the norm needs {joined(list(self.covariates))}, as in {self.covariates[0]}=…"
        missing = [name for name in self.covariates if name not in given]
        unknown = [name for name in given if name not in self.covariates]
        if missing or unknown:
            fault = f"{missing[0]} is missing" if missing else f"{unknown[0]!r} is not a covariate"
            raise EstimationError(f"{fault}: {needs}")
        for name in self.covariates:
            if not is_real(given[name]):
                raise EstimationError(f"{name}={shortened(given[name])} is not valid; allowed: a number")
        values = np.array([float(given[name]) for name in self.covariates])
        extrapolated = []
        for name, value, low, high in zip(self.covariates, values, self.lows, self.highs, strict=True):
            if not low <= value <= high:
                if outside == "raise" or not math.isfinite(value):
                    raise EstimationError(
                        f"{name}={value:g} is outside the sample ({low:g} to {high:g}), about which the norm "
                        'says nothing; standing(…, outside="mark") continues the curve and marks the '
                        "result"
                    )
                extrapolated.append(name)
        x_row = powers(((values - self.centres) / self.spreads)[None, :], self.degrees)
        where = {name: float(value) for name, value in zip(self.covariates, values, strict=True)}
        mean = float(x_row[0] @ self.beta)
        sd = float(np.exp(self._spread_row(x_row, where)[0] @ self.gamma))
        return where, mean, sd, x_row, tuple(extrapolated)

    def _spread_row(self, x_row: Floats, where: Mapping[str, float]) -> Floats:
        """Return the row of predictors of the log sd (1, q)."""
        standardized = [
            (where[name] - centre) / spread
            for name, centre, spread in zip(self.covariates, self.centres, self.spreads, strict=True)
            if name in self.in_spread
        ]
        return np.array([[1.0, *standardized]])

    # --- shown ---

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the coefficients of the mean, then of the log sd."""
        names = ["mean: constant"]
        for name, degree in zip(self.covariates, self.degrees, strict=True):
            names += [f"mean: {name}" + (f"^{d}" if d > 1 else "") for d in range(1, degree + 1)]
        return (*names, "log sd: constant", *(f"log sd: {name}" for name in self.in_spread))

    def findings(self, *, sample: str | None = None, source: str | None = None) -> tuple[Finding, ...]:
        """Return explained variance and the test of equal standard deviations as findings.

        Parameters
        ----------
        sample, source
            Description of the sample and a reference to the study; by default those of the norm.
        """
        cited = source or self.source
        if cited is None:
            raise EstimationError("source is missing: pass source= with a reference to the study")
        on = joined(list(self.covariates))
        figures: dict[str, float] = {f"R squared of the norm on {on}": self.r_squared}
        if self.df:
            figures[f"likelihood ratio of unequal standard deviations, df = {self.df}"] = (
                self.likelihood_ratio
            )
        return tuple(
            Finding(
                step="norms", statistic=name, value=round(value, 3), scale=self.scale,
                sample=sample or self.sample, n=self.n, source=cited,
            )
            for name, value in figures.items()
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return the fields and the tests as plain values, without the persons behind them."""
        fields = {name: plain(getattr(self, name)) for name in self.__slots__ if name != "behind"}
        return fields | {
            "terms": [*self.terms],
            "likelihood_ratio": plain(self.likelihood_ratio),
            "likelihood_ratio_p": plain(self.likelihood_ratio_p),
            "wald_p": plain(self.wald_p),
            "warnings": [*self.warnings],
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(
            cls, without=("behind",), terms=Sequence[str], likelihood_ratio=float, likelihood_ratio_p=float,
            wald_p=float, warnings=Sequence[str],
        )  # fmt: skip

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> RegressionNorm:
        p, q = 1 + sum(values["degrees"]), 1 + len(values["in_spread"])
        sizes = (len(values["beta"]), len(values["gamma"]), *values["covariance"].shape)
        if sizes != (p, q, p + q, p + q) or len(values["residuals"]) != values["n"]:
            raise DocumentError(
                f"{cls.__name__}: beta, gamma, covariance and residuals do not have the lengths that "
                "degrees, in_spread and n give them"
            )
        advice = "compute the norm again from the scores, or pass ranks='normal' when you make it"
        return made_of(cls, values, behind=NotKept(cls.__name__, "the persons behind it", advice, {}))

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table of coefficients, with robust standard errors."""
        from intimacy_scales.results.frames import pandas_frame

        columns: dict[str, Any] = {
            "term": list(self.terms),
            "estimate": [*self.beta.tolist(), *self.gamma.tolist()],
            "se": np.sqrt(np.diag(self.covariance)).tolist(),
        }
        return pandas_frame(columns).set_index("term")

    def scores_at(
        self,
        at: Mapping[str, float] | None = None,
        /,
        *,
        percentiles: Sequence[float] = (5, 25, 50, 75, 95),
        **covariates: float,
    ) -> list[float]:
        """Return the scores at percentile ranks for given covariates, as the curve gives them.

        Parameters
        ----------
        at, covariates
            The value of each covariate, as a mapping or by name.
        percentiles
            Ranks between 0 and 100.

        Raises
        ------
        EstimationError
            A rank is not between 0 and 100; a covariate is missing, unknown or outside the range.
        """
        for rank in percentiles:
            if not is_real(rank) or not 0 < rank < 100:
                raise EstimationError(
                    f"percentiles: {shortened(rank)} is not valid; allowed: numbers above 0 and below 100"
                )
        _, mean, sd, _, _ = self._place(at, covariates, "raise")
        if self.ranks == "normal":
            from scipy.special import ndtri

            quantiles = [float(ndtri(rank / 100)) for rank in percentiles]
        else:
            places = (np.arange(self.n) + 0.5) / self.n
            quantiles = np.interp(np.array(percentiles) / 100, places, self.residuals).tolist()
        return [mean + sd * quantile for quantile in quantiles]

    def page(self) -> Page:
        """Return coefficients, tables of norms, tests, cautions and sentence as data."""
        from intimacy_scales.validity.regression_norm_page import norm_page

        return norm_page(self)

    def sentence(self) -> str:
        """Return how the norm was made, as text for a paper."""
        from intimacy_scales.validity.regression_norm_page import norm_sentence

        return norm_sentence(self)

    @property
    def tests(self) -> str:
        """Both tests of equal standard deviations, in words."""
        if not self.df:
            return "one standard deviation for all covariates"
        return (
            f"equal standard deviations: likelihood ratio {shown(self.likelihood_ratio, 2)}, df = {self.df}, "
            f"{apa_p(self.likelihood_ratio_p)}; robust Wald {shown(self.wald, 2)}, {apa_p(self.wald_p)}"
        )

    def __repr__(self) -> str:
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        return (
            f"<Norm of {self.scale or 'the score'} by {joined(list(self.covariates))}: degrees "
            f"{', '.join(map(str, self.degrees))} ({self.criterion}); {self.tests}; {self.sample}, "
            f"n = {self.n}{cautions}>"
        )
