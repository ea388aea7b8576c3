"""Results of checking how answers were stored."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from intimacy_scales.coding.codings import Hypothesis
from intimacy_scales.coding.recodes import Recode, common_recode, recode_text
from intimacy_scales.errors import UnknownNameError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import suggest
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import counted, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Certainty = Literal["surely", "probably", "not told"]


@result_class
class CodingFinding(Result):
    """What was found about the coding of one item, of several items, or of all.

    Attributes
    ----------
    items
        Ids of the items.
    n
        Number of answers that it is based on.
    hypothesis
        The best-supported hypothesis.
    certainty
        ``surely`` from log10 posterior odds of 1.5 (97 %), ``probably`` from 1 (91 %); ``not told`` where no
        hypothesis is better supported than the others.
    log10_odds
        log10 posterior odds of the hypothesis over "as printed"; where that is the hypothesis, over "reversed
        already"; nan where there is nothing to tell it by. Of all items "as printed", the median.
    evidence
        What the odds are the sum of: ``(what, log10)``.
    next_best, margin
        The hypothesis that comes next, and log10 odds of this one over it; None and nan without one.
    r, se
        Correlation of an item with the others of its scale, as stored and keyed, and its standard error; of
        several items, the correlation of what they and the others measure; nan where it is undefined.
    recode
        Pairs of stored value and answer by which the answers are read as the hypothesis says, nan for no
        answer; empty where they are read as printed.
    look_up
        Stored values whose options these answers do not tell, surely: look them up in the codebook before
        the recode is used.
    text
        The finding in words.

    Examples
    --------
    >>> from intimacy_scales import check_coding, simulate
    >>> answers = simulate("ras", 200, rng=1).answers
    >>> answers["ras_2"] = 6 - answers["ras_2"]
    >>> finding = check_coding("ras", answers)["ras_2"]
    >>> finding.hypothesis, finding.certainty, finding.as_recode()
    ('reversed already', 'surely', {1: 5, 2: 4, 3: 3, 4: 2, 5: 1})
    """

    items: tuple[str, ...]
    n: int
    hypothesis: Hypothesis
    certainty: Certainty
    log10_odds: float
    evidence: tuple[tuple[str, float], ...]
    next_best: Hypothesis | None
    margin: float
    r: float
    se: float
    recode: tuple[tuple[float, float], ...]
    look_up: tuple[float, ...]
    text: str

    def as_recode(self) -> Recode:
        """Return the recode as a mapping from stored value to answer, None for no answer."""
        return {_whole(stored): None if math.isnan(one) else _whole(one) for stored, one in self.recode}

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table of one row."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame({name: [value] for name, value in self.row().items()})

    def row(self) -> dict[str, Any]:
        """Return the figures of one row of a table."""
        return {
            "n": self.n,
            "hypothesis": self.hypothesis,
            "certainty": self.certainty,
            "log10_odds": self.log10_odds,
            "r": self.r,
            "se": self.se,
            "next_best": self.next_best or "",
        }

    def __repr__(self) -> str:
        return f"<{self.hypothesis}, {self.certainty}: {self.text}>"


def _whole(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


@result_class
class CodingCheck(Result):
    """Whether stored answers are coded as their instrument says; ``check["ras_2"]`` gives one item.

    Attributes
    ----------
    instrument
        Id, version, digest and evidence status of the instrument.
    n_persons
        Number of rows.
    whole
        What was found about all items together.
    items
        One finding for each item.
    faults
        What is surely or probably not as the instrument says, each with all the items that it applies to.
    not_told
        What these answers cannot tell.

    Notes
    -----
    Nothing is flipped or recoded. The model and its sources are in docs/explanation/coding.md.

    Examples
    --------
    >>> from intimacy_scales import check_coding, simulate
    >>> check = check_coding("ras", simulate("ras", 200, rng=1).answers)
    >>> check.whole.hypothesis, check.whole.certainty, check.warnings
    ('as printed', 'surely', ())
    """

    instrument: InstrumentRef
    n_persons: int
    whole: CodingFinding
    items: tuple[CodingFinding, ...]
    faults: tuple[CodingFinding, ...]
    not_told: tuple[str, ...]

    def __getitem__(self, item: str) -> CodingFinding:
        """Return one item's finding."""
        for finding in self.items:
            if finding.items == (item,):
                return finding
        known = [finding.items[0] for finding in self.items]
        raise UnknownNameError(f"{item!r} is not an item of {self.instrument.called}{suggest(item, known)}")

    @property
    def warnings(self) -> tuple[str, ...]:
        """A line for each fault."""
        return tuple(finding.text for finding in self.faults)

    @property
    def recode(self) -> Recode | dict[str, Recode]:
        """The recode by which all answers are read as they were surely found to be stored.

        One mapping if all items need the same one; otherwise item → its mapping, for the items that need one.
        Items with values to look up, or whose finding is not told, are left out: `CodingFinding.as_recode`
        gives what is likeliest.
        """
        return common_recode(
            {finding.items[0]: finding.as_recode() if _is_told(finding) else {} for finding in self.items}
        )

    def sentence(self) -> str:
        """Return a sentence for a Method section: what was checked, and what was found."""
        checked = f"The coding of {counted(len(self.items), 'item')} of {self.instrument.called} was checked"
        n = counted(self.n_persons, "person")
        if not self.faults:
            sure = sum(finding.certainty == "surely" for finding in self.items)
            direction = "all" if sure == len(self.items) else f"{sure} of {len(self.items)}"
            return (
                f"{checked} on the answers of {n}: no answers were found that speak against it, and the "
                f"direction of {direction} was confirmed by the relations between items."
            )
        listed = "; ".join(_said(fault) for fault in self.faults)
        return f"{checked} on the answers of {n}: {listed}."

    def columns(self) -> dict[str, list[Any]]:
        """Return the columns of `to_frame`."""
        rows = [finding.row() for finding in self.items]
        return {"item": [finding.items[0] for finding in self.items]} | {
            name: [row[name] for row in rows] for name in rows[0]
        }

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each item."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame(self.columns()).set_index("item")

    def to_dict(self) -> dict[str, Any]:
        """Return all findings as plain values."""
        return {
            "instrument": self.instrument.to_dict(),
            "n_persons": self.n_persons,
            "whole": self.whole.to_dict(),
            "items": [finding.to_dict() for finding in self.items],
            "faults": [finding.to_dict() for finding in self.faults],
            "not_told": list(self.not_told),
            "warnings": list(self.warnings),
            "sentence": self.sentence(),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, warnings=Sequence[str], sentence=str)

    def __repr__(self) -> str:
        whole, n_as_printed = self.whole, sum(one.hypothesis == "as printed" for one in self.items)
        summary = f"{whole.hypothesis}, {whole.certainty} (log10 odds {shown(whole.log10_odds, 1)})"
        if whole.hypothesis == "as printed" and n_as_printed < len(self.items):
            summary = f"{n_as_printed} of {counted(len(self.items), 'item')} as printed"
        lines = [
            f"Coding of {self.instrument}, {counted(self.n_persons, 'person')}: {summary}",
            *(f"! {text}" for text in self.warnings),
            *(f"? {text}" for text in self.not_told),
        ]
        recode = self.recode
        if recode and len(self.faults) > 1:
            left_out = [one.items[0] for one in self.items if one.recode and not _is_told(one)]
            without = f", without {', '.join(left_out)}" if left_out else ""
            lines.append(f"All together{without}: recode={recode_text(recode)}")
        return f"<{chr(10).join(lines)}>"


def _is_told(finding: CodingFinding) -> bool:
    """Tell whether a finding's recode can be used as it is."""
    return finding.certainty != "not told" and not finding.look_up


def _said(fault: CodingFinding) -> str:
    """Return a fault in a few words."""
    adverb = "" if fault.certainty == "surely" else f" ({fault.certainty})"
    items = counted(len(fault.items), "item") if len(fault.items) > 3 else ", ".join(fault.items)
    return f"{items}: {fault.hypothesis}{adverb}, log10 odds {shown(fault.log10_odds, 1)}"
