"""The feedback of one partner: their own scores, and those that both partners agreed to show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.result import Result, plain, result_class

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_ALWAYS = {
    "no-diagnosis": "Scores describe answers that were given at one time. They are not a diagnosis, and not "
    "a verdict on a person or on a relationship."
}
_DRAFT = {
    "draft": "This questionnaire is a draft: no study has shown yet that its scores measure what their names "
    "say."
}
_OWN_ONLY = {"own-only": "These are your own scores only."}
_COMPARED = {
    "shared": "You both agreed to show each other these scores.",
    "gap": "Two people rarely answer alike, and no score is exact: a small gap says little, and a gap does "
    "not say who is right.",
}


class OwnScore(NamedTuple):
    """A score of the person who reads the feedback.

    Attributes
    ----------
    scale, title
        Its id, and its name for people.
    score
        None if too few items were answered.
    lowest, highest
        The lowest and the highest possible score.
    answered, needed
        Number of answers (for a composite: of scores of its scales) that there are, and that a score needs.

    Examples
    --------
    >>> from intimacy_scales import couple_feedback, score
    >>> anna = score("kmss", {"kmss_1": 6, "kmss_2": None, "kmss_3": None})
    >>> row = couple_feedback(anna, None).for_a.own[0]
    >>> row.scale, row.score, row.answered, row.needed
    ('total', None, 1, 2)
    """

    scale: str
    title: str
    score: float | None
    lowest: float
    highest: float
    answered: int
    needed: int


class SharedScore(NamedTuple):
    """The scores of both partners on a scale that both agreed to show.

    Attributes
    ----------
    scale, title
        Its id, and its name for people.
    own, partner
        The score of the person who reads the feedback, and of their partner.
    mean
        The mean of both.
    gap
        The distance between both, without a sign.

    Examples
    --------
    >>> from intimacy_scales import couple_feedback, score
    >>> from intimacy_scales.dyads import Consent
    >>> anna, ben = (score("kmss", {f"kmss_{n}": x for n in (1, 2, 3)}) for x in (6, 4))
    >>> both = dict.fromkeys(["a", "b"], Consent.everything())
    >>> couple_feedback(anna, ben, consent=both).for_a.shared[0]
    SharedScore(scale='total', title='Total', own=18.0, partner=12.0, mean=15.0, gap=6.0)
    """

    scale: str
    title: str
    own: float
    partner: float
    mean: float
    gap: float


def shared_score(scale: str, title: str, own: float, partner: float) -> SharedScore:
    """Return both scores with their mean and gap, which are the same for both partners."""
    return SharedScore(scale, title, own, partner, (own + partner) / 2, abs(own - partner))


@result_class
class PartnerFeedback(Result):
    """The feedback of one partner, to be sent to that partner and to nobody else.

    Attributes
    ----------
    instrument
        Reference to the instrument.
    own
        The person's own scores, in the instrument's order.
    shared
        The scales that both partners agreed to show and answered completely; empty if there are none,
        whatever the reason.

    Examples
    --------
    >>> from intimacy_scales import couple_feedback, score
    >>> anna, ben = ({f"kmss_{n}": x for n in (1, 2, 3)} for x in (6, 4))
    >>> feedback = couple_feedback(score("kmss", anna), score("kmss", ben))
    >>> feedback.for_a
    <PartnerFeedback kmss 2: 1 own score, 0 shared>
    >>> print(feedback.for_a.notes["own-only"])
    These are your own scores only.
    """

    instrument: InstrumentRef
    own: tuple[OwnScore, ...]
    shared: tuple[SharedScore, ...] = ()

    @property
    def notes(self) -> dict[str, str]:
        """Key → a sentence that belongs to the feedback; show them with the scores.

        The keys are for translations: ``no-diagnosis`` always, ``draft`` if no study has tested the
        instrument, ``high-SCALE`` where a high score does not mean more closeness, and ``own-only``, or
        ``shared`` and ``gap``.
        """
        directions = {
            f"high-{scale}": f"A high score of {scale} means {meaning}."
            for scale, meaning in self.instrument.high_means
        }
        draft = _DRAFT if self.instrument.status == "draft" else {}
        return {**_ALWAYS, **draft, **directions, **(_COMPARED if self.shared else _OWN_ONLY)}

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "instrument": self.instrument.to_dict(),
            "own": [plain(score._asdict()) for score in self.own],
            "shared": [score._asdict() for score in self.shared],
            "notes": self.notes,
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, notes=Mapping[str, str])

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> PartnerFeedback:
        own_scores = {score.scale: score for score in values["own"]}
        for row in values["shared"]:
            if row.scale not in own_scores or own_scores[row.scale].score != row.own:
                raise ValueError(f"shared: the own score of {row.scale!r} is not that under 'own'")
        shared = tuple(shared_score(row.scale, row.title, row.own, row.partner) for row in values["shared"])
        return cls(instrument=values["instrument"], own=tuple(values["own"]), shared=shared)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each scale, nan where there is nothing to compare."""
        from intimacy_scales.results.frames import pandas_frame

        compared = {row.scale: row for row in self.shared}
        columns: dict[str, Any] = {
            name: [getattr(row, name) for row in self.own] for name in OwnScore._fields
        }
        for name in ("partner", "mean", "gap"):
            columns[name] = [getattr(compared.get(row.scale), name, float("nan")) for row in self.own]
        return pandas_frame(columns).set_index("scale")

    def __repr__(self) -> str:
        n = len(self.own)
        return (
            f"<PartnerFeedback {self.instrument}: {n} own score{'s' * (n != 1)}, {len(self.shared)} shared>"
        )
