"""Actor-partner interdependence models of couples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np

from intimacy_scales.dyads.actor_partner.cross_products import Floats
from intimacy_scales.dyads.actor_partner.terms import Variables
from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.given_couples import couples_once
from intimacy_scales.dyads.models.actor_partner_parts import Design, actor_partner_model_of
from intimacy_scales.dyads.models.actor_partner_result import ActorPartnerModel
from intimacy_scales.dyads.models.actor_partner_text import ActorPartnerText, product_name
from intimacy_scales.dyads.models.closed_form_engine import closed_form
from intimacy_scales.dyads.models.couple_table import (
    CoupleTable,
    MissingPartners,
    TableBuilder,
    check_varies,
    in_one_order,
)
from intimacy_scales.dyads.models.dependent_partners import check_partners_apart
from intimacy_scales.dyads.models.layout import Layout, layout_of
from intimacy_scales.dyads.models.measurement import (
    ErrorModel,
    Loadings,
    Measured,
    Reliability,
    add_items,
    check_measurement,
    corrected,
    latent,
    observed,
    strongest_first,
    unit_cautions,
)
from intimacy_scales.dyads.models.paths import PathEngine
from intimacy_scales.dyads.models.sem_engine import SemEngine, fitted
from intimacy_scales.errors import EstimationError, NotConvergedError
from intimacy_scales.messages import not_one_of
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.results.wording import counted

PathEstimator = Literal["REML", "ML", "MLR"]


def apim(
    dyads: Dyads,
    outcome: str,
    predictors: str | Sequence[str],
    *,
    covariates: Sequence[str] = (),
    interactions: Sequence[tuple[str, str]] = (),
    distinguishable: bool | None = None,
    error: ErrorModel | None = None,
    reliability: Reliability | None = None,
    loadings: Loadings = "equal",
    estimator: PathEstimator | None = None,
    missing: MissingPartners = "fiml",
    centred: bool = True,
) -> ActorPartnerModel:
    """Fit an actor-partner interdependence model: effects of each partner's predictors on both outcomes.

    Parameters
    ----------
    dyads
        The couples.
    outcome
        A scale, or a kept column of numbers.
    predictors
        One or several of these. Each has an actor effect (on the same person's outcome) and a partner effect.
    covariates
        Kept columns with one number for each couple, such as years together.
    interactions
        Pairs of a predictor and a covariate that changes both of its effects; the covariate need not be among
        ``covariates``. Whether effects differ between roles needs no interaction: see the tests
        ``equal_actor_effects`` and ``equal_partner_effects``.
    distinguishable
        None: each role has its own paths where partners have roles, and each composition its own in a mixed
        sample. False: partners are exchangeable. True: as None, and an error where there are no roles.
    error
        None: scores as they are. ``corrected``: each scale score is the only indicator of its factor, with
        the error variance ``(1 - reliability) x variance``, since measurement error of predictors attenuates
        effects. ``latent``: factors of the items, with residuals of the same item correlated between
        partners.
    reliability
        For ``corrected``: scale → its reliability, or scale → role → its reliability; errors of both partners
        then count as uncorrelated. For scales that are not named: omega by `couple_reliability`, and errors
        that correlate as far as residuals of the same items do.
    loadings
        For ``latent`` and partners in roles: whether the loadings of an item are ``equal`` in both roles,
        without which effects of roles are in different units, or ``free``.
    estimator
        ``REML``: restricted maximum likelihood with t tests, for complete couples and scores as they are.
        ``ML``; ``MLR``, whose standard errors and tests do not assume normality. None: ``REML`` where the
        used couples are complete and ``error`` is None, otherwise ``ML``.
    missing
        ``fiml``: couples with missing scores count, by full information maximum likelihood. ``listwise``:
        only couples without missing scores.
    centred
        Whether predictors are centred on their grand mean over both partners of all couples, and covariates
        on their mean over couples.

    Returns
    -------
    ActorPartnerModel
        Effects with tests, the ratios k, tests of patterns, of equal paths and of distinguishability.

    Raises
    ------
    EstimationError
        Unknown variables, or ones that cannot be used: an outcome among the predictors, a predictor that does
        not vary or is equal for both partners of every couple; too few couples; options that exclude each
        other.
    NotIdentifiedError, NotConvergedError
        As `sem` raises them.

    Notes
    -----
    For partner i of a couple with the other partner j, ``y_i = intercept + actor x_i + partner x_j + e_i``,
    with e_i and e_j correlated (Kenny, Kashy & Cook, 2006, ch. 7). Complete couples are fitted in closed
    form, others by `sem`; all variables are then modelled, so that couples with one partner count.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> model = apim(dyads, "commitment", "trust")
    >>> model.effect("actor", "trust")
    <actor effect of trust: 0.343, SE 0.043; standardized .364>
    """
    dyads = couples_once(dyads)
    check_measurement(error, reliability, loadings)
    if estimator is not None and estimator not in get_args(PathEstimator):
        raise EstimationError(not_one_of("estimator", estimator, get_args(PathEstimator)))
    variables = _variables(outcome, predictors, covariates, interactions)
    layout = layout_of(dyads, distinguishable)
    _check_predictors(dyads, variables, layout)
    design = Design(
        dyads=dyads, layout=layout, outcome=outcome, variables=variables, error=error, loadings=loadings,
        missing=missing, centred=centred,
    )  # fmt: skip
    if error == "latent":
        engine, measured = _of_items(design, estimator)
    else:
        engine, measured = _of_scores(design, estimator, reliability)
    return actor_partner_model_of(design, engine, measured)


def _variables(outcome: str, predictors: Any, covariates: Any, interactions: Any) -> Variables:
    """Return the variables of a model, checked."""
    names = as_names("predictors", [predictors] if isinstance(predictors, str) else predictors, "variables")
    shared = as_names("covariates", [covariates] if isinstance(covariates, str) else covariates, "variables")
    pairs = [tuple(pair) if isinstance(pair, list | tuple) else (pair,) for pair in interactions]
    wrong = [pair for pair in pairs if len(pair) != 2]
    if wrong:
        raise EstimationError(
            f"interactions={list(interactions)!r} is not valid; allowed: pairs of a predictor and a "
            "covariate, such "
            "as [('trust', 'years')]"
        )
    shared = tuple(dict.fromkeys([*shared, *(covariate for _, covariate in pairs)]))
    if not names:
        raise EstimationError("predictors is empty; name at least one")
    if outcome in names or outcome in shared:
        raise EstimationError(
            f"{outcome!r} is the outcome, and cannot predict itself; leave it out of the predictors"
        )
    both = [name for name in names if name in shared]
    if both:
        raise EstimationError(
            f"{both[0]!r} is among the predictors and the covariates; leave one of them out"
        )
    return Variables(
        predictors=names, covariates=shared, interactions=tuple((pair[0], pair[1]) for pair in pairs)
    )


def _check_predictors(dyads: Dyads, variables: Variables, layout: Layout) -> None:
    """Raise where a predictor has the same value for both partners of every couple."""
    for name in variables.predictors:
        first, second = dyads.variable(name).T
        difference = first - second  # nan where one is missing
        complete = ~np.isnan(difference)
        if complete.any() and not difference[complete].any() and np.ptp(first[complete]):
            n = counted(int(complete.sum()), "complete couple")
            instead = _instead_of(name, np.where(complete, first, np.nan), dyads, variables, layout)
            raise EstimationError(
                f"{name} is equal for both partners in all of {n}, so that actor and partner effect cannot "
                f"be told apart; {instead}"
            )


def _instead_of(name: str, shared: Floats, dyads: Dyads, variables: Variables, layout: Layout) -> str:
    """Return what to do with a predictor (n,) that both partners share, nan where a couple lacks it."""
    kinds = [shared[layout.of_couple == number] for number in range(len(layout.compositions))]
    varies = all(np.ptp(known) > 0 for kind in kinds if len(known := kind[~np.isnan(kind)]))
    # a covariate is a kept column, with a slope in each composition
    if name in dyads.scale_ids or not varies:
        return "leave it out"
    others = len(variables.predictors) > 1
    return f"use it as a covariate (covariates=[{name!r}])" + (
        "" if others else ", next to a predictor that differs between partners"
    )


def _table(design: Design, builder: TableBuilder) -> CoupleTable:
    """Return the table of the couples that can be used, with centred variables and products of these."""
    variables, dyads = design.variables, design.dyads
    for name in variables.covariates:
        builder.add_couples(name, dyads.couple_variable(name))
    used, _ = builder.used(design.missing)
    if design.centred and design.error != "latent":
        for name in variables.predictors:
            design.centres[name] = _mean(builder.pairs[name][used])
            builder.pairs[name] = builder.pairs[name] - design.centres[name]
    if design.centred:
        for name in variables.covariates:
            design.centres[name] = _mean(builder.singles[name][used])
            builder.singles[name] = builder.singles[name] - design.centres[name]
    return builder.made(design.missing)


def _mean(numbers: Floats) -> float:
    """Return the mean of the known numbers; 0 where all are missing, which `check_varies` then says."""
    return 0.0 if np.isnan(numbers).all() else float(np.nanmean(numbers))


def _of_scores(
    design: Design, estimator: PathEstimator | None, reliability: Reliability | None
) -> tuple[PathEngine, Measured]:
    """Fit a model of scores, as they are or corrected for measurement error."""
    variables, scores = design.variables, (design.outcome, *design.variables.predictors)
    if design.error and variables.interactions:
        raise EstimationError("interactions= is for scores as they are; leave it or error= out")
    builder = TableBuilder(dyads=design.dyads, layout=design.layout)
    for name in scores:
        builder.add_partners(name, design.dyads.variable(name))
    table = _table(design, builder)
    check_varies(table, [*scores, *variables.covariates], design.layout.compositions, design.centres)
    if estimator == "REML" and (table.has_gaps or design.error):
        why = "couples with missing scores" if table.has_gaps else f"error={design.error!r}"
        raise EstimationError(
            f"estimator='REML' is for complete couples and scores as they are, and there is {why}; use "
            "'ML', or "
            "missing='listwise'"
        )
    if variables.interactions:
        table = _with_products(builder, variables, design.missing)
    else:
        check_partners_apart(table, design.layout, design.outcome, variables.predictors)
    measured = observed(table)
    if design.error:
        measured = corrected(design.dyads, design.layout, table, scores, reliability)
    elif not table.has_gaps and estimator != "MLR":
        return closed_form(
            table, design.outcome, _text(design, table, measured), estimator or "REML"
        ), measured
    return _by_sem(design, table, measured, estimator), measured


def _with_products(builder: TableBuilder, variables: Variables, missing: MissingPartners) -> CoupleTable:
    """Return the table with a column of the product of each predictor and covariate."""
    for predictor, covariate in variables.interactions:
        product = builder.pairs[predictor] * builder.singles[covariate][:, None]
        builder.add_partners(product_name(predictor, covariate), product)
    return builder.made(missing)


def _of_items(design: Design, estimator: PathEstimator | None) -> tuple[PathEngine, Measured]:
    """Fit a model of factors of items."""
    variables = design.variables
    if variables.interactions or estimator == "REML":
        option = "estimator='REML'" if estimator == "REML" else "interactions="
        raise EstimationError(f"{option} cannot be combined with error='latent'; leave one of them out")
    builder = TableBuilder(dyads=design.dyads, layout=design.layout)
    items = add_items(builder, (design.outcome, *variables.predictors))
    table = _table(design, builder)
    check_varies(table, [*builder.pairs, *variables.covariates], design.layout.compositions, design.centres)
    measured = latent(design.layout, table, items, design.loadings)
    try:
        return _by_sem(design, table, measured, estimator), measured
    except NotConvergedError:
        others = strongest_first(table, items)
        if others == items:
            raise
        measured = latent(design.layout, table, others, design.loadings)
        measured.cautions += unit_cautions(items, others)
        return _by_sem(design, table, measured, estimator), measured


def _text(design: Design, table: CoupleTable, measured: Measured) -> ActorPartnerText:
    """Return the model as text."""
    return ActorPartnerText(
        variables=design.variables,
        outcome=measured.partners[design.outcome],
        partners=measured.partners,
        couples=table.couples,
        compositions=design.layout.compositions,
        measurement=tuple(measured.lines),
    )


def _by_sem(
    design: Design, table: CoupleTable, measured: Measured, estimator: PathEstimator | None
) -> SemEngine:
    """Fit a model by `sem`."""
    table, text = in_one_order(table, design.layout), _text(design, table, measured)
    options = {"estimator": estimator or "ML", "missing": design.missing}
    return SemEngine(
        text=text,
        outcome=design.outcome,
        table=table,
        options=options,
        result=fitted(text.text(), table, options),
        references=measured.references,
    )
