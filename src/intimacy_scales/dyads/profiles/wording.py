"""Names, definitions and sentences of the similarity of profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from intimacy_scales.dyads.profiles.couple_means import Figure
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.wording import apa, counted

if TYPE_CHECKING:
    from intimacy_scales.dyads.profiles.result import ProfileSimilarity

_TITLES = {
    "overall": "Overall r",
    "distinctive": "Distinctive r",
    "normative": "Normative r",
    "cross_normative": "Cross-normative r",
    "double_entry": "Double-entry ICC",
    "d2": "Mean squared difference, D²",
    "elevation": "Elevation part of D²",
    "scatter": "Scatter part of D²",
    "shape": "Shape part of D²",
}
_DEFINITIONS = {
    "overall": "correlation of both partners' profiles",
    "double_entry": "double-entry intraclass correlation of both partners' profiles",
    "d2": "mean squared difference of both profiles",
    "elevation": "squared difference of both levels (means of profiles)",
    "scatter": "squared difference of both standard deviations within profiles (divisor k)",
    "shape": "2 s1 s2 (1 - r): part of the squared difference that is due to other ups and downs",
}


def title_of(name: str) -> str:
    """Return the heading of a figure.

    Examples
    --------
    >>> title_of("d2"), title_of("normative_wife")
    ('Mean squared difference, D²', 'Normative r, wife')
    """
    if name in _TITLES:
        return _TITLES[name]
    kind = next(kind for kind in ("cross_normative", "normative") if name.startswith(f"{kind}_"))
    return f"{_TITLES[kind]}, {name.removeprefix(f'{kind}_')}"


def figures_by_name(partners: tuple[str, str], distinguishable: bool, by_role: bool) -> dict[str, Figure]:
    """Return the name of each figure → the figure.

    Examples
    --------
    >>> list(figures_by_name(("a", "b"), False, False))[:3]
    ['overall', 'distinctive', 'normative']
    """
    normative = {"normative": Figure("normative")}
    if distinguishable:
        kinds = ("normative", "cross_normative") if by_role else ("normative",)
        normative = {
            f"{kind}_{partner}": Figure(kind, place)
            for kind in kinds
            for place, partner in enumerate(partners)
        }
    parts = ("double_entry", "d2", "elevation", "scatter", "shape")
    return (
        {name: Figure(name) for name in ("overall", "distinctive")}
        | normative
        | {name: Figure(name) for name in parts}
    )


def definition_of(figure: Figure, partners: tuple[str, str], by_role: bool) -> str:
    """Return the definition of a figure."""
    if figure.kind in _DEFINITIONS:
        return _DEFINITIONS[figure.kind]
    if figure.kind == "distinctive":
        whose = "all persons with the same role" if by_role else "all persons"
        return f"correlation of both partners' profiles, each less the mean profile of {whose} (Furr, 2008)"
    if figure.place is None:
        return "correlation of a profile with the mean profile of all persons, mean of both partners"
    place = figure.place if figure.kind == "normative" else 1 - figure.place
    whose = f"role {partners[place]}" if by_role else "all persons"
    return f"correlation of the profile of {partners[figure.place]} with the mean profile of {whose}"


def similarity_sentence(result: ProfileSimilarity, intervals: Mapping[str, Interval]) -> str:
    """Return sentences for a results section; ``intervals`` are those of the two correlations."""
    form = "" if result.instrument is None else f" of {result.instrument}"
    removed = "all persons" if result.mean_profile == "common" else "persons with the same role"
    phrases = {
        "overall": "the profiles of both partners correlated on average at",
        "distinctive": f"their distinctive similarity, without the mean profile of {removed}, was on average",
    }
    clauses = []
    for name, interval in intervals.items():
        mean = result[name]
        if mean.reason is not None:
            clauses.append(f"the {name} similarity is undefined: {mean.reason}")
            continue
        ends = "" if interval.reason else f", 95% CI [{apa(interval.low)}, {apa(interval.high)}]"
        clauses.append(f"{phrases[name]} r = {apa(mean.mean)} (SD = {apa(mean.sd)}{ends}, n = {mean.n})")
    text = f"Over the {counted(len(result.components), result.over[:-1])}{form}, {'; '.join(clauses)}."
    if result.n_flat:
        text += (
            f" In {result.n_flat} of {counted(result.n_couples, 'couple')} a partner's profile was flat, and "
            "the profiles have no correlation."
        )
    if result.n_left_out:
        was = "was" if result.n_left_out == 1 else "were"
        text += f" {counted(result.n_left_out, 'couple')} without two complete profiles {was} left out."
    return text
