"""Figures that may be None: a document has null for None and for nan, so that only one of them may occur."""

from __future__ import annotations

import inspect
from typing import Any, get_args

from intimacy_scales.results.document_types import Unless, document_types, sort_of
from tests.shared.one_of_each_result import result_classes

# None where there is no such figure, and never nan: a score that was not reached, an option not given, and
# bounds that an instrument does not have
NONE_AND_NEVER_NAN = {
    "CutoffSearch.least_sensitivity", "CutoffSearch.prevalence",
    "MinimalImportantChange.sem", "MinimalImportantChange.smallest_detectable_change",
    "Interpretation.confidence_level", "PersonInterpretation.confidence_level",
    "Modifier.fixed", "Modifier.start", "OwnScore.score", "PersonChange.after", "PersonChange.before",
    "PersonChange.change", "PersonChange.cutoff", "PersonChange.index", "PersonScores.pomp",
    "PersonScores.scores", "PersonScale.error", "PersonScale.percent_of_range", "PersonScale.score",
    "Reading.score", "ReliableChange.cutoff", "SamplePlan.design_effect",
    "SamplePlan.probability", "SamplePlan.standard_error", "ScaleSummary.maximum", "ScaleSummary.minimum",
}  # fmt: skip


def optional_figures(kind: Any, place: str, known: set[Any]) -> set[str]:
    """The places in documents that hold a float or None."""
    kind = kind.kind if isinstance(kind, Unless) else kind
    sort, parts = sort_of(kind), get_args(kind)
    if sort == "either":
        places = {place} if {float, type(None)} == set(parts) else set()
        return places.union(*(optional_figures(part, place, known) for part in parts))
    if sort in ("mapping", "sequence", "pair"):
        return set().union(*(optional_figures(part, place, known) for part in parts if part is not ...))
    if sort != "part" or kind in known:
        return set()
    known.add(kind)
    types = document_types(kind)
    return set().union(
        *(optional_figures(part, f"{kind.__name__}.{name}", known) for name, part in types.items())
    )


def test_a_figure_that_may_be_none_is_never_nan() -> None:
    """A figure that can be undefined is a plain float: nan, which a document gives back."""
    known: set[Any] = set()
    classes = [kind for kind in result_classes() if not inspect.isabstract(kind)]
    places = set().union(*(optional_figures(kind, kind.__name__, known) for kind in classes))
    assert places == NONE_AND_NEVER_NAN
