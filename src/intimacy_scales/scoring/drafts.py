"""Drafts are drafts: said once of each."""

from __future__ import annotations

import warnings

from intimacy_scales.errors import UnvalidatedInstrumentWarning, level_outside
from intimacy_scales.instrument.reference import InstrumentRef

_warned: set[str] = set()  # digests of drafts that were warned of
_MOST = 10_000


def warn_if_draft(instrument: InstrumentRef) -> None:
    """Warn once of each draft, by its digest, that nobody knows what its scores mean."""
    if instrument.status != "draft" or instrument.digest in _warned:
        return
    if len(_warned) >= _MOST:  # of a service that makes drafts without end
        _warned.clear()
    _warned.add(instrument.digest)
    warnings.warn(
        f"{instrument.called} is a draft: nobody has shown yet that its scores mean what they say. "
        "Use them to try things out, not to judge a person or a relationship.",
        UnvalidatedInstrumentWarning,
        stacklevel=level_outside(),
    )
