"""JSON of platforms with parts changed at random: it is read or refused, and never ends otherwise."""

import copy
import json
import random

import pytest

from intimacy_scales import score
from intimacy_scales.errors import ResponseError
from intimacy_scales.interop.answers import read_answers
from tests.shared.instruments import PUBLISHED, form_of

WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"
CONCEPTS = [
    {"code": f"LA{n}", "display": text, "extension": [{"url": WEIGHT, "valueDecimal": n}]}
    for n, text in enumerate(("never", "often"))
]
SET = {
    "resourceType": "ValueSet",
    "id": "s",
    "compose": {"include": [{"system": "http://x", "concept": CONCEPTS}]},
}
QUESTIONNAIRE = {
    "resourceType": "Questionnaire",
    "title": "Small",
    "contained": [SET],
    "item": [
        {
            "linkId": "g",
            "type": "group",
            "item": [{"linkId": "q1", "type": "choice", "answerValueSet": "#s"}],
        },
        {
            "linkId": "q2",
            "type": "choice",
            "answerOption": [{"valueCoding": concept} for concept in CONCEPTS],
        },
    ],
}
CODING = {"valueCoding": {"system": "http://x", "code": "LA1", "display": "often"}}
RESPONSE = {
    "resourceType": "QuestionnaireResponse",
    "status": "completed",
    "subject": {"reference": "Patient/1"},
    "item": [
        {"linkId": "g", "item": [{"linkId": "q1", "answer": [CODING]}]},
        {"linkId": "q2", "answer": [CODING | {"item": [{"linkId": "q3", "answer": [{"valueInteger": 1}]}]}]},
    ],
}
ITEM = {"Description": {"en": "I do."}, "Levels": {"0": {"en": "never"}, "1": "often"}, "Reversed": True}
SIDECAR = {
    "Technical": {"FileFormat": "tsv"},
    "Study": {"OriginalName": {"en": "Small"}},
    "q1": ITEM,
    "q2": {"Description": "Sum of items 1 to 3", "Derivative": True},
}
RECIPE = {
    "RecipeVersion": "1",
    "Survey": {"Reference": "x.json"},
    "Transforms": {"Invert": {"Items": ["q1"]}},
    "Scores": [{"Name": "t", "Items": ["q1", "q2"], "Method": "sum"}],
}
CONTEXT = "https://example.org/reproschema"
RESPONSES = [
    {"@context": CONTEXT, "@type": "reproschema:ResponseActivity", "generated": "u", "endedAtTime": "1"},
    {"@context": CONTEXT, "@type": "reproschema:Response", "@id": "u", "isAbout": "items/q1", "value": 1},
]
SCHEMA = {
    "@context": CONTEXT,
    "category": "Activity",
    "prefLabel": {"en": "Small"},
    "compute": [{"variableName": "t", "jsExpression": "q1 + q2"}],
    "ui": {"addProperties": [{"isAbout": "q1"}]},
}
QUESTION = {
    "@context": CONTEXT,
    "category": "Item",
    "responseOptions": {"choices": [{"name": "x", "value": 1}]},
}
OTHERS = (None, 0, -1.5, "", "x", True, [], {}, [None], {"a": 1}, [[[]]], float("nan"), 10**30, "http://x|1")
FORM = form_of({"t": "q1 -q2"}, low=0, high=1, evidence=PUBLISHED)


def places(document, path=()):
    """Yield the path to every part of a document."""
    yield path
    inside = document.items() if isinstance(document, dict) else ()
    inside = enumerate(document) if isinstance(document, list) else inside
    for key, part in inside:
        yield from places(part, (*path, key))


def changed(document, choice):
    """Return a document in which some parts were replaced, removed or moved."""
    document = copy.deepcopy(document)
    for _ in range(choice.randint(0, 3)):
        *above, last = choice.choice([path for path in places(document) if path] or [(None,)])
        if last is None:
            continue
        part = document
        for key in above:
            part = part[key]
        kind = choice.random()
        if kind < 0.6:
            part[last] = copy.deepcopy(choice.choice(OTHERS))
        elif kind < 0.8:
            del part[last]
        elif isinstance(part, list):
            part.insert(0, copy.deepcopy(part[last]))
        else:
            part[choice.choice(["item", "answer", "code", "value"])] = copy.deepcopy(part[last])
    return document


def write_all(folder, seed):
    """Write the documents, changed, and return pairs of a file of answers and its structure."""
    choice = random.Random(seed)
    documents = {
        "r.json": RESPONSE, "q.json": QUESTIONNAIRE, "p.json": SIDECAR, "recipe.json": RECIPE,
        "a.jsonld": RESPONSES, "a_schema": SCHEMA, "q1": QUESTION,
    }  # fmt: skip
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(changed(document, choice)))
    (folder / "p.tsv").write_text("participant_id\tq1\tq2\nsub-1\t1\tn/a\n")
    pairs = (("r.json", "q.json"), ("p.tsv", "p.json"), ("p.tsv", "recipe.json"), ("a.jsonld", "a_schema"))
    return [tuple(folder / name for name in pair) for pair in pairs]


@pytest.mark.parametrize("seed", range(20))
def test_changed_json_is_read_or_refused(tmp_path, seed):
    for path, structure in write_all(tmp_path, seed):
        for how in ({}, {"structure": structure, "instrument": FORM, "allow_missing_items": True}):
            try:
                answers = read_answers(path, **how)
                assert answers.labels.shape[0] == answers.missing_reasons.shape[0] == len(answers)
                assert answers.report.to_dict()["n_rows"] == len(answers)
                if how:
                    score(FORM, answers)
            except ResponseError as error:
                assert len(str(error)) < 2_000
