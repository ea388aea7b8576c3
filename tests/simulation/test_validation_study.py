"""Simulated answers give back the parameters they were made from, and studies write down what they found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from intimacy_scales import (
    Instrument,
    InstrumentError,
    Model,
    Norm,
    UnknownInstrumentError,
    cfa,
    cronbach_alpha,
    encode,
    invariance,
    load,
    mcdonald_omega,
    reliability_report,
    score,
    simulate,
    structure_report,
)
from intimacy_scales.instrument import Source

N = 20_000
LOADINGS = dict(zip(load("resilience").item_ids, np.linspace(0.5, 0.85, 13).round(2).tolist(), strict=True))
REVERSE = {key.item for scale in load("resilience").scales for key in scale.keys if key.reverse}
PHI, PARTNERS = 0.6, 0.4
FINE = np.linspace(-3.5, 3.5, 100).tolist()  # 101 points: next to no loss from rounding


@pytest.fixture(scope="module")
def fine() -> Instrument:
    """Resilience answered from 0 to 100, so that answers are as good as continuous."""
    document = load("resilience").to_dict()
    document["response_scale"] = {"minimum": 0, "maximum": 100}
    del document["response_scales"]
    document["items"] = [
        {name: v for name, v in item.items() if name != "response_scale"} for item in document["items"]
    ]
    return Instrument.model_validate(document)


@pytest.fixture(scope="module")
def population(fine):
    options = {"loadings": LOADINGS, "scale_correlations": PHI, "thresholds": FINE, "rng": 11}
    return encode(fine, simulate(fine, N, **options).answers)


def within(estimate: float, truth: float, error: float) -> None:
    """No further from the truth than four standard errors, which are small at this n."""
    assert error < 0.02
    assert abs(estimate - truth) < 4 * error, (estimate, truth, error)


def test_loadings_and_the_correlation_of_factors_are_recovered(fine, population):
    fit = cfa(Model.from_instrument(fine), population)
    scale_of = {key.item: scale.id for scale in fine.scales for key in scale.keys}
    for item, loading in LOADINGS.items():
        found = fit.parameters[f"{scale_of[item]} =~ {item}"]
        within(found.std_all, loading, (1 - loading**2) / np.sqrt(N) + 0.003)
    correlation = fit.parameters["adapting ~~ growth"]
    within(correlation.std_all, PHI, 0.01)
    assert fit.fit.cfi > 0.999
    assert fit.fit.p_value > 0.001


def test_reliability_is_that_of_the_loadings(fine, population):
    for scale in ("adapting", "growth"):
        loadings = np.array([LOADINGS[key.item] for key in fine.scale(scale).keys])
        total, own = loadings.sum() ** 2, (1 - loadings**2).sum()
        omega = mcdonald_omega(population, scale=scale)
        within(omega.estimate, total / (total + own), 0.005)
        k, covariance = len(loadings), np.outer(loadings, loadings)
        np.fill_diagonal(covariance, 1)
        alpha = k / (k - 1) * (1 - k / covariance.sum())
        within(cronbach_alpha(population, scale=scale).estimate, alpha, 0.005)


def test_partners_correlate_as_they_were_made_to(fine):
    options = {
        "loadings": 0.7,
        "thresholds": FINE,
        "couples": {"adapting": PARTNERS, "growth": 0.2},
        "rng": 12,
    }
    simulated = simulate(fine, 2 * N, **options)
    truth = simulated.true_scores.pivot(index="couple", columns="partner", values=["adapting", "growth"])
    for scale, expected in (("adapting", PARTNERS), ("growth", 0.2)):
        within(np.corrcoef(truth[scale].T)[0, 1], expected, (1 - expected**2) / np.sqrt(N))
    # scores carry error: the observed correlation is the true one times the reliability
    scores = score(fine, simulated.answers)["adapting"].reshape(N, 2)
    reliability = 36 * 0.49 / (36 * 0.49 + 6 * 0.51)
    within(np.corrcoef(scores.T)[0, 1], PARTNERS * reliability, 1 / np.sqrt(N))


def test_thresholds_missing_and_careless_shares_are_recovered():
    cuts = (-2.0, -1.4, -0.9, -0.3, 0.4, 1.1)
    simulated = simulate("resilience", N, thresholds=cuts, missing=0.05, rng=13)
    for item in load("resilience").items:
        answers = simulated.answers[item.id].dropna().to_numpy()
        within(len(answers) / N, 0.95, np.sqrt(0.05 * 0.95 / N))
        keyed = answers if item.id not in REVERSE else 8 - answers
        for point, cut in enumerate(cuts, start=1):
            below = (keyed <= point).mean()
            error = np.sqrt(below * (1 - below) / len(keyed)) / stats.norm.pdf(cut)
            assert abs(stats.norm.ppf(below) - cut) < 4.5 * error
    careless = simulate("resilience", N, careless=0.1, rng=14).true_scores["careless"].mean()
    within(careless, 0.1, np.sqrt(0.09 / N))


def test_norms_of_a_large_sample_are_those_of_the_population(fine, population):
    scores = score(fine, population)
    (norm,) = Norm.from_scores(scores, sample="20,000 simulated persons", scales=["growth"])
    within((norm.mean - 50) / norm.sd, 0, 1 / np.sqrt(N))
    for percent in (2, 10, 25, 50, 75, 90, 98):
        at = norm.mean + norm.sd * stats.norm.ppf(percent / 100)
        assert norm.percentile(at) == pytest.approx(percent, abs=1.2)


# ---------------------------------------------------------------- what was found is written down


@pytest.fixture(scope="module")
def study():
    answers = simulate("resilience", 600, scale_correlations=PHI, couples=0.4, missing=0.02, rng=15).answers
    return answers, {"sample": "300 simulated couples", "source": "a simulation"}


def test_a_reliability_report_as_findings(study):
    answers, told = study
    report = reliability_report("resilience", answers, clusters="couple")
    found = report.findings(**told)
    assert {(f.step, f.statistic) for f in found} == {
        ("items", "item-total correlations from, to"),
        ("reliability", "alpha"),
        ("reliability", "stratified alpha"),
        ("reliability", "omega total"),
    }
    assert {f.scale for f in found if f.statistic == "stratified alpha"} == {"total"}
    assert {f.scale for f in found if f.statistic == "alpha"} == {"adapting", "growth"}
    (alpha,) = (f for f in found if f.statistic == "alpha" and f.scale == "growth")
    assert alpha.value == round(report["growth"].alpha.estimate, 3)
    assert (alpha.n, alpha.sample, alpha.source) == (
        report["growth"].alpha.n, "300 simulated couples", "a simulation",
    )  # fmt: skip
    (items,) = (f for f in found if f.step == "items" and f.scale == "growth")
    correlations = report["growth"].items.r_drop
    assert items.value == (round(correlations.min(), 3), round(correlations.max(), 3))


def test_a_structure_report_and_invariance_as_findings(study):
    answers, told = study
    structure = structure_report("resilience", answers, clusters="couple")
    found = structure.findings(**told)
    assert [f.statistic for f in found] == [
        guide.index for guide in structure.guides if guide.met is not None
    ]
    assert {(f.step, f.of, f.n) for f in found} == {("structure", "2 correlated factors", 600)}
    halves = ["a" if couple % 2 else "b" for couple in answers["couple"]]
    steps = invariance(
        Model.from_instrument(load("resilience")), encode("resilience", answers), groups=halves
    )
    changes = steps.findings(**told)
    assert [f.of for f in changes] == [
        "metric against configural", "scalar against metric", "strict against scalar",
    ]  # fmt: skip
    assert [f.value for f in changes] == [round(change.cfi_change, 3) for change in steps.changes]


def test_findings_go_into_the_instrument_and_its_file(study, tmp_path):
    answers, told = study
    report = reliability_report("resilience", answers, clusters="couple")
    form = load("resilience").with_evidence(report.findings(**told), note="Simulated.")
    assert (form.evidence.status, form.evidence.note) == ("draft", "Simulated.")
    assert [step.title for step in form.evidence_steps if step.known] == [
        "people have answered it", "item analysis", "reliability",
    ]  # fmt: skip
    path = tmp_path / "resilience.toml"
    path.write_text(form.to_toml(), encoding="utf-8")
    assert load(path) == form
    assert form.digest != load("resilience").digest
    with pytest.raises(InstrumentError, match="'published' needs findings, and sources"):
        form.with_evidence((), status="published")
    source = Source(title="A study", where="doi 10.0/0")
    with pytest.raises(InstrumentError, match="needs findings"):
        load("resilience").with_evidence((), status="validated", sources=[source])
    published = form.with_evidence((), status="published", sources=[source])
    assert published.evidence.findings == form.evidence.findings
    assert "DRAFT" not in str(published.ref)


def test_an_item_leaves_every_scale():
    whole = load("resilience")
    form = whole.without_items(["res06", "res11"], new_id="resilience-11", version="0.1.0")
    assert (form.id, form.title) == ("resilience-11", "Resilience as a couple, shortened")
    assert form.item_ids == tuple(item for item in whole.item_ids if item not in ("res06", "res11"))
    assert form.description == "This is resilience 0.2.0 without res06, res11."
    assert form.scale("adapting").items == ("res01", "res02", "res03", "res04", "res05")
    assert form.scale("total").of == ("adapting", "growth")
    shorter = load("rdas").without_items(["rdas_11"], new_id="rdas-13", version="1")
    assert (shorter.norms, shorter.cutoffs, shorter.evidence.status) == ((), (), "draft")
    assert "rdas_11" not in shorter.codings[0].flip
    assert "Nothing is known" in (shorter.evidence.note or "")
    with pytest.raises(UnknownInstrumentError, match="resilience has no item 'res14'"):
        whole.without_items(["res14"], new_id="x", version="1")
    with pytest.raises(InstrumentError, match="no item of total is left"):
        load("kmss").without_items(["kmss_1", "kmss_2", "kmss_3"], new_id="x", version="1")
    with pytest.raises(InstrumentError, match="is the id of the whole instrument"):
        whole.without_items(["res01"], new_id="resilience", version="2")
