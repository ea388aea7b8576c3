"""Response scales, missing rules, scales and instruments: what they hold and what they refuse."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import (
    Instrument,
    InstrumentError,
    MissingRule,
    ResponseScale,
    Scale,
    UnknownInstrumentError,
    available,
    load,
    load_bank,
)
from intimacy_scales.instrument import ItemKey
from tests.shared.strategies import instruments

unhurried = settings(deadline=None, max_examples=60)
SCHEMA = jsonschema.Draft202012Validator(
    Instrument.json_schema()
)  # made once: it takes longer than the tests


def document(**changes: Any) -> dict[str, Any]:
    """A small instrument in the layout of files; a change to None takes a field away."""
    whole = {
        "id": "mood",
        "version": "1",
        "title": "Mood",
        "response_scale": {"minimum": 1, "maximum": 5},
        "items": [{"id": "a"}, {"id": "b"}],
        "scales": [{"id": "s", "items": ["a", "-b"]}],
        **changes,
    }
    return {field: value for field, value in whole.items() if value is not None}


def instrument(**changes: Any) -> Instrument:
    return Instrument.model_validate(document(**changes))


def through_files(original: Instrument) -> list[Instrument]:
    """What comes back from a TOML and from a JSON file."""
    with tempfile.TemporaryDirectory() as folder:
        toml, as_json = Path(folder, "copy.toml"), Path(folder, "copy.json")
        toml.write_bytes(original.to_toml().encode())
        as_json.write_bytes(original.to_json().encode())
        return [load(toml), load(as_json)]


# ---------------------------------------------------------------- response scales


@pytest.mark.parametrize(
    ("minimum", "maximum", "step", "values"),
    [
        (1, 7, 1, (1, 2, 3, 4, 5, 6, 7)),
        (0, 1, 0.1, (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)),
        (0.1, 0.7, 0.2, (0.1, 0.3, 0.5, 0.7)),
        (-3, 3, 2, (-3, -1, 1, 3)),
        (0, 100, 25, (0, 25, 50, 75, 100)),
    ],
)
def test_points_are_the_decimals_that_were_written(minimum, maximum, step, values):
    scale = ResponseScale(minimum=minimum, maximum=maximum, step=step)
    assert (scale.values, scale.n_points) == (values, len(values))


def test_whole_floats_are_the_same_content_as_whole_numbers():
    one = ResponseScale(minimum=1.0, maximum=5.0, step=1.0, labels={"1.0": "Low", 5.0: "High"})
    assert one == ResponseScale(minimum=1, maximum=5, labels={1: "Low", "5": "High"})
    assert all(type(value) is int for value in (one.minimum, one.maximum, one.step, *one.values))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"minimum": 6}, "not below"), ({"minimum": 5}, "not below"),
        ({"step": 3}, "does not divide"), ({"step": 0.3}, "does not divide"),
        ({"step": 0}, "not above 0"), ({"step": -1}, "not above 0"),
        ({"minimum": 0, "maximum": 65_535}, "65536 points; at most 65535"), ({"step": 1e-9}, "at most 65535"),
        ({"minimum": True}, "True is not a number"), ({"minimum": "1"}, "'1' is not a number"),
        ({"maximum": math.inf}, "finite"), ({"minimum": -math.inf}, "finite"), ({"step": math.nan}, "finite"),
        ({"minimum": None}, "minimum"), ({"points": 5}, "points"),
        ({"labels": {6: "Six"}}, "given to 6"), ({"labels": {1.5: "Half"}}, "given to 1.5"),
        ({"labels": {"low": "Low"}}, "'low' is not a point"),
        ({"labels": {True: "Yes"}}, "True is not a point"),
        ({"labels": {1: "Often", 2: "  OFTEN "}}, "given to 1 and to 2"),
        ({"labels": {1: "Don't", 2: "don\u2019t"}}, "given to 1 and to 2"),
        ({"labels": {1: "2"}}, "as another number"), ({"labels": {1: " 9.5 "}}, "as another number"),
        ({"labels": {"1": "Low", "1.0": "High"}}, "label"),
        ({"labels": {1: ""}}, "label"), ({"labels": {1: " "}}, "label"),
        ({"missing_codes": [3]}, "missing code 3"), ({"missing_codes": [3.0]}, "missing code 3"),
        ({"missing_codes": ["3"]}, "missing code '3'"),
        ({"labels": {1: "No"}, "missing_codes": ["NO "]}, "missing code 'NO '"),
        ({"missing_codes": [True]}, "True is not a number"), ({"missing_codes": [math.nan]}, "missing_codes"),
    ],
    ids=str,
)  # fmt: skip
def test_a_faulty_response_scale_is_refused(fields, words):
    with pytest.raises(ValueError) as caught:
        ResponseScale(**{"minimum": 1, "maximum": 5, **fields})
    assert words in str(caught.value)


def test_labels_may_name_some_points_or_all():
    some = ResponseScale(minimum=1, maximum=5, labels={1: "Never", 5: "Always"})
    assert [some.label(value) for value in some.values] == ["Never", None, None, None, "Always"]
    numbered = ResponseScale(minimum=0, maximum=1, step=0.5, labels={0: "0", 0.5: "0.50", 1: "one"})
    assert numbered.label(0.5) == "0.50", "a label may repeat its own number"


def test_the_largest_scale_has_65535_points():
    assert ResponseScale(minimum=1, maximum=65_535).n_points == 65_535


def test_missing_codes_are_numbers_and_texts_off_the_points():
    scale = ResponseScale(minimum=1, maximum=5, missing_codes=[-99, 2.5, "prefer not to say"])
    assert scale.missing_codes == (-99, 2.5, "prefer not to say")


# ---------------------------------------------------------------- missing rules


@pytest.mark.parametrize(
    ("proportion", "n_items", "needed"),
    [
        (0.75, 3, 3), ("2/3", 3, 2), (0.1, 10, 1), (0.7, 10, 7), (0.07, 100, 7), (0.5, 5, 3),
        ("1/2", 8, 4), (1, 6, 6), (1.0, 6, 6), ("0.8", 5, 4), (Fraction(1, 3), 9, 3), (0.01, 3, 1),
    ],
)  # fmt: skip
def test_a_share_becomes_a_count_by_exact_rounding_up(proportion, n_items, needed):
    assert MissingRule(proportion=proportion).required(n_items) == needed


@unhurried
@given(share=st.integers(1, 1000), ninths=st.integers(1, 9), n_items=st.integers(1, 5000))
def test_the_count_is_the_ceiling_of_the_exact_product(share, ninths, n_items):
    # the smallest whole number that is not below the product, in whole numbers only
    for written in (f"{share}/1000", share / 1000, Fraction(share, 1000)):
        assert MissingRule(proportion=written).required(n_items) == -(-share * n_items // 1000)
    assert MissingRule(proportion=f"{ninths}/9").required(n_items) == -(-ninths * n_items // 9)


def test_a_count_is_a_count_whatever_the_number_of_items():
    assert [MissingRule(count=2).required(n) for n in (2, 3, 50)] == [2, 2, 2]


def test_the_same_share_written_differently_is_the_same_rule():
    assert MissingRule(proportion=0.5) == MissingRule(proportion="1/2") == MissingRule(proportion="0.50")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("1/2", "half"), (0.5, "half"), ("0.50", "half"), ("2/3", "2/3"), ("1/3", "1/3"), (0.75, "3/4"),
        (0.51, "51/100"), ("999/1000", "999/1000"), (1, "all"), (1.0, "all"), ("3/3", "all"),
    ],
)  # fmt: skip
def test_a_missing_rule_is_said_in_words(written, words):
    said = "all answered" if words == "all" else f"at least {words} answered"
    assert MissingRule(proportion=written).describe() == said


@given(st.fractions(min_value="1/1000", max_value=1, max_denominator=1000))
def test_only_a_half_is_called_half_and_only_the_whole_all(share):
    said = MissingRule(proportion=share).describe()
    assert ("half" in said, said.startswith("all")) == (share == Fraction(1, 2), share == 1)
    assert (str(share) in said) == (share not in (Fraction(1, 2), 1))
    assert MissingRule(count=share.denominator).describe() == f"at least {share.denominator} answered"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "1 to 5"), ({"step": 0.5}, "1 to 5 in steps of 0.5"), ({"step": 2}, "1 to 5 in steps of 2"),
        ({"labels": {1: "Low"}}, "1 to 5 or a label"),
        ({"minimum": 0, "step": 0.5, "labels": {5: "High"}}, "0 to 5 in steps of 0.5 or a label"),
    ],
    ids=str,
)  # fmt: skip
def test_a_response_scale_says_what_it_allows(fields, words):
    assert ResponseScale(**{"minimum": 1, "maximum": 5, **fields}).describe() == words


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"count": 2, "proportion": 0.5}, {"count": 0}, {"count": -1}, {"count": 1.5}, {"count": True},
        {"count": "2"}, {"proportion": 0}, {"proportion": -0.5}, {"proportion": 1.01}, {"proportion": 50},
        {"proportion": "50%"}, {"proportion": "half"}, {"proportion": "1/0"}, {"proportion": True},
        {"proportion": math.nan}, {"proportion": math.inf}, {"proportion": "nan"}, {"share": 0.5},
        {"count": 1, "prorated": "yes"}, {"proportion": "1e-1000000"},
    ],
    ids=str,
)  # fmt: skip
def test_a_faulty_missing_rule_is_refused(fields):
    with pytest.raises(ValueError):
        MissingRule(**fields)


# ---------------------------------------------------------------- scales


def test_keys_follow_the_signs_in_order():
    scale = Scale(id="s", items=["b", "-a", "c-d"])
    assert scale.keys == (ItemKey("b", False), ItemKey("a", True), ItemKey("c-d", False))
    assert Scale(id="t", of=["s"]).keys == ()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"items": ["a", "b", "a"]}, "'a' is listed twice"), ({"items": ["-a", "-a"]}, "'a' is listed twice"),
        ({"items": ["a", "-a"]}, "opposite keys"), ({"of": ["t", "t"]}, "'t' is listed twice"),
        ({"items": ["a"], "of": ["t"]}, "either"), ({}, "either"), ({"items": []}, "either"),
        ({"of": ["-t"]}, "'-t' is not an id"), ({"items": "abc"}, "items"), ({"items": [""]}, "items"),
        ({"items": ["a", "b"], "missing": {"count": 3}}, "3 is more than the 2"),
        ({"of": ["t"], "missing": {"count": 2}}, "2 is more than the 1"),
        ({"items": ["a"], "method": "median"}, "method"), ({"items": ["a"], "weight": 2}, "weight"),
    ],
    ids=str,
)  # fmt: skip
def test_a_faulty_scale_is_refused(fields, words):
    with pytest.raises(ValueError) as caught:
        Scale(id="s", **fields)
    assert words in str(caught.value)


@pytest.mark.parametrize(("n_items", "needed"), [(1, 1), (2, 1), (3, 2), (7, 4), (8, 4)])
def test_the_default_missing_rules(n_items, needed):
    names = [f"x{n}" for n in range(n_items)]
    assert (Scale(id="s", items=names).required, Scale(id="s", of=names).required) == (needed, n_items)


# ---------------------------------------------------------------- instruments


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scales": [{"id": "s", "items": ["a", "z"]}]}, ["'s'", "'z'", "not an item"]),
        ({"scales": [{"id": "s", "items": ["--a"]}]}, ["'s'", "'-a'", "not an item"]),
        ({"items": [{"id": "a"}, {"id": "b"}, {"id": "a"}]}, ["item id 'a'", "more than once"]),
        ({"scales": [{"id": "s", "items": ["a"]}, {"id": "s", "items": ["b"]}]}, ["scale id 's'"]),
        ({"scales": [{"id": "s", "of": ["s"]}]}, ["composed of itself", "s → s"]),
        ({"scales": [{"id": x, "of": [y]} for x, y in ("st", "tu", "us")]}, ["itself", "s → t → u → s"]),
        ({"scales": [{"id": "s", "of": ["t"]}]}, ["'s'", "'t'", "not a scale"]),
        ({"scales": [{"id": "s", "of": ["a"]}]}, ["'a'", "not a scale"]),
        ({"items": []}, ["items"]), ({"scales": []}, ["scales"]), ({"colour": "blue"}, ["colour"]),
        ({"id": "two words"}, ["'two words' is not an id"]), ({"response_scale": None}, ["response_scale"]),
        ({"norms": [{"scale": "z", "sample": "all", "mean": 3, "sd": 1}]}, ["norm", "'z'"]),
        ({"cutoffs": [{"scale": "z", "below": 3, "meaning": "low", "source": "x"}]}, ["cutoff", "'z'"]),
        ({"response_scale": None, "items": [
            {"id": x, "response_scale": {"id": "agree", "minimum": 1, "maximum": top}}
            for x, top in (("a", 5), ("b", 7))]}, ["'agree' is used for two"]),
    ],
    ids=str,
)  # fmt: skip
def test_a_faulty_instrument_is_refused(changes, words):
    with pytest.raises(ValueError) as caught:
        instrument(**changes)
    assert [word for word in words if word not in str(caught.value)] == []


def test_an_item_may_serve_several_scales_with_different_keys_or_none():
    scales = [{"id": "s", "items": ["a", "b"]}, {"id": "t", "items": ["-a"]}]
    mood = instrument(items=[{"id": "a"}, {"id": "b"}, {"id": "note"}], scales=scales)
    assert (mood.scale("s").keys[0], mood.scale("t").keys[0]) == (ItemKey("a", False), ItemKey("a", True))
    assert mood.item_ids == ("a", "b", "note")


def test_items_of_one_scale_may_have_different_response_scales():
    mood = instrument(
        response_scale="agree",
        response_scales={"agree": {"minimum": 1, "maximum": 5}, "often": {"minimum": 0, "maximum": 3}},
        items=[{"id": "a"}, {"id": "b", "response_scale": "often"}],
    )
    assert [(i.response_scale.minimum, i.response_scale.maximum) for i in mood.items] == [(1, 5), (0, 3)]


def test_nothing_can_be_assigned():
    mood = instrument()
    for part, field in ((mood, "title"), (mood.items[0], "text"), (mood.scales[0], "items"), (mood, "new")):
        with pytest.raises(ValueError):
            setattr(part, field, "changed")
    assert (mood, mood.digest) == (instrument(), instrument().digest)


def test_a_copy_is_checked_like_any_other_instrument():
    mood = instrument()
    assert mood.model_copy(update={"title": "New"}) == instrument(title="New")
    assert mood.model_copy() == mood
    for update in ({"items": mood.items[:1]}, {"nope": 1}, {"id": "two words"}):
        with pytest.raises(ValueError):
            mood.model_copy(update=update)


def test_a_copied_scale_has_the_keys_of_its_own_items():
    original = instrument()
    copied = original.scales[0].model_copy(update={"items": ("-a", "b")})
    assert copied.keys == (ItemKey("a", True), ItemKey("b", False))
    mood = original.model_copy(update={"scales": (copied,)})
    assert mood.scales[0].keys == Instrument.model_validate(mood.to_dict()).scales[0].keys


def test_a_copied_response_scale_has_its_own_points():
    wide = instrument().items[0].response_scale.model_copy(update={"maximum": 7})
    assert wide.values == (1, 2, 3, 4, 5, 6, 7)


def test_another_missing_rule_is_another_instrument():
    mood = instrument(scales=[{"id": "s", "items": ["a", "-b"]}, {"id": "all", "of": ["s"]}])
    strict = mood.with_missing_rule(MissingRule(proportion=1))
    assert (mood.scale("s").required, strict.scale("s").required) == (1, 2)
    assert (strict.items, strict.scale("s").keys) == (mood.items, mood.scale("s").keys)
    assert strict.scale("all") == mood.scale("all")
    assert strict.digest != mood.digest
    with pytest.raises(ValueError, match="has 2 items, but count = 3 answers"):
        mood.with_missing_rule(MissingRule(count=3))


def test_parts_are_found_by_id():
    mood = instrument()
    assert (mood.item("b"), mood.scale("s")) == (mood.items[1], mood.scales[0])
    for find, known in ((mood.item, "a, b"), (mood.scale, "s")):
        with pytest.raises(UnknownInstrumentError, match=f"'zz'; it has {known}"):
            find("zz")


def test_a_long_chain_of_composites_does_not_crash(tmp_path):
    chain = [{"id": "s0", "items": ["a"]}, *({"id": f"s{n}", "of": [f"s{n - 1}"]} for n in range(1, 3000))]
    path = tmp_path / "chain.json"
    path.write_text(json.dumps(document(scales=chain)), encoding="utf-8")
    with contextlib.suppress(InstrumentError):  # too deep may be refused, in the library's own words
        assert len(load(path).scales) == 3000


def test_composites_that_share_their_parts_load_at_once(tmp_path):
    scales = [{"id": "p0", "items": ["a"]}, {"id": "q0", "items": ["b"]}]
    for n in range(1, 50):
        scales += [{"id": f"{x}{n}", "of": [f"p{n - 1}", f"q{n - 1}"]} for x in "pq"]
    path = tmp_path / "lattice.json"
    path.write_text(json.dumps(document(scales=scales)), encoding="utf-8")
    program = "import sys, intimacy_scales; print(len(intimacy_scales.load_file(sys.argv[1]).scales))"
    command = [sys.executable, "-c", program, str(path)]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except subprocess.TimeoutExpired:
        pytest.fail("100 scales are not checked within 30 seconds")
    assert run.stdout.strip() == "100", run.stderr


# ---------------------------------------------------------------- digest

CANONICAL = {
    "id": "mood",
    "version": "1",
    "title": "Mood ☀",
    "items": [
        {"id": "calm", "response_scale": {"minimum": 0, "maximum": 1, "step": 0.5, "labels": {"0": "No"}}},
        {"id": "tense", "text": "I am tense.", "response_scale": {"minimum": 1, "maximum": 5}},
    ],
    "scales": [{"id": "ease", "items": ["calm", "-tense"], "missing": {"proportion": "2/3"}}],
}
PINNED = "cd3ed9d76e02c75dee2fd9106ce2036c68a20c597c53705eab33bc7b1f5ca659"
IN_JSON = """{"scales": [{"missing": {"proportion": "2/3"}, "items": ["calm", "-tense"], "id": "ease"}],
 "items": [{"response_scale": {"step": 0.50, "labels": {"0.0": "No"}, "maximum": 1.0, "minimum": 0},
 "id": "calm"}, {"id": "tense", "text": "I am tense."}], "response_scale": {"minimum": 1.0, "maximum": 5e0},
 "title": "Mood \\u2600", "version": "1", "id": "mood"}"""
IN_TOML = """
id = "mood"
version = "1"
title = "Mood ☀"
response_scale = { maximum = 5, minimum = 1 }
items = [
    { id = "calm", response_scale = { minimum = 0, maximum = 1, step = 0.5, labels = { 0 = "No" } } },
    { id = "tense", text = "I am tense." },
]
scales = [{ id = "ease", method = "mean", items = ["calm", "-tense"], missing = { proportion = "4/6" } }]
"""


def test_the_digest_is_the_sha256_of_the_canonical_content():
    text = json.dumps(CANONICAL, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(text.encode("utf-8")).hexdigest() == PINNED
    assert Instrument.model_validate(CANONICAL).digest == PINNED


@pytest.mark.parametrize(("name", "text"), [("mood.json", IN_JSON), ("mood.toml", IN_TOML)])
def test_the_digest_does_not_depend_on_the_writing(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert load(path).digest == PINNED
    assert load(path) == Instrument.model_validate(CANONICAL)


def test_every_change_of_content_changes_the_digest():
    points, item, scale = {"minimum": 1, "maximum": 5}, {"id": "a"}, {"id": "s", "items": ["a", "-b"]}
    texts, sides = ("text", "facet", "partner_text", "daily_text"), ("below", "at_most", "above", "at_least")
    changes: list[dict[str, Any]] = [
        {}, {"id": "mood2"}, {"version": "2"}, {"title": "mood"}, {"description": "x"}, {"language": "de"},
        {"wording": "partner"}, {"instructions": "x"}, {"license": {"name": "x"}},
        {"evidence": {"status": "published"}}, {"evidence": {"note": "x"}},
        {"citations": [{"authors": "A", "year": 2000}]},
        {"norms": [{"scale": "s", "sample": "x", "mean": 3, "sd": 1}]},
        *({"cutoffs": [{"scale": "s", side: 3, "meaning": "x", "source": "x"}]} for side in sides),
        {"items": [{"id": "b"}, item]}, {"items": [item, {"id": "b"}, {"id": "c"}]},
        *({"items": [{**item, field: "x"}, {"id": "b"}]} for field in texts),
        *({"response_scale": {**points, **more}} for more in (
            {"minimum": 0}, {"maximum": 7}, {"step": 2}, {"labels": {1: "x"}}, {"labels": {2: "x"}},
            {"missing_codes": [-9]}, {"missing_codes": ["-9"]})),
        *({"scales": [{**scale, **more}]} for more in (
            {"id": "t"}, {"title": "x"}, {"items": ["a", "b"]}, {"items": ["-b", "a"]}, {"method": "sum"},
            {"missing": {"count": 1}}, {"missing": {"count": 1, "prorated": False}},
            {"missing": {"proportion": 0.3}}, {"missing": {"proportion": "1/3"}})),
        {"scales": [scale, {"id": "t", "of": ["s"]}]},
    ]  # fmt: skip
    digests = [instrument(**change).digest for change in changes]
    assert len(set(digests)) == len(changes)
    assert {len(digest) for digest in digests} == {64}


# ---------------------------------------------------------------- files


@st.composite
def worded(draw: st.DrawFn) -> Instrument:
    """A random instrument with random texts, labels, missing codes and provenance."""
    drawn = draw(instruments(max_items=5))
    texts = st.text(min_size=1, max_size=30)
    maybe = lambda: draw(st.none() | texts)
    kinds = {}
    for n, plain in enumerate(dict.fromkeys(item.response_scale for item in drawn.items)):
        points = draw(st.sets(st.sampled_from(plain.values), max_size=4))
        kinds[plain] = ResponseScale(
            id=f"r{n}" if draw(st.booleans()) else None,
            **{field: getattr(plain, field) for field in ("minimum", "maximum", "step")},
            labels={value: f"at {value} {draw(texts)}" for value in points},
            missing_codes=draw(st.lists(st.sampled_from([-999, -99.75, "refused", "n/a "]), unique=True)),
        )
    items = [
        {"id": item.id, "text": maybe(), "daily_text": maybe(), "response_scale": kinds[item.response_scale]}
        for item in drawn.items
    ]
    evidence = {"status": "published", "note": maybe(), "sources": [{"title": draw(texts), "kind": maybe()}]}
    low, high = drawn.score_ranges[drawn.scales[0].id]
    mean = low + (high - low) * draw(st.floats(0.3, 0.7))
    norm = {"scale": drawn.scales[0].id, "sample": draw(texts), "mean": mean, "sd": 0.1 * (high - low)}
    update = {
        "items": items,
        "evidence": evidence,
        "norms": [norm],
        "version": draw(texts),
        "description": maybe(),
    }
    return drawn.model_copy(update=update if draw(st.booleans()) else {"items": items})


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnverifiedKeyWarning")
def test_every_shipped_instrument_comes_back_from_its_files_unchanged():
    for name in available().ids:
        original = load(name)
        back = through_files(original)
        assert back == [original, original], name
        assert {one.digest for one in back} == {original.digest}, name


@unhurried
@given(original=worded())
def test_any_instrument_comes_back_from_its_files_unchanged(original):
    SCHEMA.validate(original.to_dict())
    back = through_files(original)
    assert back == [original, original]
    assert {one.digest for one in back} == {original.digest}


def test_labels_given_as_pairs_in_any_order_come_back_unchanged():
    points = ResponseScale(minimum=1, maximum=5, labels=((5, "High"), (1, "Low")))
    original = instrument(response_scale=points)
    assert through_files(original) == [original, original]


def test_instruments_built_from_bank_items_come_back_unchanged():
    scales = (Scale(id="s", items=("tru01", "-tru03")),)
    original = Instrument(
        id="own", version="1", title="Own", items=load_bank("trust").items[:3], scales=scales
    )
    assert through_files(original) == [original, original]


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnverifiedKeyWarning")
def test_the_schema_is_a_schema_and_accepts_every_shipped_instrument():
    jsonschema.Draft202012Validator.check_schema(Instrument.json_schema())
    for name in available().ids:
        SCHEMA.validate(load(name).to_dict())
    SCHEMA.validate(document())


def test_the_schema_accepts_a_file_that_says_what_kind_it_is(tmp_path):
    path = tmp_path / "mood.json"
    path.write_text(json.dumps(document(kind="instrument")), encoding="utf-8")
    assert load(path) == instrument()
    SCHEMA.validate(document(kind="instrument"))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None}, {"scales": None}, {"colour": "blue"}, {"version": 1}, {"items": []}, {"items": "a"},
        {"items": [{"text": "no id"}]}, {"items": [{"id": "a", "keyed": "+"}]}, {"wording": "they"},
        {"scales": [{"id": "s", "items": ["a"], "method": "median"}]},
        {"scales": [{"id": "s", "items": ["a"], "missing": {"count": 0}}]},
        {"response_scale": {"minimum": "1", "maximum": 5}}, {"response_scale": {"minimum": 1}},
        {"response_scale": {"minimum": 1, "maximum": 5, "labels": ["a", "b"]}},
        {"response_scales": {"agree": 5}},
    ],
    ids=str,
)  # fmt: skip
def test_the_schema_refuses_what_loading_refuses(changes):
    with pytest.raises(jsonschema.ValidationError):
        SCHEMA.validate(document(**changes))
    with pytest.raises(ValueError):
        instrument(**changes)
