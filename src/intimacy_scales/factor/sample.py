"""Means and covariances of the variables of one group, to which a factor model is fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intimacy_scales.errors import DocumentError, EstimationError
from intimacy_scales.factor.unanswered import few_left, in_group, never_together
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.moments.keyed import KeyedMoments
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.numerics.ties import descending, members_of_space
from intimacy_scales.numerics.tolerances import EQUAL_SHARES, NO_VARIANCE, SINGULAR
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import counted

Floats = NDArray[np.float64]
MissingAnswers = Literal["listwise", "pairwise", "fiml"]


@result_class
class SampleMoments(Result):
    """Means and covariances of variables in one group of persons.

    Attributes
    ----------
    names
        The variables: item ids or columns.
    n
        Persons that the likelihood counts; with pairwise deletion, the harmonic mean over pairs.
    n_rows
        Rows of the table, including those that are not used.
    means
        (p,): of all who answered an item, with pairwise deletion and FIML; else of complete persons.
    covariances
        (p, p), divisor n - 1.
    correlations
        (p, p); with pairwise deletion, by the standard deviations of those who answered both items.
    missing
        ``listwise``: from persons who answered everything. ``pairwise``: each from all who answered
        both variables. ``fiml``: the same, with the rows, so that every answer is used.
    group
        Label of the group, where there are several.
    instrument
        What was answered, where that is known.
    rows
        (n, p): each person's numbers, nan where missing; None where only sums are known.
    clusters
        (n,): each person's cluster, as numbers from 0; None where persons are independent.
    means_known
        Whether the means are observed, not zeros in their place.
    counts
        (p, p): persons who answered both of two variables; None where everyone did, or it is not known.

    Examples
    --------
    >>> moments = covariances_as_sample([[1, 0.5], [0.5, 4]], n=200, names=["a", "b"])
    >>> moments.correlations.tolist()
    [[1.0, 0.25], [0.25, 1.0]]
    """

    _axes: ClassVar[Mapping[str, str]] = {
        "names": "p", "means": "p", "covariances": "pp", "correlations": "pp", "counts": "pp",
    }  # fmt: skip

    names: tuple[str, ...]
    n: int
    n_rows: int
    means: Floats
    covariances: Floats
    correlations: Floats
    missing: MissingAnswers
    group: str | None = None
    instrument: InstrumentRef | None = None
    rows: Floats | None = None
    clusters: NDArray[np.intp] | None = None
    means_known: bool = True
    counts: Floats | None = None

    def __len__(self) -> int:
        return self.n

    def __repr__(self) -> str:
        where = f", group {self.group}" if self.group is not None else ""
        return f"<SampleMoments of {len(self.names)} variables, n = {self.n}, {self.missing}{where}>"

    @property
    def ml_covariances(self) -> Floats:
        """Covariances (p, p) with divisor n, as in maximum likelihood."""
        scaled: Floats = self.covariances * ((self.n - 1) / self.n)
        return scaled

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values, without each person's answers."""
        names = [name for name in self.__slots__ if name not in ("rows", "clusters")]
        return {name: plain(getattr(self, name)) for name in names} | {"clustered": self.clusters is not None}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("rows", "clusters"), clustered=bool)

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> SampleMoments:
        if values["missing"] == "fiml" or values["clustered"]:
            raise DocumentError(
                f"{cls.__name__}: moments for full information or of clustered persons need each person's "
                "answers, which documents do not hold; keep the table, and fit the model to it"
            )
        _check_moments(cls.__name__, values)
        return made_of(cls, values, rows=None, clusters=None)

    def of(self, names: Sequence[str]) -> SampleMoments:
        """Return the moments of some of the variables, in this order."""
        if tuple(names) == self.names:
            return self
        positions = [self.names.index(name) for name in names]
        square = np.ix_(positions, positions)
        return SampleMoments(
            names=tuple(names),
            n=self.n,
            n_rows=self.n_rows,
            means=self.means[positions],
            covariances=self.covariances[square],
            correlations=self.correlations[square],
            missing=self.missing,
            group=self.group,
            instrument=self.instrument,
            rows=None if self.rows is None else self.rows[:, positions],
            clusters=self.clusters,
            means_known=self.means_known,
            counts=None if self.counts is None else self.counts[square],
        )

    @property
    def never_together(self) -> tuple[tuple[str, str], ...]:
        """Pairs of variables that fewer than two persons answered both of."""
        return () if self.counts is None else never_together(self.names, self.counts)

    def check_usable(self, *, apart: bool = False) -> None:
        """Raise where no model can be fitted to these covariances.

        Parameters
        ----------
        apart
            Whether pairs that nobody answered together are allowed, as with full information.

        Raises
        ------
        EstimationError
            No persons, a variable that does not vary, fewer persons than variables, or variables that
            are linear combinations of others.
        """
        one_person = self.rows is not None and self.n_rows < 2
        if one_person or (self.n < 2 and self.missing != "pairwise"):
            raise EstimationError(
                few_left(self.names, self.counts, n=self.n, n_rows=self.n_rows, group=self.group)
            )
        undefined = np.argwhere(~np.isfinite(self.covariances))
        apart = apart and self.missing == "fiml" and all(i != j for i, j in undefined)
        if len(undefined) and not apart:
            self._raise_undefined(undefined)
        smallest = NO_VARIANCE * self.means**2
        variances = np.diag(self.covariances)
        constant = [n for n, v, e in zip(self.names, variances, smallest, strict=True) if not v > e]
        if constant:
            raise EstimationError(
                f"everyone gave {', '.join(constant)} the same answer{in_group(self.group)}: there is no "
                "variance to explain; leave it out of the model"
            )
        if self.n <= len(self.names) and (self.rows is not None or self.missing == "pairwise"):
            raise self._too_few_persons()
        if not len(undefined):
            self._check_positive_definite()

    def _raise_undefined(self, undefined: NDArray[np.intp]) -> NoReturn:
        """Raise for covariances (positions in `undefined`) that fewer than two persons could give."""
        where = in_group(self.group)
        unanswered = [i for i, j in undefined if i == j]
        if unanswered:
            raise EstimationError(
                f"fewer than two persons answered {self.names[unanswered[0]]}{where}; leave it out"
            )
        pair = " and ".join(self.names[i] for i in undefined[0])
        raise EstimationError(f"fewer than two persons answered both {pair}{where}; leave one out")

    def _check_positive_definite(self) -> None:
        """Raise where the correlations are singular, or indefinite where the estimator uses them."""
        if not np.isfinite(self.correlations).all():  # an item was constant among those who answered both
            raise self._too_few_persons()
        p = len(self.names)
        try:
            np.linalg.cholesky(self.correlations - SINGULAR * p * np.eye(p))
        except np.linalg.LinAlgError:
            values, vectors = np.linalg.eigh(self.correlations)
        else:
            return
        if values[0] > SINGULAR * values[-1]:
            return
        if self.n <= p:
            raise self._too_few_persons()
        indefinite = bool(values[0] < -SINGULAR * values[-1])
        limit = values[0] * (1 - EQUAL_SHARES) if indefinite else SINGULAR * values[-1]
        share = members_of_space(vectors[:, values <= limit])
        involved = [self.names[i] for i in descending(share, EQUAL_SHARES) if share[i] > 0.1 * share.max()]
        items, where = ", ".join(involved[:6]), in_group(self.group)
        if not indefinite:
            raise EstimationError(
                f"the covariance matrix{where} is singular: {items} determine each other (one is a sum, a "
                "copy or a difference of others, up to rounding error); leave one of them out"
            )
        if self.missing == "fiml":  # FIML does not use the pairwise correlations
            return
        kind = "pairwise covariances" if self.missing == "pairwise" else "covariances"
        advice = self._other_missing_rules() if self.missing == "pairwise" else ""
        raise EstimationError(
            f"the {kind}{where} are not positive semidefinite (smallest eigenvalue of the correlations "
            f"{values[0]:.3g}, mostly {items}){advice}"
        )

    def _other_missing_rules(self) -> str:
        """Return which other missing rules may help."""
        n_complete = 0 if self.rows is None else int((~np.isnan(self.rows)).all(axis=1).sum())
        listwise = " or 'listwise'" if self.rows is None or n_complete > len(self.names) else ""
        return f"; use missing='fiml'{listwise}"

    def _too_few_persons(self) -> EstimationError:
        who = "complete persons" if self.missing == "listwise" else "persons"
        return EstimationError(
            f"{self.n} {who}{in_group(self.group)} are too few for {len(self.names)} variables: their "
            "covariance matrix is singular; use fewer variables or collect more answers"
        )


def covariances_as_sample(
    covariances: Any, *, n: int, names: Sequence[str] | None = None, means: ArrayLike | None = None
) -> SampleMoments:
    """Return a covariance (or correlation) matrix, for example a published one, as a sample.

    Parameters
    ----------
    covariances
        (p, p), divisor n - 1; or its lower triangle, row by row, as such matrices are published.
    n
        Number of persons.
    names
        The variables, in the order of the matrix; of a pandas table, which of its columns are taken.
    means
        (p,); by default 0, which is enough for models without a mean structure.

    Returns
    -------
    SampleMoments

    Raises
    ------
    EstimationError
        The matrix is not a covariance matrix, or does not have as many variables as names.

    Examples
    --------
    >>> covariances_as_sample([[1, 0.5], [0.5, 1]], n=200, names=["a", "b"])
    <SampleMoments of 2 variables, n = 200, listwise>
    """
    names = None if names is None else as_names("names", names, "variables", texts=False)
    names, matrix = _named_matrix(covariances, names)
    if matrix.shape != (len(names), len(names)):
        raise EstimationError(
            f"covariances: shape {matrix.shape} for {counted(len(names), 'name')}; pass a name "
            "for each variable"
        )
    if len(set(names)) < len(names):
        raise EstimationError("names: a variable is named twice; name each once")
    if not np.allclose(matrix, matrix.T, rtol=1e-6, atol=1e-8) or not np.isfinite(matrix).all():
        raise EstimationError("covariances: the matrix is not valid; allowed: a symmetric matrix of numbers")
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 2:
        raise EstimationError(f"n={n!r} is not valid; allowed: a whole number of persons, at least 2")
    if not (np.diag(matrix) > 0).all():
        raise EstimationError("covariances: a variance is not valid; allowed: numbers above 0")
    try:
        known = np.zeros(len(names)) if means is None else np.array(means, dtype=np.float64)
    except (TypeError, ValueError):
        known = np.empty(0)
    if known.shape != (len(names),) or not np.isfinite(known).all():
        raise EstimationError(f"means: not valid; allowed: one number for each of the {len(names)} variables")
    sds = np.sqrt(np.diag(matrix))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlations = matrix / np.outer(sds, sds)
    return SampleMoments(
        names=tuple(names),
        n=int(n),
        n_rows=int(n),
        means=known,
        means_known=means is not None,
        covariances=(matrix + matrix.T) / 2,
        correlations=correlations,
        missing="listwise",
    )


def _named_matrix(covariances: Any, names: Sequence[str] | None) -> tuple[Sequence[str], Floats]:
    """Return the names and the full matrix."""
    columns = getattr(covariances, "columns", None)
    if columns is not None:
        known = [str(name) for name in columns]
        if [str(name) for name in covariances.index] != known:
            raise EstimationError("covariances: rows and columns must have the same names in the same order")
        wanted = known if names is None else list(names)
        if not set(wanted) <= set(known):
            raise EstimationError(f"names: not all are columns of the table, which has {', '.join(known)}")
        order = [known.index(name) for name in wanted]
        return wanted, np.asarray(covariances, dtype=np.float64)[np.ix_(order, order)]
    if names is None:
        raise EstimationError("names is missing: name the variables in the order of the matrix")
    rows = [np.atleast_1d(np.asarray(row, dtype=np.float64)) for row in covariances]
    if len(rows) > 1 and [len(row) for row in rows] == list(range(1, len(rows) + 1)):
        matrix = np.zeros((len(rows), len(rows)))
        for i, row in enumerate(rows):
            matrix[i, : i + 1] = matrix[: i + 1, i] = row
        return names, matrix
    if len({len(row) for row in rows}) > 1:
        raise EstimationError(
            "covariances: rows of these lengths are not valid; allowed: a square matrix, or the rows of its "
            "lower triangle"
        )
    return names, np.array(rows)


def keyed_as_sample(moments: KeyedMoments) -> SampleMoments:
    """Return the moments of keyed items as a sample of a factor model."""
    with_pairs = moments.pair_variances is not None
    return SampleMoments(
        names=moments.items,
        n=moments.n,
        n_rows=moments.n_persons,
        means=moments.means,
        covariances=moments.covariances,
        correlations=moments.correlations("pairs" if with_pairs else "items"),
        missing=moments.missing,
        instrument=moments.instrument,
    )


def _check_moments(where: str, values: Mapping[str, Any]) -> None:
    """Raise where the figures of a document are not those of a sample."""
    if len(set(values["names"])) < len(values["names"]):
        raise DocumentError(f"{where}.names: a variable is named twice")
    for name in ("covariances", "correlations", "counts"):
        matrix = values[name]
        if matrix is not None and not np.allclose(matrix, matrix.T, rtol=1e-6, atol=1e-8, equal_nan=True):
            raise DocumentError(f"{where}.{name}: the matrix is not symmetric")
    covariances, correlations = values["covariances"], values["correlations"]
    sds = np.sqrt(np.where(covariances.diagonal() > 0, covariances.diagonal(), np.nan))
    if values["counts"] is None and values["missing"] == "listwise":
        follows = covariances / np.outer(sds, sds)
        if not np.allclose(follows, correlations, rtol=0, atol=1e-6, equal_nan=True):
            raise DocumentError(f"{where}.correlations: they do not follow from the covariances")
