"""The implied covariances and means of a model, and their derivatives (arrays only).

A model is ``y = nu + Lambda eta + e``, ``eta = alpha + B eta + zeta``, with cov(zeta) = Psi, cov(e) = Theta
(Jöreskog, 1970; Bentler & Weeks, 1980). With ``E = (I - B)^-1`` and ``V = E Psi E'`` it implies

    Sigma = Lambda V Lambda' + Theta    and    mu = nu + Lambda E alpha.

Every parameter changes Sigma by ``c (x y' + y x')`` and mu by ``s x``, where x and y are columns of the basis
``Z = [I, Lambda E, Lambda V]``. For example, a loading of item i on factor k has x = e_i and y = column k of
Lambda V, as ``dSigma = dLambda V Lambda' + Lambda V dLambda'``. So the gradient, information and Hessian of
all parameters are products of entries of a few matrices ``Z' M Z``.

In the model of a path, an observed variable is also a factor that it alone measures, with a loading of 1 and
no residual. So its paths are in B, and its (residual) variances and covariances in Psi.
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
_NO_FACTOR = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Implied moments at some parameter values, and the basis of their derivatives.

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
        (n_parameters,): c, by which each parameter changes the covariances.
    slopes
        (n_parameters,): s, by which it changes the means.
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
    """One group's model matrices and the place of each parameter in them.

    Parameters
    ----------
    n_observed, n_latent
        p and m.
    places
        Matrix, row and column of each parameter.
    standing
        Observed variables of paths: the item, and the factor that it alone measures.
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
        self._spots = np.array([starts[k] + i * widths[k] + j for k, i, j in places], dtype=np.intp)
        mirrored = [n for n, (k, i, j) in enumerate(places) if k in ("psi", "theta") and i != j]
        self._mirrored = np.array(mirrored, dtype=np.intp)
        self._mirrored_spots = np.array(
            [starts[places[n][0]] + places[n][2] * widths[places[n][0]] + places[n][1] for n in mirrored],
            dtype=np.intp,
        )
        ends = [self._ends(*place) for place in places]
        self.x = np.array([e[0] for e in ends], dtype=np.intp)
        self.y = np.array([e[1] for e in ends], dtype=np.intp)
        self._c = np.array([e[2] for e in ends])
        self._constant_slope = np.array([1.0 if k in ("nu", "alpha") else 0.0 for k, _, _ in places])
        self._from_factor = np.array(
            [j if k in ("lambda", "beta") else _NO_FACTOR for k, _, j in places], dtype=np.intp
        )
        self.kinds: tuple[Place, ...] = tuple(k for k, _, _ in places)
        self.has_paths_between_latents = "beta" in self.kinds
        self.places = tuple(places)
        self._loadings_and_paths = np.flatnonzero(self._from_factor >= 0)
        by_kind = {kind: [n for n, k in enumerate(self.kinds) if k == kind] for kind in ("psi", "beta")}
        self._in_psi, self._in_beta = (np.array(by_kind[kind], dtype=np.intp) for kind in ("psi", "beta"))
        self._psi_rows, self._psi_columns = (
            np.array([places[n][side] for n in by_kind["psi"]], dtype=np.intp) for side in (1, 2)
        )
        self._beta_rows = np.array([places[n][1] for n in by_kind["beta"]], dtype=np.intp)
        # the columns of the basis in which other columns change, see `_column_changes`
        self._first_column, self._second_column = np.zeros_like(self.x), np.zeros_like(self.x)
        self._first_column[self._loadings_and_paths] = self.x[self._loadings_and_paths]
        self._first_column[self._in_psi] = p + self._psi_rows
        self._second_column[self._in_psi] = p + self._psi_columns
        self._second_column[self._in_beta] = p + m + self._from_factor[self._in_beta]
        self._columns = np.concatenate([np.eye(p), np.zeros((p, 2 * m))], axis=1)
        self._no_effects = np.eye(m)  # E without paths
        for name, value in list(vars(self).items()):
            if isinstance(value, np.ndarray):  # shared by all fits of a model
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
        flat[self._spots] = values
        if len(self._mirrored_spots):
            flat[self._mirrored_spots] = values[self._mirrored]
        s = self._starts
        return {
            "lambda": flat[: s["beta"]].reshape(p, m),
            "beta": flat[s["beta"] : s["psi"]].reshape(m, m),
            "psi": flat[s["psi"] : s["theta"]].reshape(m, m),
            "theta": flat[s["theta"] : s["nu"]].reshape(p, p),
            "nu": flat[s["nu"] : s["alpha"]],
            "alpha": flat[s["alpha"] :],
        }

    def residual_variances(self, matrices: Mapping[str, Floats]) -> Floats:
        """Return each observed variable's residual variance (p,), which is in Psi for those of paths."""
        variances: Floats = matrices["theta"].diagonal()
        if self.standing:
            items, factors = (list(side) for side in zip(*self.standing, strict=True))
            variances = variances.copy()
            variances[items] += matrices["psi"].diagonal()[factors]
        return variances

    def values_in(
        self, *, loadings: Floats, beta: Floats, psi: Floats, theta: Floats, nu: Floats, alpha: Floats
    ) -> Floats:
        """Return the parameter values that the matrices hold: the reverse of `matrices`."""
        flat = np.concatenate([loadings.ravel(), beta.ravel(), psi.ravel(), theta.ravel(), nu, alpha])
        return flat[self._spots]

    def basis(self, values: Floats) -> Basis:
        """Return implied moments and the basis of derivatives at these parameter values."""
        p, m = self.p, self.m
        matrices = self.matrices(values)
        loadings, psi, alpha = matrices["lambda"], matrices["psi"], matrices["alpha"]
        columns = self._columns.astype(values.dtype)
        if self.has_paths_between_latents:
            effects: Floats = np.asarray(np.linalg.inv(np.eye(m) - matrices["beta"]), dtype=values.dtype)
            latent = effects @ psi @ effects.T
            columns[:, p : p + m] = loadings @ effects
            latent_means = effects @ alpha
        else:
            effects, latent, latent_means = self._no_effects, psi, alpha
            columns[:, p : p + m] = loadings
        columns[:, p + m :] = loadings @ latent
        slopes = self._constant_slope.astype(values.dtype)
        if latent_means.any():
            slopes[self._loadings_and_paths] = latent_means[self._from_factor[self._loadings_and_paths]]
        return Basis(
            covariances=columns[:, p + m :] @ loadings.T + matrices["theta"],
            means=matrices["nu"] + loadings @ latent_means,
            columns=columns,
            latent_covariances=latent,
            latent_means=latent_means,
            effects=effects,
            coefficients=self._c,
            slopes=slopes,
        )

    def covariance_gradient(self, basis: Basis, weights: Floats) -> Floats:
        """Return ``tr(W dSigma) = 2 c x' W y`` of each parameter, for symmetric weights W (p, p)."""
        products = basis.columns.T @ weights @ basis.columns
        gradient: Floats = 2 * basis.coefficients * products[self.x, self.y]
        return gradient

    def mean_gradient(self, basis: Basis, weights: Floats) -> Floats:
        """Return ``w' dmu = s w' x`` of each parameter, for weights w (p,)."""
        gradient: Floats = basis.slopes * (weights @ basis.columns)[self.x]
        return gradient

    def information(self, basis: Basis, inverse: Floats, *, columns: Floats | None = None) -> Floats:
        """Return ``½ tr(M dSigma_i M dSigma_j) + dmu_i' M dmu_j`` of all pairs of parameters.

        M is the ``inverse``. With gxx the entries ``x_i' M x_j`` of g = Z' M Z, and so on, it is
        ``c_i c_j (gxx gyy + gxy gyx) + s_i s_j gxx``.

        Parameters
        ----------
        basis
            The basis at the parameter values.
        inverse
            (p, p): inverse of the implied covariances, or of other ones.
        columns
            The rows of the basis that belong to ``inverse``, if it is of some variables only.
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

    def information_of_added(
        self, basis: Basis, inverse: Floats, n_fitted: int, *, columns: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """Return the part of `information` that modification indices need of the later parameters.

        Returns
        -------
        tuple
            The rows of the parameters after the first ``n_fitted``, in the columns of the first
            (n_added, n_fitted); and their diagonal (n_added,). Pairs of added parameters are left out.
        """
        z = basis.columns if columns is None else columns
        g = z.T @ inverse @ z
        x, y, c, s = self.x[n_fitted:], self.y[n_fitted:], basis.coefficients, basis.slopes
        fitted_x, fitted_y = self.x[:n_fitted], self.y[:n_fitted]
        gx, gy = g[x], g[y]
        xx = gx[:, fitted_x]
        of_sigma = xx * gy[:, fitted_y] + gx[:, fitted_y] * gy[:, fitted_x]
        crossed: Floats = np.outer(c[n_fitted:], c[:n_fitted]) * of_sigma
        crossed += np.outer(s[n_fitted:], s[:n_fitted]) * xx
        diagonal = c[n_fitted:] ** 2 * (g[x, x] * g[y, y] + g[x, y] ** 2) + s[n_fitted:] ** 2 * g[x, x]
        return crossed, diagonal

    def curvature(self, basis: Basis, weights: Floats, mean_weights: Floats | None) -> Floats:
        """Return ``tr(W d²Sigma_ij) + w' d²mu_ij`` of all pairs of parameters.

        As ``dSigma_i = c (x y' + y x')`` and ``dmu_i = s x``, the two terms are

            2 c (dx_j' W y + x' W dy_j)    and    s w' dx_j + ds_j w' x.

        Columns of the basis change within the basis: those of I do not change, those of Lambda E change with
        Lambda and B, and those of Lambda V with Lambda, B and Psi.
        """
        zwz = basis.columns.T @ weights @ basis.columns
        zw = None if mean_weights is None else mean_weights @ basis.columns
        c, total = basis.coefficients, np.zeros((len(self.x), len(self.x)))
        for added, amounts in self._column_changes(basis):
            # parameter j changes column z of the basis by amounts[j, z] times column added[j]
            of_x, of_y = amounts[:, self.x].T, amounts[:, self.y].T
            rows = zwz[added]
            total += 2 * c[:, None] * (of_x * rows[:, self.y].T + of_y * rows[:, self.x].T)
            if zw is not None:
                total += basis.slopes[:, None] * of_x * zw[added]
        if zw is not None:
            total += self._slope_changes(basis) * zw[self.x][:, None]
        return total

    def _column_changes(self, basis: Basis) -> list[tuple[Positions, Floats]]:
        """Return the derivatives of the basis: two terms, each of one column times amounts.

        Each term is the column that a parameter adds to other columns, and how much of it to each of them:

            d(Lambda E) = dLambda E + Lambda E dB E
            d(Lambda V) = dLambda V + Lambda E dB V + Lambda V dB' E' + Lambda E dPsi E'
        """
        p, m, n = self.p, self.m, len(self.x)
        first, second = np.zeros((n, p + 2 * m)), np.zeros((n, p + 2 * m))
        e, v = basis.effects, basis.latent_covariances
        parameters = self._loadings_and_paths
        factors = self._from_factor[parameters]
        first[parameters, p : p + m], first[parameters, p + m :] = e[factors], v[factors]
        if len(self._in_psi):
            rows, columns, c = self._psi_rows, self._psi_columns, self._c[self._in_psi, None]
            first[self._in_psi, p + m :] = c * e.T[columns]
            second[self._in_psi, p + m :] = c * e.T[rows]
        if len(self._in_beta):
            second[self._in_beta, p + m :] = e.T[self._beta_rows]
        return [(self._first_column, first), (self._second_column, second)]

    def _slope_changes(self, basis: Basis) -> Floats:
        """Return the derivative of each slope s by each parameter, as ``E alpha`` changes with B and alpha.

        ``d(E alpha) = E dB E alpha + E dalpha``.
        """
        n, changes = len(self.x), np.zeros((len(self.x), len(self.x)))
        parameters = self._loadings_and_paths
        factors = self._from_factor[parameters]
        for j, (kind, row, column) in enumerate(self.places):
            if kind == "alpha":
                changes[parameters, j] = basis.effects[factors, row]
            elif kind == "beta":
                changes[parameters, j] = basis.effects[factors, row] * basis.latent_means[column]
        return changes.reshape(n, n)
