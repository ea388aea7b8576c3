"""Scoring of a table of answers, read and scored block by block."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from intimacy_scales.errors import ResponseError
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.content import COLUMN_ENDINGS
from intimacy_scales.reading.frames import ListTable, Table
from intimacy_scales.reading.options import Reading
from intimacy_scales.reading.problems import Problems
from intimacy_scales.reading.range_use import RangeUse
from intimacy_scales.reading.table import AnswerReader, CodedResponses
from intimacy_scales.scoring.kernel import Kernel, score_codes
from intimacy_scales.scoring.plan import plan_of
from intimacy_scales.scoring.scores import Scores


def score_answers(
    instrument: Instrument,
    responses: Any,
    reading: Reading,
    *,
    offset: int = 0,
    used: RangeUse | None = None,
) -> Scores:
    """Check and score a table of answers; arguments as in `AnswerReader`.

    Answers of a file bring their own record of what to warn of.
    Only one block of codes exists at a time, so that it is still in cache when it is scored.
    """
    check_keep(reading.keep, instrument.scale_ids)
    watch: RangeUse | None = None
    if used is None and hasattr(responses, "watch_of"):
        used = watch = responses.watch_of(instrument)
    reader = AnswerReader(instrument, responses, reading, offset=offset, used=used)
    kernel = Kernel(plan_of(instrument), len(reader.table))
    for start, codes in reader.blocks():
        kernel.score(start, codes)
    counts = reader.not_applicable(), reader.counted_blanks
    problems = reader.finish()
    if watch is not None:
        watch.warn_of_all()
    return scores_of_kernel(instrument, kernel, problems, reader.kept, *counts)


def check_keep(keep: Sequence[Hashable], scale_ids: Sequence[str]) -> None:
    """Raise if a kept column has the name of a column of scores."""
    taken = {f"{scale}{ending}" for scale in scale_ids for ending in ("", *COLUMN_ENDINGS)}
    for name in keep:
        if name in taken:
            raise ResponseError(f"keep: column {name!r} has the name of a column of scores; rename it first")


def score_coded(coded: CodedResponses, form: Instrument) -> Scores:
    """Score checked answers; the instrument has the items that they were checked for."""
    kernel = score_codes(plan_of(form), coded.codes)
    kept = ListTable({}, len(coded)) if coded.kept is None else coded.kept
    counts = coded.not_applicable, coded.counted_blanks
    return scores_of_kernel(form, kernel, coded.problems, kept, *counts)


def scores_of_kernel(
    instrument: Instrument,
    kernel: Kernel,
    problems: Problems,
    kept: Table,
    not_applicable: Mapping[str, int],
    counted_blanks: Mapping[str, int],
) -> Scores:
    """Return the scores that a kernel computed, as a result."""
    values, answered = kernel.scores.T, kernel.answered.T
    ranges = np.array([(scale.low, scale.high) for scale in kernel.plan.scales])
    return Scores(
        instrument=instrument.ref,
        scale_ids=instrument.scale_ids,
        ranges=ranges,
        values=values,
        answered=answered,
        problems=problems,
        not_applicable=not_applicable,
        kept=kept,
        form=instrument,
        counted_blanks=counted_blanks,
    )
