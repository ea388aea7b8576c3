"""The scores of one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import intimacy_scales.instrument as models
from intimacy_scales.errors import ResponseProblem
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.reading.blanks import counted_blanks_text
from intimacy_scales.reading.problems import Problems, not_accepted, problem_dict, problem_type
from intimacy_scales.results.document_checks import check_same_names
from intimacy_scales.results.document_types import Unless, many
from intimacy_scales.results.documents import instrument_for
from intimacy_scales.results.frozen import FrozenMapping, freeze
from intimacy_scales.results.result import Result, result_class
from intimacy_scales.results.wording import shown
from intimacy_scales.scoring.person_checks import check_rows, counted_blanks_of, not_applicable_of
from intimacy_scales.scoring.plan import PerInstrument, plan_of
from intimacy_scales.scoring.planned import Plan, PlannedComposite, PlannedScale
from intimacy_scales.scoring.prepared import PreparedForm
from intimacy_scales.scoring.scale_score import ScaleScore
from intimacy_scales.scoring.score_texts import ScoreTexts

if TYPE_CHECKING:
    import pandas as pd

    from intimacy_scales.scoring import interpretation, measurement_ranges, norms
else:
    pd = late_module("pandas")
    interpretation = late_module("intimacy_scales.scoring.interpretation")
    measurement_ranges = late_module("intimacy_scales.scoring.measurement_ranges")
    norms = late_module("intimacy_scales.scoring.norms")


_BY_SCALE = ("scores", "pomp", "answered", "prorated", "needed", "ranges", "bounds")


@result_class
class PersonScores(Result):
    """The scores of one person, plain Python throughout.

    Attributes
    ----------
    ok
        True; `SheetProblems.ok` is False.
    instrument
        Id, version, digest and evidence status of the instrument.
    scores
        Scale id → score, or None if too few items were answered.
    problems
        Answers that are not valid and count as missing (with ``on_invalid="missing"``).
    form
        The instrument itself, with its norms and cut-offs.
    counted_blanks
        Items that were left blank and count as 0, by the instrument's `Instrument.choose_all`.
    not_applicable
        Items that the person answered with "does not apply": they count as missing.

    Examples
    --------
    >>> from intimacy_scales import score
    >>> result = score("ras", {"ras_1": 5, "ras_2": 4, "ras_3": 4, "ras_4": 2})
    >>> result.scores["total"], result.answered["total"], result.bounds["total"]
    (4.25, 4, (2.857142857142857, 4.571428571428571))
    >>> result
    <PersonScores ras 1: total 4.25 (prorated, 4 of 7 answered)>
    """

    ok: ClassVar[Literal[True]] = True

    instrument: InstrumentRef
    scores: Mapping[str, float | None]
    rows: Sequence[ScaleScore]
    problems: Sequence[ResponseProblem] = ()
    form: models.Instrument = field(repr=False, compare=False)
    counted_blanks: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # the scorer passes frozen values, and freezing again would cost time for every answer sheet
        if type(self.scores) is not FrozenMapping:
            freeze(self)

    @property
    def pomp(self) -> dict[str, float | None]:
        """Scale id → percent of maximum possible (Cohen et al., 1999).

        ``(score - low) / (high - low) * 100``, with the lowest and highest possible score. None for a
        difference of two scales, which is measured from 0 and not from its lowest score.
        """
        return {name: row.pomp for name, row in zip(self.scores, self.rows, strict=True)}

    @property
    def answered(self) -> dict[str, int]:
        """Scale id → number of answered items (for a composite: of scales with a score)."""
        return {name: row.answered for name, row in zip(self.scores, self.rows, strict=True)}

    @property
    def prorated(self) -> dict[str, bool]:
        """Scale id → whether the score was made from fewer answers than the scale has items.

        The mean of the answered items then replaces the skipped ones, both in a mean score and in a sum,
        which is that mean times the number of items: both are called prorated (Mazza, Enders & Ruehlman,
        2015). A composite is prorated if one of its scales is, or has no score. A missing score is not
        prorated.

        Examples
        --------
        >>> from intimacy_scales import score
        >>> score("kmss", {"kmss_1": 6, "kmss_2": 5, "kmss_3": None}).prorated
        {'total': True}
        """
        return {name: row.prorated for name, row in zip(self.scores, self.rows, strict=True)}

    @property
    def bounds(self) -> dict[str, tuple[float, float]]:
        """Scale id → lowest and highest score possible, whatever the answers to skipped items."""
        return {name: (row.low, row.high) for name, row in zip(self.scores, self.rows, strict=True)}

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """Scale id → lowest and highest possible score."""
        plan = _plan(self)
        return {name: (scale.low, scale.high) for name, scale in zip(self.scores, plan.scales, strict=True)}

    @property
    def needed(self) -> dict[str, int]:
        """Scale id → how many answers a score needs (for a composite: how many scores of its scales)."""
        return {name: scale.required for name, scale in zip(self.scores, _plan(self).scales, strict=True)}

    def standardize(self, norm: norms.NormChoice = None) -> norms.PersonStandardScores:
        """Compare the scores with a norm sample: z, T and percentile rank.

        Parameters
        ----------
        norm
            A `Norm` or several (one per scale), or the name of one of the instrument's own samples.
            None: the instrument's only sample of the general population; samples of special people must be
            named.

        Raises
        ------
        NoNormsError
            There is no norm, or the sample must be named: there are several, or its members are special
            people.

        Examples
        --------
        >>> from intimacy_scales import Norm, score
        >>> norm = Norm(scale="total", sample="200 simulated persons", n=200, mean=3.5, sd=0.5)
        >>> score("ras", {f"ras_{n}": 3 for n in range(1, 8)}).standardize(norm)["total"]
        StandardScore(score=3.0, z=-1.0, t=40.0, percentile=15.865525393145708, beyond=None)
        """
        from intimacy_scales.scoring.norms import standardize_person

        return standardize_person(self.form, self.scores, norm)

    def interpret(
        self, *, sems: measurement_ranges.Sems | None = None, confidence_level: float = 0.95
    ) -> interpretation.PersonInterpretation:
        """Interpret the scores by the instrument's published cut-offs.

        Parameters
        ----------
        sems
            Scale → standard error of measurement, in the units of its score, or the result of
            `measurement_error`. The range ``score ± z SEM``, within the possible scores, then says how surely
            each score is on its side of a cut-off.
        confidence_level
            Of that range, for example 0.95.

        Raises
        ------
        NoNormsError
            The instrument has no cut-offs, or is a draft.
        EstimationError
            ``sems`` or ``confidence_level`` is not valid.

        Examples
        --------
        >>> from intimacy_scales import score
        >>> person = score("csi-16", {f"csi16_{n}": 3 for n in range(1, 17)})
        >>> person.interpret()
        <PersonInterpretation csi-16 2: total 48 is below 51.5, notable relationship dissatisfaction \
(Funk & Rogge (2007); read at GitHub urtuba/psytools, SOURCES.md)>
        >>> [reading.straddles for reading in person.interpret(sems={"total": 3.6}).readings]
        [True]
        """
        from intimacy_scales.scoring.interpretation import interpret_person

        return interpret_person(self.form, self.scores, self.ranges, sems, confidence_level)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as a dictionary that JSON can hold."""
        return {
            "instrument": self.instrument.to_dict(),
            "scores": dict(self.scores),
            "pomp": self.pomp,
            "answered": self.answered,
            "needed": self.needed,
            "prorated": self.prorated,
            "ranges": {name: list(ends) for name, ends in self.ranges.items()},
            "bounds": {name: list(bounds) for name, bounds in self.bounds.items()},
            "problems": [
                {name: value for name, value in problem_dict(p).items() if name not in ("row", "person")}
                for p in self.problems
            ],
            **({"not_applicable": list(self.not_applicable)} if self.not_applicable else {}),
            **({"counted_blanks": list(self.counted_blanks)} if self.counted_blanks else {}),
        }

    def _text(self) -> str | None:
        """Return the document as JSON, joined from prepared texts; None if these do not cover it."""
        if self.problems or type(self) is not PersonScores:
            return None
        if self.instrument.blanks_count and self.counted_blanks:
            return None
        texts = _texts_of(_get_form(self))
        if texts.may_not_apply and self.not_applicable:
            return None
        return texts.joined(self.instrument, self.scores, self.rows)

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return {
            "instrument": InstrumentRef,
            "scores": Mapping[str, float | None],
            "pomp": Mapping[str, float | None],
            "answered": Mapping[str, int],
            "prorated": Mapping[str, bool],
            "needed": Mapping[str, int],
            "ranges": Mapping[str, tuple[float, float]],
            "bounds": Mapping[str, tuple[float, float]],
            "problems": many(problem_type(table=False)),
            "not_applicable": Unless(tuple[str, ...], nothing=()),
            "counted_blanks": Unless(tuple[str, ...], nothing=()),
        }

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> PersonScores:
        form = instrument_for(values["instrument"], instrument)
        parts = {name: part for name, part in values.items() if name in _BY_SCALE}
        check_same_names(parts, form.scale_ids)
        scores = {name: values["scores"][name] for name in form.scale_ids}  # a database may have sorted them
        rows = tuple(
            ScaleScore(
                score=value,
                pomp=values["pomp"][name],
                answered=values["answered"][name],
                low=values["bounds"][name][0],
                high=values["bounds"][name][1],
                prorated=values["prorated"][name],
            )
            for name, value in scores.items()
        )
        check_rows(form, rows, needed=values["needed"], ranges=values["ranges"])
        return cls(
            instrument=values["instrument"],
            scores=scores,
            rows=rows,
            problems=Problems.of_documents(values["problems"]) if values["problems"] else (),
            form=form,
            counted_blanks=counted_blanks_of(form, values["counted_blanks"]),
            not_applicable=not_applicable_of(form, values["not_applicable"]),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with one row for each scale."""
        from intimacy_scales.results.frames import pandas_frame

        columns: dict[str, list[Any]] = {"scale": list(self.scores)}
        for name in ScaleScore._fields:
            columns[name] = [getattr(row, name) for row in self.rows]
        return pandas_frame(columns).set_index("scale")

    def __repr__(self) -> str:
        scales = _plan(self).scales
        shown = ", ".join(
            f"{name} {_score_text(row, scale)}"
            for name, row, scale in zip(self.scores, self.rows, scales, strict=True)
        )
        blanks = counted_blanks_text(dict.fromkeys(self.counted_blanks, 1))
        not_applicable = f"; {_not_applicable_text(self.not_applicable)}" if self.not_applicable else ""
        return (
            f"<PersonScores {self.instrument}: {shown}{not_accepted(self.problems)}{not_applicable}{blanks}>"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{_shown(row.score, 2)}</td>"
            f"<td>{_shown(row.pomp, 0)}</td><td>{row.answered}</td>"
            f"<td>{'yes' if row.prorated else 'no'}</td>"
            f"<td>{shown(row.low, 2)} to {shown(row.high, 2)}</td></tr>"
            for name, row in zip(self.scores, self.rows, strict=True)
        )
        head = "".join(
            f"<th>{name}</th>" for name in ("scale", "score", "POMP", "answered", "prorated", "bounds")
        )
        return (
            f"<table><caption>{escape(str(self.instrument))}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
            + (f"<p>{escape(_not_applicable_text(self.not_applicable))}</p>" if self.not_applicable else "")
        )


# `object.__setattr__`, which sets fields of frozen dataclasses, looks the slot up each time
_new: Any = PersonScores.__new__
_slots: Any = vars(PersonScores)
_set_instrument = _slots["instrument"].__set__
_set_scores = _slots["scores"].__set__
_set_rows = _slots["rows"].__set__
_set_problems = _slots["problems"].__set__
_set_form = _slots["form"].__set__
_set_blanks = _slots["counted_blanks"].__set__
_set_not_applicable = _slots["not_applicable"].__set__
_get_form = _slots["form"].__get__


class _LoadedForm:
    """The field `form`, which loads the instrument of a prepared form when it is first read."""

    def __get__(self, scores: PersonScores | None, _: type[PersonScores] | None = None) -> Any:
        if scores is None:
            return self
        form = _get_form(scores)
        return form.load() if type(form) is PreparedForm else form

    def __set__(self, scores: PersonScores, form: models.Instrument) -> None:
        _set_form(scores, form)


PersonScores.form = _LoadedForm()  # type: ignore[assignment]  # the declared type stays


class _Items:
    """A field of item ids that is left unset, to save time, if it is empty, as for nearly every sheet."""

    def __init__(self, slot: Any) -> None:
        self._get, self._set = slot.__get__, slot.__set__

    def __get__(self, scores: PersonScores | None, _: type[PersonScores] | None = None) -> Any:
        if scores is None:
            return self
        try:
            return self._get(scores)
        except AttributeError:
            return ()

    def __set__(self, scores: PersonScores, items: tuple[str, ...]) -> None:
        self._set(scores, items)


PersonScores.counted_blanks = _Items(_slots["counted_blanks"])  # type: ignore[assignment]
PersonScores.not_applicable = _Items(_slots["not_applicable"])  # type: ignore[assignment]


def _plan(scores: PersonScores) -> Plan:
    form = _get_form(scores)
    return form.plan if type(form) is PreparedForm else plan_of(form)


def person_scores(
    instrument: InstrumentRef,
    ids: Sequence[str],
    rows: Sequence[ScaleScore],
    problems: Sequence[ResponseProblem],
    form: models.Instrument | PreparedForm,
    counted_blanks: tuple[str, ...] = (),
    not_applicable: tuple[str, ...] = (),
) -> PersonScores:
    """Return the same as ``PersonScores(...)``, in less time; ``ids`` are those of the scales."""
    scores: PersonScores = _new(PersonScores)
    _set_instrument(scores, instrument)
    _set_scores(scores, FrozenMapping(zip(ids, [row[0] for row in rows], strict=True)))
    _set_rows(scores, tuple(rows))
    _set_problems(scores, problems)
    _set_form(scores, form)
    if counted_blanks:
        _set_blanks(scores, counted_blanks)
    if not_applicable:
        _set_not_applicable(scores, not_applicable)
    return scores


def _make_texts(form: models.Instrument | PreparedForm) -> ScoreTexts:
    """Return the texts that every document of this instrument shares."""
    blank = [ScaleScore(None, None, 0, 0.0, 0.0, False)] * len(form.scale_ids)
    document = person_scores(form.ref, form.scale_ids, blank, (), form).to_dict()
    if isinstance(form, PreparedForm):
        may_not_apply = form.not_applicable_in is not None
    else:
        may_not_apply = any(item.response_scale.not_applicable for item in form.items)
    return ScoreTexts(form.ref, document, may_not_apply=may_not_apply)


_texts_of: PerInstrument[models.Instrument | PreparedForm, ScoreTexts] = PerInstrument(_make_texts)


def _not_applicable_text(items: Sequence[str]) -> str:
    """Describe which items do not apply, in the words of a summary of many persons."""
    return f"does not apply, and counts as missing: {', '.join(items)}"


def _score_text(row: ScaleScore, scale: PlannedScale | PlannedComposite) -> str:
    if row.score is None:
        return f"not scored ({_answered_text(row.answered, scale)})"
    if not row.prorated:
        return f"{row.score:.4g}"
    # in a composite every scale may have a score and still be prorated: no count would explain it
    counted = f", {row.answered} of {scale.size} answered" if isinstance(scale, PlannedScale) else ""
    return f"{row.score:.4g} (prorated{counted})"


def _answered_text(answered: int, scale: PlannedScale | PlannedComposite) -> str:
    """Describe how many answers there are, and how many a score needs."""
    k, needed = scale.size, scale.required
    if isinstance(scale, PlannedScale):
        return f"{answered} of {k} answered, needs {f'all {k}' if needed == k > 1 else needed}"
    return f"{answered} of {k} scales scored, needs {f'all {k}' if needed == k > 1 else needed}"


def _shown(value: float | None, digits: int) -> str:
    return "not scored" if value is None else shown(value, digits)
