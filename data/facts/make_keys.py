"""Write the scoring keys of published instruments from their facts.

Run from the root of a checkout: python data/facts/make_keys.py [--check]

``facts.json`` holds what was read about each instrument, ``later.toml`` what was read since, and
``judgements.toml`` what the project adds to both. Correct a fact in ``later.toml`` and run this again;
``--check`` tells whether the files under ``data/item_banks/published`` are up to date.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import textwrap
import tomllib
from pathlib import Path
from typing import Any

from reading import read_all

HERE = Path(__file__).resolve().parent
PUBLISHED = HERE.parent / "item_banks" / "published"
HEAD = "# Scoring key of a published instrument: facts only, no wording. Bring your own licensed form.\n"
HEAD += "# Made by data/facts/make_keys.py from data/facts: correct the facts there.\n"
LEVELS = ("verified", "single-source", "unconfirmed")
LOWERED = "The key was read in part where a reader cannot look it up, and counts one confidence level lower."
DEFAULT_RULE = "The missing-answer rule is this library's default; no published rule was found."
STEPS = dict.fromkeys(("alpha", "retest", "split-half", "meta-analysis", "reliable change"), "reliability")
CODINGS = {"position": "position", "statement": "intensity"}
Table = dict[str, Any]


def lower(level: str) -> str:
    """Return the next lower confidence level."""
    return LEVELS[min(LEVELS.index(level) + 1, len(LEVELS) - 1)]


class Facts:
    """What was read, and what the project adds."""

    def __init__(self) -> None:
        read = read_all(HERE)
        self.judgements = tomllib.loads((HERE / "judgements.toml").read_text(encoding="utf-8"))
        self.sources: dict[str, Table] = read["sources"] | self.judgements.pop("sources")  # ours name theirs
        self.names: dict[str, str] = self.judgements.pop("names")
        self.instruments = {fact["id"]: fact for fact in read["instruments"] if fact["ship_key"]}
        if self.instruments.keys() != self.judgements.keys():
            sys.exit(
                f"judgements.toml and the facts differ: {self.instruments.keys() ^ self.judgements.keys()}"
            )

    def findable(self, source: str) -> bool:
        """Tell whether a reader can look a source up."""
        return self.sources[source]["where"] is not None

    def confidence(self, level: str, sources: list[str]) -> str:
        """Return a fact's level, one lower where it rests on a source that nobody can look up."""
        return level if all(map(self.findable, sources)) else lower(level)

    def key_confidence(self, fact: Table, own: Table) -> str:
        """Return how surely the key is known without the sources that nobody can look up."""
        grounds = sum(map(self.findable, own["key_sources"])) + ("checked" in own)
        level: str = own.get("confidence", fact["confidence"]["key"])
        weakened = not all(map(self.findable, own["key_sources"])) and grounds < len(("one", "two"))
        return lower(level) if weakened else level

    def cite(self, source: str) -> str:
        """Return a source in a few words."""
        return self.names[source] if self.findable(source) else "a source that cannot be looked up"


def sample_size(sample: str) -> int | None:
    """Return the number of persons that a description of a sample names, if it names one."""
    found = re.search(r"\b[Nn] = ([\d,]+)|^([\d,]+) (?:people|wives|women)\b", sample)
    return int((found[1] or found[2]).replace(",", "")) if found else None


def findings(facts: Facts, fact: Table, own: Table, scales: set[str]) -> list[Table]:
    """Return reliabilities and other figures with their samples."""
    found, sample = [], ""
    for entry in fact["reliability"]:
        sample = sample if entry["sample"].startswith("same") else entry["sample"]
        sample = own.get("samples", {}).get(sample, sample)
        scale = entry["scope"] if entry["scope"] in scales else None
        found.append(
            {
                "step": STEPS.get(entry["statistic"], "validity"),
                "statistic": "correlation" if entry["statistic"] == "validity" else entry["statistic"],
                "value": entry["value"],
                "scale": scale,
                "of": None if scale else entry["scope"],
                "sample": sample,
                "n": sample_size(sample),
                "source": facts.cite(entry["source"]),
                "confidence": facts.confidence(entry["confidence"], [entry["source"]]),
            }
        )
    return found


def norms(facts: Facts, fact: Table, own: Table) -> list[Table]:
    """Return the published means and standard deviations that are of a scale as it is scored here."""
    published = {entry["scope"]: entry for entry in fact["descriptives"]}
    found = []
    for norm in own.get("norms", ()):
        entry = published[norm["scope"]]
        sample = norm.get("sample", entry["sample"])
        found.append(
            {
                "scale": norm["scale"],
                "sample": sample,
                "special": norm.get("special"),
                "n": norm.get("n", sample_size(sample)),
                "mean": round(entry["mean"] + norm.get("add", 0), 10),
                "sd": entry["sd"],
                "source": facts.cite(entry["source"]),
                "confidence": facts.confidence(entry["confidence"], [entry["source"]]),
            }
        )
    return found


def cutoffs(facts: Facts, fact: Table, own: Table) -> list[Table]:
    """Return the published boundaries of the total."""
    return [
        {
            "scale": "total",
            "below": entry.get("below"),
            "at_most": entry.get("at_most"),
            "band": entry.get("band"),
            "meaning": entry["meaning"],
            "source": credited(facts.cite(entry["source"]), entry.get("by", own.get("cutoffs_by"))),
            "confidence": facts.confidence(entry["confidence"], [entry["source"], *entry.get("also", ())]),
        }
        for entry in fact["cutoffs"]
    ]


def credited(source: str, author: str | None) -> str:
    """Return whose cut-off it is, then where it was read."""
    if author is None or source.startswith(author):
        return source
    return f"{author}; read at {source}"


def codings(facts: Facts, fact: Table) -> list[Table]:
    """Return the other ways in which answers are known to be stored."""
    return [
        {
            "id": next(name for word, name in CODINGS.items() if entry["coding"].startswith(word)),
            "description": " ".join(filter(None, (f"By {entry['coding']}.", entry.get("note")))),
            "flip": [f"{fact['id']}_{n}" for n in entry["flip"]],
            "complete": entry["complete"],
            "source": facts.cite(entry["source"]),
            "confidence": facts.confidence(entry["confidence"], [entry["source"]]),
        }
        for entry in fact["alternative_coding"]
    ]


def scales(fact: Table, own: Table) -> list[Table]:
    """Return subscales and total, with what high scores mean where that is not closeness."""
    made: list[Table] = []
    total = fact["total"] and {"id": "total", "name": "Total", **fact["total"]}
    for part in [*fact["subscales"], *([total] if total else [])]:
        numbers = range(1, fact["n_items"] + 1) if part["items"] == "all" else part["items"]
        reverse = () if part["id"] in own.get("as_answered", ()) else fact["reverse_items"]
        others = [
            f"a {other['method']} ({other['range'][0]} to {other['range'][1]})"
            for other in part.get("alternatives", ())
        ]
        high = own.get("high_means", {}).get(part["id"])
        made.append(
            {
                "id": part["id"],
                "title": part["name"],
                "description": f"Also reported as {' and as '.join(others)}." if others else None,
                "items": [f"{'-' if n in reverse else ''}{fact['id']}_{n}" for n in numbers],
                "method": "mean" if part["method"] == "single" else part["method"],
                "high_means": high,
                "against_closeness": True if high and part["id"] not in own.get("toward", ()) else None,
            }
        )
    return made


def response_scales(fact: Table) -> tuple[Table, list[Table]]:
    """Return the response scales by name, and the items that refer to them."""
    answered = [response_scale(item) for item in fact["items"]]
    plain = response_scale(fact["response"])
    default = plain if plain in answered else max(answered, key=answered.count)
    items = [
        {"id": f"{fact['id']}_{item['item']}"} | ({} if own == default else {"response_scale": own[0]})
        for item, own in zip(fact["items"], answered, strict=True)
    ]
    return {"default": default[0]} | dict(answered), items


def response_scale(item: Table) -> tuple[str, Table]:
    """Return the name of an item's response scale, and its fields."""
    ends = {"minimum": item["min"], "maximum": item["max"]}
    if "counts" not in item:
        return f"points-{item['min']}-{item['max']}", ends
    scores = {str(option): count for option, count in enumerate(item["counts"], start=item["min"])}
    return f"counts-{'-'.join(map(str, item['counts']))}", {**ends, "scores": scores}


def instrument(facts: Facts, fact: Table, own: Table) -> Table:
    """Return one instrument in the layout of its file."""
    level = facts.key_confidence(fact, own)
    lowered = not all(map(facts.findable, own["key_sources"]))
    note = " ".join(filter(None, (own.get("note"), LOWERED if lowered else None, DEFAULT_RULE)))
    parts = scales(fact, own)
    points, items = response_scales(fact)
    licence = fact["licence"]
    return {
        "id": own["id"],
        "version": own.get("version", "1"),
        "title": own.get("title", fact["name"]),
        "description": own["description"],
        "language": "und",
        "constructs": [*own.get("also_measures", ()), *fact["components"]],
        "response_scale": points.pop("default"),
        "items": items,
        "evidence": {"status": "published", "confidence": level, "note": note},
        "response_scales": points,
        "license": {
            "name": licence["status"],
            "text": licence["text"],
            "source": facts.cite(licence["source"]) if licence["source"] else None,
            "confidence": facts.confidence(licence["confidence"], [licence["source"]])
            if licence["source"]
            else None,
        },
        "citations": [
            {
                "authors": fact["authors"],
                "year": fact["year"],
                "title": own.get("cited_title"),
                "container": own.get("container", fact["reference"]) or None,
                "doi": own.get("doi", fact.get("doi")) or None,
            },
            *own.get("also_cited", ()),
        ],
        "scales": parts,
        "norms": norms(facts, fact, own),
        "cutoffs": cutoffs(facts, fact, own),
        "codings": codings(facts, fact),
        "evidence.findings": findings(facts, fact, own, {part["id"] for part in parts}),
        "evidence.sources": [
            {name: facts.sources[s][name] for name in ("title", "where", "kind")}
            for s in dict.fromkeys((*fact["sources"], *own["key_sources"]))
            if facts.findable(s)
        ],
    }


def numbers_of(items: Any, n_items: int) -> list[int]:
    """Return item numbers, of which a table may say only that they are the odd or the even ones."""
    if items in ("odd", "even"):
        return list(range(1 if items == "odd" else 2, n_items + 1, 2))
    return list(items)


def reordered(fact: Table, own: Table, order: Table) -> tuple[Table, Table]:
    """Return facts and judgements of the same instrument in another order of items."""
    given = fact["other_item_orders"][order["order"]]
    parts = order.get("subscales") or given["subscales"]
    subscales = [{**s, "items": numbers_of(parts[s["id"]], fact["n_items"])} for s in fact["subscales"]]
    reverse = given.get("reverse", fact["reverse_items"])
    confidence = {**fact["confidence"], "key": given["confidence"]}
    other = {**fact, "subscales": subscales, "reverse_items": reverse, "confidence": confidence}
    told = {name: order[name] for name in ("id", "title", "description")}
    return other, {
        **own,
        **told,
        "key_sources": [given["source"]],
        "checked": "the other order has the same parts",
    }


def value(content: Any) -> str:
    """Write a value as TOML has it."""
    if isinstance(content, dict):
        return "{ " + ", ".join(f"{name} = {value(v)}" for name, v in content.items() if v is not None) + " }"
    if isinstance(content, list | tuple):
        return "[" + ", ".join(map(value, content)) + "]"
    return json.dumps(content, ensure_ascii=False)


def line(name: str, content: Any) -> str:
    """Write a field, long lists over several lines."""
    text = f"{name} = {value(content)}"
    if len(text) <= len(HEAD.splitlines()[0]) + 16 or not isinstance(content, list):
        return text
    entries = re.sub(
        r" = | ?, (?=\w+ =)", lambda m: m[0].replace(" ", "\0"), ", ".join(map(value, content)) + ","
    )
    wrapped = textwrap.wrap(
        entries.replace("{ ", "{\0").replace(" }", "\0}"), 106, break_long_words=False, break_on_hyphens=False
    )
    inner = "\n".join(f"    {row}" for row in wrapped).replace("\0", " ")
    return f"{name} = [\n{inner}\n]"


def as_toml(document: Table) -> str:
    """Write an instrument: plain fields first, then its tables."""
    lists = {
        name
        for name, v in document.items()
        if name != "items" and isinstance(v, list) and v and isinstance(v[0], dict)
    }
    plain = {
        n: v
        for n, v in document.items()
        if n not in lists and not isinstance(v, dict) and v not in (None, [])
    }
    blocks = ["\n".join(line(name, v) for name, v in plain.items())]

    def table(head: str, fields: Table) -> str:
        return "\n".join([head, *(line(name, v) for name, v in fields.items() if v is not None)])

    for name, content in document.items():
        if isinstance(content, dict) and all(isinstance(v, dict) for v in content.values()):
            blocks += [table(f"[{name}.{key}]", v) for key, v in content.items()]
        elif isinstance(content, dict):
            blocks.append(table(f"[{name}]", content))
        elif name in lists:
            blocks += [table(f"[[{name}]]", v) for v in content]
    return HEAD + "\n\n".join(blocks) + "\n"


def keys() -> dict[str, str]:
    """Return every file's text by its name."""
    facts, made = Facts(), []
    for name, fact in facts.instruments.items():
        own = facts.judgements[name]
        made.append(instrument(facts, fact, own))
        made += [instrument(facts, *reordered(fact, own, order)) for order in own.get("orders", ())]
    return {f"{document['id']}.toml": as_toml(document) for document in made}


def main() -> None:
    """Write the files, or tell which are not up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; status 1 where a file would change"
    )
    check = parser.parse_args().check
    wanted = keys()
    there = {path.name: path.read_text(encoding="utf-8") for path in PUBLISHED.glob("*.toml")}
    stale = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
    for name in [] if check else stale:
        if name in wanted:
            (PUBLISHED / name).write_text(wanted[name], encoding="utf-8")
        else:
            (PUBLISHED / name).unlink()
    print(
        f"{len(wanted)} keys, {len(stale)} {'differ' if check else 'written'}: {', '.join(stale) or 'none'}"
    )
    sys.exit(1 if check and stale else 0)


if __name__ == "__main__":
    main()
