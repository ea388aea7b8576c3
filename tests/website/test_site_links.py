"""Links of the repository's Markdown as the documentation site needs them."""

from __future__ import annotations

import pytest

from website.links import PAGES, for_the_site, page_of


@pytest.mark.parametrize(
    ("file", "page"),
    [
        ("README.md", "index.md"),
        ("docs/how-to/score-files.md", "how-to/score-files.md"),
        ("CHANGELOG.md", "project/changelog.md"),
        ("src/intimacy_scales/errors.py", None),
    ],
)
def test_page_of(file: str, page: str | None) -> None:
    assert page_of(file) == page


@pytest.mark.parametrize(
    ("file", "text", "on_the_site"),
    [
        ("README.md", "[a](docs/how-to/score-files.md#b)", "[a](how-to/score-files.md#b)"),
        (
            "CHANGELOG.md",
            "[2\nlines](docs/how-to/score-files.md)",
            "[2\nlines](../how-to/score-files.md)",
        ),
        ("docs/how-to/score-files.md", "[log](../../CHANGELOG.md)", "[log](../project/changelog.md)"),
        ("README.md", "[errors](src/intimacy_scales/errors.py)", "errors (`src/intimacy_scales/errors.py`)"),
        ("README.md", "[`errors.py`](src/intimacy_scales/errors.py)", "`errors.py`"),
        ("README.md", "[elsewhere](https://example.org/x)", "[elsewhere](https://example.org/x)"),
        ("README.md", "[below](#below)", "[below](#below)"),
        ("README.md", "```python\nx[0](README.md)\n```", "```python\nx[0](README.md)\n```"),
        ("README.md", "- a\n  - b", "- a\n    - b"),
        ("README.md", "# A b\n\n# `A` b", "# A b\n\n# `A` b { #a-b-1 }"),
    ],
)
def test_for_the_site(file: str, text: str, on_the_site: str) -> None:
    assert for_the_site(text, file) == on_the_site


def test_a_link_to_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"README\.md: the link to docs/none\.md leads to no file"):
        for_the_site("[a](docs/none.md)", "README.md")


def test_every_page_outside_docs_has_a_place_of_its_own() -> None:
    assert len(set(PAGES.values())) == len(PAGES)
