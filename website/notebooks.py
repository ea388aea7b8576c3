"""The notebooks, executed when the site is built; their sources, docs/notebooks, hold no output."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient
from nbconvert import MarkdownExporter

from website.links import ROOT

FOLDER = ROOT / "docs" / "notebooks"
_LONGEST = 120  # seconds for a cell
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


def notebook_pages() -> Iterator[tuple[str, str | bytes]]:
    """Yield path and content of what the site has of each notebook: page, pictures, file to download."""
    titles = {}
    for path in sorted(FOLDER.glob("*.py")):
        notebook = jupytext.read(path)
        titles[path.stem] = _title(notebook)
        if "shared" in notebook.metadata.get("needs", []) and not has_shared_data():
            yield f"notebooks/{path.stem}.md", _left_out(titles[path.stem])
            continue
        executed(notebook)
        yield from _page(path.stem, notebook)
    listed = "\n".join(f"- [{title}]({name}.md)" for name, title in titles.items())
    yield (
        "notebooks/index.md",
        f"# Notebooks\n\nExecuted when this site was built; each can be downloaded.\n\n{listed}\n",
    )


def has_shared_data() -> bool:
    """Return whether the folder of published data is there, which some notebooks read."""
    return Path(os.environ.get("INTIMACY_SCALES_SHARED", "-")).is_dir()


def executed(notebook: Any) -> Any:
    """Execute a notebook in an empty folder, in place; a cell that raises an error raises it here too."""
    notebook.metadata.setdefault("kernelspec", {"name": "python3", "display_name": "Python 3"})
    with TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=_LONGEST,
            resources={"metadata": {"path": folder}},
            extra_arguments=["--log-level=ERROR"],
        )
        client.execute()
    return notebook


def _page(name: str, notebook: Any) -> Iterator[tuple[str, str | bytes]]:
    """Yield the files of an executed notebook."""
    text, resources = MarkdownExporter().from_notebook_node(notebook, {"unique_key": name})
    for file, content in resources["outputs"].items():
        yield f"notebooks/{file}", content
    title, body = text.split("\n", 1)
    yield f"notebooks/{name}.md", f"{title}\n\n[Download this notebook]({name}.ipynb)\n{body}"
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # when each cell ran
    yield f"notebooks/{name}.ipynb", nbformat.writes(notebook)


def _title(notebook: Any) -> str:
    title = _TITLE.search(notebook.cells[0].source)
    if title is None:
        raise ValueError("the first cell of a notebook has no title (# …)")
    return title[1]


def _left_out(title: str) -> str:
    return (
        f"# {title}\n\nThis notebook reads published data, which were not there when this site was built. "
        "Its source is in the repository, `docs/notebooks`.\n"
    )
