"""The result of a truth and bias model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from intimacy_scales.dyads.distinguishable import place_of
from intimacy_scales.dyads.estimates import CoupleEstimate, cells_of, estimates_frame
from intimacy_scales.dyads.left_out import left_out_cautions
from intimacy_scales.dyads.paged import PagedResult
from intimacy_scales.dyads.partner_perception.truth_sentences import PATH_TITLES, truth_sentences
from intimacy_scales.errors import UnknownNameError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.result import Result, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import apa_p, counted, percent, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_FEW_COUPLES = 50


@result_class
class TruthAndBias(PagedResult, Result):
    """A truth and bias model of partners' judgements of each other (West & Kenny, 2011).

    Attributes
    ----------
    instrument, partner_instrument
        What was answered about oneself, and about the partner; None for scores without an instrument.
    judgement, truth
        Names of the judgement and of the own report; of two reports, both are the scale.
    partners
        Names of both partners.
    distinguishable
        Whether each partner, as a judge, has paths of their own.
    method
        ``ML``, ``MLR`` or ``REML``.
    missing
        ``listwise`` or ``fiml``.
    centre
        Mean of the truth over both partners, from which all variables are measured.
    n_couples
        Couples used.
    left_out
        Why couples are left out → how many.
    occasions
        The caution that own reports and judgements are of different occasions; None where they are not.
    estimates
        ``directional_bias``, ``truth`` and ``bias`` of each judge, or of both alike.
    differences
        First minus second judge; empty where partners are exchangeable.
    residual_sds
        Standard deviations of both partners' judgements given the own reports.
    residual_correlation
        Correlation of both partners' judgements given the own reports.
    chisq, df, p
        Likelihood-ratio test that paths and residual variances of both judges are equal; nan, and 0 degrees
        of freedom, where partners are exchangeable.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, truth_and_bias
    >>> couples = [
    ...     Dyads.from_long(
    ...         form, simulate(form, 400, couples=0.5, rng=seed).answers, couple="couple", person="partner"
    ...     )
    ...     for seed, form in enumerate(("scii-24", "scii-24-partner"))
    ... ]
    >>> result = truth_and_bias(*couples, "trust")
    >>> [path.name for path in result.estimates], result.n_couples
    (['directional_bias', 'truth', 'bias'], 200)
    """

    title: ClassVar[str] = "Truth and bias"

    instrument: InstrumentRef | None
    partner_instrument: InstrumentRef | None
    judgement: str
    truth: str
    partners: tuple[str, str]
    distinguishable: bool
    method: str
    missing: str
    centre: float
    n_couples: int
    left_out: Mapping[str, int]
    occasions: str | None
    estimates: tuple[CoupleEstimate, ...]
    differences: tuple[CoupleEstimate, ...]
    residual_sds: tuple[float, float]
    residual_correlation: float
    chisq: float
    df: int
    p: float

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using the paths."""
        cautions = [] if self.occasions is None else [self.occasions]
        if self.n_couples < _FEW_COUPLES:
            cautions.append(f"{self.n_couples} couples: paths and their errors are imprecise")
        return (*cautions, *left_out_cautions(self.left_out))

    def path(self, name: str, partner: str | None = None) -> CoupleEstimate:
        """Return one path.

        Parameters
        ----------
        name
            ``directional_bias``, ``truth`` or ``bias``.
        partner
            The judge; None where partners are exchangeable.

        Raises
        ------
        UnknownNameError
            There is no such path, or partners have paths of their own and none was named.
        """
        names, partners = list(PATH_TITLES), list(dict.fromkeys(e.partner for e in self.estimates))
        if name not in names:
            raise UnknownNameError(not_one_of("name", name, names))
        place_of("partner", partner, partners)
        return next(e for e in self.estimates if (e.name, e.partner) == (name, partner))

    def sentence(self, confidence_level: float = 0.95) -> str:
        """Return what the paths say, for a paper."""
        parts = []
        for partner in dict.fromkeys(e.partner for e in self.estimates):
            judge = "partners" if partner is None else partner
            level, truth, bias = (self.path(name, partner) for name in PATH_TITLES)
            parts.append(
                f"Judgements by {judge} {_followed(truth, confidence_level)} what the judged partner reports "
                f"({_figures(truth, confidence_level)}), {_followed(bias, confidence_level)} the judge's "
                f"own report ({_figures(bias, confidence_level)}), and {_level(level, confidence_level)} "
                f"({_figures(level, confidence_level)})."
            )
        if self.distinguishable:
            parts.append(
                f"Equality of both judges: chi-square({self.df}) = {shown(self.chisq, 2)}, {apa_p(self.p)}."
            )
        return " ".join(parts)

    def sentences(self, confidence_level: float = 0.95) -> tuple[str, ...]:
        """Return what each figure says, in plain language."""
        return tuple(truth_sentences(self, confidence_level))

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Return a pandas table with a row for each path, then for each difference between judges."""
        frame = estimates_frame((*self.estimates, *self.differences), confidence_level)
        frame.loc[frame.index >= len(self.estimates), "partner"] = " - ".join(self.partners)
        return frame

    def page(self, confidence_level: float = 0.95) -> Page:
        """Return the page that `to_markdown` writes, as data."""
        rows = (*self.estimates, *self.differences)
        both = " - ".join(self.partners)
        judges = [e.partner or "both" for e in self.estimates] + [both] * len(self.differences)
        columns = {"path": [PATH_TITLES[e.name] for e in rows], "judge": judges}
        return Page(
            title=f"{self.title}: {self.judgement} of the partner",
            tables=(TextTable(title="Paths", columns=columns | cells_of(rows, confidence_level)),),
            warnings=self.warnings,
            sentence=self.sentence(confidence_level),
            legend=f"All variables less {shown(self.centre)}, the mean of both partners' own reports. "
            f"Errors: {self.method}, {percent(confidence_level)} intervals.",
        )

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> TruthAndBias:
        cells = values["partners"] if values["distinguishable"] else (None,)
        needed = [(name, cell) for cell in cells for name in PATH_TITLES]
        if [(path.name, path.partner) for path in values["estimates"]] != needed:
            raise ValueError(f"estimates should be {needed}")
        return made_of(cls, values)

    def __repr__(self) -> str:
        judged = self.judgement if self.judgement == self.truth else f"{self.judgement}, truth {self.truth}"
        lines = [
            f"<Truth and bias: {judged}; {counted(self.n_couples, 'couple')}, {self.method}, {self.missing}"
        ]
        for estimate in self.estimates:
            whose = "" if estimate.partner is None else f"{estimate.partner}: "
            lines.append(
                f"  {whose}{PATH_TITLES[estimate.name]} {shown(estimate.estimate)} "
                f"{estimate.confidence_interval()}"
            )
        if self.distinguishable:
            lines.append(f"  equal paths: chi-square({self.df}) = {shown(self.chisq, 2)}, {apa_p(self.p)}")
        lines += [f"  ! {text}" for text in self.warnings]
        return "\n".join(lines) + ">"


def _figures(estimate: CoupleEstimate, confidence_level: float) -> str:
    """Return a path with its interval, as in a paper."""
    value = shown(estimate.estimate, estimate.digits(2))
    return f"{PATH_TITLES[estimate.name]} {value}, {estimate.interval_text(confidence_level)}"


def _followed(estimate: CoupleEstimate, confidence_level: float) -> str:
    """Return whether judgements follow a report, by the interval of the path."""
    if 0 in estimate.confidence_interval(confidence_level):
        return "did not clearly follow"
    return "followed" if estimate.estimate > 0 else "ran against"


def _level(estimate: CoupleEstimate, confidence_level: float) -> str:
    """Return whether judgements are too high or too low, by the interval of the directional bias."""
    if 0 in estimate.confidence_interval(confidence_level):
        return "were neither clearly above nor below the truth"
    side = "above" if estimate.estimate > 0 else "below"
    return f"were on average {shown(abs(estimate.estimate), estimate.digits(2))} {side} the truth"
