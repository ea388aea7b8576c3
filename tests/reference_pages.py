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
from intimacy_scales.dyads.paired import PairedAnswers
from intimacy_scales.factor.confirmatory.estimation import fit
from intimacy_scales.factor.confirmatory.results import estimates, modification
from intimacy_scales.factor.report.guides import Guide
from intimacy_scales.factor.report.result import ItemStructure
from intimacy_scales.interop.answers.source_file import SourceFile
from intimacy_scales.interop.recognition.result import ColumnSet
from intimacy_scales.reading.advice import LikelyMissingCode
from intimacy_scales.reading.options import Reading, ReadingOptions, SheetReadingOptions
from intimacy_scales.reading.problems import Problems
from intimacy_scales.reliability.items.analysis import InterItem
from intimacy_scales.reliability.items.keying import KeyingFinding
from intimacy_scales.results.result import Result
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.scoring.norm_tables import StandardScale
from intimacy_scales.scoring.norms import StandardScore
from intimacy_scales.scoring.scale_score import ScaleScore
from intimacy_scales.scoring.summary import ScaleSummary
from tests.shared.folders import ROOT

FOLDER = ROOT / "docs" / "reference" / "api"
MODULES = ROOT / "docs" / "reference" / "modules.md"
PACKAGES = (
    "intimacy_scales", "intimacy_scales.dyads", "intimacy_scales.reliability", "intimacy_scales.factor",
    "intimacy_scales.scoring",
    "intimacy_scales.instrument", "intimacy_scales.planning", "intimacy_scales.simulation",
    "intimacy_scales.files", "intimacy_scales.jobs", "intimacy_scales.interop", "intimacy_scales.engines",
    "intimacy_scales.checking", "intimacy_scales.coding", "intimacy_scales.papers", "intimacy_scales.plots",
    "intimacy_scales.validity",
    "intimacy_scales.reports", "intimacy_scales.dyads.profiles", "intimacy_scales.interop.answers",
    "intimacy_scales.interop.recognition",
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
    "couples": (
        "Couples", "Two partners, one relationship: pairing, scores, agreement, effects on each other.",
        ("dyads",),
    ),
    "plots": ("Plots", "Pictures of results, each with an alt text and its data.", ("plots",)),
    "reports": ("Reports", "Pages for people who answered.", ("reports",)),
    "papers": ("Papers", "Tables for papers in APA style, made of results.", ("papers",)),
    "planning": (
        "Planning and simulation", "How many respondents a study needs, and simulated answers.",
        ("planning", "simulation", "numerics"),
    ),
    "validity": (
        "Validity", "Evidence for an instrument: what experts judge, what a study finds, what is missing.",
        ("validity",),
    ),
    "files": ("Files", "Answers in files: read, score and report them.", ("files", "jobs", "interop")),
    "engines": ("Engines", "Answers on Spark, Dask, DuckDB, polars and Arrow.", ("engines",)),
    "checking": ("Item checks", "The linter for item banks.", ("checking",)),
    "coding": (
        "Coding of answers", "Whether stored answers are coded as their instrument says.", ("coding",),
    ),
    "results": ("Results", "What results have in common.", ("results",)),
    "errors": ("Errors and warnings", "Every exception and warning.", ("errors",)),
}  # fmt: skip
# what people come for, and the names that do it
TASKS = {
    "find an instrument, or load my own": "available load load_file",
    "score one person, or many sheets": "score score_many",
    "score a table, a file, a stream, a folder": "score score_file score_stream score_folder",
    "put results into a manuscript": "paper_table",
    "check a table and keep what was checked": "encode CodedResponses",
    "write the Method and Results sections of a paper": "methods_section results_section",
    "say how answers are stored: columns, missing codes, recoding": "Reading",
    "read the file of a survey tool; which instrument is it?": "read_answers recognize save_mapping",
    "score both partners' columns of one file": "score_column_sets",
    "check whether answers are coded as the instrument says": "check_coding",
    "compare with norms and cut-offs": "Norm StandardScores Interpretation",
    "report the reliability of every scale": "reliability_report",
    "compute alpha, omega, other coefficients": "cronbach_alpha mcdonald_omega guttman_lambdas split_half",
    "pair partners of couples": "Dyads",
    "compare two alphas": "compare_alphas",
    "analyse items": "item_analysis",
    "agreement of raters, groups or partners": "intraclass_corr group_icc",
    "two occasions: retest, limits of agreement, change": "test_retest reliable_change",
    "the same traits by oneself, partner and diary": "mtmm",
    "norms by age or years together": "regression_norm",
    "the smallest change that matters": "minimal_important_change",
    "groups that are known to differ; cut-offs": "known_groups cutoff_search",
    "error of one person's score": "measurement_error conditional_error",
    "reliability of a diary": "diary_reliability two_level_omega",
    "report whether answers support the scales": "structure_report",
    "let experts judge the items": "expert_sheet read_expert_sheets content_validity",
    "write a study's findings into an instrument; what is missing": "evidence_report",
    "fit a measurement model": "cfa CFAResult Fit",
    "fit paths: actor-partner models, mediation": "sem SEMResult DefinedParameters",
    "compare models, test invariance": "compare_models invariance",
    "explore factors": "efa parallel_analysis map_test rotate",
    "test whether answers are missing completely at random": "little_mcar",
    "discriminant validity": "htmt",
    "show two partners their scores, with their consent": "couple_feedback Consent shareable_scales",
    "remove small groups from a table": "suppress_small_cells",
    "plan a sample, simulate answers": "plan_sample_size simulate simulate_diary",
    "write items, check a bank": "load_bank check_bank",
    "translate an instrument": "translation_template pool_languages",
    "work on Spark, Dask, DuckDB, polars": "summarize scores_schema",
}

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


# Parts of results that users meet though they do not import them, and the options that all readers share.
PARTS: tuple[type, ...] = (
    Reading,
    fit.Fit, fit.ScaledFit, fit.FitIndices, estimates.Parameters, estimates.ParameterEstimate,
    modification.ModificationIndices, modification.ModificationIndex, ItemStructure, Guide,
    InterItem, KeyingFinding, ScaleScore, ScaleSummary, StandardScore, StandardScale,
    Problems, LikelyMissingCode, Page, TextTable, PairedAnswers, SourceFile, ColumnSet,
)  # fmt: skip


@cache
def documented() -> tuple[PublicName, ...]:
    """Return every public name, and the parts of results that the pages describe."""
    parts = [PublicName(part.__name__, part.__module__, part) for part in PARTS]
    return (*public_names().values(), *parts)


@cache
def anchors() -> dict[str, str]:
    """Return page and anchor of each name; a function and a class that differ in case only have two."""
    places: dict[str, str] = {}
    for page, entries in entries_by_page().items():
        seen: dict[str, int] = {}
        for public in entries:
            anchor = public.name.lower()
            seen[anchor] = seen.get(anchor, -1) + 1
            suffix = f"-{seen[anchor]}" if seen[anchor] else ""
            places.setdefault(public.name, f"{page}.md#{anchor}{suffix}")
    return places


@cache
def entries_by_page() -> dict[str, list[PublicName]]:
    """Return what each page documents, in order: functions, then classes, then parts of results."""
    by_page: dict[str, list[PublicName]] = {page: [] for page in PAGES}
    for public in documented():
        by_page[page_of(public)].append(public)
    for entries in by_page.values():
        entries.sort(key=lambda p: (p.thing in PARTS, inspect.isclass(p.thing), p.name.lower()))
    return by_page


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
    optional = {parameter.name for parameter in parameters if parameter.default is not parameter.empty}
    names = {parameter.name for parameter in parameters}
    shared = next(
        (options & optional for options in (READING, SHEET_READING) if options <= names), frozenset()
    )
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
    """Return a list of parameters, attributes, returns or errors; names with one description share a line."""
    lines: list[tuple[list[str], str]] = []
    for value in values:
        label = getattr(value, "name", "") or str(getattr(value, "annotation", "") or "")
        text = inspect.cleandoc(value.description).replace("\n", "\n  ")
        if lines and text and lines[-1][1] == text:
            lines[-1][0].append(label)
        else:
            lines.append(([label], text))
    return "\n".join(f"- {labelled(labels, text)}" for labels, text in lines)


def labelled(labels: list[str], text: str) -> str:
    """Return names and their description as one item of a list."""
    names = ", ".join(f"`{label}`" for label in labels if label)
    return f"{names}: {text}" if names and text else names or text


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
            if inspect.isfunction(plain) and not plain.__module__.startswith("intimacy_scales"):
                continue  # what pydantic adds, with its words
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
    where = f"`from {public.package} import {name}`"
    if thing in PARTS:
        where = "Part of results; not imported." if thing is not Reading else "As keywords, or as one value."
    parts = [f"## `{name}`", where]
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
    made = "Made from docstrings by `python -m tests.reference_pages`."
    texts = {}
    index = ["# Reference", "", f"{made} The examples run as tests of the docstrings.", ""]
    index += ["| I want to … | use |", "|---|---|"]
    index += [f"| {task} | {', '.join(map(link, names.split()))} |" for task, names in TASKS.items()]
    index += ["", "## All names", ""]
    for page, (title, summary, _) in PAGES.items():
        entries = entries_by_page()[page]
        contents = ", ".join(link(public.name).replace(f"({page}.md#", "(#") for public in entries)
        body_text = "\n\n".join(linked(entry(public), public.name, page) for public in entries)
        texts[f"{page}.md"] = f"# {title}\n\n{summary} {made}\n\n{contents}\n\n{body_text}\n"
        functions = [public for public in entries if not inspect.isclass(public.thing)]
        classes = [public for public in entries if inspect.isclass(public.thing)]
        index += [f"**[{title}]({page}.md)**: {summary}", ""]
        for kind, some in (("Functions and constants", functions), ("Classes", classes)):
            if some:
                index += [f"- {kind}: " + ", ".join(link(public.name) for public in some)]
        index.append("")
    texts["index.md"] = "\n".join(index).rstrip() + "\n"
    return texts


def link(name: str) -> str:
    """Return a link to a documented name."""
    return f"[`{name}`]({anchors()[name]})"


_DOCS = re.compile(r"(?<![\w/(\[])docs/([\w/-]+\.md)")
_NAMED = re.compile(r"(?<!\[)`(\w+)`(?!\])")


def linked(text: str, own: str, page: str) -> str:
    """Return Markdown in which other documented names, and pages of docs, are links; code stays as it is."""

    def to_name(match: re.Match[str]) -> str:
        name = match[1]
        return match[0] if name == own or name not in anchors() else link(name).replace(f"({page}.md#", "(#")

    parts = re.split(r"(```.*?```|^#.*?$|^`from .*?$|^- `.*?(?=:|$))", text, flags=re.DOTALL | re.MULTILINE)
    return "".join(
        part if position % 2 else _NAMED.sub(to_name, _DOCS.sub(r"[docs/\1](../../\1)", part))
        for position, part in enumerate(parts)
    )


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
