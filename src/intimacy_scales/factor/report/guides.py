"""Values that are used as guides, with their sources: not laws, and not thresholds of truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import shown

LARGEST_HTMT = "largest HTMT"


@result_class
class Guide(Result):
    """An index beside the value that is used as a guide.

    Attributes
    ----------
    index
        Which index, for example ``CFI``.
    value
        What it is; nan where it is not defined.
    wanted
        The guide, for example ``at least 0.95``.
    met
        Whether the value is within it; None where it is not defined.
    source
        Who proposed it.
    """

    index: str
    value: float
    wanted: str
    met: bool | None
    source: str

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        verdict = {True: "met", False: "not met", None: "not defined"}[self.met]
        return f"<{self.index} {shown(self.value)}, {self.wanted} ({self.source}): {verdict}>"


def _guide(index: str, value: float, limit: float, source: str, *, least: bool) -> Guide:
    met = None if math.isnan(value) else bool(value >= limit if least else value <= limit)
    word = "at least" if least else "at most"
    return Guide(index=index, value=value, wanted=f"{word} {limit:.2f}", met=met, source=source)


def fit_guides(fit: Fit) -> tuple[Guide, ...]:
    """Return the usual indices of fit beside their guides; robust ones where there are any."""
    robust = fit.scaled
    word = "" if robust is None else "robust "
    cfi, tli, rmsea = (
        (fit.cfi, fit.tli, fit.rmsea)
        if robust is None
        else (robust.robust_cfi, robust.robust_tli, robust.robust_rmsea)
    )
    hu = "Hu & Bentler, 1999"
    if fit.df == 0:  # a model that cannot fail
        cfi = tli = rmsea = math.nan
    return (
        _guide(f"{word}CFI", cfi, 0.95, hu, least=True),
        _guide(f"{word}TLI", tli, 0.95, hu, least=True),
        _guide(f"{word}RMSEA", rmsea, 0.06, hu, least=False),
        _guide("SRMR", fit.srmr if fit.df else math.nan, 0.08, hu, least=False),
    )


def scale_guides(
    loadings: Sequence[float], correlations: Sequence[float], ratios: Sequence[float], missing: str | None
) -> tuple[Guide, ...]:
    """Return guides to single items and to pairs of scales: the least favourable value of each kind.

    ``missing`` is how missing answers were treated where ratios were made; None where there are none.
    """
    found = []
    if loadings:
        low = min(loadings)
        found.append(_guide("smallest loading", low, 0.40, "Stevens, 2002", least=True))
    if correlations:
        high = max(abs(value) for value in correlations)
        found.append(_guide("largest factor correlation", high, 0.85, "Brown, 2015", least=False))
    defined = [value for value in ratios if not math.isnan(value)]
    if defined:
        name = LARGEST_HTMT if missing is None else f"{LARGEST_HTMT} ({missing})"
        found.append(_guide(name, max(defined), 0.90, "Henseler et al., 2015", least=False))
    return tuple(found)
