"""Faults that gave a wrong figure without a word: each kind, on small cases worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import (
    EstimationError,
    InstrumentError,
    ResponseError,
    cutoff_search,
    evidence_report,
    known_groups,
    load,
    load_bank,
    minimal_important_change,
    mtmm,
    regression_norm,
)
from intimacy_scales.instrument import ItemBank
from intimacy_scales.instrument.evidence import Finding, missing_to_validate
from intimacy_scales.validity import content_validity, read_expert_sheets


def test_equal_decimals_are_ties():
    changes = [3.3 - 3.0, 1.3 - 1.0, 2.3 - 2.0, 1.5 - 1.2]  # all .3, as four different floats
    assert len(set(changes)) > 1
    assert known_groups(changes, list("abab"), higher="a").auc == 0.5


def test_changes_of_decimals_are_those_of_whole_numbers():
    rng = np.random.default_rng(7)
    before = rng.integers(5, 26, 200)
    after = np.clip(before + rng.integers(-3, 6, 200), 5, 35)
    anchor = 3 + np.sign(after - before + rng.integers(-2, 3, 200))
    whole = minimal_important_change(before, after, anchor=anchor, improved=[4], n_resamples=100, rng=1)
    means = minimal_important_change(
        before / 5, after / 5, anchor=anchor, improved=[4], n_resamples=100, rng=1
    )
    for method in ("predicted", "roc", "mean change"):
        assert means[method].estimate == pytest.approx(whole[method].estimate / 5)
    assert means.anchor_correlation == pytest.approx(whole.anchor_correlation)


def test_labels_are_compared_by_value():
    labels = [10000001.0] * 4 + [10000002.0] * 4
    scores = [1, 2, 3, 4, 3, 4, 5, 6]
    result = cutoff_search(scores, labels, higher=10000002.0, detect=10000001.0, n_resamples=100, rng=1)
    other = cutoff_search(scores, list("aaaabbbb"), higher="b", detect="a", n_resamples=100, rng=1)
    assert result.apparent.sensitivity == other.apparent.sensitivity
    assert "10000001" in repr(result)
    assert "10000002 minus 10000001" in repr(known_groups(scores, labels, higher=10000002.0))


def test_the_direction_of_means_and_ranks_is_told_apart():
    scores = [1, 2, 3, 30, 4, 5, 6, 7]
    told = known_groups(scores, list("aaaabbbb"), higher="a").warnings[0]
    assert "a was expected to score higher, and has the higher mean, but not the higher ranks" in told


def methods(own: list[float], daily: list[float]) -> dict[str, list[dict[str, float]]]:
    """Two traits by two methods; 'care' varies, 'trust' is given."""
    rows = [
        [{"who": n, "trust": x, "care": (3 * n) % 7} for n, x in enumerate(values)] for values in (own, daily)
    ]
    return {"self": rows[0], "daily": rows[1]}


@pytest.mark.parametrize(("first", "second"), [(2.0, 5.0), (7.0, 3.0), (0.1, 0.1), (1 / 3, 2 / 3)])
def test_a_constant_among_the_shared_persons_has_no_correlation(first, second):
    nan = math.nan
    rng = np.random.default_rng(1)
    own = [first] * 20 + rng.normal(4, 1, 20).tolist() + [nan] * 20
    daily = [second] * 20 + [nan] * 20 + rng.normal(4, 1, 20).tolist()
    matrix = mtmm(methods(own, daily), person="who", traits=["trust", "care"], n_resamples=100, rng=1)
    assert math.isnan(matrix.r(("trust", "self"), ("trust", "daily")))
    assert any("scores of the 20 persons with both do not vary" in text for text in matrix.warnings)


def test_persons_that_are_not_shared_are_told():
    given = methods([1, 2, 3, 5], [2, 3, 4, 4])
    for row in given["daily"]:
        row["who"] += 100
    matrix = mtmm(given, person="who", traits=["trust", "care"], n_resamples=100, rng=1)
    assert any("0 persons with both scores" in text for text in matrix.warnings)


def test_an_important_change_against_improvement_is_told():
    rng = np.random.default_rng(2)
    change = rng.normal(-3, 1, 300)
    anchor = 1 + np.searchsorted([-3.5, -2.5], change + rng.normal(0, 0.3, 300))
    result = minimal_important_change(changes=change, anchor=anchor, improved=[3], n_resamples=100, rng=1)
    assert float(result) < 0
    assert any("against the direction of improvement" in text for text in result.warnings)


def test_texts_of_an_anchor_need_levels():
    with pytest.raises(EstimationError, match="anchor holds texts, such as 'same'; pass levels="):
        minimal_important_change([1, 2, 3], [2, 3, 4], anchor=["same", "better", "same"], improved=["better"])


ROW = {"item": "tru01", "relevance": 4, "essential": "yes", "facet": "security"}


def test_blank_sheets_are_no_experts():
    blank = {"item": "tru01", "relevance": None, "essential": "", "facet": ""}
    with pytest.raises(EstimationError, match="1 expert judged"):
        content_validity(read_expert_sheets({"A": [ROW], "B": [blank], "C": [blank]}, "trust"))
    result = content_validity(read_expert_sheets({"A": [ROW], "B": [ROW], "C": [blank]}, "trust"))
    assert result.n_experts == 2
    assert result.findings(sample="two", source="x")[0].n == 2
    assert any("judged nothing, and not counted: C" in text for text in result.warnings)


@pytest.mark.parametrize("other", ["Relevance", " relevance ", "RELEVANCE"])
def test_two_columns_of_one_name_are_refused(other):
    table = pd.DataFrame({"item": ["tru01"], "relevance": [4], other: [None]})
    with pytest.raises(ResponseError, match="two columns are called relevance"):
        read_expert_sheets({"A": table}, "trust")


def test_experts_with_one_name_are_refused():
    with pytest.raises(ResponseError, match="names that are written alike"):
        read_expert_sheets({1: [ROW], "1": [ROW]}, "trust")


def test_the_id_of_a_facet_counts_before_a_title():
    document = load_bank("trust").model_dump(mode="json")
    document["facets"][0]["title"] = "emotional-safety"
    bank = ItemBank.model_validate(document)
    sheet = [ROW | {"facet": "emotional-safety"}]
    assert read_expert_sheets({"A": sheet, "B": sheet}, bank).sorted_into == (("emotional-safety",),) * 2


def test_comments_are_kept():
    ratings = read_expert_sheets({"A": [ROW | {"comment": " too long "}], "B": [ROW]}, "trust")
    assert [tuple(comment) for comment in ratings.comments] == [("A", "tru01", "too long")]
    assert "too long" in ratings.to_markdown()
    assert type(ratings).from_json(ratings.to_json()) == ratings


def finding(**changes: object) -> Finding:
    given = {"step": "structure", "statistic": "CFI", "value": 0.95, "sample": "A", "n": 300, "source": "x"}
    return Finding.model_validate(given | changes)


@pytest.mark.parametrize("changes", [{"value": None}, {"value": ()}, {"confidence": "unconfirmed"}])
def test_a_finding_without_a_figure_or_unconfirmed_buys_nothing(changes):
    assert "structure" in missing_to_validate([finding(**changes)])
    assert "structure" not in missing_to_validate([finding()])


def test_two_values_of_one_statistic_in_one_call_are_refused():
    with pytest.raises(InstrumentError, match="two values of one statistic"):
        evidence_report("ras", finding(), finding(value=0.90))
    assert len(evidence_report("ras", finding(), finding(value=0.90, sample="B")).added) == 2


def test_what_experts_judged_must_be_the_items_of_the_instrument():
    content = content_validity(read_expert_sheets({"A": [ROW], "B": [ROW]}, "trust"))
    study = {"sample": "2 simulated experts", "source": "a simulation"}
    with pytest.raises(InstrumentError, match="experts judged none of the 7 items of ras"):
        evidence_report("ras", content, **study)
    with pytest.raises(InstrumentError, match="experts judged only 1 of the 24 items of scii-24"):
        evidence_report(load("scii-24"), content, **study)
    named = evidence_report(load("scii-24"), content.findings(**study))
    assert all("(trust 0.3.0)" in str(one.of) for one in named.added)


@pytest.mark.parametrize("sample", ["1300 students", "1,300 students", "students in 1930"])
def test_n_is_shown_where_the_sample_does_not_say_it(sample):
    assert "n = 30" in str(finding(sample=sample, n=30))
    assert "n = 30" not in str(finding(sample="30 students", n=30))


def series(values, start):
    return pd.Series(values, index=range(start, start + len(values)))


LEFT, RIGHT = series([1.0, 2, 3, 4, 5, 6] * 10, 0), series([2.0, 4, 3, 5, 6, 6] * 10, 5)
GROUPS = series(["a", "b"] * 30, 5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: content_validity({"a": [4, 4], "b": series([4, 3], 0), "c": series([4, 3], 1)}), "b and c"),
        (
            lambda: known_groups(LEFT.tolist(), GROUPS, higher="b", clusters=series(list(range(60)), 0)),
            "groups and clusters",
        ),
        (
            lambda: regression_norm(LEFT.tolist(), {"x": LEFT, "y": RIGHT}, sample="s"),
            "x and y",
        ),
        (
            lambda: minimal_important_change(
                LEFT.tolist(), LEFT, anchor=series([3, 4] * 30, 5), improved=[4], n_resamples=100
            ),
            "after and anchor",
        ),
        (
            lambda: minimal_important_change(
                LEFT.tolist(), RIGHT, anchor=[3, 4] * 30, improved=[4], n_resamples=100, clusters=LEFT
            ),
            "clusters: the index of the labels is not that of after",
        ),
    ],
)
def test_indexes_of_every_two_columns_are_compared(call, words):
    with pytest.raises(EstimationError, match=words):
        call()


def test_codes_for_missing_ratings_of_an_anchor_are_found():
    changes = [n % 7 - 3 + n / 100 for n in range(60)]
    anchor = [5 if n % 7 > 4 else 3 if n % 7 > 2 else 1 for n in range(60)]
    for code in (-9, -99, 99, 999):
        coded = [code if n < 4 else rating for n, rating in enumerate(anchor)]
        with pytest.raises(ResponseError, match=f"anchor: {code}"):
            minimal_important_change(changes=changes, anchor=coded, improved=[5], n_resamples=100)
    named = [99 if rating == 1 else rating for rating in anchor]  # a level that is named is no code
    minimal_important_change(changes=changes, anchor=named, levels=[99, 3, 5], improved=[5], n_resamples=100)


def test_a_set_has_no_order():
    with pytest.raises(ResponseError, match="set is not valid; pass a column of numbers"):
        known_groups({3.5, 4.0, 1.0, 2.0}, list("aabb"), higher="a")


def test_covariates_with_names_that_are_written_alike_are_refused():
    y = [n * 0.7 % 5 for n in range(60)]
    with pytest.raises(EstimationError, match="written alike, such as 1 and '1', or one is named twice"):
        regression_norm(y, {1: y, "1": list(range(60))}, sample="s")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"self": {"tust": 0.8}},
            r"reliabilities of self: trait='tust' is not valid; .*did you mean 'trust'",
        ),
        ({"sefl": {"trust": 0.8}}, r"method='sefl' is not valid; .*did you mean 'self'"),
        ({"self": {"trust": "high"}}, r"'high' of trust by self is not valid; allowed: a number"),
        ({"self": 0.8}, r"0.8 of self is not valid; allowed: trait"),
        (0.8, r"reliabilities=0.8 is not valid; allowed: method"),
    ],
)
def test_reliabilities_that_belong_to_nothing_are_refused(given, words):
    rows = methods([1, 2, 3, 5, 4, 2, 6], [2, 3, 4, 4, 5, 1, 7])
    with pytest.raises(EstimationError, match=words):
        mtmm(rows, person="who", traits=["trust", "care"], reliabilities=given, n_resamples=100)


@pytest.mark.parametrize("relevant", [True, 2.5, "3", 1, 5])
def test_the_lowest_relevant_rating_is_one_of_the_scale(relevant):
    with pytest.raises(EstimationError, match=r"relevant=.* is not valid; allowed: a rating from 2 to 4"):
        content_validity({"a": [4, 3, 4]}, relevant=relevant)
    assert content_validity({"a": [4, 3, 4]}, relevant=3.0) == content_validity({"a": [4, 3, 4]})
