"""Every text says of partial invariance that it is partial, and which parameters are free."""

from __future__ import annotations

from typing import Any

import pytest

from intimacy_scales import cfa, encode, invariance, methods_section, paper_table, simulate
from intimacy_scales.dyads import Dyads, dyadic_invariance
from intimacy_scales.factor import Invariance
from intimacy_scales.factor.confirmatory.results.freed import equal_sentence, freed_names, partial_sentence
from intimacy_scales.papers import results_section
from intimacy_scales.plots import invariance_plot

MODEL = "trust =~ tru01 + tru04 + tru09 + tru11"
GROUPS = ["a"] * 100 + ["b"] * 100
FREE = ("trust =~ tru09", "tru04 ~ 1")


@pytest.fixture(scope="module")
def answers() -> Any:
    return encode("scii-24", simulate("scii-24", 200, rng=1).answers)


@pytest.fixture(scope="module")
def tested(answers: Any) -> Invariance:
    return invariance(MODEL, answers, groups=GROUPS, partial=["tru04~1", "trust =~ tru09"])


def test_partial_invariance_is_called_partial_in_every_text(tested: Invariance) -> None:
    assert tested.partial == FREE
    assert tested.freed == {"configural": (), "metric": FREE[:1], "scalar": FREE, "strict": FREE}
    for name in ("metric", "scalar", "strict"):
        assert f" {name} invariance" not in tested.sentence().replace(f"partial {name} invariance", "")
    assert "(with trust =~ tru09 and tru04 ~ 1 free)" in tested.sentence()
    said = "Invariance is partial: trust =~ tru09 and tru04 ~ 1 were free in each group."
    assert said == partial_sentence(FREE, "in each group")
    texts = (repr(tested), tested.to_html(), methods_section(tested)["Comparison of models"])
    assert all(said in text for text in texts)
    assert "partial strict invariance" in results_section(tested)["Comparison of models"]
    note = paper_table(tested).note
    assert "free in each group: trust =~ tru09 (metric); trust =~ tru09 and tru04 ~ 1 (scalar and" in note
    assert [f.of for f in tested.findings(sample="s", source="s")][:2] == [
        "partial metric against configural",
        "partial scalar against partial metric",
    ]
    again = Invariance.from_json(tested.to_json())
    assert again.sentence() == tested.sentence()
    assert repr(again) == repr(tested)


def test_without_partial_nothing_is_partial(answers: Any) -> None:
    full = invariance(MODEL, answers, groups=GROUPS, steps=["configural", "metric"])
    assert full.partial == ()
    texts = (full.sentence(), repr(full), full.to_html(), paper_table(full).note, str(methods_section(full)))
    assert not any("artial" in text for text in texts)


def test_models_of_groups_name_the_exceptions_from_equality(answers: Any) -> None:
    model = cfa(
        MODEL, answers, groups=GROUPS, equal=["loadings", "residuals"], partial=["tru01 ~~ tru01", FREE[0]]
    )
    said = (
        "Loadings and residual variances were equal across groups, except trust =~ tru09 and "
        "tru01 ~~ tru01, which were free in each group."
    )
    assert freed_names(model) == (FREE[0], "tru01 ~~ tru01")
    assert equal_sentence(model) == said
    assert said in methods_section(model)["Structure"]
    assert said in paper_table(model).note
    other = cfa(MODEL, answers, groups=GROUPS, equal=["loadings"])
    note = paper_table(model, other, names=["some", "all"]).note
    assert f"some: l{said[1:]} all: loadings were equal across groups." in note
    assert equal_sentence(cfa(MODEL, answers)) == ""


def test_freed_parameters_have_no_line_in_the_plot(tested: Invariance) -> None:
    axes: Any = invariance_plot(tested)
    frame: Any = axes.to_frame().set_index("parameter")["implied by metric model"]
    assert frame[FREE[0]].isna().all()
    assert frame["trust =~ tru11"].notna().all()
    notes = " ".join(text.get_text() for text in axes.texts).replace("\n", " ")
    assert "Without line: free in each group of the metric model (trust =~ tru09)" in notes
    assert "trust =~ tru09 (free in the metric model too)" in axes.alt_text
    frame = invariance_plot(tested, "intercepts").to_frame().set_index("parameter")
    assert frame.loc[FREE[1], "implied by scalar model"].isna().all()


@pytest.mark.parametrize("direction", ["from_free", "from_equal"])
def test_partial_invariance_across_partners(direction: Any) -> None:
    answers = simulate("prqc", 200, couples=0.5, rng=8).answers
    dyads = Dyads.from_long("prqc", answers, couple="couple", role="partner")
    steps: Any = ["configural", "metric", "scalar"]
    tested = dyadic_invariance(dyads, "trust", partial=["prqc_10 ~ 1"], direction=direction, steps=steps)
    assert tested.freed == {"configural": (), "metric": (), "scalar": ("prqc_10 ~ 1",)}
    assert "with prqc_10 ~ 1 free)" in tested.sentence()
    said = "Invariance is partial: prqc_10 ~ 1 was free for each partner."
    assert said in methods_section(tested)["Comparison of models"]
    assert said in repr(tested)
    assert said in tested.page().warnings
    assert "Partial invariance; free for each partner: prqc_10 ~ 1 (scalar)." in paper_table(tested).note
