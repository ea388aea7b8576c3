"""Numbers as respondents write them: with plain digits, or the full-width ones of East Asian keyboards.

Labels are compared in a folded form in which ``5²`` is ``52``. Numbers are not folded: a raised or lowered
digit is a footnote mark, not a digit of the answer.
"""

from __future__ import annotations

import math
from fractions import Fraction

from intimacy_scales.instrument.numbers import as_number
from intimacy_scales.instrument.texts import LOOKALIKES, normalized

NOT_ANSWERED = frozenset({"", "na", "nan"})  # texts that mean "no answer" everywhere

_WIDE = {0xFF10 + digit: str(digit) for digit in range(10)}
_PLAIN = str.maketrans({**LOOKALIKES, **_WIDE, 0xFF0E: ".", 0xFF0B: "+", 0xFF0D: "-"})


_LONGEST = 20_000  # characters; labels have at most half as many


def is_endless(text: str) -> bool:
    """Return whether a text is too long to be an answer, so that it need not be compared with any."""
    return len(text) > _LONGEST and len(text.strip()) > _LONGEST


def spelled(text: str) -> int | float | Fraction | None:
    r"""Return the number that an answer writes, or None.

    The number is a float if the text is how that float is written. Otherwise it is an exact fraction:
    ``4.0000000000000001`` is not 4, and ``1e-400`` is not 0.

    Examples
    --------
    >>> spelled(" 3.0 "), spelled("\uff14"), spelled("5²"), spelled("4.0000000000000001") == 4
    (3.0, 4, None, False)
    """
    written = text.translate(_PLAIN)
    number = as_number(written)
    if not isinstance(number, float) or math.isinf(number):
        return number
    value = Fraction(written.strip())
    float_decimals = (Fraction(repr(number)), Fraction(format(number, ".17g")))
    return number if value in float_decimals else value


def is_misspelt(text: str) -> bool:
    """Return whether a text is a number only in the folded form of labels, and so is not read as one."""
    return not text.isascii() and as_number(normalized(text)) is not None and spelled(text) is None


def as_compared(text: str) -> str:
    """Return a label, a missing code or an answer in the form in which they are compared.

    A misspelt number is compared as it is: an answer ``5²`` matches a label ``5²``, but not a label ``52``.

    Examples
    --------
    >>> as_compared(" Often "), as_compared("5²"), as_compared("52")
    ('often', '5²', '52')
    """
    return text.strip() if is_misspelt(text) else normalized(text)
