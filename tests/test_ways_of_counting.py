"""Scales that weigh, stretch, multiply or subtract: by hand, by table, by one mapping, against fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import Instrument, PersonScores, ResponseScale, encode, score
from naive_counting import counted
from naive_scores import bits
from strategies import Row

# ------------------------------------------------------------------ random instruments

_WHOLE = st.integers(-3, 12)
_NUMBER = st.sampled_from([0, 1, 2, 7, 15, 35, -4, 0.5, 2.25, 0.1])
_FACTOR = st.sampled_from(["1", "1.25", "1/3", "2", "0.1", "100/7"])


@st.composite
def response_scales(draw: st.DrawFn) -> ResponseScale:
    """Draw a plain range, listed points, symmetric or not, or options that are scored one by one."""
    kind = draw(st.sampled_from(["plain", "boxes", "points", "mirrored", "scores"]))
    if kind == "plain":
        low = draw(st.sampled_from([0, 1, -1, 0.5]))
        return ResponseScale(
            minimum=low, maximum=low + draw(st.integers(1, 6)), step=draw(st.sampled_from([1, 0.5]))
        )
    if kind == "boxes":
        return ResponseScale(minimum=0, maximum=1)
    if kind == "scores":
        n = draw(st.integers(2, 5))
        given_scores = draw(st.lists(_NUMBER, min_size=n, max_size=n).filter(lambda s: len(set(s)) > 1))
        return ResponseScale(minimum=1, maximum=n, scores=dict(enumerate(given_scores, start=1)))
    points = set(draw(st.lists(_NUMBER, min_size=2, max_size=6, unique=True)))
    if kind == "mirrored":
        points |= {
            float(Fraction(str(min(points))) + Fraction(str(max(points))) - Fraction(str(p))) for p in points
        }
    return ResponseScale(points=sorted(points))


@st.composite
def _scale(draw: st.DrawFn, name: str, items: dict[str, ResponseScale]) -> dict[str, Any]:
    chosen = draw(st.lists(st.sampled_from(sorted(items)), min_size=1, max_size=len(items), unique=True))
    keys = [draw(st.sampled_from(["", "-"])) + i if items[i].not_mirrored() is None else i for i in chosen]
    found: dict[str, Any] = {"id": name, "items": keys, "method": draw(st.sampled_from(["mean", "sum"]))}
    if draw(st.booleans()):
        found["weights"] = {
            i: draw(st.sampled_from([1, 2, "1/3", 0.25])) for i in chosen if draw(st.booleans())
        }
    if draw(st.booleans()):
        found["rescale"] = draw(st.sampled_from([(0, 100), (1, 7), ("-1/2", 0.1)]))
    return found | draw(_moves()) | draw(_missing(len(chosen)))


@st.composite
def _moves(draw: st.DrawFn) -> dict[str, Any]:
    if not draw(st.booleans()):
        return {}
    return {"multiply": draw(_FACTOR), "offset": draw(st.sampled_from([0, 10, -2.5, "1/3"]))}


@st.composite
def _missing(draw: st.DrawFn, k: int) -> dict[str, Any]:
    if draw(st.booleans()):
        return {}
    prorated = draw(st.sampled_from([True, False, None]))
    return {"missing": {"count": draw(st.integers(1, k)), "prorated": prorated}}


@st.composite
def forms(draw: st.DrawFn) -> Instrument:
    pool = draw(st.lists(response_scales(), min_size=1, max_size=3))
    items = {f"q{n}": draw(st.sampled_from(pool)) for n in range(1, draw(st.integers(1, 5)) + 1)}
    scales = [draw(_scale(name, items)) for name in ("a", "b", "c")]
    scales.append(
        {"id": "gap", "of": draw(st.permutations(["a", "b"])), "method": "difference"} | draw(_moves())
    )
    parts = draw(st.lists(st.sampled_from(["a", "b", "c", "gap"]), min_size=1, max_size=3, unique=True))
    method = draw(st.sampled_from(["mean", "sum"]))
    scales.append({"id": "all", "of": parts, "method": method} | draw(_moves()) | draw(_missing(len(parts))))
    return Instrument.model_validate(
        {
            "id": "drawn",
            "version": "1",
            "title": "Drawn",
            "items": [{"id": item, "response_scale": scale} for item, scale in items.items()],
            "scales": scales,
        }
    )


def sheets(form: Instrument) -> st.SearchStrategy[Row]:
    cells = {
        item.id: st.sampled_from((*item.response_scale.values, *item.response_scale.values, None))
        for item in form.items
    }
    return st.fixed_dictionaries(cells)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_table_mapping_and_fractions_agree_to_the_bit(data):
    form = data.draw(forms())
    rows = data.draw(st.lists(sheets(form), min_size=1, max_size=5))
    wanted = [counted(form, row) for row in rows]
    table, singles = score(form, rows), [score(form, row) for row in rows]
    assert bits(table.values) == bits([[part.score for part in person.values()] for person in wanted])
    assert bits(table.values) == bits([list(person.scores.values()) for person in singles])
    assert table.answered.tolist() == [[part.answered for part in person.values()] for person in wanted]
    assert table.prorated.tolist() == [[part.prorated for part in person.values()] for person in wanted]
    assert [list(p.prorated.values()) for p in singles] == table.prorated.tolist()
    first = next(iter(wanted))
    assert bits(table.ranges) == bits([(part.least, part.most) for part in first.values()])
    pomp = np.column_stack([table.pomp(name) for name in form.scale_ids])
    assert bits(pomp) == bits([list(person.pomp.values()) for person in singles])
    for row, person, told in zip(rows, singles, wanted, strict=True):
        assert (
            encode(form, [row]).codes.tolist()
            == encode(
                form,
                [
                    {k: str(v) for k, v in row.items() if v is not None}
                    | {k: None for k, v in row.items() if v is None}
                ],
            ).codes.tolist()
        )
        for name in ("a", "b", "c"):
            assert person.bounds[name] == (told[name].low, told[name].high)
        assert PersonScores.from_json(person.to_json(), instrument=form) == person
    assert score(form, encode(form, rows)) == table
