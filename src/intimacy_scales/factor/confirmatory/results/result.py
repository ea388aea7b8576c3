"""A fitted measurement model."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
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
from intimacy_scales.factor.confirmatory.results.estimates import ParameterEstimate, Parameters, check_group
from intimacy_scales.factor.confirmatory.results.factor_scores import FactorDeterminacy, FactorScores
from intimacy_scales.factor.confirmatory.results.modification import ModificationIndices, modification_indices
from intimacy_scales.factor.confirmatory.results.scoring import factor_determinacy, factor_scores
from intimacy_scales.factor.confirmatory.results.sums import sum_parts
from intimacy_scales.factor.sample import Floats, MissingAnswers
from intimacy_scales.factor.syntax.statements import Constraint, Equality, Statement
from intimacy_scales.factor.unanswered import few_together
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.results.document_types import Unless, documented, many
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.frozen import freeze, freeze_within
from intimacy_scales.results.not_kept import NotKept, stored
from intimacy_scales.results.result import Result, plain
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
        What measures what.
    fit
        Tests and indices of fit.
    parameters
        Estimates with standard errors, and standardized.
    estimator
        ``ML``; ``MLR``: with standard errors and a test that do not assume normality; ``GLS``; ``ULS``.
    missing
        ``listwise``, ``pairwise`` or ``fiml``.
    identification
        ``marker``, ``fixed_factor`` or ``none``.
    information
        What standard errors rest on: ``expected`` or ``observed``.
    groups
        Labels of the groups, in order: as an ordered Categorical declares them, else as they first appear in
        the table. Empty where there is one.
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
    never_together
        Pairs of items that fewer than two persons of some group answered both of, which full information
        allows; what the model says of their covariances was not observed.
    instrument
        What was answered, where that is known.
    auxiliary
        Auxiliary variables: no part of the model, but of what is known of persons who skipped items.
    auxiliary_parameters
        Their variances and means, and their covariances with each other and with items' residuals.
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
        """Return what to do where a result that was read lacks what no document holds."""
        return f"fit the model again, as by {cls._function}(result.model, answers) with the same options"

    @staticmethod
    def _model_of(statements: tuple[Any, ...]) -> Model:
        return as_measurement_model(Model(statements))

    @property
    def _labels(self) -> tuple[str | None, ...]:
        return self.groups or (None,)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know before standard errors and tests are used."""
        in_document: tuple[str, ...] | None = stored(self.solution, "notes")
        if in_document is not None:
            return in_document
        found = []
        if self.n < self.fit.n_parameters:
            found.append(f"n = {self.n} for {self.fit.n_parameters} parameters: nothing here is stable")
        if self.n_clusters is not None and self.n_clusters < _FEW_CLUSTERS:
            few = counted(self.n_clusters, "cluster")
            found.append(f"{few}: below some {_FEW_CLUSTERS}, standard errors are too small")
        if self.solution.several:
            found.append(self.solution.discrepancy.several)
        if self.never_together:
            found.append(few_together(self.never_together))
        return tuple(found)

    def without_answers(self) -> CFAResult:
        """Return the same result without each person's answers, if it keeps them."""
        if isinstance(self.solution, NotKept):
            return self
        return replace(self, solution=without_answers(self.solution))

    def implied_covariances(self, group: str | None = None) -> pd.DataFrame:
        """Return the covariances of items that the model implies."""
        basis = self.solution.at.bases[check_group(group, self._labels)]
        return _square(basis.covariances, self.model.observed)

    def implied_means(self, group: str | None = None) -> dict[str, float]:
        """Return the means of items that the model implies; those observed, where it has no means."""
        position = check_group(group, self._labels)
        with_means = self.solution.table.with_means
        found = self.solution.at.bases[position] if with_means else self.solution.saturated[position]
        means = found.means[: len(self.model.observed)].tolist()
        return dict(zip(self.model.observed, means, strict=True))

    def _factor_block(self, covariances: Floats) -> Floats:
        """Return what is of factors; behind them stand the observed variables of paths."""
        m = len(self.model.latent)
        return covariances[:m, :m]

    def factor_covariances(self, group: str | None = None) -> pd.DataFrame:
        """Return the covariances of factors."""
        basis = self.solution.at.bases[check_group(group, self._labels)]
        return _square(self._factor_block(basis.latent_covariances), self.model.latent)

    def factor_correlations(self, group: str | None = None) -> pd.DataFrame:
        """Return the correlations of factors; nan where a variance is negative."""
        basis = self.solution.at.bases[check_group(group, self._labels)]
        covariances = self._factor_block(basis.latent_covariances)
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

    def omega(
        self, items: Sequence[str] | None = None, *, general: str | None = None, group: str | None = None
    ) -> float:
        """Return omega of the sum of items: the share of its variance that factors explain.

        Parameters
        ----------
        items
            Which items; by default all of them. They are taken as they stand in the data, so that
            reverse-keyed ones must have been turned.
        general
            A factor: the share that it explains alone, omega hierarchical.
        group
            Which one, where there are several.

        Returns
        -------
        float
            ``w' (Sigma - Theta) w / w' Sigma w``, of implied (co)variances (McDonald, 1999).

        Raises
        ------
        EstimationError
            No such item, factor or group.
        """
        observed, latent = self.model.observed, self.model.latent
        chosen = observed if items is None else tuple(items)
        unknown = [name for name in chosen if name not in observed]
        if unknown or (general is not None and general not in latent):
            wrong = unknown[0] if unknown else general
            there = ", ".join(observed if unknown else latent)
            raise EstimationError(
                f"the model has no {'item' if unknown else 'factor'} {wrong!r}; it has {there}"
            )
        weights = np.array([float(name in chosen) for name in (*observed, *self.auxiliary)])
        top = None if general is None else latent.index(general)
        parts = sum_parts(self.solution, weights, top, check_group(group, self._labels))
        return (parts.common if top is None else parts.general) / (parts.common + parts.unique)

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
            The table of answers, as the model does not keep what it was fitted to, or answers of other
            persons to the same items. It is read and checked as in `cfa`; or `CodedResponses` of that
            instrument.
        method
            ``regression``: the best guess of the factor, drawn towards its mean by as much as answers are
            unreliable. ``bartlett``: unbiased given the factor, and less precise.
        groups
            Who is in which of the model's groups: a column of the table, or a label for each row.
        instrument
            The instrument of a model of checked answers, where it is not shipped.
        **reading
            How the table is read, as in `cfa`.

        Returns
        -------
        FactorScores
            With standard errors and determinacy; `to_frame` is of the caller's kind, row by row.

        Raises
        ------
        EstimationError
            An improper solution; a factor that items do not determine; groups that the model does not have;
            answers to another instrument; sums instead of answers.

        Notes
        -----
        ``alpha + V Lambda' Sigma^-1 (y - mu)`` (Thurstone, 1935), or ``alpha + (Lambda' Theta^-1 Lambda)^-1
        Lambda' Theta^-1 (y - mu)`` (Bartlett, 1937), as lavaan's ``lavPredict``, of the items that a person
        answered where the model was fitted with ``missing="fiml"``. With other missing rules, who skipped an
        item has no score. Errors take the model's parameters as known.

        A score is no substitute for the factor in later analyses: correlations and slopes of scores are
        biased; those of a model of everything at once are not.

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
        """Return how far the items tell what each factor is, in each group; no answers are needed.

        Parameters
        ----------
        method
            Of the scores whose ``validity`` is told.

        Raises
        ------
        EstimationError
            As of `factor_scores`.
        """
        return factor_determinacy(self, method)

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
        from intimacy_scales.results.frames import pandas_frame

        columns = {factor: list(own.values()) for factor, own in found.items() if any(own.values())}
        return pandas_frame({"": list(self.model.observed), **columns}).set_index("").rename_axis("item")

    def to_dict(self) -> dict[str, Any]:
        """Return model, fit and parameters as plain values."""
        return {
            "model": str(self.model),
            "statements": plain(self.model.statements),
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
            "notes": list(self.notes),
            "never_together": [list(pair) for pair in self.never_together],
            "fit": self.fit.to_dict(),
            "parameters": self.parameters.to_dict(),
            **self._auxiliary_document(),
        }

    def _auxiliary_document(self) -> dict[str, Any]:
        if not self.auxiliary:
            return {}
        found = self.auxiliary_parameters.to_dict()
        return {"auxiliary": list(self.auxiliary), "auxiliary_parameters": found}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(
            cls,
            without=("group_n", "solution"),
            model=str,
            statements=many(cls._statements),
            groups=Mapping[str, int],
            parameters=many(ParameterEstimate),
            notes=Sequence[str],
            auxiliary=Unless(Sequence[str], nothing=()),
            auxiliary_parameters=Unless(many(ParameterEstimate), nothing=()),
        )

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> CFAResult:
        try:
            model = cls._model_of(values["statements"])
        except EstimationError as error:
            raise DocumentError(f"{cls.__name__}.statements: {error}") from error
        given = {(row.lhs, row.op, row.rhs) for row in values["parameters"]}
        wanted = {(s.lhs, s.op, s.rhs) for s in model.loadings}
        other = [" ".join(row) for row in sorted(wanted ^ {row for row in given if row[1] == "=~"})]
        if other:
            raise DocumentError(
                f"{cls.__name__}.parameters: {', '.join(other)} in the model or here, not both"
            )
        if len(values["parameters"]) > len(
            {(row.lhs, row.op, row.rhs, row.group) for row in values["parameters"]}
        ):
            raise DocumentError(f"{cls.__name__}.parameters: a parameter stands there twice")
        groups = values["groups"]  # in the order of their parameters, where a store sorted them
        own = [row.group for row in values["parameters"] if row.op != ":="]
        order = list(dict.fromkeys(own)) if groups else []
        if set(order) != set(groups):
            raise DocumentError(
                f"{cls.__name__}.groups: those of the parameters are {', '.join(map(str, order))}"
            )
        figures = {"notes": values["notes"]}
        return made_of(
            cls,
            values,
            model=model,
            groups=tuple(order),
            group_n=tuple(groups[name] for name in order),
            parameters=Parameters(values["parameters"]),
            auxiliary_parameters=Parameters(values["auxiliary_parameters"]),
            solution=NotKept(cls.__name__, "the fit behind them", cls._again(), figures),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the parameters as a pandas table."""
        return self.parameters.to_frame()

    def _what(self) -> str:
        items, factors = len(self.model.observed), len(self.model.latent)
        return f"CFA of {counted(items, 'item')}, {counted(factors, 'factor')}"

    def _lines(self) -> list[str]:
        few = ", ".join(self.groups[:_SHOWN_GROUPS]) + ", …" * (len(self.groups) > _SHOWN_GROUPS)
        groups = f", {len(self.groups)} groups ({few})" if self.groups else ""
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

    def _repr_html_(self) -> str:
        first, *rest = map(escape, self._lines())
        more = "".join(f"<br>{line}" for line in rest)
        return f"<div><b>{first}</b>{more}</div>{self.parameters._repr_html_()}"


def _correlations(covariances: Floats) -> Floats:
    sds = np.sqrt(covariances.diagonal())
    found: Floats = covariances / np.outer(sds, sds)
    return found


def _square(matrix: Floats, names: Sequence[str]) -> pd.DataFrame:
    """Return the rows and columns of named variables as a table; auxiliary ones stand behind them."""
    from intimacy_scales.results.frames import pandas_frame

    columns = {name: matrix[: len(names), j].copy() for j, name in enumerate(names)}
    return pandas_frame({"": list(names), **columns}).set_index("").rename_axis(None)
