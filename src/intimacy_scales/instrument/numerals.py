"""Numbers as they are written in answers: plain digits, and the full-width ones of East Asian keyboards.

Labels are compared by a folded form in which ``5²`` is ``52``. Numbers are not: a raised or lowered digit is
the mark of a footnote, and no digit of the answer.
"""

from __future__ import annotations

import math
from fractions import Fraction

from intimacy_scales.instrument.numbers import as_number
from intimacy_scales.instrument.texts import LOOKALIKES, normalized

NOT_ANSWERED = frozenset({"", "na", "nan"})  # texts that mean "no answer" everywhere

_WIDE = {0xFF10 + digit: str(digit) for digit in range(10)}
_PLAIN = str.maketrans({**LOOKALIKES, **_WIDE, 0xFF0E: ".", 0xFF0B: "+", 0xFF0D: "-"})


_LONGEST = 20_000  # letters; labels have at most half as many


def is_endless(text: str) -> bool:
    """Tell whether a text is too long for any answer, so that its letters need not be looked at."""
    return len(text) > _LONGEST and len(text.strip()) > _LONGEST


def spelled(text: str) -> int | float | Fraction | None:
    r"""Return the number that an answer spells, or None.

    A float stands for what its decimals say. Where they say something else than any float would be
    written as, the number is a fraction: ``4.0000000000000001`` is not 4, and ``1e-400`` is not 0.

    Examples
    --------
    >>> spelled(" 3.0 "), spelled("\uff14"), spelled("5²"), spelled("4.0000000000000001") == 4
    (3.0, 4, None, False)
    """
    written = text.translate(_PLAIN)
    number = as_number(written)
    if not isinstance(number, float) or math.isinf(number):
        return number
    said = Fraction(written.strip())
    as_written = (Fraction(repr(number)), Fraction(format(number, ".17g")))
    return number if said in as_written else said


def is_misspelt(text: str) -> bool:
    """Tell whether a text becomes a number only where it is folded as labels are, and so is none."""
    return not text.isascii() and as_number(normalized(text)) is not None and spelled(text) is None


def as_compared(text: str) -> str:
    """Return a label, a missing code or an answer as they are compared with each other.

    A misspelt number is no number and equals itself alone: an answer ``5²`` is one only where a label is
    written so, and that label is not ``52``.

    Examples
    --------
    >>> as_compared(" Often "), as_compared("5²"), as_compared("52")
    ('often', '5²', '52')
    """
    return text.strip() if is_misspelt(text) else normalized(text)
