"""Where one partner's score follows from the other's, the message says what can be estimated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from intimacy_scales import sem
from intimacy_scales.dyads import Dyads, apim, common_fate, couple_scores, mutual_influence
from intimacy_scales.errors import NotIdentifiedError
from tests.shared.comparison import near
from tests.shared.couples import couples_with_scores
from tests.shared.simulated_couples import Floats

OWN, PARTNER = 0.7, 0.2


def sharing(*, roles: bool, gaps: bool = False, noise: float = 0.0, n: int = 60, n_others: int = 0) -> Dyads:
    """Return couples who divide 100 % of the chores between them; love depends on both shares.

    The last ``n_others`` couples do some of the chores twice.
    """
    rng = np.random.default_rng(2)
    share = rng.uniform(20, 80, (n, 1))
    chores: Floats = np.hstack([share, 100 - share])
    chores[n - n_others :, 1] += rng.uniform(5, 20, n_others)
    love = (
        OWN * chores + PARTNER * chores[:, ::-1] + noise * rng.normal(size=(n, 2)) + rng.normal(size=(n, 1))
    )
    if gaps:
        chores[::6, 1] = love[::6, 1] = np.nan
    return couples_with_scores({"chores": chores, "love": love}, roles=roles)


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("error", [None, "corrected"])
def test_shares_of_a_whole_are_named_with_advice(error: Any, gaps: bool) -> None:
    options: Any = {} if error is None else {"error": error, "reliability": {"chores": 0.9, "love": 0.9}}
    for roles, advice in ((False, "the slope of the partners' differences"), (True, "own chores alone")):
        with pytest.raises(NotIdentifiedError, match=f"the sum of chores .* is the same, .*{advice}"):
            apim(sharing(roles=roles, gaps=gaps, noise=1), "love", "chores", **options)


@pytest.mark.parametrize("roles", [False, True])
def test_all_couples_count_not_the_first_ones(roles: bool) -> None:
    with pytest.raises(NotIdentifiedError, match="in all of 300 complete couples, the sum of chores"):
        apim(sharing(roles=roles, noise=1, n=300), "love", "chores")
    model = apim(sharing(roles=roles, noise=1, n=300, n_others=30), "love", "chores")
    assert abs(model.effect("actor", "chores", cell="wife" if roles else None).estimate - OWN) < 0.3


def test_advice_for_exchangeable_partners_gives_what_it_says() -> None:
    table = couple_scores(sharing(roles=False)).to_frame()
    love, chores = (table[f"{name}_wife"] - table[f"{name}_husband"] for name in ("love", "chores"))
    near(love @ chores / (chores @ chores), OWN - PARTNER)


def test_advice_for_partners_in_roles_gives_what_it_says() -> None:
    table = sharing(roles=True, noise=1).to_wide()
    for role in ("wife", "husband"):
        slope = sem(f"love_{role} ~ chores_{role}", table, on_invalid="accept").parameters[0]
        assert abs(slope.estimate - (OWN - PARTNER)) < 4 * slope.se


@pytest.mark.parametrize("model", [common_fate, mutual_influence])
@pytest.mark.parametrize(("outcome", "predictor"), [("love", "chores"), ("chores", "love")])
def test_other_models_say_that_one_partner_is_enough(model: Any, outcome: str, predictor: str) -> None:
    with pytest.raises(NotIdentifiedError, match="choose another variable, or analyse one partner"):
        model(sharing(roles=True, gaps=True, noise=1), outcome, predictor)


@pytest.mark.parametrize(
    ("husband", "message"),
    [
        (lambda wife: wife + 2, "trust of both partners differs by -2"),
        (lambda wife: 3 - 2 * wife, "trust of one partner is a linear function"),
    ],
)
def test_partners_in_roles_who_follow_each_other(husband: Any, message: str) -> None:
    rng = np.random.default_rng(3)
    wife, love = rng.normal(size=30), rng.normal(size=(30, 2))
    dyads = couples_with_scores({"trust": np.column_stack([wife, husband(wife)]), "love": love}, roles=True)
    with pytest.raises(NotIdentifiedError, match=message):
        apim(dyads, "love", "trust")
    with pytest.raises(NotIdentifiedError, match=message):
        mutual_influence(dyads, "trust", "love")
