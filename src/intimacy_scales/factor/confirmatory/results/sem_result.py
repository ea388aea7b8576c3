"""A fitted structural equation model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.confirmatory.model.roles import roles_of
from intimacy_scales.factor.confirmatory.results.defined import DefinedParameter, DefinedParameters
from intimacy_scales.factor.confirmatory.results.estimates import check_group
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.syntax.statements import AnyStatement
from intimacy_scales.results.document_types import many
from intimacy_scales.results.not_kept import stored
from intimacy_scales.results.wording import counted

_SHOWN_PAIRS = 3


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class SEMResult(CFAResult):
    """A fitted structural equation model: a `CFAResult` with paths and defined parameters.

    Attributes
    ----------
    exogenous
        Observed variables that only predict, whose variances, covariances and means are fixed to those of
        the sample.
    defined
        Defined parameters, such as ``indirect := a*b``.
    left_out
        Rows that full information leaves out because an exogenous variable is missing.

    Examples
    --------
    >>> from intimacy_scales import score, sem, simulate
    >>> scores = score("scii-24", simulate("scii-24", 400, rng=1).answers).to_frame()
    >>> result = sem("commitment ~ a*trust; caring ~ b*commitment + trust; indirect := a*b", scores)
    >>> result.exogenous, list(result.r_squared())
    (('trust',), ['commitment', 'caring'])
    """

    exogenous: tuple[str, ...]
    defined: DefinedParameters
    left_out: int = 0

    _statements: ClassVar[Any] = AnyStatement
    _function: ClassVar[str] = "sem"

    @staticmethod
    def _model_of(statements: tuple[Any, ...]) -> Model:
        return Model(statements)

    @property
    def notes(self) -> tuple[str, ...]:
        """Cautions about standard errors, tests and covariances of 0."""
        cautions = super().notes
        if stored(self.solution, "notes") is not None:
            return cautions
        return (*cautions, *self._notes_of_paths())

    def _notes_of_paths(self) -> list[str]:
        cautions = []
        if self.left_out:
            rows, names = counted(self.left_out, "row"), " or ".join(self.exogenous)
            cautions.append(
                f"{rows} without {names} left out, because moments of these are fixed; fixed_x=False models "
                "them, and uses these rows too"
            )
        pairs = roles_of(self.model).unrelated
        if pairs:
            listed = ", ".join(f"{one} ~~ {other}" for one, other in pairs[:_SHOWN_PAIRS])
            more = f" and {len(pairs) - _SHOWN_PAIRS} more" if len(pairs) > _SHOWN_PAIRS else ""
            cautions.append(
                f"covariances that are 0 because the model does not have them: {listed}{more}; write them to "
                "let these variables covary"
            )
        return cautions

    def r_squared(self, group: str | None = None) -> dict[str, float]:
        """Return the explained share of variance of each dependent variable and each indicator.

        It is 1 minus the residual's share of the variance; nan where a variance is negative.
        """
        label = self._labels[check_group(group, self._labels)]
        roles = roles_of(self.model)
        return {
            row.lhs: 1 - row.std_all
            for row in self.parameters
            if row.op == "~~" and row.lhs == row.rhs and row.group == label
            if row.lhs in roles.dependent | roles.measured
        }

    def omega(
        self, items: Sequence[str] | None = None, *, general: str | None = None, group: str | None = None
    ) -> float:
        """Return omega of the sum of items, as `CFAResult.omega`; by default of all indicators.

        Raises
        ------
        EstimationError
            An unknown item, factor or group; or an item with paths, whose residual is not only error.
        """
        measured = roles_of(self.model).measured
        chosen = [name for name in self.model.observed if name in measured] if items is None else list(items)
        in_paths = [name for name in chosen if name in roles_of(self.model).in_paths]
        if in_paths or not chosen:
            reason = f"{in_paths[0]} has paths" if in_paths else "the model has no indicators"
            raise EstimationError(f"omega needs items that only measure factors, and {reason}")
        return super().omega(chosen, general=general, group=group)

    def to_dict(self) -> dict[str, Any]:
        """Return model, fit, parameters and defined parameters as plain values."""
        return super().to_dict() | {
            "exogenous": list(self.exogenous),
            "left_out": self.left_out,
            "defined": self.defined.to_dict(),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return {**super()._document(), "defined": many(DefinedParameter)}

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> Any:
        return super()._from_document({**values, "defined": DefinedParameters(values["defined"])}, instrument)

    def _what(self) -> str:
        variables, factors = len(self.model.observed), len(self.model.latent)
        inner = f", {counted(factors, 'factor')}" if factors else ""
        return f"SEM of {counted(variables, 'variable')}{inner}, {counted(len(self.model.paths), 'path')}"

    def _lines(self) -> list[str]:
        first, *rest = super()._lines()
        fixed = [f"moments as observed: {', '.join(self.exogenous)}"] if self.exogenous else []
        return [first, *fixed, *rest, *(repr(figure)[1:-1] for figure in self.defined)]
