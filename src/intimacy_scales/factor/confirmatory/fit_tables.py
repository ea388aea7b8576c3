"""Tables of the fit of nested models, as they are displayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from intimacy_scales.results.tables import TextTable
from intimacy_scales.results.wording import apa, apa_signed, p_shown, shown

if TYPE_CHECKING:
    from intimacy_scales.factor.confirmatory.comparison import FitChange
    from intimacy_scales.factor.confirmatory.results.result import CFAResult


def comparison_tables(
    models: Mapping[str, CFAResult], changes: Sequence[FitChange]
) -> tuple[TextTable, TextTable]:
    """Return the fit of each model, and the loss of fit at each step."""
    return _fit_table(models), _change_table(changes)


def _fit_table(models: Mapping[str, CFAResult]) -> TextTable:
    """Return the fit of each model: where tests are corrected, the scaled test and the robust indices."""
    fits = [model.fit for model in models.values()]
    robust = [fit.scaled for fit in fits if fit.scaled is not None]
    columns = {
        "model": list(models),
        "chi-square": [shown(fit.chi_square, 2) for fit in (robust or fits)],
        "df": [str(fit.df) for fit in fits],
        "p": [p_shown(fit.p_value) for fit in (robust or fits)],
        "CFI": [apa(fit.cfi, 3) for fit in fits],
        "TLI": [apa(fit.tli, 3) for fit in fits],
        "RMSEA": [apa(fit.rmsea, 3) for fit in fits],
        "SRMR": [apa(fit.srmr, 3) for fit in fits],
        "AIC": [shown(fit.aic, 2) for fit in fits],
        "BIC": [shown(fit.bic, 2) for fit in fits],
    }
    if robust:
        columns["CFI"] = [apa(fit.robust_cfi, 3) for fit in robust]
        columns["TLI"] = [apa(fit.robust_tli, 3) for fit in robust]
        columns["RMSEA"] = [apa(fit.robust_rmsea, 3) for fit in robust]
    title = "Fit, scaled chi-square and robust indices" if robust else "Fit"
    return TextTable(title=title, columns=columns)


def _change_table(changes: Sequence[FitChange]) -> TextTable:
    return TextTable(
        title="Loss of fit",
        columns={
            "step": [f"{change.name} against {change.before}" for change in changes],
            "chi-square change": [shown(change.chi_square_change, 2) for change in changes],
            "df": [str(change.df_change) for change in changes],
            "p": [p_shown(change.p_value) for change in changes],
            "CFI change": [apa_signed(change.reported("cfi")) for change in changes],
            "RMSEA change": [apa_signed(change.reported("rmsea")) for change in changes],
            "SRMR change": [apa_signed(change.srmr_change) for change in changes],
        },
    )
