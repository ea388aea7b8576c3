"""Tables of every library, read and written: the only user of narwhals, pandas, polars and pyarrow."""

from intimacy_scales.reading.frames.array import ArrayTable
from intimacy_scales.reading.frames.arrow import ArrowTable
from intimacy_scales.reading.frames.base import Column, Distinct, Numbers, Table, Taken, check_unique, needs
from intimacy_scales.reading.frames.buffers import arrow_numbers, arrow_texts, numpy_numbers, numpy_truths
from intimacy_scales.reading.frames.lazy import batches_from
from intimacy_scales.reading.frames.lists import DocumentTable, ListTable, is_rows
from intimacy_scales.reading.frames.numbers import number_column, number_matrix
from intimacy_scales.reading.frames.opening import is_table, open_table
from intimacy_scales.reading.frames.pandas import PandasTable, row_labels, same_rows
from intimacy_scales.reading.frames.polars import PolarsTable
from intimacy_scales.reading.frames.repeated import RepeatedTable

__all__ = [
    "ArrayTable",
    "ArrowTable",
    "Column",
    "Distinct",
    "DocumentTable",
    "ListTable",
    "Numbers",
    "PandasTable",
    "PolarsTable",
    "RepeatedTable",
    "Table",
    "Taken",
    "arrow_numbers",
    "arrow_texts",
    "batches_from",
    "check_unique",
    "is_rows",
    "is_table",
    "needs",
    "number_column",
    "number_matrix",
    "numpy_numbers",
    "numpy_truths",
    "open_table",
    "row_labels",
    "same_rows",
]
