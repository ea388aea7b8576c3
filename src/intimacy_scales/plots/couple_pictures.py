"""The pictures of a report of couples, as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from intimacy_scales.dyads import Dyads
from intimacy_scales.dyads.report.result import CoupleReport
from intimacy_scales.errors import EstimationError
from intimacy_scales.plots.axes import PlotAxes
from intimacy_scales.plots.partner_profiles import partner_profiles
from intimacy_scales.plots.partner_scatter import partner_scatter
from intimacy_scales.results.pictures import PictureFiles
from intimacy_scales.results.wording import percent

_MOST_SCATTERS = 12  # scales, above which only the first ones are drawn


def couple_pictures(dyads: Dyads, report: CoupleReport) -> tuple[PictureFiles, ...]:
    """Draw both partners over all scales, and one partner's scores against the other's for each scale.

    What cannot be drawn, such as scores that no couple has, is left out.

    Parameters
    ----------
    dyads
        The couples.
    report
        Their report, which says which scales are drawn.
    """
    return tuple(_drawn(dyads, report))


def _drawn(dyads: Dyads, report: CoupleReport) -> Iterator[PictureFiles]:
    level = report.confidence_level
    scales = [name for name in report.scale_ids if name in (report.similarity_scales or report.scale_ids)]
    bars = f"Means of partners with {percent(level)} intervals."
    plots: list[tuple[str, str, Callable[[], PlotAxes]]] = [
        ("profiles", bars, lambda: partner_profiles(dyads, scales=scales, confidence_level=level))
    ]
    for scale in report.scale_ids[:_MOST_SCATTERS]:
        caption = f"{report.title_of(scale)} of both partners; the dashed line marks equal scores."
        plots.append((f"scatter_{scale}", caption, lambda scale=scale: partner_scatter(dyads, scale)))  # type: ignore[misc]
    for name, caption, draw in plots:
        try:
            axes = draw()
        except EstimationError:
            continue
        yield _as_files(axes, name, caption)


def _as_files(axes: PlotAxes, name: str, caption: str) -> PictureFiles:
    with TemporaryDirectory() as folder:
        png, svg = (axes.save(Path(folder, f"plot{ending}")).read_bytes() for ending in (".png", ".svg"))
    return PictureFiles(
        name=name,
        png=png,
        svg=svg,
        data=str(axes.to_frame().to_csv(index=False, lineterminator="\n")),
        alt_text=axes.alt_text,
        caption=caption,
    )
