"""Tables of fit: of several models, of nested models compared, and of the steps of invariance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from intimacy_scales.dyads.invariance.result import DyadicInvariance
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor import CFAResult, StructureReport
from intimacy_scales.factor.confirmatory.comparison import FitChange, ModelComparison
from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.factor.confirmatory.invariance_result import Invariance
from intimacy_scales.factor.confirmatory.results.fit_sentence import kind_of, reported
from intimacy_scales.factor.confirmatory.results.freed import equal_sentence
from intimacy_scales.papers.notes import defined, model_text, origin, same_instrument
from intimacy_scales.papers.table import (
    Column,
    PaperTable,
    as_paper_table,
    coefficients,
    numbers,
    probabilities,
    with_interval,
    words,
)
from intimacy_scales.results.wording import apa_signed, counted, joined

_DELTA = "Δ"
Fitted = CFAResult | StructureReport


def fit_table(
    models: Mapping[str, Fitted], *, number: int | None, title: str | None, labels: Mapping[str, str]
) -> PaperTable:
    """Return the fit of several models, which need not be nested."""
    columns = _fit_columns(models, labels)
    instrument = same_instrument(model.instrument for model in models.values())
    printed = _renamed(models, labels)
    note = [*_fit_note(printed), *_equal_note(printed), *origin(instrument)]
    return as_paper_table("fit", title or "Fit of models", columns, note, number)


def comparison_table(
    result: ModelComparison, *, number: int | None, title: str | None, labels: Mapping[str, str]
) -> PaperTable:
    """Return the fit of nested models and the loss of fit at each step."""
    models: dict[str, Fitted] = dict(result.models)
    changes = list(result.changes)
    names = ["configural", "metric", "scalar", "strict", "residual"]
    steps = isinstance(result, Invariance | DyadicInvariance)
    if isinstance(result, DyadicInvariance):
        if result.exchangeable is not None:
            raise EstimationError(
                f"these couples have no steps of invariance: {result.reason}; for a table of their model, "
                "pass a result of couples whose partners are told apart, or use to_docx() and to_latex()"
            )
        if result.direction == "from_equal":
            models = dict(reversed(models.items()))
    by_name = {change.name: change for change in changes}
    rows = [by_name.get(name) for name in models]
    columns = [*_fit_columns(models, labels), *_change_columns(rows)]
    shown = {name: name.capitalize() for name in models} if steps else {}
    columns[0] = words(
        "model", "Model", list(models), [labels.get(name) or shown.get(name) or name for name in models]
    )
    printed = _renamed(models, labels)
    equal = [] if steps else _equal_note(printed)
    note = [*_fit_note(printed), *equal, *_change_note(result, labels), *_groups_note(result)]
    instrument = same_instrument(model.instrument for model in models.values())
    kind = "invariance" if steps and set(names) & set(models) else "fit"
    usual = "Tests of measurement invariance" if kind == "invariance" else "Fit of nested models"
    if isinstance(result, DyadicInvariance):
        usual = f"{usual} of {result.scale} across partners"
    return as_paper_table(kind, title or usual, columns, [*note, *origin(instrument)], number)


def _fit_columns(models: Mapping[str, Fitted], labels: Mapping[str, str]) -> list[Column]:
    """Return the test, the indices and the interval of RMSEA of each model."""
    fits = [_fit_of(name, model) for name, model in models.items()]
    tests = [fit if fit.scaled is None else fit.scaled for fit in fits]
    rmsea = []
    for fit in fits:
        low, high = fit.rmsea_interval() if fit.scaled is None else fit.scaled.robust_rmsea_interval()
        rmsea.append((reported(fit, "rmsea"), low, high))
    return [
        words("model", "Model", list(models), [labels.get(name, name) for name in models]),
        numbers("chi_square", "χ²", [test.chi_square for test in tests]),
        words("df", "df", [fit.df for fit in fits]),
        probabilities("p", [test.p_value for test in tests]),
        coefficients("cfi", "CFI", [reported(fit, "cfi") for fit in fits], 3),
        coefficients("tli", "TLI", [reported(fit, "tli") for fit in fits], 3),
        with_interval("rmsea", "RMSEA [90% CI]", rmsea, 3),
        coefficients("srmr", "SRMR", [fit.srmr for fit in fits], 3),
    ]


def _fit_of(name: str, model: Fitted) -> Fit:
    if model.fit is None:
        raise EstimationError(
            f"{name} has no fit, since its model could not be estimated; leave it out of the table"
        )
    return model.fit


def _change_columns(changes: Sequence[FitChange | None]) -> list[Column]:
    """Return the differences between each model and the one before it; empty in the first row."""

    def figures(name: str) -> list[float]:
        return [math.nan if change is None else float(getattr(change, name)) for change in changes]

    def indices(index: str, heading: str) -> Column:
        values = [
            math.nan if change is None else change.srmr_change if index == "srmr" else change.reported(index)
            for change in changes
        ]
        name = f"{index}_change"
        return Column(heading=heading, figures={name: values}, cells=[apa_signed(x) for x in values])

    df = ["-" if change is None else str(change.df_change) for change in changes]
    return [
        numbers("chi_square_change", f"{_DELTA}χ²", figures("chi_square_change")),
        words("df_change", f"{_DELTA}df", figures("df_change"), df),
        probabilities("change_p", figures("p_value")),
        indices("cfi", f"{_DELTA}CFI"),
        indices("rmsea", f"{_DELTA}RMSEA"),
        indices("srmr", f"{_DELTA}SRMR"),
    ]


def _fit_note(models: Mapping[str, Fitted]) -> list[str]:
    """Return the sentences on symbols, estimators, missing rules and persons."""
    symbols = [
        ("CFI", "comparative fit index"),
        ("TLI", "Tucker-Lewis index"),
        ("RMSEA", "root mean square error of approximation"),
        ("SRMR", "standardized root mean square residual"),
        ("CI", "confidence interval"),
    ]
    fits = [(name, model, _fit_of(name, model)) for name, model in models.items()]
    kinds = {name: f"{fit.scaled.title} and robust indices" for name, _, fit in fits if fit.scaled}
    used = list(dict.fromkeys(kinds.values()))
    corrected = ""
    if used:
        which = "" if len(kinds) == len(fits) else f" ({joined(list(kinds))})"
        corrected = f"Tests are {joined(used)}{which}."
    how = {name: model_text(model) for name, model, _ in fits}
    if len(set(how.values())) == 1:
        sample = f"All models: {next(iter(how.values()))}."
    else:
        sample = " ".join(f"{name}: {text}." for name, text in how.items())
    improper = [name for name, model, _ in fits if model.improper]
    caution = f"Improper solution: {joined(improper)}." if improper else ""
    return [defined(symbols), corrected, sample, caution]


def _renamed(models: Mapping[str, Fitted], labels: Mapping[str, str]) -> dict[str, Fitted]:
    """Return the models by the names that are printed."""
    return {labels.get(name, name): model for name, model in models.items()}


def _equal_note(models: Mapping[str, Fitted]) -> list[str]:
    """Return the sentences on what models of several groups set equal."""
    texts = {name: equal_sentence(m) for name, m in models.items() if isinstance(m, CFAResult) and m.equal}
    return [f"{name}: {text[0].lower()}{text[1:]}" for name, text in texts.items()]


def _change_note(result: ModelComparison, labels: Mapping[str, str]) -> list[str]:
    """Return the sentences on differences: against which model, and by which test."""

    def printed(name: str) -> str:
        return labels.get(name, name)

    against = "; ".join(
        f"{printed(change.name)} against {printed(change.before)}" for change in result.changes
    )
    methods = joined(list(dict.fromkeys(change.method for change in result.changes)))
    fits = [model.fit for model in result.models.values()]
    kind = kind_of(fits[0])
    undefined = [f"{printed(change.name)}: {change.reason}" for change in result.changes if change.reason]
    missing = f"No test of the difference for {'; '.join(undefined)}." if undefined else ""
    return [
        f"{_DELTA} = difference ({against}), test: {methods}; differences of {kind}CFI and {kind}RMSEA.",
        missing,
    ]


def _groups_note(result: ModelComparison) -> list[str]:
    if isinstance(result, Invariance):
        return [
            f"Groups: {', '.join(f'{label} (n = {n})' for label, n in result.groups.items())}.",
            _partial_note(result.freed, "in each group"),
        ]
    if isinstance(result, DyadicInvariance):
        return [
            f"Both partners ({' and '.join(result.partners)}) are in one model; n counts couples "
            f"({counted(result.n_couples, 'couple')}).",
            _partial_note(result.freed, "for each partner"),
        ]
    return []


def _partial_note(freed: Mapping[str, Sequence[str]], where: str) -> str:
    """Return the sentence on the parameters that make steps partial; nothing where no step is."""
    steps: dict[tuple[str, ...], list[str]] = {}
    for step, names in freed.items():
        if names:
            steps.setdefault(tuple(names), []).append(step)
    texts = [f"{joined(list(names))} ({joined(models)})" for names, models in steps.items()]
    return f"Partial invariance; free {where}: {'; '.join(texts)}." if texts else ""
