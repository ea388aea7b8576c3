"""Models: factors with their items, and regressions (paths)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Literal

from intimacy_scales.errors import EstimationError, ModelSyntaxError
from intimacy_scales.factor.syntax.expressions import Expression, expression_of
from intimacy_scales.factor.syntax.grammar import LONGEST, Modifier, Statement, parse
from intimacy_scales.factor.syntax.statements import (
    AnyStatement,
    Calculation,
    Constraint,
    Definition,
    calculation_fault,
)
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.messages import a_type, not_one_of
from intimacy_scales.numerics.arguments import as_names

Factors = Literal["correlated", "one", "second_order", "bifactor"]
_FACTORS = ("correlated", "one", "second_order", "bifactor")


@dataclass(frozen=True)
class Model:
    """A model of factors and their items, covariances, and regressions (paths).

    Parameters
    ----------
    statements
        The statements of the model, as `intimacy_scales.factor.syntax.grammar.parse` returns them; see
        `from_text`.

    Examples
    --------
    >>> Model.from_text("trust =~ a + b + c; caring =~ d + e + f").latent
    ('trust', 'caring')
    """

    statements: tuple[AnyStatement, ...]

    def __post_init__(self) -> None:
        if not any(isinstance(s, Statement) for s in self.statements):
            raise EstimationError(
                "the model has neither a factor nor a path; write 'trust =~ a + b + c' or 'y ~ x'"
            )
        if self.definitions or self.constraints:
            fault = calculation_fault(self.statements, _read)
            if fault:
                raise _at(fault.statement, fault.message)
        _check_hierarchy({factor: self.indicators(factor) for factor in self.latent})

    @classmethod
    def from_text(cls, text: str) -> Model:
        """Return the model that a text describes, in lavaan's syntax.

        Raises
        ------
        ModelSyntaxError
            The text is not a model; the message names line and column.

        Examples
        --------
        >>> Model.from_text("trust =~ a + b + c; satisfaction ~ trust")
        <Model of 4 variables, factors trust>
        """
        return cls(parse(text))

    @classmethod
    def one_factor(cls, items: Sequence[str], factor: str = "factor") -> Model:
        """Return the model in which all items measure one factor.

        Examples
        --------
        >>> print(Model.one_factor(["a", "b", "c"], "trust"))
        trust =~ a + b + c
        """
        return cls(tuple(_loadings(factor, items, 1)))

    @classmethod
    def from_instrument(
        cls,
        instrument: Instrument | str | Path,
        *,
        scales: Sequence[str] | None = None,
        factors: Factors = "correlated",
        general: str | None = None,
    ) -> Model:
        """Return the model that an instrument's keys imply: each scale of items is a factor.

        Parameters
        ----------
        instrument
            An `Instrument`, or the id or `Path` of one.
        scales
            Scales of the model; by default all scales of items, except totals of others. A composite stands
            for its parts.
        factors
            ``correlated``: one for each scale. ``one``: one for all items. ``second_order``: one for each
            scale, and one that these measure. ``bifactor``: one for each scale and one for all items, all
            uncorrelated.
        general
            Name of the factor of all items; by default that of the composite of these scales, or ``general``.

        Raises
        ------
        EstimationError
            Scales share items (name some of them), or ``factors`` is not valid.

        Examples
        --------
        >>> Model.from_instrument("scii-24", scales=["trust", "caring"])
        <Model of 8 items, factors trust, caring>
        >>> Model.from_instrument("scii-24", factors="second_order").latent[-1]
        'total'
        """
        form = as_instrument(instrument)
        if factors not in _FACTORS:
            raise EstimationError(not_one_of("factors", factors, _FACTORS))
        parts = parts_of(form, scales)
        items = {scale: [key.item for key in form.scale(scale).keys] for scale in parts}
        _check_separate(form, items, named=scales is not None)
        total = general or _composite_of(form, parts) or "general"
        every_item = [item for of_scale in items.values() for item in of_scale]
        if factors == "one":
            return cls(tuple(_loadings(total, every_item, 1)))
        if factors == "second_order" and len(parts) <= 2:
            raise EstimationError(
                f"factors='second_order' needs three scales to identify the factor that they measure, and "
                f"there are {len(parts)}; use factors='correlated'"
            )
        statements = [s for n, scale in enumerate(parts, 1) for s in _loadings(scale, items[scale], n)]
        line = len(parts) + 1
        if factors == "second_order":
            statements += _loadings(total, parts, line)
        if factors == "bifactor":
            uncorrelated = _uncorrelated([total, *parts], line + 1)
            statements = [*_loadings(total, every_item, line), *statements, *uncorrelated]
        return cls(tuple(statements))

    @cached_property
    def loadings(self) -> tuple[Statement, ...]:
        """The statements of loadings: which items measure which factors."""
        return tuple(s for s in self.statements if isinstance(s, Statement) and s.op == "=~")

    @cached_property
    def paths(self) -> tuple[Statement, ...]:
        """The statements of paths (regressions)."""
        return tuple(s for s in self.statements if isinstance(s, Statement) and s.op == "~")

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """The definitions of figures that are computed from labelled parameters."""
        return tuple(s for s in self.statements if isinstance(s, Definition))

    @cached_property
    def constraints(self) -> tuple[Constraint, ...]:
        """The linear constraints, except equalities of two labels, or of a label and a number."""
        return tuple(s for s in self.statements if isinstance(s, Constraint))

    @cached_property
    def latent(self) -> tuple[str, ...]:
        """The factors, in the order in which they are defined."""
        return tuple(dict.fromkeys(s.lhs for s in self.loadings))

    @cached_property
    def observed(self) -> tuple[str, ...]:
        """The observed variables, in the order in which they appear, items of factors first."""
        sides: Iterable[str] = [s.rhs for s in self.loadings]
        others = [s for s in self.statements if isinstance(s, Statement) and s.op != "=~"]
        more = [name for s in others for name in (s.lhs, s.rhs) if name]
        latent = set(self.latent)
        return tuple(name for name in dict.fromkeys([*sides, *more]) if name not in latent)

    def indicators(self, factor: str) -> tuple[str, ...]:
        """Return the indicators of a factor: the items or factors that measure it.

        Examples
        --------
        >>> Model.from_text("trust =~ a + b + c").indicators("trust")
        ('a', 'b', 'c')
        """
        return tuple(s.rhs for s in self.loadings if s.lhs == factor)

    def __str__(self) -> str:
        """Return the model as a text that `from_text` reads."""
        lines: dict[str, list[str]] = {}
        for s in self.statements:
            if isinstance(s, Statement) and s.op == "=~":
                lines.setdefault(f"{s.lhs} =~ ", []).append(_term(s))
        written = [start + " + ".join(terms) for start, terms in lines.items()]
        return "\n".join([*written, *(_line(s) for s in self.statements if s not in self.loadings)])

    def __repr__(self) -> str:
        what = "variables" if self.paths or not self.latent else "items"
        factors = f", factors {', '.join(self.latent)}" if self.latent else ""
        return f"<Model of {len(self.observed)} {what}{factors}>"


def is_instrument_id(text: str) -> bool:
    """Return whether a text is the id of an instrument, not a model, which has an operator."""
    return len(text) <= LONGEST and bool(text.strip()) and not any(c in text for c in "~=#\n;")


def as_model(model: Model | str | Instrument) -> Model:
    """Return a `Model` as it is, or the one that a text or an instrument's keys describe."""
    if isinstance(model, Model):
        return model
    if isinstance(model, Instrument):
        return Model.from_instrument(model)
    if isinstance(model, str):
        return Model.from_instrument(model) if is_instrument_id(model) else Model.from_text(model)
    raise EstimationError(f"model is {a_type(model)}; pass a text such as 'trust =~ a + b + c', or a Model")


def as_measurement_model(model: Model | str | Instrument) -> Model:
    """Return a model of factors and their items alone, as `as_model` does.

    Raises
    ------
    EstimationError
        The model has paths or defined figures, which ``sem`` can fit, or no factor.
    """
    measurement = as_model(model)
    for s in measurement.statements:
        if isinstance(s, Definition) or (isinstance(s, Statement) and s.op == "~"):
            instead = ""
            if isinstance(s, Statement):
                instead = (
                    f", or write {s.lhs} ~~ {s.rhs} to let them covary, {s.lhs} =~ {s.rhs} for a loading"
                )
            what = "defines a figure" if isinstance(s, Definition) else "is a path (a regression)"
            raise _at(s, f"{s} {what}, and this is for measurement models: use sem(model, data){instead}")
    if not measurement.latent:
        raise EstimationError("the model has no factor; write one as 'trust =~ a + b + c'")
    return measurement


def _at(statement: AnyStatement, message: str) -> ModelSyntaxError:
    """Return an error with the line and column of a statement, if it comes from a text."""
    if not statement.line:
        return ModelSyntaxError(message)
    place = f"line {statement.line}, column {statement.column}"
    return ModelSyntaxError(f"{place}: {message}", statement.line, statement.column)


def _read(calculation: Calculation) -> tuple[Expression, ...]:
    """Return the expressions of a definition or constraint."""
    if isinstance(calculation, Definition):
        return (expression_of(calculation.expression),)
    return expression_of(calculation.first), expression_of(calculation.second)


def _check_hierarchy(indicators: dict[str, tuple[str, ...]]) -> None:
    """Raise if a factor measures itself, directly or through others."""
    remaining = dict(indicators)
    while remaining:
        done = [f for f, names in remaining.items() if not any(name in remaining for name in names)]
        if not done:
            raise EstimationError(
                f"the factors {', '.join(remaining)} measure each other in a circle; remove a loading"
            )
        for factor in done:
            del remaining[factor]


def _loadings(factor: str, indicators: Sequence[str], line: int) -> list[Statement]:
    return [
        Statement(lhs=factor, op="=~", rhs=name, modifiers=(), line=line, column=n)
        for n, name in enumerate(indicators, 1)
    ]


def _uncorrelated(factors: Sequence[str], line: int) -> list[Statement]:
    zero = (Modifier(fixed=0.0),)
    return [
        Statement(lhs=first, op="~~", rhs=second, modifiers=zero, line=line, column=n)
        for n, (first, second) in enumerate(combinations(factors, 2), 1)
    ]


def parts_of(form: Instrument, scales: Sequence[str] | None) -> list[str]:
    """Return scales of items, composites replaced by their parts; by default all except totals."""
    if scales is None:
        items = {scale.id: {key.item for key in scale.keys} for scale in form.scales if not scale.of}
        return [name for name in items if not _is_total(name, items)]
    if isinstance(scales, str):
        scales = [scales]
    if not as_names("scales", scales, f"scales: {', '.join(form.scale_ids)}"):
        raise EstimationError(f"scales={scales!r} is empty; allowed: {', '.join(form.scale_ids)}")
    parts: dict[str, None] = {}
    for name in scales:
        scale = form.scale(name)
        parts.update(dict.fromkeys(parts_of(form, scale.of) if scale.of else [scale.id]))
    return list(parts)


def parts_of_total(form: Instrument, scale: str) -> list[str]:
    """Return the scales that make up a total: a composite's parts, or scales that divide up its items."""
    if form.scale(scale).of:
        return parts_of(form, [scale])
    items = {s.id: {key.item for key in s.keys} for s in form.scales if not s.of}
    parts = [other for other in items if other != scale and items[other] < items[scale]]
    without_overlap = sum(len(items[part]) for part in parts) == len(items[scale])
    complete = set().union(*(items[part] for part in parts)) == items[scale]
    return parts if len(parts) > 1 and without_overlap and complete else []


def _is_total(name: str, items: dict[str, set[str]]) -> bool:
    """Return whether a scale has the items of two or more others, and no others."""
    parts = [of_part for other, of_part in items.items() if other != name and of_part < items[name]]
    return len(parts) > 1 and set().union(*parts) == items[name]


def _check_separate(form: Instrument, items: dict[str, list[str]], *, named: bool) -> None:
    """Raise if scales share items, or have the name of an item."""
    owners: dict[str, str] = {}
    for scale, of_scale in items.items():
        for item in of_scale:
            if owners.setdefault(item, scale) != scale:
                hint = "choose others" if named else "choose some of them, scales=[...]"
                raise EstimationError(
                    f"the scales {owners[item]} and {scale} of {form.id} share {item}: their factors could "
                    f"not be told apart; {hint}, or write the model as a text"
                )
        if scale in form.item_ids:
            raise EstimationError(
                f"{form.id} has a scale and an item named {scale!r}; write the model as a text"
            )


def _composite_of(form: Instrument, parts: Sequence[str]) -> str | None:
    """Return the composite of these scales, or else another scale of all their items, or None."""
    every_item = {key.item for part in parts for key in form.scale(part).keys}
    for scale in form.scales:
        items = {key.item for key in scale.keys}
        if (scale.of and set(parts_of(form, scale.of)) == set(parts)) or (
            scale.id not in parts and items == every_item
        ):
            return scale.id
    return None


def _line(statement: AnyStatement) -> str:
    if not isinstance(statement, Statement):
        return str(statement)
    op = "~" if statement.op == "~1" else statement.op
    return f"{statement.lhs} {op} {_term(statement)}"


def _term(statement: Statement) -> str:
    """Return a variable with its modifiers, each as a term to be added."""
    name = statement.rhs or "1"
    written = [_written(modifier) for modifier in statement.modifiers]
    kinds = {kind for of_group in written for kind in of_group}
    if not kinds:
        return name
    if len(written) == 1:
        return " + ".join(f"{text}*{name}" for text in written[0].values())
    terms = []
    for kind in ("value", "start", "label"):
        if kind in kinds:
            values = [of_group.get(kind, "NA" if kind == "value" else '""') for of_group in written]
            if kind == "start":
                values = [v.removeprefix("start(").removesuffix(")").replace('""', "NA") for v in values]
                terms.append(f"start(c({', '.join(values)}))*{name}")
            else:
                terms.append(f"c({', '.join(values)})*{name}")
    return " + ".join(terms)


def _written(modifier: Modifier) -> dict[str, str]:
    """Return each part of a modifier as it is written in a model."""
    parts = {}
    if modifier.fixed is not None:
        parts["value"] = f"{modifier.fixed!r}"
    if modifier.free:
        parts["value"] = "NA"
    if modifier.start is not None:
        parts["start"] = f"start({modifier.start!r})"
    if modifier.label is not None:
        parts["label"] = f'"{modifier.label}"'
    return parts
