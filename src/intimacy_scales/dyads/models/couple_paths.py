"""What models of what couples share, and of mutual influence, have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar

from intimacy_scales.dyads.caution_sentences import caution_sentences
from intimacy_scales.dyads.estimates import interval_by_error, statistic_of, two_sided_p
from intimacy_scales.dyads.models.actor_partner_words import improper_title
from intimacy_scales.dyads.models.adjusted_fit import AdjustedFit
from intimacy_scales.dyads.models.lavaan_script import r_script
from intimacy_scales.dyads.models.path_tests import PathTest
from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.factor.confirmatory.results.estimates import ParameterEstimate
from intimacy_scales.factor.confirmatory.results.fit_sentence import fit_text
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.not_kept import NotKept, needed
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, apa_p, counted, differs, digits_with_error, shown

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
        What a value of the estimate means, with ``{change}`` where the verb with the difference belongs.

    Examples
    --------
    >>> path = CouplePath(
    ...     name="common effect of trust", role="", estimate=0.5, se=0.1, standardized=0.6, n=120,
    ...     reading="Where what both share in trust is 1 higher, what they share in love {change}",
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
        digits = digits_with_error(self.estimate, self.se)
        change = differs(self.estimate, digits)
        interval = self.confidence_interval()
        if interval.reason is not None:
            return f"{self.reading.format(change=change)}, no interval and no test ({interval.reason})."
        z = f"z = {shown(statistic_of(self.estimate, self.se), 2)}"
        tested = f"95% CI {interval.ends(digits)}, {z}, {apa_p(self.p)}"
        return f"{self.reading.format(change=change)}, {tested}."

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
        digits = digits_with_error(self.estimate, self.se, 3)
        error = f", SE {shown(self.se, digits)}; standardized {apa(self.standardized, 3)}"
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
    error
        How measurement error is modelled; None where scores are used as they are.
    reliabilities
        Variable → role (empty for exchangeable partners) → reliability of its scores, where corrected.
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
    error: str | None
    reliabilities: Mapping[str, Mapping[str, float]]
    paths: tuple[CouplePath, ...]
    tests: tuple[PathTest, ...]
    fit: Fit
    adjusted: AdjustedFit | None
    improper: tuple[str, ...]
    warnings: tuple[str, ...]
    engine: Any = field(repr=False, compare=False)

    def sentences(self) -> tuple[str, ...]:
        """Return cautions, what each path and test says, and how the model fits.

        The paths of an improper solution are left out, and so are tests of them.
        """
        lines = [
            f"{self.title} of {self.outcome} and {self.predictor} in {counted(self.n_couples, 'couple')}."
        ]
        lines += caution_sentences(self.warnings, self.improper)
        if not self.improper:
            lines += [path.sentence() for path in self.paths if path.reading]
            lines += [test.sentence() for test in self.tests]
        lines.append(f"Fit: {fit_text(self.fit)}." if self.adjusted is None else self.adjusted.sentence())
        return tuple(lines)

    def to_lavaan(self, path: str = "couples.csv") -> str:
        """Return an R script that fits the same model with lavaan.

        Parameters
        ----------
        path
            The file that the script reads; write it by ``model.to_couples().to_csv(path, index=False)``.
        """
        engine = needed(self.engine)
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
            f"{self.title}{improper_title(self.improper)}: {self.outcome} and {self.predictor}, "
            f"{counted(self.n_couples, 'couple')}, {kind}"
        )
        return "\n  ".join([f"<{title}", *lines]) + ">"
