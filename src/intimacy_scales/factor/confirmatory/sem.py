"""Structural equation models: paths among observed variables and factors."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from pathlib import Path
from typing import Any, Unpack

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of, rule_of
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Estimator, Information, Scaling
from intimacy_scales.factor.confirmatory.fitting import (
    EQUAL,
    check_names,
    check_options,
    check_samples,
    check_scaling,
    fitted_parts,
    warn_of_coverage,
)
from intimacy_scales.factor.confirmatory.model.implied import Equal, Identification
from intimacy_scales.factor.confirmatory.model.model import Model, as_model
from intimacy_scales.factor.confirmatory.model.roles import roles_of
from intimacy_scales.factor.confirmatory.results.defined import DefinedParameters
from intimacy_scales.factor.confirmatory.results.definitions import defined_parameters
from intimacy_scales.factor.confirmatory.results.estimates import ParameterEstimate, Parameters
from intimacy_scales.factor.confirmatory.results.sem_result import SEMResult
from intimacy_scales.factor.reading import data_of_model, model_first, read_samples, with_answers_to
from intimacy_scales.factor.sample import MissingAnswers, SampleMoments
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.reading.options import ReadingOptions, reads_answers


@reads_answers
def sem(
    model: Model | str | Instrument,
    data: Any = None,
    *,
    fixed_x: bool = True,
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
    instrument: Instrument | str | Path | None = None,
    **reading: Unpack[ReadingOptions],
) -> SEMResult:
    """Fit a structural equation model: paths among observed variables and factors.

    Parameters
    ----------
    model
        A text in lavaan's syntax, or a `Model`. In addition to the syntax of `cfa`: paths
        (``y ~ a*x + b*m``), defined parameters (``indirect := a*b``) and linear constraints of labels
        (``a1 + a2 == 2*b``). Variables may depend on each other (``y1 ~ y2; y2 ~ y1``).
    data
        As in `cfa`: a table with a column of numbers for each observed variable, checked answers or moments.
        With checked answers or ``instrument``, variables that are not items are columns of the table; with
        checked answers these must have been kept (``encode(..., keep=["age"])``).
    fixed_x
        Whether variances, covariances and means of exogenous observed variables (those that only predict)
        are fixed to those of the sample: they are not parameters, and the likelihood is that of the other
        variables given them. Exogenous variables with a variance, covariance or mean in the model (``x ~~
        z``, ``x ~ 1``) are modelled nevertheless. With ``missing="fiml"``, rows in which a fixed variable is
        missing are left out. False: all are modelled.
    estimator, missing, groups, clusters, partial, identification, means, information, max_iterations
        As in `cfa`.
    equal
        Parameters that are equal across groups: ``loadings``, ``intercepts``, ``residuals``, ``regressions``.
    scaling
        As in `cfa`; with exogenous variables, ``satorra_bentler`` needs ``fixed_x=False``.
    keep_answers, instrument, **reading
        As in `cfa`.

    Returns
    -------
    SEMResult

    Raises
    ------
    ModelSyntaxError
        The text is not a model; names line and column.
    NotIdentifiedError
        Some parameters are not identified; names them.
    NotConvergedError
        The search did not converge; says what to try.
    MissingColumnsError
        A variable without a column.
    EstimationError
        A variable that does not vary, too few persons, or options that exclude each other.

    Notes
    -----
    The model is ``y = nu + Lambda eta + e`` with ``eta = alpha + B eta + zeta``, where eta also holds the
    observed variables with paths, so that covariances are ``Lambda (I - B)^-1 Psi (I - B)^-1' Lambda' +
    Theta`` (Jöreskog, 1973), whether paths form a loop or not. As in lavaan's ``sem``, the residuals of
    variables that depend on others and predict none covary, and so do exogenous factors. A factor and an
    exogenous variable covary only if the model says so, and so do exogenous variables that are modelled;
    `SEMResult.notes` lists such covariances of 0.

    Examples
    --------
    >>> from intimacy_scales import encode, score, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> scores = score("scii-24", answers).to_frame()
    >>> result = sem("commitment ~ a*trust; caring ~ b*commitment + trust; indirect := a*b", scores)
    >>> result.fit.df, round(result.defined["indirect"].estimate, 2)
    (0, 0.1)
    """
    model_first("sem", model, data)
    check_options(estimator, missing, identification, equal, information, may_be_equal=EQUAL)
    written = as_model(model)
    columns = _other_columns(written, instrument)
    data, accept = data_of_model(
        model, data, instrument, reading, groups=groups, clusters=clusters, **columns
    )
    check_names(written, data)
    exogenous = roles_of(written).exogenous if fixed_x else ()
    read = read_samples(
        data,
        written.observed,
        missing=missing,
        groups=groups,
        clusters=clusters,
        accept=accept,
        covariates=True,
    )
    if len(read) == 1 and equal:
        raise EstimationError(
            f"equal={list(equal)!r} is for several groups; name their column with groups=, or leave it out"
        )
    samples = _usable(read, exogenous, estimator, scaling)
    parts = fitted_parts(
        written,
        samples,
        estimator=estimator,
        equal=tuple(equal),
        partial=as_names("partial", partial, "parameters"),
        identification=identification,
        means=means,
        information=information,
        scaling=scaling,
        max_iterations=max_iterations,
        keep_answers=keep_answers,
        structural=True,
        fixed_x=fixed_x,
    )
    defined, rows = DefinedParameters(()), list[ParameterEstimate]()
    if written.definitions:
        defined, rows = defined_parameters(parts["solution"])
    parameters = Parameters([*parts["parameters"], *rows])
    left_out = sum(sample.n for sample in read) - sum(sample.n for sample in samples)
    return SEMResult(
        **(parts | {"parameters": parameters}), exogenous=exogenous, defined=defined, left_out=left_out
    )


def _usable(
    read: Sequence[SampleMoments], exogenous: Sequence[str], estimator: Estimator, scaling: Scaling
) -> list[SampleMoments]:
    """Return checked moments; with full information, of persons who answered the fixed variables."""
    gaps = read[0].missing == "fiml"
    samples = [with_answers_to(sample, exogenous if gaps else ()) for sample in read]
    discrepancy = discrepancy_of(estimator, rule_of(samples))
    check_samples(samples, discrepancy)
    warn_of_coverage(samples)
    check_scaling(samples, discrepancy, scaling)
    if scaling == "satorra_bentler" and exogenous:
        raise EstimationError(
            f"scaling={scaling!r} needs all variables modelled, and moments of {', '.join(exogenous)} are "
            "fixed; use fixed_x=False, or scaling='yuan_bentler'"
        )
    return samples


def _other_columns(model: Model, instrument: Instrument | str | Path | None) -> dict[str, str]:
    """Return the variables of the model that are columns of the table, not items of its instrument."""
    if instrument is None:
        return {}
    items = as_instrument(instrument).item_ids
    return {f"variable {name}": name for name in model.observed if name not in items}
