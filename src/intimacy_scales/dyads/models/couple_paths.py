"""What models of what couples share, and of mutual influence, have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.estimates import interval_by_error, statistic_of, two_sided_p
from intimacy_scales.dyads.given_couples import couples_once
from intimacy_scales.dyads.left_out import left_out_cautions
from intimacy_scales.dyads.models.adjusted_fit import AdjustedFit
from intimacy_scales.dyads.models.couple_table import (
    CoupleTable,
    MissingPartners,
    TableBuilder,
    check_varies,
    in_one_order,
)
from intimacy_scales.dyads.models.dependent_partners import check_partners_apart
from intimacy_scales.dyads.models.distinguishability import LikelihoodEstimator, adjusted_to_partners
from intimacy_scales.dyads.models.lavaan_script import r_script
from intimacy_scales.dyads.models.layout import Layout, layout_of
from intimacy_scales.dyads.models.path_tests import PathTest
from intimacy_scales.dyads.models.sem_engine import fitted, refitted
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.factor.confirmatory.results.estimates import ParameterEstimate
from intimacy_scales.factor.confirmatory.results.fit_sentence import fit_text, improper_sentence
from intimacy_scales.factor.confirmatory.results.sem_result import SEMResult
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.not_kept import NotKept, needed
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa_p, counted, digits_for, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


@result_class
class CouplePath(Result):
    """One path, or covariance, of a model of couples; ``float(result)`` gives the estimate.

    Attributes
    ----------
    name
        What it is, in words.
    role
        Whose outcome it acts on; empty where that is the couple's, or partners are exchangeable.
    estimate, se, standardized
        Estimate, standard error (nan where it is fixed), and standardized by the model's variances.
    n
        Couples.
    reading
        What a value of the estimate means, with ``{change}`` where its size and direction belong.

    Examples
    --------
    >>> path = CouplePath(
    ...     name="common effect of trust", role="", estimate=0.5, se=0.1, standardized=0.6, n=120,
    ...     reading="Where what both share in trust is 1 higher, what they share in love is {change}",
    ... )
    >>> path.sentence().partition(", 95%")[0]
    'Where what both share in trust is 1 higher, what they share in love is 0.50 higher'
    """

    name: str
    role: str
    estimate: float
    se: float
    standardized: float
    n: int
    reading: str

    @property
    def p(self) -> float:
        """Two-sided p-value of the hypothesis that it is 0."""
        return two_sided_p(self.estimate, self.se)

    def confidence_interval(self, confidence_level: float = 0.95) -> Interval:
        """Return the normal (Wald) interval."""
        reason = None if self.se > 0 else f"{self.name} has no standard error"
        return interval_by_error(self.estimate, self.se, confidence_level, n=self.n, reason=reason)

    def sentence(self) -> str:
        """Return what the path says, in plain language."""
        digits = digits_for(self.estimate, self.se)
        change = f"{shown(abs(self.estimate), digits)} {'higher' if self.estimate >= 0 else 'lower'}"
        interval = f"95% CI {self.confidence_interval().ends(digits)}"
        z = f"z = {shown(statistic_of(self.estimate, self.se), 2)}"
        return f"{self.reading.format(change=change)}, {interval}, {z}, {apa_p(self.p)}."

    def __float__(self) -> float:
        return float(self.estimate)

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        return {name: plain(getattr(self, name)) for name in (*self.__slots__, "p")}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, p=float)

    def __repr__(self) -> str:
        where = f" ({self.role})" if self.role else ""
        digits = digits_for(self.estimate, self.se, least=3)
        error = f", SE {shown(self.se, digits)}; standardized {shown(self.standardized)}"
        return f"<{self.name}{where}: {shown(self.estimate, digits)}{error}>"


def path_of(row: ParameterEstimate, name: str, role: str, reading: str) -> CouplePath:
    """Return a parameter of a fitted model as a path."""
    return CouplePath(
        name=name,
        role=role,
        estimate=row.estimate,
        se=row.se,
        standardized=row.std_all,
        n=row.n,
        reading=reading,
    )


@result_class
class CouplePathModel(Result):
    """A model of couples that `sem` fitted: the base of common fate and mutual influence models.

    Attributes
    ----------
    instrument
        What was answered, where that is known.
    outcome, predictor
        The variables.
    partners
        Names of both partners.
    distinguishable
        Whether roles have their own parameters.
    estimator, missing
        How the model was fitted.
    n_couples, n_one_partner
        Couples that were used, and how many of them have scores of one partner only.
    n_given, left_out
        Couples that there were; reason → number of those that were left out.
    paths
        Its paths.
    tests
        Tests of hypotheses about them.
    fit
        Test and indices of fit.
    adjusted
        Fit judged against I-SAT and I-NULL, of exchangeable partners; None in roles.
    improper
        What is improper about the solution.
    warnings
        Cautions about using the figures.
    """

    title: ClassVar[str] = "Model of couples"
    _function: ClassVar[str] = ""

    instrument: InstrumentRef | None
    outcome: str
    predictor: str
    partners: tuple[str, str]
    distinguishable: bool
    estimator: str
    missing: str
    n_couples: int
    n_one_partner: int
    n_given: int
    left_out: Mapping[str, int]
    paths: tuple[CouplePath, ...]
    tests: tuple[PathTest, ...]
    fit: Fit
    adjusted: AdjustedFit | None
    improper: tuple[str, ...]
    warnings: tuple[str, ...]
    engine: Any = field(repr=False, compare=False)

    def sentences(self) -> tuple[str, ...]:
        """Return what each path and test says, and how the model fits."""
        lines = [
            f"{self.title} of {self.outcome} and {self.predictor} in {counted(self.n_couples, 'couple')}."
        ]
        lines += [path.sentence() for path in self.paths if path.reading]
        lines += [test.sentence() for test in self.tests]
        lines.append(f"Fit: {fit_text(self.fit)}." if self.adjusted is None else self.adjusted.sentence())
        return (*lines, *filter(None, [improper_sentence(self.improper)]))

    def to_lavaan(self, path: str = "couples.csv") -> str:
        """Return an R script that fits the same model with lavaan.

        Parameters
        ----------
        path
            The file that the script reads; write it by ``model.to_couples().to_csv(path, index=False)``.
        """
        engine: CoupleEngine = needed(self.engine)
        return r_script(engine.text, engine.table, path, engine.options, self.title)

    def to_couples(self) -> pd.DataFrame:
        """Return the numbers that the model was fitted to, a row for each couple.

        Exchangeable partners are in an order that follows from their scores.
        """
        frame: pd.DataFrame = needed(self.engine).table.frame()
        return frame

    def to_frame(self) -> pd.DataFrame:
        """Return the paths as a pandas table."""
        from intimacy_scales.results.frames import pandas_frame

        names = ("name", "role", "estimate", "se", "p", "standardized")
        return pandas_frame({name: [getattr(path, name) for path in self.paths] for name in names})

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        names = [name for name in self._document() if name != "engine"]
        return {name: plain(getattr(self, name)) for name in names}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("engine",))

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> Any:
        advice = f"fit the model again by {cls._function}()"
        return made_of(cls, values, engine=NotKept(cls.__name__, "the fitted model", advice, {}))

    def __repr__(self) -> str:
        kind = "partners in roles" if self.distinguishable else "exchangeable partners"
        lines = [repr(path)[1:-1] for path in self.paths]
        lines.append(repr(self.fit)[1:-1] if self.adjusted is None else repr(self.adjusted)[1:-1])
        lines += [f"! {text}" for text in self.warnings]
        title = (
            f"{self.title}: {self.outcome} and {self.predictor}, {counted(self.n_couples, 'couple')}, {kind}"
        )
        return "\n  ".join([f"<{title}", *lines]) + ">"


@dataclass(slots=True, kw_only=True)
class CoupleEngine:
    """A fitted model of couples, with what it was fitted to.

    Attributes
    ----------
    dyads, layout, table
        The couples.
    outcome, predictor
        The variables.
    text, options
        The model, and options of `sem`.
    result
        The fitted model.
    """

    dyads: Dyads
    layout: Layout
    table: CoupleTable
    outcome: str
    predictor: str
    options: Mapping[str, Any]
    text: str = ""
    result: SEMResult = field(init=False)

    def fitted(self) -> SEMResult:
        """Fit the model."""
        return fitted(self.text, self.table, self.options)

    def fit(self, text: str) -> SEMResult:
        """Fit a further model to these couples."""
        return refitted(text, self.table, self.options)


def couple_engine(
    dyads: Dyads,
    outcome: str,
    predictor: str,
    *,
    distinguishable: bool | None,
    estimator: LikelihoodEstimator,
    missing: MissingPartners,
) -> CoupleEngine:
    """Return the couples and numbers of a model that is still to be fitted, checked.

    Raises
    ------
    EstimationError
        A mixed sample, the same variable twice, or options that are not valid.
    """
    dyads = couples_once(dyads)
    if estimator not in ("ML", "MLR"):
        raise EstimationError(not_one_of("estimator", estimator, ("ML", "MLR")))
    if outcome == predictor:
        raise EstimationError(
            f"{outcome!r} is the outcome, and cannot predict itself; name another predictor"
        )
    layout = layout_of(dyads, distinguishable)
    if layout.mixed:
        raise EstimationError(
            "this model is for one kind of couples, and these are of several compositions; pass "
            "distinguishable=False, or choose couples of one kind, as by dyads.of_composition('f-m')"
        )
    builder = TableBuilder(dyads=dyads, layout=layout)
    for name in (predictor, outcome):
        builder.add_partners(name, dyads.variable(name))
    table = builder.made(missing)
    check_varies(table, (predictor, outcome), layout.compositions)
    check_partners_apart(table, layout, outcome, [predictor], paths=False)
    table = in_one_order(table, layout)
    options = {"estimator": estimator, "missing": missing}
    return CoupleEngine(
        dyads=dyads, layout=layout, table=table, outcome=outcome, predictor=predictor, options=options
    )


def fields_of(engine: CoupleEngine, paths: Sequence[CouplePath], cautions: Sequence[str]) -> dict[str, Any]:
    """Return the fields of the result that all such models have."""
    result, table = engine.result, engine.table
    warnings = [*result.notes, *cautions]
    if result.improper:
        warnings.append(improper_sentence(result.improper))
    warnings += left_out_cautions(table.left_out)
    return {
        "instrument": engine.dyads.instrument,
        "outcome": engine.outcome,
        "predictor": engine.predictor,
        "partners": engine.dyads.partners,
        "distinguishable": engine.layout.distinguishable,
        "estimator": result.estimator,
        "missing": result.missing,
        "n_couples": table.n,
        "n_one_partner": table.n_one_partner,
        "n_given": table.n_given,
        "left_out": table.left_out,
        "paths": tuple(paths),
        "fit": result.fit,
        "adjusted": None
        if engine.layout.distinguishable
        else adjusted_to_partners(table, result, engine.options),
        "improper": result.improper,
        "warnings": tuple(warnings),
        "engine": engine,
    }
