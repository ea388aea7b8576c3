"""Whether a loss of fit speaks against a step of invariance: the rule that every ladder of models uses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from intimacy_scales.factor.confirmatory.comparison import FitChange
from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.factor.confirmatory.results.fit_sentence import index_text, reported
from intimacy_scales.instrument import Finding
from intimacy_scales.results.wording import apa, joined

CFI_DROP = 0.010  # Cheung & Rensvold (2002)
POOR_CFI = 0.90  # Bentler & Bonett (1980): models with less can usually be improved much
CLOSE_CFI = 0.95  # Hu & Bentler (1999)
POOR_RMSEA = 0.10  # Browne & Cudeck (1993): they would not employ a model with more


def is_supported(change: FitChange) -> bool:
    """Return whether CFI falls by no more than .010; an undefined fall supports nothing."""
    return bool(change.reported("cfi") >= -CFI_DROP)


def last_supported(changes: Sequence[FitChange]) -> tuple[str, str | None]:
    """Return the last step that is supported, and the first that is not, of changes in their order.

    Where the first step is not supported, the last supported one is the model with which the ladder begins.
    """
    kept = changes[0].before if changes else "configural"
    for change in changes:
        if not is_supported(change):
            return kept, change.name
        kept = change.name
    return kept, None


def supported_words(changes: Sequence[FitChange], freed: Mapping[str, Sequence[str]] | None = None) -> str:
    """Return which invariance is supported, and which step is the first that is not, in a clause.

    Parameters
    ----------
    changes
        The loss of fit at each step.
    freed
        Step → parameters that are free in it although those of their kind are equal: it is then partial.
    """
    kept, failed = last_supported(changes)
    released = dict(freed or {})
    first = changes[0].before if changes else "configural"
    given = ""
    if first != "configural":  # its equalities were not compared with a model without them
        untested = _invariance_of(first, released.get(first, ()))
        given = f" {untested[0].upper()}{untested[1:]}, with which the models begin, was not tested."
    fall = next((change.reported("cfi") for change in changes if change.name == failed), math.nan)
    if given and kept == first:
        was = "is undefined" if math.isnan(fall) else "was not supported"
        return f"{_invariance_of(failed or kept, released.get(failed or kept, ()))} {was}.{given}"
    text = f"{_invariance_of(kept, released.get(kept, ()))} was supported"
    if failed is None:
        return f"{text}.{given}"
    if math.isnan(fall):
        return f"{text}. For {failed} it is undefined.{given}"
    return f"{text}, and {_invariance_of(failed, released.get(failed, ()))} was not.{given}"


def _invariance_of(step: str, freed: Sequence[str] = ()) -> str:
    """Return what a step of a ladder is called; the last ones, of factors, have no adjective."""
    name = f"invariance of the factors' {step}" if step in ("variances", "means") else f"{step} invariance"
    return f"partial {name} (with {joined(list(freed))} free)" if freed else name


def fits_poorly(fit: Fit) -> bool:
    """Return whether a model fits so badly that comparing it with others says little."""
    return is_poor(fit.df, reported(fit, "cfi"), reported(fit, "rmsea"))


def fit_caution(name: str, fit: Fit) -> str:
    """Return the sentence on a first model that fits poorly, or not closely; empty where it fits closely."""
    if fits_poorly(fit):
        return f" The {name} model does not fit well, so that this says little."
    if fit.df and reported(fit, "cfi") < CLOSE_CFI:
        return (
            f" The {name} model does not fit closely ({index_text(fit, 'cfi')}, below {apa(CLOSE_CFI)}; Hu & "
            "Bentler, 1999), so that equalities that are not rejected say less."
        )
    return ""


def is_poor(df: int, cfi: float, rmsea: float) -> bool:
    """Return whether one of two indices is beyond its limit; an undefined index is not.

    Examples
    --------
    >>> is_poor(8, 0.93, 0.07), is_poor(8, 0.89, 0.07), is_poor(8, 0.93, 0.12), is_poor(0, 1.0, 0.0)
    (False, True, True, False)
    """
    return bool(df and (cfi < POOR_CFI or rmsea > POOR_RMSEA))


def change_findings(
    changes: Sequence[FitChange],
    *,
    step: str,
    sample: str,
    n: int,
    source: str,
    freed: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Finding, ...]:
    """Return the changes of CFI as findings for an instrument's evidence, rounded to three decimals."""
    return tuple(
        Finding(
            step=step,
            statistic=f"change of {'robust ' * change.scaled}CFI",
            value=round(change.reported("cfi"), 3),
            of=f"{_partly(change.name, freed)} against {_partly(change.before, freed)}",
            sample=sample,
            n=n,
            source=source,
        )
        for change in changes
        if math.isfinite(change.reported("cfi"))
    )


def _partly(step: str, freed: Mapping[str, Sequence[str]] | None) -> str:
    """Return the name of a step, called partial where parameters of its kinds are free."""
    return f"partial {step}" if freed and freed.get(step) else step
