"""What searches and draws for reliability find, as plain numbers: choices that must be equal, and figures."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales.factor.heterotrait import htmt
from intimacy_scales.factor.sample import Floats
from intimacy_scales.moments.keyed import keyed_moments
from intimacy_scales.numerics.resampling import draw_counts
from intimacy_scales.planning import plan_sample_size
from intimacy_scales.reliability.agreement.icc import intraclass_corr
from intimacy_scales.reliability.consistency.alpha import cronbach_alpha
from intimacy_scales.reliability.consistency.bootstrap import AlphaTerms
from intimacy_scales.reliability.consistency.glb import most_error
from intimacy_scales.reliability.consistency.guttman import guttman_lambdas
from intimacy_scales.reliability.consistency.hierarchical import hierarchical_omega
from intimacy_scales.reliability.consistency.omega import mcdonald_omega
from intimacy_scales.reliability.consistency.splits import (
    best_split,
    equal_splits,
    sampled_splits,
    searched_split,
)
from intimacy_scales.reliability.diary.diary_components import nested_components, reml_components
from intimacy_scales.reliability.items.keying import find_miskeyed
from tests.shared.instruments import coded
from tests.shared.searched_data import (
    alike,
    answers,
    clusters,
    diary,
    heywood,
    moved,
    nearly_singular,
    real,
    ring,
)  # fmt: skip
from tests.shared.searched_factors import Told, attempted, told


def digest(values: Any) -> str:
    """Return what tells any other bits."""
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:16]


def _matrices() -> dict[str, Floats]:
    """Covariances of few items, of which every split is tried, and of many, where splits are searched."""
    found = {
        "all alike": alike(8),
        "ten alike": 3 * alike(10, 0.1),
        "thirty alike": alike(30),
        "a ring": ring(12),
        "a large ring": ring(26),
        "like clusters": clusters(3, 3, 0.6, 0.2),
        "many like clusters": clusters(7, 4, 0.7, 0.3),
        "heywood": heywood(),
        "nearly singular": nearly_singular(),
        "pairs alike": np.kron(np.array([[2, 0.5], [0.5, 1]]), np.ones((4, 4))) + np.eye(8),
        "whole numbers": np.cov(answers(300, 12, 1, groups=3).T),
        "many whole numbers": np.cov(answers(200, 30, 2, groups=3).T),
        "every item twice": np.cov(np.repeat(answers(100, 14, 3), 2, axis=1).T) + 0.1 * np.eye(28),
    }
    for name, columns in (
        ("bfi", slice("A1", "O5")),
        ("sai_vale", slice("calm", None)),
        ("commitmentQ", slice(None, "com.1_5")),
        ("lsat6", slice(None)),
        ("prqcQ", slice(None)),
    ):
        table = real(name, columns)
        if table is not None:
            found[name] = table.cov().to_numpy()
    return found


def splits() -> dict[str, Told]:
    """The best split of all, the best that is found, and splits at random."""
    found: dict[str, Told] = {}
    for name, matrix in _matrices().items():
        c = moved(matrix)
        if len(c) <= 14:
            found[f"best split of {name}"] = told(best_split(c).tolist())
            found[f"equal splits of {name}"] = told("", values=np.sort(equal_splits(c)))
        found[f"searched split of {name}"] = told(searched_split(c, np.random.default_rng(1)).tolist())
        drawn = np.sort(sampled_splits(c, 200, np.random.default_rng(1)))
        found[f"sampled splits of {name}"] = told("", values=drawn)
    return found


def bounds() -> dict[str, Told]:
    """The greatest lower bound."""

    def most(matrix: Floats) -> Told:
        errors, gap = most_error(moved(matrix))
        return told("", errors=errors / matrix.diagonal(), total=errors.sum() / matrix.sum(), gap=gap)

    return {f"glb of {name}": attempted(partial(most, matrix)) for name, matrix in _matrices().items()}


def _diaries() -> dict[str, tuple[Floats, Any, Any]]:
    found = {f"diary {seed}": diary(n, k, seed) for seed, (n, k) in enumerate([(15, 4), (12, 2)])}
    y, who, when = diary(25, 3, 9)
    found["persons alike"] = (
        y - np.round(np.array([y[who == i].mean(axis=0) for i in range(25)]))[who],
        who,
        when,
    )
    table = real("sai_vale")
    if table is not None:
        items = table.columns.drop(["id", "time"])[:6]
        table = table.dropna(subset=list(items))
        numbers = [np.unique(table[name], return_inverse=True)[1] for name in ("id", "time")]
        found["sai_vale"] = table[items].to_numpy(float), numbers[0], numbers[1]
    return found


def components() -> dict[str, Told]:
    """Variance components by restricted likelihood."""
    found: dict[str, Told] = {}
    for name, (y, who, when) in _diaries().items():
        own = moved(y)
        found[f"components of {name}"] = told(
            "", shares=np.array(list(reml_components(own, who, when).values())) / y.var()
        )
        for fixed in (False, True):
            nested = nested_components(own, who, fixed_items=fixed)
            found[f"nested{', fixed items' if fixed else ''} of {name}"] = told(
                "", shares=np.array(nested) / y.var()
            )
    for seed in range(4):
        ratings = answers(20 + 10 * seed, 4, 60 + seed, gaps=15)
        result = intraclass_corr(moved(ratings))
        found[f"ratings, {seed}"] = told(
            "", estimates=[form.estimate for form in result.forms], parts=list(result.components.values())
        )
    return found


def _interval(of: Any, **options: Any) -> list[float]:
    return [float(end) for end in of.confidence_interval(**options)]


def resampling() -> dict[str, Told]:
    """Random draws: what is drawn, to the bit; what is made of it, to rounding."""
    found: dict[str, Told] = {}
    for gaps in (0, 10):
        x = answers(120, 6, 11, gaps=gaps)
        whole = coded(x)
        terms = AlphaTerms(np.nan_to_num(x - 1), ~np.isnan(x), None)
        drawn = terms.resampled(300, np.random.default_rng(2))
        found[f"resampled alphas, {gaps}"] = told(
            [digest(draw_counts(120, 300, np.random.default_rng(2))), digest(drawn)]
        )
        alpha = cronbach_alpha(whole)
        ends = {m: _interval(alpha, method=m, n_resamples=500, rng=3) for m in ("bootstrap", "bca")}
        found[f"intervals of alpha, {gaps}"] = told("", **ends)
    omega = mcdonald_omega(coded(answers(120, 5, 12)))
    found["interval of omega"] = told("", ends=_interval(omega, method="bootstrap", n_resamples=100, rng=3))
    table = pd.DataFrame(answers(80, 6, 13, groups=2) / 10, columns=list("abcdef"))
    ratio = htmt("x =~ a + b + c\ny =~ d + e + f", table)
    found["interval of htmt"] = told("", ends=[*ratio.confidence_interval("x", "y", n_resamples=200, rng=5)])
    rare = table.assign(a=np.where(np.arange(80) < 3, 0.3, 0.1))
    ratio = htmt("x =~ a + b + c\ny =~ d + e + f", rare)
    interval = ratio.confidence_interval("x", "y", n_resamples=400, rng=5)
    found["interval of htmt of a rare answer"] = told(interval.reason)
    return found


def coefficients() -> dict[str, Told]:
    """What rests on a choice: the best half, items against their key, group factors."""
    found: dict[str, Told] = {}
    mirrored = answers(150, 4, 21)
    mirrored[:, 2:] = 8 - mirrored[:, :2]
    flipped = answers(150, 6, 22)
    flipped[:, 3:] = 8 - flipped[:, 3:]
    for name, x in (("mirrored", mirrored), ("flipped", flipped), ("many", answers(300, 26, 23, groups=3))):
        whole = coded(x)
        lambdas, miskeyed = guttman_lambdas(whole), find_miskeyed(keyed_moments(whole, None, "pairwise"))
        found[f"halves, {name}"] = told(
            [lambdas.half, None if miskeyed is None else miskeyed.items, lambdas.reason],
            bounds=np.nan_to_num([lambdas.lambda2, lambdas.lambda4], nan=-1),
        )
    for seed in range(3):
        omega = hierarchical_omega(coded(answers(400, 12, 30 + seed, groups=3)))
        found[f"hierarchical, {seed}"] = told(
            omega.reason, figures=np.nan_to_num([omega.estimate, omega.total, omega.ecv], nan=-1),
            groups=np.nan_to_num([g.total for g in omega.groups], nan=-1),
        )  # fmt: skip
    return found


def plans() -> dict[str, Told]:
    """The smallest sample: also for the very width of a plan, which must lead to its size again."""
    found: dict[str, Told] = {}
    for expected in (0.0, 0.7, 0.85, 0.93):
        for r in (None, 0.3, 0.5, 0.6):
            options: dict[str, Any] = {"expected": expected, "n_items": 8, "partner_correlation": r}
            first = plan_sample_size("alpha", width=0.09, **options)
            assert first.interval is not None
            low, high = first.interval
            width = float(np.nextafter(high - low, 0.0))  # but for rounding, that of the plan
            again = plan_sample_size("alpha", width=width, **options)
            sure = plan_sample_size("alpha", width=0.09, assurance=0.8, **options)
            found[f"alpha of {expected}, {r}"] = told([first.n_persons, again.n_persons, sure.n_persons])
    for se in (0.1, 0.05):
        ranked = plan_sample_size("norm", standard_error=100 * se / 2, percentile=10, of="percentile_rank")
        found[f"norm, {se}"] = told([ranked.n_persons])
    return found


def everything() -> dict[str, Told]:
    """All of them."""
    return splits() | bounds() | components() | resampling() | coefficients() | plans()
