"""The sentences for a Results section on invariance across partners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intimacy_scales.dyads.invariance.verdict import verdict_from_equal, verdict_from_free
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of
from intimacy_scales.factor.confirmatory.results.fit_sentence import (
    chi_square_text,
    improper_sentences,
    index_text,
    rmsea_text,
    sample_text,
)

if TYPE_CHECKING:
    from intimacy_scales.dyads.invariance.result import DyadicInvariance
    from intimacy_scales.factor.confirmatory.comparison import FitChange


def in_direction(result: DyadicInvariance) -> tuple[FitChange, ...]:
    """Return the changes of fit, in the order in which models were compared."""
    return result.changes if result.direction == "from_free" else result.changes[::-1]


def steps_sentence(result: DyadicInvariance) -> str:
    """Return which invariance holds, by which changes of fit, and the difference of means."""
    first, last = (result.models[name] for name in (result.changes[0].before, result.changes[-1].name))
    start, verdict = (
        (first, verdict_from_free) if result.direction == "from_free" else (last, verdict_from_equal)
    )
    name = next(name for name, model in result.models.items() if model is start)
    figures = [chi_square_text(start.fit)]
    figures += [index_text(start.fit, "cfi"), rmsea_text(start.fit)] if start.fit.df else []
    changes = [change.sentence() for change in in_direction(result)]
    freed = f" with {', '.join(result.partial)} free for each partner" if result.partial else ""
    return (
        f"Invariance of {result.scale} across {' and '.join(result.partners)}, in one model of both partners "
        f"({sample_text(start.n, start.n_rows, start.missing)}; n counts couples) by "
        f"{discrepancy_of(start.estimator).title}{freed}: the {name} model had "
        f"{'; '.join([', '.join(figures), *changes])}. {verdict(result.changes, first.fit, result.freed)} "
        f"{result.mean_difference.sentence()}{improper_sentences(result.improper)}"
    )
