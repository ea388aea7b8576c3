"""Results of other persons are refused, and several samples, few coefficients and no scores are told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import cfa, encode, paper_table, reliability_report, score, simulate, structure_report
from intimacy_scales.dyads.report.paragraph import _reliable
from intimacy_scales.errors import EstimationError, KeyingWarning, ResponseError
from intimacy_scales.papers import methods_section, results_section
from intimacy_scales.papers.couples_text import clusters_text
from intimacy_scales.papers.same_persons import unlike_scores, unlike_structure
from tests.shared.instruments import form_of

N = 120


def sample(seed: int, missing: float = 0.0) -> Any:
    return simulate("scii-24", N, missing=missing, rng=seed).answers


@pytest.mark.parametrize("rule", ["pairwise", "listwise"])
@pytest.mark.parametrize("missing", [0.0, 0.05])
def test_scores_of_other_persons_are_seen(rule: Any, missing: float) -> None:
    report = reliability_report("scii-24", sample(1, missing), missing=rule)
    scores, others = (score("scii-24", sample(seed, missing)) for seed in (1, 2))
    assert unlike_scores(report, scores) is None
    assert unlike_scores(report, others) is not None
    paper_table(report, scores)
    with pytest.raises(EstimationError, match="not of the same persons and answers"):
        paper_table(report, others)
    methods_section(report, scores, others)  # two samples, one of which is that of the report
    for section in (methods_section, results_section):
        with pytest.raises(ResponseError, match=f"a reliability report of {N} persons each that are not"):
            section(others, report)


@pytest.mark.parametrize("missing", [0.0, 0.05])
def test_models_of_other_persons_are_seen(missing: float) -> None:
    answers = sample(1, missing)
    report, scores, others = (
        reliability_report("scii-24", answers),
        score("scii-24", answers),
        score("scii-24", sample(2, missing)),
    )
    structure = structure_report("scii-24", answers, n_iterations=2)
    assert unlike_structure(structure, report, scores) is None
    if missing:
        with pytest.raises(EstimationError, match=r"by the model [0-9]+ persons answered every item"):
            paper_table(others, structure)
        return
    other = reliability_report("scii-24", sample(2))
    with pytest.raises(EstimationError, match="do not correlate alike in the model and in the report"):
        paper_table(other, structure)
    few = score("scii-24", sample(1).iloc[:-1])
    with pytest.raises(EstimationError, match=f"the model is of {N} persons and the scores of {N - 1}"):
        paper_table(few, structure)


def test_means_of_a_model_are_those_of_scores() -> None:
    answers = sample(1)
    items = [item.removeprefix("-") for item in score("scii-24", answers).form.scales[0].items]
    model = cfa(f"f =~ {' + '.join(items)}", encode("scii-24", answers))
    assert unlike_structure(model, None, score("scii-24", answers)) is None
    found = unlike_structure(model, None, score("scii-24", sample(2)))
    assert found is not None
    assert "by the model's items" in found


def test_samples_of_one_kind_are_all_counted() -> None:
    one, two = (simulate("ras", n, rng=n).answers for n in (60, 40))
    section = methods_section(score("ras", one), score("ras", two))
    assert section["Sample"].startswith(
        "The number of respondents differs between analyses: 60 and 40 for scores. Of the scores of 60 resp"
    )
    reports = reliability_report("ras", one), reliability_report("ras", two)
    assert "60 and 40 for reliability" in methods_section(*reports)["Sample"]


def test_the_note_has_the_n_of_listwise_coefficients() -> None:
    answers = simulate("ras", 100, missing=0.1, rng=3).answers
    report = reliability_report("ras", answers, missing="listwise")
    n = report.scales[0].n_complete
    assert n < 100
    assert f"every item of a scale (n = {n} of 100)" in paper_table(report, score("ras", answers)).note


def test_clusters_are_not_called_couples_because_of_their_number() -> None:
    class Couples:
        n_couples = 20

    reports: Any = [Couples()]
    assert clusters_text(20, reports) == "20 clusters of respondents (as many as there are couples)"
    assert clusters_text(120, reports) == "120 clusters of respondents"
    assert clusters_text(None, reports) == ""


def test_where_nobody_has_a_score_no_figures_are_written() -> None:
    scores = score("kmss", pd.DataFrame({f"kmss_{n}": [np.nan] * 20 for n in (1, 2, 3)}))
    none = "No score could be computed (N = 20), because too few items were answered."
    assert results_section(scores)["Descriptive statistics"] == none
    assert "No score could be computed." in paper_table(scores).note
    assert "No score could be computed, because" in methods_section(scores)["Sample"]
    form = form_of({"s": "a b", "t": "c d"})
    some = score(form, pd.DataFrame({"a": [1, 2], "b": [2, 3], "c": [np.nan] * 2, "d": [np.nan] * 2}))
    text = results_section(some)["Descriptive statistics"]
    assert "No score could be computed for t." in text
    assert "M = -" not in text
    assert "No score could be computed for t." in paper_table(some).note


def test_alpha_below_zero_has_a_caution_in_the_note() -> None:
    rng = np.random.default_rng(1)
    x = rng.integers(1, 6, 60)
    table = pd.DataFrame({"a": x, "b": 6 - x, "c": rng.integers(1, 6, 60)})
    with pytest.warns(KeyingWarning):
        report = reliability_report(form_of({"s": "a b c"}), table)
    assert report.scales[0].alpha.estimate < 0
    assert "α of s is below 0" in paper_table(report).note


def test_no_sentence_on_an_empty_triangle() -> None:
    answers = sample(1)
    report, scores = reliability_report("scii-24", answers), score("scii-24", answers)
    one = structure_report("scii-24", answers, factors="one", n_iterations=2)
    assert "Above the diagonal" not in paper_table(report, scores, one).note


def test_reliable_differences_have_the_n_of_each() -> None:
    class Count:
        def __init__(self, scale: str, n_reliable: int, n: int) -> None:
            self.scale, self.n_reliable, self.n = scale, n_reliable, n

    class Report:
        def title_of(self, scale: str) -> str:
            return scale.capitalize()

    report: Any = Report()
    counts: Any = [Count("intimacy", 8, 40), Count("trust", 9, 59), Count("love", 15, 59)]
    assert _reliable(report, counts) == "9 of 59 couples (Trust) to 15 of 59 couples (Love)"
    counts[0].n = 59
    assert _reliable(report, counts) == "8 (Intimacy) to 15 (Love) of 59 couples"
