"""A check of the built site: every link and picture leads to a file of it, and to a place that is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass
class Targets(HTMLParser):
    """What a page has: ids, and addresses of links and pictures.

    Attributes
    ----------
    ids
        Ids and names of places.
    addresses
        Addresses of links, pictures, styles and scripts.
    """

    ids: set[str] = field(default_factory=set)
    addresses: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element has."""
        del tag
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.ids.add(value)
            elif name in ("href", "src") and value:
                self.addresses.append(value)


def broken_links(site: Path) -> list[str]:
    """Return the links of a site that lead to no file of it, or to no place in that file.

    Parameters
    ----------
    site
        The folder of the built site. Addresses elsewhere, such as https:, are not followed.
    """
    pages = {path: _targets(path) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}
    broken = []
    for path, targets in pages.items():
        for address in dict.fromkeys(targets.addresses):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
            target = target / "index.html" if target.is_dir() else target
            place = unquote(parts.fragment)
            if not target.is_file():
                broken.append(f"{path.relative_to(site)}: {address} leads to no file")
            elif place and place not in pages.get(target, Targets({place})).ids:
                broken.append(f"{path.relative_to(site)}: {address} leads to no place in {target.name}")
    return broken


def _targets(path: Path) -> Targets:
    targets = Targets()
    targets.feed(path.read_text(encoding="utf-8"))
    return targets
