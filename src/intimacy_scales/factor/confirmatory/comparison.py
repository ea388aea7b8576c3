"""Comparison of nested models."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from intimacy_scales.errors import DocumentError, EstimationError, suggest
from intimacy_scales.factor.confirmatory.estimation.difference import factor_of_2000, factor_of_2010
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Discrepancy
from intimacy_scales.factor.confirmatory.estimation.fit import Fit, chi_square_p, p_text
from intimacy_scales.factor.confirmatory.results.fit_sentence import (
    fit_text,
    improper_sentences,
    sample_text,
)
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.confirmatory.results.sem_result import SEMResult
from intimacy_scales.late import late_module
from intimacy_scales.results.document_types import by_name, documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa_p, apa_signed, p_shown, shown, signed

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

DifferenceTest = Literal["satorra_bentler_2001", "satorra_bentler_2010", "satorra_2000"]
_DEFAULT: DifferenceTest = "satorra_bentler_2001"
_CALLED: dict[DifferenceTest, str] = {
    "satorra_bentler_2001": "scaled likelihood ratio (Satorra & Bentler, 2001)",
    "satorra_bentler_2010": "scaled likelihood ratio (Satorra & Bentler, 2010)",
    "satorra_2000": "scaled likelihood ratio (Satorra, 2000)",
}
_SAME = 1e-4
_INDICES = ("cfi", "tli", "rmsea", "srmr", "aic", "bic")
_ROBUST = ("robust_cfi", "robust_tli", "robust_rmsea")
_CHANGES = ("cfi_change", "tli_change", "rmsea_change", "srmr_change")
_ROBUST_CHANGES = tuple(f"{name}_change" for name in _ROBUST)
_PROBABILITIES = ("chi_square_p", "chi_square_scaled_p", "chi_square_change_p")


@result_class
class FitChange(Result):
    """What a more restricted model loses.

    Attributes
    ----------
    name, before
        The model, and the less restricted one that it is compared with.
    chi_square_change, df_change, p_value
        Likelihood ratio test of the difference; scaled with robust estimation.
    cfi_change, tli_change, rmsea_change, srmr_change
        Index of the restricted model less that of the other, of the uncorrected chi-squares.
    robust_cfi_change, robust_tli_change, robust_rmsea_change
        The same of the robust indices of both models; nan without robust estimation.
    method
        ``likelihood ratio``; ``scaled likelihood ratio`` and whose: ``(Satorra & Bentler, 2001)``; with least
        squares ``difference of chi-squares``.
    reason
        Why there is no test; None where there is one.
    """

    name: str
    before: str
    chi_square_change: float
    df_change: int
    p_value: float
    cfi_change: float
    tli_change: float
    rmsea_change: float
    srmr_change: float
    robust_cfi_change: float
    robust_tli_change: float
    robust_rmsea_change: float
    method: str
    reason: str | None = None

    @property
    def scaled(self) -> bool:
        """Whether the test is scaled, as with robust estimation; robust indices go with it."""
        return self.method.startswith("scaled")

    def reported(self, index: str) -> float:
        """Return the change of ``cfi``, ``tli`` or ``rmsea``: of robust ones with a scaled test."""
        return float(getattr(self, f"{'robust_' * self.scaled}{index}_change"))

    def sentence(self) -> str:
        """Return the test and the changes of CFI and RMSEA, all of one kind, as a part of a sentence."""
        kind, whose = self._kinds()
        tested = (
            f"no test of the difference ({self.reason})"
            if self.reason
            else f"{kind}chi-square difference({self.df_change}) = {self.chi_square_change:.2f}{whose}, "
            f"{apa_p(self.p_value)}"
        )
        told = [f"{'robust ' * self.scaled}{name} difference" for name in ("CFI", "RMSEA")]
        values = [self.reported(name) for name in ("cfi", "rmsea")]
        indices = [
            f"{name} = {apa_signed(value)}" if math.isfinite(value) else f"{name} not defined"
            for name, value in zip(told, values, strict=True)
        ]
        return f"{self.name} against {self.before}: {', '.join([tested, *indices])}"

    def _kinds(self) -> tuple[str, str]:
        """Return what the difference is called before its name, and whose it is."""
        kind, _, whose = self.method.partition("likelihood ratio")
        return (kind, whose) if self.scaled else ("", "")

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        kind, whose = self._kinds()
        tested = (
            f"{kind}chi-square change({self.df_change}) = {self.chi_square_change:.2f}{whose}, "
            f"{p_text(self.p_value)}"
        )
        indices = f"CFI {signed(self.cfi_change)}, RMSEA {signed(self.rmsea_change)}"
        if self.scaled:
            robust = (signed(self.robust_cfi_change), signed(self.robust_rmsea_change))
            indices = f"robust CFI {robust[0]}, robust RMSEA {robust[1]}; uncorrected {indices}"
        told = f"{self.reason or tested}; SRMR {signed(self.srmr_change)}, {indices}"
        return f"<{self.name} against {self.before}: {told}>"


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class ModelComparison(Result):
    """Nested models, the least restricted first.

    Attributes
    ----------
    models
        Name → fitted model.
    changes
        What each loses against the one before it.
    """

    models: dict[str, CFAResult]
    changes: tuple[FitChange, ...]

    def __getitem__(self, name: str) -> CFAResult:
        return self.models[name]

    @property
    def improper(self) -> dict[str, tuple[str, ...]]:
        """What no population could have, of each model that has any of it; empty where all is well."""
        return {name: model.improper for name, model in self.models.items() if model.improper}

    def to_dict(self) -> dict[str, Any]:
        """Return the models, their fit, what is improper about them, and changes as plain values."""
        return {
            "models": {name: model.to_dict() for name, model in self.models.items()},
            "fit": {name: model.fit.to_dict() for name, model in self.models.items()},
            "improper": {name: list(parts) for name, parts in self.improper.items()},
            "changes": [change.to_dict() for change in self.changes],
            "sentence": self.sentence(),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(
            cls,
            models=by_name(CFAResult | SEMResult),
            fit=by_name(Fit),
            improper=Mapping[str, Sequence[str]],
            sentence=str,
        )

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> Any:
        changes, models = values["changes"], values["models"]
        order = [change.before for change in changes[:1]] + [change.name for change in changes]
        if set(order) != set(models) or [(change.before, change.name) for change in changes] != [
            *pairwise(order)
        ]:
            raise DocumentError(f"{cls.__name__}.changes: one of each model against the model before it")
        ordered = {"models": {name: models[name] for name in order}}  # where a store sorted them
        if "groups" in values:
            ordered["groups"] = {name: values["groups"][name] for name in models[order[0]].groups}
        return made_of(cls, values, **ordered)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table, a row for each model, nan where there is nothing to compare with.

        ``chi_square``, ``cfi``, ``tli`` and ``rmsea`` are uncorrected. With robust estimation there are
        ``chi_square_scaled`` and the robust indices too, and ``chi_square_change`` is scaled as
        ``difference_test`` says. ``chi_square_p`` is of the model, ``chi_square_change_p`` of the difference.
        """
        from intimacy_scales.results.frames import pandas_frame

        models, fits = list(self.models.values()), [model.fit for model in self.models.values()]
        columns: dict[str, list[Any]] = {"model": list(self.models)}
        columns |= {name: [getattr(fit, name) for fit in fits] for name in ("chi_square", "df")}
        columns["chi_square_p"] = [fit.p_value for fit in fits]
        scaled = [fit.scaled for fit in fits if fit.scaled is not None]
        robust = len(scaled) == len(fits)
        if robust:
            columns["chi_square_scaled"] = [fit.chi_square for fit in scaled]
            columns["chi_square_scaled_p"] = [fit.p_value for fit in scaled]
            columns["scaling"] = [fit.scaling for fit in scaled]
        columns |= {name: [getattr(fit, name) for fit in fits] for name in _INDICES}
        if robust:
            columns |= {name: [getattr(fit, name) for fit in scaled] for name in _ROBUST}
        columns |= _change_columns(self.changes, _CHANGES + (_ROBUST_CHANGES if robust else ()))
        columns["improper"] = [bool(model.improper) for model in models]
        return pandas_frame(columns).set_index("model")

    def sentence(self) -> str:
        """Sentences for the Results section: how each model fits, and what each loses."""
        fits = [f"{name} had {fit_text(model.fit)}" for name, model in self.models.items()]
        told = [change.sentence() for change in self.changes]
        first = next(iter(self.models.values()))
        used = sample_text(first.n, first.n_rows, first.missing)
        return (
            f"Models were compared by {discrepancy_of(first.estimator).title} ({used}): {'; '.join(fits)}. "
            f"Differences were {'; '.join(told)}.{improper_sentences(self.improper)}"
        )

    def __repr__(self) -> str:
        lines = [f"{name}: {model.fit!r}" for name, model in self.models.items()]
        odd = [f"! {name} is improper: {text}" for name, parts in self.improper.items() for text in parts]
        return "\n".join([*lines, *map(repr, self.changes), *odd])

    def _repr_html_(self) -> str:
        written: dict[Hashable, Any] = dict.fromkeys(_PROBABILITIES, p_shown) | {
            "df_change": lambda df: shown(df, 0)
        }
        frame = self.to_frame()
        return str(frame.to_html(float_format=shown, formatters=written, border=0, na_rep="-"))


def _change_columns(changes: Sequence[FitChange], names: Sequence[str]) -> dict[str, list[Any]]:
    """Return the columns of a table that are of differences; nothing for the first model."""
    found: dict[str, list[Any]] = {
        "chi_square_change": [math.nan, *(change.chi_square_change for change in changes)],
        "df_change": [math.nan, *(float(change.df_change) for change in changes)],
        "chi_square_change_p": [math.nan, *(change.p_value for change in changes)],
        "difference_test": [None, *(change.method for change in changes)],
    }
    return found | {name: [math.nan, *(getattr(change, name) for change in changes)] for name in names}


def compare_models(
    *results: CFAResult, names: Sequence[str] | None = None, method: DifferenceTest = _DEFAULT
) -> ModelComparison:
    """Compare nested models by likelihood ratio.

    Parameters
    ----------
    results
        Two or more fitted models of the same answers, each a restriction of another. That they are
        nested is for you to know: it cannot be seen from their figures.
    names
        What they are called.
    method
        Of scaled differences (MLR). ``satorra_bentler_2001``: from both models' scaling factors; in small
        samples it is sometimes not defined. ``satorra_2000``: from the restriction alone, always defined.
        ``satorra_bentler_2010``: the wider model's scaling factor is taken at the narrower one's estimates;
        for this the models must be fitted with ``keep_answers=True``.

    Returns
    -------
    ModelComparison
        With `to_frame`, `sentence`, and `improper`: which models are no solution to report as they stand.

    Notes
    -----
    ``satorra_2000`` is the mean-scaled test: what ``lavTestLRT(method = "satorra.2000", A.method = "exact",
    scaled.shifted = FALSE)`` of lavaan 0.6-14 gives for complete answers, in one group or in several. Its
    default, ``scaled.shifted = TRUE``, corrects the variance too (Asparouhov & Muthen, 2010), which differs
    as soon as more than one degree of freedom is tested. Where steps of `invariance` free means of factors,
    ``A.method = "delta"`` is the one that corresponds: the restriction is taken from implied moments here,
    so that it does not matter how a model is written. With missing answers lavaan 0.6-14 divides by less:
    by .49 where answers are normal and a quarter is missing, where a test that holds its level divides by 1.
    This one divides by 1.02 there.

    Raises
    ------
    EstimationError
        Models of other answers, other estimators, tests that are corrected in different ways (``scaling``,
        clusters, ``information``), or with the same degrees of freedom.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> from intimacy_scales.factor import Model, cfa
    >>> one = cfa(Model.from_instrument("scii-24", factors="one"), answers)
    >>> six = cfa(Model.from_instrument("scii-24"), answers)
    >>> compare_models(one, six, names=["one", "six"]).changes[0].df_change
    15
    """
    check_difference_test(method, scaled=any(discrepancy_of(model.estimator).is_scaled for model in results))
    if len(results) < 2:  # a comparison takes two
        raise EstimationError("compare_models: pass two fitted models or more")
    called = list(names) if names is not None else [f"model {n}" for n in range(1, len(results) + 1)]
    if len(set(called)) != len(results):
        raise EstimationError(f"names: {len(results)} different ones, one for each model")
    order = sorted(range(len(results)), key=lambda n: results[n].fit.df)
    ordered = {called[n]: results[n] for n in order}
    pairs = list(ordered.items())
    changes = [fit_change(a, b, before=x, name=y, method=method) for (x, a), (y, b) in pairwise(pairs)]
    return ModelComparison(models=ordered, changes=tuple(changes))


def check_difference_test(method: str, *, scaled: bool) -> None:
    """Raise where a scaled difference is none of those there are, or nothing is scaled."""
    if method not in _CALLED:
        there = ", ".join(map(repr, _CALLED))
        raise EstimationError(f"method={method!r}: one of {there}{suggest(method, _CALLED)}")
    if method != _DEFAULT and not scaled:
        raise EstimationError(
            f"method={method!r} is of scaled tests; fit the models with estimator='MLR', or leave it out"
        )


def fit_change(
    wider: CFAResult, narrower: CFAResult, *, before: str, name: str, method: DifferenceTest = _DEFAULT
) -> FitChange:
    """Return what a restricted model loses against a wider one."""
    _check_comparable(wider, narrower, before, name)
    df = narrower.fit.df - wider.fit.df
    if df == 0:
        how = "fit both with estimator='ML' and " if math.isnan(wider.fit.aic) else ""
        raise EstimationError(
            f"{before} and {name} have as many degrees of freedom, so neither restricts the other; "
            f"{how}compare AIC or BIC"
        )
    discrepancy = discrepancy_of(wider.estimator)
    change, called, reason = narrower.fit.chi_square - wider.fit.chi_square, discrepancy.difference, None
    if change < -_SAME:
        reason, change = _below(discrepancy, before, name), math.nan
    if wider.fit.scaled is not None and narrower.fit.scaled is not None:
        called = _CALLED[method]
        factor = _factor(wider, narrower, df, method)
        if reason is None and not factor > 0:
            reason = _not_scaled(factor, method, before, name)
        change = math.nan if reason else change / factor
    return FitChange(
        name=name,
        before=before,
        chi_square_change=change,
        df_change=df,
        p_value=chi_square_p(change, df) if not math.isnan(change) else math.nan,
        **{
            f"{i}_change": getattr(narrower.fit, i) - getattr(wider.fit, i)
            for i in ("cfi", "tli", "rmsea", "srmr")
        },
        **{f"{i}_change": _robust_change(wider, narrower, i) for i in _ROBUST},
        method=called,
        reason=reason,
    )


def _check_comparable(wider: CFAResult, narrower: CFAResult, before: str, name: str) -> None:
    """Raise where two models are of different answers, or tested in different ways."""
    for option in ("estimator", "missing", "n"):
        one, other = getattr(wider, option), getattr(narrower, option)
        if one != other:
            raise EstimationError(f"{before} and {name} do not compare: {option} {one} and {other}")
    if discrepancy_of(wider.estimator).is_scaled:
        for option, one, other in (
            ("clusters", wider.n_clusters, narrower.n_clusters),
            ("scaling", wider.solution.scaling, narrower.solution.scaling),
            ("information", wider.information, narrower.information),
        ):
            if one != other:
                told = f"{option} {one!r} and {other!r}" if option != "clusters" else _clusters(one, other)
                raise EstimationError(
                    f"{before} and {name} do not compare: {told}, and a difference of two tests that are "
                    f"corrected in different ways is no test; fit both with the same {option}="
                )
    known = "saturated_log_likelihood"  # of the answers alone, as the model without relations is
    if math.isnan(wider.fit.saturated_log_likelihood):
        known = "baseline_chi_square"
    one, other = getattr(wider.fit, known), getattr(narrower.fit, known)
    if set(wider.model.observed) != set(narrower.model.observed) or abs(one - other) > _SAME * abs(one):
        raise EstimationError(f"{before} and {name} do not compare: they are models of different answers")


def _below(discrepancy: Discrepancy, before: str, name: str) -> str:
    """Say why a restricted model has the smaller chi-square."""
    if discrepancy.testing() is discrepancy:
        return f"{name} fits better than {before}, so that they are not nested"
    return f"the residual-based chi-square of {name} is below that of {before}, which leaves nothing to test"


def _clusters(one: Any, other: Any) -> str:
    told = ["no clusters" if n is None else f"{n} clusters" for n in (one, other)]
    return " and ".join(told)


def _factor(wider: CFAResult, narrower: CFAResult, df: int, method: DifferenceTest) -> float:
    """Return what the difference of chi-squares is divided by; nan where it is not defined."""
    if method == "satorra_2000":
        return factor_of_2000(wider.solution, narrower.solution, df)
    if method == "satorra_bentler_2010":
        if not wider.solution.keeps_answers:
            raise EstimationError(
                "method='satorra_bentler_2010' needs each person's answers, which results leave out: fit the "
                "models by cfa(..., keep_answers=True), or use method='satorra_2000', which needs none"
            )
        return factor_of_2010(wider.solution, narrower.solution, df)
    return (narrower.solution.expected_chi_square - wider.solution.expected_chi_square) / df


def _not_scaled(factor: float, method: DifferenceTest, before: str, name: str) -> str:
    """Say why a scaled difference is not defined."""
    if math.isnan(factor):
        return f"{before} cannot imply what {name} implies, so that they are not nested"
    rest = "; method='satorra_2000' has one that is" if method != "satorra_2000" else ""
    return f"the scaled difference is not defined: its scaling factor is not positive{rest}"


def _robust_change(wider: CFAResult, narrower: CFAResult, index: str) -> float:
    """Return the change of an index of the population's misfit; nan without robust estimation."""
    if wider.fit.scaled is None or narrower.fit.scaled is None:
        return math.nan
    return float(getattr(narrower.fit.scaled, index) - getattr(wider.fit.scaled, index))
