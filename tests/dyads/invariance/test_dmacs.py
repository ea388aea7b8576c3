"""dMACS against numerical integration, and its identification against a model with a marker item."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from intimacy_scales.dyads import Dmacs, DyadicInvariance, dyadic_invariance
from intimacy_scales.dyads.invariance.dmacs import Latent, Line, dmacs_values, in_units_of
from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.factor import cfa
from tests.shared.comparison import close, near, roughly
from tests.shared.simulated_couples import ITEMS, close_couples, closeness_answers

figures = st.floats(-3, 3, allow_nan=False)
sizes = st.floats(0.2, 3, allow_nan=False)


@cache
def ladder() -> DyadicInvariance:
    return dyadic_invariance(
        close_couples(closeness_answers(shift={"q3": 0.6}, weaker={"q2": 0.3})), "closeness"
    )


@settings(max_examples=20)
@given(figures, figures, sizes, sizes, figures, sizes, sizes)
def test_dmacs_is_what_integration_gives(
    nu1: float, nu2: float, lambda1: float, lambda2: float, mean: float, sd: float, spread: float
) -> None:
    def integrand(x: float) -> float:
        return float(((nu1 - nu2) + (lambda1 - lambda2) * x) ** 2 * norm.pdf(x, mean, sd))

    integral = quad(integrand, mean - 12 * sd, mean + 12 * sd, epsabs=1e-12, limit=200)[0]
    value = dmacs_values(
        Line(np.array([nu1]), np.array([lambda1])),
        Line(np.array([nu2]), np.array([lambda2])),
        Latent(mean, sd**2),
        np.array([spread]),
    )
    close(value, np.sqrt(max(integral, 0.0)) / spread, within=1e-5)


@given(st.lists(st.tuples(figures, sizes), min_size=2, max_size=5), st.data())
def test_a_change_of_units_keeps_every_expected_answer(parts: list[Any], data: Any) -> None:
    line = Line(*map(np.array, zip(*parts, strict=True)))
    marker = data.draw(st.integers(0, len(parts) - 1))
    changed, latent = in_units_of(line, marker)
    assert (changed.intercepts[marker], changed.loadings[marker]) == (0.0, 1.0)
    for z in (-1.0, 0.0, 2.0):
        x = latent.mean + np.sqrt(latent.variance) * z
        near(changed.intercepts + changed.loadings * x, line.intercepts + line.loadings * z, abs=1e-9)


def test_markers_are_as_in_a_model_of_them() -> None:
    marker = "q4"
    lines_of_model = [f"{i}_wife ~~ {i}_husband" for i in ITEMS] + ["wife ~ NA*1", "husband ~ NA*1"]
    for p in ("wife", "husband"):
        lines_of_model += [f"{p} =~ {'1' if i == marker else 'NA'}*{i}_{p}" for i in ITEMS]
        lines_of_model += [f"{i}_{p} ~ {'0' if i == marker else 'NA'}*1" for i in ITEMS]
    model = "\n".join(lines_of_model)
    dyads = close_couples(closeness_answers(shift={"q3": 0.6}, weaker={"q2": 0.3}))
    fitted = cfa(model, dyads.to_wide(keyed=True), identification="none").parameters
    lines = [
        Line(*(np.array([fitted[name.format(i=i, p=p)].estimate for i in ITEMS]) for name in names))
        for p in ("wife", "husband")
        for names in [("{i}_{p} ~ 1", "{p} =~ {i}_{p}")]
    ]
    latent = Latent(fitted["husband ~ 1"].estimate, fitted["husband ~~ husband"].estimate)
    sds = np.nanstd(dyads.items("closeness"), axis=0, ddof=1)
    result = ladder().dmacs(marker=marker)
    roughly(result.values, dmacs_values(*lines, latent, sds.mean(axis=0)), rel=1e-5, abs=1e-7)
    expected = [
        lines[0].intercepts + lines[0].loadings * latent.mean,
        lines[1].intercepts + lines[1].loadings * latent.mean,
    ]
    roughly(result.expected_difference, expected[0] - expected[1], rel=1e-5, abs=1e-6)
    near(result.effect_on_mean, result.expected_difference.mean())
    near(result.effect_on_sum, result.expected_difference.sum())
    assert (result[marker], result.marker, result.focal) == (0.0, marker, "husband")


def test_items_with_a_difference_have_the_largest_sizes() -> None:
    result = ladder().dmacs()
    assert result["q3"] == max(result.values)
    assert result.expected_difference[2] < -0.8  # the second partner's answers are higher
    frame = result.to_frame()
    assert frame.index.tolist() == list(ITEMS)
    near(frame["signed"] * frame["sd"], frame["expected_difference"])
    assert Dmacs.from_dict(result.to_dict()) == result
    assert "q3" in repr(result)


def test_fixed_factors_and_the_other_focal_partner_give_other_sizes() -> None:
    fixed = ladder().dmacs(identification="fixed_factor", pooled="root_mean_square")
    assert fixed.marker is None
    assert min(fixed.values) > 0
    mine, other = ladder().dmacs(focal="wife"), ladder().dmacs()
    assert (mine.focal, mine == other) == ("wife", False)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"identification": "markers"}, "identification='markers' is not valid; allowed: 'marker'"),
    ({"marker": "q9"}, "marker='q9' is not valid; allowed: 'q1'"),
    ({"marker": "q1", "identification": "fixed_factor"}, "leave one of the two out"),
    ({"focal": "man"}, "focal='man' is not valid; allowed: 'wife', 'husband'"),
    ({"pooled": "rms"}, "pooled='rms' is not valid; allowed: 'mean', 'root_mean_square'"),
]


@pytest.mark.parametrize(("options", "words"), BAD, ids=lambda value: str(value)[:40])
def test_bad_options_of_dmacs_say_what_is_allowed(options: dict[str, Any], words: str) -> None:
    with pytest.raises(EstimationError) as error:
        ladder().dmacs(**options)
    assert words in str(error.value)


def test_dmacs_needs_the_configural_model_and_a_known_item() -> None:
    short = dyadic_invariance(close_couples(closeness_answers()), "closeness", steps=["metric", "scalar"])
    with pytest.raises(EstimationError, match="add 'configural' to steps"):
        short.dmacs()
    with pytest.raises(UnknownNameError, match="closeness has no item 'q9'"):
        ladder().dmacs()["q9"]
