"""Mistakes in calls: each message names the argument, and a call that follows its advice succeeds."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import intimacy_scales as scales
from intimacy_scales import dyads, factor, reliability
from intimacy_scales.dyads import dyadic_invariance
from tests.shared.couples import couples_with_scores
from tests.shared.evidence_answers import important_change, norm_by_years, two_methods
from tests.shared.simulated_couples import close_couples, closeness_answers, random_scores

TRUST = "trust =~ tru01 + tru04 + tru09 + tru11"
ITEMS = ["tru01", "tru04", "tru09", "tru11"]
HALVES = ["a", "b"] * 60


@cache
def simulated() -> pd.DataFrame:
    return scales.simulate("scii-24", 120, rng=1).answers


@cache
def coded() -> Any:
    return scales.encode("scii-24", simulated())


def table(**columns: Any) -> pd.DataFrame:
    return simulated()[ITEMS].assign(**columns)


def with_code(code: Any) -> pd.DataFrame:
    answers = table().astype(object if isinstance(code, str) else float)
    answers.loc[3, "tru01"] = code
    return answers


def texts() -> pd.DataFrame:
    return table().astype(str)


def one_score(version: str | None = None) -> Any:
    form = scales.load("scii-24", version=version)
    return scales.score(form, dict.fromkeys(form.item_ids, 4))


def couples(*, role: bool = True) -> Any:
    return close_couples(closeness_answers(60), roles=role)


def answered(form: str) -> dyads.Dyads:
    answers = scales.simulate(form, 40, couples=0.5, rng=len(form)).answers
    return dyads.Dyads.from_long(form, answers, couple="couple", person="partner")


def judged(**options: Any) -> Any:
    couples = couples_with_scores(random_scores(1, 30, ("says", "trust")))
    return dyads.truth_and_bias(couples, judgement="says", truth="trust", **options)


Call = Callable[[], Any]

# name → a mistaken call, words of the message in order, and a call that follows the advice
MISTAKES: dict[str, tuple[Call, tuple[str, ...], Call]] = {
    "dyadic_invariance, partners without roles": (
        lambda: dyadic_invariance(couples(role=False), "closeness", distinguishable=True),
        ("distinguishable=True needs the same two roles", "role=..."),
        lambda: dyadic_invariance(couples(role=True), "closeness", distinguishable=True),
    ),
    "dyadic_invariance, a partner's parameter": (
        lambda: dyadic_invariance(couples(), "closeness", partial=["q2_wife ~ 1"]),
        ("partial: there is no parameter 'q2_wife ~ 1'", "'q1 ~ 1'", "did you mean 'q2 ~ 1'?"),
        lambda: dyadic_invariance(couples(), "closeness", partial=["q2 ~ 1"]),
    ),
    "dyadic_invariance, dMACS without the configural model": (
        lambda: dyadic_invariance(couples(), "closeness", steps=["metric", "residual"]).dmacs(),
        ("dmacs needs the configural model", "add 'configural' to steps"),
        lambda: dyadic_invariance(couples(), "closeness", steps=["configural", "residual"]).dmacs(),
    ),
    "invariance, one group": (
        lambda: scales.invariance(TRUST, table(), groups=[0] * 120),
        ("groups: there is only one, '0'", "cfa() or sem() without groups="),
        lambda: scales.cfa(TRUST, table()),
    ),
    "cfa, one group": (
        lambda: scales.cfa(TRUST, table(g="x"), groups="g"),
        ("groups: there is only one, 'x'", "name a column with two or more"),
        lambda: scales.cfa(TRUST, table(g=HALVES), groups="g"),
    ),
    "invariance, lavaan's group": (
        lambda: scales.invariance(TRUST, table(g=HALVES), group="g"),
        ("'group' is not an option of invariance()", "did you mean 'groups'?"),
        lambda: scales.invariance(TRUST, table(g=HALVES), groups="g"),
    ),
    "couple feedback, consent as a truth value": (
        lambda: scales.couple_feedback(one_score(), one_score(), consent=True),
        ("consent: a bool is not valid", "consent={'a': Consent.everything(), 'b': Consent.to([...])}"),
        lambda: scales.couple_feedback(
            one_score(),
            one_score(),
            consent={"a": dyads.Consent.everything(), "b": dyads.Consent.to(["trust"])},
        ),
    ),
    "couple feedback, two versions": (
        lambda: scales.couple_feedback(one_score(), one_score("0.2.0")),
        ("a was scored with scii-24", "b with scii-24 0.2.0", "in the version that both answered"),
        lambda: scales.couple_feedback(one_score("0.2.0"), one_score("0.2.0")),
    ),
    "small groups, no total": (
        lambda: dyads.suppress_small_cells([{"site": "A", "n": 4}], groups="site"),
        ("no row for total", "add it, with its count"),
        lambda: dyads.suppress_small_cells([{"site": "A", "n": 4}, {"site": "total", "n": 4}], groups="site"),
    ),
    "limits of agreement, 95": (
        lambda: reliability.test_retest([1, 2, 4, 3], [2, 2, 5, 3]).limits_of_agreement(95),
        ("level=95 is not valid", "such as 0.95"),
        lambda: reliability.test_retest([1, 2, 4, 3], [2, 2, 5, 3]).limits_of_agreement(0.95),
    ),
    "efa, number of factors as a text": (
        lambda: scales.efa(table(), "1"),
        ("n_factors='1' is not valid", "a whole number"),
        lambda: scales.efa(table(), 1),
    ),
    "efa, checked answers and a text": (
        lambda: scales.efa(coded(), "2"),
        ("n_factors='2' is not valid", "a whole number"),
        lambda: scales.efa(coded(), 2),
    ),
    "efa, factors before the table": (
        lambda: scales.efa(1, table()),
        ("first argument is an int, and the second a DataFrame", "efa(table)", "efa('ras', table)"),
        lambda: scales.efa("scii-24", simulated(), 2),
    ),
    "kmo, two tables": (
        lambda: factor.kmo(table(), table()),
        ("first argument is a DataFrame, and the second a DataFrame", "kmo(table)"),
        lambda: factor.kmo(table()),
    ),
    "alpha, table alone": (
        lambda: scales.cronbach_alpha(simulated()),
        ("first argument is a DataFrame: pass the instrument before", "cronbach_alpha('ras', table)"),
        lambda: scales.cronbach_alpha("scii-24", simulated(), scale="trust"),
    ),
    "omega, array alone": (
        lambda: scales.mcdonald_omega(np.ones((3, 3))),
        ("first argument is an ndarray: pass the instrument before", "mcdonald_omega('ras', table)"),
        lambda: scales.mcdonald_omega("scii-24", simulated(), scale="trust"),
    ),
    "alpha, checked answers and something": (
        lambda: scales.cronbach_alpha(coded(), "trust"),
        ("second argument is a str", "pass it alone"),
        lambda: scales.cronbach_alpha(coded(), scale="trust"),
    ),
    "cfa, a missing code": (
        lambda: scales.cfa(TRUST, with_code(-99), missing_codes=[-99]),
        ("missing_codes= needs an instrument", "pass the instrument too", "leave missing_codes= out and",
         "table.replace([-99], float('nan'))"),
        lambda: scales.cfa(TRUST, with_code(-99).replace([-99], float("nan"))),
    ),
    "cfa, a missing code with the instrument": (
        lambda: scales.cfa(TRUST, with_code(-99), missing_codes=[-99]),
        ("pass the instrument too",),
        lambda: scales.cfa(
            TRUST, with_code(-99), missing_codes=[-99], instrument="scii-24", allow_missing_items=True
        ),
    ),
    "efa, columns": (
        lambda: scales.efa(table(), 1, columns={"tru01": "q1"}),
        ("columns= needs an instrument", "table.rename(columns=…)"),
        lambda: scales.efa(table().rename(columns={"tru01": "q1"}), 1),
    ),
    "cfa, numbers as texts": (
        lambda: scales.cfa(TRUST, texts()),
        ("column tru01: row 0 holds", "is not a number", "pandas.to_numeric(column)"),
        lambda: scales.cfa(TRUST, texts().apply(pd.to_numeric)),
    ),
    "cfa, truth values": (
        lambda: scales.cfa(TRUST, table(tru01=simulated()["tru01"] > 3)),
        ("column tru01: row 0 holds", "column.astype(float)"),
        lambda: scales.cfa(TRUST, table(tru01=(simulated()["tru01"] > 3).astype(float))),
    ),
    "cfa, words": (
        lambda: scales.cfa(TRUST, with_code("often")),
        ("row 3 holds 'often'", "by nan where they mean no answer"),
        lambda: scales.cfa(TRUST, with_code(float("nan"))),
    ),
    "options of answers that were checked": (
        lambda: scales.cronbach_alpha(coded(), scale="trust", missing_codes=[-99], keep=["id"]),
        ("pass keep= and missing_codes= to encode()",),
        lambda: scales.cronbach_alpha(
            scales.encode("scii-24", simulated().assign(id=1), missing_codes=[-99], keep=["id"]),
            scale="trust",
        ),
    ),
    "labels of clusters": (
        lambda: scales.cfa(TRUST, table(), clusters=0.5, estimator="MLR"),
        ("clusters: 0.5 is neither a column of the table", "one label for each row"),
        lambda: scales.cfa(TRUST, table(), clusters=np.repeat(range(60), 2), estimator="MLR"),
    ),
    "a construct": (
        lambda: scales.available("satisfactoin"),
        ("did you mean 'satisfaction'",),
        lambda: scales.available("satisfaction"),
    ),
    "omega of a group": (
        lambda: scales.cfa(TRUST, table(), groups=HALVES).omega(),
        ("group is missing; name one: 'a', 'b'",),
        lambda: scales.cfa(TRUST, table(), groups=HALVES).omega(group="b"),
    ),
    "omega of a group that was not fitted": (
        lambda: scales.cfa(TRUST, table()).omega(group="b"),
        ("group='b'", "leave group= out"),
        lambda: scales.cfa(TRUST, table()).omega(),
    ),
    "perception, forms in the other order": (
        lambda: dyads.perception(answered("scii-24-partner"), answered("scii-24")),
        ("pass own reports first", "own=scii-24, partner=scii-24-partner"),
        lambda: dyads.perception(answered("scii-24"), answered("scii-24-partner")),
    ),
    "truth and bias, full information and REML": (
        lambda: judged(estimator="REML", missing="fiml"),
        ("use estimator='ML'", "missing='listwise'"),
        lambda: (judged(estimator="ML", missing="fiml"), judged(estimator="REML", missing="listwise")),
    ),
    "response surface, midpoint of an unknown range": (
        lambda: dyads.response_surface(couples_with_scores(random_scores(1)), "y", "x", centre="midpoint"),
        ("use centre='grand_mean'", "the midpoint as a number"),
        lambda: [
            dyads.response_surface(couples_with_scores(random_scores(1)), "y", "x", centre=centre)
            for centre in ("grand_mean", 4)
        ],
    ),
    "regression_norm, outside the sample": (
        lambda: norm_by_years().percentile(5.5, years=40),
        ("years=40 is outside the sample (0 to 19)", 'standing(…, outside="mark")'),
        lambda: norm_by_years().standing(5.5, years=40, outside="mark"),
    ),
    "minimal_important_change, low ratings that are better": (
        lambda: important_change(improved=[1, 2]),
        ("the values that count as improved must be the best ones", "pass levels= from worst to best"),
        lambda: important_change(
            changes=[2, 1, 0, 0, -1, -1, -2, -3, -2, -4, 2, 0], improved=[1, 2], levels=[5, 4, 3, 2, 1]
        ),
    ),
    "mtmm, days": (
        lambda: two_methods(days=2),
        ("daily: 40 persons with several rows", "pass averaged=['daily']"),
        lambda: two_methods(days=2, averaged=["daily"]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_the_advice_of_a_message_works(case: str) -> None:
    mistake, words, followed = MISTAKES[case]
    with pytest.raises((scales.IntimacyScalesError, TypeError)) as caught:
        mistake()
    message = str(caught.value)
    places = [message.find(part) for part in words]
    assert -1 not in places, message
    assert places == sorted(places)
    followed()


# every option that is a list of names or a number, and a call that passes it
ARGUMENTS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(
        ("equal", "partial", "auxiliary"), lambda **options: scales.cfa(TRUST, table(), **options)
    ),
    "steps": lambda **options: scales.invariance(TRUST, table(), groups=HALVES, **options),
    "items": lambda **options: scales.efa(table(), 1, **options),
    **dict.fromkeys(("gamma", "epsilon", "power"), lambda **options: scales.efa(coded(), 2, **options)),
    "quantile": lambda **options: scales.parallel_analysis(coded(), **options),
    "n_splits": lambda **options: reliability.split_halves(coded(), scale="trust", **options),
    "means": lambda **options: factor.covariances_as_sample(
        [[1, 0.5], [0.5, 1]], n=9, names=["a", "b"], **options
    ),
    "names": lambda **options: scales.compare_models(fitted(), fitted(), **options),
    "scales": lambda **options: scales.Model.from_instrument("scii-24", **options),
    "clusters": lambda **options: scales.cfa(TRUST, table(), estimator="MLR", **options),
    "groups": lambda **options: scales.cfa(TRUST, table(), **options),
}


@cache
def fitted() -> Any:
    return scales.cfa(TRUST, table())


@pytest.mark.parametrize("value", [object(), -3.5, {"a": 1}])
@pytest.mark.parametrize("option", ARGUMENTS)
def test_a_value_of_another_type_is_refused_by_the_name_of_its_option(option: str, value: Any) -> None:
    if option == "gamma" and value == -3.5:
        return  # a valid number
    with pytest.raises(scales.IntimacyScalesError, match=rf"^{option}\b"):
        ARGUMENTS[option](**{option: value})


def test_an_unknown_option_lists_what_a_table_of_numbers_allows() -> None:
    with pytest.raises(TypeError) as caught:
        scales.cfa(TRUST, table(), missings="fiml")
    allowed, _, with_instrument = str(caught.value).partition("; with an instrument also ")
    assert "missing_codes" not in allowed
    assert "on_invalid" in allowed
    assert with_instrument.startswith("columns, missing_codes, recode, ")


def test_several_columns_that_are_not_there_are_in_the_plural() -> None:
    answers = table().set_axis(list("abcd"), axis=1)
    for renamed, words in (({"d": "z"}, "no column 'z'$"), ({"b": "y", "d": "z"}, "no columns 'y', 'z'$")):
        with pytest.raises(scales.MissingColumnsError, match=words):
            scales.efa(answers, 1, items=[renamed.get(name, name) for name in "abcd"])


def test_patterns_of_missing_answers_are_counted_without_the_complete_one() -> None:
    answers = table()
    answers.loc[:20, "tru01"] = np.nan
    answers.loc[10:30, "tru04"] = np.nan
    test = factor.little_mcar(answers)
    assert len(test.patterns) == 4
    assert test.sentence().endswith("(3 patterns of missing answers and the complete answers).")
    answers.loc[31:, "tru09"] = np.where(np.arange(31, 120) % 2, np.nan, answers.loc[31:, "tru09"])
    incomplete = answers[answers.isna().any(axis=1)]
    assert factor.little_mcar(incomplete).sentence().endswith("(4 patterns of missing answers).")
