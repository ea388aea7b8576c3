"""Cautions about using the figures of a report of couples, each with the scales that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from intimacy_scales.dyads.invariance.result import DyadicInvariance
from intimacy_scales.results.wording import counted, joined

if TYPE_CHECKING:
    from intimacy_scales.dyads.report.result import CoupleReport

_FIGURES = re.compile(r"\d+(\.\d+)?")


def cautions_of(report: CoupleReport) -> tuple[str, ...]:
    """Return all cautions, each once; what is the same for several scales names them together."""
    scales: dict[str, list[str]] = {}
    for scale, text in _of_scales(report):
        scales.setdefault(text, []).append(scale)
    of_scales = [f"{joined(list(dict.fromkeys(names)))}: {text}" for text, names in scales.items()]
    return tuple(dict.fromkeys([*_about_couples(report), *of_scales, *_of_parts(report)]))


def _about_couples(report: CoupleReport) -> Iterator[str]:
    """Yield what is special about the couples or the instrument."""
    if report.instrument is not None and report.instrument.status == "draft":
        yield f"{report.instrument.named} is a draft: nobody has shown yet that its scores mean what they say"
    yield from report.data_cautions
    if report.n_faults:
        yield f"{counted(report.n_faults, 'fault')} of pairing: these couples or rows are left out"
    if report.n_problems:
        yield f"{counted(report.n_problems, 'answer')} not accepted: they count as missing"
    if report.mixed and report.reliability:
        yield (
            "reliability and similarity of profiles are those of all couples, with partners that are "
            "exchangeable; agreement is reported by composition"
        )


def _of_scales(report: CoupleReport) -> Iterator[tuple[str, str]]:
    """Yield the scale and the text of each caution about the figures of one scale."""
    notes = report.agreement.notes
    for caution in report.agreement.warnings[len(notes) :]:
        scale, _, text = caution.partition(": ")
        yield scale, text
    for name, result in report.reliability.items():
        if result.factors == "tau_equivalent":
            yield name, "reliability: a model of two items assumes that their loadings are equal"
        for text in (*result.improper, *result.warnings):
            about_answers = text.startswith(f"{name}: ")  # items that run against their keys
            yield name, text.removeprefix(f"{name}: ") if about_answers else f"reliability: {text}"
        for row in result.scores:
            if row.reason is not None:
                yield name, f"reliability: omega of {row.name} is undefined: {row.reason}"
    for name, tested in report.invariance.items():
        for text in _of_invariance(tested):
            yield name, f"invariance: {text}"


def _of_invariance(tested: DyadicInvariance) -> Iterator[str]:
    """Yield the cautions about one scale's steps: improper models together, and each kind of note once."""
    if tested.exchangeable is not None:
        yield from tested.warnings
        return
    if tested.improper:
        models = "model is" if len(tested.improper) == 1 else "models are"
        yield f"the {joined(list(tested.improper))} {models} improper"
    notes = [note for model in tested.models.values() for note in model.notes]
    yield from {_FIGURES.sub("", note): note for note in reversed(notes)}.values()


def _of_parts(report: CoupleReport) -> Iterator[str]:
    """Yield the cautions about parts that concern all scales."""
    yield from report.agreement.notes
    if report.similarity is not None:
        for text in report.similarity.warnings:
            yield f"similarity of profiles: {text}"
    if report.model is not None:
        for text in (*report.model.improper, *report.model.warnings):
            yield f"actor-partner model: {text}"
