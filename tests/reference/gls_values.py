"""What nlme::gls says of couples: actor-partner models by (restricted) maximum likelihood."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from intimacy_scales.dyads import ActorPartnerModel, Dyads, apim
from intimacy_scales.dyads.actor_partner.constraints import zero
from intimacy_scales.dyads.actor_partner.fit import fit
from intimacy_scales.dyads.actor_partner.terms import Term
from intimacy_scales.factor import sem
from intimacy_scales.factor.confirmatory.estimation.fit import chi_square_p

from .couples import acipair, commitment
from .oracles import (
    CHI_SQUARE,
    COUPLE_ESTIMATE,
    ESTIMATE,
    GLS_COVARIANCE,
    LMER_FIXED,
    LMER_VARIANCE,
    TEST,
    Block,
    Reference,
    Row,
)

Floats = NDArray[np.float64]
_FORMS = ("indistinguishable", "distinguishable_two_intercept", "distinguishable_interaction")
_SHORT = {"Satisfaction": "sat", "OtherPos": "oth", "SelfPos": "slf", "Tension": "ten", "sat": "sat"}


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """One of our models in gls's terms.

    Attributes
    ----------
    function
        What we called.
    estimates, covariance
        (p,), (p, p): coefficients in the order of gls.
    log_likelihood, n_parameters
        Of the method.
    sds
        Residual standard deviations, by gls's names of roles; one without a name of exchangeable partners.
    rho
        Correlation of residuals.
    n
        Persons.
    """

    function: str
    estimates: Floats
    covariance: Floats
    log_likelihood: float
    n_parameters: int
    sds: Mapping[str, float]
    rho: float
    n: int


def gls_rows(
    block: Block, ours: Fitted, parts: Sequence[str] = ("likelihood", "residuals", "errors", "covariances")
) -> Iterator[Row]:
    """Compare coefficients and these parts of one model.

    With ML, gls multiplies standard errors by the root of N / (N - p), for N persons and p coefficients; its
    tests and intervals are those of t with N - p degrees of freedom.
    """
    n, p = ours.n, len(ours.estimates)
    yield block.row("n", n, f"{ours.function}: persons")
    restricted = block.reference.at((*block.key, "method")) == "REML"
    names = list(block.reference.at((*block.key, "coefficients", "row")))
    part = block.part("coefficients")
    part.check_labels("row", names)
    fixed: Any = {"tolerance": LMER_FIXED, "relative": True, "elements": names}
    yield part.row("estimate", ours.estimates, ours.function, **fixed)
    if "likelihood" in parts:
        yield from _likelihood_rows(block, ours, n - p if restricted else n)
    if "residuals" in parts:
        yield from _residual_rows(block, ours)
    covariance = ours.covariance * (1.0 if restricted else n / (n - p))
    function = ours.function if restricted else f"{ours.function}: se · sqrt(N / (N - p))"
    if "errors" in parts:
        yield from _error_rows(block, ours, covariance, names, function)
    if "covariances" in parts:
        vcov = block.part("coef_vcov")
        for name in ("rows", "cols"):
            vcov.check_labels(name, names)
        label = f"{block.prefix}coef_vcov"
        yield vcov.row("values", covariance, function, tolerance=GLS_COVARIANCE, label=label)


def _error_rows(
    block: Block, ours: Fitted, covariance: Floats, names: Sequence[str], called: str
) -> Iterator[Row]:
    """Compare standard errors, tests and intervals."""
    n, p = ours.n, len(names)
    errors = np.sqrt(covariance.diagonal())
    fixed: Any = {"tolerance": LMER_FIXED, "relative": True, "elements": names}
    part = block.part("coefficients")
    yield part.row("se", errors, called, **fixed)
    t = ours.estimates / errors
    tests, function = part.as_family("coefficients"), f"{ours.function}: t and p with N - p df"
    yield tests.row("t", t, function, **fixed)
    yield tests.row("p", 2 * stdtr(n - p, -abs(t)), function, elements=names, tolerance=TEST)
    ends = block.part("ci95").as_family("ci95")
    ends.check_labels("row", names)
    half = stdtrit(n - p, 0.975) * errors
    for name, values in (("lower", -half), ("est.", 0 * half), ("upper", half)):
        function = f"{ours.function}: t interval with N - p df"
        yield ends.row(name, ours.estimates + values, function, elements=names, tolerance=COUPLE_ESTIMATE)


def _likelihood_rows(block: Block, ours: Fitted, n_in_bic: int) -> Iterator[Row]:
    family, k = block.as_family("likelihood"), ours.n_parameters
    values = {
        "logLik": ours.log_likelihood,
        "AIC": 2 * k - 2 * ours.log_likelihood,
        "BIC": math.log(n_in_bic) * k - 2 * ours.log_likelihood,
    }
    for name, value in values.items():
        tolerance = ESTIMATE if name == "logLik" else CHI_SQUARE
        yield family.row(name, value, f"{ours.function}: log likelihood", tolerance=tolerance)


def _residual_rows(block: Block, ours: Fitted) -> Iterator[Row]:
    variance: Any = {"tolerance": LMER_VARIANCE, "relative": True}
    given = block.reference.at(block.key).get("sd_ratio")
    first = "" if given is None else next(iter(given))
    yield block.row("sigma", ours.sds[first], f"{ours.function}.residual_sds", **variance)
    if given is not None:
        ratios = [ours.sds[name] / ours.sds[first] for name in given]
        yield block.row("sd_ratio", ratios, f"{ours.function}.residual_sds", **variance)
    yield block.row("rho", ours.rho, f"{ours.function}.residual_correlations", **variance)


def weights_of(
    names: Sequence[str], terms: Sequence[Term], roles: Mapping[str, str], short: Mapping[str, str]
) -> Floats:
    """Return gls's coefficients as weights (p, p) of ours.

    gls has a coefficient for each role (``role_Wife:x_A``); or those of its first role, and what the second
    one's are more (``x_A`` and ``role_Wife:x_A``). ``roles`` are our cells by gls's names.
    """
    places = {(t.kind, t.predictor, t.cell): place for place, t in enumerate(terms)}
    with_intercept = "(Intercept)" in names
    reference = next(iter(roles.values()))
    weights = np.zeros((len(names), len(terms)))
    for row, name in zip(weights, names, strict=True):
        *role, variable = name.replace("(Intercept)", "1").split(":")
        if variable in roles:
            role, variable = [variable], "1"
        cell = roles[role[0]] if role else reference
        stem, _, whose = variable.rpartition("_")
        kind = {"A": "actor", "P": "partner", "1": "intercept"}[whose]
        predictor = short.get(stem, stem) or None
        row[places[kind, predictor, cell]] = 1
        if with_intercept and role:
            row[places[kind, predictor, reference]] = -1
    return weights


def of_apim(model: ActorPartnerModel, names: Sequence[str], roles: Mapping[str, str], short: Any) -> Fitted:
    """Return an actor-partner model in gls's terms."""
    estimates = model.engine.estimates
    weights = weights_of(names, estimates.terms, roles, short)
    likelihood, n_parameters = _likelihood_of(model)
    return Fitted(
        function=f'apim(estimator="{model.estimator}")',
        estimates=weights @ estimates.values,
        covariance=weights @ estimates.covariance @ weights.T,
        log_likelihood=likelihood,
        n_parameters=n_parameters,
        sds={name.removeprefix("role_"): model.residual_sds[cell] for name, cell in roles.items()},
        rho=model.residual_correlations[0].estimate,
        n=int(_outcomes(model).notna().to_numpy().sum()),
    )


def _outcomes(model: ActorPartnerModel) -> pd.DataFrame:
    """Return both partners' outcomes, a couple in a row."""
    return model.to_couples()[[f"{model.outcome}_{partner}" for partner in model.partners]]


def _likelihood_of(model: ActorPartnerModel) -> tuple[float, int]:
    """Return the log likelihood of the outcomes given the predictors, and its number of parameters."""
    if model.fit is None:
        result = model.engine.result
        return result.log_likelihood, result.n_parameters
    # apim() models the predictors too, so that incomplete couples count; here no predictor is missing
    outcomes = [line for line in model.engine.text.text().splitlines() if line.startswith(model.outcome)]
    table = model.to_couples()
    result = sem("\n".join(outcomes), table, fixed_x=True, means=True, missing="fiml", on_invalid="accept")
    return result.fit.log_likelihood, result.fit.n_parameters


def empty_fit(outcomes: pd.DataFrame) -> Fitted:
    """Return a model without predictors in gls's terms: one mean, one variance, and the covariance."""
    one, two = outcomes.columns
    text = f"{one} ~ m*1\n{two} ~ m*1\n{one} ~~ v*{one}\n{two} ~~ v*{two}\n{one} ~~ {two}"
    options: Any = {"means": True, "missing": "fiml", "information": "expected", "on_invalid": "accept"}
    result = sem(text, outcomes, **options)
    mean, variance = result.parameters[f"{one} ~ 1"], result.parameters[f"{one} ~~ {one}"]
    return Fitted(
        function="sem()",
        estimates=np.array([mean.estimate]),
        covariance=np.array([[mean.se**2]]),
        log_likelihood=result.fit.log_likelihood,
        n_parameters=result.fit.n_parameters,
        sds={"": math.sqrt(variance.estimate)},
        rho=result.parameters[f"{one} ~~ {two}"].std_all,
        n=int(outcomes.notna().to_numpy().sum()),
    )


def _study_rows(ref: Reference, name: str, dyads: Dyads, roles: Mapping[str, str]) -> Iterator[Row]:
    """Compare the models of one outcome and its predictors."""
    title = f"actor-partner models by gls: {name.removeprefix('apim_').replace('gls', 'satisfaction')}"
    study = ref.block(name, table=title, column="ML")
    gaps = name == "apim_gls"
    outcome = _SHORT.get(study.given("outcome").removesuffix("_A"), "com")
    predictors = [v[:-2] for v in study.given("predictors") if v.endswith("_A")]
    study.check_labels("role_levels", [name.removeprefix("role_") for name in roles])
    fits: dict[tuple[str, str], ActorPartnerModel] = {}
    parts = ("likelihood", "residuals") if gaps else ("likelihood", "residuals", "errors", "covariances")
    for form in _FORMS:
        for method in ("ML",) if gaps else ("ML", "REML"):
            model = apim(
                dyads, outcome, [_SHORT[p] for p in predictors], distinguishable=form != _FORMS[0],
                estimator=method, centred=False,
            )  # fmt: skip
            fits[form, method] = model
            prefix = f"{form.removeprefix('distinguishable_')}."
            block = ref.block(name, form, method, table=title, column=method, prefix=prefix)
            cells = roles if form != _FORMS[0] else {"": ""}
            names = block.reference.at((*block.key, "coefficients", "row"))
            yield from gls_rows(block, of_apim(model, names, cells, _SHORT), parts)
    outcomes = _outcomes(fits[_FORMS[1], "ML"])
    yield study.row("n_rows", outcomes.notna().to_numpy().sum(), "apim().to_couples()")
    yield study.row("n_complete_dyads", len(outcomes.dropna()), "apim().to_couples()")
    empty = empty_fit(outcomes)
    block = ref.block(name, "empty_model_ML", table=title, column="ML", prefix="empty.")
    yield from gls_rows(block, empty)
    yield from _distinguishability_rows(ref, name, title, fits)


def _distinguishability_rows(ref: Reference, name: str, title: str, fits: Any) -> Iterator[Row]:
    """Compare the test of roles with each other: of paths, intercepts and residual variances."""
    wider, narrower = (fits[form, "ML"] for form in (_FORMS[1], _FORMS[0]))
    larger, smaller = (_likelihood_of(model) for model in (wider, narrower))
    chi_square, df = 2 * (larger[0] - smaller[0]), larger[1] - smaller[1]
    function = 'apim(estimator="ML"): difference of log likelihoods'
    key = "lr_test_distinguishability_ML"
    block = ref.block(name, key, table=title, column="ML", prefix="distinguishability.")
    yield block.row("chisq", chi_square, function, tolerance=ESTIMATE)
    yield block.row("df", df, function)
    yield block.row("p", chi_square_p(chi_square, df), function, tolerance=TEST)


def gls_rows_of_acipair(ref: Reference) -> Iterator[Row]:
    """Compare the models of the satisfaction of wives and husbands."""
    roles = {"role_Husband": "h", "role_Wife": "w"}
    for name in ref.values:
        if name.startswith("apim_") and not name.startswith("apim_sem"):
            yield from _study_rows(ref, name, acipair(ref.folder), roles)
    yield from _published_rows(ref)


def gls_rows_of_commitment(ref: Reference) -> Iterator[Row]:
    """Compare the model of commitment: of couples with both predictors, some with one partner's outcome."""
    dyads = commitment(ref.folder)
    known = ~np.isnan(dyads.variable("sat")).any(axis=1) & ~np.isnan(dyads.variable("com")).all(axis=1)
    roles = {"role_p1": "1", "role_p2": "2"}
    yield from _study_rows(ref, "apim_gls", dyads.chosen(np.flatnonzero(known)), roles)


def _published_rows(ref: Reference) -> Iterator[Row]:
    """Compare the example of dyadr: an actor effect of tension, and a partner effect of positivity."""
    name, dyads = "published_check_dyadr_readme", acipair(ref.folder, role=False)
    model = apim(dyads, "sat", ["ten", "slf"], estimator="ML", centred=False).engine.model
    without = [model.position("partner", "ten"), model.position("actor", "slf")]
    kept = [model.position("intercept"), model.position("actor", "ten"), model.position("partner", "slf")]
    method = ref.at((name, "method"))
    result = fit(model, constraints=zero(model, without), method=method)
    ours = Fitted(
        function="actor_partner.fit.fit(constraints=)",
        estimates=result.coefficients[kept],
        covariance=result.covariance[np.ix_(kept, kept)],
        log_likelihood=result.log_likelihood,
        n_parameters=result.n_parameters,
        sds=result.residual_sds,
        rho=result.residual_correlations[""],
        n=2 * model.n,
    )
    title = "actor-partner model by gls, as in the README of dyadr"
    yield from gls_rows(ref.block(name, table=title, column=method), ours)
