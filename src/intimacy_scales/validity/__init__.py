"""Evidence for the validity of scores: what a study of an instrument has to show."""

from intimacy_scales.validity.content_validity_result import ContentValidity, Essential, RatedItem, SortedItem
from intimacy_scales.validity.cutoff_search_result import CutoffFigures, CutoffSearch
from intimacy_scales.validity.cutoffs import cutoff_search
from intimacy_scales.validity.evidence import EvidenceReport, KnownStep, evidence_report
from intimacy_scales.validity.expert_ratings import ExpertRatings
from intimacy_scales.validity.expert_sheets import expert_instructions, expert_sheet, read_expert_sheets
from intimacy_scales.validity.group_comparison import known_groups
from intimacy_scales.validity.important_change import minimal_important_change
from intimacy_scales.validity.important_change_result import ChangeThreshold, MinimalImportantChange
from intimacy_scales.validity.judged_content import content_validity
from intimacy_scales.validity.known_groups_result import KnownGroup, KnownGroups
from intimacy_scales.validity.regression_norm_result import RegressionNorm
from intimacy_scales.validity.regression_norm_score import RegressionNormScore
from intimacy_scales.validity.regression_norms import regression_norm
from intimacy_scales.validity.trait_methods import mtmm
from intimacy_scales.validity.trait_methods_result import MultitraitMultimethod

__all__ = [
    "ChangeThreshold", "ContentValidity", "CutoffFigures", "CutoffSearch", "Essential", "EvidenceReport",
    "ExpertRatings", "KnownGroup", "KnownGroups", "KnownStep", "MinimalImportantChange",
    "MultitraitMultimethod", "RatedItem", "RegressionNorm", "RegressionNormScore", "SortedItem",
    "content_validity", "cutoff_search", "evidence_report", "expert_instructions", "expert_sheet",
    "known_groups", "minimal_important_change", "mtmm", "read_expert_sheets", "regression_norm",
]  # fmt: skip
