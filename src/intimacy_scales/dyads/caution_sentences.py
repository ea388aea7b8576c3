"""Cautions about the figures of a model of couples, as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intimacy_scales.factor.confirmatory.results.fit_sentence import improper_sentence


def caution_sentences(warnings: Sequence[str], improper: Sequence[str] = ()) -> Iterator[str]:
    """Yield each caution as a sentence: that a solution is improper first, and that no effect is reported.

    Examples
    --------
    >>> list(caution_sentences(["20 couples are few"]))
    ['20 couples are few.']
    >>> list(caution_sentences([], ["the variance of f is negative"]))[1]
    'Its effects are therefore not put into words.'
    """
    main = improper_sentence(improper)
    if main:
        yield main
        yield "Its effects are therefore not put into words."
    for text in warnings:
        if text != main:
            yield f"{text[:1].upper()}{text[1:].rstrip('.')}."
