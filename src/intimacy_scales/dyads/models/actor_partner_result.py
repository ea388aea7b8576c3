"""The fitted actor-partner model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

from intimacy_scales.dyads.actor_partner.terms import Kind
from intimacy_scales.dyads.models.actor_partner_sentences import actor_partner_sentences
from intimacy_scales.dyads.models.actor_partner_words import (
    adjusted_for,
    centring_words,
    estimator_name,
    improper_title,
    test_name,
)
from intimacy_scales.dyads.models.adjusted_fit import AdjustedFit
from intimacy_scales.dyads.models.effects import PartnerActorRatio, PathEffect
from intimacy_scales.dyads.models.lavaan_script import actor_partner_script, figures_script
from intimacy_scales.dyads.models.path_tests import PathTest
from intimacy_scales.dyads.models.ratio_intervals import bootstrap_interval
from intimacy_scales.dyads.models.role_differences import RoleDifference
from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of, suggest
from intimacy_scales.reliability.consistency.intervals import fisher_z_by_error
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.not_kept import NotKept, needed
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import TextTable
from intimacy_scales.results.wording import apa, counted, p_shown, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

RatioRefit = Literal["profile", "bootstrap"]
Part = TypeVar("Part")
_IMPROPER_FIGURE = " (improper)"  # beyond what such a figure can be


@result_class
class ResidualCorrelation(Result):
    """Correlation of what the model leaves unexplained in both partners; ``float(result)`` gives it.

    Attributes
    ----------
    composition
        The kind of couples; empty where there is one.
    estimate, se
        Estimate and standard error. It may be negative.
    n
        Couples.

    Examples
    --------
    >>> ResidualCorrelation(composition="", estimate=0.3, se=0.08, n=120).confidence_interval()
    <95% interval [.136, .448], Fisher z, n = 120>
    """

    composition: str
    estimate: float
    se: float
    n: int

    def confidence_interval(self, confidence_level: float = 0.95) -> Interval:
        """Return the interval, symmetric in Fisher's z with the error ``se / (1 - r^2)``."""
        level = check_level(confidence_level)
        if not (self.se > 0 and abs(self.estimate) < 1):
            return undefined_interval(level, "Fisher z", self.n, "the correlation or its error is undefined")
        low, high = fisher_z_by_error(self.estimate, self.se, level)
        return Interval(low=low, high=high, confidence_level=level, method="Fisher z", n=self.n, bounded=True)

    def __float__(self) -> float:
        return float(self.estimate)

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        where = f" ({self.composition})" if self.composition else ""
        improper = _IMPROPER_FIGURE if abs(self.estimate) > 1 else ""
        value = f"{apa(self.estimate, 3)}{improper}, SE {apa(self.se, 3)}"
        return f"<residual correlation of partners{where}: {value}>"


def _named(name: str, predictor: str | None, cell: str) -> str:
    """Return the name of a test with what it is of: ``couple of trust (wife)``."""
    of_what = f" of {predictor}" if predictor else ""
    return f"{name}{of_what}{f' ({cell})' if cell else ''}"


@result_class
class ActorPartnerModel(Result):
    """A fitted actor-partner model, made by `apim`.

    Attributes
    ----------
    instrument
        What was answered, where that is known.
    outcome, predictors, covariates, interactions
        The variables; interactions are pairs of a predictor and a covariate.
    partners
        Names of both partners.
    distinguishable
        Whether roles have their own paths.
    compositions
        Kind of couples → number of couples, in a mixed sample; otherwise empty.
    error
        None; ``corrected`` or ``latent`` where measurement error is taken into account.
    estimator, missing
        How the model was fitted.
    centres
        Variable → the mean over both partners of all couples (of a covariate: over couples) that was
        subtracted from it; empty without centring.
    n_couples, n_one_partner
        Couples that were used, and how many of them have scores of one partner only.
    n_incomplete
        How many of them lack a score that the model has; full information estimation uses their others.
    n_given, left_out
        Couples that there were; reason → number of those that were left out.
    effects
        All coefficients, of each role or composition.
    residual_sds, r_squared
        Cell → standard deviation of residuals; explained share of variance.
    residual_correlations
        Of both partners, for each composition.
    differences
        Differences of effects between roles, which are interactions with the role.
    ratios
        The ratios k of partner to actor effects.
    tests
        Tests of patterns, of equal paths, and of whether partners can be lines apart.
    reliabilities
        Variable → cell → the reliability that scores were corrected by.
    fit
        Test and indices of fit; None where complete couples were fitted without moments of predictors. Of
        exchangeable partners it also counts differences that depend on who is called the first.
    adjusted
        Of exchangeable partners with factors of items: fit judged against I-SAT and I-NULL, which does not
        depend on that; otherwise None.
    improper
        What is improper about the solution.
    warnings
        Cautions about using the figures.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, apim
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> model = apim(dyads, "commitment", "trust")
    >>> model.effect("actor", "trust").estimate > model.effect("partner", "trust").estimate
    True
    """

    instrument: InstrumentRef | None
    outcome: str
    predictors: tuple[str, ...]
    covariates: tuple[str, ...]
    interactions: tuple[tuple[str, str], ...]
    partners: tuple[str, str]
    distinguishable: bool
    compositions: Mapping[str, int]
    error: str | None
    estimator: str
    missing: str
    centres: Mapping[str, float]
    n_couples: int
    n_one_partner: int
    n_incomplete: int
    n_given: int
    left_out: Mapping[str, int]
    effects: tuple[PathEffect, ...]
    residual_sds: Mapping[str, float]
    r_squared: Mapping[str, float]
    residual_correlations: tuple[ResidualCorrelation, ...]
    differences: tuple[RoleDifference, ...]
    ratios: tuple[PartnerActorRatio, ...]
    tests: tuple[PathTest, ...]
    reliabilities: Mapping[str, Mapping[str, float]]
    fit: Fit | None
    adjusted: AdjustedFit | None
    improper: tuple[str, ...]
    warnings: tuple[str, ...]
    engine: Any = field(repr=False, compare=False)

    @property
    def n_left_out(self) -> int:
        """Number of couples that were left out."""
        return sum(self.left_out.values())

    @property
    def cells(self) -> tuple[str, ...]:
        """The roles, or compositions with their roles; one empty name for exchangeable partners."""
        return tuple(self.residual_sds)

    def effect(
        self,
        kind: Kind,
        predictor: str | None = None,
        covariate: str | None = None,
        *,
        cell: str | None = None,
    ) -> PathEffect:
        """Return one coefficient.

        Parameters
        ----------
        kind
            ``actor``, ``partner``, ``covariate`` or ``intercept``.
        predictor, covariate
            Of what; both for an interaction.
        cell
            The role, or composition with a role; may be left out where there is one.

        Raises
        ------
        UnknownNameError
            There is no such coefficient.
        """
        matches = [
            effect
            for effect in self.effects
            if (effect.kind, effect.predictor, effect.covariate) == (kind, predictor, covariate)
            and cell in (None, effect.cell)
        ]
        return self._only(
            matches, [effect.name for effect in self.effects], f"{kind} effect of {predictor}", cell
        )

    def ratio(self, predictor: str | None = None, *, cell: str | None = None) -> PartnerActorRatio:
        """Return k of a predictor; arguments may be left out where there is one."""
        matches = [k for k in self.ratios if predictor in (None, k.predictor) and cell in (None, k.cell)]
        names = [repr(k)[1:-1].partition(":")[0] for k in self.ratios]
        return self._only(matches, names, f"k of {predictor}", cell)

    def test(self, name: str, predictor: str | None = None, *, cell: str | None = None) -> PathTest:
        """Return one test by its name, such as ``couple`` or ``equal_actor_effects``."""
        matches = [
            test
            for test in self.tests
            if test.name == name and predictor in (None, test.predictor) and cell in (None, test.cell)
        ]
        names = [_named(test.name, test.predictor, test.cell) for test in self.tests]
        return self._only(matches, names, _named(name, predictor, cell or ""), None)

    def _only(self, matches: Sequence[Part], names: Sequence[str], sought: str, cell: str | None) -> Part:
        if len(matches) == 1:
            return matches[0]
        sought = sought if cell is None else f"{sought} ({cell})"
        if matches:
            known = ", ".join(name for name in dict.fromkeys(names) if name.startswith(sought))
            raise UnknownNameError(
                f"there are {len(matches)} of {sought}; name the predictor, and with roles or compositions "
                f"the cell: {known}"
            )
        known = ", ".join(dict.fromkeys(names)) or "nothing"
        raise UnknownNameError(f"the model has no {sought}; allowed: {known}{suggest(sought, names)}")

    def ratio_interval(
        self,
        predictor: str | None = None,
        *,
        cell: str | None = None,
        confidence_level: float = 0.95,
        method: RatioRefit = "profile",
        n_resamples: int = 1000,
        rng: Any = None,
    ) -> Interval:
        """Return an interval of k for which the model is fitted again.

        Parameters
        ----------
        predictor, cell
            As in `ratio`.
        confidence_level
            For example 0.95.
        method
            ``profile``: the ratios that a likelihood-ratio test does not reject; for a fixed k, ``partner = k
            actor`` is a linear constraint. ``bootstrap``: percentiles in resamples of couples. Intervals by
            the delta method and by Monte Carlo are those of ``ratio().confidence_interval()``.
        n_resamples, rng
            For ``bootstrap``: how many resamples, and a seed or Generator.

        Returns
        -------
        Interval
            With the reason instead of ends where it is unbounded, or the ratio is not given.

        Raises
        ------
        EstimationError
            An option is not valid.
        DocumentError
            The model was read from its document.
        """
        if method not in get_args(RatioRefit):
            raise EstimationError(not_one_of("method", method, get_args(RatioRefit)))
        k, level = self.ratio(predictor, cell=cell), check_level(confidence_level)
        engine = needed(self.engine)
        if method == "bootstrap":
            return bootstrap_interval(engine, k, level, n_resamples, rng)
        interval: Interval = engine.profile_interval(k, level)
        return interval

    def to_lavaan(self, path: str = "couples.csv") -> str:
        """Return an R script that fits the same model with lavaan.

        Parameters
        ----------
        path
            The file that the script reads; write it by ``model.to_couples().to_csv(path, index=False)``.

        Raises
        ------
        DocumentError
            The model was read from its document.
        """
        engine = needed(self.engine)
        return actor_partner_script(engine.text.text(), engine.table, path, self.estimator, self.missing)

    def to_r(self, path: str = "couples.csv") -> str:
        """Return an R script that fits the same model with lavaan and prints a line for each figure.

        Lines have the figure's name here, such as ``effects[actor effect of trust (wife)].estimate``, its
        value, and its label or name in lavaan. `to_lavaan` has lavaan's summary instead.

        Parameters
        ----------
        path
            The file that the script reads; write it by ``model.to_couples().to_csv(path, index=False)``.

        Raises
        ------
        DocumentError
            The model was read from its document.

        Examples
        --------
        >>> from intimacy_scales import simulate
        >>> from intimacy_scales.dyads import Dyads, apim
        >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
        >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
        >>> script = apim(dyads, "commitment", "trust").to_r()
        >>> [line for line in script.splitlines() if "actor effect" in line]
        ['say_labelled("effects[actor effect of trust]", "a_trust", FALSE)']
        """
        return figures_script(self, needed(self.engine), path)

    def to_couples(self) -> pd.DataFrame:
        """Return the numbers that the model was fitted to, centred, a row for each couple.

        Where `sem` fitted the model, exchangeable partners are in an order that follows from their scores.
        """
        frame: pd.DataFrame = needed(self.engine).table.frame()
        return frame

    def sentences(self) -> tuple[str, ...]:
        """Return cautions, and what each effect and test says, in plain language.

        The effects of an improper solution are left out, and so are tests of them.
        """
        return tuple(actor_partner_sentences(self))

    def how(self) -> str:
        """Return which partners, what effects are adjusted for, and how the model was fitted."""
        kind = "partners in roles" if self.distinguishable else "exchangeable partners"
        kind = f"couples of {len(self.compositions)} compositions" if self.compositions else kind
        how = {"corrected": ", corrected for measurement error", "latent": ", with factors of items"}
        options = f"{estimator_name(self.estimator, self.n_incomplete)}{how.get(self.error or '', '')}"
        centred = centring_words(self.predictors, self.covariates, self.centres)
        return ", ".join(filter(None, [f"{kind}{adjusted_for(self.covariates)}", options, centred]))

    def _title(self) -> str:
        return f"Actor-partner model of {self.outcome}{improper_title(self.improper)}"

    def tables(self) -> tuple[TextTable, ...]:
        """Return the effects and the tests as tables for people to read."""
        effects = self.effects
        columns = {
            "effect": [e.name for e in effects],
            "estimate": [shown(e.estimate, e.digits()) for e in effects],
            "SE": [shown(e.se, e.digits()) for e in effects],
            "95% CI": [e.confidence_interval().ends(e.digits()) for e in effects],
            test_name("p", effects): [p_shown(e.p) for e in effects],
            "standardized": [apa(e.standardized, 3) for e in effects],
            "in the role's SD": [apa(e.standardized_in_cell, 3) for e in effects],
        }
        tests = {
            "hypothesis": [test.hypothesis for test in self.tests],
            "test": [test.method for test in self.tests],
            "chi-square": [shown(test.chi_square, 2) for test in self.tests],
            "df": [str(test.df) for test in self.tests],
            "p": [p_shown(test.p) for test in self.tests],
        }
        return (
            TextTable(title=self._title(), columns=columns),
            TextTable(title="Tests of hypotheses about paths", columns=tests),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the effects as a pandas table."""
        from intimacy_scales.results.frames import pandas_frame

        names = (
            "kind", "predictor", "covariate", "composition", "role", "estimate", "se", "statistic", "df", "p",
            "standardized", "standardized_in_cell",
        )  # fmt: skip
        columns: dict[str, Any] = {name: [getattr(effect, name) for effect in self.effects] for name in names}
        ends = [tuple(effect.confidence_interval()) for effect in self.effects]
        columns |= {"low": [low for low, _ in ends], "high": [high for _, high in ends]}
        return pandas_frame(columns)

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__ if name != "engine"}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("engine",))

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> ActorPartnerModel:
        advice = "fit the model again by apim()"
        return made_of(cls, values, engine=NotKept(cls.__name__, "the fitted model", advice, {}))

    def __repr__(self) -> str:
        lines = [repr(effect)[1:-1] for effect in self.effects if effect.kind != "intercept"]
        lines += [repr(rho)[1:-1] for rho in self.residual_correlations]
        lines += [repr(k)[1:-1] for k in self.ratios]
        explained = ", ".join(
            f"{cell} {apa(r)}{_IMPROPER_FIGURE if not 0 <= r <= 1 else ''}".strip()
            for cell, r in self.r_squared.items()
        )
        lines.append(f"R squared: {explained}")
        lines += [f"! {text}" for text in self.warnings]
        title = f"{self._title()}: {counted(self.n_couples, 'couple')}, {self.how()}"
        return "\n  ".join([f"<{title}>", *lines])
