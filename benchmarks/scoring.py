"""Speed of scoring against the idioms that people write by hand, in the same run.

Run from the root of a checkout: python -m benchmarks.scoring [--size smallest|full]

The peers do not check anything; ours checks every cell.
"""

from __future__ import annotations

import argparse
import json
import random
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from benchmarks.paired import HEADER, line, paired
from intimacy_scales import Instrument, encode, load, score, score_many, simulate

SIZES = {"smallest": 20_000, "full": 1_000_000}


def six_means() -> Instrument:
    """Return the full form with its six scales: means of eight items, scored when half are answered."""
    form = load("scii-48")
    return form.model_copy(update={"scales": form.scales[:6]})


def pandas_idiom(form: Instrument, answers: pd.DataFrame) -> Callable[[], pd.DataFrame]:
    """Take each scale's columns, reverse some of them, and take the mean where half are there."""

    def run() -> pd.DataFrame:
        scores = {}
        for scale in form.scales:
            part = answers[[key.item for key in scale.keys]]
            minus = [key.item for key in scale.keys if key.reverse]
            part[minus] = 8 - part[minus]
            scores[scale.id] = part.mean(axis=1).where(part.count(axis=1) >= scale.required)
        return pd.DataFrame(scores)

    return run


def polars_idiom(form: Instrument, answers: pl.DataFrame) -> Callable[[], pl.DataFrame]:
    """One expression for each scale, evaluated together (polars uses all cores)."""

    def run() -> pl.DataFrame:
        means = []
        for scale in form.scales:
            keyed = [8 - pl.col(key.item) if key.reverse else pl.col(key.item) for key in scale.keys]
            n = pl.sum_horizontal(pl.col(key.item).is_not_null() for key in scale.keys)
            means.append(pl.when(n >= scale.required).then(pl.mean_horizontal(keyed)).alias(scale.id))
        return answers.select(means)

    return run


def by_hand(form: Instrument) -> Callable[[dict[str, Any]], dict[str, float | None]]:
    """Score one person in plain Python without any check, as an app's own code would."""
    keys = {s.id: [(k.item, k.reverse) for k in s.keys] for s in form.scales if s.items}

    def run(answers: dict[str, Any]) -> dict[str, float | None]:
        scores: dict[str, float | None] = {}
        for scale, items in keys.items():
            total = n = 0
            for item, reverse in items:
                value = answers.get(item)
                if value is not None:
                    total += 8 - value if reverse else value
                    n += 1
            scores[scale] = total / n if 2 * n >= len(items) else None
        values = list(scores.values())
        scores["total"] = None if None in values else sum(values) / len(values)
        return scores

    return run


def check_equal(ours: Any, theirs: Any) -> None:
    """Refuse to compare the speed of two ways that do not agree."""
    np.testing.assert_allclose(np.asarray(ours, float), np.asarray(theirs, float), atol=1e-12, equal_nan=True)


def print_pandas(
    form: Instrument, answers: pd.DataFrame, what: str, bar: float, repetitions: int, *, judged: bool
) -> None:
    """Print the line of a pandas frame."""
    idiom = pandas_idiom(form, answers)
    check_equal(score(form, answers).to_frame(), idiom())
    pair = paired(lambda: score(form, answers), idiom, repetitions=repetitions)
    job = f"pandas float64, {what}, checked and scored"
    print(line(job, "pandas idiom, unchecked", pair, bar, judged=judged), flush=True)


def print_persons(repetitions: int, *, calls: int, judged: bool) -> None:
    """Print the lines of one person's answers, and of a thousand persons', in CPU time."""
    form = load("scii-48")
    chooser = random.Random(1)
    sheets = [{item: chooser.randint(1, 7) for item in form.item_ids} for _ in range(1_000)]
    person, hand = sheets[0], by_hand(form)
    skipped = {**person, form.item_ids[0]: None}
    if any(hand(sheet) != score(form, sheet).scores for sheet in sheets):
        raise AssertionError("the two ways of scoring one person disagree")

    def compare(
        job: str, peer: str, ours: Callable[[], Any], theirs: Callable[[], Any], bar: float, n: int
    ) -> None:
        pair = paired(ours, theirs, repetitions=repetitions, calls=n, clock=time.process_time)
        print(line(job, peer, pair, bar, judged=judged), flush=True)

    compare(
        "one mapping of 48 answers, checked", "loop by hand, unchecked",
        lambda: score(form, person), lambda: hand(person), 2, calls,
    )  # fmt: skip
    compare(
        "the same with one item skipped", "loop by hand, unchecked",
        lambda: score(form, skipped), lambda: hand(skipped), 2.5, calls,
    )  # fmt: skip
    compare(
        "the whole one, as JSON", "loop by hand, and json.dumps of its scores",
        lambda: score(form, person).to_json(), lambda: json.dumps(hand(person)), 2, calls,
    )  # fmt: skip
    compare(
        "1,000 other mappings, one by one as JSON", "loop by hand, and json.dumps of its scores",
        lambda: [score(form, sheet).to_json() for sheet in sheets],
        lambda: [json.dumps(hand(sheet)) for sheet in sheets], 2, calls // 1_000 or 1,
    )  # fmt: skip
    compare(
        "1,000 mappings, an outcome for each", "loop by hand, unchecked",
        lambda: score_many(form, sheets), lambda: [hand(sheet) for sheet in sheets], 1.8, calls // 1_000 or 1,
    )  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    size = parser.parse_args().size
    n, repetitions = SIZES[size], 9 if size == "full" else 3
    judged = size == "full"
    warnings.simplefilter("ignore")
    form = six_means()
    answers = simulate(form, n, missing=0.03, rng=1).answers
    small = pl.from_pandas(answers).with_columns(pl.all().fill_nan(None).cast(pl.Int8))
    print(f"{n:,} simulated persons x 48 items, 3 % missing, six means; medians of {repetitions} pairs\n")
    print(HEADER)

    by_row = pd.DataFrame(np.ascontiguousarray(answers.to_numpy()), columns=answers.columns, copy=False)
    by_column = pd.DataFrame(np.asfortranarray(answers.to_numpy()), columns=answers.columns, copy=False)
    for frame, what, bar in ((by_row, "row-major", 0.4), (by_column, "column-major", 0.25)):
        print_pandas(form, frame, what, bar, repetitions, judged=judged)

    polars = polars_idiom(form, small)
    check_equal(score(form, small).to_frame(), polars())
    pair = paired(lambda: score(form, small), polars, repetitions=repetitions)
    print(line("polars int8, checked and scored", "polars idiom, unchecked", pair, 0.3, judged=judged))

    codes = encode(form, answers)
    pair = paired(lambda: score(form, codes), lambda: codes.codes.copy(order="F"), repetitions=repetitions)
    print(line("from ready codes", "copying the codes once", pair, 6, judged=judged))

    print_persons(repetitions, calls=2_000 if size == "full" else 200, judged=judged)


if __name__ == "__main__":
    main()
