"""The sentences of a Method section."""

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
_PAIR = 2


def _value(result: ScaleReliability) -> str:
    if result.n_items == _PAIR:
        return f"Spearman-Brown = {apa(result.split_half.estimate)}"
    of = " of correlated factors" if result.omega.model == "correlated" else ""
    omega = f", omega total{of} = {apa(result.omega.estimate)}{_ends(result.omega_interval)}"
    if result.omega.reason:
        omega = ""
    if result.omega.improper:
        omega = f", omega total{of} not reported (improper solution)"
    return f"alpha = {apa(result.alpha.estimate)}{_ends(result.interval)}{omega}"


def _ends(interval: Interval) -> str:
    if interval.reason:
        return ""
    return f", {percent(interval.confidence_level)} CI [{apa(interval.low)}, {apa(interval.high)}]"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{'; '.join(parts[:-1])}; and {parts[-1]}"


def _persons(results: Sequence[ScaleReliability], missing: Missing, n_persons: int) -> str:
    """Say how many persons the figures are of."""
    if missing == "listwise":
        counts = [result.n_complete for result in results]
        kind = "persons, those who answered every item of the scale (listwise deletion)"
    else:
        counts = [n for result in results for n in result.n_pairs]
        kind = "persons for each pair of items (pairwise deletion)"
    few, many = min(counts), max(counts)
    if few == many == n_persons:
        return f"N = {n_persons} persons, no answers missing"
    shown = f"{few}" if few == many else f"{few} to {many}"
    return f"n = {shown} of {n_persons} {kind}"


def _how(results: Sequence[ScaleReliability], n_clusters: int | None) -> str:
    """Say how intervals were made."""
    of_alpha, of_omega = _methods([r.interval for r in results]), _omega_methods(results)
    if not of_alpha + of_omega:
        return ""
    within = f", taking {n_clusters} clusters as units" if n_clusters is not None else ""
    parts = [CITED[method] for method in of_alpha]
    parts += [f"of omega: {CITED[method]}" for method in of_omega if method not in of_alpha]
    return f" (intervals: {'; '.join(parts)}{within})"


def _methods(intervals: Sequence[Interval]) -> list[str]:
    """Return the methods of those that are defined."""
    return list(dict.fromkeys(made.method for made in intervals if made.reason is None))


def _omega_methods(results: Sequence[ScaleReliability]) -> list[str]:
    """Return the methods of the intervals of omega that a sentence gives."""
    return _methods([r.omega_interval for r in results if r.n_items != _PAIR])


def method_sentence(
    instrument: InstrumentRef,
    results: Sequence[ScaleReliability],
    missing: Missing,
    n_persons: int,
    *,
    n_clusters: int | None,
) -> str:
    """Return the sentences that name coefficient, interval method, n and missing rule."""
    totals = [r for r in results if r.stratified is not None and r.stratified.reason is None]
    rest = [r for r in results if r not in totals]
    simple = [r for r in rest if _reason(r) is None]
    said = [_alphas(simple, missing, n_persons, n_clusters)] if simple else []
    named = _omega_methods(simple)
    said += [
        f"The reliability of {r.title}, from its {len(r.stratified.parts)} scales, was "
        f"{apa(r.stratified.estimate)} (stratified alpha){_omega_of_total(r, named)}."
        for r in totals
        if r.stratified is not None
    ]
    said += [f"For {r.title}, {_reason(r)}." for r in rest if _reason(r)]
    if instrument.status == "draft":
        said.append(f"{instrument.named} is a draft, and its scores are not validated.")
    return " ".join(said)


def _omega_of_total(result: ScaleReliability, named: Sequence[str]) -> str:
    """Say omega of a total, and how its interval was made where that was not said before."""
    if result.omega.improper:
        return "; omega total of correlated factors is not reported (improper solution)"
    if result.omega.reason:
        return ""
    how = "".join(f"; interval: {CITED[m]}" for m in _omega_methods([result]) if m not in named)
    return (
        f" and {apa(result.omega.estimate)}{_ends(result.omega_interval)} (omega total of correlated "
        f"factors, model-implied variance{how})"
    )


def _reason(result: ScaleReliability) -> str | None:
    """Return why there is nothing to report of a scale, or None."""
    if result.alpha.reason is not None:
        return f"alpha is not defined: {result.alpha.reason}"
    return result.split_half.reason if result.n_items == _PAIR else None


def _which_omega(results: Sequence[ScaleReliability]) -> str:
    """Say which omega it is, where there is one."""
    if all(r.omega.reason or r.n_items == _PAIR for r in results):
        return ""
    return "McDonald's omega total of one factor, maximum likelihood, model-implied variance; "


def _alphas(
    results: Sequence[ScaleReliability], missing: Missing, n_persons: int, n_clusters: int | None
) -> str:
    values = _listed([f"{r.title}, {r.n_items} items, {_value(r)}" for r in results])
    return (
        f"Internal consistency (Cronbach's alpha, unstandardized; {_which_omega(results)}"
        f"{_persons(results, missing, n_persons)}) was as follows{_how(results, n_clusters)}: {values}."
    )
