"""Whether a loss of fit speaks against a step of invariance: the rule that every ladder of models uses."""

from __future__ import annotations

import math
from collections.abc import Sequence

from intimacy_scales.factor.confirmatory.comparison import FitChange
from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.factor.confirmatory.results.fit_sentence import reported
from intimacy_scales.instrument import Finding

CFI_DROP = 0.010  # Cheung & Rensvold (2002)
POOR_CFI = 0.90  # Bentler & Bonett (1980): models with less can usually be improved much
POOR_RMSEA = 0.10  # Browne & Cudeck (1993): they would not employ a model with more


def is_supported(change: FitChange) -> bool:
    """Return whether CFI falls by no more than .010; an undefined fall supports nothing."""
    return bool(change.reported("cfi") >= -CFI_DROP)


def last_supported(changes: Sequence[FitChange]) -> tuple[str, str | None]:
    """Return the last step that is supported, and the first that is not, of changes in their order."""
    kept = "configural"
    for change in changes:
        if not is_supported(change):
            return kept, change.name
        kept = change.name
    return kept, None


def supported_words(changes: Sequence[FitChange]) -> str:
    """Return which invariance is supported, and which step is the first that is not, in a clause."""
    kept, failed = last_supported(changes)
    text = f"{_invariance_of(kept)} was supported"
    if failed is None:
        return f"{text}."
    fall = next(change.reported("cfi") for change in changes if change.name == failed)
    if math.isnan(fall):
        return f"{text}. For {failed} it is undefined."
    return f"{text}, and {_invariance_of(failed)} was not."


def _invariance_of(step: str) -> str:
    """Return what a step of a ladder is called; the last ones, of factors, have no adjective."""
    return f"invariance of the factors' {step}" if step in ("variances", "means") else f"{step} invariance"


def fits_poorly(fit: Fit) -> bool:
    """Return whether a model fits so badly that comparing it with others says little."""
    return is_poor(fit.df, reported(fit, "cfi"), reported(fit, "rmsea"))


def is_poor(df: int, cfi: float, rmsea: float) -> bool:
    """Return whether one of two indices is beyond its limit; an undefined index is not.

    Examples
    --------
    >>> is_poor(8, 0.93, 0.07), is_poor(8, 0.89, 0.07), is_poor(8, 0.93, 0.12), is_poor(0, 1.0, 0.0)
    (False, True, True, False)
    """
    return bool(df and (cfi < POOR_CFI or rmsea > POOR_RMSEA))


def change_findings(
    changes: Sequence[FitChange], *, step: str, sample: str, n: int, source: str
) -> tuple[Finding, ...]:
    """Return the changes of CFI as findings for an instrument's evidence, rounded to three decimals."""
    return tuple(
        Finding(
            step=step,
            statistic=f"change of {'robust ' * change.scaled}CFI",
            value=round(change.reported("cfi"), 3),
            of=f"{change.name} against {change.before}",
            sample=sample,
            n=n,
            source=source,
        )
        for change in changes
        if math.isfinite(change.reported("cfi"))
    )
