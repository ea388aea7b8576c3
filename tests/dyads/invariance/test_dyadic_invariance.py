"""Steps of invariance across partners: against models written by hand, and where differences are known."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.dyads import DyadicInvariance, Dyads, PartnerMeans, apim, dyadic_invariance
from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.factor import cfa, compare_models, sem
from tests.shared.comparison import near, roughly
from tests.shared.simulated_couples import ITEMS, close_couples, closeness_answers

ALL_STEPS = ["configural", "metric", "scalar", "residual", "variances", "means"]


@cache
def couples() -> Dyads:
    return close_couples(closeness_answers())


@cache
def gaps() -> Dyads:
    return close_couples(closeness_answers(missing=0.08, seed=4))


@cache
def shifted() -> Dyads:
    return close_couples(closeness_answers(shift={"q3": 0.6}))


@cache
def ladder(**options: Any) -> DyadicInvariance:
    return dyadic_invariance(couples(), "closeness", **options)


def text_of(step: str, free: tuple[str, ...] = ()) -> str:
    """The model of one step as a researcher would write it."""
    level = ALL_STEPS.index(step)
    lines = []
    for p in ("wife", "husband"):
        loads = [f"{f'l{i}*' if level > 0 else ''}{i}_{p}" for i in ITEMS]
        lines.append(f"{p} =~ NA*{ITEMS[0]}_{p} + {' + '.join(loads)}")
        for i in ITEMS:
            lines.append(f"{i}_{p} ~ {f't{i}*' if level > 1 and i not in free else ''}1")
            lines.append(f"{i}_{p} ~~ {f'e{i}*' if level > 2 else ''}{i}_{p}")
    lines += [f"{i}_wife ~~ {i}_husband" for i in ITEMS]
    lines += ["wife ~~ 1*wife", f"husband ~~ {'1' if level in (0, 4, 5) else 'v'}*husband"]
    lines += ["wife ~ 0*1", f"husband ~ {'0' if level in (0, 1, 5) else 'm'}*1"]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "options",
    [{}, {"estimator": "MLR"}, {"missing": "fiml"}, {"estimator": "MLR", "missing": "fiml"}],
    ids=str,
)
def test_dyadic_invariance_is_what_models_written_by_hand_are(options: Any) -> None:
    dyads = gaps()
    result = dyadic_invariance(dyads, "closeness", **options)
    table = dyads.to_wide(keyed=True)
    written = [cfa(text_of(step), table, identification="none", **options) for step in ALL_STEPS]
    compared = compare_models(*written, names=ALL_STEPS)
    for step, by_hand in zip(ALL_STEPS, written, strict=True):
        roughly(result[step].fit.chi_square, by_hand.fit.chi_square)
        assert result[step].fit.df == by_hand.fit.df
        roughly(result[step].fit.srmr, by_hand.fit.srmr)
    for change, by_hand in zip(result.changes, compared.changes, strict=True):
        roughly(change.chi_square_change, by_hand.chi_square_change, abs=1e-6)
        assert (change.name, change.df_change, change.method) == (
            by_hand.name,
            by_hand.df_change,
            by_hand.method,
        )
    assert result.n_couples == written[0].n


def test_latent_means_are_those_of_a_defined_parameter() -> None:
    model = text_of("scalar") + "\nd := -m/sqrt((1+v)/2)"
    by_hand = sem(model, couples().to_wide(keyed=True), identification="none").defined["d"]
    means = ladder().mean_difference
    roughly([means.standardized, means.standardized_se], [by_hand.estimate, by_hand.se])
    assert means.difference == -ladder()["scalar"].parameters["closeness_husband ~ 1"].estimate
    near(means.confidence_interval().low, means.difference - 1.959963984540054 * means.se)
    assert means.difference in means.confidence_interval(0.5)


def test_a_difference_of_means_is_found_with_its_status() -> None:
    result = dyadic_invariance(close_couples(closeness_answers(600, higher=0.5)), "closeness")
    means = result.mean_difference
    assert (means.invariance, means.step, means.reason) == ("supported", "scalar", None)
    assert -0.5 in means.confidence_interval(standardized=True)
    assert means.p < 0.001
    assert result.status("residual") == "supported"
    assert result.status("means") == "not supported"
    assert "The latent mean of wife was lower than that of husband: difference -0." in result.sentence()
    assert "scalar invariance, on which this comparison rests, was supported" in result.sentence()


def test_partial_release_follows_score_tests() -> None:
    result = dyadic_invariance(shifted(), "closeness")
    assert [result.status(step) for step in ("metric", "scalar", "means")] == [
        "supported",
        "not supported",
        "not supported",
    ]
    assert result.mean_difference.invariance == "not supported"
    found = result.to_free()
    assert found is not None
    assert (found.constraint, found.parameters) == ("q3 ~ 1: wife == husband", ("q3 ~ 1",))
    again = dyadic_invariance(shifted(), "closeness", partial=found.parameters)
    assert again.partial == ("q3 ~ 1",)
    assert again.changes[1].df_change == 2
    assert (again.status("metric"), again.status("scalar")) == ("supported", "partial")
    assert again.to_free() is None
    assert abs(again.mean_difference.standardized) < abs(result.mean_difference.standardized)
    by_hand = cfa(text_of("scalar", ("q3",)), shifted().to_wide(keyed=True), identification="none")
    roughly(again["scalar"].fit.chi_square, by_hand.fit.chi_square)
    assert "with q3 ~ 1 free for each partner" in again.sentence()


@pytest.mark.parametrize("step", ["metric", "scalar", "residual"])
def test_score_tests_are_those_of_labels(step: str) -> None:
    result = dyadic_invariance(shifted(), "closeness", steps=["configural", step])
    by_hand = cfa(text_of(step), shifted().to_wide(keyed=True), identification="none").constraint_tests()
    mine = result.constraint_tests(step)
    roughly([test.chi_square for test in mine], [test.chi_square for test in by_hand], rel=1e-5, abs=1e-6)
    roughly(mine.chi_square, by_hand.chi_square, rel=1e-5)
    assert mine.df == by_hand.df


@pytest.mark.parametrize(
    ("step", "name"), [("variances", "closeness ~~ closeness"), ("means", "closeness ~ 1")]
)
def test_score_tests_of_factors_approximate_the_difference_test(step: str, name: str) -> None:
    (test,) = ladder().constraint_tests(step)
    change = next(change for change in ladder().changes if change.name == step)
    assert test.constraint == f"{name}: wife == husband"
    assert test.chi_square == pytest.approx(change.chi_square_change, rel=0.1, abs=0.05)


def test_misfits_are_of_the_step() -> None:
    misfits = dyadic_invariance(shifted(), "closeness").misfits("scalar")
    assert misfits[0].name == "q3_wife ~ 1"
    assert len(misfits) == 4


def test_reverse_keyed_items_are_keyed_once() -> None:
    answers = closeness_answers()
    plain = dyadic_invariance(close_couples(answers), "closeness")
    answers[:, :, 1] = 16 - answers[:, :, 1]
    keyed = dyadic_invariance(close_couples(answers, keys="q1 -q2 q3 q4"), "closeness")
    assert [change.chi_square_change for change in keyed.changes] == [
        change.chi_square_change for change in plain.changes
    ]


def test_order_of_partners_changes_signs_only() -> None:
    answers = closeness_answers(higher=0.3)
    one, other = (dyadic_invariance(close_couples(x), "closeness") for x in (answers, answers[:, ::-1]))
    for first, second in zip(one.models.values(), other.models.values(), strict=True):
        roughly(first.fit.chi_square, second.fit.chi_square)
    roughly(one.mean_difference.standardized, -other.mean_difference.standardized)


def test_one_partner_couples_count_with_full_information_only() -> None:
    answers = closeness_answers(120)
    answers[:30, 1] = float("nan")
    dyads = close_couples(answers)
    assert [
        (r.n_couples, r.left_out)
        for r in (dyadic_invariance(dyads, "closeness", missing=m) for m in ("listwise", "fiml"))
    ] == [(90, {"without answers to every item of both partners": 30}), (120, {})]


def test_from_equal_has_the_same_tests_in_another_order() -> None:
    down = ladder(direction="from_equal")
    assert down.changes == ladder().changes
    assert down.to_frame().index.tolist() == ALL_STEPS[::-1]
    assert "the means model had" in down.sentence()
    assert "the means model was retained" in down.sentence()
    assert "the configural model had" in ladder().sentence()
    assert "No step shows that this scale distinguishes the partners, which does not" in ladder().sentence()


def test_from_equal_says_what_it_would_hide() -> None:
    sentence = dyadic_invariance(shifted(), "closeness", direction="from_equal").sentence()
    assert "the means model was retained. Yet the answers contradict equal intercepts" in sentence
    unequal = dyadic_invariance(
        close_couples(closeness_answers(higher=0.5)), "closeness", direction="from_equal"
    )
    assert (
        "this released the means of the factors, and the variances model was retained" in unequal.sentence()
    )


def test_documents_keep_everything_but_the_fit() -> None:
    result = dyadic_invariance(shifted(), "closeness", partial=["q3 ~ 1"], estimator="MLR")
    again = DyadicInvariance.from_json(result.to_json(), instrument=shifted().form)
    assert again.to_dict() == result.to_dict()
    assert again.dmacs() == result.dmacs()
    assert again.status("scalar") == "partial"
    assert PartnerMeans.from_dict(result.mean_difference.to_dict()) == result.mean_difference


def test_pages_have_all_steps() -> None:
    page = ladder().page()
    assert [table.title for table in page.tables] == ["Fit", "Loss of fit", "dMACS, q1 as the marker"]
    assert list(page.tables[0].columns["model"]) == ALL_STEPS
    assert "| metric against configural |" in ladder().to_markdown()
    assert "<table" in ladder().to_html()
    assert "scalar invariance supported" in repr(ladder())
    assert isinstance(ladder().to_frame(), pd.DataFrame)
    robust = ladder(estimator="MLR").page().tables[0]
    assert robust.title == "Fit, scaled chi-square and robust indices"


def test_findings_are_changes_of_cfi() -> None:
    findings = ladder().findings(sample="300 simulated couples", source="tests")
    assert [finding.of for finding in findings][:2] == ["metric against configural", "scalar against metric"]
    assert {finding.n for finding in findings} == {300}


def test_means_need_a_step_with_equal_intercepts() -> None:
    result = ladder(steps=("configural", "metric"))
    assert result.mean_difference.step is None
    assert "add 'scalar' to steps" in str(result.mean_difference.reason)
    assert "Latent means were not compared" in result.sentence()
    assert result.status("scalar") == "not tested"
    interval = result.mean_difference.confidence_interval()
    assert interval.reason == result.mean_difference.reason
    assert "undefined" in repr(result.mean_difference)
    later = ladder(steps=("residual", "means"))
    assert (later.mean_difference.step, later.mean_difference.invariance) == ("residual", "not tested")


BAD: list[tuple[dict[str, Any], str]] = [
    ({"scale": "closenes"}, "there is no scale 'closenes'; allowed: closeness; did you mean 'closeness'?"),
    ({"steps": ["metric"]}, "steps=('metric',) is not valid; allowed: two or more of configural"),
    ({"steps": ["metric", "strict"]}, "is not valid; allowed: two or more of configural"),
    ({"partial": ["q9 ~ 1"]}, "partial: there is no parameter 'q9 ~ 1'; write it as 'closeness =~ q1'"),
    ({"partial": [f"{i} ~ 1" for i in ITEMS]}, "partial frees all intercepts of closeness"),
    ({"partial": [f"closeness=~{i}" for i in ITEMS]}, "leave those of at least one item equal"),
    ({"direction": "down"}, "direction='down' is not valid; allowed: 'from_free', 'from_equal'"),
    ({"estimator": "WLS"}, "estimator='WLS' is not valid"),
    ({"missing": "pairwise", "estimator": "MLR"}, "use missing='fiml'"),
    ({"method": "satorra_2000"}, "method='satorra_2000' is for scaled tests"),
    ({"max_iterations": 0}, "max_iterations=0 is not valid"),
]


@pytest.mark.parametrize(("options", "words"), BAD, ids=lambda value: str(value)[:40])
def test_bad_options_say_what_is_allowed(options: dict[str, Any], words: str) -> None:
    options = {"scale": "closeness", **options}
    with pytest.raises((EstimationError, UnknownNameError)) as error:
        dyadic_invariance(couples(), options.pop("scale"), **options)
    assert words in str(error.value)


def test_steps_that_a_result_does_not_have_are_named() -> None:
    for ask in (ladder().constraint_tests, ladder().misfits, ladder().status, ladder().to_free):
        with pytest.raises(EstimationError, match="step='strict' is not valid"):
            ask("strict")
    with pytest.raises(EstimationError, match="sets no parameters equal"):
        ladder().constraint_tests("configural")


def test_two_items_are_too_few() -> None:
    with pytest.raises(EstimationError, match="closeness has 2 items, and a factor of both partners needs"):
        dyadic_invariance(close_couples(closeness_answers(), keys="q1 q2"), "closeness")


def test_a_search_without_an_end_names_its_model() -> None:
    with pytest.raises(EstimationError, match="closeness, the configural model"):
        dyadic_invariance(couples(), "closeness", max_iterations=1)


@pytest.mark.parametrize("asked", [np.False_, 0, "no"])
def test_distinguishable_that_is_not_a_truth_value_is_refused(asked: Any) -> None:
    with pytest.raises(EstimationError, match="allowed: True, False, or None"):  # np.False_ is not False
        dyadic_invariance(couples(), "s", distinguishable=asked)
    with pytest.raises(EstimationError, match="allowed: True, False, or None"):
        apim(couples(), "s", "t", distinguishable=asked)


def test_the_test_of_means_does_not_depend_on_which_role_comes_first() -> None:
    answers = closeness_answers(150, higher=0.2)
    one, other = (
        dyadic_invariance(close_couples(a), "closeness").mean_difference for a in (answers, answers[:, ::-1])
    )
    assert one.p == pytest.approx(other.p, rel=1e-4)
    assert one.standardized == pytest.approx(-other.standardized, rel=1e-4)
