"""Tables in which the names of items are not those of columns."""

import pytest

from intimacy_scales import score
from intimacy_scales.errors import MissingColumnsError, ResponseError
from intimacy_scales.interop.answers import read_answers


def refusal(tmp_path, text, error=MissingColumnsError):
    path = tmp_path / "answers.csv"
    path.write_text(text)
    with pytest.raises(error) as raised:
        score("kmss", read_answers(path, "kmss"))
    return str(raised.value)


def test_a_row_for_each_answer_is_named(tmp_path):
    rows = "".join(f"{person},kmss_{n},{n}\n" for person in "ab" for n in (1, 2, 3))
    message = refusal(tmp_path, f"id,item,resp\n{rows}")
    assert "Column 'item' holds the names of items: the table has a row for each answer." in message


def test_a_header_with_blanks_between_names_is_named(tmp_path):
    assert "save the table with commas" in refusal(tmp_path, "kmss_1 kmss_2 kmss_3\n6 5 6\n")


def test_names_of_rows_that_the_header_does_not_count_are_named(tmp_path):
    message = refusal(tmp_path, '"kmss_1","kmss_2","kmss_3"\n"1",6,5,6\n"2",6,5,6\n', ResponseError)
    assert "R wrote names of rows before the first column" in message
