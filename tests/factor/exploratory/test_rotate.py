"""Rotated factors: criteria as they are written, properties, and R's values."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize

from intimacy_scales.errors import EstimationError, NotConvergedError
from intimacy_scales.factor.exploratory import criteria
from intimacy_scales.factor.exploratory.criteria import Criterion, Oblique, Orthogonal
from intimacy_scales.factor.exploratory.extraction import minres, ml
from intimacy_scales.factor.exploratory.rotation import arranged, rotate
from intimacy_scales.factor.reading import read_sample
from tests.reference.oracles import Reference
from tests.shared.comparison import close

Floats = NDArray[np.float64]
EXACT = [("bfi", "efa"), ("commitmentQ", "efa_p1"), ("prqcQ", "efa_p1"), ("sai_vale", "efa_time1")]
ORTHOGONAL = ["varimax", "quartimax"]
FREE = ["oblimin", "geomin", "promax"]
_SEEDS = st.integers(0, 2**32 - 1)


def loose(seed: int, p: int = 9, m: int = 3) -> Floats:
    """Loadings without any order."""
    return np.random.default_rng(seed).normal(size=(p, m)) * 0.5


def simple(seed: int, per: int = 4, m: int = 3) -> Floats:
    """Loadings of a simple structure with some noise, turned at random."""
    chance = np.random.default_rng(seed)
    own = np.kron(np.eye(m), np.ones((per, 1))) * chance.uniform(0.5, 0.9, size=(per * m, 1))
    turn = np.linalg.qr(chance.normal(size=(m, m)))[0]
    return (own + chance.normal(size=own.shape) * 0.05) @ turn


# ------------------------------------------------------------------ criteria


def naive_orthomax(loadings: Floats, gamma: float) -> float:
    p, m = loadings.shape
    total = 0.0
    for j in range(m):
        fourth = sum(loadings[i, j] ** 4 for i in range(p))
        total += fourth - gamma / p * sum(loadings[i, j] ** 2 for i in range(p)) ** 2
    return -total / 4


def naive_oblimin(loadings: Floats, gamma: float) -> float:
    p, m = loadings.shape
    total = 0.0
    for j, k in itertools.permutations(range(m), 2):
        one, other = loadings[:, j] ** 2, loadings[:, k] ** 2
        total += sum(one[i] * other[i] for i in range(p)) - gamma / p * sum(one) * sum(other)
    return total / 4


def naive_geomin(loadings: Floats, epsilon: float) -> float:
    return sum(math.prod(value**2 + epsilon for value in row) ** (1 / len(row)) for row in loadings)


def naive_target(loadings: Floats, wanted: Floats, weights: Floats) -> float:
    return sum(
        weights[i, j] * (loadings[i, j] - wanted[i, j]) ** 2
        for i, j in np.ndindex(*wanted.shape)
        if not math.isnan(wanted[i, j])
    )


WANTED = np.where(np.arange(27).reshape(9, 3) % 3 == 0, np.nan, 0.1)
WEIGHTS = np.linspace(0, 2, 27).reshape(9, 3)
CRITERIA: dict[str, tuple[Criterion, Callable[[Floats], float]]] = {
    "quartimax": (partial(criteria.orthomax, gamma=0), partial(naive_orthomax, gamma=0)),
    "varimax": (partial(criteria.orthomax, gamma=1), partial(naive_orthomax, gamma=1)),
    "equamax": (partial(criteria.orthomax, gamma=1.5), partial(naive_orthomax, gamma=1.5)),
    "quartimin": (criteria.oblimin, partial(naive_oblimin, gamma=0)),
    "oblimin": (partial(criteria.oblimin, gamma=-0.7), partial(naive_oblimin, gamma=-0.7)),
    "geomin": (partial(criteria.geomin, epsilon=0.02), partial(naive_geomin, epsilon=0.02)),
    "target": (
        partial(criteria.target, wanted=WANTED),
        partial(naive_target, wanted=WANTED, weights=np.ones((9, 3))),
    ),
    "weighted": (
        partial(criteria.target, wanted=WANTED, weights=WEIGHTS),
        partial(naive_target, wanted=WANTED, weights=WEIGHTS),
    ),
}


@pytest.mark.parametrize("name", CRITERIA)
@given(seed=_SEEDS)
@settings(max_examples=5, deadline=None)
def test_criteria_are_those_of_loops_and_so_are_their_slopes(name, seed):
    criterion, naive = CRITERIA[name]
    stack = np.stack([loose(seed), loose(seed + 1)])
    values, slopes = criterion(stack)
    close(values, [naive(one) for one in stack], 1e-12)
    h = 1e-6
    for start, i, j in [(0, 0, 0), (0, 4, 2), (1, 8, 1)]:
        ahead, behind = stack[start].copy(), stack[start].copy()
        ahead[i, j] += h
        behind[i, j] -= h
        close(slopes[start, i, j], (naive(ahead) - naive(behind)) / (2 * h), 1e-7)


@pytest.mark.parametrize("kind", [Orthogonal, Oblique])
@pytest.mark.parametrize("name", ["varimax", "oblimin", "geomin"])
def test_slopes_of_a_turn_are_differences(kind, name):
    family = kind(loose(1), CRITERIA[name][0])
    chance = np.random.default_rng(2)
    turns = np.linalg.qr(chance.normal(size=(1, 3, 3)))[0]
    if kind is Oblique:
        turns = turns + 0.3 * chance.normal(size=turns.shape)
        turns /= np.linalg.norm(turns, axis=1, keepdims=True)
    _, slopes = family.valued(turns)
    for way in family.directions:
        ahead, behind = (family.valued(family.moved(turns, h * way[None]))[0][0] for h in (1e-6, -1e-6))
        close((slopes[0] * way).sum(), (ahead - behind) / 2e-6, 1e-7)


@pytest.mark.parametrize("method", [*ORTHOGONAL, "oblimin", "geomin"])
def test_nothing_lies_below_the_solution(method):
    """A minimizer that knows no derivatives, from the solution and from elsewhere."""
    loadings = simple(3, m=2)
    found = rotate(loadings, method, kaiser=False)
    criterion = {
        "varimax": partial(naive_orthomax, gamma=1),
        "quartimax": partial(naive_orthomax, gamma=0),
        "oblimin": partial(naive_oblimin, gamma=0),
        "geomin": partial(naive_geomin, epsilon=0.01),
    }[method]

    def value(angles: Floats) -> float:
        one, other = angles if len(angles) == 2 else (angles[0], angles[0] + math.pi / 2)
        turn = np.array([[math.cos(one), math.cos(other)], [math.sin(one), math.sin(other)]])
        return criterion(loadings @ np.linalg.inv(turn).T)

    size = 1 if method in ORTHOGONAL else 2
    starts = [np.array(a) for a in itertools.product(np.linspace(0.1, 3, 4), repeat=size)]
    starts = [a for a in starts if size == 1 or abs(math.sin(a[0] - a[1])) > 0.3]
    lowest = min(minimize(value, start, method="Nelder-Mead", tol=1e-10).fun for start in starts)
    close(found.criterion, lowest, 1e-8)
    close(found.criterion, criterion(found.loadings), 1e-12)


# ------------------------------------------------------------------ what every rotation keeps


@pytest.mark.parametrize("method", [*ORTHOGONAL, *FREE, "none"])
@given(seed=_SEEDS)
@settings(max_examples=6, deadline=None)
def test_a_rotation_keeps_what_factors_explain(method, seed):
    loadings = simple(seed)
    found = rotate(loadings, method, n_starts=3)
    assert found.converged
    close(found.loadings @ found.phi @ found.loadings.T, loadings @ loadings.T)
    close(found.loadings, loadings @ found.matrix)
    close(found.phi, np.linalg.inv(found.matrix.T @ found.matrix))
    close(np.diag(found.phi), 1)
    assert (found.loadings.sum(axis=0) >= -1e-12).all()
    assert (np.diff((found.loadings**2).sum(axis=0)) <= 1e-12).all()
    if method in (*ORTHOGONAL, "none"):
        close(found.phi, np.eye(3))


@pytest.mark.parametrize("method", [*ORTHOGONAL, *FREE])
@given(seed=_SEEDS, order=st.permutations(range(3)), signs=st.tuples(*[st.sampled_from([-1, 1])] * 3))
@settings(max_examples=5, deadline=None)
def test_neither_order_nor_direction_nor_turn_of_factors_matters(method, seed, order, signs):
    loadings = simple(seed)
    found = rotate(loadings, method, n_starts=4)
    turned = rotate(loadings[:, order] * np.array(signs), method, n_starts=4)
    other = rotate(loadings @ np.linalg.qr(loose(seed, 3))[0], method, n_starts=4, rng=9)
    for one in (turned, other):
        close(one.loadings, found.loadings, 1e-6)
        close(one.phi, found.phi, 1e-6)


@pytest.mark.parametrize("method", [*ORTHOGONAL, *FREE])
def test_items_may_come_in_any_order(method):
    loadings = simple(5)
    order = np.random.default_rng(0).permutation(len(loadings))
    close(rotate(loadings[order], method).loadings, rotate(loadings, method).loadings[order], 1e-7)


@pytest.mark.parametrize("method", FREE)
def test_correlated_factors_are_found_again(method):
    own = np.kron(np.eye(3), np.ones((5, 1))) * np.linspace(0.5, 0.9, 15)[:, None]
    phi = np.array([[1, 0.4, 0.2], [0.4, 1, 0.3], [0.2, 0.3, 1]])
    found = rotate(own @ np.linalg.cholesky(phi), method)
    order = np.argsort(-(own**2).sum(axis=0))
    tolerance = {"oblimin": 1e-7, "geomin": 0.03, "promax": 0.05}[method]
    close(found.loadings, own[:, order], tolerance)
    close(found.phi, phi[np.ix_(order, order)], 2 * tolerance)


@given(_SEEDS)
@settings(max_examples=10, deadline=None)
def test_loadings_phi_and_matrix_are_arranged_together(seed):
    loadings, phi = loose(seed), np.corrcoef(loose(seed + 1).T)
    matrix = np.linalg.qr(loose(seed, 3))[0]
    found, correlated, turned = arranged(loadings @ matrix, phi, matrix)
    close(found @ correlated @ found.T, loadings @ matrix @ phi @ matrix.T @ loadings.T)
    close(found, loadings @ turned)
    again = arranged(found, correlated, turned)
    assert all((one == other).all() for one, other in zip(again, (found, correlated, turned), strict=True))


def test_kaiser_gives_every_item_the_same_weight():
    loadings = simple(7) * np.linspace(0.2, 1, 12)[:, None]
    lengths = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    inside = rotate(loadings / lengths, "oblimin", kaiser=False)
    kaiser = rotate(loadings, "oblimin", kaiser=True)
    close(
        kaiser.loadings @ kaiser.loadings.T, inside.loadings @ inside.loadings.T * (lengths @ lengths.T), 1e-7
    )
    assert kaiser.kaiser
    assert rotate(loadings, "varimax").kaiser
    assert not rotate(loadings, "quartimax").kaiser
    with_nothing = np.vstack([loadings, np.zeros(3)])
    close(rotate(with_nothing, "varimax").loadings[-1], 0)


def test_a_target_is_reached_and_keeps_its_factors():
    own = np.kron(np.eye(3), np.ones((4, 1))) * np.linspace(0.4, 0.9, 12)[:, None]
    phi = np.array([[1, 0.5, 0.1], [0.5, 1, -0.3], [0.1, -0.3, 1]])
    loadings = own @ np.linalg.cholesky(phi)
    zeros = np.where(own > 0, np.nan, 0.0)
    found = rotate(loadings, "target", target=zeros)
    close(found.loadings, own, 1e-6)  # not by size: the target says which is which
    close(found.phi, phi, 1e-6)
    close(rotate(loadings, "target", target=zeros[:, ::-1]).loadings, own[:, ::-1], 1e-6)
    turned = rotate(loadings, "target", target=-own)
    close(turned.loadings, -own, 1e-6)
    for seed in range(20):  # not by a lucky start
        close(rotate(loadings, "target", target=-own, n_starts=1, rng=seed).loadings, -own, 1e-6)
    ignored = np.where(np.arange(12)[:, None] == 0, 5.0, zeros)
    weights = np.where(np.arange(12)[:, None] == 0, 0.0, np.ones((12, 3)))
    close(rotate(loadings, "target", target=ignored, weights=weights).loadings, own, 1e-6)


def test_promax_is_least_squares_of_powers():
    loadings = simple(11)
    varimax, found = rotate(loadings, "varimax"), rotate(loadings, "promax", power=3)
    close(found.criterion, varimax.criterion)
    steep = np.sign(varimax.loadings) * np.abs(varimax.loadings) ** 3
    turns = np.column_stack(
        [np.linalg.solve(varimax.loadings.T @ varimax.loadings, varimax.loadings.T @ c) for c in steep.T]
    )
    scale = np.sqrt(np.diag(np.linalg.inv(turns.T @ turns)))
    close(found.loadings, varimax.loadings @ turns * scale, 1e-8)


def test_starts_are_counted_and_the_best_wins():
    loadings = loose(4, p=15, m=4)
    many = rotate(loadings, "geomin", n_starts=40)
    few = rotate(loadings, "geomin", n_starts=1)
    assert (many.n_starts, few.n_starts) == (40, 1)
    assert few.agreement == 1.0
    assert 0 < many.agreement < 1  # geomin of loadings without structure has many minima
    assert many.criterion <= few.criterion + 1e-9
    assert rotate(simple(1), "oblimin").agreement == 1.0
    same = rotate(loadings, "geomin", n_starts=5, rng=np.random.default_rng(3))
    close(same.loadings, rotate(loadings, "geomin", n_starts=5, rng=3).loadings, 0)
    assert repr(many).startswith("<Rotation of 4 factors, geomin; ")
    assert many.to_dict()["n_starts"] == 40
    assert rotate(loadings, "none").to_dict()["criterion"] is None


def test_one_factor_is_only_turned_round():
    one = rotate([[-0.5], [-0.6], [0.9], [-0.7]], "oblimin")
    close(one.loadings, [[0.5], [0.6], [-0.9], [0.7]])
    close(one.phi, [[1.0]])


def test_a_lower_gamma_makes_factors_correlate_less():
    own = np.kron(np.eye(2), np.ones((4, 1))) * 0.7 + 0.05
    loadings = own @ np.linalg.cholesky(np.array([[1, 0.5], [0.5, 1]]))
    found = [rotate(loadings, gamma=gamma).phi[0, 1] for gamma in (-4, -1, 0)]
    assert found == sorted(found)
    assert found[0] < found[2] - 0.1


# ------------------------------------------------------------------ R


@pytest.mark.parametrize(("name", "block"), EXACT)
@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_rotations_are_those_of_r(shared: Path, name: str, block: str, missing: Any) -> None:
    import pandas as pd

    reference = Reference.read(shared, name)
    table = pd.read_csv(reference.folder / f"{name}.csv")
    if name == "sai_vale":
        table = table[table["time"] == 1]
    n_factors = reference.at((block, "nfactors"))
    for extract in (minres, ml):
        theirs = reference.at((block, f"exact_{missing}", extract.__name__))
        correlations = read_sample(table, theirs["unrotated"]["rows"], missing=missing).correlations
        loadings = extract(correlations, n_factors).loadings
        close(rotate(loadings, "none").loadings, theirs["unrotated"]["values"], 2e-6)
        close(rotate(loadings, "varimax").loadings, theirs["varimax_kaiser"]["values"], 1e-6)
        oblimin, r = rotate(loadings, "oblimin"), theirs["oblimin_gam0_nonormalize"]
        close(oblimin.loadings, r["loadings"]["values"], 1e-4)
        close(oblimin.phi, r["phi"]["values"], 1e-4)
        close(oblimin.criterion, r["best_criterion_of_20_random_starts"], 1e-6)
        promax, r = rotate(loadings, "promax"), theirs["promax_m4_from_kaiser_varimax"]
        close(promax.loadings, r["loadings"]["values"], 1e-5)
        close(promax.phi, r["phi"]["values"], 1e-5)


# ------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"method": "varimx"},
            "method='varimx' is not valid; allowed: 'oblimin', .*; did you mean 'varimax'",
        ),
        ({"n_starts": 0}, "n_starts=0 is not valid; allowed: a whole number of starts, at least 1"),
        ({"n_starts": 2.5}, "n_starts=2.5"),
        ({"method": "promax", "power": 1}, "power=1 is not valid; allowed: a number above 1"),
        ({"method": "geomin", "epsilon": 0}, "epsilon=0 is not valid; allowed: a small number above 0"),
        ({"gamma": 0.9}, "gamma=0.9 is not valid; allowed: a number up to 0.8, usually 0 or less"),
        ({"rng": -1}, "rng=-1"),
        ({"method": "target"}, "rotation 'target' needs target="),
        ({"target": np.zeros((9, 3))}, "target= is for rotation 'target', not for 'oblimin'"),
        ({"weights": np.zeros((9, 3))}, "weights= is for rotation 'target'"),
        (
            {"method": "target", "target": np.zeros((3, 9))},
            r"target has shape \(3, 9\), and the loadings have \(9, 3\)",
        ),
        ({"method": "target", "target": np.full((9, 3), np.nan)}, "target: all loadings are free"),
        (
            {"method": "target", "target": np.zeros((9, 3)), "weights": np.full((9, 3), -1)},
            "weights are not valid; allowed: numbers from 0",
        ),
    ],
)
def test_options_that_do_not_fit_are_refused(options, told):
    with pytest.raises(EstimationError, match=told):
        rotate(loose(0), **options)


@pytest.mark.parametrize(
    ("loadings", "told"),
    [
        ([1, 2, 3], r"loadings of shape \(3,\) are not valid"),
        ([["a"]], "loadings are not valid; allowed: a matrix of numbers"),
        ([[1.0, np.nan]], "with missing values"),
    ],
)
def test_loadings_must_be_a_matrix_of_numbers(loadings, told):
    with pytest.raises(EstimationError, match=told):
        rotate(loadings)


def test_factors_that_fall_together_are_told(monkeypatch):
    def singular(*_: Any) -> None:
        raise np.linalg.LinAlgError

    with monkeypatch.context() as patched:
        patched.setattr(criteria, "_descend", singular)
        with pytest.raises(NotConvergedError, match="two factors became the same during rotation"):
            rotate(loose(0), gamma=0.8)
    empty = np.column_stack([loose(1), np.zeros(9)])
    with pytest.raises(
        EstimationError, match="4 columns have rank 3, so that the rotation is not determined"
    ):
        rotate(empty, "promax")
    close(rotate(empty, "none").loadings[:, 3], 0)


def test_a_rotation_that_does_not_settle_says_so(monkeypatch):
    for name in ("_STEPS", "_NEWTON", "_POLISHING"):
        monkeypatch.setattr(criteria, name, 2)
    found = rotate(loose(3), "geomin")
    assert not found.converged
    assert repr(found).endswith("; not converged>")


def test_where_newton_leads_nowhere_the_search_goes_on_as_before(monkeypatch):
    expected = rotate(loose(3), "oblimin")
    monkeypatch.setattr(criteria, "_NEWTON", 0)
    found = rotate(loose(3), "oblimin")
    assert found.converged
    close(found.loadings, expected.loadings, 1e-7)
