"""Own reports and judgements of the same couples, matched by the label of the couple and by partner."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.faults import label_text
from intimacy_scales.dyads.labels import name_of
from intimacy_scales.errors import EstimationError, ResponseError
from intimacy_scales.messages import values_as_asked, values_shown
from intimacy_scales.results.wording import counted

Floats = NDArray[np.float64]
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedReports:
    """The couples who gave both reports.

    Attributes
    ----------
    own, partner
        Reports of partners about themselves, and about each other.
    own_places, partner_places
        (n,): the places of the couples in both.
    swapped
        (n,): whether the first partner in one is the second one in the other.
    left_out
        Why couples are left out → how many: those with one kind of reports only, with their labels.
    occasions
        The caution that both reports are of different occasions; None where they are not, or none is known.
    """

    own: Dyads
    partner: Dyads
    own_places: NDArray[np.intp]
    partner_places: NDArray[np.intp]
    swapped: NDArray[np.bool_]
    left_out: Mapping[str, int]
    occasions: str | None

    def scores(self, scale: str) -> tuple[Floats, Floats]:
        """Return judgements and own reports (n, 2), by the partner who gave them."""
        judgements = self.partner.scores[scale][self.partner_places]
        judgements = np.where(self.swapped[:, None], judgements[:, ::-1], judgements)
        return judgements, self.own.scores[scale][self.own_places]


def matched_reports(own: Dyads, partner: Dyads) -> MatchedReports:
    """Return the couples of two sets of reports, matched.

    Raises
    ------
    EstimationError
        Several occasions, or no couple is in both.
    ResponseError
        Partners cannot be matched; names each couple where they contradict each other.
    """
    reports, judgements = own.one_occasion(), partner.one_occasion()
    asked = {own.show_values, partner.show_values}
    with values_as_asked(False if False in asked else asked.pop() if len(asked) == 1 else None):
        own_places, partner_places, left_out = _matched_couples(reports, judgements)
        swapped = _swapped(reports, judgements, own_places, partner_places)
        occasions = _different_occasions(reports, judgements)
    return MatchedReports(
        own=reports,
        partner=judgements,
        own_places=own_places,
        partner_places=partner_places,
        swapped=swapped,
        left_out=left_out,
        occasions=occasions,
    )


def _different_occasions(reports: Dyads, judgements: Dyads) -> str | None:
    """Return the caution that both reports are of different occasions; None where they are not."""
    times = [
        None if dyads.times is None or not dyads.times else dyads.times[0] for dyads in (reports, judgements)
    ]
    if None in times or name_of(times[0]) == name_of(times[1]):
        return None
    which = f" ({label_text(times[0])} and {label_text(times[1])})" if values_shown() else ""
    return f"own reports and judgements are of different occasions{which}"


def _matched_couples(
    reports: Dyads, judgements: Dyads
) -> tuple[NDArray[np.intp], NDArray[np.intp], dict[str, int]]:
    """Return the places of couples in both reports, and why others are left out."""
    _check_labels(reports, judgements)
    by_label = {name_of(label): place for place, label in enumerate(judgements.couples)}
    names = [name_of(label) for label in reports.couples]
    places = np.array([by_label.get(name, -1) for name in names], dtype=np.intp)
    in_both = places >= 0
    if not in_both.any():
        examples = [
            label_text(dyads.couples[0]) if len(dyads) else "nothing" for dyads in (reports, judgements)
        ]
        such = (
            f": labels of own are such as {examples[0]}, and those of partner such as {examples[1]}"
            if values_shown()
            else ""
        )
        raise EstimationError(
            f"no couple is in both{such}; write the label of a couple in the same way in both"
        )
    known = set(names)
    unjudged = [label for label, both in zip(reports.couples, in_both, strict=True) if not both]
    without_reports = [label for label in judgements.couples if name_of(label) not in known]
    left_out = {
        f"without {what}{_listed(labels)}": len(labels)
        for labels, what in ((unjudged, "judgements"), (without_reports, "own reports"))
        if labels
    }
    return np.flatnonzero(in_both), places[in_both], left_out


def _check_labels(reports: Dyads, judgements: Dyads) -> None:
    """Raise where the couples of both reports have no labels in common by which they can be matched.

    Couples without a label are numbered by the rows of their table, which mean the same couples only where
    both tables have as many rows.
    """
    labelled = ["couple" in dyads.label_names for dyads in (reports, judgements)]
    if all(labelled):
        return
    if any(labelled):
        without = "partner" if labelled[0] else "own"
        raise EstimationError(
            f"couples in {without} have no label, and the others have: name its column in both "
            "(couple=...), so that they can be matched"
        )
    n_own, n_partner = (
        len(dyads.kept.table) // 2 for dyads in (reports, judgements)
    )  # a row for each partner
    if n_own != n_partner:
        raise EstimationError(
            f"the table of own has {counted(n_own, 'row')} and that of partner {n_partner}, and no couple "
            "has a label: name the column of labels in both (couple=...), so that they can be "
            "matched"
        )


def _listed(labels: Sequence[Any]) -> str:
    """Return some labels after a colon; nothing where values must not be shown."""
    if not values_shown():
        return ""
    more = f" and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else ""
    return f": {', '.join(map(label_text, labels[:_SHOWN]))}{more}"


def _swapped(
    reports: Dyads, judgements: Dyads, own_places: NDArray[np.intp], partner_places: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return whether the first partner in one set of reports is the second one in the other."""
    if reports.distinguishable and judgements.distinguishable:
        return np.full(len(own_places), _names_swapped(reports, judgements, "roles"))
    for labels_of in (_person_labels, _role_labels):
        labels = [labels_of(dyads) for dyads in (reports, judgements)]
        if labels[0] is not None and labels[1] is not None:
            return _swapped_by(
                [labels[0][place] for place in own_places.tolist()],
                [labels[1][place] for place in partner_places.tolist()],
                [reports.couples[place] for place in own_places.tolist()],
            )
    return np.full(len(own_places), _names_swapped(reports, judgements, "names"))


def _names_swapped(reports: Dyads, judgements: Dyads, what: str) -> bool:
    """Return whether the names of the two places are in another order."""
    if set(reports.partners) != set(judgements.partners):
        raise ResponseError(
            f"partners cannot be matched: their {what} are {' and '.join(reports.partners)} in own, and "
            f"{' and '.join(judgements.partners)} in partner; name them in the same way in both"
        )
    return reports.partners != judgements.partners


def _person_labels(dyads: Dyads) -> list[tuple[str | None, str | None]] | None:
    """Return the id of both partners of each couple, None where absent; None where persons have no id."""
    if "person" not in dyads.label_names:
        return None
    persons = dyads.kept.table.values(dyads.label_names["person"], "person")
    return _texts(dyads, lambda row: persons[row])


def _role_labels(dyads: Dyads) -> list[tuple[str | None, str | None]] | None:
    """Return the roles of both partners of each couple."""
    return dyads.roles


def _texts(dyads: Dyads, label: Callable[[int], Any]) -> list[tuple[str | None, str | None]]:
    """Return the labels of both partners of each couple, as texts."""
    texts = [[None if row < 0 else name_of(label(row)) for row in rows] for rows in dyads.pairs.rows.tolist()]
    return [(first, second) for first, second in texts]


def _swapped_by(
    reports: Sequence[tuple[str | None, str | None]],
    judgements: Sequence[tuple[str | None, str | None]],
    couples: Sequence[Any],
) -> NDArray[np.bool_]:
    """Return whether partners are in another order, by their labels.

    Raises
    ------
    ResponseError
        Labels of a couple contradict each other, or do not tell its partners apart.
    """
    swapped = np.zeros(len(reports), dtype=bool)
    mismatches = []
    for number, (these, those) in enumerate(zip(reports, judgements, strict=True)):
        same, crossed = _fits(these, those), _fits(these, those[::-1])
        if same == crossed and any(these) and any(those):
            shown = label_text(couples[number])
            mismatches.append(f"  couple {shown}: {_both(these)} in own, {_both(those)} in partner")
        swapped[number] = crossed and not same
    if mismatches:
        more = [f"  … and {len(mismatches) - _SHOWN} more"] if len(mismatches) > _SHOWN else []
        listed = "\n".join(["", *mismatches[:_SHOWN], *more] if values_shown() else [""])
        raise ResponseError(
            f"partners of {counted(len(mismatches), 'couple')} cannot be matched between the two reports:"
            f"{listed}\nGive each person the same id, or role, in both."
        )
    return swapped


def _fits(these: tuple[str | None, str | None], those: tuple[str | None, str | None]) -> bool:
    """Return whether labels are those of two different persons if partners are in this order.

    A person can be absent from one of the reports.
    """
    first, second = ({a, b} - {None} for a, b in zip(these, those, strict=True))
    return len(first) <= 1 and len(second) <= 1 and not first & second


def _both(labels: tuple[str | None, str | None]) -> str:
    """Return the labels of two partners as messages show them."""
    return " and ".join("nobody" if label is None else label_text(label) for label in labels)
