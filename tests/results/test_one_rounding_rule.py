"""Figures are written by one rule: no zero before the decimal point where they cannot exceed 1."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import intimacy_scales
from intimacy_scales.results.default_page import frame_text
from intimacy_scales.results.figure_texts import (
    COEFFICIENT,
    COUNT,
    EFFECT_SIZE,
    IN_ITS_UNIT,
    INDEX_OF_FIT,
    PERCENTAGE,
    PROBABILITY,
    STANDARDIZED,
    STYLES,
    TEST,
    column_texts,
    error_of,
    style_of,
)
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.tables import TextTable
from intimacy_scales.results.wording import without_zero, written
from tests.shared.result_examples import CLASSES, example

_BOUNDED = (
    r"\br|[Aa]lpha|omega(?: (?:total|within|between|overall|person means|difference))?|ICC(?:\([^)]*\))?"
    r"|\b(?:CFI|TLI|RMSEA|SRMR|RMSR|KMO|ECV|PUC|rho²?|R²|HTMT2?|p)|standardized|loading|lambda-?2"
    r"|split-half|Spearman-Brown|Flanagan-Rulon|reliability|correlate|residual correlation of partners"
    r"|leverage|RkF|R1R|RkR|Rcn?|standardized change|Fisher's z"
)
_UNBOUNDED = (
    r"\b(?:SEM|SD|sd|MDC95|ARPB|DFFITS|M|d|t\([^)]*\)|F\([^)]*\)|z|mean change|bias|index)"
    r"|chi-square(?: change)?\([^)]*\)|Cook's distance|\bk of \w+(?: \([^)]*\))?|effect of [\w ]+(?: \(\w\))?"
)
_BOUNDED_COLUMNS = re.compile(
    r"(?i)(omega|alpha|lambda|split-half|icc|r\b|p\b|cfi|tli|rmsea|srmr|std\.all|standardized$|loading$|kmo"
    r"|mean r|communality|uniqueness|proportion|cumulative|stratified|explained|spearman|horst|true r"
    r"|by fisher's z).*"
)
_UNBOUNDED_COLUMNS = re.compile(
    r"(SEM|chi-square|Chi-square|t|z|d|Skew|Kurtosis|Eigenvalues|std\.lv|MSB|MSW|Mean difference|Variance"
    r"|dMACS|Arpb|Mean change|.*%).*"
)
_OF_CORRELATIONS = {"MeanSimilarity", "ProfileSimilarity"}  # whose standard deviations are written like them
_PART = r"-?\d*\.\d+"
_WITH_INTERVAL = re.compile(rf"({_PART}) \[({_PART}), ({_PART})\]")


def faults_in_text(text: str) -> Iterator[str]:
    """Yield what is written against the rule in lines and sentences."""
    yield from (m[0] for m in re.finditer(rf"(?:{_BOUNDED}):?(?: =| <)? [-+]?0\.\d+", text))
    yield from (m[0] for m in re.finditer(rf"(?:{_UNBOUNDED}):?(?: =)? [-+]?\.\d+", text))
    for match in _WITH_INTERVAL.finditer(text):
        below_1 = [part for part in match.groups() if abs(float(part)) < 1]
        if len({part == without_zero(part) for part in below_1}) > 1:
            yield match[0]


def faults_in_table(table: TextTable) -> Iterator[str]:
    """Yield the cells that are written against the rule."""
    for heading, texts in table.columns.items():
        for text in texts:
            wrong = r"(?!)"
            if _UNBOUNDED_COLUMNS.fullmatch(heading):
                wrong = r"[-+]?\.\d+"
            elif _BOUNDED_COLUMNS.fullmatch(heading):
                wrong = r"\[?[-+]?0\.\d.*"
            if re.fullmatch(wrong, text):
                yield f"{heading}: {text}"


@pytest.mark.parametrize("name", CLASSES)
def test_every_result_is_shown_by_the_rule(name: str) -> None:
    result = example(name)
    page = result.page()
    html = re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", result._repr_html_(), flags=re.DOTALL)
    for text in (repr(result), page.title, *page.facts, page.sentence, *page.warnings, html):
        faults = [fault for fault in faults_in_text(text) if name not in _OF_CORRELATIONS or "0." in fault]
        assert faults == []
    for table in page.tables:
        if name != "MultitraitMultimethod":  # its columns of correlations are named by methods and traits
            assert list(faults_in_table(table)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "ICC = 0.605 [.408, .769]", "omega total 0.80", "r = -0.52", "standardized change -0.28", "p = 0.031",
        "SEM = .447", "chi-square(1) = .03", "d = .07", "effect of trust (h): .725", ".605 [0.408, .769]",
        "R² = 0.24",
    ],
)  # fmt: skip
def test_what_is_against_the_rule_is_found_in_a_line(wrong: str) -> None:
    assert list(faults_in_text(wrong))


def test_what_is_against_the_rule_is_found_in_a_table() -> None:
    table = TextTable(
        title="", columns={"alpha": ["0.80"], "95% CI of ICC": ["[.1, .2]"], "d": [".21"], "M": ["0.4"]}
    )
    assert list(faults_in_table(table)) == ["alpha: 0.80", "d: .21"]


def test_a_line_by_the_rule_has_no_fault() -> None:
    line = (
        "ICC = .605 [.408, .769]; effect of trust (h): 0.725, SE 0.176; standardized .528; d = 0.07, p < .001"
    )
    assert list(faults_in_text(line)) == []


def test_style_of_names_the_kind_of_each_figure() -> None:
    kinds = {
        "omega_total": COEFFICIENT,
        "std_all": STANDARDIZED,
        "robust_cfi": INDEX_OF_FIT,
        "r_p_value": PROBABILITY,
        "% floor": PERCENTAGE,
        "df1": COUNT,
        "chi_square_change": TEST,
        "d": EFFECT_SIZE,
        "mean": IN_ITS_UNIT,
        "sem": IN_ITS_UNIT,
        "std_lv": IN_ITS_UNIT,
    }
    assert {name: style_of(name) for name in kinds} == kinds
    assert set(kinds.values()) == set(STYLES)


def test_written_has_a_zero_only_where_a_figure_may_exceed_1() -> None:
    assert written(0.5, bounded=True) == ".500"
    assert written(0.5, bounded=False) == "0.500"
    assert written(-0.0001, 2, bounded=True) == ".00"


def test_without_zero_leaves_other_figures_as_they_are() -> None:
    assert [without_zero(text) for text in ("0.5", "-0.5", "10.5", "0", "−0.25")] == [
        ".5", "-.5", "10.5", "0", "−.25"
    ]  # fmt: skip


def test_error_of_finds_whose_error_it_is() -> None:
    assert [error_of(name) for name in ("se", "omega_se", "sem", "mean")] == ["", "omega", None, None]


def test_column_texts_can_differ_by_row() -> None:
    assert column_texts("estimate", [0.5, 0.5], bounded=[True, False]) == [".500", "0.50"]


def test_frame_text_writes_ends_and_errors_as_their_estimates() -> None:
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    columns = {"alpha": [0.81], "se": [0.02], "low": [0.7], "high": [0.9], "mean": [0.5], "p": [1e-6]}
    header, row = frame_text(pd.DataFrame(columns, index=["trust"])).split("\n")
    assert row.split() == ["trust", ".810", ".020", ".700", ".900", "0.50", "<", ".001"]
    assert header.split() == list(columns)


def test_interval_is_written_as_its_figure_and_its_document_says_so() -> None:
    interval = Interval(low=0.1, high=1.2, confidence_level=0.95, method="t", n=40)
    assert interval.ends(2) == "[0.10, 1.20]"
    of_r = Interval(low=-0.1, high=0.2, confidence_level=0.95, method="t", n=40, bounded=True)
    assert str(of_r) == "[-.100, .200]"
    assert repr(Interval.from_json(of_r.to_json())) == repr(of_r)
    document = {name: value for name, value in of_r.to_dict().items() if name != "bounded"}
    assert Interval.from_dict(document) == of_r  # documents that were written before
    assert "bounded" not in Interval.json_schema()["required"]


def test_a_word_in_the_place_of_a_figure_makes_no_column_of_words() -> None:
    columns = {"Scale": ["a", "b"], "Omega total": [".803", "improper"], "Meaning": ["as it is", "mean"]}
    assert TextTable(title="", columns=columns).wordy == [False, False, True]


def test_no_module_rounds_figures_by_a_format_of_its_own() -> None:
    root = Path(intimacy_scales.__file__).parent
    others = {"wording.py", "figure_texts.py", "progress.py"}  # the rule, and seconds of a progress bar
    found = []
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if path.name not in others else ():
            spec = node.format_spec if isinstance(node, ast.FormattedValue) else None
            if spec is not None and re.search(r"'[^']*\.[1-9]f'", ast.unparse(spec)):
                found.append(path.name)
    assert set(found) == {"norm.py", "perception.py", "readability.py"}  # in errors, and grades
