"""What one pass over answers on an engine gives: sums, and what was wrong with the answers."""

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
    """Exact sums of answers, wherever they lie; those of parts add up with ``+`` and ``sum()``.

    Attributes
    ----------
    instrument
        What was answered.
    check
        How many persons there are, and how many of their answers were not accepted.
    moments
        Sums of the answers, from which reliability, factor models and reports follow. None where not asked
        for.
    scores
        Descriptive statistics of the scores. None where not asked for.
    """

    instrument: InstrumentRef
    check: AnswerCheck
    moments: ItemMoments | None
    scores: ScoreSummary | None

    def __add__(self, other: DataSummary) -> DataSummary:
        """Return the sums of both parts together.

        Raises
        ------
        ValueError
            They are of different instruments, or hold different sums.
        """
        if not isinstance(other, DataSummary):
            return NotImplemented
        alike = (self.moments is None) == (other.moments is None)
        if not alike or (self.scores is None) != (other.scores is None):
            raise ValueError("these summaries do not add up: one lacks sums that the other has")
        check = self.check + other.check
        moments, scores = self.moments, self.scores
        if moments is not None and other.moments is not None:
            moments = moments + other.moments
        if scores is not None and other.scores is not None:
            scores = scores + other.scores
        return DataSummary(instrument=self.instrument, check=check, moments=moments, scores=scores)

    def to_dict(self) -> dict[str, Any]:
        """Return the sums as plain values; None for those that were not asked for."""
        parts = {"check": self.check, "moments": self.moments, "scores": self.scores}
        return {"instrument": self.instrument.to_dict()} | {
            name: None if part is None else part.to_dict() for name, part in parts.items()
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        # the parts are read with the instrument at hand, which need not be a shipped one
        return {
            "instrument": InstrumentRef,
            "check": dict[str, Any],
            "moments": dict[str, Any] | None,
            "scores": dict[str, Any] | None,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], *, instrument: Instrument | None = None) -> DataSummary:
        """Return the sums that `to_dict` wrote; arguments and errors as in `Result.from_dict`."""
        # what it holds are documents of its parts, which check themselves
        types = cls._document()
        found = checked(document, types, cls.__name__)
        values = {name: read(kind, found[name], f"{cls.__name__}.{name}") for name, kind in types.items()}
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
                raise DocumentError(f"DataSummary.{name}: it is of {reference}, not of {wanted}")
        return cls(instrument=values["instrument"], **parts)

    def __repr__(self) -> str:
        n = self.check.n_problems
        told = f"{n:,} {'answer' if n == 1 else 'answers'} not accepted" if n else "every answer accepted"
        held = ["moments"] * (self.moments is not None) + ["scores"] * (self.scores is not None)
        sums = f"; {' and '.join(held)}" if held else ""
        return f"<DataSummary {self.instrument}: {self.check.n_persons:,} persons; {told}{sums}>"
