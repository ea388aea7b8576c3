"""Scores of couples: both partners' scores, their mean, and their difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.frame_columns import FrameColumns
from intimacy_scales.dyads.given_couples import check_dyads
from intimacy_scales.dyads.labels_in_words import several_occasions
from intimacy_scales.dyads.scores_of_couples.couple_labels import CoupleLabels, ListedCouples
from intimacy_scales.dyads.scores_of_couples.score_summary import CoupleScoreSummary, summary_of
from intimacy_scales.errors import DocumentError, EstimationError, UnknownNameError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.messages import shortened, suggest
from intimacy_scales.results.document_types import by_name, documented, many
from intimacy_scales.results.frozen import Frozen, locked
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import counted

Floats = NDArray[np.float64]

NO_DIRECTION = (
    "partners are exchangeable, so that the sign of a difference would depend on who is listed first; use "
    "the absolute difference, or name a role"
)


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class ScaleOfCouples(Frozen):
    """The scores of couples on one scale; each of them is missing where one partner's score is.

    Attributes
    ----------
    scale
        The scale's id.
    both
        (n_couples, 2): the scores of both partners, each nan where it is missing.
    signed
        Whether a difference has a sign: whether partners are distinguishable.

    Examples
    --------
    >>> both = np.array([[5.0, 3.0], [2.0, np.nan]])
    >>> trust = ScaleOfCouples(scale="trust", both=both, signed=True)
    >>> trust.mean.tolist(), trust.difference.tolist(), trust.lower.tolist()
    ([4.0, nan], [2.0, nan], [3.0, nan])
    """

    scale: str
    both: Floats
    signed: bool

    @property
    def first(self) -> Floats:
        """Score of the first partner (n_couples,)."""
        return self.both[:, 0]

    @property
    def second(self) -> Floats:
        """Score of the second partner (n_couples,)."""
        return self.both[:, 1]

    @cached_property
    def mean(self) -> Floats:
        """Mean of both partners (n_couples,)."""
        mean = self.first + self.second
        mean *= 0.5
        return locked(mean)

    @cached_property
    def _first_less_second(self) -> Floats:
        return locked(self.first - self.second)

    @property
    def difference(self) -> Floats:
        """First partner's score less the second one's (n_couples,); nan if partners are exchangeable."""
        return self._first_less_second if self.signed else locked(np.full(len(self.both), np.nan))

    @cached_property
    def absolute_difference(self) -> Floats:
        """Difference without its sign (n_couples,)."""
        return locked(np.abs(self._first_less_second))

    @cached_property
    def lower(self) -> Floats:
        """Score of the partner with the lower one (n_couples,)."""
        return locked(np.minimum(self.first, self.second))

    @cached_property
    def higher(self) -> Floats:
        """Score of the partner with the higher one (n_couples,)."""
        return locked(np.maximum(self.first, self.second))

    def columns(self) -> Iterator[tuple[str, Floats]]:
        """Yield the name and values of each score of couples."""
        yield "mean", self.mean
        if self.signed:
            yield "difference", self.difference
        yield "absolute_difference", self.absolute_difference
        yield "lower", self.lower
        yield "higher", self.higher


@result_class
class CoupleScores(Result):
    """Scores of couples: for each scale both partners' scores, their mean and their difference.

    Where one partner's score is missing, all scores of the couple are.

    Attributes
    ----------
    instrument
        Id, version, digest and evidence status of the instrument; None for scores without one.
    scale_ids
        The scales, in order.
    partners
        Names of the two partners.
    distinguishable
        Whether the first partner of every couple has one role, and the second one the other. If not, a
        difference has no sign.
    scores
        Scale → scores of both partners (n_couples, 2), nan where missing.

    Examples
    --------
    >>> from intimacy_scales.dyads import Dyads
    >>> table = [{"id": 7, "trust_w": 5.5, "trust_h": 6.0}, {"id": 8, "trust_w": 4.0, "trust_h": None}]
    >>> dyads = Dyads.of_scores(table, {"trust": {"w": "trust_w", "h": "trust_h"}}, couple="id", role=True)
    >>> scores = couple_scores(dyads)
    >>> scores
    <CoupleScores: 2 couples, scale trust; w less h; 1 couple without both scores>
    >>> scores["trust"].mean.tolist(), scores["trust"].difference.tolist()
    ([5.75, nan], [-0.5, nan])
    """

    instrument: InstrumentRef | None
    scale_ids: tuple[str, ...]
    partners: tuple[str, str]
    distinguishable: bool
    scores: Mapping[str, Floats]
    labels: CoupleLabels | ListedCouples = field(repr=False, compare=False)

    def __len__(self) -> int:
        """Return the number of couples; with occasions, of couples on each occasion."""
        return len(self.labels)

    @property
    def couples(self) -> list[Any]:
        """The label of each couple (n_couples,)."""
        return self.labels.couples

    @property
    def times(self) -> list[Any] | None:
        """The occasion of each row (n_couples,); None where there is one."""
        return self.labels.times

    @property
    def difference_undefined_because(self) -> str | None:
        """Why a difference has no sign; None where it has one."""
        return None if self.distinguishable else NO_DIRECTION

    def __getitem__(self, scale: str) -> ScaleOfCouples:
        """Return the scores of one scale."""
        if scale not in self.scale_ids:
            raise UnknownNameError(
                f"there is no scale {shortened(scale)}; allowed: {', '.join(self.scale_ids)}"
                f"{suggest(scale, self.scale_ids)}"
            )
        return ScaleOfCouples(scale=scale, both=self.scores[scale], signed=self.distinguishable)

    def summary(self) -> CoupleScoreSummary:
        """Return n, means and standard deviations of each scale.

        Raises
        ------
        EstimationError
            Couples answered on several occasions; says how to choose one.
        """
        times = [] if self.times is None else list(dict.fromkeys(self.times))
        if len(times) > 1:
            raise EstimationError(
                several_occasions(times, self.labels.show_values, "couple_scores(dyads.at({})).summary()")
            )
        return summary_of(self.instrument, self.partners, map(self.__getitem__, self.scale_ids))

    def columns(self) -> dict[str, Floats]:
        """Return the columns of `to_frame` by name, without labels, as arrays (n_couples,).

        Raises
        ------
        ResponseError
            Two columns would have one name, as where a role is called ``lower``.
        """
        columns = FrameColumns()
        for scale in self.scale_ids:
            of_scale = self[scale]
            for place, name in enumerate(self.partners):
                columns.compute(
                    f"{scale}_{name}", of_scale.both[:, place], f"the score {scale!r} of {name!r}"
                )
            for name, values in of_scale.columns():
                columns.compute(f"{scale}_{name}", values, f"the figure {name!r} of {scale!r}")
        return columns.computed

    def to_frame(self) -> Any:
        """Return one row for each couple, in the caller's own kind of frame.

        Returns
        -------
        pandas.DataFrame, polars.DataFrame or pyarrow.Table
            The couple's label and the occasion, where there are several; then ``<scale>_<partner>``,
            ``<scale>_mean``, ``<scale>_difference`` (of distinguishable partners),
            ``<scale>_absolute_difference``, ``<scale>_lower`` and ``<scale>_higher``.

        Raises
        ------
        ResponseError
            Two columns would have one name, as where a role is called ``lower``.
        """
        return self.labels.frame(self.columns())

    def to_dict(self) -> dict[str, Any]:
        """Return instrument, labels and scores (None where missing) as plain values."""
        by_scale = {scale: self[scale] for scale in self.scale_ids}
        names = ("instrument", "scale_ids", "partners", "distinguishable", "scores")
        signed = by_scale if self.distinguishable else {}
        return {name: plain(getattr(self, name)) for name in names} | {
            "couples": self.labels.texts(self.couples),
            "times": None if self.times is None else self.labels.texts(self.times),
            "mean": {scale: plain(scores.mean) for scale, scores in by_scale.items()},
            "difference": {scale: plain(scores.difference) for scale, scores in signed.items()},
            "absolute_difference": {
                scale: plain(scores.absolute_difference) for scale, scores in by_scale.items()
            },
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        figures = by_name(NDArray[np.float64])
        return documented(
            cls, without=("labels",), couples=many(Any), times=many(Any) | None, mean=figures,
            difference=figures, absolute_difference=figures,
        )  # fmt: skip

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> CoupleScores:
        n = len(values["couples"])
        if tuple(values["scores"]) != values["scale_ids"]:
            raise DocumentError(f"{cls.__name__}.scores: its names are not those of scale_ids")
        for scale, both in values["scores"].items():
            if both.shape != (n, 2) and n:
                raise DocumentError(f"{cls.__name__}.scores.{scale}: it has other rows than couples")
        times = None if values["times"] is None else list(values["times"])
        if times is not None and len(times) != n:
            raise DocumentError(f"{cls.__name__}.times: it has other rows than couples")
        names = ("instrument", "scale_ids", "partners", "distinguishable")
        return cls(
            **{name: values[name] for name in names},
            scores={scale: both.reshape(n, 2) for scale, both in values["scores"].items()},
            labels=ListedCouples(couples=list(values["couples"]), times=times),
        )

    def __repr__(self) -> str:
        scales = "scale" if len(self.scale_ids) == 1 else "scales"
        sign = (
            f"{self.partners[0]} less {self.partners[1]}" if self.distinguishable else "differences unsigned"
        )
        undefined = np.zeros(len(self), dtype=np.bool_)
        for both in self.scores.values():
            undefined |= np.isnan(both[:, 0]) | np.isnan(both[:, 1])
        n = int(np.count_nonzero(undefined))
        missing = f"; {counted(n, 'couple')} without both scores" if n else ""
        what = f" {self.instrument}" if self.instrument is not None else ""
        return (
            f"<CoupleScores{what}: {counted(len(self), 'couple')}, {scales} {', '.join(self.scale_ids)}; "
            f"{sign}{missing}>"
        )


def couple_scores(dyads: Dyads) -> CoupleScores:
    """Return the scores of couples: both partners' scores, their mean and their difference.

    Parameters
    ----------
    dyads
        The couples. Where they answered on several occasions, there is a row for each.

    Returns
    -------
    CoupleScores

    Notes
    -----
    Where one partner's score is missing, the couple has no mean, difference, lower or higher score: one
    partner's score never stands for the couple. The sign of a difference is that of the first partner less
    the second one; it is left out if partners are exchangeable, as nothing says who is first.

    How reliable these scores are is estimated by `couple_reliability`, and whether a couple's difference is
    larger than error of measurement by `reliable_difference`.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> scores = couple_scores(Dyads.from_long("scii-24", answers, couple="couple", person="partner"))
    >>> scores["trust"].both[0].tolist(), float(scores["trust"].absolute_difference[0])
    ([3.75, 3.75], 0.0)
    """
    check_dyads("dyads", dyads)
    return CoupleScores(
        instrument=dyads.instrument,
        scale_ids=dyads.scale_ids,
        partners=dyads.partners,
        distinguishable=dyads.distinguishable,
        scores=dyads.scores,
        labels=CoupleLabels(dyads=replace(dyads, answers=None, person_scores=None)),
    )
