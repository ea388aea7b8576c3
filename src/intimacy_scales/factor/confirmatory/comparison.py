"""Comparison of nested models."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.fit import chi_square_p, p_text
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.results.result import Result, plain, result_class

if TYPE_CHECKING:
    import pandas as pd

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


@result_class
class FitChange(Result):
    """What a more restricted model loses.

    Attributes
    ----------
    name, before
        The model, and the less restricted one that it is compared with.
    chi_square_change, df_change, p_value
        Likelihood ratio test; scaled (Satorra & Bentler, 2001) with robust estimation.
    cfi_change, tli_change, rmsea_change, srmr_change
        Index of the restricted model less that of the other.
    method
        ``likelihood ratio`` or ``scaled likelihood ratio``.
    reason
        Why there is no test; None where there is one.

    Notes
    -----
    Changes of indices are of the uncorrected chi-squares, robust estimation or not.
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
        return (
            f"<{self.name} against {self.before}: {self.reason or tested}; CFI {self.cfi_change:+.3f}, "
            f"RMSEA {self.rmsea_change:+.3f}, "
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

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table, a row for each model, nan where there is nothing to compare with."""
        from intimacy_scales.results.frames import pandas_frame

        changes: list[FitChange | None] = [None, *self.changes]
        columns: dict[str, list[Any]] = {"model": list(self.models)}
        for name in _COLUMNS:
            columns[name] = [getattr(model.fit, name) for model in self.models.values()]
        if all(model.fit.scaled is not None for model in self.models.values()):
            for name in _ROBUST:
                columns[name] = [getattr(model.fit.scaled, name) for model in self.models.values()]
        for name in _CHANGES:
            columns[name] = [math.nan if c is None else float(getattr(c, name)) for c in changes]
        return pandas_frame(columns).set_index("model")

    def __repr__(self) -> str:
        lines = [f"{name}: {model.fit!r}" for name, model in self.models.items()]
        return "\n".join([*lines, *map(repr, self.changes)])

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(float_format="{:.3f}".format, border=0, na_rep="-"))


def compare_models(*results: CFAResult, names: Sequence[str] | None = None) -> ModelComparison:
    """Compare nested models by likelihood ratio.

    Parameters
    ----------
    results
        Two or more fitted models of the same answers, each a restriction of another. That they are
        nested is for you to know: it cannot be seen from their figures.
    names
        What they are called.

    Returns
    -------
    ModelComparison

    Raises
    ------
    EstimationError
        Models of other answers, other estimators, or with the same degrees of freedom.

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
    if len(results) < 2:  # noqa: PLR2004 - a comparison takes two
        raise EstimationError("compare_models: pass two fitted models or more")
    called = list(names) if names is not None else [f"model {n}" for n in range(1, len(results) + 1)]
    if len(set(called)) != len(results):
        raise EstimationError(f"names: {len(results)} different ones, one for each model")
    order = sorted(range(len(results)), key=lambda n: results[n].fit.df)
    ordered = {called[n]: results[n] for n in order}
    pairs = list(ordered.items())
    changes = [fit_change(a, b, before=x, name=y) for (x, a), (y, b) in pairwise(pairs)]
    return ModelComparison(models=ordered, changes=tuple(changes))


def fit_change(wider: CFAResult, narrower: CFAResult, *, before: str, name: str) -> FitChange:
    """Return what a restricted model loses against a wider one."""
    for option in ("estimator", "missing", "n"):
        one, other = getattr(wider, option), getattr(narrower, option)
        if one != other:
            raise EstimationError(f"{before} and {name} do not compare: {option} {one} and {other}")
    logs = (wider.fit.saturated_log_likelihood, narrower.fit.saturated_log_likelihood)
    if set(wider.model.observed) != set(narrower.model.observed) or abs(logs[0] - logs[1]) > _SAME * abs(
        logs[0]
    ):
        raise EstimationError(f"{before} and {name} do not compare: they are models of different answers")
    df = narrower.fit.df - wider.fit.df
    if df == 0:
        raise EstimationError(
            f"{before} and {name} have as many degrees of freedom, so neither restricts the other; "
            "compare AIC or BIC"
        )
    change, method, reason = narrower.fit.chi_square - wider.fit.chi_square, "likelihood ratio", None
    if change < -_SAME:
        reason = f"{name} fits better than {before}, so that they are not nested"
        change = math.nan
    if wider.fit.scaled is not None and narrower.fit.scaled is not None:
        method = "scaled likelihood ratio"
        factors = [m.fit.scaled.scaling_factor * m.fit.df if m.fit.scaled else 0.0 for m in (wider, narrower)]
        factor = (factors[1] - factors[0]) / df
        if not factor > 0:
            change, reason = (
                math.nan,
                "the scaled difference is not defined: its scaling factor is not positive",
            )
        else:
            change /= factor
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
        method=method,
        reason=reason,
    )
