"""Values of newer versions of R's packages, where they differ from the first ones, and ours next to them.

Newer versions computed the first set of values anew; the files hold each block in which a value changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from intimacy_scales.factor import cfa

from .data_answers import (
    bfi_answers,
    commitment_answers,
    lsat_answers,
    prqc_answers,
    sai_answers,
    sat_act_answers,
)
from .exclusions import LATER, excluded_by
from .factor_values import ESTIMATORS, uls_rows
from .forms import Answers
from .oracles import Block, Key, Reference, Row, leaves
from .scale_values import (
    DEFAULTS,
    NEWER,
    Psych,
    alpha_rows,
    psych_guttman_rows,
    psych_split_rows,
    scale_rows,
)

NEWER_SETS = ("bfi", "commitmentQ", "prqcQ", "sai_vale", "small")
_PARTS: dict[str, Callable[..., Iterator[Row]]] = {
    "alpha_pairwise": alpha_rows,
    "psych_guttman_cor_pairwise": psych_guttman_rows,
    "psych_splitHalf": psych_split_rows,
}
_Rows = Callable[[Psych], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class NewerBlock:
    """Values that newer versions of R's packages computed by one function, and ours.

    Attributes
    ----------
    name
        Keys down to the block, with dots.
    n_changed
        How many of its values R changed, by more than R's own tolerance.
    defaults
        Compared with our figures by default.
    matched
        Compared with our figures by the newer definition.
    """

    name: str
    n_changed: int
    defaults: tuple[Row, ...]
    matched: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class NewerValues:
    """The newer values of one data set.

    Attributes
    ----------
    reference
        R's values: the first ones, with the newer ones in their places.
    newer
        The newer ones alone.
    blocks
        Those that we compute too.
    """

    reference: Reference
    newer: dict[str, Any]
    blocks: tuple[NewerBlock, ...]

    @property
    def keys(self) -> set[Key]:
        """The keys of the newer values."""
        return {key for key in leaves(self.newer) if key[0] != "meta"}

    @property
    def n_of_ordered_answers(self) -> int:
        """How many values, arrays counting once, are of models for ordered categories."""
        return sum(excluded_by(key) in LATER for key in self.keys - self.reference.touched)


def compare_newer(shared: Path, name: str) -> NewerValues:
    """Compare the newer values of one data set."""
    reference = Reference.read(shared, name)
    path = shared / "oracles" / "second" / "newer" / f"{name}.json"
    newer = json.loads(path.read_text(encoding="utf-8"))
    reference.values = _overlaid(reference.values, newer)
    held = {key for key in leaves(newer) if key[0] != "meta"}
    parts = {key[:length] for key in held for length in range(1, len(key) + 1)}
    blocks = []
    for key, rows in _blocks(reference, newer):
        by = [tuple(row for row in rows(psych) if row.key in parts) for psych in (DEFAULTS, NEWER)]
        blocks.append(NewerBlock(".".join(key), _n_changed(newer, key), *by))
    return NewerValues(reference, newer, tuple(blocks))


def _overlaid(first: Any, newer: Any) -> Any:
    if not (isinstance(first, dict) and isinstance(newer, dict)):
        return newer
    return first | {name: _overlaid(first.get(name), value) for name, value in newer.items()}


def _n_changed(newer: dict[str, Any], key: Key) -> int:
    """Return how many values of a block R's own comparison found changed."""
    name = ".".join(key)
    counts = newer["meta"]["blocks"].items()
    return sum(count for block, count in counts if f"{block}.".startswith(f"{name}."))


def _blocks(ref: Reference, newer: dict[str, Any]) -> Iterator[tuple[Key, _Rows]]:
    """Yield the key of each newer block, and what compares it."""
    answers = _answers_of_scales(ref)
    for key, of, scale in answers:
        parts = newer
        for name in key:
            parts = parts.get(name, {})
        for part, rows in _PARTS.items():
            if part in parts:
                block = _block(ref, (*key, part))
                yield block.key, partial(_of_scale, rows, block, of, scale)
    if ref.name == "bfi":
        block = _block(ref, ("alpha_25",))
        yield block.key, partial(_of_scale, alpha_rows, block, bfi_answers(ref), "twentyfive")
        yield ("cfa_neuroticism", "uls"), partial(_uls, ref)
    if ref.name == "small":
        block = _block(ref, ("lsat6", "scale"))
        yield block.key, partial(_of_scale, scale_rows, block, lsat_answers(ref), "all")


def _answers_of_scales(ref: Reference) -> list[tuple[Key, Answers, str]]:
    """Return the key of each scale, its answers and its name."""
    if ref.name == "small":
        return [(("sat_act",), sat_act_answers(ref), "all")]
    if ref.name == "commitmentQ":
        by_scale = commitment_answers(ref)
        return [(("scales", name), by_scale[name], name) for name in ref.values["scales"]]
    of_all = {"bfi": bfi_answers, "prqcQ": prqc_answers, "sai_vale": sai_answers}[ref.name](ref)
    scales = [(("scales", name), of_all, name) for name in ref.values["scales"]]
    outside = "global6_first_items_p1"
    return [*scales, ((outside,), of_all, outside)] if ref.name == "prqcQ" else scales


def _block(ref: Reference, key: Key) -> Block:
    return ref.block(*key, table="newer", column=".".join(key))


def _of_scale(
    rows: Callable[..., Iterator[Row]], block: Block, answers: Answers, scale: str, psych: Psych
) -> Iterator[Row]:
    return rows(block, answers, scale, psych=psych)


def _uls(ref: Reference, psych: Psych) -> Iterator[Row]:
    """Compare unweighted least squares, in which the versions of psych make no difference."""
    model = ref.block("cfa_neuroticism", table="").given("model")
    result = cfa(model, bfi_answers(ref).table, **ESTIMATORS["uls"])
    block = _block(ref, ("cfa_neuroticism", "uls"))
    yield block.row("nobs", result.n, "cfa().n")
    assert block.given("converged")
    yield from uls_rows(block, result, tested=True)
