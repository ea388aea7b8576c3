"""Shades of colours that everyone can tell apart, in grey print too, and the ink that can be read on them."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb
from numpy.typing import NDArray

from intimacy_scales.plots.axes import BLUE, ORANGE

INK = "#1a1a1a"  # of texts
LINE = "#d0d0d0"  # of grids
_DARK_BLUE, _DARK_ORANGE = "#00243b", "#4a2000"
_BLUES = LinearSegmentedColormap.from_list("blues", ["white", BLUE, _DARK_BLUE])
_ORANGES = LinearSegmentedColormap.from_list("oranges", ["white", ORANGE, _DARK_ORANGE])
_AS_DARK_AS_LIGHT = 49.4  # lightness with the same contrast to black and to white
_DARKEST, _STEPS, _MANY = 36.0, 13.0, 4  # lightness of the outermost option; fewest steps between options

# from a negative value over 0 to a positive one; where print is grey, a marker shows which are negative
DIVERGING = LinearSegmentedColormap.from_list("diverging", ["#8f3f00", "#ffffff", "#005485"])


def lightness(color: Any) -> float:
    """Return the lightness of a colour, 0 to 100 (CIE 1976 L*, of sRGB)."""
    values: NDArray[np.float64] = np.array(to_rgb(color))
    y = float(_linear(values) @ np.array([0.2126, 0.7152, 0.0722]))
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def _linear(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def ink_on(color: Any) -> str:
    """Return the colour of a text on a background: black or white, which has a contrast of 4.5 or more.

    Examples
    --------
    >>> ink_on("#0072B2"), ink_on("#ffffff")
    ('#ffffff', '#000000')
    """
    return "#ffffff" if lightness(color) < _AS_DARK_AS_LIGHT else "#000000"


def option_colors(n: int) -> list[str]:
    """Return colours of the options of a response scale, from the lowest to the highest.

    Low options are orange and high ones blue, darker towards the ends; the middle one of an odd number is
    grey.

    Examples
    --------
    >>> len(option_colors(5)), option_colors(3)[1] == option_colors(5)[2]
    (5, True)
    """
    half = n // 2
    step = (76 - _DARKEST) / 3 if half <= _MANY else 50 / (half - 1)
    levels = [_DARKEST + step * place for place in range(half)]
    low = [_of_lightness(_ORANGES, level) for level in levels]
    high = [_of_lightness(_BLUES, level) for level in reversed(levels)]
    lightest = 76.0 if half <= _MANY else 86.0
    return [*low, *([_grey(lightest + _STEPS)] if n % 2 else []), *high]


def _of_lightness(shades: LinearSegmentedColormap, level: float) -> str:
    """Return the shade of a lightness."""
    places = np.linspace(0, 1, 201)
    levels = np.array([lightness(shades(place)) for place in places])
    return to_hex(shades(float(np.interp(-level, -levels, places))))


def _grey(level: float) -> str:
    y = ((level + 16) / 116) ** 3
    value = 1.055 * y ** (1 / 2.4) - 0.055
    return to_hex((value, value, value))
