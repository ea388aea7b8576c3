"""The warning about draft instruments, given once for each."""

from __future__ import annotations

import warnings

from intimacy_scales.errors import UnvalidatedInstrumentWarning
from intimacy_scales.instrument.reference import InstrumentRef
from intimacy_scales.messages import level_outside

_warned: set[str] = set()  # digests of drafts that were warned about
_MOST = 10_000


def warn_if_draft(instrument: InstrumentRef) -> None:
    """Warn once about each draft, by its digest, that its scores are not validated."""
    if instrument.status != "draft" or instrument.digest in _warned:
        return
    if len(_warned) >= _MOST:  # bounds the memory of a service that keeps making drafts
        _warned.clear()
    _warned.add(instrument.digest)
    warnings.warn(
        f"{instrument.called} is a draft: nobody has shown yet that its scores mean what they say. "
        "Use them to try things out, not to judge a person or a relationship.",
        UnvalidatedInstrumentWarning,
        stacklevel=level_outside(),
    )
