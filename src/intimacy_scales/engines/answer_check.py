"""How many answers were not accepted, by item and kind, whichever parts the answers came in."""

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
    first_of,
    found_in,
)
from intimacy_scales.errors import DocumentError, InvalidResponsesError, shortened
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.instrument.reference import hint_of_wordings
from intimacy_scales.late import late_module
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
    "number": "texts that are no numbers",
    "label": "unknown as labels",
    "boolean": "truth values",
    "type": "of a type that is no answer",
    "recode": "not among the values that recode= names",
    "name": "under a name that is no item's",
}


@result_class
class AnswerCheck(Result, Sums):
    """How many answers were not accepted, exactly, with a few examples; those of parts add up with ``+``.

    Attributes
    ----------
    instrument
        What was answered.
    n_persons
        Rows, whatever they hold.
    counts
        How many answers were not accepted, by item and kind.
    examples
        Of each item and kind up to three, those of the persons whose ids come first as texts: the same for
        any order of the rows.
    values
        How often each value was not accepted, where there are up to 1,000 different ones; None where there
        are more. Empty where values are not to be shown.
    ends
        Which ends of their ranges the accepted answers use.
    form
        The instrument itself.
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
        """Answers that were not accepted."""
        return sum(part.n for part in self.counts)

    @property
    def advice(self) -> str | None:
        """What to do about most of them, if there is one thing to do."""
        return None if self.remedy is None else self.remedy.python

    @property
    def remedy(self) -> Remedy | None:
        """The same for Python and for the command line."""
        return find_remedy(self.form, self._offences(), range_use_of(self).answered)

    def __add__(self, other: AnswerCheck) -> AnswerCheck:
        """Return the counts of both parts together.

        Raises
        ------
        ValueError
            They are of different instruments.
        """
        if not isinstance(other, AnswerCheck):
            return NotImplemented
        if self.instrument != other.instrument:
            raise ValueError(
                f"checks of {self.instrument.told_apart} and {other.instrument.told_apart} do not add up"
                + hint_of_wordings(self.instrument, other.instrument)
            )
        return replace(
            self,
            n_persons=self.n_persons + other.n_persons,
            counts=counted(self.form, by_kind((*self.counts, *other.counts))),
            examples=first_of(self.form, (*self.examples, *other.examples)),
            values=added(self.form, self.values, other.values),
            ends=tuple(one + more for one, more in zip(self.ends, other.ends, strict=True)),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table: item, kind, how many answers, and what kind it is in words."""
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
        """Return counts, examples and what was seen of ranges, ready for JSON."""
        told = ("n_persons", "ends")
        return {"instrument": self.instrument.to_dict()} | {
            **{name: plain(getattr(self, name)) for name in told},
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
        made: AnswerCheck = made_of(cls, values, form=form)
        return made

    def warn(self) -> None:
        """Warn of ranges of which nobody used an end, where chance is no explanation."""
        range_use_of(self).warn()

    def error(self, *, of_a_part: bool = False) -> InvalidResponsesError:
        """Return the one error for all of them.

        Parameters
        ----------
        of_a_part
            Whether these are the problems of a part of the answers only, which has stopped the whole.
        """
        return InvalidResponsesError(self._message(of_a_part=of_a_part), self._problems(), self)

    def _message(self, *, of_a_part: bool) -> str:
        lines = [self.described("one part" if of_a_part else None)]
        lines += [self.advice] if self.advice else []
        where = "engines.check(instrument, frame)" if of_a_part else ".check of this error"
        lines.append(f'All counts: {where}. on_invalid="missing" would treat them as missing.')
        return "\n".join(lines)

    def described(self, rows: str | None = None) -> str:
        """Say how many there are, and what most of them are.

        Parameters
        ----------
        rows
            Of which rows; None: of so many.
        """
        n, rows = self.n_problems, rows or f"{self.n_persons:,} rows"
        are = "1 answer of {} is" if n == 1 else f"{n:,} answers of {{}} are"
        lines = [f"{are.format(rows)} not valid for {self.instrument.called}:"]
        examples = {(problem.item, problem.code): problem for problem in reversed(self._problems())}
        for part in sorted(self.counts, key=lambda part: -part.n)[:_SHOWN]:
            example = examples.get((part.item, part.code))
            such = "" if example is None else f", such as {example}"
            lines.append(f"  {part.item}: {part.n:,} {_IN_WORDS[part.code]}{such}")
        if len(self.counts) > _SHOWN:
            others = sum(sorted((part.n for part in self.counts), reverse=True)[_SHOWN:])
            lines.append(f"  … and {others:,} more of {len(self.counts) - _SHOWN} other items or kinds")
        return "\n".join(lines)

    def _problems(self) -> Problems:
        """Return the examples as any list of problems."""
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
        # a value that was not accepted is never null
        shown = all(example.value is not None for example in self.examples)
        return Problems(columns, persons, numbered=False, shown=shown)

    def _offences(self) -> Counter[Offence]:
        scales = {item.id: item.response_scale for item in self.form.items}
        counts: Counter[Offence] = Counter()
        for one in self.values or ():
            counts[Offence(one.value, one.code, one.meant, scales[one.item])] += one.n
        return counts

    def __repr__(self) -> str:
        n = self.n_problems
        told = f"{n:,} {'answer' if n == 1 else 'answers'} not accepted" if n else "every answer accepted"
        return f"<AnswerCheck {self.instrument}: {self.n_persons:,} persons; {told}>"


def _check_document(form: Instrument, values: Mapping[str, Any]) -> None:
    """Raise where what a document holds cannot be of this instrument.

    Raises
    ------
    DocumentError
        Says what.
    """
    for name in ("counts", "examples", "values"):
        for part in values[name] or ():
            if part.item not in form.item_ids:
                raise DocumentError(f"AnswerCheck.{name}: {form.ref} has no item {shortened(part.item)}")
            if name != "examples" and part.n < 1:
                raise DocumentError(f"AnswerCheck.{name}: {part.n} is no number of answers to {part.item}")
    whole = RangeUse(form).ends()
    if len(values["ends"]) != len(whole):
        raise DocumentError(f"AnswerCheck.ends: {form.ref} has {len(whole)} ranges")
    for told, wanted in zip(values["ends"], whole, strict=True):
        asked = (told.minimum, told.maximum, told.step)
        n = 0 if told.low and told.high else len(wanted.lowest)
        if asked != (wanted.minimum, wanted.maximum, wanted.step) or not (
            len(told.lowest) == len(told.highest) == n and min((*told.lowest, *told.highest), default=0) >= 0
        ):
            raise DocumentError(f"AnswerCheck.ends: {asked} is not told of as {form.ref} has it")


def range_use_of(check: AnswerCheck) -> RangeUse:
    """Return what would have watched the ends of ranges in all parts."""
    return RangeUse.of_ends(check.form, check.n_persons, check.ends, check._offences())


def check_of(form: Instrument, n_persons: int, problems: Problems, used: RangeUse) -> AnswerCheck:
    """Return what there is to tell of a part of the answers that was read.

    Parameters
    ----------
    form, n_persons
        What was answered, and how many rows there are.
    problems, used
        What the reader of the part found.
    """
    counts, examples, values = found_in(form, problems)
    return AnswerCheck(
        instrument=form.ref,
        n_persons=n_persons,
        counts=counts,
        examples=examples,
        values=values,
        ends=used.ends(),
        form=form,
    )
