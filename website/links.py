"""Links of the repository's Markdown as links between pages of the site."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parent.parent
# files outside docs/ that are pages of the site
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "ARCHITECTURE.md": "project/architecture.md",
    "CODE_OF_CONDUCT.md": "project/code-of-conduct.md",
    "SECURITY.md": "project/security.md",
}
# pages that programs make
_MADE = {"docs/catalogue.md", "docs/gallery.md", "docs/notebooks/index.md", "docs/reference/commands.md"}
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^()\s]+)\)")
_CODE = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)
_NESTED = re.compile(r"^  (?=(?:[-*]|\d+\.) )", re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def page_of(file: str) -> str | None:
    """Return the page that a file of the repository has on the site; None if it has none."""
    return PAGES.get(file) or (
        file.removeprefix("docs/") if re.match(r"docs/.+\.(md|png|svg)$", file) else None
    )


def for_the_site(text: str, file: str) -> str:
    """Return the Markdown of a file as the site needs it.

    Links to files that have no page become the names of these files: the site holds no sources. Lists
    within lists are indented by four characters, which Python-Markdown asks for. Headings have the anchors
    that the Markdown refers to.

    Parameters
    ----------
    text
        The Markdown.
    file
        Its file, relative to the root of the repository.

    Raises
    ------
    ValueError
        A link leads to a file that does not exist.
    """
    seen: Counter[str] = Counter()
    parts = _CODE.split(text)
    for place in range(0, len(parts), 2):
        part = _NESTED.sub("    ", parts[place])
        part = _HEADING.sub(lambda heading: _with_anchor(heading, seen), part)
        parts[place] = _LINK.sub(lambda link: _relinked(link, file), part)
    return "".join(parts)


def _with_anchor(heading: re.Match[str], seen: Counter[str]) -> str:
    """Return a heading; one whose text stood before has the anchor by which repositories refer to it."""
    anchor = re.sub(r"[^\w\- ]", "", heading[1].lower()).replace(" ", "-")
    seen[anchor] += 1
    return heading[0] if seen[anchor] == 1 else f"{heading[0]} {{ #{anchor}-{seen[anchor] - 1} }}"


def _relinked(link: re.Match[str], file: str) -> str:
    picture, words, address = link.groups()
    if re.match(r"[a-z]+:|#", address):
        return link[0]
    path, mark, anchor = address.partition("#")
    target = os.path.normpath(PurePosixPath(file).parent / path)
    page = page_of(target)
    if not (ROOT / target).exists() and target not in _MADE:
        raise ValueError(f"{file}: the link to {address} leads to no file")
    if page is None:
        return words if words.strip("`") in {target, Path(target).name} else f"{words} (`{target}`)"
    here = page_of(file)
    assert here is not None
    relative = os.path.relpath(page, PurePosixPath(here).parent)
    return f"{picture}[{words}]({relative}{mark}{anchor})"
