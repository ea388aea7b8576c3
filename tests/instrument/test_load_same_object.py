"""Nobody can change an instrument for others: `load` gives everybody the same object."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pydantic
import pytest

from intimacy_scales import load, load_bank, score
from intimacy_scales.instrument.loading import shipped_ids

REFUSED = (TypeError, AttributeError, pydantic.ValidationError)
TURNED = {f"das_{n}": 1 for n in range(1, 33)}
PARTS: dict[str, Callable[[], Any]] = {
    "the instrument": lambda: load("kmss"),
    "an item": lambda: load("kmss").items[1],
    "a response scale": lambda: load("scii-24").item("tru01").response_scale,
    "a scale": lambda: load("kmss").scales[0],
    "its evidence": lambda: load("kmss").evidence,
    "a finding": lambda: load("kmss").evidence.findings[0],
    "a norm": lambda: load("qmi").norms[0],
    "a cut-off": lambda: load("csi-16").cutoffs[0],
    "a coding": lambda: load("das").codings[0],
    "another coding of it": lambda: load("das").with_coding("position"),
    "the form of a person's scores": lambda: score("kmss", {"kmss_1": 4, "kmss_2": 5, "kmss_3": 6}).form,
    "the form of a table's scores": lambda: score("kmss", [{"kmss_1": 4, "kmss_2": 5, "kmss_3": 6}]).form,
    "an item bank": lambda: load_bank("trust"),
    "an item of a bank": lambda: load_bank("trust").items[0],
}
WAYS: dict[str, Callable[[Any, str], Any]] = {
    "an item of __dict__": lambda part, name: part.__dict__.__setitem__(name, "changed"),
    "an update of vars()": lambda part, name: vars(part).update({name: "changed"}),
    "a union": lambda part, name: part.__dict__.__ior__({name: "changed"}),
    "a default": lambda part, name: vars(part).setdefault("more", "changed"),
    "a deletion": lambda part, name: part.__dict__.__delitem__(name),
    "pop": lambda part, name: vars(part).pop(name),
    "popitem": lambda part, name: vars(part).popitem(),
    "clear": lambda part, name: vars(part).clear(),
    "another __dict__": lambda part, name: setattr(part, "__dict__", {name: "changed"}),
    "a field": lambda part, name: setattr(part, name, "changed"),
    "no field": lambda part, name: delattr(part, name),
    "no __dict__": lambda part, name: delattr(part, "__dict__"),
    "what is worked out": lambda part, name: setattr(part, "_items", {}),
    "a method": lambda part, name: setattr(part, "model_dump", "changed"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("part", PARTS)
def test_what_load_returns_cannot_be_changed_for_others(part: str, way: str) -> None:
    found = PARTS[part]()
    name = next(iter(type(found).model_fields))
    before = found.model_dump()
    with pytest.raises(REFUSED):
        WAYS[way](found, name)
    assert found.model_dump() == PARTS[part]().model_dump() == before


def test_the_message_says_what_to_do() -> None:
    with pytest.raises(TypeError, match=r"cannot be changed; model_copy\(update=") as caught:
        load("kmss").__dict__["title"] = "Mine"
    assert "model_copy" in str(caught.value)
    assert load("kmss").model_copy(update={"title": "Mine"}).title == "Mine"
    assert load("kmss").title == "Kansas Marital Satisfaction Scale"


@pytest.mark.parametrize("name", ["kmss", "das", "scii-24"])
@pytest.mark.parametrize(
    "again",
    [
        copy.copy,
        copy.deepcopy,
        lambda form: pickle.loads(pickle.dumps(form)),
        lambda form: form.model_copy(),
        lambda form: type(form).model_construct(
            **{field: getattr(form, field) for field in type(form).model_fields}
        ),
        lambda form: type(form).model_validate(form.to_dict()),
    ],
)
def test_copies_are_equal_and_as_unchangeable(name: str, again: Callable[[Any], Any]) -> None:
    form = load(name)
    assert (form.digest, form.key_digest) == (again(form).digest, again(form).key_digest)
    copied = again(form)
    assert copied == form
    assert hash(copied) == hash(form)
    assert repr(copied) == repr(form)
    assert set(type(form).model_fields) <= set(vars(copied))
    with pytest.raises(TypeError, match="cannot be changed"):
        vars(copied)["title"] = "Mine"


def test_what_is_worked_out_is_kept() -> None:
    form = load("das")
    assert form.ref is form.ref
    assert form.with_coding("position") is form.with_coding("position")
    assert form.scales[0].keys is form.scales[0].keys
    assert "n_points" in vars(form.items[0].response_scale) or form.items[0].response_scale.n_points > 1
    assert type(form).digest.__doc__.startswith("sha256 of the canonical content")


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnverifiedKeyWarning")
def test_the_same_object_is_given_each_time() -> None:
    for name in shipped_ids()[::8]:
        assert load(name) is load(name)
