"""The pictures of a report of scoring, as files."""

from __future__ import annotations

from functools import partial

from intimacy_scales.jobs.report_of_scores import ScoringReport
from intimacy_scales.plots.drawing import ToDraw, drawn
from intimacy_scales.plots.ranges import score_ranges
from intimacy_scales.results.pictures import PictureFiles


def score_pictures(report: ScoringReport) -> tuple[PictureFiles, ...]:
    r"""Draw where scores lie in the possible range of each scale.

    What cannot be drawn, such as scales on which nobody has a score, is left out.

    Parameters
    ----------
    report
        The report, for whose page the pictures are: ``report.to_html(score_pictures(report))``.

    Raises
    ------
    MissingDependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from intimacy_scales.jobs import score_file, scoring_report
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "answers.csv")
    ...     _ = path.write_text("kmss_1,kmss_2,kmss_3\n6,5,6\n7,7,7\n")
    ...     report = scoring_report("kmss", score_file("kmss", path))
    >>> [drawn.name for drawn in score_pictures(report)]
    ['scores']
    """
    plot = partial(score_ranges, report.summary, titles=report.titles)
    caption = "Scores in the range of possible scores: M with one SD to both sides, lowest and highest."
    return tuple(drawn([ToDraw("scores", caption, plot)]))
