"""Intervals of agreement hold what they say for few raters."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from intimacy_scales.errors import EstimationError
from intimacy_scales.reliability import intraclass_corr
from intimacy_scales.reliability.agreement.anova import mean_squares
from intimacy_scales.reliability.agreement.generalized import generalized_agreement_interval

pytestmark = pytest.mark.long

SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)


def ratings(n: int, k: int, seed: int, raters: float = 0.5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) + raters * rng.normal(size=k) + 0.7 * rng.normal(size=(n, k))


def drawn(x: np.ndarray, level: float, draws: int = 400_000) -> tuple[float, float]:
    """The generalized interval by its definition: quantiles of random draws."""
    rng, (n, k), m = np.random.default_rng(7), x.shape, mean_squares(x)
    error = m.error * m.df_error / rng.chisquare(m.df_error, draws)
    raters = m.raters * m.df_raters / rng.chisquare(m.df_raters, draws)
    between = m.between * m.df_between / rng.chisquare(m.df_between, draws)
    persons = (between - error) / k
    low, high = np.quantile(
        persons / (persons + (raters - error) / n + error), [(1 - level) / 2, (1 + level) / 2]
    )
    return float(low), float(high)


@pytest.mark.parametrize(("n", "k"), [(300, 2), (60, 3), (20, 8), (8, 2), (400, 5)])
@pytest.mark.parametrize("level", [0.95, 0.8])
def test_integration_gives_what_draws_give(n, k, level):
    x = ratings(n, k, n + k)
    assert generalized_agreement_interval(mean_squares(x), level) == pytest.approx(drawn(x, level), abs=0.006)


@pytest.mark.parametrize(("k", "n"), [(2, 300), (3, 60), (8, 60)])
def test_the_generalized_interval_covers(k, n):
    true, held = 1 / (1 + 0.25 + 0.49), 0
    for seed in range(30):
        held += (
            true in intraclass_corr(ratings(n, k, seed)[:], on_invalid="accept")["ICC2"].confidence_interval()
        )
    assert held >= 25  # of 30; fewer in less than 1 % of such tests of an interval that covers 95 %


def test_the_interval_of_shrout_and_fleiss_stays():
    form = intraclass_corr(SHROUT_FLEISS)["ICC(2,1)"]
    interval = form.confidence_interval(method="shrout-fleiss")
    assert tuple(interval) == pytest.approx((0.019, 0.761), abs=5e-4)  # as published
    assert (interval.method, form.confidence_interval().method) == ("shrout-fleiss", "generalized")
    mean = intraclass_corr(SHROUT_FLEISS)["ICC(2,k)"].confidence_interval()
    low, high = form.confidence_interval()
    assert tuple(mean) == pytest.approx((4 * low / (1 + 3 * low), 4 * high / (1 + 3 * high)))


@pytest.mark.parametrize("name", ["ICC(1,1)", "ICC(3,1)", "ICC(1,k)", "ICC(3,k)"])
def test_the_other_forms_have_one_interval(name):
    form = intraclass_corr(SHROUT_FLEISS)[name]
    assert form.confidence_interval() == form.confidence_interval(method="shrout-fleiss")


def test_the_order_of_persons_changes_nothing():
    x = ratings(50, 3, 1)
    one, other = (intraclass_corr(table)["ICC2"].confidence_interval() for table in (x, x[::-1]))
    assert tuple(one) == pytest.approx(tuple(other), abs=1e-9)


@pytest.mark.parametrize("method", ["f", "psych", ""])
def test_no_such_method(method):
    with pytest.raises(EstimationError, match="allowed: 'generalized', 'shrout-fleiss'"):
        intraclass_corr(SHROUT_FLEISS)["ICC2"].confidence_interval(method=method)


@pytest.mark.parametrize("gaps", [0, 1, 40])
@pytest.mark.parametrize("raters", [2, 5])
def test_only_complete_ratings_are_said_to_give_alpha(gaps, raters):
    rng = np.random.default_rng(raters)
    x = rng.normal(size=(60, 1)) + rng.normal(size=(60, raters))
    x.ravel()[rng.choice(x.size, gaps, replace=False)] = np.nan
    result = intraclass_corr(x)
    form, others = result["ICC(3,k)"], [f.meaning for f in result if f.name != "ICC(3,k)"]
    said = "equals coefficient alpha of the raters" in form.meaning
    assert said == (gaps == 0)
    assert form.meaning in repr(form)
    assert form.meaning == result.to_frame().meaning["ICC(3,k)"]
    assert not [text for text in others if "alpha" in text]
    covariances = np.cov(x[~np.isnan(x).any(axis=1)].T)
    alpha = raters / (raters - 1) * (1 - np.trace(covariances) / covariances.sum())
    assert (abs(form.estimate - alpha) < 1e-12) == said


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("method", ["generalized", "shrout-fleiss"])
def test_tables_name_the_method_of_each_interval(gaps, method):
    x = np.array(SHROUT_FLEISS, dtype=float)
    if gaps:
        x[0, 0] = np.nan
    result = intraclass_corr(x)
    frame = result.to_frame(method=method)
    for form in result:
        wanted = method if form.name.startswith("ICC(2") else "F"
        assert frame.interval[form.name] == form.confidence_interval(method=method).method == wanted
    for shown in (repr(result), result._repr_html_()):
        assert "generalized" in shown
        assert "interval" in shown
    agreed = intraclass_corr(np.column_stack([x[:, 1], x[:, 1] + 1]))  # alike but for their level
    assert math.isnan(agreed.to_frame(method=method).low["ICC(2,1)"])
    assert agreed.to_frame(method=method).interval["ICC(2,1)"] == method
    assert math.isinf(agreed.to_frame(method=method)["F"]["ICC(3,1)"])


@pytest.mark.parametrize(("n", "noise"), [(100, 0.2), (50, 0.1), (200, 0.5)])
def test_no_table_of_ratings_has_a_probability_of_0(n, noise):
    rng = np.random.default_rng(3)
    result = intraclass_corr(rng.normal(size=(n, 1)) + noise * rng.normal(size=(n, 3)))
    assert result["ICC(1,1)"].p_value < 1e-6
    table = result._repr_html_().partition("</table>")[0]
    for shown in (repr(result), table.replace("&lt;", "<")):
        assert "< .001" in shown
        assert not re.search(r"(\s|>)-?0\.0(00)?(\s|<)", shown)
