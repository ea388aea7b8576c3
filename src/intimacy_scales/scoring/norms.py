"""One person's scores beside a norm sample, and which norm is meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from intimacy_scales.errors import NoNormsError, UnknownNameError, nearest
from intimacy_scales.instrument import Instrument, InstrumentRef, Norm
from intimacy_scales.late import late_module
from intimacy_scales.results.result import Result, result_class
from intimacy_scales.scoring.plan import plan_of

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

NormChoice: TypeAlias = Norm | Iterable[Norm] | str | None


def choose_norms(form: Instrument, norm: NormChoice) -> dict[str, Norm]:
    """Return the norm of each scale that has one.

    Without a choice it is the norm of the only sample, unless these were special people.

    Raises
    ------
    NoNormsError
        There is none, several samples to choose from, or one of special people.
    """
    if isinstance(norm, Norm):
        return _by_scale(form, [norm])
    if norm is not None and not isinstance(norm, str):
        if isinstance(norm, Mapping) or not isinstance(norm, Iterable):
            raise NoNormsError(f"norm={norm!r}: give a Norm(scale=…, sample=…, mean=…, sd=…), or several")
        return _by_scale(form, norm)
    samples = list(dict.fromkeys(entry.sample for entry in form.norms))
    if not samples:
        raise NoNormsError(
            f"{form.ref.called} has no norms: no mean and standard deviation of a named sample is recorded. "
            'Make them of a sample of your own: norms = Norm.from_scores(scores, sample="who they were"), '
            "then scores.standardize(norm=norms)"
        )
    general = [name for name in samples if name not in special_samples(form.norms)]
    if norm is None and len(general) != 1:
        raise NoNormsError(_which_sample(form, samples))
    sample = general[0] if norm is None else norm
    if sample not in samples:
        near = nearest(sample, samples, alike=0.3)
        raise NoNormsError(
            f"{form.ref.called} has no norms of a sample {sample!r}; "
            + (f"did you mean {near[0]!r}?" if near else f"it has {', '.join(map(repr, samples))}")
        )
    return _by_scale(form, [entry for entry in form.norms if entry.sample == sample])


def special_samples(norms: Iterable[Norm]) -> set[str]:
    """Return the samples of special people, whom nobody is compared with unless they are named."""
    return {norm.sample for norm in norms if norm.special}


def _which_sample(form: Instrument, samples: list[str]) -> str:
    """Say that a sample must be named, and why."""
    choice = "norm=" + " or norm=".join(map(repr, samples))
    special = special_samples(form.norms)
    if len(samples) > 1:
        told = "; special people: " + ", ".join(map(repr, filter(special.__contains__, samples)))
        n = len(samples)
        return f"{form.ref.called} has norms of {n} samples; say which: {choice}{told if special else ''}"
    return (
        f"{form.ref.called} has norms of one sample only, of special people: {samples[0]!r}. Nobody is "
        f"compared with them by default; if yours are such people, say so: {choice}. Otherwise make norms "
        'of a sample of your own: norms = Norm.from_scores(scores, sample="who they were"), then '
        "scores.standardize(norm=norms)"
    )


def _by_scale(form: Instrument, norms: Iterable[Norm]) -> dict[str, Norm]:
    found: dict[str, Norm] = {}
    for norm in norms:
        if not isinstance(norm, Norm):
            raise NoNormsError(f"norm={norm!r}: give a Norm, several, or the name of a sample")
        if norm.scale not in form.scale_ids:
            raise NoNormsError(
                f"the norm is of a scale {norm.scale!r}; {form.id} has {', '.join(form.scale_ids)}"
            )
        if norm.instrument not in (None, form.id):
            raise NoNormsError(
                f"the norm of {norm.scale!r} was made of scores of {norm.instrument}, and these are of "
                f"{form.id}. If both are one instrument: "
                'norm.model_copy(update={"instrument": None})'
            )
        planned = plan_of(form).scales[form.scale_ids.index(norm.scale)]
        if told := norm.misfit(planned.low, planned.high):
            raise NoNormsError(told)
        if norm not in form.norms and norm.key_digest not in (None, form.key_digest):
            raise NoNormsError(norm.of_another_key())
        if norm not in form.norms and (told := norm.of_another_language(form.translated_language)):
            raise NoNormsError(told)
        if norm.scale in found:
            raise NoNormsError(
                f"two norms of {norm.scale!r}: {found[norm.scale].sample!r} and {norm.sample!r}"
            )
        found[norm.scale] = norm
    if not found:
        raise NoNormsError("norm: no norm is given")
    return {scale: found[scale] for scale in form.scale_ids if scale in found}


def describe_samples(norms: dict[str, Norm]) -> str:
    """Name the norm samples with their size and how percentiles were made."""
    told = {
        f"{norm.sample}, {'n not known' if norm.n is None else f'n = {norm.n}'}, "
        f"percentiles {'from its norm table' if norm.percentiles else 'of a normal distribution'}"
        + (f", {norm.confidence}" if norm.confidence not in (None, "verified") else ""): None
        for norm in norms.values()
    }
    return " and ".join(told)


class StandardScore(NamedTuple):
    """One person on one scale, beside a norm sample.

    Attributes
    ----------
    score
        The score itself.
    z, t
        ``(score - mean) / sd``, and ``50 + 10 z``.
    percentile
        Percentile rank: the percentage of the sample with a lower score.
    beyond
        ``<`` or ``>`` where the score lies beyond the ends of a norm table: its rank is below, or
        above, ``percentile``, and nobody knows by how much. Otherwise None.
    """

    score: float
    z: float
    t: float
    percentile: float
    beyond: Literal["<", ">"] | None = None

    def percentile_text(self) -> str:
        """Return the percentile rank as it is shown, such as ``84`` or ``>90``."""
        return f"{self.beyond or ''}{self.percentile:.0f}"


@result_class
class PersonStandardScores(Result):
    """One person's scores beside a norm sample.

    Attributes
    ----------
    instrument
        Which instrument.
    scores
        Scale id → standard scores, or None where there is no score.
    norms
        Scale id → the norm.
    without_norm
        Scales that have no norm.
    """

    instrument: InstrumentRef
    scores: dict[str, StandardScore | None]
    norms: dict[str, Norm]
    without_norm: tuple[str, ...]

    def __getitem__(self, scale: str) -> StandardScore | None:
        """Return the standard scores of one scale."""
        if scale not in self.scores:
            known = ", ".join(self.scores)
            raise UnknownNameError(f"{scale!r} was not compared with a norm; these were: {known}")
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
        shown = ", ".join(
            f"{name} not scored"
            if row is None
            else f"{name} T {row.t:.1f}, percentile {row.percentile_text()}"
            for name, row in self.scores.items()
        )
        left = f"; no norm of {', '.join(self.without_norm)}" if self.without_norm else ""
        return (
            f"<PersonStandardScores {self.instrument}: {shown}; beside {describe_samples(self.norms)}{left}>"
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in ("scale", "score", "z", "T", "percentile", "sample"))
        rows = []
        for name, row in self.scores.items():
            cells = (
                [""] * 4
                if row is None
                else [
                    *(format(x, f".{d}f") for x, d in zip(row[:3], (2, 2, 1), strict=True)),
                    escape(row.percentile_text()),
                ]
            )
            told = "".join(f"<td>{cell or 'not scored'}</td>" for cell in cells)
            rows.append(f"<tr><th>{escape(name)}</th>{told}<td>{escape(self.norms[name].sample)}</td></tr>")
        return (
            f"<table><caption>{escape(str(self.instrument))}, beside "
            f"{escape(describe_samples(self.norms))}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        )


def standardize_person(
    form: Instrument, scores: Mapping[str, float | None], norm: NormChoice
) -> PersonStandardScores:
    """Return one person's scores (scale id → score) beside a norm sample."""
    norms = choose_norms(form, norm)
    rows: dict[str, StandardScore | None] = {}
    for scale, of_scale in norms.items():
        value = scores[scale]
        rows[scale] = (
            None
            if value is None
            else StandardScore(
                value,
                of_scale.z(value),
                of_scale.t(value),
                of_scale.percentile(value),
                of_scale.beyond(value),
            )
        )
    return PersonStandardScores(
        instrument=form.ref,
        scores=rows,
        norms=norms,
        without_norm=tuple(scale for scale in scores if scale not in norms),
    )
