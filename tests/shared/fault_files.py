"""What tests of faults share: files of answers and outputs, and a disk that is full."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.shared.answer_files import IDS

OUTPUTS = ["o.csv", "o.tsv", "o.jsonl", "o.parquet", "o.xlsx"]
OLD = "of last week\n"


def answers_of(folder: Path, n: int) -> Path:
    rows = [[person, *(1 + (person + person * item % 3) % 5 for item in range(7))] for person in range(n)]
    for row in rows:
        row[4], row[7] = 6 - row[4], 6 - row[7]  # which are keyed in reverse
    path = folder / "a.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in [["name", *IDS], *rows]) + "\n")
    return path


@contextlib.contextmanager
def files_no_longer_than(n_bytes: int) -> Iterator[None]:
    """Let every write beyond a length fail, as on a full disk."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
