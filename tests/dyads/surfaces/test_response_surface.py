"""Response surfaces: R's values, properties, geometry, congruence, influence, and messages."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import simulate
from intimacy_scales.dyads import Dyads, ResponseSurface, response_surface
from intimacy_scales.dyads.surfaces.polynomial import geometry, geometry_slopes, shape_of, undefined_because
from intimacy_scales.dyads.surfaces.surface import IntervalMethod
from intimacy_scales.errors import DocumentError, EstimationError, UnknownNameError
from tests.shared.comparison import close, near
from tests.shared.couples import couples_with_scores, swapped
from tests.shared.simulated_couples import random_scores

SEEDS = st.integers(0, 10_000)
COEFFICIENTS = [f"b{k}" for k in range(1, 6)]
PARAMETERS = [f"a{k}" for k in range(1, 6)]


@given(seed=SEEDS, places=st.lists(st.booleans(), min_size=60, max_size=60))
@settings(max_examples=10)
def test_swapping_exchangeable_partners_changes_nothing(seed: int, places: list[bool]) -> None:
    scores = random_scores(seed)
    other = swapped(scores, np.array(places))
    for estimator in ("ML", "MLR", "REML"):
        one, two = (
            response_surface(couples_with_scores(s), "y", "x", estimator=estimator) for s in (scores, other)
        )
        for ours, theirs in zip(one.surface().estimates, two.surface().estimates, strict=True):
            near([ours.estimate, ours.se, ours.df], [theirs.estimate, theirs.se, theirs.df], 1e-7)
        near(one.influence().cook, two.influence().cook, 1e-8)
        near([one.surface().r_squared, one.share_different], [two.surface().r_squared, two.share_different])


@given(seed=SEEDS, constant=st.floats(-5, 5))
@settings(max_examples=10)
def test_moving_all_scores_moves_the_centre_only(seed: int, constant: float) -> None:
    scores = random_scores(seed)
    one = response_surface(couples_with_scores(scores), "y", "x")
    two = response_surface(couples_with_scores(scores | {"x": scores["x"] + constant}), "y", "x")
    near(two.centre, one.centre + constant)
    for ours, theirs in zip(one.surface().parameters, two.surface().parameters, strict=True):
        close([ours.estimate, ours.se], [theirs.estimate, theirs.se], 1e-9)


@given(seed=SEEDS, centre=st.floats(1, 7))
@settings(max_examples=10)
def test_another_centre_leaves_curvature_and_predictions(seed: int, centre: float) -> None:
    dyads = couples_with_scores(random_scores(seed), roles=True)
    one, two = response_surface(dyads, "y", "x"), response_surface(dyads, "y", "x", centre=centre)
    for partner in ("wife", "husband"):
        ours, theirs = one.surface(partner), two.surface(partner)
        for name in ("a2", "a4", "a5", "p11", "p21"):
            a, b = ours.estimate(name), theirs.estimate(name)
            near([b.estimate, b.se], [a.estimate, a.se], 1e-6, 1e-9)
        near(theirs.predict(5, [3, 6]), ours.predict(5, [3, 6]), 1e-8)
        near(ours.estimate("x0").estimate + one.centre, theirs.estimate("x0").estimate + centre, 1e-5, 1e-6)


def test_partners_named_in_the_other_order_have_the_same_surfaces() -> None:
    scores = random_scores(8)
    one = response_surface(couples_with_scores(scores, roles=True), "y", "x")
    turned = {name: values[:, ::-1] for name, values in scores.items()}
    two = response_surface(couples_with_scores(turned, roles=True, partners=("husband", "wife")), "y", "x")
    for partner in ("wife", "husband"):
        for ours, theirs in zip(one.surface(partner).estimates, two.surface(partner).estimates, strict=True):
            near([ours.estimate, ours.se], [theirs.estimate, theirs.se], 1e-9)


def congruent(seed: int, strict: bool, n: int = 2000) -> dict[str, Any]:
    """Return scores of couples whose outcome falls with the squared difference of their scores."""
    rng = np.random.default_rng(seed)
    x = 4 + rng.standard_normal((n, 2))
    level = 0.0 if strict else 0.4 * (x.sum(axis=1) - 8)
    y = 5 - 0.3 * (x[:, 0] - x[:, 1]) ** 2 + level
    return {"x": x, "y": y[:, None] + 0.5 * rng.standard_normal((n, 2))}


def test_congruence_is_found_where_it_is() -> None:
    strict = response_surface(couples_with_scores(congruent(2, strict=True)), "y", "x").surface().congruence()
    assert strict.strict
    assert "strict sense" in strict.conclusion
    broad = response_surface(couples_with_scores(congruent(2, strict=False)), "y", "x").surface().congruence()
    assert (broad.broad, broad.strict) == (True, False)
    assert "not met: a1 = 0" in broad.conclusion
    none = response_surface(couples_with_scores(random_scores(1, 300)), "y", "x").surface().congruence()
    assert not none.broad
    assert "a4 < 0" in none.conclusion
    assert none.to_frame()["figure"].tolist() == ["p10", "p11", "a4", "a3", "a1", "a2"]


def test_a_wider_interval_meets_more_conditions_of_equality() -> None:
    surface = response_surface(couples_with_scores(congruent(3, strict=False, n=150)), "y", "x").surface()
    met = [
        {c.figure for c in surface.congruence(level).conditions if c.met and c.condition != "< 0"}
        for level in (0.5, 0.95, 0.9999)
    ]
    assert met[0] <= met[1] <= met[2]


@pytest.mark.parametrize("role", [False, True])
def test_intervals_by_resampling_agree_with_the_delta_method(role: bool) -> None:
    result = response_surface(
        couples_with_scores(congruent(2, strict=False, n=300), roles=role), "y", "x", estimator="MLR"
    )
    surface = result.surfaces[-1]
    for name in ("b1", "a4", "p11", "p10"):
        delta = surface.confidence_interval(name)
        width = delta.high - delta.low
        methods: tuple[IntervalMethod, ...] = ("percentile", "bca")
        for method in methods:
            other = surface.confidence_interval(name, method=method, rng=1, n_resamples=500)
            close([other.low, other.high], [delta.low, delta.high], 0.25 * width)
            assert (other.method, other.n) == (method, 300)
    assert surface.congruence(method="bca", rng=1, n_resamples=100).broad


def test_resamples_are_those_of_a_refit() -> None:
    from intimacy_scales.dyads.surfaces.bootstrap import jackknifed_coefficients, resampled_coefficients
    from intimacy_scales.numerics.resampling import draw_counts

    scores = random_scores(4, 30)
    for role in (False, True):
        result = response_surface(couples_with_scores(scores, roles=role), "y", "x")
        regressions = result.surfaces[0].kept.regressions
        resampled = resampled_coefficients(regressions, 3, np.random.default_rng(7))
        counts = draw_counts(30, 3, np.random.default_rng(7))
        chosen = [*(np.repeat(np.arange(30), c) for c in counts), np.delete(np.arange(30), 4)]
        ours = [*resampled, jackknifed_coefficients(regressions)[4]]
        for couples, coefficients in zip(chosen, ours, strict=True):
            refit = response_surface(
                couples_with_scores({name: values[couples] for name, values in scores.items()}, roles=role),
                "y", "x", centre=result.centre,
            )  # fmt: skip
            theirs = [[e.estimate for e in surface.coefficients] for surface in refit.surfaces]
            near(coefficients, theirs, 1e-7, 1e-9)


def test_influence_is_that_of_leaving_out_each_couple() -> None:
    scores = random_scores(6, 25)
    whole = response_surface(couples_with_scores(scores, roles=True), "y", "x", estimator="REML")
    influence = whole.influence()
    x, centre = scores["x"], whole.centre
    for couple in (0, 7):
        others = {name: np.delete(values, couple, axis=0) for name, values in scores.items()}
        refit = response_surface(couples_with_scores(others, roles=True), "y", "x", centre=centre)
        for place, partner in enumerate(("wife", "husband")):
            own, other = x[:, place] - centre, x[:, 1 - place] - centre
            design = np.column_stack([np.ones(25), own, other, own**2, own * other, other**2])
            change = [
                a.estimate - b.estimate
                for a, b in zip(
                    whole.surface(partner).coefficients, refit.surface(partner).coefficients, strict=True
                )
            ]
            variance = whole.surface(partner).estimate("b0").se ** 2 / np.linalg.inv(design.T @ design)[0, 0]
            near(influence.cook[couple, place], np.square(design @ change).sum() / 6 / variance, 1e-7)
            hat = design @ np.linalg.inv(design.T @ design) @ design.T
            near(influence.leverage[couple, place], hat[couple, couple], 1e-8)
    near(influence.limits[1:], [3 * math.sqrt(6 / 19), 18 / 25])


def test_leverages_of_exchangeable_couples_sum_to_the_coefficients() -> None:
    influence = response_surface(couples_with_scores(random_scores(6, 25)), "y", "x").influence()
    near(influence.leverage.sum(), 6, 1e-8)


def test_an_outlier_is_reported_and_used() -> None:
    scores = random_scores(2, 120)
    scores["x"][17], scores["y"][17] = (1.0, 11.0), (15.0, -9.0)
    for role in (False, True):
        result = response_surface(couples_with_scores(scores, roles=role), "y", "x")
        assert {couple.place for couple in result.outliers} == {17}
        assert result.n_couples == 120
        assert any("influential couple" in text for text in result.warnings)
        assert all(couple.cook > result.influence().limits[0] for couple in result.outliers)
    scores["y"][3, 0] = np.nan  # places count couples that are left out
    result = response_surface(couples_with_scores(scores), "y", "x")
    assert [couple.place for couple in result.outliers] == [17]
    assert result.left_out == {"with a missing score": 1}


def test_geometry_has_the_slopes_of_differences() -> None:
    b = np.array([1.0, 0.3, -0.2, -0.4, 0.5, -0.3])
    steps = 1e-6 * np.eye(6)
    numeric = [(geometry(b + step) - geometry(b - step)) / 2e-6 for step in steps]
    close(geometry_slopes(b), np.transpose(numeric), 1e-6)


def test_stationary_point_is_level_and_axes_are_perpendicular() -> None:
    b = np.array([1.0, 0.3, -0.2, -0.4, 0.5, -0.3])
    x0, y0, p10, p11, p20, p21 = geometry(b)
    near([b[1] + 2 * b[3] * x0 + b[4] * y0, b[2] + b[4] * x0 + 2 * b[5] * y0], [0, 0], abs=1e-12)
    near(p11 * p21, -1)
    near([p10 + p11 * x0, p20 + p21 * x0], [y0, y0])
    assert shape_of(b) == "maximum"
    assert shape_of(b * [1, 1, 1, -1, 1, -1]) == "minimum"
    assert shape_of(b * [1, 1, 1, -1, 1, 1]) == "saddle"


def test_undefined_geometry_says_why() -> None:
    assert "b4 is 0" in undefined_because(np.array([0, 1, 1, 0.5, 0, 0.3]))["p11"]
    ridge = np.array([0, 1, 1, -0.5, 1.0, -0.5])
    assert "level along a line" in undefined_because(ridge)["x0"]
    assert "p11" not in undefined_because(ridge)
    assert shape_of(ridge) == "none"


@pytest.mark.parametrize("role", [False, True])
def test_response_surface_is_read_from_its_document_and_shown(role: bool) -> None:
    result = response_surface(couples_with_scores(random_scores(5), roles=role), "y", "x")
    read = ResponseSurface.from_json(result.to_json())
    assert read == result
    assert read.surfaces[0].congruence() == result.surfaces[0].congruence()
    with pytest.raises(DocumentError, match="compute it again"):
        read.surfaces[0].confidence_interval("a4", method="bca")
    with pytest.raises(DocumentError, match="compute it again"):
        read.influence()
    assert len(result.to_frame()) == 17 * (2 if role else 1)
    assert "congruence" in repr(result)
    assert "a4 = " in result.sentence()
    assert "| a4 < 0 | broad |" in result.to_markdown()
    assert any("60 couples" in text for text in result.warnings)


def test_grid_is_the_surface() -> None:
    result = response_surface(couples_with_scores(random_scores(5), roles=True), "y", "x")
    grid, surface = result.grid("wife", n=7), result.surface("wife")
    assert (grid.own[0], grid.own[-1]) == (result.lowest, result.highest)
    near(grid.predicted[2, 5], surface.predict(grid.own[2], grid.partner[5]))
    near(grid.congruent, np.diagonal(grid.predicted))
    b = {e.name: e.estimate for e in surface.coefficients}
    x, y = grid.own[1] - result.centre, grid.partner[4] - result.centre
    by_hand = b["b0"] + b["b1"] * x + b["b2"] * y + b["b3"] * x * x + b["b4"] * x * y + b["b5"] * y * y
    near(grid.predicted[1, 4], by_hand)
    inside = ~np.isnan(grid.incongruent)
    mirrored = 2 * result.centre - grid.own
    assert (inside == ((mirrored >= result.lowest) & (mirrored <= result.highest))).all()
    with pytest.raises(EstimationError, match="at least 2"):
        result.grid("wife", n=1)


def test_centre_of_a_form_is_the_middle_of_its_range() -> None:
    answers = simulate("scii-24", 200, couples=0.5, rng=1).answers
    dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    low, high = dyads.ranges["trust"]
    assert response_surface(dyads, "caring", "trust", centre="midpoint").centre == (low + high) / 2
    assert response_surface(dyads, "caring", "trust", centre=3).centre == 3.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"estimator": "mlr"}, "did you mean 'MLR'"),
        ({"centre": "mean"}, "allowed: 'grand_mean', 'midpoint', or a number"),
        ({"centre": math.inf}, "centre=inf is not valid"),
        ({"centre": "midpoint"}, "range of possible scores, which is not known for 'x'"),
        ({"distinguishable": True}, "partners have no roles"),
        ({"distinguishable": "yes"}, "distinguishable='yes' is not valid"),
        ({"predictor": "y"}, "must be two variables"),
        ({"predictor": "z"}, "'z' is no variable of these couples"),
    ],
)
def test_response_surface_says_what_is_wrong(options: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"outcome": "y", "predictor": "x"} | options
    with pytest.raises((EstimationError, UnknownNameError), match=message):
        response_surface(couples_with_scores(random_scores(1)), **arguments)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: {"x": s["x"], "y": np.full((60, 2), 3.0)}, "y is 3 for everybody"),
        (lambda s: {"x": np.full((60, 2), 3.0), "y": s["y"]}, "x is 3 for everybody"),
        (lambda s: {name: values[:6] for name, values in s.items()}, "6 complete couples and 6 coefficients"),
        (lambda s: {name: values * np.nan for name, values in s.items()}, "0 complete couples"),
        (lambda s: {"x": np.where(s["x"] > 4, 1.0, 0.0), "y": s["y"]}, "few different values"),
        (lambda s: {"x": s["x"], "y": 1 + s["x"] + s["x"] ** 2}, "without any error"),
        (
            lambda s: {"x": s["x"][:, [0, 0]], "y": s["y"]},
            "both partners have the same score in x in every couple",
        ),
    ],
)
def test_degenerate_scores_are_refused(change: Any, message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        response_surface(couples_with_scores(change(random_scores(1))), "y", "x")


@pytest.mark.parametrize("n", [7, 8, 12])
@pytest.mark.parametrize("estimator", ["ML", "MLR", "REML"])
def test_the_smallest_samples_have_every_figure(n: int, estimator: Any) -> None:
    scores = random_scores(3, n)
    for role in (False, True) if n > 7 else (False,):
        result = response_surface(couples_with_scores(scores, roles=role), "y", "x", estimator=estimator)
        for surface in result.surfaces:
            assert all(math.isfinite(e.estimate) and e.se >= 0 for e in surface.estimates)
            interval = surface.confidence_interval("a4", method="bca", n_resamples=100, rng=1)
            assert interval.reason is None or math.isnan(interval.low)
        assert ResponseSurface.from_json(result.to_json()) == result


def test_surfaces_and_figures_that_are_not_there_are_refused() -> None:
    result = response_surface(couples_with_scores(random_scores(1), roles=True), "y", "x")
    with pytest.raises(UnknownNameError, match="did you mean 'wife'"):
        result.surface("Wife")
    with pytest.raises(UnknownNameError, match="allowed: 'wife', 'husband'"):
        result.grid()
    with pytest.raises(UnknownNameError, match="'a6' is not valid"):
        result.surface("wife").estimate("a6")
    with pytest.raises(EstimationError, match="did you mean 'bca'"):
        result.surface("wife").confidence_interval("a4", method="BCa")  # type: ignore[arg-type]
    with pytest.raises(EstimationError, match="n_resamples=10"):
        result.surface("wife").confidence_interval("a4", method="bca", n_resamples=10)
    with pytest.raises(EstimationError, match="allowed: couples"):
        response_surface([[1, 2]], "y", "x")  # type: ignore[arg-type]


def test_robust_errors_of_very_few_couples_are_not_zero() -> None:
    x = [[0, -1], [-1, -1], [0, 0], [0, -1], [0, 1], [-1, 0], [0, 0]]
    y = [[-0.1, 0], [-1, 0], [-0.9, 0.5], [-0.1, 0], [-0.9, 0.8], [0.7, 0.9], [2.2, -0.1]]
    table = [{"x1": a, "x2": b, "y1": c, "y2": d} for (a, b), (c, d) in zip(x, y, strict=True)]
    dyads = Dyads.of_scores(table, {v: {"a": f"{v}1", "b": f"{v}2"} for v in "xy"})
    surface = response_surface(dyads, "y", "x", estimator="MLR").surface()
    assert "too few couples have residuals" in str(surface.model_test.reason) and math.isnan(
        surface.model_test.p
    )
    assert "not tested" in repr(surface.model_test)
    assert response_surface(dyads, "y", "x").surface().model_test.reason is None
    for estimate in surface.estimates:
        if not estimate.se > 0:
            assert math.isnan(estimate.p) and estimate.confidence_interval().reason is not None


def test_a_coefficient_that_one_couple_determines_has_no_robust_error() -> None:
    scores = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1], [2, 0], [0, 2], [1, 2], [2, 1], [2, 2]])
    x = np.vstack([np.tile(scores[:3], (8, 1)), scores[3:6]])  # three levels once each
    table = [
        {"x1": a, "x2": b, "y1": c, "y2": d}
        for (a, b), (c, d) in zip(x, np.random.default_rng(1).normal(size=(len(x), 2)), strict=True)
    ]
    scores_of = {v: {"a": f"{v}1", "b": f"{v}2"} for v in "xy"}
    dyads = Dyads.of_scores(table, scores_of, role=True)
    robust = response_surface(dyads, "y", "x", estimator="MLR").surfaces[0]
    assert all(estimate.se == 0 or estimate.se > 1e-6 for estimate in robust.coefficients)


@pytest.mark.parametrize(("own", "partner"), [("a", 1), (None, {}), ([1, 2], [1, 2, 3])])
def test_surfaces_are_predicted_at_numbers(own: Any, partner: Any) -> None:
    rng = np.random.default_rng(1)
    table = [dict(zip(("x1", "x2", "y1", "y2"), row, strict=True)) for row in rng.normal(size=(20, 4))]
    dyads = Dyads.of_scores(table, {v: {"a": f"{v}1", "b": f"{v}2"} for v in "xy"})
    with pytest.raises(EstimationError, match="allowed: numbers, or arrays"):
        response_surface(dyads, "y", "x").surface().predict(own, partner)


@pytest.mark.parametrize("role", [False, True])
def test_sentences_say_what_each_figure_means(role: bool) -> None:
    result = response_surface(couples_with_scores(congruent(1, strict=False, n=120), roles=role), "y", "x")
    lines = result.sentences()
    for surface in result.surfaces:
        whose = "" if surface.partner is None else f"For the {surface.partner}: "
        for figure in surface.parameters:
            (line,) = [x for x in lines if x.startswith(whose) and f"({figure.name} = " in x]
            assert f"{figure.interval_text()}, {figure.test_text()})." in line
        direction = "upwards" if float(surface.estimate("a4")) >= 0 else "downwards"
        assert any(f"{whose}Away from equal x, y curves {direction}" in line for line in lines)
        assert f"{whose}By the checklist of congruence, {surface.congruence().conclusion}." in lines
    assert ("likelihood ratio" in lines[-1]) is role
    assert ResponseSurface.from_json(result.to_json()).sentences() == lines


@pytest.mark.parametrize("role", [False, True])
def test_the_slopes_that_sentences_name_are_those_of_the_surface(role: bool) -> None:
    """a1 and a3 as differences of predictions: both higher by a little, and one higher and one lower."""
    result = response_surface(couples_with_scores(congruent(1, strict=False, n=120), roles=role), "y", "x")
    for surface in result.surfaces:
        h, centre = 1e-5, surface.centre
        for name, sign in (("a1", 1), ("a3", -1)):
            above, below = (surface.predict(centre + k * h, centre + k * sign * h) for k in (1, -1))
            close(float(surface.estimate(name)), float(above - below) / (2 * h), 1e-6)
