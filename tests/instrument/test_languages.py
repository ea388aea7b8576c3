"""Instruments in other languages: complete, of the wording as it is now, and called drafts everywhere."""

from __future__ import annotations

import json
import re
import unicodedata
import warnings
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import intimacy_scales as scales
from intimacy_scales import (
    InstrumentError,
    ItemMoments,
    LanguagesPooledWarning,
    MissingRule,
    Norm,
    UnknownInstrumentError,
    compare,
    item_moments,
    load,
    load_bank,
    pool_languages,
    reliability_report,
    score,
    simulate,
    translation_template,
)
from intimacy_scales.cli import app
from intimacy_scales.errors import DocumentError, EstimationError, NoNormsError
from intimacy_scales.instrument import Finding, Instrument
from intimacy_scales.instrument.catalogue import available
from intimacy_scales.instrument.languages import read_language, read_translation, translations_of
from intimacy_scales.instrument.shipped import BANKS, FORMS, shipped_files
from intimacy_scales.instrument.translation import fitting, language_tag
from tests.shared.translated_files import changed, copy_of_scii_12

pytestmark = [
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnvalidatedInstrumentWarning"),
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.SmallSampleWarning"),
]
LANGUAGES, TRANSLATED = ("de", "es", "fr"), ("scii-12", "scii-24")
VARIANTS = {
    "de": ("neutral", "feminine", "masculine"),
    "es": (None,),
    "fr": ("neutral", "feminine", "masculine"),
}
EVERY = [
    (name, language, variant)
    for name in TRANSLATED
    for language in LANGUAGES
    for variant in VARIANTS[language]
]
ENGLISH = {"the", "my", "partner", "i", "is", "what", "when", "of", "and", "agree", "disagree", "feel"}


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def shown(form: Instrument) -> list[str]:
    labels = [text for item in form.items for _, text in item.response_scale.labels]
    texts = [item.text for item in form.items] + [form.instructions]
    assert all(texts)
    return [*dict.fromkeys([*labels, *map(str, texts)])]


def quiet_pool(*forms: Instrument) -> Instrument:
    with pytest.warns(LanguagesPooledWarning):
        return pool_languages(*forms)


@pytest.mark.parametrize(("name", "language", "variant"), EVERY)
def test_every_language_and_variant_is_whole(name, language, variant):
    english, form = load(name), load(name, language=language, variant=variant)
    assert (form.id, form.version, form.language) == (name, english.version, language)
    assert form.key_digest == english.key_digest
    assert form.digest != english.digest and form.text_digest != english.text_digest
    assert form.item_ids == english.item_ids and form.scales == english.scales
    assert (form.evidence.status, form.norms, form.cutoffs) == ("draft", (), ())
    assert form.translation is not None
    assert (form.translation.status, form.translation.variant) == ("forward", variant)
    assert form.translation.source_digest == english.text_digest
    assert "not reviewed by native speakers" in str(form.evidence.note)
    for item, original in zip(form.items, english.items, strict=True):
        assert len(item.response_scale.labels) == len(original.response_scale.labels) == 7
    for text in shown(form):
        assert unicodedata.is_normalized("NFC", text)
        assert not words(text) & (ENGLISH - ({"partner"} if language == "de" else set())), text
        assert "{" not in text and not words(text) & {"none", "nan"}
        assert text[0].isupper() and text.strip() == text and "  " not in text
    texts = [item.text for item in form.items]
    assert len(set(texts)) == len(texts) and all(str(text).endswith(".") for text in texts)


def test_variants_differ_only_where_a_word_has_a_gender():
    neutral, feminine, masculine = (load("scii-24", language="de", variant=v) for v in VARIANTS["de"])
    assert load("scii-24", language="de") == neutral
    assert load("scii-24", language="de") is load("scii-24", language="de")
    assert masculine.item("car13").text == "Mir ist wichtig, dass mein Partner bekommt, was er braucht."
    assert feminine.item("car13").text == "Mir ist wichtig, dass meine Partnerin bekommt, was sie braucht."
    assert "mein Partner" not in " ".join(str(item.text) for item in feminine.items)
    assert neutral.item("mut07") == masculine.item("mut07")
    assert len({neutral.text_digest, feminine.text_digest, masculine.text_digest}) == 3
    assert all("{" not in str(item.text) for form in (neutral, feminine, masculine) for item in form.items)


@pytest.mark.parametrize("folders", [FORMS, BANKS])
def test_translations_are_not_instruments_and_every_file_of_one_is_whole(folders):
    for name, path in shipped_files(folders).items():
        assert "." not in name
        for tag, file in translations_of(path).items():
            read = read_translation(file)
            assert (read.of, read.language) == (name, tag) and read.status == "forward"
            assert read_language(tag) is not None
    assert {name for name, path in shipped_files(FORMS).items() if translations_of(path)} == set(TRANSLATED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_of_the_language_are_read_as_answers(language):
    english, form = load("scii-24"), load("scii-24", language=language)
    numbers = simulate(english, 40, rng=3).answers[list(english.item_ids)]
    labels = dict(form.item("tru01").response_scale.labels)
    in_words = numbers.map(lambda value: labels[int(value)])
    expected, found = score(english, numbers), score(form, in_words)
    for scale in english.scale_ids:
        assert found[scale].tolist() == expected[scale].tolist()
    with pytest.raises(scales.InvalidResponsesError):
        score(english, in_words)


@pytest.mark.parametrize(
    ("wanted", "found"), [("de", "de"), ("de-AT", "de"), ("DE_ch", "de"), ("en", "en"), ("en-GB", "en")]
)
def test_a_region_falls_back_to_its_language(wanted, found):
    assert load("scii-24", language=wanted).language == found


def test_tags_are_checked_and_looked_up():
    assert language_tag("ZH-hant-tw") == "zh-Hant-TW"
    assert fitting("zh-Hant-TW", ["zh-Hant", "zh"]) == "zh-Hant"
    for wrong in ("German", "d", "", "de-", "de AT", "deutsch"):
        with pytest.raises(ValueError, match="BCP 47"):
            language_tag(wrong)
        with pytest.raises(UnknownInstrumentError, match="BCP 47"):
            load("scii-24", language=wrong)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"language": "it"}, "scii-24 is not translated into 'it'; it is available in en, de, es, fr"),
        ({"language": "de", "variant": "male"}, "no variant 'male'; allowed: neutral, feminine, masculine"),
        ({"language": "es", "variant": "feminine"}, "no variant 'feminine'; allowed: none"),
        ({"language": "en", "variant": "feminine"}, "no variant 'feminine'; its only wording needs none"),
        ({"variant": "feminine"}, "give language= too"),
        ({"language": "de", "version": "0.2.0"}, "0.2.0 is not kept in 'de'; that version is kept in en"),
        (
            {"language": "it", "version": "0.3.0+1"},
            "not kept in 'it'; that version is kept in en, de, es, fr",
        ),
        ({"language": "de", "version": "0.3.0+2"}, "0.3.0 in 'de' has no revision '2'; allowed: 1"),
        ({"language": "de", "version": "0.3.0+"}, "0.3.0 in 'de' has no revision ''; allowed: 1"),
        (
            {"language": "en", "version": "0.3.0+1"},
            "in 'en' has no revision '1'; allowed: none, as that is the original",
        ),
        (
            {"language": "de", "version": "0.3.0+1", "variant": "male"},
            "allowed: neutral, feminine, masculine",
        ),
        ({"language": "en", "version": "0.2.0", "variant": "feminine"}, "its only wording needs none"),
        ({"version": "0.2.0", "variant": "feminine"}, "give language= too"),
        ({"version": "0.3.0+1"}, "has no version '0.3.0+1'; allowed: 0.2.0, 0.3.0"),
        ({"language": "de", "version": "0.1.0"}, "has no version '0.1.0'; allowed: 0.2.0, 0.3.0"),
    ],
)
def test_what_there_is_not_is_told_with_what_there_is(asked, told):
    with pytest.raises(InstrumentError, match=re.escape(told)):
        load("scii-24", **asked)
    with pytest.raises(UnknownInstrumentError, match="ras is a key without wording"):
        load("ras", language="de")


# ---- files that are stale or lack something ---------------------------------------------------------------


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return scii-12 in a folder of its own, with its banks and translations as files."""
    return copy_of_scii_12(tmp_path)


def refused(form: Path, **asked: Any) -> str:
    with pytest.raises(InstrumentError) as caught:
        load(form, language="de", **asked)
    return str(caught.value)


def test_ones_own_files_are_translated_by_files_next_to_them(copied):
    form = load(copied, language="de", variant="masculine")
    assert form == load("scii-12", language="de", variant="masculine")


def test_wording_that_was_changed_since_makes_a_translation_stale(copied):
    changed(
        copied.with_name("trust.toml"), "stands by me when life gets rough", "stands by me when life is hard"
    )
    told = refused(copied)
    assert "trust.de.toml: source_digest: stale" in told and "tru01, tru04" in told
    digest = re.search(r'source_digest = "(\w+)"', told)
    assert digest is not None
    file = copied.with_name("trust.de.toml")
    file.write_text(re.sub(r"[0-9a-f]{64}", digest[1], file.read_text("utf-8")), encoding="utf-8")
    assert load(copied, language="de").language == "de"


def test_options_instructions_and_titles_are_wording_too(copied):
    banks = ("trust", "knowledge", "mutuality", "commitment", "caring", "interdependence")
    for bank in banks:
        changed(copied.with_name(f"{bank}.toml"), '4 = "Neither agree nor disagree"', '4 = "Neither"')
    assert "trust.de.toml: source_digest: stale" in refused(copied)
    for bank in banks:
        changed(copied.with_name(f"{bank}.toml"), '4 = "Neither"', '4 = "Neither agree nor disagree"')
    changed(copied, "Think of your relationship as it is now.", "Think of your relationship.")
    told = refused(copied)
    assert "scii-12.de.toml: source_digest: stale" in told and "title, instructions" in told


def test_what_is_not_translated_may_change(copied):
    changed(copied.with_name("trust.toml"), "I doubt my partner's word.", "I doubt what my partner says.")
    changed(copied.with_name("trust.toml"), 'title = "Emotional safety"', 'title = "Safety"')
    assert load(copied, language="de").item_ids == load("scii-12").item_ids


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("caring.de.toml", 'car05 = "', 'car04 = "', "Compare car04, car09"),
        (
            "caring.de.toml",
            'of = "caring"',
            'of = "carin"',
            "of: 'carin' is not the id of the source, 'caring'",
        ),
        ("caring.de.toml", 'language = "de"', 'language = "fr"', "differs from 'de' in the name of the file"),
        ("caring.de.toml", 'status = "forward"', 'status = "draft"', "later step than 'draft'"),
        ("caring.de.toml", 'status = "forward"', 'status = "final"', "status"),
        ("caring.de.toml", 'car05 = "Wenn', 'car99 = "Wenn', "texts.car99: caring has no such item"),
        ("caring.de.toml", "[labels.agree7]", "[labels.agree5]", "labels.agree5"),
        ("caring.de.toml", "{partner_gen}", "{partner_xyz}", "slot {partner_xyz} is not defined"),
        ("caring.de.toml", "{partner_gen}", "{partner_gen", "a brace does not belong to a slot"),
        (
            "caring.de.toml",
            "[texts]",
            '[slots.x]\nneutral = "a"\n\n[texts]',
            "slots.x: no words for feminine",
        ),
        ("caring.de.toml", 'by = "', 'vy = "', "by"),
        ("scii-12.de.toml", 'status = "forward"', 'status = "invariance-tested"', "needs evidence"),
    ],
)
def test_a_file_that_lacks_something_is_refused_by_name(copied, file, old, new, told):
    changed(copied.with_name(file), old, new)
    found = refused(copied)
    assert file in found and told in found


@pytest.mark.parametrize(
    ("file", "line", "told"),
    [
        ("caring.de.toml", r"^car05 = .*\n", "item 'car05' of scii-12 is not translated into 'de'"),
        ("caring.de.toml", r"^4 = .*\n", "labels.agree7: no text for 4"),
        ("scii-12.de.toml", r"^instructions = .*\n", "instructions: not translated"),
    ],
)
def test_nothing_is_filled_with_english(copied, file, line, told):
    path = copied.with_name(file)
    path.write_text(re.sub(line, "", path.read_text("utf-8"), flags=re.M), encoding="utf-8")
    digest = re.search(r'source_digest = "(\w+)"', refused(copied))
    if digest is not None:  # of the texts that are left
        path.write_text(re.sub(r"[0-9a-f]{64}", digest[1], path.read_text("utf-8")), encoding="utf-8")
    assert told in refused(copied)


def test_a_bank_without_the_language_is_named(copied):
    copied.with_name("mutuality.de.toml").unlink()
    assert "mutuality, which scii-12 takes items from, is not translated into 'de'" in refused(copied)
    copied.with_name("scii-12.de.toml").unlink()
    assert "it is available in en, es, fr" in refused(copied)


def test_decomposed_letters_are_composed(copied):
    path = copied.with_name("interdependence.de.toml")
    path.write_text(unicodedata.normalize("NFD", path.read_text("utf-8")), encoding="utf-8")
    assert load(copied, language="de").text_digest == load("scii-12", language="de").text_digest


def test_translation_template_filled_in_is_a_translation(copied):
    own = load(copied)
    for bank in ("trust", "knowledge", "mutuality", "commitment", "caring", "interdependence"):
        items = [item.id for item in load_bank(bank).items if item.id in own.item_ids]
        text = translation_template(load_bank(bank), "it", items=items)
        copied.with_name(f"{bank}.it.toml").write_text(text, encoding="utf-8")
    copied.with_name("scii-12.it.toml").write_text(
        translation_template(own, "it", items=()), encoding="utf-8"
    )
    with pytest.raises(InstrumentError, match=r"scii-12\.it\.toml"):  # nothing is filled in yet
        load(copied, language="it")
    for path in copied.parent.glob("*.it.toml"):
        count = iter(range(99))
        text = re.sub(r'^(\d) = ""', r'\1 = "Grado \1"', path.read_text("utf-8"), flags=re.M)
        text = re.sub(r'= ""', lambda _, n=count: f'= "Parola {next(n)} però"', text)
        path.write_text(text, encoding="utf-8")
    form = load(copied, language="it")
    assert form.key_digest == own.key_digest and str(form.ref).startswith(
        "scii-12 0.3.0 (it, draft translation)"
    )


# ---- results ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answers() -> Any:
    return simulate("scii-12", 60, rng=8).answers[list(load("scii-12").item_ids)]


def test_results_say_language_text_and_how_far_it_is_translated(answers):
    form = load("scii-12", language="de", variant="feminine")
    assert str(form.ref) == "scii-12 0.3.0 (de feminine, forward translation), DRAFT: not validated"
    scores = score(form, answers)
    document = json.loads(scores.to_json())["instrument"]
    assert (document["language"], document["translation"]) == ("de", "forward")
    assert document["variant"] == "feminine"
    assert document["text_digest"] == form.text_digest
    for result in (
        scores,
        scores.summary(),
        score(form, answers.iloc[0].to_dict()),
        item_moments(form, answers),
    ):
        assert "(de feminine, forward translation)" in repr(result)
        again = type(result).from_json(result.to_json())  # the form is found by language and variant
        assert json.loads(again.to_json()) == json.loads(result.to_json())
    assert load("scii-12").ref.to_dict()["language"] == "en"


def test_documents_from_before_the_language_was_recorded_are_read(answers):
    for result in (
        score("scii-12", answers),
        score("scii-12", answers).summary(),
        item_moments("scii-12", answers),
    ):
        document = json.loads(result.to_json())
        for name in ("language", "translation", "pooled", "text_digest"):
            del document["instrument"][name]
        again = type(result).from_dict(document)
        assert (
            again.instrument == result.instrument if not isinstance(result, ItemMoments) else again == result
        )
        document["instrument"]["digest"] = "0" * 64
        if isinstance(result, ItemMoments):
            with pytest.raises(DocumentError):
                type(result).from_dict(document)


def test_the_text_digest_is_of_what_people_see():
    form = load("scii-12")
    assert form.with_missing_rule(MissingRule(proportion=1)).text_digest == form.text_digest
    assert form.model_copy(update={"title": "Other"}).text_digest == form.text_digest
    assert form.model_copy(update={"items": form.items[::-1]}).text_digest == form.text_digest
    assert form.model_copy(update={"instructions": "Answer."}).text_digest != form.text_digest
    assert form.model_copy(update={"language": "en-GB"}).text_digest != form.text_digest
    assert form.with_texts({"tru01": "I trust."}).text_digest != form.text_digest
    assert load_bank("trust").text_digest != load_bank("caring").text_digest


def test_a_translated_instrument_is_written_and_read_with_its_key(tmp_path):
    form = load("scii-24", language="fr")
    for path, text in ((tmp_path / "f.toml", form.to_toml()), (tmp_path / "f.json", form.to_json())):
        path.write_text(text, encoding="utf-8")
        again = scales.load_file(path)
        assert again == form and again.key_digest == load("scii-24").key_digest
    strict = form.with_missing_rule(MissingRule(proportion=1))
    assert strict.key_digest == load("scii-24").with_missing_rule(MissingRule(proportion=1)).key_digest
    assert strict.key_digest != form.key_digest


def test_languages_are_pooled_on_purpose_and_with_a_warning(answers):
    english, german, french = load("scii-12"), load("scii-12", language="de"), load("scii-12", language="fr")
    parts = [item_moments(form, answers[i::3]) for i, form in enumerate((english, german, french))]
    with pytest.warns(LanguagesPooledWarning, match="scii-12: answers in de neutral and en are taken"):
        two = parts[0] + parts[1]
    with pytest.warns(LanguagesPooledWarning, match="de neutral and en and fr neutral"):
        whole = two + parts[2]
    pooled = quiet_pool(french, german, english)
    assert whole == item_moments(pooled, answers) and whole.instrument == pooled
    assert str(pooled.ref) == "scii-12 0.3.0 (de neutral and en and fr neutral pooled), DRAFT: not validated"
    assert pooled.key_digest == english.key_digest and pooled.item("tru01").text is None
    assert quiet_pool(quiet_pool(english, german), french) == pooled == quiet_pool(french, german, english)
    one = item_moments("scii-12", answers)
    alphas = [
        {s.scale: s.alpha.estimate for s in reliability_report(m.instrument, m).scales} for m in (whole, one)
    ]
    assert alphas[0] == alphas[1]
    assert ItemMoments.from_json(whole.to_json(), instrument=pooled) == whole
    assert score(pooled, answers)["total"].tolist() == score(english, answers)["total"].tolist()
    with pytest.raises(scales.InvalidResponsesError):  # options are called differently in each language
        score(pooled, dict.fromkeys(pooled.item_ids, "Agree"))
    assert scales.load_file.__doc__ and Instrument.model_validate(pooled.to_dict()) == pooled


def test_summaries_of_two_languages_say_how_they_are_taken_together(answers):
    one, other = (score(load("scii-12", language=tag), answers).summary() for tag in ("en", "de"))
    with pytest.raises(ValueError, match="pool_languages"):
        _ = one + other


def test_what_differs_in_more_than_language_is_not_pooled(answers):
    german = load("scii-12", language="de")
    strict = load("scii-12").with_missing_rule(MissingRule(proportion=1))
    for other in (strict, load("scii-24"), load("scii-12", version="0.1.0")):
        with pytest.raises(InstrumentError, match="differ in more than language"):
            pool_languages(german, other)
    with pytest.raises(EstimationError, match="do not add up"):
        _ = item_moments(german, answers) + item_moments(strict, answers)
    assert pool_languages(german, german) is german
    with pytest.raises(InstrumentError, match="in several languages"):
        pool_languages()


def as_tested(form: Instrument) -> Instrument:
    assert form.translation is not None
    finding = Finding(
        step="invariance", statistic="CFI change", value=0.002, sample="900 persons", source="a study"
    )
    return form.model_copy(
        update={
            "translation": form.translation.model_copy(update={"status": "invariance-tested"}),
            "evidence": form.evidence.model_copy(update={"findings": (finding,)}),
        }
    )


def test_no_warning_once_invariance_is_recorded():
    german, french = load("scii-12", language="de"), load("scii-12", language="fr")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pool_languages(load("scii-12"), as_tested(german)).language == "mul"
    with pytest.warns(LanguagesPooledWarning):
        pool_languages(load("scii-12"), as_tested(german), french)
    with pytest.raises(
        InstrumentError if False else ValueError, match="needs a finding of step 'invariance'"
    ):
        german.model_copy(
            update={"translation": german.translation.model_copy(update={"status": "invariance-tested"})}
        )


def test_scores_before_and_after_in_two_languages_come_with_a_warning(answers):
    english, german = load("scii-12"), load("scii-12", language="de")
    before, after = score(english, answers), score(german, answers)
    with pytest.warns(LanguagesPooledWarning):
        scales.reliability.reliable_change(before, after, scale="total", reliability=0.9)


def test_norms_of_one_language_are_not_those_of_another(answers):
    english, german = load("scii-12"), load("scii-12", language="de")
    ours = Norm.from_scores(score(english, answers), sample="English", scales="total")
    theirs = Norm.from_scores(score(german, answers), sample="German", scales="total")
    assert (ours[0].language, theirs[0].language) == (None, "de")
    assert score(german, answers).standardize(theirs).norms["total"] == theirs[0]
    for form, norms in ((german, ours), (english, theirs)):
        with pytest.raises(NoNormsError, match="was made from answers in"):
            score(form, answers).standardize(norms)
        with pytest.raises(InstrumentError, match="was made from answers in"):
            form.with_norms(norms)


MEANT = ", and no study has shown that scores mean the same in both"
READ = "both read numbers, and labels in their own language only"


def test_a_translation_asks_what_its_source_asks():
    english, german, french = (load("scii-24", language=tag) for tag in ("en", "de", "fr"))
    for old, new in ((english, german), (german, english), (german, french)):
        found = compare(old, new)
        assert (found.verdict, found.reasons, found.reworded, found.answered) == ("rescorable", (), (), ())
        how = (
            f"the old asks in {old.language}, the new in {new.language}, in a translation of the same wording"
        )
        assert found.translated == f"{how}: {READ}{MEANT}"
        assert str(found).splitlines() == [
            f"{old.ref.named} to {new.ref.named}: rescorable (answers to the old can be scored by the new, "
            "and scores may differ)",
            f"  {found.translated}",
        ]
    assert (
        compare(english, as_tested(german)).translated
        == f"{how.replace('de', 'en').replace('fr', 'de')}: {READ}"
    )
    strict = german.with_missing_rule(MissingRule(proportion=1))
    assert compare(english, strict).verdict == "rescorable"
    assert compare(german, german).verdict == "same" and compare(german, german).translated is None
    shorter = german.without_items(["tru01"], new_id="shorter", version="1")
    found = compare(english, shorter)
    assert (found.verdict, found.dropped) == ("rescorable", ("tru01",))
    assert (compare(shorter, english).verdict, compare(shorter, english).added) == ("blocked", ("tru01",))


def test_variants_of_one_translation_ask_the_same():
    neutral, feminine = (load("scii-24", language="de", variant=variant) for variant in VARIANTS["de"][:2])
    found = compare(neutral, feminine)
    assert (found.verdict, found.reworded) == ("rescorable", ())
    assert found.translated == "the old asks in the variant neutral, the new in feminine, of one translation"
    corrected = feminine.model_copy(
        update={"translation": feminine.translation.model_copy(update={"revision": 2})}
    )
    assert (
        compare(neutral, corrected).verdict == "blocked" and "tru01" in compare(neutral, corrected).reworded
    )
    laid_over = neutral.with_texts({"mut07": "Wir hören einander zu."})
    assert compare(neutral, laid_over).reasons == ("reworded: mut07",)


def test_a_translation_of_another_wording_asks_something_else():
    german = load("scii-24", language="de")
    found = compare(load("scii-24", version="0.2.0"), german)
    assert (found.verdict, found.reworded, found.translated) == ("blocked", (), None)
    assert found.reasons[:2] == (
        "the old asks in the language en, the new in de",
        "neither wording is a translation of the other, or of the same original",
    )
    assert found.added == compare(load("scii-24", version="0.2.0"), "scii-24").added
    # the key is the same, and what was translated is not
    reworded = load("scii-24").with_texts({"tru01": "I trust."})
    assert reworded.key_digest == german.key_digest
    assert compare(reworded, german).verdict == compare(german, reworded).verdict == "blocked"


def test_a_pool_reads_answers_in_what_it_pools():
    english, german, french = (load("scii-12", language=tag) for tag in ("en", "de", "fr"))
    two, three = quiet_pool(english, german), quiet_pool(english, german, french)
    found = compare(german, two)
    assert found.verdict == compare(two, three).verdict == "rescorable"
    told = "the new reads answers in de and en together, and the old asks in one of these"
    assert found.translated == f"{told}: {READ}{MEANT}"
    assert compare(two, two).verdict == "same"
    for old, new in ((french, two), (two, german), (three, two)):
        assert compare(old, new).verdict == "blocked"
        assert compare(old, new).reasons[0].startswith("the old asks in the language")


# ---- wording of one's own ---------------------------------------------------------------------------------


def test_own_wording_in_another_language_is_a_draft_without_norms():
    csi = load("csi-4")
    assert csi.cutoffs and csi.evidence.status != "draft"
    texts = {name: f"Frage {name}" for name in csi.item_ids}
    labelled = [item for item in csi.items if item.response_scale.labels]
    labels = {i.id: {value: f"Stufe {value}" for value, _ in i.response_scale.labels} for i in labelled}
    worded = csi.with_texts(texts, labels=labels, language="DE")
    assert (worded.language, worded.evidence.status, worded.norms, worded.cutoffs) == ("de", "draft", (), ())
    assert worded.translation is not None and worded.translation.status == "draft"
    assert str(worded.ref).startswith(f"csi-4 {csi.version} (de, draft translation), DRAFT")
    assert worded.key_digest == csi.key_digest and worded.evidence.findings == ()
    same = csi.with_texts(texts)
    assert (same.language, same.evidence, same.cutoffs) == (csi.language, csi.evidence, csi.cutoffs)
    assert load("scii-12").with_texts({"tru01": "I trust."}, language="en").translation is None


def test_own_wording_in_another_language_is_whole_or_refused():
    short = load("scii-12")
    texts = {name: f"Frage {name}" for name in short.item_ids}
    with pytest.raises(InstrumentError, match=r"no wording in de for tru01"):
        short.with_texts({n: t for n, t in texts.items() if n != "tru01"}, language="de")
    with pytest.raises(InstrumentError, match=r"no labels in de for tru01, kno06"):
        short.with_texts(texts, language="de")
    with pytest.raises(InstrumentError, match="BCP 47"):
        short.with_texts(texts, language="Deutsch")
    points = {n: f"Stufe {n}" for n in range(1, 8)}
    worded = short.with_texts(texts, labels=dict.fromkeys(texts, points), language="de")
    assert worded.instructions is None and worded.key_digest == short.key_digest


# ---- what is shown ----------------------------------------------------------------------------------------


def test_the_catalogue_tells_languages_and_how_far_they_have_come():
    catalogue = available()
    entry = next(entry for entry in catalogue if entry.id == "scii-24")
    assert entry.languages == ("en", "de", "es", "fr")
    assert dict(entry.translations) == dict.fromkeys(LANGUAGES, "forward")
    assert next(entry for entry in catalogue if entry.id == "scii-48").languages == ("en",)
    for text in (repr(catalogue), catalogue._repr_html_()):
        assert "de, es, fr (forward translation): scii-12, scii-24" in text


def test_the_command_line_shows_and_scores_languages(tmp_path, answers):
    def run(*words: str) -> str:
        done = CliRunner().invoke(app, [*words])
        assert done.exit_code == 0, done.output
        return " ".join(done.output.split())

    assert "de, es, fr (forward translation): scii-12, scii-24" in run("list")
    assert "de (forward translation; variants neutral, feminine, masculine)" in run("show", "scii-24")
    german = run("show", "scii-24", "--language", "de", "--variant", "masculine")
    assert "scii-24 0.3.0 (de masculine, forward translation), DRAFT" in german and "meinem Partner" in german
    labels = dict(load("scii-12", language="de").item("tru01").response_scale.labels)
    file = tmp_path / "answers.csv"
    answers.map(lambda value: labels[int(value)]).to_csv(file, index=False)
    told = run("score", str(file), "-i", "scii-12", "--language", "de")
    assert "(de neutral, forward translation)" in told


def test_rules_for_english_sentences_are_not_applied():
    report = scales.check_bank(load("scii-24", language="de"))
    # the keys of facets are the same in every language
    assert {finding.rule for finding in report.findings} == {"language", "facet-keying"}
    assert "rules for English sentences were not applied" in str(report)
