"""The page of a multitrait-multimethod matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import apa, counted, joined, percent
from intimacy_scales.validity.trait_methods_result import CRITERIA, KINDS, validity_tables

if TYPE_CHECKING:
    from intimacy_scales.validity.trait_methods_result import MultitraitMultimethod


def matrix_page(matrix: MultitraitMultimethod) -> Page:
    """Return the page: the matrix, validities, comparisons that fail, cautions and sentence."""
    couples = "" if matrix.n_couples is None else f" in {counted(matrix.n_couples, 'couple')}"
    facts = [f"{counted(matrix.n, 'person')}{couples}; intervals: {percent(matrix.confidence_level)}"]
    facts += [f"{method}: {counted(n, 'row')}" for method, n in matrix.rows.items()]
    facts += [f"{method}: rows of {counted(n, 'person')} averaged" for method, n in matrix.averaged.items()]
    for criterion, words in CRITERIA.items():
        chosen = [one for one in matrix.comparisons if one.criterion == criterion]
        facts.append(f"{words}: {sum(one.holds for one in chosen)} of {len(chosen)} hold")
    if matrix.uncertain:
        facts.append(f"of those that hold, {len(matrix.uncertain)} have an interval that includes 0")
    return Page(
        title=f"Multitrait-multimethod matrix of {joined(matrix.traits)}",
        facts=tuple(facts),
        tables=(_matrix_table(matrix), *validity_tables(matrix)),
        warnings=matrix.warnings,
        sentence=matrix.sentence(),
    )


def _matrix_table(matrix: MultitraitMultimethod) -> TextTable:
    """Return the lower triangle: validities in square brackets, reliabilities in round ones."""
    variables = [(trait, method) for method in matrix.methods for trait in matrix.traits]
    columns: dict[str, Sequence[str]] = {"": [f"{method}: {trait}" for trait, method in variables]}
    for j, column in enumerate(variables):
        texts = []
        for i, row in enumerate(variables):
            if i < j:
                texts.append("")
            elif i == j:
                value = matrix.reliabilities[i // len(matrix.traits), i % len(matrix.traits)]
                texts.append("" if np.isnan(value) else f"({apa(float(value))})")
            else:
                one = matrix.correlation(row, column)
                text = apa(one.r)
                texts.append(f"[{text}]" if one.kind == KINDS[0] else text)
        columns[f"{column[1]}: {column[0]}"] = texts
    return TextTable(
        title="Correlations",
        columns=columns,
        note="In square brackets: the same trait by different methods. In round brackets: reliabilities.",
    )
