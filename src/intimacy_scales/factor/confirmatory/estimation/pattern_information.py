"""The information of many patterns of missing answers at once (arrays only).

Each parameter changes the covariances by ``E = c (x y' + y x')`` and the means by ``s x``, x and y columns of
the basis Z of a model. With ``r = P d`` and ``u = E r + s x``, expected and observed information (the latter
without the terms in d²Sigma and d²mu) are sums over patterns with shares w,

    sum w (½ tr(E_i P E_j P) + (s x)_i' P (s x)_j)    and    sum w (u_i' P u_j - ½ tr(E_i P E_j P)).

P = M - V V' (see `pattern_likelihood`), with a column of V for each missing variable. So ½ tr(E_i P E_j P) is

    ½ tr(E_i M E_j M) - tr(E_i M E_j V V') + ½ tr(V' E_i V V' E_j V):

the first two terms need sums over patterns only, the last one a few rows V' E V for each pattern. If a
pattern has fewer variables than it misses, V is chosen so that P = V V', which leaves the last term. If it
has many variables and misses many, there would be too many rows; then products of entries of Z' P Z are
summed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.pattern_likelihood import Stacked
from intimacy_scales.factor.confirmatory.model.structure import Basis, Floats, Positions, Structure

_FEW = 15  # columns of V; with more, there are more rows V' E V than pairs of entries
_ENTRIES = 50_000  # of the rows formed at once, so that they stay in the cache
_PAIR_ENTRIES = 1_000_000  # of the matrices Z' P Z formed at once


@dataclass(frozen=True, kw_only=True)
class _Block:
    """Some patterns with equal numbers of missing variables.

    Attributes
    ----------
    shares
        (n,): share of each pattern in all persons.
    vz
        (n, k, width): ``V' Z`` of each.
    rows, owners
        Positions of their rows, the means of each pattern first; and the pattern that each row belongs to.
    sign
        -1 if P is ``M - V V'``, 1 if it is ``V V'``.
    """

    shares: Floats
    vz: Floats
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
        The parts of the likelihood there.
    """

    def __init__(self, structure: Structure, basis: Basis, at: Stacked) -> None:
        self.structure, self.basis, self.at = structure, basis, at
        self._of_sigma = np.flatnonzero(basis.coefficients)  # parameters that change the covariances
        self._mz = at.inverse @ basis.columns
        self._zmz = basis.columns.T @ self._mz

    def expected(self) -> Floats:
        """Return the expected information per person (n_parameters, n_parameters)."""
        z = self.basis.columns
        return self._traces() + self._of_means(z.T @ self.at.precision @ z)

    def observed(self) -> Floats:
        """Return the Hessian of -logL / n without the terms in d²Sigma and d²mu."""
        return self._of_deviations() - self._traces()

    def _traces(self) -> Floats:
        """Return ``sum w ½ tr(E_i P E_j P)``."""
        of_sigma, width = self._of_sigma, len(self._zmz)
        x, y, c = self.structure.x[of_sigma], self.structure.y[of_sigma], self.basis.coefficients[of_sigma]
        share, zvvz = 0.0, np.zeros((width, width))  # sum w Z' V V' Z
        squares = np.zeros((len(of_sigma), len(of_sigma)))
        for block in self._blocks(len(of_sigma), square=True):
            vz, k = block.vz * np.sqrt(block.shares)[:, None, None], block.vz.shape[1]
            if block.sign < 0:
                share += float(block.shares.sum())
                tall = vz.reshape(-1, width)
                zvvz += tall.T @ tall
            # the lower triangle of V' E V = c (V'x y'V + V'y x'V), its diagonal times sqrt(½), so that
            # products of rows are ½ tr(V' E_i V V' E_j V)
            vx, vy = block.vz[:, :, x], vz[:, :, y]
            vy *= c
            first, second = np.tril_indices(k)
            rows = vx[:, first] * vy[:, second]
            rows += vx[:, second] * vy[:, first]
            rows[:, first == second] *= np.sqrt(0.5)
            flat = rows.reshape(-1, len(of_sigma))
            squares += flat.T @ flat
        total = np.zeros((len(self.structure.x),) * 2)
        total[np.ix_(of_sigma, of_sigma)] = squares
        total += self._traces_with(share / 2 * self._zmz - zvvz)
        for pairs in self._pairs():
            total += pairs.traces()
        return total

    def _of_deviations(self) -> Floats:
        """Return ``sum w u_i' P u_j`` over rows of deviations.

        ``u = E r + s x = c (x y'r + y x'r) + s x``; the term in s counts once for each pattern, in the row of
        its means. Where P is M - V V', ``sum w u_i' M u_j`` needs ``sum w r`` and ``sum w r r'`` only.
        """
        x, y, c, s = self.structure.x, self.structure.y, self.basis.coefficients, self.basis.slopes
        zr, shares = self.at.weighted_rows @ self.basis.columns, self.at.stack.row_shares
        share, mean, products = 0.0, np.zeros(len(self._zmz)), np.zeros_like(self._zmz)
        squares = np.zeros((len(x), len(x)))
        for block in self._blocks(len(x), square=False):
            zr_block, n = zr[block.rows], len(block.shares)
            vz = block.vz if len(block.rows) == n else block.vz[block.owners]
            vx = vz[:, :, x]
            vu = vx * (c * zr_block[:, y])[:, None]
            vu += vz[:, :, y] * (c * zr_block[:, x])[:, None]
            vu[:n] += vx[:n] * s
            vu *= np.sqrt(shares[block.rows])[:, None, None]
            flat = vu.reshape(-1, len(x))
            squares += block.sign * (flat.T @ flat)
            if block.sign < 0:
                share += float(block.shares.sum())
                mean += block.shares @ zr_block[:n]
                products += (zr_block * shares[block.rows][:, None]).T @ zr_block
        mixed = np.outer(s, c) * (self._zmz[np.ix_(x, x)] * mean[y] + self._zmz[np.ix_(x, y)] * mean[x])
        total = squares + self._traces_with(products) + mixed + mixed.T + self._of_means(share * self._zmz)
        for pairs in self._pairs():
            total += pairs.of_deviations(zr)
        return total

    def _traces_with(self, zbz: Floats) -> Floats:
        """Return ``tr(E_i M E_j B)`` of all pairs of parameters, from ``Z' B Z``."""
        x, y, c = self.structure.x, self.structure.y, self.basis.coefficients
        mx, my, bx, by = self._zmz[x], self._zmz[y], zbz[x], zbz[y]
        mxy, bxy = mx[:, y], bx[:, y]
        traces: Floats = mx[:, x] * by[:, y] + mxy * bxy.T + mxy.T * bxy + my[:, y] * bx[:, x]
        traces *= np.outer(c, c)
        return traces

    def _of_means(self, zpz: Floats) -> Floats:
        """Return ``(s x)_i' P (s x)_j`` of all pairs of parameters, from ``Z' P Z``."""
        s, x = self.basis.slopes, self.structure.x
        products: Floats = np.outer(s, s) * zpz[np.ix_(x, x)]
        return products

    def _blocks(self, width: int, *, square: bool) -> Iterator[_Block]:
        """Yield patterns with few missing or few answered variables, in parts that fit in the cache.

        V' is ``L^-1 M[g, :]`` with L the Cholesky factor of M[g, g], or ``L^-1`` of that of Sigma[o, o].
        """
        stack = self.at.stack
        for block, factors in zip(stack.blocks, self.at.factors, strict=True):
            k = block.part.shape[1]
            if k > _FEW:
                continue
            z = self._mz if block.of_missing else self.basis.columns
            entries = width * max(k * (k + 1) // 2 if square else k, 1)
            n = len(block.members)
            step = max(_ENTRIES * n // (entries * (n if square else len(block.rows))), 1)
            for start in range(0, n, step):
                chosen = slice(start, min(start + step, n))
                within = (block.owners >= start) & (block.owners < start + step)
                yield _Block(
                    shares=stack.shares[block.members[chosen]],
                    vz=np.linalg.inv(factors[chosen]) @ z[block.part[chosen]],
                    rows=block.rows[within],
                    owners=block.owners[within] - start,
                    sign=-1 if block.of_missing else 1,
                )

    def _pairs(self) -> Iterator[Pairs]:
        """Yield the patterns that have many variables and miss many, for products of pairs of entries."""
        stack = self.at.stack
        step = max(_PAIR_ENTRIES // self._zmz.size, 1)
        for number, block in enumerate(stack.blocks):
            if block.part.shape[1] <= _FEW:
                continue
            for start in range(0, len(block.members), step):
                chosen = slice(start, start + step)
                within = (block.owners >= start) & (block.owners < start + step)
                yield Pairs(
                    self.structure,
                    self.basis,
                    precisions=self.at.precisions(number, chosen),
                    shares=stack.shares[block.members[chosen]],
                    rows=block.rows[within],
                    owners=block.owners[within] - start,
                    row_shares=stack.row_shares[block.rows[within]],
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
        (n,): share of each pattern in all persons.
    rows, owners, row_shares
        Positions of rows of deviations, the means of each pattern first; the pattern that each belongs to,
        and its weight.
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
        self._zpz = self._packed(precisions)

    def _packed(self, matrices: Floats) -> Floats:
        """Return the lower triangle of ``Z' A Z`` of each matrix A, a column for each (n_pairs, n)."""
        z, p = self.basis.columns, matrices.shape[1]
        az = matrices @ z[:, p:]  # the first p columns of Z are those of the identity
        zaz = np.empty((len(matrices), z.shape[1], z.shape[1]))
        zaz[:, :p, :p], zaz[:, :p, p:] = matrices, az
        zaz[:, p:, :p] = az.transpose(0, 2, 1)
        zaz[:, p:, p:] = z[:, p:].T @ az
        return np.ascontiguousarray(zaz[:, self._first, self._second].T)

    def traces(self) -> Floats:
        """Return ``sum w ½ tr(E_i P E_j P)`` of all pairs of parameters."""
        return self._sums(self._zpz, self._zpz * self.shares, multiple=True)

    def of_deviations(self, zr: Floats) -> Floats:
        """Return ``sum w u_i' P u_j``, from ``Z' r`` of every row (n_rows, width)."""
        x, y, position = self.structure.x, self.structure.y, self._position
        c, s, n = self.basis.coefficients, self.basis.slopes, len(self.shares)
        zr = zr[self._rows]
        means = zr[:n].T
        products = means[self._first] * means[self._second] * self.shares  # sum w Z' r r' Z, packed
        for owner, of_spread in self._spread_products(zr):
            products[:, owner] += of_spread[self._first, self._second]
        crossed = self._zpz @ (means * self.shares).T
        xx, xy = position[np.ix_(x, x)], position[np.ix_(x, y)]
        mixed: Floats = np.outer(s, c) * (crossed[xx, y] + crossed[xy, x])
        of_means: Floats = np.outer(s, s) * (self._zpz @ self.shares)[xx]
        return self._sums(self._zpz, products, multiple=False) + mixed + mixed.T + of_means

    def _spread_products(self, zr: Floats) -> Iterator[tuple[int, Floats]]:
        """Yield for each pattern the products of its rows after that of the means (width, width)."""
        n = len(self.shares)
        owners, weighted = self._owners[n:], zr[n:] * np.sqrt(self._row_shares[n:])[:, None]
        ends = np.searchsorted(owners, np.arange(n + 1))
        for owner in np.flatnonzero(np.diff(ends)).tolist():
            rows = weighted[ends[owner] : ends[owner + 1]]
            yield owner, rows.T @ rows

    def _sums(self, a: Floats, b: Floats, *, multiple: bool) -> Floats:
        """Return c c' times sums of ``a[x, x'] b[y, y'] + a[x, y'] b[y, x']`` of all pairs of parameters.

        The same with x and y exchanged is added unless b is a multiple of a.
        """
        of_sigma = np.flatnonzero(self.basis.coefficients)
        x, y, position = self.structure.x[of_sigma], self.structure.y[of_sigma], self._position
        sums = np.zeros((len(of_sigma), len(of_sigma)))
        for n in range(len(of_sigma)):
            xs, ys = x[: n + 1], y[: n + 1]
            xx, yy = position[x[n], xs], position[y[n], ys]
            xy, yx = position[x[n], ys], position[y[n], xs]
            row = np.einsum("bn,bn->b", a[xx], b[yy]) + np.einsum("bn,bn->b", a[xy], b[yx])
            if not multiple:
                row += np.einsum("bn,bn->b", a[yy], b[xx]) + np.einsum("bn,bn->b", a[yx], b[xy])
            sums[n, : n + 1] = sums[: n + 1, n] = row
        c, total = self.basis.coefficients[of_sigma], np.zeros((len(self.structure.x),) * 2)
        total[np.ix_(of_sigma, of_sigma)] = np.outer(c, c) * sums
        return total
