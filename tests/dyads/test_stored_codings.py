"""Answers that were stored in another coding: tables of couples have them as they were stored."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from intimacy_scales import load
from intimacy_scales.dyads import Dyads

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")


@pytest.mark.parametrize(
    ("form", "coding"), [("das", "position"), ("csi-32", "position"), ("csi-32", "intensity")]
)
def test_to_long_gives_answers_as_stored_which_are_read_again_by_the_same_coding(
    form: str, coding: str
) -> None:
    rng = np.random.default_rng(1)
    items = load(form).with_coding(coding).items
    rows: list[dict[str, Any]] = [
        {"c": couple, "p": p} | {i.id: int(rng.choice(i.response_scale.values)) for i in items}
        for couple in range(5)
        for p in (1, 2)
    ]
    options: dict[str, Any] = {"couple": "c", "person": "p", "coding": coding}
    dyads = Dyads.from_long(form, rows, **options)
    table = dyads.to_long()
    assert table[[item.id for item in items]].to_dict("records") == [
        {item.id: row[item.id] for item in items} for row in rows
    ]
    again = Dyads.from_long(form, table, **options)
    np.testing.assert_array_equal(again.scores["total"], dyads.scores["total"])
    as_published = Dyads.from_long(form, table, couple="c", person="p", on_invalid="missing")
    assert not np.array_equal(as_published.scores["total"], dyads.scores["total"])
