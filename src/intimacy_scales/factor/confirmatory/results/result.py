"""A fitted measurement model."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

import numpy as np

from intimacy_scales.errors import DocumentError, EstimationError
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Estimator, Information
from intimacy_scales.factor.confirmatory.estimation.factor_weights import ScoreMethod
from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.factor.confirmatory.estimation.solution import Solution, without_answers
from intimacy_scales.factor.confirmatory.model.implied import Equal, Identification
from intimacy_scales.factor.confirmatory.model.model import Model, as_measurement_model
from intimacy_scales.factor.confirmatory.results.constraint_tests import ConstraintTests, constraint_tests
from intimacy_scales.factor.confirmatory.results.estimates import Parameters, check_group
from intimacy_scales.factor.confirmatory.results.factor_scores import FactorDeterminacy, FactorScores
from intimacy_scales.factor.confirmatory.results.fitted_document import (
    fitted_values,
    parts_of_fitted,
    types_of_fitted,
)
from intimacy_scales.factor.confirmatory.results.matrices import correlations_of, loadings_table, square_table
from intimacy_scales.factor.confirmatory.results.modification import ModificationIndices, modification_indices
from intimacy_scales.factor.confirmatory.results.scoring import factor_determinacy, factor_scores
from intimacy_scales.factor.confirmatory.results.sum_omega import omega_of_sum
from intimacy_scales.factor.sample import Floats, MissingAnswers
from intimacy_scales.factor.syntax.statements import Constraint, Equality, Statement
from intimacy_scales.factor.unanswered import few_together
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.results.documents import instrument_for, made_of
from intimacy_scales.results.frozen import freeze, freeze_within
from intimacy_scales.results.not_kept import NotKept, stored
from intimacy_scales.results.result import Result
from intimacy_scales.results.tables import Page
from intimacy_scales.results.wording import counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_FEW_CLUSTERS = 30
_SHOWN_GROUPS = 6


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class CFAResult(Result):
    """A fitted measurement model.

    Attributes
    ----------
    model
        The model as it was written.
    fit
        Tests and indices of fit.
    parameters
        Estimates with standard errors, and standardized.
    estimator
        ``ML``; ``MLR``, with standard errors and a test that do not assume normality; ``GLS``; ``ULS``.
    missing
        ``listwise``, ``pairwise`` or ``fiml``.
    identification
        ``marker``, ``fixed_factor`` or ``none``.
    information
        The information that standard errors use: ``expected`` or ``observed``.
    groups
        Labels of the groups, in the order that an ordered Categorical declares, else in that of their first
        rows. Empty with one group.
    group_n
        Number of persons in each group.
    n, n_rows
        Persons that were used, and rows of the table.
    n_clusters
        Clusters, such as couples, used in standard errors and the scaled test; None where persons are
        independent.
    equal
        Kinds of parameters that are equal across groups.
    improper
        What is improper about the solution, such as negative variances; empty where it is proper.
    iterations
        Steps of the search.
    never_together
        Pairs of items that fewer than two persons of some group answered both of, which full information
        allows; the covariances that the model implies for them were not observed.
    instrument
        What was answered, where that is known.
    auxiliary
        Auxiliary variables, which are not part of the model but inform about missing answers.
    auxiliary_parameters
        Their variances and means, and their covariances with each other and with items' residuals.

    Examples
    --------
    >>> from intimacy_scales import cfa, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> result = cfa("trust =~ tru01 + tru04 + tru09 + tru11", answers)
    >>> round(result.omega(), 2), result.improper
    (0.79, ())
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
    never_together: tuple[tuple[str, str], ...] = ()
    auxiliary: tuple[str, ...] = ()
    auxiliary_parameters: Parameters = field(default_factory=lambda: Parameters(()))
    solution: Solution = field(repr=False, compare=False)

    _statements: ClassVar[Any] = Statement | Equality | Constraint
    _function: ClassVar[str] = "cfa"

    def __post_init__(self) -> None:
        freeze(self)
        if not isinstance(self.solution, NotKept):
            freeze_within(self.solution)

    @classmethod
    def _again(cls) -> str:
        """Return the advice for a result read from a document, which does not hold the fitted model."""
        return f"fit the model again, as by {cls._function}(result.model, answers) with the same options"

    @staticmethod
    def _model_of(statements: tuple[Any, ...]) -> Model:
        return as_measurement_model(Model(statements))

    @property
    def _labels(self) -> tuple[str | None, ...]:
        return self.groups or (None,)

    @property
    def notes(self) -> tuple[str, ...]:
        """Cautions about standard errors and tests."""
        in_document: tuple[str, ...] | None = stored(self.solution, "notes")
        if in_document is not None:
            return in_document
        cautions = []
        if self.n < self.fit.n_parameters:
            cautions.append(f"n = {self.n} for {self.fit.n_parameters} parameters: estimates are unstable")
        if self.n_clusters is not None and self.n_clusters < _FEW_CLUSTERS:
            few = counted(self.n_clusters, "cluster")
            cautions.append(f"{few}: with fewer than about {_FEW_CLUSTERS}, standard errors are too small")
        if self.solution.several:
            cautions.append(self.solution.discrepancy.several)
        if self.never_together:
            cautions.append(few_together(self.never_together))
        return tuple(cautions)

    def without_answers(self) -> CFAResult:
        """Return the result without each person's answers, if it keeps them."""
        if isinstance(self.solution, NotKept):
            return self
        return replace(self, solution=without_answers(self.solution))

    def implied_covariances(self, group: str | None = None) -> pd.DataFrame:
        """Return the covariances of items that the model implies."""
        basis = self.solution.at.bases[check_group(group, self._labels)]
        return square_table(basis.covariances, self.model.observed)

    def implied_means(self, group: str | None = None) -> dict[str, float]:
        """Return the means of items that the model implies; the observed ones for a model without means."""
        position = check_group(group, self._labels)
        with_means = self.solution.table.with_means
        moments = self.solution.at.bases[position] if with_means else self.solution.saturated[position]
        means = moments.means[: len(self.model.observed)].tolist()
        return dict(zip(self.model.observed, means, strict=True))

    def _factor_block(self, covariances: Floats) -> Floats:
        """Return the covariances of factors, which precede the observed variables with paths."""
        m = len(self.model.latent)
        return covariances[:m, :m]

    def factor_covariances(self, group: str | None = None) -> pd.DataFrame:
        """Return the covariances of factors."""
        basis = self.solution.at.bases[check_group(group, self._labels)]
        return square_table(self._factor_block(basis.latent_covariances), self.model.latent)

    def factor_correlations(self, group: str | None = None) -> pd.DataFrame:
        """Return the correlations of factors; nan where a variance is negative."""
        basis = self.solution.at.bases[check_group(group, self._labels)]
        covariances = self._factor_block(basis.latent_covariances)
        variances = covariances.diagonal()
        sds = np.sqrt(np.where(variances > 0, variances, np.nan))
        return square_table(covariances / np.outer(sds, sds), self.model.latent)

    def residuals(self, group: str | None = None, *, standardized: bool = True) -> pd.DataFrame:
        """Return the residual covariances of items: observed minus implied.

        Parameters
        ----------
        group
            Label of the group, where there are several.
        standardized
            Whether to return differences of correlations, each by its own variances.
        """
        position = check_group(group, self._labels)
        observed = self.solution.saturated[position].covariances
        implied = self.solution.at.bases[position].covariances
        residuals = (
            correlations_of(observed) - correlations_of(implied) if standardized else observed - implied
        )
        return square_table(residuals, self.model.observed)

    def omega(
        self, items: Sequence[str] | None = None, *, general: str | None = None, group: str | None = None
    ) -> float:
        """Return omega of the sum of items, the share of its variance that factors explain.

        Parameters
        ----------
        items
            The items of the sum; by default all. Reverse-keyed items must have been reversed in the data.
        general
            A factor; omega is then the share that it explains alone, omega hierarchical.
        group
            Label of the group, where there are several.

        Returns
        -------
        float
            ``w' (Sigma - Theta) w / w' Sigma w`` of implied covariances (McDonald, 1999), with w the items.

        Raises
        ------
        EstimationError
            An unknown item, factor or group.
        """
        return omega_of_sum(self, items, general, check_group(group, self._labels))

    @reads_answers
    def factor_scores(
        self,
        responses: Any,
        *,
        method: ScoreMethod = "regression",
        groups: Hashable | Sequence[Any] = None,
        instrument: Instrument | str | Path | None = None,
        **reading: Unpack[ReadingOptions],
    ) -> FactorScores:
        """Return persons' scores on the factors.

        Parameters
        ----------
        responses
            The table of answers, since results do not keep answers, or answers of other persons to the same
            items. It is read and checked as in `cfa`; or `CodedResponses` of that instrument.
        method
            ``regression``: the best linear predictor of the factor, which is closer to its mean the less
            reliable answers are. ``bartlett``: unbiased given the factor, and less precise.
        groups
            Each person's group: a column of the table, or a label for each row.
        instrument
            The instrument of the answers to which the model was fitted, where it is not shipped.
        **reading
            How the table is read, as in `cfa`.

        Returns
        -------
        FactorScores
            With standard errors and determinacy; `to_frame` returns a table of the caller's library.

        Raises
        ------
        EstimationError
            An improper solution; a factor that items do not determine; groups that the model does not have;
            answers to another instrument; sums instead of answers.

        Notes
        -----
        ``alpha + V Lambda' Sigma^-1 (y - mu)`` (Thurstone, 1935), or ``alpha + (Lambda' Theta^-1 Lambda)^-1
        Lambda' Theta^-1 (y - mu)`` (Bartlett, 1937), as in lavaan's ``lavPredict``. Where the model was
        fitted with ``missing="fiml"``, scores use the items that a person answered; with other missing
        rules, persons who skipped an item have no scores. Errors assume that the parameters are known.
        With paths (`SEMResult`), regression scores use all observed variables of the model; for Bartlett
        scores, observed variables that depend on factors count as items.

        Scores do not replace factors in later analyses: correlations and slopes of scores are biased, those
        of one model with all variables are not.

        Examples
        --------
        >>> from intimacy_scales import cfa, encode, simulate
        >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
        >>> result = cfa("trust =~ tru01 + tru04 + tru09 + tru11", answers)
        >>> scores = result.factor_scores(answers)
        >>> scores["trust"][:3].round(2).tolist(), scores.determinacy[0].rho > 0.8
        ([-0.09, 0.91, -1.61], True)
        """
        return factor_scores(
            self, responses, method=method, groups=groups, instrument=instrument, options=reading
        )

    def factor_determinacy(self, method: ScoreMethod = "regression") -> tuple[FactorDeterminacy, ...]:
        """Return how well the items determine each factor, in each group; this needs no answers.

        Parameters
        ----------
        method
            The scores whose ``validity`` is returned.

        Raises
        ------
        EstimationError
            As in `factor_scores`.
        """
        return factor_determinacy(self, method)

    def modification_indices(self) -> ModificationIndices:
        """Return modification indices of all parameters that are fixed or set equal."""
        with one_blas_thread():
            return modification_indices(self.solution, self._labels)

    def constraint_tests(self) -> ConstraintTests:
        """Return score tests of all equality constraints: which of them the answers contradict.

        Raises
        ------
        EstimationError
            The model has no equality constraints.

        Examples
        --------
        >>> from intimacy_scales import cfa, encode, simulate
        >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
        >>> halves = ["a"] * 200 + ["b"] * 200
        >>> equal = cfa("trust =~ tru01 + tru04 + tru09", answers, groups=halves, equal=["loadings"])
        >>> equal.constraint_tests()[0].parameters
        ('trust =~ tru04',)
        """
        with one_blas_thread():
            return constraint_tests(self.solution, self._labels)

    @property
    def loadings(self) -> pd.DataFrame:
        """Standardized loadings of the first group, items by factors; 0 where an item does not measure it."""
        return loadings_table(self.parameters, self.model, self._labels[0])

    def to_dict(self) -> dict[str, Any]:
        """Return model, fit and parameters as plain values."""
        return fitted_values(self)

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return types_of_fitted(cls, cls._statements)

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> CFAResult:
        try:
            model = cls._model_of(values["statements"])
        except EstimationError as error:
            raise DocumentError(f"{cls.__name__}.statements: {error}") from error
        return made_of(
            cls,
            values,
            model=model,
            **parts_of_fitted(cls.__name__, values, model),
            solution=NotKept(cls.__name__, "the fit behind them", cls._again(), {"notes": values["notes"]}),
        )

    def to_r(
        self,
        path: str = "answers.csv",
        *,
        instrument: Instrument | str | Path | None = None,
        groups: str = "group",
        clusters: str = "cluster",
    ) -> str:
        """Return an R script that fits this model with lavaan, from a CSV file of answers.

        It prints a line for each figure: its name here, such as ``fit.cfi`` or
        ``parameters[trust =~ tru04].estimate``, and its value. The reference page *Agreement with R* has the
        tolerances; comments in the script name what lavaan computes in another way.

        Parameters
        ----------
        path
            The CSV file that the script reads: a column of numbers for each observed variable. Items of an
            instrument are as they were stored, and reverse-keyed ones are reversed by the script.
        instrument
            The instrument that was answered, where it is not shipped.
        groups, clusters
            The columns of the file with the group and with the cluster of each row, where the model has them.

        Raises
        ------
        DocumentError
            The instrument is not known, or is not the one that was answered.
        EstimationError
            The model has auxiliary variables, which lavaan has no option for.

        Examples
        --------
        >>> from intimacy_scales import cfa, encode, simulate
        >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
        >>> script = cfa("trust =~ tru01 + tru04 + tru09 + tru11", answers, estimator="MLR").to_r()
        >>> [line for line in script.splitlines() if line.startswith("fit <-")]
        ['fit <- lavaan::cfa(model,']
        """
        from intimacy_scales.factor.confirmatory.results.r_script import cfa_script

        form = None if self.instrument is None else instrument_for(self.instrument, instrument)
        return cfa_script(self, form, path, groups=groups, clusters=clusters)

    def to_frame(self) -> pd.DataFrame:
        """Return the parameters as a pandas table."""
        return self.parameters.to_frame()

    def _what(self) -> str:
        items, factors = len(self.model.observed), len(self.model.latent)
        return f"CFA of {counted(items, 'item')}, {counted(factors, 'factor')}"

    def _lines(self) -> list[str]:
        shown_groups = ", ".join(self.groups[:_SHOWN_GROUPS]) + ", …" * (len(self.groups) > _SHOWN_GROUPS)
        groups = f", {len(self.groups)} groups ({shown_groups})" if self.groups else ""
        used = "" if self.n == self.n_rows else f" of {self.n_rows}"
        used += "" if self.n_clusters is None else f" in {self.n_clusters} clusters"
        used += f"; auxiliary: {', '.join(self.auxiliary)}" if self.auxiliary else ""
        lines = [
            f"{self._what()}{groups}; {self.estimator}, {self.missing}, n = {self.n}{used}",
            repr(self.fit)[1:-1],
        ]
        lines += [f"! {text}" for text in self.notes]
        return [*lines, *(f"improper: {text}" for text in self.improper)]

    def __repr__(self) -> str:
        return f"<{'; '.join(self._lines())}>"

    def __str__(self) -> str:
        return "\n".join([*self._lines(), "", str(self.parameters)])

    def page(self) -> Page:
        """Return what is displayed as data: fit, cautions, parameters."""
        first, *rest = self._lines()
        return Page(title=first, facts=tuple(rest), tables=(self.parameters.text_table(),))
