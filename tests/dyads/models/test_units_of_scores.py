"""Units of scores change no standardized effect, p-value or chi-square of a model of couples."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from intimacy_scales.dyads import (
    apim,
    common_fate,
    couple_report,
    distinguishability,
    mutual_influence,
    partner_agreement,
)
from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.errors import EstimationError
from tests.shared.comparison import roughly
from tests.shared.couples import couples_with_scores
from tests.shared.simulated_couples import love_trust_and_calm

RELIABILITY = {"love": 0.9, "trust": 0.8}
MODELS: dict[str, Any] = {
    "apim": lambda dyads: apim(dyads, "love", "trust"),
    "corrected": lambda dyads: apim(dyads, "love", "trust", error="corrected", reliability=RELIABILITY),
    "common fate": lambda dyads: common_fate(dyads, "love", "trust"),
    "corrected common fate": lambda dyads: common_fate(
        dyads, "love", "trust", error="corrected", reliability=RELIABILITY
    ),
    "mutual influence": lambda dyads: mutual_influence(dyads, "love", "trust"),
}


def in_units(love: float, trust: float, *, roles: bool, gaps: bool) -> Dyads:
    """Return couples with scores in these units; with gaps, one partner of some couples is missing."""
    values = love_trust_and_calm(50)
    scores = {"love": love * values["love"], "trust": trust * values["trust"]}
    if gaps:
        for numbers in scores.values():
            numbers[::7, 1] = np.nan
    return couples_with_scores(scores, roles=roles)


def figures(result: Any) -> list[float]:
    """Return figures that have no unit."""
    effects = getattr(result, "effects", None)
    paths = result.paths if effects is None else [e for e in effects if e.kind != "intercept"]
    tests = [test.chi_square for test in result.tests if test.reason is None]
    fit = [] if result.fit is None else [result.fit.chi_square, result.fit.srmr]
    return [*(path.standardized for path in paths), *(path.p for path in paths), *tests, *fit]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(("roles", "gaps"), [(False, True), (True, False)])
def test_units_of_scores_change_no_figure_without_unit(name: str, roles: bool, gaps: bool) -> None:
    expected = figures(MODELS[name](in_units(1, 1, roles=roles, gaps=gaps)))
    for love, trust in ((-9, -9), (-6, -6), (9, 9), (-9, 9), (9, -9), (4, -2)):
        dyads = in_units(10.0**love, 10.0**trust, roles=roles, gaps=gaps)
        roughly(figures(MODELS[name](dyads)), expected, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("unit", [1e150, 1e-150])
def test_scores_beyond_what_can_be_computed_are_refused(unit: float) -> None:
    dyads = in_units(unit, unit, roles=False, gaps=False)
    calls = [*MODELS.values(), lambda d: distinguishability(d, "love"), lambda d: partner_agreement(d)]
    for call in calls:
        with pytest.raises(EstimationError, match=r"allowed: .* in another unit, as by dividing it by"):
            call(dyads)


def test_tables_show_figures_in_small_units() -> None:
    result = couple_report(in_units(1e-4, 1e-4, roles=True, gaps=False), outcome="love", predictors="trust")
    plain = couple_report(in_units(1, 1, roles=True, gaps=False), outcome="love", predictors="trust")
    for table, other in zip(result.tables(), plain.tables(), strict=True):
        texts, expected = table.text_table().columns, other.text_table().columns
        for heading, column in texts.items():
            zeros = sum(_is_zero(text) for text in column)
            assert zeros <= sum(_is_zero(text) for text in expected[heading]), (table.name, heading, column)
    for shown in (result, result.agreement, result.scores):
        of_love = next(line for line in str(shown).splitlines() if line.startswith("love"))
        assert not any(map(_is_zero, of_love.split())), of_love


def _is_zero(text: str) -> bool:
    figures = re.findall(r"\d+\.\d+", text)
    return bool(figures) and all(float(figure) == 0 for figure in figures)
