"""What R says of one scale, value by value."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.errors import KeyingWarning
from intimacy_scales.moments.scale_items import scale_items
from intimacy_scales.reliability import (
    GuttmanLambdas,
    ItemAnalysis,
    cronbach_alpha,
    guttman_lambdas,
    item_analysis,
    keyed_moments,
    split_half,
    split_halves,
)
from intimacy_scales.reliability.consistency.splits import equal_splits
from intimacy_scales.reliability.items.score_moments import available_score, unit_sums

from .forms import ALL, ANY, HALF, Answers, form_of
from .omega_values import omega_rows
from .oracles import Block, Row

_Z = 1.959963984540054
_PSYCH_EXACT = 16  # psych::splitHalf makes every split of so many items
_LAMBDAS = ("lambda1", "lambda2", "lambda3", "lambda5", "lambda6")
_DROPPED = {
    "raw_alpha": "alpha",
    "std.alpha": "standardized_alpha",
    "G6(smc)": "lambda6",
    "average_r": "mean_r",
    "S/N": "signal_noise",
    "var.r": "var_r",
    "med.r": "median_r",
}
_OF: dict[str, Any] = {"cov": "covariances", "cor": "correlations"}
_RULES = {"complete_case": ALL, "available": ANY, "half_rule": HALF}


@dataclass(frozen=True, slots=True)
class Psych:
    """What distinguishes versions of psych.

    Attributes
    ----------
    sds
        Standard deviations behind psych::alpha's correlations of incomplete answers: of each item, or of
        each pair.
    odd_splits
        Whether psych::splitHalf makes all splits of an odd number of items.
    mirrored_splits
        Whether psych::splitHalf gives a negative split as its absolute value and counts a split of an even
        number of items once for each half, and psych::guttman's lambda 4 is the best of these splits.
    """

    sds: Any
    odd_splits: bool
    mirrored_splits: bool


OLDER = Psych("items", odd_splits=False, mirrored_splits=False)  # psych 2.2.9
NEWER = Psych("pairs", odd_splits=True, mirrored_splits=True)  # psych 2.5
DEFAULTS = Psych("items", odd_splits=True, mirrored_splits=False)  # of this library


def items_of(answers: Answers, scale: str, missing: Any = "pairwise", sds: Any = "items") -> ItemAnalysis:
    """Analyse items; some scales are wrongly keyed on purpose, and we are told so."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KeyingWarning)
        return item_analysis(answers.moments, scale=scale, missing=missing, sds=sds)


def plain_ids(keys: Sequence[str]) -> list[str]:
    """Return item ids without signs."""
    return [key.removeprefix("-") for key in keys]


def describe_rows(block: Block, answers: Answers, scale: str = "all", unit: Any = None) -> Iterator[Row]:
    """Compare the description of items; ``unit`` is (size, origin) of the codes' units."""
    items = items_of(answers, scale)
    names = list(items.items)
    size, origin = (1.0, 0.0) if unit is None else unit
    block.check_labels("row", names)
    seen = [
        [option for option, count in zip(options, counts, strict=True) if count]
        for options, counts in zip(items.options, items.frequencies, strict=True)
    ]
    lowest, highest = (np.array([pick(values) for values in seen]) for pick in (min, max))
    values = {
        "n": items.n,
        "mean": origin + size * items.mean,
        "sd": size * items.sd,
        "median": origin + size * items.median,
        "min": origin + size * lowest,
        "max": origin + size * highest,
        "skew": items.skew,
        "kurtosis": items.kurtosis,
    }
    for name, ours in values.items():
        what = "frequencies" if name in ("min", "max") else name
        yield block.row(name, ours, f"item_analysis().{what}", elements=names)


def alpha_rows(
    block: Block, answers: Answers, scale: str, missing: Any = "pairwise", psych: Psych = OLDER
) -> Iterator[Row]:
    """Compare all that psych::alpha says of a scale."""
    alpha = cronbach_alpha(answers.moments, scale=scale, missing=missing)
    items = items_of(answers, scale, missing, psych.sds)
    n = alpha.n_persons if missing == "pairwise" else alpha.n
    yield block.row("n_rows", n, ".n_persons" if missing == "pairwise" else ".n")
    yield block.row("raw_alpha", alpha.estimate, "cronbach_alpha()")
    yield from correlation_rows(block, answers, scale, missing, sds=psych.sds)
    low, high = alpha.confidence_interval(method="duhachek", n=n)
    ase = (high - low) / (2 * _Z)
    yield block.row("ase", ase, '.confidence_interval(method="duhachek", n=)')
    count, mean, sd = _score_moments(answers, scale, complete=missing == "listwise")
    source = "score().summary()" if answers.same_range else "available_score()"
    assert count <= n
    yield block.row("scale_mean", mean, source)
    yield block.row("scale_sd", sd, source)
    yield block.row("var_r", items.inter_item.variance, "item_analysis().inter_item")
    low, high = alpha.confidence_interval(method="feldt", n=n)
    yield block.row("feldt_lower", low, '.confidence_interval(method="feldt", n=)')
    yield block.row("feldt_upper", high, '.confidence_interval(method="feldt", n=)')
    yield block.row("duhachek_lower", alpha.estimate - 1.96 * ase, "alpha - 1.96 ase")
    yield block.row("duhachek_upper", alpha.estimate + 1.96 * ase, "alpha + 1.96 ase")
    yield from _item_rows(block.part("item_stats"), items)
    yield from _dropped_rows(block.part("alpha_if_dropped"), items, n, psych.sds)


def correlation_rows(
    block: Block, answers: Answers, scale: str, missing: Any = "pairwise", *, sds: Any
) -> Iterator[Row]:
    """Compare what rests on correlations."""
    how: Any = {"scale": scale, "missing": missing, "sds": sds}
    items = items_of(answers, **how)
    r, k = items.inter_item, len(items.items)
    option = f'sds="{sds}"'
    standardized = cronbach_alpha(answers.moments, standardized=True, **how)
    bounds = guttman_lambdas(answers.moments, of="correlations", **how)
    yield block.row("std_alpha", standardized.estimate, f"cronbach_alpha(standardized=True, {option})")
    yield block.row("G6_smc", bounds.lambda6, f'guttman_lambdas(of="correlations", {option})')
    yield block.row("average_r", r.mean, f"item_analysis({option}).inter_item")
    yield block.row("median_r", r.median, f"item_analysis({option}).inter_item")
    yield block.row("signal_noise", k * r.mean / (1 - r.mean), "k r / (1 - r) of .inter_item.mean")


def _score_moments(answers: Answers, scale: str, *, complete: bool) -> tuple[int, float, float]:
    """Return n, mean and sd of the mean of answered items."""
    if answers.same_range:
        summary = answers.summary(scale, ALL if complete else ANY)
        return summary.n, summary.mean, summary.sd
    items = scale_items(answers.form)[scale]  # no such score is given, but its moments are known
    required = len(items.ids) if complete else 1
    score = available_score(unit_sums(answers.moments, scale, items), required=required)
    return score.n, score.mean, score.sd


def _item_rows(block: Block, items: ItemAnalysis) -> Iterator[Row]:
    names = plain_ids(items.items)
    block.check_labels("row", names)
    ours = {"n": items.n, "raw_r": items.r_raw, "std_r": items.r_std, "r_cor": items.r_cor}
    ours |= {"r_drop": items.r_drop, "mean": items.mean, "sd": items.sd}
    for name, values in ours.items():
        what = {"raw_r": "r_raw", "std_r": "r_std"}.get(name, name)
        yield block.row(name, values, f"item_analysis().{what}", elements=names)


def _dropped_rows(block: Block, items: ItemAnalysis, n_rows: int, sds: Any) -> Iterator[Row]:
    names, moments = plain_ids(items.items), items.moments
    block.check_labels("row", names)
    without = items.if_dropped(sds=sds)
    for name, ours in _DROPPED.items():
        yield block.row(name, without[ours], f"item_analysis().if_dropped().{ours}", elements=names)
    counted_on = np.array([moments.without(i).n for i in range(len(names))])
    se = without["standard_error"].to_numpy() * np.sqrt(counted_on / n_rows)
    yield block.row("alpha se", se, ".if_dropped().standard_error, for n rows", elements=names)


def lambda_rows(block: Block, bounds: GuttmanLambdas, function: str) -> Iterator[Row]:
    """Compare five bounds."""
    for name in _LAMBDAS:
        yield block.row(name, getattr(bounds, name), function)


def guttman_rows(block: Block, answers: Answers, scale: str) -> Iterator[Row]:
    """Compare Guttman's bounds by their definition."""
    part = block.part("guttman_definition")
    for source, of in _OF.items():
        for missing in ("pairwise", "listwise"):
            how: Any = {"scale": scale, "missing": missing, "of": of, "sds": "items"}
            bounds = guttman_lambdas(answers.moments, **how)
            yield from lambda_rows(part.part(f"{source}_{missing}"), bounds, f'guttman_lambdas(of="{of}")')


def psych_guttman_rows(block: Block, answers: Answers, scale: str, psych: Psych = OLDER) -> Iterator[Row]:
    """Compare psych::guttman of correlations."""
    how: Any = {"scale": scale, "of": "correlations", "sds": "items"}
    function = 'guttman_lambdas(of="correlations")'
    bounds = guttman_lambdas(answers.moments, **how)
    for i in (1, 2, 3, 5, 6):
        yield block.row(f"lambda.{i}", getattr(bounds, f"lambda{i}"), function)
    other = _as_psych_keys(answers, scale)
    keyed = "" if other is answers else ", keyed as psych does"
    if psych.mirrored_splits and bounds.n_items <= _PSYCH_EXACT:
        values, function = _splits(other, scale, "cor", "pairwise")
        yield block.row("lambda.4", abs(values).max(), f"{function}{keyed}, absolute")
        return
    best = guttman_lambdas(other.moments, **how).lambda4
    yield block.row("lambda.4", best, f"{function}{keyed}", rule="at least")


def _as_psych_keys(answers: Answers, scale: str) -> Answers:
    """Return the answers with those items reversed that psych reverses by itself for lambda 4."""
    moments = keyed_moments(answers.moments, scale, "pairwise")
    loadings = np.linalg.eigh(moments.correlations("items"))[1][:, -1]
    against = loadings * np.sign(loadings.sum()) < 0
    if not against.any():
        return answers
    keys = [
        f"-{item}" if reverse != flip else item
        for item, reverse, flip in zip(moments.items, moments.reverse, against, strict=True)
    ]
    answered = answers.form.items[0].response_scale
    return Answers(form_of({scale: keys}, answered.minimum, answered.maximum), answers.table)


def splits_rows(block: Block, answers: Answers, scale: str) -> Iterator[Row]:
    """Compare the distribution over splits, and the best and the worst half."""
    for name in ("cov_pairwise", "cor_pairwise", "cov_listwise"):
        source, _, missing = name.partition("_")
        yield from _split_rows(block.part("splits_definition", name), answers, scale, source, missing)


def psych_split_rows(block: Block, answers: Answers, scale: str, psych: Psych = OLDER) -> Iterator[Row]:
    """Compare psych::splitHalf of correlations and of covariances."""
    for source in ("cor", "cov"):
        yield from _psych_split_rows(block.part(f"{source}_pairwise"), answers, scale, source, psych)


def _splits(answers: Answers, scale: str, source: str, missing: Any) -> tuple[Any, str]:
    """Return the value of every split, and how we came by them."""
    if source == "cov":
        return split_halves(answers.moments, scale=scale, missing=missing).values, "split_halves()"
    correlations = keyed_moments(answers.moments, scale, missing).correlations("items")
    return equal_splits(correlations), "splits of .correlations()"


def _of_half(answers: Answers, scale: str, source: str, missing: Any, half: Any) -> tuple[float, str]:
    """Return the value of one split."""
    moments = keyed_moments(answers.moments, scale, missing)
    inside = np.isin(moments.items, half)
    if source == "cov":
        rest = np.array(moments.items)[~inside].tolist()
        halves = split_half(answers.moments, scale=scale, halves=(half, rest), missing=missing)
        return halves.flanagan_rulon, "split_half(halves=)"
    r = moments.correlations("items")
    return 4 * r[np.ix_(inside, ~inside)].sum() / r.sum(), "4 cov(A, B) / V of .correlations()"


def _split_rows(block: Block, answers: Answers, scale: str, source: str, missing: Any) -> Iterator[Row]:
    values, function = _splits(answers, scale, source, missing)
    yield block.row("n_splits", len(values), function)
    yield block.row("max", values.max(), function)
    yield block.row("mean", values.mean(), function)
    yield block.row("min", values.min(), function)
    for half, what in (("best_half", "max"), ("worst_half", "min")):
        ours, function = _of_half(answers, scale, source, missing, block.given(half))
        yield block.row(half, ours, function, theirs=block.reference.at((*block.key, what)))
    if block.reference.at((*block.key, "lambda4_any_size")) is not None:
        of = _OF[source]
        bounds = guttman_lambdas(answers.moments, scale=scale, missing=missing, of=of, sds="items")
        yield block.row("lambda4_any_size", bounds.lambda4, f'guttman_lambdas(of="{of}")')


def _psych_split_rows(block: Block, answers: Answers, scale: str, source: str, psych: Psych) -> Iterator[Row]:
    values, function = _splits(answers, scale, source, "pairwise")
    n_splits = len(values)
    if psych.mirrored_splits:
        values, function = abs(values), f"{function}, absolute"
    of = _OF[source]
    bounds = guttman_lambdas(answers.moments, scale=scale, of=of, sds="items")
    exact = bounds.n_items <= _PSYCH_EXACT and (psych.odd_splits or bounds.n_items % 2 == 0)
    yield block.row("max", values.max(), function, rule="equal" if exact else "at least")
    yield block.row("min", values.min(), function, rule="equal" if exact else "at most")
    if psych.mirrored_splits and bounds.n_items % 2 == 0:
        n_splits *= 2
    if exact:
        yield block.row("n_splits_used", n_splits, function)
        yield block.row("mean", values.mean(), function)
    yield block.row("lambda2", bounds.lambda2, f'guttman_lambdas(of="{of}")')
    yield block.row("alpha", bounds.lambda3, f'guttman_lambdas(of="{of}")')
    yield block.row("lambda6", bounds.lambda6, f'guttman_lambdas(of="{of}")')


def odd_even_rows(block: Block, answers: Answers, scale: str) -> Iterator[Row]:
    """Compare the odd items with the even ones."""
    halves = split_half(answers.moments, scale=scale, missing="listwise")
    ours = {
        "n": halves.n,
        "r": halves.r,
        "spearman_brown": halves.spearman_brown,
        "guttman_flanagan_rulon": halves.flanagan_rulon,
        "spearman_brown_unequal_length_horst": halves.horst,
    }
    for name, value in ours.items():
        yield block.row(name, value, 'split_half(halves="odd-even")')


def score_rows(block: Block, answers: Answers, scale: str) -> Iterator[Row]:
    """Compare scores: how many, mean, sd, and the first twenty persons'."""
    for name in (*_RULES, "complete_case_sum"):
        part, of = block.part(name), f"{scale}_sum" if name.endswith("sum") else scale
        rule = _RULES.get(name, ALL)
        summary = answers.summary(of, rule)
        yield part.row("n", summary.n, "score().summary()")
        yield part.row("mean", summary.mean, "score().summary()")
        yield part.row("sd", summary.sd, "score().summary()")
        yield part.row("first20", answers.scores(of, rule)[:20], "score()", private=True)


def scale_rows(block: Block, answers: Answers, scale: str, psych: Psych = OLDER) -> Iterator[Row]:
    """Compare everything of one scale."""
    answered = answers.form.items[0].response_scale
    block.check_labels("response_range", (answered.minimum, answered.maximum))
    moments = keyed_moments(answers.moments, scale, "listwise")
    yield block.row("n_rows", moments.n_persons, "keyed_moments().n_persons")
    yield block.row("n_complete", moments.n, 'keyed_moments(missing="listwise").n')
    yield from alpha_rows(block.part("alpha_pairwise"), answers, scale, psych=psych)
    yield from alpha_rows(block.part("alpha_listwise"), answers, scale, "listwise", psych)
    yield from correlation_rows(block.part("from_pairwise_correlations"), answers, scale, sds="pairs")
    yield from guttman_rows(block, answers, scale)
    yield from psych_guttman_rows(block.part("psych_guttman_cor_pairwise"), answers, scale, psych)
    yield from splits_rows(block, answers, scale)
    yield from psych_split_rows(block.part("psych_splitHalf"), answers, scale, psych)
    yield from odd_even_rows(block.part("odd_even"), answers, scale)
    yield from score_rows(block.part("scores"), answers, scale)
    yield from omega_rows(block, answers, scale)
