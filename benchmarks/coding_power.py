"""How often `check_coding` finds faults that were planted in simulated answers, and flags clean ones.

Run from the root of a checkout:
python -m benchmarks.coding_power [--size smallest|full] [--seed N]

Answers of 150 persons to 10 items (4 reverse-keyed unless said otherwise) follow a normal factor model with
loadings between .4 and .8, cut at thresholds that are jittered for each item and skewed in three of four
samples. The tables are those of docs/explanation/coding.md. The same seed makes the same tables on every run.
Each fault of the first table must be flagged in all samples, and at most 1 in 100 of each kind of clean
samples; otherwise the exit status is 1. The faults of the second table are harder to tell. The third one
gives smaller and larger samples, and weaker items. ``full`` takes about ten minutes of CPU time.

The last column is a bound: the share of samples in which the likelihood ratio of the planted fault, over
answers as printed, reaches the same odds for a test that knows the loadings, which fault was planted, and
where; only thresholds are estimated. It integrates the answers' likelihood over the factor. For the options
of one item in any order, this test does not know the item's own loading, the item or the order: an item
whose options are out of order would otherwise be told from one that measures something else.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.coding_bounds import odds_of_any_order, odds_of_missing, odds_of_order
from benchmarks.coding_samples import ITEMS, Codes, Floats, Model, Sample, form_of, on
from intimacy_scales import CodingCheck, Instrument, check_coding
from intimacy_scales.coding.certainty import SURELY

SIZES = {"smallest": (5, 5), "full": (200, 1000)}
QUALTRICS = np.array([1, 6, 2, 3, 4])
GAPPED = (0, 2, 7, 15, 30)


class Planted(NamedTuple):
    """Stored answers with a fault.

    Attributes
    ----------
    form, stored
        The instrument, and the answers as stored.
    is_named
        Tells whether a check names the fault.
    odds
        Computes the log10 likelihood ratio of the fault for one who knows the rest of the model; None where
        it is not computed.
    options
        The options that were chosen, from 0 (n, k); None where no recode gives them back.
    """

    form: Instrument
    stored: Floats
    is_named: Callable[[CodingCheck], bool]
    odds: Callable[[], float] | None = None
    options: Codes | None = None


def names(hypothesis: str, *items: int) -> Callable[[CodingCheck], bool]:
    """Return a test of whether a check names a fault, of all these items; of any without items."""
    ids = {f"q{item + 1}" for item in items}

    def is_named(check: CodingCheck) -> bool:
        named = {item for fault in check.faults if fault.hypothesis == hypothesis for item in fault.items}
        return bool(named) and ids <= named

    return is_named


def five_or_seven(rng: np.random.Generator, model: Model) -> Sample:
    """Return a sample on five or seven points."""
    return replace(model, n_options=int(rng.choice([5, 7]))).draw(rng)


def reversed_items(rng: np.random.Generator, model: Model, items: NDArray[Any]) -> Planted:
    """Return answers of which some items are stored in reverse."""
    sample = five_or_seven(rng, model)
    stored = sample.codes.copy()
    stored[:, items] = sample.n_options - 1 - stored[:, items]
    is_named = names("reversed already", *items.tolist())
    odds = partial(odds_of_order, sample, stored)
    return Planted(on(1, sample.n_options), stored + 1.0, is_named, odds, sample.codes)


def all_reversed(rng: np.random.Generator, model: Model) -> Planted:
    """Return answers with all reverse-keyed items reversed already."""
    return reversed_items(rng, model, np.arange(6, 10))


def some_reversed(rng: np.random.Generator, model: Model) -> Planted:
    """Return answers with two of the reverse-keyed items reversed already."""
    return reversed_items(rng, model, rng.choice([6, 7, 8, 9], 2, replace=False))


def one_reversed(rng: np.random.Generator, model: Model) -> Planted:
    """Return answers with one of the other items stored in reverse."""
    return reversed_items(rng, model, rng.choice(6, 1))


def from_0(rng: np.random.Generator, model: Model) -> Planted:
    """Return answers stored from 0 on a scale printed from 1."""
    sample = five_or_seven(rng, model)
    is_named = names("stored from 0", *range(ITEMS))
    return Planted(on(1, sample.n_options), sample.codes + 0.0, is_named, options=sample.codes)


def from_1(rng: np.random.Generator, model: Model) -> Planted:
    """Return answers stored from 1 on a scale printed from 0."""
    sample = model.draw(rng)
    is_named = names("stored from 1", *range(ITEMS))
    return Planted(on(0, 5), sample.codes + 1.0, is_named, options=sample.codes)


def position(rng: np.random.Generator, model: Model) -> Planted:
    """Return positions of options with uneven printed values."""
    sample = replace(model, reverse=0).draw(rng)
    form = form_of({"points": list(GAPPED)}, reverse=0)
    is_named = names("position for printed value", *range(ITEMS))
    return Planted(form, sample.codes + 1.0, is_named, options=sample.codes)


def qualtrics_all(rng: np.random.Generator, model: Model) -> Planted:
    """Return answers of which all items have recodes out of order."""
    codes = model.draw(rng).codes
    return Planted(on(1, 5), QUALTRICS[codes] + 0.0, names("recodes permuted", *range(ITEMS)), options=codes)


def added_option(rng: np.random.Generator, model: Model) -> Planted:
    """Return answers of which all items have the number 6 for one option, which may be any of the five."""
    codes = model.draw(rng).codes
    stored = np.insert(np.arange(1, 5), rng.integers(5), 6)[codes]
    return Planted(on(1, 5), stored + 0.0, names("recodes permuted", *range(ITEMS)), options=codes)


def qualtrics_one(rng: np.random.Generator, model: Model) -> Planted:
    """Return answers of which one item has recodes out of order."""
    sample, item = model.draw(rng), int(rng.integers(ITEMS))
    stored = sample.codes + 1.0
    stored[:, item] = QUALTRICS[sample.codes[:, item]]

    def is_named(check: CodingCheck) -> bool:
        return any(fault.items == (f"q{item + 1}",) for fault in check.faults)

    return Planted(on(1, 5), stored, is_named, options=sample.codes)


def permuted(items: NDArray[Any], order: NDArray[np.intp], sample: Sample) -> Planted:
    """Return answers of which some items have their options in another order."""
    stored = sample.codes.copy()
    stored[:, items] = order[stored[:, items]]
    ids = {f"q{item + 1}" for item in items.tolist()}

    def is_named(check: CodingCheck) -> bool:
        named = {item for fault in check.faults for item in fault.items}
        return ids <= named

    odds = partial(odds_of_order, sample, stored)
    return Planted(on(1, sample.n_options), stored + 1.0, is_named, odds, sample.codes)


def any_order(rng: np.random.Generator, k: int) -> NDArray[np.intp]:
    """Return a random order of options, of which neither end is within one swap of the printed order."""
    while True:
        order = rng.permutation(k)
        if all(np.count_nonzero(one != np.arange(k)) > 2 for one in (order, order[::-1])):
            return order


def permuted_all(rng: np.random.Generator, model: Model) -> Planted:
    """Return answers of which all items have their options in another order."""
    sample = five_or_seven(rng, model)
    return permuted(np.arange(ITEMS), any_order(rng, sample.n_options), sample)


def permuted_one(rng: np.random.Generator, model: Model) -> Planted:
    """Return answers of which one item has its options in another order."""
    sample = five_or_seven(rng, model)
    items = rng.choice(ITEMS, 1)
    planted = permuted(items, any_order(rng, sample.n_options), sample)
    stored = planted.stored.astype(np.int64) - 1
    return planted._replace(odds=partial(odds_of_any_order, sample, stored, int(items[0])))


def swapped_all(rng: np.random.Generator, model: Model) -> Planted:
    """Return answers with two neighbouring options swapped in all items."""
    sample = five_or_seven(rng, model)
    order, at = np.arange(sample.n_options), int(rng.integers(sample.n_options - 1))
    order[[at, at + 1]] = order[[at + 1, at]]
    return permuted(np.arange(ITEMS), order, sample)


def missing_code(
    rng: np.random.Generator, model: Model, n_options: int, low: int, code: int, name: str
) -> Planted:
    """Return answers of which 5 to 10 % are a code for no answer."""
    sample = replace(model, n_options=n_options).draw(rng)
    share = float(rng.uniform(0.05, 0.1))
    stored = sample.codes + low
    stored[rng.random(stored.shape) < share] = code
    odds = None
    if name == "missing code inside the range":
        odds = partial(odds_of_missing, stored, sample.loadings, n_options, code, share)
    return Planted(on(low, n_options), stored + 0.0, names(name), odds)


def inside_0_10(rng: np.random.Generator, model: Model) -> Planted:
    """Return answers on 0 to 10 with the missing code 9."""
    return missing_code(rng, model, 11, 0, 9, "missing code inside the range")


def inside_0_100(rng: np.random.Generator, model: Model) -> Planted:
    """Return answers on 0 to 100 with the missing code 99."""
    return missing_code(rng, model, 101, 0, 99, "missing code inside the range")


def outside(rng: np.random.Generator, model: Model) -> Planted:
    """Return answers on five or seven points with a missing code beyond them."""
    k = int(rng.choice([5, 7]))
    return missing_code(
        rng, model, k, 1, int(rng.choice([9, 99, -99, k + 1])), "missing code outside the range"
    )


def another(
    rng: np.random.Generator, model: Model, *, given: tuple[int, int], declared: tuple[int, int]
) -> Planted:
    """Return answers given on another range: (lowest, number of options) given, and declared."""
    sample = replace(model, n_options=given[1]).draw(rng)
    stored = sample.codes + float(given[0])
    return Planted(on(*declared), stored, names("another scale's answers", *range(ITEMS)))


Kind = Callable[[np.random.Generator, Model], Planted]
KINDS: dict[str, Kind] = {
    "all 4 reverse-keyed items reversed already": all_reversed,
    "2 of 4 reverse-keyed items reversed already": some_reversed,
    "1 of 6 other items stored in reverse": one_reversed,
    "stored from 0, printed from 1": from_0,
    "stored from 1, printed from 0": from_1,
    "position for printed value (0, 2, 7, 15, 30)": position,
    "recodes 1, 6, 2, 3, 4, all items": qualtrics_all,
    "recodes 1, 6, 2, 3, 4, one item": qualtrics_one,
    "number 6 for any option, all items": added_option,
    "options in any order, all items": permuted_all,
    "missing code 99 on 0 to 100": inside_0_100,
    "missing code outside the range": outside,
    "answers on 1 to 7, declared 1 to 5": partial(another, given=(1, 7), declared=(1, 5)),
    "answers on 0 to 10, declared 1 to 5": partial(another, given=(0, 11), declared=(1, 5)),
    "answers on 1 to 5, declared 1 to 7": partial(another, given=(1, 5), declared=(1, 7)),
}
HARDER: dict[str, Kind] = {
    "two neighbouring options swapped, all items": swapped_all,
    "missing code 9 on 0 to 10": inside_0_10,
    "options in any order, one item": permuted_one,
}
SETTINGS = {
    "n = 50": Model(persons=50),
    "n = 100": Model(persons=100),
    "n = 150": Model(),
    "n = 300": Model(persons=300),
    "loadings .3": Model(loading=0.3),
    "loadings .5": Model(loading=0.5),
}
CLEAN: dict[str, tuple[Model, int]] = {
    "5 points": (Model(), 1),
    "7 points": (Model(n_options=7), 1),
    "0 to 10": (Model(n_options=11), 0),
    "0 to 100": (Model(n_options=101), 0),
    "3 points": (Model(n_options=3), 1),
    "no reverse keys": (Model(n_options=7, reverse=0), 1),
    "half of the items reverse-keyed": (Model(reverse=5), 1),
    "loadings .3": (Model(loading=0.3), 1),
    "loadings .3, 7 points": (Model(n_options=7, loading=0.3), 1),
    "loadings .3, 3 points": (Model(n_options=3, loading=0.3), 1),
    "correlated errors (.4 in pairs)": (Model(correlated_errors=0.4), 1),
    "correlated errors, loadings .3": (Model(correlated_errors=0.4, loading=0.3), 1),
    "acquiescence .4": (Model(acquiescence=0.4), 1),
    "acquiescence .3, loadings .4": (Model(acquiescence=0.3, loading=0.4), 1),
    "two unrelated factors": (Model(factors=2), 1),
    "acquiescence .3, loadings .3": (Model(acquiescence=0.3, loading=0.3), 1),
}


def checked(form: Instrument, stored: Floats) -> CodingCheck:
    """Return the check of stored answers."""
    return check_coding(form, stored, columns=list(form.item_ids))


def generator(seed: int, name: str) -> np.random.Generator:
    """Return a generator of its own for each row of a table."""
    return np.random.default_rng([seed, *name.encode()])


def misread(planted: Planted, check: CodingCheck) -> bool:
    """Tell whether the recode that a check gives reads stored answers as other options than were chosen.

    Items that are to be looked up are left out. Options of all items in an order, or in the same one from the
    other end, cannot be told apart.
    """
    recode, scale = check.recode, planted.form.items[0].response_scale
    if planted.options is None or not recode:
        return False
    told = [n for n, item in enumerate(planted.form.item_ids) if not check[item].look_up]
    by_item = [recode.get(planted.form.item_ids[n], recode) for n in told]
    columns = zip(by_item, planted.stored.T[told].tolist(), strict=True)
    read = np.array([[one.get(value, value) for value in column] for one, column in columns])
    printed, chosen = np.array(scale.values), planted.options.T[told]
    return not any(np.array_equal(read, values[chosen]) for values in (printed, printed[::-1]))


def power(kind: str, times: int, seed: int) -> dict[str, int | None]:
    """Return in how many samples something was flagged, the fault was named, and so on, by column."""
    rng, n, best = generator(seed, kind), dict.fromkeys(("flagged", "named", "wrong recode"), 0), []
    for _ in range(times):
        planted = (KINDS | HARDER)[kind](rng, Model())
        check = checked(planted.form, planted.stored)
        n["flagged"] += bool(check.faults)
        n["named"] += planted.is_named(check)
        n["wrong recode"] += misread(planted, check)
        best.append(None if planted.odds is None else planted.odds())
        some = planted.options is not None
    bound = None if None in best else sum(odds >= SURELY for odds in best if odds is not None)
    return n | {"best test": bound} | ({} if some else {"wrong recode": None})


def flagged_in(model: Model, kind: str, times: int, seed: int) -> int:
    """Return in how many samples of other sizes or loadings something is flagged."""
    rng = generator(seed, kind)
    planted = ((KINDS | HARDER)[kind](rng, model) for _ in range(times))
    return sum(bool(checked(one.form, one.stored).faults) for one in planted)


def false_alarms(kind: str, times: int, seed: int) -> int:
    """Return in how many clean samples something is flagged, surely or probably."""
    rng = generator(seed, kind)
    model, low = CLEAN[kind]
    form = on(low, model.n_options, model.reverse)
    return sum(bool(checked(form, model.draw(rng).codes + float(low)).faults) for _ in range(times))


def main() -> int:
    """Print the tables; 1 if a fault of the first one was missed, or too many clean samples were flagged."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=list(SIZES), default="smallest")
    parser.add_argument("--seed", type=int, default=2026)
    given = parser.parse_args()
    faulty, clean = SIZES[given.size]
    begin, missed = time.process_time(), []
    for kinds in (KINDS, HARDER):
        print(f"| planted fault ({faulty} samples each) | flagged | named | wrong recode | best test |")
        print("|---|---|---|---|---|")
        for kind in kinds:
            counts = power(kind, faulty, given.seed)
            if kinds is KINDS and counts["flagged"] != faulty:
                missed.append(kind)
            figures = ["" if n is None else str(n) for n in counts.values()]
            print(f"| {kind} | {' | '.join(figures)} |", flush=True)
        print()
    print(f"| flagged, of {faulty} samples | {' | '.join(SETTINGS)} |\n|---|{'---|' * len(SETTINGS)}")
    for kind in KINDS | HARDER:
        numbers = [str(flagged_in(model, kind, faulty, given.seed)) for model in SETTINGS.values()]
        print(f"| {kind} | {' | '.join(numbers)} |", flush=True)
    print(f"\n| clean answers ({clean} samples each) | flagged |\n|---|---|")
    for kind in CLEAN:
        alarms = false_alarms(kind, clean, given.seed)
        if alarms > max(0.01 * clean, 1):
            missed.append(kind)
        print(f"| {kind} | {alarms} |", flush=True)
    print(f"\nseed {given.seed}, {time.process_time() - begin:.0f} s of CPU time")
    print(f"missed: {', '.join(missed)}" if missed else "no fault of the first table was missed")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
