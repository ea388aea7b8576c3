"""Regressions of couples, against a likelihood that is written out and maximized."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from intimacy_scales.dyads.actor_partner.equations import actor_partner_equations
from intimacy_scales.dyads.actor_partner.fit import fit
from intimacy_scales.dyads.actor_partner.terms import Composition
from intimacy_scales.dyads.couple_regressions import Floats, Regressors, couple_regressions
from intimacy_scales.errors import EstimationError
from tests.shared.comparison import close, near
from tests.shared.couples import swapped
from tests.shared.simulated_couples import random_scores

SEEDS = st.integers(0, 10_000)


def on(x: Floats) -> Regressors:
    return Regressors(
        shared=(x[:, 0] * x[:, 1])[:, None],
        paired=x[:, :, None],
        shared_names=("product",),
        paired_names=("x",),
    )


def log_likelihood(y: Floats, x: Floats, b: Floats, covariances: Floats) -> float:
    """Return the log-likelihood of both partners' outcomes, couple by couple; b by partner (2, 4)."""
    total = 0.0
    for couple in range(len(y)):
        residual = np.zeros(2)
        for i in (0, 1):
            own, other = float(x[couple, i]), float(x[couple, 1 - i])
            mean = b[i, 0] + b[i, 1] * own * other + b[i, 2] * own + b[i, 3] * other
            residual[i] = y[couple, i] - mean
        quadratic = float(residual @ np.linalg.solve(covariances, residual))
        total += -math.log(2 * math.pi) - math.log(np.linalg.det(covariances)) / 2 - quadratic / 2
    return total


@pytest.mark.parametrize("distinguishable", [True, False])
def test_couple_regressions_maximize_the_likelihood(distinguishable: bool) -> None:
    scores = random_scores(3, 12)
    y, x = scores["y"] - 4, scores["x"] - 4
    fit = couple_regressions(y, on(x), distinguishable=distinguishable)
    covariances = fit.partner_covariances("ML")

    def loss(theta: Floats) -> float:
        if distinguishable:
            b, (first, second, third) = theta[:8].reshape(2, 4), theta[8:]
            root = np.array([[math.exp(first), 0], [third, math.exp(second)]])
            return -log_likelihood(y, x, b, root @ root.T)
        b = np.tile(theta[:4], (2, 1))
        of_means, of_halves = np.exp(theta[4:])
        both, between = of_means + of_halves, of_means - of_halves
        return -log_likelihood(y, x, b, np.array([[both, between], [between, both]]))

    start = np.zeros(11 if distinguishable else 6)
    best = minimize(loss, start, method="BFGS", options={"gtol": 1e-5})
    close(fit.coefficients.ravel(), best.x[: fit.coefficients.size], 1e-4)
    close(fit.log_likelihood, -best.fun, 1e-7)
    b = fit.coefficients if distinguishable else np.tile(fit.coefficients, (2, 1))
    close(fit.log_likelihood, log_likelihood(y, x, b, covariances), 1e-9)
    assert fit.n_parameters == len(start)


@given(seed=SEEDS)
@settings(max_examples=15)
def test_errors_of_roles_are_those_of_ordinary_regressions(seed: int) -> None:
    scores = random_scores(seed, 30)
    y, x = scores["y"], scores["x"] - 4
    fit = couple_regressions(y, on(x), distinguishable=True)
    for rule in ("REML", "MLR"):
        covariance = fit.covariance(rule)
        for i in (0, 1):
            design = np.column_stack([np.ones(30), x[:, 0] * x[:, 1], x[:, i], x[:, 1 - i]])
            b, *_ = np.linalg.lstsq(design, y[:, i], rcond=None)
            near(fit.coefficients[i], b, 1e-8)
            e = y[:, i] - design @ b
            inverse = np.linalg.inv(design.T @ design)
            middle = e @ e / 26 * design.T @ design if rule == "REML" else design.T @ np.diag(e**2) @ design
            near(covariance[4 * i : 4 * i + 4, 4 * i : 4 * i + 4], inverse @ middle @ inverse, 1e-7)


@given(seed=SEEDS, places=st.lists(st.booleans(), min_size=30, max_size=30))
@settings(max_examples=20)
def test_swapping_exchangeable_partners_changes_nothing(seed: int, places: list[bool]) -> None:
    scores = random_scores(seed, 30)
    other = swapped(scores, np.array(places))
    fits = [couple_regressions(s["y"], on(s["x"] - 4), distinguishable=False) for s in (scores, other)]
    near(fits[0].coefficients, fits[1].coefficients, 1e-12)
    for rule in ("ML", "MLR", "REML"):
        near(fits[0].covariance(rule), fits[1].covariance(rule), 1e-11, 1e-15)


@pytest.mark.parametrize("distinguishable", [True, False])
@pytest.mark.parametrize("method", ["ML", "REML"])
def test_couple_regressions_are_actor_partner_models_of_own_and_partners_scores(
    distinguishable: bool, method: Any
) -> None:
    """Two ways to the same figures: from the rows of couples, and from sums of products in compositions."""
    scores = random_scores(4, 40)
    y, x = scores["y"], scores["x"] - 4
    product = x[:, 0] * x[:, 1]
    ours = couple_regressions(y, on(x), distinguishable=distinguishable)
    roles = (Composition(roles=("w", "h")),) if distinguishable else (Composition(),)
    model = actor_partner_equations(
        y, {"x": x}, covariates={"product": product}, compositions=roles, centred=False
    )
    theirs = fit(model, method=method)
    cells = ("w", "h") if distinguishable else ("",)
    positions = [
        model.position(*term, cell=cell)
        for cell in cells
        for term in (("intercept",), ("covariate", None, "product"), ("actor", "x"), ("partner", "x"))
    ]
    near(ours.coefficients.ravel(), theirs.coefficients[positions], 1e-12, 1e-12)
    near(ours.covariance(method), theirs.covariance[np.ix_(positions, positions)], 1e-10, 1e-13)
    if method == "ML":
        near(ours.log_likelihood, theirs.log_likelihood, 1e-12)


def test_satterthwaite_lies_between_the_degrees_of_freedom_and_their_sum() -> None:
    scores = random_scores(5, 30)
    fit = couple_regressions(scores["y"], on(scores["x"] - 4), distinguishable=False)
    intercept, _, own, partner = (fit.degrees_of_freedom(weights, "REML") for weights in np.eye(4))
    assert intercept == pytest.approx(27)
    assert own == pytest.approx(partner)
    assert 27 < own < 27 + 29
    assert math.isinf(fit.degrees_of_freedom(np.eye(4)[0], "ML"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda y, x: (y[:4], x[:4]), "4 complete couples and 4 coefficients: at least 5"),
        (lambda y, x: (y, np.ones_like(x)), "not identified: .*x"),
        (lambda y, x: (y, x * 0), "product, x of a couple is 0 in all couples"),
        (lambda y, x: (y * 0 + 3, x), "outcome of both partners is the same"),
        (lambda y, x: (2 * x + 1, x), "predicted without any error"),
        (
            lambda y, x: (y[:, [0, 0]], x[:, [0, 0]]),
            "the difference between partners in x is 0 in all couples",
        ),
    ],
)
def test_couple_regressions_say_what_is_wrong(change, message: str) -> None:  # type: ignore[no-untyped-def]
    scores = random_scores(1, 20)
    y, x = change(scores["y"], scores["x"])
    with pytest.raises(EstimationError, match=message):
        couple_regressions(y, on(x), distinguishable=False)
