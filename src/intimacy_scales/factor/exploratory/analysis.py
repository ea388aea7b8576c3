"""Exploratory factor analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Unpack

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.errors import EstimationError, NotConvergedError
from intimacy_scales.factor.exploratory.adequacy import (
    FactorFit,
    counted_persons,
    factor_fit,
    read_correlations,
)
from intimacy_scales.factor.exploratory.extraction import LOWEST, minres, ml
from intimacy_scales.factor.exploratory.rotation import Rotation, RotationMethod, check_rotation, rotate
from intimacy_scales.factor.reading import data_given, is_plain_table
from intimacy_scales.factor.sample import Floats, MissingAnswers
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.numerics.tolerances import AT_BOUND, NO_FACTOR
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.results.default_page import frame_table
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import instrument_for
from intimacy_scales.results.result import plain, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import apa, counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Extractor = Literal["minres", "ml"]
_EXTRACTORS = {"minres": minres, "ml": ml}
_DERIVED = (
    "factors", "structure", "communalities", "complexity", "variance", "variance_share",
    "variance_cumulative",
)  # fmt: skip
_COPIES = 0.98  # correlation of items that are nearly copies of each other
_SHOWN_PAIRS = 3
_STARTS = 8  # of an extraction


@result_class
class EFAResult(FactorFit):
    """The result of an exploratory factor analysis.

    Factors are named F1, F2 … by descending sum of squared loadings, and their loadings have a positive sum
    (with a target, order and direction are those of the target). It also has the attributes of `FactorFit`.

    Attributes
    ----------
    names
        The items.
    n_rows
        Rows of the table.
    instrument
        What was answered, where that is known.
    method, rotation, missing
        The methods of extraction and rotation, and the missing rule.
    loadings
        (p, m): pattern loadings.
    phi
        (m, m): correlations of the factors.
    uniquenesses
        (p,): unique variances of the items.
    correlations
        (p, p): observed correlations of the items.
    objective
        The minimum of the extraction.
    iterations
        Its Newton steps.
    criterion
        The minimum of the rotation.
    rotation_matrix
        (m, m): ``loadings = unrotated @ rotation_matrix``.
    extraction_starts, extraction_agreement
        Starts of the extraction (8 or, where not all of these agree, 24), and the share of them that reached
        this minimum. A low share means that there are other minima, often with Heywood cases; fewer factors
        may be enough.
    n_starts, agreement
        Starts of the rotation, and the share of them that reached this solution. A low share means that
        there are other minima; look at them with other seeds.
    heywood
        Items whose uniqueness is at its lower bound (.005), a sign of too many factors.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 500, rng=1).answers)
    >>> result = efa(answers, 2, items=["tru01", "tru04", "tru09", "com01", "com05", "com13"])
    >>> result.factors, result.heywood, result.extraction_agreement
    (('F1', 'F2'), (), 1.0)
    """

    _all_in_notebooks: ClassVar[bool] = True

    _axes: ClassVar[Mapping[str, str]] = {
        "names": "p", "loadings": "pm", "phi": "mm", "uniquenesses": "p", "correlations": "pp",
        "rotation_matrix": "mm",
    }  # fmt: skip

    names: tuple[str, ...]
    n_rows: int
    instrument: InstrumentRef | None
    method: Extractor
    rotation: str
    missing: MissingAnswers
    loadings: Floats
    phi: Floats
    uniquenesses: Floats
    correlations: Floats
    objective: float
    iterations: int
    extraction_starts: int
    extraction_agreement: float
    criterion: float
    rotation_matrix: Floats
    n_starts: int
    agreement: float
    heywood: tuple[str, ...]

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the factors."""
        return tuple(f"F{j + 1}" for j in range(len(self.phi)))

    @property
    def near_copies(self) -> tuple[tuple[str, str], ...]:
        """Pairs of items that correlate by .98 or more in absolute value, nearly copies of each other."""
        pairs = np.argwhere(np.triu(np.abs(self.correlations) >= _COPIES, 1))
        return tuple((self.names[i], self.names[j]) for i, j in pairs)

    @property
    def structure(self) -> Floats:
        """Correlations of items with factors (p, m): ``loadings @ phi``."""
        return self.loadings @ self.phi

    @property
    def communalities(self) -> Floats:
        """Variance of each item that factors explain (p,): the diagonal of ``loadings phi loadings'``."""
        shared: Floats = (self.structure * self.loadings).sum(axis=1)
        return shared

    @property
    def complexity(self) -> Floats:
        """Complexity of each item (p,), ``(sum l**2)**2 / sum l**4`` (Hofmann, 1978)."""
        squares = self.loadings**2
        with np.errstate(invalid="ignore"):
            number: Floats = squares.sum(axis=1) ** 2 / (squares**2).sum(axis=1)
        return number

    @property
    def variance(self) -> Floats:
        """Variance that each factor explains (m,): the diagonal of ``phi loadings' loadings``."""
        return np.diag(self.phi @ self.loadings.T @ self.loadings)

    @property
    def variance_share(self) -> Floats:
        """Share of the total variance that each factor explains (m,)."""
        return self.variance / len(self.names)

    @property
    def variance_cumulative(self) -> Floats:
        """Share of the total variance that each factor and those before it explain (m,)."""
        return np.cumsum(self.variance_share)

    def reproduced(self) -> pd.DataFrame:
        """Return the correlations that the factors imply: ``loadings phi loadings' + diag(uniquenesses)``."""
        return self._square(self.structure @ self.loadings.T + np.diag(self.uniquenesses))

    def residuals(self) -> pd.DataFrame:
        """Return observed minus implied correlations."""
        return self._square(self.correlations - self.reproduced().to_numpy())

    def _square(self, matrix: Floats) -> pd.DataFrame:
        from intimacy_scales.results.frames import pandas_frame

        columns = {name: matrix[:, j].copy() for j, name in enumerate(self.names)}
        return pandas_frame({"item": list(self.names), **columns}).set_index("item").rename_axis(None)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table: loadings, communality, uniqueness and complexity of each item."""
        from intimacy_scales.results.frames import pandas_frame

        columns: dict[str, Any] = {"item": list(self.names)}
        columns |= {name: self.loadings[:, j].copy() for j, name in enumerate(self.factors)}
        columns |= {
            "communality": self.communalities,
            "uniqueness": self.uniquenesses.copy(),
            "complexity": self.complexity,
        }
        return pandas_frame(columns).set_index("item")

    def to_r(self, path: str = "answers.csv", *, instrument: Instrument | str | Path | None = None) -> str:
        """Return an R script that extracts these factors with psych::fa, from a CSV file of answers.

        It prints uniquenesses, and loadings and factor correlations of the rotations that have the same
        definition in R: none, varimax, oblimin and promax.

        Parameters
        ----------
        path, instrument
            As in `CFAResult.to_r`.

        Examples
        --------
        >>> from intimacy_scales import encode, simulate
        >>> answers = encode("scii-24", simulate("scii-24", 500, rng=1).answers)
        >>> script = efa(answers, 2, items=["tru01", "tru04", "tru09", "com01", "com05", "com13"]).to_r()
        >>> "psych::fa(r, nfactors = 2" in script
        True
        """
        from intimacy_scales.factor.exploratory.r_script import efa_script

        form = None if self.instrument is None else instrument_for(self.instrument, instrument)
        return efa_script(self, form, path)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values."""
        own_fields = {f.name: plain(getattr(self, f.name)) for f in fields(self)}
        return own_fields | FactorFit.to_dict(self) | {name: plain(getattr(self, name)) for name in _DERIVED}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        derived = (
            "structure",
            "communalities",
            "complexity",
            "variance",
            "variance_share",
            "variance_cumulative",
        )
        fit = ("rmsea_low", "rmsea_high", "rmsea_confidence_level")
        types = dict.fromkeys(derived, Floats) | dict.fromkeys(fit, float)
        return documented(cls, factors=Sequence[str]) | types

    def _lines(self) -> list[str]:
        m = len(self.phi)
        rotation = "" if self.rotation == "none" else f", {self.rotation}"
        lines = [
            f"EFA of {counted(len(self.names), 'item')}, {counted(m, 'factor')}; {self.method}{rotation}, "
            f"{self.missing}, n = {self.n}",
            self._fit_line(),
            f"{100 * float(self.variance_share.sum()):.0f}% of variance; "
            f"{100 * self.extraction_agreement:.0f}% of {counted(self.extraction_starts, 'start')} agree",
        ]
        if rotation:
            lines[2] += f", of the rotation {100 * self.agreement:.0f}% of {self.n_starts}"
        if self.near_copies:
            pairs = ", ".join(f"{one} and {other}" for one, other in self.near_copies[:_SHOWN_PAIRS])
            more = ", …" * (len(self.near_copies) > _SHOWN_PAIRS)
            lines.append(
                f"nearly copies of each other: {pairs}{more}; tests of fit mainly reflect this, so leave one "
                "out"
            )
        if self.heywood:
            lines.append(f"no unique variance (Heywood case): {', '.join(self.heywood)}")
        return lines

    def __repr__(self) -> str:
        return f"<{'; '.join(self._lines())}>"

    def page(self) -> Page:
        """Return what is displayed as data: fit, loadings, and correlations of factors that correlate."""
        first, *rest = self._lines()
        tables = [frame_table(self.to_frame(), "Loadings")]
        if not np.allclose(self.phi, np.eye(len(self.factors))):
            columns = {"": list(self.factors)}
            columns |= {
                name: [apa(r, 3) for r in column]
                for name, column in zip(self.factors, self.phi.T.tolist(), strict=True)
            }
            tables.append(TextTable(title="Correlations of factors", columns=columns))
        return Page(title=first, facts=tuple(rest), tables=tuple(tables))


@reads_answers
def efa(
    data: Any,
    responses: Any = None,
    n_factors: int | None = None,
    *,
    items: Sequence[str] | None = None,
    method: Extractor = "minres",
    rotation: RotationMethod = "oblimin",
    missing: MissingAnswers = "pairwise",
    n: int | None = None,
    n_starts: int = 10,
    rng: int | np.random.Generator | None = 0,
    kaiser: bool | None = None,
    gamma: float = 0.0,
    epsilon: float = 0.01,
    target: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    power: float = 4.0,
    **reading: Unpack[ReadingOptions],
) -> EFAResult:
    """Compute an exploratory factor analysis of items.

    Parameters
    ----------
    data, responses
        An instrument (or its id or `Path`) and a table of answers to it; or, without responses,
        `CodedResponses` or `ItemMoments`, whose items are keyed; a table with a column of numbers for each
        item; or `SampleMoments`, for example of a published matrix (`covariances_as_sample`).
    n_factors
        Number of factors; `parallel_analysis` and `map_test` suggest one.
    items
        Items, in order; all by default.
    method
        ``minres``: least squares of residual correlations. ``ml``: maximum likelihood.
    rotation
        ``oblimin``, ``geomin``, ``promax`` and ``target`` let factors correlate; ``varimax`` and
        ``quartimax`` do not; ``none``.
    missing
        ``pairwise``: each correlation from all who answered both items. ``listwise``: only persons who
        answered all.
    n
        Number of persons for tests; by default that of the moments, with ``pairwise`` the harmonic mean over
        pairs of items.
    n_starts, rng, kaiser, gamma, epsilon, target, weights, power
        As in `rotate`; the seed is 0 by default.
    **reading
        How the table is read, as in `encode`; of a table of numbers without an instrument only
        ``on_invalid="accept"``, to take every number as it is.

    Returns
    -------
    EFAResult

    Raises
    ------
    EstimationError
        Too many factors for the items, an item that does not vary, a pair of items that nobody answered both
        of, correlations that are not positive definite (``ml``), or options that exclude each other.
    NotConvergedError
        Extraction or rotation did not converge; says what to try.
    MissingColumnsError
        An item without a column.

    Notes
    -----
    The model is ``R = L phi L' + diag(psi)`` (Thurstone, 1947). Minres (Harman & Jones, 1966) minimizes
    half the sum of squared residual correlations; ml (Lawley, 1940; Jöreskog, 1967) the discrepancy
    ``tr(S^-1 R) - ln det(S^-1 R) - p``. Both search over the uniquenesses by Newton's method until
    every derivative is below 1e-8 and the Hessian is positive definite, so that results do not depend on
    a stopping rule. Extraction (whose starts are always the same) and rotation have several starts, and
    return the lowest minimum.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 500, rng=1).answers)
    >>> result = efa(answers, 2, items=["tru01", "tru04", "tru09", "com01", "com05", "com13"])
    >>> result.df, result.loadings.shape
    (4, (6, 2))
    >>> result.to_frame().columns.tolist()
    ['F1', 'F2', 'communality', 'uniqueness', 'complexity']
    """
    if n_factors is None and not (isinstance(data, Instrument | str | Path) or is_plain_table(responses)):
        responses, n_factors = None, responses  # efa(data, 6)
    _check_extractor(method)
    check_rotation(rotation)
    with one_blas_thread():
        sample = read_correlations(data_given(data, responses, reading), items, missing)
        m = _checked_number(n_factors, len(sample.names))
        persons = counted_persons(sample, n)
        if sample.rows is not None and len(sample.rows) <= len(sample.names):
            raise EstimationError(
                f"{len(sample.rows)} persons are too few for {len(sample.names)} items: their correlation "
                "matrix is singular; use fewer items or collect more answers"
            )
        target = aligned(target, sample.names, "target")
        weights = aligned(weights, sample.names, "weights")
        extraction = _EXTRACTORS[method](sample.correlations, m, n_starts=_STARTS)
        _check_all_factors(extraction.loadings)
        rotated = rotate(
            extraction.loadings,
            rotation if m > 1 else "none",
            n_starts=n_starts,
            rng=rng,
            kaiser=kaiser,
            gamma=gamma,
            epsilon=epsilon,
            target=target if m > 1 else None,
            weights=weights if m > 1 else None,
            power=power,
        )
        _check_converged(rotated)
        common = extraction.loadings @ extraction.loadings.T
        fit = factor_fit(sample.correlations, common, extraction.uniquenesses, m, persons)
    at_bound = extraction.uniquenesses <= LOWEST * (1 + AT_BOUND)
    return EFAResult(
        **{f.name: getattr(fit, f.name) for f in fields(fit)},
        names=sample.names,
        n_rows=sample.n_rows,
        instrument=sample.instrument,
        method=method,
        rotation=rotated.method,
        missing=sample.missing,
        loadings=rotated.loadings,
        phi=rotated.phi,
        uniquenesses=extraction.uniquenesses,
        correlations=sample.correlations,
        objective=extraction.objective,
        iterations=extraction.iterations,
        extraction_starts=extraction.n_starts,
        extraction_agreement=extraction.agreement,
        criterion=rotated.criterion,
        rotation_matrix=rotated.matrix,
        n_starts=rotated.n_starts,
        agreement=rotated.agreement,
        heywood=tuple(name for name, low in zip(sample.names, at_bound, strict=True) if low),
    )


def aligned(table: Any, names: Sequence[str], what: str) -> Any:
    """Return a table of targets or weights with its rows in the order of the items.

    Raises
    ------
    EstimationError
        Its rows have other names.
    """
    index = getattr(table, "index", None)
    if index is None or callable(index) or list(index) == list(range(len(index))):
        return table
    labels = [str(label) for label in index]
    if sorted(labels) != sorted(names):
        raise EstimationError(f"{what}: its rows must be named as the items are, {', '.join(names[:6])} …")
    return np.asarray(table, dtype=np.float64)[[labels.index(name) for name in names]]


def most_factors(n_items: int) -> int:
    """Return the largest number of factors with degrees of freedom of 0 or more, ``(p - m)**2 >= p + m``.

    Examples
    --------
    >>> most_factors(3), most_factors(6), most_factors(25)
    (1, 3, 18)
    """
    factors = 0
    while (n_items - factors - 1) ** 2 >= n_items + factors + 1:
        factors += 1
    return factors


def _checked_number(n_factors: Any, n_items: int) -> int:
    """Return the number of factors; raise where the items have too few correlations for it."""
    if n_factors is None:
        raise EstimationError(
            "n_factors is missing; pass the number of factors (parallel_analysis() suggests one)"
        )
    if isinstance(n_factors, bool) or not isinstance(n_factors, int | np.integer) or n_factors < 1:
        raise EstimationError(
            f"n_factors={n_factors!r} is not valid; allowed: a whole number of factors, at least 1"
        )
    most = most_factors(n_items)
    if n_factors > most:
        raise EstimationError(
            f"n_factors={n_factors}: {n_items} items have too few correlations for so many factors; allowed: "
            f"at most {most}"
        )
    return int(n_factors)


def _check_extractor(method: str) -> None:
    if method not in tuple(_EXTRACTORS):
        raise EstimationError(not_one_of("method", method, tuple(_EXTRACTORS)))


def _check_all_factors(loadings: Floats) -> None:
    n_nonzero = int(((loadings**2).sum(axis=0) > NO_FACTOR).sum())
    if n_nonzero < loadings.shape[1]:
        raise EstimationError(
            f"n_factors={loadings.shape[1]}: these correlations have only {counted(n_nonzero, 'factor')} "
            "with loadings other than 0; extract fewer"
        )


def _check_converged(rotated: Rotation) -> None:
    if not rotated.converged:
        raise NotConvergedError(
            f"the {rotated.method} rotation of {counted(len(rotated.phi), 'factor')} did not converge; "
            "extract fewer factors, or use another rotation"
            + (" or a target that specifies more loadings" if rotated.method == "target" else "")
        )
