"""Scores and sums of answers on an engine: Spark, Dask, polars, DuckDB, or datasets of files."""

from intimacy_scales.engines.answer_check import AnswerCheck
from intimacy_scales.engines.data_summary import DataSummary
from intimacy_scales.engines.entry import check, cluster_sums, item_moments, score, summarize
from intimacy_scales.engines.schema import ScoresSchema, scores_schema

__all__ = [
    "AnswerCheck",
    "DataSummary",
    "ScoresSchema",
    "check",
    "cluster_sums",
    "item_moments",
    "score",
    "scores_schema",
    "summarize",
]
