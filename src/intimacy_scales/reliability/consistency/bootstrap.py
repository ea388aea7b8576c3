"""Bootstrap of figures of covariances by multinomial weights (arrays only).

Covariances are functions of sums over persons, so a resample needs no copy of the answers: the number of
times that each person is drawn, times the persons' terms of those sums, is one matrix product.
Where whole clusters are drawn, their terms are added up first.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.moments.answer_values import keyed_answers
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.clusters import sum_by_cluster
from intimacy_scales.moments.keyed import Floats, items_of
from intimacy_scales.numerics.progress import steps as told_steps
from intimacy_scales.numerics.resampling import draw_counts
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.consistency.figures import Figure

_DRAWS = 262_144
_NUMBERS = 1 << 21  # of covariances that are made at a time
_EXACT = 2**24


class Terms(ABC):
    """The terms of a figure that each unit adds: a person, or a cluster.

    Attributes
    ----------
    rows
        (n_units, m).
    what
        What the figure is called while it is resampled.
    """

    rows: Floats
    what: str

    def __len__(self) -> int:
        return len(self.rows)

    @abstractmethod
    def figures(self, sums: Floats) -> Floats:
        """Return the figure of each row of sums of the terms (m,); nan where it is not defined."""

    def resampled(self, n_resamples: int, rng: np.random.Generator) -> Floats:
        """Return the figure of each of many resamples (n_resamples,)."""
        n = len(self.rows)
        kind = np.float32 if self._fits_float32() else np.float64
        terms: NDArray[Any] = self.rows.astype(kind)
        at_once = max(1, min(n_resamples, _DRAWS // n))
        found = np.empty(n_resamples)
        batches = range(0, n_resamples, at_once)
        for start in told_steps(batches, f"resampling {self.what}, batches", len(batches)):
            count = min(at_once, n_resamples - start)
            drawn: NDArray[Any] = draw_counts(n, count, rng).astype(kind)
            with one_blas_thread():
                sums = (drawn @ terms).astype(np.float64)
            found[start : start + count] = self.figures(sums)
        return found

    def _fits_float32(self) -> bool:
        """Whether sums of any resample are exact in float32: whole terms, and n times the largest."""
        whole = bool(np.all(self.rows == np.rint(self.rows)))
        return whole and len(self.rows) * float(np.abs(self.rows).max(initial=0)) < _EXACT

    def whole(self) -> float:
        """Return the figure of all, by the same arithmetic as that of resamples."""
        return float(self.figures(self.rows.sum(axis=0, keepdims=True))[0])

    def jackknifed(self) -> Floats:
        """Return the figure without each unit in turn (n_units,)."""
        return self.figures(self.rows.sum(axis=0) - self.rows)


class AlphaTerms(Terms):
    """The terms of alpha, of which there are few where answers are complete.

    Parameters
    ----------
    steps
        (n, k): keyed answers, 0 where not answered.
    there
        (n, k): which were answered.
    clusters
        (n,): cluster of each person, or None.
    """

    what = "alpha"

    def __init__(self, steps: Floats, there: NDArray[np.bool_], clusters: NDArray[np.intp] | None) -> None:
        self.k = steps.shape[1]
        self.complete = bool(there.all())
        rows = self._complete_terms(steps) if self.complete else pair_terms(steps, there)
        self.rows = rows if clusters is None else sum_by_cluster(rows, clusters)

    def _complete_terms(self, steps: Floats) -> Floats:
        total = steps.sum(axis=1)
        return np.column_stack([np.ones(len(steps)), steps, np.square(steps).sum(axis=1), total**2])

    def figures(self, sums: Floats) -> Floats:
        """Return alpha of each row of sums of the terms (m,); nan where the total does not vary."""
        with np.errstate(invalid="ignore", divide="ignore"):
            items, total = self._complete(sums) if self.complete else self._pairwise(sums)
            alphas: Floats = self.k / (self.k - 1) * (1 - items / total)
        alphas[~(total > 0) | ~np.isfinite(alphas)] = np.nan
        return alphas

    def _complete(self, sums: Floats) -> tuple[Floats, Floats]:
        n, x, squares, total = sums[:, 0], sums[:, 1:-2], sums[:, -2], sums[:, -1]
        whole = x.sum(axis=1)
        return (squares - np.square(x).sum(axis=1) / n) / (n - 1), (total - whole**2 / n) / (n - 1)

    def _pairwise(self, sums: Floats) -> tuple[Floats, Floats]:
        covariances = pair_covariances(sums)
        first, second = np.triu_indices(self.k)
        own = first == second
        items = covariances[:, own].sum(axis=1)
        return items, items + 2 * covariances[:, ~own].sum(axis=1)


def pair_terms(steps: Floats, there: NDArray[np.bool_]) -> Floats:
    """Return what each person adds to counts, sums and products of each pair of items: (n, 2 k (k + 1))."""
    first, second = np.triu_indices(steps.shape[1])
    a, b = steps[:, first], steps[:, second]
    both = (there[:, first] & there[:, second]).astype(np.float64)
    return np.concatenate([both, a * both, b * both, a * b], axis=1)


def pair_covariances(sums: Floats) -> Floats:
    """Return covariances of pairs of items from sums of `pair_terms` (m, k (k + 1) / 2)."""
    n, a, b, product = np.split(sums, 4, axis=1)
    covariances: Floats = (product - a * b / n) / (n - 1)
    return covariances


class CovarianceTerms(Terms):
    """The terms of any figure of covariances, of one scale or of several.

    Parameters
    ----------
    figure
        What is made of the covariances of each scale, in this order.
    scales
        Keyed answers, 0 where not answered or not counted, and which count: of each scale (n, k) each.
    units
        By scale the unit of each row, (n,); a unit may have rows of several scales.
    what
        What the figure is called.
    """

    def __init__(
        self,
        figure: Figure,
        scales: Sequence[tuple[Floats, NDArray[np.bool_]]],
        units: Sequence[NDArray[np.intp]],
        what: str,
    ) -> None:
        self.figure, self.what = figure, what
        self.ks = [steps.shape[1] for steps, _ in scales]
        rows, numbers = [], []
        for (steps, there), of_rows in zip(scales, units, strict=True):
            counts = there.any(axis=1)
            rows.append(pair_terms(steps[counts], there[counts]))
            numbers.append(of_rows[counts])
        order = np.unique(np.concatenate(numbers))
        widths = [part.shape[1] for part in rows]
        self.rows = np.zeros((len(order), sum(widths)))
        for start, part, numbered in zip(np.cumsum([0, *widths[:-1]]), rows, numbers, strict=True):
            if len(part):
                places = np.searchsorted(order, np.unique(numbered))
                self.rows[places, start : start + part.shape[1]] = sum_by_cluster(part, numbered)

    def figures(self, sums: Floats) -> Floats:
        """Return the figure of each row of sums of the terms (m,); nan where it is not defined."""
        at_once = max(1, _NUMBERS // sums.shape[1])
        parts = [self._figures(sums[start : start + at_once]) for start in range(0, len(sums), at_once)]
        found: Floats = np.concatenate(parts)
        found[~np.isfinite(found)] = np.nan
        return found

    def _figures(self, sums: Floats) -> Floats:
        stacks, start = [], 0
        with np.errstate(invalid="ignore", divide="ignore"):
            for k in self.ks:
                width = 2 * k * (k + 1)
                first, second = np.triu_indices(k)
                stack = np.empty((len(sums), k, k))
                stack[:, first, second] = pair_covariances(sums[:, start : start + width])
                stack[:, second, first] = stack[:, first, second]
                stacks.append(stack)
                start += width
            found: Floats = self.figure.value(*stacks)
        return found


def members_of(
    answers: CodedResponses, items: tuple[str, ...], missing: str, groups: NDArray[np.intp] | None
) -> list[NDArray[np.intp]]:
    """Return the rows of each unit that is drawn: persons with an answer that counts, or clusters of them."""
    columns = [answers.item_ids.index(item) for item in items]
    there = answers.codes[:, columns] != 0
    used = np.flatnonzero(there.all(axis=1) if missing == "listwise" else there.any(axis=1))
    if groups is None:
        return [used[i : i + 1] for i in range(len(used))]
    order = np.argsort(groups[used], kind="stable")
    return np.split(used[order], np.flatnonzero(np.diff(groups[used][order])) + 1)


def refitted(
    answers: CodedResponses,
    scale: str,
    items: tuple[str, ...],
    members: list[NDArray[np.intp]],
    estimate: Callable[[Floats], float],
    n_resamples: int,
    rng: np.random.Generator,
    what: str,
) -> Floats:
    """Return the estimate of each of many resamples; nan where the model could not be fitted.

    Parameters
    ----------
    answers, scale, items
        Whose answers are drawn, keyed, and in which order of items.
    members
        The rows of each unit.
    estimate
        What is made of the rows of a resample (n, k), nan where an answer is missing.
    n_resamples, rng
        How many, and their chance.
    what
        What is resampled, as a person would call it.
    """
    values, _ = keyed_answers(answers, scale)
    known = items_of(answers, scale)[1].ids
    rows = values[:, [known.index(item) for item in items]]
    found = np.full(n_resamples, np.nan)
    with one_blas_thread():
        for draw in told_steps(range(n_resamples), f"resampling {what}", n_resamples):
            chosen = rng.integers(0, len(members), len(members))
            found[draw] = estimate(rows[np.concatenate([members[i] for i in chosen])])
    return found
