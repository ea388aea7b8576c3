"""What R says of both partners' scores: correlations, differences of means and of variances."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from intimacy_scales.dyads import Dyads, ScaleAgreement, partner_agreement
from intimacy_scales.reliability import intraclass_corr

from .oracles import P_VALUE, Block, Reference, Row
from .variance_values import FORMS, icc_ends

_TITLE = "partners' scores"
_FUNCTION = "partner_agreement()[scale]"
# R's values → the figure, and what of it
_FIGURES = {
    "pearson_r": ("pearson_r", "estimate"),
    "pearson_t": ("pearson_r", "statistic"),
    "pearson_p": ("pearson_r", "p_value"),
    "double_entry_icc": ("double_entry_r", "estimate"),
    "anova_icc": ("icc", "estimate"),
    "F": ("icc", "statistic"),
    "F_p": ("icc", "p_one_sided"),
    "mean_difference": ("mean_difference", "estimate"),
    "paired_t": ("mean_difference", "statistic"),
    "paired_p": ("mean_difference", "p_value"),
    "pitman_morgan_t": ("variance_ratio", "statistic"),
    "pitman_morgan_p": ("variance_ratio", "p_value"),
}
# psych's forms of the intraclass correlation → ours, and the method of psych's interval
_OF_PSYCH = {
    "ICC1": ("icc", "F"),
    "ICC2": ("icc_agreement", "shrout-fleiss"),
    "ICC3": ("icc_consistency", "F"),
    "ICC1k": ("icc_couple_mean", "F"),
}


def dyad_rows(ref: Reference, dyads: Dyads) -> Iterator[Row]:
    """Compare all that R says of both partners' scores; R subtracts the second partner from the first."""
    result = partner_agreement(dyads, list(ref.values["dyad_scores"]))
    for name in ref.values["dyad_scores"]:
        yield from _scale_rows(ref.block("dyad_scores", name, table=_TITLE, column=name), result[name])


def _scale_rows(block: Block, part: ScaleAgreement) -> Iterator[Row]:
    yield block.row("n_dyads", part.n_couples, f"{_FUNCTION}.n_couples")
    for name, values in (("mean", part.means), ("sd", part.sds)):
        for place, ours in enumerate(values, 1):
            yield block.row(f"{name}{place}", ours, f"{_FUNCTION}.{name}s")
    yield block.row("double_entry_mean", part.mean, f"{_FUNCTION}.mean")
    yield block.row("double_entry_sd_n_minus_1", part.sd, f"{_FUNCTION}.sd")
    yield block.row("MSB", part.mean_square_between, f"{_FUNCTION}.mean_square_between")
    yield block.row("MSW", part.mean_square_within, f"{_FUNCTION}.mean_square_within")
    for name, (figure, what) in _FIGURES.items():
        p = name.endswith("_p")
        ours = getattr(part[figure], what)
        function = f'{_FUNCTION}["{figure}"].{what}'
        how = {"tolerance": P_VALUE, "relative": True} if p else {}
        yield block.row(name, ours, function, **how)
    for name, figure in (("pearson_ci", "pearson_r"), ("mean_difference_ci", "mean_difference")):
        function = f'{_FUNCTION}["{figure}"].interval'
        yield block.row(name, list(part[figure].interval), function, elements=("low", "high"))
    degrees = {"F_df1": ("icc", 0), "F_df2": ("icc", 1), "paired_df": ("mean_difference", 0)}
    for name, (figure, place) in degrees.items():
        yield block.row(name, part[figure].df[place], f'{_FUNCTION}["{figure}"].df')
    ratio = part["variance_ratio"]
    r = ratio.statistic / np.sqrt(ratio.statistic**2 + ratio.df[0])
    yield block.row("pitman_morgan_r", r, f'{_FUNCTION}["variance_ratio"]: t / sqrt(t² + df)')
    yield from _psych_rows(block.part("psych_ICC"), part)


def _psych_rows(block: Block, part: ScaleAgreement) -> Iterator[Row]:
    """Compare psych::ICC; two of its forms, of means of fixed raters, are of intraclass_corr()."""
    block.check_labels("type", FORMS)
    of_raters = intraclass_corr(part.pairs)
    ours: dict[str, list[float]] = {name: [] for name in ("ICC", "F", "df1", "df2", "p", "lower", "upper")}
    for form in FORMS:
        if form in _OF_PSYCH:
            name, method = _OF_PSYCH[form]
            figure = part[name]
            ends = tuple(part.confidence_interval(0.95, method, of=name))  # type: ignore[arg-type]
            values = (figure.estimate, figure.statistic, *figure.df, figure.p_one_sided, *ends)
        else:
            of_form = of_raters[form]
            ends = icc_ends(of_form)
            values = (of_form.estimate, of_form.F, of_form.df1, of_form.df2, of_form.p_value, *ends)
        for column, value in zip(ours.values(), values, strict=True):
            column.append(value)
    function = "partner_agreement()[scale], intraclass_corr()[form]"
    for name, column in ours.items():
        how = {"tolerance": P_VALUE, "relative": True} if name == "p" else {}
        yield block.row(name, column, function, elements=FORMS, **how)
