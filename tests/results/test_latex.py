"""LaTeX text is a table that LaTeX can read, whatever the texts of the table are."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intimacy_scales.results.latex import PACKAGES, escaped, latex_page, latex_table
from intimacy_scales.results.tables import Page, TextTable

SPECIAL = "\\{}&%$#_^~<>|\"`'[]*-- ?` !` ,, \N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"
TABLE = TextTable(
    title="Fit & more",
    columns={"model": ["a_1", "[b]", "*c"], "χ²": ["-1.29", "-", "3.00"], "df": ["2", "3", "4"]},
    note="p = .031; 50% of them.",
    number=3,
)
# a command or an escaped sign; what is left must have none of LaTeX's own
COMMAND = re.compile(r"\\[a-zA-Z]+\{\}|\\[{}&%$#_]|\$\\[a-z]+\$|\$\^2\$|\$-\$|\$\\chi\^2\$|\{''\}|\{'\}|\{\}")


def test_a_table_has_booktabs_note_and_number() -> None:
    assert latex_table(TABLE).splitlines() == [
        r"\begin{table}[htbp]",
        r"\centering",
        r"\setcounter{table}{2}",
        r"\caption{Fit \& more}",
        r"\begin{threeparttable}",
        r"\begin{tabular}{lrr}",
        r"\toprule",
        r"model & $\chi^2$ & \textit{df} \\",
        r"\midrule",
        r"a\_1 & $-$1.29 & 2 \\",
        r"{}[b] & --- & 3 \\",
        r"{}*c & 3.00 & 4 \\",
        r"\bottomrule",
        r"\end{tabular}",
        r"\begin{tablenotes}[flushleft]\footnotesize",
        r"\item \textit{Note.} \textit{p} = .031; 50\% of them.",
        r"\end{tablenotes}",
        r"\end{threeparttable}",
        r"\end{table}",
    ]


def test_headings_above_others_have_rules_of_their_own() -> None:
    table = TextTable(
        title="t",
        columns={"s": ["1"], "a": ["1"], "b": ["2"], "c": ["3"]},
        above={"a": "Wife", "b": "Wife", "c": "Husband"},
    )
    lines = latex_table(table).splitlines()
    assert r" & \multicolumn{2}{c}{Wife} & \multicolumn{1}{c}{Husband} \\" in lines
    assert r"\cmidrule(lr){2-3} \cmidrule(lr){4-4}" in lines


def test_wide_tables_are_scaled_and_very_wide_ones_turned() -> None:
    def written(n: int) -> str:
        return latex_table(TextTable(title="t", columns={f"column {i:02}": ["0.12"] for i in range(n)}))

    assert "adjustbox" not in written(5)
    assert r"\begin{adjustbox}{max width=\linewidth}" in written(9)
    assert "sidewaystable" not in written(9)
    assert written(16).count("sidewaystable") == 2


@given(st.text(max_size=30))
@example(SPECIAL)
@example("?`--- ,, -- [x]")
def test_no_text_is_a_command(text: str) -> None:
    left = COMMAND.sub("", escaped(text))
    assert not re.search(r"[\\{}&%$#_^~<>|\"`]|--(?!-)", left.replace("---", "").replace("--", "")), left
    assert "\n" not in left


@given(st.text(max_size=20))
@example(SPECIAL)
def test_every_row_has_every_cell(text: str) -> None:
    table = TextTable(title=text, columns={text: [text, text], f"{text}.": ["0.1", "-.2"]}, note=text)
    lines = latex_table(table).splitlines()
    rows = lines[lines.index(r"\toprule") + 1 : lines.index(r"\bottomrule")]
    assert [len(re.findall(r"(?<!\\)&", row)) for row in rows if row != r"\midrule"] == [1, 1, 1]
    for kind in ("table", "threeparttable", "tabular", "tablenotes"):
        assert latex_table(table).count(f"\\begin{{{kind}}}") == latex_table(table).count(f"\\end{{{kind}}}")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_it_compiles(tmp_path: Path) -> None:
    table = TextTable(
        title=SPECIAL, columns={SPECIAL: [SPECIAL, "é ß"], "χ²": ["-.20", "-"]}, note=f"{SPECIAL} r = -.20"
    )
    page = Page(
        title=SPECIAL,
        tables=(table, TABLE),
        warnings=(f"[{SPECIAL}",),
        sentence=SPECIAL,
        facts=("*a", "[b]"),
        legend="n = 3",
    )
    head = r"\documentclass{article}\usepackage[T1]{fontenc}" + rf"\usepackage{{{PACKAGES}}}"
    path = tmp_path / "page.tex"
    path.write_text(f"{head}\\begin{{document}}\n{latex_page(page)}\\end{{document}}\n", encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    if b"not found" in run.stdout and b".sty" in run.stdout:
        pytest.skip("a package of LaTeX is not installed")
    assert run.returncode == 0, run.stdout[-1500:]
