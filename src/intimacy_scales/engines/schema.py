"""The columns of a table of scores, as a schema of each engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from intimacy_scales.errors import ResponseError
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.late import late_module
from intimacy_scales.reading.frames import needs
from intimacy_scales.results.frozen import FrozenMapping
from intimacy_scales.scoring.kernel import count_type
from intimacy_scales.scoring.plan import plan_of
from intimacy_scales.scoring.tables import check_keep

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
else:
    pd = late_module("pandas")
    pl = late_module("polars")
    pa = late_module("pyarrow")

ColumnKind = Literal["float64", "uint8", "uint16", "uint32", "bool"]
_ARROW = ("float64", "uint8", "uint16", "uint32")
_POLARS = {"float64": "Float64", "uint8": "UInt8", "uint16": "UInt16", "uint32": "UInt32", "bool": "Boolean"}
# Spark has no unsigned types: the next wider signed ones hold all values
_SPARK = {"float64": "double", "uint8": "smallint", "uint16": "int", "uint32": "bigint", "bool": "boolean"}
_SPARK_OF_ARROW = {
    "bool": "boolean", "int8": "tinyint", "int16": "smallint", "int32": "int", "int64": "bigint",
    "uint8": "smallint", "uint16": "int", "uint32": "bigint", "float": "float", "double": "double",
    "string": "string", "large_string": "string", "binary": "binary", "large_binary": "binary",
    "date32[day]": "date",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoresSchema:
    """The columns of a table of scores.

    Attributes
    ----------
    instrument
        Id and version of the instrument.
    columns
        Name → numpy type name, for each column of scores.
    keep
        Name → Arrow type, for each kept column, which come before the scores.

    Examples
    --------
    >>> import pyarrow as pa
    >>> schema = scores_schema("ras", keep={"id": pa.int64()}, pomp=True)
    >>> dict(schema.columns), schema.to_arrow().names
    ({'total': 'float64', 'total_pomp': 'float64'}, ['id', 'total', 'total_pomp'])
    """

    instrument: str
    columns: Mapping[str, ColumnKind]
    keep: Mapping[str, Any]

    def to_arrow(self) -> pa.Schema:
        """Return the schema as a pyarrow Schema."""
        arrow = needs("pyarrow", "io")
        kept = [arrow.field(name, kind) for name, kind in self.keep.items()]
        kinds = {"bool": arrow.bool_()} | {kind: getattr(arrow, kind)() for kind in _ARROW}
        schema: pa.Schema = arrow.schema([*kept, *((name, kinds[kind]) for name, kind in self._all)])
        return schema

    def to_spark(self) -> str:
        """Return the schema as a schema string (DDL) of Spark.

        Counts have the next wider signed type, since Spark has no unsigned types.

        Raises
        ------
        ResponseError
            A kept column has a type without a simple name in Spark.
        """
        kept = [(name, self._spark_type(name, kind)) for name, kind in self.keep.items()]
        columns = [*kept, *((name, _SPARK[kind]) for name, kind in self._all)]
        return ", ".join(f"`{name.replace('`', '``')}` {kind}" for name, kind in columns)

    def to_pandas(self) -> pd.DataFrame:
        """Return the schema as a pandas table without rows, which Dask takes as ``meta=``."""
        import pandas as pd

        kept = {name: pd.Series(dtype=kind.to_pandas_dtype()) for name, kind in self.keep.items()}
        return pd.DataFrame(kept | {name: pd.Series(dtype=kind) for name, kind in self._all})

    def to_polars(self) -> pl.Schema:
        """Return the schema as a polars Schema."""
        polars = needs("polars", "io")
        kept = dict(polars.from_arrow(self.to_arrow().empty_table()).schema) if self.keep else {}
        scores = {name: getattr(polars, _POLARS[kind]) for name, kind in self._all}
        schema: pl.Schema = polars.Schema({name: kept[name] for name in self.keep} | scores)
        return schema

    @property
    def _all(self) -> list[tuple[str, ColumnKind]]:
        return list(self.columns.items())

    def _spark_type(self, name: str, kind: Any) -> str:
        """Return the Spark name of the Arrow type of a kept column."""
        text = str(kind)
        if text.startswith("timestamp"):
            return "timestamp" if "tz=" in text else "timestamp_ntz"
        if text.startswith("decimal128"):
            return f"decimal({kind.precision}, {kind.scale})"
        if text not in _SPARK_OF_ARROW:
            raise ResponseError(
                f"keep: column {name!r} has the Arrow type {text}, which has no simple name in Spark; keep "
                "another column, or write the schema by hand"
            )
        return _SPARK_OF_ARROW[text]


def scores_schema(
    instrument: Instrument | str | Path,
    *,
    keep: Mapping[str, Any] | pa.Schema | None = None,
    answered: bool = False,
    pomp: bool = False,
) -> ScoresSchema:
    """Return the columns of a table of scores, for engines that need a schema in advance.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or `Path` of one.
    keep
        Name → pyarrow type of the kept columns, or a pyarrow Schema of them.
    answered, pomp
        As in `Scores.to_frame`.

    Returns
    -------
    ScoresSchema
        With `to_arrow`, `to_spark`, `to_pandas` (Dask's meta) and `to_polars`.

    Raises
    ------
    ResponseError
        A kept column has the name of a column of scores.

    Examples
    --------
    >>> scores_schema("ras", answered=True).to_spark()
    '`total` double, `total_answered` smallint, `total_prorated` boolean'
    """
    form = as_instrument(instrument)
    kept = {} if keep is None else keep
    if not isinstance(kept, Mapping):
        kept = {field.name: field.type for field in kept}
    check_keep(list(kept), form.scale_ids)
    columns: dict[str, ColumnKind] = dict.fromkeys(form.scale_ids, "float64")
    if pomp:
        columns |= dict.fromkeys((f"{scale}_pomp" for scale in form.scale_ids), "float64")
    if answered:
        count: Any = count_type(plan_of(form)).__name__
        columns |= dict.fromkeys((f"{scale}_answered" for scale in form.scale_ids), count)
        columns |= dict.fromkeys((f"{scale}_prorated" for scale in form.scale_ids), "bool")
    return ScoresSchema(instrument=str(form.ref), columns=FrozenMapping(columns), keep=FrozenMapping(kept))
