"""The one rule of how figures are rounded and written, by what they are.

Each kind of figure says whether a zero stands before the decimal point and how many decimals follow it.
Figures that cannot exceed 1 in absolute value have no zero (American Psychological Association, 2020, section
6.36). Standard errors, ends of intervals and differences are written as the figure that they belong to.
Columns of tables are written by their names (`column_texts`); lines and sentences by `wording.apa` (no zero),
`wording.shown` (zero), `wording.p_shown` and `wording.written`. docs/explanation/figures.md has the reasons.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from intimacy_scales.results.wording import digits_for, p_shown, shown, written


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureStyle:
    """How a kind of figure is written.

    Attributes
    ----------
    name
        The kind, as the documentation calls it.
    bounded
        Whether no zero stands before the decimal point.
    digits
        Decimals in lines and tables of displays; None: at least two, and as many as a small unit needs.
    in_sentences
        Decimals in sentences and tables of papers; None: as for ``digits``.
    columns
        Names of columns of this kind.
    """

    name: str
    bounded: bool
    digits: int | None
    in_sentences: int | None
    columns: re.Pattern[str]


COEFFICIENT = FigureStyle(
    name="coefficient",
    bounded=True,
    digits=3,
    in_sentences=2,
    columns=re.compile(
        r"(stratified_|standardized_)?alpha|alpha_(if_dropped|one|other)|omega(_[a-z]+)*|lambda[1-6]"
        r"|split_half|spearman_brown|flanagan_rulon|horst|reliability|every_split"
        r"|icc([12](_reml)?|_\w+)?|ICC|(pearson|double_entry)_r|agreement|consistency|kmo|htmt2?|rho(_squared)?|minimal_correlation"
        r"|r(_raw|_std|_drop|_cor)?|mean_r|r_squared|explained"
        r"|communality|uniqueness|squared|fourth|proportion|cumulative|probability|leverage"
        r"|total|asymptotic|hierarchical|ecv|puc|construct_reliability_h|ave(_observed|_standardized)?"
        r"|model_implied|observed|(\w+_)?confidence_level|(true|error|residual|factor)_correlation|by_fisher_z"
    ),
)
STANDARDIZED = FigureStyle(
    name="standardized loading or coefficient",
    bounded=True,
    digits=3,
    in_sentences=2,
    columns=re.compile(r"std_all|standardized(_in_cell)?|in_role|loading|efa_loading|F\d+"),
)
INDEX_OF_FIT = FigureStyle(
    name="index of fit",
    bounded=True,
    digits=3,
    in_sentences=3,
    columns=re.compile(
        r"(robust_|adjusted_)?(cfi|tli|rmsea|srmr|crmr)(_change|_scaled|_missing_corrected)?|rms"
    ),
)
PROBABILITY = FigureStyle(
    name="p value",
    bounded=True,
    digits=3,
    in_sentences=3,
    columns=re.compile(r"p|(\w+_)?p_value(_scaled)?|\w+_p(_scaled)?"),
)
PERCENTAGE = FigureStyle(
    name="percentage", bounded=False, digits=1, in_sentences=0, columns=re.compile(r"%.*|percent")
)
COUNT = FigureStyle(
    name="count or degrees of freedom",
    bounded=False,
    digits=0,
    in_sentences=0,
    columns=re.compile(
        r"n|n_\w+|df\d?|\w+_df|df_change|items|persons|couples|undefined|left_out|answered|iterations"
    ),
)
TEST = FigureStyle(
    name="test statistic or information criterion",
    bounded=False,
    digits=2,
    in_sentences=2,
    columns=re.compile(
        r"t|z|F|(\w+_)?chi_square(_\w+)?|statistic|(adjusted_)?(aic|bic)(_change)?|(\w+_)?log_likelihood"
    ),
)
EFFECT_SIZE = FigureStyle(
    name="difference in standard deviations",
    bounded=False,
    digits=2,
    in_sentences=2,
    columns=re.compile(r"d|dmacs|cohen_d"),
)
IN_ITS_UNIT = FigureStyle(
    name="figure in the unit of scores",
    bounded=False,
    digits=None,
    in_sentences=None,
    columns=re.compile(r".*"),
)
STYLES = (
    PROBABILITY, COEFFICIENT, STANDARDIZED, INDEX_OF_FIT, PERCENTAGE, COUNT, TEST, EFFECT_SIZE, IN_ITS_UNIT
)  # fmt: skip

_ERROR = re.compile(r"(?:(\w+)_)?(?:se|standard_error)")
_END = re.compile(r"(?:(\w+)_)?(?:low|high)")
_LONGEST_SYMBOL = 2  # letters, as of "df", which is not written with a capital
HEADINGS = {
    "mean": "M",
    "sd": "SD",
    "se": "SE",
    "p_value": "p",
    "chi_square": "chi-square",
    "chi_square_p": "p",
    "cfi": "CFI",
    "tli": "TLI",
    "rmsea": "RMSEA",
    "srmr": "SRMR",
    "aic": "AIC",
    "bic": "BIC",
    "std_lv": "std.lv",
    "std_all": "std.all",
    "df1": "df1",
    "df2": "df2",
    "pomp": "POMP",
    "sem": "SEM",
    "icc1": "ICC1",
    "icc2": "ICC2",
    "omega": "Omega total",
    "lambda2": "Lambda-2",
    "split_half": "Split-half",
}


def style_of(name: str) -> FigureStyle:
    """Return how the figures of a column are written.

    Examples
    --------
    >>> [style_of(name).name for name in ("omega_total", "rmsea", "chi_square", "mean")]
    ['coefficient', 'index of fit', 'test statistic or information criterion', 'figure in the unit of scores']
    """
    return next(style for style in STYLES if style.columns.fullmatch(name))


def is_bounded(name: str) -> bool:
    """Return whether the figures of a column cannot exceed 1.

    Examples
    --------
    >>> [name for name in ("alpha", "robust_cfi", "mean", "F1") if is_bounded(name)]
    ['alpha', 'robust_cfi', 'F1']
    """
    return style_of(name).bounded


def heading_of(name: str) -> str:
    """Return the heading of a column of figures.

    Examples
    --------
    >>> heading_of("sd"), heading_of("omega_low")
    ('SD', 'Omega low')
    """
    words = name.replace("_", " ")
    is_word = words[:1].islower() and len(words.split(" ")[0]) > _LONGEST_SYMBOL
    return HEADINGS.get(name, words[:1].upper() + words[1:] if is_word else words)


def column_texts(
    name: str,
    values: Sequence[Any],
    *,
    bounded: bool | Sequence[bool] | None = None,
    digits: int | None = None,
) -> list[str]:
    """Return the texts of a column, by its name; undefined figures as a dash.

    Parameters
    ----------
    name
        Name of the column, as in ``to_frame``.
    values
        Its values: figures, truths or texts.
    bounded
        Whether they cannot exceed 1, for all or for each row; None: as the name says.
    digits
        How many decimals figures have that are neither whole numbers nor p values; None: by their kind.

    Examples
    --------
    >>> column_texts("alpha", [0.8123, float("nan")]), column_texts("p", [0.0001, 0.03])
    (['.812', '-'], ['< .001', '.030'])
    >>> column_texts("mean", [4.2, 3.97]), column_texts("sd", [0.0004]), column_texts("df", [12.0])
    (['4.20', '3.97'], ['0.00040'], ['12'])
    """
    if isinstance(bounded, Sequence):
        pairs = zip(values, bounded, strict=True)
        return [column_texts(name, [value], bounded=one, digits=digits)[0] for value, one in pairs]
    write = _writer(name, values, bounded, digits)
    return [write(value) if _is_figure(value) else _word(value) for value in values]


def error_of(name: str) -> str | None:
    """Return the column whose standard errors a column holds, empty if unnamed; None for other columns.

    Examples
    --------
    >>> error_of("omega_se"), error_of("standard_error"), error_of("mean")
    ('omega', '', None)
    """
    match = _ERROR.fullmatch(name)
    return None if match is None else (match[1] or "")


def end_of(name: str) -> str | None:
    """Return the column whose interval a column is an end of, empty if unnamed; None for other columns.

    Examples
    --------
    >>> end_of("omega_low"), end_of("high"), end_of("d_ci_low"), end_of("mean")
    ('omega', '', 'd', None)
    """
    match = _END.fullmatch(name)
    return None if match is None else (match[1] or "").removesuffix("ci").removesuffix("_")


def _writer(
    name: str, values: Sequence[Any], bounded: bool | None, digits: int | None
) -> Callable[[float], str]:
    style = style_of(name)
    if style is PROBABILITY:
        return p_shown
    if bounded or (bounded is None and style.bounded):
        return partial(written, digits=(style.digits or 3) if digits is None else digits, bounded=True)
    if style is COUNT:
        return _whole
    if style.digits is not None and not style.bounded:
        return partial(shown, digits=style.digits)
    figures = [float(value) for value in values if _is_figure(value)]
    return partial(shown, digits=digits_for(*figures) if digits is None else digits)


def _is_figure(value: Any) -> bool:
    return not isinstance(value, bool | str) and (isinstance(value, float) or hasattr(value, "dtype"))


def _whole(value: float) -> str:
    if not math.isfinite(value):
        return shown(value)
    return f"{value:.0f}" if float(value).is_integer() else shown(value, 2)


def _word(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
