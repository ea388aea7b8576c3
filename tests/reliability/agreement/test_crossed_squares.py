"""Sums of squares of crossed designs with gaps: against projections and R, and where nothing is left."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import stats

from intimacy_scales import Instrument
from intimacy_scales.errors import EstimationError
from intimacy_scales.reliability import diary_reliability, group_icc, intraclass_corr
from intimacy_scales.reliability.agreement.crossed_squares import crossed_squares, parts_of_design

pytestmark = pytest.mark.long

NO = math.nan


@st.composite
def incidences(draw, most=7):
    """Who rated whom: persons by raters, each with at least one rating; often in several parts."""
    n, k = draw(st.integers(2, most)), draw(st.integers(2, most))
    there = np.array(draw(st.lists(st.lists(st.booleans(), min_size=k, max_size=k), min_size=n, max_size=n)))
    if draw(st.booleans()):  # blocks
        at_rows, at_columns = draw(st.integers(1, n - 1)), draw(st.integers(1, k - 1))
        there[:at_rows, at_columns:] = there[at_rows:, :at_columns] = False
    there = there[there.any(axis=1)][:, there.any(axis=0)]
    assume(there.shape[0] > 1 and there.shape[1] > 1)
    return there


def blocks(n_blocks, n, k):
    """Parts of n persons and k raters of their own."""
    return np.kron(np.eye(n_blocks), np.ones((n, k))) > 0


def path(n):
    """Each person shares a rater with the next one, and nobody else."""
    return (np.eye(n) + np.eye(n, k=1)) > 0


def indicators(there):
    person, rater = np.nonzero(there)
    return person, rater, np.eye(there.shape[0])[person], np.eye(there.shape[1])[rater]


def filled(there, seed, scale=1.0, centre=3.0):
    return np.where(there, centre + scale * np.random.default_rng(seed).normal(size=there.shape), NO)


def additive(there, seed, scale=1.0, centre=3.0):
    """Ratings that persons and raters make up: nothing is left."""
    rng = np.random.default_rng(seed)
    p, r = rng.normal(size=(there.shape[0], 1)), rng.normal(size=(1, there.shape[1]))
    return np.where(there, centre + scale * (p + r), NO), p[:, 0] * scale, r[0] * scale


# ---------------------------------------------------------------- degrees of freedom and sums of squares


@settings(deadline=None, max_examples=150)
@given(incidences(), st.integers(1, 3))
@example(blocks(5, 2, 2), 1)
@example(blocks(2, 6, 2), 1)
@example(path(7), 1)
def test_sums_of_squares_are_those_of_projections(there, columns):
    person, rater, p, r = indicators(there)
    y = np.random.default_rng(1).normal(50, 3, size=(len(person), columns))
    onto = lambda *parts: np.hstack(parts) @ np.linalg.pinv(np.hstack(parts))
    whole, one, both = np.eye(len(y)), np.ones((len(y), 1)), onto(p, r)
    found, rank = crossed_squares(person, rater, y), np.linalg.matrix_rank(np.hstack([p, r]))
    assert found.df_rest == len(y) - rank
    assert (found.df_persons, found.df_occasions) == (rank - r.shape[1], rank - p.shape[1])
    assert found.n_parts == sum(there.shape) - rank
    spaces = {
        "between": onto(p) - onto(one),
        "within": whole - onto(p),
        "persons": both - onto(r),
        "occasions": both - onto(p),
        "rest": whole - both,
    }
    for name, space in spaces.items():
        assert getattr(found, name) == pytest.approx(np.sum((space @ y) * y), abs=1e-9), name


@settings(deadline=None, max_examples=80)
@given(incidences())
def test_parts_are_what_walking_from_rating_to_rating_reaches(there):
    n_parts, of_person, of_rater = parts_of_design(*np.nonzero(there))
    seen = np.full(sum(there.shape), -1)
    joined = np.block([[np.eye(there.shape[0]), there], [there.T, np.eye(there.shape[1])]]) > 0
    for start in range(len(seen)):
        if seen[start] < 0:
            reached = np.arange(len(seen)) == start
            for _ in seen:
                reached = joined @ reached
            seen[reached] = seen.max() + 1
    assert n_parts == seen.max() + 1
    labels = np.concatenate([of_person, of_rater])
    assert len(set(zip(labels.tolist(), seen.tolist(), strict=True))) == n_parts


@settings(deadline=None, max_examples=60)
@given(incidences(most=6), st.integers(0, 99))
@example(blocks(5, 2, 2), 1)
@example(path(6), 1)
def test_degrees_of_freedom_are_those_of_the_rank(there, seed):
    assume(not there.all())
    person, _, p, r = indicators(there)
    left = len(person) - np.linalg.matrix_rank(np.hstack([p, r]))
    if left < 1:
        with pytest.raises(EstimationError, match="leave no degrees of freedom for error"):
            intraclass_corr(filled(there, seed))
        return
    result = intraclass_corr(filled(there, seed))
    assert [form.df2 for form in result] == [len(person) - len(there), left, left] * 2


@pytest.mark.parametrize(("shape", "df"), [((5, 2, 2), (5, 5)), ((2, 6, 2), (10, 10)), ((3, 3, 2), (6, 6))])
def test_pairs_of_raters_of_their_own(shape, df):
    """In each block a two-way analysis of its own; their sums of squares and degrees of freedom add up."""
    x = filled(blocks(*shape), 2)
    n_blocks, n, k = shape
    parts = [intraclass_corr(x[b * n : (b + 1) * n, b * k : (b + 1) * k])["ICC3"] for b in range(n_blocks)]
    between = sum(part.squares.between * part.df1 for part in parts) / sum(part.df1 for part in parts)
    error = sum(part.squares.error * part.df2 for part in parts) / sum(part.df2 for part in parts)
    form = intraclass_corr(x)["ICC(3,1)"]
    assert (form.df1, form.df2) == df
    assert pytest.approx(between / error, rel=1e-10) == form.F
    assert form.p_value == pytest.approx(stats.f.sf(between / error, *df), rel=1e-9)


def test_models_of_r_compared():
    """anova(lm(y ~ r), lm(y ~ r + p)), anova(lm(y ~ p)) and anova(lm(y ~ p), lm(y ~ r + p)) in R 4."""
    x = np.array([
        [4, 5, 3, NO, NO], [2, NO, 2, NO, NO], [7, 6, NO, NO, NO], [NO, 4, 1, NO, NO], [5, 6, 5, NO, NO],
        [NO, NO, 3, NO, NO], [NO, NO, NO, 2, 4], [NO, NO, NO, 6, 6], [NO, NO, NO, 3, 5],
    ])  # fmt: skip
    one, two = (intraclass_corr(x)[name] for name in ("ICC(1,1)", "ICC(3,1)"))
    assert (two.F, two.df1, two.df2) == (pytest.approx(6.54642857142857, rel=1e-13), 7, 7)
    assert two.p_value == pytest.approx(0.0120359125778473, rel=1e-11)
    assert (one.F, one.df1, one.df2) == (pytest.approx(4.37781954887218, rel=1e-13), 8, 10)
    assert one.p_value == pytest.approx(0.0164553646816042, rel=1e-11)
    squares = two.squares
    assert (squares.raters / squares.error, squares.df_raters) == (pytest.approx(3.5, rel=1e-12), 3)


@pytest.mark.parametrize("raters_differ", [0.0, 1.5])
def test_p_with_gaps_is_uniform_without_differences(raters_differ):
    rng, found = np.random.default_rng(7), []
    for _ in range(2000):
        person, rater = np.nonzero(rng.random((15, 3)) >= 0.2)
        person = np.unique(person, return_inverse=True)[1]
        y = raters_differ * rng.normal(size=3)[rater] + rng.normal(size=len(rater))
        s = crossed_squares(person, rater, y[:, None])
        two = stats.f.sf(s.persons / s.df_persons / (s.rest / s.df_rest), s.df_persons, s.df_rest)
        one = stats.f.sf(
            s.between / (s.n_persons - 1) / (s.within / s.df_within), s.n_persons - 1, s.df_within
        )
        found.append((one, two))
    one, two = np.array(found).T
    assert stats.kstest(two, "uniform").pvalue > 0.001
    assert np.mean(two < 0.05) == pytest.approx(0.05, abs=0.015)
    if not raters_differ:  # a one-way analysis takes differences between raters for error
        assert stats.kstest(one, "uniform").pvalue > 0.001


# ---------------------------------------------------------------- nothing is left


@settings(deadline=None, max_examples=60)
@given(incidences(), st.integers(0, 99), st.sampled_from([(1.0, 3.0), (1e-8, 0.0), (1.0, 1e6), (1e5, 7.0)]))
@example(path(7), 1, (1.0, 3.0))
def test_nothing_is_left_of_what_persons_and_raters_make_up(there, seed, size):
    person, rater, _, _ = indicators(there)
    x, p, r = additive(there, seed, *size)
    found = crossed_squares(person, rater, x[there][:, None])
    assert found.rest == 0
    _, of_person, of_rater = parts_of_design(person, rater)
    for effects, part, squared in (
        (p, of_person, found.person_effects),
        (r, of_rater, found.occasion_effects),
    ):
        own = sum(np.var(effects[part == g]) * np.sum(part == g) for g in np.unique(part))
        assert squared == pytest.approx(own, rel=1e-6, abs=1e-18)


@pytest.mark.parametrize("scale", [1.0, 0.1, 1e-8, 1e6])
@pytest.mark.parametrize("gap", [(1, 2), (0, 0), (3, 1)])
def test_whole_agreement_with_a_gap_is_that_of_complete_ratings(gap, scale):
    complete = scale * np.array([[1.0, 1, 1], [2, 2, 2], [3, 3, 3], [5, 5, 5]])
    x = complete.copy()
    x[gap] = NO
    result, expected = intraclass_corr(x), intraclass_corr(complete)
    assert result.method == "reml"
    for form, other in zip(result, expected, strict=True):
        assert (form.estimate, form.F, form.p_value) == (1.0, math.inf, 0.0) == (other.estimate, other.F, 0.0)
        assert form.confidence_interval().reason == other.confidence_interval().reason is not None
        assert math.isnan(form.confidence_interval().low)
    person, rater, rest = result.components.values()
    assert (rater, rest) == (0, 0)
    assert person == pytest.approx(expected.components["person"], rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_raters_who_differ_in_level_alone_with_a_gap(seed):
    complete, p, r = additive(np.ones((6, 4), dtype=bool), seed)
    x = complete.copy()
    x[seed, 1] = x[seed, 3] = x[5, 0] = NO
    result, expected = intraclass_corr(x), intraclass_corr(complete)
    components = [np.var(p, ddof=1), np.var(r, ddof=1), 0]
    assert list(result.components.values()) == pytest.approx(components, rel=1e-12)
    for name in ("ICC(2,1)", "ICC(3,1)", "ICC(2,k)", "ICC(3,k)"):
        assert float(result[name]) == pytest.approx(float(expected[name]), rel=1e-12)
        assert (result[name].F, result[name].p_value) == (math.inf, 0)
        assert result[name].confidence_interval().reason == expected[name].confidence_interval().reason
    assert math.isfinite(result["ICC(1,1)"].F)


@pytest.mark.parametrize("scale", [1.0, 0.1, 1e-8])
def test_persons_who_do_not_differ_at_all(scale):
    """Every person's ratings, less the raters' level, are alike: F is 0, or undefined without error."""
    x = scale * np.array([[1.0, 3], [3, 1], [1, 3], [3, 1], [2, NO]])
    form = intraclass_corr(x)["ICC(3,1)"]
    assert (form.F, form.p_value, form.estimate) == (0, 1, 0)
    nothing = scale * np.array([[1.0, 2, 4], [1, 2, NO], [1, 2, 4], [1, 2, 4]])
    for forms in (intraclass_corr(nothing), intraclass_corr(nothing[[0, 2, 3]])):
        assert math.isnan(forms["ICC(3,1)"].F)
        assert math.isnan(forms["ICC(3,1)"].p_value)
        assert (
            forms["ICC(3,1)"].reason
            == "persons differ so little that the total variance in its denominator is not above 0"
        )
        assert float(forms["ICC(2,1)"]) == 0


@pytest.mark.parametrize("scale", [1.0, 0.1, 1e-7])
def test_groups_without_a_difference_within_or_between(scale):
    same = group_icc(scale * np.array([1.0, 1, 1, 4, 4, 7, 7, 7]), list("aaabbccc"))
    assert (same.within, same.icc1, same.icc2, same.icc1_reml) == (0, 1, 1, 1)
    assert same.between == pytest.approx(9 * scale**2, rel=1e-12)  # of group means 1, 4 and 7
    assert same.mean == pytest.approx(4 * scale, rel=1e-12)
    alike = group_icc(scale * np.array([1.0, 2, 3, 3, 2, 1]), list("aaabbb"))
    assert (alike.mean_square_between, alike.between, alike.icc1) == (0, 0, pytest.approx(-1 / 2))
    assert math.isnan(alike.icc2)


# ---------------------------------------------------------------- diaries


def diary(there, parts, method="reml"):
    """A diary of three items of those sources that are named, and its reliability."""
    rng, (n, m), k = np.random.default_rng(5), there.shape, 3
    sizes = {
        "p": (n, 1, 1),
        "t": (1, m, 1),
        "i": (1, 1, k),
        "pt": (n, m, 1),
        "pi": (n, 1, k),
        "ti": (1, m, k),
    }
    sizes["e"] = (n, m, k)
    cube = 50 + sum((np.rint(10 * rng.normal(size=sizes[part])) for part in parts), np.zeros((n, m, k)))
    person, day = np.nonzero(there)
    table = pd.DataFrame(cube[there], columns=["q0", "q1", "q2"]).assign(person=person, day=day)
    form = Instrument.model_validate(
        {"id": "d", "version": "1", "title": "D", "response_scale": {"minimum": -200, "maximum": 300}}
        | {"items": [{"id": f"q{i}"} for i in range(k)], "scales": [{"id": "a", "items": ["q0", "q1", "q2"]}]}
    )
    return diary_reliability(form, table, person="person", occasion="day", method=method)


@settings(deadline=None, max_examples=12)
@given(incidences(most=5))
@example(blocks(2, 2, 2))
@example(path(5))
def test_diaries_are_refused_where_the_rank_leaves_nothing(there):
    person, _, p, t = indicators(there)
    if len(person) - np.linalg.matrix_rank(np.hstack([p, t])) < 1:
        with pytest.raises(EstimationError, match=r"to separate|cannot be separated"):
            diary(there, ("p", "t", "pt", "pi", "e"))
    else:
        assert diary(there, ("p", "t", "pt", "pi", "e")).n_rows == len(person)


GAPS = np.array([[1, 1, 1, 0], [1, 1, 1, 1], [0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 1, 1]]) > 0


ALL = np.ones((5, 4), dtype=bool)
WAYS = pytest.mark.parametrize(
    ("there", "method"), [(GAPS, "reml"), (ALL, "reml"), (ALL, "anova")], ids=["gaps", "complete", "anova"]
)


@pytest.mark.parametrize(
    ("parts", "there", "method"),
    [
        *((parts, GAPS, "reml") for parts in (("p",), ("p", "t"), ("p", "pi", "ti"))),
        *((parts, ALL, "reml") for parts in (("p", "i"), ("t",))),
        *((parts, ALL, "anova") for parts in (("p",), ("p", "t"), ("p", "i"), ("p", "pi", "ti"), ("t",))),
    ],
)
def test_a_diary_without_residual_has_none(parts, there, method):
    result = diary(there, parts, method)
    assert result.components["residual"] == 0
    assert result.components["person x occasion"] == 0
    assert math.isnan(result.coefficients()["Rc"])  # 0 of 0, not 0 of the bound of a search
    if parts == ("p",):
        nested = result.nested
        assert (nested.occasion, nested.residual, nested.between, nested.icc) == (0, 0, 1, 1)
        assert math.isnan(nested.within)
        assert result.coefficients()["R1R"] == 1


@WAYS
def test_occasions_without_residual_are_measured_wholly(there, method):
    result = diary(there, ("p", "pt"), method)
    assert result.components["residual"] == 0
    assert result.coefficients()["Rc"] == 1
    assert (result.nested.residual, result.nested.within) == (0, 1)
