"""The result of one pass over answers on an engine: sums, and a check of the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intimacy_scales.engines.answer_check import AnswerCheck
from intimacy_scales.errors import DocumentError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.results.documents import checked, instrument_for, read
from intimacy_scales.results.result import Result, result_class
from intimacy_scales.results.sums import Sums
from intimacy_scales.scoring.summary import ScoreSummary


@result_class
class DataSummary(Result, Sums):
    """Exact sums of answers on an engine; summaries of parts are added with ``+`` and ``sum()``.

    Attributes
    ----------
    instrument
        Reference to the instrument.
    check
        Number of persons, and of answers that are not valid.
    moments
        Sums of the answers, from which reliability, factor models and reports are computed. None if not
        requested.
    scores
        Descriptive statistics of the scores. None if not requested.

    Examples
    --------
    >>> import polars as pl
    >>> from intimacy_scales.engines import summarize
    >>> answers = [pl.LazyFrame({f"ras_{n}": [x] for n in range(1, 8)}) for x in (2, 5, 4)]
    >>> summary = sum(summarize("ras", part) for part in answers)
    >>> summary
    <DataSummary ras 1: 3 persons; every answer accepted; moments and scores>
    >>> round(summary.scores.scales[0].sd, 3)
    0.655
    """

    instrument: InstrumentRef
    check: AnswerCheck
    moments: ItemMoments | None
    scores: ScoreSummary | None

    def __add__(self, other: DataSummary) -> DataSummary:
        """Return the sums of both parts combined.

        Raises
        ------
        ValueError
            The two are for different instruments, or hold different sums.
        """
        if not isinstance(other, DataSummary):
            return NotImplemented
        held, others = self._held(), other._held()
        if held != others:
            raise ValueError(
                f"these summaries cannot be added: one holds {' and '.join(held) or 'no sums'}, the other "
                f"{' and '.join(others) or 'no sums'}"
            )
        check = self.check + other.check
        moments, scores = self.moments, self.scores
        if moments is not None and other.moments is not None:
            moments = moments + other.moments
        if scores is not None and other.scores is not None:
            scores = scores + other.scores
        return DataSummary(instrument=self.instrument, check=check, moments=moments, scores=scores)

    def to_dict(self) -> dict[str, Any]:
        """Return the sums as plain values; None for those that were not requested."""
        parts = {"check": self.check, "moments": self.moments, "scores": self.scores}
        return {"instrument": self.instrument.to_dict()} | {
            name: None if part is None else part.to_dict() for name, part in parts.items()
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        # the parts are read with the instrument of the summary, which need not be a shipped one
        return {
            "instrument": InstrumentRef,
            "check": dict[str, Any],
            "moments": dict[str, Any] | None,
            "scores": dict[str, Any] | None,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], *, instrument: Instrument | None = None) -> DataSummary:
        """Return the sums that `to_dict` wrote; arguments and errors as in `Result.from_dict`."""
        # the parts are documents that check themselves
        types = cls._document()
        parts = checked(document, types, cls.__name__)
        values = {name: read(kind, parts[name], f"{cls.__name__}.{name}") for name, kind in types.items()}
        return cls._from_document(values, instrument)

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> DataSummary:
        form = instrument_for(values["instrument"], instrument)
        kinds: dict[str, Any] = {"check": AnswerCheck, "moments": ItemMoments, "scores": ScoreSummary}
        parts: dict[str, Any] = {
            name: None if values[name] is None else kind.from_dict(values[name], instrument=form)
            for name, kind in kinds.items()
        }
        for name, part in parts.items():
            reference = getattr(part, "instrument", values["instrument"])
            wanted = values["instrument"]
            if getattr(reference, "ref", reference) != wanted:
                raise DocumentError(f"DataSummary.{name}: belongs to {reference}, not to {wanted}")
        return cls(instrument=values["instrument"], **parts)

    def __repr__(self) -> str:
        n = self.check.n_problems
        problems = f"{n:,} {'answer' if n == 1 else 'answers'} not accepted" if n else "every answer accepted"
        held = self._held()
        sums = f"; {' and '.join(held)}" if held else ""
        return f"<DataSummary {self.instrument}: {self.check.n_persons:,} persons; {problems}{sums}>"

    def _held(self) -> list[str]:
        """Return the names of the sums that it holds."""
        return ["moments"] * (self.moments is not None) + ["scores"] * (self.scores is not None)
