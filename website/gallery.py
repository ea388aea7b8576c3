"""The gallery of plots: each script of docs/gallery, its picture, its alt text, and its numbers.

`python -m website.gallery NAME FOLDER` writes one picture to a folder, such as that of the README.
"""

from __future__ import annotations

import ast
import os
import runpy
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from website.links import ROOT

FOLDER = ROOT / "docs" / "gallery"
_INTRODUCTION = """\
# Gallery of plots

Every plot of `intimacy_scales.plots`, with the code that draws it. Answers in the first picture of each are
simulated; where a second one follows, it shows published data, which the library does not hold: its code
reads them from a folder. Each plot has an alt text and its numbers as a table (`axes.to_frame()`), and is
saved by `axes.save("plot.svg")`.
"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture of the gallery.

    Attributes
    ----------
    name
        Name of its script: the name of the plot, and after a dash what a further picture of it shows.
    caption
        First line of its script.
    code
        The rest of its script.
    alt_text
        The picture in words.
    svg
        The picture.
    real
        Whether it shows published data.
    """

    name: str
    caption: str
    code: str
    alt_text: str
    svg: bytes
    real: bool = False

    @property
    def file(self) -> str:
        """Its path on the site."""
        return f"pictures/{'real-' if self.real else ''}{self.name}.svg"


def drawn() -> Iterator[Drawn]:
    """Yield the pictures of all scripts; those of published data where a folder of them is named."""
    for path in sorted(FOLDER.glob("*.py"), key=lambda path: path.stem):
        yield _run(path, real=False)
        real = FOLDER / "real" / path.name
        if real.exists() and Path(os.environ.get("INTIMACY_SCALES_SHARED", "-")).is_dir():
            yield _run(real, real=True)


def gallery_page(pictures: list[Drawn]) -> str:
    """Return the page as Markdown."""
    parts = [_INTRODUCTION]
    for picture in pictures:
        if not picture.real and "-" not in picture.name:
            parts.append(f"## `{picture.name}`")
        image = f'<img src="{picture.file}" alt="{escape(picture.alt_text)}">'
        parts.append(f"<figure>{image}<figcaption>{escape(picture.caption)}</figcaption></figure>")
        summary = "Code with published data" if picture.real else "Code"
        code = f"```python\n{picture.code}\n```"
        parts.append(f'<details markdown="1"><summary>{summary}</summary>\n\n{code}\n\n</details>')
    return "\n\n".join(parts) + "\n"


def _run(path: Path, *, real: bool) -> Drawn:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    caption = (ast.get_docstring(tree) or "").split("\n")[0]
    code = "\n".join(text.split("\n")[tree.body[0].end_lineno :]).strip()
    axes: Any = runpy.run_path(str(path))["axes"]
    with TemporaryDirectory() as folder:
        svg = axes.save(Path(folder, "plot.svg")).read_bytes()
    return Drawn(path.stem, caption, code, axes.alt_text, svg, real)


if __name__ == "__main__":
    name, folder = sys.argv[1:]
    Path(folder, f"{name}.svg").write_bytes(_run(FOLDER / f"{name}.py", real=False).svg)
