"""Tables of profiles, of tests of equality between partners, and of actor and partner effects."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from intimacy_scales.dyads.models.actor_partner_words import adjusted_for, improper_title, test_name
from intimacy_scales.dyads.profiles.wording import title_of
from intimacy_scales.dyads.report.figure_table import (
    FigureTable,
    intervals,
    numbers,
    probabilities,
    words,
)
from intimacy_scales.results.wording import percent

if TYPE_CHECKING:
    from intimacy_scales.dyads.report.result import CoupleReport


def similarity_table(report: CoupleReport) -> FigureTable | None:
    """Return means of the similarity of profiles, next to those of strangers; None without them."""
    similarity, strangers = report.similarity, report.strangers
    if similarity is None:
        return None
    means = list(similarity.means.values())
    digits = [mean.digits() for mean in means]
    bounded = [mean.is_correlation for mean in means]
    columns = [
        words("figure", "Figure", [title_of(mean.name) for mean in means]),
        words("n", "n", [mean.n for mean in means]),
        words("n_undefined", "Undefined", [mean.n_undefined for mean in means]),
        numbers("mean", "M", [mean.mean for mean in means], digits, bounded=bounded),
        numbers("sd", "SD", [mean.sd for mean in means], digits, bounded=bounded),
        intervals(
            "ci",
            f"{percent(report.confidence_level)} CI",
            [report.similarity_intervals[mean.name] for mean in means],
            digits,
        ),
    ]
    if strangers is not None:
        compared = [strangers.comparisons.get(mean.name) for mean in means]
        columns += [
            numbers(
                "strangers",
                "Strangers",
                [math.nan if c is None else c.expected for c in compared],
                digits,
                bounded=bounded,
            ),
            probabilities("p", "p", [math.nan if c is None else c.p_value for c in compared]),
        ]
    k = len(similarity.components)
    return FigureTable(
        name="similarity", title=f"Similarity of profiles over {k} scales", columns=tuple(columns)
    )


def distinguishability_table(report: CoupleReport) -> FigureTable | None:
    """Return the test of whether roles tell partners apart; None without it."""
    tested = report.distinguishability
    if tested is None:
        return None
    columns = (
        words("variables", "Scales", [", ".join(map(report.title_of, tested.variables))]),
        words("n", "n", [tested.n_couples]),
        numbers("chi_square", "Chi-square", [tested.chi_square], 2),
        words("df", "df", [tested.df]),
        probabilities("p", "p", [tested.p]),
    )
    return FigureTable(
        name="distinguishability", title="Equal means, variances and covariances (I-SAT)", columns=columns
    )


def invariance_table(report: CoupleReport) -> FigureTable | None:
    """Return the fit of each step of invariance, and the loss of fit; None without steps."""
    steps = [
        (tested, name, model.fit, {change.name: change for change in tested.changes}.get(name))
        for tested in report.invariance.values()
        for name, model in tested.models.items()
    ]
    if not steps:
        return None
    changes = [change for *_, change in steps]
    columns = (
        words("scale", "Scale", [report.title_of(tested.scale) for tested, *_ in steps]),
        words("model", "Model", [name for _, name, *_ in steps]),
        words("n", "n", [fit.n for *_, fit, _ in steps]),
        numbers("chi_square", "Chi-square", [fit.chi_square for *_, fit, _ in steps], 2),
        words("df", "df", [fit.df for *_, fit, _ in steps]),
        probabilities("p", "p", [fit.p_value for *_, fit, _ in steps]),
        numbers("cfi", "CFI", [fit.cfi for *_, fit, _ in steps]),
        numbers("rmsea", "RMSEA", [fit.rmsea for *_, fit, _ in steps]),
        numbers("srmr", "SRMR", [fit.srmr for *_, fit, _ in steps]),
        numbers(
            "chi_square_change", "Chi-square change",
            [math.nan if c is None else c.chi_square_change for c in changes], 2,
        ),
        probabilities("change_p", "p of it", [math.nan if c is None else c.p_value for c in changes]),
        numbers("cfi_change", "CFI change", [math.nan if c is None else c.cfi_change for c in changes]),
    )  # fmt: skip
    return FigureTable(name="invariance", title="Invariance across partners", columns=columns)


def measurement_table(report: CoupleReport) -> FigureTable | None:
    """Return the fit of measurement models of exchangeable partners; None without them."""
    models = [tested.exchangeable for tested in report.invariance.values() if tested.exchangeable is not None]
    if not models:
        return None
    columns = (
        words("scale", "Scale", [report.title_of(model.scale) for model in models]),
        words("n", "n", [model.n_couples for model in models]),
        numbers("chi_square", "Chi-square", [model.fit.chi_square for model in models], 2),
        words("df", "df", [model.fit.df for model in models]),
        probabilities("p", "p", [model.fit.p_value for model in models]),
        numbers("cfi", "CFI", [model.fit.cfi for model in models]),
        numbers("rmsea", "RMSEA", [model.fit.rmsea for model in models]),
        numbers("srmr", "SRMR", [model.srmr for model in models]),
    )
    return FigureTable(
        name="measurement", title="Measurement models of exchangeable partners", columns=columns
    )


def latent_mean_table(report: CoupleReport) -> FigureTable | None:
    """Return differences of latent means with the status of invariance; None without them."""
    means = {
        name: tested.mean_difference
        for name, tested in report.invariance.items()
        if tested.mean_difference.reason is None
    }
    if not means:
        return None
    first, second = report.partners
    level = report.confidence_level
    columns = (
        words("scale", "Scale", [report.title_of(name) for name in means]),
        words("n", "n", [mean.n for mean in means.values()]),
        numbers("difference", "In pooled SD", [mean.standardized for mean in means.values()], 2),
        numbers("se", "SE", [mean.standardized_se for mean in means.values()], 2),
        intervals(
            "ci", f"{percent(level)} CI",
            [mean.confidence_interval(level, standardized=True) for mean in means.values()], 2,
        ),
        probabilities("p", "p", [mean.p for mean in means.values()]),
        words("scalar_invariance", "Scalar invariance", [mean.invariance for mean in means.values()]),
    )  # fmt: skip
    return FigureTable(
        name="latent_means", title=f"Differences of latent means, {first} minus {second}", columns=columns
    )


def effect_table(report: CoupleReport) -> FigureTable | None:
    """Return actor and partner effects; None without a model."""
    model = report.model
    if model is None:
        return None
    effects = model.effects
    level = report.confidence_level
    digits = [effect.digits() for effect in effects]
    columns = (
        words("effect", "Effect", [effect.name for effect in effects]),
        numbers("estimate", "Estimate", [effect.estimate for effect in effects], digits),
        numbers("se", "SE", [effect.se for effect in effects], digits),
        intervals(
            "ci", f"{percent(level)} CI", [effect.confidence_interval(level) for effect in effects], digits
        ),
        probabilities("p", test_name("p", effects), [effect.p for effect in effects]),
        numbers("standardized", "Standardized, pooled SD", [effect.standardized for effect in effects]),
        numbers("in_role", "Standardized, SD of role", [effect.standardized_in_cell for effect in effects]),
    )
    added = f"{adjusted_for(model.covariates)}{improper_title(model.improper)}"
    title = f"Actor-partner model of {model.outcome}{added}"
    return FigureTable(name="effects", title=title, columns=columns)


def reading_table(report: CoupleReport) -> FigureTable | None:
    """Return what each effect says in plain words; None without a model, or where it is improper."""
    model = report.model
    if model is None or model.improper:
        return None
    effects = [effect for effect in model.effects if effect.kind != "intercept"]
    columns = (
        words("effect", "Effect", [effect.name for effect in effects]),
        words("reading", "In words", [effect.sentence() for effect in effects]),
    )
    return FigureTable(name="readings", title="What the effects say", columns=columns)


def path_test_table(report: CoupleReport) -> FigureTable | None:
    """Return the tests of hypotheses about paths; None without a model."""
    model = report.model
    if model is None or not model.tests:
        return None
    columns = (
        words("hypothesis", "Hypothesis", [test.hypothesis for test in model.tests]),
        words("test", "Test", [test.method for test in model.tests]),
        numbers("chi_square", "Chi-square", [test.chi_square for test in model.tests], 2),
        words("df", "df", [test.df for test in model.tests]),
        probabilities("p", "p", [test.p for test in model.tests]),
    )
    title = f"Tests of hypotheses about paths{improper_title(model.improper)}"
    return FigureTable(name="path_tests", title=title, columns=columns)


def ratio_table(report: CoupleReport) -> FigureTable | None:
    """Return the ratios k of partner to actor effects; None where none is given."""
    model = report.model
    ratios = [] if model is None else [k for k in model.ratios if k.reason is None]
    if model is None or not ratios:
        return None
    level = report.confidence_level
    names = [", ".join(filter(None, (k.predictor, k.cell))) for k in ratios]
    columns = (
        words("of", "Of", names),
        numbers("k", "k", [k.estimate for k in ratios]),
        intervals("ci", f"{percent(level)} CI (delta)", [k.confidence_interval(level) for k in ratios]),
    )
    title = f"Ratios k of partner to actor effects{improper_title(model.improper)}"
    return FigureTable(name="ratios", title=title, columns=columns)


def missing_parts_table(report: CoupleReport) -> FigureTable | None:
    """Return the parts that were not computed, with reasons; None where all were."""
    if not report.not_computed:
        return None
    columns = (
        words("part", "Part", list(report.not_computed)),
        words("reason", "Reason", list(report.not_computed.values())),
    )
    return FigureTable(name="not_computed", title="Not computed", columns=columns)
