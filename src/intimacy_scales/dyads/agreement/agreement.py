"""How far the scores of the two partners agree: `partner_agreement`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.agreement.compositions import compare_compositions
from intimacy_scales.dyads.agreement.figure_kinds import KINDS
from intimacy_scales.dyads.agreement.figures import PairedScores, checked_choice
from intimacy_scales.dyads.agreement.result import PartnerAgreement
from intimacy_scales.dyads.agreement.scale_agreement import AgreementFigure, ScaleAgreement
from intimacy_scales.dyads.agreement.significance import Significance, significance_of
from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.given_couples import couples_in_order
from intimacy_scales.errors import EstimationError
from intimacy_scales.numerics.arguments import as_different_names
from intimacy_scales.reliability.consistency.conditions import few_persons
from intimacy_scales.results.interval import check_level
from intimacy_scales.results.wording import counted

Floats = NDArray[np.float64]
_NO_ROLES = (math.nan, math.nan)


def partner_agreement(
    dyads: Dyads, scales: Sequence[str] | None = None, *, confidence_level: float = 0.95
) -> PartnerAgreement:
    """Compute how far the scores of the two partners agree.

    Parameters
    ----------
    dyads
        Couples on one occasion. Those with the scores of both partners are used, and the others counted.
    scales
        Scales, or kept columns of numbers; None: all scales.
    confidence_level
        Of the intervals, for example 0.95. `ScaleAgreement.confidence_interval` has other levels and the
        bootstrap of couples.

    Returns
    -------
    PartnerAgreement
        A part for each scale; for mixed couples, for each scale and composition, such as f-f, f-m and m-m.

    Raises
    ------
    EstimationError
        There is no such scale or column, one is listed twice, or couples answered on several occasions. In a
        mixed sample, the roles of both partners are known in no couple.

    Notes
    -----
    Partners who have roles are distinguishable: Pearson's r, the paired mean difference with d_av, the
    Pitman-Morgan test of equal variances, and the intraclass correlations of agreement and consistency.

    Partners without roles are exchangeable. Which of them comes first is then arbitrary, and those figures
    are undefined. The intraclass correlation and the double-entry r do not depend on it (Griffin & Gonzalez,
    1995; Kenny, Kashy & Cook, 2006): swapping the partners of any couple changes no bit of them. Both are
    given for partners with roles too, as figures that ignore roles.

    In mixed samples, couples of two roles are distinguishable and those of one role exchangeable. The test
    whether the correlations differ between compositions is Fisher's chi-square of z values weighted by their
    precision, with the variance 1 / (n - 3) for Pearson's r and 1 / (n - 3/2) for intraclass correlations.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> result = partner_agreement(dyads, ["trust", "caring"])
    >>> result["trust"]["icc"]
    <ICC = .343 [.215, .460], F(199, 200) = 2.04, p < .001>
    >>> result["trust"].confidence_interval(method="bootstrap", rng=1)
    <95% interval [.208, .466], bootstrap, n = 200>
    """
    level = check_level(confidence_level)
    dyads = couples_in_order(dyads)
    names = dyads.scale_ids if scales is None else as_different_names("scales", scales, "scales")
    if not names:
        raise EstimationError(
            f"scales is empty; name some of {', '.join(dyads.scale_ids)}, or leave it out for all of them"
        )
    groups = list(_compositions(dyads)) if dyads.mixed else [_Group(None, dyads)]
    if not groups:
        raise EstimationError(
            f"the roles of both partners are known in 0 of {counted(len(dyads), 'couple')}, so that they "
            "have no compositions to report; pair them without role= and mixed=, as exchangeable partners"
        )
    parts = [_agreement(name, group, level) for name in names for group in groups]
    comparisons = []
    if dyads.mixed:
        by_scale = [[part for part in parts if part.scale == name] for name in names]
        comparisons = [compare_compositions(of_scale, level) for of_scale in by_scale]
    return PartnerAgreement(
        instrument=dyads.instrument,
        scales=tuple(parts),
        n_couples=len(dyads),
        mixed=dyads.mixed,
        confidence_level=level,
        comparisons=tuple(comparisons),
        notes=_notes(dyads, sum(len(group.dyads) for group in groups)),
    )


class _Group:
    """Couples of one composition, or all couples.

    Parameters
    ----------
    composition
        Their composition, such as ``f-m``; None: all couples.
    dyads
        The couples.
    roles
        The roles of both partners, where all couples have the same ones; None: those of `dyads`.
    """

    def __init__(self, composition: str | None, dyads: Dyads, roles: tuple[str, str] | None = None) -> None:
        self.composition, self.dyads = composition, dyads
        self.has_roles = dyads.distinguishable if roles is None else roles[0] != roles[1]
        self.partners = roles if roles is not None and self.has_roles else dyads.partners


def _compositions(dyads: Dyads) -> Iterator[_Group]:
    """Yield the couples of each composition, in alphabetical order."""
    by_roles: dict[tuple[str, str], list[int]] = {}
    for place, (first, second) in enumerate(dyads.roles or ()):
        if first is not None and second is not None:
            by_roles.setdefault((first, second), []).append(place)
    for roles, places in sorted(by_roles.items()):
        yield _Group(dyads.composition_of(*roles), dyads.chosen(np.array(places, dtype=np.intp)), roles)


def _notes(dyads: Dyads, n_grouped: int) -> tuple[str, ...]:
    """Return which couples are in no composition, and which rows are not couples."""
    notes, n_left = [], len(dyads) - n_grouped
    if n_left:
        notes.append(f"{counted(n_left, 'couple')} with the role of one partner or none: in no composition")
    if dyads.without_answers:
        rows = counted(len(dyads.without_answers), "row")
        notes.append(f"{rows} without answers of either partner: not counted as couples")
    return tuple(notes)


def _agreement(scale: str, group: _Group, level: float) -> ScaleAgreement:
    """Return the agreement on one scale."""
    both_places = group.dyads.variable(scale)
    missing = np.isnan(both_places).sum(axis=1)
    scores = PairedScores(both_places[missing == 0], roles=group.has_roles, partners=group.partners)
    n = len(scores)
    return ScaleAgreement(
        scale=scale,
        title=_title(group.dyads, scale),
        composition=group.composition,
        partners=group.partners,
        distinguishable=group.has_roles,
        n_couples=n,
        left_out=_left_out(int(np.sum(missing == 1)), int(np.sum(missing == 2))),
        **_descriptives(scores),
        figures=tuple(_figure(name, scores, level) for name in KINDS),
        warnings=(*few_persons(n, "couples"), *scores.warnings),
        pairs=scores.pairs,
    )


def _title(dyads: Dyads, scale: str) -> str:
    """Return the title of a scale, or the name of a column."""
    if dyads.form is None or scale not in dyads.scale_ids:
        return scale
    return dyads.form.scale(scale).title or scale


def _left_out(n_single: int, n_without: int) -> dict[str, int]:
    """Return why couples are left out → how many."""
    reasons = {"with the score of one partner": n_single, "without scores": n_without}
    return {why: n for why, n in reasons.items() if n}


def _descriptives(scores: PairedScores) -> dict[str, Any]:
    """Return means, standard deviations and mean squares; of partners only where they have roles."""
    n = len(scores)
    if n < 2:
        mean = float(scores.pairs.sum() / 2) if n else math.nan
        values = dict.fromkeys(("sd", "mean_square_between", "mean_square_within"), math.nan)
        return {"mean": mean, **values, "means": _NO_ROLES, "sds": _NO_ROLES}
    squares, sums = scores.squares, scores.pairs[:, 0] + scores.pairs[:, 1]
    means, sds = _NO_ROLES, _NO_ROLES
    if scores.roles:
        first, second = map(float, scores.pairs.mean(axis=0))
        means = (first, second)
        sds = (math.sqrt(squares.first / (n - 1)), math.sqrt(squares.second / (n - 1)))
    return {
        "mean": float(sums.mean()) / 2,
        "sd": math.sqrt((squares.sums + squares.raw_differences) / 2 / (2 * n - 1)),
        "means": means,
        "sds": sds,
        "mean_square_between": squares.between,
        "mean_square_within": squares.within,
    }


def _figure(name: str, scores: PairedScores, level: float) -> AgreementFigure:
    """Return one figure with its usual interval and its test."""
    kind, reason = KINDS[name], scores.undefined_because(name)
    defined = reason is None
    test = significance_of(name, scores.squares) if defined else Significance(statistic_name="")
    return AgreementFigure(
        name=name,
        title=kind.title,
        definition=kind.definition,
        estimate=float(kind.value(scores.squares)) if defined else math.nan,
        reason=reason,
        interval=scores.interval(name, checked_choice(name, level)),
        statistic_name=test.statistic_name,
        statistic=test.statistic,
        df=test.df,
        p_value=test.p_value,
        p_one_sided=test.p_one_sided,
        standard_error=test.standard_error,
        test_reason=test.reason,
    )
