"""The parts of a report of couples, each computed or with the reason why it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from numpy.random import Generator

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.invariance.ladder import dyadic_invariance
from intimacy_scales.dyads.invariance.result import DyadicInvariance
from intimacy_scales.dyads.models.actor_partner_result import ActorPartnerModel
from intimacy_scales.dyads.models.apim import apim
from intimacy_scales.dyads.models.distinguishability import Distinguishability, distinguishability
from intimacy_scales.dyads.profiles import ProfileSimilarity, PseudoCouples, profile_similarity
from intimacy_scales.dyads.report.model_variables import ModelVariables
from intimacy_scales.dyads.report.reliable_counts import ReliableCount, reliable_count
from intimacy_scales.dyads.scores_of_couples.reliability import couple_reliability
from intimacy_scales.dyads.scores_of_couples.reliability_result import CoupleReliability
from intimacy_scales.dyads.scores_of_couples.reliable_difference import reliable_difference
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.model.model import parts_of, parts_of_total
from intimacy_scales.results.wording import counted

Kind = TypeVar("Kind")

RELIABILITY, SIMILARITY, STRANGERS = "reliability", "similarity of profiles", "comparison with strangers"
DISTINGUISHABILITY, INVARIANCE, MODEL = "distinguishability", "invariance", "actor-partner model"
_NO_ITEMS = "scores were given, not answers to items"
_NO_ROLES = "partners have no roles, so that nothing says who is the first"
_MIXED = "couples of several compositions are in the sample, so that no role tells all partners apart"


@dataclass(frozen=True, slots=True)
class Parts:
    """Computes the parts of a report, and keeps why some were not computed.

    Attributes
    ----------
    dyads, scales
        The couples, and the scales of the report.
    confidence_level
        Of a reliable difference.
    not_computed
        Part → why it was not computed.
    """

    dyads: Dyads
    scales: tuple[str, ...]
    confidence_level: float
    not_computed: dict[str, str] = field(default_factory=dict)

    @property
    def separate_scales(self) -> tuple[str, ...]:
        """The scales that do not follow from others: all but composites and totals."""
        form = self.dyads.form
        if form is None:
            return self.scales
        separate = [name for name in parts_of(form, None) if name in self.scales]
        return tuple(separate) or self.scales

    def n_items(self, scale: str) -> int:
        """Return the number of items of a scale; 0 of a composite."""
        return 0 if self.dyads.form is None else len(self.dyads.form.scale(scale).items)

    def reliabilities(self) -> dict[str, CoupleReliability]:
        """Return the reliability of each scale, also where it is undefined.

        Two items do not identify a factor for each partner unless their loadings are equal.
        """
        if self.dyads.answers is None:
            self.not_computed[RELIABILITY] = _NO_ITEMS
            return {}
        results = {
            name: couple_reliability(
                self.dyads, name, factors="tau_equivalent" if self.n_items(name) == 2 else None
            )
            for name in self.scales
        }
        for name, result in results.items():
            if result.reason is not None:
                self.not_computed[f"{RELIABILITY} of {name}"] = result.reason
        return results

    def reliable_counts(self, reliabilities: dict[str, CoupleReliability]) -> dict[str, ReliableCount]:
        """Return how many couples differ by more than error of measurement, where that is known."""
        counts = {}
        for name, reliability in reliabilities.items():
            if reliability.reason is not None:
                continue
            if reliability.improper:
                self.not_computed[f"reliable differences in {name}"] = "the model of reliability is improper"
                continue
            result = self._computed(
                f"reliable differences in {name}",
                lambda name=name, reliability=reliability: reliable_difference(  # type: ignore[misc]  # defaults bind
                    self.dyads, name, reliability=reliability, confidence_level=self.confidence_level
                ),
            )
            if result is not None:
                counts[name] = reliable_count(result)
        return counts

    def similarity(self) -> ProfileSimilarity | None:
        """Return the similarity of profiles over the scales that do not follow from others."""
        separate = self.separate_scales
        if len(separate) < 3:
            verb = "is" if len(separate) == 1 else "are"
            self.not_computed[SIMILARITY] = (
                f"profiles need three scales that do not follow from others, and there {verb} {len(separate)}"
            )
            return None
        return self._computed(SIMILARITY, lambda: profile_similarity(self.dyads, scales=separate))

    def strangers(self, similarity: ProfileSimilarity | None, draws: Generator) -> PseudoCouples | None:
        """Return the comparison of couples with pseudo-couples."""
        if similarity is None:
            return None
        return self._computed(STRANGERS, lambda: similarity.pseudo_couples(rng=draws))

    def distinguishability(self) -> Distinguishability | None:
        """Return the test of whether roles tell partners apart."""
        if not self.dyads.distinguishable:
            self.not_computed[DISTINGUISHABILITY] = _MIXED if self.dyads.mixed else _NO_ROLES
            return None
        return self._computed(
            DISTINGUISHABILITY, lambda: distinguishability(self.dyads, self.separate_scales)
        )

    def invariance(self, wanted: bool | None) -> dict[str, DyadicInvariance]:
        """Return the invariance of each scale of items that is not a total of others."""
        dyads, form = self.dyads, self.dyads.form
        if wanted is False:
            return {}
        if dyads.answers is None or form is None:
            self.not_computed[INVARIANCE] = _NO_ITEMS
            return {}
        if wanted is None and not dyads.distinguishable:
            self.not_computed[INVARIANCE] = _MIXED if dyads.mixed else _NO_ROLES
            return {}
        results = {}
        for name in self.scales:
            reason = None
            if parts_of_total(form, name):
                reason = "it consists of other scales, and one factor is not its model"
            elif self.n_items(name) < 3:
                n = counted(self.n_items(name), "item")
                reason = f"a factor for each partner needs three items, and it has {n}"
            if reason is not None:
                self.not_computed[f"{INVARIANCE} of {name}"] = reason
                continue
            result = self._computed(
                f"{INVARIANCE} of {name}",
                lambda name=name: dyadic_invariance(dyads, name),  # type: ignore[misc]  # defaults bind
            )
            if result is not None:
                results[name] = result
        return results

    def model(self, asked: ModelVariables) -> ActorPartnerModel | None:
        """Return the actor-partner model that is asked for."""
        return self._computed(
            MODEL,
            lambda: apim(self.dyads, asked.outcome, asked.predictors, covariates=asked.covariates),
        )

    def _computed(self, part: str, compute: Callable[[], Kind]) -> Kind | None:
        """Return a part, or None where it cannot be estimated; the reason is then kept."""
        try:
            return compute()
        except EstimationError as error:
            self.not_computed[part] = str(error)
            return None
