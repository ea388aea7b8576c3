"""Sentences about fit for a Results section, with robust figures where the test is corrected."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.results.wording import apa, apa_p, shown

_PARENTHESIS = re.compile(r" \([^()]*\)")  # figures that a sentence leaves out
MISSING = {
    "fiml": "full information maximum likelihood for missing answers",
    "listwise": "complete answers only",
    "pairwise": "pairwise covariances",
}


def kind_of(fit: Fit) -> str:
    """Return the adjective of indices: ``robust`` where the test is corrected, else nothing."""
    return "" if fit.scaled is None else "robust "


def reported(fit: Fit, index: str) -> float:
    """Return ``cfi``, ``tli`` or ``rmsea`` as it is reported: the robust one where the test is corrected."""
    value = getattr(fit, index) if fit.scaled is None else getattr(fit.scaled, f"robust_{index}")
    return float(value)


def index_text(fit: Fit, index: str) -> str:
    """Write an index of fit, for example ``robust CFI = .952``."""
    value = reported(fit, index)
    text = f"= {apa(value, 3)}" if math.isfinite(value) else "undefined"
    return f"{kind_of(fit)}{index.upper()} {text}"


def chi_square_text(fit: Fit) -> str:
    """Write the test of fit with its correction, for example ``chi-square(2) = 1.29, p = .525``."""
    test = fit if fit.scaled is None else fit.scaled
    name = "chi-square" if fit.scaled is None else fit.scaled.title
    if math.isnan(test.chi_square):
        return f"{name}({test.df}), which is undefined because its scaling factor is not positive"
    text = f"{name}({test.df}) = {shown(test.chi_square, 2)}"
    return f"{text}, {apa_p(test.p_value)}" if fit.df else f"{text}, which tests nothing"


def rmsea_text(fit: Fit) -> str:
    """Write RMSEA with its 90 % confidence interval."""
    low, high = fit.rmsea_interval() if fit.scaled is None else fit.scaled.robust_rmsea_interval()
    text = index_text(fit, "rmsea")
    return f"{text}, 90% CI [{apa(low, 3)}, {apa(high, 3)}]" if math.isfinite(low) else text


def fit_text(fit: Fit) -> str:
    """Write the test and the indices of fit."""
    indices = [index_text(fit, "cfi"), index_text(fit, "tli"), rmsea_text(fit), f"SRMR = {apa(fit.srmr, 3)}"]
    return ", ".join([chi_square_text(fit), *(indices if fit.df else ())])


def sample_text(n: int, n_rows: int, missing: str) -> str:
    """Write the number of persons, and how missing answers were treated."""
    used = f"n = {n}" if n == n_rows else f"n = {n} of {n_rows}"
    return used if missing == "listwise" and n == n_rows else f"{used}, {MISSING[missing]}"


def improper_sentence(parts: Sequence[str], what: str = "The solution") -> str:
    """Return the sentence that a solution is improper, and how; nothing where it is proper.

    Examples
    --------
    >>> improper_sentence(["the variance of f is negative (-0.120)"])
    'The solution is improper (the variance of f is negative) and must not be interpreted as it stands.'
    """
    if not parts:
        return ""
    brief = [_PARENTHESIS.sub("", part).partition(": ")[0] for part in parts]
    return f"{what} is improper ({'; '.join(dict.fromkeys(brief))}) and must not be interpreted as it stands."


def improper_sentences(improper: Mapping[str, Sequence[str]]) -> str:
    """Return the sentences on improper models, to follow others; nothing where all are proper."""
    return "".join(
        f" {improper_sentence(parts, f'The solution of {name}')}" for name, parts in improper.items()
    )
