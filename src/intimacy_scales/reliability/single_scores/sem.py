"""Standard error of measurement of a score, and correction of correlations for attenuation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, SupportsFloat

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.reliability.consistency.alpha import CronbachAlpha
from intimacy_scales.reliability.consistency.intervals import normal_quantile
from intimacy_scales.reliability.consistency.omega import McDonaldOmega
from intimacy_scales.reliability.consistency.shape import without_interval_warnings
from intimacy_scales.results.coefficient import Coefficient
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.interval import Interval, check_level
from intimacy_scales.results.not_kept import NotKept
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


def check_number(value: Any, what: str) -> float:
    """Return a number as float, or raise if it is not one."""
    if isinstance(value, bool | str) or not hasattr(value, "__float__"):
        raise EstimationError(f"{what}={value!r} is not valid; allowed: a number")
    return float(value)


def check_reliability(reliability: Any, what: str = "reliability") -> float:
    """Return a reliability from 0 to 1, or raise if it is not one."""
    value = check_number(reliability, what)
    if not 0 <= value <= 1:
        hint = "; with a negative estimate, scores have no standard error of measurement" if value < 0 else ""
        raise EstimationError(f"{what}={value:.4g} is not valid; allowed: a reliability from 0 to 1{hint}")
    return value


def check_sd(sd: Any, what: str = "sd") -> float:
    """Return a finite standard deviation above 0, or raise if it is not one."""
    sd = check_number(sd, what)
    if not (sd > 0 and math.isfinite(sd)):
        raise EstimationError(f"{what}={sd!r} is not valid; allowed: a standard deviation above 0")
    return float(sd)


@result_class
class MeasurementError(Result):
    """Standard error of measurement of a score; ``float(result)`` gives the SEM.

    Attributes
    ----------
    sem
        Standard error of measurement, ``sd * sqrt(1 - reliability)``, in points of the score.
    reliability, source
        The reliability it was computed from, and the name of that coefficient.
    sd, mean
        Of the scores; the mean can be nan.
    scale, instrument, n, missing
        Of the coefficient, if the reliability was passed as one.
    warnings
        Cautions about that coefficient.

    Examples
    --------
    >>> measurement_error(0.84, sd=10, mean=50)
    <SEM = 4.000: sd 10.000, reliability .840; MDC95 11.087>
    """

    sem: float
    reliability: float
    source: str
    sd: float
    mean: float
    scale: str | None = None
    instrument: InstrumentRef | None = None
    n: int | None = None
    missing: str | None = None
    warnings: tuple[str, ...] = ()

    def __float__(self) -> float:
        return float(self.sem)

    def _mean(self) -> float:
        """Return the mean of the scores, or raise if it is unknown."""
        if math.isnan(self.mean):
            raise EstimationError("Kelley's estimate needs the mean of the scores: pass mean=")
        return self.mean

    def true_score(self, score: float) -> float:
        """Return Kelley's (1947) estimate of the true score, ``mean + r (score - mean)``."""
        return self._mean() + self.reliability * (score - self._mean())

    @property
    def true_score_error(self) -> float:
        """Standard error of Kelley's estimate, ``sd * sqrt(r (1 - r))``."""
        return self.sd * math.sqrt(self.reliability * (1 - self.reliability))

    @property
    def prediction_error(self) -> float:
        """Standard error of prediction, ``sd * sqrt(1 - r²)``: of the score in a parallel measurement."""
        return self.sd * math.sqrt(1 - self.reliability**2)

    def retest_interval(self, score: float, confidence_level: float = 0.95) -> Interval:
        """Return a prediction interval of the same person's score in a parallel measurement (Dudek, 1979).

        It is centred on Kelley's estimate and has the width of the standard error of prediction, which
        includes the errors of both scores.

        Parameters
        ----------
        score
            The observed score.
        confidence_level
            For example 0.95.

        Examples
        --------
        >>> measurement_error(0.84, sd=10, mean=50).retest_interval(60)
        <95% interval [47.766, 69.034], prediction, n = 1>
        """
        half_width = normal_quantile(check_level(confidence_level)) * self.prediction_error
        centre = self.true_score(score)
        return Interval(
            low=centre - half_width,
            high=centre + half_width,
            confidence_level=confidence_level,
            method="prediction",
            n=1,
        )

    def interval(self, score: float, confidence_level: float = 0.95, *, kelley: bool = False) -> Interval:
        """Return a confidence interval of the true score of one person.

        Parameters
        ----------
        score
            The observed score.
        confidence_level
            For example 0.95.
        kelley
            Whether to centre it on Kelley's estimate, with the standard error of that estimate, instead of on
            the observed score, with the SEM.

        Examples
        --------
        >>> measurement_error(0.84, sd=10, mean=50).interval(60)
        <95% interval [52.160, 67.840], SEM, n = 1>
        """
        z = normal_quantile(check_level(confidence_level))
        centre, error = (self.true_score(score), self.true_score_error) if kelley else (score, self.sem)
        return Interval(
            low=centre - z * error,
            high=centre + z * error,
            confidence_level=confidence_level,
            method="Kelley" if kelley else "SEM",
            n=1,
        )

    def minimal_detectable_change(self, confidence_level: float = 0.95) -> float:
        """Return the smallest change beyond measurement error, ``z * sqrt(2) * SEM`` (Weir, 2005)."""
        return normal_quantile(check_level(confidence_level)) * math.sqrt(2) * self.sem

    def to_dict(self) -> dict[str, Any]:
        """Return the fields, both other standard errors and the 95 % detectable change as plain values."""
        fields: dict[str, Any] = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {
            "true_score_error": self.true_score_error,
            "prediction_error": self.prediction_error,
            "mdc95": self.minimal_detectable_change(),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, true_score_error=float, prediction_error=float, mdc95=float)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table of one row."""
        from intimacy_scales.results.frames import pandas_frame

        cautions = {"warnings": "; ".join(self.warnings)} if self.warnings else {}
        fields = {name: value for name, value in self.to_dict().items() if name != "warnings"}
        return pandas_frame({name: [value] for name, value in (fields | cautions).items()})

    def line(self) -> str:
        """Return the figures in one line, without warnings."""
        scale = f" of {self.scale}" if self.scale else ""
        return (
            f"SEM{scale} = {shown(self.sem)}: sd {shown(self.sd)}, {self.source} {apa(self.reliability, 3)}; "
            f"MDC95 {shown(self.minimal_detectable_change())}"
        )

    def __repr__(self) -> str:
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        return f"<{self.line()}{cautions}>"


def measurement_error(
    reliability: SupportsFloat,
    *,
    sd: float | None = None,
    mean: float | None = None,
    source: str | None = None,
) -> MeasurementError:
    """Compute the standard error of measurement of a score.

    Parameters
    ----------
    reliability
        A coefficient, for example from `cronbach_alpha` or `test_retest`, or a number from 0 to 1.
    sd, mean
        Standard deviation and mean of the scores. For alpha and omega, the default is what the items' means
        and covariances imply; pass them if the coefficient was read from its document.
    source
        Name of the reliability if it is passed as a number, for the result.

    Returns
    -------
    MeasurementError

    Raises
    ------
    EstimationError
        The reliability is undefined or not between 0 and 1, or the standard deviation is missing.

    Notes
    -----
    ``SEM = sd * sqrt(1 - r)`` (Lord & Novick, 1968). It is a single figure for all persons; scores near the
    ends of the scale usually have a smaller error. The reliability determines what counts as error: with
    alpha, differences between items; with a retest, also differences between days. `reliability_report`
    uses the sd of the scores themselves, including prorated ones; with missing answers, it differs slightly
    from the one that covariances imply.

    Examples
    --------
    >>> error = measurement_error(0.84, sd=10, mean=50, source="retest")
    >>> round(error.sem, 2), round(error.true_score(60), 2), round(error.minimal_detectable_change(), 2)
    (4.0, 58.4, 11.09)
    """
    origin: dict[str, Any] = {}
    if isinstance(reliability, Coefficient):
        if reliability.reason:
            raise EstimationError(f"{reliability.title} is not defined: {reliability.reason}")
        origin = {name: getattr(reliability, name) for name in ("scale", "instrument", "missing")}
    if isinstance(reliability, CronbachAlpha):
        if reliability.standardized and sd is None:
            raise EstimationError(
                "standardized alpha is the reliability of a sum of standardized items, not of the score; "
                "use the raw coefficient, or pass the sd of that sum"
            )
        if sd is None or not isinstance(reliability.moments, NotKept):  # documents do not hold the mean
            sd = reliability.moments.score_sd if sd is None else sd
            mean = reliability.moments.score_mean if mean is None else mean
    if isinstance(reliability, McDonaldOmega):
        if reliability.improper:
            raise EstimationError(
                f"omega is improper: {reliability.improper[0]}; use another coefficient, such as alpha"
            )
        if sd is None or not isinstance(reliability.answers, NotKept):
            implied_mean, implied_sd = reliability.score_moments()[:2]
            mean = implied_mean if mean is None else mean
            sd = implied_sd if sd is None else sd
    if sd is None:
        raise EstimationError(
            "sd is missing: pass the standard deviation of the scores; only alpha and omega provide one"
        )
    value = check_reliability(reliability)
    return MeasurementError(
        sem=check_sd(sd) * math.sqrt(1 - value),
        reliability=value,
        source=source or source_of(reliability),
        sd=check_sd(sd),
        mean=math.nan if mean is None else check_number(mean, "mean"),
        n=getattr(reliability, "n", None),
        warnings=without_interval_warnings(getattr(reliability, "warnings", ())),
        **origin,
    )


def source_of(reliability: Any) -> str:
    """Return the name of a reliability that is a result or a number."""
    standardized = isinstance(reliability, CronbachAlpha) and reliability.standardized
    title = str(getattr(reliability, "title", "reliability"))
    return f"{title}, standardized" if standardized else title


def attenuation_corrected(r: float, reliability_x: float, reliability_y: float) -> float:
    """Return a correlation corrected for measurement error, ``r / sqrt(r_xx r_yy)`` (Spearman, 1904).

    A result above 1 or below -1 is returned as it is: it indicates an underestimated reliability or a large
    sampling error.

    Parameters
    ----------
    r
        Observed correlation of x and y.
    reliability_x, reliability_y
        Reliabilities of x and y, above 0.

    Examples
    --------
    >>> round(attenuation_corrected(0.4, 0.8, 0.7), 4)
    0.5345
    """
    if not -1 <= r <= 1:
        raise EstimationError(f"r={r!r} is not valid; allowed: a correlation from -1 to 1")
    x = check_reliability(reliability_x, "reliability_x")
    y = check_reliability(reliability_y, "reliability_y")
    if not x * y > 0:
        raise EstimationError(
            f"reliability_x={x:.4g} and reliability_y={y:.4g}: both must be above 0 to correct a correlation"
        )
    return r / math.sqrt(x * y)
