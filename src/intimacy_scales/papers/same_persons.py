"""Whether results can be of the same persons: what reports and scores of one table must agree in."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.factor import CFAResult, StructureReport
from intimacy_scales.reliability import ReliabilityReport
from intimacy_scales.reliability.report.scale_report import ScaleReliability
from intimacy_scales.results.not_kept import NotKept
from intimacy_scales.results.wording import counted, shown
from intimacy_scales.scoring import Scores

_CLOSE = 1e-6  # of the possible range of a score, or of a correlation


def unlike_scores(report: ReliabilityReport, scores: Scores) -> str | None:
    """Return in what a report and scores contradict each other; None where nothing does.

    They are compared in numbers of persons and of complete answers, and in means and standard deviations
    under the report's missing rule.
    """
    if report.n_persons != scores.n_persons:
        return (
            f"the report is of {counted(report.n_persons, 'person')} and the scores of "
            f"{counted(scores.n_persons, 'person')}"
        )
    return next(_unlike_scales(report, scores), None)


def _unlike_scales(report: ReliabilityReport, scores: Scores) -> Iterator[str]:
    for scale in report:
        if scale.items is None or scale.scale not in scores.scale_ids or scores.counted_blanks:
            continue  # totals are made of other figures; blanks that count are answers for scores alone
        place = scores.scale_ids.index(scale.scale)
        complete = scores.answered[:, place] == scale.n_items
        n = int(np.count_nonzero(complete))
        if n != scale.n_complete:
            yield (
                f"by the report {counted(scale.n_complete, 'person')} answered every item of {scale.title}, "
                f"and by the scores {n}"
            )
            continue
        values = scores.values[:, place]
        values = values[complete] if report.missing == "listwise" else values[~np.isnan(values)]
        yield from _unlike_figures(scale, values, scores.range(scale.scale))


def _unlike_figures(
    scale: ScaleReliability, values: NDArray[np.float64], ends: tuple[float, float]
) -> Iterator[str]:
    if len(values) < 2:
        return
    close = _CLOSE * (ends[1] - ends[0])
    of_scores = float(np.mean(values)), float(np.std(values, ddof=1))
    for name, mine, its in zip(
        ("mean", "standard deviation"), (scale.score_mean, scale.score_sd), of_scores, strict=True
    ):
        if math.isfinite(mine) and abs(mine - its) > close:
            yield (
                f"the {name} of {scale.title} is {shown(mine, 3)} in the report and {shown(its, 3)} in the "
                "scores"
            )


def unlike_structure(
    structure: StructureReport | CFAResult, report: ReliabilityReport | None, scores: Scores | None
) -> str | None:
    """Return in what a model contradicts a report or scores; None where nothing does.

    They are compared in numbers of persons and of complete answers; where nobody skipped an item, also in
    correlations of items (of a report) and means of items (of a model that was not read from a document).
    """
    for other, what in ((report, "report"), (scores, "scores")):
        if other is not None and other.n_persons != structure.n_rows:
            return (
                f"the model is of {counted(structure.n_rows, 'person')} and the {what} of "
                f"{counted(other.n_persons, 'person')}"
            )
    contradictions = list(_unlike_complete(structure, scores))
    if isinstance(structure, StructureReport) and report is not None:
        contradictions += _unlike_correlations(structure, report)
    if isinstance(structure, CFAResult) and scores is not None:
        contradictions += _unlike_means(structure, scores)
    return contradictions[0] if contradictions else None


def _keyed_both_ways(items: Iterable[str], keys: Collection[str]) -> bool:
    """Return whether other scales key an item the other way, so that a model's item need not be this one."""
    return any((item.removeprefix("-") if item.startswith("-") else f"-{item}") in keys for item in items)


def _items_of(scores: Scores) -> dict[str, tuple[str, ...]]:
    """Return the items of each scale that consists of items."""
    return {
        scale.id: tuple(scale.items)
        for scale in scores.form.scales
        if scale.items and scale.id in scores.scale_ids
    }


def _complete(scores: Scores, scale: str, n_items: int) -> NDArray[np.bool_]:
    return np.asarray(scores.answered[:, scores.scale_ids.index(scale)] == n_items)


def _unlike_complete(structure: StructureReport | CFAResult, scores: Scores | None) -> Iterator[str]:
    """Yield whether another number of persons answered every item of the model's scales."""
    if scores is None or not isinstance(structure, StructureReport) or scores.counted_blanks:
        return
    items = _items_of(scores)
    if structure.n_complete is None or not set(structure.scales) <= set(items):
        return
    n = int(
        np.count_nonzero(
            np.all([_complete(scores, scale, len(items[scale])) for scale in structure.scales], axis=0)
        )
    )
    if n != structure.n_complete:
        yield (
            f"by the model {counted(structure.n_complete, 'person')} answered every item, and by the scores "
            f"{n}"
        )


def _unlike_correlations(structure: StructureReport, report: ReliabilityReport) -> Iterator[str]:
    """Yield a scale whose standardized alpha is not that of the correlations of the model's items."""
    explored = structure.exploratory
    if explored is None or structure.n_complete != structure.n_rows:
        return
    keys = {item for scale in report if scale.items is not None for item in scale.items.items}
    r = dict(zip(explored.names, range(len(explored.names)), strict=True))
    for scale in report:
        if scale.items is None or scale.scale not in structure.scales:
            continue
        if scale.n_complete != report.n_persons or _keyed_both_ways(scale.items.items, keys):
            continue
        chosen = [r[name] for item in scale.items.items if (name := item.removeprefix("-")) in r]
        k = len(chosen)
        if k != scale.n_items or k < 2 or not math.isfinite(scale.standardized_alpha):
            continue
        total = float(explored.correlations[np.ix_(chosen, chosen)].sum())
        alpha = k / (k - 1) * (1 - k / total)
        if abs(alpha - scale.standardized_alpha) > _CLOSE * max(1.0, abs(alpha)):
            yield f"items of {scale.title} do not correlate alike in the model and in the report"


def _unlike_means(model: CFAResult, scores: Scores) -> Iterator[str]:
    """Yield a scale whose mean is not that of the model's items, where nobody skipped any."""
    if isinstance(model.solution, NotKept) or model.groups or model.n != model.n_rows:
        return
    if model.instrument is None:
        return  # of a table of numbers, whose items need not be keyed
    observed = list(model.model.observed)
    means = model.solution.saturated[0].means
    by_scale = _items_of(scores)
    keys = {item for items in by_scale.values() for item in items}
    for scale in scores.form.scales:
        written = by_scale.get(scale.id, ())
        items = [item.removeprefix("-") for item in written]
        if _keyed_both_ways(written, keys):
            continue
        if not items or not set(items) <= set(observed) or scale.describe() not in ("mean", "sum"):
            continue
        if not _complete(scores, scale.id, len(items)).all():
            continue
        mean = float(np.mean([means[observed.index(item)] for item in items]))
        mean *= len(items) if scale.describe() == "sum" else 1
        low, high = scores.range(scale.id)
        its = float(np.mean(scores[scale.id]))
        if abs(mean - its) > _CLOSE * (high - low):
            yield (
                f"the mean of {scale.title or scale.id} is {shown(mean, 3)} by the model's items and "
                f"{shown(its, 3)} in the scores"
            )
