"""All that is to be found alike on every machine, so that one process on each finds it."""

from __future__ import annotations

from typing import Any

from tests.shared import searched_factors, searched_reliability, smoothing_answers

FINDERS = {
    "factors": searched_factors.everything,
    "reliability": searched_reliability.everything,
    "smoothing": smoothing_answers.smoothed,
}


def everything() -> dict[str, Any]:
    """Return what each of them finds."""
    return {part: find() for part, find in FINDERS.items()}
