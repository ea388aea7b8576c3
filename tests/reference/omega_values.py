"""What R says of coefficients omega: from one factor, by Schmid and Leiman, and of diaries by level."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from intimacy_scales.factor import EFAResult
from intimacy_scales.reliability import (
    HierarchicalOmega,
    McDonaldOmega,
    cronbach_alpha,
    guttman_lambdas,
    hierarchical_omega,
    mcdonald_omega,
    two_level_omega,
)

from .efa_values import PSYCH, Matched
from .factor_values import fit_rows
from .forms import Answers
from .oracles import CLOSED_FORM, ESTIMATE, Block, Row

GENERAL = "general and group factors"  # the table's title
TOO_MANY = 2e-2  # with more factors than the items have, rotation is nearly the same all along a path
WORSE_ENDS = ("prqcQ.scales.total18_p2.psych_omega_nf6",)  # psych's rotation stopped at a local minimum
_ONE_FACTOR = {
    "omega_formula": "model_implied",
    "compRelSEM_model_var": "model_implied",
    "reliability_omega": "model_implied",
    "reliability_omega2": "model_implied",
    "compRelSEM_obs_var": "observed",
    "reliability_omega3": "observed",
    "AVE_model_var": "ave",
    "reliability_avevar": "ave",
    "AVE_obs_var": "ave_observed",
    "AVE_mean_squared_std_loading": "ave_standardized",
    "CR_from_std_loadings": "standardized",
}
_SCHMID_LEIMAN = {
    "omega_hierarchical": "estimate",
    "omega_total": "total",
    "omega_h_asymptotic": "asymptotic",
    "ECV": "ecv",
}
_BY_ITEM = ("loadings", "std_loadings", "residual_variances")


def omega_rows(block: Block, answers: Answers, scale: str) -> Iterator[Row]:
    """Compare everything of one scale's omegas."""
    for missing in ("listwise", "fiml"):
        name = f"omega_cfa_{missing}"
        if block.has(name):
            yield from _one_factor_rows(block.part(name), answers, scale, missing)
    for name in block.reference.at(block.key):
        if name.startswith("psych_omega_nf"):
            column = f"{block.column}, {name.rpartition('_')[2]}"
            part = replace(block.part(name), table=GENERAL, column=column, prefix="")
            yield from schmid_leiman_rows(part, answers, scale)


def _one_factor_rows(block: Block, answers: Answers, scale: str, missing: Any) -> Iterator[Row]:
    omega = mcdonald_omega(answers.coded, scale=scale, missing=missing, model="one_factor")
    assert not omega.improper
    function = f'mcdonald_omega(missing="{missing}").{{}}'.format
    yield block.row("n", omega.n, function("n"))
    for name, what in _ONE_FACTOR.items():
        yield block.row(name, getattr(omega, what), function(what), tolerance=ESTIMATE)
    if missing == "listwise":
        alpha = float(cronbach_alpha(answers.moments, scale=scale, missing=missing))
        where, tolerance = 'cronbach_alpha(missing="listwise")', CLOSED_FORM
    else:
        alpha = _alpha_of_saturated(omega)
        where, tolerance = f"alpha of {function('solution.saturated')}", ESTIMATE
    for name in ("compRelSEM_alpha_tau_eq", "reliability_alpha"):
        yield block.row(name, alpha, where, tolerance=tolerance)
    for name in _BY_ITEM:
        given = block.reference.at((*block.key, name))
        ours: Mapping[str, float] = getattr(omega, name)
        shown = block.as_family(f"{block.prefix}loadings")
        yield shown.row(name, [ours[item] for item in given], function(name), tolerance=ESTIMATE)
    yield from fit_rows(block.part("fit"), omega.fit, function("fit"))


def _alpha_of_saturated(omega: McDonaldOmega) -> float:
    """Return alpha of covariances by full information, which no function of ours gives."""
    assert omega.solution is not None
    covariances = omega.solution.saturated[0].covariances
    k = len(covariances)
    return float(k / (k - 1) * (1 - np.trace(covariances) / covariances.sum()))


def schmid_leiman_rows(block: Block, answers: Answers, scale: str) -> Iterator[Row]:
    """Compare psych::omega; where psych rotated to a worse end, only what does not rest on its factors."""
    m = block.given("nfactors")
    ours = hierarchical_omega(answers.moments, scale=scale, n_factors=m)
    oblique = ours.exploratory
    assert oblique is not None
    elsewhere = ".".join((block.reference.name, *block.key)) in WORSE_ENDS
    many = elsewhere or _too_many(ours, oblique)
    near: Mapping[str, Any] = {"tolerance": TOO_MANY if many else PSYCH}
    function = "hierarchical_omega().{}".format
    for name, what in _SCHMID_LEIMAN.items():
        yield block.row(name, getattr(ours, what), function(what), **near)
    alpha = cronbach_alpha(answers.moments, scale=scale, standardized=True, sds="pairs")
    yield block.row("alpha", alpha.estimate, 'cronbach_alpha(standardized=True, sds="pairs")')
    bounds = guttman_lambdas(answers.moments, scale=scale, of="correlations", sds="pairs")
    yield block.row("G6", bounds.lambda6, 'guttman_lambdas(of="correlations", sds="pairs")')
    theirs = block.reference.at((*block.key, "oblique_loadings"))["values"]
    if elsewhere:
        yield block.row(
            "oblique_loadings",
            oblique.criterion,
            function("exploratory.criterion"),
            theirs=_quartimin(theirs),
            rule="at most",
            label=f"{block.prefix}criterion of oblique_loadings",
        )
        return
    matched = Matched(oblique.loadings, oblique.phi, theirs)
    yield block.row("oblique_loadings", matched.loadings, function("exploratory.loadings"), **near)
    yield block.row("phi_of_oblique", matched.phi, function("exploratory.phi"), **near)
    yield from _transformed_rows(block, ours, oblique, matched, near)


def _too_many(ours: HierarchicalOmega, oblique: EFAResult) -> bool:
    """Whether there are signs of more factors than the items have."""
    empty = any(math.isnan(group.total) for group in ours.groups)
    return empty or oblique.df == 0 or bool(oblique.heywood)


def _quartimin(loadings: Any) -> float:
    squares = np.asarray(loadings, dtype=np.float64) ** 2
    return float((squares.sum(axis=1) ** 2).sum() - (squares**2).sum()) / 4


def _transformed_rows(
    block: Block, ours: HierarchicalOmega, oblique: EFAResult, matched: Matched, near: Mapping[str, Any]
) -> Iterator[Row]:
    """Compare the loadings of Schmid and Leiman, and omegas of groups of items."""
    group = ours.group_loadings[:, matched.order] * matched.signs
    general, shared = ours.general[:, None], oblique.communalities[:, None]
    table = np.hstack([general, group, shared, 1 - shared, general**2 / shared])
    yield block.row("schmid_leiman", table, "hierarchical_omega().loadings()", **near)
    part = block.part("omega_group")
    names = part.given("row")
    own = np.abs(group) == np.abs(group).max(axis=1, keepdims=True)
    by_groups = float(((group * own).sum(axis=0) ** 2).sum() / oblique.correlations.sum())
    of_all = {"total": ours.total, "general": ours.estimate, "group": by_groups}
    for what, first in of_all.items():
        values = [first, *(getattr(ours.groups[k], what) for k in matched.order)]
        function = f"hierarchical_omega().groups[].{what}"
        yield part.row(what, values, function, elements=names, **near)


def two_level_rows(block: Block, answers: Answers, scale: str, person: str, *, proper: bool) -> Iterator[Row]:
    """Compare a factor within and between persons; of an improper solution only its likelihood."""
    ours = two_level_omega(answers.coded, person=person, scale=scale)
    improper = any("negative" in warning for warning in ours.warnings)
    assert improper is not proper, ours.warnings
    close: Mapping[str, Any] = {"tolerance": ESTIMATE}
    yield block.row("n", ours.n_rows, "two_level_omega().n_rows")
    yield block.row("n_clusters", ours.n_persons, "two_level_omega().n_persons")
    yield block.row("logl", ours.log_likelihood, "two_level_omega().log_likelihood", **close)
    if not proper:
        return
    for name in ("within", "between"):
        level, part = getattr(ours, name), block.part(name)
        function = f"two_level_omega().{name}.{{}}".format
        yield part.row("omega", level.omega.estimate, function("omega"), **close)
        loadings, residuals = ([*values.values()] for values in (level.loadings, level.residual_variances))
        yield part.row("loadings", loadings, function("loadings"), **close)
        yield part.row("residual_variances", residuals, function("residual_variances"), **close)
        yield block.row(f"alpha_{name}_from_implied", level.alpha.estimate, function("alpha"), **close)
        implied = np.outer(loadings, loadings) + np.diag(residuals)
        yield block.row(f"implied_{name}_cov", implied, f"of {function('loadings')}", **close)
