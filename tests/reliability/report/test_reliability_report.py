"""The report of a whole instrument: the same from every table, what single functions say, fit to print."""

from __future__ import annotations

import json
import math
import re
import warnings
from functools import cache
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from intimacy_scales import encode, load, score, simulate
from intimacy_scales.errors import EstimationError, KeyingWarning, ResponseError
from intimacy_scales.reliability import (
    cronbach_alpha,
    guttman_lambdas,
    item_analysis,
    item_moments_stream,
    measurement_error,
    reliability_report,
    split_half,
    stratified_alpha,
)
from intimacy_scales.results.wording import apa
from intimacy_scales.simulation import simulate_diary
from tests.shared.comparison import assert_close
from tests.shared.instruments import form_of

NO = math.nan
SHORT = load("scii-24")
PERSONS = simulate(SHORT, 120, missing=0.04, couples=0.4, rng=1).answers


def small_form(k, scales=None, title="Small", **fields):
    items = [f"q{n}" for n in range(1, k + 1)]
    return form_of(scales or {"a": " ".join(items)}, items=items, title=title, **fields)


def answers(n, k, seed=1, gaps=0.0):
    chance = np.random.default_rng(seed)
    x = np.clip(np.rint(3 + chance.normal(size=(n, 1)) + chance.normal(size=(n, k))), 1, 5)
    return np.where(chance.random((n, k)) < gaps, NO, x)


def report_of(x, form=None, **options):
    form = form or small_form(np.shape(x)[1])
    return reliability_report(form, np.asarray(x, dtype=float), columns=form.item_ids, **options)


def stream(frame):
    return item_moments_stream(SHORT, (frame[start : start + 17] for start in range(0, len(frame), 17)))


ITEMS = PERSONS[list(SHORT.item_ids)]
KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "pandas": (PERSONS, {}),
    "pandas Int64": (PERSONS.astype("Int64"), {}),
    "polars": (pl.from_pandas(PERSONS), {}),
    "arrow": (pa.Table.from_pandas(PERSONS), {}),
    "mappings": (PERSONS.to_dict("records"), {}),
    "numpy": (ITEMS.to_numpy(), {"columns": SHORT.item_ids}),
    "numpy, names in an array": (ITEMS.to_numpy(), {"columns": np.array(SHORT.item_ids)}),
    "with a missing code": (PERSONS.fillna(-99), {"missing_codes": -99}),
    "with bad answers": (PERSONS.fillna(77), {"on_invalid": "missing"}),
    "checked": (encode(SHORT, PERSONS), {}),
    "moments of a stream": (stream(PERSONS), {}),
}


@cache
def document(missing):
    return reliability_report(SHORT, PERSONS, missing=missing).to_json()


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answers_gives_the_same_report(kind, missing):
    table, options = KINDS[kind]
    report = reliability_report("scii-24", table, missing=missing, **options)
    if report.to_json() != document(missing):  # numpy before 2 gives omegas other last digits now and then
        assert_close(json.loads(report.to_json()), json.loads(document(missing)))


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_a_report_says_what_single_functions_say(missing):
    coded = encode(SHORT, PERSONS)
    report = reliability_report(SHORT, coded, missing=missing, confidence_level=0.9, interval="feldt")
    assert [result.scale for result in report] == list(SHORT.scale_ids)
    assert (len(report), report.n_persons, report.n_clusters, report.missing) == (7, 120, None, missing)
    for scale in SHORT.scale_ids:
        result, options = report[scale], {"scale": scale, "missing": missing}
        alpha = cronbach_alpha(coded, **options)
        assert result.alpha.estimate == alpha.estimate
        assert tuple(result.interval) == tuple(alpha.confidence_interval(0.9, "feldt"))
        assert result.standardized_alpha == cronbach_alpha(coded, standardized=True, **options).estimate
        assert result.lambda2 == guttman_lambdas(coded, **options).lambda2
        assert result.split_half.estimate == split_half(coded, **options).estimate
        reliability = alpha
        if scale == "total":
            assert result.items is None
            assert result.stratified is not None
            reliability = stratified_alpha(coded, **options)
            assert result.stratified.to_dict() == reliability.to_dict()
        else:
            analysis = item_analysis(coded, **options)
            assert result.items is report.items[scale]
            assert result.items.to_dict() == analysis.to_dict()
            assert result.inter_item == analysis.inter_item
        sem = measurement_error(reliability, sd=result.score_sd).sem
        assert result.error is not None
        assert result.error.sem == sem == report.to_frame().loc[scale, "sem"]


def test_means_and_sds_are_those_of_scores_where_all_is_answered():
    complete = simulate(SHORT, 80, rng=3).answers
    report, scores = reliability_report(SHORT, complete), score(SHORT, complete)
    for result in report:
        column = scores[result.scale]
        assert (result.score_mean, result.score_sd) == pytest.approx((column.mean(), column.std(ddof=1)))
        r = result.alpha if result.stratified is None else result.stratified
        assert result.error.sem == pytest.approx(column.std(ddof=1) * math.sqrt(1 - float(r)))
        assert (result.n, result.n_complete, result.n_pairs) == (80, 80, (80, 80))


def test_counts_are_those_of_who_answered():
    report = reliability_report(SHORT, PERSONS)
    for result in report:
        there = PERSONS[[item.removeprefix("-") for item in result.alpha.moments.items]].notna().to_numpy()
        pairs = (there.T.astype(int) @ there)[~np.eye(there.shape[1], dtype=bool)]
        assert (result.n_complete, result.n_pairs) == (there.all(axis=1).sum(), (pairs.min(), pairs.max()))
        assert result.n == int(len(pairs) / (1 / pairs).sum())
    assert [r.n for r in reliability_report(SHORT, PERSONS, missing="listwise")] == [
        r.n_complete for r in report
    ]
    with pytest.raises(KeyError, match=r"scii-24 has no scale 'nope'; it has trust, .*, total"):
        report["nope"]


# ------------------------------------------------------------------ sentences


def ras(x):
    """Answers to RAS as people give them: two of its items are reverse-keyed."""
    form = load("ras")
    x = np.where([i in ("ras_4", "ras_7") for i in form.item_ids], 6 - x, x)
    return form, pd.DataFrame(x, columns=form.item_ids)


OMEGA = "McDonald's omega total of one factor, maximum likelihood, model-implied variance; "


def test_the_sentence_of_a_published_scale_word_for_word():
    x = answers(40, 7, seed=5)
    alpha = 7 / 6 * (1 - x.var(axis=0, ddof=1).sum() / x.sum(axis=1).var(ddof=1))
    ends = [1 - (1 - alpha) * math.exp(side * 1.959964 * math.sqrt(14 / (6 * 38))) for side in (1, -1)]
    assert [f"{value:.2f}" for value in (alpha, *ends)] == ["0.88", "0.80", "0.93"]
    report = reliability_report(*ras(x))
    omega = report["total"].omega
    assert f"{omega.estimate:.2f}" == "0.88"
    low, high = (apa(end) for end in omega.confidence_interval(method="logit"))
    assert report.sentence() == (
        f"Internal consistency (Cronbach's alpha, unstandardized; {OMEGA}N = 40 persons, no answers missing)"
        " was as follows (intervals: Bonett, 2002; of omega: logit, Raykov & Marcoulides, 2011): Total, 7"
        f" items, alpha = .88, 95% CI [.80, .93], omega total = .88, 95% CI [{low}, {high}]."
    )


def test_the_sentence_of_a_draft_with_gaps_in_couples():
    report = reliability_report(SHORT, PERSONS, clusters="couple", confidence_level=0.9)
    low, high = zip(*(result.n_pairs for result in report if result.items), strict=True)
    said = report.sentence()
    assert said.startswith(
        f"Internal consistency (Cronbach's alpha, unstandardized; {OMEGA}n = {min(low)} to {max(high)} of"
        " 120 persons for each pair of items (pairwise deletion)) was as follows (intervals:"
        " distribution-free, after Maydeu-Olivares et al., 2007, taking 60 clusters as units): Trust, 4"
        " items, alpha = ."
    )
    assert said.count("alpha = .") == 6
    total = "The reliability of Total intimacy, from its 6 scales, was .92 (stratified alpha) and .92, 90% CI"
    assert total in said
    assert "] (omega total of correlated factors, model-implied variance)" in said
    assert said.endswith("scii-24 0.3.0 is a draft, and its scores are not validated.")
    listwise = reliability_report(SHORT, PERSONS, missing="listwise").sentence()
    assert "of 120 persons, those who answered every item of the scale (listwise deletion))" in listwise


def test_the_sentence_names_clusters_however_much_was_skipped():
    report = report_of(answers(200, 5, gaps=0.5), clusters=np.arange(200) // 2)
    assert report["a"].n < report.n_clusters == 100
    assert "taking 100 clusters as units" in report.sentence()


@pytest.mark.parametrize(("level", "words"), [(0.9, "90% CI"), (0.975, "97.5% CI"), (0.999, "99.9% CI")])
def test_the_sentence_names_the_confidence_level(level, words):
    report = report_of(answers(40, 4), confidence_level=level)
    assert words in report.sentence()
    assert words in report.to_markdown()
    assert words.removesuffix(" CI") in repr(report["a"].interval)


def test_a_coefficient_has_no_zero_before_its_point():
    values = [v / 1000 for v in range(-1000, 1001)]
    assert [v for v in values if not re.fullmatch(r"-?(\.\d\d|1\.00)", apa(v))] == []


def test_the_sentence_leaves_no_scale_out():
    """The quick daily form has scales of one item each: their total has alpha, but no stratified alpha."""
    report = reliability_report("scii-daily-quick", simulate_diary("scii-daily-quick", 60, 1, rng=1).answers)
    assert "Trust, alpha is not defined: one item has no internal consistency" in report.sentence()
    assert report["total"].alpha.reason is None
    assert "Total intimacy" in report.sentence()
    assert any(text.startswith("total: ") for text in report.warnings)


# ------------------------------------------------------------------ pages


class Page(HTMLParser):
    """Tags of a page, which must all be closed in order, and its text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.text = [], [], ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.open += [tag] * (tag != "meta")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def strict_json(report):
    def refuse(name):
        raise AssertionError(name)

    return json.loads(report.to_json(), parse_constant=refuse)


HOSTILE = "<script>alert(1)</script> | a\n\n# b & c"
PARTS = [{"id": "a", "items": ["q1", "q2"]}, {"id": "b", "items": ["q3", "-q4", "q5"]}]
TOTAL = [*PARTS, {"id": "total", "of": ["a", "b"], "title": "All"}]


def turned(x):
    """Answers to `PARTS` as people give them: its fourth item is reverse-keyed."""
    return x * [1, 1, 1, -1, 1] + [0, 0, 0, 6, 0]


def test_titles_do_no_harm_in_pages():
    form = small_form(3, [{"id": "a.b-c_é", "title": HOSTILE, "items": ["q1", "q2", "q3"]}], title=HOSTILE)
    report = report_of(answers(30, 3), form)
    assert strict_json(report)["scales"][0]["title"] == HOSTILE
    for page in (report.to_html(), report._repr_html_(), report["a.b-c_é"]._repr_html_()):
        assert Page(page).tags.count("script") == page.count('<script type="application/json" id="results">')
    lines = report.to_markdown().splitlines()
    table = [line for line in lines if line.startswith("|")][:3]
    assert len({line.count("|") for line in table}) == 1
    assert [line for line in lines if line.startswith("# ")] == [f"# {report.title}"]
    assert "<script>" not in report.to_markdown()


def test_pages_hold_the_figures():
    report = reliability_report(SHORT, PERSONS)
    html, markdown = Page(report.to_html()), report.to_markdown()
    csv = pd.read_csv(pd.io.common.StringIO(report.to_csv()), index_col="scale")
    pd.testing.assert_frame_equal(csv[list(report.to_frame())], report.to_frame(), check_dtype=False)
    assert set(csv["digest"]) == {SHORT.digest}
    assert set(csv["interval_method"]) == {"bonett"}
    for name in ("alpha", "lambda2", "sem"):
        for value in report.to_frame()[name]:
            figure = f"{value:.2f}" if name == "sem" else apa(value, 3)
            assert figure in html.text
            assert figure in markdown
    for item in SHORT.item_ids:
        assert item in html.text
    assert report.sentence() in html.text
    assert report.sentence() in markdown
    assert list(strict_json(report)) == list(report.to_dict())
    assert "DRAFT" in report.title


def test_a_page_on_paper_cuts_no_columns_off():
    style = reliability_report(SHORT, PERSONS).to_html().split("<style>")[1].split("</style>")[0]
    on_paper = style.split("@media print {")[1]
    assert "div.wide { overflow: visible }" in on_paper
    assert "size: landscape" in style


# ------------------------------------------------------------------ little to go by

x5 = answers(50, 5)
TWO = np.array([[1, 5], [5, 1], [2, 4], [4, 2], [3, 3], [1, 4]] * 10)
HARD: dict[str, tuple[Any, str]] = {
    "one item": (x5[:, :1], "one item has no internal consistency"),
    "two items": (x5[:, :2], "report Spearman-Brown"),
    "two items, opposed": (TWO, "alpha is negative"),
    "a constant item": (np.column_stack([x5[:, :4], np.full(50, 3)]), "everyone gave q5 the same answer"),
    "constant": (np.full((20, 4), 2), "the total of the items does not vary"),
    "no complete row": (np.where(np.eye(5)[np.arange(50) % 5] > 0, NO, x5), "nobody answered every item"),
    "more items than persons": (answers(4, 6), "4 complete persons for 6 items"),
    "an item nobody answered": (
        np.column_stack([x5[:, :4], np.full(50, NO)]),
        "fewer than two persons answered",
    ),
    "items of others": (
        [[1, NO], [NO, 2], [3, NO], [NO, 3]],
        "fewer than two persons answered both q1 and q2",
    ),
    "three persons": (answers(3, 5), "n = 3 is too small"),
    "two persons": ([[1, 2, 3], [2, 2, 5]], "needs at least three persons; there are 2"),
    "one person": (x5[:1], "fewer than two persons"),
    "nobody": (np.empty((0, 5)), "fewer than two persons"),
    "no answers": (np.full((9, 5), NO), "fewer than two persons"),
}


@pytest.mark.parametrize(
    "options", [{}, {"missing": "listwise"}, {"interval": "bca", "n_resamples": 100, "rng": 1}]
)
@pytest.mark.parametrize("case", HARD)
def test_little_to_go_by_is_said_and_never_a_crash(case, options):
    x, words = HARD[case]
    report = report_of(x, **options)
    if not options:
        assert any(words in text for text in report.warnings), report.warnings
    assert strict_json(report)["n_persons"] == len(x)
    for text in (report.to_html(), report.to_markdown(), report.to_csv(), repr(report), repr(report["a"])):
        assert not re.search(r"\b(nan|inf|None)\b", text, re.IGNORECASE)
    Page(report.to_html()), Page(report["a"]._repr_html_())
    assert (report["a"].alpha.reason is None) == math.isfinite(report["a"].alpha.estimate)
    assert ("not defined" in report.sentence()) == bool(report["a"].alpha.reason)


def test_pairs_of_answers_may_be_many_where_complete_persons_are_few():
    report = report_of(answers(400, 5, gaps=0.6))
    assert report["a"].n_complete < 5
    assert min(report["a"].n_pairs) > 30
    assert np.linalg.matrix_rank(report["a"].alpha.moments.correlations("items")) == 5
    assert "not of full rank" not in " ".join(report.warnings)


def test_parts_of_unequal_length_have_stratified_alpha_alone():
    report = report_of(turned(answers(60, 5)), small_form(5, TOTAL))
    total = report["total"]
    assert (total.alpha.estimate, total.lambda2, total.split_half.estimate) == pytest.approx(
        (NO,) * 3, nan_ok=True
    )
    assert total.stratified is not None
    assert "stratified" in str(total.alpha.reason)
    assert total.error is not None
    assert total.error.reliability == total.stratified.estimate
    assert "The reliability of All, from its 2 scales, was ." in report.sentence()
    assert report["total"].row()["stratified_alpha"] == strict_json(report)["scales"][2]["stratified_alpha"]


def test_a_constant_part_leaves_a_composite_without_reliability():
    report = report_of(turned(np.column_stack([np.full((60, 2), 3), answers(60, 3)])), small_form(5, TOTAL))
    assert "everyone" in " ".join(report["total"].warnings)
    assert "a: the total of the items does not vary" in " ".join(report.warnings)
    assert "All" in report.sentence()


def test_an_undefined_scale_leaves_the_others():
    both_ways = [PARTS[0], {"id": "b", "items": ["-q1", "q4", "q5"]}, {"id": "total", "of": ["a", "b"]}]
    x = answers(60, 5)
    report = report_of(np.column_stack([x[:, :3], 6 - x[:, 3:]]), small_form(5, both_ways))
    assert report["a"].alpha.reason is None
    assert "in both directions" in str(report["total"].alpha.reason)


# ------------------------------------------------------------------ keys, clusters, options


def test_items_against_their_key_are_named_and_not_flipped():
    turned = PERSONS.assign(tru09=8 - PERSONS["tru09"])
    with pytest.warns(
        KeyingWarning, match=r"trust: its reverse-keyed items run against the others: tru09"
    ) as told:
        report = reliability_report(SHORT, turned)
    assert len(told) == 1
    assert told[0].filename == __file__
    assert report["trust"].keying.items == ("tru09",)
    assert "Nothing was flipped" in report.to_markdown()
    assert "tru09" in strict_json(report)["scales"][0]["warnings"][0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reliability_report(SHORT, PERSONS)


def test_clusters_are_a_column_or_labels():
    by_name = reliability_report(SHORT, PERSONS, clusters="couple")
    labels = [f"c{n}" for n in PERSONS["couple"]]
    kinds = (PERSONS["couple"], labels, pl.Series(labels), pd.Categorical(labels), np.array(labels))
    for clusters in kinds:
        assert reliability_report(SHORT, PERSONS, clusters=clusters).to_dict() == by_name.to_dict()
    assert reliability_report(SHORT, PERSONS.rename(columns={"couple": 7}), clusters=7).n_clusters == 60
    alpha = cronbach_alpha(encode(SHORT, PERSONS), scale="trust")
    expected = alpha.confidence_interval(method="adf", clusters=labels)
    assert by_name["trust"].interval.to_dict() == expected.to_dict()
    assert (by_name.interval_method, by_name.n_clusters, by_name["trust"].interval.n) == ("adf", 60, 60)
    assert "120 persons in 60 clusters" in by_name.to_html()


@pytest.mark.parametrize("interval", ["bootstrap", "bca"])
@pytest.mark.parametrize("clusters", [None, "couple"])
def test_a_seed_gives_the_same_bootstrap(interval, clusters):
    options = {"interval": interval, "n_resamples": 200, "clusters": clusters}
    first, again, other = (reliability_report(SHORT, PERSONS, rng=seed, **options) for seed in (4, 4, 5))
    assert first.to_json() == again.to_json() != other.to_json()
    assert first["trust"].interval.n == (len(PERSONS) if clusters is None else 60)


CHECKED, SUMS = encode(SHORT, PERSONS), stream(PERSONS)
REFUSED: dict[str, tuple[Any, dict[str, Any], str]] = {
    "columns again": (CHECKED, {"columns": list(SHORT.item_ids)}, "checked before.*encode"),
    "columns again in an array": (CHECKED, {"columns": np.array(SHORT.item_ids)}, "checked before"),
    "columns again in an index": (CHECKED, {"columns": pd.Index(SHORT.item_ids)}, "checked before"),
    "person again": (CHECKED, {"person": "couple"}, "checked before"),
    "missing codes again": (SUMS, {"missing_codes": 0}, "checked before"),
    "bad answers again": (SUMS, {"on_invalid": "missing"}, "checked before"),
    "missing items again": (CHECKED, {"allow_missing_items": True}, "checked before"),
    "answers to another form": (encode("ras", ras(answers(9, 7))[1]), {}, "belong to ras 1, not to scii-24"),
    "bootstrap of moments": (SUMS, {"interval": "bca"}, "each person's answers"),
    "clusters of moments": (SUMS, {"clusters": [1] * 120}, "each person's answers"),
    "a closed form with clusters": (
        PERSONS,
        {"clusters": "couple", "interval": "bonett"},
        "assumes that persons are independent",
    ),
    "no such column": (PERSONS, {"clusters": "site"}, "clusters: the table has no column 'site'"),
    "too few labels": (PERSONS, {"clusters": [1, 2]}, "2 labels for 120 persons"),
    "a person of no cluster": (
        PERSONS,
        {"clusters": [None, *range(119)]},
        "1 persons? belongs? to none.*row 0",
    ),
    "no such interval": (PERSONS, {"interval": "wald"}, "interval='wald'"),
    "no such rule": (PERSONS, {"missing": "fiml"}, "missing='fiml'.*'listwise'"),
    "no such level": (PERSONS, {"confidence_level": 95}, "confidence_level=95"),
    "few resamples": (PERSONS, {"interval": "bca", "n_resamples": 9}, "at least 100"),
    "no such seed": (
        PERSONS,
        {"interval": "bca", "rng": -1},
        "rng",
    ),
    "a file": ("answers.csv", {}, "intimacy-scales reliability"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_options_that_do_not_go_together(case):
    table, options, words = REFUSED[case]
    with pytest.raises((EstimationError, ResponseError), match=words):
        reliability_report(SHORT, table, **options)
