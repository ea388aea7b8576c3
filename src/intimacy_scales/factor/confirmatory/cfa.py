"""Confirmatory factor analysis."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from pathlib import Path
from typing import Any, Unpack

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.auxiliary import (
    auxiliary_names,
    check_seen_together,
    fit_with_auxiliary,
)
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of, rule_of
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Estimator, Information, Scaling
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
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.reading import data_of_model, model_first, read_samples
from intimacy_scales.factor.sample import MissingAnswers
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.reading.options import ReadingOptions, reads_answers


@reads_answers
def cfa(
    model: Model | str | Instrument,
    data: Any = None,
    *,
    estimator: Estimator = "ML",
    missing: MissingAnswers = "listwise",
    groups: Hashable | Sequence[Any] = None,
    clusters: Clusters = None,
    equal: Collection[Equal] = (),
    partial: Collection[str] = (),
    identification: Identification = "marker",
    means: bool = False,
    information: Information | None = None,
    scaling: Scaling = "yuan_bentler",
    max_iterations: int = 200,
    keep_answers: bool = False,
    auxiliary: Sequence[str] = (),
    instrument: Instrument | str | Path | None = None,
    **reading: Unpack[ReadingOptions],
) -> CFAResult:
    """Fit a measurement model.

    Parameters
    ----------
    model
        A text in lavaan's measurement syntax (``trust =~ a + b + c``, ``a ~~ b``, ``a ~ 1``, labels and
        values before ``*``, linear constraints of labels such as ``l2 == 2*l3``), a `Model`, or an
        `Instrument`, whose scales are then factors.
    data
        A table with a column of numbers for each item (reverse-keyed ones as they are);
        `CodedResponses` or `ItemMoments`, whose items are keyed; or `SampleMoments`.
    estimator
        ``ML``, or ``MLR``: the same estimates, with standard errors and a scaled test that do not assume
        normality; answers on five points are seldom normal. ``GLS`` and ``ULS``: generalized and unweighted
        least squares for complete answers, whose standard errors and tests assume normality.
    missing
        ``listwise``: persons who answered every item, which GLS and ULS need. ``fiml``: every answer, where
        answers are missing at random. ``pairwise``: each covariance from all who answered both; standard
        errors are approximate.
    groups
        A column of the table, or a label for each row; the model is fitted to all groups together. Groups
        are in the order that an ordered Categorical or an Enum of polars declares, else in that of their
        first rows, as in lavaan; ``c(., .)`` follows it, and factor means are 0 in the first group.
    clusters
        Who answered together, such as couples: a column of the table, or a label for each row. With
        MLR, standard errors and the scaled test then assume that clusters, not persons, are independent.
    equal
        Parameters that are equal across groups: ``loadings``, ``intercepts``, ``residuals``.
    partial
        Parameters that are free nevertheless, written as in the model: ``"tru04 ~ 1"``.
    identification
        ``marker``: each factor's first loading is 1. ``fixed_factor``: factor variances are 1, and most
        loadings of a factor are positive. ``none``: only what the model fixes is fixed.
    means
        Whether means are modelled; they always are with FIML, with groups or clusters, or where the
        model contains them.
    information
        The information that standard errors use: ``expected`` or ``observed``; by default expected, but
        observed with FIML and MLR.
    scaling
        The correction of MLR's test: ``yuan_bentler``, the default of lavaan and Mplus, also for missing
        answers and clusters; or ``satorra_bentler``, for complete answers, which keeps its level at a few
        hundred persons where the first rejects too often (docs/explanation/factor-simulation.md).
    max_iterations
        The largest number of steps of the search.
    keep_answers
        Whether the result keeps each person's answers, which only
        ``compare_models(..., method="satorra_bentler_2010")`` needs. A saved result then holds them too.
    auxiliary
        Variables outside the model that predict who skipped items, or what they would have answered
        (Graham, 2003): items, or columns of numbers. They need ``missing="fiml"``, and make it likelier that
        answers are missing at random. They change neither the model nor its degrees of freedom; their
        parameters are in ``auxiliary_parameters``, and the baseline of fit indices includes them too
        (docs/explanation/factor-models.md).
    instrument
        Whose answers a table holds, where the model is not the instrument itself: they are checked
        against it, and reverse-keyed items are keyed.
    **reading
        How the table is read, as in `encode`; of a table of numbers without an instrument only
        ``on_invalid="accept"``, to take every number as it is.

    Returns
    -------
    CFAResult

    Raises
    ------
    ModelSyntaxError
        The text is not a model; names line and column.
    NotIdentifiedError
        Some parameters are not identified; names them.
    NotConvergedError
        The search did not converge; says what to try.
    MissingColumnsError
        An item without a column.
    EstimationError
        An item that does not vary, too few persons, items that are linear combinations of others, or
        options that exclude each other.

    Notes
    -----
    Maximizes the normal likelihood (Jöreskog, 1969; with missing answers Arbuckle, 1996); the
    chi-square is twice the difference of log likelihoods, divisor n. MLR is the sandwich estimator
    with the scaled test of Yuan & Bentler (2000) in the form of Mplus, or of Satorra & Bentler (1994).
    Estimates agree with lavaan's.

    GLS minimizes residuals with normal-theory weights (Browne, 1974); standard errors and the test, n - 1
    times the minimum, agree with lavaan's. ULS minimizes the sum of squared residuals, as in lavaan. Its
    standard errors and its residual-based test are normal-theory ones (Browne, 1984), as by default in lavaan
    0.7-2. By default in lavaan 0.6-14, standard errors depend on the units of the answers, and the test has
    no p value; there, use ``se = "robust.sem"`` with a normal-theory ``NACOV``, and
    ``test = "browne.residual.nt"``. See docs/explanation/factor-models.md.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> result = cfa("trust =~ tru01 + tru04 + tru09 + tru11", answers)
    >>> result.fit.df, round(result.parameters["trust =~ tru04"].std_all, 2)
    (2, 0.7)
    """
    model_first("cfa", model, data)
    written = as_measurement_model(model)
    extra: tuple[str, ...] = ()
    if named := as_names("auxiliary", auxiliary, "items or columns"):
        extra = auxiliary_names(named, written, estimator=estimator, missing=missing, scaling=scaling)
    check_options(estimator, missing, identification, equal, information)
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
    if len(samples) == 1 and equal:
        raise EstimationError(
            f"equal={list(equal)!r} is for several groups; name their column with groups=, or leave it out"
        )
    discrepancy = discrepancy_of(estimator, rule_of(samples))
    check_samples(samples, discrepancy)
    if extra:
        check_seen_together(samples, extra)
    warn_of_coverage(samples)
    check_scaling(samples, discrepancy, scaling)
    options = FitOptions(
        estimator=estimator,
        equal=tuple(equal),
        partial=as_names("partial", partial, "parameters"),
        identification=identification,
        means=means,
        information=information,
        scaling=scaling,
        max_iterations=max_iterations,
        keep_answers=keep_answers,
    )
    return fit_with_auxiliary(written, samples, extra, options)
