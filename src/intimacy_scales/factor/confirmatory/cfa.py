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
    fitted_parts,
    warn_of_coverage,
)
from intimacy_scales.factor.confirmatory.model.implied import Equal, Identification
from intimacy_scales.factor.confirmatory.model.model import Model, as_measurement_model
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.reading import data_of_model, model_first, read_samples
from intimacy_scales.factor.sample import MissingAnswers, SampleMoments
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.clusters import Clusters
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
        ``ML``, or ``MLR``: the same estimates, with standard errors and a scaled test for answers that
        are not normal. Answers on five points seldom are. ``GLS`` and ``ULS``: generalized and unweighted
        least squares of complete answers, which assume normality for errors and tests.
    missing
        ``listwise``: persons who answered every item, which GLS and ULS need. ``fiml``: every answer, where
        answers are missing at random. ``pairwise``: each covariance from all who answered both; standard
        errors are approximate.
    groups
        A column of the table, or a label for each row: the model holds in each group. Their order, which
        ``c(., .)`` follows and in which the first is the one whose factor means are 0, is that which an
        ordered Categorical or an Enum of polars declares, else that of their first rows, as in lavaan.
    clusters
        Who answered together, such as couples: a column of the table, or a label for each row. With
        MLR: standard errors and the scaled test then count clusters, not persons, as independent.
    equal
        Across groups: ``loadings``, ``intercepts``, ``residuals``.
    partial
        Parameters that are left free all the same, as they are written: ``"tru04 ~ 1"``.
    identification
        ``marker``: each factor's first loading is 1. ``fixed_factor``: factor variances are 1, and signs
        are such that most of a factor's loadings are positive. ``none``: only what the model says.
    means
        Whether means are modelled; they always are with FIML, with groups or clusters, or where the
        model speaks of them.
    information
        What standard errors rest on; by default expected, but observed with FIML and MLR.
    scaling
        Of MLR's test: ``yuan_bentler``, as lavaan and Mplus have it by default, also with missing answers
        and clusters; or ``satorra_bentler``, of complete answers, which holds its size at a few hundred
        persons where the first rejects too often (docs/explanation/factor-simulation.md).
    max_iterations
        Steps of the search at most.
    keep_answers
        Whether the result keeps each person's answers, which only
        ``compare_models(..., method="satorra_bentler_2010")`` needs. A saved result then holds them too.
    auxiliary
        Variables beside the model that tell something of who skipped items, or of what they would have
        answered (Graham, 2003): items, or columns of numbers. With ``missing="fiml"``, which they need, they
        make it likelier that answers are missing at random. They change neither the model nor its degrees of
        freedom, stand in ``auxiliary_parameters``, and are in the baseline of fit indices as in the model
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
        A text that is no model; names line and column.
    NotIdentifiedError
        Parameters that cannot be told apart; names them.
    NotConvergedError
        No maximum was found; says what to try.
    MissingColumnsError
        An item without a column.
    EstimationError
        An item that does not vary, too few persons, items made up of others, or options that do not go
        together.

    Notes
    -----
    Maximizes the normal likelihood (Jöreskog, 1969; with missing answers Arbuckle, 1996); the
    chi-square is twice the difference of log likelihoods, divisor n. MLR is the sandwich estimator
    with the scaled test of Yuan & Bentler (2000) in the form of Mplus, or of Satorra & Bentler (1994).
    Estimates agree with lavaan's.

    GLS minimizes residuals weighted as of normal answers (Browne, 1974): standard errors and test, n - 1
    times the least value, are lavaan's. ULS minimizes the sum of squared residuals, as lavaan's. Its standard
    errors and its residual-based test are those that normal answers imply (Browne, 1984), in lavaan
    ``se = "robust.sem"`` with such a ``NACOV`` and ``test = "browne.residual.nt"``: the default errors of
    lavaan depend on the units of answers, and its default test has no probability. See
    docs/explanation/factor-models.md.

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
    if len(auxiliary):
        extra = auxiliary_names(auxiliary, written, estimator=estimator, missing=missing, scaling=scaling)
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
        raise EstimationError(f"equal={list(equal)!r} is across groups; name them with groups=")
    discrepancy = discrepancy_of(estimator, rule_of(samples))
    check_samples(samples, discrepancy)
    if extra:
        check_seen_together(samples, extra)
    warn_of_coverage(samples)
    check_scaling(samples, discrepancy, scaling)
    options = FitOptions(
        estimator=estimator,
        equal=tuple(equal),
        partial=tuple(partial),
        identification=identification,
        means=means,
        information=information,
        scaling=scaling,
        max_iterations=max_iterations,
        keep_answers=keep_answers,
    )
    if extra:
        return fit_with_auxiliary(written, samples, extra, options)
    return fit_model(written, samples, **options)


def fit_model(model: Model, samples: Sequence[SampleMoments], **options: Unpack[FitOptions]) -> CFAResult:
    """Fit a measurement model to moments that were checked; see `cfa`."""
    return CFAResult(**fitted_parts(model, samples, **options))
