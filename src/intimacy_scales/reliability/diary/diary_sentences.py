"""Sentences on the reliability of a diary for a Method section."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from intimacy_scales.results.wording import apa, counted, percent

if TYPE_CHECKING:
    from intimacy_scales.reliability.diary.diary_result import DiaryReliability
    from intimacy_scales.reliability.diary.level_coefficients import LevelCoefficient
    from intimacy_scales.reliability.diary.two_level_result import TwoLevelOmega

_METHODS = {"reml": "restricted maximum likelihood", "anova": "mean squares"}


def diary_sentence(result: DiaryReliability) -> str:
    """Return the sentence on the coefficients of a diary that are defined."""
    m = f"{result.nested.occasions_per_person:.3g} occasions"
    meanings = {
        "RkF": f"RkF = {{}} for persons' means over {m} (fixed)",
        "R1R": "R1R = {} for persons on one random occasion",
        "RkR": f"RkR = {{}} for persons' means over {m} (random)",
        "Rc": "Rc = {} for change within persons",
    }
    if not result.components:
        meanings = {
            "RkRn": f"RkRn = {{}} for persons' means over {m} (nested in persons)",
            "Rcn fixed items": "Rcn = {} for change within persons (items fixed)",
        }
    values = result.coefficients()
    parts = [
        text.format(apa(values[name])) for name, text in meanings.items() if not math.isnan(values[name])
    ]
    source = f"{_METHODS[result.method]}; Cranford et al., 2006; Shrout & Lane, 2012"
    return (
        f"The reliability of {result.scale} of {result.instrument.called} was estimated from variance "
        f"components ({source}) of {_answered(result)}: {'; '.join(parts) or 'no coefficient is defined'}."
    )


def two_level_sentence(result: TwoLevelOmega) -> str:
    """Return the sentence on omega within and between persons, with 95 % intervals."""
    subject = f"Omega of {result.scale} of {result.instrument.called}"
    if result.reason is not None:
        return f"{subject} within and between persons was not estimated: {result.reason}."
    within, between = result.within.omega, result.between.omega
    improper = [bool(one.warnings or one.reason) for one in (within, between)]
    means = f"for persons' means over {result.occasions_per_person:.3g} occasions"
    parts = [
        f"within persons, {_omega(within, is_improper=improper[0])}",
        f"between persons, {_omega(between, is_improper=improper[1])}",
        f"{means}, {_omega(result.person_means, is_improper=any(improper))}",
    ]
    return (
        f"{subject} was estimated by a factor model at each level (maximum likelihood; Geldhof et al., 2014; "
        f"Lai, 2021) from {_answered(result)}: {'; '.join(parts)}."
    )


def _answered(result: DiaryReliability | TwoLevelOmega) -> str:
    """Return how many occasions of how many persons there were."""
    left = f" ({result.n_left_out} with skipped items left out)" if result.n_left_out else ""
    return (
        f"{counted(result.n_rows, 'occasion')}{left} on which {counted(result.n_persons, 'person')} answered "
        f"{counted(result.n_items, 'item')}"
    )


def _omega(one: LevelCoefficient, *, is_improper: bool) -> str:
    """Return an omega with its interval, or why it is not reported."""
    if one.reason is not None:
        return f"not defined ({one.reason})"
    if is_improper:
        return "not reported (improper solution)"
    interval = one.confidence_interval()
    ends = f", {percent(0.95)} CI [{apa(interval.low)}, {apa(interval.high)}]" if not interval.reason else ""
    return f"{apa(one.estimate)}{ends}"
