"""What MkDocs calls while it builds the site: pages made by programs, and links that suit the site."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parent.parent))

from website.catalogue import catalogue_page
from website.checks import broken_links
from website.commands import commands_page
from website.gallery import drawn, gallery_page
from website.links import PAGES, ROOT, for_the_site
from website.notebooks import notebook_pages


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are made by programs."""

    def add(page: str, content: str | bytes) -> None:
        files.append(File.generated(config, page, content=content))

    for source, page in PAGES.items():
        if (ROOT / source).exists():
            add(page, for_the_site((ROOT / source).read_text(encoding="utf-8"), source))
    add("catalogue.md", catalogue_page())
    add("reference/commands.md", commands_page())
    pictures = list(drawn())
    for picture in pictures:
        add(picture.file, picture.svg)
    add("gallery.md", gallery_page(pictures))
    for page, content in notebook_pages():
        add(page, content)
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Return the Markdown of a page of docs/ with links that suit the site."""
    del config, files
    if page.file.generated_by:
        return markdown
    return for_the_site(markdown, f"docs/{page.file.src_uri}")


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Return a page of the site with what the theme leaves out for screen readers."""
    del page, config
    return accessible(output)


def on_post_template(output: str, template_name: str, config: Any) -> str:
    """Return a page that is made of a template alone, such as 404.html, as `on_post_page` does."""
    del config
    return accessible(output) if template_name.endswith(".html") else output


def accessible(html: str) -> str:
    """Return a page whose search, and what opens it and the menu, have names.

    What scrolls is made reachable by keys in the browser, by ``docs/javascripts/scrolling.js``.

    Examples
    --------
    >>> accessible('<div class="md-search" role="dialog">')
    '<div class="md-search" aria-label="Search" role="dialog">'
    >>> accessible('<input class="md-toggle" data-md-toggle="drawer">')
    '<input class="md-toggle" aria-label="Menu" data-md-toggle="drawer">'
    """
    named = html.replace('<div class="md-search"', '<div class="md-search" aria-label="Search"')
    for what, name in (("search", "Search"), ("drawer", "Menu")):
        toggle = f'data-md-toggle="{what}"'
        named = named.replace(
            f'<input class="md-toggle" {toggle}', f'<input class="md-toggle" aria-label="{name}" {toggle}'
        )
    return named


def on_post_build(config: Any) -> None:
    """Raise if a link of the built site is broken; MkDocs does not look at those in HTML."""
    broken = broken_links(Path(config.site_dir))
    if broken:
        raise PluginError("\n".join(broken))
