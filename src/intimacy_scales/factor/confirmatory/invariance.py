"""Measurement invariance across groups."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
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
from intimacy_scales.factor.confirmatory.invariance_result import Invariance
from intimacy_scales.factor.confirmatory.model.implied import Equal, Identification
from intimacy_scales.factor.confirmatory.model.model import Model, as_measurement_model
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.reading import data_of_model, model_first, read_samples
from intimacy_scales.factor.sample import MissingAnswers
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import suggest
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.reading.options import ReadingOptions, check_known, reads_answers

STEPS: dict[str, tuple[Equal, ...]] = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}


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
