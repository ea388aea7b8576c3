"""Couples that a statistic leaves out: why → how many."""

from __future__ import annotations

from collections.abc import Mapping

from intimacy_scales.results.wording import counted


def left_out_text(left_out: Mapping[str, int]) -> str:
    """Return in words which couples are left out; nothing where all are used.

    Examples
    --------
    >>> left_out_text({"with the score of one partner": 2, "without scores": 1})
    '2 couples with the score of one partner; 1 couple without scores'
    """
    return "; ".join(f"{counted(n, 'couple')} {why}" for why, n in left_out.items())


def left_out_of_models(n: int, missing: str) -> dict[str, int]:
    """Return why so many couples are left out of models of both partners' answers → how many.

    Examples
    --------
    >>> left_out_of_models(3, "listwise"), left_out_of_models(0, "fiml")
    ({'without answers to every item of both partners': 3}, {})
    """
    why = "without answers to every item of both partners" if missing == "listwise" else "without any answer"
    return {why: n} if n else {}


def left_out_cautions(left_out: Mapping[str, int]) -> list[str]:
    """Return the caution that couples are left out, if any are.

    Examples
    --------
    >>> left_out_cautions({"without scores": 1}), left_out_cautions({})
    (['left out: 1 couple without scores'], [])
    """
    return [f"left out: {left_out_text(left_out)}"] if left_out else []
