"""What a file says of scoring, compared with the instrument's key; differences are reported, not used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import Code, ColumnFacts, DeclaredScore, FileFacts
from intimacy_scales.instrument import Instrument, Item, Scale
from intimacy_scales.messages import first_of, shortened

_SHOWN = 8
_SIMILAR = 0.5  # of the items of a score and a scale together, those that they share
_FILLERS = frozenset({"a", "an", "and", "der", "die", "for", "in", "of", "on", "the", "to", "und"})
_KINDS = frozenset(  # words that say what a questionnaire is, not which one
    [
        *("brief", "form", "index", "inventory", "item", "items", "measure", "questionnaire", "revised"),
        *("scale", "scales", "schedule", "screener", "short", "survey", "test", "version"),
    ]
)


def check_title(form: Instrument, facts: FileFacts, *, is_named: bool) -> None:
    """Raise where the questionnaire of a file only shares its abbreviation with the instrument.

    ``is_named`` says that the user named the columns, and so vouches for the questionnaire.

    Raises
    ------
    ResponseError
        The titles have the same initials and no word in common.
    """
    if is_named or _is_titled_alike(form, facts.titles):
        return
    initials = _initials(form.title)
    same = next((title for title in facts.titles if initials and _initials(title) == initials), None)
    if same is not None:
        raise ResponseError(
            f"the file is of the {shortened(same)}, and {form.ref.called} is the {shortened(form.title)}: "
            "only their abbreviation is the same. Pass the instrument that was answered; if it is the same "
            "questionnaire after all, name the columns: columns={item: column}"
        )


def title_notes(form: Instrument, titles: Sequence[str]) -> list[str]:
    """Return a note where the questionnaire of a file has another title than the instrument."""
    if _is_titled_alike(form, titles):
        return []
    title = shortened(titles[0])
    return [f"the file calls its questionnaire {title}, the instrument is the {shortened(form.title)}"]


def _is_titled_alike(form: Instrument, titles: Sequence[str]) -> bool:
    """Tell whether the titles, if there are any, share a word with that of the instrument, or its id."""
    ours = {*_content(form.title), *_words(form.id)}
    return not titles or any(ours & set(_words(title)) for title in titles)


def _words(title: str) -> list[str]:
    return [word for word in re.findall(r"[^\W_]+", title.casefold()) if word not in _FILLERS]


def _content(title: str) -> list[str]:
    return [word for word in _words(title) if word not in _KINDS]


def _initials(title: str) -> str:
    words = _words(title)
    return "".join(word[0] for word in words) if len(words) > 1 else ""


def key_cautions(form: Instrument, item: Item, facts: ColumnFacts, *, by_number: bool) -> list[str]:
    """Return what to check where the file and the instrument may reverse an item differently.

    ``by_number`` says that the numbers which the file counts for its options are taken as answers.
    """
    keys = [(scale.id, key.reverse) for scale in form.scales for key in scale.keys if key.item == item.id]
    reversing = [scale for scale, is_reversed in keys if is_reversed]
    cautions = []
    if keys and facts.is_reversed is not None and facts.is_reversed != bool(reversing):
        theirs, ours = ("", "not ") if facts.is_reversed else ("not ", "")
        cautions.append(
            f"the file says that it is {theirs}reverse-keyed, and in the instrument it is {ours}so; the "
            "instrument's key is used"
        )
    if by_number and reversing:
        cautions.append(
            f"scale {reversing[0]} reverses it; if the numbers that the file counts are reversed already, "
            f"undo that: recode={{{item.id!r}: {_mirrored(item, facts.numbers)}}}"
        )
    return cautions


def _mirrored(item: Item, numbers: Iterable[tuple[Code, int | float]]) -> str:
    low, high = item.response_scale.minimum, item.response_scale.maximum
    pairs = [f"{code!r}: {low + high - number:g}" for code, number in numbers]
    return f"{{{', '.join(pairs[:_SHOWN])}{', …' if len(pairs) > _SHOWN else ''}}}"


def score_notes(form: Instrument, scores: Sequence[DeclaredScore], items: Mapping[str, str]) -> list[str]:
    """Return a note on each score of a file that contradicts the instrument's key.

    ``items`` maps the columns of items to their ids.
    """
    notes = []
    for score in scores:
        members = {items.get(column, column) for column in score.columns}
        if len(members & set(items.values())) < 2:
            continue
        scale = _counterpart(form, score, members)
        if scale is None:
            notes.append(
                f"the file computes {score.name} ({shortened(score.formula)}); the instrument has no such "
                "score"
            )
            continue
        differences = _differences(scale, score, items, members)
        if differences:
            notes.append(
                f"the file computes {score.name} differently from scale {scale.id}: "
                f"{'; '.join(differences)}. The instrument's key is used"
            )
    return notes


def _counterpart(form: Instrument, score: DeclaredScore, members: set[str]) -> Scale | None:
    """Return the scale that shares most items with a score, or whose id is in its name."""
    best, most = None, 0.0
    for scale in form.scales:
        scale_items = {key.item for key in scale.keys}
        shared = len(scale_items & members)
        if not shared:
            continue
        likeness = shared / len(scale_items | members)
        likeness += scale.id.casefold() in score.name.casefold()
        if likeness > max(most, _SIMILAR):
            best, most = scale, likeness
    return best


def _differences(
    scale: Scale, score: DeclaredScore, items: Mapping[str, str], members: set[str]
) -> list[str]:
    """Return in what the definition of a score differs from a scale."""
    reverse = {key.item: key.reverse for key in scale.keys}
    theirs = {items.get(column, column) for column in score.reversed_columns}
    parts = []
    if without := [item for item in reverse if item not in members]:
        parts.append(f"without {first_of(without, 8)}")
    if more := sorted(members - reverse.keys()):
        parts.append(f"with {first_of(more, 8)}")
    if unreversed := [item for item in reverse if reverse[item] and item in members - theirs]:
        parts.append(f"does not reverse {first_of(unreversed, 8)}")
    if reversed_too := [item for item in reverse if not reverse[item] and item in theirs]:
        parts.append(f"reverses {first_of(reversed_too, 8)}")
    if score.method is not None and score.method != scale.method:
        parts.append(f"a {score.method}, where the scale is a {scale.method}")
    return parts
