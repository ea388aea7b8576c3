"""Which label of an option was misspelt."""

import pytest

from intimacy_scales import score
from intimacy_scales.errors import InvalidResponsesError
from intimacy_scales.reading.misspellings import misspelt_label
from tests.shared.instruments import form_of


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("dissatisfied", "satisfied"),
        ("very satisfied", "satisfied"),
        ("disagree", "agree"),
        ("somewhat disagree", "somewhat agree"),
        ("muy en desacuerdo", "en desacuerdo"),
        ("nicht zufrieden", "zufrieden"),
        ("stimme nicht zu", "stimme zu"),
        ("moderately inaccurate", "moderately accurate"),
        ("rather satisfied", "very satisfied"),
        ("no", "not"),
    ],
)
def test_the_opposite_of_a_label_is_never_proposed(text, label):
    assert misspelt_label(text, [label]) is None
    scale = {"minimum": 1, "maximum": 2, "labels": {1: "xx", 2: label}}
    with pytest.raises(InvalidResponsesError) as raised:
        score(form_of({"t": "a"}, response_scale=scale), {"a": text})
    assert "did you mean" not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "stronly agree",
        "Strongly agre",
        "strongly agree;",
        "stronglyagree",
    ],
)
def test_slips_are_seen(text):
    assert misspelt_label(text, ["agree", "strongly agree"]) == "strongly agree"
