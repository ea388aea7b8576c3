"""What is known of couples: checked answers or scores of both partners, their roles, and kept columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.faults import PairingFaults
from intimacy_scales.dyads.kept_columns import KeptColumns
from intimacy_scales.dyads.labels import Labels
from intimacy_scales.dyads.labels_in_words import joined_roles, labels_listed, several_occasions
from intimacy_scales.dyads.pairing import Pairs
from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.messages import shortened, suggest, values_as_asked
from intimacy_scales.moments.answer_values import keyed_answers
from intimacy_scales.moments.keyed import items_of
from intimacy_scales.numerics.magnitudes import within_range
from intimacy_scales.reading.problems import Problems
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.results.frozen import Frozen, FrozenMapping, locked
from intimacy_scales.results.wording import counted
from intimacy_scales.scoring.drafts import warn_if_draft
from intimacy_scales.scoring.tables import score_coded

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class PairedAnswers(Frozen):
    """Checked answers or scores of both partners of each couple.

    Attributes
    ----------
    form
        The instrument that both partners answered; None for scores without one.
    scale_ids
        The scales, in order.
    answers
        Checked answers of all persons; None for couples made of scores.
    person_scores
        Scale → scores of all persons (n_persons,), for couples made of scores; None for answers.
    pairs
        Rows of both partners among the persons, couples and occasions.
    couple_labels, role_labels, time_labels
        The different labels; None where there are none.
    label_names
        ``"couple"``, ``"person"``, ``"role"`` and ``"time"`` → the column that held them, where there is one.
    mixed
        Whether couples of one role belong to the sample, such as f-f, m-m and f-m.
    kept
        Columns of the caller's table that were kept.
    ranges
        Scale → lowest and highest possible score, where known.
    without_answers
        Rows of a table with one row for each couple in which neither partner took part.
    show_values
        Whether messages may contain answers and labels, as in `Reading`.

    Examples
    --------
    >>> from intimacy_scales.dyads import Dyads
    >>> pairs = {"trust": {"a": "trust_a", "b": "trust_b"}}
    >>> dyads = Dyads.of_scores([{"trust_a": 5.5, "trust_b": 6.0}], pairs)
    >>> isinstance(dyads, PairedAnswers), dyads.variable("trust").tolist()
    (True, [[5.5, 6.0]])
    """

    form: Instrument | None
    scale_ids: tuple[str, ...]
    answers: CodedResponses | None
    person_scores: Mapping[str, Floats] | None
    pairs: Pairs
    couple_labels: Labels
    role_labels: Labels | None
    time_labels: Labels | None
    label_names: Mapping[str, Hashable]
    mixed: bool
    kept: KeptColumns
    ranges: Mapping[str, tuple[float, float]]
    without_answers: tuple[int, ...] = ()
    show_values: bool | None = None

    @property
    def instrument(self) -> InstrumentRef | None:
        """Id, version, digest and evidence status of the instrument."""
        return None if self.form is None else self.form.ref

    @property
    def partners(self) -> tuple[str, str]:
        """Names of the two partners: their roles, their numbers, or ``a`` and ``b``."""
        return self.pairs.names

    @property
    def has_roles(self) -> bool:
        """Whether partners have roles."""
        return self.pairs.roles is not None

    @property
    def distinguishable(self) -> bool:
        """Whether the first partner of every couple has one role, and the second one the other."""
        return self.has_roles and not self.mixed

    @property
    def kept_names(self) -> list[str]:
        """Names of the kept columns: couple, time, person and role, then others."""
        labels = [
            str(self.label_names[o]) for o in ("couple", "time", "person", "role") if o in self.label_names
        ]
        return list(dict.fromkeys([*labels, *self.kept.names]))

    @property
    def faults(self) -> PairingFaults:
        """Faults of pairing of the couples that were left out."""
        return self.pairs.faults

    @property
    def problems(self) -> Problems:
        """Answers that were not accepted and count as missing (with ``on_invalid="missing"``)."""
        return Problems() if self.answers is None else self.answers.problems

    def __len__(self) -> int:
        """Return the number of couples; with occasions, of couples on each occasion."""
        return len(self.pairs.rows)

    @cached_property
    def couples(self) -> list[Any]:
        """The label of each couple (n_couples,)."""
        return [self.couple_labels.values[number] for number in self.pairs.couple.tolist()]

    @cached_property
    def times(self) -> list[Any] | None:
        """The occasion of each row (n_couples,); None where there is one."""
        if self.pairs.time is None or self.time_labels is None:
            return None
        return [self.time_labels.values[number] for number in self.pairs.time.tolist()]

    @cached_property
    def roles(self) -> list[tuple[str | None, str | None]] | None:
        """Roles of both partners of each couple, None where unknown; None where partners have no role."""
        if self.pairs.roles is None or self.role_labels is None:
            return None
        names: list[str | None] = [self.role_labels.text(n) for n in range(len(self.role_labels))]
        names.append(None)  # at position -1
        return [(names[first], names[second]) for first, second in self.pairs.roles.tolist()]

    @cached_property
    def compositions(self) -> list[str | None] | None:
        """The roles of each couple in one text, such as ``f-m``; None where one is not known, or no roles.

        Where a role contains a hyphen, roles are joined by ``/``, ``+`` or ``|``, the first that no role
        contains.
        """
        if self.roles is None:
            return None
        return [None if a is None or b is None else self.composition_of(a, b) for a, b in self.roles]

    @cached_property
    def composition_of(self) -> Callable[[str, str], str]:
        """The function that writes two roles as the text of a composition."""
        labels = self.role_labels
        return joined_roles([] if labels is None else [labels.text(number) for number in range(len(labels))])

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """Whether each partner took part (n_couples, 2): who answered, and others whom the table knows.

        A table with one row for each person has a row of theirs. One with a row for each couple has their id;
        or, where it has no ids, their role in a column of roles or else a value in a kept column.
        """
        return locked(self.pairs.rows >= 0)

    @cached_property
    def answered(self) -> NDArray[np.bool_]:
        """Whether each partner answered at least one item, or has at least one score (n_couples, 2)."""
        if self.answers is not None:
            persons = (self.answers.codes != 0).any(axis=1)
        else:
            columns = list((self.person_scores or {}).values())
            persons = ~np.isnan(columns).all(axis=0)
        return locked(self.present & persons[self.pairs.rows])

    @cached_property
    def complete(self) -> NDArray[np.bool_]:
        """Whether both partners answered (n_couples,)."""
        return locked(self.answered[:, 0] & self.answered[:, 1])

    @cached_property
    def scores(self) -> Mapping[str, Floats]:
        """Scale → scores of both partners (n_couples, 2), nan where missing."""
        if self.answers is None or self.form is None:
            by_scale = dict(self.person_scores or {})
        else:
            warn_if_draft(self.form.ref)
            persons = score_coded(self.answers, self.form)
            by_scale = {name: persons[name] for name in persons.scale_ids}
        return FrozenMapping({name: locked(self._of_couples(x)) for name, x in by_scale.items()})

    def _of_couples(self, persons: Floats) -> Floats:
        """Return values of persons (n_persons, ...) as those of couples (n_couples, 2, ...)."""
        values: Floats = persons[self.pairs.rows]
        if not self.present.all():
            values[~self.present] = np.nan
        return values

    def variable(self, name: str) -> Floats:
        """Return a scale's scores, or a kept column of numbers, of both partners (n_couples, 2).

        Raises
        ------
        EstimationError
            There is no such scale, and no such column was kept; or numbers beyond 1e30.
        ResponseError
            The column does not hold numbers.
        """
        if name in self.scale_ids:
            with values_as_asked(self.show_values):
                return within_range(name, self.scores[name])
        if name not in self.kept.names:
            names = [*self.scale_ids, *self.kept.names]
            raise EstimationError(
                f"{shortened(name)} is no variable of these couples; they have {', '.join(names)}; other "
                f"columns must be kept when couples are paired (keep=[...]){suggest(name, names)}"
            )
        with values_as_asked(self.show_values):
            return within_range(name, self.kept.numbers(name))

    def couple_variable(self, name: str) -> Floats:
        """Return a kept column of numbers that both partners share, such as years together (n_couples,).

        Raises
        ------
        EstimationError
            It was not kept, or it differs between partners.
        """
        with values_as_asked(self.show_values):
            both = within_range(name, self.kept.numbers(name))
        first, second = both.T
        differ = np.flatnonzero((first != second) & ~np.isnan(first) & ~np.isnan(second))
        if len(differ):
            raise EstimationError(
                f"{name!r} differs between the partners of {counted(len(differ), 'couple')}, so it is no "
                "variable of couples; use it as a predictor with an actor and a partner effect"
            )
        shared: Floats = np.where(np.isnan(first), second, first)
        return shared

    def items(self, scale: str) -> Floats:
        """Return keyed answers of both partners to the items of a scale (n_couples, 2, n_items).

        Answers to reverse-keyed items are reversed, from the declared range; nan where missing.

        Raises
        ------
        EstimationError
            These couples are made of scores, which have no items.
        UnknownNameError
            There is no such scale.
        """
        answers = self._answers("items")
        self._check_scale(scale)
        return self._of_couples(keyed_answers(answers, scale)[0])

    def item_ids(self, scale: str) -> tuple[str, ...]:
        """Return the items of a scale, in the order of `items`."""
        answers = self._answers("items")
        self._check_scale(scale)
        return items_of(answers, scale)[1].ids

    def _answers(self, what: str) -> CodedResponses:
        if self.answers is None:
            raise EstimationError(
                f"these couples are made of scores, which have no {what}: pair the answers, with "
                "Dyads.from_long or Dyads.from_wide"
            )
        return self.answers

    def _check_scale(self, scale: str) -> None:
        if scale not in self.scale_ids:
            hint = suggest(scale, self.scale_ids)
            raise UnknownNameError(
                f"there is no scale {shortened(scale)}; allowed: {', '.join(self.scale_ids)}{hint}"
            )

    def one_occasion(self) -> Self:
        """Return these couples if each is there once.

        Raises
        ------
        EstimationError
            Couples answered on several occasions; says how to choose one.
        """
        if self.time_labels is None or len(self.time_labels) < 2:
            return self
        raise EstimationError(several_occasions(self.time_labels.values, self.show_values))

    def at(self, time: Any) -> Self:
        """Return the couples on one occasion.

        Parameters
        ----------
        time
            Label of the occasion.

        Raises
        ------
        UnknownNameError
            There is no such occasion.
        """
        if self.time_labels is None or self.pairs.time is None or time not in self.time_labels.values:
            known = () if self.time_labels is None else self.time_labels.values
            allowed = labels_listed([*map(shortened, known)], "occasion", self.show_values)
            raise UnknownNameError(f"there is no occasion {shortened(time)}; allowed: {allowed}")
        number = list(self.time_labels.values).index(time)
        return self.chosen(
            np.flatnonzero(self.pairs.time == number), time_labels=Labels(np.zeros(0, np.intp), [time])
        )

    def of_composition(self, name: str) -> Self:
        """Return the couples of one composition in a mixed sample.

        Partners of different roles are distinguishable then, and partners of one role exchangeable.

        Parameters
        ----------
        name
            As in `compositions`, such as ``f-m``.

        Raises
        ------
        UnknownNameError
            There is no such composition.

        Examples
        --------
        >>> from intimacy_scales.dyads import Dyads
        >>> rows = [("x", 1, "f"), ("x", 2, "m"), ("y", 3, "f"), ("y", 4, "f")]
        >>> table = [{"couple": c, "id": i, "sex": s, "trust": 4.0 + i} for c, i, s in rows]
        >>> dyads = Dyads.of_scores(table, ["trust"], couple="couple", person="id", role="sex", mixed=True)
        >>> both = dyads.of_composition("f-m")
        >>> both.couples, both.partners, both.distinguishable
        (['x'], ('f', 'm'), True)
        >>> dyads.of_composition("f-f").has_roles
        False
        """
        names = [] if self.compositions is None else self.compositions
        places = np.array([n for n, known in enumerate(names) if known == name], dtype=np.intp)
        if not len(places) or name is None:
            known_names = sorted({known for known in names if known is not None})
            allowed = labels_listed(known_names, "composition", self.show_values)
            raise UnknownNameError(f"there is no composition {shortened(name)}; allowed: {allowed}")
        first, second = (self.roles or [])[int(places[0])]
        of_one = self.chosen(places)
        if first == second:
            pairs = replace(of_one.pairs, roles=None)
            return replace(of_one, pairs=pairs, role_labels=None, mixed=False)
        pairs = replace(of_one.pairs, names=(str(first), str(second)))
        return replace(of_one, pairs=pairs, mixed=False)

    def chosen(self, places: NDArray[np.intp], **changed: Any) -> Self:
        """Return some couples, by their places from 0: ``dyads.chosen(np.flatnonzero(dyads.complete))``."""
        pairs = self.pairs
        time = None if pairs.time is None else pairs.time[places]
        if "time_labels" in changed and time is not None:
            time = np.zeros_like(time)
        roles = None if pairs.roles is None else pairs.roles[places]
        new = replace(pairs, rows=pairs.rows[places], couple=pairs.couple[places], time=time, roles=roles)
        return replace(self, pairs=new, kept=self.kept.chosen(places), **changed)

    def __repr__(self) -> str:
        first, second = self.partners
        if self.mixed and self.compositions is not None:
            counts = Counter(name or "one role known" for name in self.compositions)
            kind = ", ".join(f"{n} {name}" for name, n in sorted(counts.items()))
        elif self.has_roles:
            kind = f"{first} and {second}"
        else:
            kind = f"exchangeable partners {first} and {second}"
        single = int(np.count_nonzero(~self.complete))
        parts = [counted(len(self), "couple") if self.times is None else f"{len(self)} couples on occasions"]
        parts.append(kind)
        parts += [f"{single} with answers of one partner or none"] if single else []
        parts += [f"{counted(len(self.faults), 'fault')} of pairing left out"] if self.faults else []
        nobodys = sum(fault.code == "no couple" for fault in self.faults)
        parts += [f"of these {counted(nobodys, 'row')} without a couple"] if nobodys else []
        parts += (
            [f"{counted(len(self.without_answers), 'row')} without answers"] if self.without_answers else []
        )
        name = f" {self.instrument}" if self.instrument is not None else ""
        return f"<Dyads{name}: {', '.join(parts)}>"
