"""Factor models: confirmatory and exploratory factor analysis, and structural equation models.

Names load at first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intimacy_scales.factor.confirmatory.cfa import cfa
    from intimacy_scales.factor.confirmatory.comparison import FitChange, ModelComparison, compare_models
    from intimacy_scales.factor.confirmatory.invariance import invariance
    from intimacy_scales.factor.confirmatory.invariance_result import Invariance
    from intimacy_scales.factor.confirmatory.model.model import Model
    from intimacy_scales.factor.confirmatory.results.constraint_tests import ConstraintTest, ConstraintTests
    from intimacy_scales.factor.confirmatory.results.defined import DefinedParameter, DefinedParameters
    from intimacy_scales.factor.confirmatory.results.factor_scores import FactorDeterminacy, FactorScores
    from intimacy_scales.factor.confirmatory.results.result import CFAResult
    from intimacy_scales.factor.confirmatory.results.sem_result import SEMResult
    from intimacy_scales.factor.confirmatory.sem import sem
    from intimacy_scales.factor.exploratory.adequacy import SamplingAdequacy, Sphericity, bartlett, kmo
    from intimacy_scales.factor.exploratory.analysis import EFAResult, efa
    from intimacy_scales.factor.exploratory.average_partial import MinimumAveragePartial, map_test
    from intimacy_scales.factor.exploratory.parallel import ParallelAnalysis, parallel_analysis
    from intimacy_scales.factor.exploratory.retention import Scree, scree
    from intimacy_scales.factor.exploratory.rotation import Rotation, rotate
    from intimacy_scales.factor.heterotrait import HeterotraitMonotrait, htmt
    from intimacy_scales.factor.mcar import MCARTest, MissingPattern, little_mcar
    from intimacy_scales.factor.report.result import StructureReport
    from intimacy_scales.factor.report.structure import structure_report
    from intimacy_scales.factor.sample import SampleMoments, covariances_as_sample

_HOMES = {
    "exploratory.adequacy": ("SamplingAdequacy", "Sphericity", "bartlett", "kmo"),
    "confirmatory.comparison": ("FitChange", "ModelComparison", "compare_models"),
    "confirmatory.cfa": ("cfa",),
    "heterotrait": ("HeterotraitMonotrait", "htmt"),
    "confirmatory.invariance": ("invariance",),
    "confirmatory.invariance_result": ("Invariance",),
    "exploratory.analysis": ("EFAResult", "efa"),
    "confirmatory.model.model": ("Model",),
    "confirmatory.results.constraint_tests": ("ConstraintTest", "ConstraintTests"),
    "confirmatory.results.factor_scores": ("FactorDeterminacy", "FactorScores"),
    "confirmatory.results.result": ("CFAResult",),
    "mcar": ("MCARTest", "MissingPattern", "little_mcar"),
    "confirmatory.results.sem_result": ("SEMResult",),
    "confirmatory.results.defined": ("DefinedParameter", "DefinedParameters"),
    "confirmatory.sem": ("sem",),
    "report.structure": ("structure_report",),
    "report.result": ("StructureReport",),
    "exploratory.average_partial": ("MinimumAveragePartial", "map_test"),
    "exploratory.parallel": ("ParallelAnalysis", "parallel_analysis"),
    "exploratory.retention": ("Scree", "scree"),
    "exploratory.rotation": ("Rotation", "rotate"),
    "sample": ("SampleMoments", "covariances_as_sample"),
}  # fmt: skip
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "CFAResult", "ConstraintTest", "ConstraintTests", "DefinedParameter", "DefinedParameters", "EFAResult",
    "FactorDeterminacy", "FactorScores", "FitChange", "HeterotraitMonotrait", "Invariance", "MCARTest",
    "MinimumAveragePartial", "MissingPattern", "Model", "ModelComparison", "ParallelAnalysis", "Rotation",
    "SEMResult", "SampleMoments", "SamplingAdequacy", "Scree", "Sphericity", "StructureReport", "bartlett",
    "cfa", "compare_models", "covariances_as_sample", "efa", "htmt", "invariance", "kmo", "little_mcar",
    "map_test", "parallel_analysis", "rotate", "scree", "sem", "structure_report",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
