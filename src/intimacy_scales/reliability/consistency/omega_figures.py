"""Forms of omega of a fitted factor model (arrays and dictionaries)."""

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

_FEWEST = 3  # items that identify one factor


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOmega:
    """Omega of one part of a scale, under a model with a general factor.

    Attributes
    ----------
    scale
        The part.
    total
        Share of the part's variance that the general factor and its group factor explain together.
    general, group
        Share that the general factor explains, and share that the group factor explains.

    Examples
    --------
    >>> from intimacy_scales import mcdonald_omega, simulate
    >>> answers = simulate("scii-24", 500, rng=1).answers
    >>> omega = mcdonald_omega("scii-24", answers, scale="total", model="bifactor")
    >>> part = omega.groups[0]
    >>> part.scale, abs(part.total - part.general - part.group) < 1e-12
    ('trust', True)
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
    factor_model = Model.from_instrument(
        instrument, scales=parts_of_total(instrument, scale), factors=factors, general=general
    )
    return factor_model, general


def omega_figures(
    model: Model,
    general: str | None,
    sample: SampleMoments,
    by_item: Mapping[str, float],
    denominator: str,
    advice: str,
) -> dict[str, Any]:
    """Fit a model and return the fields of `McDonaldOmega`.

    Parameters
    ----------
    model, general
        The model, and the name of its general factor.
    sample
        Observed moments.
    by_item
        Weight of each item in the score.
    denominator
        ``model`` or ``observed``.
    advice
        Advice for messages where the model has no solution.
    """
    ordered = sample.of(model.observed)
    # the disturbance variance of a part can be negative with marker items, not with a variance fixed at 1
    layered = any(s.rhs in model.latent for s in model.loadings)
    table = parameter_table(
        model,
        identification="marker" if layered else "fixed_factor",
        with_means=sample.missing == "fiml",
    )
    # three items of one factor are identified, and so are two of each of several that correlate
    fewest = min(len(model.indicators(factor)) for factor in model.latent)
    identified = general is None and fewest >= (_FEWEST if len(model.latent) == 1 else 2)
    solution = solve(table, [ordered], identified=identified, advice=advice)
    weights = np.array([by_item[item] for item in model.observed])
    general_position = None if general is None else model.latent.index(general)
    parts = sum_parts(solution, weights, general_position)
    observed = float(weights @ solution.saturated[0].covariances @ weights)
    implied = parts.common / (parts.common + parts.unique)
    over_observed = parts.common / observed
    of_factor = _one_factor_figures(solution, model) if len(model.latent) == 1 else {}
    variance = parts.common + parts.unique if denominator == "model" else observed
    with_general = {}
    if general_position is not None:
        _check_general(solution, general_position, advice)
        with_general = _general_figures(solution, model, ordered, weights, general_position)
        with_general["hierarchical"] = parts.general / variance
    return {
        "estimate": implied if denominator == "model" else over_observed,
        "model_implied": implied,
        "observed": over_observed,
        "fit": fit_of(solution),
        "improper": improper_parts(solution, [None]),
        "residual_variances": _residuals(solution, model),
        "solution": solution,
        "sample": ordered,
        "weights": weights,
        **of_factor,
        **with_general,
    }


def _check_general(solution: Solution, position: int, advice: str) -> None:
    """Raise where the estimated variance of the general factor is negative, so that it has no share."""
    variance = float(solution.at.bases[0].latent_covariances[position, position])
    if variance < 0:
        raise EstimationError(
            f"the general factor has an estimated variance of {variance:.3g}, below 0; {advice}"
        )


def _residuals(solution: Solution, model: Model) -> dict[str, float]:
    """Return the residual variance of each item."""
    part = solution.problem.groups[0]
    theta = part.structure.matrices(part.values(solution.at.values))["theta"]
    return dict(zip(model.observed, theta.diagonal().tolist(), strict=True))


def _one_factor_figures(solution: Solution, model: Model) -> dict[str, Any]:
    """Return loadings, and the coefficients computed from them.

    With standardized loadings l, coefficient H is ``s / (1 + s)`` with ``s = sum l² / (1 - l²)`` (Hancock &
    Mueller, 2001), and omega of standardized items ``(sum l)² / ((sum l)² + sum (1 - l²))``.
    """
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
    solution: Solution, model: Model, sample: SampleMoments, weights: Floats, general_position: int
) -> dict[str, Any]:
    """Return ECV, PUC and ARPB of the general factor, and the omegas of the parts."""
    part, basis = solution.problem.groups[0], solution.at.bases[0]
    structure = part.structure
    variances = basis.covariances.diagonal()
    effects = basis.columns[:, structure.p + general_position] * math.sqrt(
        basis.latent_covariances[general_position, general_position]
    )
    theta = structure.matrices(part.values(solution.at.values))["theta"]
    communalities = 1 - theta.diagonal() / variances
    groups = []
    for position, factor in enumerate(model.latent):
        if position == general_position:
            continue
        in_part = np.array([item in model.indicators(factor) for item in model.observed])
        w = np.where(in_part, weights, 0.0)
        sums = sum_parts(solution, w, general_position)
        variance = sums.common + sums.unique
        groups.append(
            GroupOmega(
                scale=factor,
                total=sums.common / variance,
                general=sums.general / variance,
                group=(sums.common - sums.general) / variance,
            )
        )
    sizes = np.array(
        [
            len(model.indicators(factor))
            for position, factor in enumerate(model.latent)
            if position != general_position
        ]
    )
    return {
        "ecv": float(np.sum(effects**2 / variances)) / float(communalities.sum()),
        "puc": uncontaminated(sizes),
        "arpb": _arpb(model, sample, effects / np.sqrt(variances)),
        "groups": tuple(groups),
    }


def _arpb(model: Model, sample: SampleMoments, general: Floats) -> float:
    """Return the relative bias of the loadings of a single factor; nan where it cannot be fitted."""
    one_factor = Model.one_factor(model.observed)
    table = parameter_table(one_factor, identification="fixed_factor", with_means=sample.missing == "fiml")
    try:
        solution = solve(table, [sample])
    except EstimationError:
        return math.nan
    alone = np.array(list(_one_factor_figures(solution, one_factor)["std_loadings"].values()))
    return relative_bias(alone * np.sign(alone.sum()), general * np.sign(general.sum()))


def uncontaminated(sizes: NDArray[Any]) -> float:
    """Return the share of correlations not between items of one group (PUC; Reise et al., 2013)."""
    k = int(np.sum(sizes))
    return 1 - float(np.sum(sizes * (sizes - 1))) / (k * (k - 1))


def relative_bias(alone: Floats, general: Floats) -> float:
    """Return the mean of ``|loading alone - general| / |general|`` (ARPB; Rodriguez et al., 2016)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.mean(np.abs(alone - general) / np.abs(general)))


def one_factor_estimate(sample: SampleMoments, denominator: str) -> float:
    """Return omega of one factor of these items; nan where it is not defined."""
    if len(sample.names) < _FEWEST:
        return math.nan
    model = Model.one_factor(sample.names)
    table = parameter_table(model, identification="fixed_factor", with_means=sample.missing == "fiml")
    try:
        with one_blas_thread():
            solution = solve(table, [sample])
    except EstimationError:
        return math.nan
    ones = np.ones(len(sample.names))
    parts = sum_parts(solution, ones)
    variance = parts.common + parts.unique
    if denominator != "model":
        variance = float(solution.saturated[0].covariances.sum())
    share = parts.common / variance
    return share if 0 <= share <= 1 else math.nan
