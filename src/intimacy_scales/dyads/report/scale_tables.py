"""Tables of scales: the one for a paper, differences between partners, scores of couples, reliability."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from intimacy_scales.dyads.agreement.scale_agreement import ScaleAgreement
from intimacy_scales.dyads.report.figure_table import (
    FigureColumn,
    FigureTable,
    intervals,
    marked,
    numbers,
    probabilities,
    words,
)
from intimacy_scales.dyads.scores_of_couples.reliability_result import CoupleReliability
from intimacy_scales.results.wording import digits_for, joined, percent

if TYPE_CHECKING:
    from intimacy_scales.dyads.report.result import CoupleReport

_SYMBOLS = {"pearson_r": "r", "icc": "ICC"}
OMEGA = "Omega"  # beginning of the headings of reliability in the main table


def main_table(report: CoupleReport) -> FigureTable:
    """Return the table for a paper: n, M and SD, the correlation, the difference, and omega."""
    parts = report.agreement.scales
    columns = [words("scale", "Scale", [part.scale for part in parts])]
    columns[0] = _titled(columns[0], [part.title for part in parts])
    if report.mixed:
        columns.append(words("composition", "Couples", [part.composition or "" for part in parts]))
    columns.append(words("n", "n", [part.n_couples for part in parts]))
    columns += _means(parts, by_partner=report.distinguishable)
    columns += _correlations(parts, report.confidence_level)
    if any(part.distinguishable for part in parts):
        columns += _differences(parts, report.confidence_level)
    note = ""
    if report.reliability and not report.mixed:
        results = [report.reliability[part.scale] for part in parts]
        columns += _omegas(results)
        note = _improper_note(report, results)
    return FigureTable(name="scales", title="Scales", columns=tuple(columns), note=note)


def _improper_note(report: CoupleReport, results: Sequence[CoupleReliability]) -> str:
    """Return the sentence on scales whose model is improper; empty without any."""
    improper = [report.title_of(result.scale) for result in results if result.scores and result.improper]
    if not improper:
        return ""
    return (
        f"Improper: figures of {joined(improper)} that rest on the model of reliability are not reported, "
        "because its solution is improper."
    )


def _improper_reasons(results: Sequence[CoupleReliability]) -> list[FigureColumn]:
    """Return the column of what is improper about each row's model; nothing where none is."""
    reasons = ["; ".join(result.improper) for result in results]
    return [words("improper", "Improper", reasons)] if any(reasons) else []


def _titled(column: FigureColumn, titles: Sequence[str]) -> FigureColumn:
    """Return a column of ids, with titles for people."""
    by_id = dict(zip(next(iter(column.figures.values())), titles, strict=True))
    return FigureColumn(heading=column.heading, figures=column.figures, show=by_id.__getitem__)


def _means(parts: Sequence[ScaleAgreement], *, by_partner: bool) -> list[FigureColumn]:
    digits = [part.digits() for part in parts]
    if not by_partner:
        return [
            numbers("mean", "M", [part.mean for part in parts], digits),
            numbers("sd", "SD", [part.sd for part in parts], digits),
        ]
    columns = []
    for place, partner in enumerate(parts[0].partners):
        columns += [
            numbers(f"mean_{partner}", f"M {partner}", [part.means[place] for part in parts], digits),
            numbers(f"sd_{partner}", f"SD {partner}", [part.sds[place] for part in parts], digits),
        ]
    return columns


def _correlations(parts: Sequence[ScaleAgreement], level: float) -> list[FigureColumn]:
    """Return r of partners with roles or ICC of exchangeable ones, with its interval."""
    symbols = [_SYMBOLS[part.main.name] for part in parts]
    same = len(set(symbols)) == 1
    symbol = symbols[0] if same else "Estimate"
    columns = [] if same else [words("coefficient", "Coefficient", symbols)]
    return [
        *columns,
        numbers(
            symbols[0].lower() if same else "estimate",
            symbol,
            [float(part) for part in parts],
            2,
            bounded=[True] * len(parts),
        ),
        intervals("ci", f"{percent(level)} CI", [part.main.interval for part in parts], 2),
    ]


def _differences(parts: Sequence[ScaleAgreement], level: float) -> list[FigureColumn]:
    figures = [part["mean_difference"] for part in parts]
    digits = [figure.digits() for figure in figures]
    return [
        numbers("difference", "Difference", [figure.estimate for figure in figures], digits),
        intervals("difference_ci", f"{percent(level)} CI of it", [f.interval for f in figures], digits),
        probabilities("difference_p", "p of it", [figure.p_value for figure in figures]),
    ]


def _omegas(results: Sequence[CoupleReliability]) -> list[FigureColumn]:
    """Return omega of each partner's score, of the couple mean and of the difference."""
    defined = next((result for result in results if result.scores), None)
    if defined is None:
        return []
    columns = []
    for row in defined.scores:
        name = row.name if row.score in ("first", "second") else row.score
        values = [result[row.score].omega if result.scores else math.nan for result in results]
        marks = ["improper" if result.scores and result.improper else "" for result in results]
        columns.append(marked(numbers(f"omega_{name}", f"{OMEGA} {name}", values, 2), marks))
    return columns


def difference_table(report: CoupleReport) -> FigureTable | None:
    """Return the tests of differences between partners with roles; None where there are none."""
    parts = [part for part in report.agreement.scales if part.distinguishable]
    if not parts:
        return None
    difference, d = [p["mean_difference"] for p in parts], [p["standardized_difference"] for p in parts]
    ratio, icc = [p["variance_ratio"] for p in parts], [p["icc_agreement"] for p in parts]
    level = percent(report.confidence_level)
    first, second = parts[0].partners
    same = len({part.partners for part in parts}) == 1
    digits = [figure.digits(3) for figure in difference]
    columns = [
        *_names(parts, mixed=report.mixed),
        numbers("difference", "Difference", [f.estimate for f in difference], digits),
        intervals("difference_ci", f"{level} CI", [f.interval for f in difference], digits),
        numbers("t", "t", [f.statistic for f in difference], 2),
        words("df", "df", [f"{f.df[0]:g}" if f.df else "" for f in difference]),
        probabilities("p", "p", [f.p_value for f in difference]),
        numbers("d", "d", [f.estimate for f in d], 2),
        intervals("d_ci", f"{level} CI of d", [f.interval for f in d], 2),
        numbers("variance_ratio", "Variance ratio", [f.estimate for f in ratio], 2),
        probabilities("variance_ratio_p", "p of it", [f.p_value for f in ratio]),
        numbers("icc_agreement", "ICC(A,1)", [f.estimate for f in icc]),
    ]
    who = f"{first} minus {second}" if same else "first minus second role"
    return FigureTable(name="differences", title=f"Differences, {who}", columns=tuple(columns))


def exchangeable_table(report: CoupleReport) -> FigureTable | None:
    """Return mean squares and double-entry correlations; None where all partners have different roles."""
    parts = [part for part in report.agreement.scales if not part.distinguishable]
    if not parts:
        return None
    icc, double = [part["icc"] for part in parts], [part["double_entry_r"] for part in parts]
    digits = [part.square_digits() for part in parts]
    columns = [
        *_names(parts, mixed=report.mixed),
        numbers("ms_between", "MSB", [part.mean_square_between for part in parts], digits),
        numbers("ms_within", "MSW", [part.mean_square_within for part in parts], digits),
        numbers("f", "F", [figure.statistic for figure in icc], 2),
        words("df", "df", [", ".join(f"{df:g}" for df in figure.df) for figure in icc]),
        probabilities("p", "p", [figure.p_value for figure in icc]),
        numbers("double_entry_r", "Double-entry r", [figure.estimate for figure in double]),
        numbers("z", "z", [figure.statistic for figure in double], 2),
        probabilities("z_p", "p of z", [figure.p_value for figure in double]),
    ]
    return FigureTable(name="exchangeable", title="Exchangeable partners", columns=tuple(columns))


def _names(parts: Sequence[ScaleAgreement], *, mixed: bool) -> list[FigureColumn]:
    """Return the columns that name the rows of a table of agreement."""
    names = words("scale", "Scale", [part.scale for part in parts])
    columns = [_titled(names, [part.title for part in parts])]
    return (
        [*columns, words("composition", "Couples", [p.composition or "" for p in parts])]
        if mixed
        else columns
    )


def composition_table(report: CoupleReport) -> FigureTable | None:
    """Return the tests that correlations are equal in all compositions; None without them."""
    tests = report.agreement.comparisons
    if not tests:
        return None
    columns = (
        _titled(words("scale", "Scale", [test.scale for test in tests]), [test.title for test in tests]),
        words("compositions", "Compositions", [", ".join(test.compositions) for test in tests]),
        numbers("chi_square", "Chi-square", [test.chi_square for test in tests], 2),
        words("df", "df", [test.df for test in tests]),
        probabilities("p", "p", [test.p_value for test in tests]),
    )
    return FigureTable(name="compositions", title="Correlations of compositions compared", columns=columns)


def couple_table(report: CoupleReport) -> FigureTable:
    """Return the means of scores of couples, and the number of reliable differences."""
    rows, counts = report.scores.scales, report.reliable_differences
    digits = [row.digits() for row in rows]
    columns = [
        _titled(
            words("scale", "Scale", [row.scale for row in rows]), [report.title_of(r.scale) for r in rows]
        ),
        words("n", "n", [row.n for row in rows]),
        words("n_one", "One score", [row.n_one for row in rows]),
        words("n_neither", "No score", [row.n_neither for row in rows]),
        numbers("mean", "M of means", [row.mean for row in rows], digits),
        numbers("sd", "SD of means", [row.sd for row in rows], digits),
        numbers("absolute_difference", "Mean gap", [row.absolute_mean for row in rows], digits),
        numbers("lower", "Lower partner", [row.lower_mean for row in rows], digits),
        numbers("higher", "Higher partner", [row.higher_mean for row in rows], digits),
    ]
    if counts:
        needed = [counts[r.scale].difference_needed if r.scale in counts else math.nan for r in rows]
        reliable = [str(counts[row.scale].n_reliable) if row.scale in counts else "-" for row in rows]
        columns += [
            numbers("difference_needed", "Reliable gap", needed, digits),
            words("n_reliable", "Couples with it", reliable),
        ]
    return FigureTable(name="couples", title="Scores of couples", columns=tuple(columns))


def reliability_table(report: CoupleReport) -> FigureTable | None:
    """Return omega and standard errors of measurement of each score; None where none is defined.

    Those of an improper model are left out.
    """
    pairs = [(result, row) for result in report.reliability.values() for row in result.scores]
    if not pairs:
        return None
    level = report.confidence_level
    omega, sem = (
        [result.confidence_interval(level, of=figure, score=row.score) for result, row in pairs]
        for figure in ("omega", "sem")
    )
    scales = [result.scale for result, _ in pairs]
    digits = [digits_for(row.sem, least=3) for _, row in pairs]
    marks = ["improper" if result.improper else "" for result, _ in pairs]
    dashes = ["-" if mark else "" for mark in marks]
    columns = (
        _titled(words("scale", "Scale", scales), [report.title_of(name) for name in scales]),
        words("score", "Score", [row.name for _, row in pairs]),
        words("n", "n", [result.n_couples for result, _ in pairs]),
        words("n_items", "Items", [result.n_items for result, _ in pairs]),
        marked(numbers("omega", OMEGA, [row.omega for _, row in pairs]), marks),
        marked(intervals("omega_ci", f"{percent(level)} CI", omega), dashes),
        marked(numbers("sem", "SEM", [row.sem for _, row in pairs], digits), marks),
        marked(intervals("sem_ci", f"{percent(level)} CI of SEM", sem, digits), dashes),
        *_improper_reasons([result for result, _ in pairs]),
    )
    return FigureTable(name="reliability", title="Reliability of scores of couples", columns=columns)


def true_correlation_table(report: CoupleReport) -> FigureTable | None:
    """Return the correlation of partners' true scores, and the fit of its model; None without it."""
    results = [result for result in report.reliability.values() if result.scores]
    if not results:
        return None
    level = report.confidence_level
    names = [result.scale for result in results]
    fits = [result.fit for result in results]
    marks = ["improper" if result.improper else "" for result in results]
    columns = (
        _titled(words("scale", "Scale", names), [report.title_of(name) for name in names]),
        marked(numbers("r", "True r", [result.true_correlation for result in results]), marks),
        marked(intervals(
            "r_ci", f"{percent(level)} CI",
            [result.confidence_interval(level, of="true_correlation") for result in results],
        ), ["-" if mark else "" for mark in marks]),
        numbers("chi_square", "Chi-square", [math.nan if fit is None else fit.chi_square for fit in fits], 2),
        words("df", "df", ["-" if fit is None else fit.df for fit in fits]),
        probabilities("p", "p", [math.nan if fit is None else fit.p_value for fit in fits]),
        numbers("cfi", "CFI", [math.nan if fit is None else fit.cfi for fit in fits]),
        numbers("rmsea", "RMSEA", [math.nan if fit is None else fit.rmsea for fit in fits]),
        *_improper_reasons(results),
    )  # fmt: skip
    return FigureTable(
        name="true_correlations", title="Correlations free of measurement error", columns=columns
    )
