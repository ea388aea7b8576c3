"""The sentences on couples for a Method section: who they are, and how their scores were analysed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intimacy_scales.dyads.models.actor_partner_result import ActorPartnerModel
from intimacy_scales.dyads.models.actor_partner_words import (
    adjusted_for,
    centring_words,
    estimator_name,
    sample_words,
)
from intimacy_scales.dyads.report.paragraph import UNKNOWN, partner_correlations
from intimacy_scales.dyads.report.result import CoupleReport
from intimacy_scales.papers.words import count_words, in_prose, listed
from intimacy_scales.results.wording import joined

_ESTIMATORS = {
    "ML": "maximum likelihood",
    "REML": "restricted maximum likelihood",
    "MLR": "robust maximum likelihood",
    "GLS": "generalized least squares",
}
_ERRORS = {
    "corrected": "scores corrected for measurement error",
    "latent": "factors of items instead of scores",
}


def clusters_text(n_clusters: int | None, reports: Sequence[CoupleReport]) -> str:
    """Return clusters in words, empty without any.

    A report tells how many clusters it had and not what they were, so that clusters as many as the couples
    are described as that and not called couples.
    """
    if n_clusters is None:
        return ""
    text = f"{n_clusters} clusters of respondents"
    alike = any(report.n_couples == n_clusters for report in reports)
    return f"{text} (as many as there are couples)" if alike else text


def couples_sample(report: CoupleReport) -> Iterator[str]:
    """Yield the sentences on who the couples are, and which were left out."""
    n = count_words(report.n_couples, "couple")
    if report.n_complete == report.n_couples:
        where = "which" if report.n_couples == 1 else "each of which"
        yield f"The sample consisted of {n} in {where} both partners answered."
    else:
        single = f", and one partner in {report.n_one_partner}" if report.n_one_partner else ""
        yield f"The sample consisted of {n}; both partners answered in {report.n_complete} of them{single}."
    if report.occasion is not None:
        yield f"The answers are those on occasion {report.occasion}."
    yield from _roles(report)
    if report.n_left_out:
        was = "was" if report.n_left_out == 1 else "were"
        others = count_words(report.n_left_out, "other couple")
        yield f"{others[0].upper()}{others[1:]} {was} left out because of faults in the pairing of rows."
    if report.n_without_answers:
        rows = count_words(report.n_without_answers, "row")
        has = "has" if report.n_without_answers == 1 else "have"
        yield f"{rows[0].upper()}{rows[1:]} of couples {has} no answers."
    if report.n_problems:
        yield f"Answers that are not valid ({report.n_problems}) counted as missing."


def _roles(report: CoupleReport) -> Iterator[str]:
    if report.mixed:
        kinds = [
            f"{n} of unknown composition" if name == UNKNOWN else f"{n} {name}"
            for name, n in report.compositions.items()
        ]
        yield f"Couples differ in composition ({joined(kinds)})."
    elif report.distinguishable:
        yield f"Partners were distinguished by role ({' and '.join(report.partners)})."
    else:
        yield "Partners were treated as exchangeable, because no roles distinguish them."


def couples_analysis(report: CoupleReport) -> Iterator[str]:
    """Yield the sentences on partners' correlations and on what was modelled."""
    parts = [part for part in report.agreement.scales if part.main.reason is None]
    for composition in dict.fromkeys(part.composition for part in parts):
        chosen = [part for part in parts if part.composition == composition]
        where = "" if composition is None else f" in {composition} couples"
        yield partner_correlations(chosen, where, report.confidence_level)
    fitted = {name: result for name, result in report.reliability.items() if result.scores}
    if fitted:
        yield (
            "The reliability (omega) of couples' means and of differences between partners was estimated "
            "from factor models of both partners' items."
        )
        improper = [in_prose(report.title_of(name)) for name, result in fitted.items() if result.improper]
        if improper:
            one = len(improper) == 1
            yield (
                f"The {'model' if one else 'models'} of {listed(improper)} {'is' if one else 'are'} not "
                f"used, because {'its solution is' if one else 'their solutions are'} improper."
            )
    if report.distinguishability is not None:
        yield "Whether roles distinguish partners was tested by the omnibus test of distinguishability."
    if report.similarity is not None:
        compared = " and compared with pseudo-couples" if report.strangers is not None else ""
        yield f"Similarity of partners' profiles over the scales was estimated{compared}."
    tested = [report.title_of(name) for name, result in report.invariance.items() if result.reason is None]
    if tested:
        yield f"Measurement invariance across partners was tested for {listed(tested)}."
    if report.model is not None:
        yield from _model(report, report.model)


def _model(report: CoupleReport, model: ActorPartnerModel) -> Iterator[str]:
    """Yield the sentences on the actor-partner model."""
    predictors = listed([in_prose(report.title_of(name)) for name in model.predictors])
    couples = count_words(model.n_couples, "couple")
    n = f"n = {sample_words(couples, model.n_one_partner, model.n_incomplete)}"
    estimator = estimator_name(_ESTIMATORS.get(model.estimator, model.estimator), model.n_incomplete)
    centred = centring_words(model.predictors, model.covariates, model.centres)
    details = "; ".join(filter(None, [n, estimator, centred, _ERRORS.get(model.error or "")]))
    yield (
        f"An actor-partner interdependence model predicted {in_prose(report.title_of(model.outcome))} from "
        f"{predictors} of both partners{adjusted_for(model.covariates)} ({details})."
    )
    if model.improper:
        yield "Its solution is improper, so that its effects are not reported."
