"""Columns and tables of the agreement of partners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from intimacy_scales.dyads.agreement.compositions import CompositionComparison
from intimacy_scales.dyads.agreement.scale_agreement import AgreementFigure, ScaleAgreement
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.tables import TextTable, cell
from intimacy_scales.results.wording import apa, p_shown, percent, shown

Columns = dict[str, list[Any]]
_SYMBOLS = {"pearson_r": "r", "icc": "ICC"}


def agreement_columns(parts: Sequence[ScaleAgreement], *, mixed: bool) -> Columns:
    """Return the columns of a table of all scales: figures, not texts."""
    rows = [_row(part, mixed) for part in parts]
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name, float("nan")) for row in rows] for name in names}


def _row(part: ScaleAgreement, mixed: bool) -> dict[str, Any]:
    """Return the row of one scale."""
    main = part.main
    row: dict[str, Any] = {"scale": part.scale}
    if mixed:
        row["composition"] = part.composition
    row |= {"n": part.n_couples, "left_out": part.n_left_out, "mean": part.mean, "sd": part.sd}
    if part.distinguishable:
        for partner, mean, sd in zip(part.partners, part.means, part.sds, strict=True):
            row |= {f"mean_{partner}": mean, f"sd_{partner}": sd}
    row |= {"coefficient": main.name, "estimate": main.estimate}
    row |= {"low": main.interval.low, "high": main.interval.high, "p": main.p_value}
    if part.distinguishable:
        difference = part["mean_difference"]
        row |= {"mean_difference": difference.estimate, "t": difference.statistic}
        row |= {"difference_p": difference.p_value, "d": part["standardized_difference"].estimate}
    return row


def agreement_tables(
    parts: Sequence[ScaleAgreement],
    comparisons: Sequence[CompositionComparison],
    confidence_level: float,
    *,
    mixed: bool,
) -> tuple[TextTable, ...]:
    """Return the table for a paper, then tables of differences, mean squares and compositions."""
    interval = f"{percent(confidence_level)} CI"
    with_roles = [part for part in parts if part.distinguishable]
    without_roles = [part for part in parts if not part.distinguishable]
    tables = [TextTable(title="Agreement of partners", columns=_main_columns(parts, interval, mixed))]
    if with_roles:
        first, second = with_roles[0].partners
        title = f"Differences, {first} minus {second}"
        if len({part.partners for part in with_roles}) > 1:
            title = "Differences, first minus second role"
        tables.append(TextTable(title=title, columns=_difference_columns(with_roles, interval)))
    if without_roles:
        columns = _exchangeable_columns(without_roles, interval)
        tables.append(TextTable(title="Exchangeable partners", columns=columns))
    if comparisons:
        tables.append(TextTable(title="Compositions compared", columns=_comparison_columns(comparisons)))
    return tuple(tables)


def _main_columns(parts: Sequence[ScaleAgreement], interval: str, mixed: bool) -> Columns:
    """Return n, means and standard deviations (by partner where all have roles), and the correlation."""
    columns: Columns = {"Scale": [part.title for part in parts]}
    if mixed:
        columns["Couples"] = [part.composition or "" for part in parts]
    columns["n"] = [str(part.n_couples) for part in parts]
    if all(part.distinguishable for part in parts) and len({part.partners for part in parts}) == 1:
        for place, partner in enumerate(parts[0].partners):
            columns[f"M {partner}"] = [cell(part.means[place], part.digits()) for part in parts]
            columns[f"SD {partner}"] = [cell(part.sds[place], part.digits()) for part in parts]
    else:
        columns["M"] = [cell(part.mean, part.digits()) for part in parts]
        columns["SD"] = [cell(part.sd, part.digits()) for part in parts]
    symbols = [_SYMBOLS[part.main.name] for part in parts]
    if len(set(symbols)) > 1:
        columns["Coefficient"] = symbols
        symbols = ["Estimate"]
    mains = [part.main for part in parts]
    return columns | {
        symbols[0]: [apa(main.estimate, 3) for main in mains],
        interval: [ends(main.interval) for main in mains],
        "p": [p_shown(main.p_value) for main in mains],
    }


def _difference_columns(parts: Sequence[ScaleAgreement], interval: str) -> Columns:
    """Return the paired mean difference, the variance ratio, and the ICC of agreement."""
    differences = [part["mean_difference"] for part in parts]
    effects = [part["standardized_difference"] for part in parts]
    ratios = [part["variance_ratio"] for part in parts]
    agreements = [part["icc_agreement"] for part in parts]
    return {
        "Scale": [part.title for part in parts],
        "Mean difference": [cell(figure.estimate, figure.digits(3)) for figure in differences],
        f"{interval} of it": [ends(figure.interval, figure.digits(3)) for figure in differences],
        **_test_columns(differences, "t"),
        "p": [p_shown(figure.p_value) for figure in differences],
        "d": [cell(figure.estimate, 2) for figure in effects],
        f"{interval} of d": [ends(figure.interval, 2) for figure in effects],
        "Variance ratio": [cell(figure.estimate, 2) for figure in ratios],
        "p of it": [p_shown(figure.p_value) for figure in ratios],
        "ICC(A,1)": [apa(figure.estimate, 3) for figure in agreements],
        f"{interval} of ICC": [ends(figure.interval) for figure in agreements],
    }


def _exchangeable_columns(parts: Sequence[ScaleAgreement], interval: str) -> Columns:
    """Return mean squares with their F test, and the double-entry r with its own."""
    iccs, double = [part["icc"] for part in parts], [part["double_entry_r"] for part in parts]
    return {
        "Scale": [
            part.title if part.composition is None else f"{part.title}, {part.composition}" for part in parts
        ],
        "MSB": [cell(part.mean_square_between, part.square_digits()) for part in parts],
        "MSW": [cell(part.mean_square_within, part.square_digits()) for part in parts],
        **_test_columns(iccs, "F"),
        "p": [p_shown(figure.p_value) for figure in iccs],
        "Double-entry r": [apa(figure.estimate, 3) for figure in double],
        f"{interval} of r": [ends(figure.interval) for figure in double],
        "z": [_statistic(figure) for figure in double],
        "p of z": [p_shown(figure.p_value) for figure in double],
    }


def _comparison_columns(comparisons: Sequence[CompositionComparison]) -> Columns:
    """Return the test that correlations are equal, and the differences between compositions."""
    return {
        "Scale": [comparison.title for comparison in comparisons],
        "Chi-square": [shown(comparison.chi_square, 2) for comparison in comparisons],
        "df": [str(comparison.df) for comparison in comparisons],
        "p": [p_shown(comparison.p_value) for comparison in comparisons],
        "Differences": [
            "; ".join(
                f"{d.first} minus {d.second} {apa(d.difference, 3)} {ends(d.interval)}" for d in c.differences
            )
            or "-"
            for c in comparisons
        ],
    }


def _test_columns(figures: Sequence[AgreementFigure], name: str) -> Columns:
    """Return the columns of a test statistic and of its degrees of freedom."""
    return {
        name: [_statistic(figure) for figure in figures],
        "df": [", ".join(f"{value:g}" for value in figure.df) or "-" for figure in figures],
    }


def _statistic(figure: AgreementFigure) -> str:
    """Return a test statistic as text; a dash where there is no test."""
    return shown(figure.statistic, 2) if figure.test else "-"


def ends(interval: Interval, digits: int = 3) -> str:
    """Return both ends of an interval as a cell, a dash if it is undefined."""
    if interval.reason is not None:
        return "-"
    return interval.ends(digits)


def legend(parts: Sequence[ScaleAgreement]) -> str:
    """Return the meaning of the columns, with the definitions of the figures that are shown."""
    shown_names = ["icc", "double_entry_r"] if not all(part.distinguishable for part in parts) else []
    if any(part.distinguishable for part in parts):
        names = ("pearson_r", "mean_difference", "standardized_difference", "variance_ratio", "icc_agreement")
        shown_names += names
    first = parts[0]
    texts = [f"{first[name].title}: {first[name].definition}." for name in shown_names]
    if not all(part.distinguishable for part in parts):
        texts.insert(0, "MSB, MSW: mean squares between couples and within couples.")
    return " ".join(texts)
