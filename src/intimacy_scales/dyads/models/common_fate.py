"""Common fate models: what both partners share in one variable predicts what they share in another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.models.couple_engine import CoupleEngine, couple_engine, fields_of
from intimacy_scales.dyads.models.couple_paths import CouplePath, CouplePathModel, path_of
from intimacy_scales.dyads.models.couple_table import MissingPartners, Pair
from intimacy_scales.dyads.models.distinguishability import LikelihoodEstimator
from intimacy_scales.dyads.models.measurement import ErrorModel, Loadings, Reliability
from intimacy_scales.dyads.models.names import plain_name
from intimacy_scales.results.result import result_class

_HARDLY_SHARED = 0.1  # share of variance


@result_class
class CommonFateModel(CouplePathModel):
    """A fitted common fate model, made by `common_fate`.

    Attributes
    ----------
    shared
        Variable → share of its variance that both partners have in common (mean over partners); of the
        variance of true scores, where measurement error is modelled.

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
    error: ErrorModel | None = None,
    reliability: Reliability | None = None,
    loadings: Loadings = "equal",
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
    variables covary (Ledermann & Kenny, 2012). What partners share is free of errors that do not correlate
    between them, so that ``error`` changes the common effect only as far as errors do correlate; it also
    separates errors from what is particular to a person (see `shared`). Where partners share little, the
    factors are hardly defined, and the solution may be improper: see `improper`.

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
        dyads, outcome, predictor, distinguishable=distinguishable, error=error, reliability=reliability,
        loadings=loadings, estimator=estimator, missing=missing,
    )  # fmt: skip
    factors = _factor_names(predictor, outcome)
    engine.fit(_lines(*engine.pairs, factors, engine.layout.distinguishable))
    shared = {
        name: sum(engine.result.parameters[f"{factor} =~ {column}"].std_all ** 2 for column in pair) / 2
        for name, factor, pair in zip((predictor, outcome), factors, engine.pairs, strict=True)
    }
    cautions = [
        f"partners share {100 * share:.0f} % of the variance of {name}, so that the factor is hardly defined"
        for name, share in shared.items()
        if share < _HARDLY_SHARED
    ]
    return CommonFateModel(**fields_of(engine, _paths(engine, factors), cautions), tests=(), shared=shared)


def _factor_names(predictor: str, outcome: str) -> tuple[str, str]:
    first, second = (plain_name("common", name) for name in (predictor, outcome))
    return (first, second) if first.lower() != second.lower() else (first, f"{second}.2")


def _lines(x: Pair, y: Pair, factors: Pair, distinguishable: bool) -> list[str]:
    """Return the lines of common factors, of the path between them, and of covariances in persons."""
    labels = ("e1", "e2") if distinguishable else ("e", "e")
    return [
        *(f"{factor} =~ 1*{a} + 1*{b}" for factor, (a, b) in zip(factors, (x, y), strict=True)),
        f"{factors[1]} ~ b*{factors[0]}",
        *(f"{x[place]} ~~ {labels[place]}*{y[place]}" for place in (0, 1)),
    ]


def _paths(engine: CoupleEngine, factors: Pair) -> list[CouplePath]:
    """Return the common effect, and the covariance of both variables in each person."""
    predictor, outcome, (x, y) = engine.predictor, engine.outcome, engine.pairs
    condition = f"Where what both partners share in {predictor} is 1 higher"
    reading = f"{condition}, what they share in {outcome} {{change}}"
    effect = path_of(
        engine.result.parameters[f"{factors[1]} ~ {factors[0]}"], f"common effect of {predictor}", "", reading
    )
    roles = engine.layout.suffixes if engine.layout.distinguishable else ("",)
    named = f"covariance of {predictor} and {outcome} in a person"
    within = [
        path_of(engine.result.parameters[f"{x[place]} ~~ {y[place]}"], named, role, "")
        for place, role in enumerate(roles)
    ]
    return [effect, *within]
