"""Perception of the partner: figures by hand, effective numbers, matching, and messages."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from intimacy_scales import load, simulate
from intimacy_scales.dyads import Dyads, Perception, perception, truth_and_bias
from intimacy_scales.dyads.partner_perception.correlations import pooled_correlation
from intimacy_scales.dyads.partner_perception.matching import _swapped_by
from intimacy_scales.errors import EstimationError, ResponseError, UnknownNameError
from intimacy_scales.reliability import intraclass_corr
from tests.shared.comparison import close, near
from tests.shared.couples import couples_with_scores, swapped
from tests.shared.simulated_couples import random_scores

SEEDS = st.integers(0, 10_000)
LABELS: dict[str, Any] = {"couple": "couple", "person": "partner"}


def reports(seed: int, n: int = 40) -> tuple[dict[str, Any], dict[str, Any]]:
    scores = random_scores(seed, n, ("own", "says"))
    return {"trust": scores["own"]}, {"trust": scores["says"]}


def seen(own: dict[str, Any], says: dict[str, Any], role: bool = False) -> Perception:
    return perception(couples_with_scores(own, roles=role), couples_with_scores(says, roles=role))


@given(seed=SEEDS)
@settings(max_examples=15)
def test_correlations_of_a_judge_are_those_of_scipy(seed: int) -> None:
    own, says = reports(seed)
    result = seen(own, says, role=True)
    s, j = own["trust"], says["trust"]
    pairs = {
        ("accuracy", "wife"): (j[:, 0], s[:, 1]),
        ("accuracy", "husband"): (j[:, 1], s[:, 0]),
        ("assumed_similarity", "wife"): (j[:, 0], s[:, 0]),
        ("similarity", None): (s[:, 0], s[:, 1]),
    }
    for (kind, judge), (x, y) in pairs.items():
        ours, theirs = result.correlation("trust", kind, judge), stats.pearsonr(x, y)  # type: ignore[arg-type]
        close([ours.estimate, ours.p], [theirs.statistic, theirs.pvalue], 1e-9)
        close(tuple(ours.confidence_interval(0.9)), tuple(theirs.confidence_interval(0.9)), 1e-9)
    together = seen(own, says).bias("trust")
    near(together.statistic, stats.ttest_1samp((j - s[:, ::-1]).mean(axis=1), 0).statistic, 1e-7)


@given(seed=SEEDS)
@settings(max_examples=15)
def test_similarity_of_exchangeable_partners_is_the_icc(seed: int) -> None:
    own, says = reports(seed)
    ours = seen(own, says).correlation("trust", "similarity")
    theirs = intraclass_corr(own["trust"], on_invalid="accept")["ICC(1)"]
    close(ours.estimate, theirs.estimate, 1e-10)
    close(tuple(ours.confidence_interval()), tuple(theirs.confidence_interval()), 1e-8)


@given(seed=SEEDS)
@settings(max_examples=15)
def test_pooled_correlation_is_that_of_all_persons(seed: int) -> None:
    scores = random_scores(seed, 40, ("x", "y"))
    x, y = scores["x"], scores["y"]
    r, _ = pooled_correlation(x, y, distinguishable=False)
    close(r, np.corrcoef(x.ravel(), y.ravel())[0, 1], 1e-10)
    r, _ = pooled_correlation(x, y, distinguishable=True)
    centred = [(scores - scores.mean(axis=0)).ravel() for scores in (x, y)]
    close(r, np.corrcoef(*centred)[0, 1], 1e-10)


def test_effective_number_is_that_of_griffin_and_gonzalez_at_zero() -> None:
    """Orthogonal scores, so that all correlations but those between partners are exactly 0."""
    rng = np.random.default_rng(2)
    raw = rng.standard_normal((50, 4))
    q, _ = np.linalg.qr(raw - raw.mean(axis=0))
    x = np.column_stack([q[:, 0], 0.6 * q[:, 0] + 0.8 * q[:, 1]])
    y = np.column_stack([q[:, 2], 0.5 * q[:, 2] + math.sqrt(0.75) * q[:, 3]])
    r, n_effective = pooled_correlation(x, y, distinguishable=True)
    close(r, 0, 1e-12)
    close(n_effective, 2 * 50 / (1 + 0.6 * 0.5 + 0), 1e-8)


def test_effective_number_of_partners_who_are_the_same_is_the_number_of_couples() -> None:
    rng = np.random.default_rng(3)
    x = np.repeat(rng.standard_normal((30, 1)), 2, axis=1)
    y = 0.5 * x + np.repeat(rng.standard_normal((30, 1)), 2, axis=1)
    close(pooled_correlation(x, y, distinguishable=True)[1], 30, 1e-9)


def test_interval_of_a_pooled_correlation_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    correlations = np.array([[1, 0.5, 0.4, 0.2], [0.5, 1, 0.2, 0.4], [0.4, 0.2, 1, 0.5], [0.2, 0.4, 0.5, 1]])
    root = np.linalg.cholesky(correlations)
    hits = 0
    for _ in range(600):
        v = rng.standard_normal((60, 4)) @ root.T
        r, n_effective = pooled_correlation(v[:, :2], v[:, 2:], distinguishable=False)
        hits += abs(math.atanh(r) - math.atanh(0.4)) < 1.96 / math.sqrt(n_effective - 3)
    assert 0.925 < hits / 600 < 0.975


@given(seed=SEEDS, places=st.lists(st.booleans(), min_size=40, max_size=40))
@settings(max_examples=10)
def test_swapping_exchangeable_partners_changes_nothing(seed: int, places: list[bool]) -> None:
    own, says = reports(seed)
    one = seen(own, says)
    two = seen(swapped(own, np.array(places)), swapped(says, np.array(places)))
    for ours, theirs in zip(one.correlations, two.correlations, strict=True):
        close([ours.estimate, ours.n_effective], [theirs.estimate, theirs.n_effective], 1e-9)
    near(one.bias("trust").estimate, two.bias("trust").estimate, 1e-12)


def forms(n: int = 40) -> tuple[pd.DataFrame, pd.DataFrame]:
    own = simulate("scii-24", 2 * n, couples=0.5, rng=1).answers
    partner = simulate("scii-24-partner", 2 * n, couples=0.5, rng=2).answers
    return own, partner


def both(own: pd.DataFrame, partner: pd.DataFrame) -> tuple[Dyads, Dyads]:
    return Dyads.from_long("scii-24", own, **LABELS), Dyads.from_long("scii-24-partner", partner, **LABELS)


def test_scales_of_both_wordings_are_matched_by_their_ids() -> None:
    result = perception(*both(*forms()))
    assert result.scales == load("scii-24").scale_ids
    assert len(result.to_frame()) == len(result.scales) * 4
    assert Perception.from_json(result.to_json()) == result
    assert "assumed similarity" in repr(result)
    assert "| trust | accuracy | both |" in result.to_markdown()


def test_partners_are_matched_by_id_whatever_their_order() -> None:
    own, partner = forms()
    for frame in (own, partner):  # ids that order partners differently in the two tables
        frame["id"] = [f"{c}-{p}" for c, p in zip(frame["couple"], frame["partner"], strict=True)]
    labels: dict[str, Any] = {"couple": "couple", "person": "id"}
    backwards = partner.iloc[::-1]
    one = perception(
        Dyads.from_long("scii-24", own, **labels),
        Dyads.from_long("scii-24-partner", partner, **labels),
        ["trust"],
    )
    two = perception(
        Dyads.from_long("scii-24", own, **labels),
        Dyads.from_long("scii-24-partner", backwards, **labels),
        ["trust"],
    )
    near([c.estimate for c in two.correlations], [c.estimate for c in one.correlations])


def test_roles_in_another_order_are_matched_by_name() -> None:
    own, says = reports(3)
    straight = perception(couples_with_scores(own, roles=True), couples_with_scores(says, roles=True))
    other = {name: scores[:, ::-1] for name, scores in says.items()}
    turned = perception(
        couples_with_scores(own, roles=True),
        couples_with_scores(other, roles=True, partners=("husband", "wife")),
    )
    near([c.estimate for c in turned.correlations], [c.estimate for c in straight.correlations])


def test_couples_with_one_kind_of_reports_are_left_out_and_named() -> None:
    own, partner = forms()
    result = perception(*both(own[own["couple"] > 2], partner[partner["couple"] != 40]), ["trust"])
    assert (result.n_couples, result.n_left_out) == (37, 3)
    assert result.left_out == {"without judgements: 40": 1, "without own reports: 1, 2": 2}


def test_persons_who_contradict_each_other_are_all_named() -> None:
    own, partner = forms(10)
    for frame in (own, partner):
        frame["id"] = [f"{c}-{p}" for c, p in zip(frame["couple"], frame["partner"], strict=True)]
    partner.loc[partner["couple"].isin([3, 7]), "id"] += "x"
    labels: dict[str, Any] = {"couple": "couple", "person": "id"}
    pairs = Dyads.from_long("scii-24", own, **labels), Dyads.from_long("scii-24-partner", partner, **labels)
    with pytest.raises(ResponseError, match="partners of 2 couples cannot be matched") as error:
        perception(*pairs)
    assert "couple 3:" in str(error.value)
    assert "couple 7: '7-1' and '7-2' in own, '7-1x' and '7-2x' in partner" in str(error.value)


@pytest.mark.parametrize(
    ("these", "those", "swapped"),
    [
        (("a", "b"), ("a", "b"), False),
        (("a", "b"), ("b", "a"), True),
        (("a", None), (None, "a"), True),
        (("a", None), ("b", None), True),  # a reports, b judges: two persons
        (("a", None), (None, "b"), False),
        (("a", None), ("a", "b"), False),
        (("a", "b"), (None, "a"), True),
        ((None, None), ("a", "b"), False),
    ],
)
def test_partners_are_matched_by_labels(these: Any, those: Any, swapped: bool) -> None:
    assert _swapped_by([these], [those], [1]).tolist() == [swapped]


@pytest.mark.parametrize(
    ("these", "those"), [(("a", "b"), ("a", "c")), (("f", "f"), ("f", "f")), (("a", None), ("b", "c"))]
)
def test_labels_that_do_not_tell_partners_apart_are_refused(these: Any, those: Any) -> None:
    with pytest.raises(ResponseError, match="partners of 1 couple cannot be matched"):
        _swapped_by([these], [those], [1])


def test_what_is_undefined_says_why() -> None:
    own, says = reports(1)
    says["trust"][:] = 4.0
    result = seen(own, says)
    accuracy = result.correlation("trust", "accuracy")
    assert math.isnan(float(accuracy))
    assert accuracy.reason == "all reports are the same"
    assert accuracy.confidence_interval().reason == accuracy.reason
    assert math.isnan(accuracy.p)
    assert "accuracy undefined" in result.sentence()
    few = seen({"trust": own["trust"][:3]}, {"trust": says["trust"][:3]})
    assert (
        few.correlation("trust", "similarity").reason
        == "3 couples with both reports, and at least 4 are needed"
    )
    assert Perception.from_json(few.to_json()) == few


def test_a_perfect_correlation_has_no_interval() -> None:
    own, _ = reports(1)
    same = seen(own, {"trust": own["trust"].copy()}, role=True).correlation(
        "trust", "assumed_similarity", "wife"
    )
    assert same.estimate == 1.0
    assert math.isnan(same.p)  # of which there is no test
    assert same.confidence_interval().reason == "the correlation is 1"


def test_perception_says_which_forms_belong_together() -> None:
    own, partner = both(*forms(10))
    with pytest.raises(EstimationError, match="pass own reports first: own=scii-24"):
        perception(partner, own)
    with pytest.raises(EstimationError, match=r"in the same wording; .* such as scii-24-partner"):
        perception(own, own)
    with pytest.raises(UnknownNameError, match=r"'Trust' is not in both: .* did you mean 'trust'"):
        perception(own, partner, ["Trust"])
    with pytest.raises(EstimationError, match="allowed: a list of scales"):
        perception(own, partner, "trust")
    other = simulate("scii-48-partner", 20, couples=0.5, rng=2).answers
    with pytest.raises(EstimationError, match="do not belong together"):
        perception(own, Dyads.from_long("scii-48-partner", other, **LABELS))
    with pytest.raises(EstimationError, match="partner is an int; allowed: couples"):
        perception(own, 3)  # type: ignore[arg-type]


def test_perception_says_what_cannot_be_matched() -> None:
    own, says = reports(1)
    with pytest.raises(
        EstimationError,
        match="the table of own has 40 rows and that of partner 39, and no couple has a label",
    ):
        seen(own, {"trust": says["trust"][1:]})
    with pytest.raises(ResponseError, match="wife and husband in own, and a and b in partner"):
        perception(couples_with_scores(own), couples_with_scores(says, partners=("a", "b")))
    with pytest.raises(EstimationError, match="none is in both"):
        seen(own, {"care": says["trust"]})
    labelled = [{"c": f"x{n}", "a": 4, "b": n} for n in range(5)]
    columns = {"trust": {"wife": "a", "husband": "b"}}
    some = Dyads.of_scores(labelled, columns, couple="c")
    with pytest.raises(EstimationError, match="couples in partner have no label"):
        perception(some, couples_with_scores(says))
    others = Dyads.of_scores([row | {"c": n} for n, row in enumerate(labelled)], columns, couple="c")
    with pytest.raises(EstimationError, match="no couple is in both: labels of own are such as 'x0'"):
        perception(some, others)


def test_a_figure_that_is_not_there_is_refused() -> None:
    result = seen(*reports(1))
    with pytest.raises(UnknownNameError, match="did you mean 'accuracy'"):
        result.correlation("trust", "acuracy")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="exchangeable"):
        result.correlation("trust", "accuracy", "wife")
    with pytest.raises(UnknownNameError, match="did you mean 'trust'"):
        result.bias("Trust")


def test_similarity_of_exchangeable_partners_does_not_depend_on_who_comes_first() -> None:
    scores = np.column_stack([np.full(5, 4.0), np.arange(1.0, 6.0)])  # the first partners all have 4
    says = np.array([[1, 2], [2, 2], [3, 1], [4, 4], [5, 3]], dtype=float)
    other = scores.copy()
    other[::2] = other[::2, ::-1]
    one, two = (seen({"x": x}, {"x": says}).correlation("x", "similarity") for x in (scores, other))
    assert one == two and one.reason is None


def test_reports_that_are_constant_within_roles_are_undefined_whatever_their_rounding() -> None:
    for n in (6, 7, 10, 11):
        own = np.tile([0.1, 0.3], (n, 1))  # their means are not 0.1 and 0.3 in every n
        says = np.random.default_rng(n).normal(size=(n, 2))
        accuracy = seen({"x": own}, {"x": says}, role=True).correlation("x", "accuracy")
        assert accuracy.reason == "reports do not differ within roles" and math.isnan(accuracy.n_effective)


@given(seed=SEEDS, role=st.booleans())
@settings(max_examples=20)
def test_perfect_correlations_have_no_interval_whatever_their_rounding(seed: int, role: bool) -> None:
    rng = np.random.default_rng(seed)
    own = rng.normal(size=(8, 2))
    slope, intercept = rng.normal(), 10 * rng.normal()
    result = seen({"x": own}, {"x": slope * own[:, ::-1] + intercept}, role=role)
    for figure in result.correlations:
        if figure.kind == "accuracy":
            assert figure.estimate == math.copysign(1, slope) and math.isnan(figure.p)
            assert "the correlation is" in str(figure.confidence_interval().reason)


def test_couples_that_differ_in_one_pattern_only_have_no_error() -> None:
    pattern = np.array([-2.0, -1, 0, 1, 2])[:, None]
    own, says = pattern * [1, 3], pattern * [2, 1]
    accuracy = seen({"x": own}, {"x": says}, role=True).correlation("x", "accuracy")
    assert "one pattern" in str(accuracy.reason)


def test_a_bias_that_is_the_same_in_every_couple_has_no_interval() -> None:
    own = np.random.default_rng(1).normal(size=(6, 2))
    result = seen({"x": own}, {"x": own[:, ::-1] + 0.1})
    bias = result.bias("x")
    assert (
        bias.se == 0
        and math.isnan(bias.p)
        and "standard error is 0" in str(bias.confidence_interval().reason)
    )
    assert "judgements +0.10 compared with the partners' own reports in every couple." in result.sentence()


def test_p_of_a_high_similarity_is_not_lost_in_rounding() -> None:
    level = np.random.default_rng(1).normal(size=(60, 1))
    own = level + 0.01 * np.random.default_rng(2).normal(size=(60, 2))
    similarity = seen({"x": own}, {"x": own}).correlation("x", "similarity")
    r = similarity.estimate
    close(similarity.p, 2 * stats.f.sf((1 + r) / (1 - r), 59, 60), 1e-9)
    assert 0 < similarity.p < 1e-30


def test_a_scale_cannot_be_listed_twice() -> None:
    own, says = reports(1)
    with pytest.raises(EstimationError, match="lists 'trust' twice"):
        perception(couples_with_scores(own), couples_with_scores(says), ["trust", "trust"])


@given(
    seed=SEEDS,
    blank=st.lists(st.sets(st.integers(0, 11), max_size=4), min_size=2, max_size=2),
    chosen=st.lists(st.integers(0, 7), min_size=5, max_size=8, unique=True),
)
@settings(max_examples=25)
def test_couples_without_labels_are_matched_by_their_rows(
    seed: int, blank: list[set[int]], chosen: list[int]
) -> None:
    """Rows in which nobody answered are no couples, and those of both tables can be others."""
    tables = []
    for scores, rows in zip(reports(seed, 12), blank, strict=True):
        table = pd.DataFrame(scores["trust"], columns=["w", "h"])
        table.loc[sorted(rows)] = math.nan
        tables.append(table.assign(c=range(12)))
    columns = {"trust": {"wife": "w", "husband": "h"}}
    plain, labelled = (
        [Dyads.of_scores(t, columns, role=True, on_invalid="accept", **label) for t in tables]
        for label in ({}, {"couple": "c"})
    )
    for dyads in (plain, labelled):
        dyads[0] = dyads[0].chosen(np.array([place for place in chosen if place < len(dyads[0])]))
    ours, right = perception(*plain), perception(*labelled)
    assert (ours.n_couples, ours.n_left_out) == (right.n_couples, right.n_left_out)
    assert repr(ours.correlations) == repr(right.correlations)
    assert repr(ours.mean_bias) == repr(right.mean_bias)


def test_a_blank_row_does_not_shift_couples_against_each_other() -> None:
    own, says = (pd.DataFrame({"w": x, "h": x}) for x in (np.arange(6.0), np.arange(6.0)))
    own.loc[0], says.loc[5] = math.nan, math.nan
    columns = {"trust": {"wife": "w", "husband": "h"}}
    result = perception(*(Dyads.of_scores(table, columns, role=True) for table in (own, says)))
    assert result.left_out == {"without judgements: 6": 1, "without own reports: 1": 1}
    near(result.correlation("trust", "accuracy", "wife").estimate, 1.0)


def test_reports_of_different_occasions_are_a_caution() -> None:
    def at(time: Any, *, label: bool = True) -> Dyads:
        rows = [
            {"c": n, "r": role, "day": day, "trust": float((n * n + len(role) * day + n * day) % 7)}
            for n in range(8) for role in ("w", "husband") for day in (1, 2)
        ]  # fmt: skip
        options = {"time": "day"} if label else {}
        chosen = [row for row in rows if label or row["day"] == time]
        dyads = Dyads.of_scores(chosen, ["trust"], couple="c", role="r", **options)
        return dyads.at(time) if label else dyads

    caution = "own reports and judgements are of different occasions (1 and 2)"
    result = perception(at(1), at(2))
    assert result.occasions == caution and caution in result.warnings and caution in repr(result)
    assert type(result).from_json(result.to_json()) == result
    assert caution in truth_and_bias(at(1), at(2), "trust").warnings
    for own, partner in ((at(1), at(1)), (at(1), at(2, label=False)), (at(1, label=False), at(2))):
        assert perception(own, partner).occasions is None
