"""Estimates of a model's parameters with their covariances, and the tests of fit (arrays only)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from intimacy_scales.errors import EstimationError, NotConvergedError, NotIdentifiedError
from intimacy_scales.factor.confirmatory.advice import impossible_triads, to_identify, to_settle
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
from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, GroupPart, Problem
from intimacy_scales.factor.confirmatory.estimation.reference_models import Exogenous, Independence, Saturated
from intimacy_scales.factor.confirmatory.estimation.restart import (
    best_maximum,
    best_of_several,
    is_doubtful,
    negative_starts,
    plain_start,
    problem_of,
    rescaled_start,
    usable_start,
)
from intimacy_scales.factor.confirmatory.estimation.search import Optimum, RanOffError, maximize
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.confirmatory.model.table import ParameterTable
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.numerics.normal_draws import standard_normal
from intimacy_scales.numerics.ties import descending, members_of_space

_SINGULAR = 1e-9
_ALIKE = 1e-4  # shares in what cannot be told apart: no closer are eigenvectors of what is all but singular
_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A model, estimated.

    Attributes
    ----------
    table
        The parameters.
    problem
        The model as arrays, without each person's answers unless they were to be kept.
    optimum
        Estimates of the free parameters, and the discrepancy there.
    covariance
        (n_free, n_free): of the estimates.
    information
        ``expected`` or ``observed``.
    saturated
        Means and covariances of each group without any model; nan for those that nobody's answers tell.
    baseline
        The model without relations, in each group.
    excess, baseline_excess, scaling, scores
        What a scaled test rests on, see `Inference`.
    several
        Whether other starts led to places where the discrepancy is least nearby, but higher than here.
    """

    table: ParameterTable
    problem: Problem
    optimum: Optimum
    covariance: Floats
    information: Information
    saturated: tuple[Saturated, ...]
    baseline: tuple[Independence, ...]
    excess: float
    baseline_excess: float
    scaling: Scaling
    scores: Floats | None = None
    several: bool = False

    @property
    def at(self) -> Evaluation:
        """The model at the estimates."""
        return self.optimum.at

    @property
    def discrepancy(self) -> Discrepancy:
        """What was minimized."""
        return self.problem.discrepancy

    @property
    def keeps_answers(self) -> bool:
        """Whether each person's answers are still there."""
        return all(group.moments.has_rows for group in self.problem.groups)


def degrees_of_freedom(table: ParameterTable) -> int:
    """Return how many more moments than free parameters there are."""
    return table.n_moments * table.n_groups - table.n_free


def check_counts(table: ParameterTable, groups: Sequence[str | None], advice: str | None = None) -> None:
    """Raise where there are more parameters than moments, or none at all."""
    if table.n_free == 0:
        raise EstimationError("every parameter of the model is fixed: there is nothing to estimate")
    df = degrees_of_freedom(table)
    if df >= 0:
        return
    names = table.free_names(groups)
    n_moments = table.n_free + df
    raise NotIdentifiedError(
        f"the model is not identified: {table.n_free} free parameters for {n_moments} variances, covariances"
        f"{' and means' if table.with_means else ''} ({_few(names)}). "
        f"{_sentence(advice) or to_identify(table)}",
        names,
    )


def _sentence(advice: str | None) -> str | None:
    return advice and advice[0].upper() + advice[1:]


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def check_identified(
    information: Floats,
    table: ParameterTable,
    groups: Sequence[str | None],
    where: str,
    advice: str | None = None,
) -> None:
    """Raise where the average information is singular, naming what cannot be told apart."""
    scale = np.sqrt(information.diagonal())
    flat = np.flatnonzero(~(scale > 0))
    if len(flat):
        names = table.free_names(groups)
        tied = [names[i] for i in flat]
    else:
        scaled = information / (scale[:, None] * scale)
        if is_positive_definite(scaled - _SINGULAR * np.eye(len(scaled))):
            return
        names = table.free_names(groups)
        values, vectors = np.linalg.eigh(scaled)
        share = members_of_space(vectors[:, values < _SINGULAR])
        tied = [names[i] for i in descending(share, _ALIKE) if share[i] > 0.1]  # takes part
    raise NotIdentifiedError(
        f"the model is not identified{where}: these parameters cannot be told apart: {_few(tied)}. "
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
        What to minimize; by default that of maximum likelihood.
    information
        What standard errors rest on, if not what the discrepancy has by default.
    max_iterations
        Steps at most.
    start
        Values of the free parameters to begin with, of a model that is known to be identified.
    identified
        Whether it is known to be, so that only the estimates are looked at.
    advice
        What to try where there is no solution, if not what `cfa` has options for.
    keep_answers
        Whether the solution keeps each person's answers.
    """
    labels = [sample.group for sample in samples]
    check_counts(table, labels, advice)
    kind = discrepancy or discrepancy_of("ML", rule_of(samples))
    problem = problem_of(table, samples, kind)
    wholes = tuple(
        kind.saturated(g.moments, _where(label)) for g, label in zip(problem.groups, labels, strict=True)
    )
    given, begin = start is not None, None
    if start is None:
        start, begin = usable_start(table, samples, problem)
        if not identified:
            _check_at_large(problem, start, table, labels, advice)
    optimum = _settled(table, samples, problem, start, begin, max_iterations, advice)
    several = False
    if not given:
        optimum = best_maximum(table, samples, problem, optimum, max_iterations)
        tested = problem.discrepancy.chi_square(problem, optimum.at, wholes)
        if is_doubtful(problem, optimum.at, tested, degrees_of_freedom(table)):
            optimum, several = best_of_several(table, samples, problem, optimum)
    _check_variances(problem, table, optimum.at, labels)
    hessian, average = optimum.hessian, optimum.information
    assert hessian is not None  # both of every maximum
    assert average is not None
    check_identified(average, table, labels, " at the estimates", advice)
    basis = information or kind.information
    bread = _inverse(hessian if basis == "observed" else _expected(problem, optimum.at, average))
    exogenous = Exogenous(positions=table.exogenous_positions, fixed=table.fixed_x)
    baseline = tuple(kind.independence(group.moments, exogenous) for group in problem.groups)
    found = problem.discrepancy.inference(problem, optimum.at, bread, hessian, wholes, baseline, exogenous)
    solution = Solution(
        table=table,
        problem=problem,
        optimum=replace(optimum, hessian=None, information=None),
        covariance=(found.covariance + found.covariance.T) / 2,
        information=basis,
        saturated=tuple(map(_observed_only, wholes, problem.groups)),
        baseline=baseline,
        excess=found.excess,
        baseline_excess=found.baseline_excess,
        scaling=found.scaling,
        scores=found.scores,
        several=several,
    )
    return solution if keep_answers else without_answers(solution)


def _expected(problem: Problem, at: Evaluation, average: Floats) -> Floats:
    """Return the expected information; of few patterns the average one is just that."""
    return problem.expected_information(at) if problem.is_stacked else average


def _inverse(information: Floats) -> Floats:
    try:
        inverse: Floats = np.asarray(np.linalg.inv(information), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise NotIdentifiedError("the information matrix at the estimates is singular", ()) from None
    return inverse


def _observed_only(whole: Saturated, group: GroupPart) -> Saturated:
    """Return the moments without those of variables that nobody answered together, which are nan."""
    if group.moments.complete:
        return whole
    there = group.moments.together(len(whole.means))
    return whole if there.all() else replace(whole, covariances=np.where(there, whole.covariances, np.nan))


def without_answers(solution: Solution) -> Solution:
    """Return the same solution without each person's answers."""
    groups = solution.problem.groups
    bare = tuple(replace(group, moments=group.moments.without_rows()) for group in groups)
    return replace(solution, problem=replace(solution.problem, groups=bare))


def _settled(
    table: ParameterTable,
    samples: Sequence[SampleMoments],
    problem: Problem,
    start: Floats,
    begin: Evaluation | None,
    max_iterations: int,
    advice: str | None,
) -> Optimum:
    """Search from a start, where the discrepancy may be known; from others where that does not settle."""
    try:
        return maximize(problem, start, at=begin, max_iterations=max_iterations)
    except NotConvergedError as first:
        for other in (partial(rescaled_start, discrepancy=problem.discrepancy), plain_start):
            again = other(table, samples, max_iterations)
            if again is None:
                continue
            try:
                return maximize(problem, again, max_iterations=max_iterations)
            except NotConvergedError:
                continue
        if problem.evaluate(start) is None:
            raise
        named = any(impossible_triads(table, samples))  # what to do about these is better known
        for again in () if named else negative_starts(table, samples, problem):
            try:
                return maximize(problem, again, max_iterations=max_iterations)
            except NotConvergedError:
                continue
        ways = first.way if isinstance(first, RanOffError) else None
        labels = [sample.group for sample in samples]
        there = "" if ways is None else f", with {table.free_names(labels)[int(np.argmax(ways))]} the most"
        raise NotConvergedError(f"{first}{there}: {to_settle(table, samples, advice)}") from None


def _check_variances(
    problem: Problem, table: ParameterTable, at: Evaluation, labels: Sequence[str | None]
) -> None:
    """Raise where a factor explains nothing: its loadings could be anything."""
    for label, part, basis in zip(labels, problem.groups, at.bases, strict=True):
        effects = basis.columns[:, part.structure.p : part.structure.p + part.structure.m]
        variances = np.abs(basis.latent_covariances.diagonal())
        explained = np.max(effects**2 * variances / basis.covariances.diagonal()[:, None], axis=0)
        own = explained[: len(table.model.latent)]  # beyond are observed variables of paths
        for factor, share in zip(table.model.latent, own, strict=True):
            if share < _SINGULAR:
                names = [f"{factor} =~ {item}" for item in table.model.indicators(factor)]
                raise NotIdentifiedError(
                    f"the model is not identified at the estimates: {factor}{_where(label)} explains "
                    f"nothing, so that these parameters cannot be told apart: {_few(names)}",
                    names,
                )


def _where(label: str | None) -> str:
    return "" if label is None else f" of group {label!r}"


def _check_at_large(
    problem: Problem,
    starts: Floats,
    table: ParameterTable,
    labels: Sequence[str | None],
    advice: str | None,
) -> None:
    """Raise where parameters cannot be told apart at values near the start that nothing singles out."""
    rng = np.random.default_rng(1)
    for spread in (0.2, 0.1, 0.03, 0.0):
        shift = 1 + spread * standard_normal(rng, len(starts))
        off_zero = np.where(starts == 0, spread * _typical(table, problem), 0.0)
        at = problem.evaluate(starts * shift + off_zero * standard_normal(rng, len(starts)))
        if at is not None:
            check_identified(problem.average_information(at), table, labels, "", advice)
            return


def _typical(table: ParameterTable, problem: Problem) -> Floats:
    """Return the size that a parameter which begins at 0 may have."""
    sizes = np.ones(table.n_free)
    for group, part in enumerate(problem.groups):
        level = float(np.mean(part.moments.own_moments()[1])) or 1.0
        for p in table.of_group(group):
            if p.free >= 0 and p.place[0] in ("theta", "psi"):
                sizes[p.free] = 0.3 * level
    return sizes


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
    given = problem.average([one.given for one in solution.baseline])
    log_likelihood = kind.log_likelihood(problem, at.value - given)
    whole = problem.average([one.value for one in solution.saturated]) - given
    k = solution.table.n_free
    return Fit(
        **{name: getattr(tested, name) for name in FitIndices.__slots__},
        srmr=of_residuals(solution, srmr_of),
        crmr=of_residuals(solution, crmr_of),
        log_likelihood=log_likelihood,
        saturated_log_likelihood=kind.log_likelihood(problem, whole),
        n_parameters=k,
        aic=-2 * log_likelihood + 2 * k,
        bic=-2 * log_likelihood + k * math.log(problem.n),
        adjusted_bic=-2 * log_likelihood + k * math.log((problem.n + 2) / 24),
        scaled=_scaled(solution, tested),
    )


def of_residuals(solution: Solution, index: Callable[..., float], n_items: int | None = None) -> float:
    """Return the mean over persons of an index of what is left of each group's moments.

    Of the first ``n_items`` observed variables; None: of all.
    """
    found, line = [], slice(n_items)
    for whole, basis in zip(solution.saturated, solution.at.bases, strict=True):
        means = (whole.means[line], basis.means[line]) if solution.table.with_means else (None, None)
        found.append(index(whole.covariances[line, line], basis.covariances[line, line], *means))
    return solution.problem.average(found)


def _scaled(solution: Solution, tested: FitIndices) -> ScaledFit | None:
    if math.isnan(solution.excess):
        return None
    factor = solution.excess / tested.df if tested.df else 1.0
    baseline_factor = solution.baseline_excess / tested.baseline_df
    return scaled_fit(tested, factor, baseline_factor, solution.scaling)
