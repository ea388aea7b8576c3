"""Normal draws that are the same to the bit on every machine (arrays only).

The normal draws of numpy, and square roots of matrices from eigenvectors, use exp, log and linear algebra,
whose last bit depends on the processor and the C library. A simulated answer compares such a number with a
threshold, and could flip. Here a uniform draw is transformed to a normal one by additions, multiplications,
divisions and square roots alone, one ufunc each and in a fixed order. IEEE 754 defines the result of each of
these to the last bit on any machine.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.ties import first_highest
from intimacy_scales.numerics.tolerances import SINGULAR

Floats = NDArray[np.float64]

_BLOCK = 16_384  # numbers that stay in cache
_HALF_STEP = 2.0**-54  # uniform draws are multiples of 2**-53; shifted by half of that, none is 0

# Rational approximations of the normal quantile (Wichura, 1988, algorithm AS 241, PPND16): numerator and
# denominator, constant first. Relative error about 1e-16.
_CENTRE, _CENTRE_TO, _CENTRE_AT = (
    (3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
     45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727),
    (1.0, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
     21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610),
), 0.425, 0.180625  # fmt: skip
_TAIL, _TAIL_TO, _TAIL_AT = (
    (1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
     1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
     0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
), 5.0, 1.6  # fmt: skip
_FAR, _FAR_AT = (
    (6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230,
     0.0265321895265761230930, 1.24266094738807843860e-3, 2.71155556874348757815e-5,
     2.01033439929228813265e-7),
    (1.0, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
     2.04426310338993978564e-15),
), 5.0  # fmt: skip
_LOG_2 = 0.6931471805599453
_ROOT_HALF = 0.7071067811865476
_LOG_TERMS = 11  # of the series of ln m; the next term is below 1e-17 of the first
_FLAT = 37.0  # beyond, exp(-x**2 / 2) is below 1e-297
_SQUARINGS, _EXP_TERMS = 10, 18


def _polynomial(coefficients: tuple[float, ...], at: Floats) -> Floats:
    """Return a polynomial, its constant first, by Horner's rule, without fused multiply-add."""
    value = np.full(at.shape, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value *= at
        value += coefficient
    return value


def _ratio(polynomials: tuple[tuple[float, ...], tuple[float, ...]], at: Floats) -> Floats:
    """Return the first polynomial divided by the second."""
    value = _polynomial(polynomials[0], at)
    value /= _polynomial(polynomials[1], at)
    return value


def _log(p: Floats) -> Floats:
    """Return ``ln p``, with ``p = m 2**e``, ``s = (m - 1)/(m + 1)`` and ``ln m = 2 (s + s**3/3 + …)``."""
    m, e = np.frexp(p)
    low = m < _ROOT_HALF
    m[low] *= 2.0
    exponent = e.astype(np.float64)
    exponent[low] -= 1.0
    s = (m - 1.0) / (m + 1.0)
    series = _polynomial(tuple(1.0 / (2 * n + 1) for n in range(_LOG_TERMS)), s * s)
    series *= s
    series *= 2.0
    exponent *= _LOG_2
    series += exponent
    return series


def normal_quantiles(q: Floats) -> Floats:
    """Return the standard normal quantiles of the probabilities ``0.5 + q``, for q between -0.5 and 0.5.

    With R a ratio of polynomials for each region (Wichura, 1988): ``q R(0.180625 - q**2)`` in the centre;
    in the tails ``sign(q) R(r - 1.6)``, further out ``sign(q) R(r - 5)``, with ``r = sqrt(-ln(0.5 - |q|))``.

    Examples
    --------
    >>> normal_quantiles(np.array([0.0, 0.475])).round(6).tolist()
    [0.0, 1.959964]
    """
    value = _ratio(_CENTRE, _CENTRE_AT - q * q)
    value *= q
    outside = np.flatnonzero(np.abs(q) > _CENTRE_TO)
    root = np.sqrt(-_log(0.5 - np.abs(q[outside])))
    size = _ratio(_TAIL, root - _TAIL_AT)
    far = root > _TAIL_TO
    if far.any():
        size[far] = _ratio(_FAR, root[far] - _FAR_AT)
    value[outside] = np.copysign(size, q[outside])
    return value


def standard_normal(rng: np.random.Generator, shape: int | tuple[int, ...]) -> Floats:
    """Draw independent standard normal numbers, each from one uniform draw.

    Parameters
    ----------
    rng
        Generator of the uniform draws, of 53 bits each.
    shape
        Shape of the result, which is filled row by row.
    """
    draws: Floats = rng.random(shape)
    flat = draws.reshape(-1)
    for start in range(0, len(flat), _BLOCK):
        block = flat[start : start + _BLOCK]
        block -= 0.5
        block += _HALF_STEP
        block[:] = normal_quantiles(block)
    return draws


def bell(x: Floats) -> Floats:
    """Return ``exp(-x**2 / 2)``, to which the normal density is proportional; 0 for ``|x|`` from 37.

    It is the power series of the exponent divided by 1024, squared ten times: equal to the bit on every
    machine, and within 1e-12 of the exact value.
    """
    near = np.minimum(np.abs(x), _FLAT)
    exponent = near * near * (-0.5 / 2**_SQUARINGS)
    value = _polynomial(tuple(1.0 / math.factorial(n) for n in range(_EXP_TERMS)), exponent)
    for _ in range(_SQUARINGS):
        value *= value
    return np.where(near < _FLAT, value, 0.0)


def covariance_root(covariance: Floats) -> Floats | None:
    """Return L (k, k) with ``L L' = covariance``, or None where `covariance` is not a covariance matrix.

    It is the Cholesky decomposition with complete pivoting: each step takes the variable with the largest
    remaining variance, the first of those that differ by rounding error only (Higham, 2002, section 10.3).
    Unlike a root from eigenvectors, it is unique for singular matrices as well, so that rounding error cannot
    turn it into another root. It is computed in plain Python numbers; remaining variances and covariances
    below 1e-10 of the largest variance count as 0.
    """
    c: list[list[float]] = covariance.tolist()
    k = len(c)
    tolerance = SINGULAR * max((c[i][i] for i in range(k)), default=0.0)
    remaining, column = list(range(k)), 0
    root = [[0.0] * k for _ in range(k)]
    while remaining:
        variances = [c[i][i] for i in remaining]
        if max(variances) <= tolerance:
            break
        pivot = remaining[first_highest(variances)]
        pivot_root = math.sqrt(c[pivot][pivot])
        remaining.remove(pivot)
        root[pivot][column] = pivot_root
        for i in remaining:
            root[i][column] = c[i][pivot] / pivot_root
        for i in remaining:
            for j in remaining:
                c[i][j] -= root[i][column] * root[j][column]
        column += 1
    if any(abs(c[i][j]) > tolerance for i in remaining for j in remaining):
        return None
    return np.array(root).reshape(k, k)


def correlated_normal(rng: np.random.Generator, n: int, root: Floats) -> Floats:
    """Draw n vectors of normal numbers with the covariance matrix ``root root'``: (k, n), a row per variable.

    Products are added one by one, not by a matrix product, whose order of additions depends on the machine.
    """
    independent = standard_normal(rng, (len(root), n))
    correlated = np.zeros_like(independent)
    for variable, weights in enumerate(root.tolist()):
        for source, weight in enumerate(weights):
            if weight:
                correlated[variable] += weight * independent[source]
    return correlated
