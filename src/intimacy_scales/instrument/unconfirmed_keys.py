"""Warnings about published keys that are not confirmed by a second source."""

from __future__ import annotations

import warnings

from intimacy_scales.errors import UnverifiedKeyWarning
from intimacy_scales.messages import level_outside

_CAUTIONS = {
    "single-source": "its scoring key was read in one source only. Compare it with the article or the "
    "authors' form before you publish scores",
    "unconfirmed": "its scoring key was read only in a source that readers cannot look up. Compare it with "
    "the article or the authors' form before you use it",
}


def warn_if_unconfirmed(instrument: str, confidence: str | None) -> None:
    """Warn if the key of an instrument, given by its id, is not confirmed by a second source."""
    if confidence is not None and confidence != "verified":
        text = f"{instrument}: {_CAUTIONS[confidence]}"
        warnings.warn(text, UnverifiedKeyWarning, stacklevel=level_outside())
