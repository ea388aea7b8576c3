"""The result of `invariance`: the steps, what each sets equal, and which of that the answers contradict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.comparison import (
    ModelComparison,
)
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of
from intimacy_scales.factor.confirmatory.results.constraint_tests import (
    ConstraintTest,
    ConstraintTests,
    constraint_tests,
)
from intimacy_scales.factor.confirmatory.results.fit_sentence import (
    chi_square_text,
    improper_sentences,
    index_text,
    kind_of,
    rmsea_text,
)
from intimacy_scales.factor.confirmatory.results.freed import freed_names, partial_sentence
from intimacy_scales.factor.confirmatory.results.modification import ModificationIndex
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.confirmatory.support import (
    CFI_DROP,
    change_findings,
    fit_caution,
    last_supported,
    supported_words,
)
from intimacy_scales.instrument import Finding, Instrument
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.results.documents import instrument_for
from intimacy_scales.results.tables import Page
from intimacy_scales.results.wording import apa


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Invariance(ModelComparison):
    """The steps of measurement invariance, the least restricted first.

    Attributes
    ----------
    models, changes
        As in `ModelComparison`, named ``configural``, ``metric``, ``scalar`` and ``strict``.
    groups
        Label → persons.

    Examples
    --------
    >>> from intimacy_scales import encode, invariance, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> halves = ["first"] * 200 + ["second"] * 200
    >>> tested = invariance("trust =~ tru01 + tru04 + tru09 + tru11", answers, groups=halves)
    >>> list(tested.models), tested.groups
    (['configural', 'metric', 'scalar', 'strict'], {'first': 200, 'second': 200})
    """

    groups: dict[str, int]

    @property
    def freed(self) -> dict[str, tuple[str, ...]]:
        """The parameters that each step leaves free in each group although it sets their kind equal."""
        return {step: freed_names(model) for step, model in self.models.items()}

    @property
    def partial(self) -> tuple[str, ...]:
        """All parameters that some step leaves free; empty where no step is partial.

        Examples
        --------
        >>> from intimacy_scales import encode, invariance, simulate
        >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
        >>> model, halves = "trust =~ tru01 + tru04 + tru09 + tru11", ["first"] * 200 + ["second"] * 200
        >>> tested = invariance(model, answers, groups=halves, partial=["tru04 ~ 1"])
        >>> tested.partial, tested.freed["metric"], tested.freed["scalar"]
        (('tru04 ~ 1',), (), ('tru04 ~ 1',))
        """
        return tuple(dict.fromkeys(name for names in self.freed.values() for name in names))

    def page(self) -> Page:
        """Return what is displayed as data: as of `ModelComparison`, and which parameters are free."""
        page = ModelComparison.page(self)
        note = partial_sentence(self.partial, "in each group")
        return replace(page, warnings=(*page.warnings, note)) if note else page

    def __repr__(self) -> str:
        note = partial_sentence(self.partial, "in each group")
        return "\n".join([ModelComparison.__repr__(self), *([f"! {note}"] if note else [])])

    def to_dict(self) -> dict[str, Any]:
        """Return models with their fit, changes and groups as plain values."""
        return ModelComparison.to_dict(self) | {"groups": dict(self.groups)}

    def misfits(self, step: str) -> list[ModificationIndex]:
        """Return modification indices of the parameters that a step, and no earlier one, sets equal.

        The largest comes first. With two groups, indices are the same in both, and those of the first are
        returned.

        Parameters
        ----------
        step
            For example ``scalar``, to see which intercepts differ.
        """
        shared = self._set_equal_by(step)
        indices = [index for index in self.models[step].modification_indices() if index.name in shared]
        first = next(iter(self.groups))
        return [index for index in indices if len(self.groups) > 2 or index.group == first]

    def constraint_tests(self, step: str) -> ConstraintTests:
        """Return score tests of the equalities that a step, and no earlier one, imposes.

        Each says by how much chi-square would fall if that parameter were free in that group, and the total
        test is of the whole step. The parameters of contradicted equalities can be passed to ``partial=``.

        Parameters
        ----------
        step
            For example ``scalar``, to see which intercepts differ, and between which groups.

        Raises
        ------
        EstimationError
            An unknown step, or one that sets nothing equal.

        Examples
        --------
        >>> from intimacy_scales import encode, invariance, simulate
        >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
        >>> halves = ["first"] * 200 + ["second"] * 200
        >>> tested = invariance("trust =~ tru01 + tru04 + tru09 + tru11", answers, groups=halves)
        >>> tests = tested.constraint_tests("scalar")
        >>> len(tests), tests.df
        (4, 3)
        """
        shared = self._set_equal_by(step)
        if not shared:
            raise EstimationError(f"step={step!r} sets no parameters equal that are free before it")
        model = self.models[step]
        with one_blas_thread():
            return constraint_tests(model.solution, model.groups, chosen=shared)

    def to_free(self, step: str | None = None) -> ConstraintTest | None:
        """Return the equality that the answers contradict most, the first one to free for partial invariance.

        Parameters
        ----------
        step
            The step that imposes it; by default the first one that is not supported, by which CFI falls by
            more than .010.

        Returns
        -------
        ConstraintTest or None
            Pass its ``parameters`` to ``partial=``, and test again. None where every step is supported.

        Notes
        -----
        Parameters that are freed because of answers should have a reason in what items say, and hold in other
        samples: searches like this one often free the wrong ones (MacCallum, Roznowski & Necowitz, 1992).

        Examples
        --------
        >>> from intimacy_scales import encode, invariance, simulate
        >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
        >>> halves = ["first"] * 200 + ["second"] * 200
        >>> tested = invariance("trust =~ tru01 + tru04 + tru09 + tru11", answers, groups=halves)
        >>> tested.to_free("scalar").parameters
        ('tru01 ~ 1',)
        """
        if step is None:
            step = last_supported(self.changes)[1]
        return None if step is None else self.constraint_tests(step)[0]

    def _set_equal_by(self, step: str) -> set[str]:
        """Return the parameters that a step, and no earlier one, sets equal."""
        if step not in self.models:
            raise EstimationError(not_one_of("step", step, tuple(self.models)))
        names = list(self.models)
        earlier = names[: names.index(step)]
        shared = _set_equal(self.models[step])
        return shared - _set_equal(self.models[earlier[-1]]) if earlier else shared

    def findings(self, *, sample: str, source: str) -> tuple[Finding, ...]:
        """Return the changes of CFI as findings for an instrument's evidence, rounded to three decimals.

        With robust estimation they are changes of the robust CFI; undefined ones are left out.

        Parameters
        ----------
        sample, source
            Description of the groups, and a reference to the study.
        """
        n = sum(self.groups.values())
        return change_findings(
            self.changes, step="invariance", sample=sample, n=n, source=source, freed=self.freed
        )

    def to_r(
        self,
        path: str = "answers.csv",
        *,
        instrument: Instrument | str | Path | None = None,
        groups: str = "group",
        clusters: str = "cluster",
    ) -> str:
        """Return an R script that fits all steps with lavaan and tests their differences.

        Parameters
        ----------
        path, instrument, groups, clusters
            As in `CFAResult.to_r`.

        Examples
        --------
        >>> from intimacy_scales import encode, invariance, simulate
        >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
        >>> halves = ["first"] * 200 + ["second"] * 200
        >>> tested = invariance("trust =~ tru01 + tru04 + tru09 + tru11", answers, groups=halves)
        >>> tested.to_r("answers.csv", groups="half").count("group.equal")
        3
        """
        from intimacy_scales.factor.confirmatory.results.r_script import invariance_script

        reference = next(iter(self.models.values())).instrument
        form = None if reference is None else instrument_for(reference, instrument)
        return invariance_script(self, form, path, groups=groups, clusters=clusters)

    def sentence(self) -> str:
        """Return the sentences for a Results section: which invariance held, and by how much fit changed."""
        first = next(iter(self.models))
        fit, estimator = self.models[first].fit, self.models[first].estimator
        figures = [chi_square_text(fit), *([index_text(fit, "cfi"), rmsea_text(fit)] if fit.df else ())]
        results = [", ".join(figures), *(change.sentence() for change in self.changes)]
        sizes = ", ".join(f"{label} n = {n}" for label, n in self.groups.items())
        how = discrepancy_of(estimator).title
        return (
            f"Measurement invariance across {len(self.groups)} groups ({sizes}) by {how}: "
            f"the {first} model had {'; '.join(results)}. "
            f"{self._verdict()}{improper_sentences(self.improper)}"
        )

    def _verdict(self) -> str:
        """Return the sentences on which invariance is supported, and a caution where fit is poor."""
        first = next(iter(self.models))
        fit = self.models[first].fit
        caution = fit_caution(first, fit)
        return (
            f"Taking a fall of the {kind_of(fit)}CFI by more than {apa(CFI_DROP, 3)} as a sign that "
            "invariance does not hold (Cheung & Rensvold, 2002), "
            f"{supported_words(self.changes, self.freed)}{caution}"
        )


def _set_equal(model: CFAResult) -> set[str]:
    """Return the parameters that are equal across groups."""
    return {p.name for p in model.solution.table.parameters if p.label and p.label.startswith(".")}
