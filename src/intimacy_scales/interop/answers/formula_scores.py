"""Formulas of a form that add or average answers, as scores that are compared with the instrument's key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from intimacy_scales.files.facts import ColumnFacts, DeclaredScore

_REFERENCE = re.compile(r"\$?\{([^{}]+)\}")  # {q1} of SurveyJS, ${q1} of XLSForm
_SUM = re.compile(r"[\s+()]*|\s*sum\s*\([\s,]*\)\s*", re.IGNORECASE)
_MEAN = re.compile(r"\s*(?:avg|mean)\s*\([\s,]*\)\s*", re.IGNORECASE)
_DIVIDED = re.compile(r"\s*\([\s+()]*\)\s*(?:/|div)\s*(?P<n>\d+)\s*")
_LONGEST = 10_000  # characters


def score_of_formula(name: str, formula: str) -> DeclaredScore | None:
    """Return the score that a formula computes; None if it does more than add or average answers.

    Examples
    --------
    >>> score_of_formula("total", "{q1} + {q2}").method, score_of_formula("m", "(${a} + ${b}) div 2").method
    ('sum', 'mean')
    >>> score_of_formula("total", "{q1} + 6 - {q2}"), score_of_formula("m", "({a} + {b}) / 3")
    (None, None)
    """
    if len(formula) > _LONGEST:
        return None
    columns = tuple(column.strip() for column in _REFERENCE.findall(formula))
    rest = _REFERENCE.sub("", formula)
    divided = _DIVIDED.fullmatch(rest)
    method: Literal["sum", "mean"] | None = None
    if _SUM.fullmatch(rest):
        method = "sum"
    elif _MEAN.fullmatch(rest) or (divided is not None and int(divided["n"]) == len(columns)):
        method = "mean"
    if method is None or len(columns) < 2:
        return None
    return DeclaredScore(name=name, columns=columns, method=method, formula=formula)


def declared_scores(columns: Mapping[str, ColumnFacts]) -> list[DeclaredScore]:
    """Return the scores that formulas of a form compute, by the columns of their questions."""
    by_question = {facts.name: name for name, facts in columns.items() if facts.name is not None}
    scores = []
    for name, facts in columns.items():
        score = None if facts.formula is None else score_of_formula(name, facts.formula)
        if score is not None:
            members = tuple(by_question.get(column, column) for column in score.columns)
            scores.append(
                DeclaredScore(name=name, columns=members, method=score.method, formula=score.formula)
            )
    return scores
