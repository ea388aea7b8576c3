"""The linter on whole banks and forms: balance, wordings, labels, evidence, and explanations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from intimacy_scales import Instrument, ItemBank, check_bank, load, load_bank
from intimacy_scales.checking import RULES, BankReport
from intimacy_scales.errors import UnknownInstrumentError
from tests.shared.bank_documents import GOOD, document
from tests.shared.folders import DOCS

PAGE = DOCS / "explanation" / "item-rules.md"


def bank(*texts: str, **changes: Any) -> BankReport:
    return check_bank(ItemBank.model_validate(document(*texts, **changes)), against=[])


def bank_with(first: dict[str, Any], **changes: Any) -> BankReport:
    """A bank of good items, the first of them changed; a field that is None is taken away."""
    items = document(*GOOD[:6])["items"]
    items[0] = {name: value for name, value in (items[0] | first).items() if value is not None}
    return bank(*GOOD[:6], items=items, **changes)


def form(texts: list[str] | None = None, **changes: Any) -> BankReport:
    """An instrument of two scales of four good items."""
    texts = texts or GOOD[:8]
    whole = {
        "id": "own",
        "version": "1",
        "title": "Own",
        "instructions": "Think of your relationship as it is now.",
        "evidence": {"status": "draft", "note": "Not yet answered by people."},
        "license": {"name": "CC-BY-4.0"},
        "response_scale": {"minimum": 0, "maximum": 100, "labels": {0: "Not at all", 100: "Completely"}},
        "items": [{"id": f"y{n}", "text": text} for n, text in enumerate(texts)],
        "scales": [
            {"id": "even", "items": ["y0", "-y2", "y4", "y6"]},
            {"id": "odd", "items": ["y1", "-y3", "y5", "y7"]},
            {"id": "total", "of": ["even", "odd"]},
        ],
    } | changes
    whole = {name: value for name, value in whole.items() if value is not None}
    return check_bank(Instrument.model_validate(whole), against=[])


def told(report: BankReport) -> list[tuple[str | None, str, str]]:
    return [(f.item, f.rule, f.severity) for f in report.findings]


def test_a_good_bank_and_a_good_form_pass():
    assert bank(*GOOD[:6]).findings == ()
    assert form().findings == ()


# ------------------------------------------------------------------ wordings next to each other


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"text": None}, [("x00", "no-wording", "error")]),
        ({"partner_text": None}, [("x00", "partner-missing", "warning")]),
        ({"partner_text": "They laugh a lot when we are together."}, [("x00", "partner-subject", "error")]),
        ({"partner_text": "My partner enjoys stories."}, [("x00", "partner-parallel", "warning")]),
        ({"partner_text": "My partner laughs a lot when we are together."}, []),
        ({"text": "I like my partner.", "partner_text": "I like my partner."},
         [("x00", "partner-parallel", "warning")]),
        ({"partner_text": "My partner does not laugh a lot when we are together."},
         [("x00", "negation", "warning"), ("x00", "partner-parallel", "warning")]),
        ({"daily_text": "Today, I laugh a lot when we are together."}, []),
        ({"daily_text": "Yesterday I laughed a lot when we were together."}, []),
        ({"daily_text": "I laugh a lot when we are together."}, [("x00", "daily-time", "note")]),
        ({"daily_text": "Today, I worry about our money."}, [("x00", "daily-parallel", "warning")]),
    ],
)  # fmt: skip
def test_wordings_of_one_item(fields: dict[str, Any], expected: list[tuple[str, str, str]]):
    assert told(bank_with(fields)) == expected


def test_a_bank_without_any_partner_wording_gets_one_note():
    items = [{k: v for k, v in i.items() if k != "partner_text"} for i in document(*GOOD[:6])["items"]]
    assert told(bank(items=items)) == [(None, "partner-missing", "note")]


def test_a_form_about_the_partner_must_speak_of_the_partner():
    verbs = ("smiles", "hopes", "waits", "asks", "gives", "helps", "listens")
    texts = ["I laugh.", *(f"My partner {verb}." for verb in verbs)]
    assert told(form(texts, wording="partner")) == [("y0", "partner-subject", "error")]


# ------------------------------------------------------------------ balance


def test_keys_of_a_bank():
    items = document(*GOOD[:6])["items"]
    assert told(bank(items=[i | {"keyed": "+"} for i in items])) == [(None, "key-balance", "warning")]
    assert told(bank(items=[i | {"keyed": "-"} for i in items])) == [(None, "key-balance", "note")]
    assert told(bank(items=[i | {"keyed": "+"} for i in items[:3]])) == []


def test_facets_of_a_bank():
    items = document(*GOOD[:6])["items"]
    facets = [{"id": name, "title": name} for name in ("one", "two")]
    assert told(bank(items=items, facets=facets)) == [(None, "facet-balance", "error")]
    uneven = [i | {"facet": "two"} if n < 2 else i for n, i in enumerate(items)]
    report = bank(items=uneven, facets=facets)
    assert told(report) == [(None, "facet-balance", "warning")]
    assert report.findings[0].message == "facets have between 2 and 4 items (one 4, two 2)"


def test_keys_order_and_use_of_the_items_of_a_form():
    scales = [
        {"id": "first", "items": ["y0", "y1", "y2", "y3"]},
        {"id": "second", "items": ["y4", "-y6"]},
    ]
    report = form(scales=scales)
    assert told(report) == [
        (None, "key-balance", "warning"),
        (None, "item-order", "note"),
        ("y5", "unscored-item", "note"),
        ("y7", "unscored-item", "note"),
    ]
    assert report.notes[0].message == "scale 'first' has items in a row: y0 y1, y1 y2, y2 y3"


def test_a_total_without_a_reverse_keyed_item_cannot_be_told_from_agreeing():
    names = ("even", "odd")
    scales: list[dict[str, Any]] = [
        {"id": name, "items": [f"y{n}" for n in range(k, 8, 2)][:3]} for k, name in enumerate(names)
    ]
    total = {"id": "total", "of": ["even", "odd"]}
    report = form(scales=[*scales, total])
    assert (None, "acquiescence", "warning") in told(report)
    (found,) = [f for f in report if f.rule == "acquiescence"]
    assert found.message.startswith("score 'total': none of its 6 items is reverse-keyed")
    scales[0]["items"][0] = "-y0"
    assert "acquiescence" not in {f.rule for f in form(scales=[*scales, total])}
    labels = {0: "Never", 100: "Always"}
    often = {"minimum": 0, "maximum": 100, "labels": labels}
    scales[0]["items"][0] = "y0"
    assert "acquiescence" not in {f.rule for f in form(scales=[*scales, total], response_scale=often)}


def test_a_facet_that_rests_on_a_reverse_keyed_item_alone():
    items = document(*GOOD[:6])["items"]
    facets = [{"id": name, "title": name} for name in ("one", "two")]
    mixed = [i | {"facet": "two" if n % 2 else "one"} for n, i in enumerate(items)]  # x1, x3, x5: "-"
    assert (None, "facet-keying", "note") in told(bank(items=mixed, facets=facets))
    mixed[1] = mixed[1] | {"keyed": "+"}
    assert "facet-keying" not in {f.rule for f in bank(items=mixed, facets=facets)}
    rules = [f.rule for f in check_bank("scii-24") if f.explained]
    assert rules.count("facet-keying") == 6


# ------------------------------------------------------------------ what a file says of itself


@pytest.mark.parametrize(
    ("maximum", "labels", "expected"),
    [
        (5, {1: "No", 5: "Yes"}, [(None, "labels", "warning")]),
        (5, {3: "So so", 5: "Yes"}, [(None, "labels", "error")]),
        (10, {1: "No"}, [(None, "labels", "error")]),
        (10, {1: "No", 10: "Yes"}, []),
    ],
)
def test_labels(maximum: int, labels: dict[int, str], expected: list[Any]):
    assert told(form(response_scale={"minimum": 1, "maximum": maximum, "labels": labels})) == expected


SOURCE = [{"title": "A study"}]
FOUND = [
    {"step": step, "statistic": "figure", "value": 0.8, "sample": "A", "n": 90, "source": "A (2000)"}
    for step in ("content", "structure", "reliability", "validity")
]
CITED = [{"authors": "A., & B.", "year": 2020}]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"instructions": None}, [(None, "instructions", "warning")]),
        ({"license": None}, [(None, "license", "warning")]),
        ({"evidence": None}, [(None, "evidence", "warning")]),
        ({"evidence": {"status": "published"}}, [(None, "evidence", "error")]),
        ({"evidence": {"status": "validated", "findings": FOUND}, "citations": CITED}, []),
        ({"evidence": {"status": "published", "sources": SOURCE}}, [(None, "citation", "warning")]),
        ({"norms": [{"scale": "odd", "sample": "A", "mean": 50, "sd": 9}]}, [(None, "evidence", "warning")]),
        ({"language": "de"}, [(None, "language", "note")]),
        ({"language": "en-GB"}, []),
    ],
)  # fmt: skip
def test_evidence_permission_language(changes: dict[str, Any], expected: list[Any]):
    assert told(form(**changes)) == expected


def test_a_key_without_wording_needs_evidence_and_permission():
    whole = load("ras").model_copy(update={"license": None, "citations": ()})
    assert told(check_bank(whole)) == [(None, "license", "warning"), (None, "citation", "warning")]


# ------------------------------------------------------------------ explanations

WHY = {"rule": "absolute", "item": "x00", "because": "The extreme is meant."}


def test_an_explained_finding_stays_and_no_longer_counts():
    texts = ("I trust my partner completely.", *GOOD[1:6])
    assert not bank(*texts).passed(strict=True)
    report = bank(*texts, accepted=[WHY])
    assert report.passed(strict=True)
    assert len(report) == 2  # in both wordings
    assert {f.explained for f in report} == {"The extreme is meant."}
    assert report.unexplained == ()
    assert "2 warnings, 2 explained" in repr(report)


def test_an_explanation_without_item_is_for_the_rule_everywhere():
    texts = ("I trust my partner completely.", "I tell my partner everything.", *GOOD[2:6])
    everywhere = {"rule": "absolute", "because": "Meant."}
    assert bank(*texts, accepted=[everywhere]).unexplained == ()
    assert {f.item for f in bank(*texts, accepted=[WHY]).unexplained} == {"x01"}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (WHY, "rule 'absolute' finds nothing of item 'x00': remove the entry"),
        (WHY | {"item": "x99"}, "'x99' is not an item"),
        (WHY | {"rule": "absolut"}, "'absolut' is not a rule; did you mean 'absolute'?"),
        ({"rule": "labels", "because": "x"}, "rule 'labels' finds nothing: remove the entry"),
    ],
)
def test_an_explanation_of_nothing_is_itself_found(entry: dict[str, str], message: str):
    (found,) = bank(*GOOD[:6], accepted=[entry])
    assert (found.rule, found.field, found.message) == ("unused-explanation", "accepted[0]", message)


def test_explanations_of_banks_count_for_their_forms():
    own = ItemBank.model_validate(document("I trust my partner completely.", *GOOD[1:6], accepted=[WHY]))
    instrument = own.to_instrument()
    (taken,) = instrument.accepted
    assert (taken.bank, taken.because) == ("mine", WHY["because"])
    assert "absolute" not in {f.rule for f in check_bank(instrument, against=[]).unexplained}
    without = own.model_copy(update={"accepted": ()}).to_instrument()
    assert instrument.digest == without.digest
    assert Instrument.model_validate(instrument.to_dict()) == instrument
    other = own.to_instrument(wording="partner").model_copy(update={"items": without.items[1:], "scales": [
        {"id": "rest", "items": ["x01", "x02"]}]})  # fmt: skip
    assert "unused-explanation" not in {f.rule for f in check_bank(other, against=[])}
    adopted = {(a.item, a.bank) for a in load("scii-48").accepted}
    assert adopted >= {("tru04", "trust"), ("int01", "interdependence")}
    assert load_bank("commitment").to_instrument().accepted[0].item == "com03"


# ------------------------------------------------------------------ the report, and where it comes from


COLUMNS = ["item", "field", "rule", "severity", "message", "why", "source", "explained"]


def test_a_report_as_table_json_and_html():
    report = bank("I always <b>laugh</b> with my husband.", *GOOD[1:6])
    frame = report.to_frame()
    assert list(frame.columns) == COLUMNS
    assert len(frame) == len(report) == len(report.errors) + len(report.warnings) + len(report.notes)
    plain = json.loads(report.to_json())
    assert (plain["id"], plain["passed"], plain["passed_strict"]) == ("mine", True, False)
    assert plain["findings"][0] == report.findings[0].to_dict()
    html = report._repr_html_()
    assert "<script" not in html
    assert html.count("<tr>") == len(report) + 1
    assert RULES["absolute"].source in html.replace("&amp;", "&")
    assert repr(report).startswith("<mine 1, 6 items: ")
    assert repr(report.findings[0]).startswith("<warning: x00.")
    with pytest.raises(AttributeError):
        report.id = "other"  # type: ignore[misc]  # frozen, which is tested


def test_a_report_without_findings():
    report = check_bank("mutuality")
    assert (bool(report), len(report), report.passed(strict=True)) == (True, 0, True)
    assert report._repr_html_() == "<p><b>Mutuality</b>: no findings</p>"
    assert list(report.to_frame().columns) == COLUMNS


def test_an_error_fails_and_a_note_does_not():
    assert not bank("I am not unhappy with my partner.", *GOOD[1:6]).passed()
    noted = bank("I admire my partner's courtesy.", *GOOD[1:6])
    assert noted.notes
    assert noted.passed(strict=True)


def test_banks_are_taken_as_object_id_or_file(tmp_path: Path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(document(*GOOD[:6]) | {"response_scale": {"minimum": 1, "maximum": 3}}))
    assert told(check_bank(path)) == [(None, "labels", "error")]
    own = tmp_path / "own.toml"
    own.write_text(load("scii-12").to_toml(), encoding="utf-8")
    assert check_bank(own).unexplained == ()
    assert check_bank(load_bank("caring")).findings == check_bank("caring").findings
    with pytest.raises(UnknownInstrumentError, match="did you mean 'trust'"):
        check_bank("trsut")


# ------------------------------------------------------------------ the page


def test_the_page_lists_every_rule_as_it_is():
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]
    assert cells == [
        [f"`{rule.id}`", rule.severity, rule.title, rule.why, rule.source] for rule in RULES.values()
    ]


def test_rules_are_whole_sentences_with_sources():
    for rule in RULES.values():
        assert rule.why.endswith("."), rule.id
        assert rule.source, rule.id
