"""Estimates of a model's parameters with their covariances, and the tests of fit (arrays only)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from intimacy_scales.errors import EstimationError, NotConvergedError, NotIdentifiedError
from intimacy_scales.factor.confirmatory.advice import (
    distant_means,
    impossible_triads,
    to_identify,
    to_settle,
)
from intimacy_scales.factor.confirmatory.estimation.corrected_fit import (
    MissingCorrectedFit,
    missing_corrected_fit,
)
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of, rule_of
from intimacy_scales.factor.confirmatory.estimation.discrepancy import (
    Discrepancy,
    Information,
    Scaling,
)
from intimacy_scales.factor.confirmatory.estimation.fit import (
    Fit,
    FitIndices,
    ScaledFit,
    crmr_of,
    fit_indices,
    scaled_fit,
    srmr_of,
)
from intimacy_scales.factor.confirmatory.estimation.likelihood import is_positive_definite
from intimacy_scales.factor.confirmatory.estimation.missing_correction import MissingCorrection
from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, GroupPart, Problem
from intimacy_scales.factor.confirmatory.estimation.problem_of_table import problem_of
from intimacy_scales.factor.confirmatory.estimation.reference_models import Exogenous, Independence, Saturated
from intimacy_scales.factor.confirmatory.estimation.restart import (
    best_of_several,
    better_optimum,
    is_doubtful,
    negative_starts,
    plain_start,
    rescaled_start,
    usable_start,
)
from intimacy_scales.factor.confirmatory.estimation.search import DivergedError, Optimum, maximize
from intimacy_scales.factor.confirmatory.model.structure import Floats, Place
from intimacy_scales.factor.confirmatory.model.table import ParameterTable
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.numerics.normal_draws import standard_normal
from intimacy_scales.numerics.scaled_matrices import scaled_inverse
from intimacy_scales.numerics.ties import descending, members_of_space
from intimacy_scales.numerics.tolerances import EQUAL_SHARES, UNIDENTIFIED
from intimacy_scales.results.wording import counted

_SHOWN = 6  # names in a message
_TAKES_PART = 0.1  # share of a parameter in a singular direction: messages name those with more


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The estimates of a model.

    Attributes
    ----------
    table
        The parameters.
    problem
        The model as arrays, without each person's answers unless they are kept.
    optimum
        Estimates of the free parameters, and the discrepancy there.
    covariance
        (n_free, n_free): of the estimates.
    information
        ``expected`` or ``observed``.
    saturated
        The saturated model of each group; nan for covariances of variables that nobody answered together.
    baseline
        The independence model of each group.
    expected_chi_square, baseline_expected_chi_square, scaling, scores
        The basis of a scaled test, see `Inference`.
    missing_correction
        Complete-data chi-squares of incomplete answers; None if there are none, see `Inference`.
    several
        Whether other starts led to local optima that are not as good.
    """

    table: ParameterTable
    problem: Problem
    optimum: Optimum
    covariance: Floats
    information: Information
    saturated: tuple[Saturated, ...]
    baseline: tuple[Independence, ...]
    expected_chi_square: float
    baseline_expected_chi_square: float
    scaling: Scaling
    scores: Floats | None = None
    missing_correction: MissingCorrection | None = None
    several: bool = False

    @property
    def at(self) -> Evaluation:
        """The model at the estimates."""
        return self.optimum.at

    @property
    def discrepancy(self) -> Discrepancy:
        """The discrepancy that was minimized."""
        return self.problem.discrepancy

    @property
    def keeps_answers(self) -> bool:
        """Whether each person's answers are kept."""
        return all(group.moments.has_rows for group in self.problem.groups)


def degrees_of_freedom(table: ParameterTable) -> int:
    """Return the degrees of freedom: moments less free parameters."""
    return table.n_moments * table.n_groups - table.n_free


def check_counts(table: ParameterTable, groups: Sequence[str | None], advice: str | None = None) -> None:
    """Raise if there are more parameters than moments, or no free parameters."""
    if table.n_free == 0:
        raise EstimationError(
            "every parameter of the model is fixed, so that nothing is estimated; free one, as in NA*x"
        )
    df = degrees_of_freedom(table)
    if df >= 0:
        return
    names = table.free_names(groups)
    n_moments = table.n_free + df
    moments = "variances, covariances and means" if table.with_means else "variances and covariances"
    raise NotIdentifiedError(
        f"the model is not identified: {counted(table.n_free, 'free parameter')} for {n_moments} {moments} "
        f"({_first_names(names)}). "
        f"{_sentence(advice) or to_identify(table)}",
        names,
    )


def _sentence(advice: str | None) -> str | None:
    return advice and advice[0].upper() + advice[1:]


def _first_names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def check_identified(
    information: Floats,
    table: ParameterTable,
    groups: Sequence[str | None],
    where: str,
    advice: str | None = None,
) -> None:
    """Raise if the average information is singular, naming the parameters that cannot be told apart."""
    scale = np.sqrt(information.diagonal())
    without_effect = np.flatnonzero(~(scale > 0))
    if len(without_effect):
        names = table.free_names(groups)
        tied = [names[i] for i in without_effect]
    else:
        scaled = information / (scale[:, None] * scale)
        if is_positive_definite(scaled - UNIDENTIFIED * np.eye(len(scaled))):
            return
        names = table.free_names(groups)
        values, vectors = np.linalg.eigh(scaled)
        share = members_of_space(vectors[:, values < UNIDENTIFIED])
        tied = [names[i] for i in descending(share, EQUAL_SHARES) if share[i] > _TAKES_PART]
    raise NotIdentifiedError(
        f"the model is not identified{where}: these parameters cannot be told apart: {_first_names(tied)}. "
        f"{_sentence(advice) or to_identify(table)}",
        tied,
    )


def solve(
    table: ParameterTable,
    samples: Sequence[SampleMoments],
    *,
    discrepancy: Discrepancy | None = None,
    information: Information | None = None,
    max_iterations: int = 200,
    start: Floats | None = None,
    identified: bool = False,
    advice: str | None = None,
    keep_answers: bool = False,
) -> Solution:
    """Estimate a model.

    Parameters
    ----------
    table, samples
        The parameters, and the moments of each group in the order of the model's items.
    discrepancy
        The discrepancy to minimize; by default that of maximum likelihood.
    information
        The information that standard errors rest on; by default that of the discrepancy.
    max_iterations
        Largest number of steps.
    start
        Start values of the free parameters, for a model that is known to be identified.
    identified
        Whether the model is known to be identified, so that only the estimates are checked.
    advice
        What to try if there is no solution; by default it names options of `cfa`.
    keep_answers
        Whether the solution keeps each person's answers.
    """
    labels = [sample.group for sample in samples]
    if table.with_means:
        advice = distant_means(samples) or advice
    check_counts(table, labels, advice)
    kind = discrepancy or discrepancy_of("ML", rule_of(samples))
    problem = problem_of(table, samples, kind)
    saturated = tuple(
        kind.saturated(g.moments, _of_group(label)) for g, label in zip(problem.groups, labels, strict=True)
    )
    given, at_start = start is not None, None
    if start is None:
        start, at_start = usable_start(table, samples, problem)
        if not identified:
            _check_near_start(problem, start, table, labels, advice)
    optimum = _converged(table, samples, problem, start, at_start, max_iterations, advice)
    several = False
    if not given:
        optimum = better_optimum(table, samples, problem, optimum, max_iterations)
        chi_square = problem.discrepancy.chi_square(problem, optimum.at, saturated)
        if is_doubtful(problem, optimum.at, chi_square, degrees_of_freedom(table)):
            optimum, several = best_of_several(table, samples, problem, optimum)
    _check_explained_variances(problem, table, optimum.at, labels)
    hessian, average = optimum.hessian, optimum.information
    assert hessian is not None  # `maximize` returns both
    assert average is not None
    check_identified(average, table, labels, " at the estimates", advice)
    basis = information or kind.information
    bread = _inverse(hessian if basis == "observed" else _expected(problem, optimum.at, average))
    exogenous = Exogenous(positions=table.exogenous_positions, fixed=table.fixed_x)
    baseline = tuple(kind.independence(group.moments, exogenous) for group in problem.groups)
    inference = problem.discrepancy.inference(
        problem, optimum.at, bread, hessian, saturated, baseline, exogenous
    )
    solution = Solution(
        table=table,
        problem=problem,
        optimum=replace(optimum, hessian=None, information=None),
        covariance=(inference.covariance + inference.covariance.T) / 2,
        information=basis,
        saturated=tuple(map(_observed_only, saturated, problem.groups)),
        baseline=baseline,
        expected_chi_square=inference.expected_chi_square,
        baseline_expected_chi_square=inference.baseline_expected_chi_square,
        scaling=inference.scaling,
        scores=inference.scores,
        missing_correction=inference.missing_correction,
        several=several,
    )
    return solution if keep_answers else without_answers(solution)


def _expected(problem: Problem, at: Evaluation, average: Floats) -> Floats:
    """Return the expected information, which equals the average one if patterns are few."""
    return problem.expected_information(at) if problem.is_stacked else average


def _inverse(information: Floats) -> Floats:
    try:
        inverse: Floats = scaled_inverse(information)
    except np.linalg.LinAlgError:
        raise NotIdentifiedError(
            "the model is not identified: the information matrix at the estimates is singular; fix some "
            "parameters, or set some equal with a label",
            (),
        ) from None
    return inverse


def _observed_only(saturated: Saturated, group: GroupPart) -> Saturated:
    """Return the saturated model with nan for covariances of variables that nobody answered together."""
    if group.moments.complete:
        return saturated
    together = group.moments.answered_together(len(saturated.means))
    if together.all():
        return saturated
    return replace(saturated, covariances=np.where(together, saturated.covariances, np.nan))


def without_answers(solution: Solution) -> Solution:
    """Return the same solution without each person's answers."""
    groups = tuple(replace(group, moments=group.moments.without_rows()) for group in solution.problem.groups)
    return replace(solution, problem=replace(solution.problem, groups=groups))


def _converged(
    table: ParameterTable,
    samples: Sequence[SampleMoments],
    problem: Problem,
    start: Floats,
    at_start: Evaluation | None,
    max_iterations: int,
    advice: str | None,
) -> Optimum:
    """Search from a start, and from other starts if that does not converge."""
    try:
        return maximize(problem, start, at=at_start, max_iterations=max_iterations)
    except NotConvergedError as first:
        for make_start in (partial(rescaled_start, discrepancy=problem.discrepancy), plain_start):
            again = make_start(table, samples, max_iterations)
            if again is None:
                continue
            try:
                return maximize(problem, again, max_iterations=max_iterations)
            except NotConvergedError:
                continue
        if problem.evaluate(start) is None:
            raise
        has_triads = any(impossible_triads(table, samples))  # for these, `to_settle` has better advice
        for again in () if has_triads else negative_starts(table, samples, problem):
            try:
                return maximize(problem, again, max_iterations=max_iterations)
            except NotConvergedError:
                continue
        fastest = ""
        if isinstance(first, DivergedError):
            names = table.free_names([sample.group for sample in samples])
            changes = first.changes / _typical_sizes(table, problem, problem.evaluate(start))
            fastest = f", {names[int(np.argmax(changes))]} the fastest"
        raise NotConvergedError(f"{first}{fastest}: {to_settle(table, samples, advice)}") from None


def _check_explained_variances(
    problem: Problem, table: ParameterTable, at: Evaluation, labels: Sequence[str | None]
) -> None:
    """Raise if a factor explains no variance, so that its loadings could have any values."""
    for label, part, basis in zip(labels, problem.groups, at.bases, strict=True):
        effects = basis.columns[:, part.structure.p : part.structure.p + part.structure.m]
        variances = np.abs(basis.latent_covariances.diagonal())
        explained = np.max(effects**2 * variances / basis.covariances.diagonal()[:, None], axis=0)
        shares = explained[: len(table.model.latent)]  # observed variables of paths come after the factors
        for factor, share in zip(table.model.latent, shares, strict=True):
            if share < UNIDENTIFIED:
                names = [f"{factor} =~ {item}" for item in table.model.indicators(factor)]
                raise NotIdentifiedError(
                    f"the model is not identified at the estimates: {factor}{_of_group(label)} explains "
                    f"no variance, so that these parameters cannot be told apart: {_first_names(names)}; "
                    "leave the factor out, or some of its items",
                    names,
                )


def _of_group(label: str | None) -> str:
    return "" if label is None else f" of group {label!r}"


def _check_near_start(
    problem: Problem,
    starts: Floats,
    table: ParameterTable,
    labels: Sequence[str | None],
    advice: str | None,
) -> None:
    """Raise if parameters cannot be told apart at random values near the start.

    At the start itself, which may have zeros, the information of an identified model may be singular.
    """
    rng, sizes = np.random.default_rng(1), _typical_sizes(table, problem, problem.evaluate(starts))
    for spread in (0.2, 0.1, 0.03, 0.0):
        shift = 1 + spread * standard_normal(rng, len(starts))
        off_zero = np.where(starts == 0, spread * sizes, 0.0)
        at = problem.evaluate(starts * shift + off_zero * standard_normal(rng, len(starts)))
        if at is not None:
            check_identified(problem.average_information(at), table, labels, "", advice)
            return


def _typical_sizes(table: ParameterTable, problem: Problem, at_start: Evaluation | None) -> Floats:
    """Return a typical size of each free parameter (n_free,), for those that start at 0.

    It is in the units of the parameter, so that a model is identified in any units: the quotient of two
    standard deviations for loadings and paths, their product for covariances. At random values next to a
    start without positive definite covariances, factors have the standard deviation of a typical item.
    """
    sizes = np.ones(table.n_free)
    for group, part in enumerate(problem.groups):
        variances = part.moments.item_moments()[1]
        items = np.sqrt(np.where(variances > 0, variances, np.mean(variances) or 1.0))
        factors = np.full(part.structure.m, np.sqrt(np.mean(items**2)))
        if at_start is not None:
            of_factors = np.abs(at_start.bases[group].latent_covariances.diagonal())
            factors = np.where(of_factors > 0, np.sqrt(of_factors), factors)
        for p in table.of_group(group):
            if p.free >= 0:
                sizes[p.free] = _typical_size(p.place, items, factors)
    return sizes


def _typical_size(place: tuple[Place, int, int], items: Floats, factors: Floats) -> float:
    kind, row, column = place
    rows = factors if kind in ("beta", "psi", "alpha") else items
    if kind in ("nu", "alpha"):
        return float(rows[row])
    if kind in ("theta", "psi"):
        return float(0.3 * rows[row] * rows[column])
    return float(rows[row] / factors[column])


def fit_of(solution: Solution) -> Fit:
    """Return the tests and indices of fit."""
    problem, at, kind = solution.problem, solution.at, solution.discrepancy
    groups = solution.table.n_groups
    tested = fit_indices(
        chi_square=max(kind.chi_square(problem, at, solution.saturated), 0.0),
        df=degrees_of_freedom(solution.table),
        baseline=kind.baseline_chi_square(problem, solution.baseline, solution.saturated),
        baseline_df=groups * solution.table.n_relations,
        n=problem.n,
        n_groups=groups,
        n_in_test=kind.persons_in_test(problem),
    )
    given = problem.average([model.given for model in solution.baseline])
    log_likelihood = kind.log_likelihood(problem, at.value - given)
    saturated = problem.average([model.value for model in solution.saturated]) - given
    k = solution.table.n_free
    return Fit(
        **{name: getattr(tested, name) for name in FitIndices.__slots__},
        srmr=of_residuals(solution, srmr_of),
        crmr=of_residuals(solution, crmr_of),
        log_likelihood=log_likelihood,
        saturated_log_likelihood=kind.log_likelihood(problem, saturated),
        n_parameters=k,
        aic=-2 * log_likelihood + 2 * k,
        bic=-2 * log_likelihood + k * math.log(problem.n),
        adjusted_bic=-2 * log_likelihood + k * math.log((problem.n + 2) / 24),
        scaled=_scaled(solution, tested),
        missing_corrected=_missing_corrected(solution, tested),
    )


def of_residuals(solution: Solution, index: Callable[..., float], n_items: int | None = None) -> float:
    """Return an index of residuals, averaged over groups by their persons.

    The index is of the first ``n_items`` observed variables, or of all if that is None.
    """
    by_group, items = [], slice(n_items)
    for saturated, basis in zip(solution.saturated, solution.at.bases, strict=True):
        means = (saturated.means[items], basis.means[items]) if solution.table.with_means else (None, None)
        by_group.append(index(saturated.covariances[items, items], basis.covariances[items, items], *means))
    return solution.problem.average(by_group)


def _scaled(solution: Solution, tested: FitIndices) -> ScaledFit | None:
    """Return the scaled test, whose factors are expected chi-squares by degree of freedom; None without."""
    if math.isnan(solution.expected_chi_square):
        return None
    factor = solution.expected_chi_square / tested.df if tested.df else 1.0
    baseline_factor = solution.baseline_expected_chi_square / tested.baseline_df
    return scaled_fit(tested, factor, baseline_factor, solution.scaling)


def _missing_corrected(solution: Solution, tested: FitIndices) -> MissingCorrectedFit | None:
    """Return the robust indices that are corrected for missing answers; None without missing answers."""
    correction = solution.missing_correction
    if correction is None:
        return None
    return missing_corrected_fit(
        chi_square=correction.chi_square,
        expected=correction.expected,
        df=tested.df,
        baseline_chi_square=correction.baseline_chi_square,
        baseline_expected=correction.baseline_expected,
        baseline_df=tested.baseline_df,
        n=tested.n,
        n_groups=tested.n_groups,
    )
