"""What the functions of this room refuse, and in which words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

from intimacy_scales import (
    EstimationError,
    ResponseError,
    UnknownNameError,
    cutoff_search,
    known_groups,
    minimal_important_change,
    mtmm,
    regression_norm,
    score,
    simulate,
)
from intimacy_scales.instrument.evidence import Finding
from intimacy_scales.validity import content_validity, read_expert_sheets

BEFORE, AFTER = [3.0, 4.0, 3.5, 2.5, 4.0, 3.0, 5.0, 4.5], [3.0, 4.5, 4.5, 2.0, 4.5, 4.0, 5.5, 4.5]
WORDS = ["same", "better", "better", "worse", "same", "better", "same", "better"]
LEVELS = ["worse", "same", "better"]


def change(anchor=WORDS, **options):
    given = {"levels": LEVELS, "improved": ["better"], "rng": 1, "n_resamples": 100} | options
    return minimal_important_change(BEFORE, AFTER, anchor=anchor, **given)


@pytest.fixture(scope="module")
def norm():
    years = [n % 20 for n in range(240)]
    scores = [4 + 0.05 * y + (0.3 + 0.02 * y) * ((7 * n) % 13 - 6) / 4 for n, y in enumerate(years)]
    return regression_norm(scores, {"years": years}, sample="simulated")


@pytest.mark.parametrize("step", ["contents", "Content", 3, None, ["content"]])
def test_a_step_that_is_none_is_told_what_is_allowed(step):
    with pytest.raises(
        ValueError, match=r"step=.* is not valid; allowed: 'content', 'response processes'"
    ) as caught:
        Finding(step=step, statistic="I-CVI", sample="7 experts", source="x")
    assert ("did you mean 'content'?" in str(caught.value)) == isinstance(step, str)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT, "", "."])
@pytest.mark.parametrize("kind", [list, pd.Series, lambda x: pd.Series(x, dtype=object)])
def test_an_anchor_may_be_missing_in_any_way(missing, kind):
    made = change(kind([*WORDS[:6], missing, "better"]))
    expected = change([*WORDS[:6], None, "better"])
    assert made == expected
    assert made.n_left_out == 1


@pytest.mark.parametrize(
    "kind",
    [
        lambda x: pd.Series(x, dtype="category"),
        lambda x: pd.Series(x, dtype="string"),
        lambda x: pl.Series(x, dtype=pl.Categorical),
        lambda x: pl.Series(x).to_arrow(),
        np.array,
    ],
)
def test_an_anchor_of_any_kind_of_column_is_the_same(kind):
    assert change(kind(WORDS)) == change()


def test_nullable_numbers_with_levels():
    numbers = pd.Series([2, 3, 3, 1, 2, 3, None, 3], dtype="Int64")
    assert change(numbers, levels=[1, 2, 3], improved=[3]) == change(numbers, levels=None, improved=[3])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"levels": 3}, r"levels=3 is not valid; pass all values of the anchor once each"),
        ({"levels": ["worse", None]}, r"levels=\['worse', None\] is not valid"),
        ({"levels": [["worse"], ["same"]]}, r"levels=.* is not valid"),
        ({"improved": 3}, r"improved=3 is not a list"),
        ({"improved": [["better"]]}, r"improved: \['better'\] is not one of levels"),
        (
            {"sem": "0.3"},
            r"sem='0.3' is not valid; allowed: a number above 0, or a result of measurement_error",
        ),
        ({"sem": True}, r"sem=True is not valid"),
    ],
)
def test_options_of_the_important_change(options, words):
    with pytest.raises(EstimationError, match=words):
        change(**options)


@pytest.mark.parametrize("value", ["4.2", None, True, [4], pd.NA, float("nan")])
def test_a_norm_needs_a_number(norm, value):
    for call in (norm.standing, norm.z, norm.t, norm.percentile):
        with pytest.raises(EstimationError, match=r"score=.* is not valid; allowed: a number"):
            call(value, years=3)
        with pytest.raises(EstimationError, match=r"years=.* (is not valid; allowed: a number|is outside)"):
            call(4.2, years=value)
    assert norm.standing(np.float32(4.5), years=np.int64(3)) == norm.standing(4.5, years=3)


def test_a_norm_needs_covariates_by_name_and_ranks_of_percentiles(norm):
    with pytest.raises(
        EstimationError, match=r"at=\[3\] is not valid; pass the value of each covariate by name"
    ):
        norm.standing(4.2, [3])
    for rank in (0, 100, 500, -1, "50"):
        with pytest.raises(
            EstimationError, match=r"percentiles: .* is not valid; allowed: numbers above 0 and"
        ):
            norm.scores_at(years=3, percentiles=[50, rank])


@pytest.fixture(scope="module")
def scored():
    answers = simulate("scii-24", 60, rng=1).answers
    answers["years"], answers["place"] = [n % 17 for n in range(60)], ["a", "b"] * 30
    return score("scii-24", answers, keep=["years", "place"])


@pytest.mark.parametrize(
    "call",
    [
        lambda s, scale: regression_norm(s, on=["years"], sample="x", scale=scale),
        lambda s, scale: known_groups(s, "place", higher="a", scale=scale),
        lambda s, scale: cutoff_search(s, "place", higher="a", detect="b", scale=scale),
    ],
)
def test_an_unknown_scale_is_told_which_there_are(scored, call):
    with pytest.raises(UnknownNameError, match=r"no scale 'trsut'; it has trust, .*did you mean 'trust'\?"):
        call(scored, "trsut")
    with pytest.raises(EstimationError, match=r"has 7 scales; name one, for example scale='trust'"):
        call(scored, None)


def test_a_scale_of_plain_numbers_is_an_id(norm):
    years = [n % 20 for n in range(60)]
    with pytest.raises(EstimationError, match=r"scale='our trust' is not the id of a scale: use letters"):
        regression_norm([n * 0.7 % 5 for n in range(60)], {"y": years}, sample="x", scale="our trust")
    with pytest.raises(EstimationError, match=r"scale='our trust' is not the id of a scale"):
        change().findings(sample="x", source="y", scale="our trust")


def test_scales_of_traits():
    rows = [{"who": n, "our trust": n % 7, "care": (3 * n) % 5} for n in range(60)]
    matrix = mtmm({"a": rows, "b": rows}, person="who", traits=["our trust", "care"], n_resamples=100, rng=1)
    told = {"sample": "x", "source": "y"}
    assert [one.scale for one in matrix.findings(**told)][:2] == [None, "care"]
    with pytest.raises(EstimationError, match=r"trait='cares' is not valid; .*did you mean 'care'\?"):
        matrix.findings(**told, scales={"cares": "caring"})
    with pytest.raises(EstimationError, match=r"scales\['care'\]='a b' is not the id of a scale"):
        matrix.findings(**told, scales={"care": "a b"})
    with pytest.raises(EstimationError, match=r"scales='care' is not valid; allowed: a mapping"):
        matrix.findings(**told, scales="care")


@pytest.mark.parametrize("yes", [1, 1.0, "1.0", True, np.float64(1), "yes", " Yes "])
@pytest.mark.parametrize("no", [0, 0.0, "0.0", False, "no", "useful"])
def test_essential_may_be_a_number(yes, no):
    sheets = [[{"item": "tru01", "essential": value}] for value in (yes, yes, no)]
    assert content_validity(read_expert_sheets(sheets, "trust")).essential[0].n_essential == 2


@pytest.mark.parametrize("value", [2, 0.5, -1, "maybe", "1.5"])
def test_essential_is_yes_or_no(value):
    with pytest.raises(ResponseError, match=r"essential is .*; allowed: yes or no"):
        read_expert_sheets([[{"item": "tru01", "essential": value}]], "trust")


@pytest.mark.parametrize("name", ["expert", "Expert", "RATER", "judge", "ID", "expert_id", " Judges "])
@pytest.mark.parametrize("kind", [dict, pd.DataFrame, pl.DataFrame])
def test_a_column_of_experts_is_no_item(name, kind):
    table = kind({name: [1, 2, 3], "a": [4, 3, 4]})
    with pytest.raises(ResponseError, match=r"the column .* seems to say who judged.*table.drop\(columns=\["):
        content_validity(table)


def test_columns_with_one_name_are_refused():
    with pytest.raises(ResponseError, match="two columns are called '1'; name each item once"):
        content_validity({1: [4, 3], "1": [4, 4]})


@pytest.mark.parametrize("scale", [(1,), (4, 1), "1-4", (1, "4"), (1.5, 4), 4])
def test_the_scale_of_ratings(scale):
    for call in (
        lambda: content_validity({"a": [4, 3]}, scale=scale),
        lambda: read_expert_sheets([[{"item": "tru01", "relevance": 4}]], "trust", scale=scale),
    ):
        with pytest.raises(
            EstimationError, match=r"scale=.* is not valid; allowed: lowest and highest rating"
        ):
            call()
