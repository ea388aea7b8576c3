"""The sentences on factor models for a Method section: what was fitted, how, and how it fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intimacy_scales.dyads.invariance.result import DyadicInvariance
from intimacy_scales.factor.confirmatory.comparison import ModelComparison
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of
from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.factor.confirmatory.invariance_result import Invariance
from intimacy_scales.factor.confirmatory.results.fit_sentence import MISSING, fit_text, improper_sentence
from intimacy_scales.factor.confirmatory.results.freed import equal_sentence, partial_sentence
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.confirmatory.results.sem_result import SEMResult
from intimacy_scales.factor.confirmatory.support import CFI_DROP
from intimacy_scales.factor.report.guides import Guide, fit_guides
from intimacy_scales.factor.report.result import StructureReport
from intimacy_scales.papers.couples_text import clusters_text
from intimacy_scales.papers.given import Given
from intimacy_scales.papers.words import count_words, narrative, number_word
from intimacy_scales.results.wording import apa, joined

_ARRANGED = {
    "correlated": "{n} correlated factors",
    "one": "one factor",
    "second_order": "{n} factors and a second-order factor",
    "bifactor": "{n} factors and a general factor",
}


def structure_sentences(given: Given) -> list[str]:
    """Return the sentences on the models of one instrument's reports."""
    sentences: list[str] = []
    guided: set[str] = set()
    for report in given.structure:
        sentences += _of_report(report, guided, clusters_text(report.n_clusters, given.couples))
    for model in given.further_models():
        sentences += _of_model(model, guided, clusters_text(model.n_clusters, given.couples))
    return list(dict.fromkeys(sentences))


def _of_report(report: StructureReport, guided: set[str], clusters: str) -> Iterator[str]:
    n_items = count_words(len(report.items), "item")
    n = len(report.scales)
    arranged = _ARRANGED[report.factors].format(n=number_word(n)) if n > 1 else "one factor"
    if report.fit is None:
        yield (
            f"The model that the scoring key implies ({arranged} of {n_items}) could not be estimated, so "
            "that no fit is reported."
        )
        return
    complete = report.n_complete == report.n_rows
    how = _how(report.estimator, report.missing, report.n, report.n_rows, complete=complete)
    yield (
        f"The model that the scoring key implies, {arranged} of {n_items}, was tested by confirmatory factor "
        f"analysis with {how}."
    )
    yield from _clusters(clusters)
    if report.auxiliary:
        yield f"Auxiliary variables were {joined(report.auxiliary)}."
    yield from _fit(report.fit, report.improper, guided)


def _of_model(model: CFAResult, guided: set[str], clusters: str) -> Iterator[str]:
    n_factors, n_items = len(model.model.latent), len(model.model.observed)
    how = _how(
        model.estimator,
        model.missing,
        model.n,
        model.n_rows,
        complete=model.missing == "listwise" and model.n == model.n_rows,
    )
    groups = f" in {count_words(len(model.groups), 'group')}" if model.groups else ""
    if isinstance(model, SEMResult):
        factors = f" and {count_words(n_factors, 'factor')}" if n_factors else ""
        what = f"a structural equation model of {count_words(n_items, 'observed variable')}{factors}"
    else:
        what = (
            f"a confirmatory factor analysis of {count_words(n_items, 'item')} with "
            f"{count_words(n_factors, 'factor')}"
        )
    yield f"{what[0].upper()}{what[1:]}{groups} was estimated by {how}."
    if model.equal:
        yield equal_sentence(model)
    yield from _clusters(clusters)
    if model.auxiliary:
        yield f"Auxiliary variables were {joined(model.auxiliary)}."
    yield from _fit(model.fit, model.improper, guided)


def _how(estimator: str, missing: str, n: int, n_rows: int, *, complete: bool) -> str:
    """Return estimator, missing rule, and the number of respondents."""
    title = discrepancy_of(estimator).title  # type: ignore[arg-type]
    title, _, citation = title.partition(" (")
    used = f"n = {n}" if n == n_rows else f"n = {n} of {n_rows}"
    skipped = "no answers missing" if complete else MISSING[missing]
    note = f"{citation.rstrip(')')}; " if citation else ""
    return f"{title} ({note}{skipped}; {used})"


def _clusters(clusters: str) -> Iterator[str]:
    if clusters:
        yield f"Standard errors and tests take the {clusters} as units."


def _fit(fit: Fit, improper: Sequence[str], guided: set[str]) -> Iterator[str]:
    """Yield the sentences on fit, with guides once for each set of indices."""
    if improper:
        yield improper_sentence(improper)
    if fit.df == 0:
        yield "The model has no degrees of freedom, so that its fit cannot be tested."
        return
    yield f"Model fit was as follows: {fit_text(fit)}."
    yield from guide_sentences([guide for guide in fit_guides(fit) if guide.met is not None], guided)


def guide_sentences(guides: Sequence[Guide], named: set[str] | None = None) -> list[str]:
    """Return which guides are met and which are not, by source.

    Parameters
    ----------
    guides
        Those whose index is defined.
    named
        Sources that were named already, whose limits are not repeated; updated.

    Examples
    --------
    >>> close = Guide(index="CFI", value=0.97, wanted="at least 0.95", met=True, source="Hu & Bentler, 1999")
    >>> guide_sentences([close])
    ['CFI (at least .95) met the guide of Hu and Bentler (1999).']
    """
    named = set() if named is None else named
    sentences = []
    for source in dict.fromkeys(guide.source for guide in guides):
        of_source = [guide for guide in guides if guide.source == source]
        met, unmet = (
            joined([_guide_text(g, short=source in named) for g in of_source if g.met is wanted] or [""])
            for wanted in (True, False)
        )
        guide = f"the {'guide' if len(of_source) == 1 else 'guides'} of {narrative(source)}"
        text = f"{met} met {guide}" if met else f"{unmet} did not meet {guide}"
        sentences.append(f"{text[0].upper()}{text[1:]}{f'; {unmet} did not' if met and unmet else ''}.")
        named.add(source)
    return sentences


def _guide_text(guide: Guide, *, short: bool) -> str:
    if short:
        return guide.index
    words, _, limit = guide.wanted.rpartition(" ")
    return f"{guide.index} ({words} {apa(float(limit))})"


def comparison_sentences(comparison: ModelComparison) -> list[str]:
    """Return the sentences on how models were compared; the results are in `ModelComparison.sentence`."""
    if isinstance(comparison, DyadicInvariance) and comparison.reason is not None:
        return []
    first = next(iter(comparison.models.values()))
    title = discrepancy_of(first.estimator).title
    names = joined(list(comparison.models))
    rule = (
        f"A step was taken not to hold if CFI fell by more than {apa(CFI_DROP, 3)} (Cheung & Rensvold, 2002)."
    )
    if isinstance(comparison, Invariance):
        groups = "; ".join(f"{label}, n = {n}" for label, n in comparison.groups.items())
        return [
            f"Measurement invariance across {count_words(len(comparison.groups), 'group')} ({groups}) was "
            f"tested by {title}, in steps ({names}; {MISSING[first.missing]}).",
            *filter(None, [partial_sentence(comparison.partial, "in each group")]),
            rule,
        ]
    if isinstance(comparison, DyadicInvariance):
        return [
            f"Measurement invariance of {comparison.scale} across partners was tested in "
            f"{count_words(comparison.n_couples, 'couple')} by {title}, in steps ({names}).",
            *filter(None, [partial_sentence(comparison.ever_free, "for each partner")]),
            rule,
        ]
    return [f"The models {names} were compared by {title} ({comparison.changes[0].method})."]
