"""Rotation of factors to simple structure, from many starts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.exploratory import criteria
from intimacy_scales.factor.exploratory.criteria import Criterion, Family, Lowest, Oblique, Orthogonal, lowest
from intimacy_scales.factor.sample import Floats
from intimacy_scales.messages import not_one_of
from intimacy_scales.numerics.arguments import is_real
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.numerics.ties import descending, directions
from intimacy_scales.numerics.tolerances import NO_FACTOR
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import counted, shown

RotationMethod = Literal["oblimin", "varimax", "quartimax", "promax", "geomin", "target", "none"]
_METHODS: tuple[str, ...] = get_args(RotationMethod)
_ORTHOGONAL = ("varimax", "quartimax", "promax")  # promax starts from varimax
_NORMALIZED = ("varimax", "promax")
_LARGEST_GAMMA = 0.8


@result_class
class Rotation(Result):
    """Rotated factors.

    Attributes
    ----------
    loadings
        (p, m): pattern loadings.
    phi
        (m, m): correlations of the factors.
    matrix
        (m, m): ``loadings = unrotated @ matrix`` and ``phi = inv(matrix' matrix)``.
    criterion
        The minimum of the criterion; for promax, that of the varimax rotation; nan without rotation.
    method
        For example ``oblimin``.
    kaiser
        Whether rows were scaled to length 1 first.
    n_starts
        Number of starts.
    agreement
        Share of the starts that reached the lowest criterion.
    converged
        Whether the search from the best start converged.

    Examples
    --------
    >>> rotation = rotate([[0.6, 0.6], [0.5, 0.5], [0.5, -0.5], [0.4, -0.4]], "varimax")
    >>> rotation.converged, rotation.phi.tolist()
    (True, [[1.0, 0.0], [0.0, 1.0]])
    """

    _axes: ClassVar[Mapping[str, str]] = {"loadings": "pm", "phi": "mm", "matrix": "mm"}

    loadings: Floats
    phi: Floats
    matrix: Floats
    criterion: float
    method: str
    kaiser: bool
    n_starts: int
    agreement: float
    converged: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values."""
        return {name: plain(getattr(self, name)) for name in Rotation.__slots__}

    def __repr__(self) -> str:
        agreement = f"; {shown(100 * self.agreement, 0)}% of {counted(self.n_starts, 'start')} agree"
        return (
            f"<Rotation of {counted(len(self.phi), 'factor')}, {self.method}"
            f"{agreement if self.method != 'none' else ''}{'' if self.converged else '; not converged'}>"
        )


def arranged(
    loadings: Floats, phi: Floats, matrix: Floats, wanted: Floats | None = None
) -> tuple[Floats, Floats, Floats]:
    """Return loadings, phi and matrix with factors in their conventional order and direction.

    Each factor's loadings have a positive sum. Factors are ordered by descending sum of squared loadings, and
    those with the same sum by the loadings themselves. With a target, they keep its order, and its direction
    where it specifies a loading other than 0.

    Parameters
    ----------
    loadings
        (p, m).
    phi
        (m, m): correlations of the factors.
    matrix
        (m, m): the matrix by which unrotated loadings were multiplied.
    wanted
        (p, m): the target, if there is one.

    Returns
    -------
    tuple
        Loadings, phi and matrix.

    Examples
    --------
    >>> loadings, phi, matrix = arranged(np.array([[0.1, -0.8], [0.5, 0.0]]), np.eye(2), np.eye(2))
    >>> loadings.tolist()
    [[0.8, 0.1], [-0.0, 0.5]]
    """
    signs = directions(loadings)
    directed = (loadings * signs).T
    order = descending(np.column_stack([(directed**2).sum(axis=1), directed]))
    if wanted is not None:
        signs[np.nansum(np.abs(wanted), axis=0) > 0] = 1
        order = np.arange(len(signs))
    sign_products = np.outer(signs, signs)[np.ix_(order, order)]
    return (loadings * signs)[:, order], phi[np.ix_(order, order)] * sign_products, (matrix * signs)[:, order]


def rotate(
    loadings: ArrayLike,
    method: RotationMethod = "oblimin",
    *,
    n_starts: int = 10,
    rng: int | np.random.Generator | None = 0,
    kaiser: bool | None = None,
    gamma: float = 0.0,
    epsilon: float = 0.01,
    target: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    power: float = 4.0,
) -> Rotation:
    """Rotate factors to simple structure.

    Parameters
    ----------
    loadings
        (p, m): unrotated loadings on uncorrelated factors.
    method
        ``oblimin``, ``geomin``, ``target`` and ``promax`` let factors correlate; ``varimax`` and
        ``quartimax`` do not; ``none``.
    n_starts
        Number of starts: the unrotated loadings, and random rotations of them.
    rng
        A seed or Generator for the random rotations. By default seed 0, so that each call has the same.
    kaiser
        Whether to scale each row to length 1 first (Kaiser, 1958); by default for ``varimax`` and
        ``promax``.
    gamma
        For oblimin: 0 is quartimin; with values below 0, factors correlate less. Above 0, there may be no
        minimum (Jennrich, 1979).
    epsilon
        For geomin.
    target
        (p, m): for ``target``; nan where a loading is free.
    weights
        (p, m): weights of the specified loadings of the target; 1 by default.
    power
        For promax.

    Returns
    -------
    Rotation

    Raises
    ------
    EstimationError
        An unknown method, an option that does not apply to it, or loadings that are not a matrix of numbers.

    Notes
    -----
    Gradient projection (Jennrich, 2001, 2002; Bernaards & Jennrich, 2005) from all starts at once, as one
    stack of matrices: orthogonal ``L = A T``; oblique ``L = A inv(T)'`` with ``phi = T'T``. Criteria:
    varimax (Kaiser, 1958), quartimax (Neuhaus & Wrigley, 1954), direct oblimin (Jennrich & Sampson,
    1966), geomin (Yates, 1987), target (Browne, 2001). Promax (Hendrickson & White, 1964) fits the
    varimax loadings, each raised to a power with its sign kept, by least squares. The lowest minimum is
    returned; geomin often has several, which shows in a low ``agreement``.

    Examples
    --------
    >>> simple = np.array([[0.8, 0.0], [0.7, 0.0], [0.0, 0.6], [0.0, 0.5]])
    >>> turned = simple @ np.array([[0.8, 0.6], [-0.6, 0.8]])
    >>> rotation = rotate(turned, "oblimin")
    >>> rotation
    <Rotation of 2 factors, oblimin; 100% of 10 starts agree>
    >>> bool(np.allclose(rotation.loadings, simple, atol=1e-6))
    True
    """
    unrotated = _as_matrix(loadings)
    check_rotation(method, "method")
    _check_numbers(n_starts=n_starts, power=power, epsilon=epsilon, gamma=gamma)
    wanted, counts = _checked_target(target, weights, method, unrotated)
    identity = np.eye(unrotated.shape[1])
    if method == "none":
        return _arranged_rotation(
            unrotated,
            identity,
            identity,
            Lowest(identity, math.nan, 1.0, converged=True, n_starts=0),
            method,
            kaiser=False,
        )
    _check_rank(unrotated)
    normalized = method in _NORMALIZED if kaiser is None else kaiser
    rows = unrotated
    if normalized:
        lengths = np.sqrt((unrotated**2).sum(axis=1, keepdims=True))
        rows = unrotated / np.where(lengths > 0, lengths, 1)
    family: Family
    if method in _ORTHOGONAL:
        family = Orthogonal(rows, partial(criteria.orthomax, gamma=float(method != "quartimax")))
    else:
        family = Oblique(rows, _oblique_criterion(method, gamma, epsilon, wanted, counts))
    first = None if wanted is None else _procrustes(rows, wanted, counts)
    minimum = lowest(family, n_starts, generator(rng), first)
    matrix = family.matrices(minimum.turns[None])[0]
    phi = minimum.turns.T @ minimum.turns if method not in _ORTHOGONAL else identity
    if method == "promax":
        matrix, phi = _promax(unrotated, matrix, power)
    return _arranged_rotation(unrotated, matrix, phi, minimum, method, kaiser=normalized, wanted=wanted)


def _oblique_criterion(
    method: str, gamma: float, epsilon: float, wanted: Floats | None, counts: Floats | None
) -> Criterion:
    if wanted is not None:
        return partial(criteria.target, wanted=wanted, weights=counts)
    if method == "geomin":
        return partial(criteria.geomin, epsilon=epsilon)
    return partial(criteria.oblimin, gamma=gamma)


def _procrustes(loadings: Floats, wanted: Floats, counts: Floats | None) -> Floats | None:
    """Return the orthogonal matrix that rotates loadings nearest to the target (Procrustes rotation).

    ``T = U V'`` of ``A'B = U S V'``, for loadings A and target B (Schönemann, 1966); None where the target
    does not determine it, for example if all its values are 0. From another start, a search may end with a
    factor reflected.
    """
    named = np.where(np.isnan(wanted), 0.0, wanted)
    left, sizes, right = np.linalg.svd(loadings.T @ (named if counts is None else counts * named))
    turn: Floats = left @ right
    return turn if sizes[-1] > NO_FACTOR * sizes[0] else None


def _promax(unrotated: Floats, matrix: Floats, power: float) -> tuple[Floats, Floats]:
    """Return the matrix of the least squares fit to powers of the varimax loadings, and phi."""
    varimax = unrotated @ matrix
    steep = varimax * np.abs(varimax) ** (power - 1)
    turns = np.linalg.lstsq(varimax, steep, rcond=None)[0]
    inverse = np.linalg.inv(turns.T @ turns)
    scale = np.sqrt(np.diag(inverse))
    return matrix @ (turns * scale), inverse / np.outer(scale, scale)


def _arranged_rotation(
    unrotated: Floats,
    matrix: Floats,
    phi: Floats,
    minimum: Lowest,
    method: str,
    *,
    kaiser: bool,
    wanted: Floats | None = None,
) -> Rotation:
    loadings, phi, matrix = arranged(unrotated @ matrix, phi, matrix, wanted)
    return Rotation(
        loadings=loadings,
        phi=phi,
        matrix=matrix,
        criterion=minimum.criterion,
        method=method,
        kaiser=kaiser,
        n_starts=minimum.n_starts,
        agreement=minimum.agreement,
        converged=minimum.converged,
    )


def _as_matrix(loadings: ArrayLike) -> Floats:
    try:
        matrix = np.array(loadings, dtype=np.float64)
    except (TypeError, ValueError):
        raise EstimationError(
            "loadings are not valid; allowed: a matrix of numbers, variables by factors"
        ) from None
    if matrix.ndim != 2 or not matrix.size or not np.isfinite(matrix).all():
        raise EstimationError(
            f"loadings of shape {matrix.shape}{'' if np.isfinite(matrix).all() else ' with missing values'} "
            "are not valid; allowed: a matrix of numbers, variables by factors"
        )
    return matrix


def _check_rank(loadings: Floats) -> None:
    """Raise where some factors are linear combinations of others."""
    sizes = np.linalg.svd(loadings, compute_uv=False)
    rank = int((sizes > NO_FACTOR * sizes[0]).sum())
    if rank < loadings.shape[1]:
        raise EstimationError(
            f"loadings: the {loadings.shape[1]} columns have rank {rank}, so that the rotation is not "
            f"determined; extract {counted(rank, 'factor')}"
        )


def check_rotation(method: str, option: str = "rotation") -> None:
    """Raise where a rotation is not valid; ``option`` names the argument that it was passed as."""
    if method not in _METHODS:
        raise EstimationError(not_one_of(option, method, _METHODS))


def _check_numbers(*, n_starts: int, power: float, epsilon: float, gamma: float) -> None:
    if isinstance(n_starts, bool) or not isinstance(n_starts, int | np.integer) or n_starts < 1:
        raise EstimationError(
            f"n_starts={n_starts!r} is not valid; allowed: a whole number of starts, at least 1"
        )
    if not (is_real(power) and power > 1):
        raise EstimationError(f"power={power!r} is not valid; allowed: a number above 1, such as 4")
    if not (is_real(epsilon) and epsilon > 0):
        raise EstimationError(
            f"epsilon={epsilon!r} is not valid; allowed: a small number above 0, such as 0.01"
        )
    if not (is_real(gamma) and gamma <= _LARGEST_GAMMA):
        raise EstimationError(
            f"gamma={gamma!r} is not valid; allowed: a number up to 0.8, usually 0 or less (above 0, oblimin "
            "may have no minimum)"
        )


def _checked_target(
    target: ArrayLike | None, weights: ArrayLike | None, method: str, loadings: Floats
) -> tuple[Floats | None, Floats | None]:
    """Return target and weights as arrays; raise where they do not match the loadings or the method."""
    if (target is None) == (method == "target"):
        raise EstimationError(
            "rotation 'target' needs target=: a matrix like the loadings, nan where a loading is free"
            if target is None
            else f"target= is for rotation 'target', not for {method!r}; leave it out"
        )
    if weights is not None and target is None:
        raise EstimationError("weights= is for rotation 'target'; leave it out")
    arrays = []
    for name, given in (("target", target), ("weights", weights)):
        array = None if given is None else np.array(given, dtype=np.float64)
        if array is not None and array.shape != loadings.shape:
            raise EstimationError(
                f"{name} has shape {array.shape}, and the loadings have {loadings.shape}; pass one like them"
            )
        arrays.append(array)
    wanted, counts = arrays
    if counts is not None and wanted is not None:
        if not (counts >= 0).all():
            raise EstimationError("weights are not valid; allowed: numbers from 0")
        wanted = np.where(counts > 0, wanted, np.nan)
    if wanted is not None and np.isnan(wanted).all():
        raise EstimationError("target: all loadings are free (nan); specify some, mostly zeros")
    return wanted, counts
