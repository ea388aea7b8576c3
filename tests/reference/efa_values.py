"""What R says of exploratory factors: solved exactly in base R, by psych::fa and by factanal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales.factor import EFAResult, bartlett, efa, kmo, rotate, scree

from .oracles import ESTIMATE, P_VALUE, Block, Reference, Row

VARIMAX, PROMAX = 1e-6, 1e-5  # against base R, which goes as far
PSYCH = 1e-3
# stats::varimax stops early, and promax begins with it
ROUGH: dict[str, float] = {"none": PSYCH, "oblimin": PSYCH, "varimax": 0.015, "promax": 5e-3}
_SUMS = 10  # sums of squares may differ by so many times what loadings may
_Fitted = Callable[..., EFAResult]


class Matched:
    """Our factors in R's order and direction: each with the loadings that are most like them."""

    def __init__(self, loadings: Any, phi: Any, theirs: Any) -> None:
        r = np.asarray(theirs, dtype=np.float64)
        like = loadings.T @ r / np.outer(np.linalg.norm(loadings, axis=0), np.linalg.norm(r, axis=0))
        m = len(like)
        order = max(permutations(range(m)), key=lambda p: sum(abs(like[p[j], j]) for j in range(m)))
        self.order = list(order)
        self.signs = np.sign([like[order[j], j] for j in range(m)])
        self.loadings = loadings[:, self.order] * self.signs
        self.phi = phi[np.ix_(self.order, self.order)] * np.outer(self.signs, self.signs)
        self.variance = np.diag(self.phi @ self.loadings.T @ self.loadings)

    def accounted(self) -> Any:
        """Return what psych calls Vaccounted, a row for each figure."""
        share = self.variance / len(self.loadings)
        explained = self.variance / self.variance.sum()
        return np.stack([self.variance, share, share.cumsum(), explained, explained.cumsum()])


def efa_rows(ref: Reference, name: str, table: pd.DataFrame, title: str) -> Iterator[Row]:
    """Compare everything of exploratory factors of a table's items."""
    block = ref.block(name, table=title)
    m = block.given("nfactors")
    n = {rule: block.given(f"n_{rule}") for rule in ("pairwise_declared", "listwise")}
    n["pairwise"] = n.pop("pairwise_declared")
    assert n == {"pairwise": len(table), "listwise": len(table.dropna())}

    @cache
    def fitted(method: Any, rotation: Any, missing: Any) -> EFAResult:
        return efa(table, m, method=method, rotation=rotation, missing=missing, n=n[missing])

    for missing in ("pairwise", "listwise"):
        for method in ("minres", "ml"):
            column = f"{method}, {missing}"
            part = ref.block(name, f"exact_{missing}", method, table=f"{title}, exactly", column=column)
            yield from _exact_rows(part, fitted, method, missing)
    yield from _psych_rows(ref, name, f"{title}, psych::fa", fitted)
    yield from _factanal_rows(ref, name, f"{title}, factanal", fitted)
    yield from _adequacy_rows(ref, name, f"{title}, before any factors", table, n)


def _exact_rows(block: Block, fitted: _Fitted, method: str, missing: str) -> Iterator[Row]:
    found = {r: fitted(method, r, missing) for r in ("none", "varimax", "oblimin", "promax")}
    plain, oblimin = found["none"], found["oblimin"]
    assert not plain.heywood
    yield block.row("objective", plain.objective, "efa().objective", tolerance=ESTIMATE)
    for name, what in (("uniquenesses", "uniquenesses"), ("communality", "communalities")):
        yield block.row(name, getattr(plain, what), f"efa().{what}", tolerance=ESTIMATE)
    function = "efa(rotation={}).{}".format
    yield block.row("unrotated", plain.loadings, function('"none"', "loadings"), tolerance=ESTIMATE)
    varimax = found["varimax"].loadings
    yield block.row("varimax_kaiser", varimax, function('"varimax"', "loadings"), tolerance=VARIMAX)
    for name, rotation, tolerance in (
        ("oblimin_gam0_nonormalize", "oblimin", ESTIMATE),
        ("promax_m4_from_kaiser_varimax", "promax", PROMAX),
    ):
        part = block.part(name)
        for what in ("loadings", "phi"):
            ours = getattr(found[rotation], what)
            yield part.row(what, ours, function(f'"{rotation}"', what), tolerance=tolerance)
    part = block.part("oblimin_gam0_nonormalize")
    for name in ("criterion", "best_criterion_of_20_random_starts"):
        yield part.row(name, oblimin.criterion, function('"oblimin"', "criterion"), tolerance=ESTIMATE)


def _fit_rows(block: Block, ours: EFAResult) -> Iterator[Row]:
    """Compare what does not depend on rotation."""
    close: Mapping[str, Any] = {"tolerance": PSYCH}
    sized: Mapping[str, Any] = {"tolerance": PSYCH, "relative": True}
    yield block.row("dof", ours.df, "efa()")
    figures: dict[str, tuple[str, Mapping[str, Any]]] = {
        "communality": ("communalities", close),
        "uniquenesses": ("uniquenesses", close),
        "objective": ("discrepancy", close),
        "STATISTIC": ("chi_square", sized),
        "PVAL": ("p_value", sized),
        "TLI": ("tli", close),
        "BIC": ("bic", sized),
        "rms": ("rms", close),
        "crms": ("crms", close),
        "chi_empirical": ("chi_empirical", sized),
    }
    for name, (what, how) in figures.items():
        yield block.row(name, getattr(ours, what), "efa()", **how)
    part = block.part("RMSEA")
    yield part.row("RMSEA", ours.rmsea, "efa()", **close)
    interval = ours.rmsea_interval(part.given("confidence"))
    yield part.row("lower", interval.low, "efa().rmsea_interval()", **close)
    yield part.row("upper", interval.high, "efa().rmsea_interval()", **close)


def _psych_promax(unrotated: Any) -> tuple[Any, Any]:
    """Return loadings and phi by what psych calls promax: of rows of length 1, and then back."""
    lengths = np.linalg.norm(unrotated, axis=1, keepdims=True)
    turned = rotate(unrotated / lengths, "promax")
    return turned.loadings * lengths, turned.phi


def _psych_rows(ref: Reference, name: str, title: str, fitted: _Fitted) -> Iterator[Row]:
    for which in ref.values[name]["psych_pairwise"]:
        method, rotation = which.split("_")
        key = (name, "psych_pairwise", which)
        block = ref.block(*key, table=title, column=method, prefix=f"{rotation}.")
        ours = fitted(method, rotation.lower(), "pairwise")
        yield from _fit_rows(block.as_family("of any rotation"), ours)
        loadings, phi, function = ours.loadings, ours.phi, "efa(rotation=)"
        if rotation == "promax":
            loadings, phi = _psych_promax(fitted(method, "none", "pairwise").loadings)
            function = 'rotate(rows of length 1, "promax")'
        matched = Matched(loadings, phi, ref.at((*key, "loadings"))["values"])
        tolerance = ROUGH[rotation.lower()]
        yield block.row("loadings", matched.loadings, f"{function}.loadings", tolerance=tolerance)
        yield block.row("vaccounted", matched.accounted(), "of these loadings", tolerance=_SUMS * tolerance)
        if ref.at((*key, "phi")) is not None:
            yield block.row("phi", matched.phi, f"{function}.phi", tolerance=tolerance)
        else:
            assert rotation in ("none", "varimax")
            assert block.given("phi") is None


def _factanal_rows(ref: Reference, name: str, title: str, fitted: _Fitted) -> Iterator[Row]:
    for rotation in ("varimax", "promax"):
        key = (name, "factanal_listwise", rotation)
        block = ref.block(*key, table=title, column=rotation)
        ours = fitted("ml", rotation, "listwise")
        matched = Matched(ours.loadings, ours.phi, ref.at((*key, "loadings"))["values"])
        function = 'efa(method="ml").{}'.format
        yield block.row("loadings", matched.loadings, function("loadings"), tolerance=ROUGH[rotation])
        yield block.row("uniquenesses", ours.uniquenesses, function("uniquenesses"), tolerance=ESTIMATE)
        yield block.row("dof", ours.df, function("df"))
        close: Any = {"tolerance": ESTIMATE, "relative": True}
        yield block.row("STATISTIC", ours.chi_square, function("chi_square"), **close)
        yield block.row("PVAL", ours.p_value, function("p_value"), **close)


def _adequacy_rows(
    ref: Reference, name: str, title: str, table: pd.DataFrame, n: Mapping[str, int]
) -> Iterator[Row]:
    for missing in ("pairwise", "listwise"):
        rule: Any = missing
        values = scree(table, missing=rule).eigenvalues
        block = ref.block(name, table=title, column=missing)
        yield block.row(f"eigen_{missing}", values, "scree().eigenvalues", label="eigenvalues")
        part = ref.block(name, "adequacy", missing, table=title, column=missing)
        adequacy, test = kmo(table, missing=rule), bartlett(table, missing=rule, n=n[missing])
        yield part.row("KMO", adequacy.estimate, "kmo()")
        yield part.row("KMO_items", adequacy.items, "kmo().items")
        yield part.row("bartlett_chisq", test.chi_square, "bartlett(n=).chi_square", relative=True)
        yield part.row("bartlett_df", test.df, "bartlett(n=).df")
        close: Any = {"tolerance": P_VALUE, "relative": True}
        yield part.row("bartlett_p", test.p_value, "bartlett(n=).p_value", **close)
        yield part.row("determinant", values.prod(), "product of scree().eigenvalues", **close)
