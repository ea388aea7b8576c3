"""Each public call that warns points at the caller's line, however deep in the library it warns."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import (
    apim,
    couple_report,
    encode,
    item_analysis,
    load,
    reliability_report,
    score,
    simulate,
)
from intimacy_scales.dyads import (
    Dyads,
    common_fate,
    couple_scores,
    partner_agreement,
    reliable_difference,
)
from intimacy_scales.errors import (
    AnotherRangeWarning,
    KeyingWarning,
    LikelyMissingCodeWarning,
    SingleClustersWarning,
    UnvalidatedInstrumentWarning,
    UnverifiedKeyWarning,
)
from tests.shared.instruments import PUBLISHED, coded, form_of

FORM = form_of({"s": "q1 -q2 q3 q4"}, low=1, high=7, evidence=PUBLISHED)
ANSWERS = simulate("scii-24", 80, couples=0.5, rng=2).answers


def drafts() -> Dyads:
    return Dyads.from_long("scii-24", ANSWERS, couple="couple", person="partner")


def narrow(columns: str = "q{n}", seed: int = 1) -> pd.DataFrame:
    values = np.random.default_rng(seed).integers(1, 6, (200, 4))
    return pd.DataFrame(values, columns=[columns.format(n=n) for n in range(1, 5)])


def miskeyed() -> Any:
    x = np.random.default_rng(3).integers(1, 8, (200, 1)) + np.zeros((1, 4))
    return coded(np.clip(x + np.random.default_rng(4).integers(-1, 2, x.shape), 1, 7), "q1 q2 q3 -q4")


def with_codes() -> Dyads:
    table = pd.DataFrame(np.random.default_rng(5).normal(size=(60, 2)), columns=["x_a", "x_b"])
    years = np.where(np.arange(60) < 4, 999.0, np.arange(60.0))
    scores = {"x": {"a": "x_a", "b": "x_b"}}
    return Dyads.of_scores(table.assign(years=years), scores, keep=["years"])


CALLS: dict[str, tuple[type[Warning], Callable[[], Any]]] = {
    "score": (UnvalidatedInstrumentWarning, lambda: score("scii-24", ANSWERS)),
    "score_person": (
        UnvalidatedInstrumentWarning,
        lambda: score(form_of({"t": "q1 q2"}), {"q1": 3, "q2": 4}),  # a form warns once, at its first sheet
    ),
    "Dyads.scores": (UnvalidatedInstrumentWarning, lambda: drafts().scores),
    "Dyads.variable": (UnvalidatedInstrumentWarning, lambda: drafts().variable("trust")),
    "partner_agreement": (UnvalidatedInstrumentWarning, lambda: partner_agreement(drafts())),
    "couple_scores": (UnvalidatedInstrumentWarning, lambda: couple_scores(drafts())),
    "couple_report": (
        UnvalidatedInstrumentWarning,
        lambda: couple_report(drafts(), scales=["trust"], invariance=False),
    ),
    "apim": (UnvalidatedInstrumentWarning, lambda: apim(drafts(), "commitment", "trust")),
    "common_fate": (UnvalidatedInstrumentWarning, lambda: common_fate(drafts(), "commitment", "trust")),
    "reliable_difference": (UnvalidatedInstrumentWarning, lambda: reliable_difference(drafts(), "trust")),
    "encode": (AnotherRangeWarning, lambda: encode(FORM, narrow())),
    "Dyads.from_wide": (
        AnotherRangeWarning,
        lambda: Dyads.from_wide(
            FORM,
            pd.concat([narrow("q{n}_a"), narrow("q{n}_b", 2)], axis=1),
            columns={"a": "q{n}_a", "b": "q{n}_b"},
        ),
    ),
    "item_analysis": (KeyingWarning, lambda: item_analysis(miskeyed())),
    "reliability_report": (KeyingWarning, lambda: reliability_report(miskeyed().instrument, miskeyed())),
    "load": (UnverifiedKeyWarning, lambda: load("dts")),
    "Dyads.couple_variable": (LikelyMissingCodeWarning, lambda: with_codes().couple_variable("years")),
    "clusters": (
        SingleClustersWarning,
        lambda: reliability_report("kmss", simulate("kmss", 60, rng=1).answers, clusters=list(range(60))),
    ),
}


@pytest.fixture(autouse=True)
def no_draft_was_named(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("intimacy_scales.scoring.drafts._warned", set())
    yield


@pytest.mark.parametrize("name", CALLS)
def test_the_warning_is_at_the_callers_line(name: str) -> None:
    category, call = CALLS[name]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert any(issubclass(warning.category, category) for warning in caught)
    assert {warning.filename for warning in caught} == {__file__}
    first = call.__code__.co_firstlineno
    assert all(first <= warning.lineno < first + 5 for warning in caught)


def test_a_call_through_the_standard_library_is_at_the_callers_line() -> None:
    with pytest.warns(UnvalidatedInstrumentWarning) as caught:
        list(map(partial(score, "scii-24"), [ANSWERS]))
    assert caught[0].filename == __file__
