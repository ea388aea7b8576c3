"""The pictures of a report of couples, as files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from intimacy_scales.dyads import Dyads
from intimacy_scales.dyads.report.result import CoupleReport
from intimacy_scales.errors import EstimationError
from intimacy_scales.plots.actor_partner import actor_partner_diagram, held_constant
from intimacy_scales.plots.axes import PlotAxes
from intimacy_scales.plots.drawing import ToDraw, picture_files
from intimacy_scales.plots.means_of_partners import partner_profiles
from intimacy_scales.plots.scores_of_partners import partner_scatter
from intimacy_scales.results.pictures import PictureFiles
from intimacy_scales.results.wording import percent

_MOST_SCATTERS = 12  # scales, above which only the first ones are drawn
_UNSAFE = re.compile(r"[^\w.-]+")  # in names of files


def couple_pictures(dyads: Dyads, report: CoupleReport) -> tuple[PictureFiles, ...]:
    """Draw both partners over all scales, their scores against each other, and actor and partner effects.

    What cannot be drawn, such as scores that no couple has, is left out.

    Parameters
    ----------
    dyads
        The couples.
    report
        Their report, which says what is drawn.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import couple_report
    >>> answers = simulate("kmss", 100, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("kmss", answers, couple="couple", person="partner")
    >>> [drawn.name for drawn in couple_pictures(dyads, couple_report(dyads))]
    ['profiles', 'scatter_total']
    """
    return tuple(_drawn(dyads, report))


def _drawn(dyads: Dyads, report: CoupleReport) -> Iterator[PictureFiles]:
    """Yield the pictures that can be drawn."""
    for name, caption, draw in [*_of_scales(dyads, report), *_of_model(report)]:
        try:
            axes = draw()
        except EstimationError:
            continue
        yield _as_files(axes, _UNSAFE.sub("_", name), caption, report.occasion)


def _of_scales(dyads: Dyads, report: CoupleReport) -> Iterator[ToDraw]:
    """Yield the plots of scores."""
    level = report.confidence_level
    yield ToDraw(
        "profiles",
        f"Means of partners with {percent(level)} intervals.",
        lambda: partner_profiles(
            dyads, scales=report.similarity_scales or report.scale_ids, confidence_level=level
        ),
    )
    for scale in report.scale_ids[:_MOST_SCATTERS]:
        caption = f"{report.title_of(scale)} of both partners; the dashed line marks equal scores."
        yield ToDraw(f"scatter_{scale}", caption, partial(partner_scatter, dyads, scale))


def _of_model(report: CoupleReport) -> Iterator[ToDraw]:
    """Yield the diagrams of an actor-partner model: of each predictor, and each composition."""
    model = report.model
    if model is None:
        return
    outcome = report.title_of(model.outcome)
    for predictor in model.predictors:
        for composition in list(model.compositions) or [""]:
            couples = f", {composition} couples" if composition else ""
            yield ToDraw(
                "_".join(filter(None, ("effects", predictor, composition))),
                f"Actor and partner effects of {report.title_of(predictor)} on {outcome}{couples}"
                f"{held_constant(model, predictor)}; arrows "
                "are dashed where the 95% interval contains 0.",
                partial(actor_partner_diagram, model, predictor, composition=composition or None),
            )


def _as_files(axes: PlotAxes, name: str, caption: str, occasion: str | None) -> PictureFiles:
    """Return the files of a picture, which name the occasion where couples have some."""
    if occasion is not None:
        caption = f"{caption} Occasion {occasion}."
        axes.alt_text = f"{axes.alt_text} Occasion {occasion}."
        rows = len(next(iter(axes.columns.values())))
        axes.columns = {**axes.columns, "occasion": [occasion] * rows}
    return picture_files(axes, name, caption)
