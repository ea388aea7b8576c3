"""One seed gives one set of answers on any processor, kernel, C library or number of threads."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import kstest

from intimacy_scales import simulate
from intimacy_scales.numerics.normal_draws import (
    bell,
    correlated_normal,
    covariance_root,
    normal_quantiles,
    standard_normal,
)
from tests.shared.generated_answers import digests
from tests.shared.machines import MACHINES, answers_everywhere, kernels

# from any machine: `python -c "from generated_answers import digests; print(digests())"` in this folder
COMMITTED = {
    "six correlated scales": "1ecd0a50e1ae2ee6",
    "six correlated scales: true scores": "63651a946d26cab0",
    "long form": "735f9f3ec121e2e0",
    "long form: true scores": "bbf697418496e652",
    "couples": "99ead61c781f4d15",
    "couples: true scores": "d06d31a6462e6c58",
    "couples, scale by scale": "d23a2d60419e647d",
    "couples, scale by scale: true scores": "9f6934c264bf114c",
    "partners who are of one mind": "ab6b83e089568490",
    "partners who are of one mind: true scores": "ceb4771f1ec549f3",
    "scales that are one": "8072799f5b074b62",
    "scales that are one: true scores": "c70e2252f572efbe",
    "scales that are unrelated": "d653c1f5211a65b7",
    "scales that are unrelated: true scores": "1b0c05f6ff136743",
    "gaps and careless persons": "ca46643e58bb148f",
    "gaps and careless persons: true scores": "edd686af0ca0911d",
    "a published key": "57626c440686c220",
    "a published key: true scores": "842b8fb8f78d0cc2",
    "loadings of 1": "f4a3527fa24a1556",
    "loadings of 1: true scores": "9cf20cfebf78e276",
    "two points": "a2310a4622c5607a",
    "two points: true scores": "f98b1b506bd7c9f1",
    "0 to 100": "b13c1214ff716335",
    "0 to 100: true scores": "f98b1b506bd7c9f1",
    "tenths": "3496a1c25cb9d103",
    "tenths: true scores": "f98b1b506bd7c9f1",
    "a diary": "bed29e4447687439",
    "a diary: true scores": "f512feffc5646fbd",
    "short form of version 0.3.0": "99ead61c781f4d15",
    "short form of version 0.3.0: true scores": "d06d31a6462e6c58",
    "long form of version 0.3.0": "b2c3911f5076c4ec",
    "long form of version 0.3.0: true scores": "f5d475a27a1586ba",
    "brief form of version 0.3.0": "3efdca3f3b590e36",
    "brief form of version 0.3.0: true scores": "4705703bb5d0b760",
    "a diary of version 0.3.0": "aa2a0b956c038aff",
    "a diary of version 0.3.0: true scores": "f512feffc5646fbd",
    "a quick diary": "8b74b89afb5eb309",
    "a quick diary: true scores": "55286cef0150acf2",
    "root, repeated eigenvalues": "91a4fb383950246a",
    "normal vectors, repeated eigenvalues": "a28b4f539626038f",
    "root, almost singular": "9c60a803862a6360",
    "normal vectors, almost singular": "720e3356ac612085",
    "normal numbers": "fbad2c7ae921ec05",
}


@pytest.mark.parametrize("machine", [machine.name for machine in MACHINES])
def test_a_seed_gives_the_committed_answers_to_the_bit(machine: str) -> None:
    found, _ = answers_everywhere("tests.shared.generated_answers", "digests_and_product")[machine]
    assert {name: found[name] for name in found if found[name] != COMMITTED.get(name)} == {}
    assert found.keys() == COMMITTED.keys()


def test_kernels_that_differ_are_among_these_machines() -> None:
    """Otherwise the comparison shows nothing: a matrix product must differ between some of them."""
    if not kernels():
        pytest.skip("which kernels this processor can run is not known")
    found = answers_everywhere("tests.shared.generated_answers", "digests_and_product")
    assert len({product for _, product in found.values()}) > 1


def test_this_process_agrees_with_a_fresh_one() -> None:
    assert digests() == COMMITTED


# --- draws are normal, with the covariances that were asked for ---


@given(st.integers(-(2**53) + 1, 2**53 - 1))
@settings(max_examples=300)
def test_quantiles_are_those_of_the_normal_distribution(odd: int) -> None:
    q = np.array([odd * 2.0**-54])
    expected = ndtri(0.5 - abs(q[0]))  # of the smaller tail, where nothing is lost to rounding
    assert normal_quantiles(q)[0] == pytest.approx(math.copysign(expected, q[0]), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("tail", [2.0**-54, 1e-15, 1e-12, 1.3e-11, 1.5e-11, 1e-6, 0.0749, 0.0751, 0.4999])
def test_quantiles_of_both_tails(tail: float) -> None:
    low, high = normal_quantiles(np.array([tail - 0.5, 0.5 - tail]))
    assert low == -high
    assert low == pytest.approx(ndtri(0.5 - (0.5 - tail)), rel=1e-13)


def test_draws_are_normal_and_independent_of_the_shape() -> None:
    drawn = standard_normal(np.random.default_rng(1), 200_000)
    assert kstest(drawn, "norm").pvalue > 0.01
    assert np.array_equal(standard_normal(np.random.default_rng(1), (400, 500)).ravel(), drawn)
    assert standard_normal(np.random.default_rng(1), 0).shape == (0,)


@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 2**32))
def test_a_root_gives_its_covariances_back_whatever_their_rank(k: int, rank: int, seed: int) -> None:
    sources = np.random.default_rng(seed).uniform(-1, 1, (k, rank))
    covariance = sources @ sources.T
    root = covariance_root(covariance)
    assert root is not None
    assert np.allclose(root @ root.T, covariance, rtol=0, atol=1e-9 * covariance.max())
    assert np.count_nonzero(np.abs(root).sum(axis=0)) <= min(k, rank)


@given(st.integers(2, 8), st.floats(1e-6, 1.0), st.integers(0, 2**32))
def test_what_is_not_a_covariance_matrix_has_no_root(k: int, lacking: float, seed: int) -> None:
    vectors = np.linalg.qr(np.random.default_rng(seed).normal(size=(k, k)))[0]
    values = np.ones(k)
    values[0] = -lacking
    assert covariance_root(vectors * values @ vectors.T) is None


def test_vectors_have_the_covariances_of_their_root() -> None:
    covariance = np.array([[1.0, 0.5, 0.9], [0.5, 1.0, 0.2], [0.9, 0.2, 2.0]])
    root = covariance_root(covariance)
    assert root is not None
    drawn = correlated_normal(np.random.default_rng(3), 400_000, root)
    assert np.abs(np.cov(drawn) - covariance).max() < 0.015


def test_the_bell_is_the_normal_density_but_for_a_factor() -> None:
    x = np.array([0.0, -0.0, 1e-9, 0.3, -1.8, 2.5, -8.0, 20.0, 36.9])
    assert bell(x) == pytest.approx(np.exp(-x * x / 2), rel=1e-12)
    assert bell(np.array([37.0, -50.0, 1e200])).tolist() == [0.0, 0.0, 0.0]


# --- a last bit in what is asked for changes nothing that anyone could see ---

JUST_ABOVE, JUST_BELOW = 2.0, 0.0


def moved(matrix: np.ndarray, cells: list[tuple[int, int]], towards: float) -> np.ndarray:
    """Return the matrix with these cells, and those across the diagonal, one last bit away."""
    other = matrix.copy()
    for i, j in cells:
        other[i, j] = other[j, i] = np.nextafter(matrix[i, j], towards)
    return other


@pytest.mark.parametrize("towards", [JUST_ABOVE, JUST_BELOW])
@pytest.mark.parametrize("value", [0.5, 0.3, 0.0, 0.9, 1.0])
@pytest.mark.parametrize("cells", [[(0, 1)], [(3, 5)], [(4, 4)], [(1, 1), (2, 2)], [(0, 0), (0, 5), (2, 3)]])
def test_a_last_bit_chooses_no_other_variable(
    cells: list[tuple[int, int]], value: float, towards: float
) -> None:
    even = np.full((6, 6), value) + (1 - value) * np.eye(6)
    root, other = covariance_root(even), covariance_root(moved(even, cells, towards))
    assert root is not None
    assert other is not None
    assert np.abs(root - other).max() < 1e-7 if value == 1 else np.abs(root - other).max() < 1e-14


@pytest.mark.parametrize("towards", [JUST_ABOVE, JUST_BELOW])
@pytest.mark.parametrize("couples", [None, 0.4])
@pytest.mark.parametrize("cells", [[(0, 1)], [(2, 2)], [(4, 5), (1, 3)]])
def test_a_last_bit_of_a_correlation_changes_no_answer(
    cells: list[tuple[int, int]], couples: float | None, towards: float
) -> None:
    even = np.full((6, 6), 0.5) + 0.5 * np.eye(6)
    first, other = (
        simulate("scii-12", 2_000, scale_correlations=phi, couples=couples, rng=5).answers
        for phi in (even, moved(even, cells, towards))
    )
    assert first.equals(other)


def test_a_matrix_that_was_computed_may_miss_its_transpose_by_rounding() -> None:
    computed = np.corrcoef(np.random.default_rng(2).normal(size=(6, 30)))
    computed[0, 1] += 1e-12
    computed[3, 3] -= 1e-12
    even = (computed + computed.T) / 2
    np.fill_diagonal(even, 1.0)
    made, other = (simulate("scii-12", 50, scale_correlations=phi, rng=5) for phi in (computed, even))
    assert made.parameters["scale_correlations"] == even.tolist()
    assert made.answers.equals(other.answers)
