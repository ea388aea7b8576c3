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


def left_out_cautions(left_out: Mapping[str, int]) -> list[str]:
    """Return the caution that couples are left out, if any are.

    Examples
    --------
    >>> left_out_cautions({"without scores": 1}), left_out_cautions({})
    (['left out: 1 couple without scores'], [])
    """
    return [f"left out: {left_out_text(left_out)}"] if left_out else []
