"""One person's scores interpreted by published cut-offs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from intimacy_scales.errors import NoNormsError
from intimacy_scales.instrument import Cutoff, Instrument, InstrumentRef
from intimacy_scales.instrument.cutoff import following_band, is_gap
from intimacy_scales.late import late_module
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import percent
from intimacy_scales.scoring.measurement_ranges import Sems, half_widths, range_around, straddles

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


_DIGITS, _MOST_DIGITS = 4, 17  # shown of a score; enough for any float


def cutoffs_of(form: Instrument) -> tuple[Cutoff, ...]:
    """Return the cut-offs of an instrument.

    Raises
    ------
    NoNormsError
        The instrument is a draft, or has no cut-offs.
    """
    if form.evidence.status == "draft":
        raise NoNormsError(
            f"{form.ref.called} is a draft, and scores of a draft are not interpreted: nobody has shown yet "
            "what they mean. You may compare them with a sample of your own: "
            'norms = Norm.from_scores(scores, sample="who they were"), then scores.standardize(norm=norms)'
        )
    if not form.cutoffs:
        raise NoNormsError(
            f"{form.ref.called} has no cut-offs: none are recorded here. {_advice_without_cutoffs(form)}"
        )
    return form.cutoffs


def _advice_without_cutoffs(form: Instrument) -> str:
    """Return advice on what to compare scores with, for an instrument without cut-offs."""
    samples = list(dict.fromkeys(norm.sample for norm in form.norms))
    if not samples:
        return (
            'Compare scores with a sample: norms = Norm.from_scores(scores, sample="who they were"), then '
            "scores.standardize(norm=norms)"
        )
    if len(samples) == 1:
        argument = repr(samples[0]) if any(norm.special for norm in form.norms) else ""
        return f"It has norms from one sample ({samples[0]}): compare with scores.standardize({argument})"
    return (
        f"It has norms from {len(samples)} samples: compare with scores.standardize(norm=...), where norm is "
        + " or ".join(map(repr, samples))
    )


def applies(cutoff: Cutoff, cutoffs: Sequence[Cutoff], score: float, step: float) -> bool:
    """Return whether a cut-off applies to a score.

    Bands are published for scores of complete answers. Skipped answers can give a score between the end of
    one band and the beginning of the next band of the same source. It belongs to the lower band if no
    complete answers give a score between the two; otherwise it belongs to neither.

    Parameters
    ----------
    cutoff, cutoffs
        The cut-off, and all cut-offs of the instrument.
    score
        A score of its scale.
    step
        Difference between neighbouring scores of complete answers.
    """
    if cutoff.band is None or score <= cutoff.band[1]:
        return cutoff.applies(score)
    end, begin = cutoff.band[1], following_band(cutoff, cutoffs)
    return begin is not None and end < score < begin and not is_gap(end, begin, step)


def where_it_lies(cutoff: Cutoff, cutoffs: Iterable[Cutoff], score: float) -> str:
    """Describe where a score lies, for a cut-off that applies: in its band, or between it and the next."""
    if cutoff.band is None:
        return cutoff.describe()
    begin = following_band(cutoff, cutoffs)
    if score <= cutoff.band[1] or begin is None:
        return f"in {cutoff.describe()}"
    return f"between {cutoff.band[1]} and {begin}, read as in {cutoff.describe()}"


def score_text(score: float, cutoffs: Iterable[Cutoff]) -> str:
    """Return a score with four digits, or with as many as show on which side of every boundary it lies.

    Examples
    --------
    >>> score_text(51.49999, [Cutoff(scale="s", below=51.5, meaning="low", source="x")])
    '51.49999'
    """
    boundaries = [end for c in cutoffs for end in (c.band or (c.below, c.at_most, c.above, c.at_least))]
    sides = [(score > end, score < end) for end in boundaries if end is not None]
    for digits in range(_DIGITS, _MOST_DIGITS):
        text = format(score, f".{digits}g")
        shown = float(text)
        if sides == [(shown > end, shown < end) for end in boundaries if end is not None]:
            return text
    return repr(score)


def describe_source(cutoff: Cutoff) -> str:
    """Return a cut-off's source, with the confidence in it unless that is verified."""
    return (
        cutoff.source if cutoff.confidence in (None, "verified") else f"{cutoff.source}, {cutoff.confidence}"
    )


class Reading(NamedTuple):
    """One score compared with one cut-off.

    Attributes
    ----------
    scale, score
        The scale and its score; None if too few items were answered.
    where
        The range of the cut-off, such as ``below 51.5``, which excludes 51.5; bands and ``at most`` include
        their ends.
    side, boundary
        The same for programs: ``below``, ``at_most``, ``above``, ``at_least`` or ``band``, and the
        number, or the two ends of the band.
    applies
        Whether the score lies in that range; None without a score.
    meaning
        Published meaning of scores in that range.
    source, confidence
        Where the cut-off was published, and how well it is confirmed.
    around
        Range of the score by its standard error of measurement, within the possible scores; None without one.
    straddles
        Whether that range lies on both sides of the cut-off; None without a range.
    """

    scale: str
    score: float | None
    where: str
    side: str
    boundary: float | tuple[float, float]
    applies: bool | None
    meaning: str
    source: str
    confidence: str | None
    around: tuple[float, float] | None = None
    straddles: bool | None = None


@result_class
class PersonInterpretation(Result):
    """One person's scores interpreted by the published cut-offs of the instrument.

    Attributes
    ----------
    instrument
        Reference to the instrument.
    readings
        One for each cut-off, whether or not it applies.
    confidence_level
        Of the ranges of measurement error; None without any.

    Examples
    --------
    >>> from intimacy_scales import score
    >>> interpretation = score("csi-16", {f"csi16_{n}": 2 for n in range(1, 17)}).interpret()
    >>> [(reading.where, reading.applies) for reading in interpretation.readings]
    [('below 51.5', True)]
    """

    _gained: ClassVar[Mapping[str, Any]] = {"confidence_level": None}

    instrument: InstrumentRef
    readings: tuple[Reading, ...]
    confidence_level: float | None = None

    @property
    def applying(self) -> tuple[Reading, ...]:
        """The cut-offs that apply."""
        return tuple(reading for reading in self.readings if reading.applies)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as a dictionary that JSON can hold."""
        return {
            "instrument": self.instrument.to_dict(),
            "confidence_level": self.confidence_level,
            "readings": [
                reading._asdict() | {"boundary": plain(reading.boundary), "around": plain(reading.around)}
                for reading in self.readings
            ],
        }

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with one row for each cut-off."""
        from intimacy_scales.results.frames import pandas_frame

        columns = {name: [getattr(reading, name) for reading in self.readings] for name in Reading._fields}
        return pandas_frame(columns).set_index("scale")

    def _lines(self) -> list[str]:
        """Return a line for each cut-off that applies, and for each scale to which none does."""
        cutoffs = [_cutoff_of(reading) for reading in self.readings]
        lines = [
            f"{r.scale} {score_text(r.score, _of_scale(cutoffs, r.scale))} is "
            f"{where_it_lies(_cutoff_of(r), cutoffs, r.score)}, {r.meaning} "
            f"({r.source}{'' if r.confidence in (None, 'verified') else f', {r.confidence}'})"
            for r in self.applying
            if r.score is not None
        ]
        for scale in dict.fromkeys(r.scale for r in self.readings):
            of_scale = [r for r in self.readings if r.scale == scale]
            if of_scale[0].score is None:
                lines.append(f"{scale} is not scored")
            elif not any(r.applies for r in of_scale):
                bands = all(r.side == "band" for r in of_scale)
                ranges = (", " if bands else " or ").join(r.where for r in of_scale)
                lines.append(
                    f"{scale} {score_text(of_scale[0].score, _of_scale(cutoffs, scale))} is "
                    + (f"in no band ({ranges})" if bands else f"not {ranges}")
                )
        return [*lines, *self._uncertain_lines()]

    def _uncertain_lines(self) -> list[str]:
        """Return a line for each scale with a range: which cut-offs it straddles, if any."""
        lines = []
        for scale in dict.fromkeys(r.scale for r in self.readings):
            of_scale = [r for r in self.readings if r.scale == scale]
            if of_scale[0].around is None or self.confidence_level is None:
                continue
            low, high = (format(end, f".{_DIGITS}g") for end in of_scale[0].around)
            which = [r.where for r in of_scale if r.straddles]
            lines.append(
                f"measurement error: the {percent(self.confidence_level)} range of {scale}, {low} to {high}, "
                + (f"straddles the cut-off ({', '.join(which)})" if which else "straddles no cut-off")
            )
        return lines

    def __repr__(self) -> str:
        return f"<PersonInterpretation {self.instrument}: {'; '.join(self._lines())}>"

    def page(self) -> Page:
        """Return what is displayed as data: a sentence and a row for each cut-off."""
        yes_no = {True: "yes", False: "no", None: "-"}
        cutoffs = [_cutoff_of(reading) for reading in self.readings]
        columns = {
            "Scale": [reading.scale for reading in self.readings],
            "Score": [
                "-" if r.score is None else score_text(r.score, _of_scale(cutoffs, r.scale))
                for r in self.readings
            ],
            "Cut-off": [reading.where for reading in self.readings],
            "Applies": [yes_no[reading.applies] for reading in self.readings],
            "Meaning": [reading.meaning for reading in self.readings],
        }
        if self.confidence_level is not None:
            columns[f"{percent(self.confidence_level)} range"] = [_range(r.around) for r in self.readings]
            columns["Straddles"] = [yes_no[reading.straddles] for reading in self.readings]
        columns["Source"] = [reading.source for reading in self.readings]
        table = TextTable(title="Cut-offs", columns=columns)
        return Page(title=str(self.instrument), facts=tuple(self._lines()), tables=(table,))

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{escape(line)}</li>" for line in self._lines())
        return f"<p><b>{escape(str(self.instrument))}</b></p><ul>{lines}</ul>"


def _range(around: tuple[float, float] | None) -> str:
    """Return a range of scores as text."""
    return "-" if around is None else " to ".join(format(end, f".{_DIGITS}g") for end in around)


def _cutoff_of(reading: Reading) -> Cutoff:
    """Return the cut-off of a reading."""
    side: Any = {reading.side: reading.boundary}
    return Cutoff(scale=reading.scale, meaning=reading.meaning, source=reading.source, **side)


def _of_scale(cutoffs: Iterable[Cutoff], scale: str) -> list[Cutoff]:
    return [cutoff for cutoff in cutoffs if cutoff.scale == scale]


def interpret_person(
    form: Instrument,
    scores: Mapping[str, float | None],
    ranges: Mapping[str, tuple[float, float]],
    sems: Sems | None = None,
    confidence_level: float = 0.95,
) -> PersonInterpretation:
    """Return one person's scores compared with each cut-off.

    Parameters
    ----------
    form
        The instrument.
    scores, ranges
        Scale → score, and scale → lowest and highest possible score.
    sems, confidence_level
        As of `PersonScores.interpret`.
    """
    readings = []
    cutoffs, steps = cutoffs_of(form), form.score_steps
    widths = half_widths(sems, tuple(scores), confidence_level, form.ref)
    for cutoff in cutoffs:
        value, width = scores[cutoff.scale], widths.get(cutoff.scale)
        does_apply = None if value is None else applies(cutoff, cutoffs, value, steps[cutoff.scale])
        around = None
        if value is not None and width is not None:
            around = range_around(value, width, ranges[cutoff.scale])
        readings.append(
            Reading(
                cutoff.scale,
                value,
                cutoff.describe(),
                *cutoff.side(),
                does_apply,
                cutoff.meaning,
                cutoff.source,
                cutoff.confidence,
                around=around,
                straddles=None if around is None else straddles(cutoff, cutoffs, around, steps[cutoff.scale]),
            )
        )
    return PersonInterpretation(
        instrument=form.ref, readings=tuple(readings), confidence_level=confidence_level if widths else None
    )
