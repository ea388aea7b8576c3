"""Sentences of notes: what was answered and computed, how, and by which software."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor import CFAResult, StructureReport
from intimacy_scales.factor.confirmatory.results.fit_sentence import MISSING
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.messages import a_type

_DIGITS = 12  # of a digest

ESTIMATORS = {
    "ML": "maximum likelihood",
    "MLR": "robust maximum likelihood",
    "GLS": "generalized least squares",
    "ULS": "unweighted least squares",
}


def instrument_text(instrument: InstrumentRef | None) -> str:
    """Return the sentence that names the instrument by id, version and digest."""
    if instrument is None:
        return ""
    draft = ", a draft whose scores are not validated" if instrument.status == "draft" else ""
    digest = instrument.digest[:_DIGITS]
    return f"Instrument: {instrument.id}, version {instrument.version} (digest {digest}){draft}."


def software_text() -> str:
    """Return the sentence that names the software and its version."""
    from intimacy_scales import __version__

    return f"Computed with intimacy-scales {__version__}."


def origin(instrument: InstrumentRef | None) -> list[str]:
    """Return the last sentences of a note: instrument and software."""
    return [instrument_text(instrument), software_text()]


def model_text(model: CFAResult | StructureReport) -> str:
    """Return the estimator of a model, its rule for missing answers, and its persons."""
    persons = f"n = {model.n}" if model.n == model.n_rows else f"n = {model.n} of {model.n_rows}"
    clusters = "" if model.n_clusters is None else f" in {model.n_clusters} clusters"
    complete = model.n if isinstance(model, CFAResult) and model.missing == "listwise" else None
    complete = model.n_complete if isinstance(model, StructureReport) else complete
    missing = "no answers missing" if complete == model.n_rows else MISSING[model.missing]
    return f"{ESTIMATORS[model.estimator]}, {missing}, {persons}{clusters}"


def defined(symbols: Iterable[tuple[str, str]]) -> str:
    """Return the sentence that explains symbols.

    Examples
    --------
    >>> defined([("CFI", "comparative fit index"), ("k", "number of items")])
    'CFI = comparative fit index; k = number of items.'
    """
    return "; ".join(f"{symbol} = {meaning}" for symbol, meaning in symbols) + "."


def same_instrument(references: Iterable[InstrumentRef | None]) -> InstrumentRef | None:
    """Return the instrument of several results; None if no result names one.

    Raises
    ------
    EstimationError
        They are of different instruments.
    """
    known: list[InstrumentRef] = []
    for ref in references:
        if ref is not None and not any(ref.scores_alike(other) for other in known):
            known.append(ref)
    if len(known) > 1:
        raise EstimationError(
            f"the results are of {' and '.join(names_told_apart(known))}; pass results of one "
            "instrument, and make a table for each"
        )
    return known[0] if known else None


def names_told_apart(refs: Sequence[InstrumentRef]) -> list[str]:
    """Return names that differ, with the digests of instruments whose id and version are the same."""
    names = [ref.told_apart for ref in refs]
    if len(set(names)) == len(names):
        return names
    keys = {ref.key_digest for ref in refs}
    alike = len(keys) == 1 and None not in keys
    return [
        f"{name} (digest {ref.digest[:_DIGITS]}"
        + (", the same key)" if alike else f", key {ref.key_digest[:_DIGITS]})" if ref.key_digest else ")")
        for name, ref in zip(names, refs, strict=True)
    ]


def not_for_a_table(result: object) -> EstimationError:
    """Return the error that no table can be made of a result."""
    return EstimationError(
        f"{a_type(result)} is not a result that paper_table has a table for; pass a reliability report (with "
        "scores, and a structure report for correlations of factors), models, a comparison, invariance, an "
        "exploratory factor analysis, a report of couples, content validity, known groups, or a minimal "
        "important change; every result has to_latex(), to_docx() and more"
    )
