"""The sentences on validity for a Method section: experts, known groups, changes that matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from intimacy_scales.papers.words import count_words, in_prose, listed
from intimacy_scales.results.wording import joined
from intimacy_scales.validity.content_validity_result import ContentValidity
from intimacy_scales.validity.important_change_result import MinimalImportantChange
from intimacy_scales.validity.known_groups_result import KnownGroups

PLAIN = "given as plain numbers, not tied to the scoring key of the instrument,"


def content_sentences(result: ContentValidity) -> Iterator[str]:
    """Yield the sentences on what experts judged, and which indexes were computed."""
    experts = count_words(result.n_experts, "expert")
    experts = f"{experts[0].upper()}{experts[1:]}"
    items = count_words(len(next(iter(result.judged_rows.values()))), "item")
    rated = [name for name in ("relevance", "clarity") if name in result.judged_rows]
    if rated:
        yield (
            f"{experts} rated the {joined(rated)} of {items} on a scale from {result.scale[0]} to "
            f"{result.scale[1]}; ratings of {result.relevant} or more counted for the item content validity "
            "index (I-CVI; Lynn, 1986). Modified kappa (Polit et al., 2007) and Aiken's V (1985) were "
            "computed for each item, and the mean of I-CVI (S-CVI/Ave) for all items (Polit & Beck, 2006)."
        )
    others = []
    if result.essential:
        others.append(
            "whether each item is essential (content validity ratio, Lawshe, 1975, with exact critical "
            "values, Ayre & Scally, 2014)"
        )
    if result.sorted_items:
        others.append("the facet to which each item belongs (Anderson & Gerbing, 1991)")
    if others:
        judges = "They also judged" if rated else f"{experts} judged for {items}"
        yield f"{judges} {' and '.join(others)}."


def groups_sentences(
    results: Sequence[KnownGroups], titles: Mapping[str, str], *, keyed: bool
) -> Iterator[str]:
    """Yield the sentences on which groups were compared, and how; scores of the same persons together.

    Parameters
    ----------
    results
        The comparisons.
    titles
        Id of a scale → its title.
    keyed
        Whether the section is about an instrument, to whose scoring key plain numbers do not belong.
    """
    alike: dict[tuple[Any, ...], list[KnownGroups]] = {}
    for result in results:
        sizes = tuple((group.label, group.n) for group in result.groups)
        key = (result.scale is None, sizes, result.n_clusters, tuple(result.left_out.items()))
        alike.setdefault(key, []).append(result)
    for same in alike.values():
        yield from _compared(same, titles, keyed)


def _plain_scores(n: int) -> str:
    """Return the subject of a sentence on scores that no scoring key made."""
    scores = "Scores" if n == 1 else f"{count_words(n, 'column').capitalize()} of scores"
    return f"{scores} {PLAIN}"


def _compared(results: Sequence[KnownGroups], titles: Mapping[str, str], keyed: bool) -> Iterator[str]:
    result = results[0]
    first, second = result.groups
    scales = [in_prose(titles.get(one.scale, one.scale)) for one in results if one.scale is not None]
    plain = _plain_scores(len(results)) if keyed else "Scores"
    compared = f"Scores of {listed(scales)}" if scales else plain
    yield (
        f"{compared} were compared between two known groups, {first.label} (n = {first.n}) and "
        f"{second.label} (n = {second.n}); {first.label} was expected to score higher."
    )
    if result.n_left_out:
        reasons = listed([f"{n} with {reason}" for reason, n in result.left_out.items()])
        yield f"Persons left out: {reasons}."
    g, auc = result.confidence_interval(of="g"), result.confidence_interval(of="auc")
    n_clusters = result.n_clusters
    tests = "a t test" if len(results) == 1 else "t tests"
    robust = f"{tests} with standard errors robust to {n_clusters} clusters"
    test = "Welch's t test" if n_clusters is None else robust
    differences = "The difference was" if len(results) == 1 else "Differences were"
    yield (
        f"{differences} tested by {test}. Effect sizes are Hedges's g (interval: {g.method}) and the area "
        f"under the curve (interval: {auc.method})."
    )


def change_sentences(result: MinimalImportantChange, *, keyed: bool) -> Iterator[str]:
    """Yield the sentences on the anchor, and how the threshold of change was estimated.

    ``keyed``: whether the section is about an instrument, to whose scoring key the changes do not belong.
    """
    better = listed([f'"{level.value}"' for level in result.levels if level.improved])
    units = "" if result.n_clusters is None else f" in {count_words(result.n_clusters, 'couple')}"
    yield (
        f"The minimal important change was estimated from the changes of {count_words(result.n, 'person')}"
        f"{units} and their own rating of change; ratings of {better} counted as improved."
    )
    if keyed:
        yield f"The changes are of scores {PLAIN.removesuffix(',')}."
    if result.n_left_out:
        was = "was" if result.n_left_out == 1 else "were"
        persons = count_words(result.n_left_out, "person").capitalize()
        yield f"{persons} without a change or a rating {was} left out."
    method = result.thresholds[0].interval.method
    yield (
        "It is the threshold of predictive modelling (Terluin et al., 2015), adjusted for the share who "
        f"improved (Terluin et al., 2017); intervals are by {method}."
    )


def groups_found(results: Sequence[KnownGroups], titles: Mapping[str, str], *, keyed: bool) -> Iterator[str]:
    """Yield what comparisons of known groups found; each names its scale, or says that it has none."""
    for result in results:
        sentence = result.sentence()
        if result.scale is None:
            yield sentence.replace("Scores of", f"For scores {PLAIN} scores of", 1) if keyed else sentence
        else:
            title = in_prose(titles.get(result.scale, result.scale))
            yield f"For {title}, {sentence[0].lower()}{sentence[1:]}"
