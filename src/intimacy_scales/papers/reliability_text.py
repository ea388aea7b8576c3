"""The sentences on internal consistency for a Method section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intimacy_scales.papers.words import in_prose, listed, spans
from intimacy_scales.reliability.report.report import ReliabilityReport
from intimacy_scales.reliability.report.scale_report import ScaleReliability
from intimacy_scales.reliability.report.sentence import CITED
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.wording import apa, joined, percent

_N_OF_HALVES = 2  # items, one in each half: their reliability is the Spearman-Brown coefficient


def reliability_sentences(report: ReliabilityReport, clusters: str = "") -> list[str]:
    """Return the sentences on coefficients: definitions, intervals, missing answers, values.

    Parameters
    ----------
    report
        The report.
    clusters
        Its clusters in words, where it has any.

    Examples
    --------
    >>> from intimacy_scales import reliability_report, simulate
    >>> report = reliability_report("ras", simulate("ras", 100, rng=1).answers)
    >>> for sentence in reliability_sentences(report)[:2]:
    ...     print(sentence)
    Internal consistency was estimated by Cronbach's alpha (unstandardized) and McDonald's omega total (one-factor model, maximum likelihood, model-implied variance), with 95% confidence intervals (CIs, in brackets; alpha: Bonett, 2002; omega: logit, Raykov & Marcoulides, 2011).
    No answers were missing (N = 100).
    """  # noqa: E501 - what the example prints
    scales = [scale for scale in report.scales if _defined(scale)]
    undefined = [scale for scale in report.scales if not _defined(scale)]
    sentences = []
    if scales:
        sentences += [
            *_methods(report, scales),
            _missing(report, scales),
            *_clusters(report, scales, clusters),
        ]
        sentences += [*_values(report, scales), *_improper(scales), *_without_omega(scales)]
    sentences += [_undefined(report, scale) for scale in undefined]
    return [*sentences, *keying_cautions(report)]


def keying_cautions(report: ReliabilityReport) -> list[str]:
    """Return a sentence for each scale with items that run against their keys.

    Examples
    --------
    >>> import warnings
    >>> from intimacy_scales import reliability_report, simulate
    >>> answers = simulate("ras", 200, rng=1).answers
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # the report warns, too
    ...     report = reliability_report("ras", answers.assign(ras_1=6 - answers["ras_1"]))
    >>> keying_cautions(report)[0][:66]
    'The coding of ras_1 has to be checked before the figures of Total '
    """
    return [
        f"The coding of {joined(list(scale.keying.items))} has to be checked before the figures of "
        f"{scale.title} are used: {'it runs' if len(scale.keying.items) == 1 else 'they run'} against the "
        f"scoring key (correlation with the other items "
        f"{joined([apa(r) for r in scale.keying.correlations])})."
        for scale in report.scales
        if scale.keying is not None
    ]


def _defined(scale: ScaleReliability) -> bool:
    if scale.stratified is not None and scale.stratified.reason is None:
        return True
    if scale.n_items == _N_OF_HALVES:
        return scale.alpha.reason is None and scale.split_half.reason is None
    return scale.alpha.reason is None


def _stratified(scale: ScaleReliability) -> bool:
    return scale.stratified is not None and scale.stratified.reason is None


def _has_omega(scale: ScaleReliability) -> bool:
    return scale.n_items != _N_OF_HALVES and scale.omega.reason is None and not scale.omega.improper


def _tried_omega(scale: ScaleReliability) -> bool:
    return scale.n_items != _N_OF_HALVES and (scale.omega.reason is None or bool(scale.omega.improper))


def _methods(report: ReliabilityReport, scales: Sequence[ScaleReliability]) -> Iterator[str]:
    """Yield the sentences on the coefficients and their intervals."""
    totals = [scale for scale in scales if _stratified(scale)]
    pairs = [scale for scale in scales if scale.n_items == _N_OF_HALVES and scale not in totals]
    rest = [scale for scale in scales if scale not in totals and scale not in pairs]
    if rest:
        one = "model" if len(rest) == 1 else "models"
        omega = [scale for scale in rest if _tried_omega(scale) and scale.omega.model == "one_factor"]
        kind = (
            f" and McDonald's omega total (one-factor {one}, maximum likelihood, model-implied variance)"
            if omega
            else ""
        )
        coefficients = f"Cronbach's alpha (unstandardized){kind}"
        yield f"Internal consistency was estimated by {coefficients}{_intervals(report, rest)}."
        correlated = [in_prose(s.title) for s in rest if _has_omega(s) and s.omega.model == "correlated"]
        if correlated:
            yield f"Omega total of {listed(correlated)} is that of correlated factors."
    if pairs:
        titles = (
            "" if not rest and not totals else f" of {listed([in_prose(scale.title) for scale in pairs])}"
        )
        yield (
            f"The reliability{titles} was estimated by the Spearman-Brown coefficient, because "
            f"{'each of these scales has' if len(pairs) > 1 else 'this scale has'} two items."
        )
    if totals:
        also = any(_tried_omega(scale) for scale in totals)
        omega_text = " and by omega total of correlated factors (model-implied variance)" if also else ""
        interval = "" if rest else _intervals(report, totals)
        yield (
            f"The reliability of {listed([in_prose(s.title) for s in totals])}, which {_combine(totals)} "
            f"other scales, was estimated by stratified alpha{omega_text}{interval}."
        )


def _combine(totals: Sequence[ScaleReliability]) -> str:
    return "combines" if len(totals) == 1 else "combine"


def _intervals(report: ReliabilityReport, scales: Sequence[ScaleReliability]) -> str:
    """Return the phrase on intervals; an empty text without any."""
    alphas = _used([scale.interval for scale in scales if not _stratified(scale)])
    omegas = _used([scale.omega_interval for scale in report.scales if _has_omega(scale)])
    if alphas and omegas == alphas:
        parts = [CITED[method] for method in alphas]
    else:
        parts = [f"alpha: {CITED[method]}" for method in alphas]
        parts += [f"omega: {CITED[method]}" for method in omegas]
    if not parts:
        return ""
    level = percent(report.confidence_level)
    return f", with {level} confidence intervals (CIs, in brackets; {'; '.join(parts)})"


def _used(intervals: Sequence[Interval]) -> list[str]:
    return list(dict.fromkeys(interval.method for interval in intervals if interval.reason is None))


def _missing(report: ReliabilityReport, scales: Sequence[ScaleReliability]) -> str:
    """Return the sentence on missing answers and the number of respondents."""
    n_persons = report.n_persons
    if report.missing == "listwise":
        counts = [scale.n_complete for scale in scales]
        rule = "Coefficients are based on respondents who answered every item of the scale"
    else:
        counts = [n for scale in scales for n in scale.n_pairs]
        rule = "Skipped items were handled by pairwise deletion"
    if min(counts) == max(counts) == n_persons:
        return f"No answers were missing (N = {n_persons})."
    each = " for each pair of items" if report.missing == "pairwise" else ""
    return f"{rule} (n = {spans(counts)} of {n_persons}{each})."


def _clusters(report: ReliabilityReport, scales: Sequence[ScaleReliability], clusters: str) -> Iterator[str]:
    if report.n_clusters is not None and _used([scale.interval for scale in scales]):
        yield f"Intervals take the {clusters or f'{report.n_clusters} clusters of respondents'} as units."


def _values(report: ReliabilityReport, scales: Sequence[ScaleReliability]) -> Iterator[str]:
    """Yield the sentences with the figures."""
    totals = [scale for scale in scales if _stratified(scale)]
    pairs = [scale for scale in scales if scale.n_items == _N_OF_HALVES and scale not in totals]
    rest = [scale for scale in scales if scale not in totals and scale not in pairs]
    level = percent(report.confidence_level)
    if len(rest) == 1:
        whose = "" if len(report.scales) == 1 else f" of {in_prose(rest[0].title)}"
        alpha, *omega = _figures(rest[0], f"{level} CI ")
        text = f"{alpha.replace('alpha', f'alpha{whose}', 1)}{''.join(f', and {text}' for text in omega)}"
        yield f"{text[0].upper()}{text[1:]}."
    elif rest:
        texts = [f"{scale.title}, {', '.join(_figures(scale))}" for scale in rest]
        yield f"Coefficients were as follows: {'; '.join(texts[:-1])}; and {texts[-1]}."
    if len(pairs) == 1:
        whose = "" if len(report.scales) == 1 else f" of {in_prose(pairs[0].title)}"
        yield f"The Spearman-Brown coefficient{whose} was {apa(pairs[0].split_half.estimate)}."
    elif pairs:
        texts = [f"{apa(scale.split_half.estimate)} ({scale.title})" for scale in pairs]
        yield f"Spearman-Brown coefficients were {joined(texts)}."
    for scale in totals:
        figures = " and ".join(_figures(scale, f"{level} CI "))
        yield f"For {in_prose(scale.title)}, {figures}."


def _figures(scale: ScaleReliability, level: str = "") -> list[str]:
    if _stratified(scale) and scale.stratified is not None:
        figures = [f"stratified alpha = {apa(scale.stratified.estimate)}"]
    else:
        figures = [f"alpha = {apa(scale.alpha.estimate)}{_ends(scale.interval, level)}"]
    if _has_omega(scale):
        figures.append(f"omega total = {apa(scale.omega.estimate)}{_ends(scale.omega_interval, level)}")
    return figures


def _ends(interval: Interval, level: str) -> str:
    if interval.reason is not None:
        return ""
    return f"{', ' if level else ' '}{level}[{apa(interval.low)}, {apa(interval.high)}]"


def _improper(scales: Sequence[ScaleReliability]) -> Iterator[str]:
    improper = [
        in_prose(scale.title) for scale in scales if scale.n_items != _N_OF_HALVES and scale.omega.improper
    ]
    if improper:
        solution = (
            "the solution of its factor model is"
            if len(improper) == 1
            else "the solutions of their factor models are"
        )
        yield f"Omega total of {listed(improper)} is not reported, because {solution} improper."


def _without_omega(scales: Sequence[ScaleReliability]) -> Iterator[str]:
    for scale in scales:
        if scale.n_items != _N_OF_HALVES and not _tried_omega(scale) and scale.omega.reason is not None:
            yield f"Omega total of {in_prose(scale.title)} is not defined: {scale.omega.reason}."


def _undefined(report: ReliabilityReport, scale: ScaleReliability) -> str:
    whose = "" if len(report.scales) == 1 else f" of {in_prose(scale.title)}"
    reason = scale.alpha.reason or scale.split_half.reason or ""
    return f"Internal consistency{whose} is not reported: {reason.partition(';')[0]}."
