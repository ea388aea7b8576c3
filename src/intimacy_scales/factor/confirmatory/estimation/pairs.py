"""Sums over patterns of products of pairs of entries (arrays only)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from intimacy_scales.factor.confirmatory.model.structure import Basis, Floats, Positions, Structure


class Pairs:
    """Sums over patterns of products of entries of ``Z' P Z``, Z the basis of a model.

    Parameters
    ----------
    structure, basis
        A model at some values.
    precisions
        (n, p, p): P of each pattern.
    shares
        (n,): of all persons, those of each pattern.
    rows, owners, row_shares
        Positions of rows of deviations, a row for the means of each pattern first; which pattern each is of,
        and what it counts.
    """

    def __init__(
        self,
        structure: Structure,
        basis: Basis,
        *,
        precisions: Floats,
        shares: Floats,
        rows: Positions,
        owners: Positions,
        row_shares: Floats,
    ) -> None:
        width = basis.columns.shape[1]
        self.structure, self.basis, self.shares = structure, basis, shares
        self._rows, self._owners, self._row_shares = rows, owners, row_shares
        self._first, self._second = np.tril_indices(width)
        self._position = np.empty((width, width), dtype=np.intp)
        self._position[self._first, self._second] = np.arange(len(self._first))
        self._position[self._second, self._first] = np.arange(len(self._first))
        self._own = self._packed(precisions)

    def _packed(self, matrices: Floats) -> Floats:
        """Return the lower triangle of ``Z' A Z`` of each matrix A, a column for each (n_pairs, n)."""
        z, p = self.basis.columns, matrices.shape[1]
        beside = matrices @ z[:, p:]  # the first columns of Z are those of the identity
        whole = np.empty((len(matrices), z.shape[1], z.shape[1]))
        whole[:, :p, :p], whole[:, :p, p:] = matrices, beside
        whole[:, p:, :p] = beside.transpose(0, 2, 1)
        whole[:, p:, p:] = z[:, p:].T @ beside
        return np.ascontiguousarray(whole[:, self._first, self._second].T)

    def of_covariances(self) -> Floats:
        """Return ``sum_n w ½ tr(E_i P E_j P)`` of all pairs of parameters."""
        return self._summed(self._own, self._own * self.shares, multiple=True)

    def of_answers(self, reach: Floats) -> Floats:
        """Return ``sum_n w u_i' P u_j``, from ``Z' r`` of every row (n_rows, width)."""
        x, y, position = self.structure.x, self.structure.y, self._position
        c, s, n = self.basis.coefficients, self.basis.slopes, len(self.shares)
        here = reach[self._rows]
        means = here[:n].T
        spread = means[self._first] * means[self._second] * self.shares
        for owner, amounts in self._further(here):
            spread[:, owner] += amounts[self._first, self._second]
        crossed = self._own @ (means * self.shares).T
        xx, xy = position[np.ix_(x, x)], position[np.ix_(x, y)]
        mixed: Floats = np.outer(s, c) * (crossed[xx, y] + crossed[xy, x])
        of_means: Floats = np.outer(s, s) * (self._own @ self.shares)[xx]
        return self._summed(self._own, spread, multiple=False) + mixed + mixed.T + of_means

    def _further(self, here: Floats) -> Iterator[tuple[int, Floats]]:
        """Yield sums of products of the rows of each pattern after its first (width, width)."""
        n = len(self.shares)
        owners, amounts = self._owners[n:], here[n:] * np.sqrt(self._row_shares[n:])[:, None]
        ends = np.searchsorted(owners, np.arange(n + 1))
        for owner in np.flatnonzero(np.diff(ends)).tolist():
            own = amounts[ends[owner] : ends[owner + 1]]
            yield owner, own.T @ own

    def _summed(self, one: Floats, other: Floats, *, multiple: bool) -> Floats:
        """Return c c' times sums of ``a[x, x'] b[y, y'] + a[x, y'] b[y, x']`` of all pairs of parameters.

        Where b is not a multiple of a, those with x and y exchanged are added.
        """
        acting = np.flatnonzero(self.basis.coefficients)
        x, y, position = self.structure.x[acting], self.structure.y[acting], self._position
        found = np.zeros((len(acting), len(acting)))
        for n in range(len(acting)):
            xs, ys = x[: n + 1], y[: n + 1]
            xx, yy = position[x[n], xs], position[y[n], ys]
            xy, yx = position[x[n], ys], position[y[n], xs]
            row = np.einsum("bn,bn->b", one[xx], other[yy]) + np.einsum("bn,bn->b", one[xy], other[yx])
            if not multiple:
                row += np.einsum("bn,bn->b", one[yy], other[xx]) + np.einsum("bn,bn->b", one[yx], other[xy])
            found[n, : n + 1] = found[: n + 1, n] = row
        c, total = self.basis.coefficients[acting], np.zeros((len(self.structure.x),) * 2)
        total[np.ix_(acting, acting)] = np.outer(c, c) * found
        return total
