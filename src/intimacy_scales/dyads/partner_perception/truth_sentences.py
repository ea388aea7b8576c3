"""What each path of a truth and bias model says, in plain language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from intimacy_scales.dyads.caution_sentences import caution_sentences
from intimacy_scales.dyads.effects_compared import effects_compared
from intimacy_scales.dyads.estimates import CoupleEstimate
from intimacy_scales.results.wording import apa, apa_p, counted, differs, digits_for, shown

if TYPE_CHECKING:
    from intimacy_scales.dyads.partner_perception.truth_result import TruthAndBias

PATH_TITLES = {"directional_bias": "directional bias", "truth": "truth force", "bias": "bias force"}


def truth_sentences(model: TruthAndBias, confidence_level: float) -> Iterator[str]:
    """Yield a sentence on the model, on each path and difference between judges, and on the test of all."""
    kind = "partners in roles" if model.distinguishable else "exchangeable partners"
    judged = model.judgement if model.judgement == model.truth else f"{model.judgement} and {model.truth}"
    yield (
        f"Truth and bias model of {judged} in {counted(model.n_couples, 'couple')}, {kind}, {model.method}; "
        f"all variables less {shown(model.centre, 2)}, the mean of both partners' own reports."
    )
    yield from caution_sentences(model.warnings)
    for path in model.estimates:
        tested = path.tested_text(confidence_level)
        yield f"{_reading(model, path)}, {tested}, all else in the model being equal."
    for difference in model.differences:
        yield _compared(model, difference, confidence_level)
    unexplained = apa(model.residual_correlation)
    yield f"What the model leaves unexplained correlates {unexplained} between both partners' judgements."
    if model.distinguishable:
        verdict = "is contradicted" if model.p < 0.05 else "is not contradicted"
        yield (
            f"That paths and residual variances of both judges are equal {verdict}, "
            f"chi-square({model.df}) = {shown(model.chisq, 2)}, {apa_p(model.p)} (likelihood ratio)."
        )


def _reading(model: TruthAndBias, path: CoupleEstimate) -> str:
    """Return what a path means, with its size."""
    size = shown(path.estimate, path.digits(2))
    judge = "a partner" if path.partner is None else f"the {path.partner}"
    judged = "the other partner" if path.partner is None else f"the {_other(model, path.partner)}"
    if path.name == "directional_bias":
        level = f"are {size} above" if path.estimate >= 0 else f"differ by {size} from"
        condition = f"Where both own reports are {shown(model.centre, 2)}"
        return f"{condition}, judgements by {judge} {level} what {judged} reports"
    whose = f"{judge}'s own {model.truth}"
    if path.name == "truth":
        whose = f"the {model.truth} that {judged} reports"
    return (
        f"Where {whose} is 1 higher, {judge}'s judgement of {judged} {differs(path.estimate, path.digits(2))}"
    )


def _other(model: TruthAndBias, partner: str) -> str:
    first, second = model.partners
    return second if partner == first else first


def _compared(model: TruthAndBias, difference: CoupleEstimate, confidence_level: float) -> str:
    """Return which judge has the stronger path; of the directional bias, what it is for each."""
    first, second = (float(model.path(difference.name, partner)) for partner in model.partners)
    digits = digits_for(first, second, difference.se)
    of_first, of_second = (f"for judgements by the {partner}" for partner in model.partners)
    compared = effects_compared((first, second), (of_first, of_second), digits)
    if difference.name == "directional_bias":
        compared = f"is {shown(first, digits)} {of_first} and {shown(second, digits)} {of_second}"
    return (
        f"The {PATH_TITLES[difference.name]} {compared}: difference {shown(difference.estimate, digits)}, "
        f"{difference.tested_text(confidence_level)}."
    )
