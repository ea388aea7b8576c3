"""Checks that two forms ask the same about oneself and about the partner, scale by scale."""

from __future__ import annotations

from collections.abc import Collection

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import shortened, suggest
from intimacy_scales.numerics.arguments import as_different_names


def common_scales(own: Dyads, partner: Dyads, scales: Collection[str] | None) -> tuple[str, ...]:
    """Return the scales of own reports and judgements, matched by their ids.

    Raises
    ------
    EstimationError
        The forms do not belong together, with the name of each scale that differs; or a scale is listed
        twice.
    UnknownNameError
        A scale that one of them does not have.
    """
    _check_wordings(own.form, partner.form)
    shared = tuple(name for name in own.scale_ids if name in partner.scale_ids)
    if scales is None:
        chosen = shared
        if not chosen:
            raise EstimationError(
                f"own has the scales {', '.join(own.scale_ids)}, and partner has "
                f"{', '.join(partner.scale_ids)}: none is in both; scales are matched by their ids"
            )
    else:
        chosen = as_different_names("scales", scales, "scales")
        for name in chosen:
            if name not in shared:
                lists = f"own has {', '.join(own.scale_ids)}, partner has {', '.join(partner.scale_ids)}"
                raise UnknownNameError(
                    f"scale {shortened(name)} is not in both: {lists}{suggest(name, shared)}"
                )
    _check_scales(own, partner, chosen)
    return chosen


def _check_wordings(self_form: Instrument | None, partner_form: Instrument | None) -> None:
    """Raise where two forms are not the two wordings of one."""
    if self_form is None or partner_form is None:
        return
    if self_form.wording == "partner" and partner_form.wording != "partner":
        raise EstimationError(
            f"own= are answers to {self_form.id}, which asks about the partner; pass own reports first: "
            f"own={partner_form.id}, partner={self_form.id}"
        )
    if partner_form.id == self_form.id or partner_form.wording == self_form.wording == "partner":
        raise EstimationError(
            f"own= are answers to {self_form.id} and partner= to {partner_form.id}, in the same wording; "
            "pass own reports and reports about the partner, such as "
            f"{self_form.counterpart or 'scii-24-partner'}"
        )
    counterparts = {self_form.counterpart, partner_form.counterpart} - {None}
    if counterparts and self_form.counterpart != partner_form.id and partner_form.counterpart != self_form.id:
        raise EstimationError(
            f"{self_form.id} and {partner_form.id} do not belong together: the counterpart of {self_form.id} "
            f"is {self_form.counterpart}, and that of {partner_form.id} is {partner_form.counterpart}"
        )


def _check_scales(reports: Dyads, judgements: Dyads, scales: Collection[str]) -> None:
    """Raise where a scale has other items, or another range, in the two forms; names all of them."""
    differences = []
    for name in scales:
        here, elsewhere = reports.ranges.get(name), judgements.ranges.get(name)
        if here is not None and elsewhere is not None and here != elsewhere:
            differences.append(
                f"{name}: scores from {here[0]:g} to {here[1]:g} in own, {elsewhere[0]:g} to {elsewhere[1]:g}"
            )
        if reports.form is None or judgements.form is None:
            continue
        items = [{*form.scale(name).items, *form.scale(name).of} for form in (reports.form, judgements.form)]
        if items[0] != items[1]:
            differences.append(f"{name}: {', '.join(sorted(items[0] ^ items[1]))} in one of them only")
    if differences:
        raise EstimationError(
            "these scales differ between own reports and judgements, so that their scores cannot be "
            "compared: " + "; ".join(differences)
        )
