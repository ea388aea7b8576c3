"""Sampling adequacy of correlations, and fit of exploratory factors to them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.corrected_fit import noncentrality
from intimacy_scales.factor.confirmatory.estimation.fit import chi_square_p
from intimacy_scales.factor.reading import Data, data_given, read_sample
from intimacy_scales.factor.sample import Floats, MissingAnswers, SampleMoments
from intimacy_scales.factor.unanswered import few_left
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.numerics.ties import first_lowest
from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.results.document_types import by_name, documented
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, apa_p, counted, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_FEWEST_PERSONS = 3
_FEWEST_ITEMS = 3


def read_correlations(
    given: Data, items: Sequence[str] | None, missing: MissingAnswers, *, fewest: int = _FEWEST_ITEMS
) -> SampleMoments:
    """Return moments of items; raise where a correlation is undefined."""
    if missing not in ("pairwise", "listwise"):
        if missing == "fiml":
            raise EstimationError(
                "missing='fiml' is not available for exploratory methods; allowed: 'pairwise', 'listwise'"
            )
        raise EstimationError(not_one_of("missing", missing, ("pairwise", "listwise")))
    items = None if items is None else as_names("items", items, texts=False)
    if items is not None and len(set(items)) < len(items):
        repeated = next(item for item in items if list(items).count(item) > 1)
        raise EstimationError(f"items: {repeated!r} is named twice; name it once")
    with one_blas_thread():
        sample = read_sample(given.data, items, missing=missing, accept=given.accept)
    if len(sample.names) < fewest:
        raise EstimationError(f"{counted(len(sample.names), 'item')}: the method needs at least {fewest}")
    _check_correlations(sample)
    return sample


def _check_correlations(sample: SampleMoments) -> None:
    persons = sample.n if sample.missing == "listwise" else sample.n_rows
    if persons < _FEWEST_PERSONS:
        why = f"{counted(persons, 'usable person')}, {sample.missing}: too few to correlate"
        if sample.counts is not None and sample.n_rows >= _FEWEST_PERSONS:
            left = few_left(sample.names, sample.counts, n=sample.n, n_rows=sample.n_rows, group=None)
            why += f" ({left.partition(': ')[2].partition(';')[0]})"
        raise EstimationError(why)
    variances = sample.covariances.diagonal()
    constant = [name for name, v in zip(sample.names, variances, strict=True) if v <= 0]
    if constant:
        them = "it" if len(constant) == 1 else "them"
        raise EstimationError(
            f"everyone gave {', '.join(constant)} the same answer, so that correlations are undefined; leave "
            f"{them} out"
        )
    for matrix, problem in (
        (sample.covariances, "fewer than two persons answered {}; leave one out"),
        (sample.correlations, "everyone who answered {} gave the same answer to one of them; leave one out"),
    ):
        undefined = np.argwhere(~np.isfinite(matrix))
        unanswered = [sample.names[i] for i, j in undefined if i == j]
        if unanswered:
            raise EstimationError(
                problem.format(", ".join(unanswered)).replace("leave one out", "leave it out")
            )
        if len(undefined):
            first, second = (sample.names[i] for i in undefined[0])
            raise EstimationError(problem.format(f"both {first} and {second}"))


def counted_persons(sample: SampleMoments, n: int | None) -> int:
    """Return the number of persons for tests: n, or that of the moments."""
    if n is None:
        return sample.n
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < _FEWEST_PERSONS:
        raise EstimationError(
            f"n={n!r} is not valid; allowed: a whole number of persons, at least {_FEWEST_PERSONS}"
        )
    return int(n)


def log_determinant(correlations: Floats) -> float:
    """Return the logarithm of the determinant; nan where the matrix is not positive definite."""
    values = np.linalg.eigvalsh(correlations)
    return float(np.log(values).sum()) if values[0] > ROUNDING * values[-1] else math.nan


def _check_regular(logarithm: float) -> None:
    if math.isnan(logarithm):
        raise EstimationError(
            "the correlations are not positive definite: some items determine each other, or there are fewer "
            "persons than items; leave items out"
        )


@result_class
class FactorFit(Result):
    """How well extracted factors fit the correlations.

    Attributes
    ----------
    n
        Number of persons for tests.
    discrepancy
        ``F = tr(S^-1 R) - ln det(S^-1 R) - p`` of the fitted matrix S, whichever method extracted factors.
    df
        ``((p - m)**2 - (p + m)) / 2``.
    chi_square, p_value
        ``(n - 1 - (2p + 5)/6 - 2m/3) F`` (Bartlett, 1951); exact for maximum likelihood only.
    rmsea
        ``sqrt(chi_square / (n df) - 1 / (n - 1))`` (Steiger & Lind, 1980), as in psych.
    tli
        Tucker & Lewis (1973).
    bic
        ``chi_square - df ln n`` (Schwarz, 1978).
    rms, crms
        Root mean square of residual correlations, and the same corrected for degrees of freedom.
    chi_empirical
        n times the sum of squared residual correlations, of both halves of the matrix.
    reason
        Why there is no test; None where there is one.
    """

    n: int
    discrepancy: float
    df: int
    chi_square: float
    p_value: float
    rmsea: float
    tli: float
    bic: float
    rms: float
    crms: float
    chi_empirical: float
    reason: str | None

    def rmsea_interval(self, confidence_level: float = 0.90) -> Interval:
        """Return a confidence interval of RMSEA: ``sqrt(noncentrality / ((n - 1) df))`` (Steiger, 1990)."""
        level, method = check_level(confidence_level), "noncentral chi-square"
        if self.reason is not None:
            return undefined_interval(level, method, self.n, self.reason)
        scale = (self.n - 1) * self.df
        noncentralities = [
            noncentrality(self.chi_square, self.df, (1 + sign * level) / 2) for sign in (1, -1)
        ]
        low, high = (math.sqrt(value / scale) for value in noncentralities)
        return Interval(low=low, high=high, confidence_level=level, method=method, n=self.n, bounded=True)

    def to_dict(self) -> dict[str, Any]:
        """Return the indices as plain values."""
        low, high = self.rmsea_interval()
        indices = {name: plain(getattr(self, name)) for name in FactorFit.__slots__}
        return indices | {"rmsea_low": plain(low), "rmsea_high": plain(high), "rmsea_confidence_level": 0.9}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, rmsea_low=float, rmsea_high=float, rmsea_confidence_level=float)

    def _fit_line(self) -> str:
        residual = f"RMSR {apa(self.rms, 3)}"
        if self.reason is not None:
            return f"{residual}; no test of fit: {self.reason}"
        low, high = (apa(end, 3) for end in self.rmsea_interval())
        return (
            f"chi-square({self.df}) = {shown(self.chi_square, 2)}, {apa_p(self.p_value)}; "
            f"TLI {apa(self.tli, 3)}, RMSEA {apa(self.rmsea, 3)} [{low}, {high}], {residual}"
        )

    def __repr__(self) -> str:
        return f"<{self._fit_line()}; n = {self.n}>"


def factor_fit(correlations: Floats, common: Floats, uniquenesses: Floats, m: int, n: int) -> FactorFit:
    """Return the fit of extracted factors.

    Parameters
    ----------
    correlations, common, uniquenesses
        (p, p); the part that factors imply, ``L phi L'`` (p, p); and unique variances (p,).
    m, n
        Factors, and persons.
    """
    p = len(correlations)
    df = ((p - m) ** 2 - (p + m)) // 2
    residuals = correlations - common
    np.fill_diagonal(residuals, 0)
    squares = float((residuals * residuals).sum())
    fitted = common + np.diag(uniquenesses)
    log_observed = log_determinant(correlations)
    log_fitted = float(np.linalg.slogdet(fitted)[1])
    discrepancy = float(np.trace(np.linalg.solve(fitted, correlations))) - log_observed + log_fitted - p
    factor = n - 1 - (2 * p + 5) / 6 - 2 * m / 3
    reason = _why_untested(discrepancy, df, factor, p, n)
    chi = discrepancy * factor if factor > 0 else math.nan
    baseline, tested = -2 * log_observed / (p * (p - 1)), reason is None
    return FactorFit(
        n=n,
        discrepancy=discrepancy,
        df=df,
        chi_square=chi,
        p_value=chi_square_p(chi, df) if tested else math.nan,
        rmsea=math.sqrt(max(chi / (n * df) - 1 / (n - 1), 0)) if tested else math.nan,
        tli=(baseline - discrepancy / df) / (baseline - 1 / factor) if tested else math.nan,
        bic=chi - df * math.log(n) if tested else math.nan,
        rms=math.sqrt(squares / (p * (p - 1))),
        crms=math.sqrt(squares / (2 * df)) if df else math.nan,
        chi_empirical=n * squares,
        reason=reason,
    )


def _why_untested(discrepancy: float, df: int, factor: float, p: int, n: int) -> str | None:
    if math.isnan(discrepancy):
        return "the correlations are not positive definite"
    if df == 0:
        return "no degrees of freedom, as so many factors fit any correlations"
    return None if factor > 0 else f"n = {n} is too few for {p} items"


@result_class
class SamplingAdequacy(Result):
    """The Kaiser-Meyer-Olkin measure; ``float(result)`` gives the overall one.

    Attributes
    ----------
    names
        The items.
    estimate
        The measure for all items together.
    items
        (p,): the measure for each item.
    n, missing, instrument
        Persons, the missing rule, and what was answered.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> adequacy = kmo(answers, items=["tru01", "tru04", "tru09"])
    >>> adequacy.names, adequacy.items.round(1).tolist()
    (('tru01', 'tru04', 'tru09'), [0.7, 0.7, 0.7])
    """

    names: tuple[str, ...]
    estimate: float
    items: Floats
    n: int
    missing: MissingAnswers
    instrument: InstrumentRef | None

    def __float__(self) -> float:
        return float(self.estimate)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values."""
        return {
            "instrument": plain(self.instrument),
            "estimate": plain(self.estimate),
            "items": dict(zip(self.names, plain(self.items), strict=True)),
            "n": self.n,
            "missing": self.missing,
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("names",)) | {"items": by_name(float)}

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> SamplingAdequacy:
        items = values["items"]
        return cls(**{**values, "names": tuple(items), "items": np.array(list(items.values()))})

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each item."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame({"item": list(self.names), "kmo": self.items}).set_index("item")

    def __repr__(self) -> str:
        worst = first_lowest(self.items)
        return (
            f"<KMO of {counted(len(self.names), 'item')} = {apa(self.estimate, 3)}; lowest "
            f"{self.names[worst]}: {apa(float(self.items[worst]), 3)}; n = {self.n}, {self.missing}>"
        )


@reads_answers
def kmo(
    data: Any,
    responses: Any = None,
    *,
    items: Sequence[str] | None = None,
    missing: MissingAnswers = "pairwise",
    **reading: Unpack[ReadingOptions],
) -> SamplingAdequacy:
    """Compute the Kaiser-Meyer-Olkin measure of sampling adequacy.

    Parameters
    ----------
    data, responses, items, missing
        As in `efa`.
    **reading
        How the table is read, as in `encode`; of a table of numbers without an instrument only
        ``on_invalid="accept"``, to take every number as it is.

    Returns
    -------
    SamplingAdequacy

    Raises
    ------
    EstimationError
        Some items determine each other.

    Notes
    -----
    ``sum r**2 / (sum r**2 + sum q**2)`` over pairs of items, with r their correlations and q their
    partial correlations given all other items (Kaiser, 1970; Kaiser & Rice, 1974).

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> 0.8 < float(kmo(answers)) < 1
    True
    """
    sample = read_correlations(data_given(data, responses, reading), items, missing)
    _check_regular(log_determinant(sample.correlations))
    inverse = np.linalg.inv(sample.correlations)
    lengths = np.sqrt(inverse.diagonal())
    partial, squares = (inverse / np.outer(lengths, lengths)) ** 2, sample.correlations**2
    np.fill_diagonal(partial, 0)
    np.fill_diagonal(squares, 0)
    return SamplingAdequacy(
        names=sample.names,
        estimate=float(squares.sum() / (squares.sum() + partial.sum())),
        items=squares.sum(axis=0) / (squares.sum(axis=0) + partial.sum(axis=0)),
        n=sample.n,
        missing=sample.missing,
        instrument=sample.instrument,
    )


@result_class
class Sphericity(Result):
    """Bartlett's test that all correlations are 0.

    Attributes
    ----------
    chi_square, df, p_value
        The test.
    n, n_items, missing, instrument
        Persons, items, the missing rule, and what was answered, where that is known.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> test = bartlett(answers, items=["tru01", "tru04", "tru09"])
    >>> test.df, test.n
    (3, 300)
    """

    chi_square: float
    df: int
    p_value: float
    n: int
    n_items: int
    missing: MissingAnswers
    instrument: InstrumentRef | None

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values."""
        return {name: plain(getattr(self, name)) for name in Sphericity.__slots__}

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table of one row."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame({name: [getattr(self, name)] for name in ("chi_square", "df", "p_value", "n")})

    def __repr__(self) -> str:
        return (
            f"<Sphericity of {counted(self.n_items, 'item')}: chi-square({self.df}) = "
            f"{shown(self.chi_square, 2)}, {apa_p(self.p_value)}; n = {self.n}, {self.missing}>"
        )


@reads_answers
def bartlett(
    data: Any,
    responses: Any = None,
    *,
    items: Sequence[str] | None = None,
    n: int | None = None,
    missing: MissingAnswers = "pairwise",
    **reading: Unpack[ReadingOptions],
) -> Sphericity:
    """Test the hypothesis that all correlations are 0.

    Parameters
    ----------
    data, responses, items, missing, n
        As in `efa`.
    **reading
        How the table is read, as in `encode`; of a table of numbers without an instrument only
        ``on_invalid="accept"``, to take every number as it is.

    Returns
    -------
    Sphericity

    Raises
    ------
    EstimationError
        Some items determine each other.

    Notes
    -----
    ``-(n - 1 - (2p + 5)/6) ln det R``, p (p - 1) / 2 degrees of freedom (Bartlett, 1951). It is
    significant in almost any sample of answers to a questionnaire, and says little about factors.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> bartlett(answers, items=["tru01", "tru04", "tru09"]).p_value < 0.001
    True
    """
    sample = read_correlations(data_given(data, responses, reading), items, missing)
    persons, p = counted_persons(sample, n), len(sample.names)
    logarithm = log_determinant(sample.correlations)
    _check_regular(logarithm)
    df = p * (p - 1) // 2
    chi = -(persons - 1 - (2 * p + 5) / 6) * logarithm
    return Sphericity(
        chi_square=chi,
        df=df,
        p_value=chi_square_p(chi, df),
        n=persons,
        n_items=p,
        missing=sample.missing,
        instrument=sample.instrument,
    )
