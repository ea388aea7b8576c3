"""Try inputs that are made to exhaust or to crash, each in a process of its own.

Run from the root of a checkout, on Linux: python -m benchmarks.hostile [--platforms] [--only WORDS]

Prints a table of seconds of work, memory above what the process held before, and the message. Ends with
status 1 where an input takes more than 2 seconds or 300 MB (files of platforms 10 seconds or 500 MB), or ends
in anything but scores or an error that a reader can follow. ``smallest`` tries every fourth and does not
judge seconds, which a slow or busy machine doubles; ``full`` tries all, in three minutes, or with
``--platforms`` their files, in ten, and writes the table into the page.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.hostile.trying import DOOR, ROOMS, attempt, inputs, passes

PAGE = Path("docs/explanation/hostile-inputs.md")
BEGIN = {False: "<!-- table: benchmarks/hostile -->\n", True: "<!-- table: files of platforms -->\n"}
END = "<!-- end of table -->\n"
SIZES = {"smallest": 4, "full": 1}  # every so many
_SHOWN = 150
_HEAD = "| input | seconds | MB | ends with |\n|---|---|---|---|"


def row(name: str, told: dict[str, Any], *, passed: bool) -> str:
    """Return a line of the table; what is over a limit is marked."""
    words = " ".join(told["words"].split())
    words = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
    ends = "scores" if told["kind"] == "scores" else words.replace("|", "/").replace("<", "&lt;")
    if not passed:
        ends = f"**{told['kind']}** {ends}"
    return f"| {name} | {told['seconds']:.2f} | {max(told['mb'], 0):.0f} | {ends} |"


def main() -> None:
    """Try all, print the table, and write it into the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", help="inputs whose names hold these words")
    parser.add_argument("--platforms", action="store_true", help="files of platforms, in place of all others")
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--write", type=Path, metavar="FILE", help="a page with a place for the table")
    given = parser.parse_args()
    rows, failed = [_HEAD], 0
    print(_HEAD)
    rooms = [room for room in ROOMS if (room == DOOR) == given.platforms or given.size == "smallest"]
    chosen = [(room, name) for room in rooms for name in inputs(room, Path()) if given.only in name]
    for room, name in chosen[:: SIZES[given.size]]:
        with tempfile.TemporaryDirectory() as folder:
            told = attempt(room, name, Path(folder))
            told["words"] = told["words"].replace(f"{folder}/", "")
        passed = passes(room, told, timed=given.size == "full")
        failed += not passed
        rows.append(row(name, told, passed=passed))
        print(rows[-1], flush=True)
    print(f"\n{failed} over the limits, or no error that a reader can follow")
    page = given.write or (PAGE if given.size == "full" and not given.only else None)
    if page:
        begin = BEGIN[given.platforms]
        before, rest = page.read_text(encoding="utf-8").split(begin)
        table = "\n".join(rows)
        page.write_text(f"{before}{begin}\n{table}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
