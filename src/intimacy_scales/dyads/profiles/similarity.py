"""Similarity of the profiles of both partners of couples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import get_args

import numpy as np

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.given_couples import couples_once
from intimacy_scales.dyads.profiles.components import Components, Over, components_of
from intimacy_scales.dyads.profiles.couple_figures import CoupleFigures, figures_of_couples
from intimacy_scales.dyads.profiles.couple_means import values_of
from intimacy_scales.dyads.profiles.couple_profiles import CoupleProfiles
from intimacy_scales.dyads.profiles.figures import (
    Floats,
    correlation,
    covariance,
    profiles_of,
    smallest_difference,
)
from intimacy_scales.dyads.profiles.mean_similarity import mean_similarity
from intimacy_scales.dyads.profiles.result import MeanProfile, ProfileSimilarity
from intimacy_scales.dyads.profiles.wording import definition_of, figures_by_name
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import not_one_of
from intimacy_scales.reliability.consistency.conditions import few_persons
from intimacy_scales.results.wording import counted


def profile_similarity(
    dyads: Dyads,
    over: Over = "scales",
    *,
    scales: Sequence[str] | None = None,
    keyed: bool = True,
    mean_profile: MeanProfile | None = None,
) -> ProfileSimilarity:
    """Compute how similar the profiles of both partners are, in each couple and on average.

    Parameters
    ----------
    dyads
        The couples, on one occasion.
    over
        ``"scales"``: a profile consists of the scores on several scales. ``"items"``: of the answers to all
        items of these scales.
    scales
        The scales; None: all, except composites and totals, which other scales determine.
    keyed
        Of items. True: answers to reverse-keyed items are reversed, so that a high value means the same on
        each item. False: answers as they were given; the direction of the items then gives all profiles the
        same ups and downs, and so a high overall similarity.
    mean_profile
        The mean profile that the distinctive similarity removes. ``"role"``: that of all persons with the
        partner's role, if partners are distinguishable. ``"common"``: that of all persons. None: ``"role"``
        for distinguishable partners, and ``"common"`` otherwise.

    Returns
    -------
    ProfileSimilarity

    Raises
    ------
    EstimationError
        An option is not valid, there are fewer than three components, no couple has two complete profiles, or
        couples answered on several occasions.

    Notes
    -----
    Overall similarity is high among strangers too, because most profiles share the ups and downs of the mean
    profile, and its correlations with other variables are often due to that (Wood & Furr, 2016). The
    distinctive similarity (Furr, 2008) is free of it, and `ProfileSimilarity.pseudo_couples` shows the
    similarity expected of strangers.

    Couples in which a value of a partner is missing are left out and counted. A scale's score counts as
    present where its rule for skipped items gives one. Where a partner has a flat profile, with all values
    equal, the correlation with it is undefined. The distinctive similarity is not, but it then reflects the
    mean profile only, and is near 1 where both profiles are flat.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, profile_similarity
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> result = profile_similarity(dyads)
    >>> result.components
    ('trust', 'knowledge', 'mutuality', 'commitment', 'caring', 'interdependence')
    >>> parts = [result[name].mean for name in ("elevation", "scatter", "shape")]
    >>> abs(sum(parts) - result["d2"].mean) < 1e-9
    True
    """
    dyads = couples_once(dyads)
    chosen = _chosen_mean_profile(dyads, mean_profile)
    components = components_of(dyads, over, scales, keyed)
    places = np.flatnonzero(~components.missing.any(axis=1))
    if not len(places):
        raise EstimationError(
            f"none of {counted(len(dyads), 'couple')} has the values of both partners on all "
            f"{len(components.names)} {over}; name those that were answered, scales=[...]"
        )
    couples = CoupleProfiles(
        dyads=dyads,
        over=over,
        n_components=len(components.names),
        missing=components.missing,
        places=places,
        figures=figures_of_couples(np.ascontiguousarray(components.values[places]), chosen == "role"),
        by_role=chosen == "role",
    )
    return _result(couples, components, chosen, keyed)


def _chosen_mean_profile(dyads: Dyads, mean_profile: MeanProfile | None) -> MeanProfile:
    """Return the mean profile that was asked for, or the one that suits the couples."""
    if mean_profile is None:
        return "role" if dyads.distinguishable else "common"
    if mean_profile not in get_args(MeanProfile):
        raise EstimationError(not_one_of("mean_profile", mean_profile, get_args(MeanProfile)))
    if mean_profile == "role" and not dyads.distinguishable:
        raise EstimationError(
            "mean_profile='role' is not valid for exchangeable partners, of whom neither is the first; use "
            "mean_profile='common', or give the partners roles when couples are paired (role=...)"
        )
    return mean_profile


def _result(
    couples: CoupleProfiles, components: Components, mean_profile: MeanProfile, keyed: bool
) -> ProfileSimilarity:
    """Return the result for couples whose figures are computed."""
    dyads, figures, by_role = couples.dyads, couples.figures, couples.by_role
    named = figures_by_name(dyads.partners, dyads.distinguishable, by_role)
    role_means = figures.profiles.mean(axis=0)
    of_all = {"all": role_means.mean(axis=0)}
    by_name = dict(zip(dyads.partners, role_means, strict=True))
    return ProfileSimilarity(
        instrument=dyads.instrument,
        over=components.over,
        components=components.names,
        keyed=keyed or components.over == "scales",
        mean_profile=mean_profile,
        partners=dyads.partners,
        distinguishable=dyads.distinguishable,
        n_couples=len(figures),
        left_out=couples.left_out,
        n_flat=int(np.count_nonzero(figures.flat.any(axis=1))),
        mean_profiles=by_name if dyads.distinguishable else of_all,
        r_of_mean_profiles=_r_of_means(role_means) if dyads.distinguishable else math.nan,
        means={
            name: mean_similarity(
                name, figure, definition_of(figure, dyads.partners, by_role), values_of(figures, figure)
            )
            for name, figure in named.items()
        },
        warnings=_cautions(components, figures),
        couples=couples,
    )


def _r_of_means(role_means: Floats) -> float:
    """Return the correlation of the mean profiles of both roles (2, k); nan where one is flat."""
    first, second = (profiles_of(mean[None], smallest_difference(role_means)) for mean in role_means)
    of_means = correlation(covariance(first.centred, second.centred), first.spread, second.spread)
    return float(of_means[0])


def _cautions(components: Components, figures: CoupleFigures) -> tuple[str, ...]:
    """Return cautions about using the figures."""
    n_couples, n_flat = len(figures), int(np.count_nonzero(figures.flat.any(axis=1)))
    cautions = [*components.warnings, *few_persons(n_couples, "couples")]
    if n_flat:
        both = int(np.count_nonzero(figures.flat.all(axis=1)))
        cautions.append(
            f"in {n_flat} of {counted(n_couples, 'couple')} a partner has a flat profile, all values equal: "
            "overall similarity is undefined there, and distinctive similarity reflects the mean profile only"
            + (f"; where both are flat ({counted(both, 'couple')}) it is near 1" if both else "")
        )
    return tuple(cautions)
