"""The outcome of an answer sheet that could not be scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar, Literal

from intimacy_scales.errors import ResponseProblem
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.messages import shortened_text
from intimacy_scales.reading.problems import Problems, json_value, problem_dict, problem_type
from intimacy_scales.results.document_types import many
from intimacy_scales.results.result import Result, result_class


@result_class
class SheetProblems(Result):
    """One answer sheet of many that has no scores, and why.

    Attributes
    ----------
    ok
        False; `PersonScores.ok` is True.
    instrument
        Id, version, digest and evidence status of the instrument.
    position
        Position of the sheet, from 0.
    person
        The person's id: the value under the key ``person=``, or the key of the sheet in a mapping of sheets.
        None if there is neither, or if values must not be shown.
    message
        Everything that is wrong with the sheet, and what to do, in words.
    problems
        Each answer that is not valid: its item, the value, why, and what is allowed. Empty if the sheet as a
        whole cannot be read.

    Examples
    --------
    >>> from intimacy_scales import score_many
    >>> (outcome,) = score_many("kmss", [{"kmss_1": 7, "kmss_2": 9, "kmss_3": 7}])
    >>> outcome.ok, outcome.position, [problem.item for problem in outcome.problems]
    (False, 0, ['kmss_2'])
    >>> outcome
    <SheetProblems kmss 2: sheet 0 has no scores; item kmss_2: 9 is outside the range; allowed: 1 to 7>
    """

    ok: ClassVar[Literal[False]] = False

    instrument: InstrumentRef
    position: int
    person: Any = None
    message: str
    problems: Sequence[ResponseProblem] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return everything as a dictionary that JSON can hold."""
        return {
            "instrument": self.instrument.to_dict(),
            "position": self.position,
            "person": json_value(self.person),
            "message": self.message,
            "problems": [
                {name: value for name, value in problem_dict(p).items() if name not in ("row", "person")}
                for p in self.problems
            ],
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return {
            "instrument": InstrumentRef,
            "position": int,
            "person": Any,
            "message": str,
            "problems": many(problem_type(table=False)),
        }

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> SheetProblems:
        problems = Problems.of_documents(values["problems"]) if values["problems"] else ()
        return cls(**{**values, "problems": problems})

    def __repr__(self) -> str:
        person = "" if self.person is None else f" of person {shortened_text(self.person)}"
        reasons = list(map(str, islice(self.problems, 1))) or [self.message]
        if len(self.problems) > 1:
            reasons.append(f"{len(self.problems) - 1} more")
        sheet = f"{self.instrument}: sheet {self.position}{person}"
        return f"<SheetProblems {sheet} has no scores; {'; '.join(reasons)}>"
