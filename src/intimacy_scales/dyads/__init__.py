"""Couples: two partners in one relationship.

Names load at first use, so that an app that shows feedback to partners does not load what studies need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intimacy_scales.dyads.feedback.consent import Consent
    from intimacy_scales.dyads.feedback.couple import CoupleFeedback, couple_feedback
    from intimacy_scales.dyads.feedback.partner_view import OwnScore, PartnerFeedback, SharedScore
    from intimacy_scales.dyads.feedback.shareable import ShareableScales, WithheldScale, shareable_scales
    from intimacy_scales.dyads.feedback.small_cells import (
        SuppressedCell,
        SuppressedTable,
        suppress_small_cells,
    )

_HOMES = {
    "feedback.consent": ("Consent",),
    "feedback.couple": ("CoupleFeedback", "couple_feedback"),
    "feedback.partner_view": ("OwnScore", "PartnerFeedback", "SharedScore"),
    "feedback.shareable": ("ShareableScales", "WithheldScale", "shareable_scales"),
    "feedback.small_cells": ("SuppressedCell", "SuppressedTable", "suppress_small_cells"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Consent", "CoupleFeedback", "OwnScore", "PartnerFeedback", "ShareableScales", "SharedScore",
    "SuppressedCell", "SuppressedTable", "WithheldScale", "couple_feedback", "shareable_scales",
    "suppress_small_cells",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
