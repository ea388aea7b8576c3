"""Display of an instrument in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from intimacy_scales.instrument.content import InstrumentContent
    from intimacy_scales.instrument.reference import InstrumentRef
    from intimacy_scales.instrument.scale import Scale

from intimacy_scales.messages import counted


def _scoring_in_words(scale: Scale) -> str:
    """Return how a score is made, and from how many items or scales."""
    method, _, rest = scale.describe().partition(", ")
    parts = f"{len(scale.items or scale.of)} {'items' if scale.items else 'scales'}"
    return f"{method} of {parts}" + (f", {rest}" if rest else "")


def instrument_html(form: InstrumentContent, ref: InstrumentRef) -> str:
    """Return title, scales and evidence as a fragment of HTML."""
    from html import escape

    rows = "".join(
        "<tr>"
        + "".join(
            f'<td style="text-align:left">{cell}</td>'
            for cell in (
                f"<code>{escape(scale.id)}</code>",
                escape(scale.title or ""),
                escape(_scoring_in_words(scale)),
                escape(scale.high_means or ""),
            )
        )
        + "</tr>"
        for scale in form.scales
    )
    names = ("scale", "title", "score", "high means")
    head = "".join(f'<th style="text-align:left">{name}</th>' for name in names)
    steps = "".join(
        f"<li>{escape(step.title)}: {escape('; '.join(step.known)) or '<i>nothing recorded</i>'}</li>"
        for step in form.evidence_steps
    )
    note = f"<p>{escape(form.evidence.note)}</p>" if form.evidence.note else ""
    return (
        f"<p><b>{escape(form.title)}</b><br>{escape(str(ref))}, {counted(len(form.items), 'item')}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        f"{note}<details><summary>Evidence</summary><ol>{steps}</ol></details>"
    )
