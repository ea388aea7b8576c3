"""Scores compared with a norm sample, and which norm is meant."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats

from intimacy_scales import (
    NoNormsError,
    Norm,
    ResponseError,
    Scores,
    encode,
    load,
    score,
    simulate,
)
from tests.shared.commands import printed_by_python
from tests.shared.norm_answers import SAMPLE, agreeable_scores, norm, ras

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.SmallSampleWarning")


@pytest.fixture
def simulated() -> Scores:
    return agreeable_scores()


# ---------------------------------------------------------------- a norm


def test_z_t_and_normal_percentile():
    for value in (2.0, 3.7, 4.0, 4.8):
        assert norm().z(value) == pytest.approx((value - 4) / 0.5)
        assert norm().t(value) == pytest.approx(50 + 10 * (value - 4) / 0.5)
        assert norm().percentile(value) == pytest.approx(100 * stats.norm.cdf(value, 4, 0.5), rel=1e-12)
    assert norm().percentile_method == "normal"


def test_a_norm_table_is_interpolated_and_ends_at_its_ends():
    table = norm(percentiles=((1, 2.0), (2, 10.0), (4, 90.0)))
    assert [table.percentile(x) for x in (0, 1, 1.5, 2, 3, 4, 9)] == [2, 2, 6, 10, 50, 90, 90]
    assert table.percentile_method == "norm table"


@pytest.mark.parametrize(
    ("percentiles", "words"),
    [
        (((2, 10), (1, 20)), "scores must rise"),
        (((1, 10), (1, 20)), "scores must rise"),
        (((1, 20), (2, 10)), "ranks must not fall"),
        (((1, 120),), "less than or equal to 100"),
    ],
)
def test_a_faulty_norm_table_is_refused(percentiles, words):
    with pytest.raises(ValueError, match=words):
        norm(percentiles=percentiles)


# ---------------------------------------------------------------- persons and tables


def test_one_person_compared_with_a_norm():
    found = score("ras", ras(5, 4, 3, 2, 5, 4, 1)).standardize(norm())
    value = 30 / 7
    assert found["total"][:4] == pytest.approx(
        (value, (value - 4) / 0.5, 50 + 20 * (value - 4), 71.614), abs=1e-3
    )
    assert (found.norms["total"].sample, found.without_norm) == (SAMPLE, ())
    content = json.loads(found.to_json())
    assert content["norms"]["total"] == {
        "instrument": None, "key_digest": None, "scale": "total", "sample": SAMPLE, "special": False,
            "language": None,
        "n": 100, "mean": 4, "sd": 0.5,
        "percentiles": "normal", "table": [], "smoothing": None, "source": None, "confidence": None,
    }  # fmt: skip
    assert "compared with simulated persons, n = 100, percentiles of a normal distribution" in repr(found)
    assert found.to_frame().loc["total", "sample"] == SAMPLE
    assert SAMPLE in found._repr_html_()


RANKS = ((1, 2.0), (3, 40.0), (5, 98.0))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "n = 100, percentiles of a normal distribution"),
        ({"percentiles": RANKS}, "n = 100, percentiles from its norm table"),
        ({"n": None}, "n not known, percentiles of a normal distribution"),
        ({"confidence": "verified"}, "n = 100, percentiles of a normal distribution"),
        (
            {"confidence": "single-source", "percentiles": RANKS, "n": None},
            "n not known, percentiles from its norm table, single-source",
        ),
    ],
    ids=str,
)
def test_a_norm_sample_is_described_where_scores_are_compared(changes, words):
    answers = ras(5, 4, 3, 2, 5, 4, 1)
    for scores in (score("ras", answers), score("ras", [answers])):
        found = scores.standardize(norm(**changes))
        for shown in (repr(found), found._repr_html_()):
            assert f"compared with {SAMPLE}, {words}" in shown
            assert f"{words}," not in shown


def test_standard_scores_by_hand():
    """A score of 4.5, compared with a mean of 4 and sd 0.5, is one sd above it: z 1, T 60, percentile 84."""
    answers = dict(zip(ras(*[0] * 7), (5, 5, 5, 2, 4, 4, 1), strict=True))
    assert score("ras", answers).scores["total"] == pytest.approx(32 / 7)
    near = norm(mean=32 / 7 - 0.5)
    expected = (32 / 7, 1, 60, 84.1344746)
    assert score("ras", answers).standardize(near)["total"][:4] == pytest.approx(expected)
    table = score("ras", [answers]).standardize(near)["total"]
    assert (table.z[0], table.t[0], table.percentile[0]) == pytest.approx(expected[1:])
    by_ranks = near.model_copy(update={"percentiles": RANKS})
    # from 40 at 3 to 98 at 5, along a straight line
    rank = 40 + 58 * (32 / 7 - 3) / 2
    assert score("ras", answers).standardize(by_ranks)["total"].percentile == pytest.approx(rank)


@pytest.mark.parametrize("mean", [1, 5])
def test_a_norm_may_lie_at_an_end_of_the_scale(mean):
    found = score("ras", ras(*[4] * 7)).standardize(norm(mean=mean, sd=0.04))
    assert found["total"].z == pytest.approx((score("ras", ras(*[4] * 7)).scores["total"] - mean) / 0.04)


def test_a_person_without_a_score_has_no_standard_score():
    found = score("ras", ras(5)).standardize(norm())
    assert found["total"] is None
    assert "total not scored" in repr(found)
    assert json.loads(found.to_json())["scores"] == {"total": None}
    assert found.to_frame()["z"].isna().all()
    assert "not scored" in found._repr_html_()


def test_scales_without_a_norm_are_named():
    (sample,) = {entry.sample for entry in load("prqc").norms}
    found = score("prqc", {f"prqc_{n}": 5 for n in range(1, 19)}).standardize(sample)
    assert found.without_norm == ("total",)
    with pytest.raises(KeyError, match="was not compared with a norm; compared: satisfaction"):
        found["total"]


@pytest.mark.parametrize("kind", ["normal", "table"])
def test_a_table_and_a_person_agree(simulated, kind):
    norms: Any = Norm.from_scores(simulated, sample=SAMPLE)
    if kind == "normal":
        norms = [entry.model_copy(update={"percentiles": ()}) for entry in norms]
    table = simulated.standardize(norms)
    assert set(table.scales) == set(simulated.scale_ids)
    for name, of_scale in zip(simulated.scale_ids, norms, strict=True):
        for row in range(0, 800, 97):
            value = float(simulated[name][row])
            expected = (of_scale.z(value), of_scale.t(value), of_scale.percentile(value))
            got = (table[name].z[row], table[name].t[row], table[name].percentile[row])
            assert got == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_standard_scores_come_in_the_callers_kind_of_frame():
    rows = [ras(5, 4, 3, 2, 5, 4, 1) | {"id": "a"}, ras(5) | {"id": "b"}]
    pandas = score("ras", pd.DataFrame(rows), keep=["id"]).standardize(norm()).to_frame()
    polars = score("ras", pl.DataFrame(rows), keep=["id"]).standardize(norm()).to_frame()
    assert list(pandas.columns) == polars.columns == ["id", "total_z", "total_t", "total_percentile"]
    assert pandas["total_z"].isna().tolist() == polars["total_z"].is_null().to_list() == [False, True]
    with pytest.raises(ResponseError, match="keep"):
        score("ras", pd.DataFrame([ras(5, 4, 3, 2, 1, 2, 3) | {"total_z": 1}]), keep=["total_z"]).standardize(
            norm()
        ).to_frame()
    found = score("ras", pd.DataFrame(rows)).standardize(norm())
    assert found.to_dict()["scores"]["total"]["z"][1] is None
    assert "2 persons" in repr(found)
    assert SAMPLE in found._repr_html_()
    with pytest.raises(ValueError, match="read-only"):
        found["total"].z[0] = 0


def test_one_person_needs_no_numpy():
    code = (
        "import sys; from intimacy_scales import Norm, score\n"
        "n = Norm(scale='total', sample='s', mean=4, sd=1, percentiles=((1, 5), (5, 95)))\n"
        "p = score('ras', {f'ras_{i}': 3 for i in range(1, 8)})\n"
        "p.standardize(n).to_json()\n"
        "score('csi-4', {f'csi4_{i}': 1 for i in range(1, 5)}).interpret().to_json()\n"
        "print(sorted({'numpy', 'pandas', 'scipy'} & set(sys.modules)))"
    )
    assert printed_by_python(code) == "[]\n"


# ---------------------------------------------------------------- which norm


def test_the_only_sample_is_taken_and_several_must_be_chosen_from():
    person = score("ims", {f"ims_{n}": 6 for n in range(1, 23)})
    with pytest.raises(NoNormsError, match=r"ims has norms from 2 samples; choose one: norm='women of 282"):
        person.standardize()
    women = person.standardize("women of 282 mixed-sex couples")
    assert women["satisfaction"][:4] == pytest.approx((6, (6 - 6.27) / 1.99, 50 - 2.7 / 1.99, 44.6), abs=0.05)
    assert women.without_norm == ("commitment",)
    with pytest.raises(NoNormsError, match="did you mean 'men of 282 mixed-sex couples'"):
        person.standardize("men of 282 couples")
    with pytest.raises(NoNormsError, match="it has 'women of"):
        person.standardize("zzz")


def test_special_people_are_compared_with_only_where_they_are_named():
    person = score("qmi", {"qmi_6": 10} | {f"qmi_{n}": 7 for n in range(1, 6)})
    for scores in (person, score("qmi", [{"qmi_6": 10} | {f"qmi_{n}": 7 for n in range(1, 6)}])):
        with pytest.raises(
            NoNormsError, match=r"one sample only, of special people: 'infertile.*pass norm='infertile"
        ):
            scores.standardize()
    patients = load("qmi").norms[0].sample
    assert person.standardize(patients)["total"].z == pytest.approx((45 - 36.54) / 6.87)
    assert person.standardize(load("qmi").norms[0])["total"].z == person.standardize(patients)["total"].z


def test_the_only_general_sample_is_taken():
    form = load("qmi").with_norms(norm(mean=35, sd=7))
    person = {"qmi_6": 8} | {f"qmi_{n}": 6 for n in range(1, 6)}
    assert score(form, person).standardize()["total"].z == pytest.approx(3 / 7)
    both = form.with_norms(norm(sample="others", mean=30, sd=7))
    with pytest.raises(
        NoNormsError, match=r"norms from 3 samples; choose one: .*; special people: 'infertile"
    ):
        score(both, person).standardize()
    told = norm(special=True)
    assert type(told).from_dict(json.loads(json.dumps(told.to_dict()))) == told


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, r"ras has no norms.*Norm\.from_scores\(scores, sample="),
        (norm(scale="trust"), "the norm is for a scale 'trust'; ras has total"),
        ([norm(), norm(sample="others")], "two norms of 'total', 'simulated persons' and 'others'"),
        ([], "norm: the list is empty"),
        ([5], "norm=5 is not valid; pass a Norm"),
    ],
)
def test_a_norm_that_cannot_be_used_is_refused(given, words):
    for scores in (score("ras", ras(4, 4, 4, 4, 4, 4, 4)), score("ras", [ras(4, 4, 4, 4, 4, 4, 4)])):
        with pytest.raises(NoNormsError, match=words):
            scores.standardize(given)


def test_norms_can_be_put_into_an_instrument():
    form = load("ras").with_norms([norm(), norm(sample="others"), norm(mean=3.5)])
    assert [(n.sample, n.mean) for n in form.norms] == [(SAMPLE, 3.5), ("others", 4)]
    found = score(form, ras(4, 4, 4, 2, 4, 4, 2)).standardize("others")
    assert found["total"].z == 0
    assert form.digest != load("ras").digest


def test_norms_of_another_instrument_or_scoring_are_refused():
    answers = simulate("ras", 60, rng=1).answers
    norms = Norm.from_scores(score("ras", answers), sample=SAMPLE)
    person = {f"csi16_{n}": 3 for n in range(1, 17)}
    with pytest.raises(NoNormsError, match="made from scores of ras, but these are scores of csi-16"):
        score("csi-16", person).standardize(norms)
    with pytest.raises(ValueError, match="belongs to instrument 'ras', not to 'csi-16'"):
        load("csi-16").with_norms(norms)
    for wrong in (norm(mean=350), norm(mean=0)):
        with pytest.raises(NoNormsError, match=r"but scores range from 1 to 5.*another way of scoring"):
            score("ras", ras(4, 4, 4, 4, 4, 4, 4)).standardize(wrong)
    sums = score(load("ras").with_method("sum"), answers)
    with pytest.raises(NoNormsError, match="but scores range from 7 to 35"):
        sums.standardize(norms)
    renamed = norms[0].model_copy(update={"instrument": None})
    assert score("ras", answers).standardize(renamed).samples == (SAMPLE,)
    assert load("ras").with_norms(norms[0]).norms == norms


def test_norms_need_the_scores_of_a_table():
    for wrong in (score("ras", ras(4, 4, 4, 4, 4, 4, 4)), pd.DataFrame({"total": [1, 2]})):
        with pytest.raises(NoNormsError, match="norms are made from the scores of a table"):
            Norm.from_scores(wrong, sample=SAMPLE)
    answers = simulate("ras", 40, rng=1).answers
    assert len(Norm.from_scores(score("ras", answers), sample=SAMPLE, scales="total")) == 1


@pytest.mark.parametrize("wrong", [{"mean": 3, "sd": 1}, 5, 2.5])
def test_what_is_not_a_norm_is_refused(wrong):
    with pytest.raises(NoNormsError, match="is not valid; pass a Norm"):
        score("ras", ras(4, 4, 4, 4, 4, 4, 4)).standardize(wrong)


def test_checked_answers_serve_variants_of_the_same_instrument():
    answers = simulate("ras", 60, rng=1).answers
    coded = encode("ras", answers)
    norms = Norm.from_scores(score("ras", coded), sample=SAMPLE)
    compared = score(load("ras").with_norms(norms), coded).standardize()
    assert compared.samples == (SAMPLE,)
    sums = score(load("ras").with_method("sum"), coded)
    assert (sums["total"] == 7 * score("ras", coded)["total"]).mean() > 0.5
    np.testing.assert_allclose(sums["total"], 7 * score("ras", coded)["total"])
