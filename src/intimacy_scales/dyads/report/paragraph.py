"""The paragraph of a report of couples for the Method and Results sections of a paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from intimacy_scales.dyads.agreement.scale_agreement import ScaleAgreement
from intimacy_scales.dyads.invariance.result import DyadicInvariance
from intimacy_scales.dyads.models.actor_partner_words import (
    adjusted_for,
    centring_words,
    estimator_name,
    sample_words,
)
from intimacy_scales.dyads.report.reliable_counts import ReliableCount
from intimacy_scales.dyads.scores_of_couples.joint_indices import poor_fit_text
from intimacy_scales.dyads.scores_of_couples.reliability_result import CoupleReliability
from intimacy_scales.dyads.scores_of_couples.score_reliability import ScoreReliability
from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.factor.confirmatory.support import fits_poorly
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.wording import apa, apa_p, counted, joined, percent, shown

if TYPE_CHECKING:
    from intimacy_scales.dyads.report.result import CoupleReport

UNKNOWN = "unknown"  # composition of couples with a partner whose role is not known
_SINGLY = 2  # scales, up to which each has its own figures in the text
_SIGNIFICANT = 0.05


def paragraph(report: CoupleReport) -> str:
    """Return the sentences on couples, scoring, agreement, reliability, similarity, tests and effects."""
    sentences = [
        _couples(report),
        report.scoring,
        *_agreement(report),
        *_reliability(report),
        *_similarity(report),
        *([] if report.distinguishability is None else [report.distinguishability.sentence()]),
        *_invariance(report),
        *_effects(report),
    ]
    if report.instrument is not None and report.instrument.status == "draft":
        sentences.append(f"{report.instrument.named} is a draft, and its scores are not validated.")
    return " ".join(sentences)


def _couples(report: CoupleReport) -> str:
    """Return the sentence on who answered."""
    if report.mixed:
        who = joined(
            [
                f"{n} of unknown composition" if name == UNKNOWN else f"{n} {name}"
                for name, n in report.compositions.items()
            ]
        )
    elif report.distinguishable:
        who = " and ".join(report.partners)
    else:
        who = "partners without roles"
    what = "" if report.instrument is None else f" answered {report.instrument.named}"
    when = "" if report.occasion is None else f" on occasion {report.occasion}"
    verb = f"{what or ' have scores'}{when}"
    single = ""
    if report.n_one_partner:
        single = f"; in {report.n_one_partner} only one partner did"
    n = counted(report.n_couples, "couple")
    left_out = ""
    if report.n_left_out:
        was = "was" if report.n_left_out == 1 else "were"
        left_out = (
            f"; {counted(report.n_left_out, 'other couple')} {was} left out because of faults of pairing"
        )
    if report.n_complete == report.n_couples:
        return f"Both partners of {n} ({who}){verb}{left_out}."
    return f"Both partners of {report.n_complete} of {n} ({who}){verb}{single}{left_out}."


def _agreement(report: CoupleReport) -> Iterator[str]:
    """Yield the sentences on correlations and mean differences, by composition in mixed samples."""
    parts = report.agreement.scales
    for composition in dict.fromkeys(part.composition for part in parts):
        defined = [p for p in parts if p.composition == composition and p.main.reason is None]
        if not defined:
            continue
        where = "" if composition is None else f" in {composition} couples"
        yield partner_correlations(defined, where, report.confidence_level)
        if defined[0].distinguishable:
            yield _differences(defined, where, report.confidence_level)
    tested = [test for test in report.agreement.comparisons if test.reason is None]
    different = [test.title for test in tested if test.p_value < _SIGNIFICANT]
    if tested:
        verdict = f"differed between compositions for {joined(different)}" if different else (
            "did not clearly differ between compositions"
        )  # fmt: skip
        yield f"Correlations {verdict}."


def partner_correlations(parts: Sequence[ScaleAgreement], where: str, level: float) -> str:
    """Return the sentence on correlations: of each scale, or from the lowest to the highest of many."""
    symbol = "r" if parts[0].distinguishable else "ICC"
    counts = sorted({part.n_couples for part in parts})
    n = f"n = {counts[0]}" if len(counts) == 1 else f"n = {counts[0]} to {counts[-1]}"
    if len(parts) <= _SINGLY:
        values = joined(
            [f"{p.title} {symbol} = {apa(float(p))}{_ends(p.main.interval, level)}" for p in parts]
        )
        return f"Partners' scores correlated{where}: {values} ({n})."
    lowest, highest = min(parts, key=float), max(parts, key=float)
    return (
        f"Partners' scores correlated{where} from {symbol} = {apa(float(lowest))} ({lowest.title}) to "
        f"{apa(float(highest))} ({highest.title}; {n})."
    )


def _differences(parts: Sequence[ScaleAgreement], where: str, level: float) -> str:
    """Return the sentence on the scales in whose mean the partners differ."""
    first, second = parts[0].partners
    differing, alike = [], []
    for part in parts:
        figure = part["mean_difference"]
        if not figure.p_value < _SIGNIFICANT:
            alike.append(part.title)
            continue
        d = part["standardized_difference"]
        size = "" if d.reason is not None else f", d = {shown(d.estimate, 2)}"
        digits = figure.digits()
        interval = _ends(figure.interval, level, shown, digits)
        differing.append(
            f"{part.title} ({shown(figure.estimate, digits)}{interval}, {apa_p(figure.p_value)}{size})"
        )
    method = "paired t tests, p values not adjusted for several scales" if len(parts) > 1 else "paired t test"
    start = f"{where.strip().replace('in', 'In', 1)}, means" if where else "Means"
    start += f" of {first} and {second}"
    if not differing:
        return f"{start} did not clearly differ ({method})."
    rest = f", and not clearly in {joined(alike)}" if alike else ""
    return f"{start} differed in {joined(differing)}{rest} ({first} minus {second}; {method})."


def _ends(interval: Interval, level: float, show: Callable[..., str] = apa, digits: int = 2) -> str:
    """Return an interval as text, empty if it is undefined."""
    if interval.reason is not None:
        return ""
    return f", {percent(level)} CI [{show(interval.low, digits)}, {show(interval.high, digits)}]"


def _reliability(report: CoupleReport) -> Iterator[str]:
    """Yield the sentences on omega of the couple mean and of the difference, and on reliable differences."""
    results = {name: r for name, r in report.reliability.items() if r.scores and not r.improper}
    phrases = []
    for score, name in (("mean", "the couple mean"), ("difference", "the difference between partners")):
        rows = [(result, result[score]) for result in results.values() if result[score].reason is None]
        if rows:
            phrases.append(f"{_omegas(report, rows)} for {name}")
    if phrases:
        yield f"Omega, from one model of both partners' items, was {' and '.join(phrases)}."
    counts = [count for name, count in report.reliable_differences.items() if name in results]
    if counts:
        level = percent(report.confidence_level)
        yield f"Partners differed by more than error of measurement ({level}) in {_reliable(report, counts)}."
    improper = [report.title_of(name) for name, r in report.reliability.items() if r.scores and r.improper]
    poor = {
        report.title_of(name): text
        for name, r in results.items()
        if r.fit is not None and (text := poor_fit_text(r.fit, r.scaled_fit)) is not None
    }
    if poor:
        yield f"The model fits poorly for {joined(list(poor))}, so that these figures are rough."
    if improper:
        yield f"The model of {joined(improper)} has an improper solution, whose omega is not reported here."


def _omegas(report: CoupleReport, rows: Sequence[tuple[CoupleReliability, ScoreReliability]]) -> str:
    """Return omega of one score: of each scale, or from the lowest to the highest."""
    if len(rows) > _SINGLY:
        low, high = (pick(rows, key=lambda pair: pair[1].omega) for pick in (min, max))
        ends = [f"{apa(row.omega)} ({report.title_of(result.scale)})" for result, row in (low, high)]
        return " to ".join(ends)
    level = report.confidence_level
    texts = []
    for result, row in rows:
        interval = _ends(result.confidence_interval(level, score=row.score), level)
        texts.append(f"{apa(row.omega)}{interval} ({report.title_of(result.scale)})")
    return joined(texts)


def _reliable(report: CoupleReport, counts: Sequence[ReliableCount]) -> str:
    """Return the number of couples with a reliable difference."""
    ends = counts
    if len(counts) > _SINGLY:  # by their share, which is what counts of different numbers have in common
        ends = [pick(counts, key=lambda c: c.n_reliable / c.n if c.n else 0.0) for pick in (min, max)]
        if len({count.n for count in counts}) == 1:
            texts = [f"{count.n_reliable} ({report.title_of(count.scale)})" for count in ends]
            return f"{' to '.join(texts)} of {counted(ends[1].n, 'couple')}"
    texts = [f"{c.n_reliable} of {counted(c.n, 'couple')} ({report.title_of(c.scale)})" for c in ends]
    return " to ".join(texts) if len(counts) > _SINGLY else joined(texts)


def _similarity(report: CoupleReport) -> Iterator[str]:
    """Yield the sentences on the similarity of profiles, and on that of strangers."""
    similarity = report.similarity
    if similarity is None:
        return
    clauses = []
    for name, words in (("overall", "as they are"), ("distinctive", "without the mean profile")):
        mean = similarity[name]
        if mean.reason is None:
            interval = _ends(report.similarity_intervals[name], report.confidence_level)
            clauses.append(f"r = {apa(mean.mean)}{interval}, n = {mean.n}, {words}")
    if not clauses:
        return
    k = len(similarity.components)
    yield f"Profiles of partners over {k} scales correlated on average at {', and at '.join(clauses)}."
    strangers = report.strangers
    if strangers is None:
        return
    compared = [strangers[name] for name in ("overall", "distinctive") if strangers[name].reason is None]
    if compared:
        expected = joined([f"{apa(c.expected)} ({c.name})" for c in compared])
        tests = joined([f"{apa_p(c.p_value)} ({c.name})" for c in compared])
        yield (
            f"Profiles of strangers are expected to correlate at r = {expected}. One-sided tests that "
            f"partners are no more similar than strangers, by {strangers.n_repairings} random re-pairings: "
            f"{tests}."
        )


def _invariance(report: CoupleReport) -> Iterator[str]:
    """Yield the sentences on scalar invariance, by the fall of CFI."""
    tested = {name: result for name, result in report.invariance.items() if result.changes}
    if not tested:
        return
    supported = [name for name, result in tested.items() if result.status("scalar") == "supported"]
    others = [report.title_of(name) for name in tested if name not in supported]
    parts = [f"was supported for {joined(list(map(report.title_of, supported)))}"] if supported else []
    parts += [f"was not supported for {joined(others)}"] if others else []
    yield (
        f"Scalar invariance across {' and '.join(report.partners)} {' and '.join(parts)} (CFI falling by no "
        "more than .010 at each step; Cheung & Rensvold, 2002)."
    )
    unequal = [
        report.title_of(name) for name in supported if tested[name].status("residual") == "not supported"
    ]
    if unequal:
        yield f"Residual invariance was not supported for {joined(unequal)}."
    poor = [report.title_of(name) for name, result in tested.items() if fits_poorly(_first(result))]
    if poor:
        yield f"The configural model of {joined(poor)} does not fit well, so that this says little."


def _first(tested: DyadicInvariance) -> Fit:
    return tested.models[tested.changes[0].before].fit


def _effects(report: CoupleReport) -> Iterator[str]:
    """Yield the sentences on actor and partner effects."""
    model = report.model
    if model is None:
        return
    if model.improper:
        title = f"actor-partner model of {report.title_of(model.outcome)}"
        yield f"The {title} has an improper solution, whose effects are not reported here."
        return
    level = report.confidence_level
    texts = [
        f"{effect.name} {shown(effect.estimate, effect.digits(2))}"
        f"{_ends(effect.confidence_interval(level), level, shown, effect.digits(2))}, {apa_p(effect.p)}"
        for effect in model.effects
        if effect.kind != "intercept"
    ]
    sample = sample_words(counted(model.n_couples, "couple"), model.n_one_partner, model.n_incomplete)
    estimator = estimator_name(model.estimator, model.n_incomplete)
    centred = centring_words(model.predictors, model.covariates, model.centres)
    how = "; ".join(filter(None, [sample, estimator, centred]))
    adjusted = adjusted_for(model.covariates)
    yield (f"Actor-partner model of {report.title_of(model.outcome)}{adjusted} ({how}): {'; '.join(texts)}.")
    residuals = [
        f"{apa(rho.estimate)}{_ends(rho.confidence_interval(level), level)}"
        f"{f' ({rho.composition})' if rho.composition else ''}"
        for rho in model.residual_correlations
    ]
    yield f"Residuals of partners correlated {joined(residuals)}."
