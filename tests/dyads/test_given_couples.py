"""What is no couples at all is refused by every function, which says how couples are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from intimacy_scales import dyads
from intimacy_scales.errors import EstimationError
from intimacy_scales.plots import partner_profiles, partner_scatter

CALLS: dict[str, Callable[[Any], Any]] = {
    "partner_agreement": dyads.partner_agreement,
    "profile_similarity": dyads.profile_similarity,
    "couple_scores": dyads.couple_scores,
    "couple_reliability": lambda d: dyads.couple_reliability(d, "s"),
    "reliable_difference": lambda d: dyads.reliable_difference(d, "s"),
    "perception": lambda d: dyads.perception(d, d),
    "truth_and_bias": lambda d: dyads.truth_and_bias(d, judgement="a", truth="b"),
    "response_surface": lambda d: dyads.response_surface(d, "a", "b"),
    "apim": lambda d: dyads.apim(d, "a", "b"),
    "common_fate": lambda d: dyads.common_fate(d, "a", "b"),
    "mutual_influence": lambda d: dyads.mutual_influence(d, "a", "b"),
    "distinguishability": lambda d: dyads.distinguishability(d, ["a"]),
    "dyadic_invariance": lambda d: dyads.dyadic_invariance(d, "s"),
    "couple_report": dyads.couple_report,
    "partner_profiles": partner_profiles,
    "partner_scatter": lambda d: partner_scatter(d, "a"),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("given", [pd.DataFrame({"a": [1.0]}), None, 5], ids=["table", "None", "number"])
def test_what_is_no_couples_is_refused(name: str, given: Any) -> None:
    with pytest.raises(
        EstimationError, match=r"(dyads|own) is .*; allowed: couples, as made by Dyads.from_long"
    ):
        CALLS[name](given)
