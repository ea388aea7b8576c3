"""Common fate models: what both partners share in one variable predicts what they share in another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.models.couple_paths import (
    CouplePath,
    CouplePathModel,
    couple_engine,
    fields_of,
    path_of,
)
from intimacy_scales.dyads.models.couple_table import MissingPartners, Pair
from intimacy_scales.dyads.models.distinguishability import LikelihoodEstimator
from intimacy_scales.dyads.models.names import plain_name
from intimacy_scales.factor.confirmatory.results.sem_result import SEMResult
from intimacy_scales.results.result import result_class

_HARDLY_SHARED = 0.1  # share of variance


@result_class
class CommonFateModel(CouplePathModel):
    """A fitted common fate model, made by `common_fate`.

    Attributes
    ----------
    shared
        Variable → share of its variance that both partners have in common (mean over partners).

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, common_fate
    >>> answers = simulate("scii-24", 600, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> model = common_fate(dyads, "commitment", "trust")
    >>> [path.name for path in model.paths]
    ['common effect of trust', 'covariance of trust and commitment in a person']
    """

    title: ClassVar[str] = "Common fate model"
    _function: ClassVar[str] = "common_fate"

    shared: Mapping[str, float]

    @property
    def effect(self) -> CouplePath:
        """The effect of what both share in the predictor on what they share in the outcome."""
        return self.paths[0]


def common_fate(
    dyads: Dyads,
    outcome: str,
    predictor: str,
    *,
    distinguishable: bool | None = None,
    estimator: LikelihoodEstimator = "ML",
    missing: MissingPartners = "fiml",
) -> CommonFateModel:
    """Fit a common fate model: a factor of both partners' scores in each variable, and a path between these.

    Parameters
    ----------
    dyads
        The couples.
    outcome, predictor
        Scales, or kept columns of numbers, that describe the couple, such as the conflict in it.
    distinguishable
        As in `apim`; in roles, means, residual variances and covariances are those of the role.
    estimator
        ``ML``, or ``MLR``, whose standard errors and tests do not assume normality.
    missing
        ``fiml``: couples with missing scores count. ``listwise``: they do not.

    Returns
    -------
    CommonFateModel

    Raises
    ------
    EstimationError
        Unknown variables, or ones that do not vary; too few couples; a mixed sample.
    NotConvergedError
        As `sem` raises it.

    Notes
    -----
    Both loadings are 1, so that a factor is what partners share; residuals of the same person in both
    variables covary (Ledermann & Kenny, 2012). Where partners share little, the factors are hardly defined,
    and the solution may be improper: see `improper`.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads
    >>> answers = simulate("scii-24", 600, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> common_fate(dyads, "commitment", "trust").fit.df
    6
    """
    engine = couple_engine(
        dyads, outcome, predictor, distinguishable=distinguishable, estimator=estimator, missing=missing
    )
    pairs = engine.table.partners
    factors = _factor_names(predictor, outcome)
    engine.text = common_fate_text(pairs[predictor], pairs[outcome], factors, engine.layout.distinguishable)
    engine.result = engine.fitted()
    paths = _paths(engine.result, pairs, (predictor, outcome), factors, engine.layout.suffixes)
    if not engine.layout.distinguishable:
        paths = paths[:2]
    shared = {
        name: sum(engine.result.parameters[f"{factor} =~ {column}"].std_all ** 2 for column in pairs[name])
        / 2
        for name, factor in zip((predictor, outcome), factors, strict=True)
    }
    cautions = [
        f"partners share {100 * share:.0f} % of the variance of {name}, so that the factor is hardly defined"
        for name, share in shared.items()
        if share < _HARDLY_SHARED
    ]
    return CommonFateModel(**fields_of(engine, paths, cautions), tests=(), shared=shared)


def _factor_names(predictor: str, outcome: str) -> tuple[str, str]:
    first, second = (plain_name("common", name) for name in (predictor, outcome))
    return (first, second) if first.lower() != second.lower() else (first, f"{second}.2")


def common_fate_text(x: Pair, y: Pair, factors: Pair, distinguishable: bool) -> str:
    """Return the text of a common fate model.

    Parameters
    ----------
    x, y
        Columns of predictor and outcome.
    factors
        Names of their factors.
    distinguishable
        Whether parameters may differ between partners.
    """
    lines = [
        f"{factor} =~ 1*{first} + 1*{second}" for factor, (first, second) in zip(factors, (x, y), strict=True)
    ]
    lines.append(f"{factors[1]} ~ b*{factors[0]}")
    labels = ("e1", "e2") if distinguishable else ("e", "e")
    lines += [f"{x[place]} ~~ {labels[place]}*{y[place]}" for place in (0, 1)]
    for letter, pair in (("x", x), ("y", y)):
        for column in pair:
            mean, spread = ("", "") if distinguishable else (f"m{letter}*", f"v{letter}*")
            lines += [f"{column} ~ {mean}1", f"{column} ~~ {spread}{column}"]
    return "\n".join(lines)


def _paths(
    result: SEMResult,
    pairs: Mapping[str, Pair],
    variables: tuple[str, str],
    factors: Pair,
    roles: tuple[str, str],
) -> list[CouplePath]:
    """Return the common effect, and the covariance of both variables in each person."""
    predictor, outcome = variables
    condition = f"Where what both partners share in {predictor} is 1 higher"
    reading = f"{condition}, what they share in {outcome} is {{change}}"
    effect = path_of(
        result.parameters[f"{factors[1]} ~ {factors[0]}"], f"common effect of {predictor}", "", reading
    )
    named = f"covariance of {predictor} and {outcome} in a person"
    exchangeable = result.parameters[f"{pairs[predictor][0]} ~~ {pairs[outcome][0]}"].label == "e"
    within = [
        path_of(
            result.parameters[f"{pairs[predictor][place]} ~~ {pairs[outcome][place]}"],
            named,
            "" if exchangeable else roles[place],
            "",
        )
        for place in (0, 1)
    ]
    return [effect, *within]
