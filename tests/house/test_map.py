"""The map of the project: every file and folder that ARCHITECTURE.md names in backquotes exists.

Paths are relative to the root, to ``src/intimacy_scales``, to the room that a section is about (a line that
begins with ``Within `factor/` ``), or to a folder named before in the same paragraph or row. They may lack
``.py``, list several names in braces, and have a placeholder such as ID or NAME.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.shared.folders import ROOT

SOURCE = ROOT / "src" / "intimacy_scales"
MAP = ROOT / "ARCHITECTURE.md"
_QUOTED = re.compile(r"`([^`\n]+)`")
_WITHIN = re.compile(r"^Within `([\w/]+)/`")
_SUFFIX = r"\.(?:py|R|md|toml|json|jsonl|csv|txt|yml|sh|cff)"
_FOLDER_OR_FILE = re.compile(rf"^\.?[\w.*{{}},-]+(?:/[\w.*{{}},-]*)+$|^[\w.*{{}},-]+{_SUFFIX}$")
_PLACEHOLDER = re.compile(r"\b(?:ID|LANGUAGE|NAME|FUNCTION|ROOM|TOOL)\b")
_MODULE = re.compile(r"^[a-z]\w*(?:\.\w+)+$")


def paragraphs(page: str) -> Iterator[tuple[str, str]]:
    """Yield each paragraph and each row of a table, with the room that its section is about; no code."""
    room, lines = "", []
    for line in [*re.sub(r"^```.*?^```", "", page, flags=re.M | re.S).splitlines(), ""]:
        if line.startswith("## "):
            room = ""
        room = found[1] if (found := _WITHIN.match(line)) else room
        if line.startswith("|"):
            yield room, line
        elif line.strip():
            lines.append(line)
        elif lines:
            yield room, "\n".join(lines)
            lines = []


def expanded(path: str) -> list[str]:
    """Return the paths that braces stand for: ``{a,b}.py`` is a.py and b.py."""
    parts = re.split(r"\{([^}]*)\}", path)
    return ["".join(chosen) for chosen in itertools.product(*(part.split(",") for part in parts))]


def found_at(path: str, bases: list[Path]) -> Path | None:
    """Return where a path leads from the first of some folders that has it."""
    pattern = _PLACEHOLDER.sub("*", path.strip("/"))
    for base in bases:
        for spelled in (pattern, f"{pattern}.py"):
            if (there := next(base.glob(spelled), None)) and (there.is_dir() or not path.endswith("/")):
                return there
    if "/" in path:
        return None
    return next((there for top in (SOURCE, ROOT / "data") for there in top.rglob(pattern)), None)


def module_of(dotted: str) -> Path | None:
    """Return the file of a dotted name that begins at a module or room of the package."""
    parts = dotted.removeprefix("intimacy_scales.").split(".")
    for n in range(len(parts), 0, -1):
        base = SOURCE.joinpath(*parts[:n])
        if base.with_suffix(".py").is_file():
            return base.with_suffix(".py")
        if base.is_dir() and n == len(parts):
            return base
    return None


def paths_in(text: str) -> Iterator[str]:
    """Yield what names a file or folder in a text, also as what a command runs."""
    for quoted in _QUOTED.findall(text):
        for word in quoted.split()[1:] if quoted.startswith("python ") else [quoted]:
            if _FOLDER_OR_FILE.match(word):
                yield from expanded(word)
            elif quoted.startswith("python -m ") and _MODULE.match(word):
                yield word.replace(".", "/")


def planned(page: str) -> set[str]:
    """Return the rooms to come: the first folder of each row's second cell, in the table of that title."""
    rooms, coming = set(), False
    for _, text in paragraphs(page):
        if not text.startswith("|"):
            coming = text.startswith("**Rooms to come")
        elif coming:
            folders = [path for path in paths_in(text.split("|")[2]) if path.endswith("/")]
            rooms.update(folders[:1])
    return rooms


def lost(page: str) -> list[str]:
    """Return the paths that lead nowhere, each with the beginning of its paragraph."""
    missing, later = [], planned(page)
    for room, text in paragraphs(page):
        bases = [ROOT, SOURCE, ROOT / "src"] + ([SOURCE / room] if room else [])
        for path in paths_in(text):
            if path in later:
                continue
            there = found_at(path, bases)
            if there is None:
                missing.append(f"{path} (in: {text[:60]}…)")
            else:
                bases += [there] if there.is_dir() else [there.parent]
    return missing


def lost_names(page: str) -> list[str]:
    """Return dotted names, such as `reading.table.BLOCK`, that begin at a room and lead nowhere."""
    rooms = {path.stem for path in SOURCE.iterdir()}
    missing = []
    for dotted in _QUOTED.findall(page):
        name = dotted.removesuffix("()")
        if not _MODULE.match(name) or name.split(".")[0] not in rooms or re.search(_SUFFIX + "$", name):
            continue
        path = module_of(name)
        inner = name.split(".")[-1]
        if path is None or (path.is_file() and inner != path.stem and inner not in path.read_text("utf-8")):
            missing.append(dotted)
    return missing


@cache
def defined_names() -> frozenset[str]:
    """Return every name that the source defines: functions, classes, arguments, fields, variables."""
    texts = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    return frozenset(re.findall(r"\b(?:def|class) (\w+)", texts)) | frozenset(
        re.findall(r"\b(\w+) *[:=]", texts)
    )


def lost_modules(page: str) -> list[str]:
    """Return single names in the row of a room that are not a module below it, nor a name in the source."""
    missing = []
    for room, text in paragraphs(page):
        first = re.match(r"\| `([\w/]+/)`", text)
        if not first and not (room and text.startswith("| `")):
            continue
        base = found_at(first[1], [SOURCE / room, SOURCE]) if first else SOURCE / room
        for name in _QUOTED.findall(text):
            if not re.fullmatch(r"[a-z]\w*", name) or base is None:
                continue
            if name not in defined_names() and not any(
                any(place.glob(spelled))
                for place, spelled in ((base, f"**/{name}.py"), (base, f"**/{name}/"), (SOURCE, f"{name}/"))
            ):
                missing.append(f"{name} in {base.relative_to(SOURCE)}/")
    return missing


def test_every_path_of_the_map_exists() -> None:
    assert lost(MAP.read_text(encoding="utf-8")) == []


def test_every_dotted_name_of_the_map_exists() -> None:
    assert lost_names(MAP.read_text(encoding="utf-8")) == []


def test_every_module_of_the_map_exists() -> None:
    assert lost_modules(MAP.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "`reading/answers.py`, `reading/answers` and `src/intimacy_scales/reading/`",
        "`reading/frames/{pandas,polars}.py`",
        "| `factor/confirmatory/estimation/discrepancies/` | copy `gls.py`, and its name in `named.py` |",
        "Within `factor/`:\n\n| room | `confirmatory/model/` |",
        "`data/item_banks/forms/ID.toml` and `ID.LANGUAGE.toml`; `python data/facts/make_keys.py`",
        "`python -m intimacy_scales.instrument.release`, `tests/reference/simulated.R`, `.ci/`",
        "Neither `a / b` nor `score()`, `Instrument`, `cfa`, `[tool.importlinter]` is a path.",
        "**Rooms to come.** Later.\n\n| a plot | `plots/`, a file each | `results/markdown.py` |",
    ],
)
def test_paths_are_understood(text: str) -> None:
    assert lost(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "`reading/answer.py`", "`readings/`", "`reading/frames/{pandas,vaex}.py`", "`reading/answers.py/`",
        "| `reading/` | `nowhere.py` |", "Within `factor/`:\n\n| room | `confirmatory/models/` |",
        "`python -m intimacy_scales.instrument.releases`", "`tests/test_norms.py`",
    ],
)  # fmt: skip
def test_lost_paths_are_found(text: str) -> None:
    assert len(lost(text)) == 1


def test_lost_modules_are_found() -> None:
    rows = "| `reading/` | `answers`, `answer_sheets_of_old`, `encode` |"
    assert lost_modules(rows) == ["answer_sheets_of_old in reading/"]
    assert lost_modules("Within `reading/`:\n\n| `answers_of_old` | what a value means |") == [
        "answers_of_old in reading/"
    ]


def test_lost_names_are_found() -> None:
    assert (
        lost_names("`reading.answers.AnswerKey.decode`, `reading.table.BLOCK`, `messages.values_shown()`")
        == []
    )
    assert lost_names("`reading.answers.NoKey`, `reading.tables.BLOCK`") == [
        "reading.answers.NoKey",
        "reading.tables.BLOCK",
    ]
