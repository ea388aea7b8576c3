"""What every engine can do: score its frame lazily, and sum it up where it lies."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Protocol

from intimacy_scales.engines.schema import ScoresSchema
from intimacy_scales.engines.work import ScoreWork, SumsT, SumWork

ROWS = 131_072  # of a part, where the engine leaves that open


class Engine(Protocol):
    """A frame of an engine, with what is asked of it."""

    @property
    def names(self) -> Sequence[Hashable]:
        """The names of its columns; no answer is read."""
        ...

    def score(self, work: ScoreWork, scores: ScoresSchema) -> Any:
        """Return a frame of the same kind that scores its answers when it is run.

        Parameters
        ----------
        work
            What is done to each part.
        scores
            The columns of scores, without those that are kept.
        """
        ...

    def sums(self, work: SumWork[SumsT]) -> SumsT:
        """Return the sums over all answers, each part of them reduced where it lies.

        Where `SumWork.together` names a column, rows that are alike in it come to one part, one after
        another.

        Raises
        ------
        ResponseError
            The engine cannot bring rows together.
        """
        ...
