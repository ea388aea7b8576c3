"""What results on the number of factors share, and the scree."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

import numpy as np

from intimacy_scales.factor.exploratory.adequacy import counted_persons, read_correlations
from intimacy_scales.factor.exploratory.extraction import minres
from intimacy_scales.factor.reading import data_given
from intimacy_scales.factor.sample import Floats, MissingAnswers, SampleMoments
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.results.default_page import default_page
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page
from intimacy_scales.results.wording import counted, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_LOOSE = 1e-6  # tolerance of one-factor extractions, whose communalities need few digits


def eigenvalues(correlations: Floats) -> tuple[Floats, Floats]:
    """Return eigenvalues (p,) of correlations, the largest first, and those of reduced correlations.

    Reduced correlations have the communalities of one minres factor on the diagonal.
    """
    shared = minres(correlations, 1, tolerance=_LOOSE).loadings[:, 0] ** 2
    values = np.linalg.eigvalsh(np.stack([correlations, correlations + np.diag(shared - 1)]))[:, ::-1]
    return values[0], values[1]


@result_class
class RetentionFigures(Result):
    """A result with a numbered table of figures."""

    n: int
    n_items: int
    missing: MissingAnswers
    instrument: InstrumentRef | None

    @abstractmethod
    def _columns(self) -> dict[str, Any]:
        """Return the columns of the table, by name."""

    def to_frame(self) -> pd.DataFrame:
        """Return the figures as a pandas table."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame(self._columns()).set_index("number")

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values."""
        return {field.name: plain(getattr(self, field.name)) for field in fields(self)}

    def page(self) -> Page:
        """Return what is displayed as data."""
        return default_page(self)


def sample_fields(sample: SampleMoments, n: int | None = None) -> dict[str, Any]:
    """Return the fields of a result that describe the sample."""
    return {
        "n": counted_persons(sample, n),
        "n_items": len(sample.names),
        "missing": sample.missing,
        "instrument": sample.instrument,
    }


@result_class
class Scree(RetentionFigures):
    """Eigenvalues for a scree plot (Cattell, 1966).

    Attributes
    ----------
    eigenvalues
        (p,): of the correlations, the largest first.
    reduced
        (p,): with the communalities of one minres factor on the diagonal.
    proportion, cumulative
        (p,): share of the total variance that each component has, and that it has with those before it.
    n, n_items, missing, instrument
        Persons, items, the missing rule, and what was answered.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> scree("scii-24", simulate("scii-24", 500, rng=1).answers).to_frame().columns.tolist()
    ['eigenvalues', 'reduced', 'proportion', 'cumulative']
    """

    _axes: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("eigenvalues", "reduced", "proportion", "cumulative"), "p"
    )

    eigenvalues: Floats
    reduced: Floats
    proportion: Floats
    cumulative: Floats

    def _columns(self) -> dict[str, Any]:
        names = ("eigenvalues", "reduced", "proportion", "cumulative")
        figures = {name: getattr(self, name) for name in names}
        return {"number": np.arange(1, self.n_items + 1), **figures}

    def __repr__(self) -> str:
        first = ", ".join(shown(float(value), 2) for value in self.eigenvalues[:5])
        return f"<Scree of {counted(self.n_items, 'item')}: {first} …; n = {self.n}, {self.missing}>"


@reads_answers
def scree(
    data: Any,
    responses: Any = None,
    *,
    items: Sequence[str] | None = None,
    missing: MissingAnswers = "pairwise",
    **reading: Unpack[ReadingOptions],
) -> Scree:
    """Return the eigenvalues of the correlations of items.

    Parameters
    ----------
    data, responses, items, missing
        As in `efa`.
    **reading
        How the table is read, as in `encode`; of a table of numbers without an instrument only
        ``on_invalid="accept"``, to take every number as it is.

    Returns
    -------
    Scree

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> answers = simulate("scii-24", 500, rng=1).answers
    >>> figures = scree("scii-24", answers)
    >>> round(float(figures.eigenvalues.sum()), 6), round(float(figures.cumulative[-1]), 6)
    (24.0, 1.0)
    """
    sample = read_correlations(data_given(data, responses, reading), items, missing)
    values, reduced = eigenvalues(sample.correlations)
    p = len(values)
    return Scree(
        eigenvalues=values,
        reduced=reduced,
        proportion=values / p,
        cumulative=np.cumsum(values) / p,
        **sample_fields(sample),
    )
