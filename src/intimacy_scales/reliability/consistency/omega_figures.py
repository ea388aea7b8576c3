"""What a fitted factor model says of a score: omega in its forms (arrays and dictionaries)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.solution import Solution, fit_of, solve
from intimacy_scales.factor.confirmatory.model.model import Model, parts_of_total
from intimacy_scales.factor.confirmatory.model.table import parameter_table
from intimacy_scales.factor.confirmatory.results.improper import improper_parts
from intimacy_scales.factor.confirmatory.results.sums import sum_parts
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.keyed import Floats

_FEWEST = 3
_PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOmega:
    """Omega of one part of a scale, under a model with a general factor.

    Attributes
    ----------
    scale
        The part.
    total
        Share of the part's variance that the general factor and its own explain.
    general, group
        Shares that the general factor, and the part's own, explain.
    """

    scale: str
    total: float
    general: float
    group: float


def model_of(
    instrument: Instrument, scale: str, model: str, items: tuple[str, ...]
) -> tuple[Model, str | None]:
    """Return the factor model of a scale, and the name of its general factor."""
    if model == "one_factor":
        return Model.one_factor(items, "factor"), None
    general = "general" if model != "correlated" else None
    factors: Any = model
    made = Model.from_instrument(
        instrument, scales=parts_of_total(instrument, scale), factors=factors, general=general
    )
    return made, general


def omega_figures(
    written: Model,
    general: str | None,
    sample: SampleMoments,
    by_item: Mapping[str, float],
    denominator: str,
    advice: str,
) -> dict[str, Any]:
    """Fit a model and return what `McDonaldOmega` says of it.

    Parameters
    ----------
    written, general
        The model, and its general factor.
    sample
        What was observed.
    by_item
        How much each item counts in the score.
    denominator
        ``model`` or ``observed``.
    advice
        What to try where the model has no solution.
    """
    ordered = sample.of(written.observed)
    # markers leave the disturbance of a part free to be negative, which a fixed variance of 1 does not
    layered = any(s.rhs in written.latent for s in written.loadings)
    table = parameter_table(
        written,
        identification="marker" if layered else "fixed_factor",
        with_means=sample.missing == "fiml",
    )
    # three items of one factor are identified, and so are two of each of several that correlate
    fewest = min(len(written.indicators(factor)) for factor in written.latent)
    identified = general is None and fewest >= (_FEWEST if len(written.latent) == 1 else _PAIR)
    solution = solve(table, [ordered], identified=identified, advice=advice)
    weights = np.array([by_item[item] for item in written.observed])
    top = None if general is None else written.latent.index(general)
    parts = sum_parts(solution, weights, top)
    observed = float(weights @ solution.saturated[0].covariances @ weights)
    implied = parts.common / (parts.common + parts.unique)
    over_observed = parts.common / observed
    of_factor = _one_factor_figures(solution, written) if len(written.latent) == 1 else {}
    whole = parts.common + parts.unique if denominator == "model" else observed
    with_general = {}
    if top is not None:
        _check_general(solution, top, advice)
        with_general = _general_figures(solution, written, ordered, weights, top)
    if top is not None:
        with_general["hierarchical"] = parts.general / whole
    return {
        "estimate": implied if denominator == "model" else over_observed,
        "model_implied": implied,
        "observed": over_observed,
        "fit": fit_of(solution),
        "improper": improper_parts(solution, [None]),
        "residual_variances": _residuals(solution, written),
        "solution": solution,
        "sample": ordered,
        "weights": weights,
        **of_factor,
        **with_general,
    }


def _check_general(solution: Solution, top: int, advice: str) -> None:
    """Raise where the general factor came out with a negative variance, of which nothing can be a share."""
    variance = float(solution.at.bases[0].latent_covariances[top, top])
    if variance < 0:
        raise EstimationError(
            f"the general factor comes out with a variance of {variance:.3g}, and none is below 0; {advice}"
        )


def _residuals(solution: Solution, model: Model) -> dict[str, float]:
    part = solution.problem.groups[0]
    theta = part.structure.matrices(part.values(solution.at.values))["theta"]
    return dict(zip(model.observed, theta.diagonal().tolist(), strict=True))


def _one_factor_figures(solution: Solution, model: Model) -> dict[str, Any]:
    """Return loadings and what is made of them."""
    part, basis = solution.problem.groups[0], solution.at.bases[0]
    matrices = part.structure.matrices(part.values(solution.at.values))
    loadings, residuals = matrices["lambda"][:, 0], matrices["theta"].diagonal()
    standard = loadings / np.sqrt(basis.covariances.diagonal())
    squares = standard**2
    with np.errstate(divide="ignore", invalid="ignore"):
        information = float(np.sum(squares / (1 - squares)))
    proper = bool((squares < 1).all())
    shared = float(loadings @ loadings)
    return {
        "loadings": dict(zip(model.observed, loadings.tolist(), strict=True)),
        "std_loadings": dict(zip(model.observed, standard.tolist(), strict=True)),
        "construct_reliability_h": information / (1 + information) if proper else math.nan,
        "ave": shared / (shared + float(residuals.sum())),
        "ave_observed": shared / float(np.trace(solution.saturated[0].covariances)),
        "ave_standardized": float(squares.mean()),
        "standardized": float(standard.sum() ** 2 / (standard.sum() ** 2 + np.sum(1 - squares))),
    }


def _general_figures(
    solution: Solution, model: Model, sample: SampleMoments, weights: Floats, top: int
) -> dict[str, Any]:
    """Return explained common variance, and what goes with it, and omegas of the parts."""
    part, basis = solution.problem.groups[0], solution.at.bases[0]
    structure = part.structure
    variances = basis.covariances.diagonal()
    effects = basis.columns[:, structure.p + top] * math.sqrt(basis.latent_covariances[top, top])
    theta = structure.matrices(part.values(solution.at.values))["theta"]
    communalities = 1 - theta.diagonal() / variances
    groups = []
    for k, factor in enumerate(model.latent):
        if k == top:
            continue
        own = np.array([item in model.indicators(factor) for item in model.observed])
        w = np.where(own, weights, 0.0)
        inner = sum_parts(solution, w, top)
        whole = inner.common + inner.unique
        groups.append(
            GroupOmega(
                scale=factor,
                total=inner.common / whole,
                general=inner.general / whole,
                group=(inner.common - inner.general) / whole,
            )
        )
    sizes = np.array([len(model.indicators(factor)) for k, factor in enumerate(model.latent) if k != top])
    return {
        "ecv": float(np.sum(effects**2 / variances)) / float(communalities.sum()),
        "puc": uncontaminated(sizes),
        "arpb": _arpb(model, sample, effects / np.sqrt(variances)),
        "groups": tuple(groups),
    }


def _arpb(model: Model, sample: SampleMoments, general: Floats) -> float:
    """Return the relative bias of the loadings of one factor alone; nan where it cannot be fitted."""
    written = Model.one_factor(model.observed)
    table = parameter_table(written, identification="fixed_factor", with_means=sample.missing == "fiml")
    try:
        solution = solve(table, [sample])
    except EstimationError:
        return math.nan
    alone = np.array(list(_one_factor_figures(solution, written)["std_loadings"].values()))
    return relative_bias(alone * np.sign(alone.sum()), general * np.sign(general.sum()))


def uncontaminated(sizes: NDArray[Any]) -> float:
    """Return the share of correlations that are not between items of one group (PUC; Reise et al., 2013)."""
    k = int(np.sum(sizes))
    return 1 - float(np.sum(sizes * (sizes - 1))) / (k * (k - 1))


def relative_bias(alone: Floats, general: Floats) -> float:
    """Return the mean of ``|one factor's loading - general| / |general|`` (ARPB; Rodriguez et al., 2016)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.mean(np.abs(alone - general) / np.abs(general)))


def one_factor_estimate(sample: SampleMoments, denominator: str) -> float:
    """Return omega of one factor behind these items; nan where it is not defined."""
    if len(sample.names) < _FEWEST:
        return math.nan
    written = Model.one_factor(sample.names)
    table = parameter_table(written, identification="fixed_factor", with_means=sample.missing == "fiml")
    try:
        with one_blas_thread():
            solution = solve(table, [sample])
    except EstimationError:
        return math.nan
    ones = np.ones(len(sample.names))
    parts = sum_parts(solution, ones)
    whole = parts.common + parts.unique
    if denominator != "model":
        whole = float(solution.saturated[0].covariances.sum())
    share = parts.common / whole
    return share if 0 <= share <= 1 else math.nan
