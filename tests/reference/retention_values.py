"""What R says of the number of factors: parallel analysis, and Velicer's minimum average partial."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales.factor import map_test, parallel_analysis

from .efa_values import PSYCH
from .oracles import Block, Reference, Row

_DRAWS = 200
_ERRORS = 4  # standard errors of R's simulated figures
_OF_QUANTILE = 2.11  # that of the 95 % quantile of normal values, in those of their mean
_PSYCH_DRAWS = 20
_NEXT = 1.0  # of counts


def retention_rows(ref: Reference, name: str, table: pd.DataFrame, title: str) -> Iterator[Row]:
    """Compare how many factors there are said to be."""
    horn = ref.block(name, "horn_pc_normal", table=title, prefix="horn_pc_normal.")
    assert (horn.given("n"), horn.given("p")) == table.shape
    ours = parallel_analysis(table, n_iterations=_DRAWS, n=len(table))
    error = np.array(horn.given("mc_sd_of_each")) / math.sqrt(horn.given("iterations"))
    function = "parallel_analysis().{}".format
    yield horn.row("observed", ours.component_values, function("component_values"))
    chance: Any = {"rule": "by chance"}
    means = {"tolerance": _ERRORS * error, **chance}
    yield horn.row("mean", ours.component_means, function("component_means"), **means)
    quantiles = {"tolerance": _ERRORS * _OF_QUANTILE * error, **chance}
    yield horn.row("q95", ours.component_quantiles, function("component_quantiles"), **quantiles)
    counted = {"tolerance": _NEXT, **chance}
    for count, what in (
        ("n_components_mean", "n_components_by_mean"),
        ("n_components_q95", "n_components"),
    ):
        yield horn.row(count, getattr(ours, what), function(what), **counted)
    psych = ref.block(name, "psych_fa.parallel", table=title, prefix="psych_fa.parallel.")
    yield psych.row("pc_values", ours.component_values, function("component_values"))
    yield psych.row("fa_values", ours.factor_values, function("factor_values"), tolerance=PSYCH)
    error = np.array(horn.given("mc_sd_of_each")) / math.sqrt(_PSYCH_DRAWS)
    means = {"tolerance": _ERRORS * error, **chance}
    yield psych.row("pc_sim", ours.component_means, function("component_means"), **means)
    yield psych.row("nfact", ours.n_factors, function("n_factors"), **counted)
    yield psych.row("ncomp", ours.n_components, function("n_components"), **counted)
    yield from _map_rows(ref.block(name, "map_velicer", table=title, prefix="map_velicer."), table)


def _map_rows(block: Block, table: pd.DataFrame) -> Iterator[Row]:
    most = len(block.reference.at((*block.key, "psych_vss_map_m1_to_nmax")))
    ours = map_test(table, most)
    yield block.row("definition_power2_m0_to_nmax", ours.squared, "map_test().squared")
    yield block.row("definition_power4_m0_to_nmax", ours.fourth, "map_test().fourth")
    yield block.row("psych_vss_map_m1_to_nmax", ours.squared[1:], "map_test().squared")
    yield block.row("n_factors_map", ours.n_factors, "map_test().n_factors")
