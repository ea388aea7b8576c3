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
from intimacy_scales.messages import level_outside
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
from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.consistency.alpha import alpha_of
from intimacy_scales.reliability.consistency.conditions import check_unweighted, undefined_because
from intimacy_scales.reliability.consistency.guttman import guttman_bounds
from intimacy_scales.reliability.consistency.intervals import duhachek_variance
from intimacy_scales.reliability.consistency.shape import distribution
from intimacy_scales.reliability.items.keying import KeyingFinding, find_miskeyed
from intimacy_scales.reliability.items.score_moments import (
    ScoreSums,
    item_total_figures,
    score_and_r_raw,
)
from intimacy_scales.results.default_page import frame_text
from intimacy_scales.results.document_types import Object, many
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.figure_texts import column_texts, heading_of
from intimacy_scales.results.not_kept import AGAIN_COEFFICIENT, NotKept, stored
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import apa

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_SHARES = ("missing_share", "floor", "ceiling")
_FIGURES = (
    "mean", "sd", "median", "skew", "kurtosis", "r_raw", "r_std", "r_drop", "r_cor", "alpha_if_dropped",
)  # fmt: skip
_PERCENTS = ("% missing", "% floor", "% ceiling")
_ITEM = Object(
    item=str, n=int, frequencies=Mapping[str, int], **dict.fromkeys((*_FIGURES, *_SHARES, *_PERCENTS), float)
)


def _option(text: str) -> int | float:
    """Return the option that is the name of a frequency in a document."""
    return int(text) if text.removeprefix("-").isdecimal() else float(text)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class InterItem(Result):
    """Correlations between the items of a scale.

    Attributes
    ----------
    mean, median, minimum, maximum, variance
        Over all pairs of items; nan without any.

    Examples
    --------
    >>> from intimacy_scales import item_analysis, simulate
    >>> analysis = item_analysis("scii-24", simulate("scii-24", 300, rng=1).answers, scale="trust")
    >>> round(analysis.inter_item.mean, 2), round(analysis.inter_item.minimum, 2)
    (0.48, 0.42)
    """

    mean: float
    median: float
    minimum: float
    maximum: float
    variance: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields; None for what is not defined."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        return (
            f"<Correlations between items: mean {apa(self.mean, 3)}, median {apa(self.median, 3)}, from "
            f"{apa(self.minimum, 3)} to {apa(self.maximum, 3)}>"
        )


def inter_item(correlations: Floats) -> InterItem:
    """Return a summary of the correlations below the diagonal."""
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
    """Statistics of each item of a scale.

    Attributes
    ----------
    instrument
        The instrument that was answered.
    scale
        The scale's id.
    items
        Item ids; a leading minus marks reverse-keyed items. The arrays below are (k,) in this order, of
        keyed answers, nan where not defined.
    n
        Number of persons who answered the item.
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
        Correlation with the standardized total, in which the variance of the item is replaced by its
        squared multiple correlation with the others.
    alpha_if_dropped
        Coefficient alpha of the other items.
    inter_item
        Mean, median, range and variance of the correlations between items.
    frequencies
        (k, points): how often each option was chosen, as answered, not keyed; options in ``options``.
    score
        n, mean and sd of the score: under the scale's missing rule with pairwise deletion, of complete
        answers with listwise deletion. Of a composite, from the items' means and covariances.
    missing
        Rule for missing answers in covariances.
    moments
        Means and covariances from which it was computed.
    keying
        Items that run against their key, or None.

    Examples
    --------
    >>> from intimacy_scales import item_analysis, simulate
    >>> analysis = item_analysis("scii-24", simulate("scii-24", 300, rng=1).answers, scale="trust")
    >>> analysis.items, analysis.r_drop.round(2).tolist()
    (('tru01', 'tru04', '-tru09', 'tru11'), [0.63, 0.6, 0.61, 0.54])
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
            Return percentages of the answers instead of counts. The last column is always the percentage of
            all persons who skipped the item.
        """
        from intimacy_scales.results.frames import pandas_frame

        all_options = sorted({value for row in self.options for value in row})
        columns: dict[str, Any] = {"item": [item.removeprefix("-") for item in self.items]}
        for value in all_options:
            cells = []
            for options, counts in zip(self.options, self.frequencies, strict=True):
                count = int(counts[options.index(value)]) if value in options else 0
                n_answers = int(counts.sum())
                share = 100 * count / n_answers if n_answers else math.nan
                cells.append(share if percent else count)
            columns[str(value)] = cells
        columns["% missing"] = 100 * self.missing_share
        return pandas_frame(columns).set_index("item")

    def if_dropped(self, sds: StandardDeviations = "items") -> pd.DataFrame:
        """Return a pandas table of statistics of the scale without each item.

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
            shares = {name: getattr(self, name)[i] for name in _SHARES}  # those from percentages might differ
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
            options=tuple(tuple(option for option, _ in frequencies) for frequencies in counts),
            frequencies=tuple(np.array([n for _, n in frequencies], np.int64) for frequencies in counts),
            inter_item=values["inter_item_r"],
            score=ScoreSums(**values["score"]),
            keying=values["against_key"],
            moments=behind,
        )

    @property
    def r_cor_reason(self) -> str | None:
        """Why r_cor is not defined for any item; None where it is defined for one."""
        from_document: str | None = stored(self.moments, "r_cor_reason")
        if from_document is not None:
            return from_document or None
        if not np.isnan(self.r_cor).all():
            return None
        if self.moments.constant_items:
            return f"everyone gave {self.moments.constant_items[0]} the same answer"
        r = self.moments.correlations()
        perfect_pairs = np.argwhere(np.triu(np.abs(r) > 1 - ROUNDING, 1))
        if len(perfect_pairs):
            first, second = (self.moments.items[i] for i in perfect_pairs[0])
            return f"everyone gave {first} and {second} equivalent answers: their correlation is 1 or -1"
        return (
            "correlations are singular: some items are linear combinations of others, there are too few "
            "persons, or answers are missing"
        )

    def __repr__(self) -> str:
        table = frame_text(self.to_frame().drop(columns=["median", "r_std"]))
        notes = f"\n{self.keying}" if self.keying else ""
        if self.r_cor_reason:
            notes += f"\nr_cor is not defined: {self.r_cor_reason}"
        return f"<ItemAnalysis of {self.scale}, {self.instrument}>\n{table}{notes}"

    def page(self) -> Page:
        """Return what is displayed as data: the table of items, and cautions."""
        cautions = [str(self.keying)] if self.keying else []
        cautions += [f"r_cor is not defined: {self.r_cor_reason}"] if self.r_cor_reason else []
        title = f"Items of {self.scale}; {self.instrument}"
        return Page(title=title, tables=(self.text_table(),), warnings=tuple(cautions))

    def text_table(self) -> TextTable:
        """Return the table that is displayed."""
        figures = {"item": list(self.items), **self.figures()}
        columns = {
            heading_of(name): column_texts(name, list(values), digits=2) for name, values in figures.items()
        }
        return TextTable(title=f"Items of {self.scale}", columns=columns)


def _summary(moments: KeyedMoments, sds: StandardDeviations) -> dict[str, float]:
    """Return the statistics of `ItemAnalysis.if_dropped` for one set of items."""
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
        values["signal_noise"] = k * described.mean / noise if noise > ROUNDING else math.inf
    return values


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
        every item of the scale; frequencies, and statistics from them (median, skew, kurtosis, floor,
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
    With the covariances c and their sum V, ``r_drop`` is ``(c_i. - c_ii) / sqrt(c_ii (V - 2 c_i. + c_ii))``.
    ``r_cor`` is ``(R*1)_i / sqrt(1'R*1)``, with squared multiple correlations on the diagonal of the
    correlations R* (similar to Cureton, 1966; psych's r.cor), which corrects for overlap and for the
    unreliability of the total.

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
        warnings.warn(str(analysis.keying), KeyingWarning, stacklevel=level_outside())
    return analysis


def _options(scale: ResponseScale) -> tuple[NDArray[np.intp], tuple[int | float, ...]]:
    """Return the positions of the values of options among all codes from 1, and these values."""
    places = np.array(sorted({code - 1 for code in scale.codes}), dtype=np.intp)
    values = scale.counted.values
    return places, tuple(values[place] for place in places)


def items_from(summed: ItemMoments, moments: KeyedMoments, sds: StandardDeviations) -> ItemAnalysis:
    """Return the item analysis of moments, without a warning about keys."""
    name, items = items_of(summed, moments.scale)
    correlations, (score, r_raw) = moments.correlations(sds), score_and_r_raw(summed, items, moments)
    frequencies = summed.frequencies[items.columns, 1:]
    n_answers, rows = frequencies.sum(axis=1), np.arange(len(items.ids))
    median, skew, kurtosis = distribution(frequencies)
    options_of_items = [_options(summed.instrument.item(item).response_scale) for item in items.ids]
    lowest, highest = frequencies[:, 0], frequencies[rows, items.points - 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        floor = np.where(items.reverse, highest, lowest) / n_answers
        ceiling = np.where(items.reverse, lowest, highest) / n_answers
        missing_share = 1 - n_answers / np.float64(summed.n_persons)
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
        **item_total_figures(moments, correlations),
        inter_item=inter_item(correlations),
        frequencies=tuple(
            row[places] for row, (places, _) in zip(frequencies, options_of_items, strict=True)
        ),
        options=tuple(options for _, options in options_of_items),
        score=score,
        missing=moments.missing,
        moments=moments,
        keying=find_miskeyed(moments),
    )
