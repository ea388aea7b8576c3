"""The results section of a paper from the sentences of the reports: `results_section`."""

from __future__ import annotations

from collections.abc import Iterator

from intimacy_scales.errors import ResponseError
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of
from intimacy_scales.factor.confirmatory.results.fit_sentence import fit_text, improper_sentence, sample_text
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.confirmatory.results.sem_result import SEMResult
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.papers.given import Given, Report, given_by_instrument
from intimacy_scales.papers.instrument_text import titles_of
from intimacy_scales.papers.methods import heading_of
from intimacy_scales.papers.paper_text import PaperText, Paragraph
from intimacy_scales.papers.validity_text import groups_found
from intimacy_scales.papers.words import count_words, listed
from intimacy_scales.results.wording import apa, digits_with_spread, shown
from intimacy_scales.scoring.scores import Scores


def results_section(*reports: Report, several_instruments: bool = False) -> PaperText:
    """Return the results section of a paper: what the reports' own sentences say, each once.

    Parameters
    ----------
    *reports, several_instruments
        As in `methods_section`. Reliability and fit are reported by both sections; pass these reports to the
        one in which your journal has them.

    Returns
    -------
    PaperText
        Content validity, descriptives, internal consistency, structure, comparison of models, couples, known
        groups, minimal important change.

    Raises
    ------
    ResponseError
        As in `methods_section`; nothing but an instrument was passed.

    Examples
    --------
    >>> from intimacy_scales import score, simulate
    >>> section = results_section(score("ras", simulate("ras", 200, rng=1).answers))
    >>> print(section["Descriptive statistics"].partition(",")[0])
    The mean score was M = 3.03 (SD = 0.58
    """
    groups = given_by_instrument("results_section", reports, several=several_instruments)
    paragraphs = [part for group in groups for part in _paragraphs(group, several=len(groups) > 1)]
    if not paragraphs:
        raise ResponseError(
            "results_section() was passed an instrument alone, which has no results; pass scores or a report "
            "too, such as reliability_report(instrument, answers)"
        )
    return PaperText(title="Results", paragraphs=tuple(paragraphs))


def _paragraphs(given: Given, *, several: bool) -> list[Paragraph]:
    parts = {
        "Content validity": [result.sentence() for result in given.content],
        "Descriptive statistics": [_descriptives(scores) for scores in given.scores],
        "Internal consistency": [report.sentence() for report in given.reliability],
        "Structure": [
            *(report.sentence() for report in given.structure),
            *(_model_sentence(model) for model in given.further_models()),
        ],
        "Comparison of models": [comparison.sentence() for comparison in given.comparisons],
        "Couples": [
            report.sentence().replace(f"{report.scoring} ", "") for report in given.couples
        ],  # how scores are made is a matter of the Method section
        "Known groups": [*groups_found(given.groups, _titles(given), keyed=given.ref is not None)],
        "Minimal important change": [result.sentence() for result in given.changes],
    }
    draft = _draft_sentence(given.ref)
    texts = {
        heading: " ".join(filter(None, (sentence.removesuffix(draft).strip() for sentence in sentences)))
        for heading, sentences in parts.items()
        if sentences
    }
    if draft and texts:
        last = list(texts)[-1]
        texts[last] = f"{texts[last]} {draft}"
    return [
        Paragraph(heading=heading_of(heading, given, several=several), text=text)
        for heading, text in texts.items()
    ]


def _titles(given: Given) -> dict[str, str]:
    """Return id of a scale → its title, where groups were compared and the instrument is known."""
    form = given.instrument() if given.groups else None
    return {} if form is None else titles_of(form)


def _draft_sentence(ref: InstrumentRef | None) -> str:
    """Return the sentence with which reports of a draft end; empty for other instruments."""
    if ref is None or ref.status != "draft":
        return ""
    return f"{ref.named} is a draft, and its scores are not validated."


def _descriptives(scores: Scores) -> str:
    """Return the sentence on mean and standard deviation of each score."""
    titles = titles_of(scores.form)
    parts = []
    scales = scores.summary().scales
    none = [titles[scale.scale] for scale in scales if not scale.n]
    total = f"N = {scores.n_persons}"
    if len(none) == len(scales):
        return f"No score could be computed ({total}), because too few items were answered."
    for scale in scales:
        if not scale.n:
            continue
        digits = digits_with_spread(scale.mean, scale.sd)
        n = "" if scale.n == scores.n_persons else f", n = {scale.n}"
        figures = f"M = {shown(scale.mean, digits)}", f"SD = {shown(scale.sd, digits)}{n}"
        parts.append((titles[scale.scale], figures))
    if len(scales) == 1:
        ((_, (mean, sd)),) = parts
        return f"The mean score was {mean} ({sd}, {total})."
    listed_scales = listed([f"{title}, {mean} ({sd})" for title, (mean, sd) in parts])
    without = f" No score could be computed for {listed(none)}." if none else ""
    return f"Mean scores ({total}) were as follows: {listed_scales}.{without}"


def _model_sentence(model: CFAResult) -> str:
    """Return the sentences on a fitted model: fit, and standardized loadings or paths."""
    kind = "structural equation model" if isinstance(model, SEMResult) else "confirmatory factor analysis"
    n_items = count_words(len(model.model.observed), "observed variable")
    title = discrepancy_of(model.estimator).title
    sample = sample_text(model.n, model.n_rows, model.missing)
    sentences = [f"A {kind} of {n_items} by {title} ({sample}) gave {fit_text(model.fit)}."]
    sentences += _loadings(model)
    return " ".join(filter(None, [*sentences, improper_sentence(model.improper)]))


def _loadings(model: CFAResult) -> Iterator[str]:
    values = [row.std_all for row in model.parameters if row.op == "=~"]
    if values:
        yield f"Standardized loadings were {apa(min(values))} to {apa(max(values))}."
