"""Models: which items measure which factors, and what depends on what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
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

Factors = Literal["correlated", "one", "second_order", "bifactor"]
_FACTORS = ("correlated", "one", "second_order", "bifactor")


@dataclass(frozen=True)
class Model:
    """A model: what measures what, what depends on what.

    Parameters
    ----------
    statements
        What `intimacy_scales.factor.syntax.grammar.parse` makes of a text; a text is parsed.

    Examples
    --------
    >>> Model.from_text("trust =~ a + b + c; caring =~ d + e + f").latent
    ('trust', 'caring')
    """

    statements: tuple[AnyStatement, ...]

    def __post_init__(self) -> None:
        if not any(isinstance(s, Statement) for s in self.statements):
            raise EstimationError(
                "the model has neither factor nor path: write 'trust =~ a + b + c' or 'y ~ x'"
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
            Not such a text; names line and column.
        """
        return cls(parse(text))

    @classmethod
    def one_factor(cls, items: Sequence[str], factor: str = "factor") -> Model:
        """Return the model of one factor behind all items."""
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
            Which scales; by default all that consist of items, but for totals of others. A composite
            stands for its parts.
        factors
            ``correlated``: one for each scale. ``one``: one for all items. ``second_order``: one behind
            those of the scales. ``bifactor``: one for all items beside those of the scales, all of them
            uncorrelated.
        general
            Name of the factor behind everything; by default that of the composite of these scales, or
            ``general``.

        Raises
        ------
        EstimationError
            Scales that share items (name some of them), or no such arrangement.
        """
        form = as_instrument(instrument)
        if factors not in _FACTORS:
            raise EstimationError(f"factors={factors!r}: there are {', '.join(map(repr, _FACTORS))}")
        parts = parts_of(form, scales)
        items = {scale: [key.item for key in form.scale(scale).keys] for scale in parts}
        _check_separate(form, items, named=scales is not None)
        whole = general or _composite_of(form, parts) or "general"
        every = [item for own in items.values() for item in own]
        if factors == "one":
            return cls(tuple(_loadings(whole, every, 1)))
        if factors == "second_order" and len(parts) <= 2:  # that many are not identified
            raise EstimationError(
                f"factors='second_order': {len(parts)} scales do not identify a factor behind them; three "
                "do. Use factors='correlated'"
            )
        found = [s for n, scale in enumerate(parts, 1) for s in _loadings(scale, items[scale], n)]
        line = len(parts) + 1
        if factors == "second_order":
            found += _loadings(whole, parts, line)
        if factors == "bifactor":
            found = [*_loadings(whole, every, line), *found, *_uncorrelated([whole, *parts], line + 1)]
        return cls(tuple(found))

    @cached_property
    def loadings(self) -> tuple[Statement, ...]:
        """The statements that say what measures what."""
        return tuple(s for s in self.statements if isinstance(s, Statement) and s.op == "=~")

    @cached_property
    def paths(self) -> tuple[Statement, ...]:
        """The statements that say what depends on what (regressions)."""
        return tuple(s for s in self.statements if isinstance(s, Statement) and s.op == "~")

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """The figures that are computed of labelled parameters."""
        return tuple(s for s in self.statements if isinstance(s, Definition))

    @cached_property
    def constraints(self) -> tuple[Constraint, ...]:
        """The linear constraints, but for labels that stand for one number."""
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
        """Return what a factor is measured by."""
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
    """Whether a text names an instrument, which no model does: a model has an operator."""
    return len(text) <= LONGEST and bool(text.strip()) and not any(c in text for c in "~=#\n;")


def as_model(model: Model | str | Instrument) -> Model:
    """Return a model from one, from its text, or from an instrument's keys."""
    if isinstance(model, Model):
        return model
    if isinstance(model, Instrument):
        return Model.from_instrument(model)
    if isinstance(model, str):
        return Model.from_instrument(model) if is_instrument_id(model) else Model.from_text(model)
    raise EstimationError(
        f"model is a {type(model).__name__}: pass a text such as 'trust =~ a + b + c', or a Model"
    )


def as_measurement_model(model: Model | str | Instrument) -> Model:
    """Return a model of factors and their items alone, as `as_model` does.

    Raises
    ------
    EstimationError
        It has paths, figures that are defined, or no factor: such models are fitted by ``sem``.
    """
    found = as_model(model)
    for s in found.statements:
        if isinstance(s, Definition) or (isinstance(s, Statement) and s.op == "~"):
            rather = ""
            if isinstance(s, Statement):
                rather = f", or write {s.lhs} ~~ {s.rhs} to let them covary, {s.lhs} =~ {s.rhs} for a loading"
            what = "defines a figure" if isinstance(s, Definition) else "is a path (a regression)"
            raise _at(s, f"{s} {what}, and this is for measurement models: use sem(model, data){rather}")
    if not found.latent:
        raise EstimationError("the model has no factor: write one as 'trust =~ a + b + c'")
    return found


def _at(statement: AnyStatement, message: str) -> ModelSyntaxError:
    """Return an error that says where in the model's text a statement is, if it comes of one."""
    if not statement.line:
        return ModelSyntaxError(message)
    place = f"line {statement.line}, column {statement.column}"
    return ModelSyntaxError(f"{place}: {message}", statement.line, statement.column)


def _read(calculation: Calculation) -> tuple[Expression, ...]:
    if isinstance(calculation, Definition):
        return (expression_of(calculation.expression),)
    return expression_of(calculation.first), expression_of(calculation.second)


def _check_hierarchy(indicators: dict[str, tuple[str, ...]]) -> None:
    """Raise where a factor is measured by itself, directly or through others."""
    left = dict(indicators)
    while left:
        done = [f for f, own in left.items() if not any(name in left for name in own)]
        if not done:
            raise EstimationError(f"the factors {', '.join(left)} measure each other in a circle")
        for factor in done:
            del left[factor]


def _loadings(factor: str, indicators: Sequence[str], line: int) -> list[Statement]:
    return [
        Statement(lhs=factor, op="=~", rhs=name, modifiers=(), line=line, column=n)
        for n, name in enumerate(indicators, 1)
    ]


def _uncorrelated(factors: Sequence[str], line: int) -> list[Statement]:
    zero = (Modifier(fixed=0.0),)
    pairs = [(one, other) for n, one in enumerate(factors) for other in factors[n + 1 :]]
    return [
        Statement(lhs=one, op="~~", rhs=other, modifiers=zero, line=line, column=n)
        for n, (one, other) in enumerate(pairs, 1)
    ]


def parts_of(form: Instrument, scales: Sequence[str] | None) -> list[str]:
    """Return the scales of items that are meant, composites as their parts."""
    if scales is None:
        own = {scale.id: {key.item for key in scale.keys} for scale in form.scales if not scale.of}
        return [name for name in own if not _is_total(name, own)]
    if isinstance(scales, str):
        scales = [scales]
    if not scales:
        raise EstimationError(f"scales={scales!r}: name one or more of {', '.join(form.scale_ids)}")
    found: dict[str, None] = {}
    for name in scales:
        scale = form.scale(name)
        found.update(dict.fromkeys(parts_of(form, scale.of) if scale.of else [scale.id]))
    return list(found)


def parts_of_total(form: Instrument, scale: str) -> list[str]:
    """Return the scales that a total is of: a composite's parts, or scales that share out its items."""
    if form.scale(scale).of:
        return parts_of(form, [scale])
    own = {s.id: {key.item for key in s.keys} for s in form.scales if not s.of}
    parts = [other for other in own if other != scale and own[other] < own[scale]]
    apart = sum(len(own[part]) for part in parts) == len(own[scale])
    return parts if len(parts) > 1 and apart and set().union(*(own[p] for p in parts)) == own[scale] else []


def _is_total(name: str, items: dict[str, set[str]]) -> bool:
    """Whether a scale has the items of two or more others, and no others."""
    parts = [own for other, own in items.items() if other != name and own < items[name]]
    return len(parts) > 1 and set().union(*parts) == items[name]


def _check_separate(form: Instrument, items: dict[str, list[str]], *, named: bool) -> None:
    owners: dict[str, str] = {}
    for scale, own in items.items():
        for item in own:
            if owners.setdefault(item, scale) != scale:
                hint = "choose others" if named else "name those that are meant, scales=[...]"
                raise EstimationError(
                    f"the scales {owners[item]} and {scale} of {form.id} share {item}: their factors could "
                    f"not be told apart; {hint}, or write the model as a text"
                )
        if scale in form.item_ids:
            raise EstimationError(
                f"{form.id} has a scale and an item named {scale!r}; write the model as a text"
            )


def _composite_of(form: Instrument, parts: Sequence[str]) -> str | None:
    every = {key.item for part in parts for key in form.scale(part).keys}
    for scale in form.scales:
        own = {key.item for key in scale.keys}
        if (scale.of and set(parts_of(form, scale.of)) == set(parts)) or (
            scale.id not in parts and own == every
        ):
            return scale.id
    return None


def _line(statement: AnyStatement) -> str:
    if not isinstance(statement, Statement):
        return str(statement)
    op = "~" if statement.op == "~1" else statement.op
    return f"{statement.lhs} {op} {_term(statement)}"


def _term(statement: Statement) -> str:
    """Return a variable with everything that is said of it, as terms to be added."""
    name = statement.rhs or "1"
    said = [_said(m) for m in statement.modifiers]
    kinds = {kind for own in said for kind in own}
    if not kinds:
        return name
    if len(said) == 1:
        return " + ".join(f"{text}*{name}" for text in said[0].values())
    terms = []
    for kind in ("value", "start", "label"):
        if kind in kinds:
            values = [own.get(kind, "NA" if kind == "value" else '""') for own in said]
            if kind == "start":
                values = [v.removeprefix("start(").removesuffix(")").replace('""', "NA") for v in values]
                terms.append(f"start(c({', '.join(values)}))*{name}")
            else:
                terms.append(f"c({', '.join(values)})*{name}")
    return " + ".join(terms)


def _said(modifier: Modifier) -> dict[str, str]:
    found = {}
    if modifier.fixed is not None:
        found["value"] = f"{modifier.fixed!r}"
    if modifier.free:
        found["value"] = "NA"
    if modifier.start is not None:
        found["start"] = f"start({modifier.start!r})"
    if modifier.label is not None:
        found["label"] = f'"{modifier.label}"'
    return found
