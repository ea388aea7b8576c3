"""Counts of answers that are not valid, by item and kind, the same for any parts of the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from intimacy_scales.engines.bad_answers import (
    BadAnswer,
    BadAnswers,
    BadValue,
    added,
    by_kind,
    counted,
    counted_problems,
    first_of,
)
from intimacy_scales.errors import DocumentError, InvalidResponsesError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.instrument.reference import hint_of_wordings
from intimacy_scales.late import late_module
from intimacy_scales.messages import shortened
from intimacy_scales.reading.advice import Offence, Remedy
from intimacy_scales.reading.explanations import Explanation
from intimacy_scales.reading.other_wording import find_remedy
from intimacy_scales.reading.problems import (
    BadColumn,
    Problems,
    same_explanation,
)
from intimacy_scales.reading.range_use import RangeEnds, RangeUse
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import instrument_for, made_of
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.sums import Sums

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_SHOWN = 5
_IN_WORDS = {
    "range": "outside the range",
    "step": "between the steps of the range",
    "infinite": "infinite",
    "number": "texts that are not numbers",
    "label": "unknown labels",
    "boolean": "truth values",
    "type": "of a type that is not allowed",
    "recode": "not among the values in recode=",
    "name": "under a name that is not an item",
}


@result_class
class AnswerCheck(Result, Sums):
    """Exact counts of answers that are not valid, with examples; checks of parts are added with ``+``.

    Attributes
    ----------
    instrument
        Reference to the instrument.
    n_persons
        Number of rows, whatever they hold.
    counts
        Number of answers that are not valid, by item and kind.
    examples
        Up to three for each item and kind, sorted by the persons' ids as texts, so that they are the same for
        any order of the rows.
    values
        How often each value was not valid, for up to 1,000 different values; None if there are more. Empty
        if values must not be shown.
    ends
        Which ends of their ranges the valid answers use.
    form
        The instrument itself.

    Examples
    --------
    >>> import polars as pl
    >>> from intimacy_scales.engines import check
    >>> answers = pl.LazyFrame({f"ras_{n}": [4, 9] for n in range(1, 8)})
    >>> found = check("ras", answers)
    >>> found
    <AnswerCheck ras 1: 2 persons; 7 answers not accepted>
    >>> found.counts[0]
    BadAnswers(item='ras_1', code='range', n=1)
    """

    instrument: InstrumentRef
    n_persons: int
    counts: tuple[BadAnswers, ...]
    examples: tuple[BadAnswer, ...]
    values: tuple[BadValue, ...] | None
    ends: tuple[RangeEnds, ...]
    form: Instrument = field(repr=False, compare=False)

    @property
    def n_problems(self) -> int:
        """Number of answers that are not valid."""
        return sum(part.n for part in self.counts)

    @property
    def advice(self) -> str | None:
        """Advice for most of them, if one piece of advice fits."""
        return None if self.remedy is None else self.remedy.python

    @property
    def remedy(self) -> Remedy | None:
        """The same advice, for Python and for the command line."""
        return find_remedy(self.form, self._offences(), range_use_of(self).answered)

    def __add__(self, other: AnswerCheck) -> AnswerCheck:
        """Return the counts of both parts combined.

        Raises
        ------
        ValueError
            The two checks are for different instruments.
        """
        if not isinstance(other, AnswerCheck):
            return NotImplemented
        if self.instrument != other.instrument:
            raise ValueError(
                f"checks of {self.instrument.told_apart} and {other.instrument.told_apart} cannot be added"
                + hint_of_wordings(self.instrument, other.instrument)
            )
        return replace(
            self,
            n_persons=self.n_persons + other.n_persons,
            counts=counted(self.form, by_kind((*self.counts, *other.counts))),
            examples=first_of(self.form, (*self.examples, *other.examples)),
            values=added(self.form, self.values, other.values),
            ends=tuple(a + b for a, b in zip(self.ends, other.ends, strict=True)),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table: item, kind, number of answers, and the kind in words."""
        from intimacy_scales.results.frames import pandas_frame

        rows = self.counts
        return pandas_frame(
            {
                "item": [row.item for row in rows],
                "code": [row.code for row in rows],
                "n": [row.n for row in rows],
                "what": [_IN_WORDS[row.code] for row in rows],
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """Return counts, examples and the used ends of ranges as a dictionary that JSON can hold."""
        return {"instrument": self.instrument.to_dict()} | {
            **{name: plain(getattr(self, name)) for name in ("n_persons", "ends")},
            "counts": [part._asdict() for part in self.counts],
            "examples": [part._asdict() for part in self.examples],
            "values": None if self.values is None else [part._asdict() for part in self.values],
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=["form"])

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> AnswerCheck:
        form = instrument_for(values["instrument"], instrument)
        _check_document(form, values)
        check: AnswerCheck = made_of(cls, values, form=form)
        return check

    def warn(self) -> None:
        """Warn about ranges with an end that nobody used, unless chance explains it."""
        range_use_of(self).warn()

    def error(self, *, of_a_part: bool = False) -> InvalidResponsesError:
        """Return one error for all answers that are not valid.

        Parameters
        ----------
        of_a_part
            Whether only a part of the data was checked, and its problems ended the run.
        """
        return InvalidResponsesError(self._message(of_a_part=of_a_part), self._problems(), self)

    def _message(self, *, of_a_part: bool) -> str:
        lines = [self.described("one part" if of_a_part else None)]
        lines += [self.advice] if self.advice else []
        where = "engines.check(instrument, frame)" if of_a_part else ".check of this error"
        lines.append(f'All counts: {where}. on_invalid="missing" would treat them as missing.')
        return "\n".join(lines)

    def described(self, rows: str | None = None) -> str:
        """Describe how many answers are not valid, and what most of them are.

        Parameters
        ----------
        rows
            Name of the rows that were checked; None: their number.
        """
        n, rows = self.n_problems, rows or f"{self.n_persons:,} rows"
        answers = f"1 answer of {rows} is" if n == 1 else f"{n:,} answers of {rows} are"
        lines = [f"{answers} not valid for {self.instrument.called}:"]
        examples = {(problem.item, problem.code): problem for problem in reversed(self._problems())}
        for part in sorted(self.counts, key=lambda part: -part.n)[:_SHOWN]:
            example = examples.get((part.item, part.code))
            such_as = "" if example is None else f", such as {example}"
            lines.append(f"  {part.item}: {part.n:,} {_IN_WORDS[part.code]}{such_as}")
        if len(self.counts) > _SHOWN:
            others = sum(sorted((part.n for part in self.counts), reverse=True)[_SHOWN:])
            lines.append(f"  … and {others:,} more of {len(self.counts) - _SHOWN} other items or kinds")
        return "\n".join(lines)

    def _problems(self) -> Problems:
        """Return the examples as `Problems`, as an error carries them."""
        columns = tuple(
            BadColumn(
                item=example.item,
                column=example.column,
                rows=(row,),
                values=(example.value,),
                explain=partial(
                    same_explanation,
                    Explanation(example.code, example.reason, example.allowed, example.suggestion),
                ),
            )
            for row, example in enumerate(self.examples)
        )
        persons = {row: example.person for row, example in enumerate(self.examples)}
        # a null is a missing answer, so that an example without a value is one that must not be shown
        shown = all(example.value is not None for example in self.examples)
        return Problems(columns, persons, numbered=False, shown=shown)

    def _offences(self) -> Counter[Offence]:
        """Return how often each kind of value is not valid, as advice needs it."""
        scales = {item.id: item.response_scale for item in self.form.items}
        counts: Counter[Offence] = Counter()
        for bad in self.values or ():
            counts[Offence(bad.value, bad.code, bad.meant, scales[bad.item])] += bad.n
        return counts

    def __repr__(self) -> str:
        n = self.n_problems
        problems = f"{n:,} {'answer' if n == 1 else 'answers'} not accepted" if n else "every answer accepted"
        return f"<AnswerCheck {self.instrument}: {self.n_persons:,} persons; {problems}>"


def _check_document(form: Instrument, values: Mapping[str, Any]) -> None:
    """Raise if the entries of a document do not fit this instrument."""
    for name in ("counts", "examples", "values"):
        for part in values[name] or ():
            if part.item not in form.item_ids:
                raise DocumentError(f"AnswerCheck.{name}: {form.ref} has no item {shortened(part.item)}")
            if name != "examples" and part.n < 1:
                raise DocumentError(
                    f"AnswerCheck.{name}: n={part.n} for {part.item} is not valid; allowed: 1 or more"
                )
    expected_ends = RangeUse(form).ends()
    if len(values["ends"]) != len(expected_ends):
        raise DocumentError(
            f"AnswerCheck.ends: {len(values['ends'])} ranges, but {form.ref} has {len(expected_ends)}"
        )
    for ends, expected in zip(values["ends"], expected_ends, strict=True):
        grid = (ends.minimum, ends.maximum, ends.step)
        n = 0 if ends.low and ends.high else len(expected.lowest)
        if grid != (expected.minimum, expected.maximum, expected.step) or not (
            len(ends.lowest) == len(ends.highest) == n and min((*ends.lowest, *ends.highest), default=0) >= 0
        ):
            raise DocumentError(f"AnswerCheck.ends: the entry of range {grid} does not fit {form.ref}")


def range_use_of(check: AnswerCheck) -> RangeUse:
    """Return the use of the ends of ranges in all parts that were checked."""
    return RangeUse.of_ends(check.form, check.n_persons, check.ends, check._offences())


def check_of(form: Instrument, n_persons: int, problems: Problems, used: RangeUse) -> AnswerCheck:
    """Return the check of a part of the answers, from what its reader found.

    Parameters
    ----------
    form, n_persons
        The instrument, and the number of rows.
    problems, used
        The problems and the use of the ends of ranges that the reader found.
    """
    counts, examples, values = counted_problems(form, problems)
    return AnswerCheck(
        instrument=form.ref,
        n_persons=n_persons,
        counts=counts,
        examples=examples,
        values=values,
        ends=used.ends(),
        form=form,
    )
