"""The table of couples: scales by partner, how partners agree and differ."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from intimacy_scales.dyads.report.result import CoupleReport
from intimacy_scales.papers.notes import defined, origin
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
from intimacy_scales.results.wording import counted, joined, percent

_METHODS = {"fisher-z": "Fisher's z", "F": "from F"}
_SYMBOLS = {"pearson_r": "r", "icc": "ICC"}


def couple_table(
    report: CoupleReport, *, number: int | None, title: str | None, labels: Mapping[str, str]
) -> PaperTable:
    """Return M, SD and omega of each partner's score, the correlation of partners and their difference."""
    parts = report.agreement.scales
    scales = [part.scale for part in parts]
    columns = [
        words("scale", "Scale", scales, [labels.get(p.scale) or report.title_of(p.scale) for p in parts])
    ]
    if report.mixed:
        columns.append(words("composition", "Couples", [part.composition or "" for part in parts]))
    columns.append(words("n", "n", [part.n_couples for part in parts]))
    columns += _partners(report)
    level = percent(report.confidence_level)
    symbols = list(dict.fromkeys(_SYMBOLS[part.main.name] for part in parts))
    columns.append(
        with_interval(
            "correlation",
            f"{' or '.join(symbols)} [{level} CI]",
            [(float(part), part.main.interval.low, part.main.interval.high) for part in parts],
        )
    )
    if any(part.distinguishable for part in parts):
        columns += _differences(report)
    note = [*_note(report, symbols), *_improper(report, labels), *origin(report.instrument)]
    usual = "Scores of partners, and their correlation"
    return as_paper_table("couples", title or usual, columns, note, number)


def _partners(report: CoupleReport) -> list[Column]:
    """Return M, SD and omega: of each partner with a role, or of both partners together."""
    parts = report.agreement.scales
    if not report.distinguishable:
        both = [
            numbers("mean", "M", [part.mean for part in parts]),
            numbers("sd", "SD", [part.sd for part in parts]),
        ]
        return [*both, *_omega(report, "partner", "omega", "")]
    columns = []
    for place, (partner, score) in enumerate(zip(parts[0].partners, ("first", "second"), strict=True)):
        above = partner[:1].upper() + partner[1:]
        columns += [
            numbers(f"mean_{partner}", "M", [part.means[place] for part in parts], above=above),
            numbers(f"sd_{partner}", "SD", [part.sds[place] for part in parts], above=above),
            *_omega(report, score, f"omega_{partner}", above),
        ]
    return columns


def _omega(report: CoupleReport, score: str, name: str, above: str) -> list[Column]:
    """Return omega of a score of each scale; nothing where there is none, or couples are mixed."""
    if not report.reliability or report.mixed:
        return []
    values, marks = [], []
    for part in report.agreement.scales:
        result = report.reliability.get(part.scale)
        known = [] if result is None else [row for row in result.scores if row.score == score]
        improper = bool(known and result is not None and result.improper)
        values.append(known[0].omega if known and not improper else math.nan)
        marks.append("improper" if improper else "")
    if all(map(math.isnan, values)) and not any(marks):
        return []
    return [coefficients(name, "ω", values, above=above, marks=marks)]


def _improper(report: CoupleReport, labels: Mapping[str, str]) -> Iterator[str]:
    """Yield the sentence on scales whose omega is not reported."""
    titles = [
        labels.get(part.scale) or report.title_of(part.scale)
        for part in report.agreement.scales
        if (result := report.reliability.get(part.scale)) is not None and result.scores and result.improper
    ]
    if titles and not report.mixed:
        yield f"Not reported: {'; '.join(f'{title}: omega has an improper solution' for title in titles)}."


def _differences(report: CoupleReport) -> list[Column]:
    parts = report.agreement.scales
    tests = [part["mean_difference"] for part in parts]
    sizes = [part["standardized_difference"].estimate for part in parts]
    df = ["-" if not test.df else f"{test.df[0]:g}" for test in tests]
    return [
        numbers("t", "t", [test.statistic for test in tests], above="Difference"),
        Column(heading="df", figures={"df": df}, cells=df, above="Difference"),
        probabilities("p", [test.p_value for test in tests], above="Difference"),
        numbers("d", "d", sizes, above="Difference"),
    ]


def _note(report: CoupleReport, symbols: list[str]) -> list[str]:
    meanings = [("n", "couples in which both partners have a score")]
    if report.reliability and not report.mixed:
        meanings.append(("ω", "omega total of the score, from one model of both partners"))
    kinds = {
        "r": "Pearson correlation of partners",
        "ICC": "one-way intraclass correlation of partners who are not told apart, ICC(1,1)",
    }
    meanings += [(symbol, kinds[symbol]) for symbol in symbols]
    used = dict.fromkeys(part.main.interval.method for part in report.agreement.scales)
    methods = [_METHODS.get(method, method) for method in used]
    meanings.append(("CI", f"confidence interval ({', '.join(methods)})"))
    sentences = [defined(meanings)]
    pairs = dict.fromkeys(part.partners for part in report.agreement.scales if part.distinguishable)
    if pairs:
        differences = joined([f"{first} minus {second}" for first, second in pairs])
        sentences.append(
            f"Difference: {differences}, paired t test; d = mean difference divided by the root "
            "mean square of both standard deviations."
        )
    sentences.append(
        f"{counted(report.n_couples, 'couple')}, {report.n_complete} with answers of both partners."
    )
    return [*sentences, f"{report.scoring[:1].upper()}{report.scoring[1:].rstrip('.')}."]
