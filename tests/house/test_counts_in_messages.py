"""Counts in messages: "once" and "twice", and a singular where a length is 1."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from intimacy_scales.messages import counted, times
from tests.shared.folders import ROOT


def representations(path: Path) -> Iterator[ast.JoinedStr]:
    """Yield the f-strings of every ``__repr__`` and ``__str__``, which show any number of rows."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name in ("__repr__", "__str__"):
            yield from (part for part in ast.walk(node) if isinstance(part, ast.JoinedStr))


def own_length_in_the_plural(text: ast.JoinedStr) -> bool:
    """Tell whether a text has ``{len(self)}`` in front of a plural."""
    for first, second in zip(text.values, text.values[1:], strict=False):
        if not isinstance(first, ast.FormattedValue) or not isinstance(second, ast.Constant):
            continue
        word = str(second.value).strip(" ,;:.").partition(" ")[0].rstrip(",;:.")
        if ast.unparse(first.value) == "len(self)" and word in ("persons", "rows", "items", "instruments"):
            return True
    return False


def test_how_often_is_a_word_up_to_twice() -> None:
    assert [times(n) for n in range(4)] == ["0 times", "once", "twice", "3 times"]
    assert [counted(n, "person") for n in range(3)] == ["0 persons", "1 person", "2 persons"]


def test_results_of_one_row_show_a_singular() -> None:
    wrong = [
        f"{path}:{text.lineno}"
        for path in sorted((ROOT / "src" / "intimacy_scales").rglob("*.py"))
        for text in representations(path)
        if own_length_in_the_plural(text)
    ]
    assert not wrong, f"write counted(len(self), …) in {wrong}"
