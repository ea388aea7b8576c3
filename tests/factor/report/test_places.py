"""Reports tell scales whose items spread and scales that share a factor; answers without a model are told."""

from __future__ import annotations

import numpy as np
import pytest

from intimacy_scales import cfa, encode, htmt, item_moments, load, simulate, structure_report
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor import efa, invariance
from tests.shared.factor_answers import parts
from tests.shared.instruments import coded

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning")


def report_of(x, scales, **options):
    return structure_report(coded(x, scales), n_iterations=20, **options)


def flags(report):
    return {scale: [i.efa_flag for i in report.items if i.scale == scale] for scale in report.scales}


def crossed(x, order):
    return np.asarray(x)[:, list(order)]


# Two factors of four items each, dealt out to the scales so that none holds a majority of a scale.
SPREAD = {
    "two and two": ((4, 4), (0, 1, 4, 5, 2, 3, 6, 7), {"a": "q1 q2 q3 q4", "b": "q5 q6 q7 q8"}, ["a", "b"]),
    "one each": (
        (3, 3, 3), (0, 3, 6, 1, 4, 7, 2, 5, 8),
        {"a": "q1 q2 q3", "b": "q4 q5 q6", "c": "q7 q8 q9"}, ["a", "b", "c"],
    ),
    "one scale of three": (
        (6, 6, 6), (0, 1, 6, 7, 12, 13, 2, 3, 4, 5, 14, 15, 16, 17, 8, 9, 10, 11),
        {"a": "q1 q2 q3 q4 q5 q6", "b": "q7 q8 q9 q10", "c": "q11 q12 q13 q14", "d": "q15 q16 q17 q18"},
        ["a"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SPREAD)
def test_scales_whose_items_spread_are_flagged(case):
    sizes, order, scales, spread = SPREAD[case]
    found = report_of(crossed(parts(500, sizes, r=0.2, seed=2), order), scales)
    assert [scale for scale, own in flags(found).items() if set(own) == {"spread"}] == spread
    for scale in spread:
        told = next(text for text in found.warnings if text.startswith(f"the items of {scale} spread"))
        assert "no exploratory factor has clear loadings of more than half" in told
        first = next(item for item in found.items if item.scale == scale)
        assert f"on {first.efa_factor}" in told
    assert "(spread)" in found.to_markdown()
    assert (found.to_frame().efa_flag == "spread").sum() == sum(len(flags(found)[s]) for s in spread)
    assert found.to_dict()["warnings"] == list(found.warnings)


def test_items_that_go_with_no_factor_are_a_minority():
    x = parts(400, (4, 4), r=0.2, seed=3)
    x[:, 1:4] = np.random.default_rng(1).integers(
        1, 8, (400, 3)
    )  # one item left of a, three that say nothing
    found = report_of(x, {"a": "q1 q2 q3 q4", "b": "q5 q6 q7 q8"})
    assert flags(found) == {"a": ["spread"] * 4, "b": [None] * 4}
    told = next(text for text in found.warnings if text.startswith("the items of a spread"))
    assert "on none (largest loading below .30)" in told


@pytest.mark.parametrize("sizes", [(3, 3, 4), (4, 4, 4), (3, 5, 3)])
def test_scales_that_share_one_factor_are_flagged(sizes):
    """The first two scales are of one factor; the last is of two, so that there are as many as scales."""
    one, last = sizes[0] + sizes[1], sizes[2]
    x = np.column_stack([parts(600, (one, last), r=0.2, seed=4), parts(600, (3,), seed=9)])
    names = [f"q{n + 1}" for n in range(x.shape[1])]
    ends = np.cumsum([0, *sizes, 3])
    scales = {s: " ".join(names[i:j]) for s, i, j in zip("abc", ends[:-2], ends[1:-1], strict=True)}
    scales["d"] = " ".join(names[ends[-2] :])
    found = report_of(x, scales)
    assert [scale for scale, own in flags(found).items() if "shared" in own][:2] == ["a", "b"]
    told = next(text for text in found.warnings if "share one exploratory factor" in text)
    assert told.startswith("a and b share one exploratory factor")
    assert "(shared)" in found.to_markdown()


def test_good_scales_have_no_flag():
    x = crossed(parts(500, (4, 4), r=0.2, seed=6), (0, 1, 2, 4, 3, 5, 6, 7))
    found = report_of(x, {"a": "q1 q2 q3 q4", "b": "q5 q6 q7 q8"})
    assert flags(found) == {"a": [None] * 3 + ["elsewhere"], "b": ["elsewhere"] + [None] * 3}
    assert [item.item for item in found.items if item.elsewhere] == ["q4", "q5"]
    good = report_of(
        parts(500, (4, 4, 4), seed=7), {"a": "q1 q2 q3 q4", "b": "q5 q6 q7 q8", "c": "q9 q10 q11 q12"}
    )
    assert {flag for own in flags(good).values() for flag in own} == {None}
    one = report_of(parts(300, (4,), seed=8), {"a": "q1 q2 q3 q4"})
    assert {flag for own in flags(one).values() for flag in own} == {None}


def test_places_of_nothing_are_nothing():
    from intimacy_scales.factor.report.places import place_warnings, places

    keys = {"a": ("q1", "q2"), "b": ("q3", "q4")}
    placed = places(keys, None)
    assert {place.flag for place in placed.values()} == {None}
    assert place_warnings(keys, placed) == []
    found = efa(coded(parts(300, (3, 3), seed=1)), 2)
    assert places({"a": ("q1",), "b": ("q4", "q5")}, found)["q1"].flag is None


@pytest.mark.parametrize(
    ("gaps", "options", "name", "words"),
    [
        (0.0, {}, "largest HTMT", None),
        (0.05, {}, "largest HTMT (pairwise)", ", of pairwise correlations."),
        (0.05, {"missing": "listwise"}, "largest HTMT (listwise)", ", of complete answers only."),
        (0.05, {"missing": "pairwise"}, "largest HTMT (pairwise)", ", of pairwise correlations."),
    ],
)
def test_the_largest_ratio_says_whose_correlations_it_is_of(gaps, options, name, words):
    answers = coded(parts(300, (4, 4), gaps=gaps, seed=3), {"a": "q1 q2 q3 q4", "b": "q5 q6 q7 q8"})
    found = structure_report(answers, n_iterations=20, **options)
    guide = next(g for g in found.guides if g.index.startswith("largest HTMT"))
    assert guide.index == name
    rule = "listwise" if "listwise" in name or not gaps else "pairwise"
    assert guide.value == htmt(answers.instrument, answers, missing=rule).htmt[0, 1]
    sentence = found.sentence().partition("heterotrait-monotrait ratio was ")[2]
    assert sentence[3 : 3 + len(words or ".")] == (words or ".")
    assert f"| {name} |" in found.to_markdown()


CALLS = {"cfa": cfa, "htmt": htmt, "invariance": invariance}


@pytest.fixture(scope="module")
def table():
    return simulate("scii-24", 60, rng=1).answers


@pytest.mark.parametrize("name", CALLS)
def test_answers_without_a_model_are_told_what_it_needs(name, table):
    call, codes = CALLS[name], encode("scii-24", table)
    moments, text = item_moments("scii-24", codes), f"{name}('trust =~ a + b + c', answers)"
    for given, kind in ((codes, "CodedResponses"), (moments, "ItemMoments")):
        with pytest.raises(EstimationError) as caught:
            call(given)
        said = str(caught.value)
        assert f"{name}: {kind} holds answers, and the model (which items measure what) is missing" in said
        assert f"{name}(answers.instrument, answers)" in said
        assert text in said
    with pytest.raises(EstimationError, match="the first argument is a table, and the model") as caught:
        call(table)
    assert "instrument" not in str(caught.value)
    for swapped in (codes, moments, table):
        for model in ("trust =~ tru01 + tru04 + tru09", load("scii-24")):
            with pytest.raises(
                EstimationError, match="and the model comes second; pass the model before the answers"
            ):
                call(swapped, model)
    with pytest.raises(EstimationError, match=rf"{name}: answers are missing \(data is None\)"):
        call("scii-24")


def test_the_advice_about_answers_without_a_model_helps(table):
    answers = encode("scii-24", table)
    assert htmt(answers.instrument, answers).names[0] == "trust"
    assert cfa("trust =~ tru01 + tru04 + tru09 + tru11", answers).fit.df == 2
