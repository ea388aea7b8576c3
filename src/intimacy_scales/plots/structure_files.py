"""The pictures of a report of structure, as files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from intimacy_scales.factor.report.result import StructureReport
from intimacy_scales.plots.drawing import ToDraw, drawn
from intimacy_scales.plots.loadings import loadings_heatmap
from intimacy_scales.plots.scree import scree_plot
from intimacy_scales.results.pictures import PictureFiles


def structure_pictures(report: StructureReport) -> tuple[PictureFiles, ...]:
    """Draw eigenvalues next to those of parallel analysis, and the loadings on exploratory factors.

    What cannot be drawn, such as factors that could not be extracted, is left out.

    Parameters
    ----------
    report
        The report, for whose page the pictures are: ``report.to_html(structure_pictures(report))``.

    Raises
    ------
    MissingDependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> from intimacy_scales import simulate, structure_report
    >>> report = structure_report("scii-24", simulate("scii-24", 300, rng=1).answers, n_iterations=20)
    >>> [drawn.name for drawn in structure_pictures(report)]
    ['scree', 'loadings']
    """
    return tuple(drawn(_plots(report)))


def _plots(report: StructureReport) -> Iterator[ToDraw]:
    if report.parallel is not None:
        yield ToDraw(
            "scree",
            "Eigenvalues of the answers, and of parallel analysis.",
            partial(scree_plot, report.parallel),
        )
    if report.exploratory is not None:
        yield ToDraw(
            "loadings",
            "Loadings of items on exploratory factors.",
            partial(loadings_heatmap, report.exploratory),
        )
