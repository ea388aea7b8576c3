"""The fit of a model: chi-square tests and fit indices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from scipy.special import chndtr, gammaincc

from intimacy_scales.factor.confirmatory.estimation.corrected_fit import (
    MissingCorrectedFit,
    noncentrality,
    robust_indices,
)
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.late import late_module
from intimacy_scales.numerics.tolerances import DISCREPANCY_ROUNDING
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, apa_p, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_CLOSE, _NOT_CLOSE = 0.05, 0.08  # RMSEA
SCALINGS = {"yuan_bentler": "Yuan-Bentler", "satorra_bentler": "Satorra-Bentler"}


def chi_square_p(chi_square: float, df: int) -> float:
    """Return the probability of a chi-square at least as large; nan without degrees of freedom.

    Examples
    --------
    >>> round(chi_square_p(3.84, 1), 3)
    0.05
    """
    if df <= 0:
        return math.nan
    return float(gammaincc(df / 2, max(chi_square, 0.0) / 2))


@result_class
class FitIndices(Result):
    """A test of fit, and the indices derived from it.

    Attributes
    ----------
    chi_square, df, p_value
        Test of the model against the saturated model; p is nan without degrees of freedom. With ULS it is
        residual-based (Browne, 1984).
    baseline_chi_square, baseline_df
        The test of the independence model, in which no items are related.
    cfi, tli
        Comparative fit index (Bentler, 1990) and Tucker-Lewis index (1973).
    rmsea
        Root mean square error of approximation (Steiger & Lind, 1980).
    n, n_groups
        Numbers of persons and of groups.
    n_in_test
        Number of persons that chi-square and RMSEA count, if this is smaller: n - 1 of each group with least
        squares; None otherwise.

    Examples
    --------
    >>> tested = fit_indices(chi_square=12.0, df=5, baseline=400.0, baseline_df=10, n=300, n_groups=1)
    >>> round(tested.cfi, 3), round(tested.rmsea, 3)
    (0.982, 0.068)
    >>> [round(end, 3) for end in tested.rmsea_interval()]
    [0.017, 0.119]
    """

    # values of fields that older documents do not have; all were of likelihoods
    _gained: ClassVar[Mapping[str, Any]] = {"rmsea_not_close_p": math.nan, "n_in_test": None}

    chi_square: float
    df: int
    p_value: float
    baseline_chi_square: float
    baseline_df: int
    cfi: float
    tli: float
    rmsea: float
    n: int
    n_groups: int
    n_in_test: int | None = None

    def rmsea_interval(self, confidence_level: float = 0.90) -> Interval:
        """Return a confidence interval of RMSEA, from noncentral chi-square (Steiger, 1990)."""
        level = check_level(confidence_level)
        method = "noncentral chi-square"
        if math.isnan(self.chi_square):
            return undefined_interval(level, method, self.n, "the scaled test is undefined")
        if self.df == 0:
            return Interval(low=0.0, high=0.0, confidence_level=level, method=method, n=self.n, bounded=True)
        ends = [self._rmsea_of(noncentrality(self.chi_square, self.df, (1 + s * level) / 2)) for s in (1, -1)]
        return Interval(
            low=ends[0], high=ends[1], confidence_level=level, method=method, n=self.n, bounded=True
        )

    def _rmsea_of(self, noncentral: float) -> float:
        """Return ``sqrt(G lambda / (n df))`` of a noncentrality lambda in G groups."""
        return math.sqrt(noncentral / ((self.n_in_test or self.n) * self.df)) * math.sqrt(self.n_groups)

    def close_fit_p(self, rmsea: float = _CLOSE) -> float:
        """Return the probability of a chi-square at least as large if RMSEA has this value.

        This is the test of close fit (Browne & Cudeck, 1993).
        """
        return 1 - self._probability_below(rmsea)

    def not_close_fit_p(self, rmsea: float = _NOT_CLOSE) -> float:
        """Return the probability of a chi-square at most as large if RMSEA has this value.

        This is the test of not-close fit (MacCallum, Browne & Sugawara, 1996): if the probability is small, a
        misfit of this size or more is rejected. The test of close fit can fail to reject, but never show,
        that the fit is close.
        """
        return self._probability_below(rmsea)

    def _probability_below(self, rmsea: float) -> float:
        """Return the probability of a chi-square no larger than this one if RMSEA has this value."""
        if self.df == 0 or math.isnan(self.chi_square):
            return math.nan
        noncentral = rmsea**2 * (self.n_in_test or self.n) * self.df / self.n_groups
        return float(chndtr(self.chi_square, self.df, noncentral))

    def to_dict(self) -> dict[str, Any]:
        """Return the indices as plain values."""
        low, high = self.rmsea_interval()
        fields = {name: plain(getattr(self, name)) for name in _INDICES}
        return fields | {
            "rmsea_low": plain(low),
            "rmsea_high": plain(high),
            "rmsea_confidence_level": 0.9,
            "rmsea_close_p": plain(self.close_fit_p()),
            "rmsea_not_close_p": plain(self.not_close_fit_p()),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(
            cls,
            rmsea_low=float,
            rmsea_high=float,
            rmsea_confidence_level=float,
            rmsea_close_p=float,
            rmsea_not_close_p=float,
        )

    def _short(self) -> str:
        low, high = self.rmsea_interval()
        test = f"chi-square({self.df}) = {shown(self.chi_square, 2)}"
        if self.df == 0:
            return f"{test}: as many parameters as moments, so that nothing is tested"
        return (
            f"{test}, {apa_p(self.p_value)}; CFI {apa(self.cfi, 3)}, TLI {apa(self.tli, 3)}, "
            f"RMSEA {apa(self.rmsea, 3)} [{apa(low, 3)}, {apa(high, 3)}]"
        )

    def __repr__(self) -> str:
        return f"<{self._short()}>"


_INDICES = (
    "chi_square", "df", "p_value", "baseline_chi_square", "baseline_df", "cfi", "tli", "rmsea", "n",
    "n_groups", "n_in_test",
)  # fmt: skip


_SHARED = ("n", "n_groups", "n_in_test", "rmsea_confidence_level")


def fit_indices(
    *,
    chi_square: float,
    df: int,
    baseline: float,
    baseline_df: int,
    n: int,
    n_groups: int,
    n_in_test: int | None = None,
) -> FitIndices:
    """Return the indices of a test of fit.

    With d = max(chi-square - df, 0) and r = chi-square / df of the model, and d0, r0 of the baseline, CFI is
    ``1 - d / max(d, d0)``, TLI ``(r0 - r) / (r0 - 1)`` and, in G groups, RMSEA ``sqrt(G d / (n df))``.
    """
    misfit, most = max(chi_square - df, 0.0), max(baseline - baseline_df, chi_square - df, 0.0)
    base = baseline / baseline_df if baseline_df else math.nan
    ratio = chi_square / df if df else math.nan
    tli = 1.0 if df == 0 else (base - ratio) / (base - 1) if base != 1 else math.nan
    return FitIndices(
        chi_square=chi_square,
        df=df,
        p_value=chi_square_p(chi_square, df),
        baseline_chi_square=baseline,
        baseline_df=baseline_df,
        cfi=1 - misfit / most if most > DISCREPANCY_ROUNDING * n else 1.0,
        tli=tli,
        rmsea=math.sqrt(misfit / ((n_in_test or n) * df)) * math.sqrt(n_groups) if df else 0.0,
        n=n,
        n_groups=n_groups,
        n_in_test=n_in_test,
    )


@result_class
class ScaledFit(FitIndices):
    """A test of fit corrected for answers that are not normal.

    Attributes
    ----------
    scaling
        ``yuan_bentler`` or ``satorra_bentler``.
    scaling_factor, baseline_scaling_factor
        Divisors of the uncorrected chi-squares. If the first is not positive, because there are too few
        persons for so many parameters, the test is undefined: its figures are nan.
    robust_cfi, robust_tli, robust_rmsea
        Indices of the population's misfit (Brosseau-Liard & Savalei, 2014), from uncorrected chi-squares less
        scaling factor times degrees of freedom. With missing answers, `Fit.missing_corrected` has the indices
        that lavaan prints since 0.6-13.

    Notes
    -----
    ``rmsea`` and `rmsea_interval` are of the corrected chi-square.

    Examples
    --------
    >>> tested = fit_indices(chi_square=12.0, df=5, baseline=400.0, baseline_df=10, n=300, n_groups=1)
    >>> scaled = scaled_fit(tested, 1.2, 1.5, "satorra_bentler")
    >>> scaled.title, round(scaled.chi_square, 2), round(scaled.robust_cfi, 3)
    ('Satorra-Bentler scaled chi-square', 10.0, 0.984)
    """

    scaling: str
    scaling_factor: float
    baseline_scaling_factor: float
    robust_cfi: float
    robust_tli: float
    robust_rmsea: float

    @property
    def title(self) -> str:
        """Name of the test, for example ``Yuan-Bentler scaled chi-square``."""
        return f"{SCALINGS[self.scaling]} scaled chi-square"

    def _short(self) -> str:
        if math.isnan(self.chi_square):
            return f"{self.title}({self.df}) is undefined: its scaling factor is not positive"
        if self.df == 0:
            return FitIndices._short(self)
        low, high = self.robust_rmsea_interval()
        return (
            f"{self.title}({self.df}) = {shown(self.chi_square, 2)}, {apa_p(self.p_value)}; robust CFI "
            f"{apa(self.robust_cfi, 3)}, robust TLI {apa(self.robust_tli, 3)}, robust RMSEA "
            f"{apa(self.robust_rmsea, 3)} [{apa(low, 3)}, {apa(high, 3)}]"
        )

    def robust_rmsea_interval(self, confidence_level: float = 0.90) -> Interval:
        """Return a confidence interval of the robust RMSEA (Brosseau-Liard, Savalei & Li, 2012)."""
        low, high = self.rmsea_interval(confidence_level)
        stretch = math.sqrt(max(self.scaling_factor, 0.0))
        return Interval(
            low=low * stretch,
            high=high * stretch,
            confidence_level=confidence_level,
            method="noncentral chi-square, corrected",
            n=self.n,
            bounded=True,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the indices as plain values."""
        names = (
            "scaling",
            "scaling_factor",
            "baseline_scaling_factor",
            "robust_cfi",
            "robust_tli",
            "robust_rmsea",
        )
        return FitIndices.to_dict(self) | {name: plain(getattr(self, name)) for name in names}


@result_class
class Fit(FitIndices):
    """The fit of a model: the test, indices derived from it, and residuals.

    Attributes
    ----------
    srmr
        Standardized root mean square residual (Bentler, 1995), means included if the model has them.
    crmr
        Correlation root mean square residual (Maydeu-Olivares, 2017), of observed less implied correlations
        without the diagonal; means (in observed standard deviations) included if the model has them. nan in
        results that were read from documents written before this index was added.
    log_likelihood, saturated_log_likelihood
        Of the model and of the saturated model; nan with least squares, as are AIC and BIC.
    n_parameters
        Number of free parameters.
    aic, bic, adjusted_bic
        ``-2 logL`` plus 2, ln n, or ln((n + 2) / 24) for each parameter.
    scaled
        The test corrected for answers that are not normal; None without robust estimation.
    missing_corrected
        Robust indices corrected for missing answers too (Zhang & Savalei, 2023); None without robust
        estimation, without missing answers, with auxiliary variables, and where nobody answered two of the
        items together.

    Examples
    --------
    >>> from intimacy_scales import cfa, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> fit = cfa("trust =~ tru01 + tru04 + tru09 + tru11", answers).fit
    >>> fit.df, fit.n, round(fit.srmr, 2) < 0.05, fit.scaled is None
    (2, 400, True, True)
    """

    _gained: ClassVar[Mapping[str, Any]] = {**FitIndices._gained, "crmr": math.nan, "missing_corrected": None}

    srmr: float
    crmr: float
    log_likelihood: float
    saturated_log_likelihood: float
    n_parameters: int
    aic: float
    bic: float
    adjusted_bic: float
    scaled: ScaledFit | None = None
    missing_corrected: MissingCorrectedFit | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return all indices as plain values."""
        names = (
            "srmr", "crmr", "log_likelihood", "saturated_log_likelihood", "n_parameters", "aic", "bic",
            "adjusted_bic",
        )  # fmt: skip
        corrected = self.missing_corrected
        return (
            FitIndices.to_dict(self)
            | {name: plain(getattr(self, name)) for name in names}
            | {"scaled": None if self.scaled is None else self.scaled.to_dict()}
            | ({} if corrected is None else {"missing_corrected": corrected.to_dict()})
        )

    def to_frame(self) -> pd.DataFrame:
        """Return all indices as a pandas table of one column."""
        from intimacy_scales.results.frames import pandas_frame

        indices = {k: v for k, v in self.to_dict().items() if k not in ("scaled", "missing_corrected")}
        if self.scaled is not None:
            scaled = {k: v for k, v in self.scaled.to_dict().items() if k not in (*_SHARED, "scaling")}
            indices |= {k if "scaling" in k or "robust" in k else f"{k}_scaled": v for k, v in scaled.items()}
        if self.missing_corrected is not None:
            names = ("robust_cfi", "robust_tli", "robust_rmsea")
            indices |= {f"{k}_missing_corrected": getattr(self.missing_corrected, k) for k in names}
        values = [math.nan if v is None else float(v) for v in indices.values()]
        return pandas_frame({"index": list(indices), "value": values}).set_index("index")

    def __repr__(self) -> str:
        if self.scaled is None or self.df == 0:
            return f"<{self._short()}, SRMR {apa(self.srmr, 3)}; n = {self.n}>"
        return (
            f"<{self.scaled._short()}, SRMR {apa(self.srmr, 3)}; uncorrected {self._short()}; n = {self.n}>"
        )


def scaled_fit(
    plain_fit: FitIndices, factor: float, baseline_factor: float, scaling: str = "yuan_bentler"
) -> ScaledFit:
    """Return the corrected test and its indices."""
    n, groups, df, base_df = plain_fit.n, plain_fit.n_groups, plain_fit.df, plain_fit.baseline_df
    chi, base = plain_fit.chi_square, plain_fit.baseline_chi_square
    if not factor > 0:  # too few persons for so many parameters
        return _undefined_scaled_fit(plain_fit, factor, baseline_factor, scaling)
    corrected = fit_indices(
        chi_square=chi / factor if df else 0.0,
        df=df,
        baseline=base / baseline_factor,
        baseline_df=base_df,
        n=n,
        n_groups=groups,
    )
    robust = robust_indices(chi, factor * df, df, base, baseline_factor * base_df, base_df, n, groups)
    return ScaledFit(
        **{name: getattr(corrected, name) for name in _INDICES},
        scaling=scaling,
        scaling_factor=factor,
        baseline_scaling_factor=baseline_factor,
        robust_cfi=robust[0],
        robust_tli=robust[1],
        robust_rmsea=robust[2],
    )


def _undefined_scaled_fit(
    plain_fit: FitIndices, factor: float, baseline_factor: float, scaling: str
) -> ScaledFit:
    """Return a corrected test that is undefined, as its scaling factor is not positive."""
    kept = ("df", "baseline_df", "n", "n_groups", "n_in_test")
    same: dict[str, Any] = {name: getattr(plain_fit, name) for name in kept}
    names = ("chi_square", "p_value", "cfi", "tli", "rmsea", "robust_cfi", "robust_tli", "robust_rmsea")
    return ScaledFit(
        **same | dict.fromkeys(names, math.nan),
        baseline_chi_square=plain_fit.baseline_chi_square / baseline_factor,
        scaling=scaling,
        scaling_factor=factor,
        baseline_scaling_factor=baseline_factor,
    )


def srmr_of(
    observed: Floats, implied: Floats, observed_means: Floats | None, implied_means: Floats | None
) -> float:
    """Return the root mean square of residuals in units of observed standard deviations, nan left out."""
    sds, position = np.sqrt(np.diag(observed)), np.arange(len(observed))
    residuals = ((observed - implied) / (sds[:, None] * sds))[position[:, None] >= position]
    if observed_means is not None and implied_means is not None:
        residuals = np.concatenate([residuals, (observed_means - implied_means) / sds])
    return float(np.sqrt(np.nanmean(residuals**2)))


def crmr_of(
    observed: Floats, implied: Floats, observed_means: Floats | None, implied_means: Floats | None
) -> float:
    """Return the root mean square of residual correlations, nan left out; 0 for one variable.

    Observed and implied covariances are each divided by their own standard deviations (Maydeu-Olivares,
    2017), and means by observed ones.
    """
    sds, implied_sds = np.sqrt(np.diag(observed)), np.sqrt(np.diag(implied))
    position = np.arange(len(observed))
    residuals = observed / np.outer(sds, sds) - implied / np.outer(implied_sds, implied_sds)
    below = residuals[position[:, None] > position]
    if observed_means is not None and implied_means is not None:
        below = np.concatenate([below, (observed_means - implied_means) / sds])
    return float(np.sqrt(np.nanmean(below**2))) if len(below) else 0.0
