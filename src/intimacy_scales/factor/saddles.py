"""Ways off a saddle: a place where no derivative is left, with something lower beside it (arrays only).

A search that begins alike for things that are alike never tells them apart, and comes to rest on the ridge
between two valleys. Its first derivatives do not show that; the second do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from intimacy_scales.factor.sample import Floats
from intimacy_scales.numerics.ties import eigenvectors, first_lowest

_BENT_DOWN = 1e-6  # of the largest second derivative: less may be rounding, or a valley that is flat
_LENGTHS = 0.01 * 2.0 ** np.arange(7)


def falling_way(hessian: Floats, units: Floats | None = None) -> Floats | None:
    """Return the way along which a function at rest falls most (p,), one that no last bit decides; or None.

    Parameters
    ----------
    hessian
        (p, p): second derivatives where the first are 0.
    units
        (p,): what counts as a step of 1 in each parameter; by default 1.

    Examples
    --------
    >>> falling_way(np.array([[2.0, 3.0], [3.0, 2.0]])).round(3).tolist()
    [0.707, -0.707]
    >>> falling_way(np.eye(2)) is None
    True
    """
    scaled = hessian if units is None else hessian * np.outer(units, units)
    margin = _BENT_DOWN * float(np.abs(scaled.diagonal()).max(initial=0))
    try:
        np.linalg.cholesky(scaled + margin * np.eye(len(scaled)))
    except np.linalg.LinAlgError:
        way = eigenvectors(scaled, _BENT_DOWN)[1][:, 0]
        return way if units is None else way * units
    return None


def both_sides(way: Floats, value: Callable[[Floats], float]) -> Iterator[tuple[Floats, float]]:
    """Yield the step to the lowest place on either side along a way, and the value there.

    The first side is the one against the way, to which the largest parameter becomes smaller.

    Parameters
    ----------
    way
        (p,).
    value
        What a step leads to; infinite where it leads out of the domain.
    """
    for side in (-1.0, 1.0):
        steps = [side * length * way for length in _LENGTHS]
        values = np.array([value(step) for step in steps])
        finite = np.isfinite(values)
        if finite.any():
            at = first_lowest(np.where(finite, values, np.nan))
            yield steps[at], float(values[at])
