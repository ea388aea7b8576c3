"""The result of `dyadic_invariance`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.invariance.dmacs import Dmacs, DmacsIdentification, PooledSD, dmacs_of
from intimacy_scales.dyads.invariance.equalities import named_for_partners, parameters_set_equal
from intimacy_scales.dyads.invariance.exchangeable import ExchangeableMeasurement
from intimacy_scales.dyads.invariance.models import PairedItems
from intimacy_scales.dyads.invariance.partner_means import PartnerMeans, Status
from intimacy_scales.dyads.invariance.showing import invariance_tables
from intimacy_scales.dyads.invariance.steps import (
    STEPS,
    Direction,
    released_names,
    released_parameters,
)
from intimacy_scales.dyads.invariance.steps_sentence import in_direction, steps_sentence
from intimacy_scales.dyads.invariance.verdict import status_of
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.comparison import ModelComparison
from intimacy_scales.factor.confirmatory.results.constraint_tests import (
    ConstraintTest,
    ConstraintTests,
    constraint_tests,
)
from intimacy_scales.factor.confirmatory.results.freed import partial_sentence
from intimacy_scales.factor.confirmatory.results.modification import ModificationIndex
from intimacy_scales.factor.confirmatory.support import change_findings, last_supported
from intimacy_scales.instrument import Finding, InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.results.html import html_fragment
from intimacy_scales.results.not_kept import needed
from intimacy_scales.results.result import plain
from intimacy_scales.results.tables import Page
from intimacy_scales.results.wording import counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_OF_ITEMS = ("metric", "scalar", "residual")


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class DyadicInvariance(ModelComparison):
    """Steps of invariance across partners, the least constrained model first.

    Attributes
    ----------
    models, changes
        As in `ModelComparison`, named ``configural``, ``metric``, ``scalar``, ``residual``, ``variances`` and
        ``means``. Empty where partners are exchangeable.
    instrument
        What was answered.
    scale, items, partners
        The scale, its items, and the partners.
    direction
        ``from_free`` or ``from_equal``.
    partial
        Parameters that differ between partners in every step.
    n_couples
        Couples that were used.
    left_out
        Why couples are left out → how many.
    sds
        Standard deviations of both partners' answers (2, n_items); the same twice, of both together, where
        partners are exchangeable.
    mean_difference
        The difference of latent means, with the status of invariance.
    exchangeable
        The model of exchangeable partners; None where partners are distinguishable.
    reason
        Why partners are exchangeable; None where they are not.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, dyadic_invariance
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=2).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", role="partner")
    >>> tested = dyadic_invariance(dyads, "trust")
    >>> tested.status("scalar"), tested["metric"].fit.df
    ('supported', 18)
    """

    _axes: ClassVar[Mapping[str, str]] = {"items": "i", "sds": "pi"}

    instrument: InstrumentRef | None
    scale: str
    items: tuple[str, ...]
    partners: tuple[str, str]
    direction: Direction
    partial: tuple[str, ...]
    n_couples: int
    left_out: Mapping[str, int]
    sds: NDArray[np.float64]
    mean_difference: PartnerMeans
    exchangeable: ExchangeableMeasurement | None = None
    reason: str | None = None

    @property
    def n_left_out(self) -> int:
        """Number of couples that were left out."""
        return sum(self.left_out.values())

    @property
    def pair(self) -> PairedItems:
        """Names of variables and factors in the models."""
        return PairedItems(scale=self.scale, items=self.items, partners=self.partners)

    @property
    def distinguishable(self) -> bool:
        """Whether partners differ by a role."""
        return self.exchangeable is None

    def status(self, step: str) -> Status:
        """Return whether invariance up to a step is supported, by the fall of CFI at each step.

        Parameters
        ----------
        step
            For example ``scalar``, on which comparisons of means rest.

        Returns
        -------
        str
            ``supported``; ``partial`` (supported, with some parameters released); ``not supported``; or ``not
            tested``.
        """
        if step not in STEPS or step == "configural":
            raise EstimationError(not_one_of("step", step, tuple(STEPS)[1:]))
        if not self.changes:
            return "not tested"
        return status_of(step, self.changes, released_parameters(self.partial, self.pair))

    @property
    def freed(self) -> dict[str, tuple[str, ...]]:
        """The parameters that each step leaves free for each partner although it sets their kind equal."""
        if self.exchangeable is not None:
            return {}
        return {
            step: released_names(
                frozenset(
                    (kind, item)
                    for kind, item in released_parameters(self.partial, self.pair)
                    if kind in STEPS[step]
                ),
                self.pair,
            )
            for step in self.models
        }

    @property
    def ever_free(self) -> tuple[str, ...]:
        """All parameters of `partial` that some step leaves free although it sets their kind equal."""
        return tuple(dict.fromkeys(name for names in self.freed.values() for name in names))

    def constraint_tests(self, step: str) -> ConstraintTests:
        """Return score tests of the equalities that a step, and no earlier one, imposes.

        Each says by how much chi-square would fall if that parameter differed between partners, and the total
        test is of the whole step. The parameters of contradicted equalities can be passed to ``partial=``.

        Parameters
        ----------
        step
            For example ``scalar``, to see which intercepts differ.

        Raises
        ------
        EstimationError
            An unknown step, or one that sets nothing equal.

        Examples
        --------
        >>> from intimacy_scales import simulate
        >>> from intimacy_scales.dyads import Dyads, dyadic_invariance
        >>> answers = simulate("scii-24", 400, couples=0.5, rng=2).answers
        >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", role="partner")
        >>> tests = dyadic_invariance(dyads, "trust").constraint_tests("scalar")
        >>> len(tests), tests.df, tests[0].constraint
        (4, 3, 'tru11 ~ 1: 1 == 2')
        """
        names = self._set_equal_by(step)
        solution = needed(self.models[step].solution)
        with one_blas_thread():
            tests = constraint_tests(solution, (None,), chosen=names, kind="label")
        return replace(tests, tests=tuple(named_for_partners(test, self.pair) for test in tests))

    def misfits(self, step: str) -> list[ModificationIndex]:
        """Return modification indices of the parameters that a step, and no earlier one, sets equal.

        The largest comes first; both partners have the same index, and that of the first is returned.

        Parameters
        ----------
        step
            For example ``scalar``, to see which intercepts differ.
        """
        shared = self._set_equal_by(step)
        return [index for index in self.models[step].modification_indices() if index.name in shared]

    def to_free(self, step: str | None = None) -> ConstraintTest | None:
        """Return the equality of an item that the answers contradict most, the first one to free.

        Parameters
        ----------
        step
            ``metric``, ``scalar`` or ``residual``; by default the first of them that is not supported, by
            which CFI falls by more than .010.

        Returns
        -------
        ConstraintTest or None
            Pass its ``parameters`` to ``partial=``, and test again. None where each of these is supported.

        Notes
        -----
        As for `Invariance.to_free`: parameters that are freed because of answers should have a reason in what
        items say, and hold in other samples (MacCallum, Roznowski & Necowitz, 1992).

        Examples
        --------
        >>> from intimacy_scales import simulate
        >>> from intimacy_scales.dyads import Dyads, dyadic_invariance
        >>> answers = simulate("scii-24", 400, couples=0.5, rng=2).answers
        >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", role="partner")
        >>> dyadic_invariance(dyads, "trust").to_free("scalar").parameters
        ('tru11 ~ 1',)
        """
        if step is None:
            step = last_supported(self.changes)[1]
            if step not in _OF_ITEMS:
                return None
        elif step not in _OF_ITEMS:
            raise EstimationError(not_one_of("step", step, _OF_ITEMS))
        return self.constraint_tests(step)[0]

    def _set_equal_by(self, step: str) -> set[str]:
        """Return the first partner's parameters that a step, and no earlier one, sets equal."""
        self._check_ladder()
        if step not in self.models:
            raise EstimationError(not_one_of("step", step, tuple(self.models)))
        return parameters_set_equal(self.models, step, self.pair)

    def _check_ladder(self) -> None:
        """Raise where partners are exchangeable, so that there are no steps."""
        if self.reason is not None:
            raise EstimationError(
                f"differences between partners in {self.scale} cannot be tested: {self.reason}; the model "
                "of exchangeable partners is in .exchangeable"
            )

    def dmacs(
        self,
        *,
        identification: DmacsIdentification = "marker",
        marker: str | None = None,
        focal: str | None = None,
        pooled: PooledSD = "mean",
    ) -> Dmacs:
        """Return how large the difference of each item between the partners is (Nye & Drasgow, 2011).

        Parameters
        ----------
        identification
            How the partners' factors get a common scale. ``marker``: by an item that is assumed to be the
            same for both. ``fixed_factor``: by equal means and variances of the factors, as in the R package
            dySEM; a real difference of the partners' means then counts as a difference of every item.
        marker
            The item that is the same for both; by default the first one.
        focal
            The partner over whose factor differences are averaged; by default the second one.
        pooled
            How the standard deviations of the partners' answers are pooled: their ``mean`` (Nye & Drasgow),
            or ``root_mean_square``.

        Returns
        -------
        Dmacs

        Raises
        ------
        EstimationError
            Exchangeable partners; no configural step; an option that is not valid.

        Notes
        -----
        Nye, Bradburn, Olenick, Bialko and Drasgow (2019) examine how large dMACS is in published studies.
        Values depend on the identification, which is why the result names it.
        """
        self._check_ladder()
        if "configural" not in self.models:
            raise EstimationError("dmacs needs the configural model; add 'configural' to steps")
        return dmacs_of(
            self.models["configural"].parameters,
            self.pair,
            self.sds,
            identification=identification,
            marker=marker,
            focal=focal,
            pooled=pooled,
        )

    def findings(self, *, sample: str, source: str) -> tuple[Finding, ...]:
        """Return the changes of CFI as findings for an instrument's evidence, rounded to three decimals.

        Parameters
        ----------
        sample, source
            Description of the couples, and a reference to the study.
        """
        return change_findings(
            self.changes,
            step="invariance",
            sample=sample,
            n=self.n_couples,
            source=source,
            freed=self.freed,
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each model, as `ModelComparison.to_frame`.

        Rows are in the order of `direction`. Of exchangeable partners, it has the estimated parameters.
        """
        if self.exchangeable is not None:
            return self.exchangeable.parameters.to_frame()
        frame = ModelComparison.to_frame(self)
        return frame if self.direction == "from_free" else frame.iloc[::-1]

    def sentence(self) -> str:
        """Return the sentences for a Results section: which invariance holds, and the difference of means."""
        if self.exchangeable is not None:
            measured = self.exchangeable.sentence()
            return f"Differences between the partners cannot be tested: {self.reason}. {measured}"
        return steps_sentence(self)

    @property
    def title(self) -> str:
        """The heading of tables."""
        what = "Invariance" if self.distinguishable else "Measurement"
        return f"{what} of {self.scale} across partners, {counted(self.n_couples, 'couple')}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about the figures."""
        parts = self.improper if self.exchangeable is None else {"the model": self.exchangeable.improper}
        cautions = [f"{name} is improper: {text}" for name, texts in parts.items() for text in texts]
        partial = partial_sentence(self.ever_free, "for each partner")
        cautions += [partial] if partial else []
        return (*cautions, *dict.fromkeys(note for model in self.models.values() for note in model.notes))

    def page(self) -> Page:
        """Return tables, cautions and sentence as data."""
        return Page(
            title=self.title,
            tables=invariance_tables(self),
            warnings=self.warnings,
            sentence=self.sentence(),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        names = (
            "scale", "items", "partners", "direction", "partial", "n_couples", "left_out", "sds",
            "mean_difference", "exchangeable", "reason",
        )  # fmt: skip
        instrument = None if self.instrument is None else self.instrument.to_dict()
        return (
            ModelComparison.to_dict(self)
            | {"instrument": instrument}
            | {name: plain(getattr(self, name)) for name in names}
        )

    def __repr__(self) -> str:
        if self.exchangeable is not None:
            return f"{self.exchangeable!r}\n! no steps of invariance: {self.reason}"
        models = self.models if self.direction == "from_free" else dict(reversed(self.models.items()))
        lines = [f"{name}: {model.fit!r}" for name, model in models.items()]
        return "\n".join(
            [
                self.title,
                *lines,
                *map(repr, in_direction(self)),
                repr(self.mean_difference),
                *(f"! {text}" for text in self.warnings),
            ]
        )

    def _repr_html_(self) -> str:
        return html_fragment(self.page())
