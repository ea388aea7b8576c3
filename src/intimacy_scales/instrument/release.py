"""Write down what the shipped instruments are: python -m intimacy_scales.instrument.release.

Each version of a shipped instrument is kept as it was, so that answers to it are scored by it for ever, and
its digest stands in a list that only grows, with those of the item banks. To be run after a version was
raised; a test fails until it was, and where content changed under a version that is in the list.
"""

from __future__ import annotations

import sys
from pathlib import Path

from intimacy_scales.instrument.loading import load_bank, load_shipped, shipped_banks, shipped_ids
from intimacy_scales.instrument.shipped import digests_file, released_file


def current() -> dict[tuple[str, str, str], str]:
    """Return kind, id and version of what is shipped → its digest."""
    forms = [load_shipped(name) for name in shipped_ids()]
    banks = [load_bank(name) for name in shipped_banks()]
    return {("bank", bank.id, bank.version): bank.digest for bank in banks} | {
        ("instrument", form.id, form.version): form.digest for form in forms
    }


def listed() -> dict[tuple[str, str, str], str]:
    """Return kind, id and version of all that was ever released → its digest."""
    found: dict[tuple[str, str, str], str] = {}
    for line in digests_file().read_text(encoding="utf-8").splitlines():
        kind, name, version, digest = line.split(" ")
        found[kind, name, version] = digest
    return found


def main() -> None:
    """Add what is new, and stop where something changed under its version."""
    known = listed()
    changed = [key for key, digest in current().items() if known.get(key, digest) != digest]
    if changed:
        told = ", ".join(" ".join(key) for key in changed)
        sys.exit(f"changed under a version that was released: {told}. Raise the version in its file")
    new = {key: digest for key, digest in current().items() if key not in known}
    with digests_file().open("a", encoding="utf-8", newline="\n") as file:
        for (kind, name, version), digest in sorted(new.items()):
            file.write(f"{kind} {name} {version} {digest}\n")
            if kind == "instrument":
                _keep(released_file(name, version), name, version)


def _keep(path: Path, name: str, version: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    head = f"# {name} {version} as it was released, for answers that were given to it. It does not change.\n"
    path.write_text(head + load_shipped(name).to_toml(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
