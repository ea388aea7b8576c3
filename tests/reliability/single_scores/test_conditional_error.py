"""Standard errors that R has too, conditional errors of measurement, and kinds of reliable change."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import encode, item_moments, score, simulate
from intimacy_scales.errors import EstimationError
from intimacy_scales.reliability import (
    ConditionalError,
    compare_alphas,
    conditional_error,
    cronbach_alpha,
    guttman_lambdas,
    mcdonald_omega,
    measurement_error,
    reliable_change,
    split_half,
)
from tests.reference.simulated import simulated_answers
from tests.shared.folders import REFERENCE

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")
R = json.loads((REFERENCE / "interval_values.json").read_text())
Z = 1.959963984540054
HALVES = (["tru01", "tru09"], ["tru04", "tru11"])


@pytest.mark.parametrize(
    ("method", "name", "less"), [("delta", "normal", 1), ("adf", "free", math.sqrt(399 / 400))]
)
def test_standard_errors_are_those_of_lavaan(method: Any, name: str, less: float) -> None:
    """lavaan divides moments by n throughout; influences of covariances with n - 1 differ by a factor."""
    answers = simulated_answers("complete")
    bounds, halves = (
        guttman_lambdas(answers, scale="trust"),
        split_half(answers, scale="trust", halves=HALVES),
    )
    alphas = [cronbach_alpha(answers, scale=scale) for scale in ("trust", "caring")]
    made = {
        "alpha": (bounds.lambda3, bounds.confidence_interval(method=method, of="lambda3")),
        "lambda2": (bounds.lambda2, bounds.confidence_interval(method=method)),
        "brown": (halves.estimate, halves.confidence_interval(method=method)),
        "flanagan": (halves.flanagan_rulon, halves.confidence_interval(method=method, of="flanagan_rulon")),
        "difference": (
            alphas[0].estimate - alphas[1].estimate,
            compare_alphas(*alphas).confidence_interval(method=method),
        ),
    }
    for figure, (estimate, interval) in made.items():
        value, error = R[name][figure]
        assert estimate == pytest.approx(value, rel=1e-7)
        assert (interval.high - interval.low) / 2 / Z == pytest.approx(error * less, rel=1e-6)


def test_the_error_of_omega_hierarchical_is_that_of_lavaan() -> None:
    omega = mcdonald_omega(simulated_answers("complete"), scale="total", model="second_order")
    value, error = R["omega"]["omega_h"]
    interval = omega.confidence_interval(method="delta", of="hierarchical")
    assert omega.hierarchical == pytest.approx(value, rel=1e-6)
    assert (interval.high - interval.low) / 2 / Z == pytest.approx(error, rel=1e-5)


def test_the_error_of_prediction_is_larger_than_that_of_measurement() -> None:
    error = measurement_error(0.84, sd=10, mean=50)
    assert error.prediction_error == pytest.approx(10 * math.sqrt(1 - 0.84**2))
    made = error.retest_interval(60, 0.9)
    centre, half = 50 + 0.84 * 10, 1.6448536 * error.prediction_error
    assert list(made) == pytest.approx([centre - half, centre + half])
    answers = encode("scii-24", simulate("scii-24", 200, rng=1).answers)
    omega = mcdonald_omega(answers, scale="trust")
    of_omega = measurement_error(omega)
    assert of_omega.sem == pytest.approx(omega.score_moments()[1] * math.sqrt(1 - omega.estimate))
    assert of_omega.source.startswith("McDonald's omega")


@pytest.mark.parametrize("model", ["feldt-qualls", "multinomial"])
def test_conditional_errors_are_those_of_their_definition(model: Any) -> None:
    table = simulate("scii-24", 300, missing=0.02, rng=4).answers
    answers = encode("scii-24", table)
    found = conditional_error(answers, scale="trust", model=model, degree=1)
    x = table[["tru01", "tru04", "tru09", "tru11"]].astype(float)
    reverse = cronbach_alpha(answers, scale="trust").moments.reverse
    x.loc[:, reverse] = 8 - x.loc[:, reverse]
    x = x.dropna().to_numpy()
    squares: dict[float, list[float]] = {}
    for row in x:
        apart = [row[i] - row.mean() for i in range(4)]
        if model == "feldt-qualls":
            apart = [d - (x[:, i].mean() - x.mean()) for i, d in enumerate(apart)]
        squares.setdefault(row.mean(), []).append(4 / 3 * sum(d * d for d in apart) / 16)
    assert found.scores.tolist() == sorted(squares)
    assert found.persons.tolist() == [len(squares[key]) for key in sorted(squares)]
    assert found.errors == pytest.approx([math.sqrt(np.mean(squares[key])) for key in sorted(squares)])
    every = [(key, value) for key, values in squares.items() for value in values]
    slope, constant = np.polyfit(*zip(*every, strict=True), 1)
    assert found.at(4.0) == pytest.approx(math.sqrt(constant + 4 * slope), rel=1e-9)
    assert (found.n, found.n_persons) == (len(x), 300)
    if model == "feldt-qualls":
        alpha = measurement_error(cronbach_alpha(answers, scale="trust", missing="listwise"))
        assert found.sem * math.sqrt(found.n / (found.n - 1)) == pytest.approx(alpha.sem, rel=1e-9)
    interval = found.interval(4.0)
    assert interval.high - 4 == pytest.approx(Z * found.at(4.0))
    assert ConditionalError.from_json(found.to_json()) == found
    assert found.to_frame().index.tolist() == found.scores.tolist()


def test_binary_items_have_lords_error() -> None:
    """``sqrt(x (k - x) / (k - 1))`` of x right of k (Lord, 1955)."""
    from intimacy_scales import Instrument

    items = [f"q{i}" for i in range(6)]
    form = Instrument.model_validate(
        {
            "id": "right", "version": "1", "title": "Right and wrong",
            "response_scale": {"minimum": 0, "maximum": 1},
            "items": [{"id": item} for item in items],
            "scales": [{"id": "all", "items": items, "method": "sum"}],
        }
    )  # fmt: skip
    x = (
        np.random.default_rng(1).normal(size=(200, 6)) + np.random.default_rng(2).normal(size=(200, 1)) > 0
    ) * 1
    found = conditional_error(form, pd.DataFrame(x, columns=items), model="multinomial")
    assert found.errors == pytest.approx([math.sqrt(s * (6 - s) / 5) for s in found.scores])
    assert found.at(3.0) == pytest.approx(math.sqrt(9 / 5), rel=1e-6)


BEFORE, AFTER = np.array([40.0, 45, 50, 38, 42, 47, 44]), np.array([48.0, 44, 58, 45, 60, 50, 43])


def test_kinds_of_reliable_change_are_worked_by_hand() -> None:
    common: dict[str, Any] = {"reliability": 0.8, "sd": 7.5}
    sem = 7.5 * math.sqrt(0.2)
    plain = reliable_change(BEFORE, AFTER, **common)
    assert plain.index == pytest.approx((AFTER - BEFORE) / (math.sqrt(2) * sem))
    less = reliable_change(BEFORE, AFTER, method="chelune", practice=3.0, **common)
    assert less.index == pytest.approx((AFTER - BEFORE - 3) / (math.sqrt(2) * sem))
    assert "beyond 3" in repr(less)
    each = reliable_change(BEFORE, AFTER, method="iverson", practice=3.0, sd_after=9.0, **common)
    assert each.index == pytest.approx((AFTER - BEFORE - 3) / math.sqrt(sem**2 + 81 * 0.2))
    arrindell = reliable_change(BEFORE, AFTER, method="hageman-arrindell", **common)
    s1, s2, r12 = BEFORE.std(ddof=1), AFTER.std(ddof=1), np.corrcoef(BEFORE, AFTER)[0, 1]
    r1, r2 = 1 - sem**2 / s1**2, 1 - sem**2 / s2**2  # one error of measurement for both occasions
    r = (s1**2 * r1 + s2**2 * r2 - 2 * s1 * s2 * r12) / (s1**2 + s2**2 - 2 * s1 * s2 * r12)
    change = AFTER - BEFORE
    wanted = (change * r + change.mean() * (1 - r)) / (math.sqrt(r) * math.sqrt(2 * sem**2))
    assert arrindell.index == pytest.approx(wanted)
    for result in (less, each, arrindell):
        towards = (change - result.expected) / result.change_needed
        assert [c == "improved" for c in result.category] == [bool(t > 1) for t in towards]
    assert type(each).from_json(each.to_json()) == each
    one = reliable_change(40, 60, method="iverson", practice=1, sd_after=8, **common)
    assert one.index == pytest.approx(19 / math.sqrt(sem**2 + 64 * 0.2))


def test_a_published_reliable_change_names_its_study() -> None:
    sheets = [{f"rdas_{n}": answer for n in range(1, 15)} for answer in (2, 3)]
    then, now = (score("rdas", sheet) for sheet in sheets)
    found = reliable_change(then, now, method="published", scale="total")
    assert found.change_needed == pytest.approx(11.58)
    assert found.source == "Anderson et al. (2014), doi 10.1111/jmft.12095"
    assert found.category == (
        "improved" if now.scores["total"] - then.scores["total"] > 11.58 else "unchanged"
    )  # type: ignore[operator]
    assert type(found).from_json(found.to_json()) == found
    tables = [score("rdas", [sheet] * 3) for sheet in sheets]
    assert reliable_change(*tables, method="published", scale="total").category == (found.category,) * 3
    with pytest.raises(EstimationError, match="has no published reliable change of 'cohesion'"):
        reliable_change(then, now, method="published", scale="cohesion")


WRONG: dict[str, tuple[Any, str]] = {
    "method": (
        lambda: reliable_change(BEFORE, AFTER, reliability=0.8, method="x"),
        "allowed: 'jacobson-truax'",
    ),
    "no reliability": (lambda: reliable_change(BEFORE, AFTER), "pass a coefficient, or method='published'"),
    "no practice": (
        lambda: reliable_change(BEFORE, AFTER, reliability=0.8, method="chelune"),
        "needs practice=",
    ),
    "practice": (
        lambda: reliable_change(BEFORE, AFTER, reliability=0.8, practice=2),
        "is only for method='chelune'",
    ),
    "sd_after": (
        lambda: reliable_change(BEFORE, AFTER, reliability=0.8, sd_after=2),
        "is only for method='iverson'",
    ),
    "one person": (
        lambda: reliable_change(1, 2, reliability=0.8, sd=1, method="hageman-arrindell"),
        "pass the scores of at least three",
    ),
    "no differences": (
        lambda: reliable_change(BEFORE, BEFORE + np.eye(7)[2], reliability=0.5, method="hageman-arrindell"),
        "do not differ in their change",
    ),
    "numbers": (lambda: reliable_change(BEFORE, AFTER, method="published"), "pass the results of score"),
    "both": (
        lambda: reliable_change(BEFORE, AFTER, method="published", reliability=0.8),
        "takes no reliability",
    ),
    "beyond": (lambda: errors().at(99), "score=99 is not valid; allowed: from"),
    "model": (lambda: errors(model="x"), "allowed: 'feldt-qualls', 'multinomial'"),
    "degree": (lambda: errors(degree=9), "a whole number from 0 to 4"),
    "sums": (
        lambda: conditional_error(
            item_moments("scii-24", simulate("scii-24", 50, rng=1).answers), scale="trust"
        ),
        "needs each person's answers",
    ),
    "few": (lambda: errors(n=2, degree=4).at(3), "are not defined: 2 persons .* lower degree"),
}


def errors(n: int = 60, **options: Any) -> ConditionalError:
    return conditional_error("scii-24", simulate("scii-24", n, rng=1).answers, scale="trust", **options)


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_asked_says_what_can(case: str) -> None:
    call, words = WRONG[case]
    with pytest.raises(EstimationError, match=words):
        call()
