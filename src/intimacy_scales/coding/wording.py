"""Sentences on what was found: what was seen, how surely, and what to paste."""

from __future__ import annotations

import math
from collections.abc import Sequence

from intimacy_scales.coding.categories import ItemGroup
from intimacy_scales.coding.codings import Hypothesis
from intimacy_scales.coding.flips import RunsAgainst
from intimacy_scales.coding.joint_counts import Block
from intimacy_scales.coding.missing_values import MissingValue
from intimacy_scales.coding.orders import OtherOrder, Untold
from intimacy_scales.coding.range_choice import GroupRange, explains_no_stray
from intimacy_scales.coding.range_evidence import RangeFit
from intimacy_scales.coding.recodes import recode_text
from intimacy_scales.coding.weighing import Weighed
from intimacy_scales.messages import values_shown
from intimacy_scales.results.wording import apa, counted, shown

Pairs = tuple[tuple[float, float], ...]
_LISTED = 4  # items, values
_CLOSE = 2.0  # log10 Bayes factor below which the next best explanation is named


def items_text(items: Sequence[str]) -> str:
    """Return items as a list; of many, the first ones and how many more there are."""
    if len(items) <= _LISTED:
        return ", ".join(items)
    return f"{', '.join(items[: _LISTED - 1])} and {len(items) - _LISTED + 1} more items"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)


def _values(values: Sequence[float], *, whole: bool = False) -> str:
    if not values_shown():
        return counted(len(values), "value")
    if whole:
        return ", ".join(map(_number, values))
    listed = [_number(value) for value in values[:_LISTED]]
    return ", ".join(listed) + (", …" if len(values) > _LISTED else "")


def _mapping(pairs: Pairs) -> dict[int | float, int | float | None]:
    def whole(value: float) -> int | float:
        return int(value) if float(value).is_integer() else value

    return {whole(stored): None if math.isnan(one) else whole(one) for stored, one in pairs}


def _to_read(
    weighed: Weighed, columns: Sequence[int], pairs: Sequence[Pairs], lead: str = "To read {} so"
) -> str:
    """Return the advice to read answers by a recode: of all items at once where it is the same for all."""
    by_item = {
        weighed.form.item_ids[column]: _mapping(one)
        for column, one in zip(columns, pairs, strict=True)
        if one
    }
    if not by_item:
        return ""
    same = len({recode_text(one) for one in by_item.values()}) == 1
    lead = lead.format("it" if len(by_item) == 1 else "them")
    if same and len(by_item) == len(weighed.form.items):
        return f" {lead}: recode={recode_text(next(iter(by_item.values())))}."
    return f" {lead}: recode={recode_text(by_item)}."


def _within_one(rho: float) -> float:
    """Return an estimate of a correlation that is shown, between -1 and 1."""
    return min(max(rho, -1.0), 1.0)


def _bayes(log10: float, one: str, other: str) -> str:
    return f"log10 Bayes factor {shown(log10, 1)} for '{one}' over '{other}'"


def of_range(
    weighed: Weighed, part: GroupRange, columns: list[int], hypothesis: Hypothesis, pairs: Pairs
) -> str:
    """Return the finding that the items of a response scale were stored in another way than printed."""
    scale, answers = part.group.scale, weighed.answers
    items = items_text([weighed.form.item_ids[column] for column in columns])
    pooled = answers.counts[part.group.columns].sum(axis=0)
    given = [float(v) for v, n in zip(answers.values, pooled, strict=True) if n]
    printed = {float(value) for value in scale.values}
    strange = [value for value in given if value not in printed]
    n_strange = sum(int(n) for v, n in zip(answers.values, pooled, strict=True) if n and float(v) in strange)
    seen = []
    if strange:
        seen.append(
            f"{counted(n_strange, 'answer')} ({_values(strange)}) {_is(n_strange)} not on {scale.describe()}"
        )
    unused = part.as_printed.unused
    if unused:
        seen.append(f"nobody gave {_values(unused)}")
    best = part.best
    lead = {
        "another scale's answers": f"look like answers on {_span(best)}, not on {scale.describe()}",
        "stored from 0": "options look stored from 0",
        "stored from 1": "options look stored from 1",
        "position for printed value": "the positions of options look stored in place of their printed values",
        "score for printed value": "the scores of options look stored in place of their printed values",
    }.get(hypothesis, "are not stored as printed")
    if hypothesis == "another scale's answers" and pairs:
        lead = f"options look stored from {_number(min(best.options))}: {_span(best)} for {scale.describe()}"
    if hypothesis == "recodes permuted":
        lead = f"options look stored as {_values(sorted(best.options), whole=True)}"
    is_close = part.next_best is not None and part.margin < _CLOSE
    rival = f"; '{part.next_best}' fits nearly as well" if is_close else ""
    advice = _to_read(weighed, columns, [pairs] * len(columns))
    untold = weighed.rising.get(int(part.group.columns[0]), Untold())
    if untold.categories:
        advice = _untold_text(weighed, part.group, untold) + _to_read(
            weighed, columns, [pairs] * len(columns), "If they rise with their numbers"
        )
    if pairs and explains_no_stray(part, weighed.answers):
        lead_to_read = "Look up the numbers of the options. If they are stored so"
        advice = _to_read(weighed, columns, [pairs] * len(columns), lead_to_read)
    if hypothesis == "another scale's answers" and not pairs:
        low, high = min(best.options), max(best.options)
        advice = (
            f" If they were given on that range: instrument.with_response_scale({_number(low)}, "
            f"{_number(high)}), "
            "without norms and cut-offs; if the columns are those of another questionnaire, name the right "
            "ones."
        )
        if low > max(scale.values) and len(best.options) < scale.n_points:
            advice = " Some codes were not given, so which options these are cannot be told: look them up."
    reasons = f": {', and '.join(seen)}" if seen else ""
    return f"{items}: {lead}{reasons}; {_bayes(part.log10, hypothesis, 'as printed')}{rival}.{advice}"


def _is(n: int) -> str:
    return "is" if n == 1 else "are"


def _span(fit: RangeFit) -> str:
    values = sorted(fit.options)
    step = values[1] - values[0]
    by = "" if step == 1 else f" in steps of {_number(step)}"
    return f"{_number(values[0])} to {_number(values[-1])}{by}"


def of_own_range(
    weighed: Weighed, part: GroupRange, column: int, hypothesis: Hypothesis, log10: float, pairs: Pairs
) -> str:
    """Return the finding that one item has other stored values than the others with its response scale."""
    answers, fit = weighed.answers, part.by_item[column]
    counts = answers.counts[column]
    usual = {float(value) for value in part.best.options}
    strange = [float(v) for v, n in zip(answers.values, counts, strict=True) if n and float(v) not in usual]
    n = sum(int(n) for v, n in zip(answers.values, counts, strict=True) if n and float(v) in strange)
    item = weighed.form.item_ids[column]
    lead = f"looks '{hypothesis}', unlike the other items"
    advice = _to_read(weighed, [column], [pairs])
    if hypothesis == "another scale's answers":
        lead = f"has answers that look like those on {_span(fit)}"
        advice = " Compare the column with the questionnaire: it may hold another question."
    if hypothesis == "recodes permuted":
        advice = (
            f" Its order cannot be told from these answers: look up what {_values(strange)} stands for."
            f"{_to_read(weighed, [column], [pairs], 'If its options rise with their numbers')}"
        )
    return (
        f"{item}: {lead}: {counted(n, 'answer')} ({_values(strange)}) {_is(n)} not among the options; "
        f"{_bayes(log10, hypothesis, 'as printed')}.{advice}"
    )


def of_missing(weighed: Weighed, part: GroupRange, one: MissingValue, pairs: Pairs) -> tuple[str, Pairs]:
    """Return the finding that a stored value means no answer or is an option out of order, and the recode."""
    items = items_text([weighed.form.item_ids[column] for column in one.columns])
    value = _number(one.value) if values_shown() else "one value"
    times = f"{value}, given {counted(one.n, 'time')},"
    if one.hypothesis == "missing code inside the range":
        advice = _to_read(weighed, list(one.columns), [pairs] * len(one.columns))
        why = "those who gave it answered the other items as everyone does, unlike its neighbours"
        if not one.is_compared:
            why = "it was given far more often than its neighbours"
        return (
            f"{items}: {times} is an option, but {why}; {_bayes(one.odds, one.hypothesis, 'as printed')}. "
            f"Some of these may be real answers: look at the source.{advice}",
            pairs,
        )
    rival = "" if math.isnan(one.margin) else f", {_bayes(one.margin, one.hypothesis, str(one.next_best))}"
    odds = f"log10 Bayes factor {shown(one.odds, 1)} against 'as printed'{rival}"
    as_everyone = "those who gave it answered the other items as everyone does"
    if not one.is_compared:
        as_everyone = "no answers to other items tell what it stands for"
    if one.hypothesis == "missing code outside the range":
        return (
            f"{items}: {times} is not an option, and {as_everyone}; {odds}. If it means no answer: "
            f"missing_codes=[{value}].",
            (),
        )
    if one.hypothesis == "recodes permuted":
        where, lead = _place_text(weighed, part.group, one), "To read {} so"
        if one.untold.categories:
            where, lead = f"rather {where}", "Look up the numbers of the options. If they are in this order"
        return (
            f"{items}: {times} is not an option on {part.group.scale.describe()}, and by their answers to "
            f"the other items, those who gave it belong {where}; {odds}."
            f"{_to_read(weighed, list(one.columns), [pairs] * len(one.columns), lead)}",
            pairs,
        )
    return (
        f"{items}: {times} is not an option on {part.group.scale.describe()}, but by their answers to the "
        "other "
        f"items, those who gave it belong beyond its end; {odds}. If another range was answered: "
        "instrument.with_response_scale(...).",
        (),
    )


def _order_text(weighed: Weighed, group: ItemGroup, order: Sequence[int]) -> str:
    values = [float(weighed.answers.values[group.values[at][0]]) for at in order]
    return ", ".join(map(_number, values)) if values_shown() else "another one"


def _place_text(weighed: Weighed, group: ItemGroup, one: MissingValue) -> str:
    """Return where a value belongs among the options."""
    order = one.order or ()
    at = order.index(int(group.of_value[weighed.answers.values == one.value][0]))
    if not values_shown():
        return "elsewhere among the options"
    if at in (0, len(order) - 1):
        neighbour = _order_text(weighed, group, order[1:2] if at == 0 else order[-2:-1])
        return f"{'below' if at == 0 else 'above'} {neighbour}"
    return f"between {_order_text(weighed, group, (order[at - 1], order[at + 1])).replace(', ', ' and ')}"


def _untold_text(weighed: Weighed, group: ItemGroup, untold: Untold) -> str:
    """Return what about an order is not told; an empty text if all of it is."""
    if not untold.categories:
        return ""
    if not values_shown():
        return " The places of some options are not told. Look up the numbers of the options."
    look_up = "Look up the numbers of the options."
    if untold.either_end and not (untold.neighbours or untold.unplaced):
        return f" It is not told from which end they rise. {look_up}"
    if len(untold.categories) >= group.n_categories - 1:
        return f" Their order is not told. {look_up}"
    pairs = [_order_text(weighed, group, pair).replace(", ", " and ") for pair in untold.neighbours]
    first = f" It is not told which comes first: {'; '.join(pairs)}." if pairs else ""
    if not untold.unplaced:
        return f"{first} {look_up}"
    which = "these belong" if len(untold.unplaced) > 1 else "this belongs"
    return f"{first} It is not told where {which}: {_order_text(weighed, group, untold.unplaced)}. {look_up}"


def _in_this_order(weighed: Weighed, columns: Sequence[int], order: OtherOrder, pairs: Pairs) -> str:
    """Return the advice to read items by an order of their options, on condition that they are in it."""
    lead = "If they are in this order" if order.untold.categories else "To read {} so"
    return _to_read(weighed, columns, [pairs] * len(columns), lead)


def _style_text(order: OtherOrder) -> str:
    """Return what else brings the ends of a range together; an empty text for other orders."""
    if not order.is_folded:
        return ""
    return (
        " The order brings the ends of the range together, as do people who choose the ends whatever they "
        "mean: compare it with the codebook of the export."
    )


def of_common_order(weighed: Weighed, group: ItemGroup, order: OtherOrder, pairs: Pairs) -> str:
    """Return the finding that the options of all items of a response scale are out of order."""
    columns = group.columns.tolist()
    items = items_text([weighed.form.item_ids[column] for column in columns])
    return (
        f"{items}: stored options look out of order; by the answers to the other items, their order from "
        "lowest to "
        f"highest is {_order_text(weighed, group, order.order)} (or the same from the other end); "
        f"{_bayes(order.log10, 'recodes permuted', 'as printed')}."
        f"{_style_text(order)}{_untold_text(weighed, group, order.untold)}"
        f"{_in_this_order(weighed, columns, order, pairs)}"
    )


def of_own_order(weighed: Weighed, column: int, order: OtherOrder, log10: float, pairs: Pairs) -> str:
    """Return the finding that the options of one item are out of order."""
    group = weighed.range_of(column).group
    rising = order.order if weighed.believed.flips[column] > 0 else order.order[::-1]
    rival = ""
    if log10 != order.log10:
        rival = f", {shown(order.log10, 1)} over 'reversed already'"
    return (
        f"{weighed.form.item_ids[column]}: stored options look out of order, unlike those of the other "
        "items; by the answers to these, their order from lowest to highest is "
        f"{_order_text(weighed, group, rising)}; "
        f"{_bayes(log10, 'recodes permuted', 'as printed')}{rival}."
        f"{_style_text(order)}{_untold_text(weighed, group, order.untold)}"
        f"{_in_this_order(weighed, [column], order, pairs)}"
    )


def of_reversed(
    weighed: Weighed, block: Block, one: RunsAgainst, r: float, se: float, pairs: Sequence[Pairs]
) -> str:
    """Return the finding that a set of items runs against the others of its scale."""
    columns = block.columns[one.items].tolist()
    names = [weighed.form.item_ids[column] for column in columns]
    single, m = len(columns) == 1, len(block.columns) - len(columns)
    reverse = bool((block.signs[one.items] < 0).all())
    already = (
        "reversed already"
        if reverse
        else "in reverse, or as if a reverse key were missing from the instrument"
    )
    runs = "runs" if single else "run"
    untold, lead = "", "To read {} so"
    if single and columns[0] in weighed.rivals:
        untold = " Its options may as well be in another order: look up their numbers."
        lead = "If it was reversed"
    figure = f"r = {apa(r)}" if single else f"correlation of what both measure {apa(_within_one(r))}"
    return (
        f"{items_text(names)}: {runs} against the other {counted(m, 'item')} of {block.scale} ({figure}, SE "
        f"{apa(se)}), "
        f"as if {'it' if single else 'they'} had been stored {already}; "
        f"{_bayes(one.log10, 'reversed already', 'as printed')}.{untold}"
        f"{_to_read(weighed, columns, pairs, lead)}"
    )


def of_unclear(weighed: Weighed, block: Block, one: RunsAgainst, pairs: Sequence[Pairs]) -> str:
    """Return the finding that a set of items does not go with the others, and may be reversed."""
    columns = block.columns[one.items].tolist()
    names = [weighed.form.item_ids[column] for column in columns]
    single, m = len(columns) == 1, len(block.columns) - len(columns)
    verb, its = ("does", "its mean is") if single else ("do", "their means are")
    read = _to_read(weighed, columns, pairs).partition(": ")[2]
    return (
        f"{items_text(names)}: {verb} not go with the other {counted(m, 'item')} of {block.scale} "
        "(correlation of what "
        f"both measure {apa(_within_one(one.rho))}, SE {apa(one.se)}), and {its} nearer to the others' if "
        "reversed; "
        f"{_bayes(one.misfit, 'reversed already, or another construct', 'as printed')}. Their relations do "
        "not tell "
        f"which: look at the wording, and if it is opposite to the others': {read}"
    )


def of_all_reversed(items: Sequence[str], n_reverse: int) -> str:
    """Return the finding that all reverse-keyed items were stored in reverse."""
    more = f", and {counted(len(items) - n_reverse, 'other item')}" if len(items) > n_reverse else ""
    return f"all {counted(n_reverse, 'reverse-keyed item')}{more} look reversed already: {items_text(items)}"


def of_item_as_printed(item: str, scale: str | None, n_others: int, r: float, se: float, log10: float) -> str:
    """Return the finding that nothing speaks against the coding of an item."""
    if scale is None or math.isnan(r):
        return f"{item}: its values are options; no relation to other items tells its direction."
    return (
        f"{item}: runs with the other {counted(n_others, 'item')} of {scale} (r = {apa(r)}, SE {apa(se)}); "
        f"{_bayes(log10, 'as printed', 'reversed already')}."
    )


def of_whole_as_printed(k: int, faults: Sequence[object]) -> str:
    """Return the finding that the items together are coded as printed."""
    if faults:
        return f"most of the {counted(k, 'item')} are coded as printed; the others are named one by one"
    return f"nothing speaks against the coding of the {counted(k, 'item')}"


def of_alike(weighed: Weighed, part: GroupRange, other: RangeFit) -> str:
    """Return that two ways of storing fit alike, and why."""
    items = items_text([weighed.form.item_ids[column] for column in part.group.columns])
    unused = part.best.unused or other.unused
    return (
        f"{items}: '{part.best.hypothesis}' and '{other.hypothesis}' look alike, since nobody gave "
        f"{_values(unused)}."
    )


def of_items_without_scale(items: Sequence[str]) -> str:
    """Return that the direction of items cannot be told without other items."""
    return (
        f"{items_text(items)}: in no scale of three items or more that are all keyed one way, so that only "
        "stored "
        "values could be compared."
    )


def of_strays(weighed: Weighed, part: GroupRange) -> str:
    """Return that some answers are not options, too few to tell what they are."""
    n = part.best.n_strays
    items = items_text([weighed.form.item_ids[column] for column in part.group.columns])
    return (
        f"{items}: {counted(n, 'answer')} {_is(n)} not on {part.group.scale.describe()}, too few to tell why."
    )


def of_unreadable(item: str, n: int) -> str:
    """Return that some answers of an item are texts that are not options."""
    answers = f"{item}: {counted(n, 'answer')} {_is(n)}"
    return f"{answers} neither numbers nor labels of its options, and {_is(n)} left out."
