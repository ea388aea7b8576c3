"""Text of a report for the Method section of a paper."""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.moments.keyed import Missing
from intimacy_scales.reliability.report.scale_report import ScaleReliability
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.wording import apa, percent

CITED = {
    "bonett": "Bonett, 2002",
    "bonett-wright": "Bonett & Wright, 2015",
    "feldt": "Feldt, 1965",
    "duhachek": "Duhachek & Iacobucci, 2004",
    "adf": "distribution-free, after Maydeu-Olivares et al., 2007",
    "bootstrap": "percentile bootstrap",
    "bca": "bias-corrected and accelerated bootstrap",
    "logit": "logit, Raykov & Marcoulides, 2011",
}


def _coefficients(result: ScaleReliability) -> str:
    """Return the coefficients of a scale with their intervals."""
    if result.n_items == 2:
        return f"Spearman-Brown = {apa(result.split_half.estimate)}"
    model = " of correlated factors" if result.omega.model == "correlated" else ""
    omega = f", omega total{model} = {apa(result.omega.estimate)}{_ends(result.omega_interval)}"
    if result.omega.reason:
        omega = ""
    if result.omega.improper:
        omega = f", omega total{model} not reported (improper solution)"
    return f"alpha = {apa(result.alpha.estimate)}{_ends(result.interval)}{omega}"


def _ends(interval: Interval) -> str:
    """Return the interval as text, empty if it is undefined."""
    if interval.reason:
        return ""
    return f", {percent(interval.confidence_level)} CI [{apa(interval.low)}, {apa(interval.high)}]"


def _listed(parts: Sequence[str]) -> str:
    """Return parts as a list in a sentence."""
    return parts[0] if len(parts) == 1 else f"{'; '.join(parts[:-1])}; and {parts[-1]}"


def _persons(results: Sequence[ScaleReliability], missing: Missing, n_persons: int) -> str:
    """Return the numbers of persons that the figures are based on."""
    if missing == "listwise":
        counts = [result.n_complete for result in results]
        kind = "persons, those who answered every item of the scale (listwise deletion)"
    else:
        counts = [n for result in results for n in result.n_pairs]
        kind = "persons for each pair of items (pairwise deletion)"
    fewest, most = min(counts), max(counts)
    if fewest == most == n_persons:
        return f"N = {n_persons} persons, no answers missing"
    n = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    return f"n = {n} of {n_persons} {kind}"


def _interval_methods(results: Sequence[ScaleReliability], n_clusters: int | None) -> str:
    """Return the methods of the intervals in parentheses, or an empty text without intervals."""
    alpha_methods, omega_methods = _methods([r.interval for r in results]), _omega_methods(results)
    if not alpha_methods + omega_methods:
        return ""
    units = f", taking {n_clusters} clusters as units" if n_clusters is not None else ""
    parts = [CITED[method] for method in alpha_methods]
    parts += [f"of omega: {CITED[method]}" for method in omega_methods if method not in alpha_methods]
    return f" (intervals: {'; '.join(parts)}{units})"


def _methods(intervals: Sequence[Interval]) -> list[str]:
    """Return the methods of the intervals that are defined, each once."""
    return list(dict.fromkeys(interval.method for interval in intervals if interval.reason is None))


def _omega_methods(results: Sequence[ScaleReliability]) -> list[str]:
    """Return the methods of the intervals of omega that the text reports."""
    return _methods([r.omega_interval for r in results if r.n_items != 2])


def method_sentence(
    instrument: InstrumentRef,
    results: Sequence[ScaleReliability],
    missing: Missing,
    n_persons: int,
    *,
    n_clusters: int | None,
) -> str:
    """Return the sentences on coefficients, interval methods, n and missing rule."""
    totals = [r for r in results if r.stratified is not None and r.stratified.reason is None]
    rest = [r for r in results if r not in totals]
    simple = [r for r in rest if _reason(r) is None]
    sentences = [_alphas(simple, missing, n_persons, n_clusters)] if simple else []
    named = _omega_methods(simple)
    sentences += [
        f"The reliability of {r.title}, from its {len(r.stratified.parts)} scales, was "
        f"{apa(r.stratified.estimate)} (stratified alpha){_omega_of_total(r, named)}."
        for r in totals
        if r.stratified is not None
    ]
    sentences += [f"For {r.title}, {_reason(r)}." for r in rest if _reason(r)]
    if instrument.status == "draft":
        sentences.append(f"{instrument.named} is a draft, and its scores are not validated.")
    return " ".join(sentences)


def _omega_of_total(result: ScaleReliability, named: Sequence[str]) -> str:
    """Return omega of a total, and the method of its interval unless it is among those already named."""
    if result.omega.improper:
        return "; omega total of correlated factors is not reported (improper solution)"
    if result.omega.reason:
        return ""
    methods = "".join(f"; interval: {CITED[m]}" for m in _omega_methods([result]) if m not in named)
    return (
        f" and {apa(result.omega.estimate)}{_ends(result.omega_interval)} (omega total of correlated "
        f"factors, model-implied variance{methods})"
    )


def _reason(result: ScaleReliability) -> str | None:
    """Return why a scale has no coefficient to report, or None if it has one."""
    if result.alpha.reason is not None:
        return f"alpha is not defined: {result.alpha.reason}"
    return result.split_half.reason if result.n_items == 2 else None


def _omega_definition(results: Sequence[ScaleReliability]) -> str:
    """Return the definition of omega, or an empty text if no scale has one."""
    if all(r.omega.reason or r.n_items == 2 for r in results):
        return ""
    return "McDonald's omega total of one factor, maximum likelihood, model-implied variance; "


def _alphas(
    results: Sequence[ScaleReliability], missing: Missing, n_persons: int, n_clusters: int | None
) -> str:
    """Return the sentence on the internal consistency of scales."""
    values = _listed([f"{r.title}, {r.n_items} items, {_coefficients(r)}" for r in results])
    methods = _interval_methods(results, n_clusters)
    return (
        f"Internal consistency (Cronbach's alpha, unstandardized; {_omega_definition(results)}"
        f"{_persons(results, missing, n_persons)}) was as follows{methods}: {values}."
    )
