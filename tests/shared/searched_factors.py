"""What searches for factors find, as plain values: choices that must be equal, and figures that may round."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales import EstimationError
from intimacy_scales.factor.confirmatory.cfa import cfa
from intimacy_scales.factor.exploratory.analysis import efa
from intimacy_scales.factor.exploratory.average_partial import map_test
from intimacy_scales.factor.exploratory.extraction import minres, ml
from intimacy_scales.factor.exploratory.parallel import parallel_analysis
from intimacy_scales.factor.exploratory.retention import scree
from intimacy_scales.factor.exploratory.rotation import rotate
from intimacy_scales.factor.reading import read_sample
from intimacy_scales.factor.sample import Floats, SampleMoments
from intimacy_scales.reliability.diary.two_level.fitting import fit_saturated, fit_two_level
from intimacy_scales.reliability.diary.two_level.likelihood import cluster_moments
from tests.shared.searched_data import (
    alike,
    answers,
    as_sample,
    clusters,
    diary,
    heywood,
    moved,
    moved_sample,
    nearly_singular,
    real,
    ring,
)

Told = dict[str, Any]

_STARTS = 8  # of a rotation


def told(choices: Any, **figures: Any) -> Told:
    """Return what must be equal, and lists of numbers that must be near."""
    lists = {
        name: np.ravel(np.asarray(values, dtype=np.float64)).tolist() for name, values in figures.items()
    }
    return {"choices": choices, "figures": lists}


def attempted(search: Callable[[], Told]) -> Told:
    """Return what a search finds, or why it finds nothing; numbers in the words left out."""
    try:
        return search()
    except EstimationError as error:
        words = [
            w
            for w in str(error).replace("(", " ").replace(")", " ").split()
            if not any(c in "0123456789" for c in w)
        ]
        return told(f"{type(error).__name__}: {' '.join(words)[:300]}")


def matrices() -> Iterator[tuple[str, Floats, int]]:
    """Yield correlations, each with a number of factors."""
    yield "one of four like clusters", clusters(4, 3), 1
    yield "two of two like clusters", clusters(2, 4), 2
    yield "two of four like clusters", clusters(4, 3, 0.5, 0.1), 2
    yield "three of three like clusters", clusters(3, 4, 0.6, 0.2), 3
    yield "one of two like pairs", clusters(2, 2, 0.9, 0.1), 1
    yield "two of six like pairs", clusters(6, 2, 0.6, 0.4), 2
    yield "all alike", alike(8), 1
    yield "all alike, two", alike(8), 2
    yield "a ring", ring(10), 2
    yield "a ring, three", ring(9), 3
    yield "heywood", heywood(), 1
    yield "nearly singular", nearly_singular(), 2
    yield "whole numbers", np.corrcoef(answers(300, 12, 1, groups=3).T), 3
    yield "whole numbers, too many", np.corrcoef(answers(120, 12, 2, groups=2).T), 5
    for name, columns, m in (
        ("bfi", slice("A1", "O5"), 5), ("bfi", slice("A1", "O5"), 6), ("sai_vale", slice("calm", None), 3),
        ("commitmentQ", slice(None, "com.1_5"), 3), ("prqcQ", slice(None, "prqc.1_18"), 6),
        ("lsat6", slice(None), 1),
    ):  # fmt: skip
        table = real(name, columns)
        if table is not None:
            yield f"{name}, {m}", table.corr().to_numpy(), m


def _extracted(r: Floats, m: int, way: Callable[[Floats, int], Any]) -> Told:
    """Return what is extracted; of a factor without loadings, which `efa` refuses, only what it adds."""
    found = way(moved(r), m)
    there = (found.loadings**2).sum(axis=0) > 1e-8
    return told(
        [found.iterations, there.tolist()],
        loadings=found.loadings[:, there],
        common=found.loadings @ found.loadings.T,
        uniquenesses=found.uniquenesses,
        objective=found.objective,
    )


def _turned(r: Floats, m: int, method: Any, **options: Any) -> Told:
    found = efa(as_sample(r), m, rotation=method, n_starts=_STARTS, **options)
    return told(
        [found.iterations, round(_STARTS * found.agreement), found.heywood],
        loadings=found.loadings, phi=found.phi, criterion=found.criterion, matrix=found.rotation_matrix,
    )  # fmt: skip


def exploratory() -> dict[str, Told]:
    """Extraction and rotation."""
    found: dict[str, Told] = {}
    for name, r, m in matrices():
        for way in (minres, ml):
            found[f"{way.__name__} of {name}"] = attempted(partial(_extracted, r, m, way))
        if m > 1:
            for method in ("oblimin", "varimax", "quartimax", "promax", "geomin"):
                found[f"{method} of {name}"] = attempted(partial(_turned, r, m, method))
    named = np.full((12, 3), np.nan)
    named[[0, 1, 4, 5, 8, 9], [1, 2, 2, 0, 0, 1]] = 0
    r = np.corrcoef(answers(300, 12, 1, groups=3).T)
    found["target"] = attempted(partial(_turned, r, 3, "target", target=named))
    loadings = np.kron(np.eye(3), np.full((4, 1), 0.75)) @ np.array([[2, 1, 2], [-2, 2, 1], [1, 2, -2]]) / 3
    for method in ("oblimin", "varimax", "geomin"):
        turned = rotate(moved(loadings), method)
        found[f"{method} of like factors"] = told(
            [turned.converged, turned.agreement],
            loadings=turned.loadings,
            phi=turned.phi,
            matrix=turned.matrix,
        )
    return found


def retention() -> dict[str, Told]:
    """Numbers of factors."""
    found: dict[str, Told] = {}
    for name, r, _ in matrices():
        sample = as_sample(r)
        by_map, eigen = map_test(sample), scree(sample)
        found[f"map of {name}"] = told(
            [by_map.n_factors, by_map.n_factors_fourth], squared=np.nan_to_num(by_map.squared, nan=-1)
        )
        found[f"scree of {name}"] = told(
            len(eigen.eigenvalues), eigenvalues=eigen.eigenvalues, reduced=eigen.reduced
        )
        drawn = parallel_analysis(sample, n_iterations=10, rng=4)
        found[f"parallel of {name}"] = told(
            [drawn.n_factors, drawn.n_components, drawn.n_factors_by_mean, drawn.n_components_by_mean],
            means=drawn.factor_means, quantiles=drawn.component_quantiles,
        )  # fmt: skip
    table = pd.DataFrame(answers(150, 6, 3, groups=2, gaps=5))
    shuffled = parallel_analysis(table, null="permuted", n_iterations=10, rng=4)
    found["parallel, permuted"] = told(
        [shuffled.n_factors, shuffled.n_components],
        means=shuffled.factor_means,
        quantiles=shuffled.component_quantiles,
    )
    return found


def _table(n: int, k: int, seed: int, **options: int) -> pd.DataFrame:
    return pd.DataFrame(answers(n, k, seed, **options), columns=[f"q{i + 1}" for i in range(k)])


def _fitted(model: str, data: Any, **options: Any) -> Told:
    if isinstance(data, SampleMoments):
        data = moved_sample(data)
    elif "groups" not in options and "clusters" not in options:
        names = [c for c in data.columns if c in model]
        data = pd.DataFrame(moved(data[names].to_numpy(dtype=np.float64)), columns=names)
    result = cfa(model, data, **options)
    fit, scaled = result.fit, result.fit.scaled
    indices = list(result.modification_indices()) if fit.df else []
    named = [index.name for index in indices[:8]]
    return told(
        [result.iterations, fit.df, len(result.improper), named, len(result.notes)],
        estimates=[p.estimate for p in result.parameters],
        errors=np.nan_to_num([p.se for p in result.parameters], nan=-1),
        fit=[fit.chi_square, fit.cfi, fit.tli, fit.rmsea, fit.log_likelihood, *fit.rmsea_interval()],
        scaled=np.nan_to_num([] if scaled is None else [scaled.chi_square, scaled.scaling_factor], nan=-1),
        indices=[index.index for index in indices],
    )


def _of(*parts: tuple[int, int]) -> str:
    return "\n".join(
        f"f{j} =~ " + " + ".join(f"q{i}" for i in range(first, last + 1))
        for j, (first, last) in enumerate(parts, 1)
    )


def confirmatory() -> dict[str, Told]:
    """Measurement models, in several estimators, well and badly conditioned."""
    three = _of((1, 4), (5, 8), (9, 12))
    whole, gappy = _table(300, 12, 1, groups=3), _table(300, 12, 1, groups=3, gaps=10)
    cases: dict[str, tuple[str, Any, dict[str, Any]]] = {
        "three factors": (three, whole, {}),
        "three factors, MLR": (three, whole, {"estimator": "MLR"}),
        "three factors, Satorra-Bentler": (three, whole, {"estimator": "MLR", "scaling": "satorra_bentler"}),
        "three factors, FIML": (three, gappy, {"missing": "fiml"}),
        "three factors, FIML, MLR": (three, gappy, {"missing": "fiml", "estimator": "MLR"}),
        "few persons, FIML": (_of((1, 4)), _table(25, 4, 7, gaps=25), {"missing": "fiml"}),
        "groups": (
            three,
            whole.assign(g=np.arange(300) % 2),
            {"groups": "g", "equal": ("loadings", "intercepts")},
        ),
        "clusters": (three, whole.assign(c=np.arange(300) // 2), {"clusters": "c", "estimator": "MLR"}),
        "one of three": (_of((1, 12)), whole, {}),
        "one of three like clusters": (_of((1, 12)), as_sample(clusters(3, 4, 0.6, 0.2)), {}),
        "one of two like pairs": (_of((1, 4)), as_sample(clusters(2, 2, 0.6, 0.1)), {}),
        "one of two like clusters": (_of((1, 6)), as_sample(clusters(2, 3, 0.6, 0.1)), {}),
        "two like clusters": (_of((1, 4), (5, 8)), as_sample(clusters(2, 4, 0.6, 0.2)), {}),
        "all alike": (_of((1, 8)), as_sample(alike(8)), {}),
        "one of two unrelated": (_of((1, 8)), as_sample(clusters(2, 4)), {}),
        "a ring": (_of((1, 10)), as_sample(ring(10)), {}),
        "heywood": (_of((1, 4)), as_sample(heywood()), {}),
        "nearly singular": (_of((1, 8)), as_sample(nearly_singular()), {}),
        "weak marker": (_of((1, 4), (5, 8)), _table(60, 8, 19), {}),
        "not identified": (_of((1, 2), (3, 4)), as_sample(clusters(2, 2, 0.5, 0.0)), {}),
        "second order": (three + "\ng =~ f1 + f2 + f3", whole, {}),
    }
    for seed in range(6):
        cases[f"few persons, {seed}"] = (
            _of((1, 3), (4, 6)),
            _table(30 + 4 * seed, 6, 40 + seed, groups=2),
            {},
        )
    for name, columns, parts in (
        ("bfi", slice("A1", "O5"), [(1, 5), (6, 10), (11, 15), (16, 20), (21, 25)]),
        ("lsat6", slice(None), [(1, 5)]),
        ("commitmentQ", slice(None, "com.1_5"), [(1, 5), (6, 10)]),
    ):
        table = real(name, columns)
        if table is None:
            continue
        table = table.set_axis([f"q{i + 1}" for i in range(table.shape[1])], axis=1)
        cases[name] = (_of(*parts), table, {})
        if table.isna().any().any():
            cases[f"{name}, FIML"] = (_of(*parts), table.iloc[:700], {"missing": "fiml"})
    return {
        name: attempted(partial(_fitted, model, data, **options))
        for name, (model, data, options) in cases.items()
    }


def _levels(data: Any, fit: Callable[..., Any], **options: Any) -> Told:
    found = fit(data, **options)
    return told(
        [found.n_iterations, found.method], theta=found.theta, log_likelihood=found.log_likelihood,
        errors=np.nan_to_num(np.sqrt(np.diag(found.covariance)), nan=-1),
    )  # fmt: skip


def two_level() -> dict[str, Told]:
    """Factors within and between persons."""
    cases: dict[str, tuple[Floats, Any]] = {}
    for n_persons, k, seed in ((60, 4, 1), (25, 3, 3), (12, 4, 4), (90, 5, 5)):
        y, who, _ = diary(n_persons, k, seed)
        cases[f"{n_persons} persons, {k} items"] = y, who
    y, who, _ = diary(40, 3, 8)
    cases["nothing between"] = y - np.round(np.array([y[who == i].mean(axis=0) for i in range(40)]))[who], who
    chance = np.random.default_rng(9)
    y = np.repeat(chance.integers(-2, 3, size=(12, 2)), 6, axis=0) + chance.integers(-2, 3, size=(72, 2))
    y = np.repeat(y, 2, axis=1) + np.repeat(chance.integers(-1, 2, size=(12, 4)), 6, axis=0)
    y, who = (y + chance.integers(-2, 3, size=(72, 4))).astype(np.float64), np.repeat(np.arange(12), 6)
    turns = [[0, 1, 2, 3], [1, 0, 2, 3], [0, 1, 3, 2], [1, 0, 3, 2]]
    turns += [turn[2:] + turn[:2] for turn in turns]
    cases["like pairs"] = (
        np.concatenate([y[:, turn] for turn in turns]),
        np.concatenate([who + 12 * i for i in range(8)]),
    )
    table = real("gratitude_a")
    if table is not None:
        table = table.dropna()
        for part in ("pa", "na"):
            cases[part] = (
                table[[f"{part}_{i}" for i in (1, 2, 3)]].to_numpy(float),
                np.unique(table["subjnr"], return_inverse=True)[1],
            )
    found: dict[str, Told] = {}
    for name, (y, who) in cases.items():
        data = cluster_moments(moved(y), who)
        found[f"saturated, {name}"] = attempted(partial(_levels, data, fit_saturated))
        for equal in (False, True):
            for nonnegative in (False, True):
                told_so = f"{'equal' if equal else 'free'}{', nonnegative' if nonnegative else ''}, {name}"
                found[told_so] = attempted(
                    partial(_levels, data, fit_two_level, equal_loadings=equal, nonnegative=nonnegative)
                )
    return found


def likely_moments() -> dict[str, Told]:
    """Most likely means and covariances where answers are missing."""
    from intimacy_scales.factor.confirmatory.estimation.mean_covariance import mean_covariance_of
    from intimacy_scales.factor.confirmatory.estimation.reference_models import saturated

    found: dict[str, Told] = {}
    for seed in range(6):
        table = _table(60 + 30 * seed, 6, seed, groups=2, gaps=8 + 4 * seed)
        table = pd.DataFrame(moved(table.to_numpy()), columns=table.columns)
        sample = read_sample(table, tuple(table.columns), missing="fiml")

        def likely(sample: SampleMoments = sample) -> Told:
            moments = saturated(mean_covariance_of(sample, with_means=True))
            return told("", means=moments.means, covariances=moments.covariances, value=moments.value)

        found[f"likely moments, {seed}"] = attempted(likely)
    return found


def everything() -> dict[str, Told]:
    """All of them."""
    return exploratory() | retention() | confirmatory() | two_level() | likely_moments()
