"""The glossary in CONTRIBUTING: phrases that do not come back, and names that say what they hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shared.folders import ROOT

SOURCES = sorted((ROOT / "src").rglob("*.py"))
TEXTS = sorted(
    path
    for path in [
        *SOURCES,
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "benchmarks").rglob("*.py"),
        *(ROOT / "docs").rglob("*.md"),
        *ROOT.glob("*.md"),
    ]
    if path.name not in {"CONTRIBUTING.md", "test_words.py", "grammar.py"}  # lists of words
)

# Whole words, also across a line break; each is a phrase of the glossary, or a form of one.
BANNED = (
    r"belongs? to no population",
    r"no population (could|can|has)",
    r"(take|takes|taken|taking) (the )?answers for normal",
    r"torn",
    r"(?<![Tt]here )(is|are|was|were) none( of (those|these|them|the))?(?! (left|the less|other))",
    r"(?<![Tt]here )(is|are) no (items?|answers?|scores?|numbers?|instrument|scales?|text|name|value|list|"
    r"mapping|table|option|file|folder|report|model|column|function|interval)"
    r"(?! (is|are|was|were|has|have|can|at|in)\b)",
    r"is no (item|answer)'s",
    r"beside",
    r"hangs? together",
    r"(comes?|came) to rest",
    r"(is|are|was|were) told (of|about|for)",
    r"tells? of",
    r"what (it )?lacks",
    r"what rounding leaves",
    r"shall",
    r"reversed items?",
    r"(have|has) nothing to do with",
)
_LINE_STARTS = re.compile(r"\n[ \t]*(?:#:?|>|\*|-)?[ \t]*")


def capitalized(phrase: str) -> str:
    return phrase[0].upper() + phrase[1:] if phrase[0].isalpha() else phrase


def banned_phrases(text: str) -> list[str]:
    """Return each banned phrase in a text, with what stands around it."""
    joined = _LINE_STARTS.sub(" ", text)
    return [
        f"{hit.group()!r} in …{joined[max(0, hit.start() - 40) : hit.end() + 30]}…"
        for phrase in BANNED
        for hit in re.finditer(rf"\b(?:{phrase}|{capitalized(phrase)})\b", joined)
    ]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_banned_phrase(path: Path) -> None:
    assert banned_phrases(path.read_text(encoding="utf-8")) == []


def test_banned_phrases_are_found_across_lines() -> None:
    assert (
        len(
            banned_phrases(
                '"""A matrix that belongs\n    to no population.\n\n    # this is\n    # none of those"""'
            )
        )
        == 2
    )
    assert banned_phrases("There is no item left, and a matrix that is not positive definite.") == []


GRAMMAR_NAMES = frozenset({"found", "told", "said", "own", "there", "of", "wholes", "excess", "bare"})


def local_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield each name that a function assigns to, with its line; and each parameter of a private function."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        private = isinstance(node, ast.Lambda) or node.name.startswith("_")
        if private:
            for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
                yield argument.lineno if hasattr(argument, "lineno") else node.lineno, argument.arg
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                yield inner.lineno, inner.id


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_locals_say_what_they_hold(path: Path) -> None:
    names = local_names(ast.parse(path.read_text(encoding="utf-8")))
    assert sorted({(line, name) for line, name in names if name in GRAMMAR_NAMES}) == []


_QUESTIONS = ("What", "How", "Who", "Whose", "Whom", "Which", "Where", "When", "Whether", "Why")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_functions_begin_with_a_verb(path: Path) -> None:
    """A function does something; a property is something, and may begin with a noun or `Whether`."""
    questions = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            properties = {"property", "kept", "cached_property"}
            decorators = {
                ast.unparse(decorator).split(".")[-1].split("(")[0] for decorator in node.decorator_list
            }
            first = (ast.get_docstring(node) or "").split(" ")[0]
            if first in _QUESTIONS and not decorators & properties:
                questions.append((node.lineno, node.name, first))
    assert questions == []


NUMBER_NAMES = re.compile(r"^_?(ONE|TWO|THREE|FOUR|PAIR|TWICE|TRIAD|SECOND|BOTH)$")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_no_constant_is_a_number_in_letters(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assigned = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    names = {target.id for target in assigned if isinstance(target, ast.Name)}
    assert sorted(name for name in names if NUMBER_NAMES.match(name)) == []


def test_each_tolerance_has_one_value_and_says_what_it_is_relative_to() -> None:
    """A name that two rooms define would give one of them the other one's value, without a word."""
    path = ROOT / "src" / "intimacy_scales" / "numerics" / "tolerances.py"
    lines = [
        line for line in path.read_text(encoding="utf-8").splitlines() if re.match(r"[A-Z_0-9]+ = ", line)
    ]
    names = [line.split(" = ")[0] for line in lines]
    assert len(lines) > 30
    assert sorted(names) == sorted(set(names))
    assert [line for line in lines if "  # " not in line] == []
