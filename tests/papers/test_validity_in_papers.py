"""Tables and texts for papers of content validity, known groups and minimal important change."""

from __future__ import annotations

import math

import pytest

from intimacy_scales import (
    EstimationError,
    ResponseError,
    known_groups,
    load,
    methods_section,
    minimal_important_change,
    paper_table,
    reliability_report,
    results_section,
    score,
    simulate,
)
from intimacy_scales.instrument.evidence import Finding
from intimacy_scales.results.wording import apa, shown
from intimacy_scales.validity import content_validity, read_expert_sheets

LEVELS = ["worse", "same", "better"]
ANCHOR = ["same", "better", "better", "worse", "same", "better", "same", "better"] * 8
BEFORE = [3.0, 4.0, 3.5, 2.5, 4.0, 3.0, 5.0, 4.5] * 8


@pytest.fixture(scope="module")
def content():
    rows = [
        {"item": f"tru0{n}", "relevance": r, "clarity": c, "essential": e, "facet": "security"}
        for n, r, c, e in ((1, 4, 3, "yes"), (2, 2, 4, "no"), (3, 3, 2, "yes"))
    ]
    other = [row | {"relevance": 4} for row in rows]
    return content_validity(read_expert_sheets([rows, rows, other], "trust"))


@pytest.fixture(scope="module")
def scores():
    answers = simulate("scii-24", 120, couples=0.5, rng=1).answers
    answers["place"] = ["community"] * 60 + ["therapy"] * 60
    return score("scii-24", answers, keep=["place", "couple"])


@pytest.fixture(scope="module")
def groups(scores):
    return [known_groups(scores, "place", higher="community", scale=scale) for scale in ("trust", "total")]


@pytest.fixture(scope="module")
def change():
    after = [value + (n % 5) / 10 for n, value in enumerate([3.0, 4.5, 4.5, 2.0, 4.5, 4.0, 5.5, 4.5] * 8)]
    return minimal_important_change(
        BEFORE, after, anchor=ANCHOR, levels=LEVELS, improved=["better"], sem=0.3, n_resamples=200, rng=1
    )


def test_the_table_of_experts_has_a_row_for_each_item(content):
    table = paper_table(content, labels={"tru01": "Item 1"})
    assert (table.kind, table.table.title) == ("content", "Experts' judgements of items")
    assert table.table.columns["Item"] == ["Item 1", "tru02", "tru03"]
    assert set(table.table.above.values()) == {"Relevance", "Clarity", "Essential", "Sorting"}
    frame = table.to_frame()
    for row, (_, figures) in zip(content.items, frame.iterrows(), strict=True):
        assert (figures["n"], figures["i_cvi"], figures["kappa"], figures["v"]) == (
            row.n,
            row.i_cvi,
            row.kappa,
            row.v,
        )
    assert frame["clarity_i_cvi"].tolist() == [row.i_cvi for row in content.clarity]
    assert frame["cvr"].tolist() == [row.cvr for row in content.essential]
    assert frame["p_sa"].tolist() == [row.p_sa for row in content.sorted_items]
    for text in (
        f"S-CVI/Ave = {apa(content.s_cvi_ave)}",
        "3 experts",
        "trust, version",
        "a rating of 3 or more",
    ):
        assert text in table.note


@pytest.mark.parametrize("kind", ["relevance", "clarity", "essential", "facet"])
def test_tables_and_texts_of_one_kind_of_judgement(kind):
    value = {"essential": "yes", "facet": "security"}.get(kind, 4)
    result = content_validity(read_expert_sheets([[{"item": "tru01", kind: value}]] * 5, "trust"))
    table = paper_table(result)
    assert table.to_frame().shape[0] == 1
    assert "nan" not in f"{table}{methods_section(result)}{results_section(result)}"
    assert "Five experts" in str(methods_section(result))


def test_the_table_of_known_groups_has_a_row_for_each_score(groups):
    table = paper_table(*groups, labels={"trust": "Trust", "therapy": "In therapy"})
    assert (table.kind, table.table.columns["Score"]) == ("groups", ["Trust", "total"])
    assert set(table.table.above.values()) == {"community", "In therapy", "Difference"}
    frame = table.to_frame()
    for one, (_, row) in zip(groups, frame.iterrows(), strict=True):
        assert (row["mean_1"], row["sd_2"]) == (one.groups[0].mean, one.groups[1].sd)
        assert (row["t"], row["df"], row["p"]) == (one.t, one.difference_df, one.p_value)
        assert (row["g"], row["auc"]) == (one.g, one.auc)
        assert (row["g_low"], row["g_high"]) == tuple(one.confidence_interval(of="g"))
        assert shown(one.g, 2) in str(table)
    assert "community minus In therapy" in table.note
    assert "scii-24, version" in table.note


def test_clusters_are_told(scores):
    result = known_groups(scores, "place", higher="community", scale="trust", clusters="couple")
    assert "cluster-robust t test" in paper_table(result).note
    assert f"{result.n_clusters} clusters" in paper_table(result).note
    assert f"robust to {result.n_clusters} clusters" in str(methods_section(result))


def test_comparisons_that_make_no_table_are_refused(groups, scores):
    with pytest.raises(
        EstimationError, match="two comparisons are of trust; a table of groups has a row for"
    ):
        paper_table(groups[0], groups[0])
    other = known_groups(scores["trust"], [1] * 60 + [0] * 60, higher=1)
    with pytest.raises(EstimationError, match="different groups: community and therapy; 1 and 0"):
        paper_table(groups[0], other)
    ras = score("ras", simulate("ras", 120, rng=1).answers)
    third = known_groups(ras, ["community"] * 60 + ["therapy"] * 60, higher="community")
    with pytest.raises(EstimationError, match=r"the results are of scii-24 .* and ras 1"):
        paper_table(groups[0], third)
    with pytest.raises(EstimationError, match="a table of groups is of one result, and 2 were passed"):
        paper_table(groups[0], scores, kind="groups")
    with pytest.raises(EstimationError, match="a table of groups is of one result, and 0 were passed"):
        paper_table(kind="groups")


def test_groups_without_variance_have_no_figures_that_look_like_some():
    table = paper_table(known_groups([3, 3, 3, 3], ["a", "a", "b", "b"], higher="a"))
    assert math.isnan(table.to_frame()["g"][0])
    assert "nan" not in str(table)


def test_the_table_of_changes_has_a_row_for_each_method(change):
    table = paper_table(change)
    assert table.kind == "change"
    assert table.table.columns["Method"] == ["Adjusted", "Predicted", "ROC", "Mean change"]
    assert table.to_frame()["change"].tolist() == [row.estimate for row in change.thresholds]
    assert "Smallest detectable change of one person: 0.83" in table.note


def test_sections_describe_and_report_them(content, groups, scores, change):
    method = methods_section(scores, content, *groups, change)
    assert method.headings == (
        "Sample", "Measure", "Content validity", "Known groups", "Minimal important change", "Software",
    )  # fmt: skip
    assert method["Known groups"].startswith(
        "Scores of Trust and Total intimacy were compared between two known groups, community (n = 60) and "
        "therapy (n = 60); community was expected to score higher. Differences were tested by Welch's t test."
    )
    assert 'ratings of "better" counted as improved' in method["Minimal important change"]
    assert "Three experts rated the relevance and clarity of three items" in method["Content validity"]
    found = results_section(scores, content, *groups, change)
    assert found.headings == (
        "Content validity", "Descriptive statistics", "Known groups", "Minimal important change",
    )  # fmt: skip
    assert found["Known groups"].count("For ") == 2
    assert found["Known groups"].startswith("For Trust, scores of community")
    assert apa(content.s_cvi_ave) in found["Content validity"]


def test_persons_left_out_are_told():
    labels = ["a"] * 20 + ["b"] * 20 + [None]
    result = known_groups([n % 7 for n in range(41)], labels, higher="a")
    assert "Persons left out: 1 with no group." in str(methods_section(result))
    after = [*(n % 4 / 2 for n in range(40)), None]
    made = minimal_important_change(
        [0.0] * 41, after, anchor=[3 + (n % 4 > 1) for n in range(41)], improved=[4], n_resamples=100, rng=1
    )
    assert "One person without a change or a rating was left out." in str(methods_section(made))


def test_instruments_that_differ_in_their_key_are_told_apart():
    form = load("kmss")
    other = form.with_method("mean")
    answers = simulate("kmss", 100, rng=1).answers
    reports = [reliability_report(one, answers) for one in (form, other)]
    with pytest.raises(ValueError, match=rf"key {form.key_digest[:12]}\); kmss 2 \(digest .*, key"):
        methods_section(*reports)
    groups = [known_groups(score(one, answers), ["a", "b"] * 50, higher="a") for one in (form, other)]
    with pytest.raises(EstimationError, match=rf"{other.key_digest[:12]}"):
        paper_table(*groups)


def plain(scores, scale, **options):
    """The comparison of a scale's scores as plain numbers."""
    labels = ["community"] * 60 + ["therapy"] * 60
    return known_groups(list(scores[scale]), labels, higher="community", **options)


def test_comparisons_of_plain_numbers_are_described_too(groups, scores, change):
    text = methods_section(*groups, plain(scores, "trust"), change)
    assert text["Known groups"].count("were compared between two known groups") == 2
    assert (
        "Scores given as plain numbers, not tied to the scoring key of the instrument, were compared"
        in text["Known groups"]
    )
    assert "The changes are of scores given as plain numbers, not tied" in text["Minimal important change"]
    two = methods_section(*groups, plain(scores, "trust"), plain(scores, "caring"))["Known groups"]
    assert "Two columns of scores given as plain numbers" in two
    found = results_section(*groups, plain(scores, "caring"))["Known groups"]
    assert found.count("For scores given as plain numbers, not tied to the scoring key") == 1
    alone = methods_section(plain(scores, "trust"), change)
    assert "plain numbers" not in str(alone)  # without an instrument there is no scoring key to be tied to
    assert "plain numbers" not in str(results_section(plain(scores, "trust")))


def test_comparisons_with_and_without_couples_have_a_note_each(groups, scores):
    couples = known_groups(scores, "place", higher="community", scale="caring", clusters="couple")
    note = paper_table(*groups, couples, plain(scores, "knowledge")).note
    assert "t, df, p = test of the difference of means" in note
    assert (
        "trust, total and Score 4: Welch's t test; intervals of g: noncentral t; of AUC: DeLong, logit."
        in note
    )
    assert "caring: cluster-robust t test; intervals of g: cluster-robust t; of AUC: Obuchowski" in note
    assert f"Persons of caring are in {couples.n_clusters} clusters." in note
    assert "Score 4 is given as plain numbers, not tied to the instrument's scoring key." in note
    alike = paper_table(*groups).note
    assert "Welch's t test of the difference of means" in alike
    assert "plain numbers" not in alike


def test_an_instrument_with_more_evidence_is_the_same_one():
    form = load("kmss")
    finding = Finding(step="pilot", statistic="interviews", value=8, sample="8 persons", source="ours")
    more = form.with_evidence([finding])
    answers = simulate("kmss", 100, rng=1).answers
    report, scores = reliability_report(form, answers), score(more, answers)
    assert report.instrument != scores.instrument
    text = methods_section(report, scores)
    assert text.headings.count("Measure") == 1
    assert str(text).count("The instrument file was kmss") == 1
    assert more.ref.digest[:12] in str(methods_section(report, more))
    groups = [known_groups(score(one, answers), ["a", "b"] * 50, higher="a") for one in (form, more)]
    with pytest.raises(EstimationError, match="two comparisons are of"):  # no longer of two instruments
        paper_table(*groups)


def test_judgements_of_another_bank_are_not_put_under_an_instrument():
    content = content_validity({"trust_01": [4, 3, 4], "trust_02": [4, 4, 2]})
    with pytest.raises(ResponseError, match=r"about none of its items, but about 'trust_01'"):
        methods_section(load("ras"), content)
    assert "rated" in str(methods_section(content))
