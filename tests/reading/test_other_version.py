"""Answers to one version are not scored by another without a word, in mappings as in tables."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from intimacy_scales import MissingRule, load, load_bank, pool_languages, score, score_many
from intimacy_scales.errors import InstrumentError, MissingColumnsError, ResponseError
from intimacy_scales.instrument import shipped
from intimacy_scales.instrument.translation import Translation

OLD, NEW = load("scii-24", version="0.2.0"), load("scii-24")
GONE = sorted({*OLD.item_ids} - {*NEW.item_ids})


def ticked(names: Any, value: int = 7) -> dict[str, int]:
    return dict.fromkeys(names, value)


@pytest.mark.parametrize("form", ["scii-24", NEW], ids=["by id", "by object"])
@pytest.mark.parametrize("left_out", [0, 1, 3])
def test_a_mapping_of_another_version_is_refused(form, left_out):
    with pytest.raises(ResponseError) as caught:
        score(form, ticked(OLD.item_ids[left_out:]))
    told = str(caught.value)
    assert f"{24 - left_out} of 24 items of scii-24 0.2.0" in told
    assert "score with load('scii-24', version='0.2.0'); otherwise leave 'car01', 'car10'" in told


def test_what_the_message_says_helps():
    answers = ticked(OLD.item_ids)
    assert score(load("scii-24", version="0.2.0"), answers).scores["total"] is not None
    kept = {name: value for name, value in answers.items() if name not in GONE}
    assert score("scii-24", kept).answered["mutuality"] == 3


def test_current_answers_are_not_scored_by_an_old_version():
    with pytest.raises(ResponseError, match=r"24 of 24 items of scii-24, .* score with load\('scii-24'\);"):
        score(OLD, ticked(NEW.item_ids))


def test_one_sheet_among_many_is_refused_alone():
    good, bad = score_many(NEW, [ticked(NEW.item_ids), ticked(OLD.item_ids)])
    assert good.ok and not bad.ok
    assert "0.2.0" in repr(bad)


@pytest.mark.parametrize("form", ["scii-24", NEW], ids=["by id", "by object"])
def test_items_of_other_versions_may_be_in_the_table_too(form):
    """Of a study that asked more: more items of this version are there than of another."""
    assert score(form, ticked([*NEW.item_ids, *GONE])).scores["total"] == 5.5
    partial = ticked([*NEW.item_ids[:22], GONE[0]])
    assert score(form, partial).answered == score(form, ticked(NEW.item_ids[:22])).answered


def test_renamed_items_are_not_taken_for_another_version():
    renamed = {f"a_{name}": 4 for name in NEW.item_ids[:20]} | ticked(GONE)
    assert score(NEW, renamed, columns="a_{item}").scores["trust"] is not None


def test_languages_of_other_wordings_are_not_pooled():
    german = load("scii-24", language="de")
    made = german.translation
    assert made is not None
    other = german.model_copy(
        update={"translation": Translation(status=made.status, source_digest="0" * 64, variant=made.variant)}
    )
    with pytest.raises(InstrumentError, match="or the wording that was translated"):
        pool_languages(NEW, other)


def test_a_table_about_the_partner_is_told_from_one_about_oneself():
    """The form about the partner has some of the same items; that it was answered is said."""
    partner = load("barriers-partner")
    with pytest.raises(MissingColumnsError) as caught:
        score("barriers", pd.DataFrame([ticked(partner.item_ids, 3)]))
    assert "has all items of barriers-partner 0.2.0: if that was answered, score with" in str(caught.value)


def test_items_not_asked_are_not_looked_for_elsewhere():
    with pytest.raises(MissingColumnsError) as caught:
        score("barriers", pd.DataFrame([ticked(load("barriers").item_ids[3:], 3)]))
    assert "The other 18 have one, and no column has a name like these." in str(caught.value)


# ---------------------------------------------------------------- rules and files that are taken for others


def test_a_rule_that_asks_too_many_answers_is_named():
    form = load("resilience")
    with pytest.raises(InstrumentError, match=r"scale 'adapting' has 6 items, but count = 9 answers"):
        form.with_missing_rule(MissingRule(count=9))
    strict = form.with_missing_rule(MissingRule(count=6))
    with pytest.raises(InstrumentError, match=r"scale 'adapting' has 5 items, but count = 6 answers"):
        strict.without_items("res04", new_id="shorter", version="1")


def test_a_bank_next_to_a_form_comes_before_the_shipped_one(tmp_path):
    """A copy of a bank that was edited looks as if it counted."""
    form = tmp_path / "own.toml"
    form.write_text((shipped.banks_folder() / "forms" / "scii-12.toml").read_text(encoding="utf-8"))
    assert load(form).item_ids == load("scii-12").item_ids
    (tmp_path / "trust.toml").write_text(
        (shipped.banks_folder() / "components" / "trust.toml").read_text(encoding="utf-8")
    )
    with pytest.raises(
        InstrumentError, match=r"banks\[0\]: 'trust' is a bank that ships .* write 'trust.toml'"
    ):
        load(form)
    text = form.read_text(encoding="utf-8").replace('banks = ["trust"', 'banks = ["trust.toml"')
    form.write_text(text, encoding="utf-8")
    assert load(form).item_ids == load("scii-12").item_ids


@pytest.mark.parametrize("read", [load, load_bank])
def test_a_translation_says_what_it_is(read):
    with pytest.raises(
        InstrumentError, match=r"is a translation of trust into 'de', .*: load trust, or a form"
    ):
        read(shipped.banks_folder() / "components" / "trust.de.toml")
