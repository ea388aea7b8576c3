"""Words for what an actor-partner model is adjusted for, and what its variables are measured from."""

from __future__ import annotations

import math
from collections.abc import Container, Sequence

from intimacy_scales.dyads.models.effects import PathEffect
from intimacy_scales.results.wording import joined


def adjusted_for(covariates: Sequence[str]) -> str:
    """Return what effects are adjusted for; nothing without covariates.

    Examples
    --------
    >>> adjusted_for(["years", "children"]), adjusted_for([])
    (', adjusted for years and children', '')
    """
    return f", adjusted for {joined(list(covariates))}" if covariates else ""


def estimator_name(estimator: str, n_incomplete: int) -> str:
    """Return the short name of an estimator, which says so where couples with missing scores count.

    Examples
    --------
    >>> estimator_name("ML", 0), estimator_name("ML", 2)
    ('ML', 'full information ML')
    """
    return f"full information {estimator}" if n_incomplete else estimator


def sample_words(n_couples: str, n_one_partner: int, n_incomplete: int) -> str:
    """Return how many couples a model has, with one partner only, and with missing scores.

    Examples
    --------
    >>> sample_words("118 couples", 0, 1)
    '118 couples, 1 of them with missing scores'
    >>> sample_words("118 couples", 1, 3)
    '118 couples, 1 of them with one partner and 2 with other missing scores'
    """
    others = n_incomplete - n_one_partner
    if n_one_partner and others:
        return f"{n_couples}, {n_one_partner} of them with one partner and {others} with other missing scores"
    if n_one_partner:
        return f"{n_couples}, {n_one_partner} of them with one partner"
    return f"{n_couples}, {others} of them with missing scores" if others else n_couples


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


def improper_title(improper: Sequence[str]) -> str:
    """Return what the title of an improper solution adds; nothing where it is proper.

    Examples
    --------
    >>> improper_title(["the variance of f is negative"]), improper_title([])
    (', improper solution', '')
    """
    return ", improper solution" if improper else ""


def test_name(heading: str, effects: Sequence[PathEffect]) -> str:
    """Return a heading of p values with the test of single effects: t, or Wald's where all are normal.

    Models are compared by other tests, so that one hypothesis may have two p values.
    """
    return f"{heading} ({'Wald' if all(math.isinf(effect.df) for effect in effects) else 't test'})"
