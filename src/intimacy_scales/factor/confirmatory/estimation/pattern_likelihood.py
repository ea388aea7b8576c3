"""The likelihood of many patterns of missing answers at once (arrays only).

Let M = Sigma^-1 be of all variables, o the variables that a person answered and g those that are missing. By
the inverse of a partitioned matrix, the inverse of Sigma[o, o], with zeros for g, and its determinant are

    P = M - M[:, g] M[g, g]^-1 M[g, :]    and    log|Sigma[o, o]| = log|Sigma| + log|M[g, g]|.

So Sigma is factored once for all patterns, and each needs only a matrix of its missing variables, or
Sigma[o, o] if it has fewer variables than it misses. P is not formed: deviations d (0 where missing) are
completed by their expected values, ``d - M[g, g]^-1 (M d)[g]`` at g, and M times these is P d.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.factor.confirmatory.estimation.patterns import Patterns
from intimacy_scales.factor.confirmatory.model.structure import Floats, Positions

_FEWEST = 12  # patterns: fewer are as fast one by one
_AT_ONCE = 256  # patterns whose P are formed at once


@dataclass(frozen=True, kw_only=True)
class PatternBlock:
    """Patterns with equal numbers of missing variables.

    Attributes
    ----------
    members
        (n,): positions of the patterns.
    part
        (n, k): the missing variables of each; or the answered ones, if these are fewer.
    of_missing
        Whether ``part`` holds the missing variables.
    rows
        (n_rows,): positions of the rows of these patterns, the means of each pattern first.
    owners
        (n_rows,): position among the members of the pattern that each row belongs to.
    spots
        (n * k * k,): positions of the entries of each ``part`` in a flat matrix of all variables.
    """

    members: Positions
    part: Positions
    of_missing: bool
    rows: Positions
    owners: Positions
    spots: Positions


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Patterns as arrays, zeros where variables are missing.

    Attributes
    ----------
    shares
        (N,): share of each pattern in all persons.
    answered
        (N, p): which variables its persons answered.
    means
        (N, p): their means.
    spread
        (n_spread, p): rows with the same sum of products as persons' deviations from the means of their
        pattern.
    owners
        (n_spread,): position of the pattern that each of these rows belongs to.
    row_shares
        (N + n_spread,): weights of rows, the means of each pattern before the rows of the spread.
    blocks
        The patterns, in blocks with equal numbers of missing variables.
    """

    shares: Floats
    answered: NDArray[np.bool_]
    means: Floats
    spread: Floats
    owners: Positions
    row_shares: Floats
    blocks: tuple[PatternBlock, ...]

    @cached_property
    def answered_in_rows(self) -> NDArray[np.bool_]:
        """Which variables the persons of each row answered (N + n_spread, p)."""
        return np.concatenate([self.answered, self.answered[self.owners]])

    @cached_property
    def all_together(self) -> bool:
        """Whether each pair of variables was answered by someone."""
        answered = self.answered.astype(np.float64)
        return bool((answered.T @ answered > 0).all())

    def deviations(self, means: Floats) -> Floats:
        """Return deviations of patterns' means from some means, and the rows of the spread below them."""
        return np.concatenate([np.where(self.answered, self.means - means, 0.0), self.spread])


@dataclass(frozen=True, kw_only=True)
class Stacked:
    """The parts of a stack's likelihood at some implied moments.

    Attributes
    ----------
    inverse
        M (p, p).
    precision
        (p, p): P, averaged over persons.
    factors, inverses
        Cholesky factors and inverses (n, k, k) for each of `Stack.blocks`, of M[g, g] or Sigma[o, o].
    weighted_rows
        (N + n_spread, p): P times each row.
    """

    stack: Stack
    inverse: Floats
    precision: Floats
    factors: tuple[Floats, ...]
    inverses: tuple[Floats, ...]
    weighted_rows: Floats

    def precisions(self, number: int, chosen: slice) -> Floats:
        """Return P of some patterns of one of `Stack.blocks` (n, p, p)."""
        block, p = self.stack.blocks[number], len(self.inverse)
        part, inverses = block.part[chosen], self.inverses[number][chosen]
        if not block.of_missing:
            precisions = np.zeros((len(part), p, p))
            every = np.arange(len(part))[:, None, None]
            precisions[every, part[:, :, None], part[:, None, :]] = inverses
            return precisions
        rows = self.inverse[part]  # M[g, :]
        answered = self.stack.answered[block.members[chosen]]
        reduced: Floats = self.inverse - rows.transpose(0, 2, 1) @ (inverses @ rows)
        reduced *= answered[:, :, None] & answered[:, None, :]
        return reduced

    def each_precision(self) -> Iterator[Floats]:
        """Yield P of each pattern, in their order, with zeros where variables are missing."""
        places = np.empty((len(self.stack.shares), 2), dtype=np.intp)
        for number, block in enumerate(self.stack.blocks):
            places[block.members, 0] = number
            places[block.members, 1] = np.arange(len(block.members))
        for start in range(0, len(places), _AT_ONCE):
            numbers, positions = places[start : start + _AT_ONCE].T
            precisions = np.empty((len(numbers), *self.inverse.shape))
            for number in np.unique(numbers):
                same_block = np.flatnonzero(numbers == number)  # members ascend: they are neighbours there
                first, last = positions[same_block[0]], positions[same_block[-1]]
                precisions[same_block] = self.precisions(int(number), slice(first, last + 1))
            yield from precisions


def stack_of(patterns: Patterns) -> Stack | None:
    """Return patterns as arrays for the likelihood of all at once, or None if they are few."""
    if len(patterns) < _FEWEST:
        return None
    spread, owners = _spread(patterns)
    persons = patterns.persons.astype(np.float64)
    return Stack(
        shares=persons / persons.sum(),
        answered=patterns.answered,
        means=patterns.means,
        spread=spread,
        owners=owners,
        row_shares=np.concatenate([persons, np.ones(len(owners))]) / persons.sum(),
        blocks=tuple(_blocks(patterns.answered, owners)),
    )


def _spread(patterns: Patterns) -> tuple[Floats, Positions]:
    """Return the rows of `Stack.spread`, at most as many for each pattern as variables; and their patterns.

    Deviations X = Q R of many persons are replaced by R, as X'X = R'R.
    """
    parts: list[Floats] = [np.zeros((0, patterns.answered.shape[1]))]
    owners: list[int] = []
    for n in patterns.covariances:
        rows, answered = patterns.deviations(n), patterns.answered[n]
        if len(rows) > np.count_nonzero(answered):
            reduced = np.zeros((int(np.count_nonzero(answered)), len(answered)))
            reduced[:, answered] = np.linalg.qr(rows[:, answered], mode="r")
            rows = reduced
        parts.append(rows)
        owners += [n] * len(rows)
    return np.concatenate(parts), np.array(owners, dtype=np.intp)


def _blocks(answered: NDArray[np.bool_], owners: Positions) -> Iterator[PatternBlock]:
    """Yield patterns with equal numbers of missing variables, with their rows."""
    count, p = answered.shape
    n_missing = (~answered).sum(axis=1)
    for k in np.unique(n_missing).tolist():
        members = np.flatnonzero(n_missing == k)
        of_missing = k <= p - k
        chosen = ~answered[members] if of_missing else answered[members]
        place = np.full(count, -1)
        place[members] = np.arange(len(members))
        spread_rows = np.flatnonzero(place[owners] >= 0)
        part = np.nonzero(chosen)[1].reshape(len(members), -1)
        yield PatternBlock(
            members=members,
            part=part,
            of_missing=of_missing,
            rows=np.concatenate([members, count + spread_rows]),
            owners=np.concatenate([np.arange(len(members)), place[owners[spread_rows]]]),
            spots=(part[:, :, None] * p + part[:, None, :]).ravel(),
        )


def likelihood_of(
    stack: Stack, inverse: Floats, log_determinant: float, covariances: Floats, means: Floats
) -> tuple[float, Floats, Floats, Stacked] | None:
    """Return -logL / n without constants, its derivatives by covariances and means, and their parts.

    With w the shares of rows r, it is ``½ (sum w log|Sigma[o, o]| + sum w r' P r)``, and its derivatives are
    ``½ (mean P - sum w P r r' P)`` and ``-sum w P d`` of the patterns' means. None if a matrix is not
    positive definite.
    """
    rows = stack.deviations(means)
    factors: list[Floats] = []
    inverses: list[Floats] = []
    log_determinants = np.zeros(len(stack.shares))
    for block in stack.blocks:
        n, k = block.part.shape
        parts = (inverse if block.of_missing else covariances).take(block.spots).reshape(n, k, k)
        try:
            factor: Floats = np.asarray(np.linalg.cholesky(parts), dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
        log_determinants[block.members] = 2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
        log_determinants[block.members] += log_determinant if block.of_missing else 0.0
        factors.append(factor)
        inverses.append(np.asarray(np.linalg.inv(parts), dtype=np.float64))
    weighted = _weighted_rows(stack, inverse, rows, inverses)
    squares = np.einsum("ni,ni->n", weighted, rows)  # r' P r
    value = float(stack.shares @ log_determinants + stack.row_shares @ squares) / 2
    precision = _mean_precision(stack, inverse, inverses)
    weights = precision - (weighted * stack.row_shares[:, None]).T @ weighted
    weights = (weights + weights.T) / 4
    stacked = Stacked(
        stack=stack,
        inverse=inverse,
        precision=precision,
        factors=tuple(factors),
        inverses=tuple(inverses),
        weighted_rows=weighted,
    )
    return value, weights, -(stack.shares @ weighted[: len(stack.shares)]), stacked


def _weighted_rows(stack: Stack, inverse: Floats, rows: Floats, inverses: Sequence[Floats]) -> Floats:
    """Return P times each row."""
    row_times_m, completed = rows @ inverse, rows.copy()
    of_answered = []
    for block, matrices in zip(stack.blocks, inverses, strict=True):
        at = (block.rows[:, None], block.part[block.owners])
        by_row = matrices if len(block.owners) == len(matrices) else matrices[block.owners]
        solved = (by_row @ (row_times_m if block.of_missing else rows)[at][:, :, None])[:, :, 0]
        if block.of_missing:
            completed[at] = -solved
        else:
            of_answered.append((at, solved))
    weighted: Floats = completed @ inverse
    weighted *= stack.answered_in_rows
    for at, solved in of_answered:
        weighted[at] = solved
    return weighted


def _mean_precision(stack: Stack, inverse: Floats, inverses: Sequence[Floats]) -> Floats:
    """Return P, averaged over persons."""
    p, share = len(inverse), 0.0
    sums = {True: np.zeros(p * p), False: np.zeros(p * p)}
    for block, matrices in zip(stack.blocks, inverses, strict=True):
        shares = stack.shares[block.members]
        share += float(shares.sum()) if block.of_missing else 0.0
        entries = (shares[:, None, None] * matrices).ravel()
        sums[block.of_missing] += np.bincount(block.spots, weights=entries, minlength=p * p)
    of_missing, of_answered = (sums[kind].reshape(p, p) for kind in (True, False))
    mean: Floats = share * inverse - inverse @ of_missing @ inverse + of_answered
    return (mean + mean.T) / 2
