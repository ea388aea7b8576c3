"""Style of pages in HTML: light and dark on screens, black on white on paper."""

from __future__ import annotations

from collections.abc import Mapping

LIGHT = {
    "paper": "#ffffff",
    "ink": "#1a1a1a",
    "quiet": "#555555",
    "line": "#d0d0d0",
    "rule": "#444444",
    "caution": "#fff4d6",
    "mark": "#9a6700",
    "focus": "#0b57d0",
}
DARK = {
    "paper": "#16181c",
    "ink": "#e8e8e8",
    "quiet": "#b8bcc4",
    "line": "#3d4148",
    "rule": "#9aa0a8",
    "caution": "#33290f",
    "mark": "#e0b04a",
    "focus": "#8ab4f8",
}
# text, what is behind it: each pair has a contrast of 4.5 or more (WCAG 2.2, 1.4.3), which a test computes
TEXT_ON = (("ink", "paper"), ("quiet", "paper"), ("ink", "caution"))
# rules and marks, on what is behind them: a contrast of 3 or more (WCAG 2.2, 1.4.11)
SIGNS_ON = (("rule", "paper"), ("mark", "caution"), ("mark", "paper"), ("focus", "paper"))

PAPER_SIZES = (9.0, 8.0, 7.0, 6.5)  # points of the texts of tables on paper: the largest one that fits
PAPER_MARGIN = 12  # millimetres


def _colours(colours: Mapping[str, str]) -> str:
    return "; ".join(f"--{name}: {colour}" for name, colour in colours.items())


def size_class(points: float) -> str:
    """Return the name of the class of tables of a size on paper.

    Examples
    --------
    >>> size_class(6.5), size_class(8.0)
    ('size-65', 'size-80')
    """
    return f"size-{round(points * 10)}"


_SIZES = "\n".join(f"  .{size_class(points)} table {{ font-size: {points:g}pt }}" for points in PAPER_SIZES)

_STYLE = f"""
:root {{ color-scheme: light dark; {_colours(LIGHT)} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {_colours(DARK)} }} }}
body {{ font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif;
  max-width: 76rem; margin: 2rem auto; padding: 0 1rem; color: var(--ink); background: var(--paper) }}
h1 {{ font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere }}
h2 {{ font-size: 1.2rem; line-height: 1.3; margin: 2rem 0 .5rem; overflow-wrap: anywhere }}
caption h1, caption h2 {{ margin: .5rem 0; width: max-content; max-width: min(44rem, 90vw) }}
p, li {{ max-width: 48rem; overflow-wrap: anywhere }}
table {{ border-collapse: collapse; margin: .5rem 0 1rem; font-variant-numeric: tabular-nums;
  min-width: 20rem }}
caption {{ text-align: left; caption-side: top }}
th, td {{ padding: .3rem .6rem; text-align: right; white-space: nowrap; font-weight: normal;
  vertical-align: top }}
th:first-child, td:first-child, .text {{ text-align: left }}
thead th {{ font-weight: 600; white-space: normal; vertical-align: bottom;
  border-bottom: 2px solid var(--rule) }}
thead .above {{ border-bottom-width: 1px; text-align: center }}
tbody tr {{ border-bottom: 1px solid var(--line) }}
tbody .words {{ white-space: normal; overflow-wrap: anywhere; min-width: 12em; max-width: 40rem }}
tbody th {{ position: sticky; left: 0; background: var(--paper) }}
.figure {{ white-space: nowrap }}
.wide {{ overflow-x: auto }}
.wide:focus-visible {{ outline: 2px solid var(--focus); outline-offset: 2px }}
.unseen {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }}
.warnings {{ background: var(--caution); border-left: 4px solid var(--mark); margin: 0; max-width: 48rem;
  padding: .6rem 1rem .6rem 2rem }}
.pictures {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr));
  gap: 1rem }}
.together {{ display: contents }} .together h2 {{ grid-column: 1 / -1; margin-bottom: 0 }}
figure {{ margin: 1rem 0 }} img, svg {{ max-width: 100%; height: auto; background: #ffffff }}
figcaption, .note {{ font-size: .9rem; color: var(--quiet); max-width: 48rem; overflow-wrap: anywhere }}
.note {{ margin-top: -.5rem }}
@media print {{
  :root {{ color-scheme: light; {_colours(LIGHT)} }}
  body {{ max-width: 100%; margin: 0; padding: 0; font: 10pt/1.35 "Helvetica Neue", Arial, "Liberation Sans",
    sans-serif }}
  h1 {{ font-size: 15pt; margin: 0 0 6pt }} h2 {{ font-size: 11.5pt; margin: 12pt 0 3pt }}
  h1, h2, caption, thead {{ break-after: avoid }}
  caption h1, caption h2 {{ max-width: 40rem; margin-bottom: 3pt }}
  p, li, .warnings, .note, figcaption {{ max-width: 100% }}
  div.wide {{ overflow: visible }}
  table {{ min-width: 0; margin: 3pt 0 8pt; font-size: 9pt; line-height: 1.25 }}
{_SIZES}
  th, td {{ padding: .15em .4em }}
  tbody th {{ position: static }}
  tbody .words {{ min-width: 0 }}
  thead {{ display: table-header-group }}
  tbody tr:first-child {{ break-before: avoid }} tbody tr:last-child {{ break-before: avoid }}
  tr, figure, .short, .warnings li {{ break-inside: avoid }}
  .pictures, .together {{ display: block }} .together {{ break-inside: avoid }}
  figure {{ display: inline-block; vertical-align: top; width: 48.5%; margin: 6pt 0 }}
  .one figure {{ width: auto; max-width: 14cm }}
  img, svg {{ max-height: 15cm; max-width: 100% }}
  figcaption, .note {{ font-size: 8.5pt; margin-top: 0 }}
}}
"""


def page_style(*, landscape: bool, paper: str = "") -> str:
    """Return the style of a page, on paper upright or turned; the reader chooses the paper if none is named.

    Examples
    --------
    >>> "size: landscape" in page_style(landscape=True), "size: portrait" in page_style(landscape=False)
    (True, True)
    """
    side = "landscape" if landscape else "portrait"
    size = f"{paper} {side}" if paper else side
    return f"{_STYLE}@page {{ size: {size}; margin: {PAPER_MARGIN}mm }}\n"


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2).

    ``(a + 0.05) / (b + 0.05)``, with the relative luminances of the lighter and of the darker colour.

    Examples
    --------
    >>> contrast("#000000", "#ffffff"), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)
    """
    darker, lighter = sorted(map(_luminance, (first, second)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
