"""The measurement section of a paper from the reports themselves: `methods_section`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from intimacy_scales.papers.couples_text import clusters_text, couples_analysis
from intimacy_scales.papers.given import Given, Report, given_by_instrument
from intimacy_scales.papers.instrument_text import instrument_sentences, titles_of
from intimacy_scales.papers.paper_text import PaperText, Paragraph
from intimacy_scales.papers.reliability_text import reliability_sentences
from intimacy_scales.papers.sample_text import sample_sentences
from intimacy_scales.papers.structure_text import comparison_sentences, structure_sentences
from intimacy_scales.papers.validity_text import change_sentences, content_sentences, groups_sentences

_DIGITS = 12  # of a digest


def methods_section(*reports: Report, several_instruments: bool = False) -> PaperText:
    """Return the measurement section of a paper from reports.

    It describes the sample, the instrument, reliability, structure, couples, validity and software.

    Every figure comes from the reports. A fact that several of them hold is written once.

    Parameters
    ----------
    *reports
        One or more of: an `Instrument`; `Scores`; what `reliability_report`, `structure_report`, `cfa`,
        `sem`, `invariance`, `compare_models`, `dyadic_invariance`, `couple_report`, `content_validity`,
        `known_groups` and `minimal_important_change` return. Reports contain only a reference to their
        instrument: pass the instrument too if it is not shipped.
    several_instruments
        Whether the reports may belong to several instruments, which are then described one after the other.

    Returns
    -------
    PaperText
        Paragraphs with headings, in APA style. ``str()`` is plain text; `to_docx`, `to_latex`, `to_html` and
        `to_markdown` write it.

    Raises
    ------
    ResponseError
        No reports; reports of several instruments, or of one instrument with several digests; an instrument
        that is not shipped and was not passed.

    See Also
    --------
    results_section : What the same reports found.

    Examples
    --------
    >>> from intimacy_scales import reliability_report, score, simulate
    >>> answers = simulate("ras", 200, rng=1).answers
    >>> section = methods_section(score("ras", answers), reliability_report("ras", answers))
    >>> section.headings
    ('Sample', 'Measure', 'Internal consistency', 'Software')
    >>> print(section["Sample"])
    The sample consisted of 200 respondents. All respondents have a score.
    """
    groups = given_by_instrument("methods_section", reports, several=several_instruments)
    paragraphs = [part for group in groups for part in _paragraphs(group, several=len(groups) > 1)]
    software = Paragraph(heading="Software", text=_software(groups))
    return PaperText(title="Method", paragraphs=(*paragraphs, software))


def heading_of(heading: str, given: Given, *, several: bool) -> str:
    """Return a heading; of several instruments, with the id of the one that it is about."""
    return f"{heading}: {given.ref.id}" if several and given.ref is not None else heading


def _paragraphs(given: Given, *, several: bool) -> list[Paragraph]:
    form = given.instrument()
    keyed = given.ref is not None
    parts = {
        "Sample": sample_sentences(given),
        "Measure": [] if form is None else instrument_sentences(form),
        "Content validity": [text for result in given.content for text in content_sentences(result)],
        "Internal consistency": _noting_partners(
            given,
            [
                t
                for report in given.reliability
                for t in reliability_sentences(report, clusters_text(report.n_clusters, given.couples))
            ],
            given.reliability,
        ),
        "Structure": _noting_partners(
            given, structure_sentences(given), [*given.structure, *given.further_models()]
        ),
        "Comparison of models": [
            t for comparison in given.comparisons for t in comparison_sentences(comparison)
        ],
        "Couples": [text for report in given.couples for text in couples_analysis(report)],
        "Known groups": [
            *groups_sentences(given.groups, {} if form is None else titles_of(form), keyed=keyed)
        ],
        "Minimal important change": [
            text for result in given.changes for text in change_sentences(result, keyed=keyed)
        ],
    }
    return [
        Paragraph(heading=heading_of(heading, given, several=several), text=" ".join(sentences))
        for heading, sentences in parts.items()
        if sentences
    ]


def _noting_partners(given: Given, sentences: list[str], reports: Sequence[Any]) -> list[str]:
    """Return the sentences, with a caution where couples are reported too and clusters were not used."""
    if given.couples and sentences and any(report.n_clusters is None for report in reports):
        return [*sentences, "Partners were treated as independent respondents in these figures."]
    return sentences


def _software(groups: tuple[Given, ...]) -> str:
    """Return the sentence on software, and on versions and digests of instruments."""
    from intimacy_scales import __version__

    files = [
        f"The instrument file was {ref.id}, version {ref.version} (SHA-256 digest {ref.digest[:_DIGITS]}…)."
        for ref in (group.ref for group in groups)
        if ref is not None
    ]
    software = f"Scores and statistics were computed with intimacy-scales {__version__}."
    return " ".join([software, *files])
