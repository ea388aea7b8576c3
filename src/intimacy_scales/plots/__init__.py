"""Plots of results, drawn by matplotlib (extra ``plots``): each with an alt text and its data as a table.

Each plot is imported at first use: importing this package costs little more than importing matplotlib.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from intimacy_scales.reading.frames import needs

needs("matplotlib", "plots")

if TYPE_CHECKING:
    from intimacy_scales.plots.actor_partner import actor_partner_diagram
    from intimacy_scales.plots.alphas_if_dropped import alpha_if_dropped_lollipop
    from intimacy_scales.plots.axes import PlotAxes
    from intimacy_scales.plots.changes import reliable_change_plot
    from intimacy_scales.plots.correlations import correlation_heatmap
    from intimacy_scales.plots.couple_files import couple_pictures
    from intimacy_scales.plots.distributions import score_distributions
    from intimacy_scales.plots.forest import reliability_forest
    from intimacy_scales.plots.histograms import item_histograms
    from intimacy_scales.plots.invariance_steps import invariance_plot
    from intimacy_scales.plots.item_totals import item_total_lollipop
    from intimacy_scales.plots.likert import likert_bars
    from intimacy_scales.plots.loadings import loadings_heatmap
    from intimacy_scales.plots.means_of_partners import partner_profiles
    from intimacy_scales.plots.missing_answers import missing_map
    from intimacy_scales.plots.paths import path_diagram
    from intimacy_scales.plots.patterns_of_missing import missing_patterns
    from intimacy_scales.plots.profile_of_a_person import person_profile
    from intimacy_scales.plots.profiles_of_a_couple import couple_profiles
    from intimacy_scales.plots.rainclouds import raincloud
    from intimacy_scales.plots.ranges import score_ranges
    from intimacy_scales.plots.reliability_files import reliability_pictures
    from intimacy_scales.plots.retest_differences import bland_altman
    from intimacy_scales.plots.roc_curves import roc_plot
    from intimacy_scales.plots.score_files import score_pictures
    from intimacy_scales.plots.scores_of_partners import partner_scatter
    from intimacy_scales.plots.scree import scree_plot
    from intimacy_scales.plots.structure_files import structure_pictures
    from intimacy_scales.plots.trajectories import diary_trajectories

_HOME = {
    "PlotAxes": "axes",
    "actor_partner_diagram": "actor_partner",
    "alpha_if_dropped_lollipop": "alphas_if_dropped",
    "bland_altman": "retest_differences",
    "correlation_heatmap": "correlations",
    "couple_pictures": "couple_files",
    "couple_profiles": "profiles_of_a_couple",
    "diary_trajectories": "trajectories",
    "invariance_plot": "invariance_steps",
    "item_histograms": "histograms",
    "item_total_lollipop": "item_totals",
    "likert_bars": "likert",
    "loadings_heatmap": "loadings",
    "missing_map": "missing_answers",
    "missing_patterns": "patterns_of_missing",
    "partner_profiles": "means_of_partners",
    "partner_scatter": "scores_of_partners",
    "path_diagram": "paths",
    "person_profile": "profile_of_a_person",
    "raincloud": "rainclouds",
    "reliability_forest": "forest",
    "reliability_pictures": "reliability_files",
    "reliable_change_plot": "changes",
    "roc_plot": "roc_curves",
    "score_distributions": "distributions",
    "score_pictures": "score_files",
    "score_ranges": "ranges",
    "scree_plot": "scree",
    "structure_pictures": "structure_files",
}

__all__ = [
    "PlotAxes", "actor_partner_diagram", "alpha_if_dropped_lollipop", "bland_altman",
    "correlation_heatmap", "couple_pictures", "couple_profiles", "diary_trajectories", "invariance_plot",
    "item_histograms", "item_total_lollipop", "likert_bars", "loadings_heatmap", "missing_map",
    "missing_patterns", "partner_profiles", "partner_scatter", "path_diagram", "person_profile",
    "raincloud", "reliability_forest", "reliability_pictures", "reliable_change_plot",
    "roc_plot", "score_distributions", "score_pictures", "score_ranges", "scree_plot", "structure_pictures",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
