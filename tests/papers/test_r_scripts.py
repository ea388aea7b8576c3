"""The R scripts that results write: run by R, they print the figures of the results."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import (
    CodedResponses,
    Instrument,
    cfa,
    efa,
    encode,
    invariance,
    load,
    parallel_analysis,
    reliability_report,
    score,
    sem,
    simulate,
    structure_report,
)
from intimacy_scales.errors import DocumentError, EstimationError
from intimacy_scales.factor import CFAResult
from intimacy_scales.reliability import ReliabilityReport, intraclass_corr, test_retest
from intimacy_scales.results.r_text import r_names, renamed_text
from tests.shared.instruments import form_of

PACKAGES = ("psych", "lavaan", "GPArotation", "lme4")
TRUST = "trust =~ tru01 + tru04 + tru09 + tru11"
TWO = f"{TRUST}\ncom =~ com01 + com05 + com09 + com13"
HARD = "s =~ q1 + q2 + q3 + q4\nt =~ h_3 + b + c"
TRUTHS = ["T", "F", "F"] * 100
GROUPS = ["a", "b", "b"] * 100
CLOSED, ITERATED, PSYCH = 1e-9, 2e-4, 2e-3  # differences that R's own stopping rules allow


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A result, the file that its script reads, and the largest difference between R's figures and ours."""

    result: Any
    table: str
    tolerance: float
    options: dict[str, Any]


def hard_form() -> Instrument:
    """Items whose missing codes are answers of other items, items with scores, and ids of one name in R."""
    scales: dict[str, dict[str, Any]] = {
        "five": {"minimum": 1, "maximum": 5, "missing_codes": [9, "Refused"], "not_applicable": [-99]},
        "ten": {"minimum": 0, "maximum": 10, "missing_codes": [-99]},
        "four": {"minimum": 1, "maximum": 4, "not_applicable": [0]},
        "scored": {"minimum": 1, "maximum": 4, "scores": {"1": 9, "2": 6, "3": 3, "4": 0}},
        "points": {"points": [0, 2, 7, 9], "missing_codes": [5]},
    }
    kinds = {
        "q1": "five", "q2": "ten", "q3": "five", "q4": "scored", "h-3": "four", "h_3": "four", "b": "scored",
        "c": "points", "factor": "five", "l1": "five", "if": "five",
    }  # fmt: skip
    return form_of(
        {"s": "q1 -q2 q3 -q4", "t": "h-3 h_3 b c", "u": "h-3 factor l1 if"},
        items=[{"id": item, "response_scale": kind} for item, kind in kinds.items()],
        response_scales=scales,
        response_scale=None,
    )


def hard_answers(form: Instrument) -> pd.DataFrame:
    """Simulated answers as pandas holds them: numbers with a point in columns with gaps, and one of texts."""
    table = simulate(form, 300, missing=0.03, rng=5).answers
    for row, (item, code) in enumerate((("q1", 9), ("q2", -99), ("h-3", 0), ("h_3", 0), ("c", 5))):
        table.loc[row * 8 : row * 8 + 7, item] = code
    table["q3"] = table["q3"].astype(object)
    table.loc[250:255, "q3"] = " refused"
    return table


@pytest.fixture(scope="module")
def answers() -> dict[str, CodedResponses]:
    """Simulated answers of couples: complete, and with some missing."""
    found = {}
    for name, missing in (("complete", 0.0), ("gaps", 0.03)):
        table = simulate("scii-24", 300, couples=0.5, missing=missing, rng=2).answers
        found[name] = encode("scii-24", table, keep=["couple"])
    return found


@pytest.fixture(scope="module")
def tables(answers: dict[str, CodedResponses]) -> dict[str, pd.DataFrame]:
    """The tables that scripts read."""
    scores = score("scii-24", answers["complete"].to_frame()).to_frame()
    ratings = np.random.default_rng(3).integers(1, 8, (40, 4)) + np.arange(40)[:, None] // 8
    hard = hard_answers(hard_form())
    return {name: coded.to_frame().assign(group=GROUPS) for name, coded in answers.items()} | {
        "hard": hard.assign(group=TRUTHS),
        "wrong": hard.assign(q1=7),
        "mat": simulate("mat", 150, missing=0.03, rng=3).answers,
        "scores": scores.assign(group=GROUPS),
        "short": encode("scii-12", simulate("scii-12", 150, missing=0.02, rng=4).answers).to_frame(),
        "ras": encode("ras", simulate("ras", 150, missing=0.02, rng=4).answers).to_frame(),
        "ratings": pd.DataFrame(ratings, columns=list("wxyz")),
        "retest": scores[["trust", "caring"]].set_axis(["before", "after"], axis=1),
    }


@pytest.fixture(scope="module")
def cases(answers: dict[str, CodedResponses], tables: dict[str, pd.DataFrame]) -> dict[str, Case]:
    full, gaps, scores = answers["complete"], answers["gaps"], tables["scores"]

    def case(result: Any, table: str, tolerance: float = ITERATED, **options: Any) -> Case:
        return Case(result=result, table=table, tolerance=tolerance, options=options)

    cluster: dict[str, Any] = {"clusters": "couple"}
    paths = "commitment ~ a*trust; caring ~ b*commitment + trust; indirect := a*b"
    partial = ["tru04 ~ 1", "com =~ com05"]
    form = hard_form()
    hard = encode(form, tables["hard"])
    robust: Any = {"estimator": "MLR", "missing": "fiml"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = structure_report(full, n_iterations=5, rng=1)
        return {
            "reliability": case(reliability_report(gaps), "gaps"),
            "listwise": case(reliability_report("ras", tables["ras"], missing="listwise"), "ras"),
            "two items": case(reliability_report("scii-12", tables["short"]), "short"),
            "scores of options": case(reliability_report("mat", tables["mat"]), "mat"),
            "hard reliability": case(reliability_report(form, tables["hard"]), "hard", instrument=form),
            "hard groups": case(
                cfa(HARD, hard, missing="fiml", groups=TRUTHS, equal=["loadings"]), "hard", instrument=form
            ),
            "hard structure": case(
                structure_report(form, tables["hard"], scales=["s", "t"], n_iterations=5),
                "hard",
                instrument=form,
            ),
            "hard factors": case(
                efa(hard, 2, rotation="varimax", method="ml"), "hard", PSYCH, instrument=form
            ),
            "ML": case(cfa(TWO, full), "complete"),
            "pairwise": case(cfa(TWO, gaps, missing="pairwise"), "gaps"),
            "FIML": case(cfa(TWO, gaps, missing="fiml", identification="fixed_factor"), "gaps"),
            "MLR": case(cfa(TWO, gaps, clusters="couple", **robust), "gaps", **cluster),
            "ULS": case(cfa(TWO, full, estimator="ULS"), "complete"),
            "observed": case(cfa(f"{TRUST}\ntru01 ~~ tru04", full, information="observed"), "complete"),
            "partial": case(
                cfa(TWO, full, groups=GROUPS, equal=["loadings", "intercepts"], partial=partial), "complete"
            ),
            "invariance": case(invariance(TWO, full, groups=GROUPS, estimator="MLR"), "complete"),
            "paths": case(sem(paths, scores), "scores"),
            "structure": case(report, "complete"),
            "clustered structure": case(
                structure_report(gaps, scales=["trust", "caring"], clusters="couple", n_iterations=5),
                "gaps",
                **cluster,
            ),
            "oblimin": case(efa(full, 3, rng=1), "complete", PSYCH),
            "varimax": case(efa(gaps, 2, rotation="varimax", method="ml"), "gaps", PSYCH),
            "promax": case(efa(full, 3, rotation="promax"), "complete", PSYCH),
            "geomin": case(efa(full, 2, rotation="geomin"), "complete", PSYCH),
            "parallel": case(parallel_analysis(gaps, n_iterations=20, rng=1), "gaps", PSYCH),
            "ICC": case(intraclass_corr(tables["ratings"]), "ratings", CLOSED),
            "retest": case(
                test_retest(tables["retest"]["before"], tables["retest"]["after"]), "retest", CLOSED
            ),
        }


@pytest.fixture(scope="module")
def printed(
    cases: dict[str, Case], tables: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, float]]:
    """What one R process prints for the scripts of all cases."""
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed")
    folder = tmp_path_factory.mktemp("r")
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    wanted = ", ".join(f'"{package}"' for package in PACKAGES)
    lines = [f'if (!all(sapply(c({wanted}), requireNamespace, quietly = TRUE))) {{ cat("missing"); q() }}']
    for number, (name, case) in enumerate(cases.items()):
        path = folder / f"{number}.R"
        table_path = str(folder / f"{case.table}.csv")
        path.write_text(case.result.to_r(table_path, **case.options), encoding="utf-8")
        lines += [f'cat("== {name}\\n")', f'source("{path}", local = new.env())']
    wrong = folder / "wrong.R"
    wrong.write_text(cases["hard reliability"].result.to_r(str(folder / "wrong.csv"), instrument=hard_form()))
    caught = 'cat("stopped\\t", grepl("q1: not an allowed answer: 7.", conditionMessage(e)) + 0, "\\n")'
    lines.append(f'cat("== stop\\n"); tryCatch(source("{wrong}"), error = function(e) {caught})')
    (folder / "all.R").write_text("\n".join(lines), encoding="utf-8")
    run = subprocess.run(
        ["Rscript", "--vanilla", str(folder / "all.R")], capture_output=True, text=True, check=False
    )
    if run.stdout == "missing":
        pytest.skip(f"R needs {', '.join(PACKAGES)}")
    assert run.returncode == 0, run.stderr[-2000:]
    return dict(_blocks(run.stdout))


def _blocks(text: str) -> Iterator[tuple[str, dict[str, float]]]:
    for block in text.split("== ")[1:]:
        name, _, rest = block.partition("\n")
        pairs = [line.split("\t")[:2] for line in rest.splitlines() if "\t" in line]
        yield name, {figure: math.nan if value == "NA" else float(value) for figure, value in pairs}


NAMES = (
    "reliability", "listwise", "two items", "scores of options", "hard reliability", "hard groups",
    "hard structure", "hard factors", "ML", "pairwise", "FIML", "MLR", "ULS", "observed",
    "partial", "invariance", "paths", "structure", "clustered structure", "oblimin",
    "varimax", "promax", "geomin", "parallel", "ICC", "retest",
)  # fmt: skip
FIGURES = {
    "reliability": 100, "invariance": 250, "structure": 75, "MLR": 46, "oblimin": 90, "ICC": 18, "retest": 10,
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_r_prints_our_figures(
    name: str, cases: dict[str, Case], printed: dict[str, dict[str, float]]
) -> None:
    case, figures = cases[name], printed[name]
    assert len(figures) >= FIGURES.get(name, 10)
    for figure, value in figures.items():
        ours = _figure(case.result, figure)
        large = max(1.0, abs(value)) if re.search("chi_square|\\.F$", figure) else 1.0
        assert ours == pytest.approx(value, abs=case.tolerance * large, nan_ok=True), figure


@pytest.mark.long
def test_r_stops_at_an_answer_that_is_not_allowed(printed: dict[str, dict[str, float]]) -> None:
    assert printed["stop"] == {"stopped": 1.0}


def test_every_case_is_run(cases: dict[str, Case]) -> None:
    assert tuple(cases) == NAMES


def _figure(result: Any, name: str) -> float:
    """Return the figure that a script names, such as ``trust.alpha.estimate`` or ``loadings[tru01, F2]``."""
    finders: tuple[tuple[str, Callable[..., Any]], ...] = (
        (r"(?:(\w+)\.)?parameters\[(.+?)(?:, (\w))?\]\.(\w+)", _parameter),
        (r"(?:(\w+)\.)?fit\.(.+)", lambda r, step, path: _attribute((r[step] if step else r).fit, path)),
        (r"(\w+)\.items\[(.+)\]\.(\w+)", _item_statistic),
        (r"items\[(.+)\]\.(\w+)", lambda r, item, key: getattr(_by(r.items, "item", item), key)),
        (r"factor_correlations\[(.+), (.+)\]", _factor_correlation),
        (r"(loadings|phi)\[(.+), F(\d+)\]", _exploratory),
        (r"uniquenesses\[(.+)\]", lambda r, item: r.uniquenesses[r.names.index(item)]),
        (r"(\w+_values)\[(\d+)\]", lambda r, kind, place: getattr(r, kind)[int(place) - 1]),
        (r"(ICC\(.+\))\.(\w+)", lambda r, form, key: getattr(r[form], key)),
        (r"(\w+)\.(chi_square_change|df_change)", lambda r, n, k: getattr(_by(r.changes, "name", n), k)),
        (r"([^.]+)\.(.+)", lambda r, scale, path: _attribute(r[scale], path)),
        (r"(\w+)", getattr),
    )
    for pattern, find in finders:
        match = re.fullmatch(pattern, name)
        if match is not None:
            return float(find(result, *match.groups()))
    raise AssertionError(name)


def _attribute(result: Any, path: str) -> Any:
    return reduce(getattr, path.split("."), result)


def _by(parts: Any, key: str, value: str) -> Any:
    return next(part for part in parts if getattr(part, key) == value)


def _parameter(result: Any, step: str | None, name: str, group: str | None, key: str) -> float:
    model: CFAResult = result[step] if step else result
    for row in model.parameters:
        if row.group == group and name in (row.name, f"{row.rhs} {row.op} {row.lhs}"):
            return float(getattr(row, key))
    raise AssertionError(name)


def _item_statistic(result: ReliabilityReport, scale: str, item: str, key: str) -> float:
    analysis = result[scale].items
    assert analysis is not None
    return float(getattr(analysis, key)[[name.removeprefix("-") for name in analysis.items].index(item)])


def _factor_correlation(result: Any, first: str, second: str) -> float:
    i, j = result.factor_names.index(first), result.factor_names.index(second)
    return float(result.factor_correlations[i, j])


def _exploratory(result: Any, kind: str, row: str, factor: str) -> float:
    i = int(row[1:]) - 1 if kind == "phi" else result.names.index(row)
    return float(getattr(result, kind)[i, int(factor) - 1])


def test_items_are_reversed_in_the_declared_range() -> None:
    form = form_of({"s": "a -b c"}, low=0, high=10)
    answers = pd.DataFrame({"a": [1, 2, 4, 6], "b": [8, 7, 7, 3], "c": [2, 2, 5, 7]})
    text = reliability_report(form, answers).to_r("small.csv", instrument=form)
    assert 'x <- keyed(c("a", "b", "c"), c(b = 10))' in text


def test_an_undefined_alpha_is_named_and_left_out() -> None:
    text = reliability_report("ios", simulate("ios", 40, rng=1).answers).to_r()
    assert "# Total (total): alpha is not defined: one item has no internal consistency" in text
    assert "psych::alpha(x" not in text


def test_names_that_lavaan_does_not_accept() -> None:
    form = load("practices")
    report = structure_report(form, simulate(form, 300, rng=1).answers, n_iterations=5)
    text = report.to_r()
    assert "check_ins =~" in text
    assert "check-ins =~" not in text


def test_paths_with_quotes_and_backslashes() -> None:
    text = cfa(TRUST, encode("scii-24", simulate("scii-24", 200, rng=1).answers)).to_r('C:\\my "data".csv')
    assert 'read.csv("C:\\\\my \\"data\\".csv"' in text


def test_what_has_no_script(answers: dict[str, CodedResponses]) -> None:
    extra = cfa(TRUST, answers["gaps"], missing="fiml", auxiliary=["com01"])
    with pytest.raises(EstimationError, match="auxiliary variables"):
        extra.to_r()
    few = parallel_analysis(answers["complete"], items=["tru01", "tru04", "tru09"], n_iterations=20)
    with pytest.raises(EstimationError, match="3 items were analysed, and 24 are named"):
        few.to_r()
    assert "tru09" in few.to_r(items=["tru01", "tru04", "tru09"])


def test_an_instrument_that_is_not_shipped() -> None:
    form = form_of({"s": "a b c"})
    table = pd.DataFrame(np.random.default_rng(1).integers(1, 6, (60, 3)), columns=list("abc"))
    result = cfa("s =~ a + b + c", encode(form, table))
    with pytest.raises(DocumentError, match="is shipped: pass it as instrument="):
        result.to_r()
    assert "lavaan::cfa(model" in result.to_r(instrument=form)


def test_a_report_from_a_document_has_the_same_script() -> None:
    report = reliability_report("ras", simulate("ras", 60, rng=1).answers)
    assert ReliabilityReport.from_dict(report.to_dict()).to_r() == report.to_r()


def test_each_item_is_read_by_its_own_response_scale() -> None:
    form = hard_form()
    text = reliability_report(form, hard_answers(form)).to_r()
    assert 'numbers(c("q2"), range = c(0, 10, 1), missing = c("-99"))' in text
    assert (
        'numbers(c("q1", "q3", "factor", "l1", "if"), range = c(1, 5, 1), missing = c("9", "refused", "-99"))'
        in text
    )
    assert 'numbers(c("h-3", "h_3"), range = c(1, 4, 1), missing = c("0"))' in text
    assert 'numbers(c("q4", "b"),\n  points = c(1, 2, 3, 4),\n  scores = c(9, 6, 3, 0))' in text
    assert 'numbers(c("c"),\n  points = c(0, 2, 7, 9), missing = c("5"))' in text
    assert 'colClasses = "character"' in text


@pytest.mark.parametrize(("form", "said"), [("mat", "is no such table"), ("ras", "is such a table")])
def test_the_header_says_which_table_holds_stored_answers(form: str, said: str) -> None:
    text = reliability_report(form, simulate(form, 60, rng=1).answers).to_r()
    assert f"encode('{form}', answers).to_frame()" in text
    assert said in text


def test_names_in_r_differ_where_ours_do() -> None:
    names = r_names(["h-3", "h 3", "h_3", "h_3_2", "group", "in"], taken=["group"])
    assert len(set(names.values()) - {"group"}) == len(names)
    assert (names["h_3"], names["h_3_2"], names["in"]) == ("h_3", "h_3_2", "x_in")
    assert renamed_text("f =~ h-3 + h_3", names) == f"f =~ {names['h-3']} + h_3"


def test_a_model_of_items_with_one_name_in_r_keeps_them_apart() -> None:
    form = hard_form()
    report = structure_report(form, hard_answers(form), scales=["t"], n_iterations=5)
    text = report.to_r(instrument=form)
    assert "t =~ h_3_2 + h_3 + b + c" in text
    assert 'answers$h_3_2 <- answers[["h-3"]]' in text
    assert 'renamed <- c(h_3_2 = "h-3")' in text


def test_labels_of_groups_are_read_as_texts() -> None:
    form = hard_form()
    model = cfa("s =~ q1 + q2 + q3 + q4", encode(form, hard_answers(form)), groups=TRUTHS, missing="fiml")
    assert 'answers[["sex"]] <- labelled(answers[["sex"]], c("T", "F"))' in model.to_r(
        groups="sex", instrument=form
    )
