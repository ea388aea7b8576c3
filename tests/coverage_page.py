"""The page of what the banks cover, concept by concept: python -m tests.coverage_page writes it.

The concepts are those of the model that the banks are written for, each in a few words. Items are named by
their ids; the page shows them with their words, so that it says what is asked today.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from intimacy_scales import ItemBank, load, load_bank
from intimacy_scales.instrument.loading import shipped_banks
from tests.shared.folders import DOCS

PAGE = DOCS / "explanation" / "coverage.md"


@dataclass(frozen=True)
class Concept:
    """Something that the model names: items that ask for it, or why no item does."""

    group: str
    name: str
    items: str = ""
    reason: str = ""


CONCEPTS = (
    Concept("Trust", "security: the partner will be there", "tru01 tru02 tru03"),
    Concept("Trust", "emotional safety: weakness can be shown", "tru04 tru05 tru06"),
    Concept("Trust", "trust in the partner's calm with hard things", "tru14 tru15 pra11"),
    Concept("Trust", "discretion", "tru07 tru08 tru09"),
    Concept("Trust", "dependability: a word that is kept", "tru10 tru12"),
    Concept("Trust", "available and responsive in feeling", "tru11 tru13"),
    Concept("Knowledge", "routines and likes", "kno01 kno02 kno03"),
    Concept("Knowledge", "feelings, in different situations", "kno04 kno05 kno06 kno15"),
    Concept("Knowledge", "fears and insecurities", "kno08 kno09 kno14"),
    Concept("Knowledge", "joys, hopes and dreams", "kno07 kno13"),
    Concept("Knowledge", "how the partner thinks, and why they react so", "kno10 kno11 kno12"),
    Concept("Mutuality", "give and take", "mut01 mut02 mut03 mut15"),
    Concept("Mutuality", "both work to stay close", "mut04 mut05 mut06"),
    Concept("Mutuality", "decisions made together", "mut07 mut08 mut09"),
    Concept("Mutuality", "what it gives outweighs what it costs", "mut10 mut11 mut12"),
    Concept("Mutuality", "it does both of us good", "mut13 mut14"),
    Concept("Commitment", "a long time ahead", "com01 com02 com03 com15"),
    Concept("Commitment", "perseverance through hard times", "com04 com05 com06"),
    Concept("Commitment", "priority over what pulls elsewhere", "com07 com08 com09"),
    Concept("Commitment", "putting oneself into it", "com10 com11 com12"),
    Concept("Commitment", "dedication that is shown", "com13 com14"),
    Concept("Caring", "an inner drive to meet the partner's needs", "car13 car14"),
    Concept("Caring", "noticing needs, and helping", "car01 car02 car03"),
    Concept("Caring", "compassion before answers", "car04 car05 car06"),
    Concept("Caring", "affection and appreciation", "car07 car08 car09"),
    Concept("Caring", "respect for who the partner is", "car10 car11 car12"),
    Concept("Caring", "flaws accepted as human", "car15 car16"),
    Concept("Interdependence", "turning to each other", "int01 int02 int03"),
    Concept("Interdependence", "being relied on", "int04 int05 int06"),
    Concept("Interdependence", "influence on each other", "int07 int08 int09"),
    Concept("Interdependence", "closeness with room for oneself", "int10 int11 int12"),
    Concept("Foundations", "empathy: understood and validated, seen and heard", "fou01 fou02 fou03 fou04"),
    Concept("Foundations", "feeling valued by the partner", "fou13 fou14 fou15 fou16"),
    Concept("Foundations", "authenticity without fear of judgement", "fou05 fou06 fou07 fou08"),
    Concept("Foundations", "openness and honesty", "fou09 fou10 fou11 fou12"),
    Concept("Foundations", "needs and aims that change are spoken of", "fou17 fou18"),
    Concept("Practices", "active listening", "pra01 pra02 pra03"),
    Concept("Practices", "daily check-ins", "pra04 pra05 pra06"),
    Concept("Practices", "expressed appreciation", "pra07 pra08 pra09"),
    Concept("Practices", "a safe space for hard talks", "pra10 pra11 pra12"),
    Concept("Practices", "vulnerability: fears, sadness and hopes told", "pra13 pra14 pra15"),
    Concept("Practices", "help through change", "pra16 pra17 pra18"),
    Concept("Practices", "affection shown", "pra19 pra20 pra21"),
    Concept("Outcomes", "contentment with days together", "sat01 sat02 sat03 sat04"),
    Concept("Outcomes", "collaboration in decisions", "sat05 sat06 sat07 sat08"),
    Concept("Outcomes", "respect for the partner's qualities", "sat09 sat10 sat11 sat12"),
    Concept("Outcomes", "conflict that is settled well", "sat13 sat14 sat15 sat16"),
    Concept("Outcomes", "happiness and fulfilment, on the whole", "sat17 sat18 sat19 sat20"),
    Concept("Outcomes", "shared moments that stay", "sat21 sat22 sat23 sat24"),
    Concept("Outcomes", "adapting to health, work and other strain", "res01 res02 res03 res04 res05 res06"),
    Concept("Outcomes", "growing together", "res07 res08 res09 res10"),
    Concept("Outcomes", "growing apart", "res11 res12 res13"),
    Concept("Outcomes", "emotional closeness", "clo01 clo02 clo03 clo04 clo05"),
    Concept("Outcomes", "physical affection", "clo06 clo07 clo08 clo09 clo10"),
    Concept("Outcomes", "sexual closeness (optional)", "clo11 clo12 clo13 clo14"),
    Concept("Barriers", "hard talks avoided, defensiveness", "bar01 bar02 bar03 bar04"),
    Concept("Barriers", "feelings held back to keep the peace", "bar17 bar18 bar19 bar20"),
    Concept("Barriers", "past wounds, and defences that stay up", "bar05 bar06 bar07 bar08"),
    Concept("Barriers", "fear of rejection", "bar09 bar10 bar11 bar12"),
    Concept("Barriers", "busyness", "bar13 bar14 bar15 bar16 bar21"),
    Concept("Health", "loneliness", "wel01 wel02 wel03 wel04"),
    Concept("Health", "worry about the relationship", "wel05 wel06 wel07 wel08"),
    Concept("Health", "stress from the relationship", "wel09 wel10 wel11 wel12"),
    Concept("Health", "general distress, apart from the relationship", "wel13 wel14 wel15 wel16"),
    Concept(
        "Health", "physical health",
        reason="A state of the body is no matter of agreement; ask for it by a measure of its own.",
    ),
    Concept(
        "Left out on purpose", "love, attraction and romance",
        reason="Feelings of another kind than closeness, with well studied measures: the catalogue has keys "
        "of the Triangular Love Scale, the Passionate Love Scale and the PRQC.",
    ),
    Concept(
        "Left out on purpose", "self-love",
        reason="A state of one person without a partner; the model names it as a title only.",
    ),
    Concept(
        "Left out on purpose", "parenting as a strain",
        reason="No item may assume children; `resilience` asks for strain of any kind.",
    ),
    Concept(
        "Left out on purpose", "how long a relationship lasts",
        reason="A fact, not an experience: ask for the years together in addition to the form.",
    ),
)  # fmt: skip


def item_texts() -> dict[str, tuple[str, str, str]]:
    """Item id → its bank, how it is keyed, and its words."""
    banks: list[ItemBank] = [load_bank(name) for name in shipped_banks()]
    return {item.id: (bank.id, item.keyed, item.text or "") for bank in banks for item in bank.items}


INTRODUCTION = textwrap.wrap(
    "Each concept of the model, with the items of the shipped banks that ask for it; a minus marks "
    "those that are reverse-keyed. Where no item asks for something, the reason is told. Nobody has "
    "answered these items yet: that they measure what is written here is a plan, not a finding (see "
    "[Validity](validity.md)). What people know of the partner, and how understood they feel, is told "
    "as they see it; whether it is so needs both partners' answers. For the six components the last column "
    "names the items that the short forms ask: a facet of `show` may hold two concepts, and a form that has "
    "one item of a facet then asks for one of them.",
    width=120,
)


COMPONENTS = ("Trust", "Knowledge", "Mutuality", "Commitment", "Caring", "Interdependence")
_HEADS = {
    True: ["| concept | items | asked in the forms |", "|---|---|---|"],
    False: ["| concept | items |", "|---|---|"],
}


def _in_forms(concept: Concept) -> str:
    """Name the items of a concept that each form of the inventory asks."""
    told = []
    for form in ("scii-12", "scii-24", "scii-48", "scii-daily"):
        asked = [item for item in concept.items.split() if item in load(form).item_ids]
        told += [f"{form}: {', '.join(asked)}"] if asked else []
    return "<br>".join(told) or "none"


def page() -> str:
    """What the page says."""
    texts = item_texts()
    lines = [
        "# What the banks cover",
        "",
        *INTRODUCTION,
        "",
        "This page is made from the banks: `python -m tests.coverage_page`.",
    ]
    group = ""
    for concept in CONCEPTS:
        if concept.group != group:
            group = concept.group
            lines += ["", f"## {group}", ""]
            lines += _HEADS[group in COMPONENTS]
        if concept.reason:
            lines.append(f"| {concept.name} | none: {concept.reason} |")
            continue
        told = []
        for item in concept.items.split():
            _, keyed, text = texts[item]
            told.append(f"`{item}`{' -' if keyed == '-' else ''} {text}")
        forms = f" {_in_forms(concept)} |" if group in COMPONENTS else ""
        lines.append(f"| {concept.name} | {'<br>'.join(told)} |{forms}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
