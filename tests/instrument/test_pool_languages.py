"""Answers to one wording are not answers to another, unless both are pooled on purpose."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from intimacy_scales import (
    Instrument,
    InstrumentError,
    NoNormsError,
    Norm,
    ResponseError,
    ResponseScale,
    encode,
    load,
    load_bank,
    pool_languages,
    score,
)
from intimacy_scales.instrument import shipped
from intimacy_scales.instrument.translating import TranslationPart, check_part
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
    assert check_part(TranslationPart(path, file, load_bank("trust"))) is None
    changed = tmp_path / "trust.toml"
    text = (folder / "trust.toml").read_text(encoding="utf-8")
    changed.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(InstrumentError, match=r"trust\.de\.toml: source_digest: stale") as caught:
        check_part(TranslationPart(path, file, load_bank(changed)))
    assert "the options of agree7" in str(caught.value)


# ---------------------------------------------------------------- pools of what counts otherwise


def scored_form(language: str = "en", **scale: object) -> Instrument:
    """A form whose options have scores of their own, or a translation of it."""
    points = {"minimum": 1, "maximum": 3, "scores": {"1": 0, "2": 2, "3": 10}} | scale
    form = Instrument.model_validate(
        {
            "id": "adjusted",
            "version": "1",
            "title": "Adjusted",
            "items": [{"id": f"q{n}", "text": f"Question {n}.", "response_scale": points} for n in (1, 2)],
            "scales": [{"id": "total", "items": ["q1", "q2"], "method": "sum"}],
        }
    )
    return form if language == "en" else form.with_texts({"q1": "Eins.", "q2": "Zwei."}, language=language)


def test_a_pool_counts_options_as_its_parts_do() -> None:
    pool = pool_languages(scored_form(), scored_form("de"))
    sheet = {"q1": 3, "q2": 2}
    assert score(pool, sheet).scores == score(scored_form("de"), sheet).scores == {"total": 12.0}
    assert pool.score_ranges == scored_form().score_ranges
    listed = pool_languages(scored_form(points=[1, 2, 3]), scored_form("de", points=[1, 2, 3]))
    assert listed.item("q1").response_scale.points == (1, 2, 3)


def test_forms_of_another_key_are_not_pooled_whatever_their_place() -> None:
    ras, das = load("ras"), load("das")
    for forms in (
        (das, das.with_coding("position")),
        (ras, ras.with_response_scale(1, 7)),
        (GERMAN, GERMAN.with_method("sum"), ENGLISH),
        (GERMAN, ENGLISH, ENGLISH.with_method("sum")),
    ):
        with pytest.raises(InstrumentError, match="differ in more than language"):
            pool_languages(*forms)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("scores", {"1": 10, "2": 2, "3": 0}, "other scores"), ("missing_codes", [9], "other missing codes")],
)
def test_a_translation_whose_options_count_otherwise_is_refused(
    field: str, value: object, words: str
) -> None:
    options = {"minimum": 1, "maximum": 3, "scores": {"1": 0, "2": 2, "3": 10}}
    with pytest.raises(
        ValueError, match=f"translated_from: has {words}; a translation may change words only"
    ):
        ResponseScale.model_validate({**options, field: value, "translated_from": options})


def test_a_norm_of_one_pool_is_not_of_another() -> None:
    people = pd.DataFrame([dict.fromkeys(ENGLISH.item_ids, n % 7 + 1) for n in range(40)])
    german, french = (pool_languages(ENGLISH, other) for other in (GERMAN, FRENCH))
    norm = Norm.from_scores(score(german, people), sample="40 simulated persons", scales="total")
    assert score(german, people).standardize(norm)["total"].z[0] is not None
    with pytest.raises(NoNormsError, match="was made from answers in de and en, but these are in en and fr"):
        score(french, people).standardize(norm)


def test_wording_laid_over_replaces_all_options() -> None:
    scale = {"minimum": 1, "maximum": 3, "labels": {"1": "No", "2": "Partly", "3": "Yes"}}
    form = scored_form(scores=(), **scale)
    texts = {"q1": "Eins.", "q2": "Zwei."}
    whole = {name: {1: "Nein", 2: "Teils", 3: "Ja"} for name in texts}
    made = form.with_texts(texts, language="de", labels=whole)
    assert made.item("q1").response_scale.label(2) == "Teils"
    some = {name: {1: "Nein", 3: "Ja"} for name in texts}
    with pytest.raises(InstrumentError, match="labels: no text in de for 2 of item 'q1'"):
        form.with_texts(texts, language="de", labels=some)
    apart = scored_form(scores=(), not_applicable=["Does not apply"], **scale)
    with pytest.raises(
        InstrumentError, match="has the option 'Does not apply', which labels cannot translate"
    ):
        apart.with_texts(texts, language="de", labels=whole)
