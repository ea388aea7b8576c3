"""The shipped items, forms and keys obey what the project promises about them."""

from __future__ import annotations

import difflib
import math
import re
from collections import Counter
from itertools import combinations, pairwise

import pytest

from intimacy_scales import Instrument, ItemBank, compare, load, load_bank, score
from intimacy_scales.instrument.loading import load_shipped, shipped_banks, shipped_ids
from tests.shared.instruments import keys_of

# bank → the beginning of its item ids
PREFIXES = {
    "trust": "tru", "knowledge": "kno", "mutuality": "mut",
    "commitment": "com", "caring": "car", "interdependence": "int",
}  # fmt: skip
SIX = tuple(PREFIXES)
COMPANIONS = tuple(name for name in shipped_banks() if name not in SIX)
SELF_FORMS = {
    "scii-48": 8,
    "scii-24": 4,
    "scii-12": 2,
    "scii-daily": 3,
    "scii-daily-quick": 1,
}  # items a scale
DAILY_FORMS = tuple(name for name in SELF_FORMS if "daily" in name)
PARTNER_FORMS = {"scii-48-partner": "scii-48", "scii-24-partner": "scii-24"}
OWN_FORMS = (*SELF_FORMS, *PARTNER_FORMS)
BOTH_WORDINGS = ("scii-48", "scii-24", "foundations", "satisfaction", "practices", "barriers")
# what a partner wording of the six says that the partner does: what somebody feels or thinks, which no one
# else can look at; what one knows or does is a fact that both can see
INNER = (
    "feels", "fears", "worries", "dreads", "doubts", "trusts", "counts on", "finds me", "finds it",
    "is puzzled", "is glad", "sees", "pictures", "thinks",
)  # fmt: skip
TAKE_CARE = ("barriers", "wellbeing", "closeness-kinds")
AGREE = (
    "Strongly disagree", "Disagree", "Slightly disagree", "Neither agree nor disagree",
    "Slightly agree", "Agree", "Strongly agree",
)  # fmt: skip


@pytest.fixture(params=SIX)
def bank(request: pytest.FixtureRequest) -> ItemBank:
    """Each of the six banks."""
    return load_bank(request.param)


@pytest.fixture(params=OWN_FORMS)
def form(request: pytest.FixtureRequest) -> Instrument:
    """Each of the project's own forms."""
    return load(request.param)


def wordings() -> dict[str, str]:
    """Every sentence that a person may be shown, by where it stands."""
    found = {}
    for name in (*SIX, *COMPANIONS):
        for item in load_bank(name).items:
            for field in ("text", "partner_text", "daily_text"):
                sentence = getattr(item, field)
                if sentence is not None:
                    found[f"{item.id}.{field}"] = sentence
    return found


def words(sentence: str) -> list[str]:
    return re.findall(r"[a-z']+", sentence.lower().replace("\u2019", "'"))


def offenders(forbidden: str) -> dict[str, str]:
    """Sentences with one of the forbidden words (an ending in * stands for any ending)."""
    pattern = re.compile(rf"\b({'|'.join(forbidden.split())})\b".replace("*", r"\w*"))
    return {where: text for where, text in wordings().items() if pattern.search(" ".join(words(text)))}


def reversed_items(form: Instrument, scale: str) -> list[str]:
    return [key.item for key in form.scale(scale).keys if key.reverse]


# ---------------------------------------------------------------- the six banks


def test_a_bank_has_four_facets_of_three_to_five_items(bank: ItemBank):
    facets = {facet.id for facet in bank.facets}
    assert len(bank.facets) == len(facets) == 4
    items = Counter(item.facet for item in bank.items)
    reverse = Counter(item.facet for item in bank.items if item.keyed == "-")
    assert items.keys() == reverse.keys() == facets
    assert set(items.values()) <= {3, 4, 5}
    assert all(reverse[facet] <= items[facet] / 2 for facet in facets), "and at most half of them"
    assert all(facet.title and facet.description for facet in bank.facets)


def test_item_ids_are_the_banks_letters_and_two_digits_in_order(bank: ItemBank):
    numbers = range(1, len(bank.items) + 1)
    assert [item.id for item in bank.items] == [f"{PREFIXES[bank.id]}{n:02}" for n in numbers]


def test_every_item_is_worded_about_oneself_and_about_the_partner(bank: ItemBank):
    for item in bank.items:
        assert item.text
        assert item.partner_text
        assert item.text != item.partner_text


def test_answers_go_from_1_to_7_with_every_point_labelled(bank: ItemBank):
    for item in bank.items:
        assert tuple(item.response_scale.label(value) for value in range(1, 8)) == AGREE
        assert item.response_scale.values == (1, 2, 3, 4, 5, 6, 7)


def test_a_bank_is_an_open_draft_in_english(bank: ItemBank):
    assert (bank.evidence.status, bank.language) == ("draft", "en")
    assert bank.evidence.sources == ()
    assert bank.license is not None
    assert bank.license.name == "CC-BY-4.0"


def test_all_88_items_differ():
    texts = [item.text for name in SIX for item in load_bank(name).items]
    assert len(texts) == 88
    near = [
        (one, two)
        for one, two in combinations(texts, 2)
        if difflib.SequenceMatcher(None, one.lower(), two.lower()).ratio() >= 0.85
    ]
    assert near == []


# ---------------------------------------------------------------- how items are worded


def test_the_search_for_words_finds_words():
    assert offenders("partner").keys() >= {"tru01.text", "tru01.partner_text"}
    assert "tru04.daily_text" in offenders("tod*")
    assert offenders("artner") == {}


def test_no_sentence_has_more_than_16_words():
    assert {where: text for where, text in wordings().items() if len(text.split()) > 16} == {}


@pytest.mark.parametrize(
    ("rule", "forbidden"),
    [
        ("two ideas in one", "and or nor"),
        ("always and never", "always never every* constantly forever"),
        ("negations", r"not cannot \w+n't no none nobody nothing neither"),
        ("marriage", "husband* wife wives marri* spouse* wedding* fianc* engaged"),
        ("gender", "he she him her his hers man men woman women boyfriend* girlfriend*"),
        ("living together", "household live lives living home house roof"),
        ("children", "kid kids child* son sons daughter* parent* mother* father* family"),
        ("religion", "god* pray* church faith* bless* sacred relig*"),
    ],
)  # fmt: skip
def test_no_sentence_assumes_or_joins_or_negates(rule, forbidden):
    assert offenders(forbidden) == {}, rule


def test_only_the_facet_of_sex_speaks_of_it():
    sexual = {f"{item.id}.text" for item in load_bank("closeness-kinds").items if item.facet == "sexual"}
    found = offenders("sex* bed naked").keys()
    assert found
    assert found <= sexual


def test_sentences_are_sentences():
    for where, text in wordings().items():
        assert re.fullmatch(r"[A-Z][^.!?]*\.", text), (where, text)
        assert "  " not in text, (where, text)
        assert text.isascii(), (where, text)


def test_items_speak_in_the_first_person():
    for where, text in wordings().items():
        assert {"i", "me", "my", "we", "us", "our"} & set(words(text)), (where, text)
        if where.endswith((".text", ".daily_text")) and where != "mut05.text":  # of both alike: "we both"
            assert {"i", "me", "my"} & set(words(text)), (where, text)


def test_partner_wordings_are_statements_about_the_partner():
    for where, text in wordings().items():
        if where.endswith(".partner_text"):
            assert re.search(r"\b[Mm]y partner\b", text), (where, text)
            assert "I feel that my partner" not in text, (where, text)


def test_partner_wordings_tell_feelings_and_thoughts(bank: ItemBank):
    for item in bank.items:
        assert re.match(rf"My partner ({'|'.join(INNER)})\b", item.partner_text or ""), item


def test_every_verb_that_is_allowed_of_the_partner_occurs():
    texts = [item.partner_text or "" for name in SIX for item in load_bank(name).items]
    assert [verb for verb in INNER if not any(text.startswith(f"My partner {verb} ") for text in texts)] == []


@pytest.mark.parametrize("name", COMPANIONS)
def test_no_wording_of_a_companion_is_written_for_nobody(name):
    used: dict[str, set[str]] = {"self": set(), "partner": set(), "daily": set()}
    for form in map(load_shipped, shipped_ids()):
        used[form.wording] |= set(form.item_ids)
    fields = {"text": "self", "partner_text": "partner", "daily_text": "daily"}
    written = {
        (item.id, wording)
        for item in load_bank(name).items
        for field, wording in fields.items()
        if getattr(item, field) is not None
    }
    assert written
    assert {(item, wording) for item, wording in written if item not in used[wording]} == set()


def test_daily_wordings_speak_of_today():
    daily = {where: text for where, text in wordings().items() if where.endswith(".daily_text")}
    assert {where.split(".")[0] for where in daily} == set(load("scii-daily").item_ids)
    assert all("today" in words(text) for text in daily.values())
    assert not any("today" in words(text) for where, text in wordings().items() if where not in daily)


# ---------------------------------------------------------------- the forms


def test_a_form_has_so_many_items_for_each_of_six_scales(form: Instrument):
    a_scale = SELF_FORMS[PARTNER_FORMS.get(form.id, form.id)]
    assert form.scale_ids == (*SIX, "total")
    assert {name: len(items) for name, items in keys_of(form).items()} == dict.fromkeys(SIX, a_scale)
    assert len(form.items) == 6 * a_scale
    keyed = [key.item for scale in form.scales for key in scale.keys]
    assert sorted(keyed) == sorted(form.item_ids), "every item scored exactly once"


def test_forms_key_items_as_their_banks_do(form: Instrument):
    for name in SIX:
        bank = load_bank(name)
        for key in form.scale(name).keys:
            assert key.reverse == (bank.item(key.item).keyed == "-"), key
            assert form.item(key.item).facet == bank.item(key.item).facet


def test_no_two_items_in_a_row_are_from_one_scale(form: Instrument):
    scale_of = {key.item: scale.id for scale in form.scales for key in scale.keys}
    order = [scale_of[item] for item in form.item_ids]
    assert [pair for pair in pairwise(order) if pair[0] == pair[1]] == []


def test_missing_rules_of_scales_and_total(form: Instrument):
    for name in SIX:
        scale = form.scale(name)
        assert scale.method == "mean"
        assert scale.required == math.ceil(len(scale.keys) / 2)
    total = form.scale("total")
    assert (total.of, total.method, total.required) == (SIX, "mean", 6)


def test_a_form_is_an_open_draft_without_norms_or_cutoffs(form: Instrument):
    assert form.evidence.status == "draft"
    assert "not yet answered" in (form.evidence.note or "")
    assert (form.evidence.sources, form.norms, form.cutoffs, form.citations) == ((), (), (), ())
    assert form.license is not None
    assert form.license.name == "CC-BY-4.0"
    assert form.language == "en"
    assert form.instructions


@pytest.mark.parametrize(("shorter", "longer"), [("scii-12", "scii-24"), ("scii-24", "scii-48")])
def test_a_shorter_form_is_part_of_the_longer_one(shorter, longer):
    short, long = load(shorter), load(longer)
    for name in SIX:
        assert set(keys_of(short)[name]) < set(keys_of(long)[name])
    for item in short.items:
        assert item == long.item(item.id)


@pytest.mark.parametrize(
    ("form_id", "a_scale"),
    [
        ("scii-48", dict.fromkeys(SIX, 2)),
        ("scii-24", dict.fromkeys(SIX, 1)),
        ("scii-12", dict.fromkeys(SIX, 0) | {"knowledge": 1, "mutuality": 1, "commitment": 1}),
        ("scii-daily", dict.fromkeys(SIX, 1)),
        ("scii-daily-quick", dict.fromkeys(SIX, 0)),
    ],
)
def test_forms_have_so_many_reverse_keyed_items_in_each_scale(form_id, a_scale):
    assert {name: len(reversed_items(load(form_id), name)) for name in SIX} == a_scale


@pytest.mark.parametrize(("form_id", "a_facet"), [("scii-48", 2), ("scii-24", 1)])
def test_the_longer_forms_cover_every_facet_alike(form_id, a_facet):
    form = load(form_id)
    for name in SIX:
        found = Counter(form.item(key.item).facet for key in form.scale(name).keys)
        assert found == dict.fromkeys((facet.id for facet in load_bank(name).facets), a_facet)


def test_no_facet_has_reverse_keyed_items_alone():
    form = load("scii-48")
    for name in SIX:
        plain = {form.item(key.item).facet for key in form.scale(name).keys if not key.reverse}
        assert plain == {facet.id for facet in load_bank(name).facets}


@pytest.mark.parametrize("name", ["scii-12", "scii-24", "scii-48", *PARTNER_FORMS])
def test_whoever_agrees_with_everything_is_not_a_close_couple(name):
    form = load(name)
    low, high = form.one_option_scores["total"]
    ticked = {end: score(form, dict.fromkeys(form.item_ids, end)).scores["total"] for end in (1, 7)}
    assert ticked == {1: pytest.approx(low), 7: pytest.approx(high)}
    assert high <= 5.5
    assert low >= 2.5


@pytest.mark.parametrize("name", ["scii-48", "scii-24", "scii-12"])
def test_self_forms_use_the_self_wording_and_its_response_scale(name):
    form = load(name)
    texts = {item.id: item.text for bank in SIX for item in load_bank(bank).items}
    assert form.wording == "self"
    for item in form.items:
        assert item.text == texts[item.id]
        assert tuple(item.response_scale.label(value) for value in item.response_scale.values) == AGREE


@pytest.mark.parametrize(("partner", "own"), PARTNER_FORMS.items())
def test_partner_forms_ask_the_same_items_about_the_partner(partner, own):
    about_partner, about_self = load(partner), load(own)
    texts = {item.id: item.partner_text for bank in SIX for item in load_bank(bank).items}
    assert about_partner.wording == "partner"
    assert about_partner.item_ids == about_self.item_ids
    assert keys_of(about_partner) == keys_of(about_self)
    for item, same in zip(about_partner.items, about_self.items, strict=True):
        assert item.text == texts[item.id] != same.text
        assert item.response_scale == same.response_scale
    assert "your partner" in (about_partner.instructions or "")


@pytest.mark.parametrize("own", BOTH_WORDINGS)
def test_counterparts_ask_the_same_items_and_their_answers_are_kept_apart(own):
    about_self, about_partner = load(own), load(f"{own}-partner")
    assert (about_self.counterpart, about_partner.counterpart) == (about_partner.id, about_self.id)
    assert (about_self.wording, about_partner.wording) == ("self", "partner")
    items = [name for name in about_self.item_ids if about_self.item(name).facet != "past-wounds"]
    assert sorted(about_partner.item_ids) == sorted(items)
    assert all(keys_of(about_self)[scale] == keys for scale, keys in keys_of(about_partner).items())
    for old, new in ((about_self, about_partner), (about_partner, about_self)):
        found = compare(old, new)
        assert found.verdict == "blocked"
        assert f"asks in the wording {old.wording}, the new in {new.wording}" in found.reasons[0]


def test_only_these_forms_have_a_counterpart():
    named = {form.id for form in map(load_shipped, shipped_ids()) if form.counterpart is not None}
    assert named == {f"{own}{ending}" for own in BOTH_WORDINGS for ending in ("", "-partner")}
    partner = {form.id for form in map(load_shipped, shipped_ids()) if form.wording == "partner"}
    assert partner == {f"{own}-partner" for own in BOTH_WORDINGS}


def test_what_may_hurt_says_what_to_take_care_of():
    careful = {form.id for form in map(load_shipped, shipped_ids()) if form.safety}
    assert careful == {*TAKE_CARE, *(f"{own}-partner" for own in BOTH_WORDINGS)}
    for name in TAKE_CARE:
        assert "not show these answers to the partner" in (load(name).safety or "")
    for own in BOTH_WORDINGS:
        assert "Each partner answers alone." in (load(f"{own}-partner").safety or "")


@pytest.mark.parametrize("name", DAILY_FORMS)
def test_a_daily_form_asks_about_today_from_0_to_100(name):
    daily = load(name)
    texts = {item.id: item.daily_text for bank in SIX for item in load_bank(bank).items}
    assert daily.wording == "daily"
    assert [item.text for item in daily.items] == [texts[item.id] for item in daily.items]
    assert None not in {item.text for item in daily.items}
    for item in daily.items:
        scale = item.response_scale
        assert (scale.minimum, scale.maximum, scale.step) == (0, 100, 1)
        assert scale.label(0)
        assert scale.label(100)
    assert "today" in (daily.instructions or "").lower()
