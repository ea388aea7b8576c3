"""The Locke-Wallace test: its options count what no number of them tells, and counts are not answers."""

from __future__ import annotations

import pytest

from intimacy_scales import Instrument, InvalidResponsesError, encode, load, score
from tests.shared.hand_worked_keys import COUNTS, EXAMPLES, upto

MAT = COUNTS["mat"]


def numbered(answers: list[int]) -> dict[str, int]:
    return {f"mat_{n}": answer for n, answer in enumerate(answers, start=1)}


def as_counts(numbers: list[int]) -> dict[str, int]:
    """A sheet on which what the options count is stored, and not their numbers."""
    return numbered([MAT[n][option - 1] for n, option in enumerate(numbers, start=1)])


def test_the_mat_is_not_a_sum_of_the_numbers_of_its_options():
    answers, expected = EXAMPLES["mat"]
    plain = load("mat").to_dict()
    for points in plain["response_scales"].values():
        del points["scores"]
    assert score(Instrument.model_validate(plain), numbered(answers)).scores["total"] == sum(answers)
    assert sum(answers) != expected["total"]
    assert load("mat").one_option_scores["total"] == (
        sum(counts[0] for counts in MAT.values()),
        sum(counts[-1] for counts in MAT.values()),
    )


@pytest.mark.parametrize(("own", "mate", "counts"), [(1, 1, 3), (2, 2, 10), (1, 2, 2), (2, 1, 2)])
def test_two_questions_on_leisure_are_one_item(own, mate, counts):
    """Each prefers to go out (1) or to stay home (2): the same option, or the third where they differ."""
    option = own if own == mate else 3
    answers, expected = EXAMPLES["mat"]
    changed = [*answers[:11], option, *answers[12:]]
    assert score("mat", numbered(changed)).scores["total"] == expected["total"] - 2 + counts


def test_whoever_would_marry_somebody_else_counts_least():
    # 15 for the same person, 0 for another, 1 for nobody: no order of the options
    answers, expected = EXAMPLES["mat"]
    totals = [
        score("mat", numbered([*answers[:13], option, answers[14]])).scores["total"] for option in (1, 2, 3)
    ]
    assert [total - expected["total"] for total in totals] == [0, -15, -14]


def test_high_scores_of_the_mat_are_adjustment_below_100_is_not():
    # a program had 100 to 158 as distress, and 0 to 84 as satisfaction
    answers, expected = EXAMPLES["mat"]
    at_100 = [*answers[:10], 4, 3, 3, 1, 3]  # 10 + 8 + 2 + 8 + 15 + 10 becomes 10 + 0 + 2 + 8 + 15 + 10
    at_100[3] = 5  # 4 becomes 1
    at_100[8] = 2  # 5 becomes 4
    totals = []
    for sheet in (answers, at_100, [*at_100[:8], 3, *at_100[9:]]):
        (reading,) = score("mat", numbered(sheet)).interpret().readings
        totals.append((reading.score, reading.applies))
    assert totals == [(112, False), (100, False), (99, True)]
    assert expected["total"] == 112


def test_counts_that_no_option_has_are_refused():
    answers, expected = EXAMPLES["mat"]
    with pytest.raises(InvalidResponsesError, match="if they stand for the score of an option") as caught:
        score("mat", as_counts(answers))
    refused = {problem.item: problem.value for problem in caught.value.problems}
    assert refused == {"mat_1": 20, "mat_6": 12, "mat_10": 10, "mat_11": 8, "mat_13": 8, "mat_14": 15,
                       "mat_15": 10}  # fmt: skip
    assert sum(as_counts(answers).values()) == expected["total"]
    without = score("mat", as_counts(answers), on_invalid="missing")
    assert without.scores == {"total": None}  # a score needs all 15


def test_sheets_of_counts_can_be_mistaken_as_documented():
    """On such a sheet every count is the number of an option too; nobody who scores above 61 has one."""
    passing = {n: [count for count in counts if 1 <= count <= len(counts)] for n, counts in MAT.items()}
    ends = [sum(end(counts) for counts in passing.values()) for end in (min, max)]
    assert ends == [23, 61]
    assert f"true sums of {ends[0]} to {ends[1]}" in (load("mat").evidence.note or "")
    form = load("mat")
    for n, counts in MAT.items():
        table = [numbered([passing[other][0] for other in upto(15)]) | {f"mat_{n}": c} for c in counts]
        bad = encode(form, table, on_invalid="missing").problems
        assert [problem.value for problem in bad] == [c for c in counts if c not in passing[n]]
