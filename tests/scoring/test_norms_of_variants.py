"""Variants of one instrument have ids of their own, and a norm is of the key it was made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import Instrument, NoNormsError, Norm, load, score
from intimacy_scales.errors import InstrumentError
from tests.shared.instruments import PUBLISHED, form_of

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.SmallSampleWarning")

IDS = ("a", "b", "c", "d")


def form(**changes: Any) -> Instrument:
    usual: dict[str, Any] = {"low": 0, "high": 10, "id": "f", "title": "f", "evidence": PUBLISHED}
    return form_of(**{"scales": [{"id": "s", "items": list(IDS)}], "items": IDS} | usual | changes)


def table(instrument: Instrument, n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame({i.id: rng.choice(i.response_scale.values, n) for i in instrument.items})


VARIANTS: dict[str, Any] = {
    "all": {},
    "a, b": {"items": ["a", "b"]},
    "c, d": {"items": ["c", "d"]},
    "a": {"items": "a"},
    "half": {"step": 0.5},
    "quarter": {"step": 0.25},
    "a, b in halves": {"step": 0.5, "items": ["a", "b"]},
}


def test_variants_of_different_items_or_steps_have_different_ids() -> None:
    made = {name: form().with_response_scale(1, 5, **options) for name, options in VARIANTS.items()}
    assert len({variant.id for variant in made.values()}) == len(VARIANTS)
    assert made["all"].id == "f-1-to-5"
    assert made["half"].id == "f-1-to-5-by-0.5"
    assert "in steps of 0.5" in made["half"].title
    assert made["a, b"].id.startswith("f-1-to-5-items-")
    assert form().with_response_scale(1, 5, items=["b", "a"]).id == made["a, b"].id
    assert form().with_response_scale(1, 5, items=IDS).id == "f-1-to-5"


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.AnotherRangeWarning")
@pytest.mark.parametrize("other", [name for name in VARIANTS if name != "all"])
def test_a_norm_is_not_compared_with_scores_of_another_variant(other: str) -> None:
    one = form().with_response_scale(1, 5, new_id="same")
    scores = score(one, table(one))
    norms = Norm.from_scores(scores, sample="60 made up")
    assert norms[0].key_digest == one.key_digest
    scores.standardize(norms)
    second = form().with_response_scale(1, 5, new_id="same", **VARIANTS[other])
    for result in (score(second, table(second)), score(second, table(second).iloc[0].to_dict())):
        with pytest.raises(NoNormsError, match=r"made from scores of another key.*model_copy") as caught:
            result.standardize(norms)
    assert "key_digest" in str(caught.value)
    with pytest.raises(InstrumentError, match="made from scores of another key"):
        second.with_norms(norms)
    freed = norms[0].model_copy(update={"key_digest": None})  # the advice
    assert score(second, table(second)).standardize(freed).scales["s"].norm == freed


@pytest.mark.parametrize(
    "changed",
    [
        {"scales": [{"id": "s", "items": ["a", "-b", "c", "d"]}]},
        {"scales": [{"id": "s", "items": ["a", "b", "c"]}]},
        {"scales": [{"id": "s", "items": list(IDS), "missing": {"proportion": 1}}]},
    ],
)
def test_a_norm_is_not_compared_with_scores_of_another_key(changed: dict[str, Any]) -> None:
    norms = Norm.from_scores(score(form(), table(form())), sample="60 made up")
    with pytest.raises(NoNormsError, match="another key"):
        score(form(**changed), table(form())).standardize(norms)
    worded = form(items=[{"id": name, "text": f"I am {name}."} for name in IDS])
    assert score(worded, table(form())).standardize(norms).norms["s"] == norms[0]


def test_norms_stay_with_their_key() -> None:
    norms = Norm.from_scores(score(form(), table(form())), sample="60 made up")
    owned = form().with_norms(norms)
    assert Instrument.model_validate(owned.to_dict()) == owned
    assert Norm.from_dict(norms[0].to_dict()) == norms[0]
    labelled = owned.with_texts(dict.fromkeys(IDS, "I am."), labels={"a": {0: "no", 10: "yes"}})
    assert labelled.key_digest != owned.key_digest
    assert score(labelled, table(form())).standardize().norms["s"].n == 60
    with pytest.raises(ValueError, match="key_digest"):
        Norm(scale="s", sample="x", mean=5, sd=1, key_digest="abc")


# ------------------------------------------------------------------ norms of another way of scoring

SIX = [f"q{n}" for n in range(1, 7)]


def summed(norm: dict[str, Any], method: str = "sum") -> Instrument:
    return form(
        response_scale={"minimum": 1, "maximum": 5},
        items=[{"id": name} for name in SIX],
        scales=[
            {"id": "s", "items": SIX, "method": method},
            {"id": "t", "items": SIX[:2], "method": "sum"},
            {"id": "both", "of": ["s", "t"], "method": "sum"},
        ],
        norms=[{"scale": "s", "sample": "who", **norm}],
    )


@pytest.mark.parametrize(
    ("norm", "words"),
    [
        ({"mean": 3.57, "sd": 0.68}, "a mean of 3.57, but scores range from 6 to 30"),
        ({"mean": 20, "sd": 17}, "an sd of 17"),
        ({"mean": 40, "sd": 5}, "a mean of 40"),
        ({"mean": 11, "sd": 1, "percentiles": [[10, 5], [11, 50], [60, 99]]}, "a rank of 99 at 60"),
        ({"scale": "t", "mean": 11, "sd": 1}, "but scores range from 2 to 10"),
        ({"scale": "both", "mean": 41, "sd": 1}, "but scores range from 8 to 40"),
    ],
)
def test_an_instrument_with_norms_of_another_way_of_scoring_is_refused(norm: Any, words: str) -> None:
    with pytest.raises(ValueError, match=r"norms\[0\]: the norm of") as caught:
        summed(norm)
    assert words in str(caught.value)


@pytest.mark.parametrize("norm", [{"mean": 21.4, "sd": 4.1}, {"mean": 6.2, "sd": 0.4, "n": 40}])
def test_an_instrument_with_norms_of_its_scores_loads(norm: Any) -> None:
    assert summed(norm).norms[0].mean == norm["mean"]
    with pytest.raises(ValueError, match="must belong to another way of scoring"):
        summed(norm, method="mean")


# ------------------------------------------------------------------ a missing code that is an answer now


@pytest.mark.parametrize(
    ("codes", "given", "left"),
    [([0, -99], (0, 10), [-99]), ([0], (0, 4), []), ([9, "refused"], (0, 9), ["refused"])],
)
def test_a_missing_code_within_the_new_range_names_the_way_out(
    codes: list[Any], given: tuple[int, int], left: list[Any]
) -> None:
    scale = {"minimum": 1, "maximum": 7, "missing_codes": codes}
    published = form(response_scale=scale)
    with pytest.raises(InstrumentError, match="is also an answer") as caught:
        published.with_response_scale(*given)
    assert f"missing_codes={left!r}" in str(caught.value)
    variant = published.with_response_scale(*given, missing_codes=left)
    assert score(variant, dict.fromkeys(IDS, codes[0])).scores["s"] == codes[0]
    assert list(variant.items[0].response_scale.missing_codes) == left


def test_a_form_for_another_range_can_be_written_to_a_file(tmp_path: Any) -> None:
    from pathlib import Path

    path = Path(tmp_path) / "own.toml"
    path.write_text(load("ecr").with_response_scale(1, 5).to_toml(), encoding="utf-8")
    again = Instrument.model_validate(load(path).to_dict())
    assert again.id == "ecr-1-to-5"
