"""Measurement of close relationships: item banks, checked answers, scale scores, and their reliability.

Names are imported at first use, so that importing this package costs little.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intimacy_scales.checking import BankReport, check_bank
    from intimacy_scales.coding import CodingCheck, check_coding
    from intimacy_scales.dyads import Dyads, apim, couple_feedback, couple_report, couple_scores
    from intimacy_scales.errors import (
        AnotherRangeWarning,
        DocumentError,
        EstimationError,
        InstrumentError,
        IntimacyScalesError,
        IntimacyScalesWarning,
        InvalidResponsesError,
        KeyingWarning,
        LanguagesPooledWarning,
        MissingColumnsError,
        MissingDependencyError,
        ModelSyntaxError,
        NoNormsError,
        NotConvergedError,
        NotIdentifiedError,
        PairingError,
        ResponseError,
        ResponseProblem,
        SmallSampleWarning,
        UnknownInstrumentError,
        UnknownNameError,
        UnvalidatedInstrumentWarning,
        UnverifiedKeyWarning,
    )
    from intimacy_scales.factor import (
        Model,
        cfa,
        compare_models,
        efa,
        htmt,
        invariance,
        parallel_analysis,
        sem,
        structure_report,
    )
    from intimacy_scales.instrument import Instrument, Item, ItemBank, MissingRule, Norm, ResponseScale, Scale
    from intimacy_scales.instrument.catalogue import available
    from intimacy_scales.instrument.comparison import InstrumentComparison, compare
    from intimacy_scales.instrument.loading import load, load_bank, load_file
    from intimacy_scales.instrument.pooling import pool_languages
    from intimacy_scales.instrument.template import translation_template
    from intimacy_scales.numerics.progress import report_progress
    from intimacy_scales.papers import PaperTable, manuscript, methods_section, paper_table, results_section
    from intimacy_scales.planning import SamplePlan, plan_sample_size
    from intimacy_scales.reading.table import CodedResponses, encode
    from intimacy_scales.reliability import (
        ItemMoments,
        cronbach_alpha,
        item_analysis,
        item_moments,
        item_moments_stream,
        mcdonald_omega,
        reliability_report,
    )
    from intimacy_scales.reports import PersonReport, person_report
    from intimacy_scales.scoring import PersonScores, Scores, SheetProblems, score, score_many, score_stream
    from intimacy_scales.simulation import Simulation, simulate
    from intimacy_scales.validity import (
        content_validity,
        cutoff_search,
        evidence_report,
        known_groups,
        minimal_important_change,
        mtmm,
        regression_norm,
    )

__version__ = "0.1.0"

_HOMES = {
    "instrument.loading": ("load", "load_bank", "load_file"),
    "instrument.catalogue": ("available",),
    "instrument.comparison": ("InstrumentComparison", "compare"),
    "instrument.pooling": ("pool_languages",),
    "instrument.template": ("translation_template",),
    "checking": ("BankReport", "check_bank"),
    "coding": ("CodingCheck", "check_coding"),
    "dyads": ("Dyads", "apim", "couple_feedback", "couple_report", "couple_scores"),
    "reading.table": ("CodedResponses", "encode"),
    "errors": (
        "AnotherRangeWarning", "DocumentError", "EstimationError", "InstrumentError", "IntimacyScalesError",
        "IntimacyScalesWarning",
        "InvalidResponsesError", "KeyingWarning", "LanguagesPooledWarning", "MissingColumnsError",
        "MissingDependencyError", "ModelSyntaxError", "NoNormsError", "NotConvergedError",
        "NotIdentifiedError", "PairingError", "ResponseError", "ResponseProblem", "SmallSampleWarning",
        "UnknownInstrumentError", "UnknownNameError", "UnvalidatedInstrumentWarning",
        "UnverifiedKeyWarning",
    ),
    "factor": (
        "Model", "cfa", "compare_models", "efa", "htmt", "invariance", "parallel_analysis", "sem",
        "structure_report",
    ),
    "instrument": ("Instrument", "Item", "ItemBank", "MissingRule", "Norm", "ResponseScale", "Scale"),
    "numerics.progress": ("report_progress",),
    "papers": ("PaperTable", "manuscript", "methods_section", "paper_table", "results_section"),
    "reports": ("PersonReport", "person_report"),
    "planning": ("SamplePlan", "plan_sample_size"),
    "reliability": (
        "ItemMoments", "cronbach_alpha", "item_analysis", "item_moments", "item_moments_stream",
        "mcdonald_omega", "reliability_report",
    ),
    "scoring": ("PersonScores", "Scores", "SheetProblems", "score", "score_many", "score_stream"),
    "simulation": ("Simulation", "simulate"),
    "validity": (
        "content_validity", "cutoff_search", "evidence_report", "known_groups", "minimal_important_change",
        "mtmm", "regression_norm",
    ),
}  # fmt: skip
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "AnotherRangeWarning", "BankReport", "CodedResponses", "CodingCheck", "DocumentError", "Dyads",
    "EstimationError", "Instrument", "InstrumentComparison", "InstrumentError", "IntimacyScalesError",
    "IntimacyScalesWarning", "InvalidResponsesError", "Item", "ItemBank", "ItemMoments", "KeyingWarning",
    "LanguagesPooledWarning", "MissingColumnsError", "MissingDependencyError", "MissingRule", "Model",
    "ModelSyntaxError", "NoNormsError", "Norm", "NotConvergedError", "NotIdentifiedError", "PairingError",
    "PaperTable", "PersonReport", "PersonScores", "ResponseError", "ResponseProblem", "ResponseScale",
    "SamplePlan", "Scale", "Scores", "SheetProblems", "Simulation", "SmallSampleWarning",
    "UnknownInstrumentError", "UnknownNameError", "UnvalidatedInstrumentWarning", "UnverifiedKeyWarning",
    "apim", "available", "cfa", "check_bank", "check_coding", "compare", "compare_models",
    "content_validity", "couple_feedback", "couple_report", "couple_scores", "cronbach_alpha",
    "cutoff_search", "efa", "encode", "evidence_report", "htmt", "invariance", "item_analysis",
    "item_moments", "item_moments_stream", "known_groups", "load", "load_bank", "load_file", "manuscript",
    "mcdonald_omega", "methods_section", "minimal_important_change", "mtmm", "paper_table",
    "parallel_analysis", "person_report", "plan_sample_size", "pool_languages", "regression_norm",
    "reliability_report", "report_progress", "results_section", "score", "score_many", "score_stream",
    "sem", "simulate", "structure_report", "translation_template",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
