"""Content validity: how far experts agree that the items of an instrument are relevant."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError, ResponseError
from intimacy_scales.messages import shortened
from intimacy_scales.numerics.arguments import is_real
from intimacy_scales.reading.frames import number_column, open_table
from intimacy_scales.results.interval import Interval, check_level
from intimacy_scales.results.wording import counted
from intimacy_scales.validity.agreement_of_experts import (
    aikens_v,
    content_validity_ratio,
    critical_count,
    modified_kappa,
    p_of_aikens_v,
    score_interval,
    substantive_validity,
)
from intimacy_scales.validity.content_validity_result import ContentValidity, Essential, RatedItem, SortedItem
from intimacy_scales.validity.expert_ratings import ExpertRatings, checked_scale
from intimacy_scales.validity.units import check_indexes

Floats = NDArray[np.float64]
_RELEVANT_OF_FOUR = 3
# names of columns that say who judged
_OF_EXPERTS = {
    *(f"{who}{end}" for who in ("expert", "rater", "judge", "reviewer", "panelist", "respondent")
      for end in ("", "s", "_id", " id", "id", "_name", " name")),
    "id", "index", "name", "nr", "no", "number", "row", "unnamed: 0", "",
}  # fmt: skip


def content_validity(
    ratings: ExpertRatings | Any,
    *,
    scale: tuple[int, int] | None = None,
    relevant: int | None = None,
    confidence_level: float = 0.95,
    level: float = 0.05,
) -> ContentValidity:
    """Compute how far experts agree on the content of items: I-CVI, kappa, S-CVI, Aiken's V, CVR.

    Parameters
    ----------
    ratings
        What `read_expert_sheets` read; or a table of ratings of relevance with a column for each item and a
        row for each expert, empty where one is missing.
    scale
        Lowest and highest rating; None: 1 to 4 (of a table), or that of the sheets.
    relevant
        The lowest rating that means relevant (or clear); None: 3 on a scale from 1 to 4, which is the
        convention. Other scales need it.
    confidence_level
        Of the intervals of I-CVI and Aiken's V.
    level
        One-sided significance level of the critical values.

    Returns
    -------
    ContentValidity
        A row for each item, and the figures of the whole set of items.

    Raises
    ------
    ResponseError
        Ratings that are not on the scale; the cells are named.
    EstimationError
        Fewer than two experts, an item that nobody rated, or an option that is not valid.

    Notes
    -----
    An item that some experts left out is judged by those who rated it; its ``n`` says how many, and a caution
    names it. Definitions: I-CVI and S-CVI (Lynn, 1986; Polit & Beck, 2006), modified kappa (Polit, Beck &
    Owen, 2007), CVR (Lawshe, 1975) with exact critical values (Ayre & Scally, 2014), Aiken's V (1985) with
    the score interval of Penfield and Giacobbi (2004), substantive validity (Anderson & Gerbing, 1991).

    Examples
    --------
    >>> table = {"a": [4, 4, 3, 4, 3, 4], "b": [4, 2, 3, 1, 3, 4]}
    >>> result = content_validity(table)
    >>> round(result["a"].i_cvi, 2), round(result["b"].i_cvi, 2), round(result["b"].kappa, 2)
    (1.0, 0.67, 0.56)
    >>> round(result.s_cvi_ave, 2), result.s_cvi_ua
    (0.83, 0.5)
    """
    check_level(confidence_level)
    check_level(level, "level")
    given = ratings if isinstance(ratings, ExpertRatings) else _from_table(ratings, checked_scale(scale))
    if scale is not None and checked_scale(scale) != given.scale:
        raise EstimationError(
            f"scale={scale!r} is not valid; the sheets were read with ratings from {given.scale[0]} to "
            f"{given.scale[1]}; read_expert_sheets(…, scale={scale!r}) reads them with another scale"
        )
    n_experts = len(given.experts) - len(given.without_judgement)
    if n_experts < 2:
        raise EstimationError(
            f"{counted(n_experts, 'expert')} judged; agreement needs two or more, and three or more are usual"
        )
    least = _least_relevant(relevant, given.scale)
    rated = {
        name: _rated(given, getattr(given, name), least, confidence_level, name)
        for name in ("relevance", "clarity")
        if getattr(given, name) is not None
    }
    return ContentValidity(
        of=given.of,
        version=given.version,
        n_experts=n_experts,
        scale=given.scale,
        relevant=least,
        confidence_level=confidence_level,
        level=level,
        items=rated.get("relevance", ()),
        clarity=rated.get("clarity", ()),
        essential=_essential(given, level),
        sorted_items=_sorted(given, level),
        facet_of=given.facet_of,
        left_out=given.left_out,
        without_judgement=given.without_judgement,
    )


def _least_relevant(relevant: int | None, scale: tuple[int, int]) -> int:
    """Return the lowest rating that counts as relevant."""
    if relevant is None:
        if scale != (1, 4):
            raise EstimationError(
                f"relevant is needed for ratings from {scale[0]} to {scale[1]}: the lowest one that means "
                "relevant"
            )
        return _RELEVANT_OF_FOUR
    if not is_real(relevant) or relevant % 1 or not scale[0] < relevant <= scale[1]:
        raise EstimationError(
            f"relevant={shortened(relevant)} is not valid; allowed: a rating from {scale[0] + 1} to "
            f"{scale[1]}"
        )
    return int(relevant)


def _from_table(ratings: Any, scale: tuple[int, int]) -> ExpertRatings:
    """Return the ratings of relevance in a table with a column for each item."""
    if isinstance(ratings, Mapping):
        columns = dict(ratings)
        items, columns = [str(name) for name in columns], {str(n): v for n, v in columns.items()}
    else:
        table = open_table(ratings)
        items = [str(name) for name in table.names]
        columns = {str(name): table.listed(name) for name in table.names}
    if not items:
        raise ResponseError("ratings has no columns; pass a column for each item and a row for each expert")
    _check_columns(items)
    check_indexes(columns)
    by_item = {name: number_column(values, name) for name, values in columns.items()}
    lengths = {len(values) for values in by_item.values()}
    if len(lengths) > 1:
        raise ResponseError(f"ratings: columns have {min(lengths)} to {max(lengths)} rows; all need the same")
    for name, values in by_item.items():
        wrong = ~np.isnan(values) & ((values < scale[0]) | (values > scale[1]) | (values % 1 != 0))
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise ResponseError(
                f"ratings: {name}, row {row} is {values[row]:g}; allowed: whole numbers from {scale[0]} to "
                f"{scale[1]}. For another scale pass scale=(lowest, highest) and relevant="
            )
    n_experts = lengths.pop()
    return ExpertRatings(
        of="",
        version="",
        experts=tuple(f"expert {number}" for number in range(1, n_experts + 1)),
        items=tuple(items),
        scale=scale,
        facet_of={},
        relevance=np.column_stack([by_item[name] for name in items]),
    )


def _check_columns(names: Sequence[str]) -> None:
    """Raise where two columns have one name, or a column says who judged."""
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ResponseError(f"ratings: two columns are called {twice!r}; name each item once")
    for name in names:
        if name.strip().casefold() in _OF_EXPERTS:
            raise ResponseError(
                f"ratings: the column {name!r} seems to say who judged, and not how an item was rated; leave "
                f"it out, as in table.drop(columns=[{name!r}]). If it is an item, give it another name"
            )


def _rated(
    ratings: ExpertRatings, values: Floats, relevant: int, confidence_level: float, what: str
) -> tuple[RatedItem, ...]:
    """Return the figures of each item that was rated on the scale."""
    low, high = ratings.scale
    rows = []
    for item, column in zip(ratings.items, values.T, strict=True):
        given = column[~np.isnan(column)].astype(int)
        n = len(given)
        if n == 0:
            raise EstimationError(f"{item}: no expert rated its {what}; leave it out, or ask again")
        n_relevant = int((given >= relevant).sum())
        total = int((given - low).sum())
        v, cvi = aikens_v(float(given.mean()), low, high), n_relevant / n
        rows.append(
            RatedItem(
                item=item,
                n=n,
                n_relevant=n_relevant,
                i_cvi=cvi,
                i_cvi_interval=_interval(cvi, n, n, confidence_level, "score (Wilson)"),
                kappa=modified_kappa(n_relevant, n),
                mean=float(given.mean()),
                v=v,
                v_interval=_interval(v, n * (high - low), n, confidence_level, "score"),
                v_p=p_of_aikens_v(total, n, high - low),
            )
        )
    return tuple(rows)


def _interval(share: float, trials: int, n: int, confidence_level: float, method: str) -> Interval:
    low, high = score_interval(share, trials, confidence_level)
    return Interval(low=low, high=high, confidence_level=confidence_level, method=method, n=n, bounded=True)


def _essential(ratings: ExpertRatings, level: float) -> tuple[Essential, ...]:
    """Return Lawshe's ratio of each item; empty where experts did not judge it."""
    if ratings.essential is None:
        return ()
    rows = []
    for item, column in zip(ratings.items, ratings.essential.T, strict=True):
        given = column[~np.isnan(column)]
        n, n_essential = len(given), int(given.sum())
        least = critical_count(n, level)
        rows.append(
            Essential(
                item=item,
                n=n,
                n_essential=n_essential,
                cvr=content_validity_ratio(n_essential, n),
                critical=math.nan if least is None else content_validity_ratio(least, n),
            )
        )
    return tuple(rows)


def _sorted(ratings: ExpertRatings, level: float) -> tuple[SortedItem, ...]:
    """Return how experts sorted each item into facets; empty where they did not."""
    if ratings.sorted_into is None:
        return ()
    rows = []
    for position, item in enumerate(ratings.items):
        chosen = Counter(row[position] for row in ratings.sorted_into if row[position] is not None)
        intended, n = ratings.facet_of[item], sum(chosen.values())
        others = {facet: count for facet, count in chosen.items() if facet != intended}
        most = max(others.values(), default=0)
        agreement, coefficient = substantive_validity(chosen[intended], most, n)
        least = critical_count(n, level)
        rows.append(
            SortedItem(
                item=item,
                facet=intended,
                n=n,
                n_intended=chosen[intended],
                other=min((str(f) for f, count in others.items() if count == most), default=""),
                n_other=most,
                p_sa=agreement,
                c_sv=coefficient,
                beyond_chance=None if least is None else chosen[intended] >= least,
            )
        )
    return tuple(rows)
