"""How many decimals columns in the unit of scores are displayed with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from intimacy_scales.late import late_module
from intimacy_scales.results.wording import digits_for, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_IN_UNITS = ("mean", "sd", "difference", "mean_difference")
_LEAST = 3


def unit_formats(frame: pd.DataFrame) -> dict[str, Callable[[float], str]]:
    """Return functions that show means, standard deviations and differences with the decimals they need.

    Parameters
    ----------
    frame
        A table with a row for each scale.

    Examples
    --------
    >>> import pandas as pd
    >>> formats = unit_formats(pd.DataFrame({"sd": [0.00013, 0.00009], "r": [0.22, 0.02]}))
    >>> list(formats), formats["sd"](0.00009)
    (['sd'], '0.00009')
    """
    names = [
        name
        for name in frame.columns
        if name in _IN_UNITS or name.startswith(("mean_", "sd_", "difference_ci"))
    ]
    return {name: partial(shown, digits=digits_for(*frame[name], least=_LEAST)) for name in names}
