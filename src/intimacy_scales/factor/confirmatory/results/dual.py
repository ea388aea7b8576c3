"""Numbers with their derivatives, for forward differentiation (arrays only; Wengert, 1964).

Each operation applies its rule, such as ``(a b)' = a' b + a b'``, so that an expression evaluated with such
numbers gives its exact derivatives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from intimacy_scales.factor.confirmatory.model.structure import Floats


class Dual:
    """A number and its derivatives.

    Parameters
    ----------
    value
        The number.
    slope
        (k,): its derivatives.
    """

    __slots__ = ("slope", "value")
    __array_ufunc__ = None  # numpy's numbers leave the operators to this class

    def __init__(self, value: Any, slope: Floats) -> None:
        self.value = np.float64(value)
        self.slope = slope

    def _as_dual(self, other: Any) -> Dual:
        return other if isinstance(other, Dual) else Dual(other, np.zeros_like(self.slope))

    def __add__(self, other: Any) -> Dual:
        x = self._as_dual(other)
        return Dual(self.value + x.value, self.slope + x.slope)

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope)

    def __sub__(self, other: Any) -> Dual:
        return self + -self._as_dual(other)

    def __rsub__(self, other: Any) -> Dual:
        return self._as_dual(other) - self

    def __mul__(self, other: Any) -> Dual:
        x = self._as_dual(other)
        return Dual(self.value * x.value, self.slope * x.value + self.value * x.slope)

    def __truediv__(self, other: Any) -> Dual:
        x = self._as_dual(other)
        ratio = self.value / x.value
        return Dual(ratio, (self.slope - ratio * x.slope) / x.value)

    def __rtruediv__(self, other: Any) -> Dual:
        return self._as_dual(other) / self

    def __pow__(self, other: Any) -> Dual:
        x = self._as_dual(other)
        power = self.value**x.value
        slope = x.value * self.value ** (x.value - 1) * self.slope if x.value != 0 else 0 * self.slope
        if (
            x.slope.any()
        ):  # (a**b)' = b a**(b-1) a' + a**b ln(a) b'; a fixed power of a negative number has no second term
            slope = slope + power * np.log(self.value) * x.slope
        return Dual(power, slope)

    def __rpow__(self, other: Any) -> Dual:
        return self._as_dual(other) ** self

    __radd__ = __add__
    __rmul__ = __mul__


def _exp(x: Any) -> Any:
    return Dual(np.exp(x.value), np.exp(x.value) * x.slope) if isinstance(x, Dual) else np.exp(x)


def _log(x: Any) -> Any:
    return Dual(np.log(x.value), x.slope / x.value) if isinstance(x, Dual) else np.log(x)


def _sqrt(x: Any) -> Any:
    if not isinstance(x, Dual):
        return np.sqrt(x)
    root = np.sqrt(x.value)
    return Dual(root, x.slope / (2 * root))


def _abs(x: Any) -> Any:
    return Dual(np.abs(x.value), np.sign(x.value) * x.slope) if isinstance(x, Dual) else np.abs(x)


FUNCTIONS: dict[str, Callable[[Any], Any]] = {"exp": _exp, "log": _log, "sqrt": _sqrt, "abs": _abs}
