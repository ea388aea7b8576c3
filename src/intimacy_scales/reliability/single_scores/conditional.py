"""Standard errors of measurement that depend on the score: where on a scale error is large."""

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
from intimacy_scales.moments.answer_values import keyed_answers
from intimacy_scales.moments.answers import Answers, coded_given
from intimacy_scales.moments.keyed import Floats, items_of, keyed_moments
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
_ABOUT = {
    "feldt-qualls": "Feldt & Qualls (1996), items as essentially tau-equivalent parts",
    "multinomial": "multinomial error, items drawn at random (Lee, Brennan & Kolen, 2006)",
}
_SAME = 1e-9  # of scores that differ by rounding
_MOST_DEGREES = 4


@result_class
class ConditionalError(Result):
    """Standard errors of measurement at each score that was observed, in points of the score.

    Attributes
    ----------
    instrument, scale
        What was answered.
    model, definition
        ``feldt-qualls`` or ``multinomial``, and what that is.
    scores
        (m,): the scores that persons who answered every item have, ascending.
    persons
        (m,): how many have each.
    errors
        (m,): root mean square of these persons' errors; rough where they are few.
    coefficients
        Of the polynomial of the score, lowest power first, that was fitted to squared errors.
    sem
        Root mean square over all persons: with ``feldt-qualls``, up to n - 1 for n, that from alpha.
    n, n_persons
        Persons who answered every item, and rows.
    reason
        Why they are not defined; None where they are.
    warnings
        What to know before they are used.
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
        """Return the standard error at a score, by the polynomial; 0 where that falls below 0.

        Raises
        ------
        EstimationError
            They are not defined; or nobody has so low or so high a score: nothing is known of errors there.
        """
        if self.reason is not None:
            raise EstimationError(f"conditional errors are not defined: {self.reason}")
        low, high = float(self.scores[0]), float(self.scores[-1])
        if not low - _SAME <= score <= high + _SAME:
            raise EstimationError(
                f"score={score!r}: persons have scores from {low:.4g} to {high:.4g}, and errors beyond are "
                "not known"
            )
        square = sum(c * score**power for power, c in enumerate(self.coefficients))
        return math.sqrt(max(square, 0.0))

    def interval(self, score: float, confidence_level: float = 0.95) -> Interval:
        """Return an interval for one person, ``score ± z SEM`` with the standard error at that score."""
        half = normal_quantile(check_level(confidence_level)) * self.at(score)
        return Interval(
            low=score - half,
            high=score + half,
            confidence_level=confidence_level,
            method=f"conditional SEM, {self.model}",
            n=1,
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table, a row for each score: persons, their error, and that of the polynomial."""
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
        told = "".join(f"\n ! {text}" for text in self.warnings)
        if self.reason is not None:
            return f"<{self.title} of {self.scale} are not defined: {self.reason}; {self.instrument}{told}>"
        places = [float(self.scores[0]), float(np.median(self.scores)), float(self.scores[-1])]
        values = ", ".join(f"{shown(self.at(score))} at {score:.4g}" for score in places)
        return (
            f"<{self.title} of {self.scale}: {values}; {shown(self.sem)} over all; {self.definition}; "
            f"n = {self.n}; {self.instrument}{told}>"
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
        As in `cronbach_alpha`; each person's answers are needed, not sums of them.
    model
        ``feldt-qualls``: differences between items that are the same for all persons are no error, as with
        alpha. ``multinomial``: they are, as if each person had been asked other items of the same kind; for
        items of right and wrong it is Lord's (1955) binomial error.
    degree
        Of the polynomial that makes errors a smooth function of the score, 0 to 4.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    ConditionalError

    Raises
    ------
    EstimationError
        Sums without answers, fewer than two items, a scale whose items do not count alike.

    Notes
    -----
    A person's squared error of the sum of k items is ``k / (k - 1) sum_i d_i²``, with ``d_i`` how far the
    answer to item i lies from the mean of the person's answers; with ``feldt-qualls`` (Feldt & Qualls, 1996)
    less how far the mean of item i lies from that of all items, with ``multinomial`` (Lee, Brennan & Kolen,
    2006) without. Errors of a mean are divided by k. Of one person they tell next to nothing; hence the means
    at each score, and the polynomial, fitted by least squares of persons.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> found = conditional_error("scii-24", simulate("scii-24", 500, rng=1).answers, scale="trust")
    >>> round(found.at(3.0), 2), round(found.at(6.5), 2)
    (0.5, 0.41)
    """
    coded = coded_given(answers, responses, reading)
    if model not in MODELS:
        raise EstimationError(f"model={model!r}: there are {', '.join(MODELS)}")
    if isinstance(degree, bool) or not isinstance(degree, int) or not 0 <= degree <= _MOST_DEGREES:
        raise EstimationError(f"degree={degree!r}: a whole number from 0 to {_MOST_DEGREES}")
    moments = keyed_moments(coded, scale, "listwise", pair_sds=False)
    check_unweighted(moments)
    values, complete = keyed_answers(coded, moments.scale)
    x, weight = values[complete], float(moments.weights[0])
    n, k = x.shape
    if k < 2:  # one answer does not differ from itself
        raise EstimationError(f"{moments.scale!r} has one item, whose answers cannot be compared")
    common: dict[str, Any] = {
        "instrument": coded.instrument.ref,
        "scale": moments.scale,
        "model": model,
        "definition": f"{_ABOUT[model]}; polynomial of degree {degree}",
        "n": n,
        "n_persons": len(coded),
        "warnings": tuple(few_persons(n)),
    }
    scores, place, persons = _by_score(weight * x.sum(axis=1) + items_of(coded, moments.scale)[1].constant)
    if len(scores) <= degree:
        reason = (
            f"{counted(n, 'person')} with complete answers have {counted(len(scores), 'score')}, too few "
            f"for a polynomial of degree {degree}; lower degree"
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
    means = np.bincount(place, weights=squares) / persons
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
    """Return each person's squared error of the sum of the items (n,)."""
    k = x.shape[1]
    apart = x - x.mean(axis=1, keepdims=True)
    if model == "feldt-qualls":
        items = x.mean(axis=0)
        apart = apart - (items - items.mean())
    squares: Floats = k / (k - 1) * np.sum(apart**2, axis=1)
    return squares


def _by_score(totals: Floats) -> tuple[Floats, NDArray[np.intp], NDArray[np.int64]]:
    """Return the scores there are, which of them each person has, and how many have each."""
    order = np.sort(totals)
    new = np.diff(order, prepend=-np.inf) > _SAME * max(1.0, float(np.abs(order).max(initial=0)))
    scores: Floats = order[new]
    edges = np.r_[(scores[1:] + scores[:-1]) / 2, np.inf] if len(scores) else np.array([np.inf])
    place = np.searchsorted(edges, totals)
    return scores, place, np.bincount(place, minlength=len(scores))
