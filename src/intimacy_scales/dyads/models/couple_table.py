"""The table of numbers that a model of couples is fitted to, a row for each couple."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.actor_partner.terms import Composition
from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.enough_couples import check_enough_couples, check_enough_of_each
from intimacy_scales.dyads.given_couples import ranks_of_labels
from intimacy_scales.dyads.left_out import left_out_text
from intimacy_scales.dyads.models.layout import Layout
from intimacy_scales.dyads.models.names import Names
from intimacy_scales.dyads.models.orientation import turned_partners
from intimacy_scales.errors import EstimationError
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.results.wording import counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]
Pair = tuple[str, str]
MissingPartners = Literal["fiml", "listwise"]
COMPOSITION = "composition"  # the column with the kind of couple
_FEWEST = 3  # couples


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleTable:
    """Numbers of couples.

    Attributes
    ----------
    columns
        Column → numbers (n,), nan where missing.
    partners
        Variable → its columns of the first and the second partner.
    couples
        Variable of couples → its column.
    composition
        The kind of each couple (n,); None where there is one kind.
    n_given
        Couples that there were.
    left_out
        Reason → number of couples that were left out.
    n_one_partner
        Couples of which one partner has no score.
    placed
        Whether partners are in an order that follows from their scores, not in that of their roles.
    labels, couple
        Different labels of couples, and the number of each couple's label (n,).
    """

    columns: Mapping[str, Floats]
    partners: Mapping[str, Pair]
    couples: Mapping[str, str]
    composition: tuple[str, ...] | None
    n_given: int
    left_out: Mapping[str, int]
    n_one_partner: int
    placed: bool = False
    labels: Sequence[Any] = ()
    couple: Positions = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    @property
    def n(self) -> int:
        """Number of couples."""
        return len(next(iter(self.columns.values())))

    @property
    def has_gaps(self) -> bool:
        """Whether any number is missing."""
        return any(np.isnan(column).any() for column in self.columns.values())

    @property
    def n_incomplete(self) -> int:
        """Number of couples that lack one number or more."""
        return int(np.count_nonzero(np.isnan(np.column_stack(list(self.columns.values()))).any(axis=1)))

    @property
    def n_left_out(self) -> int:
        """Number of couples that were left out."""
        return sum(self.left_out.values())

    def both(self, variable: str) -> Floats:
        """Return the numbers of both partners (n, 2)."""
        return np.column_stack([self.columns[column] for column in self.partners[variable]])

    def turned(self, couples: NDArray[np.bool_]) -> CoupleTable:
        """Return the table with the partners of some couples (n,) in the other order."""
        columns = dict(self.columns)
        for first, second in self.partners.values():
            columns[first] = np.where(couples, self.columns[second], self.columns[first])
            columns[second] = np.where(couples, self.columns[first], self.columns[second])
        return replace(self, columns=columns, placed=True)

    def in_label_order(self) -> CoupleTable:
        """Return the table with couples in the order of their labels within compositions, for draws."""
        ranks = ranks_of_labels(self.labels)[self.couple]
        return self._rows(np.lexsort((ranks, self._kinds)))

    def drawn(self, rng: np.random.Generator) -> CoupleTable:
        """Return as many couples drawn with replacement, within compositions."""
        rows, kinds = np.arange(self.n), self._kinds
        for kind in range(int(kinds.max(initial=0)) + 1):
            members = np.flatnonzero(kinds == kind)
            rows[members] = members[rng.integers(0, len(members), size=len(members))]
        return self._rows(rows)

    @property
    def _kinds(self) -> Positions:
        """The number of each couple's composition (n,), in order of first rows."""
        if self.composition is None:
            return np.zeros(self.n, dtype=np.intp)
        numbers = {name: number for number, name in enumerate(dict.fromkeys(self.composition))}
        return np.array([numbers[name] for name in self.composition], dtype=np.intp)

    def _rows(self, rows: Positions) -> CoupleTable:
        """Return the table of some couples, as many of each composition as there are, in this order."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        return replace(self, columns=columns, couple=self.couple[rows])

    def frame(self) -> pd.DataFrame:
        """Return the numbers as a pandas table."""
        from intimacy_scales.results.frames import pandas_frame

        kinds = {} if self.composition is None else {COMPOSITION: list(self.composition)}
        return pandas_frame({**kinds, **self.columns})

    def reason_text(self) -> str:
        """Return in words which couples were left out; nothing where all were used."""
        return left_out_text(self.left_out)


@dataclass(slots=True)
class TableBuilder:
    """Collects the variables of a table; rows are chosen when it is made."""

    dyads: Dyads
    layout: Layout
    names: Names = field(default_factory=Names)
    pairs: dict[str, Floats] = field(default_factory=dict)
    singles: dict[str, Floats] = field(default_factory=dict)
    columns: dict[str, Pair] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names.of(("reserved", COMPOSITION), COMPOSITION)  # a variable may have this name too

    def add_partners(self, variable: str, numbers: Floats) -> None:
        """Add a variable of both partners (n, 2)."""
        turned = self.layout.swapped
        self.pairs[variable] = (
            np.where(turned[:, None], numbers[:, ::-1], numbers) if turned.any() else numbers
        )
        first, second = (self.names.of((variable, s), variable, s) for s in self.layout.suffixes)
        self.columns[variable] = (first, second)

    def add_couples(self, variable: str, numbers: Floats) -> None:
        """Add a variable of couples (n,)."""
        self.singles[variable] = numbers
        self.names.of(variable, variable)

    def used(self, missing: MissingPartners) -> tuple[NDArray[np.intp], dict[str, int]]:
        """Return the couples that can be used, in order of composition, and why how many others cannot.

        Raises
        ------
        EstimationError
            No couple of a composition can be used, or fewer than three in all.
        """
        if missing not in get_args(MissingPartners):
            raise EstimationError(not_one_of("missing", missing, get_args(MissingPartners)))
        known = self.layout.of_couple >= 0
        absent = [np.isnan(column) for numbers in self.pairs.values() for column in numbers.T]
        if missing == "fiml":
            kept, reason = ~np.logical_and.reduce(absent), "without any score of these variables"
        else:
            absent += [np.isnan(numbers) for numbers in self.singles.values()]
            kept, reason = ~np.logical_or.reduce(absent), "with missing scores"
        counts = {"of which a role is not known": ~known, reason: known & ~kept}
        left_out = {why: int(rows.sum()) for why, rows in counts.items() if rows.any()}
        places = np.flatnonzero(known & kept)
        kinds = self.layout.of_couple[places]
        for number, composition in enumerate(self.layout.compositions):
            if self.layout.mixed and number not in kinds:
                raise EstimationError(f"no {composition.name} couple has the scores that the model needs")
        if len(places) < _FEWEST:
            why = f" ({left_out_text(left_out)})" if left_out else ""
            raise EstimationError(
                f"{counted(len(places), 'couple')} can be used{why}; at least three are needed"
            )
        return places[np.argsort(kinds, kind="stable")], left_out  # `sem` has groups in order of first rows

    def made(self, missing: MissingPartners) -> CoupleTable:
        """Return the table of the couples that can be used."""
        used, left_out = self.used(missing)
        columns: dict[str, Floats] = {}
        for variable, numbers in self.pairs.items():
            for column, of_partner in zip(self.columns[variable], numbers.T, strict=True):
                columns[column] = of_partner[used]
        couples = {variable: self.names.of(variable, variable) for variable in self.singles}
        columns |= {couples[variable]: numbers[used] for variable, numbers in self.singles.items()}
        first, second = (
            np.logical_and.reduce([np.isnan(columns[pair[place]]) for pair in self.columns.values()])
            for place in (0, 1)
        )
        n_one_partner = int(np.count_nonzero(first | second))
        composition = None
        if self.layout.mixed:
            kinds = [kind.name for kind in self.layout.compositions]
            composition = tuple(kinds[number] for number in self.layout.of_couple[used].tolist())
        return CoupleTable(
            columns=columns,
            partners=dict(self.columns),
            couples=couples,
            composition=composition,
            n_given=len(self.dyads),
            left_out=left_out,
            n_one_partner=n_one_partner,
            labels=self.dyads.couple_labels.values,
            couple=self.dyads.pairs.couple[used],
        )


def check_enough(table: CoupleTable) -> None:
    """Raise where there are too few couples for the covariances of all columns: in all, or of a kind."""
    if table.composition is None:
        check_enough_couples(table.n, len(table.columns), "use fewer variables, or collect more answers")
    else:
        check_enough_of_each(table.composition, len(table.columns))


def in_one_order(table: CoupleTable, layout: Layout) -> CoupleTable:
    """Return the table with exchangeable partners in an order that follows from their scores.

    Partners who have roles stay in the order of these, unless a column does not vary then.

    Raises
    ------
    EstimationError
        A column is constant in any order, or there are too few couples.
    """
    check_enough(table)  # in the order of one couple, everything is constant
    exchangeable = [c for c in layout.compositions if c.exchangeable]
    if not exchangeable or (layout.in_roles and all(map(_varies, table.columns.values()))):
        return table
    only = [layout.compositions[0].name] * table.n  # where there is one kind, the table does not name it
    kinds = np.array(only if table.composition is None else table.composition)
    couples = np.zeros(table.n, dtype=np.bool_)
    numbers = np.stack([table.both(variable) for variable in table.partners], axis=2)
    for composition in exchangeable:
        rows = np.flatnonzero(kinds == composition.name)
        couples[rows] = turned_partners(numbers[rows])
    ordered = table.turned(couples)
    for composition in exchangeable:
        _check_columns(ordered, kinds == composition.name, composition.name)
    return ordered


def _check_columns(table: CoupleTable, rows: NDArray[np.bool_], composition: str) -> None:
    """Raise where a column of exchangeable partners is constant, though they were placed to prevent it."""
    where = f" of {composition} couples" if composition else ""
    for variable, columns in table.partners.items():
        for column in columns:
            if not _varies(table.columns[column][rows]):
                raise EstimationError(
                    f"hardly any differences between persons in {variable}{where}: at most one differs from "
                    "all others, or has it at all; leave it out"
                )


def check_varies(
    table: CoupleTable,
    variables: Sequence[str],
    compositions: Sequence[Composition],
    centres: Mapping[str, float] | None = None,
) -> None:
    """Raise where a variable does not vary, or has too few couples; centres were subtracted from variables.

    Raises
    ------
    EstimationError
        A variable without differences: between all persons where there are exchangeable partners, otherwise
        between those in one role.
    """
    pooled = any(composition.exchangeable for composition in compositions)
    for variable in variables:
        parts = {column: table.columns[column] for column in _columns_of(table, variable)}
        if pooled and len(parts) > 1:
            parts = {"both partners": np.concatenate(list(parts.values()))}
        for where, numbers in parts.items():
            if not _varies(numbers):
                known = numbers[~np.isnan(numbers)] + (centres or {}).get(variable, 0.0)
                value = f"all are {known[0]:g}" if len(known) else "all are missing"
                raise EstimationError(
                    f"{variable} does not vary between couples ({where}: {value}); leave it out"
                )
        if variable in table.partners:
            _check_both(variable, *(table.columns[column] for column in table.partners[variable]))


def _check_both(variable: str, first: Floats, second: Floats) -> None:
    """Raise where too few couples have a score of both partners for these to be related."""
    known = len(first) - int(np.count_nonzero(np.isnan(first) | np.isnan(second)))
    if known < 2:
        raise EstimationError(
            f"{counted(known, 'couple') if known else 'no couple'} of {len(first)} has {variable} of both "
            "partners, so that it is not known how these are related; at least two are needed"
        )


def _columns_of(table: CoupleTable, variable: str) -> tuple[str, ...]:
    return table.partners[variable] if variable in table.partners else (table.couples[variable],)


def _varies(numbers: Floats) -> bool:
    """Return whether numbers, some of which may be missing, differ."""
    known = numbers[~np.isnan(numbers)]
    return len(known) > 0 and bool(known.max() > known.min())
