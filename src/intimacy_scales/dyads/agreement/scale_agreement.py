"""Results: one figure of agreement, and all of them for a scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.agreement.figure_kinds import KINDS, AgreementInterval
from intimacy_scales.dyads.agreement.figures import PairedScores, checked_choice
from intimacy_scales.dyads.left_out import left_out_text
from intimacy_scales.errors import UnknownNameError
from intimacy_scales.late import late_module
from intimacy_scales.messages import suggest
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.not_kept import NotKept, needed, stored
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Bounded
from intimacy_scales.results.wording import apa_p, counted, digits_for, digits_with_spread, shown, written

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


@result_class
class AgreementFigure(Result):
    """One figure of the agreement of partners; ``float(result)`` gives the estimate.

    Attributes
    ----------
    name, title
        Its name in `ScaleAgreement`, such as ``icc``, and in tables.
    definition
        Its formula and test, with sources.
    estimate
        The value; nan if it is undefined.
    reason
        Why it is undefined; None if it is defined.
    interval
        Its usual confidence interval.
    statistic_name, statistic, df
        The test that it is 0 (a variance ratio: that it is 1): ``t``, ``F`` or ``z``, its value, and its
        degrees of freedom; an empty name where there is no test.
    p_value
        Two-sided.
    p_one_sided
        Of F tests, the upper tail that other software reports; nan for other tests.
    standard_error
        What t and z are based on; nan for F tests.
    test_reason
        Why the test is undefined; None if it is defined, or there is none.

    Examples
    --------
    >>> from intimacy_scales.dyads import Dyads, partner_agreement
    >>> table = [{"a": 4, "b": 5}, {"a": 2, "b": 3}, {"a": 5, "b": 5}, {"a": 1, "b": 3}, {"a": 3, "b": 2}]
    >>> dyads = Dyads.of_scores(table, {"trust": {"a": "a", "b": "b"}})
    >>> partner_agreement(dyads)["trust"]["icc"]
    <ICC = .678 [-.172, .960], F(4, 5) = 5.21, p = .099>
    """

    name: str
    title: str
    definition: str
    estimate: float
    reason: str | None
    interval: Interval
    statistic_name: str
    statistic: float
    df: tuple[float, ...]
    p_value: float
    p_one_sided: float
    standard_error: float
    test_reason: str | None

    def __float__(self) -> float:
        return float(self.estimate)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values; None for undefined values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    @property
    def test(self) -> str:
        """The test as text, such as ``t(111) = 8.367``; empty without one."""
        if not self.statistic_name or self.reason or self.test_reason:
            return ""
        df = f"({', '.join(f'{value:g}' for value in self.df)})" if self.df else ""
        value = f"{shown(self.statistic, 2)}"
        return f"{self.statistic_name}{df} = {value}"

    def digits(self, least: int = 2) -> int:
        """Return how many decimals it is shown with: a mean difference, as many as its size needs."""
        if self.name != "mean_difference":
            return least
        return digits_for(self.estimate, *self.interval, least=least)

    def __repr__(self) -> str:
        if self.reason:
            return f"<{self.title} is not defined: {self.reason}>"
        test = f", {self.test}, {apa_p(self.p_value)}" if self.test else ""
        digits = self.digits(3)
        estimate = written(self.estimate, digits, bounded=KINDS[self.name].bounded)
        return f"<{self.title} = {estimate} {self.interval.ends(digits)}{test}>"


@result_class
class ScaleAgreement(Result):
    """Agreement of partners on one scale; ``float(result)`` gives the main figure.

    ``result["icc"]`` gives one figure, and iteration all of them. The main figure is Pearson's r where
    partners are distinguishable, and the intraclass correlation where they are exchangeable.

    Attributes
    ----------
    scale, title
        Id of the scale, and its title.
    composition
        The couples that it is about, such as ``f-m``; None: all couples.
    partners
        Names of the two partners.
    distinguishable
        Whether partners are distinguished by their roles.
    n_couples
        Couples with both scores, which are used.
    left_out
        Why couples are left out → how many.
    mean, sd
        Over both partners, with the n - 1 standard deviation of 2 n scores.
    means, sds
        Of the first and of the second partner; nan where partners are exchangeable.
    mean_square_between, mean_square_within
        Mean squares between couples and within couples, whichever partner comes first.
    figures
        `AgreementFigure` of each kind.
    warnings
        Cautions about using the figures.
    pairs
        (n_couples, 2): the scores of the couples with both.

    Examples
    --------
    >>> from intimacy_scales.dyads import Dyads, partner_agreement
    >>> table = [{"w": 4, "h": 5}, {"w": 2, "h": 3}, {"w": 5, "h": 5}, {"w": 1, "h": 3}, {"w": 3, "h": None}]
    >>> dyads = Dyads.of_scores(table, {"trust": {"wife": "w", "husband": "h"}}, role=True)
    >>> trust = partner_agreement(dyads)["trust"]
    >>> trust.n_couples, trust.left_out, trust.means
    (4, {'with the score of one partner': 1}, (3.0, 4.0))
    >>> round(float(trust), 3), trust["mean_difference"].test
    (0.949, 't(3) = -2.45')
    """

    scale: str
    title: str
    composition: str | None
    partners: tuple[str, str]
    distinguishable: bool
    n_couples: int
    left_out: Mapping[str, int]
    mean: float
    sd: float
    means: tuple[float, float]
    sds: tuple[float, float]
    mean_square_between: float
    mean_square_within: float
    figures: tuple[AgreementFigure, ...]
    warnings: tuple[str, ...]
    pairs: NDArray[np.float64] = field(repr=False, compare=False)

    @property
    def n_left_out(self) -> int:
        """Number of couples that were left out."""
        return sum(self.left_out.values())

    def __getitem__(self, name: str) -> AgreementFigure:
        """Return one figure."""
        for figure in self.figures:
            if figure.name == name:
                return figure
        known = [figure.name for figure in self.figures]
        raise UnknownNameError(
            f"{name!r} is not a figure of agreement; allowed: {', '.join(known)}{suggest(name, known)}"
        )

    def __iter__(self) -> Iterator[AgreementFigure]:
        return iter(self.figures)

    def __float__(self) -> float:
        return float(self.main)

    @property
    def main(self) -> AgreementFigure:
        """Pearson's r of distinguishable partners, the intraclass correlation of exchangeable ones."""
        return self["pearson_r" if self.distinguishable else "icc"]

    def digits(self) -> int:
        """Return how many decimals means and standard deviations are shown with."""
        return digits_with_spread(self.mean, self.sd, *self.sds)

    def square_digits(self) -> int:
        """Return how many decimals mean squares are shown with."""
        return digits_for(self.mean_square_between, self.mean_square_within, least=3)

    @property
    def name(self) -> str:
        """The scale, with the composition of the couples where it is about some of them."""
        return self.scale if self.composition is None else f"{self.scale}, {self.composition}"

    def confidence_interval(
        self,
        confidence_level: float = 0.95,
        method: AgreementInterval | None = None,
        *,
        of: str | None = None,
        n_resamples: int = 2000,
        rng: int | np.random.Generator | None = None,
    ) -> Interval:
        """Return a confidence interval of a figure.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        method
            None: the usual one of the figure, listed first.

            - ``pearson_r``: ``fisher-z``.
            - ``icc``: ``F``, exact for normal scores; or ``fisher-z``.
            - ``double_entry_r``: ``fisher-z``, or ``F``.
            - ``icc_couple_mean``, ``icc_consistency``: ``F``.
            - ``icc_agreement``: ``lin`` (1989), for two fixed roles; ``generalized`` or ``shrout-fleiss``, as
              in `IntraclassCorrelation`, which take the two partners for a sample of raters.
            - ``mean_difference``: ``t``.
            - ``standardized_difference``: ``bonett`` (2008).
            - ``variance_ratio``: ``pitman`` (1939), exact for normal scores.

            All have ``bootstrap`` (percentiles) and ``bca`` (bias-corrected and accelerated; Efron, 1987),
            which resample couples.
        of
            Name of the figure; None: the main one.
        n_resamples, rng
            Number of resamples of the bootstrap, and a seed or Generator. By default each call draws other
            resamples; a seed gives the same interval on every machine.

        Returns
        -------
        Interval
            With a reason, and without ends, where it is not defined; with a warning where scores are so
            skewed or peaked that the closed form is too narrow.

        Raises
        ------
        UnknownNameError
            There is no such figure.
        EstimationError
            The method is not valid for this figure.

        Examples
        --------
        >>> from intimacy_scales.dyads import Dyads, partner_agreement
        >>> table = [{"a": 4, "b": 5}, {"a": 2, "b": 3}, {"a": 5, "b": 5}, {"a": 1, "b": 3}, {"a": 3, "b": 2}]
        >>> trust = partner_agreement(Dyads.of_scores(table, {"trust": {"a": "a", "b": "b"}}))["trust"]
        >>> trust.confidence_interval(0.9, of="double_entry_r")
        <90% interval [-.053, .936], fisher-z, n = 5>
        """
        figure = self.main if of is None else self[of]
        usual = figure.interval
        kept = stored(self.pairs, "kept")
        if kept and confidence_level == usual.confidence_level and method in (None, usual.method):
            return usual
        choice = checked_choice(figure.name, confidence_level, method, n_resamples, rng)
        scores = PairedScores(needed(self.pairs), roles=self.distinguishable, partners=self.partners)
        return scores.interval(figure.name, choice)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each figure: interval, test, and why it is undefined."""
        from intimacy_scales.results.frames import pandas_frame

        figures = self.figures
        columns = {
            "figure": [figure.name for figure in figures],
            "estimate": [figure.estimate for figure in figures],
            "low": [figure.interval.low for figure in figures],
            "high": [figure.interval.high for figure in figures],
            "interval": [figure.interval.method for figure in figures],
            "statistic": [figure.statistic for figure in figures],
            "test": [figure.statistic_name for figure in figures],
            "df": [", ".join(f"{value:g}" for value in figure.df) for figure in figures],
            "p": [figure.p_value for figure in figures],
            "reason": [figure.reason for figure in figures],
        }
        return pandas_frame(columns).set_index("figure")

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values; None for undefined values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__ if name != "pairs"}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("pairs",))

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> ScaleAgreement:
        advice = "compute it again from the couples, with partner_agreement(dyads)"
        not_kept = NotKept(cls.__name__, "the scores behind them", advice, {"kept": True})
        return made_of(cls, values, pairs=not_kept)

    def _bounded_columns(self) -> Bounded:
        return {"estimate": [KINDS[figure.name].bounded for figure in self.figures]}

    def __repr__(self) -> str:
        kind = "distinguishable" if self.distinguishable else "exchangeable"
        lines = [f"Agreement of partners, {self.name}: {counted(self.n_couples, 'couple')}, {kind} partners"]
        lines[0] += f"; left out: {left_out_text(self.left_out)}" if self.left_out else ""
        lines += [repr(figure)[1:-1] for figure in self.figures if figure.reason is None]
        by_reason: dict[str, list[str]] = {}
        for figure in self.figures:
            if figure.reason is not None:
                by_reason.setdefault(figure.reason, []).append(figure.title)
        lines += [f"not defined: {', '.join(titles)} ({reason})" for reason, titles in by_reason.items()]
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        return f"<{'; '.join(lines)}{cautions}>"
