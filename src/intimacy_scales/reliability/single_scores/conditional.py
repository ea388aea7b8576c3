"""Conditional standard errors of measurement, which depend on the score."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Unpack, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.answer_values import keyed_answers
from intimacy_scales.moments.answers import Answers, coded_given
from intimacy_scales.moments.keyed import Floats, items_of, keyed_moments
from intimacy_scales.numerics.tolerances import SAME_SCORE
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reliability.consistency.conditions import check_unweighted, few_persons
from intimacy_scales.reliability.consistency.intervals import normal_quantile
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.interval import Interval, check_level
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import counted, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

ErrorModel = Literal["feldt-qualls", "multinomial"]
MODELS: tuple[str, ...] = get_args(ErrorModel)
_DEFINITIONS = {
    "feldt-qualls": "Feldt & Qualls (1996), items as essentially tau-equivalent parts",
    "multinomial": "multinomial error, items drawn at random (Lee, Brennan & Kolen, 2006)",
}
_HIGHEST_DEGREE = 4


@result_class
class ConditionalError(Result):
    """Standard errors of measurement at each observed score, in points of the score.

    Attributes
    ----------
    instrument, scale
        The instrument and the scale that was analyzed.
    model, definition
        ``feldt-qualls`` or ``multinomial``, and a description of it.
    scores
        (m,): the different scores of persons who answered every item, ascending.
    persons
        (m,): number of persons with each score.
    errors
        (m,): root mean square of these persons' errors; imprecise for few persons.
    coefficients
        Coefficients of the polynomial of the score that was fitted to squared errors, lowest power first.
    sem
        Root mean square over all persons. With ``feldt-qualls`` it is the SEM from alpha, apart from a
        divisor of n instead of n - 1.
    n, n_persons
        Number of persons who answered every item, and of rows.
    reason
        Why the standard errors are undefined; None if they are defined.
    warnings
        Cautions about using them.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.reliability import conditional_error
    >>> result = conditional_error("scii-24", simulate("scii-24", 500, rng=1).answers, scale="trust")
    >>> result.n, len(result.coefficients), round(result.sem, 2)
    (500, 3, 0.5)
    """

    title: ClassVar[str] = "Conditional standard errors of measurement"
    _axes: ClassVar[Mapping[str, str]] = {"scores": "m", "persons": "m", "errors": "m"}

    instrument: InstrumentRef
    scale: str
    model: str
    definition: str
    scores: Floats
    persons: NDArray[np.int64]
    errors: Floats
    coefficients: tuple[float, ...]
    sem: float
    n: int
    n_persons: int
    reason: str | None = None
    warnings: tuple[str, ...] = ()

    def at(self, score: float) -> float:
        """Return the standard error at a score from the polynomial; 0 where that is negative.

        Raises
        ------
        EstimationError
            The standard errors are undefined, or the score is outside the range of observed scores.
        """
        if self.reason is not None:
            raise EstimationError(f"conditional errors are not defined: {self.reason}")
        low, high = float(self.scores[0]), float(self.scores[-1])
        if not low - SAME_SCORE <= score <= high + SAME_SCORE:
            raise EstimationError(
                f"score={score!r} is not valid; allowed: from {low:.4g} to {high:.4g}, the scores that "
                "persons have"
            )
        squared_error = sum(c * score**power for power, c in enumerate(self.coefficients))
        return math.sqrt(max(squared_error, 0.0))

    def interval(self, score: float, confidence_level: float = 0.95) -> Interval:
        """Return an interval for one person, ``score ± z SEM`` with the standard error at that score."""
        half_width = normal_quantile(check_level(confidence_level)) * self.at(score)
        return Interval(
            low=score - half_width,
            high=score + half_width,
            confidence_level=confidence_level,
            method=f"conditional SEM, {self.model}",
            n=1,
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each score: persons, their error, and the polynomial's."""
        from intimacy_scales.results.frames import pandas_frame

        smooth = [math.nan if self.reason else self.at(float(score)) for score in self.scores]
        columns = {"persons": self.persons.copy(), "sem": self.errors.copy(), "smooth": smooth}
        return pandas_frame({"score": self.scores.copy(), **columns}).set_index("score")

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls)

    def __repr__(self) -> str:
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        if self.reason is not None:
            return (
                f"<{self.title} of {self.scale} are not defined: {self.reason}; {self.instrument}{cautions}>"
            )
        places = [float(self.scores[0]), float(np.median(self.scores)), float(self.scores[-1])]
        values = ", ".join(f"{shown(self.at(score))} at {score:.4g}" for score in places)
        return (
            f"<{self.title} of {self.scale}: {values}; {shown(self.sem)} over all; {self.definition}; "
            f"n = {self.n}; {self.instrument}{cautions}>"
        )


@reads_answers
def conditional_error(
    answers: Answers | Instrument | str | Path,
    responses: Any = None,
    *,
    scale: str | None = None,
    model: ErrorModel = "feldt-qualls",
    degree: int = 2,
    **reading: Unpack[ReadingOptions],
) -> ConditionalError:
    """Compute standard errors of measurement at each score.

    Parameters
    ----------
    answers, responses, scale
        As in `cronbach_alpha`; each person's answers are needed, not only their sums.
    model
        ``feldt-qualls``: differences between item means do not count as error, as with alpha.
        ``multinomial``: they do, as if each person had answered other items of the same kind; for
        right-or-wrong items this is Lord's (1955) binomial error.
    degree
        Degree of the polynomial that makes errors a smooth function of the score, 0 to 4.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    ConditionalError

    Raises
    ------
    EstimationError
        Only sums of answers, fewer than two items, or a scale whose items do not count equally.

    Notes
    -----
    The squared error of a person's sum of k items is ``k / (k - 1) sum_i d_i²``. With ``multinomial`` (Lee,
    Brennan & Kolen, 2006), ``d_i`` is the deviation of the answer to item i from the mean of the person's
    answers; with ``feldt-qualls`` (Feldt & Qualls, 1996), minus the deviation of the mean of item i from that
    of all items. For a mean score, errors are divided by k. The error of a single person is very imprecise;
    therefore means at each score are given, and a polynomial fitted by least squares over persons.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> errors = conditional_error("scii-24", simulate("scii-24", 500, rng=1).answers, scale="trust")
    >>> round(errors.at(3.0), 2), round(errors.at(6.5), 2)
    (0.5, 0.41)
    """
    coded = coded_given(answers, responses, reading)
    if model not in MODELS:
        raise EstimationError(not_one_of("model", model, MODELS))
    if isinstance(degree, bool) or not isinstance(degree, int) or not 0 <= degree <= _HIGHEST_DEGREE:
        raise EstimationError(
            f"degree={degree!r} is not valid; allowed: a whole number from 0 to {_HIGHEST_DEGREE}"
        )
    moments = keyed_moments(coded, scale, "listwise", pair_sds=False)
    check_unweighted(moments)
    values, complete = keyed_answers(coded, moments.scale)
    x, weight = values[complete], float(moments.weights[0])
    n, k = x.shape
    if k < 2:
        raise EstimationError(f"{moments.scale!r} has one item; at least two are needed to estimate error")
    common: dict[str, Any] = {
        "instrument": coded.instrument.ref,
        "scale": moments.scale,
        "model": model,
        "definition": f"{_DEFINITIONS[model]}; polynomial of degree {degree}",
        "n": n,
        "n_persons": len(coded),
        "warnings": tuple(few_persons(n)),
    }
    scores, score_of_person, persons = _by_score(
        weight * x.sum(axis=1) + items_of(coded, moments.scale)[1].constant
    )
    if len(scores) <= degree:
        reason = (
            f"{counted(n, 'person')} with complete answers have {counted(len(scores), 'different score')}, "
            f"too few for a polynomial of degree {degree}; lower degree"
        )
        errors = np.full(len(scores), np.nan)
        return ConditionalError(
            **common,
            scores=scores,
            persons=persons,
            errors=errors,
            coefficients=(),
            sem=math.nan,
            reason=reason,
        )
    squares = weight**2 * _squared_errors(x, model)
    means = np.bincount(score_of_person, weights=squares) / persons
    fitted = np.polynomial.Polynomial.fit(scores, means, degree, w=np.sqrt(persons)).convert()
    return ConditionalError(
        **common,
        scores=scores,
        persons=persons,
        errors=np.sqrt(means),
        coefficients=tuple([*fitted.coef.tolist(), *[0.0] * degree][: degree + 1]),
        sem=math.sqrt(float(squares.mean())),
    )


def _squared_errors(x: Floats, model: str) -> Floats:
    """Return each person's squared error of the sum of the items (n,), ``k / (k - 1) sum_i d_i²``."""
    k = x.shape[1]
    deviations = x - x.mean(axis=1, keepdims=True)
    if model == "feldt-qualls":
        item_means = x.mean(axis=0)
        deviations = deviations - (item_means - item_means.mean())
    squares: Floats = k / (k - 1) * np.sum(deviations**2, axis=1)
    return squares


def _by_score(totals: Floats) -> tuple[Floats, NDArray[np.intp], NDArray[np.int64]]:
    """Return the different scores, the position of each person's among them, and the persons with each."""
    ascending = np.sort(totals)
    largest = float(np.abs(ascending).max(initial=0))
    is_new = np.diff(ascending, prepend=-np.inf) > SAME_SCORE * max(1.0, largest)
    scores: Floats = ascending[is_new]
    edges = np.r_[(scores[1:] + scores[:-1]) / 2, np.inf] if len(scores) else np.array([np.inf])
    position = np.searchsorted(edges, totals)
    return scores, position, np.bincount(position, minlength=len(scores))
