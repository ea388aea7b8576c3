"""The public function that makes tables for papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar, get_args

from intimacy_scales.dyads.report.result import CoupleReport
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor import CFAResult, EFAResult, StructureReport
from intimacy_scales.factor.confirmatory.comparison import ModelComparison
from intimacy_scales.messages import not_one_of
from intimacy_scales.papers.couple_table import couple_table
from intimacy_scales.papers.fit_table import Fitted, comparison_table, fit_table
from intimacy_scales.papers.loading_table import exploratory_table, loading_table
from intimacy_scales.papers.notes import not_for_a_table
from intimacy_scales.papers.scale_table import scale_table
from intimacy_scales.papers.table import PaperTable
from intimacy_scales.papers.validity_tables import change_table, content_table, groups_table
from intimacy_scales.reliability import ReliabilityReport
from intimacy_scales.scoring import Scores
from intimacy_scales.validity import ContentValidity, KnownGroups, MinimalImportantChange

Kind = Literal["scales", "loadings", "fit", "invariance", "couples", "content", "groups", "change"]
_KINDS = get_args(Kind)
_OWN_TABLES: Mapping[type, str] = {
    CoupleReport: "couples",
    ContentValidity: "content",
    KnownGroups: "groups",
    MinimalImportantChange: "change",
}
_OF_ONE_RESULT: Sequence[tuple[tuple[str, ...], type, Callable[..., PaperTable]]] = (
    (("loadings",), EFAResult, exploratory_table),
    (("fit", "invariance"), ModelComparison, comparison_table),
    (("couples",), CoupleReport, couple_table),
    (("content",), ContentValidity, content_table),
    (("change",), MinimalImportantChange, change_table),
)
_MAKE_TABLES = (
    ReliabilityReport, Scores, StructureReport, CFAResult, EFAResult, ModelComparison, *_OWN_TABLES,
)  # fmt: skip
_T = TypeVar("_T")


def paper_table(
    *results: Any,
    kind: Kind | None = None,
    number: int | None = 1,
    title: str | None = None,
    names: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    confidence_level: float = 0.95,
) -> PaperTable:
    """Return a table in APA style (7th edition) of results.

    Parameters
    ----------
    results
        What the table is of:

        - `reliability_report`, with the scores of `score` and a `structure_report` or `cfa` where they are
          to be reported too: a row for each scale with number of items, n, M, SD, range, skewness, alpha and
          omega with intervals, and correlations (of scores below the diagonal, of factors above it);
        - one `cfa`, `structure_report` or `efa`: the loadings;
        - several of the first two, or `compare_models`: the fit of each model, and the differences;
        - `invariance` or `dyadic_invariance`: the fit of each step, and the loss of fit;
        - `couple_report`: scales by partner, and how partners correlate and differ;
        - `content_validity`: what experts judged about each item;
        - one or several `known_groups` of the same groups: a row for each score, with M and SD of both
          groups, the test, Hedges's g and the area under the curve;
        - `minimal_important_change`: the threshold by each method.
    kind
        ``scales``, ``loadings``, ``fit``, ``invariance``, ``couples``, ``content``, ``groups`` or ``change``,
        for results of which more than one table can be made, as the fit of a single model; None: the first
        that the list above names.
    number
        The number of the table; None for none.
    title
        Its title; None: what it shows.
    names
        Names of the models in a table of fit, one for each.
    labels
        Id of an item, scale, factor, model, group or method → the text that is printed in its place.
    confidence_level
        Of the intervals of loadings. Those of coefficients have the level of their report, those of known
        groups 95 %, and those of RMSEA 90 %, as is usual.

    Returns
    -------
    PaperTable
        With ``to_latex``, ``to_docx``, ``to_html`` and ``to_markdown``. ``to_frame`` has the figures with
        full precision. The note names estimator, missing rule, n, intervals, the instrument with its digest,
        and the version of this library.

    Raises
    ------
    EstimationError
        No table can be made of a result, or of these results together; or they are of different instruments
        or persons.

    Notes
    -----
    Figures are those of the results, rounded to two decimals (M, SD, coefficients of reliability,
    correlations) or three (p, indices of fit). Where a test is corrected, as by the estimator MLR, chi-square
    is the scaled one and CFI, TLI and RMSEA are the robust ones, and the note says so.

    Examples
    --------
    >>> from intimacy_scales import reliability_report, score, simulate
    >>> answers = simulate("scii-12", 200, rng=1).answers
    >>> table = paper_table(reliability_report("scii-12", answers), score("scii-12", answers))
    >>> table.table.title
    'Descriptive statistics, reliability and correlations of scales'
    >>> "booktabs" in table.to_latex(), "sidewaystable" in table.to_latex()
    (True, True)
    """
    texts = dict(labels or {})
    chosen = kind if kind is not None else _kind_of(results)
    if chosen not in _KINDS:
        raise EstimationError(not_one_of("kind", chosen, _KINDS))
    shown: dict[str, Any] = {"number": number, "title": title, "labels": texts}
    if names is not None and chosen != "fit":
        raise EstimationError(
            f"names={list(names)!r} is for tables of fit; use labels= in a table of {chosen}"
        )
    if chosen == "scales":
        return _scales(results, shown)
    if chosen == "fit" and not (len(results) == 1 and isinstance(results[0], ModelComparison)):
        return fit_table(_models(results, names), **shown)
    if chosen == "groups" and results and all(isinstance(result, KnownGroups) for result in results):
        return groups_table(results, **shown)
    if len(results) != 1:
        raise EstimationError(f"a table of {chosen} is of one result, and {len(results)} were passed")
    (result,) = results
    if isinstance(result, CFAResult | StructureReport) and chosen == "loadings":
        return loading_table(result, **shown, confidence_level=confidence_level)
    for kinds, class_of_result, make in _OF_ONE_RESULT:
        if chosen in kinds and isinstance(result, class_of_result):
            return make(result, **shown)
    if _kind_of(results) == chosen:
        raise not_for_a_table(result)
    raise EstimationError(
        f"kind={chosen!r} is not valid for a {type(result).__name__}; allowed: {_kind_of(results)!r}"
    )


def _kind_of(results: Sequence[Any]) -> str:
    """Return which table results make."""
    if not results:
        raise EstimationError("paper_table needs a result, such as that of reliability_report or cfa")
    for result in results:
        if not isinstance(result, _MAKE_TABLES):
            raise not_for_a_table(result)
    if any(isinstance(result, ReliabilityReport | Scores) for result in results):
        return "scales"
    first = results[0]
    if isinstance(first, ModelComparison):
        return "invariance" if type(first) is not ModelComparison else "fit"
    for kind, name in _OWN_TABLES.items():
        if isinstance(first, kind):
            return name
    return "loadings" if len(results) == 1 else "fit"


def _scales(results: Sequence[Any], shown: Mapping[str, Any]) -> PaperTable:
    report = _only(results, ReliabilityReport)
    scores = _only(results, Scores)
    structure: StructureReport | CFAResult | None = _only(results, StructureReport) or _only(
        results, CFAResult
    )
    others = [r for r in results if r is not report and r is not scores and r is not structure]
    if others:
        raise EstimationError(
            f"a {type(others[0]).__name__} is not a part of a table of scales, which a reliability report, "
            "scores, and a structure report or a cfa make; make another table of it"
        )
    if report is None and scores is None:
        raise EstimationError("a table of scales needs a reliability report or scores; pass one")
    return scale_table(report, scores, structure, **shown)


def _only(results: Sequence[Any], kind: type[_T]) -> _T | None:
    """Return the one result of a class; None if there is none."""
    matches = [result for result in results if isinstance(result, kind)]
    if len(matches) > 1:
        raise EstimationError(
            f"{len(matches)} results of class {kind.__name__} were passed; a table of scales has one"
        )
    return matches[0] if matches else None


def _models(results: Sequence[Any], names: Sequence[str] | None) -> dict[str, Fitted]:
    """Return the models by name: those given, or their numbers."""
    for result in results:
        if not isinstance(result, CFAResult | StructureReport):
            raise EstimationError(
                f"a {type(result).__name__} has no fit that a table could show; pass models of cfa, sem or "
                "structure_report, or one comparison of compare_models"
            )
    given = [f"Model {n}" for n in range(1, len(results) + 1)] if names is None else list(names)
    if len(given) != len(results) or len(set(given)) < len(given):
        raise EstimationError(
            f"names={given!r} is not valid: {len(results)} models need as many different names"
        )
    return dict(zip(given, results, strict=True))
