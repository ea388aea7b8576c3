"""What R says of change beyond error, and of worked examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from intimacy_scales.reliability import (
    ReliableChange,
    attenuation_corrected,
    items_needed,
    jacobson_truax_cutoffs,
    measurement_error,
    reliable_change,
    spearman_brown,
    test_retest,
)

from .oracles import Block, Row

_FIRST = 20  # persons whose values R's file holds


def change_rows(block: Block, before: Any, after: Any, persons: Any, alpha: float) -> Iterator[Row]:
    """Compare who changed from the first to the second occasion."""
    retest = test_retest(before, after)
    yield block.row("retest_r", retest.r, "test_retest().r")
    yield block.row("mean1", retest.mean_before, "test_retest().mean_before")
    yield block.row("mean2", retest.mean_after, "test_retest().mean_after")
    yield block.row("sd1", retest.sd_before, "test_retest().sd_before")
    yield block.row("sd2", retest.sd_after, "test_retest().sd_after")
    for name, reliability in (("with_alpha", alpha), ("with_retest", retest.r)):
        result = reliable_change(before, after, reliability=reliability)
        yield from _change_rows(block.part(name), result)
    block.check_labels("person_ids_first20", np.asarray(persons)[:_FIRST].tolist())
    yield block.row("time1_first20", np.asarray(before)[:_FIRST], "score()", private=True)
    yield block.row("time2_first20", np.asarray(after)[:_FIRST], "score()", private=True)


def _change_rows(block: Block, result: ReliableChange) -> Iterator[Row]:
    counts = result.counts
    ours: dict[str, tuple[float, str]] = {
        "reliability": (result.reliability, "reliability"),
        "sd_baseline": (result.sd, "sd"),
        "SEM": (result.sem, "sem"),
        "S_diff": (result.standard_error, "standard_error"),
        "n": (len(result.index) - counts["no score"], "counts"),
        "n_improved_rc_above_1.96": (counts["improved"], "counts"),
        "n_worse_rc_below_minus_1.96": (counts["deteriorated"], "counts"),
        "n_no_change": (counts["unchanged"], "counts"),
    }
    for name, (value, what) in ours.items():
        yield block.row(name, value, f"reliable_change().{what}")
    yield block.row("rc_first20", result.index[:_FIRST], "reliable_change().index", private=True)


def worked_change_rows(block: Block) -> Iterator[Row]:
    """Compare single examples of reliable change."""
    before, after, sd, r = (block.given(name) for name in ("x_pre", "x_post", "sd", "reliability"))
    result = reliable_change([before], [after], reliability=r, sd=sd)
    yield block.row("SEM", measurement_error(r, sd=sd).sem, "measurement_error().sem")
    yield block.row("S_diff", result.standard_error, "reliable_change().standard_error")
    yield block.row("RC", result.index[0], "reliable_change().index")
    yield block.row("change_needed_95", 1.96 * result.standard_error, "1.96 .standard_error")


def cutoff_rows(block: Block) -> Iterator[Row]:
    """Compare the cut-offs a, b and c."""
    clinical = block.given("M_clinical"), block.given("sd_clinical")
    functional = block.given("M_functional"), block.given("sd_functional")
    cutoffs = jacobson_truax_cutoffs(clinical=clinical, functional=functional)
    for name in ("a", "b", "c"):
        yield block.row(name, getattr(cutoffs, name), "jacobson_truax_cutoffs()")


def prophecy_rows(block: Block) -> Iterator[Row]:
    """Compare Spearman-Brown, forwards and backwards."""
    yield block.row("r0.7_k2", spearman_brown(0.7, 2), "spearman_brown(0.7, 2)")
    yield block.row("r0.8_k0.5", spearman_brown(0.8, 0.5), "spearman_brown(0.8, 0.5)")
    yield block.row("items_factor_needed_from_.7_to_.9", items_needed(0.7, 0.9), "items_needed(0.7, 0.9)")


def attenuation_rows(block: Block) -> Iterator[Row]:
    """Compare the correction for attenuation."""
    r, x, y = (block.given(name) for name in ("rxy", "rxx", "ryy"))
    yield block.row("corrected", attenuation_corrected(r, x, y), "attenuation_corrected()")
