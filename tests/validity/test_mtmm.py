"""`mtmm` against R, worked by hand, and joins of persons with those who describe them."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import (
    EstimationError,
    InstrumentError,
    cronbach_alpha,
    evidence_report,
    load,
    mtmm,
    reliability_report,
    score,
    simulate,
)
from intimacy_scales.validity import MultitraitMultimethod
from intimacy_scales.validity.method_correlations import pattern_agreement
from tests.shared.comparison import near

TRAITS, METHODS = ("trust", "care", "bond"), ("self", "partner", "daily")
N = 48
_I = np.arange(N)
# of tests/reference/trait_methods.R
R_VALUES = {
    (("trust", "self"), ("trust", "partner")): 0.617378724838,
    (("trust", "self"), ("care", "self")): 0.628516318616,
    (("care", "partner"), ("bond", "daily")): 0.227219856962,
}
R_FISHER, R_CORRECTED, R_W = (0.404137268028, 0.766972151662), 0.667680360794, 0.481481481481


def columns() -> dict[tuple[str, str], np.ndarray[Any, Any]]:
    """Nine variables of 48 made-up persons: a part of the trait, one of the method, and one of its own."""
    made = {}
    for m, method in enumerate(METHODS):
        for t, trait in enumerate(TRAITS):
            of_trait, of_method = (_I * (5, 7, 11)[t]) % 13, (_I * (3, 8, 17)[m]) % 7
            alone = (_I * (19, 23, 29)[t] + _I**2 * (1, 2, 3)[m]) % 5
            made[trait, method] = (of_trait + 2.0 * of_method + alone) / 4
    return made


def tables(**more: Any) -> dict[str, pd.DataFrame]:
    by_variable = columns()
    return {
        method: pd.DataFrame(
            {"who": _I, "pair": _I // 2} | {trait: by_variable[trait, method] for trait in TRAITS} | more
        )
        for method in METHODS
    }


def made(methods: Any = None, **options: Any) -> MultitraitMultimethod:
    arguments: dict[str, Any] = {"person": "who", "traits": list(TRAITS), "n_resamples": 100, "rng": 1}
    return mtmm(tables() if methods is None else methods, **(arguments | options))


def test_values_of_r() -> None:
    matrix = made(reliabilities={"self": {"trust": 0.95}, "partner": {"trust": 0.9}})
    for (one, other), r in R_VALUES.items():
        near(matrix.r(one, other), r, 1e-10)
    validity = matrix.correlation(("trust", "self"), ("trust", "partner"))
    near([*validity.interval], R_FISHER, 1e-10)
    near(validity.corrected, R_CORRECTED, 1e-10)
    near(matrix.pattern, R_W, 1e-10)


def test_correlations_of_numpy() -> None:
    matrix, by_variable = made(), columns()
    assert len(matrix.correlations) == 36
    for one in matrix.correlations:
        x = by_variable[one.trait, one.method]
        y = by_variable[one.other_trait, one.other_method]
        near(one.r, np.corrcoef(x, y)[0, 1])
        assert one.n == N
        near(one.interval.low, math.tanh(math.atanh(one.r) - 1.959963984540054 / math.sqrt(N - 3)))
    kinds = [len(matrix.of_kind(kind)) for kind in (*matrix.mean_r,)]  # type: ignore[arg-type]
    assert kinds == [9, 9, 18]


def test_comparisons_by_a_plain_search() -> None:
    """27 triples of trait and methods would give (t - 1) 2 comparisons of each kind for each validity."""
    matrix, r = made(), made().r
    failing = set()
    for trait, (one, other) in itertools.product(TRAITS, itertools.combinations(METHODS, 2)):
        validity = r((trait, one), (trait, other))
        for t in set(TRAITS) - {trait}:
            first, second = sorted((trait, t), key=TRAITS.index)
            others = {
                f"{trait} by {one} with {t} by {other}": r((trait, one), (t, other)),
                f"{t} by {one} with {trait} by {other}": r((t, one), (trait, other)),
                f"{first} by {one} with {second} by {one}": r((trait, one), (t, one)),
                f"{first} by {other} with {second} by {other}": r((trait, other), (t, other)),
            }
            failing |= {
                (f"{trait} by {one} and {other}", words)
                for words, value in others.items()
                if not validity > abs(value)
            }
    assert len(matrix.comparisons) == 9 * 8
    assert {(one.validity_of, one.other) for one in matrix.fails} == failing
    assert {one.criterion for one in matrix.comparisons} == {"other methods", "same method"}


def test_a_trait_that_goes_with_the_method_fails() -> None:
    """Two traits that are one by the same method: their correlation of 1 exceeds each validity."""
    changed = tables()
    changed["self"]["care"] = changed["self"]["trust"]
    fails = made(changed).fails
    assert any(one.other == "trust by self with care by self" and one.r == 1 for one in fails)
    assert all(one.difference <= 0 for one in fails)


def test_pattern_agreement_by_hand() -> None:
    """Blocks with the same order give 1; two methods of three traits give four blocks of three."""
    r = np.eye(6)
    for one, other in itertools.product(range(2), repeat=2):
        for (i, j), value in zip(((0, 1), (0, 2), (1, 2)), (0.2, 0.3, 0.4), strict=True):
            r[3 * one + i, 3 * other + j] = r[3 * other + j, 3 * one + i] = value
    near(pattern_agreement(r, 2, 3), 1.0)
    r[0, 1], r[0, 2], r[1, 2] = 0.4, 0.3, 0.2  # one of four blocks reversed:
    # rank sums 3 + 3 = 6, 8, 9 + 1 = 10; S = 4 + 0 + 4 = 8; W = 12 * 8 / (16 * 24)
    near(pattern_agreement(r, 2, 3), 0.25)
    assert math.isnan(pattern_agreement(np.eye(4), 2, 2))


def test_reports_about_the_partner_join_the_person_they_describe() -> None:
    """Each partner describes the other: the scores belong to the other member of the couple."""
    methods = tables()
    about = methods["partner"].copy()
    about["who"] = about["who"] + 1 - 2 * (about["who"] % 2)  # the rater is the partner of who is described
    shuffled = about.sample(frac=1, random_state=3)
    matrix = made({**methods, "partner": shuffled}, couple="pair", about_partner=["partner"])
    plain = made(methods, couple="pair")
    for one, other in zip(matrix.correlations, plain.correlations, strict=True):
        near(one.r, other.r)
    wrong = made({**methods, "partner": about}, couple="pair")
    assert (
        abs(
            wrong.r(("trust", "self"), ("trust", "partner"))
            - plain.r(("trust", "self"), ("trust", "partner"))
        )
        > 0.1
    )


def test_reports_about_partners_who_are_not_there_are_counted() -> None:
    methods = {name: table.iloc[1:] if name != "partner" else table for name, table in tables().items()}
    methods["partner"] = methods["partner"].iloc[1:]
    matrix = made(methods, couple="pair", about_partner="partner")
    assert matrix.without_partner == {"partner": 1}
    assert any("1 report about partners" in text for text in matrix.warnings)


def test_forms_in_partner_wording_are_joined() -> None:
    """`scii-24-partner` is recognised; the daily form has several rows for each person."""
    own = simulate("scii-24", n=120, couples=0.4, rng=1).answers
    other = simulate("scii-24-partner", n=120, couples=0.4, rng=2).answers
    methods = {
        "self": score("scii-24", own, keep=["couple", "partner"]),
        "partner": score("scii-24-partner", other, keep=["couple", "partner"]),
    }
    matrix = mtmm(
        methods, person="partner", couple="couple", traits=["trust", "caring"], rng=1, n_resamples=1000
    )
    one = methods["self"]["trust"].reshape(-1, 2)
    reports = methods["partner"]["trust"].reshape(-1, 2)[:, ::-1]
    near(matrix.r(("trust", "self"), ("trust", "partner")), np.corrcoef(one.ravel(), reports.ravel())[0, 1])
    assert (matrix.n, matrix.n_couples) == (120, 60)


def test_days_are_averaged() -> None:
    methods = tables()
    days = pd.concat([methods["daily"].assign(day=d) for d in range(3)])
    days.loc[days["day"] == 0, list(TRAITS)] += 1.5
    days.loc[days["day"] == 2, list(TRAITS)] -= 1.5
    matrix = made({**methods, "daily": days}, averaged=["daily"])
    assert matrix.averaged == {"daily": N}
    for one, other in zip(matrix.correlations, made().correlations, strict=True):
        near(one.r, other.r)
    with pytest.raises(EstimationError, match=r"daily: 48 persons with several rows.*averaged=\['daily'\]"):
        made({**methods, "daily": days})


def test_missing_scores_leave_out_pairs() -> None:
    methods = tables()
    methods["self"].loc[[0, 5], "trust"] = np.nan
    methods["daily"] = methods["daily"].iloc[:-3]
    matrix, by_variable = made(methods), columns()
    both = matrix.correlation(("trust", "self"), ("trust", "daily"))
    kept = [n for n in range(N - 3) if n not in (0, 5)]
    assert both.n == len(kept)
    near(both.r, np.corrcoef(by_variable["trust", "self"][kept], by_variable["trust", "daily"][kept])[0, 1])


def test_corrected_correlations_by_hand() -> None:
    """r / sqrt(.8 .6), and the variance of the delta method, with a reliability that has an error."""
    known = made(reliabilities={"self": {"trust": 0.8}, "partner": {"trust": 0.6}})
    one = known.correlation(("trust", "self"), ("trust", "partner"))
    near(one.corrected, one.r / math.sqrt(0.48))
    assert one.corrected_interval is not None
    assert one.corrected_interval.method == "delta, reliabilities as known"
    half = 1.959963984540054 * (1 - one.r**2) / math.sqrt(N - 1) / math.sqrt(0.48)
    near(one.corrected_interval.high - one.corrected, half)
    assert known.correlation(("care", "self"), ("trust", "partner")).corrected_interval is None
    answers = simulate("scii-24", n=100, rng=1).answers
    alpha = cronbach_alpha("scii-24", answers, scale="trust")
    estimated = made(reliabilities={"self": {"trust": alpha}, "partner": {"trust": alpha}})
    one = estimated.correlation(("trust", "self"), ("trust", "partner"))
    low, high = alpha.confidence_interval(0.95)
    relative = (high - low) / 2 / 1.959963984540054 / float(alpha)
    error = math.sqrt(
        ((1 - one.r**2) ** 2 / (N - 1)) / float(alpha) ** 2 + one.corrected**2 / 4 * 2 * relative**2
    )
    assert one.corrected_interval is not None
    near(one.corrected_interval.high - one.corrected, 1.959963984540054 * error)
    report = reliability_report("scii-24", answers)
    named = {"trust": "trust", "caring": "care"}
    methods = {m: t.rename(columns={new: old for old, new in named.items()}) for m, t in tables().items()}
    by_report = made(methods, traits=list(named), reliabilities={"self": report, "partner": report})
    near(by_report.reliabilities[0, 0], float(alpha))


def test_correlations_beyond_1_are_marked() -> None:
    matrix = made(reliabilities={m: dict.fromkeys(TRAITS, 0.3) for m in METHODS})
    assert any("beyond 1" in text for text in matrix.warnings)


@settings(max_examples=4)
@given(order=st.permutations(range(N)), factor=st.floats(0.1, 30), shift=st.floats(-9, 9))
def test_units_and_order_of_rows(order: list[int], factor: float, shift: float) -> None:
    methods = tables()
    changed = {name: table.iloc[order] for name, table in methods.items()}
    changed["self"] = changed["self"].assign(trust=shift + factor * changed["self"]["trust"])
    matrix, other = made(couple="pair"), made(changed, couple="pair")
    for one, two in zip(matrix.correlations, other.correlations, strict=True):
        near(two.r, one.r, 1e-9, 1e-9)
    near(other.pattern, matrix.pattern)
    same_units = made({name: table.iloc[order] for name, table in methods.items()}, couple="pair")
    for one, two in zip(matrix.correlations, same_units.correlations, strict=True):
        near([*two.interval], [*one.interval], 1e-9, 1e-9)


def test_couples_widen_intervals() -> None:
    """The same 48 persons twice, as partners who answer alike."""
    twice = {
        name: pd.concat([table, table]).assign(who=np.arange(2 * N), pair=[*range(N)] * 2)
        for name, table in tables().items()
    }
    pair = (("trust", "self"), ("trust", "daily"))
    alone = made(twice, n_resamples=500).correlation(*pair).interval
    couples = made(twice, couple="pair", n_resamples=500).correlation(*pair).interval
    assert couples.high - couples.low > 1.2 * (alone.high - alone.low)
    assert couples.method == "bootstrap over couples"


def test_document_page_and_findings() -> None:
    matrix = made(couple="pair", reliabilities={m: dict.fromkeys(TRAITS, 0.9) for m in METHODS})
    assert MultitraitMultimethod.from_json(matrix.to_json()) == matrix
    text = matrix.to_markdown()
    assert "(.90)" in text
    assert "Comparisons that fail" in text or not matrix.fails
    assert "Campbell and Fiske (1959)" in matrix.sentence()
    assert len(matrix.to_frame()) == 36
    findings = matrix.findings(sample="48 made up", source="this test", scales={"trust": "trust"})
    assert len(findings) == 9 + 2
    assert findings[0].scale == "trust"
    assert findings[-1].value == (
        sum(one.holds for one in matrix.comparisons if one.criterion == "same method"), 36,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("methods", "options", "words"),
    [
        ([1], {}, "pass a mapping of two methods"),
        (None, {"traits": ["trust"]}, "at least two are needed"),
        (None, {"traits": ["trust", "love"]}, "no scores of love"),
        (None, {"person": "name"}, "person='name': self has no such column"),
        (None, {"about_partner": ["partner"]}, "pass couple="),
        (None, {"about_partner": ["other"], "couple": "pair"}, "about_partner: 'other'"),
        (None, {"averaged": ["weekly"]}, "averaged: 'weekly'"),
        (None, {"reliabilities": {"weekly": {}}}, "reliabilities: method='weekly' is not valid"),
        (None, {"reliabilities": {"self": {"trust": 1.2}}}, "above 0, up to 1"),
        (tables(pair=[0] * N), {"about_partner": ["partner"], "couple": "pair"}, "more than two persons"),
        (tables(who=[None, *range(1, N)]), {}, "3 rows without a label"),
    ],
)
def test_messages(methods: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(EstimationError) as raised:
        made(methods, **options)
    assert words in str(raised.value)


def test_unknown_variables_are_named() -> None:
    with pytest.raises(EstimationError, match="traits: trust, care, bond; methods: self, partner, daily"):
        made().r(("trust", "self"), ("love", "self"))
    with pytest.raises(EstimationError, match="kind"):
        made().of_kind("validity")  # type: ignore[arg-type]


def scored(form: str, seed: int) -> Any:
    answers = pd.DataFrame(simulate(form, 40, rng=seed).answers).assign(who=range(40))
    return score(form, answers, keep=["who"])


def test_a_total_is_no_trait_next_to_its_parts():
    one, other = scored("scii-24", 1), scored("scii-24", 2)
    with pytest.raises(
        EstimationError, match=r"self: total has the items of .*name the traits, as in traits="
    ):
        mtmm({"self": one, "retest": other}, person="who")
    parts = [name for name in one.scale_ids if name != "total"]
    matrix = mtmm({"self": one, "retest": other}, person="who", traits=parts, n_resamples=100, rng=1)
    assert matrix.traits == tuple(parts) and matrix.instrument == one.instrument
    assert MultitraitMultimethod.from_json(matrix.to_json()).instrument == one.instrument


def test_reports_and_evidence_of_another_instrument_are_refused():
    one, other = scored("scii-24", 1), scored("scii-24", 2)
    parts = ["trust", "caring"]
    report = reliability_report("kmss", simulate("kmss", 60, rng=1).answers)
    given = {"person": "who", "traits": parts, "n_resamples": 100, "rng": 1}
    with pytest.raises(EstimationError, match=r"reliabilities of self: the report is of kmss.*scii-24"):
        mtmm({"self": one, "retest": other}, reliabilities={"self": report}, **given)
    matrix = mtmm({"self": one, "retest": other}, **given)
    with pytest.raises(InstrumentError, match="scii-24"):
        evidence_report(load("ras"), matrix, sample="simulated", source="a test")
    plain = {"self": one.to_frame(), "retest": other}
    assert mtmm(plain, **given).instrument is None
