"""Executors of the parts of a job: this process, or the workers of an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, TypeVar, get_args

from intimacy_scales.errors import ResponseError
from intimacy_scales.messages import not_one_of
from intimacy_scales.reading.frames import needs

EngineName = Literal["dask", "spark", "duckdb"]
Result = TypeVar("Result")
Executor = Callable[[Callable[[Any], Result], Sequence[Any]], Iterator[Result]]


def executor_of(name: str | None) -> Executor[Any]:
    """Return the executor of an engine, which applies a function to each part and yields the results.

    Raises
    ------
    ResponseError
        There is no such engine.
    MissingDependencyError
        The library of the engine is not installed.
    """
    if name not in tuple(_EXECUTORS):
        raise ResponseError(not_one_of("engine", name, get_args(EngineName), note="or None for this process"))
    return _EXECUTORS[name]


def _here(work: Callable[[Any], Result], parts: Sequence[Any]) -> Iterator[Result]:
    yield from map(work, parts)


def _on_dask(work: Callable[[Any], Result], parts: Sequence[Any]) -> Iterator[Result]:
    dask = needs("dask", "dask")
    task = dask.delayed(work)
    # processes by default, since threads would wait for each other
    scheduler = None if dask.config.get("scheduler", None) or _has_client() else "processes"
    yield from dask.compute(*(task(part) for part in parts), scheduler=scheduler)


def _has_client() -> bool:
    """Return whether this process is connected to a Dask cluster."""
    import sys

    distributed = sys.modules.get("distributed")
    if distributed is None:
        return False
    try:
        distributed.default_client()
    except ValueError:
        return False
    return True


def _on_spark(work: Callable[[Any], Result], parts: Sequence[Any]) -> Iterator[Result]:
    session = needs("pyspark.sql", "spark").SparkSession.builder.getOrCreate()
    if parts:
        yield from session.sparkContext.parallelize(list(parts), len(parts)).map(work).toLocalIterator()


_EXECUTORS: dict[str | None, Executor[Any]] = {
    None: _here,
    "duckdb": _here,
    "dask": _on_dask,
    "spark": _on_spark,
}
