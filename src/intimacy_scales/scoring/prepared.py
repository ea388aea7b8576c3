"""Shipped forms with precomputed tables, so that a first score does not wait until models are loaded.

`prepare` writes a file for each form with all that plain answer sheets need: the plan, the answers that each
item allows, and the reference that results carry. It is used only while the files of the form have the
digests in it; if they have changed, the form is loaded like any other.
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
    """The answers that a response scale allows, as in an `AnswerKey`.

    Parameters
    ----------
    entry
        The lowest point, all points, their codes unless these are 1, 2, 3 …, and pairs of a value and its
        code.
    """

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.minimum: int | float = entry["minimum"]
        points = entry["points"]
        codes = entry["codes"] or range(1, len(points) + 1)
        self.points: dict[Any, int] = dict(zip(points, codes, strict=True))
        self.known: dict[Any, int] = dict(entry["known"])


class PreparedForm:
    """The part of a shipped form that scoring plain sheets needs; `load` returns the whole form.

    Parameters
    ----------
    document
        The document that `prepare.document_of` wrote.
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
            Its files have changed since this was made.
        """
        from intimacy_scales.instrument.loading import load_shipped

        form = load_shipped(self.ref.id)
        if form.digest != self.ref.digest:
            raise InstrumentError(
                f"{self.ref.id}: its files changed while this process was running: scores were made with "
                f"version {self.ref.version} (digest {self.ref.digest[:12]}), and the files now hold version "
                f"{form.version} (digest {form.digest[:12]}); restart the process",
                self.ref.id,
            )
        return form

    def warn(self) -> None:
        """Warn about an unconfirmed key, as loading the form does."""
        warn_if_unconfirmed(self.ref.id, self.ref.confidence)


def prepared_file(name: str) -> Path:
    """Return the file of a prepared form."""
    return data_folder() / "prepared" / f"{name}.json"


def file_digest(path: Path) -> str:
    """Return the SHA-256 digest of a text file, whatever its line ends."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def prepared_form(name: str) -> PreparedForm | None:
    """Return the prepared form of an id; None without an up-to-date file.

    Warns
    -----
    UnvalidatedInstrumentWarning
        The form is a draft; once for each.
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
        return None  # a file is missing or damaged: loading the form itself then raises the error
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
