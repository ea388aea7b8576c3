"""How large, and how small, numbers may be: their powers and products must be finite."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError

LARGEST = 1e30  # its eighth power, which models of products of scores need, is finite
SMALLEST = 1e-30  # difference; its eighth power is above 0


def within_range(name: str, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the numbers of a variable, nan where missing, if statistics of them can be computed.

    Raises
    ------
    EstimationError
        A number is larger than 1e30 in size, or the numbers differ by less than 1e-30.

    Examples
    --------
    >>> within_range("trust", np.array([1e150, 2.0]))
    Traceback (most recent call last):
        ...
    intimacy_scales.errors.EstimationError: trust has the value 1e+150, whose powers are too large ...
    """
    known = numbers[~np.isnan(numbers)]
    if not known.size:
        return numbers
    highest, lowest = float(known.max()), float(known.min())
    extreme = highest if highest >= -lowest else lowest
    unit = "give it in another unit, as by dividing it by"
    if abs(extreme) > LARGEST:
        raise EstimationError(
            f"{name} has the value {extreme:g}, whose powers are too large to compute with; allowed: values "
            f"up to {LARGEST:g}; {unit} {abs(extreme):.0e}"
        )
    if 0 < highest - lowest < SMALLEST:
        raise EstimationError(
            f"values of {name} differ by at most {highest - lowest:g}, whose powers are too small to compute "
            f"with; allowed: differences from {SMALLEST:g}; {unit} {highest - lowest:.0e}"
        )
    return numbers
