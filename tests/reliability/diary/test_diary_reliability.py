"""Diaries: seven components of variance, and occasions nested in persons."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pytest

from intimacy_scales import encode
from intimacy_scales.errors import EstimationError, ResponseError
from intimacy_scales.reliability import DiaryReliability, diary_reliability
from intimacy_scales.simulation import simulate_diary
from tests.shared.instruments import form_of

pytestmark = pytest.mark.long

SOURCES = ["person", "occasion", "item", "person x occasion", "person x item", "occasion x item", "residual"]
SOME = (10, 5, 8, 6, 5, 3, 6)  # standard deviations of these sources


def diary(n, m, k, seed=1, sds=SOME):
    """Answers (n persons, m occasions, k items) of 0 to 100."""
    chance = np.random.default_rng(seed)
    sizes = ((n, 1, 1), (1, m, 1), (1, 1, k), (n, m, 1), (n, 1, k), (1, m, k), (n, m, k))
    effects = (sd * chance.normal(size=size) for sd, size in zip(sds, sizes, strict=True))
    return np.clip(np.rint(50 + sum(effects)), 0, 100)


def diary_form(k, keys=""):
    signed = ["-" * (key == "-") + f"q{n}" for n, key in enumerate(keys or "+" * k)]
    return form_of({"a": " ".join(signed)}, low=0, high=100, id="d", title="D")


def rows(cube):
    n, m, k = cube.shape
    frame = pd.DataFrame(cube.reshape(-1, k), columns=[f"q{i}" for i in range(k)])
    return frame.assign(person=np.repeat(np.arange(n), m), day=np.tile(np.arange(m), n))


def reliability(table, keys="", **options) -> DiaryReliability:
    form = diary_form(sum(name.startswith("q") for name in table.columns), keys)
    return diary_reliability(form, table, **({"person": "person", "occasion": "day"} | options))


def some_missed(cube, share=0.25, seed=3):
    table = rows(cube)
    return table[np.random.default_rng(seed).random(len(table)) >= share].reset_index(drop=True)


# ------------------------------------------------------------------ dense likelihoods


def _dense(y, x, v):
    inverse = np.linalg.inv(v)
    inside = x.T @ inverse @ x
    rest = y - x @ np.linalg.solve(inside, x.T @ inverse @ y)
    constant = (len(y) - x.shape[1]) * math.log(2 * math.pi) - np.linalg.slogdet(x.T @ x)[1]
    return np.linalg.slogdet(v)[1] + np.linalg.slogdet(inside)[1] + rest @ inverse @ rest + constant


def _long(table):
    items = [name for name in table.columns if name.startswith("q")]
    y = table[items].to_numpy().ravel()
    who, when = (np.repeat(table[name].to_numpy(), len(items)) for name in ("person", "day"))
    return y, (who, when, np.tile(np.arange(len(items)), len(table)))


def dense_crossed(table):
    """-2 times the restricted log likelihood of seven variances, every answer on its own."""
    y, labels = _long(table)
    p, t, i = (label[:, None] == label for label in labels)
    patterns = np.array([p, t, i, p & t, p & i, t & i, np.eye(len(y))], dtype=float)
    return lambda *v: _dense(y, np.ones((len(y), 1)), np.tensordot(v, patterns, 1))


def dense_nested(table, fixed_items):
    y, (who, when, which) = _long(table)
    p, t = who[:, None] == who, when[:, None] == when
    x = np.eye(which.max() + 1)[which] if fixed_items else np.ones((len(y), 1))
    patterns = np.array([p, p & t, np.eye(len(y))], dtype=float)
    return lambda *v: _dense(y, x, np.tensordot(v, patterns, 1))


def assert_at_a_maximum(deviance, found, total):
    """No step along any axis or anywhere else lowers the deviance."""
    best, chance = deviance(*found), np.random.default_rng(1)
    steps = [*np.eye(len(found)), *-np.eye(len(found)), *chance.normal(size=(8, len(found)))]
    for size, step in itertools.product((1e-3, 0.05), steps):
        moved = np.maximum(found + size * total * step, [0] * (len(found) - 1) + [1e-3 * total])
        assert deviance(*moved) >= best - 1e-6, (found, moved)


CASES = {
    "all sources": (5, 4, 3, SOME),
    "more occasions than persons": (4, 7, 2, SOME),
    "no occasions": (6, 4, 3, (10, 0, 8, 6, 5, 0, 6)),
    "noise alone": (5, 5, 3, (0, 0, 0, 0, 0, 0, 9)),
    "no persons": (6, 4, 3, (0, 9, 3, 0, 5, 3, 6)),
}


@pytest.mark.parametrize("case", CASES)
def test_components_are_at_the_maximum_of_the_dense_likelihood(case):
    *shape, sds = CASES[case]
    table = some_missed(diary(*shape, sds=sds))
    result = reliability(table)
    assert list(result.components) == SOURCES
    assert (result.balanced, result.n_rows, result.method) == (False, len(table), "reml")
    found, total = np.array(list(result.components.values())), float(_long(table)[0].var())
    assert found.min() >= 0
    assert_at_a_maximum(dense_crossed(table), found, total)


@pytest.mark.parametrize("case", CASES)
def test_nested_components_are_at_the_maximum_of_the_dense_likelihood(case):
    *shape, sds = CASES[case]
    table = some_missed(diary(*shape, sds=sds))
    result, k, m = reliability(table, occasion=None), shape[2], len(table) / table["person"].nunique()
    for nested, effect in ((result.nested, "none"), (result.nested_fixed_items, "fixed")):
        person, occasion, rest = nested.person, nested.occasion, nested.residual
        deviance, found = dense_nested(table, effect == "fixed"), np.array([person, occasion, rest])
        assert_at_a_maximum(deviance, found, float(_long(table)[0].var()))
        assert (nested.item_effect, nested.occasions_per_person) == (effect, pytest.approx(m))
        assert nested.between == pytest.approx(person / (person + occasion / m + rest / (m * k)))
        assert nested.within == pytest.approx(occasion / (occasion + rest / k))
        assert nested.icc == pytest.approx(person / found.sum())


# ------------------------------------------------------------------ mean squares


def naive_components(cube):
    """Seven components from mean squares, by loops over cells."""
    n, m, k = cube.shape
    cells = list(itertools.product(range(n), range(m), range(k)))

    def mean(p=None, t=None, i=None):
        there = [cube[c] for c in cells if all(x in (None, y) for x, y in zip((p, t, i), c, strict=True))]
        return sum(there) / len(there)

    g = mean()
    p, t, i = ([mean(**{d: x}) for x in range(size)] for d, size in zip("pti", cube.shape, strict=True))
    pt = {(a, b): mean(p=a, t=b) for a in range(n) for b in range(m)}
    pi = {(a, c): mean(p=a, i=c) for a in range(n) for c in range(k)}
    ti = {(b, c): mean(t=b, i=c) for b in range(m) for c in range(k)}
    ms_p = sum((p[a] - g) ** 2 for a, b, c in cells) / (n - 1)
    ms_t = sum((t[b] - g) ** 2 for a, b, c in cells) / (m - 1)
    ms_i = sum((i[c] - g) ** 2 for a, b, c in cells) / (k - 1)
    ms_pt = sum((pt[a, b] - p[a] - t[b] + g) ** 2 for a, b, c in cells) / ((n - 1) * (m - 1))
    ms_pi = sum((pi[a, c] - p[a] - i[c] + g) ** 2 for a, b, c in cells) / ((n - 1) * (k - 1))
    ms_ti = sum((ti[b, c] - t[b] - i[c] + g) ** 2 for a, b, c in cells) / ((m - 1) * (k - 1))
    e = [cube[a, b, c] - pt[a, b] - pi[a, c] - ti[b, c] + p[a] + t[b] + i[c] - g for a, b, c in cells]
    ms_e = sum(x**2 for x in e) / ((n - 1) * (m - 1) * (k - 1))
    interactions = [(ms_pt - ms_e) / k, (ms_pi - ms_e) / m, (ms_ti - ms_e) / n]
    mains = [(ms_p - ms_pt - ms_pi + ms_e) / (m * k), (ms_t - ms_pt - ms_ti + ms_e) / (n * k)]
    return [*mains, (ms_i - ms_pi - ms_ti + ms_e) / (n * m), *interactions, ms_e]


@pytest.mark.parametrize("case", CASES)
def test_anova_is_that_of_loops(case):
    *shape, sds = CASES[case]
    cube = diary(*shape, sds=sds)
    shuffled = rows(cube).sample(frac=1, random_state=1)
    components = reliability(shuffled, method="anova").components
    assert list(components.values()) == pytest.approx(naive_components(cube), rel=1e-9, abs=1e-9)


def test_balanced_reml_is_anova_without_negative_components():
    table = rows(diary(12, 8, 4))
    expected = reliability(table, method="anova").components
    assert min(expected.values()) > 0
    assert reliability(table).components == pytest.approx(expected, rel=1e-3)


def test_a_negative_component_is_zero_in_reml():
    table = rows(diary(6, 4, 3))
    assert reliability(table, method="anova").components["occasion"] < 0
    assert reliability(table).components["occasion"] == 0


# ------------------------------------------------------------------ coefficients and counts


def test_coefficients_by_hand():
    result = reliability(rows(diary(8, 5, 4)))
    p, t, _, pt, pi, _, e = result.components.values()
    for m, n in ((None, 5), (1, 1), (9, 9)):
        k, between, nested = 4, p + pi / 4, result.nested
        assert result.coefficients(m) == pytest.approx(
            {
                "RkF": between / (between + e / (k * n)),
                "R1R": between / (between + t + pt + e / k),
                "RkR": between / (between + t / n + pt / n + e / (k * n)),
                "Rc": pt / (pt + e / k),
                "RkRn": nested.person / (nested.person + nested.occasion / n + nested.residual / (n * k)),
                "Rcn": nested.occasion / (nested.occasion + nested.residual / k),
                "Rcn fixed items": result.nested_fixed_items.within,
            }
        )
    for m in (-1, 0):
        with pytest.raises(
            EstimationError, match=f"n_occasions={m} is not valid; allowed: a number of at least 1"
        ):
            result.coefficients(m)


def test_without_occasions_only_nested_coefficients_are_defined():
    result = reliability(rows(diary(6, 4, 3)), occasion=None)
    assert (result.components, result.n_occasions, result.balanced) == ({}, 4, False)
    assert [name for name, v in result.coefficients().items() if not math.isnan(v)] == [
        "RkRn",
        "Rcn",
        "Rcn fixed items",
    ]
    assert list(result.to_frame().index) == ["person", "occasion in person", "residual"]
    assert result.to_frame()["percent"].sum() == pytest.approx(100)
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False))["coefficients"]["Rc"] is None
    assert "Rc -" in repr(result)


def test_rows_with_skipped_items_are_counted_and_left_out():
    table = rows(diary(7, 4, 3))
    table.loc[[2, 9, 10], ["q0", "q2", "q1"]] = np.nan
    result, without = (reliability(t, occasion=None) for t in (table, table.drop([2, 9, 10])))
    assert (result.n_left_out, without.n_left_out, result.n_rows) == (3, 0, 25)
    assert result.coefficients() == pytest.approx(without.coefficients(), rel=1e-6, nan_ok=True)
    assert "3 incomplete rows left out" in repr(result)


def test_reverse_keyed_items_are_turned_round():
    table = rows(diary(6, 4, 3))
    turned, options = table.assign(q1=100 - table["q1"]), {"method": "anova"}
    expected = reliability(table, **options).components
    assert reliability(turned, keys="+-+", **options).components == pytest.approx(expected)


def test_persons_and_days_may_be_texts_and_dates_in_any_table():
    table = rows(diary(6, 4, 3)).sample(frac=1, random_state=1)
    expected, form = reliability(table, method="anova").components, diary_form(3)
    day = pd.Timestamp("2026-03-01") + pd.to_timedelta(table["day"], unit="D")
    named = table.assign(person=[f"p{n}" for n in table["person"]], day=day)
    for kind in (named.set_index("person", drop=False), pl.from_pandas(named), named.to_dict("records")):
        found = diary_reliability(form, kind, person="person", occasion="day", method="anova")
        assert found.components == pytest.approx(expected)


def test_the_same_occasion_twice_names_rows_of_the_table():
    table = rows(diary(5, 4, 2))
    table.loc[0, "q1"] = np.nan
    table.loc[10, "day"] = table.loc[9, "day"]
    with pytest.raises(
        EstimationError, match=r"1 occasions of a person occur more than once.*its own number"
    ) as error:
        reliability(table)
    assert reliability(table, occasion=None).n_rows == 19
    assert "rows 9, 10" in str(error.value)


FEW = diary(4, 4, 3)
REFUSED = {
    "one person": (lambda: reliability(rows(FEW[:1])), "1 person "),
    "one occasion": (lambda: reliability(rows(FEW[:, :1])), "1 occasion "),
    "one occasion each": (lambda: reliability(rows(FEW[:, :1]), occasion=None), "1 occasion "),
    "one item": (lambda: reliability(rows(FEW[:, :, :1])), "1 item "),
    "nobody": (lambda: reliability(rows(FEW)[:0]), "0 persons"),
    "no complete row": (lambda: reliability(rows(FEW).assign(q1=np.nan)), "0 persons"),
    "all alike": (lambda: reliability(rows(np.full((3, 3, 3), 5))), "all answers are equal"),
    "missing days": (
        lambda: reliability(rows(FEW)[1:], method="anova"),
        "needs every person on every occasion",
    ),
    "no such method": (lambda: reliability(rows(FEW), method="ml"), "allowed: 'reml', 'anova'"),
    "no such column": (lambda: reliability(rows(FEW), person="who"), "person: the table has no column 'who'"),
    "not checked": (
        lambda: diary_reliability(rows(FEW), person="person"),
        "pass the instrument before the table",
    ),
    "no name": (
        lambda: reliability(rows(FEW).assign(person=[None, *[1] * 15])),
        "person: row 0 has no label",
    ),
    "no name (string)": (
        lambda: reliability(rows(FEW).assign(person=pd.array([None, *"abbbaacccddddea"], dtype="string"))),
        "person: row 0 has no label",
    ),
    "one row a person": (lambda: reliability(rows(FEW)[::5]), "cannot be separated"),
    "one row an occasion": (
        lambda: reliability(rows(FEW).assign(day=range(16))),
        "too few occasions to separate",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_diaries_that_tell_nothing(case):
    call, words = REFUSED[case]
    with pytest.raises((EstimationError, ResponseError), match=words):
        call()


@pytest.mark.parametrize("source", range(7))
@pytest.mark.parametrize("method", ["anova", "reml"])
def test_one_source_alone(source, method):
    sds = [0.0] * 7
    sds[source] = 20
    result = reliability(rows(diary(5, 4, 3, sds=sds)), method=method)
    expected = naive_components(diary(5, 4, 3, sds=sds))
    if method == "anova":
        assert list(result.components.values()) == pytest.approx(expected, abs=1e-9)
    assert max(result.components, key=lambda name: result.components[name]) == SOURCES[source]
    assert json.dumps(result.to_dict(), allow_nan=False)


# ------------------------------------------------------------------ simulated diaries


def test_the_quick_daily_form_as_a_worked_example():
    days = simulate_diary("scii-daily-quick", 6, 5, missed=0.15, rng=4).answers
    answers = encode("scii-daily-quick", days, keep=["person", "day"])
    result = diary_reliability(answers, person="person", occasion="day", scale="total")
    assert (result.n_persons, result.n_items, result.n_rows) == (6, 6, len(days))
    table = days.rename(columns=lambda name: name if name in ("person", "day") else f"q_{name}")
    found, total = np.array(list(result.components.values())), float(_long(table)[0].var())
    assert_at_a_maximum(dense_crossed(table), found, total)
    with pytest.raises(EstimationError, match="has 7 scales; name one"):
        diary_reliability(answers, person="person", occasion="day")
    with pytest.raises(EstimationError, match="1 item "):
        diary_reliability(answers, person="person", occasion="day", scale="trust")


def test_a_scale_of_the_daily_form_as_a_worked_example():
    days = simulate_diary("scii-daily", 6, 5, missed=0.15, rng=4).answers
    result = diary_reliability("scii-daily", days, person="person", occasion="day", scale="mutuality")
    assert (result.n_persons, result.n_items, result.n_rows) == (6, 3, len(days))
    keyed = {"mut02": days["mut02"], "mut03": 100 - days["mut03"], "mut04": days["mut04"]}
    table = days[["person", "day"]].assign(**{f"q_{name}": values for name, values in keyed.items()})
    found, total = np.array(list(result.components.values())), float(_long(table)[0].var())
    assert_at_a_maximum(dense_crossed(table), found, total)


@pytest.mark.parametrize("between", [0.2, 0.8])
def test_a_larger_diary_gives_back_what_it_was_made_of(between):
    """Latent answers have variance 1: 0.49 of factors, half of which all items share."""
    days = simulate_diary("scii-daily-quick", 150, 8, between=between, missed=0.1, rng=2).answers
    result = diary_reliability("scii-daily-quick", days, person="person", occasion="day", scale="total")
    share = {name: v / sum(result.components.values()) for name, v in result.components.items()}
    apart = 0.245 * between, 0.245 * (1 - between)
    expected = [apart[0], 0, 0, apart[1], apart[0], 0, 0.51 + apart[1]]
    assert list(share.values()) == pytest.approx(expected, abs=0.04)
