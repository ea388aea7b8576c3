"""The result of how partners see each other: correlations and mean differences, scale by scale."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from intimacy_scales.dyads.agreement.significance import is_perfect
from intimacy_scales.dyads.distinguishable import place_of
from intimacy_scales.dyads.estimates import CoupleEstimate
from intimacy_scales.dyads.left_out import left_out_cautions
from intimacy_scales.dyads.paged import PagedResult
from intimacy_scales.errors import UnknownNameError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.reliability.consistency.intervals import fisher_z
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import apa, apa_p, counted, p_shown, percent, shown, signed, written

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Kind = Literal["accuracy", "assumed_similarity", "similarity"]
Statistic = Literal["Pearson r", "pooled r", "ICC(1)"]
KIND_TITLES = {"accuracy": "accuracy", "assumed_similarity": "assumed similarity", "similarity": "similarity"}
_FEW_COUPLES = 50


@result_class
class PerceptionCorrelation(Result):
    """One correlation of reports; ``float(result)`` gives it.

    Attributes
    ----------
    scale
        The scale.
    kind
        ``accuracy``: judgement of the partner with the partner's own report. ``assumed_similarity``:
        judgement with the judge's own report. ``similarity``: own reports of both partners.
    judge
        The partner who judges; None for both.
    statistic
        ``Pearson r`` of one judge, or of both partners' own reports; ``pooled r`` over both judges;
        ``ICC(1)`` of the own reports of exchangeable partners.
    estimate
        The correlation; nan if it is undefined.
    n
        Number of couples.
    n_effective
        Number of independent persons that it is worth. For pooled correlations n to 2n where partners are
        alike in both reports; more where they are alike in one and opposite in the other; nan where the
        correlation is 1 or -1.
    reason
        Why it is undefined; None if it is defined.

    Examples
    --------
    >>> r = PerceptionCorrelation(
    ...     scale="trust", kind="accuracy", judge="wife", statistic="Pearson r", estimate=0.42, n=148,
    ...     n_effective=148.0,
    ... )
    >>> r, r.confidence_interval()
    (<accuracy of trust (wife): r = .42, n = 148>, <95% interval [.277, .544], Fisher z, n = 148>)
    """

    scale: str
    kind: Kind
    judge: str | None
    statistic: Statistic
    estimate: float
    n: int
    n_effective: float
    reason: str | None = None

    def __float__(self) -> float:
        return float(self.estimate)

    @property
    def p(self) -> float:
        """Two-sided p value of the hypothesis that it is 0; of an intraclass correlation, by F.

        nan where the correlation is 1 or -1, of which there is no test.
        """
        from scipy.special import ndtr, stdtr

        if self.reason is not None or is_perfect(self.estimate):
            return math.nan
        if self.statistic == "ICC(1)":
            return self._p_of_icc()
        if self.statistic == "Pearson r":
            t = abs(self.estimate) * math.sqrt((self.n - 2) / (1 - self.estimate**2))
            return 2 * float(stdtr(self.n - 2, -t))
        return 2 * float(ndtr(-abs(math.atanh(self.estimate)) * math.sqrt(self.n_effective - 3)))

    def _p_of_icc(self) -> float:
        """Return twice the smaller tail of F: partners can also be less alike than strangers."""
        from scipy.special import fdtr, fdtrc

        ratio = (1 + self.estimate) / (1 - self.estimate)
        return 2 * min(float(tail(self.n - 1, self.n, ratio)) for tail in (fdtr, fdtrc))

    def confidence_interval(self, confidence_level: float = 0.95) -> Interval:
        """Return Fisher's z interval with `n_effective`; of an intraclass correlation, that by F."""
        level = check_level(confidence_level)
        method = "F" if self.statistic == "ICC(1)" else "Fisher z"
        if self.reason is not None:
            return undefined_interval(level, method, self.n, self.reason)
        if is_perfect(self.estimate):
            return undefined_interval(level, method, self.n, f"the correlation is {self.estimate:.0f}")
        if method == "F":
            low, high = self._f_ends(level)
        else:
            low, high = fisher_z(self.estimate, self.n_effective, level)
        return Interval(low=low, high=high, confidence_level=level, method=method, n=self.n, bounded=True)

    def _f_ends(self, level: float) -> tuple[float, float]:
        """Return the ends by F of mean squares between and within couples (McGraw & Wong, 1996)."""
        from scipy.special import fdtri

        ratio, share = (1 + self.estimate) / (1 - self.estimate), (1 + level) / 2
        low = ratio / float(fdtri(self.n - 1, self.n, share))
        high = ratio * float(fdtri(self.n, self.n - 1, share))
        return (low - 1) / (low + 1), (high - 1) / (high + 1)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures with p value and 95 % interval, as plain values."""
        fields: dict[str, Any] = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {"p": plain(self.p), "interval": self.confidence_interval().to_dict()}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, p=float, interval=Interval)

    def __repr__(self) -> str:
        whose = f" ({self.judge})" if self.judge is not None else ""
        what = f"{KIND_TITLES[self.kind]} of {self.scale}{whose}"
        if self.reason is not None:
            return f"<{what} is not defined: {self.reason}>"
        name = "ICC" if self.statistic == "ICC(1)" else "r"
        return f"<{what}: {name} = {apa(self.estimate)}, n = {self.n}>"


@result_class
class Perception(PagedResult, Result):
    """How partners see each other, compared with how they see themselves.

    Attributes
    ----------
    instrument, partner_instrument
        What was answered about oneself, and about the partner; None for scores without an instrument.
    scales
        The scales, matched by their ids.
    partners
        Names of both partners.
    distinguishable
        Whether there are figures of each judge.
    n_couples
        Couples with both reports.
    left_out
        Why couples are left out → how many.
    occasions
        The caution that own reports and judgements are of different occasions; None where they are not.
    correlations
        Accuracy, assumed similarity and similarity of each scale.
    mean_bias
        Mean of judgement minus the partner's own report, with a paired t test: of each judge, and over both
        (from couple means). The name of each is the scale.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, perception
    >>> own, partner = (
    ...     Dyads.from_long(
    ...         form, simulate(form, 400, couples=0.5, rng=seed).answers, couple="couple", person="partner"
    ...     )
    ...     for seed, form in enumerate(("scii-24", "scii-24-partner"))
    ... )
    >>> result = perception(own, partner, ["trust"])
    >>> result.correlation("trust", "accuracy")
    <accuracy of trust: r = -.01, n = 200>
    """

    title: ClassVar[str] = "Perception of the partner"

    instrument: InstrumentRef | None
    partner_instrument: InstrumentRef | None
    scales: tuple[str, ...]
    partners: tuple[str, str]
    distinguishable: bool
    n_couples: int
    left_out: Mapping[str, int]
    occasions: str | None
    correlations: tuple[PerceptionCorrelation, ...]
    mean_bias: tuple[CoupleEstimate, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using the figures."""
        cautions = [] if self.occasions is None else [self.occasions]
        cautions += left_out_cautions(self.left_out)
        if self.n_couples < _FEW_COUPLES:
            cautions.append(f"{self.n_couples} couples: correlations are imprecise")
        undefined = (c for c in self.correlations if c.reason is not None)
        return (*cautions, *(repr(c)[1:-1] for c in undefined))

    def correlation(self, scale: str, kind: Kind, judge: str | None = None) -> PerceptionCorrelation:
        """Return one correlation.

        Parameters
        ----------
        scale, kind, judge
            As in `PerceptionCorrelation`.

        Raises
        ------
        UnknownNameError
            There is no such correlation.
        """
        for option, value, allowed in (("scale", scale, self.scales), ("kind", kind, list(KIND_TITLES))):
            if value not in allowed:
                raise UnknownNameError(not_one_of(option, value, allowed))
        chosen = [c for c in self.correlations if (c.scale, c.kind) == (scale, kind)]
        return chosen[place_of("judge", judge, [c.judge for c in chosen])]

    def bias(self, scale: str, judge: str | None = None) -> CoupleEstimate:
        """Return the mean of judgement minus the partner's own report.

        Raises
        ------
        UnknownNameError
            There is no such scale or judge.
        """
        if scale not in self.scales:
            raise UnknownNameError(not_one_of("scale", scale, self.scales))
        chosen = [estimate for estimate in self.mean_bias if estimate.name == scale]
        return chosen[place_of("judge", judge, [estimate.partner for estimate in chosen])]

    def sentence(self, confidence_level: float = 0.95) -> str:
        """Return the figures over both judges, for a paper."""
        parts = []
        for scale in self.scales:
            texts = [
                f"{KIND_TITLES[kind]} {_with_interval(self.correlation(scale, kind), confidence_level)}"
                for kind in ("accuracy", "assumed_similarity", "similarity")
            ]
            bias = self.bias(scale)
            parts.append(f"{scale}: {', '.join(texts)}; {_bias_text(bias)}.")
        return " ".join(parts)

    def _rows(self, confidence_level: float) -> list[dict[str, Any]]:
        """Return the figures with their intervals, by scale."""
        correlations = [
            (
                c.scale,
                c.kind,
                c.judge,
                c.statistic,
                c.estimate,
                c.confidence_interval(confidence_level),
                c.p,
                c.n,
            )
            for c in self.correlations
        ]
        kind, name = "mean_bias", "mean difference"
        biases = [
            (e.name, kind, e.partner, name, e.estimate, e.confidence_interval(confidence_level), e.p, e.n)
            for e in self.mean_bias
        ]
        names = ("scale", "figure", "judge", "statistic", "estimate", "interval", "p", "n")
        rows = [dict(zip(names, row, strict=True)) for row in (*correlations, *biases)]
        return sorted(rows, key=lambda row: self.scales.index(row["scale"]))

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Return a pandas table with a row for each figure; ``judge`` is ``both`` where it is over both."""
        from intimacy_scales.results.frames import pandas_frame

        rows = self._rows(confidence_level)
        columns = {name: [row[name] for row in rows] for name in ("scale", "figure")}
        columns["judge"] = [row["judge"] or "both" for row in rows]
        columns |= {name: [row[name] for row in rows] for name in ("statistic", "estimate")}
        columns |= {end: [getattr(row["interval"], end) for row in rows] for end in ("low", "high")}
        return pandas_frame(columns | {name: [row[name] for row in rows] for name in ("p", "n")})

    def page(self, confidence_level: float = 0.95) -> Page:
        """Return the page that `to_markdown` writes, as data."""
        rows = self._rows(confidence_level)
        intervals = [row["interval"] for row in rows]
        columns = {
            "scale": [row["scale"] for row in rows],
            "figure": [row["figure"].replace("_", " ") for row in rows],
            "judge": [row["judge"] or "both" for row in rows],
            "estimate": [written(row["estimate"], 2, bounded=row["figure"] != "mean_bias") for row in rows],
            f"{percent(confidence_level)} CI": [interval.ends(2) for interval in intervals],
            "p": [p_shown(row["p"]) for row in rows],
            "couples": [str(row["n"]) for row in rows],
        }
        return Page(
            title=self.title,
            tables=(TextTable(title="Perception", columns=columns),),
            warnings=self.warnings,
            sentence=self.sentence(confidence_level),
        )

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> Perception:
        judges = (None, *values["partners"]) if values["distinguishable"] else (None,)
        figures = {
            (scale, kind, judge)
            for scale in values["scales"]
            for kind in (*KIND_TITLES, "mean_bias")
            for judge in (judges if kind != "similarity" else (None,))
        }
        listed = [(c.scale, c.kind, c.judge) for c in values["correlations"]]
        listed += [(e.name, "mean_bias", e.partner) for e in values["mean_bias"]]
        if len(listed) != len(figures) or set(listed) != figures:
            raise ValueError(
                "correlations and mean_bias should have each figure of each scale and judge once"
            )
        return made_of(cls, values)

    def __repr__(self) -> str:
        lines = [f"<Perception of the partner: {counted(self.n_couples, 'couple')}"]
        for scale in self.scales:
            judges = (None, *self.partners) if self.distinguishable else (None,)
            for judge in judges:
                figures = [
                    f"{KIND_TITLES[c.kind]} {apa(c.estimate)}"
                    for c in self.correlations
                    if (c.scale, c.judge) == (scale, judge)
                ]
                figures.append(f"bias {signed(self.bias(scale, judge).estimate, 2)}")
                lines.append(f"  {scale}{'' if judge is None else f' ({judge})'}: {', '.join(figures)}")
        lines += [f"  ! {text}" for text in self.warnings]
        return "\n".join(lines) + ">"


def _with_interval(figure: PerceptionCorrelation, confidence_level: float) -> str:
    """Return a correlation with its interval, as in a paper."""
    if figure.reason is not None:
        return "undefined"
    interval = figure.confidence_interval(confidence_level)
    if interval.reason is not None:
        return apa(figure.estimate)
    low, high = interval
    return f"{apa(figure.estimate)}, {percent(confidence_level)} CI [{apa(low)}, {apa(high)}]"


def _bias_text(bias: CoupleEstimate) -> str:
    """Return the mean of judgements minus own reports with its test, as in a paper."""
    if bias.reason is not None:
        return "mean-level bias undefined"
    text = f"judgements {signed(bias.estimate, bias.digits(2))} compared with the partners' own reports"
    if not bias.se > 0:
        return f"{text} in every couple"
    return f"{text}, t({bias.n - 1}) = {shown(bias.statistic, 2)}, {apa_p(bias.p)}"
