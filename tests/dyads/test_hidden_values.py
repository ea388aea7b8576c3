"""``show_values=False`` at pairing: no later message about these couples has answers, ids or labels."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.dyads import Dyads, apim, couple_report, partner_agreement, perception, truth_and_bias
from intimacy_scales.errors import IntimacyScalesError
from intimacy_scales.messages import SHOW_VALUES
from tests.shared.instruments import PUBLISHED, form_of

SECRETS = ("SECRET", "666", "777")
FORM, OTHER = (
    form_of({"s": "q1 q2"}, low=0, high=4, evidence=PUBLISHED, id=name) for name in ("own", "other")
)


def rows(n: int = 6, ids: str = "p", couples: str = "c", times: tuple[str, ...] = ("x",)) -> pd.DataFrame:
    table = [
        {
            "couple": f"SECRET{couples}{couple}", "person": f"SECRET{ids}{couple}{place}",
            "role": "fm"[place], "time": f"SECRET{time}", "x": 1.0 * couple,
            "q1": (couple + place) % 5, "q2": (couple * place) % 5,
        }
        for couple in range(n) for place in (0, 1) for time in times
    ]  # fmt: skip
    return pd.DataFrame(table)


def read(table: pd.DataFrame, **options: Any) -> Dyads:
    return Dyads.from_long(FORM, table, couple="couple", person="person", **options)


def judged(table: pd.DataFrame, **options: Any) -> Dyads:
    """Return couples who judged each other."""
    return Dyads.from_long(OTHER, table, couple="couple", person="person", **options)


def with_x(*values: Any) -> pd.DataFrame:
    table = rows()
    return table.assign(x=[*values, *table["x"].tolist()[len(values) :]])


CALLS: dict[str, Callable[..., Any]] = {
    "a kept text": lambda **o: read(with_x("SECRET"), keep=["x"], **o).variable("x"),
    "an infinite number": lambda **o: read(with_x(np.inf), keep=["x"], **o).variable("x"),
    "a code": lambda **o: read(with_x(666.0, 777.0), keep=["x"], **o).variable("x"),
    "a text as a predictor": lambda **o: apim(read(with_x("SECRET"), keep=["x"], **o), "s", "x"),
    "a covariate": lambda **o: read(with_x("SECRET"), keep=["x"], **o).couple_variable("x"),
    "a composition": lambda **o: read(
        rows().replace({"role": {"f": "SECRETf"}}), role="role", mixed=True, **o
    ).of_composition("q"),
    "several occasions": lambda **o: partner_agreement(read(rows(times=("x", "y")), time="time", **o)),
    "a report of several occasions": lambda **o: couple_report(
        read(rows(times=("x", "y")), time="time", **o)
    ),
    "an occasion": lambda **o: read(rows(times=("x", "y")), time="time", **o).at("z"),
    "couples left out": lambda **o: perception(read(rows(), **o), judged(rows()[2:], **o)),
    "other couples": lambda **o: perception(read(rows(), **o), judged(rows(couples="d"), **o)),
    "other persons": lambda **o: truth_and_bias(read(rows(), **o), judged(rows(ids="q"), **o), "s"),
    "other occasions": lambda **o: perception(
        read(rows(times=("x",)), time="time", **o), judged(rows(times=("y",)), time="time", **o)
    ),
}


def message(call: Callable[..., Any], **options: Any) -> str:
    """Return all that a call says: its error, its warnings, or what its result shows."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = call(**options)
        except IntimacyScalesError as error:
            text = str(error)
        else:
            text = "" if isinstance(result, np.ndarray) else f"{result!r} {result.to_dict()['left_out']}"
    return text + " ".join(str(one.message) for one in caught)


@pytest.mark.parametrize("what", list(CALLS))
def test_messages_of_couples_have_no_values(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, hidden = message(CALLS[what]), message(CALLS[what], show_values=False)
    assert shown and hidden
    assert not [secret for secret in SECRETS if secret in hidden], hidden
    if what != "an infinite number":
        assert [secret for secret in SECRETS if secret in shown], shown
    monkeypatch.setenv(SHOW_VALUES, "0")
    assert not [secret for secret in SECRETS if secret in message(CALLS[what])]
    assert [s for s in SECRETS if s in message(CALLS[what], show_values=True)] or "infinite" in what


def test_subsets_of_couples_hide_values_too() -> None:
    dyads = read(rows(times=("x", "y")), time="time", role="role", show_values=False)
    for subset in (dyads.chosen(np.arange(4)), dyads.at("SECRETx")):
        assert subset.show_values is False


def test_occasions_are_all_listed_where_there_are_few() -> None:
    few, many = (read(rows(2, times=tuple("abcdefg"[:n])), time="time") for n in (5, 7))
    with pytest.raises(IntimacyScalesError, match=r"on 5 occasions \('SECRETa', .*, 'SECRETe'\), and this"):
        few.one_occasion()
    with pytest.raises(IntimacyScalesError, match=r"on 7 occasions \('SECRETa', .*, 'SECRETe' …\), and this"):
        many.one_occasion()
