"""Similarity of both partners' profiles: means over couples, intervals, and comparison with strangers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.profiles.components import Over
from intimacy_scales.dyads.profiles.couple_means import (
    Figure,
    fisher_z,
    is_constant,
    resampled_means,
    t_interval,
    values_of,
)
from intimacy_scales.dyads.profiles.couple_profiles import CoupleProfiles
from intimacy_scales.dyads.profiles.mean_similarity import MeanSimilarity
from intimacy_scales.dyads.profiles.pseudo_couples import PseudoCouples, compare_with_strangers
from intimacy_scales.dyads.profiles.wording import figures_by_name, similarity_sentence, title_of
from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of, suggest
from intimacy_scales.numerics.resampling import check_resamples
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.results.default_page import frame_text
from intimacy_scales.results.document_types import by_name, documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.html import html_fragment
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.markdown import markdown_page
from intimacy_scales.results.not_kept import AGAIN_ANSWERS, NotKept, needed, stored
from intimacy_scales.results.resampled_interval import interval_of_resamples
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import apa, counted, written

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

MeanProfile = Literal["role", "common"]
IntervalMethod = Literal["t", "bootstrap"]


@result_class
class ProfileSimilarity(Result):
    """Similarity of both partners' profiles; ``result["overall"]`` gives the mean of one figure.

    Attributes
    ----------
    instrument
        Id, version, digest and evidence status of the instrument; None for scores without one.
    over, components
        What profiles consist of, ``scales`` or ``items``, and their ids.
    keyed
        Whether answers to reverse-keyed items were reversed; True for scales.
    mean_profile
        The mean profile that the distinctive similarity removes and the normative one refers to: ``common``,
        of all persons, or ``role``, of all persons with the same role.
    partners, distinguishable
        Names of the partners, and whether they are distinguishable by role.
    n_couples
        Couples with two complete profiles.
    left_out
        Why couples are left out → how many.
    n_flat
        Couples in which a partner has a flat profile, with all values equal: their overall similarity is
        undefined.
    mean_profiles
        Role → mean profile (k,); of exchangeable partners ``all``.
    r_of_mean_profiles
        Correlation of the mean profiles of both roles; nan where partners are exchangeable, or a mean
        profile is flat.
    means
        Name of a figure → its mean over couples. ``overall``: correlation of both profiles. ``distinctive``:
        the same after the mean profile was removed. ``normative``: correlation of a profile with the mean
        profile, for each role (``normative_wife``) or the mean of both partners; ``cross_normative_wife``:
        with that of the partner's role. ``double_entry``: double-entry intraclass correlation. ``d2``: mean
        squared difference, the sum of ``elevation``, ``scatter`` and ``shape``.
    warnings
        Cautions about using the figures.
    couples
        Figures of each couple.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, profile_similarity
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> result = profile_similarity(dyads, over="items")
    >>> result.n_couples, result["distinctive"].n
    (200, 200)
    >>> result.confidence_interval(of="distinctive").method
    't of couples'
    """

    instrument: InstrumentRef | None
    over: Over
    components: tuple[str, ...]
    keyed: bool
    mean_profile: MeanProfile
    partners: tuple[str, str]
    distinguishable: bool
    n_couples: int
    left_out: Mapping[str, int]
    n_flat: int
    mean_profiles: dict[str, NDArray[np.float64]]
    r_of_mean_profiles: float
    means: dict[str, MeanSimilarity]
    warnings: tuple[str, ...] = ()
    couples: CoupleProfiles = field(repr=False, compare=False)

    def __getitem__(self, name: str) -> MeanSimilarity:
        """Return the mean of a figure."""
        if name not in self.means:
            raise UnknownNameError(
                f"{name!r} is not a figure of these profiles; allowed: {', '.join(self.means)}"
                f"{suggest(name, self.means)}"
            )
        return self.means[name]

    def of_couples(self, name: str) -> NDArray[np.float64]:
        """Return a figure of each couple with two complete profiles (n_couples,), nan where it is undefined.

        Parameters
        ----------
        name
            Name of the figure, as in `means`.
        """
        couples = needed(self.couples)
        return values_of(couples.figures, self._figure(name))

    def _figure(self, name: str) -> Figure:
        return figures_by_name(self.partners, self.distinguishable, self.mean_profile == "role")[
            self[name].name
        ]

    def confidence_interval(
        self,
        confidence_level: float = 0.95,
        *,
        of: str = "overall",
        method: IntervalMethod = "t",
        by_fisher_z: bool = False,
        n_resamples: int = 2000,
        rng: int | np.random.Generator | None = None,
    ) -> Interval:
        """Return a confidence interval of a mean over couples.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        of
            Name of the figure, as in `means`.
        method
            ``"t"``: mean ± t standard errors over couples; mean profiles count as known. ``"bootstrap"``:
            percentiles of the means in resamples of couples; mean profiles are computed again in each, so
            that their sampling error counts, which widens the interval of the distinctive similarity.
        by_fisher_z
            Whether the mean is that of Fisher's z, turned back into a correlation.
        n_resamples, rng
            Of the bootstrap: number of resamples, and seed or Generator.

        Raises
        ------
        EstimationError
            An option is not valid.
        DocumentError
            The result was read from its document, which has the default intervals only.
        """
        level = check_level(confidence_level)
        if method not in get_args(IntervalMethod):
            raise EstimationError(not_one_of("method", method, get_args(IntervalMethod)))
        if of not in self.means:
            raise EstimationError(not_one_of("of", of, list(self.means)))
        figure, mean = self._figure(of), self[of]
        if by_fisher_z and not figure.is_correlation:
            raise EstimationError(f"by_fisher_z=True is not valid for {of!r}, which is not a correlation")
        in_document = (stored(self.couples, "intervals") or {}).get(of)
        if in_document is not None and (method, by_fisher_z, level) == ("t", False, 0.95):
            return cast(Interval, in_document)
        name = ("t of couples" if method == "t" else "percentile bootstrap of couples") + (
            ", Fisher z" if by_fisher_z else ""
        )
        n = (mean.n_by_fisher_z or 0) if by_fisher_z else mean.n
        if n < 2:
            reason = mean.reason or f"it is defined in {counted(n, 'couple')}, and two are needed"
            return undefined_interval(level, name, n, reason)
        transform = fisher_z if by_fisher_z else np.asarray
        if is_constant(transform(self.of_couples(of))):
            return undefined_interval(level, name, n, "it is the same in all couples")
        if method == "bootstrap":
            check_resamples(n_resamples)
            ordered, by_role = needed(self.couples).in_label_order, self.mean_profile == "role"
            means = resampled_means(ordered, figure, by_role, transform, n_resamples, generator(rng))
            return interval_of_resamples(
                np.tanh(means) if by_fisher_z else means,
                level,
                n=n,
                failing="the figure is undefined in",
                method=name,
                bounded=figure.is_correlation,
            )
        low, high = t_interval(transform(self.of_couples(of)), level)
        ends = (float(np.tanh(low)), float(np.tanh(high))) if by_fisher_z else (low, high)
        return Interval(
            low=ends[0],
            high=ends[1],
            confidence_level=level,
            method=name,
            n=n,
            bounded=figure.is_correlation,
        )

    def pseudo_couples(
        self, n_repairings: int = 999, *, rng: int | np.random.Generator | None = None
    ) -> PseudoCouples:
        """Compare couples with pseudo-couples, persons of different couples.

        Parameters
        ----------
        n_repairings
            How often everyone is paired at random.
        rng
            Seed or Generator of the pairings. With a seed, they are the same in whatever order the rows of a
            table are, if couples have labels; couples without labels are paired in the order of their rows.

        Returns
        -------
        PseudoCouples
            The similarity expected of strangers, and tests that couples are more similar than that.

        Raises
        ------
        EstimationError
            An option is not valid, or there is one couple.

        Examples
        --------
        >>> from intimacy_scales import simulate
        >>> from intimacy_scales.dyads import Dyads, profile_similarity
        >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
        >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
        >>> strangers = profile_similarity(dyads, over="items").pseudo_couples(rng=1)
        >>> strangers.n_pairs, strangers["overall"].p_value
        (79600, 0.001)
        """
        return compare_with_strangers(needed(self.couples), n_repairings, rng)

    def to_frame(self) -> Any:
        """Return a table of all couples, in the caller's own kind of frame.

        Returns
        -------
        pandas.DataFrame, polars.DataFrame or pyarrow.Table
            The couple's label, each figure, and in ``reason`` why the couple was left out or why figures are
            undefined.
        """
        return needed(self.couples).frame()

    def summary_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Return a pandas table with a row for each figure: mean, sd, interval (t), Fisher's z, n."""
        from intimacy_scales.results.frames import pandas_frame

        columns = self._columns(confidence_level)
        return pandas_frame(columns).set_index("figure")

    def _columns(self, confidence_level: float) -> dict[str, list[Any]]:
        intervals = [self.confidence_interval(confidence_level, of=name) for name in self.means]
        rows = self.means.values()
        return {
            "figure": list(self.means),
            "mean": [row.mean for row in rows],
            "sd": [row.sd for row in rows],
            "low": [interval.low for interval in intervals],
            "high": [interval.high for interval in intervals],
            "by_fisher_z": [row.mean_by_fisher_z for row in rows],
            "n": [row.n for row in rows],
            "undefined": [row.n_undefined for row in rows],
        }

    @property
    def n_left_out(self) -> int:
        """Number of couples that were left out."""
        return sum(self.left_out.values())

    @property
    def title(self) -> str:
        """Heading of the report."""
        form = "" if self.instrument is None else f" of {self.instrument}"
        what = counted(len(self.components), self.over[:-1])
        return f"Similarity of profiles over {what}{form}, {counted(self.n_couples, 'couple')}"

    def sentence(self) -> str:
        """Return sentences for a results section."""
        intervals = {name: self.confidence_interval(of=name) for name in ("overall", "distinctive")}
        return similarity_sentence(self, intervals)

    def page(self) -> Page:
        """Return the page that `to_markdown` writes, as data."""
        columns, means = self._columns(0.95), list(self.means.values())
        intervals = [self.confidence_interval(of=name) for name in self.means]
        cells = {
            "Figure": [title_of(name) for name in columns["figure"]],
            "M": [written(mean.mean, mean.digits(), bounded=mean.is_correlation) for mean in means],
            "SD": [written(mean.sd, mean.digits(), bounded=mean.is_correlation) for mean in means],
            "95% CI": [
                "-" if interval.reason else interval.ends(mean.digits())
                for mean, interval in zip(means, intervals, strict=True)
            ],
            "By Fisher's z": [apa(value, 3) for value in columns["by_fisher_z"]],
            "Couples": list(map(str, columns["n"])),
            "Undefined": list(map(str, columns["undefined"])),
        }
        table = TextTable(title="Similarity of profiles", columns=cells)
        return Page(title=self.title, tables=(table,), warnings=self.warnings, sentence=self.sentence())

    def to_markdown(self) -> str:
        """Return a Markdown page: table, warnings and sentences."""
        return markdown_page(self.page())

    def to_dict(self) -> dict[str, Any]:
        """Return the fields with 95 % intervals, as plain values, without the figures of each couple."""
        fields: dict[str, Any] = {n: plain(getattr(self, n)) for n in self.__slots__ if n != "couples"}
        return fields | {
            "intervals": {name: self.confidence_interval(of=name).to_dict() for name in self.means}
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("couples",), intervals=by_name(Interval))

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> ProfileSimilarity:
        intervals = {"intervals": values["intervals"]}
        not_kept = NotKept(cls.__name__, "the profiles of each couple", AGAIN_ANSWERS, intervals)
        return made_of(cls, values, couples=not_kept)

    def __repr__(self) -> str:
        bounded = [mean.is_correlation for mean in self.means.values()]
        table = frame_text(self.summary_frame(), bounded={"mean": bounded, "sd": bounded})
        cautions = "".join(f"\n! {text}" for text in self.warnings)
        return f"<{self.title}; 95% intervals by t\n{table}{cautions}>"

    def _repr_html_(self) -> str:
        return html_fragment(self.page())
