"""The measurement section of a paper."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import (
    Dyads,
    Instrument,
    cfa,
    couple_report,
    encode,
    invariance,
    load,
    methods_section,
    reliability_report,
    score,
    simulate,
    structure_report,
)
from intimacy_scales.errors import ResponseError
from intimacy_scales.papers import PaperText, results_section
from intimacy_scales.results.symbols import with_unbroken_intervals
from tests.shared.instruments import form_of

TRUST = "trust =~ tru01 + tru04 + tru09 + tru11"


@pytest.fixture(scope="module")
def couples() -> dict[str, object]:
    """Every kind of report of the same simulated couples, some of whose answers are missing."""
    answers = simulate("scii-24", 300, couples=0.5, missing=0.01, rng=5).answers
    coded = encode("scii-24", answers, keep=["couple", "partner"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            "scores": score("scii-24", answers),
            "reliability": reliability_report(coded, clusters="couple"),
            "structure": structure_report(coded, clusters="couple", n_iterations=5),
            "model": cfa(TRUST, coded, estimator="MLR", missing="fiml", clusters="couple"),
            "invariance": invariance(TRUST, coded, groups=["a", "b"] * 150),
            "couples": couple_report(
                Dyads.from_long("scii-24", answers, couple="couple", role="partner"),
                outcome="commitment",
                predictors=["trust"],
            ),
        }


@pytest.fixture(scope="module")
def section(couples: dict[str, object]) -> PaperText:
    return methods_section(*couples.values())  # type: ignore[arg-type]


def test_a_paragraph_worked_by_hand() -> None:
    answers = pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 2, 4, 4], "c": [5, 4, 2, None]})
    form = form_of({"s": "a b -c"})
    text = methods_section(score(form, answers))
    assert text.headings == ("Sample", "Measure", "Software")
    assert text["Sample"] == (
        "The sample consisted of four respondents. All respondents have a score. For one respondent, the "
        "score was computed although items were skipped."
    )
    assert text["Measure"].split(". ")[1:] == [
        "It is a draft form, and its scores have not been validated",
        "Items were answered on a 5-point scale from 1 to 5",
        "The s score is the mean of all three items (possible range: 1 to 5)",
        "Item c is reverse-keyed",
        "A score was computed if at least half of the items were answered",
        "Skipped items then counted as the mean of the answered ones.",
    ]


def test_published_instruments_are_cited_and_named() -> None:
    assert methods_section(load("prqc"))["Measure"] == (
        "Participants completed the Perceived Relationship Quality Components Inventory (Fletcher et al., "
        "2000), which has 18 items. Items were answered on a 7-point scale from 1 to 7. Satisfaction, "
        "Commitment, Intimacy, Trust, Passion and Love are means of three items each. Total is the mean of "
        "all 18 items. All scores can range from 1 to 7. No item is reverse-keyed. Each score was computed "
        "if at least half of its items were answered. Skipped items then counted as the mean of the answered "
        "ones."
    )


def test_one_item() -> None:
    answers = pd.DataFrame({"ios_1": [1, 4, 7, 7, None, 2]})
    text = methods_section(score("ios", answers), reliability_report("ios", answers))
    assert text["Measure"].endswith(
        "has one item. The item was answered on a 7-point scale from 1 to 7. The score is the answer to the "
        "item (possible range: 1 to 7)."
    )
    assert text["Sample"] == (
        "The sample consisted of six respondents, of whom five answered every item. Scores are missing where "
        "too few items were answered (n = 1)."
    )
    assert text["Internal consistency"] == (
        "Internal consistency is not reported: one item has no internal consistency."
    )


def test_reliability_of_one_scale_worked_by_hand() -> None:
    answers = simulate("ras", 120, rng=3).answers
    report = reliability_report("ras", answers)
    scale = report["total"]
    alpha, omega = (f"{value:.2f}"[1:] for value in (scale.alpha.estimate, scale.omega.estimate))
    ends = [f"{value:.2f}"[1:] for value in (*scale.interval, *scale.omega_interval)]
    assert methods_section(report)["Internal consistency"] == (
        "Internal consistency was estimated by Cronbach's alpha (unstandardized) and McDonald's omega total "
        "(one-factor model, maximum likelihood, model-implied variance), with 95% confidence intervals (CIs, "
        "in brackets; alpha: Bonett, 2002; omega: logit, Raykov & Marcoulides, 2011). No answers were "
        f"missing (N = 120). Alpha = {alpha}, 95% CI [{ends[0]}, {ends[1]}], and omega total = {omega}, 95% "
        f"CI [{ends[2]}, {ends[3]}]."
    )


def test_two_items_have_the_spearman_brown_coefficient() -> None:
    text = methods_section(reliability_report("scii-12", simulate("scii-12", 150, rng=1).answers))
    found = text["Internal consistency"]
    assert "estimated by the Spearman-Brown coefficient, because each of these scales has two items." in found
    assert "Cronbach" not in found
    assert re.search(r"Spearman-Brown coefficients were \.\d\d \(Trust\), .* and \.\d\d \(Interdep", found)
    assert re.search(
        r"For Total intimacy, stratified alpha = \.\d\d and omega total = \.\d\d, 95% CI \[", found
    )


def test_improper_solutions_are_named_and_their_omega_left_out(heywood: Instrument) -> None:
    answers = _heywood_answers()
    report = reliability_report(heywood, answers)
    structure = structure_report(heywood, answers, n_iterations=5, estimator="ML")
    assert report["s"].omega.improper
    assert structure.improper
    text = methods_section(heywood, report, structure)
    assert "is not reported, because the solution of its factor model is improper." in str(text)
    assert "omega total = " not in str(text)
    assert "must not be interpreted as it stands" in text["Structure"]


@pytest.fixture(scope="module")
def heywood() -> Instrument:
    return form_of({"s": "a b c d"}, high=9)


def _heywood_answers() -> pd.DataFrame:
    """Simulated answers whose correlations need a negative residual variance of the first item."""
    correlations = np.full((4, 4), 0.3) + 0.7 * np.eye(4)
    correlations[0, 1:] = correlations[1:, 0] = [0.75, 0.6, 0.55]
    scores = np.random.default_rng(2).multivariate_normal(np.zeros(4), correlations, 300)
    return pd.DataFrame(np.clip(np.round(5 + 1.5 * scores), 1, 9), columns=list("abcd"))


def test_every_report_contributes(couples: dict[str, object], section: PaperText) -> None:
    whole = set(re.split(r"(?<=[a-z)\]])\. ", str(section)))
    for name in couples:
        without = methods_section(*(report for key, report in couples.items() if key != name))  # type: ignore[arg-type]
        assert whole - set(re.split(r"(?<=[a-z)\]])\. ", str(without))), name


def test_no_sentence_twice_no_double_blank_no_stray_point(section: PaperText) -> None:
    text = " ".join(part.text for part in section.paragraphs)
    sentences = re.split(r"(?<=[a-z)\]])\. ", text)
    assert len(sentences) == len(set(sentences)) > 20
    assert "  " not in str(section)
    assert ".." not in text
    assert not re.search(r"\b(\w+) \1\b", text)  # "the the"
    assert not re.search(r"\bone \w+s\b(?! )", text)
    assert "nan" not in text
    assert " None" not in text


def test_every_figure_of_the_text_is_in_a_report(couples: dict[str, object], section: PaperText) -> None:
    numbers = _numbers_of([report.to_dict() for report in couples.values()])  # type: ignore[attr-defined]
    figures = re.findall(r"(?<![\w.])-?(?:\d*\.\d+|\d+\.\d+)(?![\d.])", _without_software(section))
    assert len(figures) > 40
    limits = {".001", ".95", ".06", ".08", ".01"}  # of p, guides and the fall of CFI
    for figure in set(figures) - limits:
        digits = len(figure.partition(".")[2])
        assert any(round(number, digits) == float(figure) for number in numbers), figure


def _without_software(section: PaperText) -> str:
    return " ".join(part.text for part in section.paragraphs if part.heading != "Software")


def _numbers_of(value: object) -> set[float]:
    """Return all numbers of nested results, and the ends of the intervals of RMSEA."""
    text = json.dumps(value)
    return {float(number) for number in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", text)}


def test_couples_are_described(section: PaperText) -> None:
    assert section["Sample"].startswith(
        "The sample consisted of 150 couples in each of which both partners answered. Partners were "
        "distinguished by role (1 and 2). Answers of 300 respondents were analysed, of whom "
    )
    assert (
        "Intervals take the 150 clusters of respondents (as many as there are couples) as units."
        in section["Internal consistency"]
    )
    assert "independent respondents" not in str(section)
    assert (
        "An actor-partner interdependence model predicted Commitment from Trust of both partners (n = 150"
        in (section["Couples"])
    )


def test_partners_without_clusters_are_said_to_count_as_independent(couples: dict[str, object]) -> None:
    answers = simulate("scii-24", 300, couples=0.5, missing=0.01, rng=5).answers
    text = methods_section(reliability_report("scii-24", answers), couples["couples"])  # type: ignore[arg-type]
    assert text["Internal consistency"].endswith(
        "Partners were treated as independent respondents in these figures."
    )


def test_a_model_with_the_fit_of_a_structure_report_is_not_described_again() -> None:
    answers = encode("ras", simulate("ras", 200, rng=4).answers)
    report = structure_report(answers, n_iterations=5, estimator="ML", missing="listwise")
    model = cfa(load("ras"), answers)
    assert methods_section(report, model)["Structure"] == methods_section(report)["Structure"]


def test_results_of_different_instruments_are_refused_unless_allowed() -> None:
    with pytest.raises(ResponseError, match="reports of 2 instruments: ras 1; ios 1"):
        methods_section(load("ras"), load("ios"))
    text = methods_section(load("ras"), load("ios"), several_instruments=True)
    assert text.headings == ("Measure: ras", "Measure: ios", "Software")
    assert text["Software"].count("The instrument file was") == 2


def test_the_same_id_with_another_digest_is_another_instrument() -> None:
    worded = load("ios").with_texts({"ios_1": "Which picture shows the two of you?"})
    digests = " and ".join(f"{form.digest[:12]}" for form in (load("ios"), worded))
    with pytest.raises(ResponseError) as caught:
        methods_section(load("ios"), worded)
    assert all(digest in str(caught.value) for digest in digests.split(" and "))


def test_an_instrument_that_is_not_shipped_must_be_passed() -> None:
    form = form_of({"s": "a b c"})
    answers = pd.DataFrame(np.random.default_rng(1).integers(1, 6, (40, 3)), columns=list("abc"))
    report = reliability_report(form, answers)
    with pytest.raises(ResponseError, match="pass the instrument"):
        methods_section(report)
    assert "Measure" in methods_section(form, report).headings


@pytest.mark.parametrize(
    ("reports", "words"), [((), "needs at least one report"), (("ras",), "describe str")]
)
def test_what_cannot_be_described(reports: tuple[object, ...], words: str) -> None:
    with pytest.raises(ResponseError, match=words):
        methods_section(*reports)  # type: ignore[arg-type]


def test_all_writers_have_the_same_paragraphs(section: PaperText, tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    markdown, html, latex = section.to_markdown(), section.to_html(), section.to_latex()
    assert markdown.startswith("# Method\n\n## Sample\n\n")
    section.to_docx(tmp_path / "method.docx")
    paragraphs = [part.text for part in docx.Document(str(tmp_path / "method.docx")).paragraphs]
    for part in section.paragraphs:
        assert f"## {part.heading}\n\n{part.text}\n" in markdown
        assert f"<h2>{part.heading}</h2><p>" in html
        assert rf"\subsubsection*{{{part.heading}}}" in latex
        written = with_unbroken_intervals(part.text.replace("chi-square", "\u03c7\u00b2"))
        assert paragraphs[paragraphs.index(part.heading) + 1] == written
    assert r"$\chi^2$" in latex
    assert f"<h2>Sample</h2><p>{section['Sample']}" in section._repr_html_()


def test_unknown_heading(section: PaperText) -> None:
    with pytest.raises(KeyError, match="it has Sample, Measure"):
        section["Participants"]


def test_prqc_of_118_couples(shared: object) -> None:
    table = pd.read_csv(f"{shared}/oracles/data/prqcQ.csv")
    dyads = Dyads.from_wide("prqc", table, columns={"1": "prqc.1_{n}", "2": "prqc.2_{n}"})
    report = couple_report(dyads, outcome="love", predictors=["trust"])
    answers = dyads.answers
    assert answers is not None
    text = methods_section(report, reliability_report(answers))
    assert text["Couples"].startswith(
        "Partners' scores correlated from ICC = .62 (Trust) to .79 (Total; n = 117 to 118)."
    )
    assert (
        "Omega total of the total score is not reported, because the solution of its factor model is"
        in (text["Internal consistency"])
    )
    assert "The model of the total score is not used, because its solution is improper." in text["Couples"]
    sample = "118 couples, 1 of them with missing scores; full information "
    assert f"(n = {sample}maximum likelihood; predictors centred" in text["Couples"]
    found = results_section(report)
    assert "omega" not in found["Couples"].partition("Total")[0].lower()
    assert f"({sample}ML; predictors centred" in report.sentence()
