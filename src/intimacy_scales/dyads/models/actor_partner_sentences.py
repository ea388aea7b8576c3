"""What an actor-partner model says, in plain language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from intimacy_scales.dyads.caution_sentences import caution_sentences
from intimacy_scales.dyads.models.actor_partner_words import sample_words
from intimacy_scales.results.wording import apa, counted

if TYPE_CHECKING:
    from intimacy_scales.dyads.models.actor_partner_result import ActorPartnerModel, ResidualCorrelation


def actor_partner_sentences(model: ActorPartnerModel) -> Iterator[str]:
    """Yield sentences on the sample, cautions, effects and tests; of an improper model, no effects."""
    n = sample_words(counted(model.n_couples, "couple"), model.n_one_partner, model.n_incomplete)
    yield f"Actor-partner model of {model.outcome} in {n}, {model.how()}."
    yield from caution_sentences(model.warnings, model.improper)
    if not model.improper:
        yield from (effect.sentence() for effect in model.effects if effect.kind != "intercept")
        yield from (difference.sentence() for difference in model.differences)
        yield from map(_unexplained, model.residual_correlations)
    for test in model.tests:
        if test.name == "distinguishable" or not model.improper:  # I-SAT has no part of an improper solution
            yield test.sentence()
    if model.adjusted is not None:
        yield model.adjusted.sentence()


def _unexplained(rho: ResidualCorrelation) -> str:
    interval = rho.confidence_interval()
    low, high = interval
    ends = f", 95% CI [{apa(low)}, {apa(high)}]" if interval.reason is None else f" ({interval.reason})"
    where = f" of {rho.composition} couples" if rho.composition else ""
    return (
        f"What the model leaves unexplained correlates {apa(rho.estimate)} between the partners{where}{ends}."
    )
