"""No instrument file, however written, costs more than two seconds and 300 MB."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from intimacy_scales import Instrument, ResponseScale, available, score
from intimacy_scales.instrument import budgets
from intimacy_scales.instrument.loading import load_shipped
from intimacy_scales.scoring.plan import plan_of

ITEM = {"id": "a", "response_scale": {"minimum": 0, "maximum": 1}}
SCALE = {"id": "s", "items": ["a"]}

# loads a file and scores a person; prints seconds of work, memory beyond the imports' own, and the message
_WORK = """
import resource, sys, time, warnings
from pathlib import Path
from intimacy_scales import load_file, score
import intimacy_scales.scoring.single
warnings.simplefilter("ignore")
begin = time.process_time()
try:
    form = load_file(sys.argv[1])
    score(form, {form.item_ids[0]: 1})
    outcome = "scored"
except Exception as error:
    outcome = f"{type(error).__name__}: {error}"
try:  # ru_maxrss of a new process begins at that of the one it was forked from
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 ** (2 if sys.platform == "darwin" else 1)
print(time.process_time() - begin, peak, outcome.splitlines()[:1] + outcome.splitlines()[-1:])
"""


def form(items: list[Any], scales: list[Any], **fields: Any) -> dict[str, Any]:
    return {"id": "f", "version": "1", "title": "F", "items": items, "scales": scales, **fields}


def ranged(n: int, top: Any, **fields: Any) -> list[Any]:
    return [{"id": f"i{k}", "response_scale": {"minimum": 0, "maximum": top(k), **fields}} for k in range(n)]


def of_all(n: int) -> list[Any]:
    return [{"id": "s", "items": [f"i{k}" for k in range(n)]}]


def labelled(n: int, step: float) -> dict[str, Any]:
    labels = {f"{k * step:.10g}": f"point {k} of it" for k in range(n)}
    return {"minimum": 0, "maximum": round((n - 1) * step, 9), "step": step, "labels": labels}


def chain(n: int) -> list[Any]:
    return [SCALE, *({"id": f"c{k}", "of": [f"c{k - 1}" if k else "s"]} for k in range(n))]


def levels(n: int) -> list[Any]:
    """Composites of two, level upon level: 2 ** n ways lead down."""
    ends = [{"id": "s0", "items": ["a"]}, {"id": "t0", "items": ["-a"]}]
    return ends + [
        {"id": f"{side}{k}", "of": [f"s{k - 1}", f"t{k - 1}"]} for k in range(1, n) for side in "st"
    ]


COSTLY = {
    "20 items of 65,000 points": (form(ranged(20, lambda k: 65_000 - k), of_all(20)), "1,299,830 points"),
    "448 bytes: 5 items of 65,000": (form(ranged(5, lambda k: 65_000 - k), of_all(5)), "324,995 points"),
    "1,000 inline scales of 65,535 points": (form(ranged(1000, lambda k: 65_534), of_all(1000)), "scored"),
    "points of a decimal step": (form(ranged(9, lambda k: 50 + k, step=0.001), of_all(9)), "points of all"),
    "65,535 labels": (form([{"id": "a", "response_scale": labelled(65_535, 1)}], [SCALE]), "10,000 labels"),
    "labels of a decimal step": (
        form([{"id": "a", "response_scale": labelled(10_000, 0.001)}], [SCALE]), "scored"),
    "99,000 missing codes": (
        form(ranged(1, lambda k: 1, missing_codes=[*range(2, 99_000)]), of_all(1)), "at most 1000"),
    "a chain of 20,000 composites": (form([ITEM], chain(20_000)), "scales: 20,001 entries; at most 500"),
    "a chain of 400 composites": (form([ITEM], chain(400)), "levels of composites; at most 100"),
    "1,100 levels of two composites": (form([ITEM], levels(1100)), "scales: 2,200 entries"),
    "90 levels of two composites": (form([ITEM], levels(90)), "scored"),
    "250 scales of 300 items": (
        form(ranged(300, lambda k: 7),
             [{"id": f"s{k}", "items": [f"i{j}" for j in range(300)]} for k in range(250)]), "75,000 items"),
    "items that are not valid": ('{"items": [' + "0," * 1_999_999 + "0]}", "items: 2,000,000 entries"),
    "empty items": ('{"items": [' + "{}," * 1_000_000 + "{}]}", "items: 1,000,001 entries"),
    "entries that are not items": (form([ITEM], [{"id": "s", "items": [0] * 99_000}]), "and 98,990 more"),
    "90,000 new fields": (form([ITEM], [SCALE], **{f"x{k}": 1 for k in range(90_000)}), "and 89,990 more"),
    "a long list of citations": (form([ITEM], [SCALE], citations=[{}] * 120_000), "100,000 fields"),
    "nesting": (form([ITEM], [SCALE], norms=json.loads("[" * 90 + "]" * 90)), "20 levels deep"),
    "an id of a million letters": (form([{**ITEM, "id": "a" * 10**6}], [SCALE]), "at most 100 characters"),
    "a key of a million letters": (form([ITEM], [{"id": "s", "items": ["a" * 10**6]}]), "at most 101"),
    "a field twice": ("{" + ",".join(f'"x{k}":0' for k in range(200_000)) + ',"x199999":1}', "twice"),
    "a maximum of 401 digits": (form(ranged(1, lambda k: 10**400), of_all(1)), "401 digits is too large"),
    "a missing code of 401 digits": (
        form(ranged(1, lambda k: 4, missing_codes=[10**400]), of_all(1)), "401 digits is too large"),
    "more than 4 MiB": ("{" + " " * 5_000_000 + "}", "4 MiB"),
}  # fmt: skip


@pytest.mark.parametrize("name", COSTLY)
def test_costly_instruments_take_at_most_2_seconds_and_300_mb(name, tmp_path):
    document, words = COSTLY[name]
    path = tmp_path / "form.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", _WORK, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    seconds, megabytes, message = done.stdout.split(" ", 2)
    assert words in message
    assert float(seconds) < 2
    assert float(megabytes) < 300
    assert "scored" in message or "InstrumentError" in message


@pytest.mark.parametrize("digits", [400, 4_299, 5_000])
@pytest.mark.parametrize("field", ["minimum", "maximum", "step"])
def test_numbers_beyond_all_measure_are_told_by_their_length(field, digits):
    fields = {"minimum": 0, "maximum": 4, field: 10**digits}
    with pytest.raises(ValueError, match=r"a number of .*digits is too large"):
        ResponseScale(**fields)
    with pytest.raises(ValueError, match=r"a number of .*digits is too large"):
        ResponseScale(minimum=0, maximum=4, missing_codes=[-(10**digits)])


@pytest.mark.parametrize(
    ("low", "high", "step"),
    [(0, 4, 1), (-3, 3, 2), (0.1, 0.7, 0.1), (1, 2, 0.001), (-1.5, 1.5, 0.5), (5, 50, 5)],
)
def test_a_response_scale_holds_its_points_and_nothing_else(low, high, step):
    scale = ResponseScale(minimum=low, maximum=high, step=step)
    assert all(scale.holds(value) for value in scale.values)
    between = [(a + b) / 2 for a, b in zip(scale.values, scale.values[1:], strict=False)]
    assert not any(scale.holds(value) for value in (*between, low - step, high + step, 1e308, float("inf")))


def test_points_are_listed_once_for_all_items_that_share_them():
    items = ranged(3, lambda k: 100)
    document = form(items, [{"id": "s", "items": ["i0", "-i1", "i2"]}], evidence={"status": "published"})
    whole = Instrument.model_validate(document)
    first, turned, third = plan_of(whole).scales[0].items
    assert first.units is third.units
    assert first.units is not turned.units
    assert score(whole, {"i0": 0, "i1": 100, "i2": 0}).scores == {"s": 0.0}


def test_what_is_shipped_lies_far_below_every_limit():
    for name in available().ids:
        shipped = load_shipped(name)
        assert len(shipped.items) * 10 < budgets.MAX_ITEMS
        assert len(shipped.scales) * 10 < budgets.MAX_SCALES
