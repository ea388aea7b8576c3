"""The warning line on answers that were read already, from their sums alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.certainty import PROBABLY, SURELY
from intimacy_scales.coding.flips import RunsAgainst, best_set, sides_of, unclear_set
from intimacy_scales.coding.joint_counts import home_scales
from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import a_type
from intimacy_scales.moments.item_moments import ItemMoments, moments_of_codes
from intimacy_scales.moments.keyed import KeyedMoments, keyed_moments
from intimacy_scales.moments.scale_items import scale_items
from intimacy_scales.reading.table import CodedResponses, check_belongs
from intimacy_scales.results.wording import apa, counted, shown

Floats = NDArray[np.float64]
_MOST_SETS = 4  # of items that run against the others, found one after another in a scale


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectionFault:
    """Items of a scale that surely run against the others, or probably do not go with them.

    Attributes
    ----------
    scale
        Id of the scale.
    items
        Ids of the items.
    against
        The evidence.
    surely
        Whether they surely run against the others.
    """

    scale: str
    items: tuple[str, ...]
    against: RunsAgainst
    surely: bool

    def line(self, n_items: int) -> str:
        """Return the warning line."""
        rho, one = apa(min(max(self.against.rho, -1.0), 1.0)), len(self.items) == 1
        others = f"the other {counted(n_items - len(self.items), 'item')}"
        listed = ", ".join(self.items)
        if self.surely:
            what = f"{'runs' if one else 'run'} against {others} (correlation of what both measure {rho})"
            odds, name = self.against.log10, "reversed already"
        else:
            what = (
                f"{'does' if one else 'do'} not go with {others} (correlation of what both measure {rho}), "
                "and "
                f"{'its mean is' if one else 'their means are'} nearer to the others' if reversed"
            )
            odds, name = self.against.misfit, "reversed already, or another construct"
        return (
            f"{self.scale}: {listed} {what}; log10 Bayes factor {shown(odds, 1)} for '{name}' over 'as "
            "printed'. "
            "check_coding() gives the evidence and what to do. Nothing was flipped"
        )


def direction_faults(summed: ItemMoments) -> Iterator[DirectionFault]:
    """Yield the items that surely run against the others of their scale, and those that probably do.

    Only what sums tell is looked at: correlations and means of items.
    """
    form = summed.instrument
    for scale in home_scales(form):
        yield from faults_of_scale(keyed_moments(summed, scale, "pairwise", pair_sds=False), form)


def faults_of_scale(moments: KeyedMoments, form: Instrument) -> Iterator[DirectionFault]:
    """Yield the faults of one scale, as `direction_faults` does."""
    scale = scale_items(form)[moments.scale]
    r = np.nan_to_num(moments.correlations())
    np.fill_diagonal(r, 1.0)
    counts = np.maximum(moments.counts.astype(np.float64), 1.0)
    others = 1 - np.eye(len(r))
    n = (len(r) - 1) / np.einsum("ij,ij->i", 1 / counts, others)
    means = (moments.means - scale.minima) / (scale.steps * (scale.points - 1))
    for _ in range(_MOST_SETS):
        sides = sides_of(r, n, means, moments.reverse)
        one = None if sides is None else best_set(sides)
        if one is None or one.log10 < SURELY:
            break
        yield DirectionFault(scale=moments.scale, items=_named(moments, one), against=one, surely=True)
        signs = np.where(one.items, -1.0, 1.0)
        r, means = r * np.outer(signs, signs), np.where(one.items, 1 - means, means)
    unclear = None if sides is None else unclear_set(sides)
    if unclear is not None and unclear.misfit >= PROBABLY:
        yield DirectionFault(
            scale=moments.scale, items=_named(moments, unclear), against=unclear, surely=False
        )


def _named(moments: KeyedMoments, one: RunsAgainst) -> tuple[str, ...]:
    return tuple(item for item, inside in zip(moments.items, one.items, strict=True) if inside)


def warning_lines(summed: ItemMoments, *, named: Collection[str] = ()) -> tuple[str, ...]:
    """Return a line for each fault that sums of answers show.

    Parameters
    ----------
    summed
        Sums of checked answers.
    named
        Items that another warning names already.
    """
    scales = scale_items(summed.instrument)
    return tuple(
        fault.line(len(scales[fault.scale].ids))
        for fault in direction_faults(summed)
        if not set(fault.items) & set(named)
    )


def coding_warning(form: Instrument, codes: CodedResponses | ItemMoments) -> str | None:
    """Return a warning that answers which were read already seem coded otherwise; None if they do not.

    Only sums over persons are needed, so that it costs little next to reading the answers. It names items
    that run against the others of their scale, or do not go with them. `check_coding` looks at more.

    Parameters
    ----------
    form
        The instrument, in the coding in which the answers were read.
    codes
        Checked answers, or sums of them.

    Raises
    ------
    ResponseError
        The answers belong to another instrument.
    EstimationError
        They are not checked answers.

    Examples
    --------
    >>> from intimacy_scales import encode, load, simulate
    >>> form, table = load("ras"), simulate("ras", 200, rng=1).answers
    >>> coding_warning(form, encode(form, table)) is None
    True
    >>> table["ras_2"] = 6 - table["ras_2"]
    >>> print(coding_warning(form, encode(form, table)).partition(" (")[0])
    total: ras_2 runs against the other 6 items
    """
    if not isinstance(codes, CodedResponses | ItemMoments):
        raise EstimationError(
            f"codes: {a_type(codes)} is not valid; allowed: what encode() or item_moments() returns"
        )
    check_belongs(form, codes.instrument)
    summed = codes
    if isinstance(codes, CodedResponses):
        summed = moments_of_codes(form, codes.codes, squares=False, composites=False)
    lines = warning_lines(summed)  # type: ignore[arg-type]  # codes were turned into sums above
    return "\n".join(lines) or None
