"""Recall and precision of the linter on sentences by somebody who had not seen its rules.

Run from the root of a checkout: python -m benchmarks.linter [FILE ...] [--missed] [--size smallest]

The files hold tables: `sentence` (its fault, what it is near to, and further faults), `pair` (same,
different, negated, opposite), `partner` (an item and its partner wording, right or wrong). The first
three were seen when the rules were written; the second and the third judged them once before they were
changed. The fourth, held_out, was written later and is not for looking at: it judges, where it is there.
A bad sentence is found if the rule of its fault reports it, whatever the severity; a good one, or a near
miss, is a false alarm if it gets a warning or an error. The tables are in docs/explanation/item-rules.md.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from intimacy_scales import ItemBank, check_bank
from intimacy_scales.checking import Finding

HELD_OUT = Path(__file__).parent / "linter_sentences" / "held_out.toml"
FILES = [
    Path(__file__).parent / "linter_sentences" / name for name in ("seen.toml", "seen_2.toml", "seen_3.toml")
]
RULE_OF = {  # fault of a sentence → rule that should find it
    "gender": "assumes-gender",
    "cohabitation": "assumes-living-together",
    "children": "assumes-children",
    "religion": "assumes-religion",
    "marriage": "assumes-marriage",
    "sex": "assumes-sex",
    "ability": "assumes-ability",
    "work": "assumes-work",
}
PAIRS = {"near-duplicate": "same", "negated-copy": "negated"}  # rule → kind of pair
PARTNER_RULES = {"partner-parallel", "partner-roles", "partner-subject"}
SMALLEST = 60  # rows of each table
# Sentences in the present and the first person, so that tense and person have something to differ from.
AROUND = [
    "I laugh a lot when we are together.",
    "I look forward to our evenings.",
    "I feel calm near my partner.",
    "I forgive my partner with ease.",
]
Row = Mapping[str, str]


def bank_of(items: Iterable[Mapping[str, str]]) -> ItemBank:
    """Return a bank of agree-disagree items in which nothing else is to be found."""
    rows = [{"id": f"x{n:03}", "facet": "one", "keyed": "+-"[n % 2], **item} for n, item in enumerate(items)]
    return ItemBank.model_validate(
        {
            "id": "sentences",
            "version": "1",
            "title": "Sentences",
            "description": "Sentences to be judged.",
            "evidence": {"status": "draft", "note": "Sentences for a benchmark."},
            "license": {"name": "CC-BY-4.0"},
            "response_scale": {"minimum": 1, "maximum": 2, "labels": {1: "Disagree", 2: "Agree"}},
            "facets": [{"id": "one", "title": "One"}],
            "items": rows,
        }
    )


def findings_of(*items: Mapping[str, str]) -> list[Finding]:
    """Return what is found in one or two items, among good ones."""
    around = [{"text": text} for text in AROUND] if all("partner_text" not in item for item in items) else []
    names = {f"x{n:03}" for n in range(len(items))}
    report = check_bank(bank_of([*items, *around]), against=[])
    return [finding for finding in report if finding.item in names]


def counts(findings: Iterable[Finding]) -> set[str]:
    """Return the rules of warnings and errors."""
    return {finding.rule for finding in findings if finding.severity != "note"}


class Tally:
    """What was found and missed of each rule."""

    def __init__(self) -> None:
        self.found: dict[str, int] = {}
        self.of: dict[str, int] = {}
        self.missed: list[str] = []
        self.good = 0
        self.alarms: list[str] = []
        self.notes = 0
        self.warned = 0

    def bad(self, rule: str, text: str, *, found: bool) -> None:
        """Count a faulty sentence, pair or wording."""
        self.of[rule] = self.of.get(rule, 0) + 1
        self.found[rule] = self.found.get(rule, 0) + found
        if not found:
            self.missed.append(f"{rule}: {text}")

    def fine(self, text: str, findings: Sequence[Finding], rules: set[str]) -> None:
        """Count one that is fine, and the rules that report it as a warning."""
        self.good += 1
        self.notes += any(finding.severity == "note" for finding in findings)
        if rules:
            self.alarms.append(f"{', '.join(sorted(rules))}: {text}")


def judge_sentences(rows: Iterable[Row]) -> Tally:
    """Judge single sentences."""
    tally = Tally()
    for row in rows:
        findings = findings_of({"text": row["text"]})
        if row["fault"] == "none":
            tally.fine(row["text"], findings, counts(findings) - {"partner-missing"})
        else:
            rule = RULE_OF.get(row["fault"], row["fault"])
            tally.bad(rule, row["text"], found=rule in {finding.rule for finding in findings})
            tally.warned += bool(counts(findings) - {"partner-missing"})
    return tally


def judge_pairs(rows: Iterable[Row]) -> Tally:
    """Judge pairs of items: the same, the same with a negation, opposite or different."""
    tally = Tally()
    for row in rows:
        text = f"{row['first']} | {row['second']}"
        findings = [
            f for f in findings_of({"text": row["first"]}, {"text": row["second"]}) if f.rule in PAIRS
        ]
        rule = next((rule for rule, kind in PAIRS.items() if kind == row["kind"]), None)
        if rule is None:
            tally.fine(text, findings, counts(findings))
        else:
            tally.bad(rule, text, found=rule in {finding.rule for finding in findings})
    return tally


def judge_partner_wordings(rows: Iterable[Row]) -> Tally:
    """Judge wordings about the partner."""
    tally = Tally()
    for row in rows:
        text = f"{row['self']} | {row['partner']}"
        item = {"text": row["self"], "partner_text": row["partner"]}
        findings = [finding for finding in findings_of(item) if finding.rule in PARTNER_RULES]
        if row["kind"] == "right":
            tally.fine(text, findings, counts(findings))
        else:
            tally.bad(f"partner wording: {row['fault']}", text, found=bool(findings))
    return tally


def judged(path: Path, most: int | None = None) -> dict[str, Tally]:
    """Return the tallies of sentences, pairs and partner wordings of a file."""
    tables: dict[str, list[dict[str, Any]]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        "sentences": judge_sentences(tables.get("sentence", [])[:most]),
        "pairs": judge_pairs(tables.get("pair", [])[:most]),
        "partner wordings": judge_partner_wordings(tables.get("partner", [])[:most]),
    }


def share(part: int, whole: int) -> str:
    """Return counts as 'part of whole'."""
    return f"{part} of {whole}" if whole else "none"


def print_tables(judgements: Mapping[str, Mapping[str, Tally]], *, missed: bool) -> None:
    """Print recall by rule and false alarms, a column for each file, as Markdown."""
    rules = dict.fromkeys(r for file in judgements.values() for tally in file.values() for r in tally.of)
    print("| bad items found by | " + " | ".join(judgements) + " |")
    print("|---|" + "---|" * len(judgements))
    for rule in rules:
        cells = [
            share(
                sum(t.found.get(rule, 0) for t in file.values()),
                sum(t.of.get(rule, 0) for t in file.values()),
            )
            for file in judgements.values()
        ]
        print(f"| {rule} | " + " | ".join(cells) + " |")
    print("\n| good ones without a warning | " + " | ".join(judgements) + " |")
    print("|---|" + "---|" * len(judgements))
    for kind in ("sentences", "pairs", "partner wordings"):
        tallies = [file[kind] for file in judgements.values()]
        print(f"| {kind} | " + " | ".join(share(t.good - len(t.alarms), t.good) for t in tallies) + " |")
    cells = []
    for file in judgements.values():
        tally = file["sentences"]
        cells.append(share(tally.warned, tally.warned + len(tally.alarms)))
    print("| bad among the sentences with a warning | " + " | ".join(cells) + " |")
    if missed:
        for name, file in judgements.items():
            for kind, tally in file.items():
                print(f"\n{name}, {kind}: {tally.notes} good ones with notes")
                print("\n".join(f"  missed {line}" for line in tally.missed))
                print("\n".join(f"  false alarm {line}" for line in tally.alarms))


def main() -> None:
    """Read the options, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, help="files of sentences; by default all")
    parser.add_argument("--missed", action="store_true", help="list what was missed, and false alarms")
    parser.add_argument("--size", choices=("smallest", "full"), default="full")
    options = parser.parse_args()
    files = options.files or [path for path in (*FILES, HELD_OUT) if path.exists()]
    most = SMALLEST if options.size == "smallest" else None
    print_tables({path.stem: judged(path, most) for path in files}, missed=options.missed)


if __name__ == "__main__":
    main()
