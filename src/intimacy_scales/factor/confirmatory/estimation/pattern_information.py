"""The information of many patterns of missing answers at once (arrays only).

Each parameter changes the covariances by ``E = c (x y' + y x')`` and the means by ``s x``, x and y columns of
the basis Z of a model. With ``r = P d`` and ``u = E r + s x``, expected and observed information are

    ``sum_n w ½ tr(E_i P E_j P) + (s x)_i' P (s x)_j``  and  ``sum_n w u_i' P u_j - ½ tr(E_i P E_j P)``,

the second but for the model's own curvature. P is ``M - V V'``, V with a column for each missing answer: what
is of M alone is as for complete answers, and what is of V is sums of squares of a few rows for each pattern.
Where a pattern has fewer answers than it lacks, P itself is ``V V'``. Where it lacks many and has many, these
rows would be too many, and products of entries of ``Z' P Z`` are added up instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.pattern_likelihood import Stacked
from intimacy_scales.factor.confirmatory.model.structure import Basis, Floats, Positions, Structure

_FEW = 15  # answers that a pattern lacks, or has; beyond, products of pairs are fewer than rows
_ENTRIES = 50_000  # of the rows that are made at once: what a processor holds near
_PAIR_ENTRIES = 1_000_000  # of matrices Z' P Z that are made at once


@dataclass(frozen=True, kw_only=True)
class _Block:
    """Some patterns that lack as many variables.

    Attributes
    ----------
    shares
        (n,): of all persons, those of each pattern.
    own
        (n, k, width): ``V' Z`` of each.
    rows, owners
        Positions of their rows, one for each first; and which of the patterns each row is of.
    sign
        -1 where P is ``M - V V'``, 1 where it is ``V V'``.
    """

    shares: Floats
    own: Floats
    rows: Positions
    owners: Positions
    sign: int


class StackInformation:
    """Expected and observed information of a model's parameters, from a stack of patterns.

    Parameters
    ----------
    structure, basis
        A model at some values.
    at
        What the likelihood is made of there.
    """

    def __init__(self, structure: Structure, basis: Basis, at: Stacked) -> None:
        self.structure, self.basis, self.at = structure, basis, at
        self._acting = np.flatnonzero(basis.coefficients)
        self._lifted = at.inverse @ basis.columns
        self._whole = basis.columns.T @ self._lifted

    def expected(self) -> Floats:
        """Return the expected information per person (n_parameters, n_parameters)."""
        z = self.basis.columns
        return self._of_covariances() + self._of_means(z.T @ self.at.precision @ z)

    def observed(self) -> Floats:
        """Return the Hessian of -logL / n, but for what the model's own curvature adds."""
        return self._of_answers() - self._of_covariances()

    def _of_covariances(self) -> Floats:
        """Return ``sum_n w ½ tr(E_i P E_j P)``."""
        acting, width = self._acting, len(self._whole)
        x, y, c = self.structure.x[acting], self.structure.y[acting], self.basis.coefficients[acting]
        share, lacked = 0.0, np.zeros((width, width))
        squares = np.zeros((len(acting), len(acting)))
        for block in self._blocks(len(acting), square=True):
            own, k = block.own * np.sqrt(block.shares)[:, None, None], block.own.shape[1]
            if block.sign < 0:
                share += float(block.shares.sum())
                tall = own.reshape(-1, width)
                lacked += tall.T @ tall
            one, other = block.own[:, :, x], own[:, :, y]
            other *= c
            first, second = np.tril_indices(k)
            rows = one[:, first] * other[:, second]
            rows += one[:, second] * other[:, first]
            rows[:, first == second] *= np.sqrt(0.5)
            flat = rows.reshape(-1, len(acting))
            squares += flat.T @ flat
        total = np.zeros((len(self.structure.x),) * 2)
        total[np.ix_(acting, acting)] = squares
        total += self._products(share / 2 * self._whole - lacked)
        for pairs in self._many():
            total += pairs.of_covariances()
        return total

    def _of_answers(self) -> Floats:
        """Return ``sum_n w u_i' P u_j``."""
        x, y, c, s = self.structure.x, self.structure.y, self.basis.coefficients, self.basis.slopes
        reach, shares = self.at.pulls @ self.basis.columns, self.at.stack.row_shares
        share, mean, spread = 0.0, np.zeros(len(self._whole)), np.zeros_like(self._whole)
        squares = np.zeros((len(x), len(x)))
        for block in self._blocks(len(x), square=False):
            here, n = reach[block.rows], len(block.shares)
            own = block.own if len(block.rows) == n else block.own[block.owners]
            one = own[:, :, x]
            rows = one * (c * here[:, y])[:, None]
            rows += own[:, :, y] * (c * here[:, x])[:, None]
            rows[:n] += one[:n] * s
            rows *= np.sqrt(shares[block.rows])[:, None, None]
            flat = rows.reshape(-1, len(x))
            squares += block.sign * (flat.T @ flat)
            if block.sign < 0:
                share += float(block.shares.sum())
                mean += block.shares @ here[:n]
                spread += (here * shares[block.rows][:, None]).T @ here
        mixed = np.outer(s, c) * (self._whole[np.ix_(x, x)] * mean[y] + self._whole[np.ix_(x, y)] * mean[x])
        total = squares + self._products(spread) + mixed + mixed.T + self._of_means(share * self._whole)
        for pairs in self._many():
            total += pairs.of_answers(reach)
        return total

    def _products(self, other: Floats) -> Floats:
        """Return ``tr(E_i M E_j B)`` of all pairs of parameters, from ``Z' B Z``."""
        x, y, c = self.structure.x, self.structure.y, self.basis.coefficients
        ax, ay, bx, by = self._whole[x], self._whole[y], other[x], other[y]
        axy, bxy = ax[:, y], bx[:, y]
        found: Floats = ax[:, x] * by[:, y] + axy * bxy.T + axy.T * bxy + ay[:, y] * bx[:, x]
        found *= np.outer(c, c)
        return found

    def _of_means(self, precision: Floats) -> Floats:
        """Return ``(s x)_i' P (s x)_j`` of all pairs of parameters, from ``Z' P Z``."""
        s, x = self.basis.slopes, self.structure.x
        found: Floats = np.outer(s, s) * precision[np.ix_(x, x)]
        return found

    def _blocks(self, width: int, *, square: bool) -> Iterator[_Block]:
        """Yield patterns that lack few variables, or have few, as many as are held near at once."""
        stack = self.at.stack
        for group, factors in zip(stack.alike, self.at.factors, strict=True):
            k = group.part.shape[1]
            if k > _FEW:
                continue
            z = self._lifted if group.lacking else self.basis.columns
            each = width * max(k * (k + 1) // 2 if square else k, 1)
            n = len(group.members)
            step = max(_ENTRIES * n // (each * (n if square else len(group.rows))), 1)
            for start in range(0, n, step):
                chosen = slice(start, min(start + step, n))
                within = (group.owners >= start) & (group.owners < start + step)
                yield _Block(
                    shares=stack.shares[group.members[chosen]],
                    own=np.linalg.inv(factors[chosen]) @ z[group.part[chosen]],
                    rows=group.rows[within],
                    owners=group.owners[within] - start,
                    sign=-1 if group.lacking else 1,
                )

    def _many(self) -> Iterator[Pairs]:
        """Yield products of pairs of the patterns that both lack and have many variables."""
        stack = self.at.stack
        step = max(_PAIR_ENTRIES // self._whole.size, 1)
        for number, group in enumerate(stack.alike):
            if group.part.shape[1] <= _FEW:
                continue
            for start in range(0, len(group.members), step):
                chosen = slice(start, start + step)
                within = (group.owners >= start) & (group.owners < start + step)
                yield Pairs(
                    self.structure,
                    self.basis,
                    precisions=self.at.precisions(number, chosen),
                    shares=stack.shares[group.members[chosen]],
                    rows=group.rows[within],
                    owners=group.owners[within] - start,
                    row_shares=stack.row_shares[group.rows[within]],
                )


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
