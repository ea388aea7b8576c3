"""The check of the built site finds links to nothing, and only these."""

from __future__ import annotations

from pathlib import Path

from website.checks import broken_links


def test_broken_links_are_found_in_every_element(tmp_path: Path) -> None:
    (tmp_path / "how").mkdir()
    (tmp_path / "how" / "to.html").write_text('<h2 id="here">Here</h2>', encoding="utf-8")
    (tmp_path / "a b.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "index.html").write_text(
        """<a href="how/to.html#here">right</a> <a href="how/to.html#there">no place</a>
        <a href="#top">no place</a> <p id="below"></p> <a href="#below">right</a>
        <img src="a%20b.svg"> <img src="none.svg"> <a href="none.html">no file</a>
        <a href="https://example.org/none">elsewhere</a> <a href="mailto:a@example.org">elsewhere</a>""",
        encoding="utf-8",
    )
    assert broken_links(tmp_path) == [
        "index.html: how/to.html#there leads to no place in to.html",
        "index.html: #top leads to no place in index.html",
        "index.html: none.svg leads to no file",
        "index.html: none.html leads to no file",
    ]
