"""Norms by covariates: `regression_norm`."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError, SmallSampleWarning
from intimacy_scales.instrument.norm import ENOUGH_PERSONS, MIN_PERSONS
from intimacy_scales.messages import level_outside, not_one_of
from intimacy_scales.moments.keyed import scale_id
from intimacy_scales.numerics.progress import steps
from intimacy_scales.numerics.tolerances import EQUAL_SCORES, SINGULAR
from intimacy_scales.reading.frames import number_column
from intimacy_scales.reading.options import OnInvalid
from intimacy_scales.reading.undeclared_codes import check_scores
from intimacy_scales.scoring import Scores
from intimacy_scales.validity.location_scale import Fitted, fit, influences, powers
from intimacy_scales.validity.regression_norm_parts import Behind, DegreeFit
from intimacy_scales.validity.regression_norm_result import Ranks, RegressionNorm
from intimacy_scales.validity.units import check_lengths, scale_name, units_of

Floats = NDArray[np.float64]
Criterion = Literal["bic", "aic"]

_HIGHEST_DEGREE = 3


def regression_norm(
    scores: Any,
    on: Collection[Hashable] | Mapping[str, Any],
    *,
    sample: str,
    scale: str | None = None,
    degree: int | Mapping[str, int] | None = None,
    criterion: Criterion = "bic",
    spread: Collection[str] | None = None,
    ranks: Ranks = "empirical",
    clusters: Any = None,
    source: str | None = None,
    on_invalid: OnInvalid = "raise",
) -> RegressionNorm:
    """Make a norm whose mean and standard deviation depend on covariates, such as age or years together.

    Parameters
    ----------
    scores
        The result of `score` for a table that kept the covariates, ``score(…, keep=["years"])``; or a column
        of scores (n,).
    on
        Names of kept columns; or name → column of numbers (n,).
    sample
        Who the persons were.
    scale
        The scale, if ``scores`` has several; its id, for a column.
    degree
        Highest power of each covariate in the mean: one number, or covariate → number. None: the criterion
        chooses from 0 to 3 for each.
    criterion
        ``bic`` (Schwarz, 1978) or ``aic`` (Akaike, 1974).
    spread
        Covariates that the log of the standard deviation depends on; None: all; ``[]``: none.
    ranks
        ``empirical``: percentile ranks from the sample's standardized residuals. ``normal``: from the normal
        distribution.
    clusters
        The name of a kept column, or a label for each person (n,), such as the couple, by which standard
        errors are robust.
    source
        Where the study is described.
    on_invalid
        ``"raise"``: an error if numbers look like codes for missing ones (-99, 999 …). ``"accept"``: every
        number is taken as it is.

    Returns
    -------
    RegressionNorm

    Raises
    ------
    EstimationError
        Fewer than 30 persons; scores or a covariate that do not vary; options that are not valid.
    NotConvergedError
        The standard deviation goes to 0 or to infinity for some persons.
    ResponseError
        Scores or covariates that are not numbers, or look like codes for missing ones.

    Warns
    -----
    SmallSampleWarning
        Fewer than 200 persons.

    Notes
    -----
    ``y = b0 + sum of b_jd x_j^d + sd e`` with ``log sd = g0 + sum of g_j x_j``, by maximum likelihood of
    normal e (Aitkin, 1987); norms by regression with standardized residuals are those of Van Breukelen and
    Vlaeyen (2005) and Van der Elst, Van Boxtel, Van Breukelen and Jolles (2006). The likelihood ratio tests
    equal standard deviations; the Wald test does so without assuming normal residuals or independent
    partners. The covariance matrix of coefficients is robust (White, 1980; by couples: Liang & Zeger, 1986).
    Intervals of z and T are by the delta method; those of empirical ranks add the sampling error of the
    residuals' distribution. The model has no interactions of covariates.

    Examples
    --------
    >>> years = [n % 20 for n in range(240)]
    >>> scores = [4 + 0.05 * y + (0.3 + 0.02 * y) * ((7 * n) % 13 - 6) / 4 for n, y in enumerate(years)]
    >>> norm = regression_norm(scores, {"years": years}, sample="240 simulated persons")
    >>> norm.degrees, round(norm.t(5.5, years=2)), round(norm.t(5.5, years=18))
    ((1,), 93, 60)
    """
    if criterion not in get_args(Criterion):
        raise EstimationError(not_one_of("criterion", criterion, get_args(Criterion)))
    if ranks not in get_args(Ranks):
        raise EstimationError(not_one_of("ranks", ranks, get_args(Ranks)))
    column, chosen_scale, score_range = _score_column(scores, scale)
    by_name = _covariates(scores, on)
    y = number_column(column, "scores")
    columns = {name: number_column(values, name) for name, values in by_name.items()}
    given = {"scores": column, **by_name}
    check_lengths({"scores": y, **columns}, given)
    if not isinstance(scores, Scores):
        check_scores({"scores": y}, on_invalid)
    for name, values in columns.items():
        check_scores({name: values}, on_invalid)
    units = units_of(_clusters(scores, clusters), len(y), given)
    covariates = np.column_stack(list(columns.values()))
    used = ~(np.isnan(y) | np.isnan(covariates).any(axis=1))
    in_spread = _spread_names(spread, tuple(columns))
    _check_sample(y[used], covariates[used], tuple(columns))
    made = _fitted_norm(
        y[used], covariates[used], tuple(columns), in_spread, degree, criterion,
        None if units is None else np.unique(units[used], return_inverse=True)[1],
    )  # fmt: skip
    return RegressionNorm(
        scale=chosen_scale, sample=sample, source=source, n_left_out=int(np.count_nonzero(~used)),
        ranks=ranks, score_range=score_range, covariates=tuple(columns), in_spread=in_spread,
        instrument=scores.instrument if isinstance(scores, Scores) else None, **made,
    )  # fmt: skip


def _score_column(scores: Any, scale: str | None) -> tuple[Any, str | None, tuple[float, float] | None]:
    """Return a column of scores, its scale and its range, if they are known."""
    if not isinstance(scores, Scores):
        return scores, scale_name(scale), None
    scale = scale_id(scores.form, scale)
    low, high = scores.range(scale)
    return scores[scale], scale, (float(low), float(high))


def _covariates(scores: Any, on: Collection[Hashable] | Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of covariates by name."""
    if isinstance(on, Mapping):
        by_name = {str(name): column for name, column in on.items()}
    else:
        names = [on] if isinstance(on, str) else list(on)
        by_name = {str(name): _kept(scores, name, "on") for name in names}
    n_given = 1 if isinstance(on, str) else len(on)
    if len(by_name) < n_given:
        raise EstimationError(
            "on: two covariates have names that are written alike, such as 1 and '1', or one is named twice; "
            "name each once"
        )
    if not by_name:
        raise EstimationError("on is empty: name at least one covariate, as in on=['years']")
    return by_name


def _kept(scores: Any, name: Hashable, option: str) -> Any:
    """Return a column that was kept with scores."""
    if not isinstance(scores, Scores):
        raise EstimationError(
            f"{option}={name!r} names a column, but the scores are a column themselves; pass "
            f"{option}={{{str(name)!r}: column}}, or the result of score(…, keep=[{name!r}])"
        )
    if scores.kept.spelled(name) not in scores.kept.names:
        raise EstimationError(
            f"{option}={name!r}: that column was not kept with the scores; score(…, keep=[{name!r}])"
        )
    return scores.kept.values(name, option)


def _clusters(scores: Any, clusters: Any) -> Any:
    """Return labels, from a kept column if it is named."""
    return _kept(scores, clusters, "clusters") if isinstance(clusters, str) else clusters


def _spread_names(spread: Collection[str] | None, names: Sequence[str]) -> tuple[str, ...]:
    """Return the covariates of the log sd, in their order."""
    if spread is None:
        return tuple(names)
    wanted = [spread] if isinstance(spread, str) else list(spread)
    for name in wanted:
        if name not in names:
            raise EstimationError(not_one_of("spread", name, tuple(names)))
    return tuple(name for name in names if name in wanted)


def _check_sample(y: Floats, covariates: Floats, names: Sequence[str]) -> None:
    """Raise or warn where there are few persons; raise where something does not vary."""
    n = len(y)
    if n < MIN_PERSONS:
        raise EstimationError(
            f"norms need at least {MIN_PERSONS} persons with a score and covariates, but there are {n}"
        )
    for name, values in zip(("scores", *names), (y, *covariates.T), strict=True):
        if np.ptp(values) <= EQUAL_SCORES * max(1.0, float(np.abs(values).max())):
            raise EstimationError(f"{name}: all {n} values are {values[0]:g}; norms need values that differ")
    centred = (covariates - covariates.mean(axis=0)) / covariates.std(axis=0)
    if np.linalg.eigvalsh(centred.T @ centred / n)[0] < SINGULAR:
        raise EstimationError(
            f"{' and '.join(names)}: one of these covariates follows from the others; leave it out"
        )
    if n < ENOUGH_PERSONS:
        warnings.warn(
            f"the norm rests on {n} persons: percentile ranks of fewer than {ENOUGH_PERSONS} are uncertain. "
            "Report n, or add persons",
            SmallSampleWarning,
            stacklevel=level_outside(),
        )


def _fitted_norm(
    y: Floats,
    covariates: Floats,
    names: Sequence[str],
    in_spread: Sequence[str],
    degree: int | Mapping[str, int] | None,
    criterion: Criterion,
    units: NDArray[np.intp] | None,
) -> dict[str, Any]:
    """Return the figures of the norm, by the names of its fields."""
    n = len(y)
    centres, spreads = covariates.mean(axis=0), covariates.std(axis=0)
    standardized = (covariates - centres) / spreads
    kept = [i for i, name in enumerate(names) if name in in_spread]
    z = np.column_stack([np.ones(n), standardized[:, kept]])
    candidates = _candidates(degree, covariates, names)
    fits: dict[tuple[int, ...], Fitted] = {}
    for degrees in steps(candidates, "fitting norms", len(candidates)):
        fits[degrees] = fit(y, powers(standardized, degrees), z)
    compared = tuple(_compared(degrees, fitted, n) for degrees, fitted in fits.items())
    best = min(compared, key=lambda one: getattr(one, criterion)).degrees
    fitted, x = fits[best], powers(standardized, best)
    influence = influences(y, x, z, fitted)
    numbers = np.arange(n) if units is None else units
    sums = np.zeros((int(numbers.max()) + 1, influence.shape[1]))
    np.add.at(sums, numbers, influence)
    covariance = sums.T @ sums * len(sums) / max(1, len(sums) - 1)
    residuals = (y - fitted.mean) / fitted.sd
    slopes = fitted.gamma[1:]
    block = covariance[x.shape[1] + 1 :, x.shape[1] + 1 :]
    return {
        "n": n,
        "n_clusters": None if units is None else len(sums),
        "centres": centres,
        "spreads": spreads,
        "lows": covariates.min(axis=0),
        "highs": covariates.max(axis=0),
        "degrees": best,
        "criterion": criterion if degree is None else "given",
        "compared": compared,
        "beta": fitted.beta,
        "gamma": fitted.gamma,
        "covariance": covariance,
        "residuals": np.sort(residuals),
        "log_likelihood": fitted.log_likelihood,
        "log_likelihood_equal": fit(y, x, np.ones((n, 1))).log_likelihood,
        "wald": float(slopes @ np.linalg.solve(block, slopes)) if len(slopes) else math.nan,
        "r_squared": 1 - float(np.sum((y - fitted.mean) ** 2) / np.sum((y - y.mean()) ** 2)),
        "behind": Behind(x=x, z=z, residuals=residuals, influence=influence, units=numbers),
    }


def _compared(degrees: tuple[int, ...], fitted: Fitted, n: int) -> DegreeFit:
    """Return the criteria of a polynomial."""
    parameters = len(fitted.beta) + len(fitted.gamma)
    deviance = -2 * fitted.log_likelihood
    return DegreeFit(
        degrees=degrees,
        n_parameters=parameters,
        log_likelihood=fitted.log_likelihood,
        aic=deviance + 2 * parameters,
        bic=deviance + math.log(n) * parameters,
    )


def _candidates(
    degree: int | Mapping[str, int] | None, covariates: Floats, names: Sequence[str]
) -> list[tuple[int, ...]]:
    """Return the degrees to compare, each lower than the number of different values of its covariate."""
    highest = [len(np.unique(column)) - 1 for column in covariates.T]
    if degree is None:
        ranges = [range(min(_HIGHEST_DEGREE, most) + 1) for most in highest]
        return list(itertools.product(*ranges))
    if isinstance(degree, Mapping):
        unknown = [name for name in degree if name not in names]
        missing = [name for name in names if name not in degree]
        if unknown or missing:
            raise EstimationError(
                f"degree={dict(degree)!r} is not valid; name each covariate: {', '.join(names)}"
            )
        given = [degree[name] for name in names]
    else:
        given = [degree] * len(names)
    for name, one, most in zip(names, given, highest, strict=True):
        if isinstance(one, bool) or not isinstance(one, int) or not 0 <= one <= min(most, 6):
            raise EstimationError(
                f"degree={one!r} of {name} is not valid; allowed: a whole number from 0 to {min(most, 6)}"
            )
    return [tuple(given)]
