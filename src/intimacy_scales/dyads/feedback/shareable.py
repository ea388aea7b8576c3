"""The scales that a consent allows to be shown without giving away anything else."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import intimacy_scales.instrument as models
from intimacy_scales.dyads.feedback.coefficients import score_coefficients
from intimacy_scales.dyads.feedback.consent import Consent
from intimacy_scales.dyads.feedback.determined import Span, span_of
from intimacy_scales.dyads.feedback.possible_values import revealing_share
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

Code = Literal["answer", "other-scale", "overlap", "often"]


class WithheldScale(NamedTuple):
    """A scale that a consent covers, and that is not shown nevertheless.

    Attributes
    ----------
    scale
        Its id.
    code
        For programs: ``answer`` (an answer to an item would follow), ``other-scale`` (the score of a scale
        that the consent does not cover would follow), ``overlap`` (it has items in common with other scales,
        which must not be shown together), ``often`` (half of its possible scores, or more, reveal an answer
        or such a score).
    reason
        The same in words, for the person who gives the consent.

    Examples
    --------
    >>> shareable_scales("ios", Consent.everything()).withheld[0].reason
    'the answer to ios_1 would follow, and answers are never shown'
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
    <ShareableScales of scii-12: trust, caring; withheld: total (shares items with caring, and the consent \
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


def shareable_scales(instrument: models.Instrument | str | Path, consent: Consent) -> ShareableScales:
    """Return the scales that one partner's consent allows the other partner to see.

    It depends on this partner's consent alone, so an app can show it to the person who is asked, and the
    other partner cannot see more by changing their own consent. Scales are added from those of the fewest
    items to those of the most, each only if, together with those before it,

    - no answer to an item follows, nor a score that the consent does not cover, by linear algebra over the
      exact coefficients of all items (a total and five scales give the sixth; two scales that differ in one
      item give the answer to it; a scale of one item is an answer);
    - where it has items in common with another shown scale, as a total has, the consent covers every scale
      with any of their items, and all shown scores come to scores without common items, as a total and its
      scales do. Otherwise a total and some scales would bound the mean of the rest closely;
    - each answer, and each score that the consent does not cover, is determined by fewer than half of the
      possible scores. In a mean or sum of equal items these are the lowest and the highest score; with
      weights such as 1 and 10 it would be every score.

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
    """The coefficients of an instrument's scores, and the answers that its items allow."""

    coefficients: dict[str, Coefficients]
    codes: dict[str, tuple[int, ...]]

    def overlapping(self, name: str) -> set[str]:
        """Return the scales that depend on an item of this scale, with itself."""
        items = self.coefficients[name].keys()
        return {other for other, score in self.coefficients.items() if not items.isdisjoint(score)}

    def is_often_revealed(self, figure: Coefficients, rows: Sequence[Coefficients]) -> bool:
        """Return whether scores without common items determine a figure for half of their values or more.

        They determine it if they determine the part of it in each of them, and it has no other items.
        """
        if not set(figure) <= set().union(*rows):
            return False
        touched = (row for row in rows if not figure.keys().isdisjoint(row))
        return math.prod(revealing_share(row, figure, self.codes) for row in touched) >= _OFTEN


_form_of: PerInstrument[Instrument, _Form] = PerInstrument(
    lambda form: _Form(score_coefficients(form), {item.id: item.response_scale.codes for item in form.items})
)


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
    known = covered.union(visible)
    protected = {other: score for other, score in facts.coefficients.items() if other not in known}
    for other, score in protected.items():
        if wider.determines(score) and not span.determines(score):
            return "other-scale", f"the score of {other}, which the consent does not cover, would follow"
    return _overlap(name, facts, visible, known, wider) or _often_revealed(facts, protected, span, wider)


def _overlap(
    name: str, facts: _Form, visible: list[str], known: frozenset[str], wider: Span
) -> tuple[Code, str] | None:
    """Return why a scale cannot be shown next to visible ones with which it has items in common."""
    near = facts.overlapping(name)
    for other in sorted(near.intersection(visible) - {name}):
        if not near | facts.overlapping(other) <= known:
            return "overlap", (
                f"shares items with {other}, and the consent does not cover every scale with these items"
            )
        if not wider.is_disjoint:
            return "overlap", f"shares items with {other}, and both together can reveal answers"
    return None


def _often_revealed(
    facts: _Form, protected: Mapping[str, Coefficients], span: Span, wider: Span
) -> tuple[Code, str] | None:
    """Return which answer or protected score is often revealed by what a new score adds."""
    changed = [row for row in wider.rows if row not in span.rows]
    figures: dict[str, Coefficients] = {
        f"the answer to {item}": {item: Fraction(1)} for item in sorted(set().union(*changed))
    }
    figures |= {
        f"the score of {other}": score
        for other, score in protected.items()
        if any(not score.keys().isdisjoint(row) for row in changed)
    }
    for figure, score in figures.items():
        if facts.is_often_revealed(score, wider.rows):
            return "often", f"many of its possible scores reveal {figure}"
    return None
