"""Scales that weigh, stretch, multiply or subtract: by hand, by table, by one mapping, against fractions."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from intimacy_scales import (
    Instrument,
    InstrumentError,
    Norm,
    PersonScores,
    ResponseScale,
    check_bank,
    cronbach_alpha,
    encode,
    item_analysis,
    load_file,
    mcdonald_omega,
    reliability_report,
    score,
    score_many,
    simulate,
)
from intimacy_scales.cli import app
from intimacy_scales.errors import EstimationError
from intimacy_scales.reliability import stratified_alpha
from tests.shared.folders import DOCS
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.naive_counting import counted
from tests.shared.naive_scores import bits
from tests.shared.strategies import Row, Value

pytestmark = [
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnvalidatedInstrumentWarning"),
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.SmallSampleWarning"),
]

# ------------------------------------------------------------------ random instruments

_NUMBER = st.sampled_from([0, 1, 2, 7, 15, 35, -4, 0.5, 2.25, 0.1])
_FACTOR = st.sampled_from(["1", "1.25", "1/3", "2", "0.1", "100/7"])


@st.composite
def response_scales(draw: st.DrawFn) -> ResponseScale:
    """Draw a plain range, listed points, symmetric or not, or options that are scored one by one."""
    kind = draw(st.sampled_from(["plain", "boxes", "points", "mirrored", "scores"]))
    if kind == "plain":
        low = draw(st.sampled_from([0, 1, -1, 0.5]))
        return ResponseScale(
            minimum=low, maximum=low + draw(st.integers(1, 6)), step=draw(st.sampled_from([1, 0.5]))
        )
    if kind == "boxes":
        return ResponseScale(minimum=0, maximum=1)
    if kind == "scores":
        n = draw(st.integers(2, 5))
        given_scores = draw(st.lists(_NUMBER, min_size=n, max_size=n).filter(lambda s: len(set(s)) > 1))
        return ResponseScale(minimum=1, maximum=n, scores=dict(enumerate(given_scores, start=1)))
    points = set(draw(st.lists(_NUMBER, min_size=2, max_size=6, unique=True)))
    if kind == "mirrored":
        points |= {
            float(Fraction(str(min(points))) + Fraction(str(max(points))) - Fraction(str(p))) for p in points
        }
    return ResponseScale(points=sorted(points))


@st.composite
def _scale(draw: st.DrawFn, name: str, items: dict[str, ResponseScale]) -> dict[str, Any]:
    chosen = draw(st.lists(st.sampled_from(sorted(items)), min_size=1, max_size=len(items), unique=True))
    keys = [draw(st.sampled_from(["", "-"])) + i if items[i].not_mirrored() is None else i for i in chosen]
    found: dict[str, Any] = {"id": name, "items": keys, "method": draw(st.sampled_from(["mean", "sum"]))}
    if draw(st.booleans()):
        found["weights"] = {
            i: draw(st.sampled_from([1, 2, "1/3", 0.25])) for i in chosen if draw(st.booleans())
        }
    if draw(st.booleans()):
        found["rescale"] = draw(st.sampled_from([(0, 100), (1, 7), ("-1/2", 0.1)]))
    return found | draw(_moves()) | draw(_missing(len(chosen)))


@st.composite
def _moves(draw: st.DrawFn) -> dict[str, Any]:
    if not draw(st.booleans()):
        return {}
    return {"multiply": draw(_FACTOR), "offset": draw(st.sampled_from([0, 10, -2.5, "1/3"]))}


@st.composite
def _missing(draw: st.DrawFn, k: int) -> dict[str, Any]:
    if draw(st.booleans()):
        return {}
    prorated = draw(st.sampled_from([True, False, None]))
    return {"missing": {"count": draw(st.integers(1, k)), "prorated": prorated}}


@st.composite
def forms(draw: st.DrawFn) -> Instrument:
    pool = draw(st.lists(response_scales(), min_size=1, max_size=3))
    items = {f"q{n}": draw(st.sampled_from(pool)) for n in range(1, draw(st.integers(1, 5)) + 1)}
    scales = [draw(_scale(name, items)) for name in ("a", "b", "c")]
    scales.append(
        {"id": "gap", "of": draw(st.permutations(["a", "b"])), "method": "difference"} | draw(_moves())
    )
    parts = draw(st.lists(st.sampled_from(["a", "b", "c", "gap"]), min_size=1, max_size=3, unique=True))
    method = draw(st.sampled_from(["mean", "sum"]))
    scales.append({"id": "all", "of": parts, "method": method} | draw(_moves()) | draw(_missing(len(parts))))
    return Instrument.model_validate(
        {
            "id": "drawn",
            "version": "1",
            "title": "Drawn",
            "items": [{"id": item, "response_scale": scale} for item, scale in items.items()],
            "scales": scales,
        }
    )


def sheets(form: Instrument) -> st.SearchStrategy[Row]:
    cells = {
        item.id: st.sampled_from((*item.response_scale.values, *item.response_scale.values, None))
        for item in form.items
    }
    return st.fixed_dictionaries(cells)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_table_mapping_and_fractions_agree_to_the_bit(data):
    form = data.draw(forms())
    rows = data.draw(st.lists(sheets(form), min_size=1, max_size=5))
    wanted = [counted(form, row) for row in rows]
    table, singles = score(form, rows), [score(form, row) for row in rows]
    assert bits(table.values) == bits([[part.score for part in person.values()] for person in wanted])
    assert bits(table.values) == bits([list(person.scores.values()) for person in singles])
    assert table.answered.tolist() == [[part.answered for part in person.values()] for person in wanted]
    assert table.prorated.tolist() == [[part.prorated for part in person.values()] for person in wanted]
    assert [list(p.prorated.values()) for p in singles] == table.prorated.tolist()
    assert bits(table.ranges) == bits([(part.least, part.most) for part in wanted[0].values()])
    pomp = np.column_stack([table.pomp(name) for name in form.scale_ids])
    assert bits(pomp) == bits([list(person.pomp.values()) for person in singles])
    assert score(form, encode(form, rows)) == table
    for row, person, told in zip(rows, singles, wanted, strict=True):
        for name in ("a", "b", "c"):
            assert person.bounds[name] == (float(told[name].low), float(told[name].high))
        texts = {item: None if value is None else f" {value} " for item, value in row.items()}
        assert score(form, texts) == person
        assert PersonScores.from_json(person.to_json(), instrument=form) == person


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_extremes_are_reached_exactly_and_bounds_hold(data):
    """All at one end gives the end, to the bit, also where some are skipped; no score leaves its bounds."""
    form = data.draw(forms())
    for name in ("a", "b", "c"):
        for reverse_end in (False, True):
            row = {}
            for key in form.scale(name).keys:
                response = form.item(key.item).response_scale
                pick = max if key.reverse != reverse_end else min
                row[key.item] = pick(response.values, key=response.score_of)
            person = score(form, row)
            assert person.scores[name] == person.ranges[name][reverse_end]
            assert person.bounds[name] == (person.scores[name],) * 2
            one = next(iter(row))
            fewer = score(form, row | {one: None})
            if fewer.scores[name] is not None:
                assert fewer.scores[name] == person.scores[name]
    person = score(form, data.draw(sheets(form)))
    for name in ("a", "b", "c"):  # in composites, other scales and items may stand for what was skipped
        low, high = person.bounds[name]
        tiny = 1e-9 * (person.ranges[name][1] - person.ranges[name][0])
        value = person.scores[name]
        assert value is None or low - tiny <= value <= high + tiny


# ------------------------------------------------------------------ by hand


def form_with(scales: list[dict[str, Any]], **items: dict[str, Any]) -> Instrument:
    """Return a form of items that each have a response scale of their own."""
    own = [{"id": name, "response_scale": scale} for name, scale in items.items()]
    return form_of(scales, items=own, response_scale=None, evidence=PUBLISHED)


def scored(form: Instrument, row: Row) -> dict[str, float | None]:
    """The scores of one person, which a table and a list of sheets give too."""
    person = score(form, row)
    assert bits(score(form, [row]).values) == bits([list(person.scores.values())])
    assert score_many(form, [row])[0] == person
    return dict(person.scores)


PROBLEM = {"minimum": 0, "maximum": 4}
PAID = [f"p{n}" for n in range(1, 21)]


def paid(**fields: Any) -> Instrument:
    """Twenty problems, 0 to 4, whose sum times 1.25 goes from 0 to 100."""
    scale = {"id": "total", "items": PAID, "method": "sum", "multiply": 1.25} | fields
    return form_with([scale], **dict.fromkeys(PAID, PROBLEM))


def test_a_sum_times_a_factor_by_hand():
    form = paid()
    assert scored(form, dict.fromkeys(PAID, 4)) == {"total": 100.0}
    assert scored(form, dict.fromkeys(PAID, 0)) == {"total": 0.0}
    row = dict.fromkeys(PAID, 1) | {"p1": 4, "p2": None}
    # 22 of 19 answers: 22 / 19 * 20 * 1.25, rounded once
    assert scored(form, row) == {"total": float(Fraction(22, 19) * 25)}
    person = score(form, row)
    assert person.bounds == {"total": (27.5, 32.5)}
    assert person.ranges == {"total": (0.0, 100.0)}
    assert form.score_ranges == {"total": (0.0, 100.0)}
    assert form.score_steps == {"total": 1.25}
    assert person.needed == {"total": 10}
    assert person.pomp["total"] == pytest.approx(person.scores["total"], rel=1e-15)
    assert score(form, [row]).n_possible("total") == 81
    every = Norm.from_scores(score(form, [dict.fromkeys(PAID, n) for n in (0, 1, 2, 3, 4)] * 20), sample="x")
    assert (every[0].mean, every[0].percentiles[-1][0]) == (50.0, 100.0)


def test_norms_and_cutoffs_are_in_units_of_the_score():
    cutoff = {"scale": "total", "at_least": 40, "meaning": "much", "source": "made up"}
    norm = {"scale": "total", "sample": "made up", "n": 100, "mean": 90, "sd": 10}
    form = paid().model_copy(update={"cutoffs": [cutoff], "norms": [norm]})
    low, high = dict.fromkeys(PAID, 1), dict.fromkeys(PAID, 2)
    assert not score(form, low).interpret().applying
    assert [r.meaning for r in score(form, high).interpret().applying] == ["much"]
    assert score(form, high).standardize()["total"].z == -4.0
    with pytest.raises(ValueError, match="norms"):
        paid(multiply=1).model_copy(update={"norms": [norm]})


def test_an_offset_and_a_ratio_by_hand():
    """(mean - 1) * 100 / 3 as a health survey has it, and a decimal that no float is."""
    four = {"minimum": 1, "maximum": 4}
    scales = [
        {"id": "percent", "items": ["a", "-b"], "multiply": "100/3", "offset": "-100/3"},
        {"id": "tenth", "items": ["a", "b"], "method": "sum", "multiply": 0.1, "offset": 0.2},
    ]
    form = form_with(scales, a=four, b=four)
    assert scored(form, {"a": 4, "b": 1}) == {"percent": 100.0, "tenth": 0.7}
    assert scored(form, {"a": 1, "b": 4})["percent"] == 0.0
    assert scored(form, {"a": 2, "b": None}) == {"percent": 100 / 3, "tenth": 0.6}
    assert Instrument.model_validate(form.to_dict()) == form
    assert form.to_dict()["scales"][0]["offset"] == "-100/3"
    assert form.to_dict()["scales"][1]["multiply"] == 0.1


def test_weights_by_hand():
    """Weights 2, 1/2 and 1: a weighted mean and sum; of skipped answers the weights are left out."""
    five = {"minimum": 1, "maximum": 5}
    weights = {"a": 2, "b": 0.5}
    scales: list[dict[str, Any]] = [
        {"id": "mean", "items": ["a", "-b", "c"], "weights": weights},
        {"id": "sum", "items": ["a", "-b", "c"], "weights": weights, "method": "sum"},
    ]
    form = form_with(scales, a=five, b=five, c=five)
    # a 5, b reversed 4, c 1: 10 + 2 + 1 = 13 of weights 3.5
    assert scored(form, {"a": 5, "b": 2, "c": 1}) == {"mean": 13 / 3.5, "sum": 13.0}
    # without a: 2 + 1 of weights 1.5 is 2, and 2 * 3.5 = 7
    assert scored(form, {"a": None, "b": 2, "c": 1}) == {"mean": 2.0, "sum": 7.0}
    person = score(form, {"a": None, "b": 2, "c": 1})
    assert person.bounds == {"mean": (5 / 3.5, 13 / 3.5), "sum": (5.0, 13.0)}
    assert person.ranges == {"mean": (1.0, 5.0), "sum": (3.5, 17.5)}
    assert person.needed == {"mean": 2, "sum": 2}
    assert form.score_steps == {"mean": 0.5 / 3.5, "sum": 0.5}
    shorter = form.without_items("a", new_id="b", version="1")
    assert dict(shorter.scale("mean").weights) == {"b": Fraction(1, 2)}
    alike = form_with([scales[0] | {"weights": {"a": 3, "b": 3, "c": 3}}], a=five, b=five, c=five)
    assert scored(alike, {"a": 5, "b": 2, "c": 1}) == {"mean": 10 / 3}


def test_rescaling_by_hand():
    """1 to 7, 0 to 10 and 0 to 100 on one range: 4 is 50, 9 reversed 10, 30 stays."""
    items = {"a": {"minimum": 1, "maximum": 7}, "b": {"minimum": 0, "maximum": 10}}
    items["c"] = {"minimum": 0, "maximum": 100}
    keys = ["a", "-b", "c"]
    scales = [{"id": "s", "items": keys, "rescale": [0, 100]}, {"id": "raw", "items": keys}]
    form = form_with(scales, **items)
    assert scored(form, {"a": 4, "b": 9, "c": 30}) == {"s": 30.0, "raw": (4 + 1 + 30) / 3}
    # skipped answers can be stood for, as all are on one range then
    assert scored(form, {"a": 4, "b": 9, "c": None}) == {"s": 30.0, "raw": None}
    assert scored(form, {"a": 2, "b": 10, "c": 0})["s"] == float(Fraction(100, 6) / 3)
    assert score(form, {"a": 4}).ranges["s"] == (0.0, 100.0)
    assert check_bank(form).findings and not any(
        "'s'" in f.message for f in check_bank(form).findings if f.rule == "unequal-ranges"
    )


def differences(**fields: Any) -> Instrument:
    five = {"minimum": 1, "maximum": 5}
    scales = [
        {"id": "ideal", "items": ["a", "b"], "missing": {"count": 1}},
        {"id": "real", "items": ["c", "-d"], "missing": {"count": 2}},
        {"id": "gap", "of": ["ideal", "real"], "method": "difference"} | fields,
    ]
    return form_with(scales, a=five, b=five, c=five, d=five)


def test_a_difference_by_hand():
    form = differences()
    row: dict[str, Value | None] = {"a": 5, "b": 4, "c": 2, "d": 3}
    assert scored(form, row) == {"ideal": 4.5, "real": 2.5, "gap": 2.0}
    person = score(form, row)
    assert person.ranges["gap"] == (-4.0, 4.0) == form.score_ranges["gap"]
    assert (person.pomp["gap"], person.needed["gap"]) == (None, 2)
    assert np.isnan(score(form, [row]).pomp("gap")).all()
    half = score(form, row | {"b": None})
    assert (half.scores["gap"], half.bounds["gap"], half.prorated["gap"]) == (2.5, (0.5, 2.5), True)
    none = score(form, row | {"d": None})
    assert (none.scores["gap"], none.answered["gap"], none.bounds["gap"]) == (None, 1, (1.0, 3.0))
    assert "gap not scored (1 of 2 scales scored, needs all 2)" in repr(none)
    moved = differences(multiply=10, offset=50)
    assert scored(moved, row)["gap"] == 70.0
    assert moved.score_ranges["gap"] == (10.0, 90.0)
    assert scored(differences(multiply=1.1, offset=0.1), row | {"a": 4, "b": 3})["gap"] == 1.2


def test_bounds_of_a_difference_of_scales_that_share_an_item():
    """An item that both scales have pulls the difference both ways at once."""
    five = {"minimum": 1, "maximum": 5}
    scales = [
        {"id": "half", "items": ["q1", "q2"]},
        {"id": "own", "items": ["q1"]},
        {"id": "gap", "of": ["half", "own"], "method": "difference", "multiply": 2},
    ]
    form = form_with(scales, q1=five, q2=five)
    assert score(form, {"q2": 3}).bounds["gap"] == (-2.0, 2.0)
    assert score(form, {"q1": 3, "q2": None}).bounds["gap"] == (-2.0, 2.0)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"weights": {"a": -1}}, 'a has -1, but weights must be above 0: .* reverse-keyed, "-a" under items'),
        ({"weights": {"a": 0}}, "and one that does not count is left out"),
        ({"weights": {"z": 1}}, "weights: 'z' is not an item of the scale"),
        ({"weights": {"a": "much"}}, "'much' is not a number: write 1.25 or '5/4'"),
        ({"weights": [1, 2]}, "weights must be a table of item = number"),
        ({"weights": [["a", 1], ["a", 2]]}, "'a' has 2 weights"),
        ({"multiply": 0}, "multiply: 0 is not above 0; .* reverse the keys"),
        ({"multiply": -1.25}, "multiply: -1.25 is not above 0"),
        ({"multiply": "1/0"}, "is not a number"),
        ({"multiply": True}, "True is not a number"),
        ({"multiply": 1e-30}, "too many digits"),
        ({"offset": "nan"}, "'nan' is not a number"),
        ({"rescale": [100, 0]}, "rescale: 100 is not below 0"),
        ({"rescale": [0, 1, 2]}, "rescale"),
        ({"method": "difference"}, "difference is the first of two scales minus the second; 'of' names 0"),
    ],
)
def test_what_no_score_can_be_made_of_is_refused(fields, words):
    with pytest.raises(ValueError, match=words):
        form_with([{"id": "s", "items": ["a", "b"]} | fields], a=PROBLEM, b=PROBLEM)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"of": ["ideal"]}, "'of' names 1"),
        ({"missing": {"count": 1}}, "a difference always needs both scores"),
        ({"weights": {"ideal": 2}}, "weights: applies to items only"),
        ({"rescale": [0, 1]}, "rescale: applies to items only"),
    ],
)
def test_a_difference_that_cannot_be_is_refused(fields, words):
    with pytest.raises(ValueError, match=words):
        differences(**fields)


def test_sums_that_are_too_large_to_be_exact_are_refused():
    form = form_with(
        [{"id": "s", "items": ["a"], "multiply": "100000000000001/3"}], a={"minimum": 0, "maximum": 99}
    )
    with pytest.raises(InstrumentError, match="too large to be exact: use a coarser step, and weights"):
        score(form, {"a": 1})


def test_weights_do_not_multiply_what_is_looked_up():
    """Each weight needs a table of its own, and there are limits to tables."""
    names = [f"q{n}" for n in range(20)]
    scale = {"id": "s", "items": names, "weights": {name: n + 1 for n, name in enumerate(names)}}
    wide = {key: {"minimum": 0, "maximum": 20000} for key in names}
    with pytest.raises(ValueError, match="points of the items of all scales"):
        form_with([scale], **wide)
    assert form_with([scale | {"weights": {}}], **wide).id == "small"


def test_keys_tell_ways_of_counting_apart_and_defaults_do_not():
    base = {"id": "s", "items": ["a", "b"]}
    others: list[dict[str, Any]] = [
        {},
        {"weights": {"a": 2}},
        {"weights": {"b": 2}},
        {"multiply": 2},
        {"offset": 1},
        {"rescale": [0, 100]},
        {"rescale": [0, 10]},
    ]
    digests = [form_with([base | other], a=PROBLEM, b=PROBLEM).key_digest for other in others]
    assert len(set(digests)) == len(others)
    for same in ({"weights": {}}, {"weights": {"a": 1}}, {"multiply": "2/2", "offset": 0.0}):
        assert form_with([base | same], a=PROBLEM, b=PROBLEM).key_digest == digests[0]
    assert differences().key_digest != differences(of=["real", "ideal"]).key_digest


# ------------------------------------------------------------------ statistics


def answers(form: Instrument, n: int = 300) -> Any:
    return simulate(form, n, rng=5).answers


def test_a_factor_moves_mean_and_sd_and_no_coefficient():
    form, plain = paid(offset=3), paid(multiply=1)
    table = answers(form)
    ours, theirs = (reliability_report(f, table).scales[0] for f in (form, plain))
    assert ours.alpha.estimate == theirs.alpha.estimate
    assert ours.score_mean == pytest.approx(theirs.score_mean * 1.25 + 3, rel=1e-12)
    assert ours.score_sd == pytest.approx(theirs.score_sd * 1.25, rel=1e-12)
    assert ours.alpha.moments.score_mean == pytest.approx(np.mean(score(form, table)["total"]), rel=1e-12)
    assert ours.omega.score_moments() == pytest.approx((ours.score_mean, ours.score_sd), rel=1e-12)


def test_rescaled_items_are_what_coefficients_are_of():
    wide = {"minimum": 0, "maximum": 60, "step": 10}
    items = {"a": {"minimum": 1, "maximum": 7}, "b": wide, "c": {"minimum": 1, "maximum": 7}}
    form = form_with([{"id": "s", "items": list(items), "rescale": [1, 7]}], **items)
    table = answers(form)
    by_hand = table.assign(b=table["b"] / 10 + 1)
    plain = form_with([{"id": "s", "items": list(items)}], **dict.fromkeys(items, items["a"]))
    ours, theirs = cronbach_alpha(form, table), cronbach_alpha(plain, by_hand)
    assert ours.estimate == pytest.approx(theirs.estimate, rel=1e-12)
    assert item_analysis(form, table).mean == pytest.approx(item_analysis(plain, by_hand).mean, rel=1e-12)
    one, other = (mcdonald_omega(f, t).estimate for f, t in ((form, table), (plain, by_hand)))
    assert one == pytest.approx(other, rel=1e-9)


def test_weighted_items_have_an_omega_and_no_alpha():
    items = dict.fromkeys("abcd", PROBLEM)
    form = form_with([{"id": "s", "items": list(items), "weights": {"a": 3}}], **items)
    table = answers(form)
    for coefficient in (cronbach_alpha, item_analysis):
        with pytest.raises(EstimationError, match=r"have weights, .* use mcdonald_omega"):
            coefficient(form, table)
    found = mcdonald_omega(form, table)
    plain = mcdonald_omega(form_with([{"id": "s", "items": list(items)}], **items), table)
    assert found.reason is None
    assert found.estimate != plain.estimate
    report = reliability_report(form, table)
    row = report.scales[0]
    assert "have weights" in str(row.alpha.reason)
    assert row.omega.estimate == found.estimate
    assert row.score_mean == pytest.approx(np.mean(score(form, table)["s"]), rel=1e-12)
    assert row.score_sd == pytest.approx(np.std(score(form, table)["s"], ddof=1), rel=1e-12)
    assert str(report)


def test_a_difference_has_the_reliability_of_difference_scores():
    """Lord (1956): (r_x v_x + r_y v_y - 2 c) / (v_x + v_y - 2 c)."""
    form = differences(multiply=3)
    table = answers(form)
    scores = score(form, table)
    covariances = np.cov(scores["ideal"], scores["real"])
    alphas = [cronbach_alpha(form, table, scale=name).estimate for name in ("ideal", "real")]
    reliable = np.array(alphas) * np.diag(covariances)
    both = 2 * covariances[0, 1]
    wanted = (reliable.sum() - both) / (np.trace(covariances) - both)
    assert stratified_alpha(form, table, scale="gap").estimate == pytest.approx(wanted, rel=1e-9)
    with pytest.raises(EstimationError, match=r"is a difference of scales, .*stratified_alpha"):
        cronbach_alpha(form, table, scale="gap")
    assert "difference of scales" in str(mcdonald_omega(form, table, scale="gap").reason)
    row = reliability_report(form, table).scales[2]
    assert row.stratified.estimate == pytest.approx(wanted, rel=1e-9)
    assert row.score_mean == pytest.approx(scores["gap"].mean(), abs=1e-12)
    assert row.score_sd == pytest.approx(scores["gap"].std(ddof=1), rel=1e-12)


def test_a_composite_of_moved_scales_has_its_own_mean():
    items = dict.fromkeys("abcd", PROBLEM) | {"e": {"minimum": 0, "maximum": 10}}
    scales: list[dict[str, Any]] = [
        {"id": "x", "items": ["a", "-b", "e"], "rescale": [0, 100], "offset": 5},
        {"id": "y", "items": ["c", "d"], "method": "sum", "multiply": 2},
        {"id": "z", "of": ["x", "y"], "multiply": 0.5, "offset": 1},
        {"id": "w", "of": ["y", "x"], "method": "difference", "offset": -7},
    ]
    form = form_with(scales, **items)
    table = answers(form)
    found = score(form, table)
    for name in ("x", "y", "z", "w"):
        row = next(row for row in reliability_report(form, table).scales if row.scale == name)
        assert row.score_mean == pytest.approx(found[name].mean(), rel=1e-12)
        assert row.score_sd == pytest.approx(found[name].std(ddof=1), rel=1e-12)


def test_simulated_true_scores_follow_the_weights():
    """A total that lists all items has no factor: what moves it follows weights and rescaling."""
    items = dict.fromkeys("abcd", PROBLEM)
    scales: list[dict[str, Any]] = [
        {"id": "x", "items": ["a", "b"]},
        {"id": "y", "items": ["c", "d"]},
        {"id": "all", "items": list("abcd"), "weights": {"a": 9, "b": 9}, "method": "sum"},
    ]
    true = simulate(form_with(scales, **items), 2_000, scale_correlations=0, rng=1).true_scores
    assert np.corrcoef(true["all"], true["x"])[0, 1] > 0.99
    assert np.corrcoef(true["all"], true["y"])[0, 1] < 0.2


@pytest.mark.parametrize("page", ["instrument-file.md"])
def test_files_of_the_page_load_and_are_shown(page, tmp_path):
    text = (DOCS / "reference" / page).read_text(encoding="utf-8")
    found = re.findall(r"Save (?:this|it) as `([\w.]+)`.*?```toml\n(.*?)```", text, re.DOTALL)
    assert len(found) == 4
    for name, content in found:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        form = load_file(path)
        assert Instrument.model_validate(form.to_dict()).digest == form.digest
        shown = CliRunner().invoke(app, ["show", str(path)], catch_exceptions=False)
        assert shown.exit_code == 0
        told = " ".join(shown.stdout.split())
        for scale in form.scales:
            assert scale.describe().split(",")[0] in told
        if form.choose_all:
            assert "counts as 0 (not chosen) if another of them was ticked, or mood answered" in told
        assert all("3 times" in told for scale in form.scales if scale.weights)
        assert form._repr_html_()
