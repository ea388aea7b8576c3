"""Whether answers support the scales: what the report finds, what it says, and what it keeps to itself."""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
import json
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import (
    CodedResponses,
    EstimationError,
    UnknownInstrumentError,
    encode,
    item_moments,
    load,
    simulate,
)
from intimacy_scales import reliability_report as reliability
from intimacy_scales.factor import Model, StructureReport, cfa, structure_report
from intimacy_scales.results.wording import apa
from tests.shared.comparison import near
from tests.shared.factor_answers import NAN, good, parts
from tests.shared.instruments import coded

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning")
FORM = load("scii-24")
THREE = {"a": "q1 q2 q3 q4", "b": "q5 q6 q7 q8", "c": "q9 q10 q11 q12"}
HALF = {"a": "q1 q2 q3 q4", "b": "q5 q6 q7 q8"}


def titles(report: Any) -> list[str]:
    """The headings of the tables of a report."""
    return [table.title for table in report.page().tables]


def report(answers, **options):
    """Report on coded answers, or on moments of them, with few drawn data sets."""
    return structure_report(answers.instrument, answers, **({"n_iterations": 5} | options))


class Page(HTMLParser):
    """Tags that are opened are closed; cells are kept by row."""

    def __init__(self, text):
        super().__init__()
        self.open, self.rows = [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data


def presentable(found):
    """Return a report after writing it in every way."""
    plain = json.loads(found.to_json())
    assert (plain["fit"] is None) == (plain["reason"] is not None)
    assert plain["sentence"] == found.sentence()
    assert plain["warnings"] == list(found.warnings)
    page = Page(found.to_html())
    items = [row for row in page.rows if row and row[0] in found.to_frame().index]
    assert [row[0] for row in items] == list(found.to_frame().index)
    rows = list(csv.DictReader(io.StringIO(found.to_csv())))
    assert [row["item"] for row in rows] == [item.item for item in found.items]
    assert {row["digest"] for row in rows} == {found.instrument.digest}
    markdown = found.to_markdown()
    for block in re.findall(r"(?:^\|.*\n)+", markdown, re.M):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(widths) == 1
    for text in found.warnings:
        assert text in repr(found)
    for text in (markdown, repr(found), page.rows, found.sentence()):
        assert not re.search(r"\bnan\b|\bNone\b|-0\.00\b|-\.00\b", str(text))
    return found


def arrays_in(thing, seen):
    """Every array that can be reached from a result."""
    if id(thing) in seen or isinstance(thing, str | int | float | bytes | type | None):
        return
    seen.add(id(thing))
    assert not isinstance(thing, CodedResponses | pd.DataFrame)
    if isinstance(thing, np.ndarray):
        yield thing
    elif isinstance(thing, dict):
        for part in [*thing, *thing.values()]:
            yield from arrays_in(part, seen)
    elif isinstance(thing, list | tuple | set | frozenset):
        for part in thing:
            yield from arrays_in(part, seen)
    else:
        names = [f.name for f in dataclasses.fields(thing)] if dataclasses.is_dataclass(thing) else []
        slots = [n for kind in type(thing).__mro__ for n in getattr(kind, "__slots__", ())]
        for name in {*names, *slots, *getattr(thing, "__dict__", {})}:
            yield from arrays_in(getattr(thing, name, None), seen)


@pytest.mark.parametrize("missing", [None, "listwise", "pairwise"])
def test_a_report_holds_no_ones_answers(missing):
    answers = coded(parts(157, (4, 4, 4), gaps=0.004), THREE | {"t": {"of": ["a", "b", "c"]}})
    couples = {} if missing == "pairwise" else {"clusters": np.arange(157) // 2}
    kept = report(answers, missing=missing, **couples)
    rules = [] if missing is None else [reliability(answers.instrument, answers, missing=missing)]
    for result in (kept, *rules):
        complete = int((answers.codes != 0).all(axis=1).sum())
        for array in arrays_in(result, set()):
            assert not {157, complete, 79} & set(array.shape), array.shape
    with pytest.raises(EstimationError, match="needs each person's answers"):
        kept.heterotrait.confidence_interval("a", "b")
    assert presentable(kept).n_rows == 157


# ------------------------------------------------------------------ keys that hold, and keys that do not


@pytest.fixture(scope="module")
def answered():
    return simulate(FORM, 400, rng=1).answers


def test_answers_from_the_keys_support_them(answered):
    found = presentable(structure_report(FORM, answered, n_iterations=20))
    assert [guide.met for guide in found.guides] == [True] * 7
    assert (found.warnings, found.reason, found.improper, found.fit.df) == ((), None, (), 237)
    assert (found.parallel.n_factors, len(found.items), found.estimator, found.missing) == (
        6,
        24,
        "MLR",
        "fiml",
    )
    (low, high), said = (f"{f(i.loading for i in found.items):.2f}"[1:] for f in (min, max)), found.sentence()
    for words in (
        "the model of the keys of scii-24 (24 items, 6 correlated factors) by robust maximum likelihood",
        "(n = 400, no answers missing)", f"scaled chi-square(237) = {found.fit.scaled.chi_square:.2f}, p = .",
        f"Standardized loadings were {low} to {high}.", "suggested 6 factors",
        "scii-24 0.3.0 is a draft, and its scores are not validated.",
    ):  # fmt: skip
        assert words in said
    assert re.search(r"Factors correlated \.\d\d to \.\d\d\.", said)


def swapped(one, other):
    """The short form with two items in each other's scales."""
    document = FORM.model_dump(mode="json", exclude_defaults=True)
    for scale in document["scales"]:
        if "items" in scale:
            scale["items"] = [{one: other, other: one}.get(str(key), str(key)) for key in scale["items"]]
    return type(FORM).model_validate(document)


def test_items_that_were_swapped_are_pointed_at(answered):
    found = presentable(structure_report(swapped("tru01", "car13"), answered, n_iterations=5))
    assert [item.item for item in found.items if item.elsewhere] == ["car13", "tru01"]
    assert {m.name for m in found.modifications[:2]} == {"caring =~ car13", "trust =~ tru01"}
    assert "car13 also goes with caring" in repr(found)
    told = {text.split()[0]: text for text in found.warnings}
    assert "is keyed to trust, but loads on" in told["car13"]
    assert "is keyed to caring, but loads on" in told["tru01"]
    assert not {g.index: g.met for g in found.guides}["largest HTMT"]
    assert len(found.modifications) == 5
    assert min(m.index for m in found.modifications) > 3.84


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_an_item_that_was_not_reversed_is_named(estimator):
    x = parts(300, (4, 4))
    x[:, 1] = 8 - x[:, 1]
    found = report(coded(x, HALF), estimator=estimator)
    assert found.items[1].loading < -0.5
    assert any("q2" in text and "negative loading" in text for text in found.warnings), found.guides


def test_items_without_a_factor_are_placed_on_none():
    x = parts(300, (4, 4))
    x[:, 3] = np.random.default_rng(0).integers(1, 8, 300)
    found = report(coded(x, HALF))
    assert abs(found.items[3].efa_loading) < 0.2
    assert not any("but loads on" in text for text in found.warnings)


# ------------------------------------------------------------------ arrangements


@pytest.mark.parametrize("factors", ["one", "second_order", "bifactor"])
def test_every_arrangement_is_named(factors):
    answers = coded(parts(400, (4, 4, 4)), THREE | {"t": {"of": ["a", "b", "c"]}})
    found = presentable(report(answers, factors=factors))
    word = {"one": "one factor", "second_order": "a second-order factor", "bifactor": "a general factor"}
    assert word[factors] in found.sentence()
    assert found.factor_names == (("t",) if factors == "one" else
                                  ("t", *"abc") if factors == "bifactor" else (*"abc", "t"))  # fmt: skip
    assert {item.scale for item in found.items} == ({"t"} if factors == "one" else set("abc"))
    assert "Factors correlated" not in found.sentence()
    assert not any("correlations (below)" in name for name in titles(found))


@pytest.mark.parametrize(("factors", "measured"), [("second_order", "a"), ("bifactor", "q1")])
def test_what_the_general_factor_does_is_shown(factors, measured):
    answers = coded(parts(400, (4, 4, 4), 0.4), THREE | {"t": {"of": ["a", "b", "c"]}})
    fitted = cfa(Model.from_instrument(answers.instrument, factors=factors), answers)
    loading = apa(fitted.parameters[f"t =~ {measured}"].std_all)
    page = Page(report(answers, factors=factors).to_html())
    assert any(loading in row for row in page.rows if row and measured in row[0].split())


def test_weak_group_factors_are_not_the_items_fault():
    answers = coded(parts(400, (4, 4, 4), 0.8), THREE | {"t": {"of": ["a", "b", "c"]}})
    found = report(answers, factors="bifactor")
    assert min(item.explained for item in found.items) > 0.4  # as high as loadings of .63 and more
    assert "smallest loading" not in [guide.index for guide in found.guides if guide.met is False]


def test_one_scale_is_one_factor():
    found = presentable(structure_report("ras", simulate("ras", 200, rng=1).answers, n_iterations=5))
    assert found.heterotrait is None
    assert [g.index for g in found.guides][4:] == ["smallest loading"]
    assert "(7 items, one factor)" in found.sentence()


@pytest.mark.parametrize("key", ["prqc", "prqc-interleaved"])
def test_a_total_of_other_scales_is_not_a_scale_of_its_own(key):
    found = structure_report(key, simulate(key, 200, rng=1).answers, n_iterations=5)
    assert found.scales == ("satisfaction", "commitment", "intimacy", "trust", "passion", "love")


def test_scales_that_share_items_must_be_chosen():
    answers = coded(parts(200, (4, 4)), HALF | {"c": "q4 q5 q6"})
    with pytest.raises(EstimationError, match=r"a and c of small share q4: .*choose some of them"):
        report(answers)
    with pytest.raises(EstimationError, match=r"share q4: .*choose others"):
        report(answers, scales=["a", "c"])
    assert report(answers, scales=["a", "b"]).scales == ("a", "b")


@pytest.mark.parametrize("sizes", [(2, 2, 2), (2, 4)])
def test_scales_of_two_items_lean_on_the_others(sizes):
    ends = np.cumsum((0, *sizes))
    keys = [" ".join(f"q{i + 1}" for i in range(*pair)) for pair in itertools.pairwise(ends)]
    found = presentable(report(coded(parts(400, sizes), dict(zip("abc", keys, strict=False)))))
    assert found.reason is None


NOT_FITTED = {
    "two items": (good(90, 2), {"a": "q1 q2"}, "not identified"),
    "one item": (good(90, 1), {"a": "q1"}, "not identified"),
    "items of their own": (good(90, 3), {"a": "q1", "b": "q2", "c": "q3"}, "not identified"),
    "copies": (np.repeat(good(90, 4), 2, axis=1), HALF, "determine each other"),
    "few": (parts(10, (4, 4, 4)), THREE, "too few"),
    "one person": (parts(1, (4, 4)), HALF, "1 usable person: "),
    "nobody": (np.empty((0, 8)), HALF, "0 usable persons"),
    "no answers": (np.full((20, 8), NAN), HALF, "0 usable persons"),
    "constant": (np.where(np.arange(8) == 2, 4, parts(90, (4, 4))), HALF, "everyone gave q3 the same answer"),
    "skipped": (np.where(np.arange(8) == 2, NAN, parts(90, (4, 4))), HALF,
                "fewer than two persons answered q3; leave it out"),
}  # fmt: skip


@pytest.mark.parametrize("case", NOT_FITTED)
def test_where_no_model_can_be_fitted_the_report_says_why(case):
    x, scales, words = NOT_FITTED[case]
    found = presentable(report(coded(x, scales)))
    assert words in found.reason
    assert (found.fit, found.modifications, found.improper) == (None, (), ())
    assert "No fit is reported" in found.sentence()
    assert found.warnings[0] == f"the model of the keys could not be estimated: {found.reason}"


@pytest.mark.parametrize("case", ["two items", "nobody"])
def test_a_table_without_rows_is_not_shown(case):
    x, scales, _ = NOT_FITTED[case]
    assert "Guides" not in titles(report(coded(x, scales)))


def test_a_model_without_degrees_of_freedom_meets_no_guide():
    found = presentable(report(coded(good(200, 3))))
    assert "has no degrees of freedom, so that it tests nothing" in found.sentence()
    fit = [guide for guide in found.guides if guide.index != "smallest loading"]
    assert [guide.met for guide in fit] == [None] * len(fit), "CFI = 1 of a model that cannot fail"


@pytest.mark.parametrize("n", [30, 60])
def test_few_persons_are_said_to_be_few(n):
    found = structure_report(FORM, simulate(FORM, n, rng=1).answers, n_iterations=5)
    assert any(text.startswith(f"n = {n}") for text in found.warnings), found.warnings


def test_an_improper_solution_is_not_to_be_interpreted():
    x = np.random.default_rng(1).normal(size=(300, 1)) + np.random.default_rng(2).normal(size=(300, 6))
    found = presentable(report(coded(np.clip(np.rint(4 + x), 1, 7), {"a": "q1 q2 q3", "b": "q4 q5 q6"})))
    beyond = "the correlation of the factors a and b is 1.014, so that the latent covariance matrix is not "
    assert found.improper == (f"{beyond}positive definite",)
    assert found.warnings[0] == f"improper solution: {found.improper[0]}"
    assert "must not be interpreted as it stands" in found.sentence()


# ------------------------------------------------------------------ who counts


@pytest.mark.parametrize(("missing", "estimator"), [(None, "MLR"), ("fiml", "ML"), ("listwise", "MLR"),
                                                    ("listwise", "ML"), ("pairwise", "ML")])  # fmt: skip
def test_figures_are_those_of_the_model(missing, estimator):
    answers = coded(parts(150, (4, 4), gaps=0.03), HALF)
    found = presentable(report(answers, missing=missing, estimator=estimator))
    rule, form = missing or "fiml", answers.instrument
    scaling = "satorra_bentler" if (rule, estimator) == ("listwise", "MLR") else "yuan_bentler"
    expected = cfa(
        form, answers, missing=rule, estimator=estimator, identification="fixed_factor", scaling=scaling
    )
    assert found.fit == expected.fit
    near([i.loading for i in found.items], [expected.parameters[i].std_all for i in range(8)])
    near(found.items[2].se, expected.parameters[2].std_all_se)
    near(found.factor_correlations[1, 0], expected.parameters["a ~~ b"].std_all)
    near(found.items[0].explained, found.items[0].loading ** 2)
    complete, said = int((answers.codes != 0).all(axis=1).sum()), found.sentence()
    assert (found.n_rows, found.n_complete) == (150, complete)
    assert {"fiml": "n = 150, full information", "listwise": f"n = {complete} of 150, complete answers only",
            "pairwise": "pairwise"}[rule] in said  # fmt: skip
    assert ("robust CFI" in said) == ("scaled chi-square" in said) == (estimator == "MLR")
    assert "90% CI [" in said


def test_sums_give_what_answers_do():
    answers = coded(parts(150, (4, 4), gaps=0.03), HALF)
    moments = item_moments(answers.instrument, answers)
    found = presentable(report(moments))
    assert (found.estimator, found.missing, found.n_complete) == ("ML", "pairwise", None)
    expected = report(answers, missing="pairwise").to_dict()
    near(found.fit.chi_square, expected["fit"]["chi_square"])
    near([i.loading for i in found.items], [item["loading"] for item in expected["items"]])


def test_row_order_changes_nothing_and_seeds_repeat():
    x = parts(150, (4, 4))
    found = report(coded(x, HALF), rng=3)
    assert found.to_json() == report(coded(x, HALF), rng=3).to_json()
    other = report(coded(x[::-1], HALF), rng=3)
    near([i.loading for i in other.items], [i.loading for i in found.items], rel=1e-6)
    assert report(coded(x, HALF), rng=4).parallel.component_means[0] != found.parallel.component_means[0]


def test_couples_change_the_errors_and_not_the_estimates():
    x = np.repeat(parts(120, (4, 4)), 2, axis=0)
    alone, twice = report(coded(x[::2], HALF)), report(coded(x, HALF), clusters=np.arange(240) // 2)
    near([i.loading for i in twice.items], [i.loading for i in alone.items], rel=1e-6)
    assert twice.items[0].se == pytest.approx(alone.items[0].se, rel=0.02)
    assert "n = 240 in 120 clusters" in twice.sentence()
    assert presentable(twice).n_clusters == 120


@pytest.mark.parametrize("n_clusters", [1, 2, 10])
def test_few_clusters_are_said_to_be_few(n_clusters):
    found = report(coded(parts(200, (4, 4)), HALF), clusters=np.arange(200) % n_clusters)
    assert any("cluster" in text for text in found.warnings), found.items[0]


ANSWERS = coded(parts(90, (4, 4)), HALF)
WRONG = {
    "estimator": ({"estimator": "WLS"}, "estimator='WLS' is not valid; allowed: 'ML'.*'MLR'.*'GLS'.*'ULS'"),
    "robust pairwise": ({"estimator": "MLR", "missing": "pairwise"}, "'fiml' or 'listwise'"),
    "missing": ({"missing": "em"}, "missing='em' is not valid; allowed: 'listwise'.*'fiml'"),
    "factors": ({"factors": "two"}, "factors='two' is not valid; allowed: 'correlated', 'one', 'second"),
    "second order": ({"factors": "second_order"}, "needs three scales to identify .*there are 2"),
    "no scales": ({"scales": []}, r"scales=\[\]|no scale"),
    "iterations": ({"n_iterations": 0}, "n_iterations=0 is not valid; allowed: a whole number, at least 1"),
    "seed": ({"rng": "x"}, "rng='x' is not valid; allowed: a whole number from 0"),
    "clusters with ML": ({"clusters": range(90), "estimator": "ML"}, "with clusters use 'MLR'"),
    "clusters pairwise": ({"clusters": range(90), "missing": "pairwise"}, "clusters.*'fiml' or 'listwise'"),
    "labels": ({"clusters": [1, 2]}, "2 labels for 90 rows"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_asked_says_what_can(case):
    options, words = WRONG[case]
    with pytest.raises(EstimationError, match=words):
        report(ANSWERS, **options)


def test_sums_cannot_give_what_takes_answers():
    moments = item_moments(ANSWERS.instrument, coded(parts(90, (4, 4), gaps=0.05), HALF))
    for options in ({"missing": "fiml"}, {"estimator": "MLR"}, {"clusters": "pair"}, {"missing": "listwise"}):
        with pytest.raises(EstimationError, match=r"only sums|needs each person|sums do not"):
            report(moments, **options)
    with pytest.raises(UnknownInstrumentError, match="no scale 'd'; it has a, b"):
        report(ANSWERS, scales=["a", "d"])


def test_auxiliary_variables_are_those_of_cfa() -> None:
    table = simulate("scii-24", 300, missing=0.1, rng=3).answers
    table["age"] = [None if row % 7 == 0 else row % 40 for row in range(300)]
    options: Any = {"scales": ["trust", "caring"], "n_iterations": 5}
    report = structure_report("scii-24", table, auxiliary=["kno06", "age"], **options)
    model = Model.from_instrument("scii-24", scales=["trust", "caring"])
    by_hand = cfa(
        model, table, instrument="scii-24", estimator="MLR", missing="fiml", auxiliary=["kno06", "age"],
        identification="fixed_factor",
    )  # fmt: skip
    assert report.fit == by_hand.fit
    assert report.auxiliary == ("kno06", "age")
    assert "; auxiliary: kno06, age" in report.title
    assert StructureReport.from_json(report.to_json()) == report
    plain = structure_report("scii-24", table, **options)
    assert plain.fit != report.fit
    assert (plain.n_complete, plain.exploratory, plain.parallel) == (
        report.n_complete, report.exploratory, report.parallel,
    )  # fmt: skip
    assert "auxiliary" not in plain.to_dict()
    coded = encode("scii-24", table, keep=["age"])
    assert structure_report(coded, auxiliary=["kno06", "age"], **options).fit == report.fit


def test_auxiliary_variables_of_a_report_are_checked() -> None:
    table = simulate("scii-24", 200, missing=0.1, rng=3).answers
    with pytest.raises(EstimationError, match="'tru01' is part of the model already"):
        structure_report("scii-24", table, auxiliary=["tru01"])
    with pytest.raises(EstimationError, match="and missing='listwise' does not use it"):
        structure_report("scii-24", table, scales=["trust"], auxiliary=["kno06"], missing="listwise")
    with pytest.raises(EstimationError, match="auxiliary='kno06' is not valid; allowed: a list"):
        structure_report("scii-24", table, scales=["trust"], auxiliary="kno06")
