"""Score random answer sheets in every way there is, and compare with scores worked out in fractions.

Run from the root of a checkout: python -m benchmarks.fuzz [--size smallest|full] [--seed N]

Whatever differs is printed, and ends the run with status 1; so does a planted fault that is not noticed.
``full`` takes about half an hour.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.fuzz.comparing import WAYS, differences, found_by, refusal
from benchmarks.fuzz.forms import Form, random_form
from benchmarks.fuzz.reference import RIGHT, Reference, Rules
from benchmarks.fuzz.sheets import random_sheets
from benchmarks.fuzz.tables import KINDS
from intimacy_scales import Instrument
from intimacy_scales.errors import IntimacyScalesError

SIZES = {"smallest": (1_500, 5_000), "full": (100_000, 20_000)}  # sheets; at most with a fault
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
}


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


def run(n_sheets: int, seed: int, rules: Rules = RIGHT) -> Account:
    """Compare so many different sheets as kinds of table; with a fault planted, until it is noticed."""
    rng, account = random.Random(seed), Account()
    while account.sheets < n_sheets and (rules is RIGHT or not account.differences):
        form = random_form(rng)
        instrument = made(form)
        if instrument is None:
            account.refused_forms += 1
            continue
        reference = Reference(form, rules)
        for kind in rng.sample(KINDS, 3):
            sheets = random_sheets(rng, form, kind, PERSONS)
            account.sheets += len(sheets.rows)
            account.cells += len(sheets.rows) * len(form.items)
            account.bad_cells += len(sheets.bad())
            ways = [way for way in WAYS if way != "one by one" or kind.name == "list of mappings"]
            for way in ways:
                found, bad = found_by(way, instrument, kind, sheets, rng)
                account.compared[f"{kind.name}, {way}"] += len(sheets.rows)
                account.scores += len(found) * len(form.scales)
                told = list(differences(reference, sheets, found, bad, with_bounds=way == "one by one"))
                account.differences += [f"seed {seed}, {kind.name}, {way}: {words}" for words in told]
            words = refusal(instrument, kind, sheets)
            if words is not None:
                account.differences.append(f"seed {seed}, {kind.name}, raising: {words}")
    return account


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
    for name, rules in FAULTS.items():
        planted = run(n_planted, arguments.seed, rules)
        unnoticed += not planted.differences
        told = f"{planted.sheets:,}" if planted.differences else f"NOT NOTICED in {planted.sheets:,}"
        print(f"| {name} | {told} |", flush=True)
    sys.exit(bool(account.differences or unnoticed))


if __name__ == "__main__":
    main()
