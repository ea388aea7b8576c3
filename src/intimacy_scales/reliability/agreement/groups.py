"""How far values go together within groups, and how reliable the means of groups are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.late import late_module
from intimacy_scales.moments.clusters import label_positions
from intimacy_scales.reading.frames import number_column, same_rows
from intimacy_scales.reading.options import OnInvalid
from intimacy_scales.reading.plain import check_scores
from intimacy_scales.reliability.agreement.anova import ratio, stepped_up, unequal_groups_interval
from intimacy_scales.reliability.agreement.crossed import CrossedData, one_way_components
from intimacy_scales.reliability.agreement.crossed_squares import crossed_squares
from intimacy_scales.reliability.consistency.conditions import few_persons
from intimacy_scales.results.document_types import by_name, documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.not_kept import NotKept, needed, stored
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

AGAIN_VALUES = "compute it again from the values"


@result_class
class GroupICC(Result):
    """How far values go together within groups of any size, and how reliable the groups' means are.

    Attributes
    ----------
    n_groups, n_values
        Groups, and values in them.
    average_size
        The group size that unequal groups amount to.
    mean_square_between, mean_square_within
        Between groups, and within them.
    icc1, icc2
        ICC(1) and ICC(2) from mean squares.
    icc1_reml
        ICC(1) from variance components by restricted likelihood.
    between, within
        These components.
    mean
        The mean of groups, weighted by what each tells.
    """

    n_groups: int
    n_values: int
    average_size: float
    mean_square_between: float
    mean_square_within: float
    icc1: float
    icc2: float
    icc1_reml: float
    between: float
    within: float
    mean: float
    group_means: NDArray[np.float64] = field(repr=False, compare=False)
    sizes: NDArray[np.int64] = field(repr=False, compare=False)

    def confidence_interval(self, confidence_level: float = 0.95, *, of: str = "icc1") -> Interval:
        """Return an interval for normal values.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        of
            ``icc1`` or ``icc2``.

        Returns
        -------
        Interval
            From F where groups are of one size, and so exact for normal values (Shrout & Fleiss, 1979); of
            other groups by the harmonic mean of their sizes (Thomas & Hultquist, 1978). That of ICC(2) is
            that of ICC(1), stepped up to groups of the average size.

        Raises
        ------
        EstimationError
            No such coefficient.

        Examples
        --------
        >>> values, groups = [1, 2, 5, 6, 9, 9.5, 4, 3], ["a", "a", "b", "b", "c", "c", "d", "d"]
        >>> group_icc(values, groups).confidence_interval()
        <95% interval [0.687, 0.998], Thomas-Hultquist F, n = 4>
        """
        check_level(confidence_level)
        if of not in ("icc1", "icc2"):
            raise EstimationError(f"of={of!r}: 'icc1' or 'icc2'")
        found: Interval | None = (stored(self.sizes, "intervals") or {}).get(of)
        if found is not None and found.confidence_level == confidence_level:
            return found
        sizes, method = needed(self.sizes).astype(np.float64), "Thomas-Hultquist F"
        if not self.mean_square_within > 0:
            reason = "values do not vary within groups"
            return undefined_interval(confidence_level, method, self.n_groups, reason)
        df = self.n_values - self.n_groups
        ends = unequal_groups_interval(self.group_means, sizes, self.mean_square_within, df, confidence_level)
        if of == "icc2":
            ends = stepped_up(ends[0], self.average_size), stepped_up(ends[1], self.average_size)
        return Interval(
            low=ends[0], high=ends[1], confidence_level=confidence_level, method=method, n=self.n_groups
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know before it is used."""
        return tuple(few_persons(self.n_groups, "groups"))

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        fields: dict[str, Any] = {name: plain(getattr(self, name)) for name in self._names()}
        return fields | {
            "warnings": [*self.warnings],
            "intervals": {of: self.confidence_interval(of=of).to_dict() for of in ("icc1", "icc2")},
        }

    def _names(self) -> list[str]:
        return [name for name in self.__slots__ if name not in ("group_means", "sizes")]

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(
            cls, without=("group_means", "sizes"), warnings=Sequence[str], intervals=by_name(Interval)
        )

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> GroupICC:
        figures = {"intervals": values["intervals"]}
        behind = NotKept(cls.__name__, "the values behind them", AGAIN_VALUES, figures)
        return made_of(cls, values, group_means=behind, sizes=behind)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table of one row."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame({name: [getattr(self, name)] for name in self._names()})

    def __repr__(self) -> str:
        told = "".join(f"\n ! {text}" for text in self.warnings)
        return (
            f"<ICC(1) = {shown(self.icc1)} {self.confidence_interval()} ({shown(self.icc1_reml)} by REML), "
            f"ICC(2) = {shown(self.icc2)} {self.confidence_interval(of='icc2')}; "
            f"{self.n_values} values in {self.n_groups} groups{told}>"
        )


def group_icc(values: Any, groups: Any, *, on_invalid: OnInvalid = "raise") -> GroupICC:
    """Compute ICC(1) and ICC(2) of values in groups: persons of couples or sites, occasions of persons.

    Parameters
    ----------
    values
        A column of numbers (n,); missing ones do not count.
    groups
        A label for each (n,).
    on_invalid
        ``"raise"`` where values look like codes for missing ones (-99, 999 …); ``"accept"`` takes every
        number as it is.

    Returns
    -------
    GroupICC

    Raises
    ------
    EstimationError
        Fewer than two groups, no group with two values, or a value whose group is not known.
    ResponseError
        Not numbers, or numbers that look like codes for missing ones.

    Notes
    -----
    ``ICC(1) = (b - w) / (b + (k0 - 1) w)`` and ``ICC(2) = 1 - w / b`` from mean squares between and within
    groups, with ``k0 = (N - sum n_i**2 / N) / (groups - 1)`` (Bartko, 1976; Donner, 1986). ICC(2) is for
    means of groups as they are.

    Examples
    --------
    >>> result = group_icc([1, 2, 5, 6, 9, 9.5], ["a", "a", "b", "b", "c", "c"])
    >>> round(result.icc1, 3)
    0.975
    """
    y = number_column(values, "values")
    check_scores({"values": y}, on_invalid)
    if not same_rows(values, groups):
        raise EstimationError("values and groups have different indexes; align them first")
    group = label_positions(groups, "groups")
    if len(group) != len(y):
        raise EstimationError(f"groups: {len(group)} labels for {len(y)} values")
    nobody = np.flatnonzero((group < 0) & ~np.isnan(y))
    if len(nobody):
        raise EstimationError(
            f"groups: {len(nobody)} of {len(y)} values belong to none, the first in row {nobody[0]}; leave "
            "them out, or give each a label of its own"
        )
    kept = ~np.isnan(y)
    y, group = y[kept], np.unique(group[kept], return_inverse=True)[1]
    n, sizes = len(y), np.bincount(group)
    if len(sizes) < 2 or n <= len(sizes):  # nothing to compare
        raise EstimationError(
            f"{len(sizes)} groups of {n} values: at least two groups, and one with two values"
        )
    together = np.zeros(n, dtype=np.intp)
    squares = crossed_squares(group, together, y[:, None])
    between, within = squares.between / (len(sizes) - 1), squares.within / squares.df_within
    if not between + within > 0:
        raise EstimationError("all values are alike: there is no variance to divide")
    k0 = float(n - np.sum(sizes**2) / n) / (len(sizes) - 1)
    data = CrossedData(group, together, y[:, None])
    if within > 0:
        var_between, var_within = one_way_components(data, float(y.var())).tolist()
        mean = float(data.mean(var_between, 0.0, var_within)[0])
    else:  # the likelihood rises for ever as the variance within groups goes to 0
        var_between, var_within = squares.person_means / (len(sizes) - 1), 0.0
        mean = float(np.mean(np.bincount(group, weights=y) / sizes))
    return GroupICC(
        n_groups=len(sizes),
        n_values=n,
        average_size=k0,
        mean_square_between=between,
        mean_square_within=within,
        icc1=ratio(between - within, between + (k0 - 1) * within),
        icc2=1 - within / between if between > 0 else math.nan,
        icc1_reml=ratio(var_between, var_between + var_within),
        between=var_between,
        within=var_within,
        mean=mean,
        group_means=np.bincount(group, weights=y) / sizes,
        sizes=sizes,
    )
