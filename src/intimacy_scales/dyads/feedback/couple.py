"""Feedback to both partners of a couple."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from intimacy_scales.dyads.feedback.consent import Consent
from intimacy_scales.dyads.feedback.partner_view import OwnScore, PartnerFeedback, shared_score
from intimacy_scales.dyads.feedback.shareable import allowed_by
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import a_type, shortened
from intimacy_scales.scoring.person import PersonScores

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument, InstrumentRef

ConsentOfBoth = Mapping[Literal["a", "b"], Consent]

_DIGITS = 12  # of a digest in messages


class CoupleFeedback:
    """What each partner of a couple may see, from `couple_feedback`.

    It is not a result that can be written or sent as a whole, because it holds what one partner must not see.

    Attributes
    ----------
    for_a, for_b
        The feedback to send to partner a, and to partner b; None for a partner who has not answered.

    Examples
    --------
    >>> from intimacy_scales import couple_feedback, score
    >>> couple_feedback(score("ras", {f"ras_{n}": 4 for n in range(1, 8)}), None)
    <CoupleFeedback: send for_a to partner a alone, and for_b to partner b alone>
    """

    __slots__ = ("for_a", "for_b")

    for_a: PartnerFeedback | None
    for_b: PartnerFeedback | None

    def __init__(self, for_a: PartnerFeedback | None, for_b: PartnerFeedback | None) -> None:
        object.__setattr__(self, "for_a", for_a)
        object.__setattr__(self, "for_b", for_b)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{name!r} cannot be set: results cannot be changed")

    __delattr__ = __setattr__  # type: ignore[assignment]  # never returns

    def __reduce__(self) -> NoReturn:
        raise TypeError("a CoupleFeedback cannot be stored or sent: store for_a and for_b, each by to_json()")

    def __repr__(self) -> str:
        return "<CoupleFeedback: send for_a to partner a alone, and for_b to partner b alone>"


def couple_feedback(
    a: PersonScores | None, b: PersonScores | None, *, consent: ConsentOfBoth | None = None
) -> CoupleFeedback:
    """Return what each partner of a couple may see of their scores.

    Without the consent of both, each sees their own scores only. Nothing in it depends on the other
    partner: not on their answers, on whether they answered, or on what they consented to. A couple's mean
    or difference is not shown either, as one's own score and the mean give the partner's score.

    With both consents, each also sees the scores of both, their mean and their gap, on the scales that both
    consents allow (`shareable_scales`). Answers to items are never shown. Scales that either partner did not
    answer completely are left out without a reason, since a score of some items shows by its decimals how
    many were skipped.

    Parameters
    ----------
    a, b
        The scores of the two partners, ``score(form, answers)`` by one form; None for a partner who has not
        answered.
    consent
        What each partner consented to: ``{"a": Consent.everything(), "b": Consent.to(["trust"])}``. A
        partner who is not in it, or everybody if it is None, shows nothing.

    Raises
    ------
    EstimationError
        The partners were scored by different instruments, or an argument is not valid.
    UnknownNameError
        A consent names a scale that the instrument does not have.

    Notes
    -----
    What it cannot prevent: a score at the end of its range reveals that every answer was at that end. Such
    scores are shown nevertheless. They are the most common ones of satisfied couples, and leaving them out
    would tell the same to everybody who knows that the partner consented. With consent to a scale, a partner
    can infer from its score what is likely in scales that were not shared. Once shown, scores stay known:
    see ``shown_before`` of `Consent.to`. If a partner changes an answer and both scores are shown, the change
    of that answer can follow.

    Examples
    --------
    >>> from intimacy_scales import couple_feedback, score
    >>> from intimacy_scales.dyads import Consent
    >>> anna = score("prqc", {f"prqc_{n}": 4 + n % 3 for n in range(1, 19)})
    >>> ben = score("prqc", {f"prqc_{n}": 6 for n in range(1, 19)})
    >>> agreed = {"a": Consent.everything(), "b": Consent.to(["trust"])}
    >>> feedback = couple_feedback(anna, ben, consent=agreed)
    >>> [(row.scale, row.own, row.partner, row.gap) for row in feedback.for_a.shared]
    [('trust', 5.0, 6.0, 1.0)]
    >>> couple_feedback(anna, ben).for_a.shared
    ()
    """
    for option, scores in (("a", a), ("b", b)):
        _check_scores(option, scores)
    consents = _consents(consent)
    if a is None or b is None:
        if a is None and b is None:
            raise EstimationError("a and b are None; pass the scores of at least one partner, score(form, …)")
        form = (a or b).form  # type: ignore[union-attr]  # one of them has answered
        for agreed in consents:
            agreed.scales_of(form)
        return CoupleFeedback(*(None if scores is None else _view(scores) for scores in (a, b)))
    _check_same_instrument(a, b)
    scales = _shared_scales(a, b, consents)
    return CoupleFeedback(_view(a, b, scales), _view(b, a, scales))


def _check_scores(option: str, scores: Any) -> None:
    """Raise unless a value is the scores of one person, or None."""
    if scores is None or isinstance(scores, PersonScores):
        return
    hint = (
        "; these answers could not be scored: see their message and problems"
        if getattr(scores, "ok", True) is False
        else ""
    )
    raise EstimationError(
        f"{option}: {a_type(scores)} is not valid; allowed: the scores of one partner, score(form, "
        f"{{item: answer}}), or None if the partner has not answered{hint}"
    )


def _consents(consent: Any) -> tuple[Consent, Consent]:
    """Return the consent of both partners; a partner who is not named consents to nothing."""
    how = "consent={'a': Consent.everything(), 'b': Consent.to([...])}"
    if consent is None:
        consent = {}
    if not isinstance(consent, Mapping):
        raise EstimationError(
            f"consent: {a_type(consent)} is not valid; allowed: what each partner consented to, {how}"
        )
    for name, agreed in consent.items():
        if name not in ("a", "b"):
            raise EstimationError(
                f"consent: {shortened(name)} is not a partner; allowed: 'a', 'b'; pass {how}"
            )
        if not isinstance(agreed, Consent):
            raise EstimationError(
                f"consent of {name}: {a_type(agreed)} is not valid; allowed: Consent.nothing(), "
                "Consent.everything(), Consent.to([...])"
            )
    return consent.get("a", Consent.nothing()), consent.get("b", Consent.nothing())


def _check_same_instrument(a: PersonScores, b: PersonScores) -> None:
    """Raise if the partners were scored by different instruments."""
    if a.instrument.digest == b.instrument.digest:
        return
    names = [ref.told_apart for ref in (a.instrument, b.instrument)]
    if names[0] == names[1]:
        refs = (a.instrument, b.instrument)
        names = [f"{ref.told_apart} (digest {ref.digest[:_DIGITS]})" for ref in refs]
    raise EstimationError(
        f"a was scored with {names[0]} and b with {names[1]}, and feedback compares scores of one "
        f"instrument; {_advice(a.form, b.form, a.instrument, b.instrument)}"
    )


def _advice(form_a: Instrument, form_b: Instrument, ref_a: InstrumentRef, ref_b: InstrumentRef) -> str:
    """Return what to do about two instruments."""
    from intimacy_scales.instrument.pooling import only_languages_differ

    if only_languages_differ(form_a, form_b):
        return (
            f"they differ in language only: score both with form = pool_languages({ref_a.load_call}, "
            f"{ref_b.load_call})"
        )
    if form_a.wording != form_b.wording:
        return (
            f"they ask about different persons (wording {form_a.wording!r} and {form_b.wording!r}): score "
            "the answers of both to the same form"
        )
    return "score the answers of both with the same form, in the version that both answered"


def _shared_scales(a: PersonScores, b: PersonScores, consents: tuple[Consent, Consent]) -> tuple[str, ...]:
    """Return the scales that both consents allow and that both partners answered completely."""
    form = a.form
    allowed = [set(allowed_by(form, agreed).scales) for agreed in consents]
    return tuple(
        name
        for name, *rows in zip(form.scale_ids, a.rows, b.rows, strict=True)
        if name in allowed[0] & allowed[1] and not any(row.score is None or row.prorated for row in rows)
    )


def _view(
    reader: PersonScores, partner: PersonScores | None = None, scales: tuple[str, ...] = ()
) -> PartnerFeedback:
    """Return the feedback of one partner, which reads nothing of the other but the shared scores."""
    form, needed, ranges = reader.form, reader.needed, reader.ranges
    titles = {scale.id: scale.title or scale.id for scale in form.scales}
    return PartnerFeedback(
        instrument=reader.instrument,
        own=tuple(
            OwnScore(name, titles[name], row.score, *ranges[name], row.answered, needed[name])
            for name, row in zip(form.scale_ids, reader.rows, strict=True)
        ),
        shared=tuple(
            # only scales with both scores are shared
            shared_score(name, titles[name], reader.scores[name], partner.scores[name])  # type: ignore[arg-type]
            for name in scales
            if partner is not None
        ),
    )
