"""Run the suite with many random seeds and many times the examples: what a single run seldom meets.

    python -m tests.random_seeds                 # 20 seeds, ten times the examples
    python -m tests.random_seeds                 # again: goes on where it was stopped
    python -m tests.random_seeds --again         # other seeds

The first seed runs every test, the others all that lean on a seed: the property tests. What was found
stands in `.hypothesis/random_seeds.json`; a fault becomes an explicit `@example` of its test.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from tests.shared.folders import ROOT
from tests.shared.property_tests import TIMES

ACCOUNT = ROOT / ".hypothesis" / "random_seeds.json"
_FAILED_TESTS = 1  # pytest's exit status; above it, pytest could not do its work


def plan(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the account of the runs so far, or a new one with seeds drawn for it."""
    if ACCOUNT.exists() and not arguments.again:
        account: dict[str, Any] = json.loads(ACCOUNT.read_text(encoding="utf-8"))
        if (len(account["seeds"]), account["times"]) == (arguments.seeds, arguments.times):
            return account
        sys.exit(f"{ACCOUNT} is of other numbers of seeds or examples; --again starts anew")
    seeds = random.SystemRandom().sample(range(2**32), arguments.seeds)
    return {"seeds": seeds, "times": arguments.times, "runs": {}}


def run(seed: int, times: int, *options: str) -> dict[str, Any]:
    """Run tests with a seed, and return how many passed, how long it took, and what each failure says."""
    environment = {name: value for name, value in os.environ.items() if name != "CI"}  # there none varies
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-n", "auto", "-q", f"--hypothesis-seed={seed}", *options]
        done = subprocess.run(
            [*command, f"--junitxml={report}"], cwd=ROOT, env=environment | {TIMES: str(times)},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if done.returncode > _FAILED_TESTS:
            sys.exit(f"pytest could not run (exit {done.returncode}):\n{done.stdout}")
        cases = list(ET.parse(report).iter("testcase"))
    failures = {
        f"{case.get('classname')}::{case.get('name')}": what_it_says(fault.text or "")
        for case in cases
        for fault in (*case.iter("failure"), *case.iter("error"))
    }
    return {
        "passed": sum(len(case) == 0 or case[0].tag == "properties" for case in cases),
        "seconds": round(time.monotonic() - start),
        "failures": failures,
    }


def what_it_says(text: str) -> str:
    """Return the lines of pytest's report that hold the error, and with it the falsifying example."""
    return "\n".join(line for line in text.splitlines() if line.startswith("E ")) or text


def tell(number: int, seed: int, result: dict[str, Any]) -> None:
    """Print a run: its seed, its figures, its failures with their examples."""
    failures = result["failures"]
    print(
        f"{number:3} seed {seed}: {result['passed']} passed, {len(failures)} failed, {result['seconds']} s",
        flush=True,
    )
    for name, text in failures.items():
        print(f"    {name}\n{text}", flush=True)


def main() -> None:
    """Run what is not run yet, keep an account, and end with status 1 where anything failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds (20)")
    parser.add_argument("--times", type=int, default=10, help="times as many examples as in the tests (10)")
    parser.add_argument("--again", action="store_true", help="draw other seeds, forget what was run")
    arguments = parser.parse_args()
    account = plan(arguments)
    runs = account["runs"]
    for number, seed in enumerate(account["seeds"], start=1):
        if str(seed) not in runs:
            runs[str(seed)] = run(seed, account["times"], *(() if number == 1 else ("-m", "hypothesis")))
            ACCOUNT.parent.mkdir(exist_ok=True)
            ACCOUNT.write_text(json.dumps(account, indent=1), encoding="utf-8")
        tell(number, seed, runs[str(seed)])
    found = {name for result in runs.values() for name in result["failures"]}
    seconds = sum(result["seconds"] for result in runs.values())
    print(f"{len(runs)} seeds, {account['times']} times the examples, {seconds} s: {len(found)} tests failed")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
