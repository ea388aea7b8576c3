"""Persons' scores on factors, and how well items determine the factors."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import UnknownNameError
from intimacy_scales.factor.confirmatory.estimation.factor_weights import ScoreMethod
from intimacy_scales.factor.sample import Floats, MissingAnswers
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import suggest
from intimacy_scales.reading.frames import DocumentTable, Table
from intimacy_scales.reading.kept import frame_with_kept
from intimacy_scales.results.document_types import by_name, documented, many
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


@result_class
class FactorDeterminacy(Result):
    """How well the items of a model determine a factor.

    Attributes
    ----------
    factor, group
        Its name, and the label of the group where there are several.
    rho
        Multiple correlation of the factor with all items, the highest that any scores can have with it.
    validity
        Correlation of the scores with the factor; for regression scores it is ``rho``.

    Notes
    -----
    Answers do not determine persons' values on a factor: other values fit the model as well (Grice, 2001).
    Two sets of such values correlate at least `minimal_correlation`; where that is near or below 0, another
    set may rank persons in the reverse order. All figures are for persons who answered every item.

    Examples
    --------
    >>> from intimacy_scales import cfa, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> result = cfa("trust =~ tru01 + tru04 + tru09 + tru11", answers)
    >>> result.factor_determinacy()[0]
    <trust: rho .891, rho² .794, minimal correlation .588>
    """

    factor: str
    group: str | None
    rho: float
    validity: float

    @property
    def rho_squared(self) -> float:
        """Share of the factor's variance that the items determine."""
        return self.rho**2

    @property
    def minimal_correlation(self) -> float:
        """Lowest correlation of two sets of values that fit the model equally well, ``2 rho² - 1``."""
        return 2 * self.rho_squared - 1

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        names = (*self.__slots__, "rho_squared", "minimal_correlation")
        return {name: plain(getattr(self, name)) for name in names}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, rho_squared=float, minimal_correlation=float)

    def __repr__(self) -> str:
        where = "" if self.group is None else f" ({self.group})"
        return (
            f"<{self.factor}{where}: rho {apa(self.rho, 3)}, rho² {apa(self.rho_squared, 3)}, minimal "
            f"correlation {apa(self.minimal_correlation, 3)}>"
        )


@result_class
class FactorScores(Result):
    """Persons' scores on the factors of a model.

    Attributes
    ----------
    factors
        The factors, in the order of the columns.
    method
        ``regression`` or ``bartlett``.
    values, errors
        (n_persons, n_factors): scores, and their standard errors; nan without a score.
    answered
        (n_persons,): number of the model's items that each person answered.
    groups, group
        Labels of the groups, and (n_persons,) the position of each person's group; no labels with one group.
    determinacy
        Of each factor, in each group.
    missing
        Missing rule of the model. With ``fiml``, scores use the items that a person answered; otherwise only
        persons who answered every item have scores.
    n_items
        Items of the model.
    instrument
        What was answered, where that is known.

    Examples
    --------
    >>> from intimacy_scales import cfa, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> scores = cfa("trust =~ tru01 + tru04 + tru09 + tru11", answers).factor_scores(answers)
    >>> scores.to_frame(errors=True).columns.tolist()
    ['trust', 'trust_se']
    """

    _axes: ClassVar[Mapping[str, str]] = {"values": "nm", "errors": "nm", "answered": "n", "group": "n"}

    factors: tuple[str, ...]
    method: ScoreMethod
    values: NDArray[np.float64]
    errors: NDArray[np.float64]
    answered: NDArray[np.int64]
    groups: tuple[str, ...]
    group: NDArray[np.int64]
    determinacy: tuple[FactorDeterminacy, ...]
    missing: MissingAnswers
    n_items: int
    instrument: InstrumentRef | None
    kept: Table = field(repr=False)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, factor: str) -> NDArray[np.float64]:
        """Return the scores on one factor (n_persons,)."""
        return self.values[:, self._position(factor)]

    def standard_errors(self, factor: str) -> NDArray[np.float64]:
        """Return the standard errors of the scores on one factor (n_persons,)."""
        return self.errors[:, self._position(factor)]

    def _position(self, factor: str) -> int:
        if factor not in self.factors:
            raise UnknownNameError(
                f"the model has no factor {factor!r}; it has {', '.join(self.factors)}"
                f"{suggest(factor, self.factors)}"
            )
        return self.factors.index(factor)

    @property
    def notes(self) -> tuple[str, ...]:
        """How many persons have no score, and why."""
        notes = []
        n_nothing = int(np.count_nonzero(self.answered == 0))
        if n_nothing:
            notes.append(f"no scores of {counted(n_nothing, 'person')} who answered none of the items")
        skipped = (self.answered > 0) & (self.answered < self.n_items) & np.isnan(self.values).any(axis=1)
        n = int(np.count_nonzero(skipped))
        if n and self.missing == "fiml":
            notes.append(
                f"no Bartlett scores of {counted(n, 'person')} on factors that the answered items do not "
                "determine"
            )
        elif n:
            notes.append(
                f"no scores of {counted(n, 'person')} who skipped items, as the model was fitted with "
                f"missing={self.missing!r}; with missing='fiml' scores use the items that a person answered"
            )
        return tuple(notes)

    def to_frame(self, *, errors: bool = False, keep: Sequence[Hashable] | None = None) -> Any:
        """Return the scores as a table of the caller's library, with a column for each factor.

        Parameters
        ----------
        errors
            Add ``<factor>_se`` columns, the standard errors.
        keep
            Kept columns of the table that come first; None: all of them. Kept columns are those that
            ``keep=`` named where answers were checked, and the column of groups.

        Returns
        -------
        pandas.DataFrame, polars.DataFrame or pyarrow.Table
            pandas with the caller's index, also for lists. A missing score is null in polars and pyarrow,
            nan in pandas.
        """
        columns: dict[str, Floats] = {name: self[name] for name in self.factors}
        if errors:
            columns |= {f"{name}_se": self.standard_errors(name) for name in self.factors}
        return frame_with_kept(self.kept, columns, keep)

    def determinacy_frame(self) -> pd.DataFrame:
        """Return the determinacy of factors as a pandas table with a row for each."""
        from intimacy_scales.results.frames import pandas_frame

        names = ("factor", *(("group",) if self.groups else ()), "rho", "rho_squared", "minimal_correlation")
        return pandas_frame({n: [getattr(row, n) for row in self.determinacy] for n in (*names, "validity")})

    def to_dict(self) -> dict[str, Any]:
        """Return scores, errors and determinacy as plain values; None without a score."""
        return {
            "method": self.method,
            "scores": {name: plain(self[name]) for name in self.factors},
            "errors": {name: plain(self.standard_errors(name)) for name in self.factors},
            "answered": plain(self.answered),
            "groups": list(self.groups),
            "group": plain(self.group),
            "determinacy": plain(self.determinacy),
            "missing": self.missing,
            "n_items": self.n_items,
            "instrument": plain(self.instrument),
            "notes": list(self.notes),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(
            cls,
            without=("factors", "values", "kept"),
            scores=by_name(NDArray[np.float64]),
            errors=by_name(NDArray[np.float64]),
            determinacy=many(FactorDeterminacy),
            notes=Sequence[str],
        )

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> FactorScores:
        # a store may have sorted the names; the determinacy keeps the order of factors
        factors = tuple(dict.fromkeys(row.factor for row in values["determinacy"]))
        columns = {name: [values[name][factor] for factor in factors] for name in ("scores", "errors")}
        return made_of(
            cls,
            values,
            factors=factors,
            values=np.array(columns["scores"]).T,
            errors=np.array(columns["errors"]).T,
            kept=DocumentTable(len(values["answered"])),
        )

    def __repr__(self) -> str:
        who, what = counted(len(self), "person"), counted(len(self.factors), "factor")
        head = f"{self.method} scores of {who} on {what}"
        determinacy = [repr(row)[1:-1] for row in self.determinacy]
        return f"<{'; '.join([head, *determinacy, *(f'! {note}' for note in self.notes)])}>"
