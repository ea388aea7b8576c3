"""The page on instrument files names every field, and errors lead to it; ids and bands are told apart."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from intimacy_scales import Instrument, check_bank, load_file
from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument import (
    Accepted,
    ChooseAll,
    Citation,
    Coding,
    Cutoff,
    Evidence,
    Finding,
    Item,
    License,
    MissingRule,
    Norm,
    ResponseScale,
    Scale,
    Source,
)
from intimacy_scales.instrument.bank import Facet, ItemBank
from intimacy_scales.instrument.bank import Form as BankForm
from intimacy_scales.instrument.changes import Change
from intimacy_scales.instrument.translation import (
    LanguageFile,
    PooledLanguage,
    Translation,
    TranslationFile,
)
from tests.shared.folders import DOCS

PAGE = (DOCS / "reference" / "instrument-file.md").read_text(encoding="utf-8")
MODELS = [
    Instrument,
    Item,
    ResponseScale,
    Scale,
    MissingRule,
    Cutoff,
    Norm,
    Evidence,
    Finding,
    Source,
    Citation,
    License,
    Coding,
    ChooseAll,
    Accepted,
    Change,
    TranslationFile,
    LanguageFile,
    Translation,
    PooledLanguage,
    ItemBank,
    Facet,
    BankForm,
]
AGREE = {"minimum": 1, "maximum": 5}
FORM: dict[str, Any] = {
    "id": "f",
    "version": "1",
    "title": "F",
    "response_scale": AGREE,
    "items": [{"id": "a"}, {"id": "b"}],
    "scales": [{"id": "s", "items": ["a", "b"]}],
}


def fields_of_tables() -> list[set[str]]:
    """Return the fields that each table of the page names; a cell may name several."""
    tables: list[set[str]] = []
    for block in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE):
        first = [line.split("|")[1] for line in block.splitlines()[2:]]
        tables.append({name for cell in first for name in re.findall(r"`(\w+)`", cell)})
    return tables


@pytest.mark.parametrize("model", MODELS)
def test_every_field_of_every_table_stands_on_the_page(model):
    fields = set(model.model_fields)
    assert any(fields <= table for table in fields_of_tables()), f"{model.__name__}: {sorted(fields)}"


@pytest.mark.parametrize("model", MODELS)
def test_every_default_on_the_page_is_that_of_the_model(model):
    table = next(t for t in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE) if _names(t, model))
    for name, field in model.model_fields.items():
        default = next(
            row.split("|")[2].strip() for row in table.splitlines() if f"`{name}`" in row.split("|")[1]
        )
        if field.is_required() and name != "response_scale":
            assert default == "required"
        elif isinstance(field.default, str | int) and not isinstance(field.default, bool):
            assert default == f"`{json.dumps(field.default)}`"
        else:
            assert default != "required"


def _names(table: str, model: Any) -> bool:
    cells = " ".join(row.split("|")[1] for row in table.splitlines())
    return all(f"`{name}`" in cells for name in model.model_fields)


def changed(place: str, old: str | None, new: str, value: Any = 1) -> dict[str, Any]:
    document = json.loads(json.dumps(FORM))
    document["cutoffs"] = [{"scale": "s", "below": 2, "meaning": "low", "source": "x"}]
    document["norms"] = [{"scale": "s", "sample": "all", "mean": 3, "sd": 1}]
    table = document
    for step in place.split("."):
        table = table[int(step) if step.isdigit() else step] if step else table
    table[new] = table.pop(old) if old else value
    return document


@pytest.mark.parametrize(
    ("place", "old", "new", "words"),
    [
        ("scales.0", None, "score", "did you mean 'method'?"),
        ("scales.0", None, "metod", "did you mean 'method'?"),
        ("scales.0", None, "subscales", "did you mean 'of'?"),
        ("scales.0", None, "item", "did you mean 'items'?"),
        ("scales.0", None, "weight", "did you mean 'weights'?"),
        ("scales.0", None, "factor", "did you mean 'multiply'?"),
        ("scales.0", None, "constant", "did you mean 'offset'?"),
        ("response_scale", None, "values", "did you mean 'points'?"),
        ("response_scale", None, "weights", "did you mean 'scores'?"),
        ("", None, "multiple_response", "did you mean 'choose_all'?"),
        ("scales.0", None, "xyzzy", "; see docs/reference/instrument-file.md)"),
        ("scales.0", None, "reverse", 'items = ["a", "-b"]'),
        ("scales.0", None, "min_items", "'missing'?"),
        ("response_scale", None, "low", "did you mean 'minimum'?"),
        ("response_scale", None, "Maximun", "did you mean 'maximum'?"),
        ("response_scale", None, "options", "did you mean 'labels'?"),
        ("items.0", None, "question", "did you mean 'text'?"),
        ("items.1", None, "Text", "did you mean 'text'?"),
        ("cutoffs.0", "below", "under", "did you mean 'below'?"),
        ("norms.0", "mean", "average", "'mean'?"),
        ("", None, "itmes", "did you mean 'items'?"),
        ("", "response_scale", "respons_scale", "'response_scale'?"),
        ("", None, "xyzzy", "no such field (fields are id, version, title"),
    ],
)
def test_an_unknown_field_leads_to_the_one_meant(place, old, new, words, tmp_path):
    path = tmp_path / "form.json"
    path.write_text(json.dumps(changed(place, old, new)), encoding="utf-8")
    with pytest.raises(InstrumentError) as caught:
        load_file(path)
    line = next(fault for fault in caught.value.faults if "no such field" in fault)
    assert words in line
    assert "(fields are " in line


@pytest.mark.parametrize(
    ("one", "other"), [("a", "а"), ("x1", "х1"), ("pec", "рес"), ("KHO", "ΚΗΟ"), ("a", "ａ")]
)
def test_ids_that_nobody_can_tell_apart_are_refused(one, other):
    items = [{"id": one}, {"id": other}]
    with pytest.raises(ValueError, match=r"look the same: give one of them another name"):
        Instrument.model_validate({**FORM, "items": items, "scales": [{"id": "s", "items": [one, other]}]})
    with pytest.raises(ValueError, match=r"scales: ids .* look the same"):
        Instrument.model_validate({**FORM, "scales": [{"id": i, "items": ["a"]} for i in (one, other)]})


@pytest.mark.parametrize("ids", [("привет", "мир"), ("a", "b"), ("α", "β"), ("é", "e")])
def test_ids_of_any_alphabet_are_accepted(ids):
    items = [{"id": name} for name in ids]
    assert Instrument.model_validate({**FORM, "items": items, "scales": [{"id": "s", "items": [*ids]}]})


def found(rule: str, **changes: Any) -> list[str]:
    report = check_bank(Instrument.model_validate({**FORM, **changes}))
    return [finding.message for finding in report.findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("ids", "n"),
    [(("a1", "A1"), 1), (("a1", "a01"), 1), (("a1", "A1", "a01"), 2), (("a1", "a10"), 0), (("a0", "a"), 0)],
)
def test_the_linter_names_ids_that_look_alike(ids, n):
    items = [{"id": name} for name in ids]
    assert len(found("look-alike-ids", items=items, scales=[{"id": "s", "items": [*ids]}])) == n


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        (((1, 3), (2, 5)), "from 2 to 3"),
        (((1, 3), (3, 5)), "3 is in 1 to 3 (band 0) and 3 to 5"),
        (((1, 5), (2, 3)), "from 2 to 3"),
        (((1, 2), (3, 5)), None),
        (((3, 5), (1, 2.5)), None),
    ],
)
def test_bands_that_share_scores_are_named_by_the_linter(bands, words):
    cutoffs = [
        {"scale": "s", "band": band, "meaning": f"band {n}", "source": "x"} for n, band in enumerate(bands)
    ]
    told = found("bands", cutoffs=cutoffs)
    assert len(told) == (words is not None)
    assert words is None or words in told[0]
    apart = [{**cutoff, "source": f"source {n}"} for n, cutoff in enumerate(cutoffs)]
    assert found("bands", cutoffs=apart) == []


@pytest.mark.parametrize(
    ("second", "method", "n"),
    [((0, 100), "mean", 1), ((0, 4), "mean", 1), ((0, 100), "sum", 0), ((1, 5), "mean", 0)],
)
def test_means_over_unequal_ranges_are_named_by_the_linter(second, method, n):
    low, high = second
    items = [{"id": "a"}, {"id": "b", "response_scale": {"minimum": low, "maximum": high}}]
    scales = [{"id": "s", "items": ["a", "b"], "method": method}]
    assert len(found("unequal-ranges", items=items, scales=scales)) == n
    parts = [{"id": i, "items": [i.lower()]} for i in "AB"] + [
        {"id": "w", "of": ["A", "B"], "method": method}
    ]
    assert len(found("unequal-ranges", items=items, scales=parts)) == n
