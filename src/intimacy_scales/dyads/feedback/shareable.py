"""The scales that a consent allows to be shown without giving away anything else."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from intimacy_scales.dyads.feedback.answer_sums import revealing_share
from intimacy_scales.dyads.feedback.coefficients import score_coefficients
from intimacy_scales.dyads.feedback.consent import Consent
from intimacy_scales.dyads.feedback.determined import Span, span_of
from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.messages import a_type
from intimacy_scales.results.result import Result, result_class
from intimacy_scales.scoring.plan import PerInstrument

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument

    Coefficients = Mapping[str, Fraction]

_MOST_KEPT = 64  # consents for each instrument
_OFTEN = Fraction(1, 2)

Code = Literal["answer", "few-answers", "overlap", "other-scale"]


class WithheldScale(NamedTuple):
    """A scale that a consent covers, and that is not shown nevertheless.

    Attributes
    ----------
    scale
        Its id.
    code
        For programs: ``answer`` (an answer to an item would follow), ``few-answers`` (its score often reveals
        an answer), ``overlap`` (it has items in common with scales that the consent does not cover),
        ``other-scale`` (the score of another scale would follow).
    reason
        The same in words, for the person who gives the consent.
    """

    scale: str
    code: Code
    reason: str


@result_class
class ShareableScales(Result):
    """What a partner's consent to an instrument comes to, from `shareable_scales`.

    Attributes
    ----------
    instrument
        Reference to the instrument.
    consent
        The consent.
    scales
        Scales that can be shown if the other partner consents too, in the instrument's order.
    withheld
        Scales that the consent covers and that are not shown, with the reason.

    Examples
    --------
    >>> from intimacy_scales import load
    >>> shareable_scales("scii-12", Consent.to(["trust", "caring", "total"]))
    <ShareableScales of scii-12: trust, caring; withheld: total (shares items with trust, and the consent \
does not cover every scale with these items)>
    """

    instrument: InstrumentRef
    consent: Consent
    scales: tuple[str, ...]
    withheld: tuple[WithheldScale, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "instrument": self.instrument.to_dict(),
            "consent": self.consent.to_dict(),
            "scales": list(self.scales),
            "withheld": [scale._asdict() for scale in self.withheld],
        }

    def __repr__(self) -> str:
        withheld = ", ".join(f"{scale.scale} ({scale.reason})" for scale in self.withheld)
        return (
            f"<ShareableScales of {self.instrument.called}: {', '.join(self.scales) or 'no scale'}"
            f"{f'; withheld: {withheld}' if withheld else ''}>"
        )


def shareable_scales(instrument: Instrument | str | Path, consent: Consent) -> ShareableScales:
    """Return the scales that one partner's consent allows the other partner to see.

    It depends on this partner's consent alone, so an app can show it to the person who is asked, and the
    other partner cannot see more by changing their own consent. Scales are added from those of the fewest
    items to those of the most, each only if, together with those before it,

    - no answer to an item follows, nor a score that the consent does not cover, by linear algebra over the
      exact coefficients of all items (a total and five scales give the sixth; two scales that differ in one
      item give the answer to it; a scale of one item is an answer);
    - fewer than half of its possible scores can come about by only one answer to some item (in a mean or
      sum of equal items, only the lowest and the highest score do);
    - if it has items in common with another shown scale, as a total has, the consent covers every scale
      with any of their items. Otherwise the total and some scales would bound the mean of the rest closely.

    Parameters
    ----------
    instrument
        The instrument, the id of a shipped one, or the path of its file.
    consent
        What the partner agrees to.

    Raises
    ------
    UnknownNameError
        The consent names a scale that the instrument does not have.

    Notes
    -----
    Fewer scales than these are safe too, because fewer scores determine less. This is a limit on what follows
    with certainty from one form. It does not cover scores that differ little (what is likely), other forms
    with the same items, or a second feedback after an answer was changed.

    Examples
    --------
    >>> shareable_scales("scii-12", Consent.everything()).scales[-2:]
    ('interdependence', 'total')
    >>> [scale.code for scale in shareable_scales("ios", Consent.everything()).withheld]
    ['answer']
    """
    from intimacy_scales.instrument.loading import as_instrument

    return allowed_by(as_instrument(instrument), consent)


def allowed_by(form: Instrument, consent: Consent) -> ShareableScales:
    """Return `shareable_scales` of a loaded instrument; computed once for each consent."""
    if not isinstance(consent, Consent):
        raise EstimationError(
            f"consent: {a_type(consent)} is not valid; allowed: Consent.nothing(), Consent.everything(), "
            "Consent.to([...])"
        )
    known = _known(form)
    if consent not in known:
        if len(known) >= _MOST_KEPT:
            known.clear()
        known[consent] = _decide(form, consent)
    return known[consent]


_known: PerInstrument[Instrument, dict[Consent, ShareableScales]] = PerInstrument(lambda _: {})


class _Form(NamedTuple):
    """The coefficients of an instrument's scores, and the scales whose scores often reveal an answer."""

    coefficients: dict[str, Coefficients]
    often_revealing: frozenset[str]

    def overlapping(self, name: str) -> set[str]:
        """Return the scales that depend on an item of this scale, with itself."""
        items = self.coefficients[name].keys()
        return {other for other, score in self.coefficients.items() if not items.isdisjoint(score)}


def _form(form: Instrument) -> _Form:
    """Return what decisions about an instrument need."""
    coefficients = score_coefficients(form)
    codes = {item.id: item.response_scale.codes for item in form.items}
    shares = {name: revealing_share(score, codes) for name, score in coefficients.items() if score}
    often = frozenset(name for name, share in shares.items() if share is None or share >= _OFTEN)
    return _Form(coefficients, often)


_form_of: PerInstrument[Instrument, _Form] = PerInstrument(_form)


def _decide(form: Instrument, consent: Consent) -> ShareableScales:
    """Return the scales that can be shown, and why others cannot."""
    covered, facts = consent.scales_of(form), _form_of(form)
    span = span_of(facts.coefficients[name] for name in consent.shown_before)
    visible, shown, withheld = list(consent.shown_before), [], []
    order = sorted(covered, key=lambda name: (len(facts.coefficients[name]), form.scale_ids.index(name)))
    for name in order:
        problem = _problem(name, facts, covered, visible, span)
        if problem:
            withheld.append(WithheldScale(name, *problem))
            continue
        span = span.with_score(facts.coefficients[name])
        visible.append(name)
        shown.append(name)
    return ShareableScales(
        instrument=form.ref,
        consent=consent,
        scales=tuple(sorted(shown, key=form.scale_ids.index)),
        withheld=tuple(sorted(withheld, key=lambda scale: form.scale_ids.index(scale.scale))),
    )


def _problem(
    name: str, facts: _Form, covered: frozenset[str], visible: list[str], span: Span
) -> tuple[Code, str] | None:
    """Return why a scale cannot be shown next to the visible ones; None if it can."""
    wider = span.with_score(facts.coefficients[name])
    answers = sorted(set(wider.answers) - set(span.answers))
    if answers or len(facts.coefficients[name]) == 1:
        items = ", ".join(answers or facts.coefficients[name])
        return "answer", f"the answer to {items} would follow, and answers are never shown"
    if name in facts.often_revealing:
        return "few-answers", "many of its possible scores reveal an answer, and answers are never shown"
    known = covered.union(visible)
    protected = (other for other in facts.coefficients if other not in known)
    for other in protected:
        score = facts.coefficients[other]
        if wider.determines(score) and not span.determines(score):
            return "other-scale", f"the score of {other}, which the consent does not cover, would follow"
    if name not in visible:
        near = facts.overlapping(name)
        for other in visible:
            if other in near and not near | facts.overlapping(other) <= known:
                return "overlap", (
                    f"shares items with {other}, and the consent does not cover every scale with these items"
                )
    return None
