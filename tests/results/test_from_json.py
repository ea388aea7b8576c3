"""Results that were read from their documents: as they were, and what needs more says so."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import json
import math
import operator
import pickle
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

import jsonschema
import numpy as np
import pytest

from intimacy_scales import (
    Instrument,
    PersonScores,
    Scores,
    cronbach_alpha,
    item_moments,
    load,
    reliability_report,
    score,
    structure_report,
)
from intimacy_scales.errors import DocumentError, EstimationError, IntimacyScalesError, ResponseError
from intimacy_scales.factor import (
    CFAResult,
    SampleMoments,
    cfa,
    compare_models,
    covariances_as_sample,
    htmt,
    invariance,
    sem,
)
from intimacy_scales.factor.confirmatory.results.estimates import ParameterEstimate
from intimacy_scales.reliability import (
    CronbachAlpha,
    ReliabilityReport,
    item_analysis,
    mcdonald_omega,
    measurement_error,
    reliable_change,
    split_halves,
)
from intimacy_scales.reliability import test_retest as retest_of
from intimacy_scales.reports import PersonReport
from intimacy_scales.results.frozen import alike
from intimacy_scales.results.result import Result
from tests.shared.factor_answers import good
from tests.shared.instruments import coded
from tests.shared.one_of_each_result import MODEL, answers
from tests.shared.result_examples import CLASSES, DAYS, MORE, ONE, example, instrument_of, spoilt

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")


def test_classes_of_results_that_one_keeps_are_public() -> None:
    """A document is read by its class, which must be found without private modules."""
    homes = [
        import_module(f"intimacy_scales{name}")
        for name in (
            "",
            ".coding",
            ".scoring",
            ".reliability",
            ".factor",
            ".engines",
            ".dyads",
            ".interop",
            ".jobs",
            ".reports",
            ".validity",
        )
    ]
    parts = {  # of other results
        "Finding", "Fit", "Guide", "InterItem", "ItemStructure", "MissingCorrectedFit", "ModificationIndex",
        "ParameterEstimate",
        "ScaledFit", "ScaleSummary", "StandardScale",
    }  # fmt: skip
    assert {name for name in CLASSES if not any(hasattr(home, name) for home in homes)} == parts


def document_of(result: Any) -> Any:
    """What of a result its document holds: moments of a sample are kept without each person's answers."""
    return dataclasses.replace(result, rows=None) if isinstance(result, SampleMoments) else result


@pytest.mark.parametrize("name", CLASSES)
def test_results_come_back_from_their_documents(name: str) -> None:
    result = example(name)
    back = type(result).from_json(result.to_json(), instrument=instrument_of(result))
    assert back == document_of(result)
    assert hash(back) == hash(document_of(result))
    assert json.loads(back.to_json()) == json.loads(result.to_json())
    assert type(back).from_json(back.to_json(), instrument=instrument_of(result)) == back
    assert pickle.loads(pickle.dumps(back)) == copy.deepcopy(back) == back
    if type(result).__repr__ is not object.__repr__:
        assert repr(back) == repr(result)


def outcome(call: Callable[[], Any]) -> Any:
    """What a call gives, tables as lists; where it refuses, which error and what it says."""
    try:
        found = call()
    except IntimacyScalesError as error:
        return error
    if hasattr(found, "to_numpy"):
        return found.reset_index().to_csv()
    return list(found) if isinstance(found, Iterator) else found


def asked_without_more(kind: type[Result]) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Whatever a class can be asked without saying more: properties, and methods called without arguments."""
    for name, member in inspect.getmembers(kind):
        if name.startswith("_") and (name != "_repr_html_" or kind.__repr__ is object.__repr__):
            continue
        if isinstance(member, property):
            yield name, operator.attrgetter(name)
        elif (kind.__name__, name) == ("HierarchicalOmega", "confidence_interval"):
            continue  # a thousand models; test_intervals_once has what it refuses
        elif inspect.isfunction(member) and name not in ("interpret", "standardize"):
            given = list(inspect.signature(member).parameters.values())[1:]
            if all(p.default is not p.empty or p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in given):
                yield name, operator.methodcaller(name)


NOT_SHIPPED = r"no instrument '\w+' is shipped: pass it as instrument="


def with_documents_alone(result: Any) -> dict[str, str]:
    """What a result that was read refuses, and how; whatever it does not refuse must be as it was."""
    back = type(result).from_json(result.to_json(), instrument=instrument_of(result))
    refused = {}
    for asked, call in asked_without_more(type(result)):
        before, after = outcome(lambda c=call: c(result)), outcome(lambda c=call: c(back))
        if isinstance(after, DocumentError) and not isinstance(before, IntimacyScalesError):
            refused[asked] = str(after)
        elif isinstance(before, Exception):
            assert isinstance(after, DocumentError) or str(after) == str(before), asked
        elif (type(result), asked) != (
            PersonReport,
            "to_html",
        ):  # its picture is of scores not in the document
            assert alike(after, document_of(before)), asked
    return refused


@cache
def refused_by(name: str) -> dict[str, str]:
    """What an example that was read refuses."""
    return with_documents_alone(example(name))


@pytest.mark.parametrize("name", CLASSES)
def test_what_was_read_answers_as_before_or_says_what_it_lacks(name: str) -> None:
    for asked, told in refused_by(name).items():
        assert re.match(
            r"this \w+ was read from its document, which holds its figures and not .*; "
            "(compute it again from|fit the model again)"
            f"|{NOT_SHIPPED}",
            told,
        ), asked


def test_only_what_needs_answers_or_a_fit_is_refused() -> None:
    refused = {(name, asked) for name in CLASSES for asked in refused_by(name)}
    assert refused == {
        *(
            (name, asked)
            for name in ("ActorPartnerModel", "CommonFateModel", "MutualInfluenceModel")
            for asked in ("to_couples", "to_lavaan")
        ),
        ("ProfileSimilarity", "pseudo_couples"),
        ("ActorPartnerModel", "to_r"),
        ("ReliabilityReport", "to_r"),  # reverses items, by the keys of an instrument that is not shipped
        ("ProfileSimilarity", "to_frame"),
        ("CFAResult", "factor_correlations"),
        ("CFAResult", "factor_covariances"),
        ("CFAResult", "factor_determinacy"),
        ("CFAResult", "implied_covariances"),
        ("CFAResult", "implied_means"),
        ("CFAResult", "modification_indices"),
        ("CFAResult", "omega"),
        ("CFAResult", "residuals"),
        *(
            ("SEMResult", asked)
            for asked in (
                "factor_correlations",
                "factor_covariances",
                "factor_determinacy",
                "implied_covariances",
                "implied_means",
                "modification_indices",
                "omega",
                "residuals",
            )
        ),
        ("CronbachAlpha", "standard_error"),
        ("DyadicInvariance", "to_free"),
        ("Invariance", "to_free"),
        ("ItemAnalysis", "if_dropped"),
        ("McDonaldOmega", "if_dropped"),
        ("McDonaldOmega", "score_moments"),
        ("ResponseSurface", "influence"),
        ("RetestReliability", "limits_of_agreement"),
        ("ScaleReliability", "as_part"),
    }


def halves_of_a_scale(**changes: Any) -> Instrument:
    """A form whose ids are no names in a model's text, with options that are not whole."""
    form = {
        "id": "odd", "version": "1", "title": "Odd",
        "response_scale": {"minimum": 0.5, "maximum": 3.5, "step": 0.5},
        "items": [{"id": f"{n}-odd"} for n in range(1, 7)],
        "scales": [{"id": "all", "items": [f"{n}-odd" for n in range(1, 7)]}],
    }  # fmt: skip
    return Instrument.model_validate(form | changes)


def odd_answers(**columns: Any) -> Any:
    import pandas as pd

    form = halves_of_a_scale()
    return pd.DataFrame((good(60, 6, 9) + 0.0) / 2, columns=form.item_ids).assign(**columns)


def of_odd(function: Callable[..., Any], **options: Any) -> Callable[[], Any]:
    return lambda: function(halves_of_a_scale(), odd_answers(), **options)


CLUSTERS = np.arange(80) // 2
VARIED: dict[str, Callable[[], Any]] = {
    "alpha not defined": lambda: cronbach_alpha(halves_of_a_scale(), odd_answers(**{"1-odd": 0.5}).head(1)),
    "standardized alpha": of_odd(cronbach_alpha, standardized=True),
    "omega not defined": lambda: mcdonald_omega(halves_of_a_scale(), odd_answers().head(2)),
    "omega of the variance observed": of_odd(mcdonald_omega, denominator="observed"),
    "omega of a total": lambda: mcdonald_omega(answers(), scale="c"),
    "omega by full information": lambda: mcdonald_omega(answers(), scale="b", missing="fiml"),
    "items, no r_cor": lambda: item_analysis(halves_of_a_scale(), odd_answers(**{"2-odd": 1.5})),
    "items with other options": of_odd(item_analysis, missing="listwise"),
    "items that run against their key": lambda: item_analysis(
        halves_of_a_scale(), odd_answers(**{"2-odd": 4.0 - good(60, 6, 9)[:, 1] / 2})
    ),
    "halves, not defined": lambda: split_halves(halves_of_a_scale(), odd_answers().head(1)),
    "a sample of halves": of_odd(split_halves, n_splits=5, rng=1),
    "cfa of an instrument": lambda: cfa(halves_of_a_scale(), odd_answers()),
    "cfa with all that a text can say": lambda: cfa(
        "a =~ NA*q1 + u*q2 + start(0.5)*q3; q1 ~~ 0.1*q2; b =~ q4 + q5 + q6; a ~~ 1*a; u == v; b =~ v*q5",
        answers(),
    ),
    "sem with all that a text can say": lambda: sem(
        "a =~ q1 + u*q2 + v*q3; a + q4 ~ c(x, y)*q5 + 0.1*q6; q4 ~ z*a + c(0, NA)*1; u == 2*v - 0.5; x == y\n"
        "k := (x - u)/exp(-z)^2; twice := 2*k + 1e-3; log := log(-abs(u)) ; q5 ~~ a",
        answers(), groups=np.arange(80) // 40, clusters=CLUSTERS, estimator="MLR",
    ),
    "cfa of groups in clusters": lambda: cfa(
        "a =~ q1 + c(x, y)*q2 + q3; q1 ~ c(0, NA)*1", answers(), groups=np.arange(80) // 40,
        clusters=CLUSTERS, estimator="MLR",
    ),
    "invariance": lambda: invariance(
        MODEL, answers(), groups=np.arange(80) // 40, clusters=CLUSTERS, estimator="MLR"
    ),
    "a report of couples": lambda: reliability_report(
        answers().instrument, answers(), clusters=CLUSTERS, interval="adf"
    ),
    "a report of nobody much": lambda: reliability_report(halves_of_a_scale(), odd_answers().head(3)),
    "a structure that was not found": lambda: structure_report(
        halves_of_a_scale(), odd_answers(**{"1-odd": 0.5}), n_iterations=2
    ),
    "ratios by factor": lambda: htmt(MODEL, answers(), missing="pairwise"),
    "two occasions that differ": lambda: retest_of(DAYS[:, 1], DAYS[:, 2] + 1.0),
}  # fmt: skip


@pytest.mark.parametrize("what", VARIED)
def test_results_of_every_sort_come_back(what: str) -> None:
    result = VARIED[what]()
    assert read_again(result) == result
    assert json.loads(result.to_json()) == json.loads(type(result).from_json(result.to_json()).to_json())
    jsonschema.validate(json.loads(result.to_json()), type(result).json_schema())
    for told in with_documents_alone(result).values():
        assert re.match(f"this \\w+ was read from its document|{NOT_SHIPPED}", told)
    if hasattr(result, "findings"):
        back = type(result).from_json(result.to_json())
        assert back.findings(sample="s", source="t") == result.findings(sample="s", source="t")


def read_again(result: Any) -> Any:
    return type(result).from_json(result.to_json())


def test_closed_forms_go_on_from_the_figures_of_a_document() -> None:
    alpha, omega = cronbach_alpha(answers(), scale="b"), mcdonald_omega(answers(), scale="b")
    for method in ("bonett", "bonett-wright", "feldt"):
        assert read_again(alpha).confidence_interval(0.9, method) == alpha.confidence_interval(0.9, method)
    for method in ("logit", "delta"):
        again = tuple(read_again(omega).confidence_interval(0.9, method))
        assert again == pytest.approx(tuple(omega.confidence_interval(0.9, method)), rel=1e-12)
    retest = VARIED["two occasions that differ"]()
    for of in ("r", "mean_change"):
        assert read_again(retest).confidence_interval(0.9, of=of) == retest.confidence_interval(0.9, of=of)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda: read_again(cronbach_alpha(answers(), scale="b")).confidence_interval(method="adf"),
         "'adf' needs each person's answers, and the document .* holds none; pass encode"),
        (lambda: read_again(cronbach_alpha(answers(), scale="b")).confidence_interval(method="duhachek"),
         r"this CronbachAlpha was read from its document.* the answers behind them.*item_moments\(\.\.\.\)"),
        (lambda: read_again(mcdonald_omega(answers(), scale="b")).confidence_interval(method="bca"),
         "'bca' needs each person's answers, and the document .* holds none; pass encode"),
        (lambda: read_again(VARIED["two occasions that differ"]()).confidence_interval(0.9),
         "this RetestReliability was read .* compute it again from the scores of both occasions"),
        (lambda: read_again(htmt(MODEL, answers())).confidence_interval("a", "b"),
         "this HeterotraitMonotrait was read .* compute it again from the answers"),
        (lambda: read_again(VARIED["a sample of halves"]()).quantile(0.1),
         "this SplitHalves was read .* not that of each split"),
        (lambda: compare_models(*(read_again(cfa(m, answers(), estimator="MLR")) for m in (ONE, MODEL))),
         "this CFAResult was read .* and not the fit behind them.* fit the model again"),
    ],
)  # fmt: skip
def test_what_needs_more_than_the_document_says_so(ask: Callable[[], Any], told: str) -> None:
    with pytest.raises(IntimacyScalesError, match=told):
        ask()


def test_models_that_were_read_can_be_compared() -> None:
    comparison = MORE["comparison"]()
    again = compare_models(*map(read_again, comparison.models.values()), names=list(comparison.models))
    assert again.changes == comparison.changes
    fitted = read_again(cfa(MODEL, answers()))
    other = covariances_as_sample(np.cov(good(80, 6, 4).T), n=fitted.n, names=fitted.model.observed)
    with pytest.raises(EstimationError, match="fitted to different answers"):
        compare_models(fitted, cfa(ONE, other))


def test_an_error_of_measurement_takes_a_coefficient_that_was_read() -> None:
    for made in (cronbach_alpha(answers(), scale="b"), mcdonald_omega(answers(), scale="b")):
        told, kept = (measurement_error(one, sd=2.0) for one in (read_again(made), made))
        assert told.sem == kept.sem
        assert math.isnan(told.mean)
        with pytest.raises(DocumentError, match="was read from its document"):
            measurement_error(read_again(made))


def test_moments_of_a_sample_can_be_fitted_again() -> None:
    sample = example("SampleMoments")
    text = "f =~ " + " + ".join(sample.names)
    back = read_again(sample)
    assert cfa(text, back).fit == cfa(text, document_of(sample)).fit
    with pytest.raises(EstimationError, match="each person's answers"):
        cfa(text, back, estimator="MLR")


@pytest.mark.parametrize("changed", [{"missing": "fiml"}, {"clusters": np.zeros(30, np.intp)}])
def test_moments_that_need_their_answers_do_not_come_back(changed: Any) -> None:
    sample = dataclasses.replace(example("SampleMoments"), **changed)
    with pytest.raises(DocumentError, match="keep the table, and fit the model to it"):
        SampleMoments.from_json(sample.to_json())


@pytest.mark.parametrize("name", CLASSES)
def test_a_store_may_sort_the_names_in_a_document(name: str) -> None:
    """As jsonb does; what comes first, such as a group, must not change by it."""
    result = example(name)
    back = type(result).from_json(
        json.dumps(result.to_dict(), sort_keys=True), instrument=instrument_of(result)
    )
    assert back == document_of(result)
    if type(result).__repr__ is not object.__repr__:
        assert sorted(repr(back).split("\n")) == sorted(repr(result).split("\n"))


def test_the_first_group_and_model_stay_the_first() -> None:
    groups = np.repeat(["zeta", "alpha"], 40)
    fitted = cfa(MODEL, answers(), groups=groups)
    back = CFAResult.from_json(json.dumps(fitted.to_dict(), sort_keys=True))
    assert back.groups == ("zeta", "alpha")
    assert back.loadings.equals(fitted.loadings)
    comparison = compare_models(cfa(ONE, answers()), cfa(MODEL, answers()), names=["alpha", "zeta"])
    again = type(comparison).from_json(json.dumps(comparison.to_dict(), sort_keys=True))
    assert list(again.models) == list(comparison.models) == ["zeta", "alpha"]
    steps = invariance(MODEL, answers(), groups=groups)
    read = type(steps).from_json(json.dumps(steps.to_dict(), sort_keys=True))
    assert list(read.groups) == list(steps.groups)
    assert list(read.models) == list(steps.models)


def test_scales_of_one_person_keep_their_order() -> None:
    form = halves_of_a_scale(
        scales=[
            {"id": "z", "items": ["1-odd", "2-odd"], "missing": {"count": 1}},
            {"id": "a", "items": ["3-odd", "4-odd", "5-odd"], "missing": {"count": 1}},
        ]
    )
    result = score(form, {"1-odd": 1.0, "2-odd": None, "3-odd": 2.0, "4-odd": None, "5-odd": 2.0})
    back = PersonScores.from_json(json.dumps(result.to_dict(), sort_keys=True), instrument=form)
    assert list(back.scores) == ["z", "a"]
    assert repr(back) == repr(result)


def test_rows_of_scores_that_were_read_are_nobody_s() -> None:
    """They were paired by position: half of the persons had changed who had not."""
    table = odd_answers()
    table.index = [f"p{n}" for n in range(len(table))]
    one, other = (score(halves_of_a_scale(), rows) for rows in (table, table.iloc[::-1]))
    read = [Scores.from_json(r.to_json(), instrument=halves_of_a_scale()) for r in (one, other)]
    for before, after in ((read[0], read[1]), (one, read[1]), (read[0], other)):
        with pytest.raises(
            EstimationError, match=r"do not identify their persons.* before\['all'\] and after"
        ):
            reliable_change(before, after, reliability=0.8)
    assert len(reliable_change(read[0]["all"], one["all"].copy(), reliability=0.8).index) == len(table)
    with pytest.raises(ResponseError, match="was read from its document, which has no column of the table"):
        read[0].to_frame(keep=["who"])


def test_whole_numbers_of_other_programs_are_numbers() -> None:
    """JavaScript writes 1.0 as 1."""
    document = example("ParameterEstimate").to_dict() | {"estimate": 1}
    assert type(float(ParameterEstimate.from_dict(document))) is float


def test_a_document_of_another_instrument_than_was_passed_is_refused() -> None:
    with pytest.raises(DocumentError, match="the document was written with small 1"):
        CronbachAlpha.from_dict(example("CronbachAlpha").to_dict(), instrument=load("ras"))


def test_few_persons_are_too_few_also_where_only_sums_are_known() -> None:
    chance = np.random.default_rng(3)
    together = chance.normal(size=(9, 1))
    x = np.clip(np.rint(4 + 1.2 * together + chance.normal(size=(9, 6))), 1, 7)
    x[chance.random((9, 6)) < 0.35] = np.nan
    form = coded(x, {"a": "q1 q2 q3", "b": "q4 q5 q6"})
    for data in (form, item_moments(form.instrument, form)):
        with pytest.raises(EstimationError, match="too few for 6 variables"):
            cfa(MODEL, data, missing="pairwise")


def lists_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], list[Any]]]:
    """The arrays of a document and where they are, of many alike the first."""
    if isinstance(value, list) and value:
        yield path, value
        yield from lists_in(value[0], (*path, 0))
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from lists_in(part, (*path, name))


@pytest.mark.parametrize("name", CLASSES)
def test_arrays_of_another_length_are_refused_or_do_no_harm(name: str) -> None:
    result = example(name)
    document = json.loads(result.to_json())
    for path, entries in lists_in(document):
        if not path:
            continue
        for other in (entries[:-1], [*entries, entries[-1]]):
            try:
                back = type(result).from_dict(spoilt(document, path, other), instrument=instrument_of(result))
            except DocumentError:
                continue
            for _, call in (("", repr), *asked_without_more(type(result))):
                outcome(lambda c=call, r=back: c(r))  # raises whatever is no error of this package


@pytest.mark.parametrize(
    ("name", "path", "value", "told"),
    [
        ("CronbachAlpha", ("estimate",), 7.0, r"interval\.low: .* does not follow .*: it was changed after"),
        ("CronbachAlpha", ("n_items",), 40, "interval.low: .* does not follow from the other figures"),
        ("CronbachAlpha", ("interval", "low"), None, "interval.low: None does not follow"),
        ("ScaleReliability", ("alpha",), 0.1, "ScaleReliability.alpha: 0.1 does not follow"),
        ("ReliabilityReport", ("scales", 1, "sem"), 0.0, r"scales\[1\].sem: 0.0 does not follow"),
        ("ItemAnalysis", ("items", 0, "% floor"), 50.0, "% floor: 50.0 does not follow"),
        (
            "ItemAnalysis",
            ("items", 0, "frequencies"),
            {"often": 3},
            "parts do not fit together: could",
        ),
        ("ItemAnalysis", ("items", 0, "n"), 2**70, "its parts do not fit together: "),
        ("ModelComparison", ("fit", "model 1", "chi_square"), 1.0, "does not follow"),
        (
            "ModelComparison",
            ("changes", 0, "before"),
            "model 7",
            "they do not compare each model with the one before",
        ),
        ("PersonScores", ("pomp", "total"), 3.0, "pomp.total: 3.0 does not follow from the score"),
        ("PersonScores", ("pomp", "total"), None, "pomp.total: None does not follow from the score"),
        ("PersonScores", ("scores", "total"), 99, "PersonScores.scores.total: 99 is outside 3 to 21"),
        ("Scores", ("scores", "b", 3), 0.5, r"Scores.scores.b\[3\]: 0.5 is outside 1 to 7"),
        ("ReliableChange", ("counts", "improved"), 29, "counts.improved: 29 does not follow"),
        (
            "HeterotraitMonotrait",
            ("names",),
            ["a"],
            "htmt has 2 entries, and names has 1",
        ),
        ("EFAResult", ("phi",), [1.0, 0.5, 0.5], "EFAResult.phi: 1 levels of arrays; 2 are needed"),
        ("McDonaldOmega", ("estimate",), 0.5, "estimate: 0.5 is not its model_implied"),
        ("PersonScores", ("instrument", "status"), "validated", "another version, status, coding, "),
        (
            "SampleMoments",
            ("correlations", 0, 1),
            0.9,
            "SampleMoments.correlations: the matrix is not symmetric",
        ),
        ("SampleMoments", ("names",), ["x", "x", "z"], "SampleMoments.names: a variable is named twice"),
        ("SampleMoments", ("n",), -1, "SampleMoments.n: -1 is not a count"),
        ("HeterotraitMonotrait", ("htmt",), [[[]] * 2] * 2, "htmt"),
        ("Scores", ("answered", "b", 0), -1, "answered: a count is negative"),
        (
            "CFAResult",
            ("parameters", 0, "lhs"),
            "no",
            "CFAResult.parameters: .* must be in the model and here",
        ),
        (
            "CFAResult",
            ("parameters",),
            [],
            "CFAResult.parameters: a =~ q1, a =~ q2, .*must be in the model and here",
        ),
    ],
)
def test_documents_that_were_changed_are_refused_by_name(name: str, path: Any, value: Any, told: str) -> None:
    result = example(name)
    with pytest.raises(DocumentError, match=told):
        type(result).from_dict(spoilt(result.to_dict(), path, value), instrument=instrument_of(result))


def test_words_of_another_version_are_not_change() -> None:
    result = example("ReliabilityReport")
    document = spoilt(result.to_dict(), ("sentence",), "Said in other words.")
    assert ReliabilityReport.from_dict(spoilt(document, ("warnings",), ["one", "more"])) == result


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("statements",), [], "CFAResult.statements: the model has neither a factor"),
        (("statements", 0, "op"), "~", r"CFAResult.statements: a ~ q1 is a path .*use sem\(model, data\)"),
        (("statements", 0, "rhs"), "a", "measure each other in a circle"),
        (("parameters", 0, "estimate"), "x", "CFAResult.parameters.0..estimate: 'x' is not a number"),
        (("solution",), 1, "'solution' is not a name of such a document"),
    ],
)
def test_models_that_cannot_be_are_refused_by_name(path: tuple[Any, ...], value: Any, told: str) -> None:
    with pytest.raises(DocumentError, match=told):
        type(example("CFAResult")).from_dict(spoilt(example("CFAResult").to_dict(), path, value))
