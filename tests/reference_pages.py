"""The reference pages, made of docstrings: python -m tests.reference_pages writes them.

`docs/reference/api/`: every name in an `__all__` of the package, once, under the shortest path that it can be
imported by. `docs/reference/modules.md`: every module with the first line of its docstring.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

import griffe

from intimacy_scales import errors
from intimacy_scales.reading.options import ReadingOptions, SheetReadingOptions
from intimacy_scales.results.result import Result
from tests.shared.folders import ROOT

FOLDER = ROOT / "docs" / "reference" / "api"
MODULES = ROOT / "docs" / "reference" / "modules.md"
PACKAGES = (
    "intimacy_scales", "intimacy_scales.reliability", "intimacy_scales.factor", "intimacy_scales.scoring",
    "intimacy_scales.instrument", "intimacy_scales.planning", "intimacy_scales.simulation",
    "intimacy_scales.interop", "intimacy_scales.engines", "intimacy_scales.checking",
)  # fmt: skip
# page → its title, what it holds, and the rooms whose names it documents
PAGES = {
    "instruments": (
        "Instruments", "Item banks and instruments: load, inspect, translate, compare.", ("instrument",),
    ),
    "answers": ("Answers", "Tables of answers, checked against an instrument.", ("reading",)),
    "scores": ("Scores", "Scores of one person or of many, with norms and cut-offs.", ("scoring",)),
    "reliability": (
        "Reliability", "How far scores can be trusted: coefficients, intervals, agreement, change.",
        ("reliability", "moments"),
    ),
    "factor-models": (
        "Factor and path models", "Confirmatory and exploratory factor models; path models.", ("factor",),
    ),
    "planning": (
        "Planning and simulation", "How many respondents a study needs, and simulated answers.",
        ("planning", "simulation", "numerics"),
    ),
    "files": ("Files", "Answers in files: read, score and report them.", ("files", "jobs", "interop")),
    "engines": ("Engines", "Answers on Spark, Dask, DuckDB, polars and Arrow.", ("engines",)),
    "checking": ("Item checks", "The linter for item banks.", ("checking",)),
    "results": ("Results", "What results have in common.", ("results",)),
    "errors": ("Errors and warnings", "Every exception and warning.", ("errors",)),
}  # fmt: skip
READING = frozenset(ReadingOptions.__annotations__)
SHEET_READING = frozenset(SheetReadingOptions.__annotations__)


@dataclass(frozen=True)
class PublicName:
    """A name that users import: where from, and what it is."""

    name: str
    package: str
    thing: Any

    @property
    def room(self) -> str:
        """The room that its definition lies in."""
        module = str(getattr(self.thing, "__module__", None))
        defined_here = module.startswith("intimacy_scales.")
        return (module if defined_here else self.package).split(".")[1]


@cache
def public_names() -> dict[str, PublicName]:
    """Return every public name by its shortest import path; one that two packages export stands once."""
    names: dict[str, PublicName] = {}
    seen: set[int] = set()
    for package in PACKAGES:
        module = importlib.import_module(package)
        for name in module.__all__:
            thing = getattr(module, name)
            if id(thing) not in seen:
                seen.add(id(thing))
                names[f"{package}.{name}"] = PublicName(name, package, thing)
    for name, thing in vars(errors).items():
        public = inspect.isclass(thing) and issubclass(thing, Exception) and not name.startswith("_")
        if public and thing.__module__ == errors.__name__ and id(thing) not in seen:
            names[f"{errors.__name__}.{name}"] = PublicName(name, errors.__name__, thing)
    names[f"{Result.__module__}.Result"] = PublicName("Result", Result.__module__, Result)
    return names


def page_of(public: PublicName) -> str:
    """Return the page that documents a name."""
    for page, (_, _, rooms) in PAGES.items():
        if public.room in rooms:
            return page
    raise LookupError(f"no page for {public.package}.{public.name} of room {public.room}; add it to PAGES")


def signature_text(name: str, thing: Callable[..., Any]) -> str:
    """Return a signature without types; options of reading, which all readers share, as ``**reading``."""
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return f"{name}(…)"
    parameters = list(signature.parameters.values())
    names = {parameter.name for parameter in parameters}
    shared = next((options for options in (READING, SHEET_READING) if options <= names), frozenset())
    kept = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in parameters
        if parameter.name not in shared | {"self", "cls"}
    ]
    if shared and not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in kept):
        kept.append(inspect.Parameter("reading", inspect.Parameter.VAR_KEYWORD))
    shown = str(inspect.Signature(kept))
    return name + re.sub(r"<[^,]* at 0x[0-9a-f]+>", "…", shown)


def sections_of(docstring: str) -> list[Any]:
    """Return the sections of a numpydoc docstring."""
    return griffe.Docstring(docstring).parse("numpy", warnings=False)


def fenced(code: str, language: str) -> str:
    return f"```{language}\n{code}\n```"


def listed(values: list[Any]) -> str:
    """Return a list of parameters, attributes, returns or errors."""
    lines = []
    for value in values:
        label = getattr(value, "name", "") or ""
        if not label and (annotation := getattr(value, "annotation", None)):
            label = str(annotation)
        text = inspect.cleandoc(value.description).replace("\n", "\n  ")
        lines.append(f"- `{label}`: {text}" if label else f"- {text}")
    return "\n".join(lines)


_TITLES = {
    "parameters": "Parameters", "other parameters": "Other parameters", "attributes": "Attributes",
    "raises": "Raises", "returns": "Returns", "yields": "Yields", "warns": "Warns",
}  # fmt: skip


def plain_ticks(text: str) -> str:
    """Return reStructuredText's literals as Markdown's."""
    return text.replace("``", "`")


def section_text(section: Any) -> str:
    """Return one section of a docstring as Markdown."""
    kind = section.kind.value
    if kind == "text":
        return plain_ticks(str(section.value))
    if kind == "examples":
        parts = [
            plain_ticks(str(text)) if part.value == "text" else fenced(str(text), "pycon")
            for part, text in section.value
        ]
        return "**Examples**\n\n" + "\n\n".join(parts)
    if kind == "admonition":
        return f"**{section.title}**\n\n{plain_ticks(section.value.description)}"
    if kind in _TITLES:
        return f"**{_TITLES[kind]}**\n\n{plain_ticks(listed(section.value))}"
    raise ValueError(f"a docstring has a section of kind {kind!r}, which the pages do not write yet")


def body(thing: Any) -> str:
    """Return the docstring of something as Markdown."""
    sections = sections_of(inspect.getdoc(thing) or "")
    return "\n\n".join(section_text(section) for section in sections)


def own_members(thing: type) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties that a class has from this package."""
    if issubclass(thing, BaseException):
        common: tuple[type, ...] = (BaseException,)
    else:
        common = () if thing is Result else (Result,)
    inherited = {name for base in common for name in dir(base)}
    seen = set()
    for base in thing.__mro__:
        if not base.__module__.startswith("intimacy_scales"):
            continue
        for name, member in vars(base).items():
            if name.startswith("_") or name in seen or (name in inherited and base is not thing):
                continue
            seen.add(name)
            plain = member.__func__ if isinstance(member, classmethod | staticmethod) else member
            if inspect.isfunction(plain) or (hasattr(plain, "__get__") and inspect.getdoc(plain)):
                yield name, plain


def member_text(owner: str, name: str, member: Any) -> str:
    """Return the entry of a method or property."""
    if inspect.isfunction(member):
        return f"#### `{owner}.{signature_text(name, member)}`\n\n{body(member)}"
    return f"#### `{owner}.{name}`\n\n{body(member)}"


def entry(public: PublicName) -> str:
    """Return what the pages say of one name."""
    thing, name = public.thing, public.name
    parts = [f"## `{name}`", f"`from {public.package} import {name}`"]
    if values := get_args(thing):
        parts.append("One of " + ", ".join(f"`{value!r}`" for value in values) + ".")
        return "\n\n".join(parts)
    if not callable(thing):
        parts.append(f"A constant of type `{type(thing).__name__}`.")
        return "\n\n".join(parts)
    if inspect.isfunction(thing) or not inspect.isclass(thing):
        parts.append(fenced(signature_text(name, thing), "python"))
    parts.append(body(thing))
    if inspect.isclass(thing):
        members = list(own_members(thing))
        if issubclass(thing, Result) and thing is not Result:
            parts.append("Has everything of [`Result`](results.md#result) as well.")
        parts += [member_text(name, *member) for member in members]
    return "\n\n".join(parts)


@cache
def pages() -> dict[str, str]:
    """Return each page by its file name."""
    by_page: dict[str, list[PublicName]] = {page: [] for page in PAGES}
    for public in public_names().values():
        by_page[page_of(public)].append(public)
    made = "Made from docstrings by `python -m tests.reference_pages`."
    texts = {}
    index = ["# Reference", "", f"{made} The examples run as tests of the docstrings.", ""]
    for page, (title, summary, _) in PAGES.items():
        entries = sorted(
            by_page[page], key=lambda public: (inspect.isclass(public.thing), public.name.lower())
        )
        contents = ", ".join(f"[`{p.name}`](#{p.name.lower()})" for p in entries)
        texts[f"{page}.md"] = (
            f"# {title}\n\n{summary} {made}\n\n{contents}\n\n" + "\n\n".join(map(entry, entries)) + "\n"
        )
        index += [f"- [{title}]({page}.md): {summary}", ""]
        index += ["  " + ", ".join(f"[`{p.name}`]({page}.md#{p.name.lower()})" for p in entries), ""]
    texts["index.md"] = "\n".join(index).rstrip() + "\n"
    return texts


def modules_page() -> str:
    """Return the page that lists every module of the package with its summary."""
    package = ROOT / "src" / "intimacy_scales"
    lines = ["# Modules", "", "Made from docstrings by `python -m tests.reference_pages`."]
    folders = sorted({path.parent for path in package.rglob("*.py")}, key=lambda folder: folder.parts)
    for folder in folders:
        place = folder.relative_to(package).as_posix()
        summary = module_summary(folder / "__init__.py")
        lines += ["", f"## `{'intimacy_scales' if place == '.' else place}/`", "", summary, ""]
        modules = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
        lines += [f"- `{path.stem}`: {module_summary(path)}" for path in modules]
    return "\n".join(lines) + "\n"


def module_summary(path: Path) -> str:
    """Return the first paragraph of a module's docstring in one line."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(docstring.split("\n\n")[0].split()).replace("``", "`")


def write() -> None:
    """Write every page anew."""
    MODULES.write_text(modules_page(), encoding="utf-8")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
