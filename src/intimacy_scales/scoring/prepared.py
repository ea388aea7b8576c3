"""Shipped forms whose tables were worked out beforehand: a first score does not wait for the models.

`prepare` writes a file for each form, of what plain answer sheets need: the plan, which answers each item
allows, and what results say of the instrument. It holds for the files that the form was made of, by their
digests; of files that were changed since, the form is made as any other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument.reference import InstrumentRef
from intimacy_scales.instrument.shipped import banks_folder, data_folder
from intimacy_scales.instrument.unconfirmed_keys import warn_if_unconfirmed
from intimacy_scales.scoring.drafts import warn_if_draft
from intimacy_scales.scoring.planned import Plan, PlannedComposite, PlannedItem, PlannedScale
from intimacy_scales.scoring.sheet_tables import SheetTables

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument


class PreparedAnswers:
    """Which answers a response scale allows, as in an `AnswerKey`.

    Parameters
    ----------
    entry
        The lowest point, all points, their codes where these are not 1, 2, 3 …, and pairs of a value and
        its code.
    """

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.minimum: int | float = entry["minimum"]
        points = entry["points"]
        codes = entry["codes"] or range(1, len(points) + 1)
        self.points: dict[Any, int] = dict(zip(points, codes, strict=True))
        self.known: dict[Any, int] = dict(entry["known"])


class PreparedForm:
    """What scoring plain sheets needs of a shipped form, and how to load the whole of it.

    Parameters
    ----------
    document
        What `prepare.document_of` wrote.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        ref = document["instrument"]
        meanings = tuple(ref["high_means"].items())
        self.ref = InstrumentRef(**{**ref, "high_means": meanings, "pooled": tuple(ref["pooled"])})
        self.plan = _plan(document)
        self.scale_ids = tuple(scale.id for scale in self.plan.scales)
        answers = [PreparedAnswers(entry) for entry in document["answers"]]
        items: Mapping[str, int] = document["items"]
        keys = [answers[number] for number in items.values()]
        elsewhere = tuple(document["elsewhere"])
        tables = SheetTables(self.plan, keys, list(items), elsewhere=lambda: elsewhere)
        self.read_plain, self.not_applicable_in = tables.read_plain, tables.not_applicable_in

    def load(self) -> Instrument:
        """Return the form itself.

        Raises
        ------
        InstrumentError
            Its files were changed since.
        """
        from intimacy_scales.instrument.loading import load_shipped

        form = load_shipped(self.ref.id)
        if form.digest != self.ref.digest:
            raise InstrumentError(
                f"{self.ref.id}: its files were changed while this process runs: scores were made with "
                f"{self.ref.version} (digest {self.ref.digest[:12]}), and it is {form.version} (digest "
                f"{form.digest[:12]}) now; start the process anew",
                self.ref.id,
            )
        return form

    def warn(self) -> None:
        """Warn as loading the form would: of a key that was not confirmed by a second source."""
        warn_if_unconfirmed(self.ref.id, self.ref.confidence)


def prepared_file(name: str) -> Path:
    """Return the file of a prepared form."""
    return data_folder() / "prepared" / f"{name}.json"


def file_digest(path: Path) -> str:
    """Return sha256 of a text file, the same with line ends of any system."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def prepared_form(name: str) -> PreparedForm | None:
    """Return a shipped form prepared, by its id; None where there is none that holds.

    Warns
    -----
    UnvalidatedInstrumentWarning
        Once of each draft.
    """
    return _prepared(name) if name in _names() else None


@cache
def _names() -> frozenset[str]:
    return frozenset(path.stem for path in prepared_file("").parent.glob("*.json"))


@cache
def _prepared(name: str) -> PreparedForm | None:
    try:
        document = json.loads(prepared_file(name).read_text(encoding="utf-8"))
        digests = {file: file_digest(banks_folder() / file) for file in document["files"]}
        form = PreparedForm(document) if digests == document["files"] else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None  # a file is gone or broken: the form itself is read, and says what is wrong with it
    if form is not None:
        warn_if_draft(form.ref)
    return form


def _plan(document: Mapping[str, Any]) -> Plan:
    grids = [tuple(grid) for grid in document["grids"]]
    scales = tuple(_scale(entry, grids) for entry in document["scales"])
    return Plan(scales=scales, order=tuple(document["order"]))


def _scale(entry: Mapping[str, Any], grids: list[tuple[int, ...]]) -> PlannedScale | PlannedComposite:
    if "parts" in entry:
        lists = {name: tuple(entry[name]) for name in ("parts", "factors", "multiples", "leaves", "weights")}
        return PlannedComposite(**{**entry, **lists})
    items = tuple(
        PlannedItem(index=index, reverse=reverse, units=grids[grid], span=span)
        for index, reverse, grid, span in entry["items"]
    )
    return PlannedScale(**{**entry, "items": items})
