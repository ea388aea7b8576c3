"""Tables of invariance across partners, for people to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intimacy_scales.results.tables import TextTable
from intimacy_scales.results.wording import p_shown, shown, signed

if TYPE_CHECKING:
    from intimacy_scales.dyads.invariance.exchangeable import ExchangeableMeasurement
    from intimacy_scales.dyads.invariance.result import DyadicInvariance


def invariance_tables(result: DyadicInvariance) -> tuple[TextTable, ...]:
    """Return the models with their fit, the loss of fit at each step, and sizes of items' differences."""
    if result.exchangeable is not None:
        return (_exchangeable_table(result.exchangeable),)
    tables = [_fit_table(result), _change_table(result)]
    if "configural" in result.models:
        tables.append(_dmacs_table(result))
    return tuple(tables)


def _fit_table(result: DyadicInvariance) -> TextTable:
    models = list(result.models.items())
    if result.direction == "from_equal":
        models.reverse()
    fits = [model.fit for _, model in models]
    robust = [fit.scaled for fit in fits if fit.scaled is not None]
    columns = {
        "model": [name for name, _ in models],
        "chi-square": [shown(fit.chi_square, 2) for fit in (robust or fits)],
        "df": [str(fit.df) for fit in fits],
        "p": [p_shown(fit.p_value) for fit in (robust or fits)],
        "CFI": [shown(fit.cfi) for fit in fits],
        "RMSEA": [shown(fit.rmsea) for fit in fits],
        "SRMR": [shown(fit.srmr) for fit in fits],
    }
    if robust:
        columns["CFI"] = [shown(fit.robust_cfi) for fit in robust]
        columns["RMSEA"] = [shown(fit.robust_rmsea) for fit in robust]
    title = "Fit, scaled chi-square and robust indices" if robust else "Fit"
    return TextTable(title=title, columns=columns)


def _change_table(result: DyadicInvariance) -> TextTable:
    changes = result.changes if result.direction == "from_free" else result.changes[::-1]
    return TextTable(
        title="Loss of fit",
        columns={
            "step": [f"{change.name} against {change.before}" for change in changes],
            "chi-square change": [shown(change.chi_square_change, 2) for change in changes],
            "df": [str(change.df_change) for change in changes],
            "p": [p_shown(change.p_value) for change in changes],
            "CFI change": [signed(change.reported("cfi")) for change in changes],
            "RMSEA change": [signed(change.reported("rmsea")) for change in changes],
            "SRMR change": [signed(change.srmr_change) for change in changes],
        },
    )


def _dmacs_table(result: DyadicInvariance) -> TextTable:
    sizes = result.dmacs()
    first, second = result.partners
    return TextTable(
        title=f"dMACS, {sizes.marker} as the marker",
        columns={
            "item": list(sizes.items),
            "dMACS": [shown(value) for value in sizes.values],
            f"{first} - {second}": [signed(value) for value in sizes.expected_difference],
            "in SD": [signed(value) for value in sizes.signed],
        },
    )


def _exchangeable_table(measured: ExchangeableMeasurement) -> TextTable:
    rows = list(measured.parameters)
    return TextTable(
        title="Parameters of both partners",
        columns={
            "parameter": [row.name for row in rows],
            "estimate": [shown(row.estimate) for row in rows],
            "SE": [shown(row.se) for row in rows],
            "standardized": [shown(row.std_all) for row in rows],
        },
    )
