"""Text on the agreement of partners for the Results section of a paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from intimacy_scales.dyads.agreement.compositions import CompositionComparison
from intimacy_scales.dyads.agreement.scale_agreement import AgreementFigure, ScaleAgreement
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.wording import apa, apa_p, percent, shown

CITED = {"fisher-z": "Fisher's z", "F": "F"}


def agreement_sentence(
    parts: Sequence[ScaleAgreement],
    comparisons: Sequence[CompositionComparison],
    confidence_level: float,
) -> str:
    """Return the sentences on correlations, mean differences, compositions and couples left out."""
    sentences = []
    for composition in dict.fromkeys(part.composition for part in parts):
        of_couples = [part for part in parts if part.composition == composition]
        sentences += _of_composition(of_couples, percent(confidence_level))
    tested = [comparison for comparison in comparisons if comparison.reason is None]
    if tested:
        tests = [
            f"{c.title}, chi-square({c.df}) = {shown(c.chi_square, 2)}, {apa_p(c.p_value)}" for c in tested
        ]
        sentences.append(f"Test that correlations do not differ between compositions: {_listed(tests)}.")
    return " ".join(sentences)


def _of_composition(parts: Sequence[ScaleAgreement], level: str) -> list[str]:
    """Return the sentences on couples of one composition, or on all couples."""
    defined = [part for part in parts if part.main.reason is None]
    sentences = [_correlations(defined, level)] if defined else []
    if defined and defined[0].distinguishable:
        sentences.append(_differences(defined, level))
    sentences += [
        f"For {part.title}{_in_couples(part)}, {part.main.title} is not defined: {part.main.reason}."
        for part in parts
        if part.main.reason is not None
    ]
    most = max(part.n_left_out for part in parts)
    if most:
        fewest = min(part.n_left_out for part in parts)
        number = f"{most}" if fewest == most else f"{fewest} to {most}"
        couples = "couple" if number == "1" else "couples"
        sentences.append(f"Not used: {number} {couples}{_in_couples(parts[0])} without both scores.")
    return sentences


def _in_couples(part: ScaleAgreement) -> str:
    return f" in {part.composition} couples" if part.composition is not None else ""


def _correlations(parts: Sequence[ScaleAgreement], level: str) -> str:
    """Return the sentence on the correlations of partners."""
    first = parts[0]
    symbol = "r" if first.distinguishable else "ICC"
    what = "Pearson correlations" if first.distinguishable else "Intraclass correlations, ICC(1,1),"
    who = f"of {first.partners[0]} and {first.partners[1]}" if first.distinguishable else "of partners"
    values = []
    for part in parts:
        interval = _interval(part.main.interval, level, apa)
        tested = f", {_test(part.main)}" if part.main.test else ", without a test"
        values.append(f"{part.title}, {symbol} = {apa(float(part))}{interval}{tested}")
    method = CITED[first.main.interval.method]
    return (
        f"{what} {who}{_in_couples(first)} ({_couples(parts)}; intervals from {method}) were as follows: "
        f"{_listed(values)}."
    )


def _couples(parts: Sequence[ScaleAgreement]) -> str:
    fewest, most = min(part.n_couples for part in parts), max(part.n_couples for part in parts)
    return f"n = {most} couples" if fewest == most else f"n = {fewest} to {most} couples"


def _differences(parts: Sequence[ScaleAgreement], level: str) -> str:
    """Return the sentence on the mean differences of distinguishable partners."""
    values = []
    for part in parts:
        difference, effect = part["mean_difference"], part["standardized_difference"]
        digits = difference.digits()
        interval = _interval(difference.interval, level, partial(shown, digits=digits))
        test = f", {_test(difference)}" if difference.test else f" in every couple ({part.n_couples} couples)"
        d = f", d = {shown(effect.estimate, 2)}" if effect.reason is None else ""
        values.append(f"{part.title}, {shown(difference.estimate, digits)}{interval}{test}{d}")
    first, second = parts[0].partners
    return (
        f"Mean differences, {first} minus {second}{_in_couples(parts[0])} (paired t test; d by the root mean "
        f"square of both standard deviations), were as follows: {_listed(values)}."
    )


def _interval(interval: Interval, level: str, show: Callable[[float], str]) -> str:
    """Return an interval as text, empty if it is undefined."""
    if interval.reason is not None:
        return ""
    low, high = map(show, interval)
    return f", {level} CI [{low}, {high}]"


def _test(figure: AgreementFigure) -> str:
    df = ", ".join(f"{value:g}" for value in figure.df)
    return f"{figure.statistic_name}({df}) = {shown(figure.statistic, 2)}, {apa_p(figure.p_value)}"


def _listed(parts: Sequence[str]) -> str:
    """Return parts as a list in a sentence."""
    return parts[0] if len(parts) == 1 else f"{'; '.join(parts[:-1])}; and {parts[-1]}"
