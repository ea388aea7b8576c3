"""How figures are written in displays and sentences."""

from __future__ import annotations

import math


def shown(value: float | None, digits: int = 3) -> str:
    """Write a figure as it is shown, a dash where there is none.

    Examples
    --------
    >>> shown(0.70306), shown(float("nan"))
    ('0.703', '-')
    """
    if value is None or not math.isfinite(value):
        return "-"
    return f"{value:.{digits}f}"


def apa(value: float) -> str:
    """Write a coefficient with two decimals and no zero before the point.

    Examples
    --------
    >>> apa(0.846), apa(-0.2), apa(1.0)
    ('.85', '-.20', '1.00')
    """
    text = f"{value + 0.0:.2f}".replace("-0.00", "0.00")
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def percent(level: float) -> str:
    """Write a confidence level.

    Examples
    --------
    >>> percent(0.95), percent(0.975)
    ('95%', '97.5%')
    """
    return f"{100 * level:.10g}%"


def counted(n: int, what: str) -> str:
    """Write how many there are.

    Examples
    --------
    >>> counted(1, "person"), counted(2, "person")
    ('1 person', '2 persons')
    """
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
