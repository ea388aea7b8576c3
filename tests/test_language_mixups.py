"""Answers to one wording are no answers to another, unless both are pooled on purpose."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from intimacy_scales import (
    Instrument,
    InstrumentError,
    ResponseError,
    encode,
    load,
    load_bank,
    pool_languages,
    score,
)
from intimacy_scales.instrument import shipped
from intimacy_scales.instrument.translating import Part, check_part
from intimacy_scales.instrument.translation import TranslationFile

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")
ENGLISH, GERMAN, FRENCH = (load("scii-12", language=tag) for tag in ("en", "de", "fr"))
FEMININE = load("scii-12", language="de", variant="feminine")
ANSWERS = pd.DataFrame([dict.fromkeys(ENGLISH.item_ids, 4), dict.fromkeys(ENGLISH.item_ids, 6)])


@pytest.mark.parametrize(
    ("answered", "form"),
    [(FRENCH, ENGLISH), (ENGLISH, GERMAN), (GERMAN, FEMININE), (FEMININE, GERMAN)],
    ids=["fr by en", "en by de", "neutral by feminine", "feminine by neutral"],
)
def test_codes_of_another_wording_are_refused(answered: Instrument, form: Instrument) -> None:
    with pytest.raises(ResponseError, match="these codes belong to"):
        score(form, encode(answered, ANSWERS))
    assert len(score(answered, encode(answered, ANSWERS))) == 2


def test_a_pool_scores_what_it_pools_and_nothing_else() -> None:
    pooled = pool_languages(ENGLISH, GERMAN)
    for part in (ENGLISH, GERMAN, pooled):
        assert score(pooled, encode(part, ANSWERS))["total"].tolist() == [4.0, 5.0]
    for other in (FRENCH, FEMININE, pool_languages(ENGLISH, FRENCH)):
        with pytest.raises(ResponseError, match="these codes belong to"):
            score(pooled, encode(other, ANSWERS))


def test_a_wording_laid_over_in_one_language_is_scored_as_before() -> None:
    worded = ENGLISH.with_texts({"tru01": "I feel that my partner stands by me."})
    assert len(score(ENGLISH, encode(worded, ANSWERS))) == 2


@pytest.mark.parametrize(
    ("was", "becomes"), [('"Slightly agree"', '"Agree a little"'), ("maximum = 7", "maximum = 8")]
)
def test_changed_options_make_a_translation_stale_and_are_named(
    was: str, becomes: str, tmp_path: Path
) -> None:
    folder = shipped.banks_folder() / "components"
    path = folder / "trust.de.toml"
    file = TranslationFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    assert check_part(Part(path, file, load_bank("trust"))) is None
    changed = tmp_path / "trust.toml"
    text = (folder / "trust.toml").read_text(encoding="utf-8")
    changed.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(InstrumentError, match=r"trust\.de\.toml: source_digest: stale") as caught:
        check_part(Part(path, file, load_bank(changed)))
    assert "the options of agree7" in str(caught.value)
