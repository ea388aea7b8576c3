"""Instruments that nobody would write by mistake."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from intimacy_scales import Instrument, load_file, score

HEAD: dict[str, Any] = {"id": "x", "version": "1", "title": "X", "evidence": {"status": "published"}}


def _made(**fields: Any) -> Callable[[], Any]:
    return partial(Instrument.model_validate, HEAD | fields)


def _scored(**fields: Any) -> Callable[[], Any]:
    return partial(_score, HEAD | fields)


def _score(document: dict[str, Any]) -> None:
    form = Instrument.model_validate(document)
    score(form, dict.fromkeys(form.item_ids, 1))


def _items(n: int) -> list[dict[str, Any]]:
    return [{"id": f"i{k}"} for k in range(n)]


def _scale(n: int) -> list[dict[str, Any]]:
    return [{"id": "s", "items": [f"i{k}" for k in range(n)]}]


SEVEN = {"minimum": 1, "maximum": 7}


def _ranges(n: int, most: int = 65_000) -> dict[str, Any]:
    """Return items, each with a range of its own, and a scale of them."""
    items = [
        {"id": f"i{k}", "response_scale": {"minimum": 0, "maximum": most - k % 60_000}} for k in range(n)
    ]
    return {"items": items, "scales": _scale(n)}


def _levels(n: int, width: int) -> list[dict[str, Any]]:
    """Scales of scales, so many levels deep."""
    scales: list[dict[str, Any]] = [{"id": f"l0_{w}", "items": ["i0"]} for w in range(width)]
    for level in range(1, n):
        below = [f"l{level - 1}_{w}" for w in range(width)]
        scales += [{"id": f"l{level}_{w}", "of": below} for w in range(width)]
    return scales


def _from_file(folder: Path, name: str, text: str) -> Callable[[], Any]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return partial(load_file, path)


def _norms(n: int) -> list[dict[str, Any]]:
    points = [[1 + 6 * k / n, 100 * k / n] for k in range(1, n)]
    return [{"scale": "s", "sample": "made up", "n": 100, "mean": 4, "sd": 1, "percentiles": points}]


def inputs(folder: Path) -> dict[str, Callable[[], Callable[[], Any]]]:
    """Return what makes each input, by its name, and gives back what is to be tried."""
    one = {"response_scale": SEVEN, "items": _items(1), "scales": _scale(1)}
    fine = {"minimum": 0, "maximum": 65_534}
    return {
        "5 items of 65,000 points, each its own": lambda: _scored(**_ranges(5)),
        "20 items of 65,000 points, each its own": lambda: _scored(**_ranges(20)),
        "60 items of 65,000 points, each its own": lambda: _scored(**_ranges(60)),
        "1,000 items of 65,000 points, each its own": lambda: _scored(**_ranges(1000)),
        "65,535 labels": lambda: _scored(
            **one | {"response_scale": fine | {"labels": {str(k): f"label {k} so" for k in range(65_535)}}}
        ),
        "20,000 items of seven points": lambda: _scored(
            response_scale=SEVEN, items=_items(20_000), scales=_scale(20_000)
        ),
        "1,000,000 items": lambda: _made(response_scale=SEVEN, items=_items(1_000_000), scales=_scale(1)),
        "a chain of 20,000 composites": lambda: _scored(**one | {"scales": _levels(20_000, 1)}),
        "1,100 levels of two composites": lambda: _scored(**one | {"scales": _levels(1_100, 2)}),
        "60 levels of two composites": lambda: _scored(**one | {"scales": _levels(60, 2)}),
        "4,000,000 items that are numbers": lambda: _made(**one | {"items": [0] * 4_000_000}),
        "a maximum of 401 digits": lambda: _made(
            **one | {"response_scale": {"minimum": 0, "maximum": 10**400}}
        ),
        "a missing code of 401 digits": lambda: _made(
            **one | {"response_scale": SEVEN | {"missing_codes": [10**400]}}
        ),
        "a step of 1e-300": lambda: _made(
            **one | {"response_scale": {"minimum": 0, "maximum": 1, "step": 1e-300}}
        ),
        "100,000 missing codes": lambda: _scored(
            **one | {"response_scale": SEVEN | {"missing_codes": [-k for k in range(1, 100_001)]}}
        ),
        "a norm of 200,000 points": lambda: _made(**one | {"norms": _norms(200_000)}),
        "a title of 50 MB": lambda: _made(**one | {"title": "x" * 50_000_000}),
        "an id of 1 MB": lambda: _made(**one | {"id": "x" * 1_000_000}),
        "5,000 codings": lambda: _made(
            **one | {"codings": [{"id": f"c{k}", "description": "x", "flip": ["i0"]} for k in range(5_000)]}
        ),
        "JSON nested 200,000 deep": lambda: _from_file(folder, "deep.json", "[" * 200_000),
        "TOML nested 20,000 deep": lambda: _from_file(folder, "deep.toml", "a = " + "[" * 20_000),
        "a TOML key of 20,000 parts": lambda: _from_file(folder, "parts.toml", "a." * 20_000 + "b = 1"),
        "500,000 unknown fields": lambda: _from_file(
            folder, "fields.json", json.dumps(HEAD | one | {f"f{k}": 1 for k in range(500_000)})
        ),
    }
