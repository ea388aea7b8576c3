"""Answers to two scales and a composite of both, whose intervals tests work out."""

from __future__ import annotations

from functools import cache
from typing import Any

from tests.shared.factor_answers import parts
from tests.shared.instruments import coded

SCALES = {"a": "q1 q2 -q3 q4", "b": "q5 q6 q7", "c": {"of": ["a", "b"]}}


@cache
def answers(gaps: float = 0.0, n: int = 90) -> Any:
    x = parts(n, (4, 3), gaps=gaps)
    x[:, 2] = 8 - x[:, 2]
    return coded(x, SCALES)


def half(whole: Any, at: int) -> Any:
    from intimacy_scales import CodedResponses

    rows = slice(0, len(whole) // 2) if at == 0 else slice(len(whole) // 2, None)
    return CodedResponses(instrument=whole.instrument, codes=whole.codes[rows])
