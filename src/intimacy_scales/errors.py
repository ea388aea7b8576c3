"""Every exception and warning of the library, and the record of one bad answer.

A message says what was wrong, the value seen, what is allowed, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from intimacy_scales.late import late_module
from intimacy_scales.messages import shortened, shortened_text

if TYPE_CHECKING:
    import pandas as pd

    from intimacy_scales.dyads import faults as pairing
else:
    pd = late_module("pandas")
    pairing = late_module("intimacy_scales.dyads.faults")

ProblemCode = Literal[
    "range", "step", "infinite", "number", "label", "boolean", "type", "recode", "name"
]  # fmt: skip
"""What is wrong with an answer: it is outside the range; between two steps; infinite; a text that is not a
number, or not a label; a truth value; of another type; not listed in ``recode``; or under a name that is not
an item's."""


class IntimacyScalesError(Exception):
    """Base of every error that this library raises on purpose.

    Examples
    --------
    >>> issubclass(UnknownInstrumentError, IntimacyScalesError)
    True
    """

    def __str__(self) -> str:  # the message alone: some errors carry more, and a KeyError would quote it
        return str(self.args[0]) if self.args else ""


class InstrumentError(IntimacyScalesError, ValueError):
    """An instrument, form or item bank is not valid; names the file and the field.

    Parameters
    ----------
    message
        The whole message.
    source
        The file (or other origin) that was read, if any.
    faults
        One line for each fault, each beginning with the path of the field.

    Examples
    --------
    >>> from intimacy_scales import load_file
    >>> try:
    ...     load_file("missing.toml")
    ... except InstrumentError as error:
    ...     print(error.source, len(error.faults))
    missing.toml 0
    """

    def __init__(self, message: str, source: str | None = None, faults: Sequence[str] = ()) -> None:
        super().__init__(message, source, tuple(faults))
        self.source = source
        self.faults = tuple(faults)


class UnknownNameError(IntimacyScalesError, KeyError):
    """A name is not known; the message lists the known names or suggests a near one.

    It is also a `KeyError`, the error that mappings raise.

    Examples
    --------
    >>> from intimacy_scales import load
    >>> try:
    ...     load("ras").scale("totl")
    ... except KeyError as error:
    ...     print(isinstance(error, UnknownNameError))
    True
    """


class UnknownInstrumentError(InstrumentError, UnknownNameError):
    """No instrument, bank, item or scale has this id; suggests near ids.

    Examples
    --------
    >>> from intimacy_scales import load
    >>> try:
    ...     load("rass")
    ... except UnknownInstrumentError as error:
    ...     print("'ras'" in str(error))
    True
    """


class ResponseError(IntimacyScalesError, ValueError):
    """The data that were passed cannot be read as answers to the instrument.

    Examples
    --------
    >>> from intimacy_scales import score
    >>> try:
    ...     score("ras", {"age": 44})
    ... except ResponseError as error:
    ...     print("no item of ras" in str(error))
    True
    """


class MissingColumnsError(ResponseError):
    """Items of the instrument have no column in the table.

    Parameters
    ----------
    message
        The whole message.
    missing
        Item ids without a column, in the instrument's order.
    suggestions
        Item id → the column of the table that was probably meant.
    patterns
        Patterns of columns for which the table has every item, where most columns are missing.

    Examples
    --------
    >>> from intimacy_scales import score
    >>> answers = {"ras_1": [4, 5], "ras_2": [2, 1], "ras3": [5, 3]}
    >>> try:
    ...     score("ras", pd.DataFrame(answers))
    ... except MissingColumnsError as error:
    ...     print(error.suggestions)
    {'ras_3': 'ras3'}
    """

    def __init__(
        self,
        message: str,
        missing: Sequence[str] = (),
        suggestions: dict[str, str] | None = None,
        patterns: Sequence[str] = (),
    ) -> None:
        super().__init__(message, tuple(missing), dict(suggestions or {}), tuple(patterns))
        self.missing = tuple(missing)
        self.suggestions = dict(suggestions or {})
        self.patterns = tuple(patterns)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseProblem:
    """One answer that could not be accepted, and why.

    Attributes
    ----------
    row
        Position of the person in the table, from 0; None for a single mapping.
    person
        The person's id, if ``person=`` named its column.
    column
        The column (or key of the mapping) that holds the value.
    item
        The item that the column belongs to.
    value
        The value as it was passed.
    code
        The kind of problem, for programs: ``range``, ``step``, ``infinite``, ``number``, ``label``,
        ``boolean``, ``type``, ``recode`` or ``name``.
    reason
        What is wrong with it, in words.
    allowed
        What the item allows.
    suggestion
        What was probably meant, if something allowed is near.
    shown
        False where the value and the person's id were left out on purpose.

    Examples
    --------
    >>> from intimacy_scales import score
    >>> result = score("ras", {"ras_1": 9, "ras_2": 4}, on_invalid="missing")
    >>> print(result.problems[0])
    item ras_1: 9 is outside the range; allowed: 1 to 5
    """

    row: int | None
    person: Any
    column: str
    item: str
    value: Any
    code: ProblemCode
    reason: str
    allowed: str
    suggestion: str | None = None
    shown: bool = True

    @property
    def value_text(self) -> str:
        """The value as messages show it."""
        return shortened(self.value) if self.shown else "a value"

    def __str__(self) -> str:
        where = [] if self.row is None else [f"row {self.row}"]
        if self.person is not None:
            where.append(f"person {shortened_text(self.person)}")
        where.append(
            f"item {self.item}"
            if self.column == self.item
            else f"item {self.item} ({shortened(self.column)})"
        )
        hint = f"; {self.suggestion}" if self.suggestion else ""
        return f"{', '.join(where)}: {self.value_text} {self.reason}; allowed: {self.allowed}{hint}"


class ProblemTable(Protocol):
    """The interface that an error needs from a collection of problems."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> ResponseProblem: ...
    def to_frame(self) -> pd.DataFrame:
        """Return them as a pandas table."""

    def to_dict(self) -> list[dict[str, Any]]:
        """Return them as dictionaries."""


class InvalidResponsesError(ResponseError):
    """Some answers are not valid for the instrument; holds all of them.

    Parameters
    ----------
    message
        The first few problems, their number, and what to do.
    problems
        All problems, ordered by row and item; for answers on an engine, examples of each kind.
    check
        For answers on an engine, the number of problems by item and kind; otherwise None.

    Examples
    --------
    >>> from intimacy_scales import score
    >>> try:
    ...     score("ras", {"ras_1": 9, "ras_2": 4})
    ... except InvalidResponsesError as error:
    ...     print([(problem.item, problem.value) for problem in error.problems])
    [('ras_1', 9)]
    """

    def __init__(self, message: str, problems: ProblemTable, check: Any = None) -> None:
        super().__init__(message, problems, check)
        self.problems = problems
        self.check = check

    def to_frame(self) -> pd.DataFrame:
        """Return all problems as a pandas table, one row for each bad cell."""
        return self.problems.to_frame()


class PairingError(ResponseError):
    """Rows of a table cannot be told to be two partners of one couple; holds every fault.

    Parameters
    ----------
    message
        The first faults, their number, and what to do.
    faults
        All faults, by kind and row.

    Examples
    --------
    >>> from intimacy_scales.dyads import Dyads
    >>> table = [{"couple": 1, "person": p, "trust": 4} for p in ("ann", "bob", "cem")]
    >>> try:
    ...     Dyads.of_scores(table, ["trust"], couple="couple", person="person")
    ... except PairingError as error:
    ...     print([(fault.code, fault.rows) for fault in error.faults])
    [('three in a couple', (0, 1, 2))]
    """

    def __init__(self, message: str, faults: pairing.PairingFaults) -> None:
        super().__init__(message, faults)
        self.faults = faults

    def to_frame(self) -> pd.DataFrame:
        """Return all faults as a pandas table, one row for each row of the caller's table."""
        return self.faults.to_frame()


class MissingDependencyError(IntimacyScalesError, ImportError):
    """An optional library is not installed; names the extra to install.

    Examples
    --------
    >>> issubclass(MissingDependencyError, ImportError)
    True
    """


class IntimacyScalesWarning(UserWarning):
    """Base of every warning of this library.

    Examples
    --------
    >>> issubclass(KeyingWarning, IntimacyScalesWarning)
    True
    """


class UnvalidatedInstrumentWarning(IntimacyScalesWarning):
    """The instrument is a draft: no study has shown yet that its scores measure what their names say.

    Examples
    --------
    >>> import warnings
    >>> from intimacy_scales import load, score
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", UnvalidatedInstrumentWarning)  # to try it out
    ...     drafts = score("scii-24", dict.fromkeys(load("scii-24").item_ids, 4))
    """


class UnverifiedKeyWarning(IntimacyScalesWarning):
    """The scoring key of a published instrument was not confirmed by a second source.

    Examples
    --------
    >>> import warnings
    >>> from intimacy_scales import load, score
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", UnverifiedKeyWarning)  # the key was checked by hand
    ...     scored = score("dts", dict.fromkeys(load("dts").item_ids, 4))
    """


class OverlappingBandsWarning(IntimacyScalesWarning):
    """Cut-off bands of one source overlap, so that a score in both has two interpretations."""


class LanguagesPooledWarning(IntimacyScalesWarning):
    """Answers in several languages are pooled, though no study has shown that they mean the same.

    Examples
    --------
    >>> import warnings
    >>> from intimacy_scales import load, pool_languages
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", LanguagesPooledWarning)  # invariance was tested
    ...     pooled = pool_languages(load("scii-24"), load("scii-24", language="de"))
    >>> pooled.language
    'mul'
    """


class AnotherRangeWarning(IntimacyScalesWarning):
    """No answer to any item uses one end of the range, so the answers were probably given on another range.

    Examples
    --------
    >>> import warnings
    >>> from intimacy_scales import score
    >>> rows = [{f"ras_{item}": 2 + row * item % 3 for item in range(1, 8)} for row in range(40)]
    >>> with warnings.catch_warnings(record=True, action="always") as caught:
    ...     scores = score("ras", rows)  # 2 to 4 on a range of 1 to 5
    >>> caught[0].category.__name__
    'AnotherRangeWarning'
    """


class NoNormsError(UnknownNameError):
    """The instrument has no norms or cut-offs to compare scores with; says how to make them.

    Examples
    --------
    >>> from intimacy_scales import score
    >>> result = score("ras", {f"ras_{item}": 4 for item in range(1, 8)})
    >>> try:
    ...     result.standardize()
    ... except NoNormsError as error:
    ...     print("Norm.from_scores" in str(error))
    True
    """


class DocumentError(IntimacyScalesError, ValueError):
    """A document was not written by the result's ``to_dict``; says where it differs and what belongs there.

    Examples
    --------
    >>> from intimacy_scales import PersonScores
    >>> try:
    ...     PersonScores.from_dict({})
    ... except DocumentError as error:
    ...     print("instrument" in str(error))
    True
    """


class EstimationError(IntimacyScalesError, ValueError):
    """A statistic, a plan or simulated answers cannot be computed from these data and options.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> try:
    ...     simulate("ras", -1)
    ... except EstimationError as error:
    ...     print(str(error).partition(";")[0])
    n=-1 is not valid
    """


class ModelSyntaxError(EstimationError):
    """The text of a model cannot be read; shows the line and points at the character.

    Parameters
    ----------
    message
        The whole message.
    line
        The line of the text, from 1.
    column
        The character of that line, from 1.

    Examples
    --------
    >>> from intimacy_scales import cfa
    >>> try:
    ...     cfa("f = a + b", [{"a": 1, "b": 2}])
    ... except ModelSyntaxError as error:
    ...     print(error.line, error.column)
    1 3
    """

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message, line, column)
        self.line = line
        self.column = column


class NotIdentifiedError(EstimationError):
    """The means and covariances do not determine all parameters of a model; names those parameters.

    Parameters
    ----------
    message
        The whole message.
    parameters
        The parameters that have no unique value.

    Examples
    --------
    >>> from intimacy_scales import cfa
    >>> rows = [{"a": n % 3, "b": n % 5} for n in range(20)]
    >>> try:
    ...     cfa("f =~ a + b", rows)
    ... except NotIdentifiedError as error:
    ...     print(error.parameters)
    ('f =~ b', 'a ~~ a', 'b ~~ b', 'f ~~ f')
    """

    def __init__(self, message: str, parameters: Sequence[str] = ()) -> None:
        super().__init__(message, tuple(parameters))
        self.parameters = tuple(parameters)


class NotConvergedError(EstimationError):
    """An iterative search did not converge; says what to try.

    Examples
    --------
    >>> from intimacy_scales import cfa, simulate
    >>> items = " + ".join(f"ras_{item}" for item in range(1, 8))
    >>> try:
    ...     cfa(f"satisfaction =~ {items}", simulate("ras", 100, rng=1).answers, max_iterations=1)
    ... except NotConvergedError as error:
    ...     print(type(error).__name__)
    NotConvergedError
    """


class KeyingWarning(IntimacyScalesWarning):
    """Items run against their key; they are named, and their scoring stays as it is.

    Examples
    --------
    >>> import warnings
    >>> from intimacy_scales import item_analysis, simulate
    >>> table = simulate("ras", 100, rng=1).answers
    >>> table["ras_1"] = 6 - table["ras_1"]
    >>> with warnings.catch_warnings(record=True, action="always") as caught:
    ...     analysis = item_analysis("ras", table)
    >>> "ras_1" in str(caught[0].message)
    True
    """


class SmallSampleWarning(IntimacyScalesWarning):
    """A sample is small for its purpose, such as percentile ranks of fewer than 200 persons.

    Examples
    --------
    >>> import warnings
    >>> from intimacy_scales import Norm, score, simulate
    >>> scores = score("ras", simulate("ras", n=60, rng=1).answers)
    >>> with warnings.catch_warnings(record=True, action="always") as caught:
    ...     norms = Norm.from_scores(scores, sample="60 simulated persons")
    >>> caught[0].category.__name__
    'SmallSampleWarning'
    """


class SingleClustersWarning(IntimacyScalesWarning):
    """No cluster has two members, so the clusters do not show which answers belong together."""


class CoverageWarning(IntimacyScalesWarning):
    """Nobody answered both items of some pair, so their covariance rests on the model, not on data."""


class LikelyMissingCodeWarning(IntimacyScalesWarning):
    """A kept column of numbers has values, such as -99, that look like codes for missing ones; they count."""
