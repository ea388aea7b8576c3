"""Words for what an actor-partner model is adjusted for, and what its variables are measured from."""

from __future__ import annotations

from collections.abc import Container, Sequence

from intimacy_scales.results.wording import joined


def adjusted_for(covariates: Sequence[str]) -> str:
    """Return what effects are adjusted for; nothing without covariates.

    Examples
    --------
    >>> adjusted_for(["years", "children"]), adjusted_for([])
    (', adjusted for years and children', '')
    """
    return f", adjusted for {joined(list(covariates))}" if covariates else ""


def centring_words(predictors: Sequence[str], covariates: Sequence[str], centres: Container[str]) -> str:
    """Return on which means variables are centred; nothing where none is."""
    texts = [
        f"{kind} centred on {mean}"
        for kind, names, mean in (
            ("predictors", predictors, "their grand mean over both partners"),
            ("covariates", covariates, "their mean over couples"),
        )
        if any(name in centres for name in names)
    ]
    return ", ".join(texts)
