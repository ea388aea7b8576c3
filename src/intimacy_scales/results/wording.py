"""Text of figures in displays and sentences; which kind of figure is written how: `figure_texts`."""

from __future__ import annotations

import math
from collections.abc import Sequence

from intimacy_scales import messages

counted = messages.counted  # rooms below this one count things too

_MOST_FURTHER_DIGITS = 4  # that a small standard error adds to those of its estimate
_SMALLEST_P = 0.001  # smaller p values are written as "< .001"


def shown(value: float | None, digits: int = 3) -> str:
    """Return the text of a figure, a dash if it is undefined.

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
    """Return the text of a difference with its sign; 0 has none.

    Examples
    --------
    >>> signed(0.0121), signed(-0.3), signed(-0.0001), signed(float("nan"))
    ('+0.012', '-0.300', '0.000', '-')
    """
    text = shown(value, digits)
    return f"+{text}" if text[0].isdigit() and float(text) > 0 else text


def differs(value: float, digits: int = 3) -> str:
    """Return the verb of a difference with its figure, whose sign is that of an interval next to it.

    Examples
    --------
    >>> differs(0.31, 2), differs(-0.15, 2)
    ('is 0.31 higher', 'differs by -0.15')
    """
    return f"is {shown(value, digits)} higher" if value >= 0 else f"differs by {shown(value, digits)}"


def digits_for(*figures: float, least: int = 2) -> int:
    """Return how many decimals figures in one unit need: two digits of the largest, and ``least`` or more.

    Examples
    --------
    >>> digits_for(0.41, 0.07), digits_for(0.0004, 0.0002), digits_for(1520.0, 83.0), digits_for(float("nan"))
    (2, 5, 2, 2)
    """
    largest = max((abs(figure) for figure in figures if math.isfinite(figure)), default=0.0)
    return least if largest == 0 else max(least, 1 - math.floor(math.log10(largest)))


def digits_with_spread(level: float, *spreads: float, least: int = 2) -> int:
    """Return how many decimals means of scores and their spreads need: two digits of the largest spread.

    Examples
    --------
    >>> digits_with_spread(4.2, 0.9), digits_with_spread(0.00042, 0.00009), digits_with_spread(0.00042, 0.0)
    (2, 6, 5)
    """
    return (
        digits_for(*spreads, least=least)
        if any(spread > 0 for spread in spreads)
        else (digits_for(level, least=least))
    )


def digits_with_error(estimate: float, error: float, least: int = 2) -> int:
    """Return how many decimals an estimate and its standard error need, so that neither is shown as 0.

    Examples
    --------
    >>> digits_with_error(0.41, 0.07), digits_with_error(0.41, 0.0032), digits_with_error(0.41, 1e-12)
    (2, 3, 6)
    """
    digits = digits_for(estimate, error, least=least)
    if not 0 < error < math.inf:
        return digits
    return max(digits, min(-math.floor(math.log10(error)), digits + _MOST_FURTHER_DIGITS))


def p_shown(p: float | None) -> str:
    """Return the text of a p value in a table; small ones as "< .001", since they are not 0.

    Examples
    --------
    >>> p_shown(0.0312), p_shown(1e-9), p_shown(float("nan"))
    ('.031', '< .001', '-')
    """
    return f"< {apa(_SMALLEST_P, 3)}" if p is not None and p < _SMALLEST_P else without_zero(shown(p))


def apa(value: float, digits: int = 2) -> str:
    """Return a coefficient in APA style, with two decimals and no zero before the decimal point.

    Examples
    --------
    >>> apa(0.846), apa(-0.2), apa(1.0), apa(0.9518, 3), apa(-0.001)
    ('.85', '-.20', '1.00', '.952', '.00')
    """
    return without_zero(shown(value, digits))


def apa_signed(value: float, digits: int = 3) -> str:
    """Return a difference in APA style, with its sign.

    Examples
    --------
    >>> apa_signed(0.0121), apa_signed(-0.3), apa_signed(-0.0001)
    ('+.012', '-.300', '.000')
    """
    return without_zero(signed(value, digits))


def apa_p(p: float) -> str:
    """Return a p value in APA style.

    Examples
    --------
    >>> apa_p(0.0312), apa_p(1e-9), apa_p(1.0)
    ('p = .031', 'p < .001', 'p = 1.000')
    """
    text = p_shown(p)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def written(value: float, digits: int = 3, *, bounded: bool) -> str:
    """Return the text of a figure: one that cannot exceed 1 as by `apa`, another as by `shown`.

    Examples
    --------
    >>> written(0.8123, bounded=True), written(0.8123, 2, bounded=False)
    ('.812', '0.81')
    """
    return apa(value, digits) if bounded else shown(value, digits)


def without_zero(text: str) -> str:
    """Return the text of a figure without a zero before the decimal point.

    Examples
    --------
    >>> without_zero("0.1"), without_zero("-0.25"), without_zero("10.5")
    ('.1', '-.25', '10.5')
    """
    return text.replace("0.", ".", 1) if text.lstrip("+-\N{MINUS SIGN}").startswith("0.") else text


def percent(level: float) -> str:
    """Return a confidence level as a percentage.

    Examples
    --------
    >>> percent(0.95), percent(0.975)
    ('95%', '97.5%')
    """
    return f"{100 * level:.10g}%"


def joined(parts: Sequence[str]) -> str:
    """Return parts as a list in a sentence.

    Examples
    --------
    >>> joined(["trust"]), joined(["trust", "love"]), joined(["trust", "love", "care"])
    ('trust', 'trust and love', 'trust, love and care')
    """
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
