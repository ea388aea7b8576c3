"""Tables as CSV text, in which no text of the caller's becomes a formula of a spreadsheet."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from intimacy_scales.late import late_module

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_SIGNS, _BREAKS = ("=", "+", "-", "@"), ("\t", "\r", "\n")
_INVISIBLE = ("Cc", "Cf", "Zl", "Zp", "Zs")  # control characters, formats such as zero-width spaces, blanks
_NUMBER = re.compile(r"\s*[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?\s*", re.ASCII)


def without_formula(value: Any) -> Any:
    """Return a value with an apostrophe before it if it is a text that a spreadsheet might run as a formula.

    A formula may begin with blanks and invisible characters, and its sign may be a full-width one.

    Examples
    --------
    >>> without_formula("=1+1"), without_formula("-3.5"), without_formula("Kim"), without_formula(" =1")
    ("'=1+1", '-3.5', 'Kim', "' =1")
    """
    if not isinstance(value, str) or not value or value[0].isalnum() or _NUMBER.fullmatch(value):
        return value
    first = next((character for character in value if unicodedata.category(character) not in _INVISIBLE), "")
    may_run = value.startswith(_BREAKS) or unicodedata.normalize("NFKC", first) in _SIGNS
    return f"'{value}" if may_run else value


def csv_text(table: pd.DataFrame, *, index: bool = False) -> str:
    r"""Return a table as CSV text without formulas in names and cells; undefined figures are empty.

    Parameters
    ----------
    table
        Its rows.
    index
        Write the index as the first columns.

    Examples
    --------
    >>> from intimacy_scales.results.frames import pandas_frame
    >>> csv_text(pandas_frame({"couple": ["=1+1", "b"], "r": [0.5, float("nan")]}))
    "couple,r\n'=1+1,0.5\nb,\n"
    """
    names = [without_formula(name) for name in table.columns]
    labels = [without_formula(name) for name in table.index.names]
    safe = table.astype(object).map(without_formula)
    if index:
        safe = safe.set_axis(_safe_index(table.index))
    return str(safe.to_csv(index=index, header=names, index_label=labels, lineterminator="\n"))


def _safe_index(index: pd.Index) -> pd.Index:
    if index.nlevels > 1:
        return index.map(lambda label: tuple(map(without_formula, label)))
    return index.map(without_formula)
