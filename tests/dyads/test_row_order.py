"""A seed draws the same couples in whatever order the rows of a table are, where couples have labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.dyads import (
    Dyads,
    apim,
    couple_reliability,
    couple_report,
    partner_agreement,
    profile_similarity,
    response_surface,
)
from intimacy_scales.dyads.given_couples import couples_in_order, label_order
from tests.shared.comparison import near
from tests.shared.instruments import PUBLISHED, form_of

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")
N = 40
SCALES = {name: " ".join(f"q{3 * k + j}" for j in (1, 2, 3)) for k, name in enumerate("abc")}
ITEMS = [f"q{k}" for k in range(1, 10)]
FORM = form_of(SCALES, items=ITEMS, low=1, high=7, evidence=PUBLISHED)
DRAWS: dict[str, Any] = {"method": "bootstrap", "n_resamples": 100, "rng": 3}


def table(labels: Any) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    factor = rng.normal(size=(N, 1, 3)) + rng.normal(size=(N, 2, 3))
    answers = np.clip(np.rint(4 + np.repeat(factor, 3, axis=2) + rng.normal(size=(N, 2, 9))), 1, 7)
    frame = pd.DataFrame(answers.reshape(2 * N, 9), columns=ITEMS)
    frame["couple"], frame["person"] = np.repeat(labels, 2), np.tile([1, 2], N)
    frame["role"], frame["x"] = np.tile(["f", "m"], N), rng.normal(size=2 * N)
    frame.loc[frame.index[:12:4], ITEMS[:3]] = np.nan
    return frame


def paired(frame: pd.DataFrame, role: str | None) -> Dyads:
    return Dyads.from_long(FORM, frame, couple="couple", person="person", role=role, keep=["x"])


def path_ends(model: Any) -> list[float]:
    """Quantiles of paths in resamples, on which the limits of k rest."""
    draws = model.engine.resampled_effects([1, 2], 10, np.random.default_rng(3))
    return np.nanquantile(draws, [0.1, 0.9], axis=0).ravel().tolist()


def ends(interval: Any) -> list[float]:
    return [interval.low, interval.high]


DRAWN: dict[str, Callable[[Dyads], Any]] = {
    "strangers": lambda d: [
        x
        for c in profile_similarity(d).pseudo_couples(99, rng=3).comparisons.values()
        for x in (c.p_value, c.low, c.high, c.sd)
    ],
    "strangers of a report": lambda d: [
        c.p_value for c in couple_report(d, rng=3, invariance=False).strangers.comparisons.values()
    ],
    "mean similarity": lambda d: ends(profile_similarity(d).confidence_interval(**DRAWS)),
    "distinctive": lambda d: ends(profile_similarity(d).confidence_interval(of="distinctive", **DRAWS)),
    "agreement": lambda d: ends(partner_agreement(d)["b"].confidence_interval(**DRAWS)),
    "reliability": lambda d: ends(couple_reliability(d, "b").confidence_interval(**DRAWS)),
    "paths": lambda d: path_ends(apim(d, "b", "c")),
    "paths, incomplete": lambda d: path_ends(apim(d, "a", "b")),
    "surface": lambda d: ends(
        response_surface(d, "b", "c", distinguishable=False)
        .surface()
        .confidence_interval("a1", **DRAWS | {"method": "percentile"})
    ),
}
LABELS = {
    "numbers": np.random.default_rng(1).permutation(N) + 100,
    "texts": [f"c{k}" for k in range(N)],
}


@pytest.mark.parametrize("role", [None, "role"])
@pytest.mark.parametrize("name", DRAWN)
def test_draws_do_not_depend_on_the_order_of_rows(name: str, role: str | None) -> None:
    slow = name in ("reliability", "paths, incomplete", "strangers of a report")
    for labels in [LABELS["texts"]] if slow else LABELS.values():
        frame = table(labels)
        shuffled = frame.sample(frac=1, random_state=5)
        first, second = (DRAWN[name](paired(rows, role)) for rows in (frame, shuffled))
        near(first, second, 1e-9)
        assert np.isfinite(first).all()


def test_couples_in_order_are_those_of_their_labels() -> None:
    frame = table(LABELS["texts"]).sample(frac=1, random_state=2)
    dyads = paired(frame, None)
    ordered = couples_in_order(dyads)
    assert ordered.couples == sorted(dyads.couples)
    assert [dyads.couples[place] for place in label_order(dyads)] == ordered.couples
    assert couples_in_order(ordered) is ordered
    numbers = paired(table(LABELS["numbers"]), None)
    assert couples_in_order(numbers).couples == sorted(LABELS["numbers"].tolist())


@pytest.mark.parametrize("spelled", [str, float, lambda k: f" {k}", np.int64])
def test_numbers_and_texts_of_numbers_have_one_order(spelled: Any) -> None:
    labels = LABELS["numbers"]
    numbers, others = (paired(table([kind(k) for k in labels]), None) for kind in (int, spelled))
    assert label_order(others).tolist() == label_order(numbers).tolist()
    mixed = paired(table(["b", "a10", "-2", "a9", *(str(k) for k in range(36))]), None)
    assert couples_in_order(mixed).couples[:3] == ["-2", "0", "1"]
    assert couples_in_order(mixed).couples[-3:] == ["a10", "a9", "b"]


def test_truth_values_are_names() -> None:
    labels = np.array([3, True, 2, *range(4, N), 0], dtype=object)
    assert couples_in_order(paired(table(labels), None)).couples == [0, 2, 3, *range(4, N), True]


def test_label_order_without_labels_is_that_of_rows() -> None:
    values = np.random.default_rng(1).normal(size=(12, 2))
    dyads = Dyads.of_scores(pd.DataFrame(values, columns=["a", "b"]), {"s": {"a": "a", "b": "b"}})
    assert label_order(dyads).tolist() == list(range(12))
    assert couples_in_order(dyads) is dyads


def test_tables_of_couples_stay_in_the_order_of_rows() -> None:
    frame = table(LABELS["numbers"])
    dyads = paired(frame, "role")
    assert dyads.couples == LABELS["numbers"].tolist()
    similarity = profile_similarity(dyads)
    squares = [np.square(dyads.scores[name][:, 0] - dyads.scores[name][:, 1]) for name in "abc"]
    expected = np.mean(squares, axis=0)
    near(similarity.of_couples("d2"), expected[~np.isnan(expected)])
    surface = response_surface(dyads, "b", "c")
    assert [row.place for row in surface.outliers] == sorted(row.place for row in surface.outliers)
    assert [dyads.couples[place] for place in surface.places] == sorted(dyads.couples)
