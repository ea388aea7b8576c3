"""The likelihood of many patterns of missing answers at once (arrays only).

With M the inverse covariances of all variables, those of the variables that a person answered are
``P = M - M[:, g] M[g, g]^-1 M[g, :]``, g the variables that are missing, and
``log|Sigma[o, o]| = log|Sigma| + log|M[g, g]|``. So one factorization serves all patterns; what is left
for each is as small as what is missing, or as what is not where that is less. No P is made: deviations d
are completed by what is expected of missing answers, ``d - M[g, g]^-1 (M d)[g]``, and M times those is P d.
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
_AT_ONCE = 256  # patterns whose P are made at once


@dataclass(frozen=True, kw_only=True)
class Alike:
    """Patterns that lack as many variables.

    Attributes
    ----------
    members
        (n,): their positions.
    part
        (n, k): the variables they lack; or those they have, where these are fewer.
    lacking
        Which of both.
    rows
        (n_rows,): positions of the rows of these patterns, first one for each.
    owners
        (n_rows,): which of the members each row is of.
    spots
        (n * k * k,): where entries of matrices of each ``part`` stand in one of all variables.
    """

    members: Positions
    part: Positions
    lacking: bool
    rows: Positions
    owners: Positions
    spots: Positions


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
    spread
        (n_spread, p): rows whose products, added up, are those of persons' deviations from the means of
        their pattern.
    owners
        (n_spread,): which pattern each is of.
    row_shares
        (N + n_spread,): what a row counts, a row for the means of each pattern before those of the spread.
    alike
        Patterns that lack as many variables.
    """

    shares: Floats
    there: NDArray[np.bool_]
    means: Floats
    spread: Floats
    owners: Positions
    row_shares: Floats
    alike: tuple[Alike, ...]

    @cached_property
    def answered(self) -> NDArray[np.bool_]:
        """Which variables the persons of each row answered (N + n_spread, p)."""
        return np.concatenate([self.there, self.there[self.owners]])

    @cached_property
    def all_together(self) -> bool:
        """Whether each two variables were answered by someone."""
        there = self.there.astype(np.float64)
        return bool((there.T @ there > 0).all())

    def around(self, means: Floats) -> Floats:
        """Return deviations of patterns' means from some means, and the rows of the spread below them."""
        return np.concatenate([np.where(self.there, self.means - means, 0.0), self.spread])


@dataclass(frozen=True, kw_only=True)
class Stacked:
    """What the likelihood of a stack is made of, at some implied moments.

    Attributes
    ----------
    inverse
        M (p, p).
    precision
        (p, p): P, averaged over persons.
    factors, inverses
        For each of `Stack.alike`, (n, k, k): Cholesky factor and inverse of M, or of Sigma, of its ``part``.
    pulls
        (N + n_spread, p): P times each row.
    """

    stack: Stack
    inverse: Floats
    precision: Floats
    factors: tuple[Floats, ...]
    inverses: tuple[Floats, ...]
    pulls: Floats

    def precisions(self, number: int, chosen: slice) -> Floats:
        """Return P of some patterns of one of `Stack.alike` (n, p, p)."""
        group, p = self.stack.alike[number], len(self.inverse)
        part, solved = group.part[chosen], self.inverses[number][chosen]
        if not group.lacking:
            own = np.zeros((len(part), p, p))
            every = np.arange(len(part))[:, None, None]
            own[every, part[:, :, None], part[:, None, :]] = solved
            return own
        tall = self.inverse[part]
        there = self.stack.there[group.members[chosen]]
        found: Floats = self.inverse - tall.transpose(0, 2, 1) @ (solved @ tall)
        found *= there[:, :, None] & there[:, None, :]
        return found

    def each_precision(self) -> Iterator[Floats]:
        """Yield P of each pattern, in their order, with zeros where variables are missing."""
        places = np.empty((len(self.stack.shares), 2), dtype=np.intp)
        for number, group in enumerate(self.stack.alike):
            places[group.members, 0] = number
            places[group.members, 1] = np.arange(len(group.members))
        for start in range(0, len(places), _AT_ONCE):
            numbers, positions = places[start : start + _AT_ONCE].T
            block = np.empty((len(numbers), *self.inverse.shape))
            for number in np.unique(numbers):
                own = np.flatnonzero(numbers == number)  # members ascend, so that these are neighbours
                first, last = positions[own[0]], positions[own[-1]]
                block[own] = self.precisions(int(number), slice(first, last + 1))
            yield from block


def stack_of(patterns: Patterns) -> Stack | None:
    """Return patterns ready for the likelihood of all at once, or None where they are few."""
    if len(patterns) < _FEWEST:
        return None
    spread, owners = _spread(patterns)
    persons = patterns.persons.astype(np.float64)
    return Stack(
        shares=persons / persons.sum(),
        there=patterns.there,
        means=patterns.means,
        spread=spread,
        owners=owners,
        row_shares=np.concatenate([persons, np.ones(len(owners))]) / persons.sum(),
        alike=tuple(_alike(patterns.there, owners)),
    )


def _spread(patterns: Patterns) -> tuple[Floats, Positions]:
    """Return rows for deviations from patterns' means, no more of each than variables; and whose they are."""
    parts: list[Floats] = [np.zeros((0, patterns.there.shape[1]))]
    owners: list[int] = []
    for n in patterns.covariances:
        rows, own = patterns.deviations(n), patterns.there[n]
        if len(rows) > np.count_nonzero(own):
            whole = np.zeros((int(np.count_nonzero(own)), len(own)))
            whole[:, own] = np.linalg.qr(rows[:, own], mode="r")
            rows = whole
        parts.append(rows)
        owners += [n] * len(rows)
    return np.concatenate(parts), np.array(owners, dtype=np.intp)


def _alike(there: NDArray[np.bool_], owners: Positions) -> Iterator[Alike]:
    """Yield patterns that lack as many variables, with their rows."""
    count, p = there.shape
    missing = (~there).sum(axis=1)
    for k in np.unique(missing).tolist():
        members = np.flatnonzero(missing == k)
        lacking = k <= p - k
        chosen = ~there[members] if lacking else there[members]
        place = np.full(count, -1)
        place[members] = np.arange(len(members))
        own = np.flatnonzero(place[owners] >= 0)
        part = np.nonzero(chosen)[1].reshape(len(members), -1)
        yield Alike(
            members=members,
            part=part,
            lacking=lacking,
            rows=np.concatenate([members, count + own]),
            owners=np.concatenate([np.arange(len(members)), place[owners[own]]]),
            spots=(part[:, :, None] * p + part[:, None, :]).ravel(),
        )


def likelihood_of(
    stack: Stack, inverse: Floats, log_determinant: float, covariances: Floats, means: Floats
) -> tuple[float, Floats, Floats, Stacked] | None:
    """Return -logL / n without constants, its derivatives by covariances and means, and their parts."""
    rows = stack.around(means)
    factors: list[Floats] = []
    inverses: list[Floats] = []
    logs = np.zeros(len(stack.shares))
    for group in stack.alike:
        n, k = group.part.shape
        small = (inverse if group.lacking else covariances).take(group.spots).reshape(n, k, k)
        try:
            factor: Floats = np.asarray(np.linalg.cholesky(small), dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
        logs[group.members] = 2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
        logs[group.members] += log_determinant if group.lacking else 0.0
        factors.append(factor)
        inverses.append(np.asarray(np.linalg.inv(small), dtype=np.float64))
    pulls = _pulls(stack, inverse, rows, inverses)
    value = float(stack.shares @ logs + stack.row_shares @ np.einsum("ni,ni->n", pulls, rows)) / 2
    precision = _mean_precision(stack, inverse, inverses)
    weights = precision - (pulls * stack.row_shares[:, None]).T @ pulls
    weights = (weights + weights.T) / 4
    found = Stacked(
        stack=stack,
        inverse=inverse,
        precision=precision,
        factors=tuple(factors),
        inverses=tuple(inverses),
        pulls=pulls,
    )
    return value, weights, -(stack.shares @ pulls[: len(stack.shares)]), found


def _pulls(stack: Stack, inverse: Floats, rows: Floats, inverses: Sequence[Floats]) -> Floats:
    """Return P times each row."""
    lifted, completed = rows @ inverse, rows.copy()
    whole = []
    for group, own in zip(stack.alike, inverses, strict=True):
        at = (group.rows[:, None], group.part[group.owners])
        each = own if len(group.owners) == len(own) else own[group.owners]
        solved = (each @ (lifted if group.lacking else rows)[at][:, :, None])[:, :, 0]
        if group.lacking:
            completed[at] = -solved
        else:
            whole.append((at, solved))
    pulls: Floats = completed @ inverse
    pulls *= stack.answered
    for at, solved in whole:
        pulls[at] = solved
    return pulls


def _mean_precision(stack: Stack, inverse: Floats, inverses: Sequence[Floats]) -> Floats:
    """Return P, averaged over persons."""
    p, share = len(inverse), 0.0
    sums = {True: np.zeros(p * p), False: np.zeros(p * p)}
    for group, own in zip(stack.alike, inverses, strict=True):
        shares = stack.shares[group.members]
        share += float(shares.sum()) if group.lacking else 0.0
        amounts = (shares[:, None, None] * own).ravel()
        sums[group.lacking] += np.bincount(group.spots, weights=amounts, minlength=p * p)
    lacking, there = (sums[kind].reshape(p, p) for kind in (True, False))
    found: Floats = share * inverse - inverse @ lacking @ inverse + there
    return (found + found.T) / 2
