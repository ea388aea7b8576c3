"""How long it takes to read the catalogue, and one form of it, in a fresh process.

Run from the root of a checkout: python -m benchmarks.catalogue [--size smallest|full]

Prints times, and their ratio to parsing the same files by ``tomllib`` alone, in the same process. Bars:
all files in less than 0.3 s, and ``load("scii-24")`` in less than 20 ms after its import.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys

REPEATS = {"smallest": 3, "full": 21}
BARS = {"catalogue": 0.3, "one form": 0.020}

MEASURE = """
import time
clock = time.perf_counter
start = clock()
from intimacy_scales import load
imported = clock() - start
import json, tomllib, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from intimacy_scales import available, load_bank
from intimacy_scales.instrument.loading import shipped_banks
from intimacy_scales.instrument.shipped import banks_folder
start = clock(); load("scii-24"); one = clock() - start
start = clock(); listed = available(); [load_bank(name) for name in shipped_banks()]; rest = clock() - start
kinds = ("components", "companions", "forms", "published")
files = sorted(file for kind in kinds for file in (banks_folder() / kind).glob("*.toml"))
files = [file for file in files if "." not in file.stem]  # others are translations
start = clock()
for file in files:
    tomllib.loads(file.read_text(encoding="utf-8"))
parsed = clock() - start
found = {"one form": one, "catalogue": one + rest, "parsing": parsed, "files": len(files), "import": imported}
print(json.dumps(found))
"""


def main() -> None:
    """Measure in fresh processes and print medians next to the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=REPEATS, default="full")
    runs = [
        json.loads(subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, check=True).stdout)
        for _ in range(REPEATS[parser.parse_args().size])
    ]
    medians = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    print(f"{medians['files']:.0f} files, medians of {len(runs)} fresh processes")
    print(f"from intimacy_scales import load  {medians['import'] * 1e3:6.1f} ms  (pydantic, and its models)")
    print(f"tomllib, parsing the files alone  {medians['parsing'] * 1e3:6.1f} ms")
    for name, bar in BARS.items():
        what = "all forms and banks, checked" if name == "catalogue" else 'load("scii-24"), checked'
        verdict = "met" if medians[name] < bar else "missed"
        ratio = medians[name] / medians["parsing"]
        time = f"{what:<33} {medians[name] * 1e3:6.1f} ms  {ratio:.2f} of tomllib"
        print(f"{time}  bar {bar * 1e3:.0f} ms: {verdict}")


if __name__ == "__main__":
    main()
