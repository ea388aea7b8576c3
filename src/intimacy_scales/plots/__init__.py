"""Plots of results, drawn by matplotlib (extra ``plots``): each with an alt text and its data as a table."""

from intimacy_scales.reading.frames import needs

needs("matplotlib", "plots")

from intimacy_scales.plots.actor_partner_diagram import actor_partner_diagram  # noqa: E402
from intimacy_scales.plots.axes import PlotAxes  # noqa: E402 - after the message that says what to install
from intimacy_scales.plots.couple_pictures import couple_pictures  # noqa: E402
from intimacy_scales.plots.partner_profiles import partner_profiles  # noqa: E402
from intimacy_scales.plots.partner_scatter import partner_scatter  # noqa: E402

__all__ = ["PlotAxes", "actor_partner_diagram", "couple_pictures", "partner_profiles", "partner_scatter"]
