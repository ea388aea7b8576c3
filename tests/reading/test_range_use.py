"""Answers that were given, or stored, on another range than the key's: each is valid, the table tells."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from typer.testing import CliRunner

from intimacy_scales import (
    AnotherRangeWarning,
    Instrument,
    InstrumentError,
    InvalidResponsesError,
    available,
    cronbach_alpha,
    encode,
    item_moments_stream,
    load,
    reliability_report,
    score,
    score_stream,
    structure_report,
)
from intimacy_scales.cli import app
from intimacy_scales.jobs import reliability_file, score_file
from intimacy_scales.reading.range_use import RangeUse, expected_beyond
from tests.shared.instruments import PUBLISHED, form_of


def form(
    low: float, high: float, *, keys: tuple[str, ...] = ("a", "-b", "c", "-d"), **more: Any
) -> Instrument:
    points = {"minimum": low, "maximum": high, **more}
    return form_of({"s": " ".join(keys)}, id="form", title="Form", response_scale=points, evidence=PUBLISHED)


def answers(low: int, high: int, n: int = 60, ids: Any = ("a", "b", "c", "d"), seed: int = 1) -> pd.DataFrame:
    """Answers that use the range well: a common part, and what is particular to each item; b and d turned."""
    rng = np.random.default_rng(seed)
    middle, reach = (low + high) / 2, (high - low) / 3
    y = middle + reach * (rng.normal(size=(n, 1)) + rng.normal(size=(n, len(ids))))
    table = pd.DataFrame(np.clip(np.rint(y), low, high).astype(int), columns=list(ids))
    return table.assign(**{name: low + high - table[name] for name in ("b", "d") if name in ids})  # reversed


def told(instrument: Instrument, table: Any, **options: Any) -> str:
    """The warning that scoring a table gives; nothing where it gives none."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", AnotherRangeWarning)
        score(instrument, table, **options)
    assert len(caught) < 2 and all(w.filename == __file__ for w in caught)
    return str(caught[0].message) if caught else ""


FIVES: dict[str, Any] = {
    "pandas": lambda t: t,
    "floats with gaps": lambda t: t.astype(float).mask(np.arange(t.size).reshape(t.shape) % 7 == 0),
    "texts": lambda t: t.astype(str),
    "polars": lambda t: pl.from_pandas(t),
    "rows": lambda t: t.to_dict("records"),
    "int8": lambda t: t.astype("int8"),
}


@pytest.mark.parametrize("kind", FIVES)
def test_a_table_that_never_uses_the_top_is_warned_of(kind: str) -> None:
    text = told(form(1, 7), FIVES[kind](answers(1, 5)))
    assert text.startswith("form: none of 60 persons answered 6 or 7 to any of 4 items on 1 to 7; the values")
    assert "seen are 1 to 5" in text
    assert "each of 2 reverse-keyed items comes out 2 points too high" in text
    assert "instrument.with_response_scale(1, 5)" in text


CASES = {
    "one to five on zero to ten": ((0, 10), (1, 5), "0 or 6 to 10", "4 points too high", "(1, 5)"),
    "the low end": ((1, 7), (3, 7), "1 or 2 to any", "2 points too low", "(3, 7)"),
    "both ends alike": ((1, 9), (3, 7), "1 or 2 or 8 or 9 to any", "", "(3, 7)"),
    "three points": ((1, 5), (1, 3), "4 or 5 to any", "2 points too high", "(1, 3)"),
    "a slider": ((0, 100), (1, 5), "6 to 100 to any", "94 points too high", "(1, 5)"),
    "bipolar": ((-3, 3), (-3, 1), "2 or 3 to any", "2 points too high", "(-3, 1)"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_warning_says_what_was_seen_and_what_reversal_does(name: str) -> None:
    declared, given, unused, effect, remedy = CASES[name]
    text = told(form(*declared), answers(*given, n=200))
    assert unused in text and f"with_response_scale{remedy}" in text
    assert (effect in text) if effect else ("too high" not in text and "too low" not in text)


def test_options_stored_from_one_are_recognised() -> None:
    stored = answers(0, 4) + 1  # nobody chose the last of 0 to 5
    text = told(form(0, 5), stored)
    assert "If the options were stored from 1, every answer is 1 too high" in text
    assert "recode={n + 1: n for n in range(6)}" in text
    with pytest.warns(AnotherRangeWarning):  # read as they were given, nobody uses the top: as it is
        right = score(form(0, 5), stored, recode={n + 1: n for n in range(6)})["s"]
    assert (right == score(form(0, 4), answers(0, 4))["s"] + np.array(0.5)).all()  # two reversed: 5 - v


def test_items_of_several_ranges_are_told_apart() -> None:
    ids = load("csi-16").item_ids
    even = np.random.default_rng(3).integers(1, 6, size=(300, 16))
    text = told(load("csi-16"), pd.DataFrame(even, columns=ids))
    assert "item csi16_1 on 0 to 6" in text and "any of 15 items on 0 to 5" in text
    assert "with_response_scale(1, 5, items=['csi16_1'])" in text
    assert "recode={n + 1: n for n in range(7)}" in text


QUIET = {
    "both ends used": answers(1, 7),
    "one of 60 used the end": answers(1, 5).assign(a=lambda t: [7, *t["a"][1:]]),
    "fewer than 30": answers(1, 5, n=29),
    "few come near the end": pd.DataFrame({k: [1, 2, 3, 4] * 10 + [5] * 2 + [6] for k in "abcd"}),
    "happy couples": 8 - pd.DataFrame({k: [1] * 30 + [2] * 20 + [3] * 8 + [4] * 2 for k in "abcd"}),
}


@pytest.mark.parametrize("name", QUIET)
def test_what_chance_explains_is_not_warned_of(name: str) -> None:
    instrument = form(1, 7, keys=("a", "b", "c", "d"))
    assert told(instrument, QUIET[name]) == ""


@pytest.mark.parametrize("scale", [(0, 1), (1, 2)])
def test_answers_of_one_or_two_values_are_not_a_range(scale: tuple[int, int]) -> None:
    for instrument in (form(*scale), form(0, 6)):
        assert told(instrument, pd.DataFrame({k: [scale[0]] * 50 for k in "abcd"})) == ""
        assert told(instrument, pd.DataFrame({k: list(scale) * 25 for k in "abcd"})) == ""


@pytest.mark.parametrize(
    "read",
    [
        encode,
        reliability_report,
        lambda f, t: cronbach_alpha(f, t),
        lambda f, t: list(score_stream(f, [t[:25], t[25:50], t[50:]])),
        lambda f, t: item_moments_stream(f, [t[:10], t[10:]]),
        lambda f, t: score(f, t, columns={"a": "a"}),
    ],
)
def test_every_function_that_reads_a_table_warns_once(read: Any) -> None:
    with pytest.warns(AnotherRangeWarning, match="none of 60 persons") as caught:
        read(form(1, 7), answers(1, 5))
    assert len(caught) == 1


def test_the_structure_report_warns_too() -> None:
    instrument = form(1, 7, keys=("a", "b", "c", "d"))
    with pytest.warns(AnotherRangeWarning, match="none of 150 persons"):
        structure_report(instrument, answers(1, 5, n=150), n_iterations=5)
    coded = encode(instrument, answers(1, 7, n=150))
    structure_report(coded, n_iterations=5)  # checked before: nothing more to say


def test_files_and_the_command_line_warn_once_for_all_batches(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("intimacy_scales.files.delimited._BATCH", 20, raising=False)
    answers(1, 5).to_csv(tmp_path / "a.csv", index=False)
    (tmp_path / "form.toml").write_text(form(1, 7).to_toml(), encoding="utf-8")
    for file in (score_file, reliability_file):
        with pytest.warns(AnotherRangeWarning) as caught:
            file(form(1, 7), tmp_path / "a.csv")
        assert len(caught) == 1
    for command in ("score", "reliability"):
        result = CliRunner().invoke(
            app, [command, str(tmp_path / "a.csv"), "-i", str(tmp_path / "form.toml")]
        )
        assert "none of 60 persons answered 6 or 7" in " ".join(result.output.split())


# ------------------------------------------------------------------ the rule


def test_persons_expected_beyond_are_reduced_as_they_were_before() -> None:
    assert expected_beyond([10, 40]) == 40
    assert expected_beyond([40, 20]) == 5
    assert expected_beyond([7]) == 7


def drawn(instrument: Instrument, n: int, mean: float, rng: np.random.Generator) -> Any:
    """Codes of persons who differ, keyed as the instrument is, around a share of its range."""
    top = np.array([item.response_scale.n_points - 1 for item in instrument.items])
    reverse = {key.item for scale in instrument.scales for key in scale.keys if key.reverse}
    u = mean + 0.15 * (rng.normal(size=(n, 1)) + rng.normal(size=(n, len(top))))
    y = np.clip(np.rint(u * top), 0, top).astype(np.uint16)
    return np.where([item.id in reverse for item in instrument.items], top - y, y).astype(np.uint16) + 1


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnverifiedKeyWarning")
def test_shipped_forms_answered_on_their_own_range_hardly_ever_warn() -> None:
    rng, tables, false = np.random.default_rng(11), 0, []
    for instrument in (load(entry.id) for entry in available()):
        for n in (30, 45, 200):
            for mean in (0.2, 0.5, 0.7, 0.85, 0.95):
                used = RangeUse(instrument)
                used.add(np.asfortranarray(drawn(instrument, n, mean, rng)))
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    used.warn()
                tables += 1
                false += [(instrument.id, n, mean)] * len(caught)
    assert tables > 500 and len(false) <= tables / 100, false


REAL = {
    "bfi": ([f"{k}{i}" for k in "ACENO" for i in range(1, 6)], 1, 6),
    "commitmentQ": ([f"{s}.1_{i}" for s in ("sat.g", "com") for i in range(1, 6)], 1, 9),
    "prqcQ": ([f"prqc.2_{i}" for i in range(1, 19)], 1, 7),
    "gratitude_a": (["na_1", "na_2", "na_3"], 1, 7),
}


@pytest.mark.parametrize("name", REAL)
def test_real_answers_on_their_own_range_do_not_warn(shared: Any, name: str) -> None:
    items, low, high = REAL[name]
    table = pd.read_csv(shared / "oracles" / "data" / f"{name}.csv")[items]
    own = form(low, high, keys=tuple(items))
    assert told(own, table) == ""
    rng = np.random.default_rng(2)
    for n in (30, 40, 60):
        for _ in range(10):
            assert told(own, table.iloc[rng.choice(len(table), n, replace=False)]) == ""
    wider = form(low, high + 2, keys=tuple(items))
    assert "2 points too" in told(wider, table) or "reverse" not in "".join(items)
    assert f"{high + 1} or {high + 2} to any" in told(wider, table) or name == "gratitude_a"


# ------------------------------------------------------------------ the named variant


def test_a_form_on_another_range_is_another_instrument() -> None:
    published = load("ecr-r")
    variant = published.with_response_scale(1, 5)
    assert (variant.id, variant.version) == ("ecr-r-1-to-5", published.version)
    assert variant.title.endswith("answered on 1 to 5")
    assert variant.digest != published.digest and variant.key_digest != published.key_digest
    assert variant.norms == variant.cutoffs == variant.evidence.findings == ()
    assert "published for 1 to 7" in str(variant.evidence.note)
    row = dict.fromkeys(published.item_ids, 5)
    keys = published.scales[0].keys
    keyed = [1 if key.reverse else 5 for key in keys]
    assert score(variant, row).scores[published.scales[0].id] == pytest.approx(np.mean(keyed))
    assert Instrument.model_validate(variant.to_dict()).digest == variant.digest
    assert published.with_response_scale(1, 7) is published


@pytest.mark.parametrize(("low", "high", "step"), [(0, 4, 1), (-2, 2, 1), (0, 1, 0.25), (1, 9, 2)])
def test_scores_of_a_variant_are_those_of_the_same_positions(low: float, high: float, step: float) -> None:
    published = form(1, 5)
    variant = published.with_response_scale(low, high, step=step, new_id="other", version="2")
    assert (variant.id, variant.version) == ("other", "2")
    table = answers(1, 5)
    moved = low + (table - 1) * step
    assert np.allclose(score(published, table).pomp("s"), score(variant, moved).pomp("s"))


def test_items_of_one_range_can_be_named() -> None:
    csi = load("csi-16")
    with pytest.raises(InstrumentError, match=r"several ranges \(0 to 6, 0 to 5\).*items=\["):
        csi.with_response_scale(1, 5)
    variant = csi.with_response_scale(0, 4, items=csi.item_ids[1:])
    assert [item.response_scale.maximum for item in variant.items] == [6] + [4] * 15
    assert "in 15 of 16 items" in variant.title
    with pytest.raises(
        InstrumentError, match="the range 5 to 1 is not valid for its answers: minimum 5 is not below"
    ):
        form(1, 7).with_response_scale(5, 1)
    with pytest.raises(InstrumentError, match="has no item 'x'"):
        form(1, 7).with_response_scale(1, 5, items="x")


def test_missing_codes_stay_and_labels_go() -> None:
    named = form(1, 3, labels={"1": "no", "2": "perhaps", "3": "yes"}, missing_codes=[-9])
    variant = named.with_response_scale(1, 5)
    assert score(variant, {"a": -9, "b": 1, "c": 5, "d": 5}).answered["s"] == 3
    assert variant.items[0].response_scale.labels == ()
    with pytest.raises(InstrumentError, match="missing code -9 is also an answer"):
        named.with_response_scale(-9, 9)


@pytest.mark.parametrize(("low", "high", "shift"), [(1, 7, -1), (0, 8, 1), (1, 5, -1)])
def test_answers_that_were_not_accepted_are_part_of_what_was_seen(low: int, high: int, shift: int) -> None:
    """Next to 364 nines the warning said "the values seen are 1 to 8", and advised a range of 1 to 8."""
    points = np.arange(240) % (high - low + 1) + low + shift
    table = pd.DataFrame(points.reshape(60, 4), columns=["a", "b", "c", "d"])
    form = Instrument.model_validate(
        {
            "id": "form", "version": "1", "title": "Form", "evidence": {"status": "published"},
            "response_scale": {"minimum": low, "maximum": high},
            "items": [{"id": name} for name in "abcd"], "scales": [{"id": "s", "items": list("abcd")}],
        }
    )  # fmt: skip
    beyond = int(((points < low) | (points > high)).sum())
    with pytest.warns(
        AnotherRangeWarning, match=f"In addition, {beyond} answers beyond that range"
    ) as caught:
        score(form, table, on_invalid="missing")
    text = str(caught[0].message)
    assert f"Were the options stored from {low + shift}? Then pass recode={{" in text
    assert "with_response_scale" not in text
    with pytest.raises(InvalidResponsesError), warnings.catch_warnings():
        warnings.simplefilter("error")  # the error alone says it
        score(form, table)
