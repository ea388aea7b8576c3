"""The option that a question does not apply: its place, how it is shown, and what is advised of it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from intimacy_scales import (
    Instrument,
    InvalidResponsesError,
    ResponseError,
    load,
    load_bank,
    score,
    translation_template,
)
from intimacy_scales.instrument import ResponseScale
from tests.shared.commands import printed
from tests.shared.instruments import pooled_quietly

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")


def advice(rows: Any, form: Instrument) -> str:
    """What an error says after the bad cells."""
    with pytest.raises(InvalidResponsesError) as caught:
        score(form, rows)
    return str(caught.value)


def key_of(**changes: Any) -> dict[str, Any]:
    """A key without wording, one of whose items may not apply."""
    return {
        "id": "key", "version": "1", "title": "A key", "evidence": {"status": "published"},
        "response_scales": {
            "often": {"minimum": 0, "maximum": 85, "step": 5, "labels": {"0": "Never", "85": "Always"},
                      "not_applicable": [-8, "No such thing"]},
            "yes": {"minimum": 0, "maximum": 1, "labels": {"0": "No", "1": "Yes"}},
        },
        "items": [{"id": "a", "response_scale": "often"}, {"id": "b", "response_scale": "yes"},
                  {"id": "c", "response_scale": "often"}],
        "scales": [{"id": "s", "items": ["a", "-c"], "multiply": 0.5}, {"id": "t", "items": ["b"]}],
    } | changes  # fmt: skip


def test_a_key_without_wording_shows_its_options(tmp_path: Path):
    path = tmp_path / "key.toml"
    path.write_text(Instrument.model_validate(key_of()).to_toml(), encoding="utf-8")
    shown = printed("show", str(path))
    assert "0 to 85 in steps of 5 or a label: 0 Never, 85 Always, or No such thing: a c" in shown
    assert "0 No, 1 Yes: b" in shown
    assert "scores: s 21.25 and 21.25; t the ends of its range." in shown
    assert "0 to 42.5" in shown


# ---------------------------------------------------------------- the option that a question does not apply


def test_it_stays_where_the_original_has_it():
    form = Instrument.model_validate(key_of())
    scale = form.item("a").response_scale
    assert (scale.not_applicable, scale.not_applicable_option) == ((-8, "No such thing"), "No such thing")
    assert ResponseScale(minimum=1, maximum=2, not_applicable=["9", 8]).not_applicable_option == "9"
    assert ResponseScale(minimum=1, maximum=2).not_applicable_option is None


@pytest.mark.parametrize(
    ("codes", "translated"),
    [
        ([-8, "No such thing"], (-8, "Parola")),
        (["No such thing", -8], ("Parola", -8)),
        ([-8, "77", "No such thing", "n/r", 99], (-8, "77", "Parola", 99)),
        ([-8], (-8,)),
    ],
    ids=str,
)
def test_a_translation_keeps_its_place(codes: list[Any], translated: tuple[Any, ...], tmp_path: Path):
    document = key_of()
    document["response_scales"]["often"]["not_applicable"] = codes
    del document["response_scales"]["often"]["labels"]  # it has that option alone
    document["items"] = [{**item, "text": f"Item {item['id']}."} for item in document["items"]]
    form = Instrument.model_validate(document)
    path = tmp_path / "key.toml"
    path.write_text(form.to_toml(), encoding="utf-8")
    template = translation_template(load(path), "it")
    assert ("[not_applicable]" in template) == any(code == "No such thing" for code in codes)
    words = iter(["Titolo", "Uno.", "Due.", "Tre.", "No", "Sì", "Parola"])
    filled = re.sub(r'= ""', lambda _: f'= "{next(words)}"', template)
    path.with_name("key.it.toml").write_text(filled, encoding="utf-8")
    italian = load(path, language="it")
    assert italian.item("a").response_scale.not_applicable == translated
    assert italian.key_digest == form.key_digest
    pooled = pooled_quietly(load(path), italian)
    assert pooled.item("a").response_scale.not_applicable == tuple(c for c in translated if c != "Parola")


def test_what_is_nearly_that_option_is_told():
    form = load("satisfaction")
    row = dict.fromkeys(form.item_ids, 4)
    told = advice([row | {"sat13": "Does not aply"}] * 3, form=form)
    assert "allowed: 1 to 7 or a label or 'Does not apply'; did you mean 'Does not apply'?" in told
    assert "pass recode={'Does not aply': 'Does not apply'}" in told
    told = advice([row | {"sat13": "no quarrels"}] * 3, form=form)
    assert "if it says that the question does not apply, recode={'no quarrels': 'Does not apply'}" in told
    told = advice([row | {"sat01": "no quarrels"}] * 3, form=form)
    assert "does not apply" not in told


def test_a_recoded_missing_code_is_advised_without_boxes():
    for recode in ({-99: 1}, {"-99": 2}):
        with pytest.raises(ResponseError) as caught:
            score("ras", dict.fromkeys(load("ras").item_ids, 3), recode=recode, missing_codes=[-99])
        assert "already means no answer, as it is declared (missing_codes). Leave it out. If it" in str(
            caught.value
        )
        assert "fillna" not in str(caught.value)
    with pytest.raises(ResponseError, match=r"fillna\(0\)"):  # a blank may be a box
        score("ras", dict.fromkeys(load("ras").item_ids, 3), recode={"NA": 1})


def test_recoding_that_option_on_the_command_line(tmp_path: Path):
    form = load("satisfaction")
    path = tmp_path / "answers.csv"
    pd.DataFrame([dict.fromkeys(form.item_ids, 4) | {"sat13": "Does not apply"}]).to_csv(path, index=False)
    told = printed("score", str(path), "-i", "satisfaction", "--recode", "Does not apply=1", code=2)
    assert "already means that the question does not apply" in told and "Leave it out." in told
    assert "fillna" not in told and "box" not in told
    assert "sat13 to 1" in printed("score", str(path), "-i", "satisfaction")


def test_scoring_without_models_knows_not_applicable():
    script = """
import sys, warnings
warnings.simplefilter("ignore")
from intimacy_scales import score
found = score("satisfaction", {name: 4 for name in NAMES} | {"sat13": "Does not apply"})
print(found.not_applicable, '"not_applicable": ["sat13"]' in found.to_json())
print(sorted({"pydantic", "numpy", "pandas"} & set(sys.modules)))
""".replace("NAMES", repr(load("satisfaction").item_ids))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "('sat13',) True\n[]\n"


def test_banks_are_translated_with_that_option_in_the_template():
    text = translation_template(load_bank("satisfaction"), "it")
    assert re.search(r'\[not_applicable\]\n[\w-]+ = ""  # Does not apply\n', text)
