"""The measurement model of exchangeable partners, judged against what any such model can achieve.

The order of exchangeable partners is arbitrary, and so are the observed differences between them, which the
usual chi-square counts as misfit. Olsen & Kenny (2006) judge a model of exchangeable partners against the
saturated model of such partners (I-SAT) in place of the saturated model, and against their independence model
(I-NULL) in place of the usual baseline: chi-squares and degrees of freedom less those of I-SAT. All figures
here are the same if partners of any couple are swapped.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from intimacy_scales.dyads.exchangeable_fit import fit_against_isat
from intimacy_scales.dyads.invariance.fitting import BothPartners
from intimacy_scales.dyads.invariance.models import (
    KINDS,
    independent_exchangeable,
    ladder_model,
    saturated_exchangeable,
)
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Estimator
from intimacy_scales.factor.confirmatory.estimation.fit import (
    FitIndices,
    ScaledFit,
    scaled_fit,
    srmr_of,
)
from intimacy_scales.factor.confirmatory.results.estimates import ParameterEstimate, Parameters
from intimacy_scales.factor.confirmatory.results.fit_sentence import improper_sentence, sample_text
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.sample import MissingAnswers
from intimacy_scales.messages import not_one_of
from intimacy_scales.results.document_types import documented, many
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, apa_p, shown

_OF_LIKELIHOOD = ("ML", "MLR")
_EVERY_COUPLE_ALIKE = ("listwise", "fiml")


@result_class
class ExchangeableMeasurement(Result):
    """One factor for each of two exchangeable partners, all parameters the same for both.

    Attributes
    ----------
    scale, items
        The scale, and its items.
    n_couples
        Couples that were used.
    left_out
        Why couples are left out → how many.
    estimator, missing
        How the model was fitted.
    fit
        Test and indices, judged against the saturated model of exchangeable partners (I-SAT) and their
        independence model (I-NULL; Olsen & Kenny, 2006).
    scaled
        The same, corrected for answers that are not normal; None with ``estimator="ML"``.
    srmr
        Standardized root mean square residual, from moments of I-SAT.
    parameters
        Each parameter once: loadings, intercepts, residual variances, covariances of the same item's
        residuals, and the covariance of the factors. Names are those of the first partner in the table.
    partner_correlation
        The correlation of the partners' factors, free of measurement error.
    omega
        Omega of the sum of one partner's items.
    improper
        What is improper about the solution, such as negative variances.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, dyadic_invariance
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=2).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> measured = dyadic_invariance(dyads, "trust").exchangeable
    >>> measured.fit.df, 0.3 < measured.partner_correlation.estimate < 0.7
    (7, True)
    """

    scale: str
    items: tuple[str, ...]
    n_couples: int
    left_out: Mapping[str, int]
    estimator: Estimator
    missing: MissingAnswers
    fit: FitIndices
    scaled: ScaledFit | None
    srmr: float
    parameters: Parameters
    partner_correlation: ParameterEstimate
    omega: float
    improper: tuple[str, ...]

    @property
    def n_left_out(self) -> int:
        """Number of couples that were left out."""
        return sum(self.left_out.values())

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        names = (
            "scale", "items", "n_couples", "left_out", "estimator", "missing", "srmr", "omega", "improper",
        )  # fmt: skip
        return {name: plain(getattr(self, name)) for name in names} | {
            "fit": self.fit.to_dict(),
            "scaled": None if self.scaled is None else self.scaled.to_dict(),
            "parameters": self.parameters.to_dict(),
            "partner_correlation": self.partner_correlation.to_dict(),
            "sentence": self.sentence(),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, parameters=many(ParameterEstimate), sentence=str)

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> Any:
        return made_of(cls, values, parameters=Parameters(values["parameters"]))

    def sentence(self) -> str:
        """Return the sentences for a Results section: fit, and the correlation of the partners' factors."""
        r = self.partner_correlation
        low, high = r.confidence_interval()
        used = sample_text(self.n_couples, self.n_couples + self.n_left_out, self.missing)
        return (
            f"In the measurement model of {self.scale}, all parameters were the same for both partners "
            f"({used}; n counts couples). Judged against the saturated model of such partners (I-SAT; Olsen "
            f"& Kenny, 2006), it had {self._fit_text()}, SRMR = {apa(self.srmr, 3)}. The partners' "
            f"factors correlated by r = {apa(r.estimate)}, 95% CI [{apa(low)}, {apa(high)}]."
            f"{_improper(self.improper)}"
        )

    def _fit_text(self) -> str:
        test = self.fit if self.scaled is None else self.scaled
        if math.isnan(test.chi_square):
            return "an undefined test, because its scaling factor is not positive"
        name, kind = ("chi-square", "") if self.scaled is None else (self.scaled.title, "robust ")
        cfi, rmsea = (
            (self.fit.cfi, self.fit.rmsea)
            if self.scaled is None
            else (self.scaled.robust_cfi, self.scaled.robust_rmsea)
        )
        return (
            f"{name}({test.df}) = {shown(test.chi_square, 2)}, {apa_p(test.p_value)}, "
            f"{kind}CFI = {apa(cfi, 3)}, {kind}RMSEA = {apa(rmsea, 3)}"
        )

    def __repr__(self) -> str:
        fit = self.fit if self.scaled is None else self.scaled
        return (
            f"<{self.scale} of exchangeable partners, against I-SAT: {repr(fit)[1:-1]}, SRMR "
            f"{apa(self.srmr, 3)}; r of factors {apa(self.partner_correlation.estimate, 3)}; n = "
            f"{self.n_couples}>"
        )


def _improper(parts: Sequence[str]) -> str:
    text = improper_sentence(parts)
    return f" {text}" if text else ""


def check_likelihood(estimator: str, missing: str) -> None:
    """Raise where fit rests on observed covariances, in which partners have an order."""
    if estimator not in _OF_LIKELIHOOD:
        note = "with exchangeable partners, since others weigh covariances that depend on the partners' order"
        raise EstimationError(not_one_of("estimator", estimator, _OF_LIKELIHOOD, note=note))
    if missing not in _EVERY_COUPLE_ALIKE:
        note = "with exchangeable partners, since covariances of pairs depend on the partners' order"
        raise EstimationError(not_one_of("missing", missing, _EVERY_COUPLE_ALIKE, note=note))


def exchangeable_measurement(both: BothPartners) -> ExchangeableMeasurement:
    """Fit the measurement model of exchangeable partners, and judge it against I-SAT and I-NULL."""
    pair = both.pair
    model = both.fit(ladder_model(pair, KINDS), "exchangeable")
    saturated = both.fit(saturated_exchangeable(pair), "saturated exchangeable")
    independent = both.fit(independent_exchangeable(pair), "independence")
    tested = fit_against_isat(model.fit, isat=saturated.fit, inull=independent.fit, n=model.n)
    observed, implied = saturated.solution.at.bases[0], model.solution.at.bases[0]
    once = _each_once(model)
    return ExchangeableMeasurement(
        scale=pair.scale,
        items=pair.items,
        n_couples=model.n,
        left_out=both.left_out,
        estimator=model.estimator,
        missing=model.missing,
        fit=tested,
        scaled=_scaled(tested, saturated, model, independent),
        srmr=srmr_of(observed.covariances, implied.covariances, observed.means, implied.means),
        parameters=Parameters(once),
        partner_correlation=next(p for p in once if p.op == "~~" and p.rhs == pair.factors[1]),
        omega=_omega(once),
        improper=model.improper,
    )


def _scaled(
    tested: FitIndices, saturated: CFAResult, model: CFAResult, independent: CFAResult
) -> ScaledFit | None:
    """Return the scaled test of these differences (Satorra & Bentler, 2001), with robust estimation."""
    if not discrepancy_of(model.estimator).is_scaled:
        return None
    expected = [result.solution.expected_chi_square for result in (saturated, model, independent)]
    factor = (expected[1] - expected[0]) / tested.df
    baseline_factor = (expected[2] - expected[0]) / tested.baseline_df
    return scaled_fit(tested, factor, baseline_factor, model.solution.scaling)


def _each_once(model: CFAResult) -> list[ParameterEstimate]:
    """Return the parameters that were estimated, those of both partners once."""
    labels: set[str] = set()
    rows = []
    for row in model.parameters:
        if row.free and (row.label is None or row.label not in labels):
            rows.append(row)
            labels.update([row.label] if row.label else [])
    return rows


def _omega(rows: Sequence[ParameterEstimate]) -> float:
    """Return omega, ``L^2 / (L^2 + T)`` of the sums of loadings L and of residual variances T."""
    common = sum(row.estimate for row in rows if row.op == "=~") ** 2
    residual = sum(row.estimate for row in rows if row.op == "~~" and row.lhs == row.rhs)
    return common / (common + residual)
