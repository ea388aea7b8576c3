"""The command that opens the documentation site."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intimacy_scales.cli import app, docs


def test_docs_says_how_to_build_the_site_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "built_site", lambda: None)
    result = CliRunner().invoke(app, ["docs"])
    assert result.exit_code == 2
    assert "the documentation site is not installed" in result.output
    assert "mkdocs build --strict" in result.output


def test_docs_opens_the_installed_site_or_prints_its_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = tmp_path / "share" / "doc" / "intimacy-scales" / "html" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>here</p>", encoding="utf-8")
    opened: list[str] = []
    monkeypatch.setattr(sys, "prefix", str(tmp_path))

    def open_page(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr("webbrowser.open", open_page)
    assert docs.built_site() == page
    silent = CliRunner().invoke(app, ["docs"])
    assert (silent.exit_code, silent.output, opened) == (0, "", [page.as_uri()])
    printed = CliRunner().invoke(app, ["docs", "--where"])
    assert printed.output.strip() == page.as_uri() and len(opened) == 1


def test_docs_prints_the_address_where_no_browser_opens(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = tmp_path / "index.html"
    monkeypatch.setattr(docs, "built_site", lambda: page)
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    assert CliRunner().invoke(app, ["docs"]).output.strip() == page.as_uri()
