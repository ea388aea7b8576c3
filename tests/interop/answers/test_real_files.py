"""Every real file of survey tools is read, or refused with words; the page that lists them is up to date."""

import warnings

import numpy as np
import pytest

from intimacy_scales import score
from intimacy_scales.errors import InvalidResponsesError, KeyingWarning
from intimacy_scales.interop.answers import read_answers
from intimacy_scales.jobs import score_file
from tests.interop.answers.real_files import PAGE, files, page, reading_of_sample
from tests.shared.samples import REAL_FILES, needs_samples
from tests.shared.scored_samples import SCORED


@needs_samples
def test_the_page_of_real_files_is_that_of_today():
    assert page() == PAGE.read_text(encoding="utf-8"), "run python -m tests.interop.answers.real_files"
    assert len(files()) > 90


@needs_samples
@pytest.mark.parametrize("name", SCORED)
def test_scores_of_a_real_file_are_those_of_a_naive_computation(name, tmp_path):
    sample, path = SCORED[name], REAL_FILES / name
    form, how = sample.form(), reading_of_sample(path)
    answers = read_answers(path, form, **how)
    assert answers.report.n_mapped == len(form.items)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KeyingWarning)  # items of a real file that are not keyed here
        report = score_file(form, path, output=tmp_path / "scores.csv", **how)
    if sample.n_refused:
        wrong = [x for row in sample.naive(path) for x in row if x not in form.items[0].response_scale.values]
        assert report.n_problems == len(wrong) == sample.n_refused and not report.written
        with pytest.raises(InvalidResponsesError, match=f"{sample.n_refused} answers are not valid"):
            score(form, answers)
        return
    values = score(form, answers)["t"]
    expected = sample.naive_scores(path)
    assert values[np.isfinite(values)].tolist() == pytest.approx(expected)
    summary = report.summary.scales[0]
    assert (summary.n, summary.mean) == (len(expected), pytest.approx(float(np.mean(expected))))
