"""Guides to indices of fit with their sources, which are conventions, not strict thresholds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa

LARGEST_HTMT = "largest HTMT"


@result_class
class Guide(Result):
    """An index with the value that is used as a guide to it.

    Attributes
    ----------
    index
        Name of the index, for example ``CFI``.
    value
        Its value; nan where it is undefined.
    wanted
        The guide, for example ``at least .95``.
    met
        Whether the value meets it; None where the value is undefined.
    source
        Source of the guide.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.factor import structure_report
    >>> report = structure_report("scii-24", simulate("scii-24", 300, rng=1).answers, n_iterations=20)
    >>> guide = report.guides[0]
    >>> guide.index, guide.wanted, guide.met
    ('robust CFI', 'at least .95', True)
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
        verdict = {True: "met", False: "not met", None: "undefined"}[self.met]
        return f"<{self.index} {apa(self.value, 3)}, {self.wanted} ({self.source}): {verdict}>"


def _guide(index: str, value: float, limit: float, source: str, *, least: bool) -> Guide:
    met = None if math.isnan(value) else bool(value >= limit if least else value <= limit)
    word = "at least" if least else "at most"
    return Guide(index=index, value=value, wanted=f"{word} {apa(limit)}", met=met, source=source)


def fit_guides(fit: Fit) -> tuple[Guide, ...]:
    """Return the usual indices of fit with their guides; robust ones with robust estimation."""
    robust = fit.scaled
    prefix = "" if robust is None else "robust "
    cfi, tli, rmsea = (
        (fit.cfi, fit.tli, fit.rmsea)
        if robust is None
        else (robust.robust_cfi, robust.robust_tli, robust.robust_rmsea)
    )
    hu = "Hu & Bentler, 1999"
    if fit.df == 0:  # a model that cannot fail
        cfi = tli = rmsea = math.nan
    return (
        _guide(f"{prefix}CFI", cfi, 0.95, hu, least=True),
        _guide(f"{prefix}TLI", tli, 0.95, hu, least=True),
        _guide(f"{prefix}RMSEA", rmsea, 0.06, hu, least=False),
        _guide("SRMR", fit.srmr if fit.df else math.nan, 0.08, hu, least=False),
    )


def scale_guides(
    loadings: Sequence[float], correlations: Sequence[float], ratios: Sequence[float], missing: str | None
) -> tuple[Guide, ...]:
    """Return guides to loadings, factor correlations and ratios, for the least favourable value of each.

    ``missing`` is the missing rule of the ratios; None where no answers are missing.
    """
    guides = []
    if loadings:
        low = min(loadings)
        guides.append(_guide("smallest loading", low, 0.40, "Stevens, 2002", least=True))
    if correlations:
        high = max(abs(value) for value in correlations)
        guides.append(_guide("largest factor correlation", high, 0.85, "Brown, 2015", least=False))
    defined = [value for value in ratios if not math.isnan(value)]
    if defined:
        name = LARGEST_HTMT if missing is None else f"{LARGEST_HTMT} ({missing})"
        guides.append(_guide(name, max(defined), 0.90, "Henseler et al., 2015", least=False))
    return tuple(guides)
