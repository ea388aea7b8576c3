"""Little's test that answers are missing completely at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.fit import chi_square_p
from intimacy_scales.factor.confirmatory.estimation.likelihood import invert
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import MeanCovariance, mean_covariance_of
from intimacy_scales.factor.confirmatory.estimation.reference_models import Saturated, saturated
from intimacy_scales.factor.reading import data_given, read_sample
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.moments.answers import needs_answers
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa_p, counted, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_SMALL_PATTERN = 10  # persons: the means of a smaller pattern are not nearly normal
_NOTED_SHARE = 0.5  # of persons in small patterns, above which a note says so
_SHOWN = 3


@result_class
class MissingPattern(Result):
    """Persons who skipped the same items.

    Attributes
    ----------
    n
        Number of persons.
    missing
        Items that they skipped; empty where they answered everything.
    chi_square
        Their part of the statistic.
    differences
        Item that they answered → their mean minus the estimated one, in estimated standard deviations.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> table = simulate("scii-24", 300, missing=0.03, rng=1).answers
    >>> pattern = little_mcar("scii-24", table, items=["tru01", "tru04", "tru09"]).patterns[0]
    >>> pattern.missing, pattern.n
    (('tru09',), 13)
    """

    n: int
    missing: tuple[str, ...]
    chi_square: float
    differences: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the pattern as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        skipped = f"without {', '.join(self.missing)}" if self.missing else "who answered everything"
        return f"<{counted(self.n, 'person')} {skipped}: {shown(self.chi_square, 2)} of the chi-square>"


@result_class
class MCARTest(Result):
    """Little's test that answers are missing completely at random.

    Attributes
    ----------
    chi_square, df, p_value
        The test.
    patterns
        Persons by the items that they skipped, the largest part of the statistic first.
    items
        The items that were tested.
    n, n_rows
        Persons who answered any of them, and rows of the table.
    instrument
        What was answered, where that is known.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> table = simulate("scii-24", 300, missing=0.03, rng=1).answers
    >>> test = little_mcar("scii-24", table, items=["tru01", "tru04", "tru09"])
    >>> test.to_frame().columns.tolist()
    ['n', 'missing', 'chi_square', 'tru01', 'tru04', 'tru09']
    """

    chi_square: float
    df: int
    p_value: float
    patterns: tuple[MissingPattern, ...]
    items: tuple[str, ...]
    n: int
    n_rows: int
    instrument: InstrumentRef | None

    @property
    def notes(self) -> tuple[str, ...]:
        """Cautions about the test."""
        few = sum(pattern.n for pattern in self.patterns if pattern.n < _SMALL_PATTERN)
        if few <= _NOTED_SHARE * self.n:
            return ()
        return (
            f"{counted(few, 'person')} of {self.n} are in patterns of fewer than {_SMALL_PATTERN} persons, "
            "whose means are normal only where answers are: the test assumes this",
        )

    def sentence(self) -> str:
        """Return the test as a sentence of the Results section."""
        rejected = (
            "was rejected by" if self.p_value < 0.05 else "was not rejected by"
        )  # the conventional level
        return (
            f"That answers were missing completely at random {rejected} Little's (1988) test, chi-square"
            f"({self.df}, n = {self.n}) = {shown(self.chi_square, 2)}, {apa_p(self.p_value)} "
            f"({self._patterns_text()})."
        )

    def _patterns_text(self) -> str:
        """Return the number of patterns in words, apart from that of persons who answered everything."""
        n_incomplete = sum(bool(pattern.missing) for pattern in self.patterns)
        complete = " and the complete answers" if n_incomplete < len(self.patterns) else ""
        return f"{counted(n_incomplete, 'pattern')} of missing answers{complete}"

    def to_dict(self) -> dict[str, Any]:
        """Return the test and its patterns as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__} | {"notes": list(self.notes)}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, notes=Sequence[str])

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each pattern.

        Columns are the number of persons, the items that they skipped, their part of the statistic, and for
        each item their mean minus the estimated one in standard deviations, nan for skipped items.
        """
        from intimacy_scales.results.frames import pandas_frame

        rows = self.patterns
        columns: dict[str, Any] = {
            "n": [row.n for row in rows],
            "missing": [", ".join(row.missing) for row in rows],
            "chi_square": [row.chi_square for row in rows],
        }
        return pandas_frame(
            columns | {item: [row.differences.get(item, np.nan) for row in rows] for item in self.items}
        )

    def __repr__(self) -> str:
        lines = [
            f"MCAR test of {counted(len(self.items), 'item')}: chi-square({self.df}) = "
            f"{shown(self.chi_square, 2)}, {apa_p(self.p_value)}; n = {self.n}, "
            f"{len(self.patterns)} patterns",
            *(repr(pattern)[1:-1] for pattern in self.patterns[:_SHOWN]),
            *(f"! {note}" for note in self.notes),
        ]
        return f"<{'; '.join(lines)}>"


@reads_answers
def little_mcar(
    data: Any,
    responses: Any = None,
    *,
    items: Sequence[str] | None = None,
    **reading: Unpack[ReadingOptions],
) -> MCARTest:
    """Test whether answers are missing completely at random (Little, 1988).

    Parameters
    ----------
    data, responses
        An instrument (or its id or `Path`) and a table of answers to it; or checked answers, or a table or
        array (n_persons, n_items) of numbers alone.
    items
        Items or columns, in order; by default all of them. Include items that nobody skipped, since patterns
        are compared by the items that were answered.
    **reading
        How the table is read, as in `encode`; of a table of numbers without an instrument only
        ``on_invalid="accept"``, to take every number as it is.

    Returns
    -------
    MCARTest

    Raises
    ------
    EstimationError
        No answer is missing, only sums are given, items that nobody answered together, that do not vary or
        that are linear combinations of others, or too few persons.
    NotConvergedError
        The answers do not determine all covariances.

    Notes
    -----
    ``d² = sum_j n_j (m_j - mu_j)' Sigma_j^-1 (m_j - mu_j)`` over patterns j of missing answers (Little,
    1988), where m_j are the means of the items that the n_j persons of a pattern answered, and mu_j and
    Sigma_j the maximum likelihood estimates for these items from all persons (EM algorithm, divisor n). It
    has ``sum_j p_j - p`` degrees of freedom, for p_j items answered in pattern j of p items.

    Limits:

    - The test compares means only. It does not detect patterns that differ in variances or covariances.
    - It uses observed answers. They cannot show whether people skip an item because of the answer they
      would have given, so a test that does not reject is not evidence that answers are missing completely
      at random; and in small samples it seldom rejects.
    - Where it rejects, ``listwise`` and ``pairwise`` are biased. ``missing="fiml"`` assumes less (missing at
      random) and may still be right.
    - It assumes normality, above all where patterns are small (`MCARTest.notes`), and a large sample. For
      skewed answers to eight items on five points, it rejects at 5 % in 9 to 13 % of samples in which
      missingness does not depend on answers (docs/explanation/factor-models.md).

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> table = simulate("scii-24", 300, missing=0.03, rng=1).answers
    >>> test = little_mcar("scii-24", table, items=["tru01", "tru04", "tru09", "tru11"])
    >>> test.df, test.p_value > 0.05
    (18, True)
    """
    given = data_given(data, responses, reading)
    if isinstance(given.data, ItemMoments | SampleMoments):
        raise needs_answers("Little's test")
    items = None if items is None else as_names("items", items, texts=False)
    with one_blas_thread():
        sample = read_sample(given.data, items, missing="fiml", accept=given.accept)
        sample.check_usable()
        moments = mean_covariance_of(sample, with_means=True)
        if moments.complete:
            raise EstimationError(
                f"nobody skipped any of these {counted(len(sample.names), 'item')}, so that there are no "
                "patterns of missing answers to compare"
            )
        patterns = _pattern_terms(moments, saturated(moments), sample.names)
    chi_square = sum(pattern.chi_square for pattern in patterns)
    df = sum(len(pattern.differences) for pattern in patterns) - len(sample.names)
    return MCARTest(
        chi_square=chi_square,
        df=df,
        p_value=chi_square_p(chi_square, df),
        patterns=patterns,
        items=sample.names,
        n=sample.n,
        n_rows=sample.n_rows,
        instrument=sample.instrument,
    )


def _pattern_terms(
    moments: MeanCovariance, estimates: Saturated, names: Sequence[str]
) -> tuple[MissingPattern, ...]:
    """Return each pattern with its term of d², the largest first."""
    patterns, all_items = [], np.arange(len(names))
    sds = np.sqrt(estimates.covariances.diagonal())
    for pattern in moments.patterns:
        answered = all_items if pattern.observed is None else pattern.observed
        inverse = invert(estimates.covariances[np.ix_(answered, answered)])
        assert inverse is not None  # a block of a positive definite matrix
        difference = pattern.means - estimates.means[answered]  # m_j - mu_j
        patterns.append(
            MissingPattern(
                n=pattern.n,
                missing=tuple(names[i] for i in np.setdiff1d(all_items, answered)),
                chi_square=float(pattern.n * difference @ inverse[0] @ difference),
                differences=dict(
                    zip([names[i] for i in answered], (difference / sds[answered]).tolist(), strict=True)
                ),
            )
        )
    # terms that rounding error alone tells apart are ordered by their missing items
    return tuple(sorted(patterns, key=lambda pattern: (-round(pattern.chi_square, 6), pattern.missing)))
