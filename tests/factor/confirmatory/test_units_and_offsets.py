"""Figures do not depend on the units of variables, nor on constants that are added to them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import cfa, sem
from intimacy_scales.errors import EstimationError, NotConvergedError, NotIdentifiedError

PATHS = "x1 ~ x2 + x3\nx2 ~ x3 + x4"
NAMES = ["x1", "x2", "x3", "x4"]


def related(n: int = 300, seed: int = 7) -> pd.DataFrame:
    """Simulate variables with the paths of `PATHS`, and one path more."""
    x = np.random.default_rng(seed).standard_normal((n, 4))
    x[:, 1] += 0.5 * x[:, 2] + 0.5 * x[:, 3]
    x[:, 0] += 0.5 * x[:, 1] + 0.3 * x[:, 2] + 0.15 * x[:, 3]
    return pd.DataFrame(x, columns=NAMES)


@pytest.mark.parametrize("unit", [1440.0, 1e6, 8.64e7, 1e-6])
@pytest.mark.parametrize("clusters", [False, True])
def test_a_unit_of_an_auxiliary_variable_changes_no_scaled_test(unit: float, clusters: bool) -> None:
    rng = np.random.default_rng(8)
    x = rng.standard_normal((300, 1)) + rng.standard_normal((300, 4))
    day = rng.integers(0, 300, 300).astype(float)
    table = pd.DataFrame(x, columns=NAMES)
    table["x1"] = table["x1"].mask(rng.random(300) < 0.03 + 0.2 * (day > 150))
    options = {"clusters": np.arange(300) // 2} if clusters else {}

    def fitted(scale: float):
        return cfa(
            "f =~ x1 + x2 + x3 + x4", table.assign(day=day * scale), missing="fiml", estimator="MLR",
            auxiliary=["day"], **options,
        )  # fmt: skip

    one, other = fitted(1.0), fitted(unit)
    assert other.fit.scaled.chi_square == pytest.approx(one.fit.scaled.chi_square, rel=1e-6)
    assert other.fit.scaled.scaling_factor == pytest.approx(one.fit.scaled.scaling_factor, rel=1e-6)
    errors = [[p.se for p in result.parameters if p.free] for result in (one, other)]
    assert errors[1] == pytest.approx(errors[0], rel=1e-6)


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
@pytest.mark.parametrize(("x3", "x4"), [(1.0, 1e-6), (1e6, 1e-6), (1e5, 1.0), (1.0, 1e7)])
def test_units_of_predictors_change_no_standardized_error(estimator: str, x3: float, x4: float) -> None:
    table = related(250)
    scaled = table.assign(x3=table["x3"] * x3, x4=table["x4"] * x4)
    one, other = (sem(PATHS, data, estimator=estimator, fixed_x=False) for data in (table, scaled))
    for name in ("x1 ~ x2", "x2 ~ x3", "x2 ~ x4"):
        assert other.parameters[name].std_all_se == pytest.approx(one.parameters[name].std_all_se, rel=1e-6)
        assert other.parameters[name].z == pytest.approx(one.parameters[name].z, rel=1e-6)


@pytest.mark.parametrize("offset", [0.0, 4.0, 300.0, 5000.0, 10_000.0])
@pytest.mark.parametrize(
    "options",
    [{"means": True}, {"estimator": "MLR", "clusters": list(np.arange(300) // 2)}, {"missing": "fiml"}],
)
def test_indices_of_equivalent_parameters_are_equal_wherever_means_are(offset: float, options) -> None:
    table = related()
    expected = sem(PATHS, table).modification_indices()
    expected = {row.name: row.index for row in expected}
    shifted = sem(PATHS, table + offset, **options).modification_indices()
    found = {row.name: row.index for row in shifted}
    for name in ("x1 ~ x4", "x2 ~ x1", "x1 ~~ x2"):
        assert found[name] == pytest.approx(expected["x1 ~~ x2"], rel=1e-6)


def test_indices_with_many_patterns_do_not_depend_on_means() -> None:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((400, 1)) + rng.standard_normal((400, 6))
    table = pd.DataFrame(np.where(rng.random(x.shape) < 0.15, np.nan, x), columns=[f"y{i}" for i in range(6)])
    model = "y0 ~ y1 + y2\ny1 ~ y2 + y3\ny4 ~ y0\ny5 ~ y1"
    one, other = (
        {
            row.name: row.index
            for row in sem(model, data, missing="fiml", fixed_x=False).modification_indices()
        }
        for data in (table, table + 300.0)
    )
    assert set(one) == set(other)
    assert [other[name] for name in one] == pytest.approx(list(one.values()), rel=1e-4, abs=1e-6)


def test_means_too_far_from_0_are_the_advice() -> None:
    table = related()
    with pytest.raises(
        (NotIdentifiedError, NotConvergedError), match=r"[Ss]ubtract a constant, such as the mean"
    ):
        sem(PATHS, table + 1e6, means=True)
    assert sem(PATHS, table + 1e6 - 1e6, means=True).fit.df == 1


def test_least_squares_of_tiny_units_with_means_is_refused() -> None:
    table = related()
    groups = list("ab") * 150
    with pytest.raises(EstimationError, match="multiply all variables by one number"):
        sem(PATHS, table * 1e-4, estimator="ULS", groups=groups)
    one, other = (
        sem(PATHS, table * unit, estimator="ULS", groups=groups).parameters["x1 ~ x2", "a"].z
        for unit in (1.0, 0.02)
    )
    assert other == pytest.approx(one, rel=1e-5)


def test_units_of_items_change_no_test_of_an_equality() -> None:
    rng = np.random.default_rng(5)
    factors = rng.standard_normal((400, 2))
    items = np.repeat(factors, 4, axis=1) + rng.standard_normal((400, 8))
    names = [f"{scale}{number}" for scale in "xy" for number in range(1, 5)]
    table = pd.DataFrame(items, columns=names)
    model = "f =~ x1 + x2 + x3 + x4\nh =~ y1 + y2 + y3 + y4"
    groups = list("abcd" * 100)

    def tests(units: dict[str, float]):
        scaled = table.assign(**{name: table[name] * unit for name, unit in units.items()})
        fitted = cfa(model, scaled, groups=groups, equal=["loadings"], on_invalid="accept")
        return {test.constraint: test.chi_square for test in fitted.constraint_tests()}

    units = dict(zip(names, [1e-5, 1e-2, 1.0, 1e3, 1e5, 1e-5, 1e-2, 1.0], strict=True))
    one, other = tests({}), tests(units)
    assert list(other) == list(one)
    assert list(other.values()) == pytest.approx(list(one.values()), rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("unit", [1e-9, 1e-6, 1e6, 1e9])
def test_units_of_all_variables_change_no_figure_of_paths_among_single_indicators(unit: float) -> None:
    table = related(200) - related(200).mean()  # intercepts start at 0
    one, other = (
        sem(
            f"f =~ 1*x1; g =~ 1*x2; x1 ~~ {0.2 * u**2!r}*x1; x2 ~~ {0.2 * u**2!r}*x2; x1 ~ 0*1; x2 ~ 0*1\n"
            "f ~ 1; g ~ 1; f ~ g + x3; g ~ x3 + x4",
            table * u,
            fixed_x=False,
        )
        for u in (1.0, unit)
    )
    assert other.fit.chi_square == pytest.approx(one.fit.chi_square, rel=1e-6)
    for name in ("f ~ g", "g ~ x3", "g ~ x4"):
        assert other.parameters[name].std_all == pytest.approx(one.parameters[name].std_all, rel=1e-6)
        assert other.parameters[name].z == pytest.approx(one.parameters[name].z, rel=1e-5)
