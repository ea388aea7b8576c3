"""Placeholder, in a result that was read from its document, for what documents do not hold."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from intimacy_scales.errors import DocumentError, EstimationError

Part = TypeVar("Part")

AGAIN_COEFFICIENT = (
    "compute it again from the answers or from their sums, which item_moments(...).to_json() keeps"
)
AGAIN_ANSWERS = "compute it again from the answers"


class NotKept:
    """Placeholder for the answers, sums or fitted model behind a result that was read from its document.

    Any use of it raises `DocumentError`. Figures that were computed from them and are in the document are
    returned by `stored`.
    """

    __slots__ = ("_advice", "_class_name", "_figures", "_what")

    def __init__(self, class_name: str, what: str, advice: str, figures: dict[str, Any]) -> None:
        """Make a placeholder.

        Parameters
        ----------
        class_name
            Class of the result.
        what
            What it stands for, in messages.
        advice
            How to get it, in messages.
        figures
            Name → figure of the document that was computed from it.
        """
        self._class_name, self._what, self._advice, self._figures = class_name, what, advice, figures

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        """Raise that a document does not hold what is needed."""
        raise DocumentError(
            f"this {self._class_name} was read from its document, which holds its figures and not "
            f"{self._what}, which are needed here; {self._advice}"
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith(
            "__"
        ):  # Python looks these up to see what an object can do
            raise AttributeError(name)
        self._refuse()

    def __repr__(self) -> str:
        return "<not kept in the document>"

    def __reduce__(self) -> tuple[Any, ...]:
        return NotKept, (self._class_name, self._what, self._advice, self._figures)

    __len__ = __iter__ = __bool__ = __getitem__ = __array__ = __contains__ = __call__ = _refuse
    __float__ = __int__ = __index__ = __round__ = __neg__ = __abs__ = __format__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __matmul__ = __rmatmul__ = __pow__ = __rpow__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse


def needed(part: Part) -> Part:
    """Return what a result was computed from; raise `DocumentError` if it was not kept."""
    if isinstance(part, NotKept):
        part._refuse()
    return part


def without_answers(part: object, what: str, function: str) -> DocumentError | EstimationError:
    """Return the error for a method that needs each person's answers, where only sums or a document exist."""
    advice = f"pass encode(instrument, table) to {function}()"
    if isinstance(part, NotKept):
        return DocumentError(
            f"{what} needs each person's answers, and the document from which this was read holds none; "
            f"{advice}"
        )
    return EstimationError(f"{what} needs each person's answers, and moments are only sums of them; {advice}")


def stored(part: object, name: str) -> Any:
    """Return a figure from the document of a result if ``part`` was not kept; None if it was."""
    return part._figures.get(name) if isinstance(part, NotKept) else None
