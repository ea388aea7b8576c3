"""Bootstrap of coefficients, by multinomial weights or by fitting a model again.

Covariances are functions of sums over persons, so that a resample needs no copy of the answers: the number of
times that each person is drawn, times the person's terms of these sums, is one matrix product. Where whole
clusters are drawn, their terms are added up first. A model is fitted again to the rows that were drawn.
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
from intimacy_scales.numerics.progress import steps as report_steps
from intimacy_scales.numerics.resampling import draw_counts
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.consistency.figures import Figure

_DRAWS = 262_144  # numbers drawn in a batch
_NUMBERS = 1 << 21  # covariances computed at a time
_EXACT = 2**24


class Terms(ABC):
    """Terms that each unit, a person or a cluster, adds to the sums of a figure.

    Attributes
    ----------
    rows
        (n_units, m): the terms.
    what
        Name of the figure in progress reports.
    """

    rows: Floats
    what: str

    def __len__(self) -> int:
        return len(self.rows)

    @abstractmethod
    def figures(self, sums: Floats) -> Floats:
        """Return the figure for each row of sums (rows, m); nan where it is not defined."""

    def resampled(self, n_resamples: int, rng: np.random.Generator) -> Floats:
        """Return the figure of each resample (n_resamples,)."""
        n = len(self.rows)
        dtype = np.float32 if self._fits_float32() else np.float64
        terms: NDArray[Any] = self.rows.astype(dtype)
        at_once = max(1, min(n_resamples, _DRAWS // n))
        figures = np.empty(n_resamples)
        batches = range(0, n_resamples, at_once)
        for start in report_steps(batches, f"resampling {self.what}, batches", len(batches)):
            count = min(at_once, n_resamples - start)
            drawn: NDArray[Any] = draw_counts(n, count, rng).astype(dtype)
            with one_blas_thread():
                sums = (drawn @ terms).astype(np.float64)
            figures[start : start + count] = self.figures(sums)
        return figures

    def _fits_float32(self) -> bool:
        """Return whether the sums of any resample are exact in float32: whole terms, n times the largest."""
        whole = bool(np.all(self.rows == np.rint(self.rows)))
        return whole and len(self.rows) * float(np.abs(self.rows).max(initial=0)) < _EXACT

    def whole(self) -> float:
        """Return the figure of all units, by the same arithmetic as that of resamples."""
        return float(self.figures(self.rows.sum(axis=0, keepdims=True))[0])

    def jackknifed(self) -> Floats:
        """Return the figure without each unit in turn (n_units,)."""
        return self.figures(self.rows.sum(axis=0) - self.rows)


class AlphaTerms(Terms):
    """Terms of alpha; where answers are complete, k + 3 of them are enough.

    Parameters
    ----------
    steps
        (n, k): keyed answers, 0 where not answered.
    answered
        (n, k): whether they were answered.
    clusters
        (n,): cluster of each person, or None.
    """

    what = "alpha"

    def __init__(self, steps: Floats, answered: NDArray[np.bool_], clusters: NDArray[np.intp] | None) -> None:
        self.k = steps.shape[1]
        self.complete = bool(answered.all())
        rows = self._complete_terms(steps) if self.complete else pair_terms(steps, answered)
        self.rows = rows if clusters is None else sum_by_cluster(rows, clusters)

    def _complete_terms(self, steps: Floats) -> Floats:
        """Return 1, each answer x_j, ``sum_j x_j²`` and ``(sum_j x_j)²`` of each person."""
        total = steps.sum(axis=1)
        return np.column_stack([np.ones(len(steps)), steps, np.square(steps).sum(axis=1), total**2])

    def figures(self, sums: Floats) -> Floats:
        """Return alpha for each row of sums (rows, m); nan where the total does not vary."""
        with np.errstate(invalid="ignore", divide="ignore"):
            items, total = self._complete(sums) if self.complete else self._pairwise(sums)
            alphas: Floats = self.k / (self.k - 1) * (1 - items / total)
        alphas[~(total > 0) | ~np.isfinite(alphas)] = np.nan
        return alphas

    def _complete(self, sums: Floats) -> tuple[Floats, Floats]:
        """Return the sum of item variances and the variance of the total from sums of `_complete_terms`."""
        n, x, squares, total = sums[:, 0], sums[:, 1:-2], sums[:, -2], sums[:, -1]
        whole = x.sum(axis=1)
        return (squares - np.square(x).sum(axis=1) / n) / (n - 1), (total - whole**2 / n) / (n - 1)

    def _pairwise(self, sums: Floats) -> tuple[Floats, Floats]:
        """Return the sum of item variances and that of all covariances from sums of `pair_terms`."""
        covariances = pair_covariances(sums)
        first, second = np.triu_indices(self.k)
        is_variance = first == second
        items = covariances[:, is_variance].sum(axis=1)
        return items, items + 2 * covariances[:, ~is_variance].sum(axis=1)


def pair_terms(steps: Floats, answered: NDArray[np.bool_]) -> Floats:
    """Return each person's terms of counts, sums and products of each pair of items: (n, 2 k (k + 1))."""
    first, second = np.triu_indices(steps.shape[1])
    a, b = steps[:, first], steps[:, second]
    both = (answered[:, first] & answered[:, second]).astype(np.float64)
    return np.concatenate([both, a * both, b * both, a * b], axis=1)


def pair_covariances(sums: Floats) -> Floats:
    """Return covariances of pairs of items from sums of `pair_terms`: (rows, k (k + 1) / 2)."""
    n, a, b, product = np.split(sums, 4, axis=1)
    covariances: Floats = (product - a * b / n) / (n - 1)
    return covariances


class CovarianceTerms(Terms):
    """Terms of any figure of the covariances of one scale or of several.

    Parameters
    ----------
    figure
        A function of the covariances of each scale, in the order of `scales`.
    scales
        For each scale, keyed answers (n, k), 0 where they do not count, and whether they count (n, k).
    units
        For each scale, the unit of each row (n,); a unit may have rows of several scales.
    what
        Name of the figure in progress reports.
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
        rows, used_units = [], []
        for (steps, counts), row_units in zip(scales, units, strict=True):
            has_answers = counts.any(axis=1)
            rows.append(pair_terms(steps[has_answers], counts[has_answers]))
            used_units.append(row_units[has_answers])
        order = np.unique(np.concatenate(used_units))
        widths = [part.shape[1] for part in rows]
        self.rows = np.zeros((len(order), sum(widths)))
        for start, part, part_units in zip(np.cumsum([0, *widths[:-1]]), rows, used_units, strict=True):
            if len(part):
                places = np.searchsorted(order, np.unique(part_units))
                self.rows[places, start : start + part.shape[1]] = sum_by_cluster(part, part_units)

    def figures(self, sums: Floats) -> Floats:
        """Return the figure for each row of sums (rows, m); nan where it is not defined."""
        at_once = max(1, _NUMBERS // sums.shape[1])
        parts = [self._figures(sums[start : start + at_once]) for start in range(0, len(sums), at_once)]
        figures: Floats = np.concatenate(parts)
        figures[~np.isfinite(figures)] = np.nan
        return figures

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
            figures: Floats = self.figure.value(*stacks)
        return figures


def members_of(
    answers: CodedResponses, items: tuple[str, ...], missing: str, groups: NDArray[np.intp] | None
) -> list[NDArray[np.intp]]:
    """Return the rows of each unit to draw from: persons with an answer that counts, or clusters of them."""
    columns = [answers.item_ids.index(item) for item in items]
    answered = answers.codes[:, columns] != 0
    used = np.flatnonzero(answered.all(axis=1) if missing == "listwise" else answered.any(axis=1))
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
    """Return the estimate of each resample; nan where the model could not be fitted.

    Parameters
    ----------
    answers, scale, items
        The answers, their scale, and the order of its items.
    members
        The rows of each unit.
    estimate
        Returns the estimate from the keyed answers of a resample (n, k), nan where one is missing.
    n_resamples, rng
        Number of resamples, and the generator of random numbers.
    what
        Name of the estimate in progress reports.
    """
    values, _ = keyed_answers(answers, scale)
    item_order = items_of(answers, scale)[1].ids
    rows = values[:, [item_order.index(item) for item in items]]
    estimates = np.full(n_resamples, np.nan)
    with one_blas_thread():
        for draw in report_steps(range(n_resamples), f"resampling {what}", n_resamples):
            chosen = rng.integers(0, len(members), len(members))
            estimates[draw] = estimate(rows[np.concatenate([members[i] for i in chosen])])
    return estimates
