"""Comparison of nested models."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from intimacy_scales.errors import EstimationError, suggest
from intimacy_scales.factor.confirmatory.estimation.difference import factor_of_2000, factor_of_2010
from intimacy_scales.factor.confirmatory.estimation.fit import Fit, chi_square_p, p_text
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.results.document_types import by_name
from intimacy_scales.results.result import Result, plain, result_class

if TYPE_CHECKING:
    import pandas as pd

DifferenceTest = Literal["satorra_bentler_2001", "satorra_bentler_2010", "satorra_2000"]
_DEFAULT: DifferenceTest = "satorra_bentler_2001"
_CALLED: dict[DifferenceTest, str] = {
    "satorra_bentler_2001": "scaled likelihood ratio",
    "satorra_bentler_2010": "scaled likelihood ratio (Satorra & Bentler, 2010)",
    "satorra_2000": "scaled likelihood ratio (Satorra, 2000)",
}
_SAME = 1e-4
_COLUMNS = ("chi_square", "df", "cfi", "tli", "rmsea", "srmr", "aic", "bic")
_ROBUST = ("robust_cfi", "robust_tli", "robust_rmsea")
_CHANGES = (
    "chi_square_change",
    "df_change",
    "p_value",
    "cfi_change",
    "tli_change",
    "rmsea_change",
    "srmr_change",
)
_ROBUST_CHANGES = tuple(f"{name}_change" for name in _ROBUST)


@result_class
class FitChange(Result):
    """What a more restricted model loses.

    Attributes
    ----------
    name, before
        The model, and the less restricted one that it is compared with.
    chi_square_change, df_change, p_value
        Likelihood ratio test; scaled with robust estimation.
    cfi_change, tli_change, rmsea_change, srmr_change
        Index of the restricted model less that of the other, of the uncorrected chi-squares.
    robust_cfi_change, robust_tli_change, robust_rmsea_change
        The same of the robust indices of both models; nan without robust estimation.
    method
        ``likelihood ratio``, or ``scaled likelihood ratio`` and whose, if not Satorra and Bentler's (2001).
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

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        tested = (
            f"{'scaled ' * self.method.startswith('scaled')}chi-square change({self.df_change}) = "
            f"{self.chi_square_change:.2f}, {p_text(self.p_value)}"
        )
        robust = "" if math.isnan(self.robust_cfi_change) else f" (robust {self.robust_cfi_change:+.3f})"
        error = "" if math.isnan(self.robust_rmsea_change) else f" (robust {self.robust_rmsea_change:+.3f})"
        return (
            f"<{self.name} against {self.before}: {self.reason or tested}; "
            f"CFI {self.cfi_change:+.3f}{robust}, RMSEA {self.rmsea_change:+.3f}{error}, "
            f"SRMR {self.srmr_change:+.3f}>"
        )


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

    def to_dict(self) -> dict[str, Any]:
        """Return fit of the models and changes as plain values."""
        return {
            "fit": {name: model.fit.to_dict() for name, model in self.models.items()},
            "changes": [change.to_dict() for change in self.changes],
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return {"fit": by_name(Fit), "changes": Sequence[FitChange]}

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table, a row for each model, nan where there is nothing to compare with."""
        from intimacy_scales.results.frames import pandas_frame

        changes: list[FitChange | None] = [None, *self.changes]
        columns: dict[str, list[Any]] = {"model": list(self.models)}
        for name in _COLUMNS:
            columns[name] = [getattr(model.fit, name) for model in self.models.values()]
        robust = all(model.fit.scaled is not None for model in self.models.values())
        if robust:
            for name in _ROBUST:
                columns[name] = [getattr(model.fit.scaled, name) for model in self.models.values()]
        for name in (*_CHANGES, *(_ROBUST_CHANGES if robust else ())):
            columns[name] = [math.nan if c is None else float(getattr(c, name)) for c in changes]
        return pandas_frame(columns).set_index("model")

    def __repr__(self) -> str:
        lines = [f"{name}: {model.fit!r}" for name, model in self.models.items()]
        return "\n".join([*lines, *map(repr, self.changes)])

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(float_format="{:.3f}".format, border=0, na_rep="-"))


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
    check_difference_test(method, robust=any(model.estimator == "MLR" for model in results))
    if len(results) < 2:  # noqa: PLR2004 - a comparison takes two
        raise EstimationError("compare_models: pass two fitted models or more")
    called = list(names) if names is not None else [f"model {n}" for n in range(1, len(results) + 1)]
    if len(set(called)) != len(results):
        raise EstimationError(f"names: {len(results)} different ones, one for each model")
    order = sorted(range(len(results)), key=lambda n: results[n].fit.df)
    ordered = {called[n]: results[n] for n in order}
    pairs = list(ordered.items())
    changes = [fit_change(a, b, before=x, name=y, method=method) for (x, a), (y, b) in pairwise(pairs)]
    return ModelComparison(models=ordered, changes=tuple(changes))


def check_difference_test(method: str, *, robust: bool) -> None:
    """Raise where a scaled difference is none of those there are, or nothing is scaled."""
    if method not in _CALLED:
        there = ", ".join(map(repr, _CALLED))
        raise EstimationError(f"method={method!r}: one of {there}{suggest(method, _CALLED)}")
    if method != _DEFAULT and not robust:
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
        raise EstimationError(
            f"{before} and {name} have as many degrees of freedom, so neither restricts the other; "
            "compare AIC or BIC"
        )
    change, called, reason = narrower.fit.chi_square - wider.fit.chi_square, "likelihood ratio", None
    if change < -_SAME:
        reason = f"{name} fits better than {before}, so that they are not nested"
        change = math.nan
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
    if wider.estimator == "MLR":
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
    logs = (wider.fit.saturated_log_likelihood, narrower.fit.saturated_log_likelihood)
    if set(wider.model.observed) != set(narrower.model.observed) or abs(logs[0] - logs[1]) > _SAME * abs(
        logs[0]
    ):
        raise EstimationError(f"{before} and {name} do not compare: they are models of different answers")


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
    return (narrower.solution.excess - wider.solution.excess) / df


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
