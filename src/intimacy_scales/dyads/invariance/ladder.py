"""Measurement invariance across the partners of couples, step by step."""

from __future__ import annotations

from collections.abc import Collection

from intimacy_scales.dyads.distinguishable import as_distinguishable
from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.given_couples import couples_once
from intimacy_scales.dyads.invariance.exchangeable import check_likelihood, exchangeable_measurement
from intimacy_scales.dyads.invariance.fitting import BothPartners, both_partners, changes_between
from intimacy_scales.dyads.invariance.models import ladder_model
from intimacy_scales.dyads.invariance.partner_means import compared_means, no_means
from intimacy_scales.dyads.invariance.result import DyadicInvariance
from intimacy_scales.dyads.invariance.steps import (
    EVERY_STEP,
    STEPS,
    Direction,
    Step,
    check_direction,
    checked_steps,
    released_names,
    released_parameters,
)
from intimacy_scales.dyads.invariance.verdict import status_of
from intimacy_scales.factor.confirmatory.comparison import DifferenceTest, check_difference_test
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Estimator, Scaling
from intimacy_scales.factor.confirmatory.fitting import FitOptions, check_options
from intimacy_scales.factor.sample import MissingAnswers


def dyadic_invariance(
    dyads: Dyads,
    scale: str,
    *,
    distinguishable: bool | None = None,
    steps: Collection[Step] = EVERY_STEP,
    direction: Direction = "from_free",
    partial: Collection[str] = (),
    estimator: Estimator = "ML",
    scaling: Scaling = "yuan_bentler",
    method: DifferenceTest = "satorra_bentler_2001",
    missing: MissingAnswers = "listwise",
    max_iterations: int = 200,
) -> DyadicInvariance:
    """Test whether a scale measures the same construct in both partners, in one model of both.

    Each partner has a factor, the factors covary, and so do the residuals of the same item. Groups of wives
    and husbands would not do: partners' answers are correlated.

    Parameters
    ----------
    dyads
        The couples, with their answers.
    scale
        A scale of three or more items.
    distinguishable
        Whether partners differ by a role; None: by their roles, where `dyads` has them. If not, nothing that
        distinguishes partners can be tested, and the result has the fit of the model of `exchangeable`
        partners.
    steps
        Two or more of ``configural`` (the same pattern), ``metric`` (equal loadings), ``scalar`` (equal
        intercepts too), ``residual`` (residual variances too), ``variances`` (variances of the factors too)
        and ``means`` (means of the factors too: partners are exchangeable).
    direction
        ``from_free``: equalities are added as long as the answers support them. ``from_equal``: partners are
        the same until the answers show otherwise; equalities are released, starting with the last, which
        Sakaluk (2023, documentation of the R package dySEM) proposes for the steps from ``residual`` on.
        Models and tests are the same, their order and the sentence are not.
    partial
        Parameters that differ between partners in every step, as `DyadicInvariance.to_free` names them:
        ``["tru04 ~ 1"]``.
    estimator, scaling, missing, max_iterations
        As in `cfa`.
    method
        The test of scaled differences, as in `compare_models`.

    Returns
    -------
    DyadicInvariance
        With `to_frame`, `page`, `sentence`, `constraint_tests`, `to_free`, `dmacs` and `mean_difference`.

    Raises
    ------
    EstimationError
        As in `cfa`; fewer than three items; an unknown step; ``distinguishable=True`` for partners without
        roles.

    Notes
    -----
    The first partner's factor has variance 1 and mean 0 (fixed-factor scaling), and the second one's are free
    once loadings, or intercepts, are equal. Couples of which one partner did not answer count with
    ``missing="fiml"``, and are left out with ``missing="listwise"``.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=2).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", role="partner")
    >>> tested = dyadic_invariance(dyads, "trust")
    >>> [change.df_change for change in tested.changes], tested.to_free()
    ([3, 3, 4, 1, 1], None)
    """
    check_options(estimator, missing, "none", (), None)
    check_difference_test(method, scaled=discrepancy_of(estimator).is_scaled)
    chosen = checked_steps(steps)
    check_direction(direction)
    couples = couples_once(dyads)
    reason = _reason_for_exchangeable(couples, distinguishable)
    if reason is not None:
        check_likelihood(estimator, missing)
    options = FitOptions(
        estimator=estimator,
        scaling=scaling,
        identification="none",
        means=True,
        keep_answers=method == "satorra_bentler_2010",
        max_iterations=max_iterations,
    )
    both = both_partners(couples, scale, missing, options, distinguishable=reason is None)
    if reason is not None:
        return _of_exchangeable(both, couples, direction, reason)
    return _ladder(both, couples, chosen, direction, partial, method)


def _reason_for_exchangeable(dyads: Dyads, distinguishable: bool | None) -> str | None:
    """Return why partners cannot be told apart; None where they can.

    Raises
    ------
    EstimationError
        ``distinguishable=True``, and they cannot; or it is not True, False or None.
    """
    if as_distinguishable(dyads, distinguishable):
        return None
    if distinguishable is False:
        return "partners are treated as exchangeable (distinguishable=False)"
    if dyads.mixed:
        return "couples differ in their roles (mixed=True), so that no role distinguishes all partners"
    return "partners have no roles, so that their order is arbitrary"


def _of_exchangeable(both: BothPartners, dyads: Dyads, direction: Direction, reason: str) -> DyadicInvariance:
    """Return what can be tested of exchangeable partners."""
    measured = exchangeable_measurement(both)
    return DyadicInvariance(
        models={},
        changes=(),
        instrument=dyads.instrument,
        scale=both.pair.scale,
        items=both.pair.items,
        partners=both.pair.partners,
        direction=direction,
        partial=(),
        n_couples=measured.n_couples,
        left_out=measured.left_out,
        sds=both.sds,
        mean_difference=no_means(both.pair.partners, measured.n_couples, reason),
        exchangeable=measured,
        reason=reason,
    )


def _ladder(
    both: BothPartners,
    dyads: Dyads,
    steps: Collection[str],
    direction: Direction,
    partial: Collection[str],
    method: DifferenceTest,
) -> DyadicInvariance:
    """Return the steps of distinguishable partners."""
    pair = both.pair
    released = released_parameters(partial, pair)
    models = {step: both.fit(ladder_model(pair, STEPS[step], released), step) for step in steps}
    changes = changes_between(models, method)
    if both.options["keep_answers"]:
        models = {step: model.without_answers() for step, model in models.items()}
    return DyadicInvariance(
        models=models,
        changes=changes,
        instrument=dyads.instrument,
        scale=pair.scale,
        items=pair.items,
        partners=pair.partners,
        direction=direction,
        partial=released_names(released, pair),
        n_couples=both.sample.n,
        left_out=both.left_out,
        sds=both.sds,
        mean_difference=compared_means(models, pair, status_of("scalar", changes, released)),
    )
