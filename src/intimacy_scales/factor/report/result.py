"""The result of `structure_report`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from intimacy_scales.factor.confirmatory.estimation.discrepancy import Estimator
from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.factor.confirmatory.results.modification import ModificationIndex
from intimacy_scales.factor.exploratory.analysis import EFAResult
from intimacy_scales.factor.exploratory.parallel import ParallelAnalysis
from intimacy_scales.factor.heterotrait import HeterotraitMonotrait
from intimacy_scales.factor.report.guides import Guide
from intimacy_scales.factor.report.places import Flag, Place, place_warnings
from intimacy_scales.factor.report.wording import item_cells, structure_sentence
from intimacy_scales.factor.sample import Floats, MissingAnswers
from intimacy_scales.instrument import Finding, Instrument, InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.results.csv_text import csv_text
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import instrument_for
from intimacy_scales.results.html import html_fragment
from intimacy_scales.results.paged import ReportPage
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import apa, counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


@result_class
class ItemStructure(Result):
    """The relation of one item to its scale.

    Attributes
    ----------
    item, scale
        The item, and the scale to which it is keyed.
    loading, se
        Standardized loading in the model of the keys, and its standard error; nan without that model.
    explained
        Share of its variance that factors explain; nan without that model.
    efa_factor, efa_loading
        The exploratory factor on which it loads most, and the loading; None and nan without one.
    elsewhere
        Whether most items of its scale load on another factor.
    efa_flag
        ``elsewhere``; ``spread``, if no factor has loadings of .30 or more of more than half of its scale's
        items; ``shared``, if most items of another scale load on its factor too; None if exploratory factors
        agree with the keys.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.factor import structure_report
    >>> report = structure_report("scii-24", simulate("scii-24", 300, rng=1).answers, n_iterations=20)
    >>> item = report.items[0]
    >>> item.item, item.scale, round(item.loading, 2), item.elsewhere
    ('tru01', 'trust', 0.75, False)
    """

    item: str
    scale: str
    loading: float
    se: float
    explained: float
    efa_factor: str | None
    efa_loading: float
    elsewhere: bool
    efa_flag: Flag | None

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        return f"<{self.item} of {self.scale}: loading {apa(self.loading, 3)}>"


@result_class
class StructureReport(ReportPage, Result):
    """A report on whether answers support an instrument's scales; ``to_frame()`` has a row for each item.

    Attributes
    ----------
    instrument
        Id, version, digest and evidence status.
    scales
        The scales that are factors of the model.
    factors
        Their arrangement: ``correlated``, ``one``, ``second_order`` or ``bifactor``.
    n, n_rows, n_complete
        Persons in the model, rows of the table, and persons who answered every item (None where only sums
        are known).
    n_clusters
        Clusters of persons, such as couples; None where persons are independent.
    estimator, missing
        Estimator and missing rule.
    fit
        Fit of the model of the keys; None where it could not be estimated.
    reason
        Why it could not be estimated; None where it was.
    guides
        Indices with the values that are used as guides.
    items
        One `ItemStructure` for each item.
    factor_names, factor_correlations
        Names of the model's factors, and their correlations (m, m).
    heterotrait
        Heterotrait-monotrait ratios of the scales; None with one scale.
    modifications
        The largest modification indices.
    parallel
        Parallel analysis, which suggests a number of factors.
    exploratory
        Exploratory factors, as many as the instrument has scales; None where they could not be extracted.
    improper
        What is improper about the solution, such as negative variances.
    general
        Standardized loadings on the general factor, of factors (second-order) or of items (bifactor);
        empty without one.
    notes
        Further cautions.
    auxiliary
        Auxiliary variables of the fitted model.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.factor import structure_report
    >>> report = structure_report("scii-24", simulate("scii-24", 300, rng=1).answers, n_iterations=20)
    >>> [guide.index for guide in report.guides][:2], report.improper
    (['robust CFI', 'robust TLI'], ())
    """

    _axes: ClassVar[Mapping[str, str]] = {"factor_names": "m", "factor_correlations": "mm"}
    _gained: ClassVar[Mapping[str, Any]] = {"auxiliary": ()}

    instrument: InstrumentRef
    scales: tuple[str, ...]
    factors: str
    n: int
    n_rows: int
    n_complete: int | None
    n_clusters: int | None
    estimator: Estimator
    missing: MissingAnswers
    fit: Fit | None
    reason: str | None
    guides: tuple[Guide, ...]
    items: tuple[ItemStructure, ...]
    factor_names: tuple[str, ...]
    factor_correlations: Floats
    heterotrait: HeterotraitMonotrait | None
    modifications: tuple[ModificationIndex, ...]
    parallel: ParallelAnalysis | None
    exploratory: EFAResult | None
    improper: tuple[str, ...]
    general: Mapping[str, float]
    notes: tuple[str, ...]
    auxiliary: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The heading of tables."""
        clusters = "" if self.n_clusters is None else f" in {counted(self.n_clusters, 'cluster')}"
        others = f"; auxiliary: {', '.join(self.auxiliary)}" if self.auxiliary else ""
        return f"Structure of {self.instrument}, {counted(self.n_rows, 'person')}{clusters}{others}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about these figures."""
        cautions = (
            [] if self.reason is None else [f"the model of the keys could not be estimated: {self.reason}"]
        )
        cautions += [f"improper solution: {text}" for text in self.improper]
        for item in self.items:
            if item.loading < 0 and not self.general:
                cautions.append(
                    f"{item.item} has a negative loading on {item.scale} ({apa(item.loading)}): its key is "
                    "wrong, or its answers are reversed already"
                )
            if item.elsewhere:
                cautions.append(
                    f"{item.item} is keyed to {item.scale}, but loads on the exploratory factor "
                    f"{item.efa_factor} ({apa(item.efa_loading)}), unlike most items of its scale"
                )
        return (*cautions, *self._place_warnings(), *self.notes)

    def _place_warnings(self) -> list[str]:
        keys: dict[str, list[str]] = {}
        for item in self.items:
            keys.setdefault(item.scale, []).append(item.item)
        placed = {i.item: Place(i.efa_factor, i.efa_loading, i.efa_flag) for i in self.items}
        return place_warnings(keys, placed)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each item."""
        from intimacy_scales.results.frames import pandas_frame

        names = (
            "item", "scale", "loading", "se", "explained", "efa_factor", "efa_loading", "elsewhere",
            "efa_flag",
        )  # fmt: skip
        columns = {name: [getattr(item, name) for item in self.items] for name in names}
        return pandas_frame(columns).set_index("item")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; None for undefined figures."""
        names = (
            "scales", "factors", "n", "n_rows", "n_complete", "n_clusters", "estimator", "missing", "reason",
            "guides", "items", "factor_names", "factor_correlations", "heterotrait", "modifications",
            "parallel", "exploratory", "improper", "general", "fit",
            "notes",
        )  # fmt: skip
        return (
            {"instrument": self.instrument.to_dict()}
            | {name: plain(getattr(self, name)) for name in names}
            | ({"auxiliary": list(self.auxiliary)} if self.auxiliary else {})
            | {"warnings": list(self.warnings), "sentence": self.sentence()}
        )

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, warnings=Sequence[str], sentence=str)

    def to_csv(self) -> str:
        """Return `to_frame` as CSV text, each row with instrument and model; undefined figures are empty."""
        origin: dict[str, Any] = {
            **self.instrument.identity(),
            "n": self.n,
            "estimator": self.estimator,
            "missing": self.missing,
            "factors": self.factors,
        }
        return csv_text(self.to_frame().assign(**origin), index=True)

    def to_r(
        self,
        path: str = "answers.csv",
        *,
        instrument: Instrument | str | Path | None = None,
        clusters: str = "cluster",
    ) -> str:
        """Return an R script that fits the model of the keys with lavaan, from a CSV file of answers.

        It prints fit, standardized loadings and factor correlations under their names here. Exploratory
        factors and parallel analysis have scripts of their own.

        Parameters
        ----------
        path, instrument, clusters
            As in `CFAResult.to_r`.

        Raises
        ------
        DocumentError
            The instrument is not known, or is not that of the report.
        EstimationError
            The model could not be estimated, or has auxiliary variables.

        Examples
        --------
        >>> from intimacy_scales import simulate
        >>> from intimacy_scales.factor import structure_report
        >>> report = structure_report("scii-24", simulate("scii-24", 300, rng=1).answers, n_iterations=20)
        >>> [line for line in report.to_r("answers.csv").splitlines() if line.startswith("say_fit(")]
        ['say_fit(fit, "fit", robust = "scaled")']
        """
        from intimacy_scales.factor.report.r_script import structure_script

        form: Instrument = instrument_for(self.instrument, instrument)
        return structure_script(self, form, path, clusters=clusters)

    def findings(self, *, sample: str, source: str) -> tuple[Finding, ...]:
        """Return the indices of fit as findings for an instrument's evidence, rounded to three decimals.

        Parameters
        ----------
        sample, source
            Description of the sample, and a reference to the study.
        """
        model = f"{len(self.scales)} {self.factors} factors" if len(self.scales) > 1 else "one factor"
        return tuple(
            Finding(
                step="structure",
                statistic=guide.index,
                value=round(guide.value, 3),
                of=model,
                sample=sample,
                n=self.n,
                source=source,
            )
            for guide in self.guides
            if guide.met is not None
        )

    def sentence(self) -> str:
        """Return the sentences for a Results section."""
        return structure_sentence(self)

    def page(self) -> Page:
        """Return the content of the report as data: tables, warnings, sentence."""
        return Page(
            title=self.title,
            tables=tuple(TextTable(title=name, columns=texts) for name, texts in item_cells(self).items()),
            warnings=tuple(self.warnings),
            sentence=self.sentence(),
        )

    def __repr__(self) -> str:
        lines = [self.title, *(repr(guide)[1:-1] for guide in self.guides)]
        if self.fit is not None:
            lines.insert(1, repr(self.fit)[1:-1])
        if self.parallel is not None:
            lines.append(f"parallel analysis suggests {counted(self.parallel.n_factors, 'factor')}")
        lines += [f"- {index.meaning}" for index in self.modifications]
        return "<" + "\n".join([*lines, *(f"! {text}" for text in self.warnings)]) + ">"

    def _repr_html_(self) -> str:
        return html_fragment(self.page())
