"""What `check_coding` finds in published data, which are taken to be coded as their keys say.

Run from the root of a checkout, with R and its package psychTools: python -m benchmarks.coding_of_scales
[--size smallest|full] [--seed N]

Takes the scales of bfi, spi, Athenstaedt, msqR and GERAS that have five items and four options or more.
Prints how far the mean rest scores of all their respondents lie from the line of the polyserial model, along
a bend and otherwise, from which the tolerances of `intimacy_scales.coding.category_order` are taken; and in
how many samples of 150 of them a fault is named. The figures are in docs/explanation/coding.md. ``full``
takes about two minutes.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy_scales import Instrument, check_coding
from intimacy_scales.coding.category_order import normal_scores

Floats = NDArray[np.float64]
EXPORT = """
suppressMessages(library(psychTools))
take <- function(name, table, keys) {
  write.csv(table, paste0(name, ".csv"), row.names = FALSE)
  for (scale in names(keys)) cat(name, scale, paste(keys[[scale]], collapse = ","), "\\n", sep = ";",
                                 file = "keys.txt", append = TRUE)
}
take("bfi", bfi, bfi.keys)
take("spi", spi, spi.keys)
take("Athenstaedt", Athenstaedt, Athenstaedt.keys)
take("msqR", subset(msqR, time == 1), msq.keys)
take("GERAS", GERAS.items, GERAS.keys)
"""
SIZES = {"smallest": 2, "full": 100}
SAMPLE, FEWEST_ITEMS, FEWEST_OPTIONS, FEWEST_PERSONS = 150, 5, 4, 300


class Scale(NamedTuple):
    """A published scale: its file and name, form, direction of items, and complete answers (n, k)."""

    file: str
    name: str
    form: Instrument
    signs: Floats
    answers: Floats


def published_scales() -> list[Scale]:
    """Return the scales that R's package has; none where R or the package is not installed."""
    if not shutil.which("Rscript"):
        return []
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            ["Rscript", "-e", EXPORT], cwd=folder, check=False, capture_output=True, text=True
        )
        if "there is no package called" in run.stderr:
            return []
        run.check_returncode()
        lines = (Path(folder) / "keys.txt").read_text(encoding="utf-8").splitlines()
        tables = {path.stem: pd.read_csv(path) for path in Path(folder).glob("*.csv")}
    found = (scale_of(line.split(";"), tables) for line in lines)
    return [scale for scale in found if scale is not None]


def scale_of(line: list[str], tables: dict[str, pd.DataFrame]) -> Scale | None:
    """Return the scale of a line of keys; None where it is too short, or has too few options or answers."""
    file, name, keys = line[0], line[1], [key.strip() for key in line[2].split(",") if key.strip()]
    items, table = [key.lstrip("-") for key in keys], tables[line[0]]
    if len(set(items)) < FEWEST_ITEMS or not set(items) <= set(table.columns):
        return None
    answers = table[items].dropna().to_numpy(float)
    if len(answers) < FEWEST_PERSONS or np.ptp(answers) + 1 < FEWEST_OPTIONS:
        return None
    form = Instrument.model_validate(
        {
            "id": "published",
            "version": "1",
            "title": name,
            "response_scale": {"minimum": int(answers.min()), "maximum": int(answers.max())},
            "items": [{"id": f"q{n}"} for n in range(len(items))],
            "scales": [
                {"id": "total", "items": [f"{'-' * key.startswith('-')}q{n}" for n, key in enumerate(keys)]}
            ],
        }
    )
    signs = np.where([key.startswith("-") for key in keys], -1.0, 1.0)
    return Scale(file, name, form, signs, answers)


def departures(scale: Scale) -> list[tuple[float, float, float]]:
    """Return slope, bend and lack of fit of each item, by least squares weighted with persons."""
    keyed = scale.answers * scale.signs
    found = []
    for item in range(keyed.shape[1]):
        rest = np.delete(keyed, item, axis=1).sum(axis=1)
        rest = (rest - rest.mean()) / rest.std()
        _, place, n = np.unique(keyed[:, item], return_inverse=True, return_counts=True)
        z = normal_scores(n[None].astype(float), np.arange(len(n))[None])[0, 0]
        share = n / n.sum()
        bend = z**2 - (share * z**2).sum()
        bend /= np.sqrt((share * bend**2).sum())
        means = np.bincount(place, weights=rest) / n
        line, root = np.stack([z, bend], axis=1), np.sqrt(share)
        slopes = np.linalg.lstsq(line * root[:, None], means * root, rcond=None)[0]
        left = np.sqrt((share * (means - line @ slopes) ** 2).sum())
        found.append((float(slopes[0]), float(slopes[1]), float(left)))
    return found


def named(scale: Scale, times: int, rng: np.random.Generator) -> Counter[str]:
    """Return in how many samples each fault is named."""
    count: Counter[str] = Counter()
    for _ in range(times):
        some = scale.answers[rng.choice(len(scale.answers), SAMPLE, replace=False)]
        check = check_coding(scale.form, some, columns=list(scale.form.item_ids))
        count.update({fault.hypothesis for fault in check.faults})
    return count


def main() -> None:
    """Print departures from the model, and faults that are named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=list(SIZES), default="full")
    parser.add_argument("--seed", type=int, default=2026)
    given = parser.parse_args()
    scales = published_scales()
    if not scales:
        print("not run: R or its package psychTools is not installed")
        return
    print("| data | scales | items | mean slope | SD of bends | largest | lack of fit, median |")
    print("|---|---|---|---|---|---|---|")
    for file in dict.fromkeys(scale.file for scale in scales):
        found = np.array([one for scale in scales if scale.file == file for one in departures(scale)])
        slope, bend, left = found.T
        cells = (slope.mean(), np.sqrt((bend**2).mean()), np.abs(bend).max(), np.median(left))
        count = sum(scale.file == file for scale in scales)
        print(f"| {file} | {count} | {len(found)} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")
    times = SIZES[given.size]
    total: Counter[str] = Counter()
    print(f"\n| scale with faults named in {times} samples of {SAMPLE} | faults |\n|---|---|")
    for scale in scales:
        rng = np.random.default_rng([given.seed, *scale.name.encode()])
        count = named(scale, times, rng)
        total += count
        if count:
            told = ", ".join(f"{fault} {n}" for fault, n in sorted(count.items()))
            print(f"| {scale.file} {scale.name} | {told} |", flush=True)
    told = ", ".join(f"{fault} {n}" for fault, n in sorted(total.items())) or "none"
    print(f"\nin {times * len(scales):,} samples: {told}")


if __name__ == "__main__":
    main()
