"""Write the prepared forms of a checkout: python -m intimacy_scales.scoring.prepare.

Run it after a shipped form or bank, or the plan made of it, has changed; a test fails until that is done.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from intimacy_scales.instrument.loading import load_shipped, shipped_ids, sources_of
from intimacy_scales.instrument.shipped import banks_folder
from intimacy_scales.reading.answer_keys import answer_keys
from intimacy_scales.reading.answers import AnswerKey
from intimacy_scales.reading.other_wording import items_of_other_versions
from intimacy_scales.scoring.plan import plan_of
from intimacy_scales.scoring.planned import PlannedComposite, PlannedScale
from intimacy_scales.scoring.prepared import file_digest, prepared_file

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument


def document_of(form: Instrument) -> dict[str, Any]:
    """Return the document of a `PreparedForm`; ``form`` is a shipped form, unchanged."""
    folder, plan = banks_folder(), plan_of(form)
    keys = answer_keys(form)
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    grids: dict[tuple[int, ...], int] = {}
    for scale in plan.scales:
        if isinstance(scale, PlannedScale):
            for item in scale.items:
                grids.setdefault(item.units, len(grids))
    return {
        "files": {path.relative_to(folder).as_posix(): file_digest(path) for path in sources_of(form.id)},
        "instrument": form.ref.to_dict(),
        "items": {name: numbers[key] for name, key in zip(form.item_ids, keys, strict=True)},
        "answers": [_answers(key) for key in numbers],
        "grids": list(grids),
        "scales": [_scale(scale, grids) for scale in plan.scales],
        "order": plan.order,
        "elsewhere": sorted(items_of_other_versions(form.id, form.version, form.item_ids)),
    }


def _answers(key: AnswerKey) -> dict[str, Any]:
    """Return the entry of `PreparedAnswers`."""
    return {
        "minimum": key.minimum,
        "points": list(key.points),
        "codes": None if key.scale.is_plain else key.scale.codes,
        "known": list(key.known.items()),
    }


def _scale(scale: PlannedScale | PlannedComposite, grids: dict[tuple[int, ...], int]) -> dict[str, Any]:
    """Return the entry of a scale; units of items are replaced by their position among ``grids``."""
    entry = asdict(scale)
    if isinstance(scale, PlannedScale):
        entry["items"] = [(item.index, item.reverse, grids[item.units], item.span) for item in scale.items]
    return entry


def text_of(form: Instrument) -> str:
    """Return the content of a form's file, with a line for each part of the document."""
    parts = [
        f"{json.dumps(name)}: {json.dumps(part, ensure_ascii=False, allow_nan=False, separators=(',', ':'))}"
        for name, part in document_of(form).items()
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main() -> None:
    """Write the files of all shipped forms, and remove those of forms that no longer ship."""
    folder = prepared_file("").parent
    folder.mkdir(exist_ok=True)
    texts = {prepared_file(name): text_of(load_shipped(name)) for name in shipped_ids()}
    for path in set(folder.glob("*.json")) - set(texts):
        path.unlink()
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
