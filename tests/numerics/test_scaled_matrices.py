"""Inverses and solutions of symmetric matrices with rows of very different units."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales.numerics.scaled_matrices import scaled_inverse, scaled_solve, trace_of_ratio, units_of


def positive_definite(k: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((k + 5, k))
    return rows.T @ rows


@given(
    k=st.integers(1, 8),
    seed=st.integers(0, 999),
    exponents=st.lists(st.integers(-30, 30), min_size=8, max_size=8),
)
def test_powers_of_ten_in_the_units_change_nothing(k: int, seed: int, exponents: list[int]) -> None:
    matrix, products = positive_definite(k, seed), positive_definite(k, seed + 1)
    scale = 10.0 ** np.array(exponents[:k])
    both = np.outer(scale, scale)
    inverse = scaled_inverse(matrix * both) * both
    np.testing.assert_allclose(inverse, np.linalg.inv(matrix), rtol=1e-6, atol=1e-9)
    solved = scaled_solve(matrix * both, products * both) * (scale[:, None] / scale)
    np.testing.assert_allclose(solved, np.linalg.solve(matrix, products), rtol=1e-6, atol=1e-9)
    assert trace_of_ratio(matrix * both, products * both) == pytest.approx(
        np.trace(np.linalg.solve(matrix, products)), rel=1e-6
    )


def test_a_vector_is_solved_too() -> None:
    matrix = np.diag([4e20, 1e-20])
    assert scaled_solve(matrix, np.array([8e20, 3e-20])).tolist() == pytest.approx([2.0, 3.0])


def test_units_are_powers_of_two_and_1_where_there_is_nothing() -> None:
    units = units_of(np.diag([0.0, 1e-300, 3.0, np.inf]))
    assert units[0] == units[3] == 1.0
    assert np.frexp(units)[0].tolist() == [0.5] * 4


def test_singular_matrices_are_refused() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        scaled_inverse(np.zeros((2, 2)))
