"""Tables of invariance across partners, for people to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intimacy_scales.factor.confirmatory.fit_tables import comparison_tables
from intimacy_scales.results.tables import TextTable
from intimacy_scales.results.wording import apa, shown, signed

if TYPE_CHECKING:
    from intimacy_scales.dyads.invariance.exchangeable import ExchangeableMeasurement
    from intimacy_scales.dyads.invariance.result import DyadicInvariance


def invariance_tables(result: DyadicInvariance) -> tuple[TextTable, ...]:
    """Return the models with their fit, the loss of fit at each step, and sizes of items' differences."""
    if result.exchangeable is not None:
        return (_exchangeable_table(result.exchangeable),)
    from_free = result.direction == "from_free"
    models = dict(result.models if from_free else reversed(result.models.items()))
    changes = result.changes if from_free else result.changes[::-1]
    tables = [*comparison_tables(models, changes)]
    if "configural" in result.models:
        tables.append(_dmacs_table(result))
    return tuple(tables)


def _dmacs_table(result: DyadicInvariance) -> TextTable:
    sizes = result.dmacs()
    first, second = result.partners
    return TextTable(
        title=f"dMACS, {sizes.marker} as the marker",
        columns={
            "item": list(sizes.items),
            "dMACS": [shown(value, 2) for value in sizes.values],
            f"{first} - {second}": [signed(value) for value in sizes.expected_difference],
            "in SD": [signed(value, 2) for value in sizes.signed],
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
            "standardized": [apa(row.std_all, 3) for row in rows],
        },
    )
