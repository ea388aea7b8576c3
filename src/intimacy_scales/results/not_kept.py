"""What stands in a result that was read from its document for what no document holds."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from intimacy_scales.errors import DocumentError, EstimationError

Part = TypeVar("Part")

AGAIN_COEFFICIENT = (
    "compute it again from the answers or from their sums, which item_moments(...).to_json() keeps"
)
AGAIN_ANSWERS = "compute it again from the answers"


class NotKept:
    """Answers, sums or a fitted model behind a result that was read from its document.

    Whatever uses them raises `DocumentError`. Figures that were worked out of them and do stand in the
    document are asked for by `stored`.
    """

    __slots__ = ("_advice", "_figures", "_of", "_what")

    def __init__(self, of: str, what: str, advice: str, figures: dict[str, Any]) -> None:
        """Say what is not there, of which class, how to get it, and what the document holds of it.

        Parameters
        ----------
        of
            The class of the result.
        what
            What no document holds.
        advice
            What to do where it is needed.
        figures
            Name → figure that was worked out of it.
        """
        self._of, self._what, self._advice, self._figures = of, what, advice, figures

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise DocumentError(
            f"this {self._of} was read from its document, which holds its figures and not {self._what}, and "
            f"this needs them; {self._advice}"
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):  # how Python asks what an object can do
            raise AttributeError(name)
        self._refuse()

    def __repr__(self) -> str:
        return "<not kept in the document>"

    def __reduce__(self) -> tuple[Any, ...]:
        return NotKept, (self._of, self._what, self._advice, self._figures)

    __len__ = __iter__ = __bool__ = __getitem__ = __array__ = __contains__ = __call__ = _refuse
    __float__ = __int__ = __index__ = __round__ = __neg__ = __abs__ = __format__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __matmul__ = __rmatmul__ = __pow__ = __rpow__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse


def needed(part: Part) -> Part:
    """Return what a result was worked out of; raise `DocumentError` where it is not kept."""
    if isinstance(part, NotKept):
        part._refuse()
    return part


def without_answers(part: object, what: str, function: str) -> DocumentError | EstimationError:
    """Return the error of what needs each person's answers, where there are sums or a document alone."""
    instead = f"pass encode(instrument, table) to {function}()"
    if isinstance(part, NotKept):
        there = "the document from which this was read holds none"
        return DocumentError(f"{what} needs each person's answers, and {there}; {instead}")
    return EstimationError(
        f"{what} needs each person's answers, and moments are only sums of them; {instead}"
    )


def stored(part: object, name: str) -> Any:
    """Return a figure from the document of a result, where ``part`` is not kept; None where it is there."""
    return part._figures.get(name) if isinstance(part, NotKept) else None
