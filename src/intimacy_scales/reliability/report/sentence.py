"""The sentences of a Method section."""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.moments.keyed import Missing
from intimacy_scales.reliability.report.scale_report import ScaleReliability
from intimacy_scales.results.wording import apa, percent

_INTERVALS = {
    "bonett": "Bonett, 2002",
    "bonett-wright": "Bonett & Wright, 2015",
    "feldt": "Feldt, 1965",
    "duhachek": "Duhachek & Iacobucci, 2004",
    "adf": "distribution-free, after Maydeu-Olivares et al., 2007",
    "bootstrap": "percentile bootstrap",
    "bca": "bias-corrected and accelerated bootstrap",
}


_PAIR = 2


def _value(result: ScaleReliability) -> str:
    if result.n_items == _PAIR:
        return f"Spearman-Brown = {apa(result.split_half.estimate)}"
    interval = result.interval
    ends = (
        ""
        if interval.reason
        else f", {percent(interval.confidence_level)} CI [{apa(interval.low)}, {apa(interval.high)}]"
    )
    of = " of correlated factors" if result.omega.model == "correlated" else ""
    omega = "" if result.omega.reason else f", omega total{of} = {apa(result.omega.estimate)}"
    if result.omega.improper:
        omega = f", omega total{of} not reported (improper solution)"
    return f"alpha = {apa(result.alpha.estimate)}{ends}{omega}"


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
    intervals = [r.interval for r in results if r.interval.reason is None]
    if not intervals:
        return ""
    within = f", taking {n_clusters} clusters as units" if n_clusters is not None else ""
    return f" (intervals: {_INTERVALS[intervals[0].method]}{within})"


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
    said += [
        f"The reliability of {r.title}, from its {len(r.stratified.parts)} scales, was "
        f"{apa(r.stratified.estimate)} (stratified alpha){_omega_of_total(r)}."
        for r in totals
        if r.stratified is not None
    ]
    said += [f"For {r.title}, {_reason(r)}." for r in rest if _reason(r)]
    if instrument.status == "draft":
        said.append(f"{instrument.id} {instrument.version} is a draft, and its scores are not validated.")
    return " ".join(said)


def _omega_of_total(result: ScaleReliability) -> str:
    if result.omega.improper:
        return "; omega total of correlated factors is not reported (improper solution)"
    if result.omega.reason:
        return ""
    return f" and {apa(result.omega.estimate)} (omega total of correlated factors, model-implied variance)"


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
