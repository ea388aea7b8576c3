"""Messages name the version, language and variant of a form, and how another is asked for."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from intimacy_scales import (
    CodedResponses,
    DocumentError,
    EstimationError,
    Instrument,
    InvalidResponsesError,
    ItemMoments,
    LanguagesPooledWarning,
    MissingColumnsError,
    NoNormsError,
    PersonScores,
    ResponseError,
    Scores,
    compare,
    encode,
    engines,
    item_moments,
    load,
    pool_languages,
    score,
    score_many,
)
from intimacy_scales.instrument.pooling import pooled_again
from intimacy_scales.instrument.shipped import released_versions
from intimacy_scales.jobs import score_file
from intimacy_scales.reading import other_wording
from tests.shared.instruments import pooled_quietly
from tests.shared.wordings import FEMININE, FORMS, ITEMS, MASCULINE, NEW, OLD, TAGS, labelled

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")
NUMBERS = [dict.fromkeys(ITEMS, 4), dict.fromkeys(ITEMS, 6), dict.fromkeys(ITEMS, 3)]


POOLS = {
    "en, de": pooled_quietly(FORMS["en"], FORMS["de"]),
    "variants": pooled_quietly(FEMININE, MASCULINE),
    "three": pooled_quietly(FEMININE, FORMS["en"], FORMS["es"]),
}


# ---------------------------------------------------------------- names


def test_a_form_is_called_by_its_id_where_that_is_enough():
    told = {
        FORMS["en"]: "scii-12",
        FORMS["es"]: "scii-12 0.3.0 (es, forward translation)",
        FEMININE: "scii-12 0.3.0 (de feminine, forward translation)",
        POOLS["en, de"]: "scii-12 0.3.0 (de neutral and en pooled)",
        POOLS["variants"]: "scii-12 0.3.0 (de feminine and de masculine pooled)",
        OLD: "scii-24 0.2.0",
        NEW: "scii-24",
        load("kmss").with_texts(dict.fromkeys(load("kmss").item_ids, "…"), language="it"): (
            "kmss 2 (it, draft translation)"
        ),
    }
    assert {form.ref.called for form in told} == set(told.values())
    for form, name in told.items():
        assert form.ref.called == name
    own = Instrument.model_validate(
        {"id": "own", "version": "7", "title": "t", "response_scale": {"minimum": 1, "maximum": 2},
         "items": [{"id": "a"}], "scales": [{"id": "s", "items": ["a"]}]}
    )  # fmt: skip
    assert own.ref.called == "own"


@pytest.mark.parametrize("form", [*FORMS.values(), FEMININE, OLD, NEW, *POOLS.values()], ids=repr)
def test_what_is_said_to_load_a_form_loads_it(form: Instrument):
    names = {"load": load, "pool_languages": pooled_quietly}
    assert eval(form.ref.load_call, names) == form


def test_errors_and_warnings_name_the_wording():
    french = re.escape("scii-12 0.3.0 (fr neutral, forward translation)")
    with pytest.raises(InvalidResponsesError, match=f"1 answer is not valid for {french}:"):
        score(FORMS["fr"], NUMBERS[0] | {"tru01": 9})
    with pytest.raises(InvalidResponsesError, match=r"not valid for scii-24 0\.2\.0:"):
        score(OLD, dict.fromkeys(OLD.item_ids, 9))
    with pytest.raises(ResponseError, match=f"the mapping has no item of {french}: its keys"):
        score(FORMS["fr"], {"x": 1})
    with pytest.raises(MissingColumnsError, match=f"12 of 12 items of {french} have no column"):
        score(FORMS["fr"], [{"x": 1}])
    with pytest.raises(NoNormsError, match=r"scii-12 0\.3\.0 \(de neutral and en pooled\) has no norms"):
        score(POOLS["en, de"], NUMBERS[0]).standardize()
    with pytest.raises(ResponseError) as caught:
        score(FORMS["de"], encode(FEMININE, NUMBERS))
    assert str(caught.value) == (
        "these codes belong to scii-12 0.3.0 (de feminine, forward translation), not to "
        "scii-12 0.3.0 (de neutral, forward translation)"
    )
    with pytest.raises(
        EstimationError, match=r"scii-24 0\.2\.0 and of scii-24 0\.3\.0 do not add up: they belong"
    ):
        _ = item_moments(OLD, [dict.fromkeys(OLD.item_ids, 3)]) + item_moments(
            NEW, [dict.fromkeys(NEW.item_ids, 3)]
        )
    parts = [score(form, NUMBERS).summary() for form in (FEMININE, MASCULINE)]
    with pytest.raises(
        ValueError, match=r"they belong to de feminine and de masculine\. To combine languages"
    ):
        _ = parts[0] + parts[1]
    assert compare(FEMININE, MASCULINE).translated == (
        "the old asks in the variant feminine, the new in masculine, of one translation"
    )


def test_pooled_variants_are_named_in_the_warning():
    with pytest.warns(LanguagesPooledWarning) as told:
        pool_languages(FEMININE, MASCULINE)
    assert str(told[0].message) == (
        "scii-12: answers in de feminine and de masculine are taken together, but no study has shown that "
        "they mean the same: test invariance over variants, or report each variant separately"
    )


# ---------------------------------------------------------------- documents


@pytest.mark.parametrize("name", POOLS)
def test_documents_of_a_pooled_form_are_read_back(name: str):
    pooled = POOLS[name]
    made: list[tuple[Any, Any]] = [
        (PersonScores, score(pooled, NUMBERS[0])),
        (Scores, score(pooled, NUMBERS)),
        (CodedResponses, encode(pooled, NUMBERS)),
        (ItemMoments, item_moments(pooled, NUMBERS)),
    ]
    with warnings.catch_warnings(action="error"):  # it was told when languages were pooled
        for kind, result in made:
            again = kind.from_json(result.to_json())
            assert again == result and again.to_json() == result.to_json()
            assert kind.from_json(result.to_json(), instrument=pooled) == result
    parts = [load("scii-12", language="de"), load("scii-12")]
    assert pooled_again(parts) == POOLS["en, de"]


@pytest.mark.parametrize(
    ("written", "given", "told"),
    [
        (
            POOLS["en, de"], FORMS["en"],
            "the document was written with scii-12 0.3.0 (de neutral and en pooled; digest DIGEST), and "
            "the one passed is scii-12 0.3.0 (digest OTHER): leave instrument= out, or pass pool_languages("
            "load('scii-12', language='de', variant='neutral'), load('scii-12', language='en'))",
        ),
        (
            FORMS["de"], FEMININE,
            "the document was written with scii-12 0.3.0 (de neutral, forward translation; digest DIGEST), "
            "and the one passed is scii-12 0.3.0 (de feminine, forward translation; digest OTHER): leave "
            "instrument= out, or pass load('scii-12', language='de', variant='neutral')",
        ),
        (
            OLD, NEW,
            "the document was written with scii-24 0.2.0 (digest DIGEST), and the one passed is scii-24 0.3.0 "
            "(digest OTHER): leave instrument= out, or pass load('scii-24', version='0.2.0')",
        ),
        (
            FORMS["en"], POOLS["variants"],
            "the document was written with scii-12 0.3.0 (digest DIGEST), and the one passed is scii-12 0.3.0 "
            "(de feminine and de masculine pooled; digest OTHER): leave instrument= out, or pass "
            "load('scii-12')",
        ),
    ],
    ids=["pool by en", "neutral by feminine", "old by new", "en by variants"],
)  # fmt: skip
def test_documents_of_another_wording_say_what_to_pass(written: Instrument, given: Instrument, told: str):
    document = score(written, dict.fromkeys(written.item_ids, 4)).to_dict()
    with pytest.raises(DocumentError) as caught:
        PersonScores.from_dict(document, instrument=given)
    told = told.replace("DIGEST", written.digest[:12]).replace("OTHER", given.digest[:12])
    assert str(caught.value) == told


def test_a_document_of_languages_of_ones_own_says_what_to_pass():
    english = load("scii-48")
    options = {item.id: dict(item.response_scale.labels) for item in english.items}
    italian = english.with_texts(dict.fromkeys(english.item_ids, "…"), labels=options, language="it")
    pooled = pooled_quietly(english, italian)
    answers = dict.fromkeys(english.item_ids, 4)
    with pytest.raises(DocumentError) as caught:
        PersonScores.from_dict(score(pooled, answers).to_dict())
    assert "(en and it pooled; digest" in str(caught.value)
    assert (
        "pass the one it was written with as instrument=, which pool_languages made of scii-48 in en"
        in str(caught.value)
    )
    with pytest.raises(DocumentError, match=r"with scii-48 0\.3\.0 \(it, draft translation; digest"):
        PersonScores.from_dict(score(italian, answers).to_dict())
    assert (
        PersonScores.from_dict(score(pooled, answers).to_dict(), instrument=pooled).instrument == pooled.ref
    )


# ---------------------------------------------------------------- labels of another language


@pytest.mark.parametrize("form", TAGS)
@pytest.mark.parametrize("answered", TAGS)
def test_labels_of_another_language_are_told(form: str, answered: str):
    if form == answered:
        assert len(score(FORMS[form], labelled(answered))) == 4
        return
    with pytest.raises(InvalidResponsesError) as caught:
        score(FORMS[form], labelled(answered))
    call = "load('scii-12')" if answered == "en" else f"load('scii-12', language='{answered}')"
    told = str(caught.value)
    assert f"({answered}): if that was answered, score with {call}" in told
    assert ("variant= says which variant was asked" in told) == (answered in ("de", "fr"))
    assert 'on_invalid="missing" would score without them' in told  # these are answers


def advice(rows: Any, form: Instrument = FORMS["en"], **options: Any) -> str:
    """What an error says after the bad cells."""
    with pytest.raises(InvalidResponsesError) as caught:
        score(form, rows, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    "rows",
    [
        labelled("de") + labelled("fr"),  # of two languages
        [*labelled("de"), {"tru01": "weiß nicht"}],  # one is a label of nothing
        [dict.fromkeys(ITEMS, "Stimme"), dict.fromkeys(ITEMS, "nicht zu")],  # parts of labels
        [{"tru01": "Stimme zu"}, *[dict.fromkeys(ITEMS, 99)] * 3],  # few among many others
        [dict.fromkeys(ITEMS, "Ja"), dict.fromkeys(ITEMS, "Nein")],
    ],
    ids=["two languages", "one unknown", "parts", "few", "other words"],
)
def test_nothing_is_guessed_from_too_little(rows: Any):
    assert "language=" not in advice(rows)


def test_near_labels_do_not_hide_the_language():
    for other in ({"tru01": "Agre"}, {"tru01": 99}, {"tru01": "n/a"}, {"mut04": "."}):
        assert "score with load('scii-12', language='de')" in advice([*labelled("de"), other])
    told = advice({"tru01": "stimme  ZU", "kno06": 3})
    assert "'stimme  ZU' is an option of scii-12 in German (de)" in told


def test_other_languages_are_recognised_of_current_forms():
    assert "language=" not in advice(labelled("de"), show_values=False)
    assert "language=" not in advice(dict.fromkeys(OLD.item_ids, "Stimme zu"), form=OLD)
    own = FORMS["en"].model_copy(update={"id": "own-form"})
    assert "language=" not in advice(labelled("de"), form=own)
    assert "language='de'" in advice(labelled("de"), form=FORMS["en"].with_method("sum"))


def test_a_pool_says_that_it_reads_numbers():
    told = advice(labelled("en") + labelled("de"), form=POOLS["en, de"])
    assert "are options of scii-12 in de and en, and a form that pools languages reads only numbers" in told
    assert "score(pooled, encode(load('scii-12', language=…), rows))" in told
    assert "reads numbers" not in advice(labelled("fr"), form=POOLS["en, de"])


def test_every_way_of_reading_tells_it(tmp_path: Path):
    rows = labelled("es")
    outcome = score_many("scii-12", rows)[0]
    assert not outcome.ok and "load('scii-12', language='es')" in outcome.message
    assert "load('scii-12', language='es')" in str(engines.check("scii-12", pl.DataFrame(rows).lazy()).advice)
    pd.DataFrame(rows).to_csv(tmp_path / "a.csv", index=False)
    report = score_file("scii-12", tmp_path / "a.csv")
    assert report.remedy is not None and report.remedy.command.endswith("pass --language es")
    assert report.remedy.are_answers


def test_answers_that_are_good_look_at_no_other_language(monkeypatch: pytest.MonkeyPatch):
    def never(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(other_wording, "_wordings", never)
    assert len(score("scii-12", NUMBERS)) == len(score("scii-12", labelled("en"))) - 1
    assert "99 makes up 12 of 12 problems" in advice(dict.fromkeys(ITEMS, 99))


# ---------------------------------------------------------------- items of another version


def test_a_table_of_another_version_is_told():
    assert set(OLD.item_ids) != set(NEW.item_ids) and released_versions("scii-24") == ("0.2.0", "0.3.0")
    for asked, answered, call in (
        (NEW, OLD, "load('scii-24', version='0.2.0')"),
        (OLD, NEW, "load('scii-24')"),
    ):
        with pytest.raises(MissingColumnsError) as caught:
            score(asked, pd.DataFrame([dict.fromkeys((*answered.item_ids, "age"), 4)]))
        assert (
            f"The table has all items of scii-24 {answered.version}: if that was answered, score with {call}."
            in str(caught.value)
        )
    with pytest.raises(MissingColumnsError) as caught:
        score(NEW, [dict.fromkeys(OLD.item_ids[:-1], 4)])
    assert "if that was answered" not in str(caught.value)
