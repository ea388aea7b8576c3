"""R's values, and how one of them is compared with ours."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

CLOSED_FORM = 1e-10
P_VALUE = 1e-8  # relative: of 1e-31, ten decimals would say nothing
LMER = 1e-3  # lme4 at its default settings, as psych calls it
LMER_VARIANCE, LMER_FIXED = 1e-4, 1e-5  # relative
TWO_DECIMALS = 0.005
ESTIMATE = 1e-4  # of models that lavaan fits, and of factors extracted as far as they go
CHI_SQUARE = 1e-3
ROBUST = 1e-3  # relative: lavaan's robust standard errors and scaled tests
GLS_COVARIANCE = 1e-6  # of coefficients by nlme::gls
COUPLE_ESTIMATE = 1e-5  # second set: paths of couples, omegas of their scores
SURFACE = 1e-6  # second set: response surfaces
TEST = 1e-6  # probabilities of a chi-square and of a z, which lavaan rounds to 1e-16

NAMES = ("bfi", "commitmentQ", "prqcQ", "acipair", "sai_vale", "gratitude_a", "small")
NEARLY = 1 - 1e-6  # of equally large differences the first is shown, such as of a symmetric matrix
VISIBLE = 0.1  # of the tolerance: below, the first element of an array is shown

Key = tuple[str, ...]
Rule = Literal["equal", "at least", "at most", "by chance"]
_MATRIX = ("rows", "cols", "values")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One value of R, or one array of values, and ours.

    Attributes
    ----------
    data, key
        Where it stands: the file, and the keys down to it.
    table, column, label
        Where the page shows it.
    function
        What we call.
    ours, theirs
        The value; of an array the element with the largest difference, named in ``element``.
    difference
        The largest; relative where ``relative``.
    tolerance, rule
        How far apart they may be; ``at least`` and ``at most``: on which side of R's value ours is;
        ``by chance``: R's value is random, and ours may be too.
    n_values, n_outside
        How many values were compared, and how many of them are further apart than the tolerance.
    array
        R's values, with ten significant digits.
    private
        Whether the values are of persons: then only the difference is shown.
    family
        Values of one family share a row of the page, which shows how many they are and the furthest.
    """

    data: str
    key: Key
    table: str
    column: str
    label: str
    function: str
    ours: float
    theirs: float
    element: str
    difference: float
    tolerance: float
    relative: bool
    rule: Rule
    n_values: int
    n_outside: int
    array: tuple[str, ...]
    private: bool
    family: str

    @property
    def share(self) -> float:
        """How much of the tolerance is used."""
        return self.difference / self.tolerance

    @property
    def id(self) -> str:
        """The value's id."""
        return ".".join((self.data, *self.key))

    @property
    def agrees(self) -> bool:
        """Whether ours is where it must be."""
        return self.difference <= self.tolerance


def leaves(value: Any, key: Key = ()) -> Iterator[Key]:
    """Yield the keys of every value and every array of values."""
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from leaves(part, (*key, name))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, part in enumerate(value):
            yield from leaves(part, (*key, f"[{index}]"))
    else:
        yield key


@dataclass(slots=True)
class Reference:
    """R's values of one data set; remembers which were looked at."""

    name: str
    values: dict[str, Any]
    folder: Path
    touched: set[Key] = field(default_factory=set)

    @classmethod
    def read(cls, shared: Path, name: str, part: str = "") -> Reference:
        """Read R's values, of the first set or of another part."""
        folder = shared / "oracles"
        values = json.loads((folder / part / f"{name}.json").read_text(encoding="utf-8"))
        return cls(name, values, folder / "data")

    def at(self, key: Key) -> Any:
        """Return what stands at a key."""
        value: Any = self.values
        for name in key:
            value = value[name]
        return value

    def block(self, *key: str, table: str, column: str = "value", prefix: str | None = None) -> Block:
        """Return a part of it, shown in one column of a table; labels begin with a prefix."""
        return Block(self, key, table, column, "" if prefix is None else prefix)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of R's values that is shown in one column of a table."""

    reference: Reference
    key: Key
    table: str
    column: str
    prefix: str
    family: str = ""

    def part(self, *key: str) -> Block:
        """Return a part of this part."""
        names = (self.prefix.rstrip("."), *key)
        return replace(self, key=(*self.key, *key), prefix="".join(f"{name}." for name in names if name))

    def as_family(self, name: str | None = None) -> Block:
        """Return the same, shown in one row of the page; named as its labels begin, unless by a name."""
        return replace(self, family=self.prefix.rstrip(".") if name is None else name)

    def has(self, name: str) -> bool:
        """Whether R has a value of this name."""
        return name in self.reference.at(self.key)

    def given(self, name: str) -> Any:
        """Return what went into R's computation: an input or a label, not a result."""
        self._touch((*self.key, name))
        return self.reference.at((*self.key, name))

    def _touch(self, key: Key) -> None:
        value = self.reference.at(key)
        named = isinstance(value, dict) and value
        self.reference.touched.update([(*key, part) for part in value] if named else [key])

    def check_labels(self, name: str, labels: Sequence[Any]) -> None:
        """Raise where R's rows are named otherwise."""
        theirs = self.given(name)
        if list(theirs) != list(labels):
            raise AssertionError(f"{self.reference.name} {self.key} {name}: {theirs}, not {labels}")

    def row(
        self,
        name: str,
        ours: Any,
        function: str,
        *,
        theirs: Any = None,
        elements: Sequence[str] = (),
        tolerance: Any = CLOSED_FORM,
        relative: bool = False,
        rule: Rule = "equal",
        private: bool = False,
        label: str | None = None,
    ) -> Row:
        """Compare a value of ours with R's of that name (or with ``theirs``).

        R's value may also be a matrix, or one value for each name; then ``elements`` are these names. A
        tolerance may be one for each element.
        """
        key = (*self.key, name)
        self._touch(key)
        value = self.reference.at(key) if theirs is None else theirs
        if isinstance(value, dict):
            value, elements = _flat(value)
        r = np.atleast_1d(np.asarray(value, dtype=np.float64))
        our = np.atleast_1d(np.asarray(ours, dtype=np.float64))
        if r.shape != our.shape:
            raise AssertionError(f"{self.reference.name} {key}: {r.shape} values of R, {our.shape} of ours")
        apart = _apart(our.ravel(), r.ravel(), relative=relative, rule=rule)
        allowed = np.broadcast_to(np.asarray(tolerance, dtype=np.float64), r.shape).ravel()
        shares = apart / allowed
        furthest = int(np.flatnonzero(shares >= shares.max() * NEARLY)[0])
        worst = furthest if shares[furthest] > VISIBLE else 0
        named = list(elements) or [str(i + 1) for i in range(r.size)]
        return Row(
            data=self.reference.name,
            key=key,
            table=self.table,
            column=self.column,
            label=f"{self.prefix}{name}" if label is None else label,
            function=function,
            ours=float(our.ravel()[worst]),
            theirs=float(r.ravel()[worst]),
            element=named[worst] if r.size > 1 else "",
            difference=float(apart[furthest]),
            tolerance=float(allowed[furthest]),
            relative=relative,
            rule=rule,
            n_values=r.size,
            n_outside=int((apart > allowed).sum()),
            array=tuple(f"{value:.10g}" for value in r.ravel().tolist()),
            private=private,
            family=self.family,
        )


def _flat(value: dict[str, Any]) -> tuple[Any, list[str]]:
    """Return the values of a matrix, or of a value for each name, and what they are called."""
    if set(value) != set(_MATRIX):
        return list(value.values()), list(value)
    return value["values"], [f"{row}, {column}" for row in value["rows"] for column in value["cols"]]


def _apart(ours: Any, theirs: Any, *, relative: bool, rule: Rule) -> Any:
    """Return how far apart values are (n,); infinite where only one is defined."""
    neither = np.isnan(ours) & np.isnan(theirs)
    apart = {
        "equal": np.abs(ours - theirs),
        "by chance": np.abs(ours - theirs),
        "at least": np.maximum(theirs - ours, 0),
        "at most": np.maximum(ours - theirs, 0),
    }[rule]
    if relative:
        apart = apart / np.where(theirs == 0, 1, np.abs(theirs))
    apart[neither] = 0
    apart[np.isnan(apart)] = math.inf
    return apart
