"""What R says of judges, partners, occasions and groups: intraclass correlations and diaries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from intimacy_scales.reliability import (
    DiaryReliability,
    NestedComponents,
    diary_reliability,
    group_icc,
    intraclass_corr,
)

from .forms import Answers
from .oracles import CLOSED_FORM, LMER, LMER_FIXED, LMER_VARIANCE, P_VALUE, TWO_DECIMALS, Block, Row

FORMS = ("ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k")
_CROSSED = {
    "ID": "person",
    "Time": "occasion",
    "Items": "item",
    "ID x time": "person x occasion",
    "ID x items": "person x item",
    "time x items": "occasion x item",
    "Residual": "residual",
}
_NESTED = {"id": "person", "id(time)": "occasion", "residual": "residual"}

_ENDS = '.confidence_interval(method="shrout-fleiss")'


def icc_ends(form: Any) -> tuple[float, float]:
    """Return the ends of psych's interval of a form of the intraclass correlation."""
    interval = form.confidence_interval(method="shrout-fleiss")
    return interval.low, interval.high


def icc_rows(block: Block, ratings: Any, *, lmer: bool = False) -> Iterator[Row]:
    """Compare psych::ICC, with how many subjects and judges there are."""
    result = intraclass_corr(ratings)
    yield block.row("n_subjects", result.n_persons, "intraclass_corr().n_persons")
    yield block.row("n_judges", result.n_raters, "intraclass_corr().n_raters")
    yield from icc_table_rows(block.part("table"), ratings, lmer=lmer)


def icc_table_rows(block: Block, ratings: Any, *, lmer: bool = False) -> Iterator[Row]:
    """Compare the six forms of psych::ICC with their tests and intervals."""
    forms = list(intraclass_corr(ratings))
    block.check_labels("type", FORMS)
    ends = [icc_ends(form) for form in forms]
    ours = {
        "ICC": [form.estimate for form in forms],
        "F": [form.F for form in forms],
        "df1": [form.df1 for form in forms],
        "df2": [form.df2 for form in forms],
        "p": [form.p_value for form in forms],
        "lower": [low for low, _ in ends],
        "upper": [high for _, high in ends],
    }
    what = {"ICC": "", "p": ".p_value", "lower": _ENDS, "upper": _ENDS}
    for name, values in ours.items():
        exact = not lmer and name != "p"
        yield block.row(
            name,
            values,
            f"intraclass_corr()[form]{what.get(name, f'.{name}')}",
            elements=FORMS,
            tolerance=LMER_VARIANCE if lmer else P_VALUE if name == "p" else CLOSED_FORM,
            relative=not exact,
        )


def published_icc_rows(block: Block, ratings: Any) -> Iterator[Row]:
    """Compare with the two decimals that Shrout and Fleiss printed."""
    result = intraclass_corr(ratings)
    for name in FORMS:
        yield block.row(name, result[name].estimate, f'intraclass_corr()["{name}"]', tolerance=TWO_DECIMALS)


def diary(answers: Answers, scale: str, person: str, occasion: str, method: Any = "reml") -> DiaryReliability:
    """Compute the reliability of repeated answers."""
    return diary_reliability(
        answers.form, answers.table, person=person, occasion=occasion, scale=scale, method=method
    )


def multilevel_rows(block: Block, result: DiaryReliability) -> Iterator[Row]:
    """Compare psych::multilevel.reliability; from mean squares exactly, from lmer as far as that goes."""
    exact = result.method == "anova"
    function = f'diary_reliability(method="{result.method}")'
    how: Any = {} if exact else {"tolerance": LMER}
    yield block.row("n_persons", result.n_persons, f"{function}.n_persons")
    yield block.row("n_times", result.n_occasions, f"{function}.n_occasions")
    yield block.row("n_items", result.n_items, f"{function}.n_items")
    for name, ours in result.coefficients(result.n_occasions).items():
        if block.has(name):
            yield block.row(name, ours, f"{function}.coefficients(n_occasions)", **how)
    part = block.part("components")
    rows = part.given("row")
    ours = {name: result.components[source] for name, source in _CROSSED.items()}
    ours["Total"] = sum(ours.values())
    nested = {name: getattr(result.nested, source) for name, source in _NESTED.items()}
    nested["total"] = sum(nested.values())
    ours |= dict.fromkeys(nested, float("nan")) if exact else nested
    assert set(rows) == set(ours), rows
    shares = {name: value / ours["total" if name in nested else "Total"] for name, value in ours.items()}
    for name, values in (("variance", ours), ("Percent", shares)):
        yield part.row(name, [values[row] for row in rows], f"{function}.components", elements=rows, **how)


def nested_rows(block: Block, result: DiaryReliability) -> Iterator[Row]:
    """Compare items in occasions in persons by lme4::lmer."""
    yield block.row("n_persons", result.n_persons, "diary_reliability().n_persons")
    yield block.row("n_occasions", result.n_rows, "diary_reliability().n_rows")
    yield block.row("n_items", result.n_items, "diary_reliability().n_items")
    for name, attribute in (
        ("no_item_effect", "nested"),
        ("fixed_item_effect", "nested_fixed_items"),
    ):
        yield from _nested_rows(block.part(name), getattr(result, attribute), attribute)


def _nested_rows(block: Block, ours: NestedComponents, attribute: str) -> Iterator[Row]:
    names = {
        "var_person": "person",
        "var_occasion": "occasion",
        "var_residual": "residual",
        "within_person_reliability": "within",
        "mean_occasions_per_person": "occasions_per_person",
        "between_person_reliability_mean_of_occasions": "between",
        "icc_person": "icc",
    }
    for name, what in names.items():
        counted = what == "occasions_per_person"
        how: Any = {} if counted else {"tolerance": LMER_VARIANCE, "relative": True}
        yield block.row(name, getattr(ours, what), f"diary_reliability().{attribute}.{what}", **how)


def group_rows(block: Block, values: Any, groups: pd.Series[Any]) -> Iterator[Row]:
    """Compare ICC(1) and ICC(2) of values in groups of unequal size."""
    result = group_icc(values, groups)
    closed = {
        "n_groups": "n_groups",
        "n_obs": "n_values",
        "k0_average_group_size": "average_size",
        "icc1_anova": "icc1",
        "icc2_anova_1_minus_MSW_over_MSB": "icc2",
    }
    for name, what in closed.items():
        yield block.row(name, getattr(result, what), f"group_icc().{what}")
    reml = {"icc1_reml": "icc1_reml", "var_between_reml": "between", "var_within_reml": "within"}
    for name, what in reml.items():
        ours = getattr(result, what)
        yield block.row(name, ours, f"group_icc().{what}", tolerance=LMER_VARIANCE, relative=True)
    yield block.row("grand_mean_reml", result.mean, "group_icc().mean", tolerance=LMER_FIXED, relative=True)
