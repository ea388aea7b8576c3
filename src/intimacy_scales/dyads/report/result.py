"""Result of `couple_report`: everything about the couples, with tables and a paragraph for a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from intimacy_scales.dyads.agreement.result import PartnerAgreement
from intimacy_scales.dyads.invariance.result import DyadicInvariance
from intimacy_scales.dyads.models.actor_partner_result import ActorPartnerModel
from intimacy_scales.dyads.models.distinguishability import Distinguishability
from intimacy_scales.dyads.profiles import ProfileSimilarity, PseudoCouples
from intimacy_scales.dyads.report.cautions import cautions_of
from intimacy_scales.dyads.report.figure_table import FigureTable
from intimacy_scales.dyads.report.paragraph import paragraph
from intimacy_scales.dyads.report.r_script import couple_report_script
from intimacy_scales.dyads.report.reliable_counts import ReliableCount
from intimacy_scales.dyads.report.tables import LEGEND, report_tables
from intimacy_scales.dyads.scores_of_couples.reliability_result import CoupleReliability
from intimacy_scales.dyads.scores_of_couples.score_summary import CoupleScoreSummary
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.results.default_page import frame_text
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.html import html_fragment
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.paged import ReportPage
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page
from intimacy_scales.results.wording import counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


@result_class
class CoupleReport(ReportPage, Result):
    """A report of couples; ``to_frame()`` has a row for each scale, ``tables()`` has all tables.

    Attributes
    ----------
    instrument
        Id, version, digest and evidence status of the instrument; None for couples made of scores.
    titles
        The scales, with their titles.
    data_cautions
        What the data may be that they should not be: roles without ``role=``, one partner's answers twice, or
        codes for missing values among the numbers of the model.
    scoring
        How scores are made, in words.
    occasion
        The occasion on which they answered, as a text; None where couples have no occasions.
    n_couples, n_complete, n_one_partner
        Couples; those in which both partners answered, and those in which one did.
    n_faults, n_left_out, n_without_answers, n_problems
        Faults of pairing, couples that were left out because of them, rows of couples in which nobody
        answered, and answers that were not accepted and count as missing.
    partners, distinguishable, mixed
        As in `Dyads`.
    compositions
        Kind of couples, such as f-m, or ``unknown`` → their number; empty unless the sample is mixed.
    confidence_level
        Of all intervals.
    agreement
        Correlations of partners and mean differences (`partner_agreement`).
    scores
        Means of scores of couples (`couple_scores`).
    reliability
        Scale → `CoupleReliability`; empty without answers to items.
    reliable_differences
        Scale → the number of couples that differ by more than error of measurement.
    similarity, similarity_intervals
        Similarity of profiles over the scales that do not follow from others, with the interval of each
        figure; None and empty where it is not computed.
    strangers
        Comparison with pseudo-couples.
    distinguishability
        Test of whether roles tell partners apart.
    invariance
        Scale → `DyadicInvariance`.
    model
        The actor-partner model, where one was asked for.
    not_computed
        Part → the reason why it is not computed.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, couple_report
    >>> answers = simulate("kmss", 300, couples=0.5, rng=1).answers
    >>> report = couple_report(Dyads.from_long("kmss", answers, couple="couple", person="partner"))
    >>> report.n_couples, [table.name for table in report.tables()][:3], list(report.not_computed)[0]
    (150, ['scales', 'exchangeable', 'couples'], 'similarity of profiles')
    """

    instrument: InstrumentRef | None
    titles: Mapping[str, str]
    data_cautions: tuple[str, ...]
    scoring: str
    occasion: str | None
    n_couples: int
    n_complete: int
    n_one_partner: int
    n_faults: int
    n_left_out: int
    n_without_answers: int
    n_problems: int
    partners: tuple[str, str]
    distinguishable: bool
    mixed: bool
    compositions: Mapping[str, int]
    confidence_level: float
    agreement: PartnerAgreement
    scores: CoupleScoreSummary
    reliability: Mapping[str, CoupleReliability]
    reliable_differences: Mapping[str, ReliableCount]
    similarity: ProfileSimilarity | None
    similarity_intervals: Mapping[str, Interval]
    strangers: PseudoCouples | None
    distinguishability: Distinguishability | None
    invariance: Mapping[str, DyadicInvariance]
    model: ActorPartnerModel | None
    not_computed: Mapping[str, str]

    @property
    def scale_ids(self) -> tuple[str, ...]:
        """The scales, in order."""
        return tuple(self.titles)

    @property
    def similarity_scales(self) -> tuple[str, ...]:
        """The scales that profiles consist of; empty where their similarity is not computed."""
        return () if self.similarity is None else self.similarity.components

    def title_of(self, scale: str) -> str:
        """Return the title of a scale, or the name of another variable."""
        return self.titles.get(scale, scale)

    @property
    def title(self) -> str:
        """Heading of the page."""
        when = "" if self.occasion is None else f" on occasion {self.occasion}"
        what = "" if self.instrument is None else f", {self.instrument}"
        return f"Report of {counted(self.n_couples, 'couple')}{when}{what}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using these figures."""
        return cautions_of(self)

    def tables(self) -> tuple[FigureTable, ...]:
        """Return all tables: the one for a paper first."""
        return report_tables(self)

    def to_frame(self) -> pd.DataFrame:
        """Return the table for a paper as a pandas table, with full precision: a row for each scale.

        In mixed samples, rows are named by scale and composition. Of couples with occasions, the last column
        is the occasion.
        """
        index = ["scale", "composition"] if self.mixed else ["scale"]
        return self.tables()[0].to_frame().set_index(index)

    def to_csv(self) -> str:
        """Return `to_frame` as CSV text; undefined values are empty."""
        return self.tables()[0].to_csv()

    def to_r(self, path: str = "couples.csv", *, model_path: str = "model.csv") -> str:
        """Return an R script that computes the agreement of partners and fits the actor-partner model.

        Parameters
        ----------
        path
            The file of scores: ``couple_scores(dyads).to_frame().to_csv(path, index=False)``.
        model_path
            The file that the model was fitted to, where the report has one:
            ``report.model.to_couples().to_csv(model_path, index=False)``.

        Raises
        ------
        EstimationError
            Couples of several compositions.
        DocumentError
            The report was read from its document, and has a model.

        Examples
        --------
        >>> from intimacy_scales import simulate
        >>> from intimacy_scales.dyads import Dyads, couple_report
        >>> answers = simulate("kmss", 300, couples=0.5, rng=1).answers
        >>> report = couple_report(Dyads.from_long("kmss", answers, couple="couple", person="partner"))
        >>> "psych::ICC(x, lmer = FALSE)" in report.to_r("scores.csv")
        True
        """
        return couple_report_script(self, path, model_path)

    def page(self) -> Page:
        """Return the page that `to_markdown`, `to_html` and others write, as data."""
        return Page(
            title=self.title,
            tables=tuple(table.text_table() for table in self.tables()),
            warnings=self.warnings,
            sentence=self.sentence(),
            legend=LEGEND,
        )

    def sentence(self) -> str:
        """Return a paragraph for a paper: who, how scored, agreement, reliability, similarity, tests."""
        return paragraph(self)

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values; None for undefined values."""
        fields = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {"warnings": [*self.warnings], "sentence": self.sentence()}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, warnings=Sequence[str], sentence=str)

    def __repr__(self) -> str:
        frame = self.to_frame().drop(columns="occasion", errors="ignore")  # which is in the title
        table = frame_text(frame)
        cautions = "".join(f"\n! {text}" for text in self.warnings)
        missing = "".join(f"\n- {part}: not computed: {why}" for part, why in self.not_computed.items())
        return f"<{self.title}\n{table}{cautions}{missing}>"

    def _repr_html_(self) -> str:
        return html_fragment(self.page(), main_only=True)
