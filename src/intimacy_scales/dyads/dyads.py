"""Couples: two partners, one relationship."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

from intimacy_scales.dyads.paired import PairedAnswers
from intimacy_scales.dyads.pairing import OnFault, PairingOptions
from intimacy_scales.instrument import Instrument
from intimacy_scales.reading.options import (
    CoupleReadingOptions,
    DiaryReadingOptions,
    OnInvalid,
    reads_answers,
)

BothPartners = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Dyads(PairedAnswers):
    """Couples: two partners, one relationship.

    Made by `from_long`, `from_wide` or `of_scores`. Partners are exchangeable unless they have roles.

    Its attributes are those of `PairedAnswers`: ``scores``, ``items(scale)``, ``couples``, ``partners``,
    ``complete`` and others.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> len(dyads), dyads.partners, dyads.distinguishable
    (200, ('1', '2'), False)
    >>> dyads.scores["trust"].shape, dyads.items("trust").shape
    ((200, 2), (200, 2, 4))
    """

    @classmethod
    @reads_answers
    def from_long(
        cls,
        instrument: Instrument | str | Path,
        table: Any,
        *,
        couple: Hashable,
        person: Hashable = None,
        role: Hashable = None,
        time: Hashable = None,
        roles: Sequence[Any] | None = None,
        mixed: bool = False,
        on_fault: OnFault = "raise",
        **reading: Unpack[DiaryReadingOptions],
    ) -> Dyads:
        """Pair the rows of a table with one row for each person.

        Parameters
        ----------
        instrument
            An `Instrument`, or the id or `Path` of one, that both partners answered.
        table
            A table as in `encode`; or checked answers that kept the columns of labels (``encode(...,
            keep=["couple", "person"])``).
        couple
            The column with the couple's label.
        person
            The column with the person's id. If it has two different values in the whole table, such as 1 and
            2, these number the partners of each couple. It may be left out where `role` tells partners apart.
        role
            The column with the person's role, such as ``wife`` and ``husband``: partners are distinguishable
            by it. None: partners are exchangeable.
        time
            The column with the occasion, if couples answered on several.
        roles
            All values of the column of roles, in the order of the partners' places: with ``["woman", "man"]``
            the woman of each couple is the first partner. None: in alphabetical order (numbers by size).
        mixed
            Whether both partners may have the same role, as in samples with f-f, m-m and f-m couples, and
            whether there may be more than two roles.
        on_fault
            ``"raise"``: an error with every fault of pairing. ``"leave_out"``: couples with a fault are left
            out, and listed in `faults`.
        **reading
            How answers are read, as in `encode`. Kept columns (``keep=``) can be used as predictors and
            covariates, and have other names than scales; ``missing_codes`` are missing there too.
            ``show_values=False`` holds for later messages about these couples too.

        Raises
        ------
        PairingError
            Rows that cannot be paired; holds every fault.
        InvalidResponsesError, MissingColumnsError, ResponseError
            As `encode` does.

        Examples
        --------
        >>> table = [
        ...     {"couple": "c1", "id": "ann", "csi4_1": 5, "csi4_2": 4, "csi4_3": 4, "csi4_4": 3},
        ...     {"couple": "c1", "id": "eve", "csi4_1": 4, "csi4_2": 4, "csi4_3": 3, "csi4_4": 3},
        ...     {"couple": "c2", "id": "bob", "csi4_1": 6, "csi4_2": 5, "csi4_3": 5, "csi4_4": 5},
        ... ]
        >>> dyads = Dyads.from_long("csi-4", table, couple="couple", person="id")
        >>> len(dyads), dyads.complete.tolist(), dyads.scores["total"].tolist()
        (2, [True, False], [[16.0, 14.0], [21.0, nan]])
        """
        from intimacy_scales.dyads.long_tables import dyads_from_long

        labels = {"couple": couple, "person": person, "role": role, "time": time}
        how = PairingOptions(mixed=mixed, roles=roles, on_fault=on_fault)
        return dyads_from_long(instrument, table, labels, how, reading)

    @classmethod
    @reads_answers
    def from_wide(
        cls,
        instrument: Instrument | str | Path,
        table: Any,
        *,
        columns: BothPartners,
        couple: Hashable = None,
        person: BothPartners | None = None,
        role: BothPartners | bool = False,
        time: Hashable = None,
        keep: Sequence[Hashable] | Mapping[str, Any] = (),
        roles: Sequence[Any] | None = None,
        mixed: bool = False,
        on_fault: OnFault = "raise",
        **reading: Unpack[CoupleReadingOptions],
    ) -> Dyads:
        """Pair the answers of a table with one row for each couple.

        Parameters
        ----------
        instrument
            An `Instrument`, or the id or `Path` of one, that both partners answered.
        table
            A table as in `encode`.
        columns
            Two partners → where their answers are, as in ``columns=`` of `encode`: ``{"a": "prqc.1_{n}",
            "b": "prqc.2_{n}"}``.
        couple
            The column with the couple's label; None: couples are numbered from 1.
        person
            Partner → the column with that person's id. Answers without an id are a fault. Besides partners
            who answered, those with an id took part. None: those with a role, if columns have the roles, or
            else with a value in a column that is kept for each partner.
        role
            True: the two names in `columns` are roles, in the order of the partners' places, and partners are
            distinguishable by them. Or partner → the column with that person's role. False: partners are
            exchangeable.
        time
            The column with the occasion, if couples answered on several.
        keep
            Columns to keep: names of columns of couples; or name → a column, or partner → a column. Values
            of both partners are kept, also of one who did not take part; a row in which neither did is no
            couple. No two columns, and no scale, can have one name.
        roles
            As in `from_long`, where columns have the roles.
        mixed, on_fault, **reading
            As in `from_long`.

        Raises
        ------
        PairingError
            Rows that cannot be paired; holds every fault.
        InvalidResponsesError, MissingColumnsError, ResponseError
            As `encode` does.

        Examples
        --------
        >>> table = [{"q1_w": 5, "q2_w": 4, "q3_w": 4, "q4_w": 3, "q1_h": 4, "q2_h": 4, "q3_h": 3, "q4_h": 3}]
        >>> columns = {"wife": "q{n}_w", "husband": "q{n}_h"}
        >>> dyads = Dyads.from_wide("csi-4", table, columns=columns, role=True)
        >>> dyads.partners, dyads.distinguishable, dyads.scores["total"].tolist()
        (('wife', 'husband'), True, [[16.0, 14.0]])
        """
        from intimacy_scales.dyads.wide_tables import dyads_from_wide

        labels = {"couple": couple, "person": person, "role": role, "time": time}
        how = PairingOptions(mixed=mixed, roles=roles, on_fault=on_fault)
        return dyads_from_wide(instrument, table, columns, labels, keep, how, reading)

    @classmethod
    def of_scores(
        cls,
        table: Any,
        scores: Sequence[str] | Mapping[str, BothPartners] | None = None,
        *,
        couple: Hashable = None,
        person: Hashable | BothPartners = None,
        role: Hashable | BothPartners = None,
        time: Hashable = None,
        keep: Sequence[Hashable] | Mapping[str, Any] = (),
        roles: Sequence[Any] | None = None,
        mixed: bool = False,
        on_fault: OnFault = "raise",
        on_invalid: OnInvalid = "raise",
    ) -> Dyads:
        """Pair scores that are made already.

        Parameters
        ----------
        table
            A table of scores; or `Scores` that kept the columns of the couple and person (``score(...,
            keep=["couple", "person"])``).
        scores
            Columns of scores, of a table with one row for each person. Or name → partner → column, of a table
            with one row for each couple: ``{"trust": {"a": "trust_1", "b": "trust_2"}}``. None: all scales
            of `Scores`.
        couple, person, role, time, keep, roles, mixed, on_fault
            As in `from_long` or `from_wide`, by the form of the table.
        on_invalid
            ``"raise"``: an error if scores look like codes for missing scores (-99, 999 …). ``"accept"``:
            every number is taken as it is.

        Raises
        ------
        PairingError
            Rows that cannot be paired; holds every fault.
        ResponseError
            Scores that are not numbers, or that look like codes for missing scores.

        Examples
        --------
        >>> table = [{"id": 7, "trust_1": 5.5, "trust_2": 6.0}, {"id": 8, "trust_1": 4.0, "trust_2": None}]
        >>> dyads = Dyads.of_scores(table, {"trust": {"a": "trust_1", "b": "trust_2"}}, couple="id")
        >>> dyads.couples, dyads.scores["trust"].tolist()
        ([7, 8], [[5.5, 6.0], [4.0, nan]])
        """
        from intimacy_scales.dyads.score_tables import dyads_of_scores

        labels = {"couple": couple, "person": person, "role": role, "time": time}
        how = PairingOptions(mixed=mixed, roles=roles, on_fault=on_fault)
        return dyads_of_scores(table, scores, labels, keep, how, on_invalid)

    def to_long(self, *, keyed: bool = False, scale: str | None = None) -> Any:
        """Return one row for each person, in the caller's own kind of frame.

        Parameters
        ----------
        keyed
            False: answers as the instrument declares them. True: answers to reverse-keyed items reversed.
        scale
            Items of one scale only; needed with ``keyed=True`` where an item is keyed in one direction in one
            scale and in the other direction in another.

        Returns
        -------
        pandas.DataFrame, polars.DataFrame or pyarrow.Table
            Labels, kept columns, then answers (or scores, for couples made of scores), of all who took part.
            The partners of a couple follow each other. Where several answers count the same, the first of
            them is given.

        Raises
        ------
        ResponseError
            Two columns would have one name; says which, and how to give one of them another name.
        """
        from intimacy_scales.dyads.reshaping import long_frame

        return long_frame(self, keyed=keyed, scale=scale)

    def to_wide(self, *, keyed: bool = False, scale: str | None = None) -> Any:
        """Return one row for each couple, with columns ``<item>_<partner>``.

        Ids and roles of partners, such as those of the columns ``id_a`` and ``id_b``, are named by what the
        names of their columns share. Where a couple's label has that name, they are called ``person`` or
        ``role``, or ``person_2`` ... where that is taken too. Parameters, errors and kinds of frames as of
        `to_long`.
        """
        from intimacy_scales.dyads.reshaping import wide_frame

        return wide_frame(self, keyed=keyed, scale=scale)

    def to_pairwise(self, *, keyed: bool = False, scale: str | None = None) -> Any:
        """Return one row for each person, with columns ``<item>_actor`` and ``<item>_partner``.

        Each couple has two rows ("double entry"), also where one partner is missing. Parameters, errors and
        kinds of frames as of `to_long`.
        """
        from intimacy_scales.dyads.reshaping import pairwise_frame

        return pairwise_frame(self, keyed=keyed, scale=scale)
