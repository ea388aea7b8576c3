"""One person's scores compared with a norm sample, and the choice of the norm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from intimacy_scales.errors import NoNormsError, UnknownNameError
from intimacy_scales.instrument import Instrument, InstrumentRef, Norm
from intimacy_scales.late import late_module
from intimacy_scales.messages import nearest, suggest
from intimacy_scales.results.result import Result, result_class
from intimacy_scales.results.wording import shown
from intimacy_scales.scoring.plan import plan_of

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

NormChoice: TypeAlias = Norm | Iterable[Norm] | str | None


def choose_norms(form: Instrument, norm: NormChoice) -> dict[str, Norm]:
    """Return the norm of each scale that has one.

    By default this is the norm of the instrument's only sample of the general population.

    Raises
    ------
    NoNormsError
        There is no norm, or the sample must be named: there are several, or its members are special people.
    """
    if isinstance(norm, Norm):
        return _by_scale(form, [norm])
    if norm is not None and not isinstance(norm, str):
        if isinstance(norm, Mapping) or not isinstance(norm, Iterable):
            raise NoNormsError(
                f"norm={norm!r} is not valid; pass a Norm(scale=…, sample=…, mean=…, sd=…), or several"
            )
        return _by_scale(form, norm)
    samples = list(dict.fromkeys(entry.sample for entry in form.norms))
    if not samples:
        raise NoNormsError(
            f"{form.ref.called} has no norms: no mean and standard deviation of a named sample is recorded. "
            'Make norms from a sample of your own: norms = Norm.from_scores(scores, sample="who they were"), '
            "then scores.standardize(norm=norms)"
        )
    general = [name for name in samples if name not in special_samples(form.norms)]
    if norm is None and len(general) != 1:
        raise NoNormsError(_which_sample(form, samples))
    sample = general[0] if norm is None else norm
    if sample not in samples:
        near = nearest(sample, samples, alike=0.3)
        raise NoNormsError(
            f"{form.ref.called} has no norms from a sample {sample!r}; "
            + (f"did you mean {near[0]!r}?" if near else f"it has {', '.join(map(repr, samples))}")
        )
    return _by_scale(form, [entry for entry in form.norms if entry.sample == sample])


def special_samples(norms: Iterable[Norm]) -> set[str]:
    """Return the samples of special people, which are used for comparison only if they are named."""
    return {norm.sample for norm in norms if norm.special}


def _which_sample(form: Instrument, samples: list[str]) -> str:
    """Return the message that a sample must be named, and why."""
    choice = "norm=" + " or norm=".join(map(repr, samples))
    special = special_samples(form.norms)
    if len(samples) > 1:
        special_people = "; special people: " + ", ".join(map(repr, filter(special.__contains__, samples)))
        return (
            f"{form.ref.called} has norms from {len(samples)} samples; choose one: {choice}"
            f"{special_people if special else ''}"
        )
    return (
        f"{form.ref.called} has norms from one sample only, of special people: {samples[0]!r}. Scores are "
        f"not compared with them by default; if your respondents are such people, pass {choice}. Otherwise "
        'make norms from a sample of your own: norms = Norm.from_scores(scores, sample="who they were"), '
        "then scores.standardize(norm=norms)"
    )


def _by_scale(form: Instrument, norms: Iterable[Norm]) -> dict[str, Norm]:
    """Return norms by scale, in the instrument's order, after checking that they fit the instrument."""
    by_scale: dict[str, Norm] = {}
    for norm in norms:
        if not isinstance(norm, Norm):
            raise NoNormsError(f"norm={norm!r} is not valid; pass a Norm, several, or the name of a sample")
        if norm.scale not in form.scale_ids:
            raise NoNormsError(
                f"the norm is for a scale {norm.scale!r}; {form.id} has {', '.join(form.scale_ids)}"
            )
        if norm.instrument not in (None, form.id):
            raise NoNormsError(
                f"the norm of {norm.scale!r} was made from scores of {norm.instrument}, but these are scores "
                f"of {form.id}. If both are the same instrument: "
                'norm.model_copy(update={"instrument": None})'
            )
        planned = plan_of(form).scales[form.scale_ids.index(norm.scale)]
        if misfit := norm.misfit(planned.low, planned.high):
            raise NoNormsError(misfit)
        if norm not in form.norms and norm.key_digest not in (None, form.key_digest):
            raise NoNormsError(norm.of_another_key())
        if norm not in form.norms and (difference := norm.of_another_language(form.translated_language)):
            raise NoNormsError(difference)
        if norm.scale in by_scale:
            raise NoNormsError(
                f"norm: two norms of {norm.scale!r}, {by_scale[norm.scale].sample!r} and {norm.sample!r}; "
                "pass one per scale"
            )
        by_scale[norm.scale] = norm
    if not by_scale:
        raise NoNormsError("norm: the list is empty; pass a Norm, several, or the name of a sample")
    return {scale: by_scale[scale] for scale in form.scale_ids if scale in by_scale}


def describe_samples(norms: dict[str, Norm]) -> str:
    """Describe the norm samples: name, size, and where percentiles come from."""
    descriptions = {
        f"{norm.sample}, {'n not known' if norm.n is None else f'n = {norm.n}'}, "
        f"percentiles {'from its norm table' if norm.percentiles else 'of a normal distribution'}"
        + (f", {norm.confidence}" if norm.confidence not in (None, "verified") else ""): None
        for norm in norms.values()
    }
    return " and ".join(descriptions)


class StandardScore(NamedTuple):
    """One person's score on one scale, compared with a norm sample.

    Attributes
    ----------
    score
        The score itself.
    z, t
        ``(score - mean) / sd``, and ``50 + 10 z``.
    percentile
        Percentile rank: the percentage of the sample with a lower score.
    beyond
        ``<`` or ``>`` if the score lies outside a norm table: its rank is then below, or above,
        ``percentile``, by an unknown amount. Otherwise None.

    Examples
    --------
    >>> from intimacy_scales import Norm, score
    >>> norm = Norm(scale="total", sample="200 simulated persons", n=200, mean=3.5, sd=0.5)
    >>> of_person = score("ras", {f"ras_{n}": 3 for n in range(1, 8)}).standardize(norm)["total"]
    >>> of_person.score, of_person.t, round(of_person.percentile)
    (3.0, 40.0, 16)
    """

    score: float
    z: float
    t: float
    percentile: float
    beyond: Literal["<", ">"] | None = None

    def percentile_text(self) -> str:
        """Return the percentile rank as shown in tables, such as ``84`` or ``>90``.

        Examples
        --------
        >>> StandardScore(score=5.0, z=2.0, t=70.0, percentile=90.0, beyond=">").percentile_text()
        '>90'
        """
        return f"{self.beyond or ''}{shown(self.percentile, 0)}"


@result_class
class PersonStandardScores(Result):
    """One person's scores compared with a norm sample.

    Attributes
    ----------
    instrument
        Reference to the instrument.
    scores
        Scale id → standard scores, or None if there is no score.
    norms
        Scale id → the norm.
    without_norm
        Scales that have no norm.

    Examples
    --------
    >>> from intimacy_scales import Norm, score
    >>> norm = Norm(scale="total", sample="200 simulated persons", n=200, mean=3.5, sd=0.5)
    >>> score("ras", {f"ras_{n}": 3 for n in range(1, 8)}).standardize(norm)
    <PersonStandardScores ras 1: total T 40.0, percentile 16; compared with 200 simulated persons, n = 200, \
percentiles of a normal distribution>
    """

    instrument: InstrumentRef
    scores: dict[str, StandardScore | None]
    norms: dict[str, Norm]
    without_norm: tuple[str, ...]

    def __getitem__(self, scale: str) -> StandardScore | None:
        """Return the standard scores of one scale."""
        if scale not in self.scores:
            known = ", ".join(self.scores)
            raise UnknownNameError(
                f"{scale!r} was not compared with a norm; compared: {known}{suggest(scale, self.scores)}"
            )
        return self.scores[scale]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as a dictionary that JSON can hold."""
        return {
            "instrument": self.instrument.to_dict(),
            "scores": {name: None if row is None else row._asdict() for name, row in self.scores.items()},
            "norms": {scale: norm.to_dict() for scale, norm in self.norms.items()},
            "without_norm": list(self.without_norm),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with one row for each scale."""
        from intimacy_scales.results.frames import pandas_frame

        columns: dict[str, list[Any]] = {"scale": list(self.scores)}
        for name in StandardScore._fields:
            columns[name] = [None if row is None else getattr(row, name) for row in self.scores.values()]
        columns["sample"] = [self.norms[scale].sample for scale in self.scores]
        return pandas_frame(columns).set_index("scale")

    def __repr__(self) -> str:
        ranks = ", ".join(
            f"{name} not scored"
            if row is None
            else f"{name} T {shown(row.t, 1)}, percentile {row.percentile_text()}"
            for name, row in self.scores.items()
        )
        without_norm = f"; no norm of {', '.join(self.without_norm)}" if self.without_norm else ""
        return (
            f"<PersonStandardScores {self.instrument}: {ranks}; compared with "
            f"{describe_samples(self.norms)}{without_norm}>"
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in ("scale", "score", "z", "T", "percentile", "sample"))
        rows = []
        for name, row in self.scores.items():
            cells = (
                [""] * 4
                if row is None
                else [
                    *(shown(x, d) for x, d in zip(row[:3], (2, 2, 1), strict=True)),
                    escape(row.percentile_text()),
                ]
            )
            figures = "".join(f"<td>{cell or 'not scored'}</td>" for cell in cells)
            sample = escape(self.norms[name].sample)
            rows.append(f"<tr><th>{escape(name)}</th>{figures}<td>{sample}</td></tr>")
        return (
            f"<table><caption>{escape(str(self.instrument))}, compared with "
            f"{escape(describe_samples(self.norms))}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        )


def standardize_person(
    form: Instrument, scores: Mapping[str, float | None], norm: NormChoice
) -> PersonStandardScores:
    """Return one person's scores (scale id → score) compared with a norm sample."""
    norms = choose_norms(form, norm)
    rows: dict[str, StandardScore | None] = {}
    for scale, scale_norm in norms.items():
        value = scores[scale]
        rows[scale] = (
            None
            if value is None
            else StandardScore(
                value,
                scale_norm.z(value),
                scale_norm.t(value),
                scale_norm.percentile(value),
                scale_norm.beyond(value),
            )
        )
    return PersonStandardScores(
        instrument=form.ref,
        scores=rows,
        norms=norms,
        without_norm=tuple(scale for scale in scores if scale not in norms),
    )
