"""Feedback for one person: the scores in plain words, with what skipped items and error leave open."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from intimacy_scales.errors import EstimationError, NoNormsError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import a_type, not_one_of
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.paged import ReportPage
from intimacy_scales.results.pictures import AnyPicture
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page, Paper, Section, TextTable
from intimacy_scales.results.wording import counted, digits_for, percent, shown
from intimacy_scales.scoring.measurement_ranges import half_widths
from intimacy_scales.scoring.person import PersonScores
from intimacy_scales.scoring.plan import plan_of
from intimacy_scales.scoring.planned import PlannedScale

if TYPE_CHECKING:
    import pandas as pd

    from intimacy_scales.reliability.single_scores import sem
else:
    pd = late_module("pandas")
    sem = late_module("intimacy_scales.reliability.single_scores.sem")

_NO_DIAGNOSIS = (
    "Scores describe answers that were given at one time. They are not a diagnosis, and not a verdict on a "
    "person or on a relationship."
)
_DRAFT = (
    "This questionnaire is a draft: no study has shown yet that its scores measure what their names say. Use "
    "them to try it out, and for nothing else."
)
_WITHOUT_ERROR = "No score is exact: on another day, answers and scores would be somewhat different."


class PersonScale(NamedTuple):
    """One scale of the feedback for a person.

    Attributes
    ----------
    scale, title
        Its id, and its name for people.
    meaning
        What a high score means, as a sentence.
    score
        None if too few items were answered.
    lowest, highest
        The lowest and the highest possible score.
    percent_of_range
        How much of the way from the lowest to the highest possible score the score lies, in percent; None
        without a score, and for differences of scales.
    answered, n_parts, needed
        Number of answers, of items, and of answers that a score needs; for a composite, of scales.
    counts_scales
        Whether these are numbers of scales.
    low, high
        Lowest and highest score that answers to skipped items could give.
    error
        Half the width of the interval ``score ± z SEM``; None where no standard error was given.
    lower_in_sample, sample
        Percentage of a comparison sample with a lower score, as text, and who they are; None without one.

    Examples
    --------
    >>> from intimacy_scales import person_report, score
    >>> scale = person_report(score("kmss", {"kmss_1": 6, "kmss_2": 5})).scales[0]
    >>> scale.score, scale.low, scale.high, scale.percent_of_range
    (16.5, 12.0, 18.0, 75.0)
    """

    scale: str
    title: str
    meaning: str
    score: float | None
    lowest: float
    highest: float
    percent_of_range: float | None
    answered: int
    n_parts: int
    needed: int
    counts_scales: bool
    low: float
    high: float
    error: float | None
    lower_in_sample: str | None
    sample: str | None


@result_class
class PersonReport(ReportPage, Result):
    """Feedback for one person, in plain words; it holds no answers to items.

    Attributes
    ----------
    instrument
        Id, version, digest and evidence status of the instrument.
    name
        Title of the instrument.
    scales
        One `PersonScale` for each scale.
    confidence_level
        Of the errors of measurement.
    drawn_from
        Scores and errors of which the picture is made; None for a report that was read from its document.

    Examples
    --------
    >>> from intimacy_scales import person_report, score
    >>> report = person_report(score("kmss", {"kmss_1": 6, "kmss_2": 5, "kmss_3": 6}))
    >>> print(report.page().sections[0].paragraphs[0][-90:])
    Your score is 17.00. Scores can lie between 3 and 21: yours lies 78 percent of the way up.
    """

    instrument: InstrumentRef
    name: str
    scales: tuple[PersonScale, ...]
    confidence_level: float
    drawn_from: Any = field(default=None, repr=False, compare=False)

    @property
    def warnings(self) -> tuple[str, ...]:
        """How the page is to be read: not as a diagnosis, of a draft, and no score as exact.

        The last one is left out if each score is followed by its own error.
        """
        draft = (_DRAFT,) if self.instrument.status == "draft" else ()
        all_exact = all(scale.error is not None for scale in self.scales if scale.score is not None)
        error = () if all_exact and any(scale.error for scale in self.scales) else (_WITHOUT_ERROR,)
        return (_NO_DIAGNOSIS, *draft, *error)

    def page(self) -> Page:
        """Return the page that `to_html`, `to_markdown` and others write, as data."""
        return Page(
            title=f"Your scores: {self.name}",
            facts=("Draft: not tested yet",) if self.instrument.status == "draft" else (),
            sections=tuple(
                Section(heading=scale.title, paragraphs=tuple(_in_words(scale, self.confidence_level)))
                for scale in self.scales
            ),
            tables=(self._table(),),
            warnings=self.warnings,
            cautions_heading="How to read this page",
        )

    def _table(self) -> TextTable:
        columns = {
            "Scale": [scale.title for scale in self.scales],
            "Your score": [shown(scale.score, _digits(scale)) for scale in self.scales],
            "Possible scores": [f"{scale.lowest:.10g} to {scale.highest:.10g}" for scale in self.scales],
        }
        if any(scale.high > scale.low for scale in self.scales):
            columns["With skipped questions"] = [
                f"{shown(scale.low, _digits(scale))} to {shown(scale.high, _digits(scale))}"
                if scale.high > scale.low
                else "-"
                for scale in self.scales
            ]
        if any(scale.error is not None for scale in self.scales):
            columns["Exact to about"] = [
                "-" if scale.error is None else f"± {shown(scale.error, _digits(scale))}"
                for scale in self.scales
            ]
        return TextTable(title="All scores", columns=columns)

    def to_html(self, pictures: Sequence[AnyPicture] | None = None) -> str:
        """Return a self-contained HTML page, with the profile where matplotlib is installed.

        Parameters
        ----------
        pictures
            As in `Paged.to_html`; None: the profile, ``()``: no picture.
        """
        return ReportPage.to_html(self, self._pictures(pictures))

    def to_docx(
        self, path: str | os.PathLike[str] | IO[bytes], pictures: Sequence[AnyPicture] | None = None
    ) -> None:
        """Write a Word document; parameters and errors as in `Paged.to_docx`, pictures as in `to_html`."""
        ReportPage.to_docx(self, path, self._pictures(pictures))

    def to_pdf(
        self,
        path: str | os.PathLike[str] | IO[bytes],
        pictures: Sequence[AnyPicture] | None = None,
        *,
        paper: Paper = "A4",
    ) -> None:
        """Write a PDF file; parameters and errors as in `Paged.to_pdf`, pictures as in `to_html`."""
        ReportPage.to_pdf(self, path, self._pictures(pictures), paper=paper)

    def _pictures(self, pictures: Sequence[AnyPicture] | None) -> Sequence[AnyPicture]:
        """Return the pictures of a page: by default the profile, if it can be drawn."""
        if pictures is not None or self.drawn_from is None:
            return pictures or ()
        try:
            from intimacy_scales.plots import person_profile
        except ImportError:
            return ()
        from intimacy_scales.plots.drawing import ToDraw, drawn

        scores, sems = self.drawn_from
        caption = "Your scores, in the range of possible scores."
        return tuple(
            drawn(
                [
                    ToDraw(
                        "profile",
                        caption,
                        lambda: person_profile(
                            scores,
                            sems=sems,
                            scales=[scale.scale for scale in self.scales],
                            confidence_level=self.confidence_level,
                        ),
                    )
                ]
            )
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each scale."""
        from intimacy_scales.results.frames import pandas_frame

        columns = {name: [getattr(scale, name) for scale in self.scales] for name in PersonScale._fields}
        return pandas_frame(columns).set_index("scale")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "instrument": self.instrument.to_dict(),
            "name": self.name,
            "scales": [plain(scale._asdict()) for scale in self.scales],
            "confidence_level": self.confidence_level,
            "warnings": [*self.warnings],
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("drawn_from",), warnings=tuple[str, ...])

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], _instrument: Any) -> PersonReport:
        return cls(
            instrument=values["instrument"],
            name=values["name"],
            scales=tuple(values["scales"]),
            confidence_level=values["confidence_level"],
        )

    def __repr__(self) -> str:
        return f"<PersonReport {self.instrument}: {counted(len(self.scales), 'scale')}>"


def _digits(scale: PersonScale) -> int:
    """Return the decimals of a scale's scores: at least two, and two of the range or of the error."""
    error = math.nan if scale.error is None else scale.error
    return max(digits_for(scale.highest - scale.lowest), digits_for(error))


def _in_words(scale: PersonScale, level: float) -> list[str]:
    """Return what a person reads of one scale."""
    further = " ".join([*_open_in_words(scale), *_exact_in_words(scale, level)])
    return [text for text in (f"{scale.meaning} {_score_in_words(scale)}", further, _compared(scale)) if text]


def _score_in_words(scale: PersonScale) -> str:
    parts = "parts" if scale.counts_scales else "questions"
    ends = f"{scale.lowest:.10g} and {scale.highest:.10g}"
    if scale.score is None:
        return (
            f"There is no score: it needs {scale.needed} of {scale.n_parts} {parts}, and there are "
            f"{scale.answered}. Scores can lie between {ends}."
        )
    score = f"Your score is {shown(scale.score, _digits(scale))}. Scores can lie between {ends}"
    if scale.percent_of_range is None:
        return f"{score}."
    return f"{score}: yours lies {shown(scale.percent_of_range, 0)} percent of the way up."


def _open_in_words(scale: PersonScale) -> list[str]:
    """Return what skipped items leave open."""
    if not scale.high > scale.low:
        return []
    n = scale.n_parts - scale.answered
    without = f"{n} of {scale.n_parts} questions" if not scale.counts_scales else "Some questions"
    one = n == 1 and not scale.counts_scales
    low, high = (shown(end, _digits(scale)) for end in (scale.low, scale.high))
    return [
        f"{without} {'has' if one else 'have'} no answer that counts. Whatever you would have answered to "
        f"{'it' if one else 'them'}, the score would lie between {low} and {high}."
    ]


def _exact_in_words(scale: PersonScale, level: float) -> list[str]:
    """Return how exact the score is."""
    if scale.error is None or scale.score is None:
        return []
    error = shown(scale.error, _digits(scale))
    return [
        f"No score is exact. This one is exact to about {error} in both directions: "
        f"{percent(level)} of such errors are no larger."
    ]


def _compared(scale: PersonScale) -> str:
    """Return how the score compares with a sample; empty without one."""
    if scale.lower_in_sample is None:
        return ""
    about = "about " if scale.lower_in_sample[:1].isdigit() else ""
    return (
        f"Of 100 people in a comparison sample ({scale.sample}), {about}{scale.lower_in_sample} have a lower "
        "score. That says how common a score is, and not whether it is good."
    )


def person_report(
    person_scores: PersonScores,
    *,
    scales: Sequence[str] | None = None,
    sems: Mapping[str, float | sem.MeasurementError] | None = None,
    confidence_level: float = 0.95,
) -> PersonReport:
    """Return feedback for one person in plain words, to be given to that person.

    Parameters
    ----------
    person_scores
        The scores of one person, ``score(form, {item: answer})``.
    scales
        The scales to report; None: all of them.
    sems
        Scale → standard error of measurement, a number in points of the score or a result of
        `measurement_error`; None: the page says in words that no score is exact.
    confidence_level
        Of the errors, ``score ± z SEM``.

    Returns
    -------
    PersonReport
        With `to_html`, `to_markdown`, `to_pdf` and `to_docx`. Pages have the profile of the person where
        matplotlib is installed.

    Raises
    ------
    EstimationError
        These are not scores of one person; there is no such scale; a standard error or the level is not
        valid.

    Notes
    -----
    For each scale: what a high score means, the score and where it lies in the range of possible scores, the
    scores that answers to skipped items could give (`PersonScores.bounds`), and the error of measurement. A
    score is compared with a sample only if the instrument has norms from one sample of the general population
    and is not a draft. The page has no answers to items, no cut-offs and no interpretation; people who need
    advice get it from people.

    Examples
    --------
    >>> from intimacy_scales import score
    >>> report = person_report(score("kmss", {"kmss_1": 6, "kmss_2": 5}), sems={"total": 1.2})
    >>> round(report.scales[0].error, 3), report.scales[0].low, report.scales[0].high
    (2.352, 12.0, 18.0)
    >>> print(report.page().sections[0].paragraphs[0][-90:])
    Your score is 16.50. Scores can lie between 3 and 21: yours lies 75 percent of the way up.
    """
    if not isinstance(person_scores, PersonScores):
        raise EstimationError(
            f"person_scores is {a_type(person_scores)}; allowed: the scores of one person, "
            "score(form, {item: answer})"
        )
    known = tuple(person_scores.scores)
    chosen = known if scales is None else _as_names(scales)
    for name in chosen:
        if name not in known:
            raise EstimationError(f"scales: {not_one_of('scale', name, known)}")
    errors = half_widths(sems, known, confidence_level, person_scores.instrument)
    compared = _compared_scales(person_scores)
    return PersonReport(
        instrument=person_scores.instrument,
        name=person_scores.form.title or person_scores.instrument.id,
        scales=tuple(_scale(person_scores, name, errors, compared) for name in chosen),
        confidence_level=confidence_level,
        drawn_from=(person_scores, sems),
    )


def _as_names(scales: Sequence[str]) -> tuple[str, ...]:
    """Return the chosen scales; a report of all of them loads no numpy."""
    from intimacy_scales.numerics.arguments import as_names

    return as_names("scales", scales, "scales")


def _compared_scales(scores: PersonScores) -> dict[str, tuple[str, str]]:
    """Return scale → percentage of the comparison sample with a lower score, and the sample."""
    if scores.instrument.status == "draft":
        return {}
    try:
        standard = scores.standardize()
    except NoNormsError:
        return {}
    samples = {norm.scale: norm.sample for norm in scores.form.norms if not norm.special}
    return {name: (_lower(one), samples[name]) for name, one in standard.scores.items() if one is not None}


def _lower(one: Any) -> str:
    """Return a percentile rank in words."""
    words = {"<": "fewer than ", ">": "more than "}
    return f"{words.get(one.beyond or '', '')}{shown(one.percentile, 0)}"


def _scale(
    scores: PersonScores,
    name: str,
    errors: Mapping[str, float],
    compared: Mapping[str, tuple[str, str]],
) -> PersonScale:
    row = dict(zip(scores.scores, scores.rows, strict=True))[name]
    planned = dict(zip(scores.scores, plan_of(scores.form).scales, strict=True))[name]
    lower, sample = compared.get(name, (None, None))
    return PersonScale(
        scale=name,
        title=_title(scores.form, name),
        meaning=_meaning(scores.form, name),
        score=row.score,
        lowest=planned.low,
        highest=planned.high,
        percent_of_range=row.pomp,
        answered=row.answered,
        n_parts=planned.size,
        needed=planned.required,
        counts_scales=not isinstance(planned, PlannedScale),
        low=row.low,
        high=row.high,
        error=None if row.score is None else errors.get(name),
        lower_in_sample=lower if row.score is not None else None,
        sample=sample if row.score is not None else None,
    )


def _title(form: Instrument, name: str) -> str:
    return form.scale(name).title or name


def _meaning(form: Instrument, name: str) -> str:
    """Return what a high score means, as a sentence."""
    scale = form.scale(name)
    if scale.high_means:
        return f"A high score means {scale.high_means}."
    if scale.method == "difference":
        first, second = (_title(form, part) for part in scale.of)
        return f"A high score means that {first} is higher than {second}."
    title = _title(form, name)
    if len(form.scales) == 1 or scale.of or title.lower() == "total":
        return "A high score means more of what the questionnaire as a whole asks about."
    return f"A high score means more of what its name says: {title.lower()}."
