"""The instruments that the reference data were answered with, and their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales import CodedResponses, Instrument, MissingRule, Scores, encode, item_moments, score
from intimacy_scales.scoring.summary import ScaleSummary, ScoreSummary

ALL, ANY, HALF = MissingRule(proportion=1), MissingRule(count=1), MissingRule(proportion="1/2")


def form_of(scales: Mapping[str, Sequence[str]], low: float, high: float) -> Instrument:
    """Return an instrument whose items share a range; each scale is a mean, and once more a sum."""
    items = list(dict.fromkeys(key.removeprefix("-") for keys in scales.values() for key in keys))
    return _form(
        [{"id": item} for item in items], scales, {"response_scale": {"minimum": low, "maximum": high}}
    )


def form_of_ranges(ranges: Mapping[str, tuple[int, int]]) -> Instrument:
    """Return an instrument with one scale, ``all``, of items that differ in range."""
    items = [
        {"id": item, "response_scale": {"minimum": low, "maximum": high}}
        for item, (low, high) in ranges.items()
    ]
    return _form(items, {"all": list(ranges)}, {})


def _form(items: list[Any], scales: Mapping[str, Sequence[str]], more: dict[str, Any]) -> Instrument:
    means = [{"id": name, "items": list(keys)} for name, keys in scales.items()]
    sums = [
        {"id": f"{name}_sum", "items": list(keys), "method": "sum", "missing": {"proportion": 1}}
        for name, keys in scales.items()
    ]
    return Instrument.model_validate(
        {
            "id": "reference",
            "version": "1",
            "title": "Items of a reference data set",
            "evidence": {"status": "published"},
            "items": items,
            "scales": means + sums,
            **more,
        }
    )


def table_of(folder: Path, name: str) -> pd.DataFrame:
    """Return the data that R's values were computed from."""
    return pd.read_csv(folder / f"{name}.csv")


def reversed_items(table: pd.DataFrame, keys: Sequence[str], low: float, high: float) -> pd.DataFrame:
    """Return a table in which items keyed with a minus are reversed."""
    changed = table.copy()
    for item in (key[1:] for key in keys if key.startswith("-")):
        changed[item] = low + high - changed[item]
    return changed


def stacked_partners(couples: pd.DataFrame, stem: str, n_items: int) -> pd.DataFrame:
    """Return the rows of both partners, one under the other."""
    partners = [couples[[f"{stem}.{p}_{n}" for n in range(1, n_items + 1)]] for p in (1, 2)]
    names = [f"{stem}{n}" for n in range(1, n_items + 1)]
    return pd.concat([p.set_axis(names, axis=1) for p in partners], ignore_index=True)


class Answers:
    """A table of answers to an instrument, with its moments, and scores under the rules asked for."""

    def __init__(self, form: Instrument, table: pd.DataFrame) -> None:
        self.form, self.table = form, table
        self.moments = item_moments(form, table)
        self._scores: dict[MissingRule, tuple[Scores, ScoreSummary]] = {}

    @cached_property
    def coded(self) -> CodedResponses:
        """The answers of each person, checked."""
        others = [name for name in self.table.columns if name not in self.form.item_ids]
        return encode(self.form, self.table, keep=others)

    def _scored(self, rule: MissingRule) -> tuple[Scores, ScoreSummary]:
        if rule not in self._scores:
            scores = score(self.form.with_missing_rule(rule), self.table)
            self._scores[rule] = scores, scores.summary()
        return self._scores[rule]

    def scores(self, scale: str, rule: MissingRule = ALL) -> np.ndarray[Any, Any]:
        """Return the scores of a scale under a missing rule (n_persons,), nan where it is missing."""
        return np.asarray(self._scored(rule)[0][scale], dtype=np.float64)

    def summary(self, scale: str, rule: MissingRule) -> ScaleSummary:
        """Return how many scores there are, their mean and sd."""
        return self._scored(rule)[1].scales[self.form.scale_ids.index(scale)]

    @property
    def same_range(self) -> bool:
        """Whether all items share a range."""
        return len({item.response_scale for item in self.form.items}) == 1
