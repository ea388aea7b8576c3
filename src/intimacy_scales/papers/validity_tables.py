"""Tables of validity: experts' judgements of items, known groups, and changes that matter."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from intimacy_scales.errors import EstimationError
from intimacy_scales.papers.notes import defined, origin, same_instrument
from intimacy_scales.papers.table import (
    Column,
    PaperTable,
    as_paper_table,
    coefficients,
    numbers,
    probabilities,
    with_interval,
    words,
)
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.wording import counted, joined, percent, shown
from intimacy_scales.validity.content_validity_result import ContentValidity, RatedItem
from intimacy_scales.validity.important_change_result import METHODS, MinimalImportantChange
from intimacy_scales.validity.known_groups_result import KnownGroups


def content_table(
    result: ContentValidity, *, number: int | None, title: str | None, labels: Mapping[str, str]
) -> PaperTable:
    """Return what experts judged about each item."""
    items = [row.item for row in next(iter(result.judged_rows.values()))]
    columns = [words("item", "Item", items, [labels.get(item, item) for item in items])]
    both = bool(result.items and result.clarity)
    columns += _rated(result.items, "", "Relevance" if both else "")
    columns += _rated(result.clarity, "clarity_", "Clarity")
    if result.essential:
        rows = result.essential
        columns += [
            words("n_essential_judged", "n", [row.n for row in rows], above="Essential"),
            coefficients("cvr", "CVR", [row.cvr for row in rows], above="Essential"),
            coefficients("cvr_critical", "Critical", [row.critical for row in rows], above="Essential"),
        ]
    if result.sorted_items:
        sorted_items = result.sorted_items
        columns += [
            words("n_sorted", "n", [row.n for row in sorted_items], above="Sorting"),
            coefficients("p_sa", "p_sa", [row.p_sa for row in sorted_items], above="Sorting"),
            coefficients("c_sv", "c_sv", [row.c_sv for row in sorted_items], above="Sorting"),
        ]
    bank = f"Items: {result.of}, version {result.version}." if result.of else ""
    note = [*_content_note(result), bank, *origin(None)]
    return as_paper_table("content", title or "Experts' judgements of items", columns, note, number)


def _rated(rows: Sequence[RatedItem], prefix: str, above: str) -> list[Column]:
    if not rows:
        return []
    level = percent(rows[0].i_cvi_interval.confidence_level)
    cvi = [(row.i_cvi, row.i_cvi_interval.low, row.i_cvi_interval.high) for row in rows]
    v = [(row.v, row.v_interval.low, row.v_interval.high) for row in rows]
    return [
        words(f"{prefix}n", "n", [row.n for row in rows], above=above),
        with_interval(f"{prefix}i_cvi", f"I-CVI [{level} CI]", cvi, above=above),
        coefficients(f"{prefix}kappa", "κ", [row.kappa for row in rows], above=above),
        with_interval(f"{prefix}v", f"V [{level} CI]", v, above=above),
    ]


def _content_note(result: ContentValidity) -> Iterator[str]:
    symbols = [("n", "experts who judged the item")]
    if result.items or result.clarity:
        judged = joined([name for name in ("relevance", "clarity") if result.judged_rows.get(name)])
        symbols += [
            ("I-CVI", f"share of experts with a rating of {result.relevant} or more, on a scale from "
             f"{result.scale[0]} to {result.scale[1]} ({judged})"),
            ("κ", "modified kappa (Polit, Beck, & Owen, 2007)"),
            ("V", "Aiken's V (1985)"),
            ("CI", "score interval (Wilson, 1927; Penfield & Giacobbi, 2004)"),
        ]  # fmt: skip
    if result.essential:
        symbols.append(("CVR", "content validity ratio (Lawshe, 1975)"))
        symbols.append(
            ("Critical", f"its least value beyond chance, one-sided {percent(result.level)}, exact binomial")
        )
    if result.sorted_items:
        symbols.append(("p_sa", "share of experts who sorted the item into its facet"))
        symbols.append(("c_sv", "coefficient of substantive validity (Anderson & Gerbing, 1991)"))
    yield defined(symbols)
    means = [("S-CVI/Ave", result.s_cvi_ave), ("S-CVI/UA", result.s_cvi_ua)]
    figures = [f"{name} = {shown_index(value)}" for name, value in means if not math.isnan(value)]
    if result.clarity:
        figures.append(f"S-CVI/Ave of clarity = {shown_index(result.clarity_ave)}")
    if figures:
        yield f"Of all items: {', '.join(figures)}."
    yield f"{counted(result.n_experts, 'expert')}."


def shown_index(value: float) -> str:
    """Return an index that cannot exceed 1 with two decimals."""
    return coefficients("", "", [value]).cells[0]


def groups_table(
    results: Sequence[KnownGroups], *, number: int | None, title: str | None, labels: Mapping[str, str]
) -> PaperTable:
    """Return a row for each score that was compared between the same two groups."""
    pairs = list(dict.fromkeys((one.groups[0].label, one.groups[1].label) for one in results))
    if len(pairs) > 1:
        listed_pairs = "; ".join(" and ".join(pair) for pair in pairs)
        raise EstimationError(
            f"the comparisons are of different groups: {listed_pairs}; a table of groups has two, so "
            "make a table of each pair"
        )
    instrument = same_instrument(one.instrument for one in results)
    names = _names(results)
    columns = [words("score", "Score", names, [labels.get(name, name) for name in names])]
    for place, label in enumerate(pairs[0]):
        of_group = [one.groups[place] for one in results]
        above = labels.get(label, label)
        columns += [
            words(f"n_{place + 1}", "n", [group.n for group in of_group], above=above),
            numbers(f"mean_{place + 1}", "M", [group.mean for group in of_group], above=above),
            numbers(f"sd_{place + 1}", "SD", [group.sd for group in of_group], above=above),
        ]
    gs = [one.confidence_interval(of="g") for one in results]
    areas = [one.confidence_interval(of="auc") for one in results]
    columns += [
        numbers("t", "t", [one.t for one in results], above="Difference"),
        numbers("df", "df", [one.difference_df for one in results], 1, above="Difference"),
        probabilities("p", [one.p_value for one in results], above="Difference"),
        _figure("g", "g [95% CI]", [(one.g, interval) for one, interval in zip(results, gs, strict=True)]),
        with_interval(
            "auc",
            "AUC [95% CI]",
            [(one.auc, area.low, area.high) for one, area in zip(results, areas, strict=True)],
        ),
    ]
    note = [*_groups_note(results, columns[0].cells, gs, areas, labels), *origin(instrument)]
    return as_paper_table("groups", title or "Scores of known groups", columns, note, number)


def _names(results: Sequence[KnownGroups]) -> list[str]:
    """Return the scale of each comparison; a number for plain scores."""
    names = [one.scale or (f"Score {n}" if len(results) > 1 else "Score") for n, one in enumerate(results, 1)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise EstimationError(
            f"two comparisons are of {twice}; a table of groups has a row for each score, so leave one out, "
            "or make a table of each"
        )
    return names


def _groups_note(
    results: Sequence[KnownGroups],
    names: Sequence[str],
    gs: Sequence[Interval],
    areas: Sequence[Interval],
    labels: Mapping[str, str],
) -> Iterator[str]:
    kinds: dict[tuple[str, str], list[str]] = {}
    for one, name, g, area in zip(results, names, gs, areas, strict=True):
        kinds.setdefault((_test_of(one), f"of g: {g.method}; of AUC: {area.method}"), []).append(name)
    alike = len(kinds) == 1
    test, methods = next(iter(kinds))
    yield defined(
        [
            ("t, df, p", f"{test if alike else 'test'} of the difference of means"),
            ("g", "Hedges's g"),
            ("AUC", "area under the curve"),
            ("CI", f"confidence interval ({methods})" if alike else "confidence interval"),
        ]
    )
    if not alike:
        for (test, methods), of_kind in kinds.items():
            yield f"{joined(of_kind)}: {test}; intervals {methods}."
    named = [labels.get(group.label, group.label) for group in results[0].groups]
    yield f"Differences: {named[0]} minus {named[1]}, of whom {named[0]} should score higher."
    yield from _clusters_note(results, names)
    plain = [name for one, name in zip(results, names, strict=True) if one.instrument is None]
    if plain and len(plain) < len(results):
        are = "is" if len(plain) == 1 else "are"
        yield f"{joined(plain)} {are} given as plain numbers, not tied to the instrument's scoring key."


def _test_of(result: KnownGroups) -> str:
    return "Welch's t test" if result.n_clusters is None else "cluster-robust t test"


def _clusters_note(results: Sequence[KnownGroups], names: Sequence[str]) -> Iterator[str]:
    """Yield how many clusters persons are in, for each number of clusters the scores that it is of."""
    scores: dict[int | None, list[str]] = {}
    for one, name in zip(results, names, strict=True):
        scores.setdefault(one.n_clusters, []).append(name)
    for n_clusters, of_number in scores.items():
        if n_clusters is None:
            continue
        whose = "" if len(scores) == 1 else f" of {joined(of_number)}"
        yield f"Persons{whose} are in {n_clusters} clusters."


def change_table(
    result: MinimalImportantChange, *, number: int | None, title: str | None, labels: Mapping[str, str]
) -> PaperTable:
    """Return the thresholds of change by each method."""
    rows = result.thresholds
    level = percent(result.confidence_level)
    methods = [row.method for row in rows]
    columns = [
        words("method", "Method", methods, [labels.get(m) or _title(m) for m in methods]),
        words("n", "n", [row.n for row in rows]),
        _figure("change", f"Change [{level} CI]", [(row.estimate, row.interval) for row in rows]),
    ]
    return as_paper_table(
        "change", title or "Minimal important change", columns, [*_change_note(result), *origin(None)], number
    )


def _change_note(result: MinimalImportantChange) -> Iterator[str]:
    methods = dict.fromkeys(row.interval.method for row in result.thresholds)
    meanings = [(_title(row.method), METHODS[row.method].removeprefix("ROC, ")) for row in result.thresholds]
    yield defined([*meanings, ("CI", f"confidence interval ({joined(list(methods))})")])
    yield (
        f"{result.n_improved} of {counted(result.n, 'person')} rated themselves as improved. The rating and "
        f"the change correlated {shown_index(result.anchor_correlation)} (Spearman)."
    )
    if result.n_clusters is not None:
        yield f"Persons are in {counted(result.n_clusters, 'couple')}."
    if result.smallest_detectable_change is not None:
        yield f"Smallest detectable change of one person: {shown(result.smallest_detectable_change, 2)}."
    for row in result.thresholds:
        if row.reason:
            yield f"{_title(row.method)} is undefined: {row.reason}."
        elif row.interval.reason:
            yield f"{_title(row.method)} has no interval: {row.interval.reason}."


def _title(method: str) -> str:
    return "ROC" if method == "roc" else f"{method[:1].upper()}{method[1:]}"


def _figure(name: str, heading: str, rows: Sequence[tuple[float, Interval]]) -> Column:
    """Return a column of figures that may exceed 1, with their intervals."""
    cells = [
        shown(value, 2)
        + ("" if interval.reason else f" [{shown(interval.low, 2)}, {shown(interval.high, 2)}]")
        for value, interval in rows
    ]
    figures = {
        name: [value for value, _ in rows],
        f"{name}_low": [interval.low for _, interval in rows],
        f"{name}_high": [interval.high for _, interval in rows],
    }
    return Column(heading=heading, figures=figures, cells=cells)
