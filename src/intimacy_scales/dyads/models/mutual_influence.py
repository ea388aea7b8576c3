"""Mutual influence models: each partner's outcome acts on the other one's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.models.couple_paths import (
    CoupleEngine,
    CouplePath,
    CouplePathModel,
    couple_engine,
    fields_of,
    path_of,
)
from intimacy_scales.dyads.models.couple_table import MissingPartners, Pair
from intimacy_scales.dyads.models.distinguishability import LikelihoodEstimator
from intimacy_scales.dyads.models.path_tests import PathTest, path_test
from intimacy_scales.dyads.models.sem_engine import difference_of
from intimacy_scales.results.result import result_class


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
        dyads, outcome, predictor, distinguishable=distinguishable, estimator=estimator, missing=missing
    )
    pairs, roles = engine.table.partners, engine.layout.distinguishable
    equal = equal_influence or not roles
    engine.text = mutual_influence_text(
        pairs[predictor],
        pairs[outcome],
        distinguishable=roles,
        errors_correlated=errors_correlated,
        equal=equal,
    )
    engine.result = engine.fitted()
    x, y = pairs[predictor], pairs[outcome]
    influences = [engine.result.parameters[f"{y[place]} ~ {y[1 - place]}"].estimate for place in (0, 1)]
    stability = influences[0] * influences[1]
    cautions = []
    if abs(stability) >= 1:
        cautions.append(
            f"the product of both influences is {stability:.2f}; at 1 or more in size the influence never "
            "settles"
        )
    return MutualInfluenceModel(
        **fields_of(engine, list(_paths(engine, x, y)), cautions),
        tests=tuple(_tests(engine, x, y, errors_correlated=errors_correlated, equal=equal)),
        errors_correlated=errors_correlated,
        equal_influence=equal,
        stability=stability,
    )


def mutual_influence_text(
    x: Pair, y: Pair, *, distinguishable: bool, errors_correlated: bool, equal: bool, constraint: str = ""
) -> str:
    """Return the text of a mutual influence model.

    Parameters
    ----------
    x, y
        Columns of predictor and outcome.
    distinguishable
        Whether parameters may differ between partners.
    errors_correlated, equal
        Whether residuals are correlated, and both influences equal.
    constraint
        A further line.
    """
    lines = []
    for place in (0, 1):
        effect = f"a{place + 1}" if distinguishable else "a"
        influence = "m" if equal else f"m{place + 1}"
        lines.append(f"{y[place]} ~ {effect}*{x[place]} + {influence}*{y[1 - place]}")
    lines += [f"{x[0]} ~~ {x[1]}", f"{y[0]} ~~ {'' if errors_correlated else '0*'}{y[1]}"]
    for letter, pair in (("x", x), ("y", y)):
        for column in pair:
            mean, spread = ("", "") if distinguishable else (f"m{letter}*", f"v{letter}*")
            lines += [f"{column} ~ {mean}1", f"{column} ~~ {spread}{column}"]
    return "\n".join(filter(None, [*lines, constraint]))


def _paths(engine: CoupleEngine, x: Pair, y: Pair) -> Iterator[CouplePath]:
    """Yield the paths; of exchangeable partners, those of one of them."""
    outcome, predictor = engine.outcome, engine.predictor
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


def _tests(
    engine: CoupleEngine, x: Pair, y: Pair, *, errors_correlated: bool, equal: bool
) -> Iterator[PathTest]:
    """Yield the tests of no influence, and in roles of equal influences."""

    def text(constraint: str) -> str:
        return mutual_influence_text(
            x, y, distinguishable=engine.layout.distinguishable, errors_correlated=errors_correlated,
            equal=equal, constraint=constraint,
        )  # fmt: skip

    hypotheses = {"no_influence": "m == 0" if equal else "m1 == 0\nm2 == 0"}
    if not equal:
        hypotheses["equal_influence"] = "m1 == m2"
    for name, constraint in hypotheses.items():
        yield path_test(name, None, "", difference_of(engine.result, engine.fit(text(constraint))))
