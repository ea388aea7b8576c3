"""Similarity of values within groups, ICC(1), and reliability of the groups' means, ICC(2)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.clusters import label_positions
from intimacy_scales.reading.frames import number_column, same_rows
from intimacy_scales.reading.options import OnInvalid
from intimacy_scales.reading.undeclared_codes import check_scores
from intimacy_scales.reliability.agreement.anova import ratio, stepped_up, unequal_groups_interval
from intimacy_scales.reliability.agreement.crossed import CrossedData, one_way_components
from intimacy_scales.reliability.agreement.crossed_squares import crossed_squares
from intimacy_scales.reliability.consistency.conditions import few_persons
from intimacy_scales.reliability.consistency.shape import shape_of_columns
from intimacy_scales.results.document_types import Unless, by_name, documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.not_kept import NotKept, needed, stored
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

AGAIN_VALUES = "compute it again from the values"  # what to do when the values were not kept


@result_class
class GroupICC(Result):
    """Intraclass correlations of values in groups of any size, ICC(1) and ICC(2).

    Attributes
    ----------
    n_groups, n_values
        Numbers of groups, and of values in them.
    average_size
        k0, the size of equal groups that unequal groups correspond to.
    mean_square_between, mean_square_within
        Mean squares between groups and within groups.
    icc1, icc2
        ICC(1) and ICC(2) from mean squares.
    icc1_reml
        ICC(1) from variance components by restricted likelihood.
    between, within
        These components.
    mean
        Generalized least squares mean of the groups, each weighted by its precision.
    group_means, sizes
        (n_groups,): mean and number of values of each group.
    interval_warnings
        Why intervals are too narrow for values of this shape; empty where they are not.

    Examples
    --------
    >>> result = group_icc([1, 2, 5, 6, 9, 9.5], ["a", "a", "b", "b", "c", "c"])
    >>> result.n_groups, round(result.icc2, 3)
    (3, 0.988)
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
    interval_warnings: tuple[str, ...] = ()

    def confidence_interval(self, confidence_level: float = 0.95, *, of: str = "icc1") -> Interval:
        """Return a confidence interval, which assumes normality.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        of
            ``icc1`` or ``icc2``.

        Returns
        -------
        Interval
            From F, which is exact for normal values in groups of equal size (Shrout & Fleiss, 1979); in
            unequal groups with the harmonic mean of their sizes (Thomas & Hultquist, 1978). The interval of
            ICC(2) is that of ICC(1), stepped up to the average group size.

        Raises
        ------
        EstimationError
            ``of`` is not a coefficient.

        Examples
        --------
        >>> values, groups = [1, 2, 5, 6, 9, 9.5, 4, 3], ["a", "a", "b", "b", "c", "c", "d", "d"]
        >>> group_icc(values, groups).confidence_interval()
        <95% interval [.687, .998], Thomas-Hultquist F, n = 4>
        """
        check_level(confidence_level)
        if of not in ("icc1", "icc2"):
            raise EstimationError(not_one_of("of", of, ("icc1", "icc2")))
        in_document: Interval | None = (stored(self.sizes, "intervals") or {}).get(of)
        if in_document is not None and in_document.confidence_level == confidence_level:
            return in_document
        sizes, method = needed(self.sizes).astype(np.float64), "Thomas-Hultquist F"
        if not self.mean_square_within > 0:
            reason = "values do not vary within groups"
            return undefined_interval(confidence_level, method, self.n_groups, reason)
        df = self.n_values - self.n_groups
        ends = unequal_groups_interval(self.group_means, sizes, self.mean_square_within, df, confidence_level)
        if of == "icc2":
            ends = stepped_up(ends[0], self.average_size), stepped_up(ends[1], self.average_size)
        return Interval(
            low=ends[0],
            high=ends[1],
            confidence_level=confidence_level,
            method=method,
            n=self.n_groups,
            warnings=self.interval_warnings,
            bounded=True,
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using the coefficients."""
        return (*few_persons(self.n_groups, "groups"), *self.interval_warnings)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        fields: dict[str, Any] = {name: plain(getattr(self, name)) for name in self._names()}
        if self.interval_warnings:
            fields["interval_warnings"] = [*self.interval_warnings]
        return fields | {
            "warnings": [*self.warnings],
            "intervals": {name: self.confidence_interval(of=name).to_dict() for name in ("icc1", "icc2")},
        }

    def _names(self) -> list[str]:
        """Return the names of the figures."""
        return [name for name in self.__slots__ if name not in ("group_means", "sizes", "interval_warnings")]

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(
            cls,
            without=("group_means", "sizes"),
            warnings=Sequence[str],
            intervals=by_name(Interval),
            interval_warnings=Unless(Sequence[str], nothing=()),
        )

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> GroupICC:
        kept = {"intervals": values["intervals"]}
        not_kept = NotKept(cls.__name__, "the values behind them", AGAIN_VALUES, kept)
        return made_of(cls, values, group_means=not_kept, sizes=not_kept)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table of one row."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame({name: [getattr(self, name)] for name in self._names()})

    def __repr__(self) -> str:
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        return (
            f"<ICC(1) = {apa(self.icc1, 3)} {self.confidence_interval()} ({apa(self.icc1_reml, 3)} by REML), "
            f"ICC(2) = {apa(self.icc2, 3)} {self.confidence_interval(of='icc2')}; "
            f"{counted(self.n_values, 'value')} in {counted(self.n_groups, 'group')}{cautions}>"
        )


def group_icc(values: Any, groups: Any, *, on_invalid: OnInvalid = "raise") -> GroupICC:
    """Compute ICC(1) and ICC(2) of values in groups: persons of couples or sites, occasions of persons.

    Parameters
    ----------
    values
        A column of numbers (n,); missing values are left out.
    groups
        The group of each value (n,), as labels.
    on_invalid
        ``"raise"``: an error if values look like codes for missing values (-99, 999 …). ``"accept"``: every
        number is taken as it is.

    Returns
    -------
    GroupICC

    Raises
    ------
    EstimationError
        Fewer than two groups, no group with two values, or a value without a group.
    ResponseError
        Values that are not numbers, or that look like codes for missing values.

    Notes
    -----
    ``ICC(1) = (b - w) / (b + (k0 - 1) w)`` and ``ICC(2) = 1 - w / b`` from the mean squares b between and w
    within groups, with ``k0 = (N - sum n_i**2 / N) / (groups - 1)`` (Bartko, 1976; Donner, 1986). ICC(2) is
    the reliability of the groups' means at their present sizes.

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
        raise EstimationError(f"groups: {counted(len(group), 'label')} for {counted(len(y), 'value')}")
    ungrouped = np.flatnonzero((group < 0) & ~np.isnan(y))
    if len(ungrouped):
        raise EstimationError(
            f"groups: {len(ungrouped)} of {len(y)} values belong to no group, the first in row "
            f"{ungrouped[0]}; leave them out, or give each a label of its own"
        )
    present = ~np.isnan(y)
    y, group = y[present], np.unique(group[present], return_inverse=True)[1]
    n, sizes = len(y), np.bincount(group)
    if len(sizes) < 2 or n <= len(sizes):  # no variance between groups, or none within
        raise EstimationError(
            f"{counted(len(sizes), 'group')} with {counted(n, 'value')} in all: at least two groups are "
            "needed, and one of them with two values or more"
        )
    one_occasion = np.zeros(n, dtype=np.intp)  # groups take the place of persons, crossed with nothing
    squares = crossed_squares(group, one_occasion, y[:, None])
    between, within = squares.between / (len(sizes) - 1), squares.within / squares.df_within
    if not between + within > 0:
        raise EstimationError("all values are equal: there is no variance between or within groups")
    k0 = float(n - np.sum(sizes**2) / n) / (len(sizes) - 1)
    data = CrossedData(group, one_occasion, y[:, None])
    if within > 0:
        var_between, var_within = one_way_components(data, float(y.var())).tolist()
        mean = float(data.mean(var_between, 0.0, var_within)[0])
    else:  # the likelihood has no maximum: it grows without bound as the variance within groups goes to 0
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
        interval_warnings=shape_of_columns(y[:, None]).narrows_agreement("values"),
    )
