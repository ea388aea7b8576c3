"""Score tests of equality constraints are lavaan's (`constraints.R`)."""

from __future__ import annotations

import functools
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import cfa, sem
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor import ConstraintTest, ConstraintTests, SEMResult, invariance
from tests.shared.folders import REFERENCE

VALUES: dict[str, Any] = json.loads((REFERENCE / "constraints.json").read_text("utf-8"))["values"]
# where identification rests on constraints, lavaan counts more degrees of freedom than releasing them adds
IDENTIFIED_BY = {
    "scalar": 2, "scalar_thirds": 2, "scalar_gaps": 2, "scalar_robust": 2, "strict_partial": 2,
    "metric_unit_variances": 2,
}  # fmt: skip
OPTIONS = {"group": "groups", "group.equal": "equal", "group.partial": "partial", "estimator": "estimator"}
TRUST = "f =~ tru01 + tru04 + tru11 + com01"


@functools.cache
def answers(name: str) -> pd.DataFrame:
    table = pd.read_csv(REFERENCE / f"simulated-{name}.csv")
    n = len(table)
    table["half"] = np.repeat(["a", "b"], n // 2)
    table["third"] = [("a", "b", "c")[i % 3] for i in range(n)]
    return table


@functools.cache
def fitted(name: str) -> SEMResult:
    block = VALUES[name]
    options = {OPTIONS[key]: value for key, value in dict(block["options"]).items() if key in OPTIONS}
    for key in ("equal", "partial"):
        if isinstance(options.get(key), str):
            options[key] = [options[key]]
    missing = "fiml" if dict(block["options"]).get("missing") == "ml" else "listwise"
    unit = "fixed_factor" if dict(block["options"]).get("std.lv") else "marker"
    return sem(
        block["model"], answers(block["data"]), missing=missing, identification=unit, means=True, **options
    )


def text_of(block: Any, k: int, groups: Any) -> str:
    left, right = block["left"][k], block["right"][k]
    first, second = block["left_group"][k], block["right_group"][k]
    if first is None:
        return f"{left} == {right}"
    return f"{left}: {groups[first - 1]} == {groups[second - 1]}" if left == right else f"{left} == {right}"


@pytest.mark.parametrize("name", VALUES)
def test_constraint_tests_are_those_of_lavaan(name: str) -> None:
    block, result = VALUES[name], fitted(name)
    tests = result.constraint_tests()
    ours = {test.constraint.replace(" ", ""): test for test in tests}
    assert len(ours) == len(block["left"]) == block["total"]["df"]
    for k, change in enumerate(block["change"]):
        test = ours[text_of(block, k, result.groups).replace(" ", "")]
        assert test.chi_square == pytest.approx(block["chi_square"][k], rel=2e-4, abs=2e-5)
        assert test.expected_change == pytest.approx(change, rel=1e-4, abs=1e-5)
        assert (test.df, test.p) == (1, pytest.approx(block["p"][k], abs=1e-4))
    assert tests.chi_square == pytest.approx(block["total"]["chi_square"], rel=1e-5)
    assert tests.df == block["total"]["df"] - IDENTIFIED_BY.get(name, 0)
    if name not in IDENTIFIED_BY:
        assert tests.p == pytest.approx(block["total"]["p"], abs=1e-5)


def test_the_degrees_of_freedom_of_all_are_those_of_the_model_without_constraints() -> None:
    table = answers("complete")
    for equal, unit in ((["loadings"], "fixed_factor"), (["loadings", "intercepts"], "marker")):
        options: Any = {"groups": "third", "identification": unit, "means": True}
        free, equal_ones = cfa(TRUST, table, **options), cfa(TRUST, table, equal=equal, **options)
        assert equal_ones.constraint_tests().df == equal_ones.fit.df - free.fit.df
    tests = cfa(TRUST, table, groups="third", equal=equal).constraint_tests()
    fall = equal_ones.fit.chi_square - free.fit.chi_square
    assert tests.chi_square == pytest.approx(fall, rel=0.05)  # the two are equal in large samples


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(["ML", "MLR", "GLS", "ULS"]), st.sampled_from(["loadings", "intercepts", "residuals"]))
def test_in_two_groups_tests_are_modification_indices_of_equal_parameters(estimator: Any, equal: Any) -> None:
    result = cfa(TRUST, answers("complete"), groups="half", equal=[equal], estimator=estimator, means=True)
    indices = {index.name: index for index in result.modification_indices() if index.group == "a"}
    for test in result.constraint_tests():
        index = indices[test.parameters[0]]
        assert index.released
        assert test.chi_square == pytest.approx(index.index, rel=1e-6)
        assert test.expected_change == pytest.approx(index.expected_change, rel=1e-6)


def test_a_constraint_that_others_imply_frees_nothing() -> None:
    model = "f =~ tru01 + a*tru04 + b*tru11 + c*com01\na + b == 2*c\nb == c\n2*a == 2*c"
    implied = cfa(model, answers("complete")).constraint_tests()
    assert [test.df for test in implied] == [0, 0, 0]
    assert [test.chi_square for test in implied] == [0, 0, 0]
    assert all(np.isnan([test.p, test.expected_change]).all() for test in implied)
    assert implied.df == 2
    plain = cfa("f =~ tru01 + a*tru04 + a*tru11 + a*com01", answers("complete")).constraint_tests()
    assert (plain.df, plain.chi_square) == (2, pytest.approx(implied.chi_square, rel=1e-6))
    assert "releasing it alone frees nothing" in repr(implied)


def test_a_constraint_without_which_the_model_is_not_identified_frees_nothing() -> None:
    tests = sem(
        "tru04 ~ a*tru01\ntru01 ~ b*tru04\na == b", answers("complete"), fixed_x=False
    ).constraint_tests()
    assert (tests[0].df, tests[0].chi_square, tests.df) == (0, 0, 0)


def test_constraint_tests_are_shown_and_kept() -> None:
    tests = fitted("scalar").constraint_tests()
    falls = [test.chi_square for test in tests]
    assert falls == sorted(falls, reverse=True)
    frame = tests.to_frame()
    assert frame.constraint[0] == "tru01 ~ 1: a == b"
    assert frame.columns.tolist() == ["constraint", "kind", "chi_square", "df", "p", "expected_change"]
    assert ConstraintTests.from_json(tests.to_json()) == tests
    assert ConstraintTest.from_dict(tests[0].to_dict()) == tests[0]
    assert repr(tests).splitlines()[:2] == [
        "<10 equality constraints, score test, assuming normality; all: chi-square(8) = 6.22, p = .622>",
        "  tru01 ~ 1: a == b; chi-square(1) = 5.04, p = .025; if released, the left side would be greater "
        "by 0.264",
    ]
    labels = {test.constraint: test.kind for test in fitted("labels").constraint_tests()}
    assert labels == {
        "m == l": "written", "f =~ tru04 == f =~ tru11": "label", "f =~ tru04 == g =~ com10": "label",
        "tru04 ~~ tru04 == tru11 ~~ tru11": "label",
    }  # fmt: skip


def test_a_model_without_constraints_has_no_tests() -> None:
    with pytest.raises(EstimationError, match="no equality constraints to test; modification_indices"):
        cfa(TRUST, answers("complete")).constraint_tests()


# ------------------------------------------------------------------ steps of invariance


def test_invariance_says_what_to_free() -> None:
    table = answers("complete").copy()
    table["tru11"] = table["tru11"] + 1.5 * (table["third"] == "c")
    tested = invariance(TRUST, table, groups="third")
    free = tested.to_free()
    assert free is not None
    assert (free.constraint, free.parameters) == ("tru11 ~ 1: a == c", ("tru11 ~ 1",))
    assert free.expected_change < -1
    assert tested.to_free("scalar") == free
    by_step = tested.constraint_tests("scalar")
    whole = {test.constraint: test for test in tested["scalar"].constraint_tests()}
    assert {test.constraint for test in by_step} == {name for name in whole if "~ 1" in name}
    for test in by_step:
        assert test.chi_square == pytest.approx(whole[test.constraint].chi_square, rel=1e-9)
    assert by_step.df == tested.changes[1].df_change
    again = invariance(TRUST, table, groups="third", partial=list(free.parameters))
    assert again.to_free() is None
    with pytest.raises(EstimationError, match="step='configural' sets no parameters equal"):
        tested.constraint_tests("configural")
    with pytest.raises(EstimationError, match="step='weak' is not valid; allowed: 'configural', 'metric'"):
        tested.constraint_tests("weak")
