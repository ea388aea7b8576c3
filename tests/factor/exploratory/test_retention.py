"""Whether there are factors, and how many: adequacy, parallel analysis, MAP and the scree."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from intimacy_scales import encode, item_moments, simulate
from intimacy_scales.errors import EstimationError, MissingColumnsError
from intimacy_scales.factor.exploratory.adequacy import bartlett, kmo
from intimacy_scales.factor.exploratory.analysis import most_factors
from intimacy_scales.factor.exploratory.average_partial import map_test
from intimacy_scales.factor.exploratory.extraction import minres
from intimacy_scales.factor.exploratory.parallel import parallel_analysis
from intimacy_scales.factor.exploratory.retention import scree
from intimacy_scales.factor.sample import SampleMoments, covariances_as_sample
from tests.reference.oracles import Reference
from tests.shared.comparison import close

Floats = NDArray[np.float64]
RETENTION = [("bfi", "retention"), ("commitmentQ", "retention_p1"), ("prqcQ", "retention_p1")]
EIGEN = [("bfi", "efa"), ("commitmentQ", "efa_p1"), ("prqcQ", "efa_p1"), ("sai_vale", "efa_time1")]
ITEMS = ["tru01", "tru04", "tru09", "tru11", "com01", "com05", "com09", "com13"]
_SEEDS = st.integers(0, 2**32 - 1)


def numbers(seed: int, n: int = 150, p: int = 8, m: int = 2, gaps: float = 0) -> pd.DataFrame:
    """Numbers of persons with m factors behind them, or none."""
    chance = np.random.default_rng(seed)
    loadings = np.kron(np.eye(m), np.ones((p // m, 1))) if m else np.zeros((p, 1))
    rows = chance.normal(size=(n, loadings.shape[1])) @ loadings.T + chance.normal(size=(n, p))
    rows[chance.random(rows.shape) < gaps] = np.nan
    return pd.DataFrame(rows, columns=[f"q{i + 1}" for i in range(p)])


def unrelated(p: int, n: int) -> SampleMoments:
    return covariances_as_sample(np.eye(p), n=n, names=[f"q{i + 1}" for i in range(p)])


def table_of(shared: Path, name: str, block: str) -> tuple[Reference, pd.DataFrame]:
    reference = Reference.read(shared, name)
    table = pd.read_csv(reference.folder / f"{name}.csv")
    if name == "sai_vale":
        table = table[table["time"] == 1]
    return reference, table[reference.at((block, "exact_pairwise", "minres", "unrotated", "rows"))]


# ------------------------------------------------------------------ parallel analysis


def in_a_row(values: Floats, limits: Floats) -> int:
    number = 0
    for value, limit in zip(values, limits, strict=True):
        if value <= limit:
            break
        number += 1
    return number


@pytest.mark.parametrize("null", ["normal", "permuted"])
@given(seed=_SEEDS, m=st.integers(0, 2), gaps=st.sampled_from([0.0, 0.05]))
@settings(max_examples=4, deadline=None)
def test_parallel_analysis_counts_eigenvalues_above_chance(null, seed, m, gaps):
    table = numbers(seed, m=m, gaps=gaps)
    found = parallel_analysis(table, n_iterations=15, quantile=0.9, null=null, rng=seed)
    for kind in ("component", "factor"):
        values, means, quantiles = (getattr(found, f"{kind}_{x}") for x in ("values", "means", "quantiles"))
        assert getattr(found, f"n_{kind}s") == in_a_row(values, quantiles)
        assert getattr(found, f"n_{kind}s_by_mean") == in_a_row(values, means)
        assert (np.diff(values) <= 0).all()
        assert (np.diff(means) <= 0).all()
    assert m in (0, found.n_components)
    close(found.component_values, np.linalg.eigvalsh(table.corr())[::-1])
    close(found.component_means.sum(), 8)
    assert (found.null, found.n_iterations, found.quantile, found.seed) == (null, 15, 0.9, seed)


def test_parallel_analysis_gives_the_same_for_a_seed():
    table = numbers(1)
    one = parallel_analysis(table, n_iterations=5, rng=3)
    assert one.to_dict() == parallel_analysis(table, n_iterations=5, rng=3).to_dict()
    by_generator = parallel_analysis(table, n_iterations=5, rng=np.random.default_rng(3))
    close(by_generator.factor_means, one.factor_means, 0)
    assert by_generator.seed is None
    assert not np.array_equal(parallel_analysis(table, n_iterations=5, rng=4).factor_means, one.factor_means)


@pytest.mark.parametrize(("n", "p"), [(40, 5), (6, 9), (10, 10)])
def test_drawn_correlations_are_those_of_normal_samples(n, p):
    """Also where there are fewer persons than items."""
    times = 150
    found = parallel_analysis(unrelated(p, 500), n=n, n_iterations=times, rng=1)
    chance = np.random.default_rng(2)
    drawn = np.array(
        [np.linalg.eigvalsh(np.corrcoef(chance.normal(size=(p, n))))[::-1] for _ in range(times)]
    )
    spread = np.maximum(drawn.std(axis=0), 1e-12)
    assert (np.abs(found.component_means - drawn.mean(axis=0)) / spread < 5 * math.sqrt(2 / times)).all()
    assert (np.abs(found.component_quantiles - np.quantile(drawn, 0.95, axis=0)) / spread < 1).all()
    assert found.n == n


def test_shuffled_answers_are_the_same_answers(monkeypatch):
    from intimacy_scales.factor.exploratory import parallel

    table, seen = numbers(2, gaps=0.1), []
    of_rows = parallel.of_rows

    def watch(rows: Floats, *rest: Any) -> Any:
        seen.append(rows.copy())
        return of_rows(rows, *rest)

    monkeypatch.setattr(parallel, "of_rows", watch)
    parallel_analysis(table, null="permuted", n_iterations=3)
    for rows in seen:
        assert (np.isnan(rows) == table.isna().to_numpy()).all()
        close(np.sort(rows, axis=0), np.sort(table.to_numpy(), axis=0), 0)
        assert not np.array_equal(rows, table.to_numpy(), equal_nan=True)
    assert len(seen) == 3


def test_codes_and_moments_are_read_too():
    table = simulate("scii-24", 300, rng=2).answers
    answers, moments = encode("scii-24", table), item_moments("scii-24", table)
    one = parallel_analysis(answers, items=ITEMS, n_iterations=5)
    other = parallel_analysis(moments, items=ITEMS, n_iterations=5)
    close(one.factor_quantiles, other.factor_quantiles)
    close(one.factor_values, other.factor_values)
    assert one.instrument is not None
    assert parallel_analysis(answers, items=ITEMS, n_iterations=5, null="permuted").n_factors == one.n_factors
    with pytest.raises(EstimationError, match="null='permuted' needs each person's answers"):
        parallel_analysis(moments, items=ITEMS, null="permuted")


# ------------------------------------------------------------------ MAP and the scree


@given(_SEEDS)
@settings(max_examples=8, deadline=None)
def test_map_test_is_what_components_leave(seed):
    """Partial correlations given component scores, by regression."""
    table = numbers(seed, p=6)
    rows = ((table - table.mean()) / table.std()).to_numpy()
    vectors = np.linalg.eigh(table.corr().to_numpy())[1][:, ::-1]
    found = map_test(table, 4)
    for m in range(5):
        scores = rows @ vectors[:, :m]
        left = rows - scores @ np.linalg.lstsq(scores, rows, rcond=None)[0] if m else rows
        partial = np.corrcoef(left.T)[~np.eye(6, dtype=bool)]
        close(found.squared[m], np.mean(partial**2), 1e-8)
        close(found.fourth[m], np.mean(partial**4), 1e-8)
    assert found.n_factors == np.argmin(found.squared)
    assert found.n_factors_fourth == np.argmin(found.fourth)
    assert len(map_test(table).squared) == 6


def test_map_test_ends_where_nothing_is_left():
    table = numbers(3, n=5)
    found = map_test(table)  # four components make up everything
    assert np.isnan(found.squared[5:]).all()
    assert np.isfinite(found.squared[:4]).all()
    assert found.to_dict()["squared"][-1] is None
    assert map_test(unrelated(4, 100)).n_factors == 0


@given(_SEEDS)
@settings(max_examples=8, deadline=None)
def test_scree_is_of_all_variance_and_of_what_is_shared(seed):
    table = numbers(seed)
    matrix = table.corr().to_numpy()
    figures = scree(table)
    close(figures.eigenvalues, np.linalg.eigvalsh(matrix)[::-1])
    close(figures.cumulative[-1], 1)
    close(figures.proportion, figures.eigenvalues / 8)
    reduced = matrix.copy()
    np.fill_diagonal(reduced, (minres(matrix, 1).loadings ** 2).ravel())
    close(figures.reduced, np.linalg.eigvalsh(reduced)[::-1], 1e-5)


def test_results_can_be_shown_and_written():
    table = numbers(4)
    for result, start, columns in (
        (
            parallel_analysis(table, n_iterations=5),
            "<Parallel analysis of 8 items: 2 factors, 2 components; ",
            6,
        ),
        (map_test(table), "<MAP of 8 items: 2 factors; by fourth powers 2; n = 150, pairwise>", 2),
        (scree(table), "<Scree of 8 items: ", 4),
    ):
        assert repr(result).startswith(start)
        frame = result.to_frame()
        assert frame.shape[1] == columns
        assert frame.index.name == "number"
        assert json.loads(result.to_json())["n_items"] == 8
        assert "<table" in result._repr_html_()
        with pytest.raises(AttributeError):
            result.n = 3
    assert "above 95% of 5 draws, normal" in repr(parallel_analysis(table, n_iterations=5))


# ------------------------------------------------------------------ adequacy


@given(_SEEDS)
@settings(max_examples=5, deadline=None)
def test_kmo_sets_correlations_against_partial_ones(seed):
    table = numbers(seed, p=4, n=60)
    rows = (table - table.mean()).to_numpy()
    measure, whole, part = kmo(table), 0.0, 0.0
    for i in range(4):
        for j in range(i):
            rest = np.delete(rows, [i, j], axis=1)
            left = rows[:, [i, j]] - rest @ np.linalg.lstsq(rest, rows[:, [i, j]], rcond=None)[0]
            whole += np.corrcoef(rows[:, i], rows[:, j])[0, 1] ** 2
            part += np.corrcoef(left.T)[0, 1] ** 2
    close(float(measure), whole / (whole + part))


def test_kmo_and_bartlett_can_be_shown_and_written():
    table = numbers(3)
    measure, test = kmo(table), bartlett(table)
    assert repr(measure).startswith("<KMO of 8 items = .")
    assert measure.to_frame().loc["q3", "kmo"] == measure.items[2]
    assert json.loads(measure.to_json())["items"]["q1"] == measure.items[0]
    assert repr(test).endswith("p < .001; n = 150, pairwise>")
    assert test.to_frame()["df"].tolist() == [28]
    assert json.loads(test.to_json())["n_items"] == 8
    close(bartlett(unrelated(4, 200)).p_value, 1)
    copied = table.assign(q9=table["q1"] + table["q2"])
    for compute in (kmo, bartlett):
        with pytest.raises(EstimationError, match="some items determine each other"):
            compute(copied)


@given(st.integers(1, 40))
def test_the_largest_number_of_factors_leaves_degrees_of_freedom(p):
    most = most_factors(p)
    df = [((p - m) ** 2 - (p + m)) // 2 for m in range(p)]
    assert most == max((m for m in range(1, p) if df[m] >= 0), default=0)


# ------------------------------------------------------------------ R


@pytest.mark.parametrize(("name", "block"), EIGEN)
@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_eigenvalues_are_those_of_r(shared: Path, name: str, block: str, missing: Any) -> None:
    reference, table = table_of(shared, name, block)
    close(scree(table, missing=missing).eigenvalues, reference.at((block, f"eigen_{missing}")), 1e-10)


@pytest.mark.parametrize(("name", "block"), RETENTION)
def test_retention_is_that_of_r(shared: Path, name: str, block: str) -> None:
    reference, table = table_of(shared, name, block.replace("retention", "efa"))
    psych, horn, velicer = (
        reference.at((block, part)) for part in ("psych_fa.parallel", "horn_pc_normal", "map_velicer")
    )
    found = parallel_analysis(table, n=horn["n"])
    close(found.component_values, psych["pc_values"], 1e-10)
    close(found.factor_values, psych["fa_values"], 1e-5)
    spread = np.array(horn["mc_sd_of_each"])
    error = spread * math.sqrt(1 / found.n_iterations + 1 / horn["iterations"])
    assert (np.abs(found.component_means - horn["mean"]) < 4 * error).all()
    assert (np.abs(found.component_quantiles - horn["q95"]) < spread).all()
    assert abs(found.n_components - horn["n_components_q95"]) <= 1
    assert abs(found.n_components_by_mean - horn["n_components_mean"]) <= 1
    assert abs(found.n_components - psych["ncomp"]) <= 1
    assert abs(found.n_factors - psych["nfact"]) <= 1
    # 20 draws of psych: means of reduced eigenvalues, whose spread is about that of the others
    assert (
        np.abs(found.factor_means - psych["fa_sim"])[1:] < 4 * (spread * math.sqrt(1 / 20 + 1 / 100))[1:]
    ).all()
    partial = map_test(table)
    for ours, theirs in (
        ("squared", "definition_power2_m0_to_nmax"),
        ("fourth", "definition_power4_m0_to_nmax"),
    ):
        close(getattr(partial, ours)[: len(velicer[theirs])], velicer[theirs], 1e-10)
    close(
        partial.squared[1 : len(velicer["psych_vss_map_m1_to_nmax"]) + 1],
        velicer["psych_vss_map_m1_to_nmax"],
        1e-10,
    )
    assert partial.n_factors == velicer["n_factors_map"]


@pytest.mark.parametrize(("name", "block"), EIGEN)
@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_kmo_and_bartlett_are_those_of_psych(shared: Path, name: str, block: str, missing: Any) -> None:
    reference, table = table_of(shared, name, block)
    r = reference.at((block, "adequacy", missing))
    measure = kmo(table, missing=missing)
    close(float(measure), r["KMO"], 1e-10)
    close(measure.items, list(r["KMO_items"].values()), 1e-10)
    test = bartlett(table, missing=missing, n=len(table) if missing == "pairwise" else None)
    close(test.chi_square, r["bartlett_chisq"], 1e-8)
    assert test.df == r["bartlett_df"]
    np.testing.assert_allclose(test.p_value, r["bartlett_p"], rtol=1e-8)


# ------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"null": "uniform"}, "null='uniform' is not valid; allowed: 'normal', 'permuted'"),
        ({"n_iterations": 0}, "n_iterations=0 is not valid; allowed: a whole number, at least 1"),
        ({"n_iterations": 2.5}, r"n_iterations=2\.5"),
        ({"quantile": 95}, "quantile=95 is not valid; allowed: a share between 0 and 1, such as 0.95"),
        ({"rng": "x"}, "rng='x'"),
        ({"n": 2}, "n=2 is not valid; allowed: a whole number of persons, at least 3"),
        ({"missing": "fiml"}, "missing='fiml'"),
        ({"items": ["q1", "q2", "q31"]}, "no column 'q31'"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, told):
    with pytest.raises((EstimationError, ValueError), match=told):
        parallel_analysis(numbers(0), **options)


@pytest.mark.parametrize("most", [0, 8, 2.5, True])
def test_map_test_cannot_take_out_all_components(most):
    with pytest.raises(
        EstimationError, match=r"max_factors=.* is not valid for 8 items; allowed: a whole number from 1 to 7"
    ):
        map_test(numbers(0), most)


def test_shuffled_answers_may_have_nothing_in_common():
    table = numbers(1, n=6, p=3, m=0)
    table.loc[3:, "q1"], table.loc[:2, "q2"] = np.nan, np.nan
    table.loc[0:1, "q2"] = [1.0, 2.0]
    table["q1"] = [1.0, 1.5, 1.5, np.nan, np.nan, np.nan]
    with pytest.raises(EstimationError, match="too few persons answered the same items"):
        parallel_analysis(table, null="permuted", n_iterations=20)


def test_data_without_correlations_are_refused():
    table = numbers(0, n=200)
    with pytest.raises(MissingColumnsError, match=r"no column 'q11' \(did you mean 'q1'"):
        scree(table, items=["q11", "q2", "q3"])
    with pytest.raises(
        EstimationError,
        match="everyone gave q2, q5 the same answer, so that correlations are undefined; leave them out",
    ):
        scree(table.assign(q2=3.0, q5=1.0))
    apart = table.copy()
    apart.loc[:99, "q1"], apart.loc[100:, "q4"] = np.nan, np.nan
    with pytest.raises(
        EstimationError, match="fewer than two persons answered both q1 and q4; leave one out"
    ):
        scree(apart)
    with pytest.raises(EstimationError, match="0 usable persons, listwise: too few to correlate"):
        scree(apart, missing="listwise")
    apart.loc[:99, "q4"] = np.tile([0.0, 2.0], 50)
    apart.loc[100:, "q4"] = np.where(np.arange(100) < 9, 1.0, np.nan)
    with pytest.raises(
        EstimationError, match="everyone who answered both q1 and q4 gave the same answer to one of them"
    ):
        scree(apart)
    with pytest.raises(EstimationError, match="2 usable persons, pairwise"):
        scree(table[:2])
