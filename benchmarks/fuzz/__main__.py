"""Score random answer sheets in every way there is, and compare with scores worked out in fractions.

Run from the root of a checkout: python -m benchmarks.fuzz [--size smallest|full] [--seed N]

Whatever differs is printed, and ends the run with status 1; so does a planted fault that is not noticed.
``full`` takes about twelve minutes.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.fuzz.comparing import WAYS, differences, found_by, misplaced, refusal
from benchmarks.fuzz.files import FILES, found_in_file
from benchmarks.fuzz.forms import Form, random_form
from benchmarks.fuzz.reference import RIGHT, Reference, Rules
from benchmarks.fuzz.sheets import Sheets, random_sheets
from benchmarks.fuzz.tables import KINDS, Kind
from intimacy_scales import Instrument
from intimacy_scales.errors import IntimacyScalesError

SIZES = {"smallest": (700, 5_000), "full": (100_000, 20_000)}  # sheets; at most with a fault
PERSONS = 12
_SHOWN = 20
FAULTS = {
    "no item is reversed": Rules(reversal=False),
    "reversal is off by one": Rules(reversal_by=1),
    "the last item of a scale is not reversed": Rules(last_item_reversed=False),
    "half of an odd number of items is rounded down": Rules(half_up=False),
    "composites need half of their scales": Rules(composites_need_all=False),
    "scales of unlike ranges need half": Rules(unlike_ranges_need_all=False),
    "sums that are not prorated need half": Rules(unprorated_sums_need_all=False),
    "no sum is prorated": Rules(prorating=False),
    "scores are off by a billionth": Rules(relative_error=1e-9),
    "bounds do not turn with the key": Rules(bounds_turn=False),
    "a coding changes nothing": Rules(coding=False),
    "the highest point is not accepted": Rules(highest_accepted=False),
    "skipped answers count as the lowest point": Rules(gaps_are_lowest=True),
    "columns= changes nothing": Rules(columns_named=False),
    "missing_codes= changes nothing": Rules(given_codes=False),
    "missing codes of the form are answers": Rules(declared_codes=False),
    "a column spelt almost as an item's is read for it": Rules(own_columns=False),
    "rows of files are counted from 0": Rules(first_row=0),
    "persons of files are in another order": Rules(persons_in_order=False),
}
PLANTED_IN_EACH = Rules(gaps_are_lowest=True, reversal=False)
ALL = (*KINDS, *FILES)


@dataclass
class Account:
    """What was compared, and what differed."""

    sheets: int = 0
    compared: Counter[str] = field(default_factory=Counter)
    scores: int = 0
    cells: int = 0
    bad_cells: int = 0
    refused_forms: int = 0
    differences: list[str] = field(default_factory=list)


def made(form: Form) -> Instrument | None:
    """Return the instrument of a document; None where it is refused."""
    try:
        return Instrument.model_validate(form.document())
    except (IntimacyScalesError, ValueError):
        return None


def run(n_sheets: int, seed: int, rules: Rules = RIGHT, kinds: Sequence[Kind] = ALL) -> Account:
    """Compare so many different sheets as kinds of table; with a fault planted, until it is noticed."""
    rng, account = random.Random(seed), Account()
    while account.sheets < n_sheets and (rules is RIGHT or not account.differences):
        form = random_form(rng)
        instrument = made(form)
        if instrument is None:
            account.refused_forms += 1
            continue
        reference = Reference(form, rules)
        for kind in chosen(rng, kinds):
            sheets = random_sheets(rng, form, kind, PERSONS)
            account.sheets += len(sheets.rows)
            account.cells += len(sheets.rows) * len(form.items)
            account.bad_cells += len(sheets.bad())
            compare = compare_file if kind.is_file else compare_table
            told = compare(account, instrument, reference, kind, sheets, rng)
            account.differences += [f"seed {seed}, {kind.name}, {words}" for words in told]
    return account


def chosen(rng: random.Random, kinds: Sequence[Kind]) -> list[Kind]:
    """Return two or three kinds, of which one is of files."""
    tables, files = ([kind for kind in kinds if kind.is_file == is_file] for is_file in (False, True))
    return rng.sample(tables, min(len(tables), 2)) + rng.sample(files, min(len(files), 1))


def compare_table(
    account: Account,
    instrument: Instrument,
    reference: Reference,
    kind: Kind,
    sheets: Sheets,
    rng: random.Random,
) -> list[str]:
    """Read a table in every way; return in words what differs."""
    told: list[str] = []
    for way in WAYS:
        if way == "one by one" and kind.name != "list of mappings":
            continue
        found, bad = found_by(way, instrument, kind, sheets, rng)
        account.compared[f"{kind.name}, {way}"] += len(sheets.rows)
        account.scores += len(found) * len(reference.scales)
        wrong = differences(reference, sheets, found, bad, with_bounds=way == "one by one")
        told += [f"{way}: {words}" for words in wrong]
        if told and reference.rules is not RIGHT:
            return told  # a planted fault is noticed
    words = refusal(instrument, kind, sheets)
    return told if words is None else [*told, f"raising: {words}"]


def compare_file(
    account: Account,
    instrument: Instrument,
    reference: Reference,
    kind: Kind,
    sheets: Sheets,
    rng: random.Random,
) -> list[str]:
    """Score a file, read back what was written; return in words what differs."""
    found, bad, persons = found_in_file(instrument, kind, sheets, rng)
    account.compared[f"{kind.name}, a file"] += len(sheets.rows)
    account.scores += len(found) * len(reference.scales)
    words = misplaced(persons, reference.rules)
    told = [*differences(reference, sheets, found, bad, with_bounds=False)]
    return told if words is None else [*told, words]


def main() -> None:
    """Compare, plant faults, and print the account."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    n_sheets, n_planted = SIZES[arguments.size]
    start = time.monotonic()
    account = run(n_sheets, arguments.seed)
    print(
        f"seed {arguments.seed}: {account.sheets:,} sheets, {account.cells:,} cells of which "
        f"{account.bad_cells:,} are not to be accepted, {sum(account.compared.values()):,} readings of "
        f"sheets by {len(account.compared)} kinds and ways, {account.scores:,} scores: "
        f"{len(account.differences):,} differences; {time.monotonic() - start:.0f} s"
    )
    for line in account.differences[:_SHOWN]:
        print(f"  {line}")
    print("\n| planted fault | noticed after sheets |\n|---|---|")
    unnoticed = 0
    planted_in = {f"some of all that, read from {kind.name}": (PLANTED_IN_EACH, (kind,)) for kind in ALL}
    for name, (rules, kinds) in ({name: (rules, ALL) for name, rules in FAULTS.items()} | planted_in).items():
        planted = run(n_planted, arguments.seed, rules, kinds)
        unnoticed += not planted.differences
        told = f"{planted.sheets:,}" if planted.differences else f"NOT NOTICED in {planted.sheets:,}"
        print(f"| {name} | {told} |", flush=True)
    sys.exit(bool(account.differences or unnoticed))


if __name__ == "__main__":
    main()
