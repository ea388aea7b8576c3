"""Published keys that are not surely known: said wherever one is used."""

from __future__ import annotations

import warnings

from intimacy_scales.errors import UnverifiedKeyWarning, level_outside

_UNSURE = {
    "single-source": "its scoring key was read in one source only. Compare it with the article or the "
    "authors' form before you publish scores",
    "unconfirmed": "its scoring key was read only where a reader cannot look it up. Compare it with the "
    "article or the authors' form before you use it",
}


def warn_if_unsure(instrument: str, confidence: str | None) -> None:
    """Warn that the key of an instrument, named by its id, was not confirmed by a second source."""
    if confidence is not None and confidence != "verified":
        text = f"{instrument}: {_UNSURE[confidence]}"
        warnings.warn(text, UnverifiedKeyWarning, stacklevel=level_outside())
