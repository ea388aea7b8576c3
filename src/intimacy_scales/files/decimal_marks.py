"""Decimal points and commas of numbers in text, and marks that may separate thousands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*", re.ASCII)
_GROUPED = re.compile(r"\s*[+-]?[1-9]\d{0,2},\d{3}\s*", re.ASCII)  # a decimal comma, or thousands
_HAS_POINT = re.compile(r"\s*[+-]?(?:\d+\.\d+|\d{1,3}(?:,\d{3})+\.\d*|\d{1,3}(?:,\d{3}){2,})\s*", re.ASCII)
_GROUPED_BY_POINT = re.compile(r"\s*[+-]?[1-9]\d{0,2}\.\d{3}\s*", re.ASCII)  # a decimal point, or thousands


class DecimalMarks(NamedTuple):
    """What marks the decimals of numbers in a file.

    Attributes
    ----------
    has_comma
        Whether some numbers certainly have a decimal comma.
    has_point
        Whether some have a point, which is decimal or separates thousands.
    has_certain_point
        Whether some certainly have a decimal point.
    """

    has_comma: bool
    has_point: bool
    has_certain_point: bool

    @classmethod
    def of(cls, cells: Iterable[str]) -> DecimalMarks:
        """Return the marks of some texts.

        Examples
        --------
        >>> DecimalMarks.of(["1.000", "3,5", "1,000"])
        DecimalMarks(has_comma=True, has_point=True, has_certain_point=False)
        """
        has_comma = has_point = has_certain_point = False
        for cell in cells:
            if _HAS_POINT.fullmatch(cell):
                has_point = True
                has_certain_point |= not _GROUPED_BY_POINT.fullmatch(cell)
            elif _DECIMAL_COMMA.fullmatch(cell) and not _GROUPED.fullmatch(cell):
                has_comma = True
        return cls(has_comma, has_point, has_certain_point)


def with_point(cell: str) -> str:
    """Return a number with a point for its decimal comma, and any other text as it is."""
    return cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell


def may_be_thousands(cell: str) -> bool:
    """Tell whether a text is a number with a mark before three digits.

    Examples
    --------
    >>> [may_be_thousands(cell) for cell in ("1,000", "1.000", "0,125", "1.5", "1000")]
    [True, True, False, False, False]
    """
    pattern = _GROUPED if "," in cell else _GROUPED_BY_POINT if "." in cell else None
    return pattern is not None and pattern.fullmatch(cell) is not None


def is_unclear(
    cell: str, marks: Callable[[], DecimalMarks], is_allowed: Callable[[str], bool] | None
) -> bool:
    """Tell whether a number with a mark before three digits may be read in two ways.

    ``1,000`` may be a thousand or one if both are allowed, and the other numbers do not show that commas are
    decimal. ``1.000`` may be if other numbers have decimal commas, whatever is allowed, unless there are
    points that are certainly decimal.

    Parameters
    ----------
    cell
        The number.
    marks
        Returns the marks of all numbers of the file.
    is_allowed
        Tells whether a number is an answer, or means no answer; None if all are.
    """
    mark = "," if "," in cell else "."
    readings = (cell.replace(",", "."), cell.replace(mark, ""))
    are_allowed = is_allowed is None or all(map(is_allowed, readings))
    if mark == ",":
        return are_allowed and (not marks().has_comma or marks().has_point)
    return marks().has_comma and (are_allowed or not marks().has_certain_point)
