"""Mutual influence models: each partner's outcome acts on the other one's."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import ClassVar

import numpy as np

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.models.couple_engine import CoupleEngine, couple_engine, fields_of
from intimacy_scales.dyads.models.couple_paths import CouplePath, CouplePathModel, path_of
from intimacy_scales.dyads.models.couple_table import Floats, MissingPartners, Pair
from intimacy_scales.dyads.models.distinguishability import LikelihoodEstimator
from intimacy_scales.dyads.models.measurement import ErrorModel, Loadings, Reliability
from intimacy_scales.dyads.models.path_tests import PathTest, path_test
from intimacy_scales.dyads.models.paths import Difference
from intimacy_scales.dyads.models.sem_engine import difference_of, refitted
from intimacy_scales.errors import EstimationError, NotConvergedError, NotIdentifiedError
from intimacy_scales.results.result import result_class
from intimacy_scales.results.wording import apa, shown

_SETTLES = 0.9  # largest influence that a search starts from, where there is no closed form
_SAME_RESIDUALS = 0.99  # correlation


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
    NotConvergedError, NotIdentifiedError
        The likelihood has no maximum, or residuals of both partners cannot be told apart.

    Notes
    -----
    ``y_i = a x_i + m y_j + e_i`` for both partners (Kenny, 1996; Woody & Sadler, 2005). The partner's
    predictor has no path of its own: that it acts only through the partner's outcome is an assumption, by
    which the influences are identified. With correlated residuals and no score missing, the estimates are
    those of two-stage least squares.

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
    slopes = _two_stage_slopes(engine.dyads.variable(predictor), engine.dyads.variable(outcome), not roles)
    lines = partial(_lines, x, y, distinguishable=roles, errors_correlated=errors_correlated, equal=equal)
    is_closed = errors_correlated and equal != roles
    if is_closed and (engine.table.has_gaps or error is not None):
        likely = _likely_slopes(engine)
        slopes = slopes if likely is None else likely
    try:
        engine.fit(lines(slopes if is_closed else _settling(slopes)))
    except (NotConvergedError, NotIdentifiedError) as failure:
        raise _without_maximum(failure, engine, slopes if is_closed else None) from None
    influences = [engine.result.parameters[f"{y[place]} ~ {y[1 - place]}"].estimate for place in (0, 1)]
    stability = influences[0] * influences[1]
    cautions = []
    if abs(stability) >= 1:
        cautions.append(
            f"the product of both influences is {shown(stability, 2)}; at 1 or more in size the influence "
            "never settles"
        )
    return MutualInfluenceModel(
        **fields_of(engine, list(_paths(engine)), cautions),
        tests=tuple(_tests(engine, lines(_settling(slopes)), equal=equal)),
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
                f" + start({effect_start:.17g})*{x[place]} + start({influence_start:.17g})*{y[1 - place]}"
            )
    return [*lines, f"{x[0]} ~~ {x[1]}", f"{y[0]} ~~ {'' if errors_correlated else '0*'}{y[1]}"]


def _two_stage_slopes(x: Floats, y: Floats, alike: bool) -> Floats | None:
    """Return own effect and influence on each partner (2, 2) by two-stage least squares.

    Regressing each outcome on both predictors gives the reduced form: own slope ``a / (1 - m m')`` and
    partner slope ``m a' / (1 - m m')``, with a' and m' those of the partner, so that m is a partner slope
    divided by the partner's own slope (indirect least squares, which is two-stage least squares where there
    are as many predictors as coefficients; Kenny, 1996). With correlated residuals, one influence for each
    free slope and no score missing, these are the maximum likelihood estimates. None with too few couples,
    or where a partner's own slope is 0.
    """
    complete = ~np.isnan(np.hstack([x, y])).any(axis=1)
    x, y = x[complete], y[complete]
    if alike:
        x, y = (np.concatenate([pairs, pairs[:, ::-1]]) for pairs in (x, y))
    if len(x) < 4:
        return None
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    if not (x.any(axis=0).all() and y.any(axis=0).all()):
        return None
    units = np.sqrt((x**2).sum(axis=0))
    slopes = np.linalg.lstsq(x / units, y, rcond=None)[0] / units[:, None]  # entry (j, i): of y_i on x_j
    return _from_reduced_form(slopes.diagonal(), np.array([slopes[1, 0], slopes[0, 1]]))


def _from_reduced_form(actor: Floats, partner: Floats) -> Floats | None:
    """Return own effects and influences (2, 2) from own and partner slopes on both outcomes (2,)."""
    if not (np.abs(actor) > 0).all():
        return None
    influences = partner / actor[::-1]
    result: Floats = np.column_stack([actor * (1 - influences.prod()), influences])
    return result


def _likely_slopes(engine: CoupleEngine) -> Floats | None:
    """Return own effects and influences (2, 2) that follow from the likeliest reduced form; None without one.

    With scores missing or measured with error, the reduced form has no closed form itself, but is found from
    any start, as it has no circle of paths.
    """
    (x, y), roles = engine.pairs, engine.layout.distinguishable
    labels = (("s1", "p1"), ("s2", "p2")) if roles else (("s", "p"),) * 2
    lines = [f"{y[i]} ~ {labels[i][0]}*{x[i]} + {labels[i][1]}*{x[1 - i]}" for i in (0, 1)]
    text = engine.whole_text([*lines, f"{x[0]} ~~ {x[1]}", f"{y[0]} ~~ {y[1]}"])
    try:
        reduced = refitted(text, engine.table, engine.options).parameters
    except (NotConvergedError, NotIdentifiedError):
        return None
    actor, partner = (
        np.array([reduced[f"{y[i]} ~ {x[place]}"].estimate for i, place in enumerate(places)])
        for places in ((0, 1), (1, 0))
    )
    return _from_reduced_form(actor, partner)


def _settling(slopes: Floats | None) -> Floats | None:
    """Return slopes of the same reduced form whose influences settle.

    From other ones, a search may end where influences exceed 1, which is another maximum of the likelihood.
    """
    if slopes is None or slopes[:, 1].prod() == 1:
        return None
    direct = slopes[:, 0] / (1 - slopes[:, 1].prod())
    influences = np.clip(slopes[:, 1], -_SETTLES, _SETTLES)
    result: Floats = np.column_stack([direct * (1 - influences.prod()), influences])
    return result


def _residual_correlation(x: Floats, y: Floats, slopes: Floats) -> float:
    """Return the correlation of ``y_i - a x_i - m y_j`` of both partners, in complete couples."""
    residuals = y - slopes[:, 0] * x - slopes[:, 1] * y[:, ::-1]
    known = residuals[~np.isnan(residuals).any(axis=1)]
    return float(np.corrcoef(known[:, 0], known[:, 1])[0, 1])


def _without_maximum(
    failure: NotConvergedError | NotIdentifiedError, engine: CoupleEngine, slopes: Floats | None
) -> EstimationError:
    """Return the error of a model that cannot be estimated, with a reason and advice that hold for it."""
    outcome, why = engine.outcome, "the likelihood of this model has no maximum that a search can find"
    if slopes is not None:
        influences = slopes[:, 1]
        r = _residual_correlation(
            engine.dyads.variable(engine.predictor), engine.dyads.variable(outcome), slopes
        )
        why = (
            f"two-stage least squares gives influences of {influences[0]:.3g} and {influences[1]:.3g} "
            f"(product {influences.prod():.3g}), with residuals of both partners that correlate {apa(r, 5)}"
        )
        if abs(r) > _SAME_RESIDUALS:
            why += ", so that these cannot be told apart"
    text = (
        f"the mutual influence on {outcome} cannot be estimated: {why}; use another predictor, or apim(), "
        "whose actor and partner effects do not assume mutual influence"
    )
    if isinstance(failure, NotIdentifiedError):
        return NotIdentifiedError(text, failure.parameters)
    return NotConvergedError(text)


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
        reading = f"Where {person}'s own {predictor} is 1 higher, that person's {outcome} {{change}}"
        yield path_of(effect, f"effect of the own {predictor}", roles[place], reading)
        reading = f"Where {other}'s {outcome} is 1 higher, {person}'s {outcome} {{change}}"
        yield path_of(influence, "influence of the partner", roles[place], reading)


def _tests(engine: CoupleEngine, lines: Sequence[str], *, equal: bool) -> Iterator[PathTest]:
    """Yield the tests of no influence, and in roles of equal influences."""
    hypotheses = {"no_influence": "m == 0" if equal else "m1 == 0\nm2 == 0"}
    if not equal:
        hypotheses["equal_influence"] = "m1 == m2"
    text = engine.whole_text(lines)
    for name, constraint in hypotheses.items():
        try:
            narrower = refitted(f"{text}\n{constraint}", engine.table, engine.options)
        except (NotConvergedError, NotIdentifiedError):
            reason = "the likelihood of the model with this restriction has no maximum that a search can find"
            df = len(constraint.splitlines())
            difference = Difference(chi_square=math.nan, df=df, method="likelihood ratio", reason=reason)
        else:
            difference = difference_of(engine.result, narrower)
        yield path_test(name, None, "", difference)
