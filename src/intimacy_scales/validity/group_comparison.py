"""Known-groups validity: `known_groups`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from intimacy_scales.reading.options import OnInvalid
from intimacy_scales.validity.group_figures import area_under_curve, difference
from intimacy_scales.validity.known_groups_result import KnownGroup, KnownGroups
from intimacy_scales.validity.two_groups import two_groups


def known_groups(
    scores: Any,
    groups: Any,
    *,
    higher: Any = None,
    scale: str | None = None,
    clusters: Any = None,
    on_invalid: OnInvalid = "raise",
) -> KnownGroups:
    """Compare the scores of two groups that are known to differ.

    Parameters
    ----------
    scores
        Results of `score`, or a column of scores (n_persons,), with nan or null where missing.
    groups
        The name of a column that the scores kept (``score(..., keep=[...])``), or a label for each person
        (n_persons,); persons without a label are left out and counted.
    higher
        Label of the group that should have the higher scores, as was expected before the scores were seen.
    scale
        The scale to compare, in results of `score` with several scales.
    clusters
        A kept column, or a label for each person, such as the couple; partners may be in one group or in
        different ones. None: persons are independent.
    on_invalid
        ``"raise"``: an error if plain scores, or labels of groups other than ``higher``, look like codes for
        missing ones (-99, 999 …). ``"accept"``: every number and label is taken as it is.

    Returns
    -------
    KnownGroups

    Raises
    ------
    EstimationError
        ``higher`` is missing or not a label; there are not exactly two groups of two or more persons; rows
        that do not match; a person without a cluster.
    ResponseError
        Scores that are not numbers; scores or labels of groups that look like codes for missing ones.

    Notes
    -----
    With means m1, m2 and sums of squares SS1, SS2 of n1 and n2 persons,
    ``d = (m1 - m2) / sqrt((SS1 + SS2) / (n1 + n2 - 2))`` (Cohen, 1988), and
    ``g = d gamma(df / 2) / (sqrt(df / 2) gamma((df - 1) / 2))``, df = n1 + n2 - 2 (Hedges, 1981).

    Without clusters, the variance of g is that of a large sample,
    ``J**2 ((n1 + n2) / (n1 n2) + d**2 / (2 (n1 + n2)))``, J = g / d (Borenstein, Hedges, Higgins & Rothstein,
    2009), its interval that of the noncentral t, and the difference of means has Welch's t.

    With clusters, each figure is written as a sum over persons of ``u`` (for the mean, the deviation from
    the group's mean divided by n; for d, that divided by the pooled standard deviation, less
    ``d / (2 s**2)`` times the person's part in the pooled variance; for the area under the curve, its
    placement values). With a and b the sums of u in each couple, by group, its variance is
    ``I1 / (I1 - 1) sum(a**2) + I2 / (I2 - 1) sum(b**2) - 2 I / (I - 1) sum(a b)``, I1, I2 and I the couples
    in each group and altogether, as Obuchowski (1997) has it for the area under the curve. If every person
    is a cluster, this is Welch's and DeLong, DeLong and Clarke-Pearson's (1988) variance. Degrees of freedom
    are Satterthwaite's (Bell & McCaffrey, 2002).

    Examples
    --------
    >>> from intimacy_scales import known_groups
    >>> trust = [5.0, 5.5, 4.5, 6.0, 3.0, 3.5, 4.0, 2.5, None]
    >>> where = ["community"] * 4 + ["therapy"] * 5
    >>> couple = [1, 1, 2, 2, 3, 3, 4, 4, 5]
    >>> result = known_groups(trust, where, higher="community", clusters=couple)
    >>> round(result.difference, 2), round(result.g, 2), result.left_out
    (2.0, 2.69, {'no score': 1})
    """
    sample = two_groups(scores, groups, higher=higher, scale=scale, clusters=clusters, on_invalid=on_invalid)
    figures = difference(sample)
    auc, auc_se = area_under_curve(sample)
    t = figures.estimate / figures.standard_error if figures.standard_error > 0 else math.nan
    members = sample.members()
    described = tuple(
        KnownGroup(
            label=label,
            n=int(count.sum()),
            n_clusters=int(np.count_nonzero(count)) if sample.clustered else None,
            mean=mean,
            sd=sd,
        )
        for label, count, mean, sd in zip(
            (sample.higher, sample.other), members, figures.means, figures.sds, strict=True
        )
    )
    return KnownGroups(
        groups=(described[0], described[1]),
        n_clusters=sample.n_units if sample.clustered else None,
        n_clusters_in_both=int(np.count_nonzero(members[0] * members[1])) if sample.clustered else None,
        left_out=sample.left_out,
        difference=figures.estimate,
        difference_se=figures.standard_error,
        difference_df=figures.df,
        t=t,
        p_value=_two_sided(t, figures.df),
        pooled_sd=figures.pooled_sd,
        d=figures.d,
        g=figures.g,
        g_se=figures.g_standard_error,
        auc=auc,
        auc_se=auc_se,
        instrument=sample.instrument,
        scale=sample.scale,
    )


def _two_sided(t: float, df: float) -> float:
    """Return the p value of the test that the difference is 0; nan where t is undefined."""
    from scipy.special import stdtr

    return math.nan if math.isnan(t) else 2 * float(stdtr(df, -abs(t)))
