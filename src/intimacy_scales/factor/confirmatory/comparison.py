"""Comparison of nested models."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from intimacy_scales.errors import DocumentError, EstimationError
from intimacy_scales.factor.confirmatory.estimation.difference import factor_of_2000, factor_of_2010
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Discrepancy
from intimacy_scales.factor.confirmatory.estimation.fit import Fit, chi_square_p
from intimacy_scales.factor.confirmatory.fit_tables import comparison_tables
from intimacy_scales.factor.confirmatory.results.fit_sentence import (
    fit_text,
    improper_sentences,
    sample_text,
)
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.confirmatory.results.sem_result import SEMResult
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.numerics.tolerances import EQUAL_FITS
from intimacy_scales.results.document_types import by_name, documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page
from intimacy_scales.results.wording import apa_p, apa_signed, shown

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
_INDICES = ("cfi", "tli", "rmsea", "srmr", "aic", "bic")
_ROBUST = ("robust_cfi", "robust_tli", "robust_rmsea")
_CHANGES = ("cfi_change", "tli_change", "rmsea_change", "srmr_change")
_ROBUST_CHANGES = tuple(f"{name}_change" for name in _ROBUST)


@result_class
class FitChange(Result):
    """The loss of fit of a more restricted model.

    Attributes
    ----------
    name, before
        The model, and the less restricted one that it is compared with.
    chi_square_change, df_change, p_value
        Likelihood ratio test of the difference; scaled with robust estimation.
    cfi_change, tli_change, rmsea_change, srmr_change
        Index of the restricted model minus that of the other, from the uncorrected chi-squares.
    robust_cfi_change, robust_tli_change, robust_rmsea_change
        The same for the robust indices; nan without robust estimation.
    method
        ``likelihood ratio``; ``scaled likelihood ratio`` with its source, such as ``(Satorra & Bentler,
        2001)``; with least squares ``difference of chi-squares``.
    reason
        Why the test is undefined; None where it is defined.

    Examples
    --------
    >>> from intimacy_scales import cfa, compare_models, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> free = cfa("trust =~ tru01 + tru04 + tru09 + tru11", answers)
    >>> equal = cfa("trust =~ a*tru01 + a*tru04 + a*tru09 + a*tru11", answers)
    >>> change = compare_models(free, equal, names=["free", "equal"]).changes[0]
    >>> change.name, change.df_change, change.method
    ('equal', 3, 'likelihood ratio')
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
        """Whether the test is scaled, as with robust estimation, and robust indices are reported."""
        return self.method.startswith("scaled")

    def reported(self, index: str) -> float:
        """Return the change of ``cfi``, ``tli`` or ``rmsea``; of the robust index with a scaled test."""
        return float(getattr(self, f"{'robust_' * self.scaled}{index}_change"))

    def sentence(self) -> str:
        """Return the test and the changes of CFI and RMSEA as a part of a sentence."""
        kind, whose = self._kinds()
        tested = (
            f"no test of the difference ({self.reason})"
            if self.reason
            else f"{kind}chi-square difference({self.df_change}) = "
            f"{shown(self.chi_square_change, 2)}{whose}, {apa_p(self.p_value)}"
        )
        names = [f"{'robust ' * self.scaled}{name} difference" for name in ("CFI", "RMSEA")]
        values = [self.reported(name) for name in ("cfi", "rmsea")]
        indices = [
            f"{name} = {apa_signed(value)}" if math.isfinite(value) else f"{name} undefined"
            for name, value in zip(names, values, strict=True)
        ]
        return f"{self.name} against {self.before}: {', '.join([tested, *indices])}"

    def _kinds(self) -> tuple[str, str]:
        """Return the adjective of the difference, such as ``scaled``, and the source of the test."""
        kind, _, whose = self.method.partition("likelihood ratio")
        return (kind, whose) if self.scaled else ("", "")

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        kind, whose = self._kinds()
        tested = (
            f"{kind}chi-square change({self.df_change}) = "
            f"{shown(self.chi_square_change, 2)}{whose}, {apa_p(self.p_value)}"
        )
        indices = f"CFI {apa_signed(self.cfi_change)}, RMSEA {apa_signed(self.rmsea_change)}"
        if self.scaled:
            robust = (apa_signed(self.robust_cfi_change), apa_signed(self.robust_rmsea_change))
            indices = f"robust CFI {robust[0]}, robust RMSEA {robust[1]}; uncorrected {indices}"
        results = f"{self.reason or tested}; SRMR {apa_signed(self.srmr_change)}, {indices}"
        return f"<{self.name} against {self.before}: {results}>"


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class ModelComparison(Result):
    """Nested models, the least restricted first.

    Attributes
    ----------
    models
        Name → fitted model.
    changes
        The loss of fit of each compared with the one before it.

    Examples
    --------
    >>> from intimacy_scales import cfa, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> free = cfa("trust =~ tru01 + tru04 + tru09 + tru11", answers)
    >>> equal = cfa("trust =~ a*tru01 + a*tru04 + a*tru09 + a*tru11", answers)
    >>> comparison = compare_models(equal, free, names=["equal", "free"])
    >>> list(comparison.models), comparison.improper
    (['free', 'equal'], {})
    """

    _all_in_notebooks: ClassVar[bool] = True

    models: dict[str, CFAResult]
    changes: tuple[FitChange, ...]

    def __getitem__(self, name: str) -> CFAResult:
        return self.models[name]

    @property
    def improper(self) -> dict[str, tuple[str, ...]]:
        """What is improper about each model that is; empty where all solutions are proper."""
        return {name: model.improper for name, model in self.models.items() if model.improper}

    def to_dict(self) -> dict[str, Any]:
        """Return models, fit, improper solutions and changes as plain values."""
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
            raise DocumentError(
                f"{cls.__name__}.changes: they do not compare each model with the one before it"
            )
        ordered = {"models": {name: models[name] for name in order}}  # in case a store sorted them
        if "groups" in values:
            ordered["groups"] = {name: values["groups"][name] for name in models[order[0]].groups}
        return made_of(cls, values, **ordered)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each model; changes of the first are nan.

        ``chi_square``, ``cfi``, ``tli`` and ``rmsea`` are uncorrected. With robust estimation there are
        also ``chi_square_scaled`` and robust indices, and ``chi_square_change`` is scaled by the test that
        ``difference_test`` names. ``chi_square_p`` tests the model, ``chi_square_change_p`` the difference.
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
        """Return the sentences for a Results section: the fit of each model, and each loss of fit."""
        fits = [f"{name} had {fit_text(model.fit)}" for name, model in self.models.items()]
        differences = [change.sentence() for change in self.changes]
        first = next(iter(self.models.values()))
        used = sample_text(first.n, first.n_rows, first.missing)
        return (
            f"Models were compared by {discrepancy_of(first.estimator).title} ({used}): {'; '.join(fits)}. "
            f"Differences were {'; '.join(differences)}.{improper_sentences(self.improper)}"
        )

    def __repr__(self) -> str:
        lines = [f"{name}: {model.fit!r}" for name, model in self.models.items()]
        cautions = [
            f"! {name} is improper: {text}" for name, parts in self.improper.items() for text in parts
        ]
        return "\n".join([*lines, *map(repr, self.changes), *cautions])

    def page(self) -> Page:
        """Return what is displayed as data: the fit of each model, and the loss of fit at each step."""
        return Page(
            title=f"Comparison of {len(self.models)} models",
            tables=comparison_tables(self.models, self.changes),
            warnings=tuple(
                f"{name} is improper: {t}" for name, texts in self.improper.items() for t in texts
            ),
            sentence=self.sentence(),
        )


def _change_columns(changes: Sequence[FitChange], names: Sequence[str]) -> dict[str, list[Any]]:
    """Return the columns of differences; empty for the first model."""
    columns: dict[str, list[Any]] = {
        "chi_square_change": [math.nan, *(change.chi_square_change for change in changes)],
        "df_change": [math.nan, *(float(change.df_change) for change in changes)],
        "chi_square_change_p": [math.nan, *(change.p_value for change in changes)],
        "difference_test": [None, *(change.method for change in changes)],
    }
    return columns | {name: [math.nan, *(getattr(change, name) for change in changes)] for name in names}


def compare_models(
    *results: CFAResult, names: Sequence[str] | None = None, method: DifferenceTest = _DEFAULT
) -> ModelComparison:
    """Compare nested models by likelihood ratio.

    Parameters
    ----------
    results
        Two or more fitted models of the same answers, each a restriction of another. Make sure
        that they are nested: this is not checked, as it cannot be seen from their figures.
    names
        Names of the models.
    method
        The test of scaled differences (MLR). ``satorra_bentler_2001``: from both models' scaling factors,
        ``c_d = (d_1 c_1 - d_0 c_0) / (d_1 - d_0)``; in small samples it is sometimes undefined.
        ``satorra_2000``: from the restriction alone; always defined. ``satorra_bentler_2010``: like the
        first, with the less restricted model's scaling factor at the other's estimates; it needs models
        fitted with ``keep_answers=True``.

    Returns
    -------
    ModelComparison
        With `to_frame`, `sentence`, and `improper`: which solutions must not be reported as they stand.

    Notes
    -----
    ``satorra_2000`` is the mean-scaled test: what ``lavTestLRT(method = "satorra.2000", A.method = "exact",
    scaled.shifted = FALSE)`` of lavaan 0.6-14 gives for complete answers, in one group or in several. Its
    default, ``scaled.shifted = TRUE``, also corrects the variance (Asparouhov & Muthen, 2010), which makes a
    difference where more than one degree of freedom is tested. Where steps of `invariance` free factor
    means, it corresponds to ``A.method = "delta"``: the restriction is derived from implied moments, so that
    the parameterization of a model does not matter. With missing answers, lavaan 0.6-14 divides by too
    little: for normal answers of which a quarter is missing by .49, where the correct factor is 1 and this
    function divides by 1.02.

    Raises
    ------
    EstimationError
        Models of different answers, with different estimators or corrections of the test (``scaling``,
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
    if len(results) < 2:
        raise EstimationError("compare_models: pass two or more fitted models")
    called = [f"model {n}" for n in range(1, len(results) + 1)]
    if names is not None:
        called = list(as_names("names", names, "names, one for each model"))
    if len(called) != len(results) or len(set(called)) != len(results):
        raise EstimationError(
            f"names={names!r} is not valid; allowed: {len(results)} different names, one for each model"
        )
    order = sorted(range(len(results)), key=lambda n: results[n].fit.df)
    ordered = {called[n]: results[n] for n in order}
    pairs = list(ordered.items())
    changes = [fit_change(a, b, before=x, name=y, method=method) for (x, a), (y, b) in pairwise(pairs)]
    return ModelComparison(models=ordered, changes=tuple(changes))


def check_difference_test(method: str, *, scaled: bool) -> None:
    """Raise where a scaled difference test is not valid, or the models' tests are not scaled."""
    if method not in tuple(_CALLED):
        raise EstimationError(not_one_of("method", method, tuple(_CALLED)))
    if method != _DEFAULT and not scaled:
        raise EstimationError(
            f"method={method!r} is for scaled tests; fit the models with estimator='MLR', or leave it out"
        )


def fit_change(
    wider: CFAResult, narrower: CFAResult, *, before: str, name: str, method: DifferenceTest = _DEFAULT
) -> FitChange:
    """Return the loss of fit of a restricted model compared with a less restricted one."""
    _check_comparable(wider, narrower, before, name)
    df = narrower.fit.df - wider.fit.df
    if df == 0:
        how = "fit both with estimator='ML' and " if math.isnan(wider.fit.aic) else ""
        raise EstimationError(
            f"{before} and {name} have the same degrees of freedom, so that neither restricts the other; "
            f"{how}compare AIC or BIC"
        )
    discrepancy = discrepancy_of(wider.estimator)
    change, called, reason = narrower.fit.chi_square - wider.fit.chi_square, discrepancy.difference, None
    if change < -EQUAL_FITS:
        reason, change = _reason_below_zero(discrepancy, before, name), math.nan
    if wider.fit.scaled is not None and narrower.fit.scaled is not None:
        called = _CALLED[method]
        factor = _scaling_factor(wider, narrower, df, method)
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
    """Raise where two models have different answers, or different tests."""
    for option in ("estimator", "missing", "n"):
        first, second = getattr(wider, option), getattr(narrower, option)
        if first != second:
            raise EstimationError(
                f"{before} and {name} cannot be compared: {option} is {first!r} and {second!r}"
            )
    if discrepancy_of(wider.estimator).is_scaled:
        for option, first, second in (
            ("clusters", wider.n_clusters, narrower.n_clusters),
            ("scaling", wider.solution.scaling, narrower.solution.scaling),
            ("information", wider.information, narrower.information),
        ):
            if first != second:
                difference = (
                    f"{option} {first!r} and {second!r}" if option != "clusters" else _clusters(first, second)
                )
                raise EstimationError(
                    f"{before} and {name} cannot be compared: {difference}, and a difference of tests with "
                    f"different corrections has no known distribution; fit both with the same {option}="
                )
    known = "saturated_log_likelihood"  # depends on the answers only, as does the baseline model
    if math.isnan(wider.fit.saturated_log_likelihood):
        known = "baseline_chi_square"
    first, second = getattr(wider.fit, known), getattr(narrower.fit, known)
    if set(wider.model.observed) != set(narrower.model.observed) or abs(first - second) > EQUAL_FITS * abs(
        first
    ):
        raise EstimationError(
            f"{before} and {name} cannot be compared: they were fitted to different answers"
        )


def _reason_below_zero(discrepancy: Discrepancy, before: str, name: str) -> str:
    """Return why a restricted model has the smaller chi-square."""
    if discrepancy.testing() is discrepancy:
        return f"{name} fits better than {before}, so that they are not nested"
    return f"the residual-based chi-square of {name} is below that of {before}, so that there is no test"


def _clusters(first: Any, second: Any) -> str:
    texts = ["no clusters" if n is None else f"{n} clusters" for n in (first, second)]
    return " and ".join(texts)


def _scaling_factor(wider: CFAResult, narrower: CFAResult, df: int, method: DifferenceTest) -> float:
    """Return the scaling factor of the difference of chi-squares; nan where it is undefined."""
    if method == "satorra_2000":
        return factor_of_2000(wider.solution, narrower.solution, df)
    if method == "satorra_bentler_2010":
        if not wider.solution.keeps_answers:
            raise EstimationError(
                "method='satorra_bentler_2010' needs each person's answers, which results do not keep; fit "
                "the models by cfa(..., keep_answers=True), or use method='satorra_2000', which does not "
                "need them"
            )
        return factor_of_2010(wider.solution, narrower.solution, df)
    # d c is the sum of the eigenvalues that a scaled test divides by (Satorra & Bentler, 2001)
    return (narrower.solution.expected_chi_square - wider.solution.expected_chi_square) / df


def _not_scaled(factor: float, method: DifferenceTest, before: str, name: str) -> str:
    """Return why a scaled difference is undefined."""
    if math.isnan(factor):
        return f"{name} implies moments that {before} cannot imply, so that they are not nested"
    advice = "; method='satorra_2000' has a positive one" if method != "satorra_2000" else ""
    return f"the scaled difference is undefined: its scaling factor is not positive{advice}"


def _robust_change(wider: CFAResult, narrower: CFAResult, index: str) -> float:
    """Return the change of a robust index; nan without robust estimation."""
    if wider.fit.scaled is None or narrower.fit.scaled is None:
        return math.nan
    return float(getattr(narrower.fit.scaled, index) - getattr(wider.fit.scaled, index))
