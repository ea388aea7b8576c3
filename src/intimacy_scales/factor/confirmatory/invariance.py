"""Measurement invariance across groups."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Unpack

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.auxiliary import (
    auxiliary_names,
    check_seen_together,
    fit_with_auxiliary,
)
from intimacy_scales.factor.confirmatory.comparison import (
    DifferenceTest,
    ModelComparison,
    check_difference_test,
    fit_change,
)
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of, rule_of
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Estimator, Scaling
from intimacy_scales.factor.confirmatory.fitting import (
    FitOptions,
    check_names,
    check_options,
    check_samples,
    check_scaling,
    warn_of_coverage,
)
from intimacy_scales.factor.confirmatory.model.implied import Equal, Identification
from intimacy_scales.factor.confirmatory.model.model import Model, as_measurement_model
from intimacy_scales.factor.confirmatory.results.constraint_tests import (
    ConstraintTest,
    ConstraintTests,
    constraint_tests,
)
from intimacy_scales.factor.confirmatory.results.fit_sentence import (
    chi_square_text,
    improper_sentences,
    index_text,
    kind_of,
    rmsea_text,
)
from intimacy_scales.factor.confirmatory.results.modification import ModificationIndex
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.confirmatory.support import (
    CFI_DROP,
    change_findings,
    fits_poorly,
    last_supported,
    supported_words,
)
from intimacy_scales.factor.reading import data_of_model, model_first, read_samples
from intimacy_scales.factor.sample import MissingAnswers
from intimacy_scales.instrument import Finding, Instrument
from intimacy_scales.messages import not_one_of, suggest
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.reading.options import ReadingOptions, check_known, reads_answers
from intimacy_scales.results.wording import apa

STEPS: dict[str, tuple[Equal, ...]] = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Invariance(ModelComparison):
    """The steps of measurement invariance, the least restricted first.

    Attributes
    ----------
    models, changes
        As in `ModelComparison`, named ``configural``, ``metric``, ``scalar`` and ``strict``.
    groups
        Label → persons.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> halves = ["first"] * 200 + ["second"] * 200
    >>> tested = invariance("trust =~ tru01 + tru04 + tru09 + tru11", answers, groups=halves)
    >>> list(tested.models), tested.groups
    (['configural', 'metric', 'scalar', 'strict'], {'first': 200, 'second': 200})
    """

    groups: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Return models with their fit, changes and groups as plain values."""
        return ModelComparison.to_dict(self) | {"groups": dict(self.groups)}

    def misfits(self, step: str) -> list[ModificationIndex]:
        """Return modification indices of the parameters that a step, and no earlier one, sets equal.

        The largest comes first. With two groups, indices are the same in both, and those of the first are
        returned.

        Parameters
        ----------
        step
            For example ``scalar``, to see which intercepts differ.
        """
        shared = self._set_equal_by(step)
        indices = [index for index in self.models[step].modification_indices() if index.name in shared]
        first = next(iter(self.groups))
        return [index for index in indices if len(self.groups) > 2 or index.group == first]

    def constraint_tests(self, step: str) -> ConstraintTests:
        """Return score tests of the equalities that a step, and no earlier one, imposes.

        Each says by how much chi-square would fall if that parameter were free in that group, and the total
        test is of the whole step. The parameters of contradicted equalities can be passed to ``partial=``.

        Parameters
        ----------
        step
            For example ``scalar``, to see which intercepts differ, and between which groups.

        Raises
        ------
        EstimationError
            An unknown step, or one that sets nothing equal.

        Examples
        --------
        >>> from intimacy_scales import encode, simulate
        >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
        >>> halves = ["first"] * 200 + ["second"] * 200
        >>> tested = invariance("trust =~ tru01 + tru04 + tru09 + tru11", answers, groups=halves)
        >>> tests = tested.constraint_tests("scalar")
        >>> len(tests), tests.df
        (4, 3)
        """
        shared = self._set_equal_by(step)
        if not shared:
            raise EstimationError(f"step={step!r} sets no parameters equal that are free before it")
        model = self.models[step]
        with one_blas_thread():
            return constraint_tests(model.solution, model.groups, chosen=shared)

    def to_free(self, step: str | None = None) -> ConstraintTest | None:
        """Return the equality that the answers contradict most, the first one to free for partial invariance.

        Parameters
        ----------
        step
            The step that imposes it; by default the first one that is not supported, by which CFI falls by
            more than .010.

        Returns
        -------
        ConstraintTest or None
            Pass its ``parameters`` to ``partial=``, and test again. None where every step is supported.

        Notes
        -----
        Parameters that are freed because of answers should have a reason in what items say, and hold in other
        samples: searches like this one often free the wrong ones (MacCallum, Roznowski & Necowitz, 1992).

        Examples
        --------
        >>> from intimacy_scales import encode, simulate
        >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
        >>> halves = ["first"] * 200 + ["second"] * 200
        >>> tested = invariance("trust =~ tru01 + tru04 + tru09 + tru11", answers, groups=halves)
        >>> tested.to_free("scalar").parameters
        ('tru01 ~ 1',)
        """
        if step is None:
            step = last_supported(self.changes)[1]
        return None if step is None else self.constraint_tests(step)[0]

    def _set_equal_by(self, step: str) -> set[str]:
        """Return the parameters that a step, and no earlier one, sets equal."""
        if step not in self.models:
            raise EstimationError(not_one_of("step", step, tuple(self.models)))
        names = list(self.models)
        earlier = names[: names.index(step)]
        shared = _set_equal(self.models[step])
        return shared - _set_equal(self.models[earlier[-1]]) if earlier else shared

    def findings(self, *, sample: str, source: str) -> tuple[Finding, ...]:
        """Return the changes of CFI as findings for an instrument's evidence, rounded to three decimals.

        With robust estimation they are changes of the robust CFI; undefined ones are left out.

        Parameters
        ----------
        sample, source
            Description of the groups, and a reference to the study.
        """
        n = sum(self.groups.values())
        return change_findings(self.changes, step="invariance", sample=sample, n=n, source=source)

    def sentence(self) -> str:
        """Return the sentences for a Results section: which invariance held, and by how much fit changed."""
        first = next(iter(self.models))
        fit, estimator = self.models[first].fit, self.models[first].estimator
        figures = [chi_square_text(fit), *([index_text(fit, "cfi"), rmsea_text(fit)] if fit.df else ())]
        results = [", ".join(figures), *(change.sentence() for change in self.changes)]
        sizes = ", ".join(f"{label} n = {n}" for label, n in self.groups.items())
        how = discrepancy_of(estimator).title
        return (
            f"Measurement invariance across {len(self.groups)} groups ({sizes}) by {how}: "
            f"the {first} model had {'; '.join(results)}. "
            f"{self._verdict()}{improper_sentences(self.improper)}"
        )

    def _verdict(self) -> str:
        """Return the sentences on which invariance is supported, and a caution where fit is poor."""
        first = next(iter(self.models))
        fit = self.models[first].fit
        poor = f" The {first} model does not fit well, so that this says little."
        caution = poor if fits_poorly(fit) else ""
        return (
            f"Taking a fall of the {kind_of(fit)}CFI by more than {apa(CFI_DROP)} as a sign that invariance "
            f"does not hold (Cheung & Rensvold, 2002), {supported_words(self.changes)}{caution}"
        )


def _set_equal(model: CFAResult) -> set[str]:
    """Return the parameters that are equal across groups."""
    return {p.name for p in model.solution.table.parameters if p.label and p.label.startswith(".")}


def _checked_steps(steps: Collection[str]) -> list[str]:
    """Return the steps in their order; raise unless they are two or more known ones."""
    names = as_names("steps", steps, f"two or more of {', '.join(STEPS)}")
    unknown = [step for step in names if step not in STEPS]
    if unknown or len(names) < 2:
        hint = suggest(unknown[0], STEPS) if unknown else ""
        raise EstimationError(
            f"steps={names!r} is not valid; allowed: two or more of {', '.join(STEPS)}{hint}"
        )
    return [step for step in STEPS if step in names]


@reads_answers
def invariance(
    model: Model | str | Instrument,
    data: Any = None,
    *,
    groups: Hashable | Sequence[Any] = None,
    clusters: Clusters = None,
    steps: Collection[str] = tuple(STEPS),
    partial: Collection[str] = (),
    estimator: Estimator = "ML",
    scaling: Scaling = "yuan_bentler",
    method: DifferenceTest = "satorra_bentler_2001",
    missing: MissingAnswers = "listwise",
    identification: Identification = "marker",
    max_iterations: int = 200,
    auxiliary: Sequence[str] = (),
    instrument: Instrument | str | Path | None = None,
    **reading: Unpack[ReadingOptions],
) -> Invariance:
    """Test measurement invariance across groups, step by step.

    Parameters
    ----------
    model, data, groups, clusters, estimator, scaling, missing, identification, max_iterations, auxiliary
        As in `cfa`. The parameters of auxiliary variables are free in each group in every step.
    method
        The test of scaled differences, as in `compare_models`.
    steps
        Two or more of ``configural`` (the same pattern), ``metric`` (equal loadings), ``scalar`` (equal
        intercepts too) and ``strict`` (equal residual variances too).
    partial
        Parameters that are free in every step, written as in the model: ``["tru04 ~ 1"]``.
    instrument
        Whose answers a table holds, where the model is not the instrument itself: they are checked
        against it, and reverse-keyed items are keyed.
    **reading
        How the table is read, as in `encode`; of a table of numbers without an instrument only
        ``on_invalid="accept"``, to take every number as it is.

    Returns
    -------
    Invariance
        With `to_frame`, `sentence`, `constraint_tests` and `to_free`.

    Raises
    ------
    EstimationError
        As in `cfa`; a group without answers; an unknown step.

    Notes
    -----
    Meredith (1993). Without scalar invariance, differences between group means are not differences in
    what the scale measures.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> halves = ["first"] * 200 + ["second"] * 200
    >>> found = invariance("trust =~ tru01 + tru04 + tru09 + tru11", answers, groups=halves)
    >>> [change.df_change for change in found.changes]
    [3, 3, 4]
    """
    check_known(reading)
    model_first("invariance", model, data)
    check_options(estimator, missing, identification, (), None)
    check_difference_test(method, scaled=discrepancy_of(estimator).is_scaled)
    chosen = _checked_steps(steps)
    if groups is None:
        raise EstimationError(
            "groups is missing: name the column of the groups, or pass a label for each row"
        )
    written = as_measurement_model(model)
    extra: tuple[str, ...] = ()
    named = as_names("auxiliary", auxiliary, "items or columns")
    if named:
        extra = auxiliary_names(named, written, estimator=estimator, missing=missing, scaling=scaling)
    data, accept = data_of_model(
        model, data, instrument, reading, auxiliary=extra, groups=groups, clusters=clusters
    )
    check_names(written, data)
    samples = read_samples(
        data,
        written.observed,
        missing=missing,
        groups=groups,
        clusters=clusters,
        accept=accept,
        auxiliary=extra,
    )
    discrepancy = discrepancy_of(estimator, rule_of(samples))
    check_samples(samples, discrepancy)
    if extra:
        check_seen_together(samples, extra)
    warn_of_coverage(samples)
    check_scaling(samples, discrepancy, scaling)
    keep = method == "satorra_bentler_2010"
    models: dict[str, CFAResult] = {}
    for step in chosen:
        options = FitOptions(
            estimator=estimator,
            scaling=scaling,
            keep_answers=keep,
            equal=STEPS[step],
            partial=as_names("partial", partial, "parameters"),
            identification=identification,
            means=True,
            max_iterations=max_iterations,
        )
        models[step] = fit_with_auxiliary(written, samples, extra, options)
    pairs = list(models.items())
    changes = [fit_change(a, b, before=x, name=y, method=method) for (x, a), (y, b) in pairwise(pairs)]
    if keep:
        models = {step: result.without_answers() for step, result in models.items()}
    return Invariance(
        models=models,
        changes=tuple(changes),
        groups={str(sample.group): sample.n for sample in samples},
    )
