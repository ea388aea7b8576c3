"""Confirmatory factor analysis."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.checks import (
    check_means,
    check_names,
    check_options,
    check_samples,
    check_scaling,
    check_steps,
    checked_data,
    group_labels,
)
from intimacy_scales.factor.confirmatory.estimates import Parameters, check_group, parameter_estimates
from intimacy_scales.factor.confirmatory.fit import Fit, p_text
from intimacy_scales.factor.confirmatory.improper import improper_parts
from intimacy_scales.factor.confirmatory.model import Model, as_model
from intimacy_scales.factor.confirmatory.modification import ModificationIndices, modification_indices
from intimacy_scales.factor.confirmatory.solution import (
    Estimator,
    Information,
    Scaling,
    Solution,
    fit_of,
    solve,
)
from intimacy_scales.factor.confirmatory.table import Equal, Identification, parameter_table
from intimacy_scales.factor.reading import read_samples
from intimacy_scales.factor.sample import Floats, MissingAnswers, SampleMoments
from intimacy_scales.freezing import freeze
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.results import Result, counted, shown

if TYPE_CHECKING:
    import pandas as pd

_SCALINGS = {"yuan_bentler": "Yuan-Bentler", "satorra_bentler": "Satorra-Bentler"}
_FEW_CLUSTERS = 30


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class CFAResult(Result):
    """A fitted measurement model.

    Attributes
    ----------
    model
        What measures what.
    fit
        Tests and indices of fit.
    parameters
        Estimates with standard errors, and standardized.
    estimator
        ``ML``, or ``MLR``: with standard errors and a test that do not take answers for normal.
    missing
        ``listwise``, ``pairwise`` or ``fiml``.
    identification
        ``marker``, ``fixed_factor`` or ``none``.
    information
        What standard errors rest on: ``expected`` or ``observed``.
    groups
        Labels of the groups; empty where there is one.
    group_n
        Persons of each.
    n, n_rows
        Persons that were used, and rows of the table.
    n_clusters
        Clusters, such as couples, that standard errors and the scaled test count on; None where each
        person stands alone.
    equal
        What is equal across groups.
    improper
        What no population could have, such as negative variances; empty where all is well.
    iterations
        Steps of the search.
    instrument
        What was answered, where that is known.
    """

    model: Model
    fit: Fit
    parameters: Parameters
    estimator: Estimator
    missing: MissingAnswers
    identification: Identification
    information: Information
    groups: tuple[str, ...]
    group_n: tuple[int, ...]
    n: int
    n_rows: int
    n_clusters: int | None
    equal: tuple[Equal, ...]
    improper: tuple[str, ...]
    iterations: int
    instrument: InstrumentRef | None
    solution: Solution = field(repr=False)

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def _labels(self) -> tuple[str | None, ...]:
        return self.groups or (None,)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know before standard errors and tests are used."""
        found = []
        if self.n < self.fit.n_parameters:
            found.append(f"n = {self.n} for {self.fit.n_parameters} parameters: nothing here is stable")
        if self.n_clusters is not None and self.n_clusters < _FEW_CLUSTERS:
            few = counted(self.n_clusters, "cluster")
            found.append(f"{few}: below some {_FEW_CLUSTERS}, standard errors are too small")
        return tuple(found)

    def implied_covariances(self, group: str | None = None) -> pd.DataFrame:
        """Return the covariances of items that the model implies."""
        basis = self.solution.at.bases[check_group(group, self._labels)]
        return _square(basis.covariances, self.model.observed)

    def implied_means(self, group: str | None = None) -> dict[str, float]:
        """Return the means of items that the model implies; those observed, where it has no means."""
        position = check_group(group, self._labels)
        with_means = self.solution.table.with_means
        found = self.solution.at.bases[position] if with_means else self.solution.saturated[position]
        return dict(zip(self.model.observed, found.means.tolist(), strict=True))

    def factor_covariances(self, group: str | None = None) -> pd.DataFrame:
        """Return the covariances of factors."""
        basis = self.solution.at.bases[check_group(group, self._labels)]
        return _square(basis.latent_covariances, self.model.latent)

    def factor_correlations(self, group: str | None = None) -> pd.DataFrame:
        """Return the correlations of factors; nan where a variance is negative."""
        covariances = self.solution.at.bases[check_group(group, self._labels)].latent_covariances
        variances = covariances.diagonal()
        sds = np.sqrt(np.where(variances > 0, variances, np.nan))
        return _square(covariances / np.outer(sds, sds), self.model.latent)

    def residuals(self, group: str | None = None, *, standardized: bool = True) -> pd.DataFrame:
        """Return what the model leaves of the covariances of items.

        Parameters
        ----------
        group
            Which one, where there are several.
        standardized
            As differences of correlations: observed less implied, each of its own variances.
        """
        position = check_group(group, self._labels)
        observed = self.solution.saturated[position].covariances
        implied = self.solution.at.bases[position].covariances
        left = _correlations(observed) - _correlations(implied) if standardized else observed - implied
        return _square(left, self.model.observed)

    def modification_indices(self) -> ModificationIndices:
        """Return what chi-square would gain from each parameter that is fixed or set equal."""
        with one_blas_thread():
            return modification_indices(self.solution, self._labels)

    @property
    def loadings(self) -> pd.DataFrame:
        """Standardized loadings of the first group, items by factors; 0 where there is none."""
        found = {factor: dict.fromkeys(self.model.observed, 0.0) for factor in self.model.latent}
        for row in self.parameters:
            if row.op == "=~" and row.group in (None, self._labels[0]) and row.rhs in found[row.lhs]:
                found[row.lhs][row.rhs] = row.std_all
        from intimacy_scales.frames import pandas_frame

        columns = {factor: list(own.values()) for factor, own in found.items() if any(own.values())}
        return pandas_frame({"": list(self.model.observed), **columns}).set_index("").rename_axis("item")

    def to_dict(self) -> dict[str, Any]:
        """Return model, fit and parameters as plain values."""
        return {
            "model": str(self.model),
            "instrument": None if self.instrument is None else self.instrument.to_dict(),
            "estimator": self.estimator,
            "missing": self.missing,
            "identification": self.identification,
            "information": self.information,
            "groups": dict(zip(self.groups, self.group_n, strict=True)) if self.groups else {},
            "equal": list(self.equal),
            "n": self.n,
            "n_rows": self.n_rows,
            "n_clusters": self.n_clusters,
            "iterations": self.iterations,
            "improper": list(self.improper),
            "fit": self.fit.to_dict(),
            "parameters": self.parameters.to_dict(),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return the parameters as a pandas table."""
        return self.parameters.to_frame()

    def _lines(self) -> list[str]:
        groups = f", {len(self.groups)} groups" if self.groups else ""
        used = "" if self.n == self.n_rows else f" of {self.n_rows}"
        used += "" if self.n_clusters is None else f" in {self.n_clusters} clusters"
        lines = [
            f"CFA of {counted(len(self.model.observed), 'item')}, {counted(len(self.model.latent), 'factor')}"
            f"{groups}; {self.estimator}, {self.missing}, n = {self.n}{used}",
            repr(self.fit)[1:-1],
        ]
        if self.fit.scaled is not None:
            scaled = self.fit.scaled
            low, high = scaled.robust_rmsea_interval()
            lines.append(
                f"{_SCALINGS[scaled.scaling]} scaled chi-square({scaled.df}) = {scaled.chi_square:.2f}, "
                f"{p_text(scaled.p_value)}; robust CFI {shown(scaled.robust_cfi)}, TLI "
                f"{shown(scaled.robust_tli)}, RMSEA {shown(scaled.robust_rmsea)} "
                f"[{shown(low)}, {shown(high)}]"
            )
        lines += [f"! {text}" for text in self.notes]
        return [*lines, *(f"improper: {text}" for text in self.improper)]

    def __repr__(self) -> str:
        return f"<{'; '.join(self._lines())}>"

    def __str__(self) -> str:
        return "\n".join([*self._lines(), "", str(self.parameters)])

    def _repr_html_(self) -> str:
        first, *rest = map(escape, self._lines())
        more = "".join(f"<br>{line}" for line in rest)
        return f"<div><b>{first}</b>{more}</div>{self.parameters._repr_html_()}"


def _correlations(covariances: Floats) -> Floats:
    sds = np.sqrt(covariances.diagonal())
    found: Floats = covariances / np.outer(sds, sds)
    return found


def _square(matrix: Floats, names: Sequence[str]) -> pd.DataFrame:
    from intimacy_scales.frames import pandas_frame

    columns = {name: matrix[:, j].copy() for j, name in enumerate(names)}
    return pandas_frame({"": list(names), **columns}).set_index("").rename_axis(None)


def cfa(
    model: Model | str | Instrument,
    data: Any,
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
) -> CFAResult:
    """Fit a measurement model.

    Parameters
    ----------
    model
        A text in lavaan's measurement syntax (``trust =~ a + b + c``, ``a ~~ b``, ``a ~ 1``, labels and
        values before ``*``), a `Model`, or an `Instrument`, whose scales are then factors.
    data
        A table with a column of numbers for each item (reverse-keyed ones as they are);
        `CodedResponses` or `ItemMoments`, whose items are keyed; or `SampleMoments`.
    estimator
        ``ML``, or ``MLR``: the same estimates, with standard errors and a scaled test for answers that
        are not normal. Answers on five points seldom are.
    missing
        ``listwise``: persons who answered every item. ``fiml``: every answer, where answers are
        missing at random. ``pairwise``: each covariance from all who answered both; standard errors are
        approximate.
    groups
        A column of the table, or a label for each row: the model holds in each group.
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

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> result = cfa("trust =~ tru01 + tru04 + tru09 + tru11", answers)
    >>> result.fit.df, round(result.parameters["trust =~ tru04"].std_all, 2)
    (2, 0.68)
    """
    check_options(estimator, identification, equal, information)
    written = as_model(model)
    data = checked_data(model, data)
    check_names(written, data)
    samples = read_samples(data, written.observed, missing=missing, groups=groups, clusters=clusters)
    if len(samples) == 1 and equal:
        raise EstimationError(f"equal={list(equal)!r} is across groups; name them with groups=")
    check_samples(samples, estimator)
    check_scaling(samples, estimator, scaling)
    return fit_model(
        written,
        samples,
        estimator=estimator,
        equal=tuple(equal),
        partial=tuple(partial),
        identification=identification,
        means=means,
        information=information,
        scaling=scaling,
        max_iterations=max_iterations,
    )


def _n_clusters(samples: Sequence[SampleMoments]) -> int | None:
    labels = [sample.clusters for sample in samples if sample.clusters is not None]
    return len(np.unique(np.concatenate(labels))) if labels else None


def fit_model(
    model: Model,
    samples: Sequence[SampleMoments],
    *,
    estimator: Estimator = "ML",
    equal: tuple[Equal, ...] = (),
    partial: tuple[str, ...] = (),
    identification: Identification = "marker",
    means: bool = False,
    information: Information | None = None,
    scaling: Scaling = "yuan_bentler",
    max_iterations: int = 200,
) -> CFAResult:
    """Fit a model to moments that were checked; see `cfa`."""
    missing = samples[0].missing
    check_steps(max_iterations)
    check_means(model, samples, wanted=means or "intercepts" in equal)
    table = parameter_table(
        model,
        n_groups=len(samples),
        identification=identification,
        with_means=means or missing == "fiml" or len(samples) > 1 or samples[0].clusters is not None,
        equal=equal,
        partial=partial,
    )
    with one_blas_thread():
        solution = solve(
            table,
            samples,
            estimator=estimator,
            information=information,
            scaling=scaling,
            max_iterations=max_iterations,
        )
        labels = group_labels(samples)
        return CFAResult(
            model=model,
            fit=fit_of(solution),
            parameters=parameter_estimates(solution, labels),
            estimator=estimator,
            missing=missing,
            identification=identification,
            information=solution.information,
            groups=tuple(str(label) for label in labels) if len(samples) > 1 else (),
            group_n=tuple(sample.n for sample in samples) if len(samples) > 1 else (),
            n=solution.problem.n,
            n_rows=sum(sample.n_rows for sample in samples),
            n_clusters=_n_clusters(samples),
            equal=equal,
            improper=improper_parts(solution, labels),
            iterations=solution.optimum.iterations,
            instrument=samples[0].instrument,
            solution=solution,
        )
