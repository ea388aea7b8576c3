"""The command `docs`: the documentation site, where it was built."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from intimacy_scales.cli.console import WRONG_USE, err, out

_INSTALLED = Path("share", "doc", "intimacy-scales", "html")  # within sys.prefix
_BUILD = (
    'build it in a checkout: pip install -e ".[all,site]" && mkdocs build --strict; add '
    f"--site-dir {_INSTALLED.as_posix()}, within the folder of this environment, to install it"
)


def docs(
    where: Annotated[bool, typer.Option("--where", help="Print its address, and open nothing.")] = False,
) -> None:
    """Open the documentation site in a browser."""
    page = built_site()
    if page is None:
        err.print(f"[red]error:[/] the documentation site is not installed; {_BUILD}", soft_wrap=True)
        raise typer.Exit(WRONG_USE)
    if where or not webbrowser.open(page.as_uri()):
        out.print(page.as_uri(), soft_wrap=True, highlight=False)


def built_site() -> Path | None:
    """Return the first page of the site of this environment or checkout; None if it is not built."""
    checkout = Path(__file__).parents[3]
    folders = [Path(sys.prefix) / _INSTALLED]
    if (checkout / "mkdocs.yml").exists():
        folders.append(checkout / "site")
    return next((page for folder in folders if (page := folder / "index.html").is_file()), None)
