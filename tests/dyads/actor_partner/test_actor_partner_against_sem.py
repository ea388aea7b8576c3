"""Fits by ML against lavaan's path models of complete couples: effects, residuals, k, R squared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from intimacy_scales.dyads.actor_partner.fit import ActorPartnerFit, fit
from intimacy_scales.dyads.actor_partner.model import actor_partner_model
from intimacy_scales.dyads.actor_partner.standardized import standardizing_factors
from intimacy_scales.dyads.actor_partner.terms import Composition
from intimacy_scales.dyads.models.effects import partner_actor_ratio
from tests.shared.actor_partner_couples import ROLES, Floats
from tests.shared.comparison import close
from tests.shared.reference_couples import acipair, commitment, complete_scores, prqc, r_values

ESTIMATE, ERROR = 1e-4, 1e-4


def acitelli(shared: Path) -> tuple[dict[str, Floats], tuple[str, str]]:
    couples = acipair(shared)
    scores = complete_scores(couples, *couples.scores)
    return {**scores, "yr": couples.couple_variable("yr")}, ("w", "h")


def com_and_sat(shared: Path) -> tuple[dict[str, Floats], tuple[str, str]]:
    return complete_scores(commitment(shared), "sat", "com"), ("1", "2")


def trust_and_love(shared: Path) -> tuple[dict[str, Floats], tuple[str, str]]:
    return complete_scores(prqc(shared), "trust", "love"), ("1", "2")


CASES: dict[str, tuple[Any, str, tuple[str, ...], str, str]] = {
    "otherpos": (acitelli, "sat", ("oth",), "second/dyads_acipair", "apim_otherpos_complete"),
    "two predictors": (
        acitelli, "sat", ("oth", "ten"), "second/dyads_acipair", "apim_otherpos_tension_complete"
    ),
    "covariate": (
        acitelli, "sat", ("oth", "yr"), "second/dyads_acipair", "apim_otherpos_covariate_yearsmar_complete"
    ),
    "trust and love": (trust_and_love, "love", ("trust",), "second/dyads_prqcQ", "apim_love_trust"),
}  # fmt: skip
EARLIER: dict[str, tuple[Any, str, tuple[str, ...], str, str, bool]] = {
    "acipair": (acitelli, "sat", ("oth",), "acipair", "apim_sem_otherpos", True),
    "acipair, exchangeable": (
        acitelli, "sat", ("oth",), "acipair", "apim_sem_otherpos_indistinguishable", False
    ),
    "acipair, tension": (acitelli, "sat", ("ten",), "acipair", "apim_sem_tension", True),
    "commitment": (com_and_sat, "com", ("sat",), "commitmentQ", "apim_sem_distinguishable", True),
    "commitment, exchangeable": (
        com_and_sat, "com", ("sat",), "commitmentQ", "apim_sem_indistinguishable", False
    ),
}  # fmt: skip


def fitted_of(shared: Path, reader: Any, y: str, x: tuple[str, ...], *, roles: bool) -> ActorPartnerFit:
    scores, _ = reader(shared)
    model = actor_partner_model(
        scores[y],
        {name: scores[name] for name in x if scores[name].ndim == 2},
        covariates={name: scores[name] for name in x if scores[name].ndim == 1},
        compositions=ROLES if roles else (Composition(),),
        centred=False,
    )
    return fit(model, method="ML")


def assert_as_lavaan(fitted: ActorPartnerFit, params: dict[str, Any], suffixes: tuple[str, str]) -> None:
    """Compare each line of lavaan's table of parameters that our model has."""
    roles = len(fitted.model.cells) == 2
    standardized = standardizing_factors(fitted.model, "by_cell")
    names = [name for name in params if name != "row"]
    n_compared = 0
    for line in (
        dict(zip(names, values, strict=True)) for values in zip(*(params[n] for n in names), strict=True)
    ):
        left, _, suffix = line["lhs"].rpartition("_")
        cell = fitted.model.cells[suffixes.index(suffix) if roles and suffix in suffixes else 0]
        outcome = line["lhs"] in {f"{left}_{s}" for s in suffixes} and left in ("sat", "com", "love")
        if line["op"] == "~":
            source, _, of_whom = line["rhs"].rpartition("_")
            kind = "covariate" if not source else "actor" if of_whom == suffix else "partner"
            position = fitted.model.position(kind, source or None, None if source else line["rhs"], cell=cell)
            close(fitted.coefficients[position], line["est"], ESTIMATE)
            close(fitted.standard_errors[position], line["se"], ERROR)
            if "std_all" in line and source:
                close(fitted.coefficients[position] * standardized[position], line["std_all"], ESTIMATE)
            n_compared += 1
        elif (
            line["op"] == "~~" and line["lhs"] == line["rhs"] and outcome and is_outcome(params, line["lhs"])
        ):
            close(fitted.residual_sds[cell] ** 2, line["est"], ESTIMATE)
            if "std_all" in line:
                close(1 - fitted.r_squared[cell], line["std_all"], ESTIMATE)
            n_compared += 1
        elif line["op"] == "~1" and is_outcome(params, line["lhs"]):
            close(fitted.coefficients[fitted.model.position("intercept", cell=cell)], line["est"], 1e-3)
            n_compared += 1
        elif line["op"] == ":=" and line["lhs"].startswith("k"):
            assert_k_as_lavaan(fitted, line)
            n_compared += 1
    assert n_compared >= (9 if roles else 8)


def is_outcome(params: dict[str, Any], name: str) -> bool:
    return any(left == name and op == "~" for left, op in zip(params["lhs"], params["op"], strict=True))


def assert_k_as_lavaan(fitted: ActorPartnerFit, line: dict[str, Any]) -> None:
    """Compare k, whose name there is k, k1 and k2 (of partners), or k1_2 (predictor 1, partner 2)."""
    number, _, partner = line["lhs"][1:].partition("_")
    if len(fitted.model.cells) == 2 and not partner:
        number, partner = "1", number
    predictor = fitted.model.variables.predictors[int(number or 1) - 1]
    cell = fitted.model.cells[int(partner or 1) - 1]
    both = [fitted.model.position(kind, predictor, cell=cell) for kind in ("actor", "partner")]
    actor, other = fitted.coefficients[both]
    k = partner_actor_ratio(
        predictor,
        cell,
        (actor, other),
        fitted.covariance[np.ix_(both, both)],
        standardized=1,
        n=fitted.model.n,
    )
    if k.reason is None:
        close([k.estimate, k.figure.se], [line["est"], line["se"]], 5e-4)
    else:  # we do not give it, since the actor effect does not differ from 0
        assert abs(actor) < 1.96 * fitted.standard_errors[both[0]]
        close(other / actor, line["est"], 5e-3)


@pytest.mark.parametrize("roles", [True, False], ids=["roles", "exchangeable"])
@pytest.mark.parametrize("name", CASES)
def test_fit_by_ml(shared: Path, name: str, roles: bool) -> None:
    reader, y, x, data, block = CASES[name]
    params = r_values(shared, data)[block]["distinguishable" if roles else "indistinguishable"]["ML"][
        "params"
    ]
    assert_as_lavaan(fitted_of(shared, reader, y, x, roles=roles), params, reader(shared)[1])


@pytest.mark.parametrize("name", EARLIER)
def test_fit_by_ml_of_first_set(shared: Path, name: str) -> None:
    reader, y, x, data, block, roles = EARLIER[name]
    values = r_values(shared, data)[block]
    fitted = fitted_of(shared, reader, y, x, roles=roles)
    assert fitted.model.n == values["nobs"]
    assert_as_lavaan(fitted, values["params"], reader(shared)[1])
