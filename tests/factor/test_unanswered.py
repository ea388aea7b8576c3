"""Where a model cannot be fitted, the message names the true cause, and what it advises helps."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import EstimationError, cfa, efa, mcdonald_omega, structure_report
from intimacy_scales.errors import CoverageWarning
from intimacy_scales.factor import htmt, invariance, kmo, parallel_analysis
from tests.shared.factor_answers import good
from tests.shared.instruments import coded

ITEMS = [f"x{n}" for n in range(1, 9)]
TWO = "f =~ x1 + x2 + x3 + x4\ng =~ x5 + x6 + x7 + x8"
HALVES = ["a"] * 60 + ["b"] * 60


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    factors = rng.normal(size=(120, 2))
    items = np.repeat(factors, 4, axis=1) + rng.normal(size=(120, 8))
    return pd.DataFrame(np.clip(np.round(items + 3), 1, 5), columns=ITEMS)


def case(shared: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(shared / "cases" / name)


def said(run) -> str:
    with pytest.raises(EstimationError) as caught:
        run()
    return str(caught.value)


MODEL = "f =~ x1 + x2 + x3 + x4"


@pytest.mark.parametrize("unanswered", [["x2"], ["x1"], ["x3", "x8"], ["x1", "x2", "x3"]])
@pytest.mark.parametrize("missing", ["listwise", "pairwise", "fiml"])
def test_items_that_nobody_answered_are_named_alone(table, unanswered, missing):
    gone = table.assign(**dict.fromkeys(unanswered, np.nan))
    calls = [lambda: cfa(TWO, gone, missing=missing)]
    if missing != "fiml":
        calls += [
            lambda: htmt(TWO, gone, missing=missing),
            lambda: efa(gone, 1, missing=missing),
            lambda: kmo(gone, missing=missing),
            lambda: parallel_analysis(gone, missing=missing),
        ]
    for call in calls:
        words = said(call)
        assert f"answered {unanswered[0]}" in words
        assert "both" not in words
        assert "missing='fiml'" not in words
        assert not any(item in words for item in ITEMS if item not in unanswered)
    kept = [item for item in ITEMS if item not in unanswered]
    assert efa(gone, 1, items=kept).n == 120  # the advice helps


def test_the_item_of_the_case_that_nobody_answered(shared):
    gone = case(shared, "item_all_missing.csv")
    for missing in ("listwise", "pairwise", "fiml"):
        words = said(lambda m=missing: cfa(MODEL, gone, missing=m))
        assert "answered x2" in words
        assert "missing='fiml'" not in words
    assert cfa("f =~ x1 + x3 + x4", gone).n > 0


@pytest.mark.parametrize("missing", ["listwise", "pairwise", "fiml"])
def test_a_group_of_one_is_named(shared, missing):
    alone = case(shared, "group_of_one.csv")
    words = said(lambda: invariance(MODEL, alone, groups="group", missing=missing))
    assert "the group has one person" in words
    assert "group 'x'" in words
    assert "missing=" not in words
    for labels in (["solo", *["rest"] * (len(alone) - 1)], [*["rest"] * (len(alone) - 1), 7]):
        words = said(lambda x=labels: cfa(MODEL, alone, groups=x, missing=missing))
        assert "the group has one person" in words


@pytest.mark.parametrize("missing", ["listwise", "pairwise", "fiml"])
def test_an_item_that_a_group_was_not_asked_is_named(table, missing):
    for item in ("x1", "x6"):
        gone = table.assign(**{item: table[item].where(np.arange(120) < 60)})
        words = said(lambda t=gone: cfa(TWO, t, groups=HALVES, missing=missing))
        assert f"answered {item} in group 'b'" in words
        assert "missing=" not in words


def test_where_everyone_skipped_something_full_information_is_advised_and_helps(table):
    skipped = table.mask(np.arange(120)[:, None] % 8 == np.arange(8))
    words = said(lambda: cfa(TWO, skipped))
    assert "nobody answered every item; missing='fiml'" in words
    assert cfa(TWO, skipped, missing="fiml").n == 120
    one = skipped.copy()
    one.iloc[3] = table.iloc[3]
    assert "only one person answered every item" in said(lambda: cfa(TWO, one))


def test_tables_without_rows():
    none = pd.DataFrame({item: [] for item in ITEMS})
    for missing in ("listwise", "fiml"):
        assert "the table has no rows" in said(lambda m=missing: cfa(TWO, none, missing=m))


# ------------------------------------------------------------------ items that nobody answered together


def test_branching_items_are_fitted_with_a_warning(shared):
    branched = case(shared, "branching_items.csv")
    with pytest.warns(CoverageWarning, match="answered both x1 and x2"):
        found = cfa(MODEL, branched, missing="fiml")
    assert (found.fit.chi_square, found.fit.df) == (pytest.approx(0.643, abs=5e-4), 2)
    assert found.never_together == (("x1", "x2"),)
    assert "x1 and x2" in found.notes[0]
    assert np.isnan(found.residuals().loc["x1", "x2"])
    with pytest.warns(CoverageWarning):
        robust = cfa(MODEL, branched, missing="fiml", estimator="MLR")
    # lavaan 0.6-14: scaling factor .374, standard error of the second loading .496
    assert robust.fit.scaled.chi_square == pytest.approx(1.720, abs=5e-4)
    assert robust.parameters["f =~ x2"].se == pytest.approx(0.496, abs=5e-4)


def test_omega_of_branching_items_is_that_of_their_model(shared):
    branched = case(shared, "branching_items.csv")
    with pytest.warns(CoverageWarning, match="answered both q1 and q2"):
        omega = mcdonald_omega(coded(branched), missing="fiml")
    with pytest.warns(CoverageWarning):
        fitted = cfa(MODEL, branched, missing="fiml", identification="fixed_factor")
    loads = sum(fitted.parameters[f"f =~ x{k}"].estimate for k in range(1, 5))
    own = sum(fitted.parameters[f"x{k} ~~ x{k}"].estimate for k in range(1, 5))
    assert omega.estimate == pytest.approx(loads**2 / (loads**2 + own), abs=1e-9)
    assert omega.fit.chi_square == pytest.approx(0.643, abs=5e-4)  # lavaan 0.6-14
    assert 0 < omega.standard_error < 0.2
    assert np.isnan(omega.observed)
    assert "observed" not in repr(omega)
    assert not any("too small" in text for text in omega.warnings)  # 120 persons
    assert not np.isnan(omega.confidence_interval().low)


@pytest.mark.parametrize("pairs", [[(0, 1)], [(0, 4), (1, 2)], [(5, 3)]])
def test_omega_with_unanswered_pairs_is_near_that_of_all_answers(pairs):
    whole = good(400, 6, seed=2)
    apart = whole.copy()
    for one, other in pairs:
        first = np.arange(400) < 200
        apart[first, one] = apart[~first, other] = np.nan
    with pytest.warns(CoverageWarning, match=f"q{min(pairs[0]) + 1} and q{max(pairs[0]) + 1}"):
        found = mcdonald_omega(coded(apart), missing="fiml")
    assert found.estimate == pytest.approx(mcdonald_omega(coded(whole)).estimate, abs=0.03)
    over = mcdonald_omega(coded(apart), missing="fiml", denominator="observed")
    assert np.isnan(over.estimate)
    assert "was not observed; use denominator='model'" in over.reason
    assert "answered both" in mcdonald_omega(coded(apart)).reason


def test_an_item_that_nobody_answered_still_has_no_omega():
    answers = good(100, 5)
    answers[:, 2] = np.nan
    found = mcdonald_omega(coded(answers), missing="fiml")
    assert "fewer than two persons answered q3" in found.reason


@pytest.mark.parametrize("pairs", [[("x1", "x2")], [("x1", "x5"), ("x2", "x8")], [("x7", "x4")]])
def test_the_warning_names_every_pair(table, pairs):
    apart = table.copy()
    for one, other in pairs:
        first = np.arange(120) < 60
        apart[one], apart[other] = apart[one].where(first), apart[other].where(~first)
    with pytest.warns(CoverageWarning) as caught:
        found = cfa(TWO, apart, missing="fiml")
    for pair in pairs:
        assert tuple(sorted(pair)) in {tuple(sorted(p)) for p in found.never_together}
        assert " and ".join(sorted(pair)) in str(caught[0].message)
    words = said(lambda: cfa(TWO, apart))
    assert "use missing='fiml'" in words  # which was just seen to help


def test_pairwise_says_listwise_only_where_it_works():
    rng = np.random.default_rng(3)
    x = pd.DataFrame(rng.normal(size=(40, 3)), columns=["x1", "x2", "x3"])
    x["x2"], x["x3"] = x["x1"] + 0.1 * x["x2"], -x["x1"] + 0.1 * x["x3"]
    x.loc[:12, "x1"], x.loc[13:26, "x2"], x.loc[27:, "x3"] = np.nan, np.nan, np.nan
    x.loc[27:, "x2"] = x.loc[27:, "x1"].to_numpy()
    x.loc[:12, "x3"] = x.loc[:12, "x2"].to_numpy()
    words = said(lambda: cfa("f =~ x1 + x2 + x3", x, missing="pairwise"))
    assert "use missing='fiml'" in words
    assert "listwise" not in words


# ------------------------------------------------------------------ items that say nothing, in a report


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.AnotherRangeWarning")  # made up
@pytest.mark.parametrize("value", [3, np.nan])
@pytest.mark.parametrize("item", ["q2", "q5", "q8"])
def test_a_report_says_how_an_item_is_left_out(table, item, value):
    named = table.set_axis([f"q{n}" for n in range(1, 9)], axis=1)
    form = coded(named.to_numpy(), {"f": "q1 q2 q3 q4", "g": "q5 q6 q7 q8"}).instrument
    flat = named.assign(**{item: value})
    found = structure_report(form, flat, n_iterations=20)
    assert f"instrument.without_items(['{item}']" in found.reason
    shorter = form.without_items([item], new_id="two-scales-7", version="1.0.0")
    assert structure_report(shorter, flat, n_iterations=20).fit is not None


@pytest.mark.parametrize("noise", [0.0, 1e-6, 1e-3, 0.1])
@pytest.mark.parametrize("sign", [1, -1])
def test_items_that_are_all_but_copies_are_named(noise, sign):
    rng = np.random.default_rng(1)
    x = pd.DataFrame(rng.normal(size=(200, 1)) + rng.normal(size=(200, 6)), columns=ITEMS[:6])
    assert efa(x, 1).near_copies == ()
    x["x5"] = sign * x["x2"] + noise * rng.normal(size=200)
    found = efa(x, 1)
    assert found.near_copies == (("x2", "x5"),)
    assert "nearly copies of each other: x2 and x5; tests of fit mainly reflect this" in repr(found)
