"""How often `check_coding` finds faults that were planted in simulated answers, and flags clean ones.

Run from the root of a checkout:
python -m benchmarks.coding_power [--size smallest|full] [--seed N]

Answers of 150 persons to 10 items (4 reverse-keyed unless said otherwise) follow a normal factor model with
loadings between .4 and .8, cut at thresholds that are jittered for each item and skewed in three of four
samples. Nothing is judged: the tables are those of docs/explanation/coding.md. The same seed makes the same
tables on every run. ``full`` takes about five minutes of CPU time.

The last column is a bound: the share of samples in which the likelihood ratio of the planted fault, over
answers as printed, reaches the same odds for a test that knows the loadings, which fault was planted, and
where; only thresholds are estimated. It integrates the answers' likelihood over the factor. For the options
of one item in any order, this test does not know the item's own loading, the item or the order: an item
whose options are out of order would otherwise be told from one that measures something else.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr, ndtri

from intimacy_scales import CodingCheck, Instrument, check_coding
from intimacy_scales.coding.certainty import SURELY

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]

N, ITEMS, REVERSE = 150, 10, 4
LOADINGS = np.linspace(0.04, 0.92, 12)  # of an item whose loading is not known
SKEWS = (0.0, 0.5, -0.5, 0.9)
SIZES = {"smallest": (5, 5), "full": (200, 1000)}
QUALTRICS = np.array([1, 6, 2, 3, 4])
GAPPED = (0, 2, 7, 15, 30)


class Sample(NamedTuple):
    """Simulated answers: options from 0 (n, k), and the loadings of the items in their stored direction."""

    codes: Codes
    loadings: Floats
    n_options: int


class Planted(NamedTuple):
    """Stored answers with a fault.

    Attributes
    ----------
    form, stored
        The instrument, and the answers as stored.
    is_named
        Tells whether a check names the fault.
    odds
        log10 likelihood ratio of the fault for one who knows the rest of the model; None where not computed.
    """

    form: Instrument
    stored: Floats
    is_named: Callable[[CodingCheck], bool]
    odds: float | None = None


def form_of(scale: dict[str, Any], reverse: int = REVERSE) -> Instrument:
    """Return an instrument of ten items, the last of which are reverse-keyed."""
    ids = [f"q{n + 1}" for n in range(ITEMS)]
    keys = [("-" if n >= ITEMS - reverse else "") + item for n, item in enumerate(ids)]
    return Instrument.model_validate(
        {
            "id": "ten",
            "version": "1",
            "title": "Ten items",
            "response_scale": scale,
            "items": [{"id": item} for item in ids],
            "scales": [{"id": "total", "items": keys}],
        }
    )


def on(low: int, n_options: int, reverse: int = REVERSE) -> Instrument:
    """Return the instrument with options from ``low`` on."""
    return form_of({"minimum": low, "maximum": low + n_options - 1}, reverse)


@dataclass(frozen=True)
class Model:
    """How answers are simulated: see the module."""

    n_options: int = 5
    loading: float | None = None
    reverse: int = REVERSE
    factors: int = 1
    acquiescence: float = 0.0
    correlated_errors: float = 0.0

    def draw(self, rng: np.random.Generator) -> Sample:
        """Return one sample."""
        k, n = self.n_options, ITEMS
        size = rng.uniform(0.4, 0.8, n) if self.loading is None else np.full(n, self.loading)
        factors, errors = rng.normal(size=(N, self.factors)), rng.normal(size=(N, n))
        shared = rng.normal(size=(N, n // 2)).repeat(2, axis=1)
        r = self.correlated_errors
        errors = np.sqrt(1 - r) * errors + np.sqrt(r) * shared
        latent = size * factors[:, np.arange(n) % self.factors] + np.sqrt(1 - size**2) * errors
        signs = np.where(np.arange(n) >= n - self.reverse, -1, 1)
        latent += signs * self.acquiescence * rng.normal(size=(N, 1))
        outermost, skew = 1.5 if k < 9 else 1.8, SKEWS[rng.integers(len(SKEWS))]
        codes = np.empty((N, n), dtype=np.int64)
        for item in range(n):
            cuts = np.sort(np.linspace(-outermost, outermost, k - 1) - skew + rng.normal(0, 0.3))
            keyed = np.searchsorted(cuts, latent[:, item])
            codes[:, item] = keyed if signs[item] > 0 else k - 1 - keyed
        return Sample(codes, size * signs, k)


# --- the best test


def option_shares(counts: NDArray[Any], loading: float, nodes: Floats) -> Floats:
    """Return the share of each option at each value of the factor: (…, nodes, options)."""
    shares = (counts + 1e-9) / (counts + 1e-9).sum(axis=-1, keepdims=True)
    cuts = ndtri(np.clip(np.cumsum(shares, axis=-1), 0, 1))
    below = ndtr((cuts[..., None, :] - loading * nodes[:, None]) / np.sqrt(1 - loading**2))
    below[..., -1] = 1.0
    return np.diff(below, axis=-1, prepend=0.0)


def log_likelihood(codes: Codes, loadings: Floats, counts: Floats, missing: Floats | None = None) -> float:
    """Return the log likelihood of answers under the normal factor model, integrated over the factor.

    Parameters
    ----------
    codes
        (n, k) options from 0.
    loadings
        (k,).
    counts
        (k, options): counts from which thresholds follow.
    missing
        (k, options): share of answers that are a code for no answer, which is stored as that option.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    total = np.zeros((len(codes), len(nodes)))
    for item, loading in enumerate(loadings):
        options = option_shares(counts[item], loading, nodes)
        if missing is not None:
            options = options * (1 - missing[item].sum()) + missing[item]
        total += np.log(np.maximum(options, 1e-12)).T[codes[:, item]]
    return float(np.log(np.exp(total) @ (weights / weights.sum())).sum())


def counts_of(codes: Codes, n_options: int) -> Floats:
    """Return how often each option was given (k, options)."""
    return np.array([np.bincount(column, minlength=n_options) for column in codes.T], dtype=np.float64)


def odds_of_order(sample: Sample, stored: Codes) -> float:
    """Return log10 of the likelihood of the answers as given over that of the answers as stored."""
    k = sample.n_options
    pair = [log_likelihood(x, sample.loadings, counts_of(x, k)) for x in (sample.codes, stored)]
    return (pair[0] - pair[1]) / np.log(10)


def odds_of_any_order(sample: Sample, stored: Codes, item: int) -> float:
    """Return log10 odds of another order of an item's options, for one who knows the other loadings.

    The item's own loading is anywhere from 0 to 1, under each order; one in ten items is the one, and all
    orders are alike before the answers are seen.
    """
    k, sign = sample.n_options, np.sign(sample.loadings[item])
    others = [column for column in range(ITEMS) if column != item]
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    factor = np.log(weights)[None, :].repeat(len(stored), axis=0)
    for column in others:
        counts = np.bincount(stored[:, column], minlength=k)[None]
        shares = option_shares(counts, sample.loadings[column], nodes)[0]
        factor += np.log(np.maximum(shares, 1e-12)).T[stored[:, column]]
    factor = np.exp(factor - factor.max(axis=1, keepdims=True))
    factor /= factor.sum(axis=1, keepdims=True)  # of each person, by the other items
    persons = [factor[stored[:, item] == option].T for option in range(k)]
    orders = np.array(list(permutations(range(k))))  # the first is the printed one
    counts = np.bincount(stored[:, item], minlength=k)
    logs = np.zeros((len(LOADINGS), len(orders)))
    for at, loading in enumerate(LOADINGS):
        for part in np.array_split(np.arange(len(orders)), 1 + len(orders) // 1000):
            shares = option_shares(counts[orders[part]], sign * loading, nodes)
            of_value = np.take_along_axis(shares, np.argsort(orders[part], axis=1)[:, None, :], axis=2)
            for option, those in enumerate(persons):
                logs[at, part] += np.log(np.maximum(of_value[:, :, option] @ those, 1e-12)).sum(axis=1)
    by_order = logsumexp(logs, axis=0)
    mean = logsumexp(by_order[1:]) - np.log(len(orders) - 1)
    return float((mean - by_order[0]) / np.log(10) - np.log10(ITEMS))


def odds_of_missing(stored: Codes, loadings: Floats, n_options: int, code: int, share: float) -> float:
    """Return log10 of the likelihood of a missing code over that of answers like others."""
    counts = counts_of(stored, n_options)
    answered, missing = counts.copy(), np.zeros_like(counts)
    answered[:, code] = np.maximum(answered[:, code] - share * len(stored), 0.5)
    missing[:, code] = share
    with_code = log_likelihood(stored, loadings, answered, missing)
    return (with_code - log_likelihood(stored, loadings, counts)) / np.log(10)


# --- kinds of fault


def names(hypothesis: str, *items: int) -> Callable[[CodingCheck], bool]:
    """Return a test of whether a check names a fault, of all these items; of any without items."""
    ids = {f"q{item + 1}" for item in items}

    def is_named(check: CodingCheck) -> bool:
        named = {item for fault in check.faults if fault.hypothesis == hypothesis for item in fault.items}
        return bool(named) and ids <= named

    return is_named


def five_or_seven(rng: np.random.Generator) -> Sample:
    """Return a sample on five or seven points."""
    return Model(n_options=int(rng.choice([5, 7]))).draw(rng)


def reversed_items(rng: np.random.Generator, items: NDArray[Any]) -> Planted:
    """Return answers of which some items are stored in reverse."""
    sample = five_or_seven(rng)
    stored = sample.codes.copy()
    stored[:, items] = sample.n_options - 1 - stored[:, items]
    is_named = names("reversed already", *items.tolist())
    return Planted(on(1, sample.n_options), stored + 1.0, is_named, odds_of_order(sample, stored))


def all_reversed(rng: np.random.Generator) -> Planted:
    """Return answers with all reverse-keyed items reversed already."""
    return reversed_items(rng, np.arange(6, 10))


def some_reversed(rng: np.random.Generator) -> Planted:
    """Return answers with two of the reverse-keyed items reversed already."""
    return reversed_items(rng, rng.choice([6, 7, 8, 9], 2, replace=False))


def one_reversed(rng: np.random.Generator) -> Planted:
    """Return answers with one of the other items stored in reverse."""
    return reversed_items(rng, rng.choice(6, 1))


def from_0(rng: np.random.Generator) -> Planted:
    """Return answers stored from 0 on a scale printed from 1."""
    sample = five_or_seven(rng)
    return Planted(on(1, sample.n_options), sample.codes + 0.0, names("stored from 0", *range(ITEMS)))


def from_1(rng: np.random.Generator) -> Planted:
    """Return answers stored from 1 on a scale printed from 0."""
    sample = Model().draw(rng)
    return Planted(on(0, 5), sample.codes + 1.0, names("stored from 1", *range(ITEMS)))


def position(rng: np.random.Generator) -> Planted:
    """Return positions of options with uneven printed values."""
    sample = Model(reverse=0).draw(rng)
    form = form_of({"points": list(GAPPED)}, reverse=0)
    return Planted(form, sample.codes + 1.0, names("position for printed value", *range(ITEMS)))


def qualtrics_all(rng: np.random.Generator) -> Planted:
    """Return answers of which all items have recodes out of order."""
    stored = QUALTRICS[Model().draw(rng).codes]
    return Planted(on(1, 5), stored + 0.0, names("recodes permuted", *range(ITEMS)))


def qualtrics_one(rng: np.random.Generator) -> Planted:
    """Return answers of which one item has recodes out of order."""
    sample, item = Model().draw(rng), int(rng.integers(ITEMS))
    stored = sample.codes + 1.0
    stored[:, item] = QUALTRICS[sample.codes[:, item]]

    def is_named(check: CodingCheck) -> bool:
        return any(fault.items == (f"q{item + 1}",) for fault in check.faults)

    return Planted(on(1, 5), stored, is_named)


def permuted(items: NDArray[Any], order: NDArray[np.intp], sample: Sample) -> Planted:
    """Return answers of which some items have their options in another order."""
    stored = sample.codes.copy()
    stored[:, items] = order[stored[:, items]]
    ids = {f"q{item + 1}" for item in items.tolist()}

    def is_named(check: CodingCheck) -> bool:
        named = {item for fault in check.faults for item in fault.items}
        return ids <= named

    return Planted(on(1, sample.n_options), stored + 1.0, is_named, odds_of_order(sample, stored))


def any_order(rng: np.random.Generator, k: int) -> NDArray[np.intp]:
    """Return a random order of options, of which neither end is within one swap of the printed order."""
    while True:
        order = rng.permutation(k)
        if all(np.count_nonzero(one != np.arange(k)) > 2 for one in (order, order[::-1])):
            return order


def permuted_all(rng: np.random.Generator) -> Planted:
    """Return answers of which all items have their options in another order."""
    sample = five_or_seven(rng)
    return permuted(np.arange(ITEMS), any_order(rng, sample.n_options), sample)


def permuted_one(rng: np.random.Generator) -> Planted:
    """Return answers of which one item has its options in another order."""
    sample = five_or_seven(rng)
    items = rng.choice(ITEMS, 1)
    planted = permuted(items, any_order(rng, sample.n_options), sample)
    stored = planted.stored.astype(np.int64) - 1
    return planted._replace(odds=odds_of_any_order(sample, stored, int(items[0])))


def swapped_all(rng: np.random.Generator) -> Planted:
    """Return answers with two neighbouring options swapped in all items."""
    sample = five_or_seven(rng)
    order, at = np.arange(sample.n_options), int(rng.integers(sample.n_options - 1))
    order[[at, at + 1]] = order[[at + 1, at]]
    return permuted(np.arange(ITEMS), order, sample)


def missing_code(rng: np.random.Generator, n_options: int, low: int, code: int, name: str) -> Planted:
    """Return answers of which 5 to 10 % are a code for no answer."""
    sample = Model(n_options=n_options).draw(rng)
    share = float(rng.uniform(0.05, 0.1))
    stored = sample.codes + low
    stored[rng.random(stored.shape) < share] = code
    odds = None
    if name == "missing code inside the range":
        odds = odds_of_missing(stored, sample.loadings, n_options, code, share)
    return Planted(on(low, n_options), stored + 0.0, names(name), odds)


def inside_0_10(rng: np.random.Generator) -> Planted:
    """Return answers on 0 to 10 with the missing code 9."""
    return missing_code(rng, 11, 0, 9, "missing code inside the range")


def inside_0_100(rng: np.random.Generator) -> Planted:
    """Return answers on 0 to 100 with the missing code 99."""
    return missing_code(rng, 101, 0, 99, "missing code inside the range")


def outside(rng: np.random.Generator) -> Planted:
    """Return answers on five or seven points with a missing code beyond them."""
    k = int(rng.choice([5, 7]))
    return missing_code(rng, k, 1, int(rng.choice([9, 99, -99, k + 1])), "missing code outside the range")


def another(rng: np.random.Generator, given: tuple[int, int], declared: tuple[int, int]) -> Planted:
    """Return answers given on another range: (lowest, number of options) given, and declared."""
    sample = Model(n_options=given[1]).draw(rng)
    stored = sample.codes + float(given[0])
    return Planted(on(*declared), stored, names("another scale's answers", *range(ITEMS)))


KINDS: dict[str, Callable[[np.random.Generator], Planted]] = {
    "all 4 reverse-keyed items reversed already": all_reversed,
    "2 of 4 reverse-keyed items reversed already": some_reversed,
    "1 of 6 other items stored in reverse": one_reversed,
    "stored from 0, printed from 1": from_0,
    "stored from 1, printed from 0": from_1,
    "position for printed value (0, 2, 7, 15, 30)": position,
    "recodes 1, 6, 2, 3, 4, all items": qualtrics_all,
    "recodes 1, 6, 2, 3, 4, one item": qualtrics_one,
    "options in any order, all items": permuted_all,
    "two neighbouring options swapped, all items": swapped_all,
    "options in any order, one item": permuted_one,
    "missing code 99 on 0 to 100": inside_0_100,
    "missing code 9 on 0 to 10": inside_0_10,
    "missing code outside the range": outside,
    "answers on 1 to 7, declared 1 to 5": lambda rng: another(rng, (1, 7), (1, 5)),
    "answers on 0 to 10, declared 1 to 5": lambda rng: another(rng, (0, 11), (1, 5)),
    "answers on 1 to 5, declared 1 to 7": lambda rng: another(rng, (1, 5), (1, 7)),
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


def power(kind: str, times: int, seed: int) -> tuple[int, int, int | None]:
    """Return in how many samples a fault was named, something was flagged, and the best test is as sure."""
    rng, named, flagged, best = generator(seed, kind), 0, 0, []
    for _ in range(times):
        planted = KINDS[kind](rng)
        check = checked(planted.form, planted.stored)
        named += planted.is_named(check)
        flagged += bool(check.faults)
        best.append(planted.odds)
    bound = None if None in best else sum(odds >= SURELY for odds in best if odds is not None)
    return named, flagged, bound


def false_alarms(kind: str, times: int, seed: int) -> int:
    """Return in how many clean samples something is flagged, surely or probably."""
    rng = generator(seed, kind)
    model, low = CLEAN[kind]
    form = on(low, model.n_options, model.reverse)
    return sum(bool(checked(form, model.draw(rng).codes + float(low)).faults) for _ in range(times))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=list(SIZES), default="smallest")
    parser.add_argument("--seed", type=int, default=2026)
    given = parser.parse_args()
    faulty, clean = SIZES[given.size]
    begin = time.process_time()
    print(f"| planted fault ({faulty} samples each) | flagged | named | best test |\n|---|---|---|---|")
    for kind in KINDS:
        named, flagged, bound = power(kind, faulty, given.seed)
        print(f"| {kind} | {flagged} | {named} | {'' if bound is None else bound} |", flush=True)
    print(f"\n| clean answers ({clean} samples each) | flagged |\n|---|---|")
    for kind in CLEAN:
        print(f"| {kind} | {false_alarms(kind, clean, given.seed)} |", flush=True)
    print(f"\nseed {given.seed}, {time.process_time() - begin:.0f} s of CPU time")


if __name__ == "__main__":
    main()
