"""Scores of two known groups, read and checked, in an order that does not depend on rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.messages import shortened, values_shown
from intimacy_scales.moments.clusters import label_positions, warn_of_no_pairs
from intimacy_scales.moments.keyed import scale_id
from intimacy_scales.numerics.ties import same_decimals
from intimacy_scales.numerics.tolerances import EQUAL_DECIMALS
from intimacy_scales.reading.frames import DocumentTable, number_column, same_rows
from intimacy_scales.reading.kept import frame_with_kept, names_a_column
from intimacy_scales.reading.options import OnInvalid
from intimacy_scales.reading.undeclared_codes import check_scores
from intimacy_scales.results.wording import counted
from intimacy_scales.scoring.scores import Scores
from intimacy_scales.validity.group_labels import check_labels
from intimacy_scales.validity.units import check_indexes

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]

_FEWEST = 2  # persons in a group
_NAMED = 8  # labels in a message


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwoGroups:
    """Scores of two groups.

    Persons of one unit (a couple, or a single person) follow each other. Units are ordered by the groups that
    they have members of, then by the scores of their members.

    Attributes
    ----------
    higher, other
        Labels of the group that should score higher, and of the other one, as text.
    values
        (n,) scores.
    is_higher
        (n,) whether a person belongs to ``higher``.
    units
        (n,) number of each person's unit, ascending from 0.
    clustered
        Whether units are clusters that the caller named.
    left_out
        Reason → persons who were left out for it.
    step
        Distance between neighbouring possible scores; None if it is unknown or a score lies between them.
    instrument, scale
        Of results of `score`; None for plain numbers.
    """

    higher: str
    other: str
    values: Floats
    is_higher: NDArray[np.bool_]
    units: Positions
    clustered: bool
    left_out: Mapping[str, int]
    step: float | None
    instrument: InstrumentRef | None
    scale: str | None

    @property
    def n_units(self) -> int:
        """Number of couples, or of persons without clusters."""
        return int(self.units[-1]) + 1

    def members(self) -> tuple[Floats, Floats]:
        """Return how many members of ``higher`` and of the other group each unit has, (n_units,) each."""
        return (
            np.bincount(self.units, weights=self.is_higher, minlength=self.n_units).astype(np.float64),
            np.bincount(self.units, weights=~self.is_higher, minlength=self.n_units).astype(np.float64),
        )


def two_groups(
    scores: Any, groups: Any, *, higher: Any, scale: str | None, clusters: Any, on_invalid: OnInvalid
) -> TwoGroups:
    """Return the scores of two groups; parameters and errors as of `known_groups`."""
    values, rows, instrument, scale, step = _scores(scores, scale, on_invalid)
    groups = _labels_of(scores, groups, "groups")
    group_of, labels = _group_of(groups, rows, len(values), higher, on_invalid)
    higher_number = _number_of(higher, labels)
    has_score, has_group = ~np.isnan(values), group_of >= 0
    used = has_score & has_group
    in_higher = group_of[used] == higher_number
    names = [label_text(label) for label in labels]
    for name, size in (
        (names[higher_number], in_higher.sum()),
        (names[1 - higher_number], (~in_higher).sum()),
    ):
        if size < _FEWEST:
            raise EstimationError(
                f"groups: {counted(int(size), 'person')} of group {_shown(name)} with a score; each of the "
                f"two groups needs {_FEWEST} or more"
            )
    units = None
    if clusters is not None:
        units = _clusters(_labels_of(scores, clusters, "clusters"), rows, groups, used)
        _check_several(units, in_higher, names[higher_number], names[1 - higher_number])
    order, numbers = _in_order(values[used], in_higher, units)
    return TwoGroups(
        higher=names[higher_number],
        other=names[1 - higher_number],
        values=values[used][order],
        is_higher=in_higher[order],
        units=numbers,
        clustered=units is not None,
        left_out=_left_out(has_score, has_group),
        step=step if step is not None and _on_grid(values[used], step, scores.range(scale)[0]) else None,
        instrument=instrument,
        scale=scale,
    )


def label_text(label: Any) -> str:
    """Return a label as text; whole numbers without decimals.

    Examples
    --------
    >>> label_text(1.0), label_text("therapy"), label_text(True)
    ('1', 'therapy', 'True')
    """
    if isinstance(label, float) and label.is_integer():
        return str(int(label))
    return str(label)


def _scores(
    scores: Any, scale: str | None, on_invalid: OnInvalid
) -> tuple[Floats, Any, InstrumentRef | None, str | None, float | None]:
    """Return scores, what has the index of their rows, instrument, scale, and distance of possible scores."""
    if not isinstance(scores, Scores):
        if scale is not None:
            raise EstimationError(
                f"scale={scale!r} chooses a scale in results of score(); leave it out with plain numbers"
            )
        column = number_column(scores, "scores")
        check_scores({"scores": column}, on_invalid)
        return same_decimals(column), scores, None, None, None
    name = scale_id(scores.form, scale)
    rows = None
    if not isinstance(scores.kept, DocumentTable):
        rows = frame_with_kept(scores.kept, {name: scores[name]}, [])[name]
    low, high = scores.range(name)
    step = (high - low) / (scores.n_possible(name) - 1)
    return scores[name], rows, scores.instrument, name, step


def _on_grid(values: Floats, step: float, low: float) -> bool:
    """Return whether all scores are possible scores of complete answers."""
    places = (values - low) / step
    return bool((np.abs(places - np.round(places)) <= EQUAL_DECIMALS * np.maximum(1.0, places)).all())


def _labels_of(scores: Any, labels: Any, option: str) -> Any:
    """Return labels, from a column that `score` kept if its name was passed."""
    kept = scores.kept if isinstance(scores, Scores) else None
    if not names_a_column(labels, kept):
        return labels
    if kept is None:
        raise EstimationError(
            f"{option}={labels!r} names a column, and plain scores have none; pass one label for each "
            f"person, as in {option}=table[{labels!r}]"
        )
    if kept.spelled(labels) not in kept.names:
        raise EstimationError(
            f"{option}={labels!r}: that column was not kept with the scores; score(..., keep=[{labels!r}]) "
            f"keeps it, or pass the labels themselves, as in {option}=table[{labels!r}]"
        )
    return kept.values(labels, option)


def _checked_positions(labels: Any, rows: Any, n: int, option: str) -> Positions:
    """Return labels as numbers from 0, -1 where missing, checked to be of the same rows as the scores."""
    if not same_rows(labels, rows):
        raise EstimationError(
            f"{option}: the index of the labels is not that of the scores, so they may belong to other "
            "persons; align them first, or name a kept column of the scores"
        )
    positions = label_positions(labels, option)
    if len(positions) != n:
        raise EstimationError(
            f"{option}: {counted(len(positions), 'label')} for {counted(n, 'score')}; pass one for each"
        )
    return positions


def _group_of(
    labels: Any, rows: Any, n: int, higher: Any, on_invalid: OnInvalid
) -> tuple[Positions, list[Any]]:
    """Return each person's group as 0, 1 or -1 (missing), and the two labels."""
    positions = _checked_positions(labels, rows, n, "groups")
    listed = list(labels.to_pylist() if hasattr(labels, "to_pylist") else labels)
    n_labels = int(positions.max(initial=-1)) + 1
    names = [listed[int(np.flatnonzero(positions == number)[0])] for number in range(n_labels)]
    check_labels(names, positions, higher, on_invalid)
    if n_labels < 2:
        raise EstimationError(
            f"groups: {counted(n_labels, 'label')}{_names(names)}; two groups are compared, so labels of two "
            "groups are needed"
        )
    if n_labels > 2:
        raise EstimationError(
            f"groups: {n_labels} labels{_names(names)}; two groups are compared. Make the labels of all "
            "others missing (None), one pair at a time. For an ordered trend over several groups, correlate "
            "the scores with the order"
        )
    return positions, names


def _names(labels: Sequence[Any]) -> str:
    """Return labels in parentheses, where values may be shown."""
    if not values_shown() or not labels:
        return ""
    more = ", …" if len(labels) > _NAMED else ""
    return f" ({', '.join(shortened(label) for label in labels[:_NAMED])}{more})"


def _shown(name: str) -> str:
    return repr(name) if values_shown() else "(not shown)"


def _number_of(higher: Any, labels: Sequence[Any]) -> int:
    """Return the number of the group that should score higher."""
    if higher is None:
        raise EstimationError(
            f"higher is missing: name the group that should have the higher scores{_names(labels)}. It is "
            "what you expected before you saw the scores; nothing is turned round afterwards"
        )
    for number, label in enumerate(labels):
        if label == higher and isinstance(label, str) == isinstance(higher, str):
            return number
    raise EstimationError(
        f"higher={shortened(higher)} is not a label of groups; allowed: one of the two{_names(labels)}"
    )


def _clusters(labels: Any, rows: Any, groups: Any, used: NDArray[np.bool_]) -> Positions:
    """Return the cluster of each person who is used, as a number."""
    check_indexes({"groups": groups, "clusters": labels})
    positions = _checked_positions(labels, rows, len(used), "clusters")
    missing = np.flatnonzero((positions < 0) & used)
    if len(missing):
        raise EstimationError(
            f"clusters: {counted(len(missing), 'person')} with a score and a group belong to none, the first "
            f"in row {missing[0]}; leave them out, or give each a label of their own"
        )
    numbers = np.unique(positions[used], return_inverse=True)[1].astype(np.intp)
    warn_of_no_pairs(numbers)
    return numbers


def _check_several(units: Positions, in_higher: NDArray[np.bool_], higher: str, other: str) -> None:
    """Raise where all persons of a group belong to one cluster."""
    for name, members in ((higher, units[in_higher]), (other, units[~in_higher])):
        if len(set(members.tolist())) < _FEWEST:
            raise EstimationError(
                f"clusters: all persons of group {_shown(name)} are in one cluster, so that nothing is "
                f"known of how clusters differ; each group needs persons of {_FEWEST} or more, or leave "
                "clusters out"
            )


def _in_order(
    values: Floats, in_higher: NDArray[np.bool_], units: Positions | None
) -> tuple[Positions, Positions]:
    """Return an order of persons that rows do not decide, and their units, numbered in that order."""
    persons: list[tuple[bool, float]] = list(zip(in_higher.tolist(), values.tolist(), strict=True))
    members: dict[int, list[int]] = {}
    for person, unit in enumerate(range(len(persons)) if units is None else units.tolist()):
        members.setdefault(unit, []).append(person)
    ordered = [sorted(group, key=persons.__getitem__) for group in members.values()]
    ordered.sort(key=lambda group: _unit_key([persons[person] for person in group]))
    order = np.array([person for group in ordered for person in group], dtype=np.intp)
    return order, np.repeat(np.arange(len(ordered)), [len(group) for group in ordered])


def _unit_key(persons: Sequence[tuple[bool, float]]) -> tuple[Any, ...]:
    """Return what units are ordered by: the groups of their members first."""
    memberships = {in_higher for in_higher, _ in persons}
    return (len(memberships), max(memberships), persons)


def _left_out(has_score: NDArray[np.bool_], has_group: NDArray[np.bool_]) -> dict[str, int]:
    """Return how many persons were left out, by reason."""
    reasons = {
        "no score": ~has_score & has_group,
        "no group": has_score & ~has_group,
        "neither score nor group": ~has_score & ~has_group,
    }
    return {reason: int(persons.sum()) for reason, persons in reasons.items() if persons.any()}
