"""The linter on sentences by others who had not seen its rules; three of the four sets were seen then."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.linter import FILES, HELD_OUT, RULE_OF, Tally, counts, findings_of, judged
from tests.shared.folders import ROOT

ENOUGH, PRECISE = 0.8, 0.95


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def tallies(request: pytest.FixtureRequest) -> dict[str, Tally]:
    return judged(request.param)


def test_every_rule_finds_at_least_four_of_five(tallies: dict[str, Tally]):
    shares = {rule: tally.found[rule] / tally.of[rule] for tally in tallies.values() for rule in tally.of}
    assert len(shares) == 25
    assert {rule: share for rule, share in shares.items() if share < ENOUGH} == {}


@pytest.mark.parametrize("kind", ["sentences", "pairs", "partner wordings"])
def test_good_ones_get_hardly_any_warning(tallies: dict[str, Tally], kind: str):
    tally = tallies[kind]
    assert tally.good >= 16
    assert 1 - len(tally.alarms) / tally.good >= PRECISE, tally.alarms


def test_rules_find_four_of_five_that_were_not_seen_and_warn_of_few_good_ones():
    """All but `idiom`, as docs/explanation/item-rules.md says; do not change rules for these sentences."""
    tallies = judged(HELD_OUT)
    shares = {rule: tally.found[rule] / tally.of[rule] for tally in tallies.values() for rule in tally.of}
    assert len(shares) == 25
    assert {rule for rule, share in shares.items() if share < ENOUGH} <= {"idiom"}
    sentences = tallies["sentences"]
    assert sentences.warned / (sentences.warned + len(sentences.alarms)) >= PRECISE
    assert 1 - len(tallies["pairs"].alarms) / tallies["pairs"].good >= ENOUGH


# What the content review found to be missed, or reported wrongly.
@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("two-ideas", "My partner fails to keep the promises they make to me, so I feel let down."),
        ("two-ideas", "My partner is kind, warm, caring."),
        ("negation", "I am unable to talk to my partner."),
        ("negation", "My partner is far from honest."),
        ("double-negative", "I rarely dislike my partner's jokes."),
        ("double-negative", "I seldom feel unloved by my partner."),
        ("absolute", "My partner is the only one I trust."),
        ("absolute", "I trust my partner 100%."),
        ("absolute", "Each time I cry, my partner helps me."),
        ("gender", "My partner is a lady."),
        ("gender", "My wife's parents like me."),
        ("cohabitation", "I like to wake up next to my partner."),
        ("cohabitation", "My partner greets me when I come in."),
        ("children", "Our offspring bring us joy."),
        ("religion", "We share our faith."),
        ("marriage", "We keep our vows."),
        ("sex", "Our love life is good."),
        ("ability", "I like to hear my partner's voice."),
        ("work", "My partner asks how my shift is going."),
        ("frequency", "My partner sometimes forgets me."),
        ("jargon", "My partner validates me."),
    ],
)
def test_what_the_review_missed_is_found(fault: str, text: str):
    assert RULE_OF.get(fault, fault) in {finding.rule for finding in findings_of({"text": text})}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("two-ideas", "I know my partner's likes and dislikes."),
        ("two-ideas", "I share good and bad news with my partner."),
        ("two-ideas", "We support each other in sickness and health."),
        ("tense", "My partner asks how my shift went."),
        ("tense", "My partner and I are made for each other."),
        ("hard-word", "I usually trust my partner."),
        ("two-ideas", "My partner gets along with my friends."),
        ("two-ideas", "I know whether my partner is happy or sad."),
        ("cause", "We discuss what leads to quarrels."),
        ("assumes-gender", "We agree about the rights of women."),
        ("assumes-marriage", "I like my friend's wedding."),
        ("assumes-living-together", "I like the garden at my partner's place."),
    ],
)
def test_what_the_review_found_to_be_a_false_alarm_is_gone(rule: str, text: str):
    assert rule not in counts(findings_of({"text": text}))


@pytest.mark.parametrize(
    ("text", "partner_text", "rules"),
    [
        ("I tell my partner my fears.", "My partner tells me my fears.", {"partner-roles"}),
        ("I rely on my partner.", "My partner relies on them.", {"partner-roles"}),
        ("I get help from my partner.", "My partner get help from me.", {"partner-roles"}),
        ("I like my partner's jokes.", "My partner likes my partner's jokes.", {"partner-roles"}),
        ("I hug my partner.", "I am hugged by my partner.", {"partner-roles"}),
        ("I trust my partner.", "My partner likes me.", {"partner-parallel"}),
        ("I like it when my partner hugs me.", "My partner likes to be hugged by me.", set()),
        ("I let my partner decide.", "My partner lets me decide.", set()),
        ("I am kind to my partner.", "My partner feels that they are kind to me.", set()),
        ("We trust each other.", "We trust each other.", set()),
        ("My partner and I laugh.", "My partner and I laugh.", set()),
    ],
)
def test_partner_wordings(text: str, partner_text: str, rules: set[str]):
    found = counts(findings_of({"text": text, "partner_text": partner_text}))
    assert {rule for rule in found if rule.startswith("partner")} == rules


@pytest.mark.parametrize(
    ("first", "second", "rule"),
    [
        ("I trust my partner fully.", "I have full trust in my partner.", "near-duplicate"),
        ("I am sure that my partner loves me.", "I am certain that my partner loves me.", "near-duplicate"),
        ("I share my feelings with my partner.", "I tell my partner how I feel.", "near-duplicate"),
        ("I feel supported by my partner.", "My partner supports me.", "near-duplicate"),
        ("I get support from my partner.", "My partner is there for me.", "near-duplicate"),
        ("I support my partner.", "My partner supports me.", None),
        ("My friends like my partner.", "My partner likes my friends.", None),
        ("My partner annoys me.", "I annoy my partner.", None),
        ("My partner is not honest with me.", "My partner tells me lies.", "near-duplicate"),
        ("I feel understood by my partner.", "I feel misunderstood by my partner.", "negated-copy"),
        ("My partner keeps promises.", "My partner breaks promises.", None),
        ("I trust my partner.", "I trust my friends.", None),
    ],
)
def test_pairs(first: str, second: str, rule: str | None):
    found = {f.rule for f in findings_of({"text": first}, {"text": second})}
    assert found & {"near-duplicate", "negated-copy"} == ({rule} if rule else set())


def test_frequencies_are_fine_where_people_answer_by_how_often():
    from intimacy_scales import check_bank, load_bank

    practices = load_bank("practices")
    item = practices.items[0].model_copy(update={"text": "I often thank my partner."})
    bank = practices.model_copy(update={"items": (item, *practices.items[1:])})
    assert "frequency" not in {f.rule for f in check_bank(bank)}
    agreed = practices.items[0].response_scale.model_copy(update={"labels": ()})
    bank = bank.model_copy(update={"items": (item.model_copy(update={"response_scale": agreed}),)})
    assert "frequency" in {f.rule for f in check_bank(bank)}


def test_the_benchmark_prints_its_tables():
    command = [sys.executable, "-m", "benchmarks.linter", "--size", "smallest"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "| bad items found by | seen | seen_2 | seen_3 |" in printed
    assert "| two-ideas | 12 of 12 | 12 of 12 | 12 of 12 |" in printed
