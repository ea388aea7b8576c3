"""Short forms in every language, and answers given as their labels."""

from __future__ import annotations

from intimacy_scales import load

TAGS = ("en", "de", "es", "fr")
FORMS = {tag: load("scii-12", language=tag) for tag in TAGS}
FEMININE, MASCULINE = (load("scii-12", language="de", variant=one) for one in ("feminine", "masculine"))
OLD, NEW = load("scii-24", version="0.2.0"), load("scii-24")
ITEMS = FORMS["en"].item_ids


def labels(tag: str) -> list[str]:
    return [text for _, text in FORMS[tag].items[0].response_scale.labels]


def labelled(tag: str, n: int = 4) -> list[dict[str, str]]:
    texts = labels(tag)
    return [{item: texts[(row + place) % 7] for place, item in enumerate(ITEMS)} for row in range(n)]
