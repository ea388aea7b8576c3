"""The public check, `check_bank`, which applies all rules to a bank or an instrument."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from intimacy_scales.checking.balance import check_balance
from intimacy_scales.checking.declared import check_declared
from intimacy_scales.checking.expressions import asks_how_often
from intimacy_scales.checking.findings import BankReport, Finding, Hit
from intimacy_scales.checking.near_duplicates import check_near_duplicates
from intimacy_scales.checking.parallel import check_parallel
from intimacy_scales.checking.readability import check_readability
from intimacy_scales.checking.rules import RULES
from intimacy_scales.checking.voice import check_voice
from intimacy_scales.checking.wording import check_wording
from intimacy_scales.checking.words import Checked, sentences
from intimacy_scales.instrument import Instrument, ItemBank
from intimacy_scales.instrument.loading import load_bank, load_either, shipped_banks
from intimacy_scales.messages import suggest


def _as_checked(bank: Checked | str | Path) -> Checked:
    return bank if isinstance(bank, ItemBank | Instrument) else load_either(bank)


def _is_english(bank: Checked) -> bool:
    return bank.language.casefold().replace("_", "-").partition("-")[0] == "en"


def _others(bank: Checked, against: Iterable[Checked | str | Path] | None) -> list[Checked]:
    """Return the English banks that items are compared with, without the bank itself."""
    if isinstance(against, str | Path | ItemBank | Instrument):
        against = [against]
    chosen = map(load_bank, shipped_banks()) if against is None else map(_as_checked, against)
    return [other for other in chosen if other.id != bank.id and _is_english(other)]


def _wording_hits(bank: Checked, others: Sequence[Checked]) -> Iterator[Hit]:
    """Yield the hits of all rules for English sentences."""
    worded = list(sentences(bank))
    by_frequency = {item.id for item in bank.items if asks_how_often(item.response_scale)}
    for sentence in worded:
        yield from check_wording(sentence, by_frequency=sentence.item in by_frequency)
    yield from check_readability(worded)
    yield from check_voice(worded)
    yield from check_parallel(bank)
    facets = {item.id: item.facet for item in bank.items if item.facet is not None}
    several = len(set(facets.values())) > 1
    yield from check_near_duplicates(worded, others, facets if several else {})


def _hits(bank: Checked, against: Iterable[Checked | str | Path] | None) -> Iterator[Hit]:
    if next(sentences(bank), None) is not None:
        if _is_english(bank):
            yield from _wording_hits(bank, _others(bank, against))
        else:
            message = f"the wording is in {bank.language!r}: rules for English sentences were not applied"
            yield Hit("language", message, None, "language")
    yield from check_balance(bank)
    yield from check_declared(bank)


def _unused_explanations(bank: Checked, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Yield explanations without a finding; those taken from a bank are checked with the bank."""
    for position, entry in enumerate(bank.accepted):
        if entry.bank is not None or any(_explains(entry.rule, entry.item, hit) for hit in hits):
            continue
        where = f" of item {entry.item!r}" if entry.item else ""
        message = f"rule {entry.rule!r} finds nothing{where}: remove the entry"
        if entry.rule not in RULES:
            message = f"{entry.rule!r} is not a rule{suggest(entry.rule, RULES)}"
        elif entry.item is not None and entry.item not in {item.id for item in bank.items}:
            message = f"{entry.item!r} is not an item"
        yield Hit("unused-explanation", message, None, f"accepted[{position}]")


def _explains(rule: str, item: str | None, hit: Hit) -> bool:
    return rule == hit.rule and item in (None, hit.item)


def _finding(hit: Hit, bank: Checked) -> Finding:
    rule = RULES[hit.rule]
    reasons = (entry.because for entry in bank.accepted if _explains(entry.rule, entry.item, hit))
    return Finding(
        item=hit.item,
        field=hit.field,
        rule=rule.id,
        severity=hit.severity or rule.severity,
        message=hit.message,
        why=rule.why,
        source=rule.source,
        explained=next(reasons, None),
    )


def check_bank(
    bank: ItemBank | Instrument | str | Path,
    *,
    against: Iterable[ItemBank | Instrument | str | Path] | None = None,
) -> BankReport:
    """Check an item bank, a form or an instrument against the rules for good items.

    Rules for sentences apply to English wording only. For a key without wording, evidence, permission and
    labels are checked. Findings that the file explains under ``accepted`` stay in the report, with the
    reason.

    Parameters
    ----------
    bank
        A bank or an instrument, the id of a shipped one, or the path of a file.
    against
        Banks or instruments that are searched for near-duplicates of the items; by default the shipped banks.
        An item that was taken from one of them is not its own duplicate.

    Returns
    -------
    BankReport
        ``passed()`` and ``passed(strict=True)`` return whether all findings that count are explained.

    Raises
    ------
    InstrumentError
        The file cannot be read or is not valid.
    UnknownInstrumentError
        The id is unknown.

    Examples
    --------
    >>> from intimacy_scales.instrument import ItemBank
    >>> mine = ItemBank.model_validate({
    ...     "id": "warmth", "version": "1", "title": "Warmth", "description": "Warm feelings.",
    ...     "evidence": {"status": "draft", "note": "Not yet answered."}, "license": {"name": "CC-BY-4.0"},
    ...     "response_scale": {"minimum": 1, "maximum": 3, "labels": {1: "No", 2: "Partly", 3: "Yes"}},
    ...     "facets": [{"id": "warm", "title": "Warm"}],
    ...     "items": [{"id": "w1", "facet": "warm", "text": "I admire and trust my husband."}],
    ... })
    >>> for finding in check_bank(mine).warnings:
    ...     print(finding.item, finding.rule, finding.message, sep="; ")
    w1; two-ideas; 'and' may join two ideas: make two items, or choose one
    w1; assumes-marriage; 'husband' assumes that the couple is married
    w1; assumes-gender; 'husband' names a gender: write 'my partner' or 'they'
    """
    checked = _as_checked(bank)
    hits = list(_hits(checked, against))
    hits += _unused_explanations(checked, hits)
    order = {item.id: position for position, item in enumerate(checked.items)}
    rules = {name: position for position, name in enumerate(RULES)}
    hits.sort(key=lambda hit: (order.get(hit.item or "", -1), rules[hit.rule], hit.field or "", hit.message))
    return BankReport(
        kind="bank" if isinstance(checked, ItemBank) else "instrument",
        id=checked.id,
        version=checked.version,
        title=checked.title,
        n_items=len(checked.items),
        findings=tuple(_finding(hit, checked) for hit in hits),
    )
