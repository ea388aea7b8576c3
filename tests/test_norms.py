"""Scores beside a norm sample, smoothed percentile ranks, and readings by published cut-offs."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from intimacy_scales import (
    Instrument,
    NoNormsError,
    Norm,
    ResponseError,
    UnverifiedKeyWarning,
    encode,
    load,
    score,
    simulate,
)
from intimacy_scales.instrument import Cutoff
from intimacy_scales.smoothing import fit_loglinear, percentile_ranks, smooth_shares

SAMPLE = "simulated persons"


def ras(*answers: int) -> dict[str, int]:
    return {f"ras_{n}": answer for n, answer in enumerate(answers, start=1)}


def norm(**changes: Any) -> Norm:
    return Norm(**{"scale": "total", "sample": SAMPLE, "n": 100, "mean": 4.0, "sd": 0.5, **changes})


@pytest.fixture(scope="module")
def simulated():
    answers = simulate(
        "scii-24", 800, loadings=0.7, thresholds=(-2.4, -1.8, -1.3, -0.7, -0.1, 0.9), rng=3
    ).answers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return score("scii-24", answers)


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


def test_one_person_beside_a_norm():
    found = score("ras", ras(5, 4, 3, 2, 5, 4, 1)).standardize(norm())
    value = 30 / 7
    assert found["total"] == pytest.approx(
        (value, (value - 4) / 0.5, 50 + 20 * (value - 4), 71.614), abs=1e-3
    )
    assert (found.norms["total"].sample, found.without_norm) == (SAMPLE, ())
    content = json.loads(found.to_json())
    assert content["norms"]["total"] == {
        "sample": SAMPLE, "n": 100, "mean": 4, "sd": 0.5, "percentiles": "normal", "source": None,
        "confidence": None,
    }  # fmt: skip
    assert "beside simulated persons, n = 100, percentiles of a normal distribution" in repr(found)
    assert found.to_frame().loc["total", "sample"] == SAMPLE
    assert SAMPLE in found._repr_html_()


def test_a_person_without_a_score_has_no_standard_score():
    found = score("ras", ras(5)).standardize(norm())
    assert found["total"] is None
    assert "total not scored" in repr(found)
    assert json.loads(found.to_json())["scores"] == {"total": None}
    assert found.to_frame()["z"].isna().all()
    assert "not scored" in found._repr_html_()


def test_scales_without_a_norm_are_named():
    found = score("prqc", {f"prqc_{n}": 5 for n in range(1, 19)}).standardize()
    assert found.without_norm == ("total",)
    with pytest.raises(KeyError, match="was not compared with a norm; these were: satisfaction"):
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
    pandas = score("ras", pd.DataFrame(rows)).standardize(norm()).to_frame(keep=["id"])
    polars = score("ras", pl.DataFrame(rows)).standardize(norm()).to_frame(keep=["id"])
    assert list(pandas.columns) == polars.columns == ["id", "total_z", "total_t", "total_percentile"]
    assert pandas["total_z"].isna().tolist() == polars["total_z"].is_null().to_list() == [False, True]
    with pytest.raises(ResponseError, match="keep"):
        score("ras", pd.DataFrame([ras(5, 4, 3, 2, 1, 2, 3) | {"total_z": 1}])).standardize(norm()).to_frame(
            keep=["total_z"]
        )
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
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# ---------------------------------------------------------------- which norm


def test_the_only_sample_is_taken_and_several_must_be_chosen_from():
    person = score("ims", {f"ims_{n}": 6 for n in range(1, 23)})
    with pytest.raises(NoNormsError, match=r"ims has norms of 2 samples; say which: norm='women of 282"):
        person.standardize()
    women = person.standardize("women of 282 mixed-sex couples")
    assert women["satisfaction"] == pytest.approx((6, (6 - 6.27) / 1.99, 50 - 2.7 / 1.99, 44.6), abs=0.05)
    assert women.without_norm == ("commitment",)
    with pytest.raises(NoNormsError, match="did you mean 'men of 282 mixed-sex couples'"):
        person.standardize("men of 282 couples")
    with pytest.raises(NoNormsError, match="it has 'women of"):
        person.standardize("zzz")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, r"ras has no norms.*Norm\.from_scores\(scores, sample="),
        (norm(scale="trust"), "the norm is of a scale 'trust'; ras has total"),
        ([norm(), norm(sample="others")], "two norms of 'total': 'simulated persons' and 'others'"),
        ([], "no norm is given"),
        ([5], "norm=5: give a Norm"),
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


def test_a_norm_of_another_instrument_or_another_way_of_scoring_is_refused():
    answers = simulate("ras", 60, rng=1).answers
    norms = Norm.from_scores(score("ras", answers), sample=SAMPLE)
    person = {f"csi16_{n}": 3 for n in range(1, 17)}
    with pytest.raises(NoNormsError, match="made of scores of ras, and these are of csi-16"):
        score("csi-16", person).standardize(norms)
    with pytest.raises(ValueError, match="is of 'ras', and this is 'csi-16'"):
        load("csi-16").with_norms(norms)
    for wrong in (norm(mean=350), norm(mean=0)):
        with pytest.raises(NoNormsError, match=r"its scores go from 1 to 5.*another way of scoring"):
            score("ras", ras(4, 4, 4, 4, 4, 4, 4)).standardize(wrong)
    sums = score(load("ras").with_method("sum"), answers)
    with pytest.raises(NoNormsError, match="its scores go from 7 to 35"):
        sums.standardize(norms)
    renamed = norms[0].model_copy(update={"instrument": None})
    assert score("ras", answers).standardize(renamed).samples == (SAMPLE,)
    assert load("ras").with_norms(norms[0]).norms == norms


def test_norms_need_the_scores_of_a_table():
    for wrong in (score("ras", ras(4, 4, 4, 4, 4, 4, 4)), pd.DataFrame({"total": [1, 2]})):
        with pytest.raises(NoNormsError, match="norms are made of the scores of a table"):
            Norm.from_scores(wrong, sample=SAMPLE)
    answers = simulate("ras", 40, rng=1).answers
    assert len(Norm.from_scores(score("ras", answers), sample=SAMPLE, scales="total")) == 1


@pytest.mark.parametrize("wrong", [{"mean": 3, "sd": 1}, 5, 2.5])
def test_what_is_no_norm_is_refused(wrong):
    with pytest.raises(NoNormsError, match="give a Norm"):
        score("ras", ras(4, 4, 4, 4, 4, 4, 4)).standardize(wrong)


def test_checked_answers_serve_variants_of_the_same_instrument():
    answers = simulate("ras", 60, rng=1).answers
    coded = encode("ras", answers)
    norms = Norm.from_scores(score("ras", coded), sample=SAMPLE)
    beside = score(load("ras").with_norms(norms), coded).standardize()
    assert beside.samples == (SAMPLE,)
    sums = score(load("ras").with_method("sum"), coded)
    assert (sums["total"] == 7 * score("ras", coded)["total"]).mean() > 0.5
    np.testing.assert_allclose(sums["total"], 7 * score("ras", coded)["total"])


# ---------------------------------------------------------------- norms of one's own sample


def test_norms_of_a_sample_are_its_mean_sd_and_ranks(simulated):
    norms = Norm.from_scores(simulated, sample=SAMPLE, source="a study")
    assert tuple(entry.scale for entry in norms) == simulated.scale_ids
    for entry in norms:
        values = simulated[entry.scale]
        assert (entry.n, entry.mean, entry.sd) == (800, values.mean(), values.std(ddof=1))
        assert (entry.sample, entry.source) == (SAMPLE, "a study")
        # the rank of each score, counted: those below, and half of those at it
        for value in np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95)):
            counted = 100 * ((values < value - 1e-9).mean() + (np.abs(values - value) < 1e-9).mean() / 2)
            assert entry.percentile(float(value)) == pytest.approx(counted, abs=4)


def test_smoothed_ranks_follow_a_skewed_scale_where_a_normal_curve_does_not(simulated):
    (entry,) = Norm.from_scores(simulated, sample=SAMPLE, scales=["trust"])
    values = np.sort(simulated["trust"])
    top = 7.0
    counted = 100 * ((values < top).mean() + (values == top).mean() / 2)
    by_table = abs(entry.percentile(top) - counted)
    by_curve = abs(entry.model_copy(update={"percentiles": ()}).percentile(top) - counted)
    assert by_table < 2 < by_curve or by_table < by_curve


def test_smoothing_recovers_the_population_better_than_counting():
    rng = np.random.default_rng(5)
    points = np.arange(29)
    shares = np.exp(-0.5 * ((points - 21) / 4.5) ** 2)
    shares /= shares.sum()
    true = 100 * (np.cumsum(shares) - shares / 2)
    smooth, counted = [], []
    for _ in range(60):
        scores = rng.choice(points, size=150, p=shares).astype(float)
        smooth.append(percentile_ranks(scores, 0, 28, 29)[1] - true)
        counts = np.bincount(scores.astype(int), minlength=29) / 150
        counted.append(100 * (np.cumsum(counts) - counts / 2) - true)
    assert np.sqrt(np.mean(np.square(smooth))) < 0.95 * np.sqrt(np.mean(np.square(counted)))


def test_too_few_persons_are_refused_unless_forced():
    few = score("ras", [ras(*(1 + (n + k) % 5 for k in range(7))) for n in range(29)])
    with pytest.raises(
        NoNormsError, match=r"'total' would rest on 29 persons, and at least 30.*0\.18.*force=True"
    ):
        Norm.from_scores(few, sample=SAMPLE)
    (forced,) = Norm.from_scores(few, sample=SAMPLE, force=True)
    assert forced.n == 29
    one = score("ras", [ras(4, 4, 4, 4, 4, 4, 4)])
    with pytest.raises(NoNormsError, match="rest on 1 persons"):
        Norm.from_scores(one, sample=SAMPLE, force=True)
    same = score("ras", [ras(4, 4, 4, 4, 4, 4, 4)] * 40)
    with pytest.raises(NoNormsError, match="all 40 persons have the score"):
        Norm.from_scores(same, sample=SAMPLE)


@pytest.mark.parametrize("answer", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("n", [30, 47, 50, 199])
def test_a_sample_without_differences_has_no_norms(answer, n):
    same = score("ras", [ras(*[answer] * 7)] * n)
    with pytest.raises(NoNormsError, match=f"all {n} persons have the score"):
        Norm.from_scores(same, sample=SAMPLE)


def test_composites_have_the_grid_of_their_parts(simulated):
    assert simulated.n_possible("trust") == 4 * 6 + 1
    assert simulated.n_possible("total") == 6 * 24 + 1
    assert score("resilience", simulate("resilience", 3, rng=1).answers).n_possible("total") == 201
    assert score("qmi", [{f"qmi_{n}": 6 for n in range(1, 7)}]).n_possible("total") == 45 - 6 + 1


def test_many_persons_at_the_top_have_their_own_rank():
    rng = np.random.default_rng(8)
    scores = np.minimum(rng.normal(24, 5, 1000).round(), 28).clip(0, 28)
    _, ranks, _ = percentile_ranks(scores, 0, 28, 29)
    top = (scores == 28).mean()
    assert top > 0.15
    assert ranks[-1] == pytest.approx(100 * (1 - top / 2), abs=0.5)
    assert ranks[-2] == pytest.approx(100 * ((scores < 27).mean() + (scores == 27).mean() / 2), abs=1.5)


def test_no_score_has_no_rank():
    assert math.isnan(norm().percentile(math.nan))
    assert math.isnan(norm(percentiles=((0, 1), (2, 50))).percentile(math.nan))


def test_a_norm_with_many_ranks_is_shown_in_a_line():
    (entry,) = Norm.from_scores(score("ras", simulate("ras", 60, rng=1).answers), sample=SAMPLE)
    assert re.fullmatch(
        r"<Norm of total: mean \S+, sd \S+ \(simulated persons, n = 60\), 29 percentile ranks>", repr(entry)
    )


def test_persons_without_a_score_do_not_count():
    rows = [ras(*(1 + (n * k) % 5 for k in range(1, 8))) for n in range(31)] + [ras(3)] * 10
    (entry,) = Norm.from_scores(score("ras", rows), sample=SAMPLE)
    assert entry.n == 31


# ---------------------------------------------------------------- smoothing, checked a second way


@settings(deadline=None, max_examples=40)
@given(
    counts=st.lists(st.integers(0, 30), min_size=8, max_size=40).filter(lambda c: sum(x > 0 for x in c) > 4),
    degree=st.integers(2, 4),
)
def test_loglinear_smoothing_keeps_the_moments(counts, degree):
    counts = np.array(counts, dtype=float)
    fitted = fit_loglinear(counts, degree)
    assert fitted is not None
    shares, deviance = fitted
    points = np.linspace(-1, 1, len(counts))
    assert shares.sum() == pytest.approx(1)
    assert deviance >= -1e-9
    for power in range(1, degree + 1):
        assert shares @ points**power == pytest.approx(counts @ points**power / counts.sum(), abs=1e-7)


def test_loglinear_smoothing_is_the_poisson_regression_of_the_counts():
    counts = np.array([1, 3, 2, 8, 9, 15, 12, 6, 7, 2, 1], dtype=float)
    shares, _ = fit_loglinear(counts, 3)
    x = np.vander(np.linspace(-1, 1, 11), 4)
    beta = np.zeros(4)
    beta[-1] = math.log(counts.mean())
    for _ in range(100):  # iteratively reweighted least squares, written out
        mean = np.exp(x @ beta)
        working = x @ beta + (counts - mean) / mean
        beta = np.linalg.solve((x.T * mean) @ x, (x.T * mean) @ working)
    np.testing.assert_allclose(shares, np.exp(x @ beta) / counts.sum(), rtol=1e-8)


def test_where_nothing_can_be_fitted_the_counts_stand_for_themselves():
    counts = np.array([0, 0, 5, 0, 5, 0, 0], dtype=float)
    shares, degree = smooth_shares(counts)
    assert shares.sum() == pytest.approx(1)
    assert degree in (0, 2, 3, 4, 5, 6)
    shares, degree = smooth_shares(np.array([3.0, 7.0]))
    assert (shares.tolist(), degree) == ([0.3, 0.7], 0)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 20), min_size=30, max_size=120).filter(lambda s: len(set(s)) > 2))
def test_ranks_rise_and_stay_within_bounds(scores):
    _, ranks, _ = percentile_ranks(np.array(scores, dtype=float), 0, 20, 21)
    assert (np.diff(ranks) >= -1e-9).all()
    assert (ranks >= 0).all()
    assert (ranks <= 100).all()


# ---------------------------------------------------------------- cut-offs


def csi16(total: int) -> dict[str, int]:
    left, answers = total, {}
    for n in range(1, 17):
        answers[f"csi16_{n}"] = min(left, 6 if n == 1 else 5)
        left -= answers[f"csi16_{n}"]
    return answers


def test_csi_16_is_read_by_its_cutoff_of_51_5():
    for total, below in ((0, True), (51, True), (52, False), (81, False)):
        found = score("csi-16", csi16(total)).interpret()
        (reading,) = found.readings
        assert (reading.score, reading.where, reading.applies) == (total, "below 51.5", below)
        assert reading.source == "GitHub urtuba/psytools, SOURCES.md"
        assert bool(found.applying) == below
    assert "total 52 is not below 51.5" in repr(score("csi-16", csi16(52)).interpret())


@pytest.mark.parametrize(
    ("side", "inside", "outside"),
    [("below", 2.9, 3), ("at_most", 3, 3.1), ("above", 3.1, 3), ("at_least", 3, 2.9)],
)
def test_strictly_below_is_not_at_most(side, inside, outside):
    cutoff = Cutoff(scale="s", meaning="m", source="x", **{side: 3})
    assert cutoff.describe() == f"{side.replace('_', ' ')} 3"
    assert (cutoff.applies(inside), cutoff.applies(outside)) == (True, False)


def test_bands_include_both_ends_and_exactly_one_side_is_given():
    band = Cutoff(scale="s", meaning="m", source="x", band=(11, 20))
    assert [band.applies(x) for x in (10.5, 11, 15, 20, 20.5)] == [False, True, True, True, False]
    assert band.describe() == "11 to 20"
    for wrong in ({}, {"below": 1, "above": 2}, {"band": (1, 2), "below": 1}):
        with pytest.raises(ValueError, match="give exactly one of"):
            Cutoff(scale="s", meaning="m", source="x", **wrong)
    with pytest.raises(ValueError, match="band: 3 is above 2"):
        Cutoff(scale="s", meaning="m", source="x", band=(3, 2))


def test_the_bands_of_the_burns_scale_read_every_score_once():
    for total in range(43):
        answers, left = {}, total
        for n in range(1, 8):
            answers[f"rsat7_{n}"] = min(left, 6)
            left -= answers[f"rsat7_{n}"]
        (reading,) = score("rsat-7", answers).interpret().applying
        low, high = map(int, reading.where.split(" to "))
        assert low <= total <= high
    assert "total 42 is in 41 to 42, very satisfied" in repr(score("rsat-7", answers).interpret())


def test_a_score_between_two_bands_is_in_the_lower_one():
    person = score("rsat-7", {"rsat7_1": 2, "rsat7_2": 1, "rsat7_3": 2, "rsat7_4": 1})
    assert person.scores["total"] == 10.5
    (reading,) = person.interpret().applying
    assert (reading.where, reading.side, reading.boundary) == ("0 to 10", "band", (0, 10))
    row = [{"rsat7_1": 2, "rsat7_2": 1, "rsat7_3": 2, "rsat7_4": 1}]
    table = score("rsat-7", row, allow_missing_items=True).interpret()
    assert table.counts == (1, 0, 0, 0, 0, 0, 0)


def test_rdas_readings_say_how_sure_they_are():
    person = score("rdas", {f"rdas_{n}": 3 for n in range(1, 15)}).interpret()
    assert [(r.where, r.applies, r.confidence) for r in person.readings] == [
        ("below 48", True, "verified"), ("below 47.31", True, "single-source"),
    ]  # fmt: skip
    assert "Anderson et al. (2014), doi 10.1111/jmft.12095, single-source" in repr(person)
    assert person.to_frame()["applies"].tolist() == [True, True]
    assert "47.31" in person._repr_html_()


def test_a_table_is_read_like_each_person():
    rows = [csi16(total) | {"who": total} for total in (0, 51, 52, 81)] + [{"csi16_1": 3, "who": 99}]
    found = score("csi-16", pd.DataFrame(rows)).interpret()
    assert found.applies[:, 0].tolist() == [True, True, False, False, False]
    assert (found.counts, found.scored, len(found)) == ((2,), (4,), 5)
    frame = found.to_frame(keep=["who"])
    dissatisfied = "notable relationship dissatisfaction"
    assert frame["total_reading"].tolist()[:4] == [dissatisfied, dissatisfied, "", ""]
    assert frame["total_reading"].isna().tolist() == [False] * 4 + [True]
    summary = found.summary()
    assert summary.loc["total", ["where", "n", "scored", "percent"]].tolist() == ["below 51.5", 2, 4, 50.0]
    assert "2 of 4 total below 51.5 (notable relationship dissatisfaction)" in repr(found)
    assert found.to_dict()["cutoffs"][0]["below"] == 51.5
    assert json.loads(found.to_json())["applies"] == [[True], [True], [False], [False], [None]]
    assert "51.5" in found._repr_html_()
    person = score("csi-16", rows[-1]).interpret()
    assert (person.readings[0].applies, "total is not scored" in repr(person)) == (None, True)
    assert json.loads(person.to_json())["readings"][0]["score"] is None


@pytest.mark.parametrize("table", [False, True])
def test_without_cutoffs_nothing_is_read(table):
    answers: Any = ras(4, 4, 4, 4, 4, 4, 4)
    with pytest.raises(NoNormsError, match=r"ras has no cut-off.*Norm\.from_scores"):
        score("ras", [answers] if table else answers).interpret()


@pytest.mark.parametrize("table", [False, True])
def test_a_draft_is_never_interpreted(table):
    document = load("ras").to_dict()
    document["evidence"] = {"status": "draft"}
    document["cutoffs"] = [{"scale": "total", "below": 3, "meaning": "low", "source": "none"}]
    draft = Instrument.model_validate(document)
    answers: Any = ras(4, 4, 4, 4, 4, 4, 4)
    with pytest.raises(NoNormsError, match="is a draft, and scores of a draft are not interpreted"):
        score(draft, [answers] if table else answers).interpret()
    beside = score(draft, answers).standardize(norm())
    assert "DRAFT: not validated" in repr(beside)


def test_a_confirmed_key_reads_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnverifiedKeyWarning)
        score("csi-4", {f"csi4_{n}": 5 for n in range(1, 5)}).interpret()
