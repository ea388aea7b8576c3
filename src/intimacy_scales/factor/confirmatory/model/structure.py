"""What a measurement model implies: covariances, means, and their derivatives (arrays only).

A model is y = nu + Lambda eta + e, eta = alpha + B eta + zeta, with cov(zeta) = Psi and
cov(e) = Theta (Jöreskog, 1970; Bentler & Weeks, 1980). With E = (I - B)^-1 and V = E Psi E', every
parameter changes the covariances by ``c (x y' + y x')`` and the means by ``s x``, where x and y are
columns of one small basis ``Z = [I, Lambda E, Lambda V]``. So gradients, information and Hessians of
all parameters are products of entries of a few matrices ``Z' M Z``.

An observed variable of a path stands among the factors too, as one that it measures alone: with a loading of
1 and no residual, so that its paths are in B and its (residual) covariances in Psi.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.results.frozen import locked

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]
Place = Literal["lambda", "beta", "psi", "theta", "nu", "alpha"]
_NO_LATENT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Implied moments at some parameter values, and what derivatives are made of.

    Attributes
    ----------
    covariances, means
        (p, p) and (p,): implied by the model.
    columns
        (p, p + 2m): ``Z = [I, Lambda E, Lambda V]``.
    latent_covariances, latent_means
        V (m, m) and E alpha (m,).
    effects
        E (m, m).
    coefficients
        (n_parameters,): c of each parameter's change of the covariances.
    slopes
        (n_parameters,): s of each parameter's change of the means.
    """

    covariances: Floats
    means: Floats
    columns: Floats
    latent_covariances: Floats
    latent_means: Floats
    effects: Floats
    coefficients: Floats
    slopes: Floats


class Structure:
    """One group's model matrices and where each parameter stands in them.

    Parameters
    ----------
    n_observed, n_latent
        p and m.
    places
        For each parameter: matrix, row, column.
    standing
        Observed variables that stand among the factors: the item, and the factor that it measures alone.
    """

    def __init__(
        self,
        n_observed: int,
        n_latent: int,
        places: list[tuple[Place, int, int]],
        standing: Sequence[tuple[int, int]] = (),
    ) -> None:
        p, m = self.p, self.m = n_observed, n_latent
        sizes = {"lambda": p * m, "beta": m * m, "psi": m * m, "theta": p * p, "nu": p, "alpha": m}
        starts = dict(zip(sizes, np.cumsum([0, *list(sizes.values())[:-1]]).tolist(), strict=True))
        self._size = sum(sizes.values())
        self._starts = starts
        self.standing = tuple(standing)
        self._constant = np.zeros(self._size)
        self._constant[[starts["lambda"] + i * m + k for i, k in standing]] = 1.0
        widths = {"lambda": m, "beta": m, "psi": m, "theta": p, "nu": 1, "alpha": 1}
        self._own = np.array([starts[k] + i * widths[k] + j for k, i, j in places], dtype=np.intp)
        mirrored = [n for n, (k, i, j) in enumerate(places) if k in ("psi", "theta") and i != j]
        self._mirrored = np.array(mirrored, dtype=np.intp)
        self._other = np.array(
            [starts[places[n][0]] + places[n][2] * widths[places[n][0]] + places[n][1] for n in mirrored],
            dtype=np.intp,
        )
        ends = [self._ends(*place) for place in places]
        self.x = np.array([e[0] for e in ends], dtype=np.intp)
        self.y = np.array([e[1] for e in ends], dtype=np.intp)
        self._c = np.array([e[2] for e in ends])
        self._constant_slope = np.array([1.0 if k in ("nu", "alpha") else 0.0 for k, _, _ in places])
        self._from_latent = np.array(
            [j if k in ("lambda", "beta") else _NO_LATENT for k, _, j in places], dtype=np.intp
        )
        self.kinds: tuple[Place, ...] = tuple(k for k, _, _ in places)
        self.has_paths_between_latents = "beta" in self.kinds
        self.places = tuple(places)
        self._through = np.flatnonzero(self._from_latent >= 0)
        of = {kind: [n for n, k in enumerate(self.kinds) if k == kind] for kind in ("psi", "beta")}
        self._of_psi, self._of_beta = (np.array(of[kind], dtype=np.intp) for kind in ("psi", "beta"))
        self._psi_rows, self._psi_columns = (
            np.array([places[n][side] for n in of["psi"]], dtype=np.intp) for side in (1, 2)
        )
        self._beta_rows = np.array([places[n][1] for n in of["beta"]], dtype=np.intp)
        # the columns of the basis that each parameter adds to others, see `_motions`
        self._onto, self._other_onto = np.zeros_like(self.x), np.zeros_like(self.x)
        self._onto[self._through] = self.x[self._through]
        self._onto[self._of_psi], self._other_onto[self._of_psi] = p + self._psi_rows, p + self._psi_columns
        self._other_onto[self._of_beta] = p + m + self._from_latent[self._of_beta]
        self._columns = np.concatenate([np.eye(p), np.zeros((p, 2 * m))], axis=1)
        self._no_effects = np.eye(m)  # of factors on each other
        for name, value in list(vars(self).items()):
            if isinstance(value, np.ndarray):  # all fits of a model share them
                setattr(self, name, locked(value))

    def _ends(self, kind: Place, row: int, column: int) -> tuple[int, int, float]:
        """Return x, y and c of a parameter."""
        a, u = self.p, self.p + self.m
        if kind == "lambda":
            return row, u + column, 1.0
        if kind == "beta":
            return a + row, u + column, 1.0
        if kind == "psi":
            return a + row, a + column, 0.5 if row == column else 1.0
        if kind == "theta":
            return row, column, 0.5 if row == column else 1.0
        return (row, row, 0.0) if kind == "nu" else (a + row, a + row, 0.0)

    def matrices(self, values: Floats) -> dict[str, Floats]:
        """Return Lambda, B, Psi, Theta, nu and alpha with these parameter values."""
        p, m, flat = self.p, self.m, self._constant.astype(values.dtype)
        flat[self._own] = values
        if len(self._other):
            flat[self._other] = values[self._mirrored]
        s = self._starts
        return {
            "lambda": flat[: s["beta"]].reshape(p, m),
            "beta": flat[s["beta"] : s["psi"]].reshape(m, m),
            "psi": flat[s["psi"] : s["theta"]].reshape(m, m),
            "theta": flat[s["theta"] : s["nu"]].reshape(p, p),
            "nu": flat[s["nu"] : s["alpha"]],
            "alpha": flat[s["alpha"] :],
        }

    def own_variances(self, matrices: Mapping[str, Floats]) -> Floats:
        """Return each observed variable's variance of its own (p,): of residuals, and beside its paths."""
        own: Floats = matrices["theta"].diagonal()
        if self.standing:
            items, factors = (list(side) for side in zip(*self.standing, strict=True))
            own = own.copy()
            own[items] += matrices["psi"].diagonal()[factors]
        return own

    def values_in(
        self, *, loadings: Floats, beta: Floats, psi: Floats, theta: Floats, nu: Floats, alpha: Floats
    ) -> Floats:
        """Return what the matrices hold at the parameters' places: the reverse of `matrices`."""
        flat = np.concatenate([loadings.ravel(), beta.ravel(), psi.ravel(), theta.ravel(), nu, alpha])
        return flat[self._own]

    def basis(self, values: Floats) -> Basis:
        """Return implied moments and the basis of derivatives at these parameter values."""
        p, m = self.p, self.m
        found = self.matrices(values)
        loadings, psi, alpha = found["lambda"], found["psi"], found["alpha"]
        columns = self._columns.astype(values.dtype)
        if self.has_paths_between_latents:
            effects: Floats = np.asarray(np.linalg.inv(np.eye(m) - found["beta"]), dtype=values.dtype)
            latent = effects @ psi @ effects.T
            columns[:, p : p + m] = loadings @ effects
            latent_means = effects @ alpha
        else:
            effects, latent, latent_means = self._no_effects, psi, alpha
            columns[:, p : p + m] = loadings
        columns[:, p + m :] = loadings @ latent
        slopes = self._constant_slope.astype(values.dtype)
        if latent_means.any():
            slopes[self._through] = latent_means[self._from_latent[self._through]]
        return Basis(
            covariances=columns[:, p + m :] @ loadings.T + found["theta"],
            means=found["nu"] + loadings @ latent_means,
            columns=columns,
            latent_covariances=latent,
            latent_means=latent_means,
            effects=effects,
            coefficients=self._c,
            slopes=slopes,
        )

    def covariance_gradient(self, basis: Basis, weights: Floats) -> Floats:
        """Return tr(weights dSigma) of each parameter, for symmetric weights (p, p)."""
        products = basis.columns.T @ weights @ basis.columns
        gradient: Floats = 2 * basis.coefficients * products[self.x, self.y]
        return gradient

    def mean_gradient(self, basis: Basis, weights: Floats) -> Floats:
        """Return weights' dmu of each parameter, for weights (p,)."""
        gradient: Floats = basis.slopes * (weights @ basis.columns)[self.x]
        return gradient

    def information(self, basis: Basis, inverse: Floats, *, columns: Floats | None = None) -> Floats:
        """Return ½ tr(M dSigma_i M dSigma_j) + dmu_i' M dmu_j of all pairs of parameters, M = inverse.

        Parameters
        ----------
        basis
            At the parameter values.
        inverse
            (p, p): inverse of the implied covariances; of observed ones, where variables are missing.
        columns
            Rows of the basis that belong to ``inverse``, where variables are missing.
        """
        z = basis.columns if columns is None else columns
        g = z.T @ inverse @ z
        gx, gy = g[self.x], g[self.y]
        xx, xy, yy = gx[:, self.x], gx[:, self.y], gy[:, self.y]
        c, s = basis.coefficients, basis.slopes
        information: Floats = np.outer(c, c) * (xx * yy + xy * xy.T)
        if s.any():
            information += np.outer(s, s) * xx
        return information

    def information_beside(
        self, basis: Basis, inverse: Floats, n_own: int, *, columns: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """Return what `information` has of the later parameters: beside the first, and of themselves.

        Returns
        -------
        tuple
            (n - n_own, n_own), and the diagonal (n - n_own,): without the pairs of later ones.
        """
        z = basis.columns if columns is None else columns
        g = z.T @ inverse @ z
        x, y, c, s = self.x[n_own:], self.y[n_own:], basis.coefficients, basis.slopes
        first, second = self.x[:n_own], self.y[:n_own]
        gx, gy = g[x], g[y]
        xx = gx[:, first]
        beside: Floats = np.outer(c[n_own:], c[:n_own]) * (xx * gy[:, second] + gx[:, second] * gy[:, first])
        beside += np.outer(s[n_own:], s[:n_own]) * xx
        own = c[n_own:] ** 2 * (g[x, x] * g[y, y] + g[x, y] ** 2) + s[n_own:] ** 2 * g[x, x]
        return beside, own

    def curvature(self, basis: Basis, weights: Floats, mean_weights: Floats | None) -> Floats:
        """Return tr(weights d²Sigma_ij) + mean_weights' d²mu_ij of all pairs of parameters.

        Columns of the basis change within the basis itself: Lambda E with Lambda and B, Lambda V with
        Lambda, B and Psi.
        """
        products = basis.columns.T @ weights @ basis.columns
        reach = None if mean_weights is None else mean_weights @ basis.columns
        c, total = basis.coefficients, np.zeros((len(self.x), len(self.x)))
        for moved, onto in self._motions(basis):
            # parameter j moves column z of the basis by onto[j, z] times column moved[j]
            by_x, by_y = onto[:, self.x].T, onto[:, self.y].T
            along = products[moved]
            total += 2 * c[:, None] * (by_x * along[:, self.y].T + by_y * along[:, self.x].T)
            if reach is not None:
                total += basis.slopes[:, None] * by_x * reach[moved]
        if reach is not None:
            total += self._slope_changes(basis) * reach[self.x][:, None]
        return total

    def _motions(self, basis: Basis) -> list[tuple[Positions, Floats]]:
        """Return, twice: the column each parameter adds, and how much of it to each other column."""
        p, m, n = self.p, self.m, len(self.x)
        first, second = np.zeros((n, p + 2 * m)), np.zeros((n, p + 2 * m))
        e, v = basis.effects, basis.latent_covariances
        through, latent = self._through, self._from_latent[self._through]
        first[through, p : p + m], first[through, p + m :] = e[latent], v[latent]
        if len(self._of_psi):
            rows, columns, c = self._psi_rows, self._psi_columns, self._c[self._of_psi, None]
            first[self._of_psi, p + m :] = c * e.T[columns]
            second[self._of_psi, p + m :] = c * e.T[rows]
        if len(self._of_beta):
            second[self._of_beta, p + m :] = e.T[self._beta_rows]
        return [(self._onto, first), (self._other_onto, second)]

    def _slope_changes(self, basis: Basis) -> Floats:
        """Return the change of each parameter's slope with each other parameter."""
        n, changes = len(self.x), np.zeros((len(self.x), len(self.x)))
        through = np.flatnonzero(self._from_latent >= 0)
        for j, (kind, row, column) in enumerate(self.places):
            if kind == "alpha":
                changes[through, j] = basis.effects[self._from_latent[through], row]
            elif kind == "beta":
                moved = basis.effects[self._from_latent[through], row] * basis.latent_means[column]
                changes[through, j] = moved
        return changes.reshape(n, n)
