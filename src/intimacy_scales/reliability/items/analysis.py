"""Item analysis: what each item contributes to its scale."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import KeyingWarning
from intimacy_scales.instrument import Instrument, InstrumentRef, ResponseScale
from intimacy_scales.late import late_module
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.cross_products import Integers
from intimacy_scales.moments.item_moments import ItemMoments, moments_of_codes
from intimacy_scales.moments.keyed import (
    Floats,
    KeyedMoments,
    Missing,
    StandardDeviations,
    check_sds,
    items_of,
    keyed_moments,
)
from intimacy_scales.moments.scale_items import ScaleItems
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.consistency.alpha import alpha_of
from intimacy_scales.reliability.consistency.conditions import check_unweighted, undefined_because
from intimacy_scales.reliability.consistency.guttman import guttman_bounds, squared_multiple_correlations
from intimacy_scales.reliability.consistency.intervals import duhachek_variance
from intimacy_scales.reliability.consistency.shape import distribution
from intimacy_scales.reliability.items.keying import KeyingFinding, find_miskeyed
from intimacy_scales.reliability.items.score_moments import (
    ScoreSums,
    available_score,
    item_score_correlations,
    unit_sums,
)
from intimacy_scales.results.document_types import Object, many
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.not_kept import AGAIN_COEFFICIENT, NotKept, stored
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.scoring.plan import plan_of
from intimacy_scales.scoring.planned import PlannedScale

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_ROUNDING = 1e-12
_SHARES = ("missing_share", "floor", "ceiling")
_FIGURES = (
    "mean", "sd", "median", "skew", "kurtosis", "r_raw", "r_std", "r_drop", "r_cor", "alpha_if_dropped",
)  # fmt: skip
_PERCENTS = ("% missing", "% floor", "% ceiling")
_ITEM = Object(
    item=str, n=int, frequencies=Mapping[str, int], **dict.fromkeys((*_FIGURES, *_SHARES, *_PERCENTS), float)
)


def _option(text: str) -> int | float:
    """Return the option that names its frequency in a document."""
    return int(text) if text.removeprefix("-").isdecimal() else float(text)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InterItem(Result):
    """Correlations between the items of a scale.

    Attributes
    ----------
    mean, median, minimum, maximum, variance
        Over all pairs of items; nan where there are none.
    """

    mean: float
    median: float
    minimum: float
    maximum: float
    variance: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields; None for what is not defined."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}


def inter_item(correlations: Floats) -> InterItem:
    """Describe the correlations below the diagonal."""
    k = len(correlations)
    r = np.sort(correlations[np.arange(k)[:, None] > np.arange(k)])
    if not len(r) or not np.all(np.isfinite(r)):
        return InterItem(
            mean=math.nan, median=math.nan, minimum=math.nan, maximum=math.nan, variance=math.nan
        )
    return InterItem(
        mean=float(r.mean()),
        median=float(r[(len(r) - 1) // 2] + r[len(r) // 2]) / 2,
        minimum=float(r[0]),
        maximum=float(r[-1]),
        variance=float(r.var(ddof=1)) if len(r) > 1 else math.nan,
    )


@result_class
class ItemAnalysis(Result):
    """What each item of a scale does.

    Attributes
    ----------
    instrument
        What was answered.
    scale
        The scale's id.
    items
        Item ids; a leading minus marks reverse-keyed ones. Arrays below are (k,) in this order, of
        keyed answers, nan where not defined.
    n
        How many answered the item.
    missing_share
        Share of all persons who did not.
    mean, sd, median, skew, kurtosis
        ``skew`` is m3 / sd**3 and ``kurtosis`` m4 / sd**4 - 3, with the n - 1 sd.
    floor, ceiling
        Share of answers at the keyed minimum and maximum.
    r_raw
        Correlation with the score (mean of the answered items), which contains the item.
    r_std
        Correlation with the sum of standardized items.
    r_drop
        Corrected item-total correlation: with the sum of the other items.
    r_cor
        Correlation with the standardized total, the item's own part replaced by what it shares with
        the others (its squared multiple correlation).
    alpha_if_dropped
        Coefficient alpha of the other items.
    inter_item
        Mean, median, range and variance of the correlations between items.
    frequencies
        (k, points): how often each option was chosen, as answered, not keyed; options in ``options``.
    score
        n, mean and sd of the score: under the scale's missing rule with pairwise deletion, of complete
        answers with listwise. Of a composite, from the items' means and covariances.
    missing
        How skipped answers were treated in covariances.
    moments
        What it was computed from.
    keying
        Items that run against their key, or None.
    """

    instrument: InstrumentRef
    scale: str
    items: tuple[str, ...]
    n: Integers
    missing_share: Floats
    mean: Floats
    sd: Floats
    median: Floats
    skew: Floats
    kurtosis: Floats
    floor: Floats
    ceiling: Floats
    r_raw: Floats
    r_std: Floats
    r_drop: Floats
    r_cor: Floats
    alpha_if_dropped: Floats
    inter_item: InterItem
    frequencies: tuple[Integers, ...]
    options: tuple[tuple[int | float, ...], ...]
    score: ScoreSums
    missing: Missing
    moments: KeyedMoments = field(repr=False, compare=False)
    keying: KeyingFinding | None

    def figures(self) -> dict[str, Any]:
        """Return the columns of `to_frame` by name, as arrays (k,)."""
        return {
            "n": self.n,
            "% missing": 100 * self.missing_share,
            "mean": self.mean,
            "sd": self.sd,
            "median": self.median,
            "skew": self.skew,
            "kurtosis": self.kurtosis,
            "% floor": 100 * self.floor,
            "% ceiling": 100 * self.ceiling,
            "r_raw": self.r_raw,
            "r_std": self.r_std,
            "r_drop": self.r_drop,
            "r_cor": self.r_cor,
            "alpha_if_dropped": self.alpha_if_dropped,
        }

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table, a row for each item."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame({"item": list(self.items), **self.figures()}).set_index("item")

    def frequency_frame(self, *, percent: bool = False) -> pd.DataFrame:
        """Return a pandas table of how often each option was chosen, as answered.

        Parameters
        ----------
        percent
            In percent of the answers instead of counts. The last column stays the share of all
            persons who skipped the item, in percent.
        """
        from intimacy_scales.results.frames import pandas_frame

        everything = sorted({value for row in self.options for value in row})
        columns: dict[str, Any] = {"item": [item.removeprefix("-") for item in self.items]}
        for value in everything:
            cells = []
            for options, counts in zip(self.options, self.frequencies, strict=True):
                count = int(counts[options.index(value)]) if value in options else 0
                given = int(counts.sum())
                share = 100 * count / given if given else math.nan
                cells.append(share if percent else count)
            columns[str(value)] = cells
        columns["% missing"] = 100 * self.missing_share
        return pandas_frame(columns).set_index("item")

    def if_dropped(self, sds: StandardDeviations = "items") -> pd.DataFrame:
        """Return a pandas table of what the scale would be without each item.

        Parameters
        ----------
        sds
            See `KeyedMoments.correlations`.

        Returns
        -------
        pandas.DataFrame
            alpha, standardized alpha, lambda-6, mean and median inter-item r and its variance,
            signal to noise ratio ``k r / (1 - r)``, standard error of alpha (Duhachek & Iacobucci).
        """
        from intimacy_scales.results.frames import pandas_frame

        rows = [_summary(self.moments.without(i), sds) for i in range(len(self.items))]
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        return pandas_frame({"item": list(self.items), **columns}).set_index("item")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; None for what is not defined."""
        rows: list[dict[str, Any]] = []
        for i, item in enumerate(self.items):
            counts = dict(zip(map(str, self.options[i]), self.frequencies[i].tolist(), strict=True))
            figures = {name: column[i] for name, column in self.figures().items()}
            shares = {name: getattr(self, name)[i] for name in _SHARES}  # from percents, they could differ
            rows.append(plain({"item": item, **figures, **shares, "frequencies": counts}))
        return {
            "instrument": self.instrument.to_dict(),
            "scale": self.scale,
            "missing": self.missing,
            "inter_item_r": self.inter_item.to_dict(),
            "score": {name: plain(getattr(self.score, name)) for name in ("n", "mean", "sd")},
            "items": rows,
            "keying": None if self.keying is None else str(self.keying),
            "against_key": plain(self.keying),
            "r_cor_reason": self.r_cor_reason,
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return {
            "instrument": InstrumentRef,
            "scale": str,
            "missing": str,
            "inter_item_r": InterItem,
            "score": Object(n=int, mean=float, sd=float),
            "items": many(_ITEM),
            "keying": str | None,
            "against_key": KeyingFinding | None,
            "r_cor_reason": str | None,
        }

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> ItemAnalysis:
        rows = values["items"]
        counts = [sorted((_option(text), n) for text, n in row["frequencies"].items()) for row in rows]
        columns = {name: np.array([row[name] for row in rows], np.float64) for name in (*_FIGURES, *_SHARES)}
        behind = NotKept(
            cls.__name__,
            "the sums of the answers behind them",
            AGAIN_COEFFICIENT,
            {"r_cor_reason": values["r_cor_reason"] or ""},
        )
        return made_of(
            cls,
            values,
            **columns,
            items=tuple(row["item"] for row in rows),
            n=np.array([row["n"] for row in rows], np.int64),
            options=tuple(tuple(option for option, _ in own) for own in counts),
            frequencies=tuple(np.array([n for _, n in own], np.int64) for own in counts),
            inter_item=values["inter_item_r"],
            score=ScoreSums(**values["score"]),
            keying=values["against_key"],
            moments=behind,
        )

    @property
    def r_cor_reason(self) -> str | None:
        """Why r_cor is not defined for any item; None where it is."""
        found: str | None = stored(self.moments, "r_cor_reason")
        if found is not None:
            return found or None
        if not np.isnan(self.r_cor).all():
            return None
        if self.moments.constant_items:
            return f"everyone gave {self.moments.constant_items[0]} the same answer"
        r = self.moments.correlations()
        alike = np.argwhere(np.triu(np.abs(r) > 1 - _ROUNDING, 1))
        if len(alike):
            one, other = (self.moments.items[i] for i in alike[0])
            return f"{one} and {other} were answered alike by everyone: they correlate wholly"
        return "some items are linear combinations of others, there are too few persons, or pairs do not fit"

    def __repr__(self) -> str:
        table = self.to_frame().drop(columns=["median", "r_std"]).round(2).to_string()
        warned = f"\n{self.keying}" if self.keying else ""
        if self.r_cor_reason:
            warned += f"\nr_cor is not defined: {self.r_cor_reason}"
        return f"<ItemAnalysis of {self.scale}, {self.instrument}>\n{table}{warned}"

    def _repr_html_(self) -> str:
        from html import escape

        table = self.to_frame().to_html(float_format="{:.2f}".format, border=0, na_rep="-")
        warned = f"<p>{escape(str(self.keying))}</p>" if self.keying else ""
        if self.r_cor_reason:
            warned += f"<p>r_cor is not defined: {escape(self.r_cor_reason)}</p>"
        return f"<p>Items of {escape(self.scale)}; {escape(str(self.instrument))}</p>{table}{warned}"


def _summary(moments: KeyedMoments, sds: StandardDeviations) -> dict[str, float]:
    """Return the figures of `ItemAnalysis.if_dropped` for one set of items."""
    names = ("alpha", "standardized_alpha", "lambda6", "mean_r", "signal_noise", "standard_error")
    values = dict.fromkeys((*names, "var_r", "median_r"), math.nan)
    if undefined_because(moments):
        return values
    correlations = moments.correlations(sds)
    values["alpha"] = alpha_of(moments.covariances)
    values["standard_error"] = math.sqrt(duhachek_variance(moments.covariances) / moments.n)
    if undefined_because(moments, "correlations", sds) is None:
        k, described = moments.n_items, inter_item(correlations)
        values["standardized_alpha"] = alpha_of(correlations)
        values["lambda6"] = guttman_bounds(correlations)[4]
        values["mean_r"], values["median_r"] = described.mean, described.median
        values["var_r"] = described.variance
        noise = 1 - described.mean
        values["signal_noise"] = k * described.mean / noise if noise > _ROUNDING else math.inf
    return values


def _item_total(moments: KeyedMoments, r: Floats) -> dict[str, Floats]:
    """Return r_std, r_drop, r_cor and alpha if dropped (k,) from the covariances."""
    c = moments.covariances
    k = len(c)
    own, rows, total = c.diagonal(), c.sum(axis=1), float(c.sum())
    rest = total - 2 * rows + own
    rest[rest <= _ROUNDING * own.sum()] = 0.0  # what rounding leaves of others that do not vary together
    shared = r.copy()
    np.fill_diagonal(shared, squared_multiple_correlations(r))
    with np.errstate(invalid="ignore", divide="ignore"):
        dropped = np.full(k, np.nan)
        if k > 2:  # one item left has no alpha
            dropped = (k - 1) / (k - 2) * (1 - (own.sum() - own) / rest)
        return {
            "r_drop": np.where((own > 0) & (rest > 0), (rows - own) / np.sqrt(own * rest), np.nan),
            "r_std": r.sum(axis=1) / np.sqrt(r.sum()),
            "r_cor": shared.sum(axis=1) / np.sqrt(shared.sum()),
            "alpha_if_dropped": np.where(rest > 0, dropped, np.nan),
        }


def _score(summed: ItemMoments, items: ScaleItems, moments: KeyedMoments) -> tuple[ScoreSums, Floats]:
    """Return what the score is like, and each item's correlation with it (k,)."""
    if moments.missing == "pairwise" and not items.is_composite:
        sums = unit_sums(summed, moments.scale, items)
        planned = plan_of(summed.instrument).scales[summed.instrument.scale_ids.index(moments.scale)]
        score = available_score(sums, required=planned.required)
        assert isinstance(planned, PlannedScale)
        times, plus = planned.times * planned.unit / planned.divisor, planned.plus / planned.divisor
        score = ScoreSums(n=score.n, mean=score.mean * times + plus, sd=score.sd * times)
        return score, item_score_correlations(sums)
    c, weights = moments.covariances, moments.weights
    with np.errstate(invalid="ignore", divide="ignore"):
        r: Floats = (c @ weights) / np.sqrt(c.diagonal() * (weights @ c @ weights))
    return ScoreSums(n=moments.n, mean=moments.score_mean, sd=moments.score_sd), r


@reads_answers
def item_analysis(
    answers: Answers | Instrument | str | Path,
    responses: Any = None,
    *,
    scale: str | None = None,
    missing: Missing = "pairwise",
    sds: StandardDeviations = "items",
    **reading: Unpack[ReadingOptions],
) -> ItemAnalysis:
    """Analyse the items of a scale.

    Parameters
    ----------
    answers, responses, scale, missing
        As in `cronbach_alpha`. With ``listwise``, n, mean, sd and correlations are of those who answered
        every item of the scale; frequencies, and what comes of them (median, skew, kurtosis, floor,
        ceiling), are of all answers.
    sds
        See `KeyedMoments.correlations`.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    ItemAnalysis

    Warns
    -----
    KeyingWarning
        Items run against their key; they are named, never flipped.

    Notes
    -----
    ``r_drop`` is ``(c_i. - c_ii) / sqrt(c_ii (V - 2 c_i. + c_ii))``; ``r_cor`` is ``(R*1)_i / sqrt(1'R*1)``
    with squared multiple correlations on the diagonal of R* (similar to Cureton, 1966; psych's r.cor):
    corrected for overlap and for the unreliability of the total.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> item_analysis(answers, scale="trust").items
    ('tru01', 'tru04', '-tru09', 'tru11')
    """
    answers = answers_given(answers, responses, reading)
    summed = (
        moments_of_codes(answers.instrument, answers.codes)
        if isinstance(answers, CodedResponses)
        else answers
    )
    check_sds(sds)
    moments = keyed_moments(summed, scale, missing)
    check_unweighted(moments)
    analysis = items_from(summed, moments, sds)
    if analysis.keying is not None:
        warnings.warn(str(analysis.keying), KeyingWarning, stacklevel=2)
    return analysis


def _options(scale: ResponseScale) -> tuple[NDArray[np.intp], tuple[int | float, ...]]:
    """Return where what an answer may count stands among all codes from 1, and what that is."""
    places = np.array(sorted({code - 1 for code in scale.codes}), dtype=np.intp)
    return places, tuple(scale.counted.values[place] for place in places)


def items_from(summed: ItemMoments, moments: KeyedMoments, sds: StandardDeviations) -> ItemAnalysis:
    """Return the item analysis of moments, without a warning."""
    name, items = items_of(summed, moments.scale)
    correlations, (score, r_raw) = moments.correlations(sds), _score(summed, items, moments)
    table = summed.frequencies[items.columns, 1:]
    given, position = table.sum(axis=1), np.arange(len(items.ids))
    median, skew, kurtosis = distribution(table)
    asked = [_options(summed.instrument.item(item).response_scale) for item in items.ids]
    lowest, highest = table[:, 0], table[position, items.points - 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        floor = np.where(items.reverse, highest, lowest) / given
        ceiling = np.where(items.reverse, lowest, highest) / given
        missing_share = 1 - given / np.float64(summed.n_persons)
    return ItemAnalysis(
        instrument=moments.instrument,
        scale=name,
        items=tuple(f"-{i}" if r else i for i, r in zip(items.ids, items.reverse, strict=True)),
        n=moments.counts.diagonal().copy(),
        missing_share=missing_share,
        mean=moments.means,
        sd=np.sqrt(moments.covariances.diagonal()),
        median=items.minima + items.steps * np.where(items.reverse, items.points - 1 - median, median),
        skew=np.where(items.reverse, -skew, skew),
        kurtosis=kurtosis,
        floor=floor,
        ceiling=ceiling,
        r_raw=r_raw,
        **_item_total(moments, correlations),
        inter_item=inter_item(correlations),
        frequencies=tuple(row[places] for row, (places, _) in zip(table, asked, strict=True)),
        options=tuple(options for _, options in asked),
        score=score,
        missing=moments.missing,
        moments=moments,
        keying=find_miskeyed(moments),
    )
