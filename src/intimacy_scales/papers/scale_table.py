"""Table 1 of a paper: what is known of each scale, and how scales correlate."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor import CFAResult, StructureReport
from intimacy_scales.papers.notes import ESTIMATORS, defined, origin, same_instrument
from intimacy_scales.papers.reliability_text import keying_cautions
from intimacy_scales.papers.same_persons import unlike_scores, unlike_structure
from intimacy_scales.papers.score_statistics import ScoreStatistics, score_statistics
from intimacy_scales.papers.table import (
    Column,
    PaperTable,
    as_paper_table,
    numbers,
    with_interval,
    words,
)
from intimacy_scales.papers.words import spans
from intimacy_scales.reliability import ReliabilityReport
from intimacy_scales.reliability.report.scale_report import ScaleReliability
from intimacy_scales.reliability.report.sentence import CITED
from intimacy_scales.results.symbols import ALPHA
from intimacy_scales.results.wording import apa, joined, percent, shown
from intimacy_scales.scoring import Scores

_EN_DASH = "\N{EN DASH}"
_MISSING = {
    "pairwise": "coefficients from the persons who answered each pair of items",
    "listwise": "coefficients from the persons who answered every item of a scale",
}


def scale_table(
    report: ReliabilityReport | None,
    scores: Scores | None,
    structure: StructureReport | CFAResult | None,
    *,
    number: int | None,
    title: str | None,
    labels: Mapping[str, str],
) -> PaperTable:
    """Return the table of scales, with all that the results given tell."""
    instrument = same_instrument(r.instrument for r in (report, scores, structure) if r is not None)
    _check_persons(report, scores, structure)
    scales = _scales(report, scores)
    described = None if scores is None else score_statistics(scores)
    titles = _titles(scales, report, scores, labels)
    columns = [words("scale", "Scale", scales, [f"{n}. {text}" for n, text in enumerate(titles, start=1)])]
    columns += _counts(report, described)
    columns += [] if described is None else _shape(described)
    columns += [] if report is None else _reliability(list(report))
    correlated, sentences = _correlations(scales, described, structure)
    columns += correlated
    parts = ["Descriptive statistics", *(["reliability"] if report is not None else [])]
    parts += ["correlations"] if correlated else []
    return as_paper_table(
        "scales",
        title or f"{joined(parts)} of scales",
        columns,
        [*_note(report, described), *_without_scores(described, titles), *sentences, *origin(instrument)],
        number,
    )


def _check_persons(
    report: ReliabilityReport | None, scores: Scores | None, structure: StructureReport | CFAResult | None
) -> None:
    """Raise where results cannot be of the same persons."""
    unlike = None
    if report is not None and scores is not None:
        unlike = unlike_scores(report, scores)
    if unlike is None and structure is not None:
        unlike = unlike_structure(structure, report, scores)
    if unlike is not None:
        raise EstimationError(
            f"these results are not of the same persons and answers: {unlike}; compute all of them from the "
            "same table, with the same options of reading it"
        )


def _scales(report: ReliabilityReport | None, scores: Scores | None) -> list[str]:
    if report is None:
        return [] if scores is None else list(scores.scale_ids)
    return [scale.scale for scale in report]


def _titles(
    scales: Sequence[str], report: ReliabilityReport | None, scores: Scores | None, labels: Mapping[str, str]
) -> list[str]:
    """Return the scales' titles as they are printed."""
    titles = {} if report is None else {scale.scale: scale.title for scale in report}
    if scores is not None:
        titles |= {scale.id: scale.title for scale in scores.form.scales if scale.title}
    return [labels.get(scale) or titles.get(scale) or scale for scale in scales]


def _counts(report: ReliabilityReport | None, described: ScoreStatistics | None) -> list[Column]:
    """Return numbers of items and persons, mean and standard deviation: of scores where they are given."""
    columns = [] if report is None else [words("k", "k", [scale.n_items for scale in report])]
    if described is not None:
        n, mean, sd = described.n.tolist(), described.mean.tolist(), described.sd.tolist()
    else:
        rows = [] if report is None else list(report)
        n, mean, sd = (
            [scale.n for scale in rows],
            [scale.score_mean for scale in rows],
            [scale.score_sd for scale in rows],
        )
    return [*columns, words("n", "n", n), numbers("mean", "M", mean), numbers("sd", "SD", sd)]


def _shape(described: ScoreStatistics) -> list[Column]:
    columns = []
    for name, ends in (("possible", described.possible), ("observed", described.observed)):
        digits = 0 if np.all(np.isnan(ends) | (ends == np.round(ends))) else 2
        columns.append(
            Column(
                heading=name.capitalize(),
                figures={f"{name}_low": ends[:, 0].tolist(), f"{name}_high": ends[:, 1].tolist()},
                cells=[_range_text(low, high, digits) for low, high in ends.tolist()],
                above="Range",
            )
        )
    return [*columns, numbers("skew", "Skew", described.skewness.tolist())]


def _range_text(low: float, high: float, digits: int) -> str:
    if math.isnan(low):
        return "-"
    between = " to " if low < 0 else _EN_DASH
    return f"{shown(low, digits)}{between}{shown(high, digits)}"


def _reliability(scales: Sequence[ScaleReliability]) -> list[Column]:
    level = percent(scales[0].interval.confidence_level)
    alphas = [(s.alpha.estimate, s.interval.low, s.interval.high) for s in scales]
    omegas = [
        (math.nan,) * 3
        if s.omega.improper
        else (s.omega.estimate, s.omega_interval.low, s.omega_interval.high)
        for s in scales
    ]
    columns = [with_interval("alpha", f"{ALPHA} [{level} CI]", alphas)]
    if not all(math.isnan(estimate) for estimate, *_ in omegas):
        marks = ["improper" if s.omega.improper else "" for s in scales]
        columns.append(with_interval("omega", f"ω [{level} CI]", omegas, marks=marks))
    return columns


def _correlations(
    scales: Sequence[str], described: ScoreStatistics | None, structure: StructureReport | CFAResult | None
) -> tuple[list[Column], list[str]]:
    """Return the columns of correlations and what they are of: scores below the diagonal, factors above."""
    m = len(scales)
    matrix = np.full((m, m), np.nan)
    sentences: list[str] = []
    if described is not None and m > 1:
        below = np.tril_indices(m, -1)
        matrix[below] = described.correlations[below]
        fewest, most = described.n_pairs[below].min(), described.n_pairs[below].max()
        n = f"n = {most}" if fewest == most else f"n = {fewest} to {most}"
        sentences.append(f"Below the diagonal: Pearson correlations of observed scores ({n}, pairwise).")
    if structure is not None:
        names, factors = _factor_correlations(structure)
        places = [place for place, scale in enumerate(scales) if scale in names]
        for i in places:
            for j in places:
                if i < j:
                    matrix[i, j] = factors[names.index(scales[i]), names.index(scales[j])]
        if np.isfinite(matrix[np.triu_indices(m, 1)]).any():
            sentences.append(
                "Above the diagonal: correlations of the factors of a confirmatory factor analysis "
                f"({ESTIMATORS[structure.estimator]}, n = {structure.n})."
            )
            if structure.improper:
                sentences.append(
                    "The solution of that analysis is improper; its correlations cannot be interpreted."
                )
    if not sentences:
        return [], []
    last = m if np.isfinite(matrix[:-1, -1]).any() else m - 1  # the last column of a triangle is empty
    columns = []
    for j in range(last):
        values = matrix[:, j].tolist()
        cells = ["-" if i == j else "" if math.isnan(r) else apa(r) for i, r in enumerate(values)]
        columns.append(
            Column(heading=str(j + 1), figures={f"r_{scales[j]}": values}, cells=cells, above="Correlations")
        )
    return columns, sentences


def _factor_correlations(structure: StructureReport | CFAResult) -> tuple[list[str], NDArray[np.float64]]:
    if isinstance(structure, StructureReport):
        return list(structure.factor_names), structure.factor_correlations
    frame = structure.factor_correlations()
    return [str(name) for name in frame.columns], frame.to_numpy()


def _note(report: ReliabilityReport | None, described: ScoreStatistics | None) -> list[str]:
    """Return the sentences on symbols, persons, coefficients and their intervals."""
    symbols = [("k", "number of items")] if report is not None else []
    if described is not None:
        symbols.append(("n", "persons with a score"))
    elif report is not None:
        symbols.append(("n", f"persons of {report.n_persons}"))
    if report is None:
        return [defined(symbols)]
    symbols.append((ALPHA, "Cronbach's alpha"))
    with_omega = any(s.omega.reason is None and not s.omega.improper for s in report)
    if with_omega:
        symbols.append(("ω", "McDonald's omega total of one factor; of composites, of correlated factors"))
    symbols.append(("CI", "confidence interval"))
    return [
        defined(symbols),
        _intervals(report, with_omega=with_omega),
        *_totals(report),
        *_odd(report),
    ]


def _without_scores(described: ScoreStatistics | None, titles: Sequence[str]) -> list[str]:
    """Return the sentence on scales of which nobody has a score."""
    if described is None or described.n.all():
        return []
    if not described.n.any():
        return ["No score could be computed."]
    none = [title for title, n in zip(titles, described.n, strict=True) if not n]
    return [f"No score could be computed for {joined(none)}."]


def _odd(report: ReliabilityReport) -> list[str]:
    """Return the sentences on figures that are left out, coefficients below 0, and odd keys."""
    return [*_unlike(report), *_negative(report), *keying_cautions(report)]


def _negative(report: ReliabilityReport) -> list[str]:
    """Return the caution about coefficients below 0."""
    below = [s.title for s in report if s.alpha.reason is None and s.alpha.estimate < 0]
    return [
        f"Caution: {ALPHA} of {joined(below)} is below 0, because items correlate negatively on average: "
        "check whether they are keyed in the right direction."
    ] if below else []  # fmt: skip


def _intervals(report: ReliabilityReport, *, with_omega: bool) -> str:
    methods = {s.interval.method for s in report if s.interval.reason is None}
    parts = [f"of {ALPHA}, {CITED[method]}" for method in sorted(methods)]
    if with_omega:
        methods = {s.omega_interval.method for s in report if s.omega_interval.reason is None}
        parts += [f"of ω, {CITED[method]}" for method in sorted(methods)]
    units = "" if report.n_clusters is None else f", {report.n_clusters} clusters as units"
    counts = [s.n_complete for s in report]
    if report.missing == "pairwise":
        counts = [n for s in report for n in s.n_pairs]
    used = f"N = {report.n_persons}"
    if not min(counts) == max(counts) == report.n_persons:
        used = f"n = {spans(counts)} of {report.n_persons}"
    missing = f"Missing answers: {_MISSING[report.missing]} ({used})."
    return f"Intervals: {'; '.join(parts)}{units}. {missing}" if parts else missing


def _totals(report: ReliabilityReport) -> list[str]:
    """Return the sentence on the reliability of composites from that of their parts."""
    sentences = [
        f"of {s.title} = {apa(s.stratified.estimate)}"
        for s in report
        if s.stratified is not None and s.stratified.reason is None
    ]
    return [f"Stratified alpha {joined(sentences)}."] if sentences else []


def _unlike(report: ReliabilityReport) -> list[str]:
    """Return the sentence on figures that are left out, with the reasons."""
    sentences = [f"{s.title}: {s.alpha.reason}" for s in report if s.alpha.reason]
    sentences += [f"{s.title}: omega has an improper solution" for s in report if s.omega.improper]
    return [f"Not defined or not reported: {'; '.join(sentences)}."] if sentences else []
