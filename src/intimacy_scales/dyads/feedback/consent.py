"""A partner's consent: which of their scores the other partner may see."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import intimacy_scales.instrument as models
from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.messages import shortened, suggest
from intimacy_scales.results.result import Result, plain, result_class


@result_class
class Consent(Result):
    """What one partner agrees to show the other: nothing, every score, or the scores of named scales.

    Make it with `Consent.nothing`, `Consent.everything` or `Consent.to`, and store it with the person's
    answers (`to_json`). It never covers answers to items. Ask each partner alone, as a partner who is watched
    does not choose freely.

    Attributes
    ----------
    all_scales
        Whether it covers every scale.
    scales
        The named scales.
    shown_before
        Scales whose scores, from the same answers, the other partner has seen already.

    Examples
    --------
    >>> Consent.everything(), Consent.nothing(), Consent.to(["trust", "caring"])
    (<Consent to every scale>, <Consent to nothing>, <Consent to trust, caring>)
    """

    all_scales: bool = False
    scales: tuple[str, ...] = ()
    shown_before: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if type(self.all_scales) is not bool:
            raise EstimationError(
                f"all_scales={shortened(self.all_scales)} is not valid; allowed: True, False"
            )
        if self.all_scales and self.scales:
            raise EstimationError(
                f"scales={shortened(self.scales)} is not valid with all_scales=True; use "
                "Consent.everything() or Consent.to([...])"
            )
        object.__setattr__(self, "scales", _as_scales("scales", self.scales))
        object.__setattr__(self, "shown_before", _as_scales("shown_before", self.shown_before))

    @classmethod
    def nothing(cls) -> Consent:
        """Return the consent of a partner who shows nothing; also of one who has not been asked."""
        return cls()

    @classmethod
    def everything(cls) -> Consent:
        """Return the consent to show the score of every scale; answers to items are never shown."""
        return cls(all_scales=True)

    @classmethod
    def to(cls, scales: Collection[str], *, shown_before: Collection[str] = ()) -> Consent:
        """Return the consent to show the scores of some scales.

        Parameters
        ----------
        scales
            Ids of the scales.
        shown_before
            Scales whose scores, from the same answers, the other partner has seen under an earlier consent.
            They cannot be taken back, so nothing is shown from which, together with them, another scale
            follows.

        Raises
        ------
        EstimationError
            It is not a list of ids.

        Examples
        --------
        >>> Consent.to(["trust"]).scales
        ('trust',)
        """
        return cls(scales=_as_scales("scales", scales), shown_before=_as_scales("shown_before", shown_before))

    def scales_of(self, form: models.Instrument) -> frozenset[str]:
        """Return the scales of an instrument that it covers.

        Raises
        ------
        UnknownNameError
            It names a scale that the instrument does not have.

        Examples
        --------
        >>> from intimacy_scales import load
        >>> sorted(Consent.to(["trust"]).scales_of(load("prqc")))
        ['trust']
        """
        for name in (*self.scales, *self.shown_before):
            if name not in form.scale_ids:
                raise UnknownNameError(
                    f"consent names {shortened(name)}, which is not a scale of {form.ref.called}; its "
                    f"scales: {', '.join(form.scale_ids)}{suggest(name, form.scale_ids)}"
                )
        return frozenset(form.scale_ids if self.all_scales else self.scales)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {name: plain(getattr(self, name)) for name in ("all_scales", "scales", "shown_before")}

    def __repr__(self) -> str:
        covered = "every scale" if self.all_scales else ", ".join(self.scales) or "nothing"
        before = f"; shown before: {', '.join(self.shown_before)}" if self.shown_before else ""
        return f"<Consent to {covered}{before}>"


def _as_scales(option: str, names: Any) -> tuple[str, ...]:
    """Return ids of scales as a tuple, each once and in a fixed order."""
    if isinstance(names, Collection) and not isinstance(names, str | bytes | dict):
        listed = tuple(names)
        if all(isinstance(name, str) for name in listed):
            return (
                tuple(sorted(set(listed)))
                if isinstance(names, set | frozenset)
                else tuple(dict.fromkeys(listed))
            )
    raise EstimationError(
        f"{option}={shortened(names)} is not valid; allowed: a list of ids of scales, such as ['trust']"
    )
