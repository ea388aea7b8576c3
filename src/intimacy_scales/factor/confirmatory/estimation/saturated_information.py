"""What scaled tests need of the model that says nothing.

The inverse covariances of the variables that a person answered, with zeros for the others, are
``P = M - U U'``: M the inverse of all, U as many columns as answers are missing. So sums over persons
of products of entries of P are products of M and of a few tall matrices, for any number of patterns.
"""

from __future__ import annotations

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.likelihood import Evidence
from intimacy_scales.factor.confirmatory.estimation.saturated import Saturated
from intimacy_scales.factor.confirmatory.model.structure import Floats, Positions

_AT_ONCE = 4096


class PersonTerms:
    """What each person adds to sums of products of inverse covariances.

    Parameters
    ----------
    evidence
        Answers, with each person's rows.
    whole
        Most likely means and covariances.
    """

    def __init__(self, evidence: Evidence, whole: Saturated) -> None:
        p = len(whole.means)
        self.n, self.p = evidence.n, p
        self.inverse = np.linalg.inv(whole.covariances)
        reaches, lost, owners = [], [], []
        start = 0
        for pattern in evidence.patterns:
            assert pattern.rows is not None
            observed = np.arange(p) if pattern.observed is None else pattern.observed
            gone = np.setdiff1d(np.arange(p), observed)
            centred = np.zeros((pattern.n, p))
            centred[:, observed] = pattern.rows - whole.means[observed]
            u = np.zeros((p, 0))
            if len(gone):
                root = np.linalg.cholesky(np.linalg.inv(self.inverse[np.ix_(gone, gone)]))
                u = self.inverse[:, gone] @ root
            reaches.append(centred @ self.inverse - (centred @ u) @ u.T)
            lost.append(np.tile(u.T, (pattern.n, 1)))
            owners.append(np.repeat(np.arange(start, start + pattern.n), len(gone)))
            start += pattern.n
        self.reach = np.concatenate(reaches)  # (n, p): P d of each person
        self.lost = np.concatenate(lost)  # (n_missing, p): the columns of all U
        self.owners = np.concatenate(owners)  # (n_missing,): whose they are

    def scores(self, rows: Positions) -> Floats:
        """Return each person's derivative of logL by covariances (pairs of ``rows``), then means."""
        i, j = rows
        c = np.where(i == j, 0.5, 1.0)
        expected = self.inverse[i, j] - np.zeros((self.n, 1))
        np.subtract.at(expected, self.owners, self.lost[:, i] * self.lost[:, j])
        found: Floats = np.hstack([c * (self.reach[:, i] * self.reach[:, j] - expected), self.reach])
        return found

    def information(self, rows: Positions) -> Floats:
        """Return the Hessian of -logL / n by covariances (pairs of ``rows``), then means."""
        i, j = rows
        c, m = np.where(i == j, 0.5, 1.0), self.inverse
        second = self.reach.T @ self.reach / self.n
        product, reach_product = self._products()  # of what persons lack, with itself and with P d
        gone = self.lost.T @ self.lost / self.n
        q = np.multiply.outer(m, second) - reach_product  # sum of P[a, b] K[d, e]
        pp = np.multiply.outer(m, m) - np.multiply.outer(m, gone) - np.multiply.outer(gone, m) + product
        x, y = i[:, None], j[:, None]
        covariances = q[y, i, x, j] + q[y, j, x, i] + q[x, i, y, j] + q[x, j, y, i]
        covariances -= pp[x, i, y, j] + pp[x, j, y, i]
        covariances *= np.outer(c, c)
        crossed = self._crossed()
        mixed = c * (crossed[:, i, j] + crossed[:, j, i])
        return np.block([[covariances, mixed.T], [mixed, m - gone]])

    def _products(self) -> tuple[Floats, Floats]:
        """Return sums over persons of ``UU'[a, b] UU'[d, e]`` and of ``UU'[a, b] w[d] w[e]`` (p, p, p, p)."""
        p = self.p
        both, reached = np.zeros((p * p, p * p)), np.zeros((p * p, p * p))
        for start in range(0, len(self.lost), _AT_ONCE):
            u, own = self.lost[start : start + _AT_ONCE], self.owners[start : start + _AT_ONCE]
            tall = (u[:, :, None] * self.reach[own][:, None, :]).reshape(len(u), -1)
            reached += tall.T @ tall
        pairs = self._pairs_of_missing()
        for start in range(0, len(pairs), _AT_ONCE):
            one, other = self.lost[pairs[start : start + _AT_ONCE].T]
            tall = (one[:, :, None] * other[:, None, :]).reshape(len(one), -1)
            both += tall.T @ tall
        # (a d, b e) -> (a, b, d, e)
        shape = (p, p, p, p)
        first, second = (x.reshape(shape).transpose(0, 2, 1, 3) / self.n for x in (both, reached))
        return first, second

    def _pairs_of_missing(self) -> Positions:
        """Return the positions of all pairs of columns of U that belong to the same person."""
        starts = np.flatnonzero(np.diff(self.owners, prepend=-1))
        ends = np.append(starts[1:], len(self.owners))
        found = [
            np.stack(np.meshgrid(np.arange(s, e), np.arange(s, e), indexing="ij"), axis=-1).reshape(-1, 2)
            for s, e in zip(starts, ends, strict=True)
        ]
        return np.concatenate(found) if found else np.zeros((0, 2), dtype=np.intp)

    def _crossed(self) -> Floats:
        """Return the mean over persons of ``P[a, b] w[d]`` (p, p, p)."""
        p, mean = self.p, self.reach.mean(axis=0)
        tall = (self.lost[:, :, None] * self.reach[self.owners][:, None, :]).reshape(len(self.lost), -1)
        gone = (self.lost.T @ tall / self.n).reshape(p, p, p)
        found: Floats = np.multiply.outer(self.inverse, mean) - gone
        return found


def score_to_information(evidence: Evidence, whole: Saturated) -> float:
    """Return tr(B A^-1) of the model that says nothing, B from persons' scores, A observed.

    For complete answers of persons who stand alone, with ``b`` the multivariate kurtosis of Mardia
    (1970): ``(b - p) / 2``, and p more where means are part of the model.
    """
    p = len(whole.means)
    if not evidence.complete:
        terms = PersonTerms(evidence, whole)
        rows = np.array(np.nonzero(np.tril(evidence.together(p))), dtype=np.intp)
        scores = evidence.summed(terms.scores(rows))
        products = evidence.correction / terms.n * (scores.T @ scores)
        return float(np.trace(np.linalg.solve(terms.information(rows), products)))
    only = evidence.patterns[0]
    assert only.rows is not None
    centred = only.rows - only.means
    if evidence.clusters is not None:
        return _of_complete_clusters(evidence, centred, only.covariances)
    distances = np.einsum("ij,ij->i", centred @ np.linalg.inv(only.covariances), centred)
    return (p if evidence.with_means else 0) + (float(np.mean(distances**2)) - p) / 2


def _of_complete_clusters(evidence: Evidence, centred: Floats, covariances: Floats) -> float:
    """Return ``sum_c (½ |T_c|² + |t_c|²) / n``, of the sums T of ``z z' - I`` and t of z in each cluster.

    z are answers of covariance 1; t counts where means are part of the model.
    """
    n, p = centred.shape
    z = np.linalg.solve(np.linalg.cholesky(covariances), centred.T).T
    i, j = np.tril_indices(p)
    products = z[:, i] * z[:, j] - (i == j)
    squares = evidence.summed(products) ** 2
    total = float(np.sum(squares * np.where(i == j, 0.5, 1.0)))
    if evidence.with_means:
        total += float(np.sum(evidence.summed(z) ** 2))
    return float(evidence.correction * total / n)
