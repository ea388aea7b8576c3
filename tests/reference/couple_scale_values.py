"""What R says of couples' scales: profiles, reliability of couple scores, and dMACS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales.dyads import (
    CoupleReliability,
    Dyads,
    ProfileSimilarity,
    couple_reliability,
    dyadic_invariance,
    profile_similarity,
)
from intimacy_scales.factor import Model, cfa
from intimacy_scales.reliability import cronbach_alpha

from .actor_partner_values import LEADING_FIT
from .factor_values import FIT, fit_rows
from .forms import Answers, form_of
from .oracles import COUPLE_ESTIMATE, ESTIMATE, Block, Reference, Row

# R's figures of profiles → ours
_PROFILES = {
    "overall_r": "overall",
    "distinctive_r_each_partner_minus_own_sex_item_means": "distinctive",
    "normative_r_partner1_with_partner2_mean_profile": "cross_normative_1",
    "normative_r_partner2_with_partner1_mean_profile": "cross_normative_2",
    "double_entry_icc": "double_entry",
    "D2_mean_squared_difference": "d2",
    "elevation_part": "elevation",
    "scatter_part": "scatter",
    "shape_part": "shape",
}
_COMMON = "distinctive_r_minus_common_item_means"
_SCORES = {"P1": "first", "P2": "second", "sum": "mean", "difference": "difference"}
# indices that couple_reliability() has
_OF_TEST = (
    "chisq", "df", "pvalue", "baseline_chisq", "baseline_df", "baseline_pvalue", "cfi", "tli", "nnfi",
    "rmsea", "rmsea_ci_lower", "rmsea_ci_upper", "rmsea_pvalue", "ntotal",
)  # fmt: skip
_COMPREL = {"P1": "first", "P2": "second", "SUM": "mean", "DIF": "difference"}


def profile_rows(ref: Reference, name: str, couples: tuple[Dyads, Dyads], over: Any) -> Iterator[Row]:
    """Compare the similarity of both partners' profiles, of couples in roles and of exchangeable partners."""
    block = ref.block(name, table="profile similarity", column=name.removeprefix("profile_"))
    items = [couples[0].items(scale) for scale in couples[0].scale_ids]
    rows = np.flatnonzero(~np.isnan(np.concatenate(items, axis=2)).any(axis=(1, 2)))
    roles, alike = (profile_similarity(dyads.chosen(rows), over) for dyads in couples)
    yield block.row("n_couples", roles.n_couples, "profile_similarity().n_couples")
    yield block.row("n_items", len(roles.components), "profile_similarity().components")
    block.check_labels("rows_1based", (rows[:20] + 1).tolist())
    for key, figure in _PROFILES.items():
        yield from _figure_rows(block.part(key), roles, figure)
    yield from _figure_rows(block.part(_COMMON), alike, "distinctive", ", exchangeable partners")
    r = roles.r_of_mean_profiles
    yield block.row("r_of_the_two_mean_profiles", r, "profile_similarity().r_of_mean_profiles")
    strangers = roles.pseudo_couples(99, rng=1)["overall"].expected
    yield block.row("pseudo_couple_mean_overall_r", strangers, ".pseudo_couples()[...].expected")
    sums = sum(roles.of_couples(part) for part in ("elevation", "scatter", "shape"))
    largest = float(np.max(abs(roles.of_couples("d2") - sums)))
    key = "largest_error_of_D2_equal_sum_of_parts_where_r_defined"
    yield block.row(key, largest, ".of_couples(): d2 less its parts")


def _figure_rows(block: Block, result: ProfileSimilarity, figure: str, of: str = "") -> Iterator[Row]:
    """Compare one figure: of the first twenty couples, and its mean over couples."""
    mean, function = result[figure], f'profile_similarity()["{figure}"]{of}'
    values = result.of_couples(figure)[:20]
    yield block.row("first20", values, f"{function}: of_couples()", private=True)
    if not block.has("n"):
        yield block.row("mean", mean.mean, function)
        return
    yield block.row("n", mean.n, f"{function}.n")
    yield block.row("mean_r", mean.mean, f"{function}.mean")
    z = mean.mean_by_fisher_z
    yield block.row("mean_r_by_fisher_z_without_abs_1", z, f"{function}.mean_by_fisher_z")


def _partner_answers(text: str, table: pd.DataFrame) -> tuple[Dyads, list[list[str]], Answers]:
    """Return the couples of R's model with a factor for each partner; the columns; the complete answers."""
    model = Model.from_text(text)
    sides = [list(dict.fromkeys(model.indicators(factor))) for factor in ("P1", "P2")]
    items = [f"item{n}" for n in range(1, len(sides[0]) + 1)]
    answers = table[[*sides[0], *sides[1]]]
    high = 9 if answers.max(axis=None) > 7 else 7
    columns = {p: dict(zip(items, side, strict=True)) for p, side in zip("12", sides, strict=True)}
    dyads = Dyads.from_wide(form_of({"scale": items}, 1, high), answers, columns=columns, role=True)
    complete = Answers(form_of({"first": sides[0], "second": sides[1]}, 1, high), answers.dropna())
    return dyads, sides, complete


def omega_rows_of_couples(ref: Reference, name: str, table: pd.DataFrame) -> Iterator[Row]:
    """Compare the reliability of both partners' scores, of their sum and of their difference."""
    block = ref.block("couple_omega", name, table="reliability of couple scores", column=name)
    dyads, _, complete = _partner_answers(block.given("model"), table)
    missing: Any = "fiml" if name.endswith("fiml") else "listwise"
    result = couple_reliability(dyads, "scale", missing=missing)
    function = "couple_reliability()"
    yield block.row("n", result.n_couples, f"{function}.n_couples")
    assert result.fit is not None
    gaps = missing == "fiml"
    how: Any = {"gaps": gaps, "alone": LEADING_FIT}
    yield from fit_rows(block.part("fit"), result.fit, f"{function}.fit", names=_OF_TEST, **how)
    whole = cfa(ref.at((*block.key, "model")), table, missing=missing, means=True)
    others = [name for name in ref.at((*block.key, "fit")) if name in FIT and name not in _OF_TEST]
    yield from fit_rows(block.part("fit"), whole.fit, "cfa().fit", names=others, **how)
    yield block.row("latent_r", result.true_correlation, f"{function}.true_correlation", tolerance=ESTIMATE)
    covariances, call = list(result.residual_covariances.values()), f"{function}.residual_covariances"
    yield block.row("residual_covariances", covariances, call, tolerance=ESTIMATE)
    yield from _score_rows(block, result)
    part = block.part("classical_difference_score_reliability")
    for place, partner in ((1, "first"), (2, "second")):
        alpha = cronbach_alpha(complete.moments, scale=partner, missing="listwise")
        yield part.row(f"alpha{place}", float(alpha), "cronbach_alpha(), complete couples")


def _score_rows(block: Block, result: CoupleReliability) -> Iterator[Row]:
    """Compare omegas and variances of the scores; R has sums of all items, ours are means."""
    function = "couple_reliability()[score]"
    omegas = {
        "omega_model_variance": ("omega", _SCORES),
        "omega_observed_variance": ("omega_observed", _SCORES),
        "omega_ignoring_residual_covariances": ("omega_ignoring_covariances", _SCORES),
        "compRelSEM_obs_var": ("omega_observed", _COMPREL),
        "compRelSEM_model_var": ("omega", _COMPREL),
    }
    for key, (attribute, names) in omegas.items():
        part = block.part(key)
        for theirs, score in names.items():
            if part.has(theirs):
                ours = getattr(result[score], attribute)
                yield part.row(theirs, ours, f"{function}.{attribute}", tolerance=COUPLE_ESTIMATE)
    for attribute in ("true_variance", "error_variance", "observed_variance"):
        part = block.part(attribute).as_family()
        for theirs, score in _SCORES.items():
            units = (result.n_items * (2 if theirs == "sum" else 1)) ** 2
            ours = getattr(result[score], attribute) * units
            how: Any = {"tolerance": ESTIMATE, "relative": True}
            yield part.row(theirs, ours, f"{function}.{attribute}, of sums", **how)


def dmacs_rows(ref: Reference, name: str, table: pd.DataFrame) -> Iterator[Row]:
    """Compare how large differences of items between partners are, in two identifications."""
    block = ref.block("dmacs", name, table="dMACS", column=name)
    text = block.given("model")
    dyads, sides, _ = _partner_answers(text, table)
    marked = cfa(text, table, means=True)
    factor = {"latent_mean2": "P2 ~ 1", "latent_var2": "P2 ~~ P2"}
    for key, parameter in factor.items():
        ours = marked.parameters[parameter].estimate
        yield block.as_family("marker model").row(key, ours, "cfa()", tolerance=ESTIMATE)
    yield from _line_rows(block, "marker model", _of_lines(marked.parameters, sides), "cfa()")
    result = dyadic_invariance(dyads, "scale", steps=["configural", "metric"])
    function, plain = "dyadic_invariance().dmacs()", result.dmacs()
    pooled, focal = result.dmacs(pooled="root_mean_square"), result.dmacs(focal="1")
    for key, how, values in (
        ("dmacs_sd_mean_of_sds", "", plain.values),
        ("dmacs_sd_root_mean_square", 'pooled="root_mean_square"', pooled.values),
        ("dmacs_numerical_integration", "", plain.values),
        ("signed_expected_difference_over_sd", "", plain.signed),
        ("dmacs_reference_partner1_latent", 'focal="1"', focal.values),
    ):
        yield block.row(key, values, f"dyadic_invariance().dmacs({how})", tolerance=ESTIMATE)
    key = "expected_mean_difference_in_scale_sum"
    yield block.row(key, plain.effect_on_sum, f"{function}.effect_on_sum", tolerance=ESTIMATE)
    yield from _fixed_rows(block.part("fixed_factor_identification"), dyads, sides, result)


def _fixed_rows(block: Block, dyads: Dyads, sides: list[list[str]], result: Any) -> Iterator[Row]:
    """Compare dMACS with both factors fixed; dySEM pools standard deviations of all answers."""
    block.given("model")
    items = [[f"item{n}_{p}" for n in range(1, len(sides[0]) + 1)] for p in "12"]
    lines = _of_lines(result["configural"].parameters, items, factors=("scale_1", "scale_2"))
    yield from _line_rows(block, "fixed factors", lines, "dyadic_invariance()[configural]")
    fixed = result.dmacs(identification="fixed_factor")
    function = 'dyadic_invariance().dmacs(identification="fixed_factor")'
    yield block.row("dmacs_sd_of_complete_rows", fixed.values, function, tolerance=ESTIMATE)
    spread = np.nanstd(dyads.items("scale"), axis=0, ddof=1).mean(axis=0)
    everyone, function = fixed.values * fixed.sds / spread, f"{function}, sd of all answers"
    for key in ("dmacs_sd_of_all_answers", "dySEM_getDydmacs_2.0.0_grid_minus5_to_5_rounded_4"):
        yield block.row(key, everyone, function, tolerance=ESTIMATE)


def _of_lines(
    parameters: Any, sides: list[list[str]], factors: tuple[str, str] = ("P1", "P2")
) -> Mapping[str, list[float]]:
    """Return intercepts and loadings of both partners' items."""
    lines = {}
    for place, (factor, side) in enumerate(zip(factors, sides, strict=True), 1):
        lines[f"nu{place}"] = [parameters[f"{column} ~ 1"].estimate for column in side]
        lines[f"lambda{place}"] = [parameters[f"{factor} =~ {column}"].estimate for column in side]
    return lines


def _line_rows(block: Block, family: str, lines: Mapping[str, list[float]], function: str) -> Iterator[Row]:
    """Compare intercepts and loadings."""
    for key, values in lines.items():
        yield block.as_family(family).row(key, values, function, tolerance=ESTIMATE)
