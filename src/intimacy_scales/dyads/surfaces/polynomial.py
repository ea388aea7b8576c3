"""The quadratic polynomial of both partners' scores, its parameters and its geometry (arrays only).

``y = b0 + b1 own + b2 partner + b3 own^2 + b4 own partner + b5 partner^2``, scores less a common centre.
Along the line of congruence (partner = own) it is ``b0 + a1 own + a2 own^2``, along the line of
incongruence (partner = -own) ``b0 + a3 own + a4 own^2``; ``a5 = b3 - b5`` is 0 where both lines are
parallel to the axes of the surface (Edwards & Parry, 1993; Shanock et al., 2010; Humberg, Nestler & Back,
2019).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.couple_regressions import CoupleRegressions, Regressors, couple_regressions
from intimacy_scales.numerics.tolerances import ROUNDING

Floats = NDArray[np.float64]

COEFFICIENTS = ("b0", "b1", "b2", "b3", "b4", "b5")
PARAMETERS = ("a1", "a2", "a3", "a4", "a5")
GEOMETRY = ("x0", "y0", "p10", "p11", "p20", "p21")
WEIGHTS = np.array(
    [
        [0, 1, 1, 0, 0, 0],
        [0, 0, 0, 1, 1, 1],
        [0, 1, -1, 0, 0, 0],
        [0, 0, 0, 1, -1, 1],
        [0, 0, 0, 1, 0, -1],
    ],
    dtype=np.float64,
)
"""The parameters a1 to a5 as linear forms of b0 to b5."""

_ORDER = [
    0,
    2,
    4,
    3,
    1,
    5,
]  # regressions have intercept, product, own score and square, partner's score and square
_STEP = 1e-30  # of a complex step: derivatives without cancellation


def fitted_polynomial(
    outcome: Floats, scores: Floats, *, distinguishable: bool, name: str = "the score"
) -> CoupleRegressions:
    """Return the regressions of the outcome (n, 2) on the polynomial of centred scores (n, 2)."""
    regressors = Regressors(
        shared=(scores[:, 0] * scores[:, 1])[:, None],
        paired=np.stack([scores, scores**2], axis=2),
        shared_names=(f"{name} of one partner times that of the other one",),
        paired_names=(name, f"{name} squared"),
    )
    return couple_regressions(outcome, regressors, distinguishable=distinguishable)


def in_order(regressions: CoupleRegressions) -> Floats:
    """Return b0 to b5 as linear forms of all coefficients: (n_cells, 6, n_cells * 6)."""
    cells = len(regressions.to_terms)
    return np.eye(6 * cells).reshape(cells, 6, -1)[:, _ORDER]


def geometry(b: NDArray[Any]) -> NDArray[Any]:
    """Return the stationary point and the principal axes: x0, y0, p10, p11, p20, p21 (..., 6).

    Parameters
    ----------
    b
        (..., 6): coefficients b0 to b5.

    Notes
    -----
    At ``(x0, y0)`` the surface is level. The first principal axis, ``partner = p10 + p11 own``, is the line
    through it along which the surface bends upwards most, or downwards least; the second one is
    perpendicular to it (Edwards & Parry, 1993). Infinite or nan where they are undefined: see
    `undefined_because`.
    """
    _, b1, b2, b3, b4, b5 = np.moveaxis(b, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        determinant = 4 * b3 * b5 - b4**2
        x0 = (b2 * b4 - 2 * b1 * b5) / determinant
        y0 = (b1 * b4 - 2 * b2 * b3) / determinant
        root = np.sqrt((b3 - b5) ** 2 + b4**2)
        p11, p21 = (b5 - b3 + root) / b4, (b5 - b3 - root) / b4
        figures = np.stack([x0, y0, y0 - p11 * x0, p11, y0 - p21 * x0, p21], axis=-1)
    return np.asarray(figures)


def geometry_slopes(b: Floats) -> Floats:
    """Return derivatives of `geometry` by the coefficients (6, 6), by complex steps."""
    slopes: Floats = np.imag(geometry(b + 1j * _STEP * np.eye(6))).T / _STEP
    return slopes


def undefined_because(b: Floats) -> dict[str, str]:
    """Return why figures of the geometry are undefined, by their names."""
    _, _, _, b3, b4, b5 = b
    largest = max(abs(b3), abs(b4), abs(b5))
    reasons: dict[str, str] = {}
    if abs(b4) <= ROUNDING * largest:
        reasons |= dict.fromkeys(
            ("p10", "p11", "p20", "p21"), "b4 is 0: the axes are parallel to those of the scores"
        )
    if abs(4 * b3 * b5 - b4**2) <= ROUNDING * largest**2:
        why = "4 b3 b5 equals b4^2: the surface is level along a line, or nowhere"
        reasons |= dict.fromkeys(("x0", "y0", "p10", "p20"), why)
    return reasons


def shape_of(b: Floats) -> str:
    """Return what the stationary point is: ``maximum``, ``minimum``, ``saddle``, or ``none``."""
    _, _, _, b3, b4, b5 = b
    if "x0" in undefined_because(b):
        return "none"
    if 4 * b3 * b5 < b4**2:
        return "saddle"
    return "maximum" if b3 < 0 else "minimum"


def polynomial(b: Floats, own: Floats, partner: Floats) -> Floats:
    """Return the surface at centred scores."""
    values: Floats = (
        b[0] + b[1] * own + b[2] * partner + b[3] * own**2 + b[4] * own * partner + b[5] * partner**2
    )
    return values
