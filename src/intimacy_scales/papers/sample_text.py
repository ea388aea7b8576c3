"""The sentences on respondents: how many there are, and how many have no score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intimacy_scales.papers.couples_text import couples_sample
from intimacy_scales.papers.given import Given
from intimacy_scales.papers.instrument_text import titles_of
from intimacy_scales.papers.words import as_sentence, count_words, listed, number_word
from intimacy_scales.results.wording import joined
from intimacy_scales.scoring.scores import Scores


def sample_sentences(given: Given) -> list[str]:
    """Return the sentences on the respondents of one instrument's reports."""
    sentences = [text for report in given.couples for text in couples_sample(report)]
    return [*sentences, *_respondents(given), *_scored_tables(given.scores)]


def _scored_tables(tables: Sequence[Scores]) -> Iterator[str]:
    """Yield the sentences on scores; of several tables, each with the number of its respondents."""
    for scores in tables:
        texts = list(_scored(scores))
        if len(tables) > 1 and texts:
            first = texts[0]
            respondents = count_words(scores.n_persons, "respondent")
            texts[0] = f"Of the scores of {respondents}: {first[0].lower()}{first[1:]}"
        yield from texts


def _counts(given: Given) -> dict[str, list[int]]:
    """Return the numbers of respondents by kind of analysis, of which there can be several."""
    counts = [("scores", scores.n_persons) for scores in given.scores]
    counts += [("reliability", report.n_persons) for report in given.reliability]
    counts += [("the factor model of the key", report.n_rows) for report in given.structure]
    counts += [("further models", model.n_rows) for model in given.further_models()]
    by_kind: dict[str, list[int]] = {}
    for what, n in counts:
        by_kind.setdefault(what, []).append(n)
    return by_kind


def _respondents(given: Given) -> Iterator[str]:
    """Yield the sentence on the number of respondents, of clusters, and of those who answered everything."""
    counts = _counts(given)
    if len({n for numbers in counts.values() for n in numbers}) > 1:
        parts = [
            f"{joined([str(n) for n in dict.fromkeys(numbers)])} for {what}"
            for what, numbers in counts.items()
        ]
        yield f"The number of respondents differs between analyses: {listed(parts)}."
        return
    if not counts:
        return
    n = next(iter(counts.values()))[0]
    respondents = count_words(n, "respondent")
    complete = _n_complete(given, n)
    answered = "" if complete is None else f", of whom {number_word(complete)} answered every item"
    clusters = {report.n_clusters for report in given.reliability}
    clusters |= {report.n_clusters for report in given.structure}
    clusters |= {model.n_clusters for model in given.further_models()}
    known = [number for number in clusters if number is not None]
    if given.couples:
        yield f"Answers of {respondents} were analysed{answered}."
        return
    where = f" in {count_words(known[0], 'cluster')}" if len(known) == 1 else ""
    yield f"The sample consisted of {respondents}{where}{answered}."


def _n_complete(given: Given, n: int) -> int | None:
    """Return the number of respondents who answered every item, if a report knows it and it is not all."""
    form = given.instrument()
    n_items = -1 if form is None else len(form.items)
    known = {report.n_complete for report in given.structure if len(report.items) == n_items}
    known |= {
        scale.n_complete
        for report in given.reliability
        for scale in report.scales
        if scale.n_items == n_items
    }
    known -= {None}
    complete = known.pop() if len(known) == 1 else None
    return None if complete == n else complete


def _scored(scores: Scores) -> Iterator[str]:
    """Yield the sentences on missing, prorated and unusable scores of a table."""
    summary, titles = scores.summary(), titles_of(scores.form)
    without = [(titles[scale.scale], scale.n_missing) for scale in summary.scales if scale.n_missing]
    if all(scale.n == 0 for scale in summary.scales):
        yield "No score could be computed, because too few items were answered."
    elif without:
        parts = [f"n = {n}" if len(titles) == 1 else f"{title}, n = {n}" for title, n in without]
        yield f"Scores are missing where too few items were answered ({'; '.join(parts)})."
    elif scores.n_persons > 1:
        of_scale = "" if len(titles) == 1 else " on each scale"
        yield f"All respondents have a score{of_scale}."
    most = max(scale.n_prorated for scale in summary.scales)
    if most:
        up_to, per_scale = ("up to ", " per scale") if len(titles) > 1 else ("", "")
        respondents = count_words(most, "respondent")
        yield f"For {up_to}{respondents}{per_scale}, the score was computed although items were skipped."
    if len(scores.problems):
        yield as_sentence(f"{count_words(len(scores.problems), 'answer')} not valid counted as missing")
    if scores.not_applicable:
        n = sum(scores.not_applicable.values())
        yield as_sentence(f"{count_words(n, 'answer')} that an item does not apply counted as missing")
