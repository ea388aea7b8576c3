"""Mutual influence models: each partner's outcome acts on the other one's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.models.couple_engine import CoupleEngine, couple_engine, fields_of
from intimacy_scales.dyads.models.couple_paths import CouplePath, CouplePathModel, path_of
from intimacy_scales.dyads.models.couple_table import Floats, MissingPartners, Pair
from intimacy_scales.dyads.models.distinguishability import LikelihoodEstimator
from intimacy_scales.dyads.models.measurement import ErrorModel, Loadings, Reliability
from intimacy_scales.dyads.models.path_tests import PathTest, path_test
from intimacy_scales.dyads.models.sem_engine import difference_of
from intimacy_scales.results.result import result_class

_SETTLES = 0.9  # largest influence that a search starts from


@result_class
class MutualInfluenceModel(CouplePathModel):
    """A fitted mutual influence model, made by `mutual_influence`.

    Attributes
    ----------
    errors_correlated
        Whether the residuals of both outcomes are correlated.
    equal_influence
        Whether both partners influence each other equally.
    stability
        Product of both influences; where it is 1 or more in size, the mutual influence never settles, and the
        model does not describe a state of couples.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, mutual_influence
    >>> answers = simulate("scii-24", 600, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> model = mutual_influence(dyads, "commitment", "trust", errors_correlated=False)
    >>> [path.name for path in model.paths]
    ['effect of the own trust', 'influence of the partner']
    """

    title: ClassVar[str] = "Mutual influence model"
    _function: ClassVar[str] = "mutual_influence"

    errors_correlated: bool
    equal_influence: bool
    stability: float


def mutual_influence(
    dyads: Dyads,
    outcome: str,
    predictor: str,
    *,
    distinguishable: bool | None = None,
    errors_correlated: bool = True,
    equal_influence: bool = False,
    error: ErrorModel | None = None,
    reliability: Reliability | None = None,
    loadings: Loadings = "equal",
    estimator: LikelihoodEstimator = "ML",
    missing: MissingPartners = "fiml",
) -> MutualInfluenceModel:
    """Fit a mutual influence model: own predictor and the partner's outcome predict each outcome.

    Parameters
    ----------
    dyads
        The couples.
    outcome, predictor
        Scales, or kept columns of numbers.
    distinguishable
        As in `apim`.
    errors_correlated
        Whether the residuals of both outcomes are correlated. Without that, all of what partners have in
        common in the outcome is ascribed to their influence.
    equal_influence
        Whether both influences are equal; of exchangeable partners they always are.
    error
        None: scores as they are. ``corrected``: each score is the only indicator of a true score, with the
        error variance ``(1 - reliability) x variance``. ``latent``: factors of the items, with residuals of
        the same item correlated between partners.
    reliability, loadings
        As in `apim`.
    estimator
        ``ML``, or ``MLR``, whose standard errors and tests do not assume normality.
    missing
        ``fiml``: couples with missing scores count. ``listwise``: they do not.

    Returns
    -------
    MutualInfluenceModel

    Raises
    ------
    EstimationError
        Unknown variables, or ones that do not vary; too few couples; a mixed sample.
    NotConvergedError
        As `sem` raises it.

    Notes
    -----
    ``y_i = a x_i + m y_j + e_i`` for both partners (Kenny, 1996; Woody & Sadler, 2005). The partner's
    predictor has no path of its own: that it acts only through the partner's outcome is an assumption, by
    which the influences are identified.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads
    >>> answers = simulate("scii-24", 600, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> mutual_influence(dyads, "commitment", "trust").adjusted.df
    0
    """
    engine = couple_engine(
        dyads, outcome, predictor, distinguishable=distinguishable, error=error, reliability=reliability,
        loadings=loadings, estimator=estimator, missing=missing,
    )  # fmt: skip
    (x, y), roles = engine.pairs, engine.layout.distinguishable
    equal = equal_influence or not roles
    starts = _starts(engine.dyads.variable(predictor), engine.dyads.variable(outcome), alike=not roles)
    engine.fit(_lines(x, y, starts, distinguishable=roles, errors_correlated=errors_correlated, equal=equal))
    influences = [engine.result.parameters[f"{y[place]} ~ {y[1 - place]}"].estimate for place in (0, 1)]
    stability = influences[0] * influences[1]
    cautions = []
    if abs(stability) >= 1:
        cautions.append(
            f"the product of both influences is {stability:.2f}; at 1 or more in size the influence never "
            "settles"
        )
    return MutualInfluenceModel(
        **fields_of(engine, list(_paths(engine)), cautions),
        tests=tuple(_tests(engine, equal=equal)),
        errors_correlated=errors_correlated,
        equal_influence=equal,
        stability=stability,
    )


def _lines(
    x: Pair, y: Pair, starts: Floats | None, *, distinguishable: bool, errors_correlated: bool, equal: bool
) -> list[str]:
    """Return the lines of paths, and of covariances between partners."""
    lines = []
    for place in (0, 1):
        effect = f"a{place + 1}" if distinguishable else "a"
        influence = "m" if equal else f"m{place + 1}"
        lines.append(f"{y[place]} ~ {effect}*{x[place]} + {influence}*{y[1 - place]}")
        if starts is not None:
            effect_start, influence_start = starts[place].tolist()
            lines[-1] += (
                f" + start({effect_start:.6g})*{x[place]} + start({influence_start:.6g})*{y[1 - place]}"
            )
    return [*lines, f"{x[0]} ~~ {x[1]}", f"{y[0]} ~~ {'' if errors_correlated else '0*'}{y[1]}"]


def _starts(x: Floats, y: Floats, *, alike: bool) -> Floats | None:
    """Return start values of own effect and influence on each partner (2, 2); None with too few couples.

    Regressing each outcome on both predictors gives the reduced form: own slope ``a / (1 - m m')`` and
    partner slope ``m a' / (1 - m m')``, with a' and m' those of the partner, so that m is a partner slope
    divided by the partner's own slope (indirect least squares; Kenny, 1996). From ordinary slopes, a search
    may end where influences exceed 1, which is another maximum of the likelihood.
    """
    complete = ~np.isnan(np.hstack([x, y])).any(axis=1)
    x, y = x[complete], y[complete]
    if alike:
        x, y = (np.concatenate([pairs, pairs[:, ::-1]]) for pairs in (x, y))
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    if len(x) < 4 or not (x.any(axis=0).all() and y.any(axis=0).all()):
        return None
    units = np.sqrt((x**2).sum(axis=0))
    slopes = np.linalg.lstsq(x / units, y, rcond=None)[0] / units[:, None]  # entry (j, i): of y_i on x_j
    direct = slopes.diagonal()
    if not (np.abs(direct) > 0).all():
        return None
    influences = np.clip(np.array([slopes[1, 0] / direct[1], slopes[0, 1] / direct[0]]), -_SETTLES, _SETTLES)
    result: Floats = np.column_stack([direct * (1 - influences.prod()), influences])
    return result


def _paths(engine: CoupleEngine) -> Iterator[CouplePath]:
    """Yield the paths; of exchangeable partners, those of one of them."""
    outcome, predictor, (x, y) = engine.outcome, engine.predictor, engine.pairs
    roles = engine.layout.suffixes if engine.layout.distinguishable else ("", "")
    for place in (0, 1) if engine.layout.distinguishable else (0,):
        person = f"the {roles[place]}" if roles[place] else "a person"
        other = f"the {roles[1 - place]}" if roles[place] else "the partner"
        effect, influence = (
            engine.result.parameters[f"{y[place]} ~ {name}"] for name in (x[place], y[1 - place])
        )
        reading = f"Where {person}'s own {predictor} is 1 higher, that person's {outcome} is {{change}}"
        yield path_of(effect, f"effect of the own {predictor}", roles[place], reading)
        reading = f"Where {other}'s {outcome} is 1 higher, {person}'s {outcome} is {{change}}"
        yield path_of(influence, "influence of the partner", roles[place], reading)


def _tests(engine: CoupleEngine, *, equal: bool) -> Iterator[PathTest]:
    """Yield the tests of no influence, and in roles of equal influences."""
    hypotheses = {"no_influence": "m == 0" if equal else "m1 == 0\nm2 == 0"}
    if not equal:
        hypotheses["equal_influence"] = "m1 == m2"
    for name, constraint in hypotheses.items():
        difference = difference_of(engine.result, engine.constrained(constraint))
        yield path_test(name, None, "", difference)
