"""The reference pages are those of today's docstrings, and every public name has an example."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import get_args

import pytest

import intimacy_scales
from tests.reference_pages import (
    FOLDER,
    MODULES,
    PACKAGES,
    PublicName,
    documented,
    modules_page,
    pages,
)
from tests.shared.folders import ROOT

DECISIONS = ROOT / "docs" / "explanation" / "decisions"
RECORDS = sorted(DECISIONS.glob("[0-9]*.md"))


def test_the_pages_are_those_of_the_docstrings() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert written == pages(), "run python -m tests.reference_pages"
    assert MODULES.read_text(encoding="utf-8") == modules_page(), "run python -m tests.reference_pages"


def headings(text: str) -> set[str]:
    """Return the anchors of a page's headings: a second heading of the same letters has a number."""
    names = [heading.lower() for heading in re.findall(r"^## `(\w+)`", text, re.MULTILINE)]
    return {f"{name}-{n}" if (n := names[:place].count(name)) else name for place, name in enumerate(names)}


def test_every_link_leads_somewhere() -> None:
    for name, text in pages().items():
        links = re.findall(r"\]\(([a-z-]*\.?m?d?)#([a-z_0-9-]+)\)", text)
        assert len(links) > 1, name
        for page, anchor in links:
            assert anchor in headings(pages()[page or name]), (name, page, anchor)
        for path in re.findall(r"\]\((\.\./[^)#]+)", text):
            assert (FOLDER / path).is_file(), (name, path)


def needs_example(public: PublicName) -> bool:
    """Return whether a name is called or received: not an error, a constant or a literal."""
    if not callable(public.thing) or get_args(public.thing):
        return False
    return not (inspect.isclass(public.thing) and issubclass(public.thing, Exception))


@pytest.mark.parametrize(
    "public",
    [public for public in documented() if needs_example(public)],
    ids=lambda public: f"{public.package}.{public.name}",
)
def test_every_public_name_has_an_example_that_runs(public: PublicName) -> None:
    """Doctests run every example; one that is marked to be skipped would not be run."""
    docstring = inspect.getdoc(public.thing) or ""
    assert ">>>" in docstring, f"{public.package}.{public.name} has no example in its docstring"
    assert "+SKIP" not in docstring


# what rooms share with each other by their packages; users import none of it
_OF_ROOMS = {"intimacy_scales.cli", "intimacy_scales.factor.syntax.grammar", "intimacy_scales.reading.frames"}


def test_every_module_with_public_names_is_in_the_reference() -> None:
    folder = Path(intimacy_scales.__file__).parent
    modules = {
        ".".join(("intimacy_scales", *path.relative_to(folder).with_suffix("").parts)).removesuffix(
            ".__init__"
        )
        for path in folder.rglob("*.py")
        if re.search(r"^__all__\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert modules - _OF_ROOMS == set(PACKAGES)


def test_decisions_are_numbered_and_listed() -> None:
    index = (DECISIONS / "index.md").read_text(encoding="utf-8")
    for number, path in enumerate(RECORDS, 1):
        title = path.read_text(encoding="utf-8").splitlines()[0]
        assert path.name.startswith(f"{number:02d}-") and title.startswith(f"# {number}. "), path.name
        assert f"{number}. [{title.split('. ', 1)[1]}]({path.name})" in index.splitlines()


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_decision_says_why_and_where(path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "**Decision.** " in text and "**Why.** " in text
    places = re.findall(r"`([^`]+)`", text.split("**Where.** ")[1])
    assert places
    for place in places:
        assert (ROOT / place).exists() or (ROOT / "src" / "intimacy_scales" / place).exists(), place
