"""The command `demo`: the scores of the shipped example."""

from __future__ import annotations

import warnings
from pathlib import Path

from rich.table import Table

from intimacy_scales.cli.console import out
from intimacy_scales.cli.terminal import figure, print_summary
from intimacy_scales.errors import UnvalidatedInstrumentWarning
from intimacy_scales.instrument.loading import load
from intimacy_scales.instrument.shipped import example_path


def demo() -> None:
    """Score the shipped example: simulated couples, nobody's real answers."""
    from intimacy_scales.jobs import score_file

    path, form = example_path(), load("scii-24")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnvalidatedInstrumentWarning)  # the summary shows it
        report = score_file(form, path)
        out.print(
            f"[bold]Simulated answers[/] of {report.n_persons // 2} couples to the {form.title} "
            f"({len(form.items)} items, 1 to 7, a few skipped). Nobody gave these answers.\n"
        )
        print_summary(report.summary, report.n_persons)
        _print_first_couples(path)
    out.print(
        "\nWith a file of your own:\n"
        "    intimacy-scales score answers.csv -i scii-24 -o scores.csv\n"
        "In Python:\n"
        "    from intimacy_scales import score\n"
        '    answers = {"tru01": 6, "tru04": 5, "tru09": 2, "tru11": 6}\n'
        '    score("scii-24", answers).scores["trust"]'
    )


def _print_first_couples(path: Path) -> None:
    """Print the scores of the first two couples, partners side by side."""
    from intimacy_scales.files import open_answers
    from intimacy_scales.scoring import score as score_answers

    with open_answers(path) as file:
        answers = next(file.batches(file.names))
    scores = score_answers("scii-24", answers)
    couples, partners = answers.values("couple", "keep"), answers.values("partner", "keep")
    table = Table(box=None, header_style="bold", pad_edge=False, title="\nThe first two couples")
    table.title_justify = "left"
    table.add_column("scale", no_wrap=True)
    for row in range(4):
        table.add_column(f"couple {couples[row]}\npartner {partners[row]}", justify="right", no_wrap=True)
    for scale in scores.scale_ids:
        table.add_row(scale, *(figure(value) for value in scores[scale][:4].tolist()))
    out.print(table)
