"""The likelihood of many patterns of missing answers at once (arrays only).

With M the inverse covariances of all variables, those of the variables that a person answered are
``P = M - M[:, g] M[g, g]^-1 M[g, :]``, g the variables that are missing, and
``log|Sigma[o, o]| = log|Sigma| + log|M[g, g]|``. So one factorization serves all patterns; what is left
for each is as small as what is missing. P stands in a stack with zeros for missing variables, and sums
over patterns of products of its entries are products of two tall matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.factor.confirmatory.model.structure import Basis, Floats, Positions, Structure

if TYPE_CHECKING:
    from intimacy_scales.factor.confirmatory.estimation.likelihood import Pattern

_FEWEST = 12  # patterns: fewer are as fast one by one
_MOST_ENTRIES = 1e7  # of a stack of matrices, 80 MB


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Patterns as arrays, zeros where variables are missing.

    Attributes
    ----------
    shares
        (N,): of all persons, those of each pattern.
    there
        (N, p): which variables they answered.
    means
        (N, p).
    alike
        Patterns that lack as many variables: their positions, and which variables they lack and have.
    spread
        Positions of patterns of two persons or more.
    covariances
        (n_spread, p, p): of their persons.
    """

    shares: Floats
    there: NDArray[np.bool_]
    means: Floats
    alike: tuple[tuple[Positions, Positions, Positions], ...]
    spread: Positions
    covariances: Floats


@dataclass(frozen=True, kw_only=True)
class Stacked:
    """What the likelihood of a stack is made of, at some implied moments.

    Attributes
    ----------
    precisions
        (N, p, p): P of each pattern.
    pulls
        (N, p): P d, d the deviation of the pattern's means.
    """

    stack: Stack
    precisions: Floats
    pulls: Floats


def stack_of(patterns: Sequence[Pattern], p: int) -> Stack | None:
    """Return patterns as arrays, or None where they are few, or too many to hold."""
    count = len(patterns)
    if count < _FEWEST or count * p * p > _MOST_ENTRIES:
        return None
    there, means = np.zeros((count, p), dtype=np.bool_), np.zeros((count, p))
    for n, pattern in enumerate(patterns):
        own = slice(None) if pattern.observed is None else pattern.observed
        there[n, own], means[n, own] = True, pattern.means
    persons = np.array([pattern.n for pattern in patterns], dtype=np.float64)
    spread = np.flatnonzero(persons > 1)
    covariances = np.zeros((len(spread), p, p))
    for matrix, position in zip(covariances, spread.tolist(), strict=True):
        have = np.flatnonzero(there[position])
        matrix[np.ix_(have, have)] = patterns[position].covariances
    lacking = (~there).sum(axis=1)
    alike = []
    for k in np.unique(lacking):
        members = np.flatnonzero(lacking == k)
        gone, left = (np.nonzero(x[members])[1].reshape(len(members), -1) for x in (~there, there))
        alike.append((members, gone, left))
    return Stack(
        shares=persons / persons.sum(),
        there=there,
        means=means,
        alike=tuple(alike),
        spread=spread,
        covariances=covariances,
    )


def likelihood_of(
    stack: Stack, inverse: Floats, log_determinant: float, covariances: Floats, means: Floats
) -> tuple[float, Floats, Floats, Stacked] | None:
    """Return -logL / n without constants, its derivatives by covariances and means, and their parts."""
    found = _precisions(stack, inverse, log_determinant, covariances)
    if found is None:
        return None
    precisions, logs = found
    shares = stack.shares
    deviations = np.where(stack.there, stack.means - means, 0.0)
    pulls: Floats = np.einsum("nij,nj->ni", precisions, deviations)
    value = float(shares @ (logs + np.einsum("ni,ni->n", pulls, deviations))) / 2
    weights = np.tensordot(shares, precisions, 1) - (pulls * shares[:, None]).T @ pulls
    if len(stack.spread):
        own = precisions[stack.spread]
        products = own @ stack.covariances
        parts = shares[stack.spread]
        value += float(parts @ np.trace(products, axis1=1, axis2=2)) / 2
        weights -= np.tensordot(parts, products @ own, 1)
    weights = (weights + weights.T) / 4
    return value, weights, -(shares @ pulls), Stacked(stack=stack, precisions=precisions, pulls=pulls)


def _precisions(
    stack: Stack, inverse: Floats, log_determinant: float, covariances: Floats
) -> tuple[Floats, Floats] | None:
    """Return P of each pattern, and the logarithm of the determinant of its covariances."""
    count, p = stack.there.shape
    precisions, logs = np.empty((count, p, p)), np.empty(count)
    for members, gone, left in stack.alike:
        k = gone.shape[1]
        if k == 0:
            precisions[members], logs[members] = inverse, log_determinant
            continue
        few = k <= p - k  # missing than answered: else they are inverted as they are
        part = gone if few else left
        small = (inverse if few else covariances)[part[:, :, None], part[:, None, :]]
        try:
            roots = np.linalg.cholesky(small)
        except np.linalg.LinAlgError:
            return None
        logs[members] = 2 * np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1)
        solved = np.linalg.inv(small)
        solved = (solved + solved.transpose(0, 2, 1)) / 2
        if few:
            logs[members] += log_determinant
            tall = inverse[part]  # (n, k, p)
            own = inverse - tall.transpose(0, 2, 1) @ (solved @ tall)
            own *= stack.there[members][:, :, None] & stack.there[members][:, None, :]
        else:
            own = np.zeros((len(members), p, p))
            own[np.arange(len(members))[:, None, None], part[:, :, None], part[:, None, :]] = solved
        precisions[members] = own
    return precisions, logs


class Pairs:
    """Sums over patterns of products of entries of ``Z' P Z``, Z the basis of a model.

    Parameters
    ----------
    structure, basis
        A model at some values.
    at
        What the likelihood is made of there.
    """

    def __init__(self, structure: Structure, basis: Basis, at: Stacked) -> None:
        width = basis.columns.shape[1]
        self.structure, self.basis, self.at = structure, basis, at
        self._rows, self._columns = np.tril_indices(width)
        self._position = np.empty((width, width), dtype=np.intp)
        self._position[self._rows, self._columns] = np.arange(len(self._rows))
        self._position[self._columns, self._rows] = np.arange(len(self._rows))
        self.own = self._packed(at.precisions)
        self.weighed = self.own * at.stack.shares

    def _packed(self, matrices: Floats) -> Floats:
        """Return the lower triangle of ``Z' A Z`` of each matrix A, a column for each (n_pairs, N)."""
        z, p = self.basis.columns, matrices.shape[1]
        beside = matrices @ z[:, p:]  # the first columns of Z are those of the identity
        whole = np.empty((len(matrices), z.shape[1], z.shape[1]))
        whole[:, :p, :p], whole[:, :p, p:] = matrices, beside
        whole[:, p:, :p] = beside.transpose(0, 2, 1)
        whole[:, p:, p:] = z[:, p:].T @ beside
        return np.ascontiguousarray(whole[:, self._rows, self._columns].T)

    def _summed(self, one: Floats, other: Floats) -> Floats:
        """Return c c' times sums of ``a[x, x'] b[y, y'] + a[x, y'] b[y, x']`` of all pairs of parameters.

        Where a and b are not alike, those with a and b exchanged are added.
        """
        acting = np.flatnonzero(self.basis.coefficients)
        x, y, position = self.structure.x[acting], self.structure.y[acting], self._position
        found = np.zeros((len(acting), len(acting)))
        for n in range(len(acting)):
            xs, ys = x[: n + 1], y[: n + 1]
            xx, yy = position[x[n], xs], position[y[n], ys]
            xy, yx = position[x[n], ys], position[y[n], xs]
            row = np.einsum("bn,bn->b", one[xx], other[yy]) + np.einsum("bn,bn->b", one[xy], other[yx])
            if one is not self.own:
                row += np.einsum("bn,bn->b", one[yy], other[xx]) + np.einsum("bn,bn->b", one[yx], other[xy])
            found[n, : n + 1] = found[: n + 1, n] = row
        c, total = self.basis.coefficients[acting], np.zeros((len(self.structure.x),) * 2)
        total[np.ix_(acting, acting)] = np.outer(c, c) * found
        return total

    def _of_means(self) -> Floats:
        """Return what the information has of slopes of the means."""
        s, x = self.basis.slopes, self.structure.x
        found: Floats = np.outer(s, s) * self.weighed.sum(axis=1)[self._position[np.ix_(x, x)]]
        return found

    def expected_information(self) -> Floats:
        """Return the expected information per person (n_parameters, n_parameters)."""
        return self._summed(self.own, self.weighed) + self._of_means()

    def observed_information(self) -> Floats:
        """Return the Hessian of -logL / n, but for what the model's own curvature adds."""
        x, y, position = self.structure.x, self.structure.y, self._position
        c, s = self.basis.coefficients, self.basis.slopes
        reach, stack = self.at.pulls @ self.basis.columns, self.at.stack
        left = reach.T[self._rows] * reach.T[self._columns] - self.own / 2
        if len(stack.spread):
            own = self.at.precisions[stack.spread]
            left[:, stack.spread] += self._packed(own @ stack.covariances @ own)
        crossed = self.weighed @ reach
        xx, xy = position[np.ix_(x, x)], position[np.ix_(x, y)]
        mixed: Floats = np.outer(s, c) * (crossed[xx, y] + crossed[xy, x])
        return self._summed(self.weighed, left) + mixed + mixed.T + self._of_means()
