"""How figures are written in displays and sentences."""

from __future__ import annotations

import math

_SMALLEST = 0.001  # a probability below it is written as below it


def shown(value: float | None, digits: int = 3) -> str:
    """Write a figure as it is shown, a dash where there is none.

    Examples
    --------
    >>> shown(0.70306), shown(float("nan")), shown(-0.0002)
    ('0.703', '-', '0.000')
    """
    if value is None or not math.isfinite(value):
        return "-"
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text


def signed(value: float | None, digits: int = 3) -> str:
    """Write a difference: with its sign, 0 without one.

    Examples
    --------
    >>> signed(0.0121), signed(-0.3), signed(-0.0001), signed(float("nan"))
    ('+0.012', '-0.300', '0.000', '-')
    """
    text = shown(value, digits)
    return f"+{text}" if text[0].isdigit() and float(text) > 0 else text


def p_shown(p: float | None) -> str:
    """Write a probability in a table, where 0.000 would say that it is 0.

    Examples
    --------
    >>> p_shown(0.0312), p_shown(1e-9), p_shown(float("nan"))
    ('0.031', '<0.001', '-')
    """
    return "<0.001" if p is not None and p < _SMALLEST else shown(p)


def apa(value: float, digits: int = 2) -> str:
    """Write a coefficient with two decimals and no zero before the point.

    Examples
    --------
    >>> apa(0.846), apa(-0.2), apa(1.0), apa(0.9518, 3), apa(-0.001)
    ('.85', '-.20', '1.00', '.952', '.00')
    """
    return _without_zero(shown(value, digits))


def apa_signed(value: float, digits: int = 3) -> str:
    """Write a difference for a sentence.

    Examples
    --------
    >>> apa_signed(0.0121), apa_signed(-0.3), apa_signed(-0.0001)
    ('+.012', '-.300', '.000')
    """
    return _without_zero(signed(value, digits))


def apa_p(p: float) -> str:
    """Write a probability for a sentence.

    Examples
    --------
    >>> apa_p(0.0312), apa_p(1e-9), apa_p(1.0)
    ('p = .031', 'p < .001', 'p = 1.000')
    """
    text = p_shown(p)
    return f"p < {_without_zero(text[1:])}" if text.startswith("<") else f"p = {_without_zero(text)}"


def _without_zero(text: str) -> str:
    return text.replace("0.", ".", 1) if text.lstrip("+-").startswith("0.") else text


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
