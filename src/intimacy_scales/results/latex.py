r"""LaTeX text of tables and pages, for ``\input`` in a document with the packages that `PACKAGES` names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from intimacy_scales.results.symbols import DASH, Run, figure_cell, heading_runs, text_runs
from intimacy_scales.results.tables import Page, TextTable

PACKAGES = "booktabs, threeparttable, adjustbox, rotating"
_WIDE, _VERY_WIDE = 85, 120  # characters in a row, from which a table is scaled, and turned
_WORDS_WIDTH = 40  # characters, from which a column of words is broken into lines
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "{''}",
    "`": r"\textasciigrave{}",
    "'": "{'}",
    "\N{MINUS SIGN}": "$-$",
    DASH: "---",
    "\N{EN DASH}": "--",
    "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}",
    "\N{LESS-THAN OR EQUAL TO}": r"$\le$",
    "\N{GREATER-THAN OR EQUAL TO}": r"$\ge$",
    "\N{MULTIPLICATION SIGN}": r"$\times$",
    "\N{SUPERSCRIPT TWO}": "$^2$",
    "\N{GREEK CAPITAL LETTER DELTA}": r"$\Delta$",
    "\N{GREEK SMALL LETTER ALPHA}": r"$\alpha$",
    "\N{GREEK SMALL LETTER BETA}": r"$\beta$",
    "\N{GREEK SMALL LETTER LAMDA}": r"$\lambda$",
    "\N{GREEK SMALL LETTER CHI}": r"$\chi$",
    "\N{GREEK SMALL LETTER OMEGA}": r"$\omega$",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT SINGLE QUOTATION MARK}": "`",
    "\N{RIGHT DOUBLE QUOTATION MARK}": "''",
    "\N{LEFT DOUBLE QUOTATION MARK}": "``",
}
_CHI_SQUARE = "\N{GREEK SMALL LETTER CHI}\N{SUPERSCRIPT TWO}"
_HYPHENS = re.compile(r"-(?=-)")  # two of them would become a dash


def escaped(text: str) -> str:
    r"""Return a text for LaTeX, in which no character is a command.

    Letters of other languages stay as they are: pdfLaTeX sets those of Western Europe, and LuaLaTeX and
    XeLaTeX all that the font has. Characters that no document may have are left out.

    Examples
    --------
    >>> print(escaped("50% of a_b & {c}"))
    50\% of a\_b \& \{c\}
    >>> print(escaped("χ²(2), ω = .80"))
    $\chi^2$(2), $\omega$ = .80
    """
    parts = (_escaped(part) for part in _on_one_line(text).split(_CHI_SQUARE))
    return r"$\chi^2$".join(parts)


def latex_table(table: TextTable, caption: str | None = None) -> str:
    r"""Return a table as a floating ``table`` of LaTeX, with its title as the caption and its note below it.

    Wide tables are scaled to the width of the text, and very wide ones are turned, on a page of their own.
    """
    title = caption if caption is not None else table.title
    number = [] if table.number is None else [rf"\setcounter{{table}}{{{table.number - 1}}}"]
    titled = [rf"\caption{{{escaped(title)}}}"] if title else []
    note = [
        r"\begin{tablenotes}[flushleft]\footnotesize",
        rf"\item \textit{{Note.}} {_set(text_runs(table.note))}",
        r"\end{tablenotes}",
    ]
    width = _width(table)
    kind = "sidewaystable" if width > _VERY_WIDE else "table"
    return "\n".join(
        [
            rf"\begin{{{kind}}}[htbp]",
            r"\centering",
            *number,
            *titled,
            *([r"\begin{adjustbox}{max width=\linewidth}"] if width > _WIDE else []),
            r"\begin{threeparttable}",
            *_tabular(table),
            *(note if table.note else []),
            r"\end{threeparttable}",
            *([r"\end{adjustbox}"] if width > _WIDE else []),
            rf"\end{{{kind}}}",
            "",
        ]
    )


def latex_page(page: Page) -> str:
    """Return a page as LaTeX: title, facts, main table, warnings, sentence, further tables."""
    first, rest = page.tables[:1], page.tables[1:]
    parts = [f"% needs the packages {PACKAGES}\n"]
    if page.title and (page.facts or page.sentence or rest or not first):
        parts.append(rf"\subsection*{{{escaped(page.title)}}}" + "\n")
    if page.facts:
        parts.append("\\\\\n".join(_guarded(_set(text_runs(fact))) for fact in page.facts) + "\n")
    for section in page.sections:
        parts.append(rf"\subsubsection*{{{escaped(section.heading)}}}" + "\n")
        parts += [f"{_guarded(_set(text_runs(text)))}\n" for text in section.paragraphs]
    parts += [latex_table(table, table.title or page.title) for table in first]
    if page.warnings:
        items = "".join(rf"\item {_guarded(_set(text_runs(text)))}" + "\n" for text in page.warnings)
        parts.append(f"\\begin{{itemize}}\n{items}\\end{{itemize}}\n")
    parts += [f"{_set(text_runs(text))}\n" for text in (page.sentence, page.legend if rest else "") if text]
    parts += [latex_table(table) for table in rest]
    return "\n".join(parts)


def _tabular(table: TextTable) -> list[str]:
    sides = "".join(_side(number, wordy, table) for number, wordy in enumerate(table.wordy))
    words = [number == 0 or wordy for number, wordy in enumerate(table.wordy)]
    head = [*_spans(table), _row(_set(heading_runs(text)) for text in table.shown_headings)]
    body = [
        _row(
            escaped(text if is_word else figure_cell(text)) for text, is_word in zip(row, words, strict=True)
        )
        for row in table.rows
    ]
    begin = rf"\begin{{tabular}}{{{sides}}}"
    return [begin, r"\toprule", *head, r"\midrule", *body, r"\bottomrule", r"\end{tabular}"]


def _side(number: int, wordy: bool, table: TextTable) -> str:
    if number and not wordy:
        return "r"
    texts = list(table.columns.values())[number]
    return "p{0.35\\linewidth}" if max(map(len, texts), default=0) > _WORDS_WIDTH else "l"


def _spans(table: TextTable) -> list[str]:
    """Return the row of headings above others, and the rules below them."""
    if not table.spans:
        return []
    cells, rules, at = [], [], 1
    for text, n in table.spans:
        cells.append(rf"\multicolumn{{{n}}}{{c}}{{{_set(heading_runs(text))}}}" if text else "&" * (n - 1))
        rules += [rf"\cmidrule(lr){{{at}-{at + n - 1}}}"] if text else []
        at += n
    return [_row(cells), " ".join(rules)]


def _row(cells: Iterable[str]) -> str:
    return _guarded(" & ".join(cells)) + r" \\"


def _guarded(text: str) -> str:
    """Return a text that follows a command which would read a star or a bracket as a part of itself."""
    return f"{{}}{text}" if text.startswith(("[", "*")) else text


def _set(runs: Iterable[Run]) -> str:
    return "".join(rf"\textit{{{escaped(run.text)}}}" if run.italic else _spaced(run.text) for run in runs)


def _spaced(text: str) -> str:
    """Return the escaped text with the spaces at its ends, which separate it from other parts."""
    before, after = " " * text[:1].isspace(), " " * text[-1:].isspace()
    inner = escaped(text)
    return f"{before}{inner}{after}" if inner else before


def _on_one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text if not _is_unfit(c)).split())


def _is_unfit(character: str) -> bool:
    return "\ud800" <= character <= "\udfff" or character in "\ufffe\uffff\u200b\ufeff"


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(c, c) for c in _HYPHENS.sub("-\0", text)).replace("\0", "{}")


def _width(table: TextTable) -> int:
    """Return about how many characters a row takes."""
    columns = zip(table.shown_headings, table.columns.values(), strict=True)
    return sum(
        2 + min(_WORDS_WIDTH, max(map(len, (heading, *texts)), default=0)) for heading, texts in columns
    )
