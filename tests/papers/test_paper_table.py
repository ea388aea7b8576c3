"""Tables for papers show the figures of their results, rounded, and say in the note where they come from."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import (
    PaperTable,
    __version__,
    cfa,
    compare_models,
    cronbach_alpha,
    efa,
    encode,
    invariance,
    paper_table,
    reliability_report,
    score,
    simulate,
    structure_report,
)
from intimacy_scales.dyads import couple_report, dyadic_invariance
from intimacy_scales.errors import EstimationError
from intimacy_scales.results.wording import apa
from tests.shared.couples import couples_with_scores
from tests.shared.factor_answers import good
from tests.shared.instruments import coded
from tests.shared.simulated_couples import close_couples, closeness_answers

MODEL = "a =~ q1 + q2 + q3; b =~ q4 + q5 + q6"
ONE = "f =~ q1 + q2 + q3 + q4 + q5 + q6"
KEYS = {"a": "q1 q2 q3", "b": "q4 -q5 q6", "c": {"of": ["a", "b"]}}
N = 150
Results = dict[str, Any]


@pytest.fixture(scope="module")
def results() -> Results:
    x = np.hstack([good(N, 3, 1, gaps=0.02), good(N, 3, 2, gaps=0.02)])
    x[:, 4] = 8 - x[:, 4]
    answers = coded(x, KEYS)
    return {
        "answers": answers,
        "report": reliability_report(answers.instrument, answers),
        "scores": score(answers.instrument, answers),
        "structure": structure_report(answers.instrument, answers, n_iterations=2),
        "two": cfa(MODEL, answers, estimator="MLR", missing="fiml"),
        "one": cfa(ONE, answers, estimator="MLR", missing="fiml"),
        "efa": efa(answers, 2),
        "invariance": invariance(MODEL, answers, groups=[n % 2 for n in range(N)]),
    }


@pytest.fixture(scope="module")
def couples() -> Any:
    return couple_report(close_couples(closeness_answers(60)), invariance=False)


def cells(table: PaperTable, heading: str) -> list[str]:
    return list(table.table.columns[heading])


def test_the_table_of_scales_has_the_figures_of_report_and_scores(results: Results) -> None:
    table = paper_table(results["report"], results["scores"], results["structure"])
    summary = results["scores"].summary().scales
    assert cells(table, "Scale") == ["1. a", "2. b", "3. c"]
    assert cells(table, "k") == ["3", "3", "6"]
    assert cells(table, "n") == [str(s.n) for s in summary]
    assert cells(table, "M") == [f"{s.mean:.2f}" for s in summary]
    assert cells(table, "SD") == [f"{s.sd:.2f}" for s in summary]
    assert cells(table, "Range: Possible") == ["1\N{EN DASH}7"] * 3
    assert (
        cells(table, "Range: Observed")[0] == f"{summary[0].minimum:.2f}\N{EN DASH}{summary[0].maximum:.2f}"
    )
    for scale, alpha, omega in zip(
        results["report"], cells(table, "α [95% CI]"), cells(table, "ω [95% CI]"), strict=True
    ):
        low, high = scale.interval
        assert alpha == f"{apa(scale.alpha.estimate)} [{apa(low)}, {apa(high)}]"
        low, high = scale.omega_interval
        assert omega == f"{apa(scale.omega.estimate)} [{apa(low)}, {apa(high)}]"
    r = pd.DataFrame(results["scores"].values).corr()
    assert cells(table, "Correlations: 1") == ["-", apa(r[0][1]), apa(r[0][2])]
    latent = results["structure"].factor_correlations[0, 1]
    assert cells(table, "Correlations: 2") == [apa(latent), "-", apa(r[1][2])]
    frame = table.to_frame()
    assert frame["alpha"].tolist() == [s.alpha.estimate for s in results["report"]]  # in full precision
    assert frame["r_a"][1] == pytest.approx(r[0][1], abs=1e-12)


def test_its_note_says_what_and_how(results: Results) -> None:
    note = paper_table(results["report"], results["scores"], results["structure"]).note
    instrument = results["report"].instrument
    pairs = [n for scale in results["report"] for n in scale.n_pairs]
    assert max(pairs) < N
    for told in (
        "k = number of items",
        "α = Cronbach's alpha",
        "of α, Bonett, 2002",
        "of ω, logit, Raykov & Marcoulides, 2011",
        f"from the persons who answered each pair of items (n = {min(pairs)} to {max(pairs)} of {N})",
        "Below the diagonal: Pearson correlations of observed scores (n = 150, pairwise)",
        "Above the diagonal: correlations of the factors of a confirmatory factor analysis (robust maximum",
        f"small, version 1 (digest {instrument.digest[:12]})",
        f"intimacy-scales {__version__}",
        f"Stratified alpha of c = {apa(results['report']['c'].stratified.estimate)}",
    ):
        assert told in note, told


def test_a_report_or_scores_alone_make_a_smaller_table(results: Results) -> None:
    report, scores = paper_table(results["report"]), paper_table(results["scores"], number=None)
    assert list(report.table.columns) == ["Scale", "k", "n", "M", "SD", "α [95% CI]", "ω [95% CI]"]
    assert cells(report, "M") == [f"{s.score_mean:.2f}" for s in results["report"]]
    assert [*scores.table.columns][:6] == ["Scale", "n", "M", "SD", "Range: Possible", "Range: Observed"]
    assert [*scores.table.columns][6:] == ["Skew", "Correlations: 1", "Correlations: 2"]
    assert "Table" not in str(scores).splitlines()[0]


def test_loadings_have_errors_and_intervals(results: Results) -> None:
    table = paper_table(results["two"], confidence_level=0.9, labels={"q1": "Item one"}, number=2)
    wanted = results["two"].parameters.standardized(0.9).query("op == '=~'")
    assert cells(table, "Item")[:2] == ["Item one", "q2"]
    assert cells(table, "λ") == [apa(x) for x in wanted.std_all]
    assert cells(table, "SE") == [apa(x) for x in wanted.se]
    ends = zip(wanted.low, wanted.high, strict=True)
    assert cells(table, "90% CI") == [f"[{apa(low)}, {apa(high)}]" for low, high in ends]
    assert cells(table, "p") == ["< .001"] * 6
    assert (
        f"by robust maximum likelihood, full information maximum likelihood for missing answers, n = {N}."
        in table.note
    )
    assert table.table.number == 2
    report = paper_table(results["structure"])
    assert report.to_frame()["loading"].tolist() == [item.loading for item in results["structure"].items]
    same = paper_table(results["two"]).to_frame()
    for name in ("low", "high"):  # a report and the model behind it have the same intervals
        mlr = report.to_frame()[name].to_numpy()
        assert np.abs(mlr[[0, 1, 2]] - same[name].to_numpy()[[0, 1, 2]]).max() < 0.02


def test_exploratory_loadings_come_with_communalities_and_correlations(results: Results) -> None:
    table, result = paper_table(results["efa"]), results["efa"]
    assert cells(table, "F1") == [*map(apa, result.loadings[:, 0]), ""]
    assert cells(table, "F2") == [*map(apa, result.loadings[:, 1]), apa(result.phi[0, 1])]
    assert cells(table, "h²") == [*map(apa, result.communalities), ""]
    assert cells(table, "Item")[-1] == "Correlation with F1"
    assert "minimum residuals, oblimin rotation" in table.note


def test_fit_of_models_is_the_corrected_one(results: Results) -> None:
    models = [results["one"], results["two"]]
    table = paper_table(*models, names=["One factor", "Two factors"])
    scaled = [model.fit.scaled for model in models]
    assert cells(table, "Model") == ["One factor", "Two factors"]
    assert cells(table, "χ²") == [f"{fit.chi_square:.2f}" for fit in scaled]
    assert cells(table, "CFI") == [apa(fit.robust_cfi, 3) for fit in scaled]
    for fit, text in zip(scaled, cells(table, "RMSEA [90% CI]"), strict=True):
        low, high = fit.robust_rmsea_interval()
        assert text == f"{apa(fit.robust_rmsea, 3)} [{apa(low, 3)}, {apa(high, 3)}]"
    assert cells(table, "SRMR") == [apa(model.fit.srmr, 3) for model in models]
    assert "Yuan-Bentler scaled chi-square and robust indices" in table.note
    plain = paper_table(cfa(MODEL, results["answers"]), kind="fit")
    assert "robust" not in plain.note


def test_comparisons_have_differences(results: Results) -> None:
    compared = compare_models(results["one"], results["two"], names=["one", "two"])
    table, change = paper_table(compared), compared.changes[0]
    assert table.kind == "fit"
    assert cells(table, "Model") == ["two", "one"]
    assert cells(table, "Δχ²") == ["-", f"{change.chi_square_change:.2f}"]
    assert cells(table, "Δdf") == ["-", "1"]
    assert cells(table, "p 10")[0] == "-"
    assert float(cells(table, "ΔCFI")[1]) == pytest.approx(change.reported("cfi"), abs=5e-4)
    assert "one against two" in table.note


def test_steps_of_invariance(results: Results, couples: Any) -> None:
    table = paper_table(results["invariance"])
    assert table.kind == "invariance"
    assert cells(table, "Model") == ["Configural", "Metric", "Scalar", "Strict"]
    frame = results["invariance"].to_frame()
    assert table.to_frame()["chi_square"].tolist() == frame["chi_square"].tolist()
    assert table.to_frame()["cfi_change"].tolist()[1:] == frame["cfi_change"].tolist()[1:]
    assert "Groups: 0 (n = " in table.note
    answers = closeness_answers(60)
    partners = paper_table(dyadic_invariance(close_couples(answers), "closeness"))
    assert "Both partners (wife and husband) are in one model; n counts couples (60 couples)" in partners.note
    exchangeable = dyadic_invariance(close_couples(answers), "closeness", distinguishable=False)
    with pytest.raises(EstimationError, match="no steps of invariance"):
        paper_table(exchangeable)


def test_couples_by_partner(couples: Any) -> None:
    table = paper_table(couples)
    frame = couples.to_frame()
    assert cells(table, "Wife: M") == [f"{frame.mean_wife.iloc[0]:.2f}"]
    assert cells(table, "Husband: SD") == [f"{frame.sd_husband.iloc[0]:.2f}"]
    assert cells(table, "Wife: ω") == [apa(frame.omega_wife.iloc[0])]
    low, high = frame.ci_low.iloc[0], frame.ci_high.iloc[0]
    assert cells(table, "r [95% CI]") == [f"{apa(frame.r.iloc[0])} [{apa(low)}, {apa(high)}]"]
    assert cells(table, "Difference: p") == [apa(frame.difference_p.iloc[0], 3)]
    assert [text for text, _ in table.table.spans if text] == ["Wife", "Husband", "Difference"]
    alike = couple_report(close_couples(closeness_answers(60), roles=False), invariance=False)
    assert "ICC [95% CI]" in paper_table(alike).table.columns
    assert "Difference: t" not in paper_table(alike).table.columns
    few = couple_report(couples_with_scores({"x": np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 1.0]])}))
    assert cells(paper_table(few), "n") == ["3"]


def test_hard_cases_of_scales() -> None:
    """Two items, one scale, a scale that nobody varies on, and long names."""
    long = "How close <you> & your partner feel_ to each other, on the whole, 100% honestly"
    x = good(25, 5, 3)
    x[:, 2:] = 4
    answers = coded(x, {"one": "q1 q2", "same": "q3 q4 q5"})
    table = paper_table(
        reliability_report(answers.instrument, answers),
        score(answers.instrument, answers),
        labels={"one": long},
        title="50% of it",
    )
    assert cells(table, "Scale") == [f"1. {long}", "2. same"]
    assert cells(table, "α [95% CI]")[1] == "-"
    assert cells(table, "Skew")[1] == "-"
    assert "Not defined or not reported: same: " in table.note
    assert r"\<" not in table.to_latex()
    assert r"feel\_ to each other, on the whole, 100\% honestly" in table.to_latex()
    assert "&lt;you&gt; &amp; your" in table.to_html()
    table.to_docx(io.BytesIO())


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda r: paper_table(), "needs a result"),
        (lambda r: paper_table(3), "is not a result that paper_table has a table for"),
        (lambda r: paper_table(r["report"], r["report"]), "2 results of class ReliabilityReport"),
        (lambda r: paper_table(r["report"], r["efa"]), "EFAResult is not a part of a table of scales"),
        (lambda r: paper_table(r["report"], kind="fit"), "ReliabilityReport has no fit"),
        (lambda r: paper_table(r["efa"], kind=cast(Any, "scale")), "kind='scale' is not valid"),
        (lambda r: paper_table(r["efa"], kind="couples"), "allowed: 'loadings'"),
        (lambda r: paper_table(r["one"], r["two"], names=["a"]), "2 models need as many different names"),
        (lambda r: paper_table(r["efa"], names=["a"]), "use labels="),
        (lambda r: paper_table(r["one"], r["two"], kind="loadings"), "of one result, and 2 were passed"),
        (lambda r: paper_table(cronbach_alpha(r["answers"], scale="a")), "every result has to_latex"),
    ],
)
def test_what_makes_no_table_is_refused(results: Results, call: Callable[[Results], Any], words: str) -> None:
    with pytest.raises(EstimationError, match=words):
        call(results)


def test_results_of_different_tables_are_refused(results: Results) -> None:
    other = coded(good(20, 6), KEYS)
    with pytest.raises(EstimationError, match="150 persons and the scores of 20 persons"):
        paper_table(results["report"], score(other.instrument, other))
    unlike = coded(good(N, 6), {"a": "q1 q2 q3"})
    with pytest.raises(EstimationError, match="make a table for each"):
        paper_table(results["report"], score(unlike.instrument, unlike))


def prqc(shared: Path) -> tuple[pd.DataFrame, Any]:
    import json

    answers = pd.read_csv(shared / "oracles" / "data" / "prqcQ.csv")
    return answers, json.loads((shared / "oracles" / "prqcQ.json").read_text(encoding="utf-8"))


def test_figures_are_rs(shared: Path) -> None:
    answers, reference = prqc(shared)
    columns = {f"prqc_{n}": f"prqc.1_{n}" for n in range(1, 19)}
    report = reliability_report("prqc", answers, columns=columns)
    table = paper_table(report, score("prqc", answers, columns=columns))
    for place, scale in enumerate(table.to_frame()["scale"].tolist()[:6]):
        theirs = reference["scales"][f"{scale}_p1"]
        alpha, rule = theirs["alpha_pairwise"], theirs["scores"]["half_rule"]
        assert cells(table, "α [95% CI]")[place].startswith(f"{apa(alpha['raw_alpha'])} [")
        assert cells(table, "M")[place] == f"{rule['mean']:.2f}"
        assert cells(table, "SD")[place] == f"{rule['sd']:.2f}"
    block = reference["cfa_six_factor_p1"]
    fitted = cfa(block["model"], answers, estimator="MLR")
    fit, theirs = paper_table(fitted, kind="fit"), block["mlr"]["fit"]
    assert cells(fit, "χ²") == [f"{theirs['chisq_scaled']:.2f}"]
    assert cells(fit, "CFI") == [apa(theirs["cfi_robust"], 3)]
    ends = (theirs[f"rmsea_ci_{end}_robust"] for end in ("lower", "upper"))
    assert cells(fit, "RMSEA [90% CI]") == [
        f"{apa(theirs['rmsea_robust'], 3)} [{', '.join(apa(end, 3) for end in ends)}]"
    ]
    theirs = pd.DataFrame(block["mlr"]["params"]).query("op == '=~'")
    assert cells(paper_table(fitted), "λ") == [apa(x) for x in theirs["std_all"]]


def test_the_note_calls_models_by_the_labels_that_are_printed() -> None:
    answers = encode("ras", simulate("ras", 200, rng=1).answers)
    model = "f =~ ras_1 + ras_2 + ras_3 + ras_5"
    free, equal = cfa(model, answers), cfa("f =~ a*ras_1 + a*ras_2 + a*ras_3 + a*ras_5", answers)
    compared = compare_models(free, equal, names=["m0", "m1"])
    table = paper_table(compared, labels={"m0": "Free", "m1": "Equal"})
    assert "Free against Equal" in table.note or "Equal against Free" in table.note
    assert "m0" not in table.note and "m1" not in table.note
